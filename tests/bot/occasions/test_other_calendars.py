"""Days of other calendars, held against dates that others have published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.releases.calendars import CALENDARS, BeyondCalendar, month, place, span, year_at

# First days of the months of 1446 AH from https://www.islamiccalendar.info/ (8 July 2024), but
# Sha'ban as the Gulf's newspapers had it on 30 January 2025 (that page reckons it a day early);
# 1444 from the announcement of the Supreme Court in Riyadh; 1433 and 1436 from the README of
# https://github.com/msarhan/ummalqura-calendar; 10 Rajab 1428 from a stamp of the King Khalid
# International Airport.
UMM_AL_QURA = {
    (1428, 7, 10): date(2007, 7, 24),
    (1433, 3, 20): date(2012, 2, 12),
    (1436, 6, 14): date(2015, 4, 3),
    (1436, 8, 11): date(2015, 5, 29),
    (1444, 1, 1): date(2022, 7, 30),
    (1446, 1, 1): date(2024, 7, 7),
    (1446, 2, 1): date(2024, 8, 5),
    (1446, 3, 1): date(2024, 9, 4),
    (1446, 4, 1): date(2024, 10, 4),
    (1446, 5, 1): date(2024, 11, 3),
    (1446, 6, 1): date(2024, 12, 2),
    (1446, 7, 1): date(2025, 1, 1),
    (1446, 8, 1): date(2025, 1, 31),
    (1446, 9, 1): date(2025, 3, 1),
    (1446, 10, 1): date(2025, 3, 30),
    (1446, 11, 1): date(2025, 4, 29),
    (1446, 12, 1): date(2025, 5, 28),
    (1447, 1, 1): date(2025, 6, 26),
}

# Holidays of 5777 to 5787, their first full days, from https://judaic.unl.edu/jewish-holidays,
# https://www.myjewishlearning.com/article/calendar-of-major-jewish-holidays/ and the calendars of
# congregations. Months are counted from Nisan; 13 is the last of the year, in which Purim is.
HEBREW = {
    (5777, 7, 1): date(2016, 10, 3),
    (5777, 13, 14): date(2017, 3, 12),
    (5778, 13, 14): date(2018, 3, 1),
    (5779, 13, 14): date(2019, 3, 21),
    (5779, 7, 1): date(2018, 9, 10),
    (5781, 7, 1): date(2020, 9, 19),
    (5781, 13, 14): date(2021, 2, 26),
    (5782, 7, 1): date(2021, 9, 7),
    (5782, 13, 14): date(2022, 3, 17),
    (5782, 3, 6): date(2022, 6, 5),
    (5783, 7, 1): date(2022, 9, 26),
    (5783, 13, 14): date(2023, 3, 7),
    (5784, 7, 1): date(2023, 9, 16),
    (5784, 9, 25): date(2023, 12, 8),
    (5784, 13, 14): date(2024, 3, 24),
    (5784, 1, 15): date(2024, 4, 23),
    (5785, 7, 1): date(2024, 10, 3),
    (5786, 7, 10): date(2025, 10, 2),
    (5787, 7, 1): date(2026, 9, 12),
}

# https://calendar.ut.ac.ir/Fa/News/Data/Doc/KabiseShamsi1206-1498-new.pdf: the leap years as the
# Calendar Center of the University of Tehran lists them, down to 1362.
PERSIAN_LEAP_YEARS = (
    *(1210, 1214, 1218, 1222, 1226, 1230, 1234, 1238, 1243, 1247, 1251, 1255, 1259, 1263, 1267),
    *(1271, 1276, 1280, 1284, 1288, 1292, 1296, 1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329),
    *(1333, 1337, 1342, 1346, 1350, 1354, 1358, 1362),
)
# Days known by both dates: the law of 1925 on the calendar, the revolution of 22 Bahman 1357, and
# new years' days on which newspapers wrote of them.
PERSIAN = {
    (1304, 1, 11): date(1925, 3, 31),
    (1357, 11, 22): date(1979, 2, 11),
    (1390, 1, 1): date(2011, 3, 21),
    (1395, 1, 1): date(2016, 3, 20),
    (1398, 1, 1): date(2019, 3, 21),
    (1399, 1, 1): date(2020, 3, 20),
    (1399, 12, 30): date(2021, 3, 20),
    (1400, 1, 1): date(2021, 3, 21),
    (1400, 10, 1): date(2021, 12, 22),
    (1401, 1, 1): date(2022, 3, 21),
    (1403, 1, 1): date(2024, 3, 20),
    (1405, 1, 27): date(2026, 4, 16),
}

PUBLISHED = [
    pytest.param(name, there, day, id=f"{name}-{'-'.join(map(str, there))}")
    for name, table in (("islamic", UMM_AL_QURA), ("hebrew", HEBREW), ("persian", PERSIAN))
    for there, day in table.items()
]
every_calendar = pytest.mark.parametrize("name", CALENDARS)


@pytest.mark.parametrize(("name", "there", "day"), PUBLISHED)
def test_days_are_where_published_tables_have_them(
    name: str, there: tuple[int, int, int], day: date
) -> None:
    assert place(name, day) == there
    year, number, day_of_month = there
    assert month(name, year, number).begins + timedelta(days=day_of_month - 1) == day


def test_persian_leap_years_are_the_official_ones() -> None:
    found = [year for year in range(1206, 1363) if month("persian", year, 12).days == 30]
    assert tuple(found) == PERSIAN_LEAP_YEARS


def test_no_hebrew_year_begins_on_a_sunday_wednesday_or_friday() -> None:
    """The first rule of postponement, which no error in counting days survives."""
    hebrew = CALENDARS["hebrew"]
    years = range(hebrew.first, hebrew.last + 1, 7)
    assert {month("hebrew", year, 7).begins.weekday() for year in years} <= {0, 1, 3, 5}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("islamic", date(1924, 8, 1), date(2077, 11, 16)),
        ("persian", date(622, 3, 22), date(2120, 3, 20)),
        ("hebrew", date(1, 9, 6), date(9999, 11, 3)),
        ("gregorian", date.min, date.max),
    ],
)
def test_what_lies_outside_of_a_calendar_is_refused(name: str, first: date, last: date) -> None:
    assert span(name) == (first, last)
    known = CALENDARS[name]
    assert (place(name, first).year, place(name, last).year) == (known.first, known.last)
    for year in (known.first - 1, known.last + 1):
        with pytest.raises(BeyondCalendar):
            month(name, year, 1)
    outside = [first - timedelta(days=1), last + timedelta(days=1)] if name != "gregorian" else []
    for day in outside:
        with pytest.raises(BeyondCalendar):
            place(name, day)
    assert year_at(name, date.min) == known.first
    assert year_at(name, date.max) == known.last


@every_calendar
@settings(max_examples=60)
@given(data=st.data())
def test_a_day_is_in_the_month_where_it_stands(name: str, data: st.DataObject) -> None:
    first, last = span(name)
    day = data.draw(st.dates(first, last))
    there = place(name, day)
    in_month = month(name, there.year, there.month)
    assert 1 <= there.day <= in_month.days
    assert in_month.begins + timedelta(days=there.day - 1) == day
    if day < last:
        tomorrow = place(name, day + timedelta(days=1))
        assert tomorrow.day == (there.day + 1 if there.day < in_month.days else 1)
        assert tomorrow.year in (there.year, there.year + 1)
