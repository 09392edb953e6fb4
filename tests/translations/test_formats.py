import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations.formats import fill_pattern, formats_for
from translations.locales import UnknownLanguage

DAY = dt.date(2026, 6, 26)
NOON = dt.datetime(2026, 6, 26, 14, 0, tzinfo=dt.UTC)
FSI, PDI, RLI = "\u2068", "\u2069", "\u2067"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "26 June 2026"),
        ("en-US", "June 26, 2026"),
        ("fr", "26 juin 2026"),
        ("es", "26 de junio de 2026"),
        ("ru", "26 июня 2026\u202fг."),
        ("ar", "26 يونيو 2026"),
        ("zh", "2026年6月26日"),
        ("zh-TW", "2026年6月26日"),
        ("az", "26 iyun 2026"),
        ("az-AZ", "26 iyun 2026"),
        ("tlh", "26 June 2026"),
    ],
)
def test_long_dates(tag: str, expected: str) -> None:
    assert formats_for(tag).date(DAY) == expected


def test_a_date_with_its_weekday() -> None:
    assert formats_for("en").date(DAY, weekday=True) == "Friday, 26 June 2026"
    assert formats_for("fr").date(DAY, weekday=True) == "vendredi 26 juin 2026"
    assert formats_for("zh").date(DAY, weekday=True) == "2026年6月26日星期五"


def test_a_moment_is_shown_in_the_zone_asked_for_and_names_it() -> None:
    shown = formats_for("en").datetime(NOON, "America/New_York")
    assert shown.replace("\u202f", " ") == "26 June 2026, 10:00 am Eastern Daylight Time"
    assert formats_for("fr").datetime(NOON, "Asia/Baku").startswith("26 juin 2026, 18:00 heure")
    assert "14:00" in formats_for("ru").datetime(NOON, "UTC")


def test_the_same_moment_falls_on_another_day_elsewhere() -> None:
    late = dt.datetime(2026, 6, 26, 23, 30, tzinfo=dt.UTC)
    assert formats_for("az").datetime(late, "Asia/Baku").startswith("27 iyun 2026 03:30")


def test_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        formats_for("en").datetime(NOON.replace(tzinfo=None), "UTC")
    with pytest.raises(LookupError):
        formats_for("en").datetime(NOON, "Mars/Olympus")
    with pytest.raises(TypeError):
        formats_for("en").date(NOON)


def test_times_numbers_and_lists() -> None:
    assert formats_for("ru").time(dt.time(9, 5)) == "09:05"
    assert formats_for("en").number(12345) == "12,345"
    assert formats_for("az").number(12345) == "12.345"
    assert formats_for("en").join([]) == ""
    assert formats_for("en").join(["a"]) == "a"
    assert formats_for("en").join(["a", "b", "c"]) == "a, b and c"
    assert formats_for("az").join(["a", "b"]) == "a və b"
    assert formats_for("zh").join(["a", "b", "c"]) == "a、b和c"


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_list_keeps_its_items_to_the_letter(items: list[str]) -> None:
    joined = formats_for("en").join(items)
    assert all(item in joined for item in items)


@given(st.text(alphabet=st.sampled_from("ab" + FSI + PDI + RLI)))
def test_an_isolated_string_cannot_leak(string: str) -> None:
    isolated = formats_for("ar").isolate(string)
    depth = 0
    for place, char in enumerate(isolated):
        depth += (char in FSI + RLI) - (char == PDI)
        assert (depth == 0) == (place == len(isolated) - 1)
    assert isolated.replace(PDI, "").replace(FSI, "") == string.replace(PDI, "").replace(FSI, "")


def test_an_unknown_language_has_no_formats() -> None:
    with pytest.raises(UnknownLanguage):
        formats_for("klingon")


def test_a_title_pattern_is_filled_in() -> None:
    assert fill_pattern("{ordinal} anniversary", 27, "en") == "27th anniversary"
    assert fill_pattern("签署{ordinal}周年", 27, "zh") == "签署27周年"
    assert fill_pattern("{ordinal} ildönümü", 30, "az") == "30-cu ildönümü"
    assert fill_pattern("К {years}-летию", 80, "ru") == "К 80-летию"
    assert fill_pattern("{years} years, {ordinal}", 1000, "en") == "1000 years, 1000th"
    assert fill_pattern("{years} سال پس از منشور", 81, "fa") == "۸۱ سال پس از منشور"


@pytest.mark.parametrize(
    "pattern",
    ["{0}", "{", "}", "{{ordinal", "{ordinal.__class__}", "{ordinal!r}", "{ORDINAL}", "{n:>999}"],
)
def test_other_braces_are_somebodys_text(pattern: str) -> None:
    assert fill_pattern(pattern, 27, "en") == pattern


@given(st.text())
def test_no_text_is_a_format_string(text: str) -> None:
    plain = text.replace("{ordinal}", "").replace("{years}", "")
    if "{ordinal}" not in plain and "{years}" not in plain:
        assert fill_pattern(plain, 27, "en") == plain
