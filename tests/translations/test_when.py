"""When something is to be, as people write it: in every language, and never by guessing."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from translations.catalogs import interface_languages
from translations.formats import formats_for
from translations.when import AnotherWeekday, NoSuchDay, NotUnderstood, When, read_when

NOW = dt.datetime(2026, 6, 26, 12, 0)  # noqa: DTZ001 – a wall clock; a Friday
HOUR = dt.time(9)
TAGS = (*interface_languages(), "en-US", "pt-PT", "zh-Hant", "ar-EG", "es-MX", "fr-CA")


def read(written: str, tag: str = "en", zone: str = "Europe/Paris") -> list[str]:
    """What it may mean, as ISO writes it without seconds."""
    return [_iso(reading) for reading in read_when(written, tag, NOW, HOUR, zone)]


def _iso(reading: When) -> str:
    if reading.at is None:
        return str(reading.after)
    return reading.at.isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("tag", "written", "meant"),
    [
        ("en", "tomorrow 9:00", "2026-06-27 09:00"),
        ("en", "Tomorrow at 9.", "2026-06-27 09:00"),
        ("en", "the day after tomorrow, 17:30", "2026-06-28 17:30"),
        ("en", "Monday 10:00", "2026-06-29 10:00"),
        ("en", "26 February", "2027-02-26 09:00"),
        ("en", "June 26, 2030 at 9 o’clock", "2030-06-26 09:00"),
        ("en", "26 Feb 2027 9am", "2027-02-26 09:00"),
        ("en", "12:30 a.m. tomorrow", "2026-06-27 00:30"),
        ("en", "noon on Saturday", "2026-06-27 12:00"),
        ("en", "Friday 12 noon", "2026-07-03 12:00"),
        ("en", "friday 13:00", "2026-06-26 13:00"),
        ("en", "friday 9:00", "2026-07-03 09:00"),
        ("en", "next Friday 13:00", "2026-07-03 13:00"),
        ("en", "Friday next week, 8 in the morning", "2026-07-03 08:00"),
        ("en", "tonight at 8", "2026-06-26 20:00"),
        ("en", "13:00", "2026-06-26 13:00"),
        ("en", "at 9:00", "2026-06-27 09:00"),
        ("en", "26 June", "2026-06-26 09:00"),
        ("en", "29 February", "2028-02-29 09:00"),
        ("en", "in 2 days at 9", "2026-06-28 09:00"),
        ("en", "in 3 weeks", "2026-07-17 09:00"),
        ("en", "2026-07-01", "2026-07-01 09:00"),
        ("en", "9:00 01.07.2026", "2026-07-01 09:00"),
        ("en", "2/26 at 9", "2027-02-26 09:00"),
        ("fr", "demain 9h", "2026-06-27 09:00"),
        ("fr", "26 fevrier à 9h30", "2027-02-26 09:30"),
        ("fr", "le 1er juillet à midi", "2026-07-01 12:00"),
        ("fr", "mardi prochain à 14 h", "2026-06-30 14:00"),
        ("ru", "завтра в 9:00", "2026-06-27 09:00"),
        ("ru", "26 февраля 10:00", "2027-02-26 10:00"),
        ("ru", "в среду в 10 утра", "2026-07-01 10:00"),
        ("ar", "غدًا 9:00", "2026-06-27 09:00"),
        ("ar", "٢٦ فبراير ٩:٠٠", "2027-02-26 09:00"),
        ("ar", "يوم الأحد الساعة ٩ صباحًا", "2026-06-28 09:00"),
        ("zh", "明天9点", "2026-06-27 09:00"),
        ("zh", "2月26日 上午9点", "2027-02-26 09:00"),
        ("zh", "下周一下午3点半", "2026-06-29 15:30"),
        ("az", "sabah 9:00", "2026-06-27 09:00"),
        ("az", "fevralın 26-sı saat 9:00-da", "2027-02-26 09:00"),
        ("tr", "yarın 9:00", "2026-06-27 09:00"),
        ("tr", "sabah 9:00", "2026-06-27 09:00"),
        ("tr", "26 Şubat Cuma saat 9’da", "2027-02-26 09:00"),
        ("uk", "завтра о 9:00", "2026-06-27 09:00"),
        ("uk", "у п’ятницю о 15:00", "2026-06-26 15:00"),
        ("es", "mañana a las 9", "2026-06-27 09:00"),
        ("es", "manana a las 9 de la noche", "2026-06-27 21:00"),
        ("pt", "amanhã às 9h", "2026-06-27 09:00"),
        ("pt", "segunda às 9h30", "2026-06-29 09:30"),
        ("de", "morgen um 9 Uhr", "2026-06-27 09:00"),
        ("de", "am 26. Februar um 12", "2027-02-26 12:00"),
        ("de", "übermorgen früh um 7 Uhr 45", "2026-06-28 07:45"),
        ("fa", "فردا ۹:۰۰", "2026-06-27 09:00"),
        ("fa", "پنجشنبه ساعت ۹ صبح", "2026-07-02 09:00"),
    ],
)
def test_what_people_write(tag: str, written: str, meant: str) -> None:
    assert read(written, tag) == [meant]


@pytest.mark.parametrize(
    ("tag", "written", "after"),
    [
        ("en", "in 2 hours", "2:00:00"),
        ("en", "in 24 hours", "1 day, 0:00:00"),
        ("en", "in half an hour", "0:30:00"),
        ("fr", "dans 45 minutes", "0:45:00"),
        ("ru", "через 2 часа", "2:00:00"),
        ("ar", "بعد ساعتين", "2:00:00"),
        ("zh", "2小时后", "2:00:00"),
        ("az", "2 saat sonra", "2:00:00"),
        ("uk", "за 2 години", "2:00:00"),
    ],
)
def test_so_long_from_now(tag: str, written: str, after: str) -> None:
    assert read(written, tag) == [after]


@pytest.mark.parametrize(
    ("written", "meanings"),
    [
        ("03/04", {"2027-03-04 09:00", "2027-04-03 09:00"}),
        ("03/04/2027 at 10:00", {"2027-03-04 10:00", "2027-04-03 10:00"}),
        ("9.10", {"2026-10-09 09:00", "2026-06-27 09:10"}),
    ],
)
def test_what_can_be_read_in_two_ways_is_given_in_both(written: str, meanings: set[str]) -> None:
    assert set(read(written)) == meanings


@pytest.mark.parametrize(
    "written",
    [
        "", "soon", "9", "26", "next", "tomorrow perhaps", "tomorrow 25:00", "9:00 10:00",
        "tomorrow Monday 9:00 10", "26 February 28 February", "in 2 hours on Monday", "15:00 am",
        "on the 9", "x" * 5000, "9:00" * 25, "\u202e\u2066" * 20, "1/1/1/1", "in 99999 days",
        "in 9999 weeks in 9999 weeks", "٩", "2月", "morning",
    ],
)  # fmt: skip
def test_nothing_is_guessed(written: str) -> None:
    with pytest.raises((NotUnderstood, AnotherWeekday)):
        read(written)


def test_days_that_do_not_exist_or_have_another_name_are_said() -> None:
    with pytest.raises(NoSuchDay):
        read("31 February")
    with pytest.raises(NoSuchDay):
        read("29 February 2027")
    with pytest.raises(AnotherWeekday) as wrong:
        read("Monday 26 February 2027")
    assert wrong.value.day == dt.date(2027, 2, 26)


days = st.dates(dt.date(2026, 6, 27), dt.date(2037, 12, 31))
minutes = st.times().map(lambda time: time.replace(second=0, microsecond=0))


@given(tag=st.sampled_from(TAGS), day=days, time=minutes, weekday=st.booleans())
@settings(max_examples=600)
@example(tag="en-US", day=dt.date(2027, 1, 2), time=dt.time(0, 30), weekday=False)
@example(tag="fr", day=dt.date(2027, 1, 1), time=dt.time(12, 0), weekday=True)
@example(tag="pt", day=dt.date(2027, 3, 1), time=dt.time(12, 0), weekday=True)
def test_what_we_write_is_understood(tag: str, day: dt.date, time: dt.time, weekday: bool) -> None:
    formats = formats_for(tag)
    for written in (
        f"{formats.date(day, weekday=weekday)} {formats.time(time)}",
        f"{formats.time(time)}, {formats.date(day, weekday=weekday)}",
    ):
        assert read(written, tag) == [f"{day} {time:%H:%M}"], written


ZONES = ("Europe/Paris", "America/New_York", "Asia/Baku", "Asia/Kabul", "Asia/Shanghai", "UTC")


@given(tag=st.sampled_from(TAGS), day=days, time=minutes, zone=st.sampled_from(ZONES))
@settings(max_examples=600)
def test_what_we_write_with_its_zone_is_understood(
    tag: str, day: dt.date, time: dt.time, zone: str
) -> None:
    moment = dt.datetime.combine(day, time, ZoneInfo(zone))
    assume(moment.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).time() == time)
    for weekday in (False, True):
        written = formats_for(tag).datetime(moment, zone, weekday=weekday)
        assert read(written, tag, zone) == [f"{day} {time:%H:%M}"], written


@given(
    tag=st.sampled_from(TAGS),
    written=st.lists(
        st.sampled_from(
            (
                *("9", "9:00", "26", ".", "/", "tomorrow", "Monday", "May", "2027", "at", "am"),
                *("月", "日", "de", "next", " ", "-", "in", "hours", "\u200f", "٣", "h", "،"),
            )
        ),
        max_size=24,
    ).map("".join)
    | st.text(max_size=120),
)
@settings(max_examples=600)
def test_whatever_is_written_has_readings_or_a_reason(tag: str, written: str) -> None:
    try:
        readings = read_when(written, tag, NOW, HOUR, "Europe/Paris")
    except (NotUnderstood, NoSuchDay, AnotherWeekday):
        return
    assert 1 <= len(readings) <= 4
