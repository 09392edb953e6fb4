"""A text kept in the database says the same to its reader as the one that was put in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given
from hypothesis import strategies as st

from bot.store.texts import as_json, from_json
from translations.catalogs import catalog_for
from translations.text import Text, ptext, text, texts

ZONES = ("Europe/Paris", "Asia/Kathmandu", "Pacific/Apia", "UTC")

moments = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001 – hypothesis wants naive bounds
    max_value=datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([*map(ZoneInfo, ZONES), UTC, timezone(timedelta(hours=-3))]),
)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=12),
    st.dates(),
    moments,
    st.times(),
    st.floats(allow_nan=False),
)


def built(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["slug", "key", "line0", "days"])
    return st.one_of(
        st.lists(values, max_size=3).map(tuple),
        st.builds(Text, st.text(max_size=12), st.dictionaries(names, values, max_size=3)),
        st.builds(
            Text,
            st.just("{n} day"),
            st.dictionaries(names, values, max_size=2).map(lambda args: {**args, "n": 3}),
            plural=st.just("{n} days"),
            n=st.integers(0, 10**9),
            context=st.none() | st.text(max_size=5),
        ),
    )


values = st.recursive(plain, built, max_leaves=8)


def carried(what: Text) -> Text:
    return from_json(orjson.loads(orjson.dumps(as_json(what), option=orjson.OPT_STRICT_INTEGER)))


@given(st.builds(Text, st.text(max_size=20), st.dictionaries(st.text(max_size=5), values)))
def test_every_text_comes_back(what: Text) -> None:
    back = carried(what)
    assert carried(back) == back
    assert (back.msgid, back.plural, back.n, back.context) == (what.msgid, None, 1, None)
    for tag in ("en", "ar"):
        assert catalog_for(tag).render(back) == catalog_for(tag).render(what)


def test_dates_times_numbers_and_lists_are_written_in_the_readers_language() -> None:
    what = text(
        "{date} {moment} {time} {number} {list} {inner}",
        date=date(2027, 6, 26),
        moment=datetime(2027, 6, 26, 9, tzinfo=ZoneInfo("Europe/Paris")),
        time=time(9, 30),
        number=1234567,
        list=("fr", "ru"),
        inner=ptext("release", "held"),
    )
    assert carried(what) == what
    assert "Europe/Paris" in str(carried(what).args["moment"].tzinfo)
    days = texts("{n} day", "{n} days", 30, slug="lamp")
    assert carried(days) == days


def test_names_that_are_no_text_and_zones_that_are_unknown_do_not_stand_in_the_way() -> None:
    assert carried(text("{file}", file="a\udcff\x00b")).args == {"file": "a?\x00b"}
    kept = as_json(text("{at}", at=datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))))
    kept["args"]["at"]["zone"] = "Mars/Olympus"
    assert from_json(kept).args["at"].isoformat() == "2027-01-01T00:00:00+09:00"
