"""On which dates an observance is kept, ahead of time and on the day, whatever it asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.occasions.observance import Anniversary, anniversaries
from bot.releases.calendars import CALENDARS, BeyondCalendar, place, span
from bot.releases.recurrence import (
    LONGEST_WEEKEND,
    MOVES,
    WEEKDAYS,
    day_in,
    number_on,
    occasion_in,
)
from bot.releases.release import ObservanceSpec

DAY = timedelta(days=1)


def dates_of(spec: ObservanceSpec, since: date, until: date) -> list[date]:
    return [found.on for found in anniversaries(spec, since, until)]


def year_and_date(spec: ObservanceSpec, first: date, last: date) -> list[tuple[int, date]]:
    return [(found.year, found.on) for found in anniversaries(spec, first - DAY, last)]


# --- every observance there can be ---------------------------------------------------------------


@st.composite
def specs(draw: st.DrawFn) -> ObservanceSpec:
    """Any observance that intake lets through; days that a year may lack come up often."""
    calendar = draw(st.sampled_from(sorted(CALENDARS)))
    begins, ends = span(calendar)
    origin = draw(st.dates(begins, ends))
    if calendar == "gregorian" and draw(st.booleans()):
        origin = date(4 * draw(st.integers(1, 2499)) or 4, 2, 1) + timedelta(days=28)
    elif draw(st.booleans()):
        # The 30th of a month is what the next year's may not have.
        origin = min(ends, origin + timedelta(days=max(0, 30 - place(calendar, origin).day)))
    year = place(calendar, origin).year
    near = st.integers(max(1, year), year + 60)
    first = draw(st.none() | near)
    last = draw(st.none() | near)
    return ObservanceSpec(
        origin=origin,
        every=draw(st.integers(1, 7)),
        years=draw(st.just(()) | st.lists(st.integers(1, 60), max_size=6).map(tuple)),
        feb29=draw(st.sampled_from(("feb28", "mar1", "leap-only"))),
        calendar=calendar,
        first=first,
        last=last,
        skip=draw(st.lists(near, max_size=4).map(tuple)),
        lead=tuple(draw(st.lists(st.integers(1, 365), max_size=3, unique=True))),
        move=draw(st.sampled_from(("", *MOVES))),
        weekend=tuple(
            draw(
                st.lists(
                    st.sampled_from(WEEKDAYS), min_size=1, max_size=LONGEST_WEEKEND, unique=True
                )
            )
        ),
    )


@st.composite
def windows(draw: st.DrawFn) -> tuple[ObservanceSpec, date, date]:
    """An observance, and a time of some years that has to do with it."""
    spec = draw(specs())
    since = spec.origin.toordinal() + draw(st.integers(-800, 30_000))
    until = since + draw(st.integers(0, 6_000))
    return spec, _date(since), _date(until)


def _date(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def identity(found: Anniversary) -> tuple[int, int]:
    return found.year, found.lead


@settings(max_examples=150, deadline=None)
@given(windows())
def test_what_is_asked_for_comes_once_and_in_order(
    window: tuple[ObservanceSpec, date, date],
) -> None:
    spec, since, until = window
    found = list(anniversaries(spec, since, until))
    assert [f.on for f in found] == sorted(f.on for f in found)
    assert all(since < f.on <= until for f in found)
    assert len({identity(f) for f in found}) == len(found)
    for lead in {f.lead for f in found}:
        numbers = [f.number for f in found if f.lead == lead]
        assert all(one < other for one, other in pairwise(numbers))
    begun = place(spec.calendar, spec.origin).year
    for f in found:
        assert f.number == f.year - begun > 0
        assert f.lead in (0, *spec.lead)
        assert f.number in spec.years if spec.years else f.number % spec.every == 0
        assert f.year not in spec.skip
        assert spec.first is None or f.year >= spec.first
        assert spec.last is None or f.year <= spec.last


@settings(max_examples=150, deadline=None)
@given(windows(), st.lists(st.integers(0, 6_000), max_size=5))
def test_a_time_taken_in_parts_has_what_the_whole_has(
    window: tuple[ObservanceSpec, date, date], cuts: list[int]
) -> None:
    spec, since, until = window
    within = [since, *sorted(_date(since.toordinal() + cut) for cut in cuts), until]
    borders = [day for day in within if since <= day <= until]
    parts = [f for one, other in pairwise(borders) for f in anniversaries(spec, one, other)]
    assert parts == list(anniversaries(spec, since, until))


@settings(max_examples=150, deadline=None)
@given(windows())
def test_the_days_ahead_are_of_the_very_days_that_are_kept(
    window: tuple[ObservanceSpec, date, date],
) -> None:
    spec, since, until = window
    before, after = _date(since.toordinal() - 1), _date(until.toordinal() + 366)
    kept = {f.year: f.occasion for f in anniversaries(replace(spec, lead=()), before, after)}
    for f in anniversaries(spec, since, until):
        assert f.occasion - f.on == timedelta(days=f.lead)
        assert kept[f.year] == f.occasion


@settings(max_examples=150, deadline=None)
@given(specs(), st.integers(1, 60))
def test_no_day_stays_on_the_weekend_it_is_moved_off(spec: ObservanceSpec, number: int) -> None:
    year = place(spec.calendar, spec.origin).year + number
    if year > CALENDARS[spec.calendar].last:
        with pytest.raises(BeyondCalendar):
            day_in(spec, year)
        return
    day, occasion = day_in(spec, year), occasion_in(spec, year)
    if day is None or occasion is None:
        assert day is None or occasion_in(replace(spec, move=""), year) == day
        return
    apart = (occasion - day).days
    free = {WEEKDAYS.index(name) for name in spec.weekend}
    if not spec.move or day.weekday() not in free:
        assert apart == 0
        return
    assert occasion.weekday() not in free
    assert abs(apart) <= 3
    assert apart <= 0 or spec.move != "previous-weekday"
    assert apart >= 0 or spec.move != "next-weekday"
    if spec.move == "nearest-weekday":
        nearer = {(day + timedelta(days=n)).weekday() for n in range(1 - abs(apart), abs(apart))}
        assert nearer <= free
        assert apart < 0 or (day - timedelta(days=apart)).weekday() in free


@settings(max_examples=150, deadline=None)
@given(specs(), st.integers(1, 60))
def test_the_number_counted_on_the_day_is_the_anniversary_s(
    spec: ObservanceSpec, number: int
) -> None:
    year = place(spec.calendar, spec.origin).year + number
    if year > CALENDARS[spec.calendar].last:
        return
    begins, ends = span(spec.calendar)
    for day in (day_in(spec, year), occasion_in(spec, year)):
        if day is not None and begins <= day <= ends:
            assert number_on(spec, day) == number


def test_a_date_does_not_leave_the_calendar_of_dates() -> None:
    first = ObservanceSpec(
        origin=date.min, lead=(365,), move="previous-weekday", weekend=("mon", "tue", "wed")
    )
    assert next(anniversaries(first, date.min, date.max)).year in (2, 3)
    last = ObservanceSpec(
        origin=date(9990, 12, 31), move="next-weekday", weekend=("thu", "fri", "sat")
    )
    # 9999-12-31 is a Friday, and there is no next working day.
    assert [f.year for f in anniversaries(last, date.min, date.max)] == list(range(9991, 9999))
    assert dates_of(ObservanceSpec(origin=date.max), date.min, date.max) == []
    assert len(dates_of(ObservanceSpec(origin=date.min), date.min, date.max)) == 9998
    assert dates_of(ObservanceSpec(origin=date.min), date.max, date.min) == []


# --- 29 February and other days that a year lacks ------------------------------------------------

LEAP = ObservanceSpec(origin=date(2024, 2, 29))


@pytest.mark.parametrize(
    ("feb29", "expected"),
    [
        ("feb28", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
        ("mar1", ["2025-03-01", "2026-03-01", "2027-03-01", "2028-02-29", "2029-03-01"]),
        ("leap-only", ["2028-02-29"]),
    ],
)
def test_the_29th_of_february_follows_its_policy(feb29: str, expected: list[str]) -> None:
    found = dates_of(replace(LEAP, feb29=feb29), date(2024, 2, 29), date(2029, 12, 31))
    assert [day.isoformat() for day in found] == expected


def test_no_leap_day_in_a_century_year_that_has_none() -> None:
    spec = replace(LEAP, origin=date(2096, 2, 29), feb29="leap-only")
    assert dates_of(spec, date(2097, 1, 1), date(2110, 1, 1)) == [
        date(2104, 2, 29),
        date(2108, 2, 29),
    ]


# 30 Esfand 1399 (20 March 2021) was of a leap year; the next ones are 1403 and 1408.
ESFAND_30 = ObservanceSpec(origin=date(2021, 3, 20), calendar="persian")
# 30 Cheshvan 5780 (28 November 2019): the month had 30 days again in 5783, and 29 in between.
CHESHVAN_30 = ObservanceSpec(origin=date(2019, 11, 28), calendar="hebrew")
# Ramadan had 30 days in 1445, until 9 April 2024, and 29 in 1446, until 29 March 2025.
RAMADAN_30 = ObservanceSpec(origin=date(2024, 4, 9), calendar="islamic")


@pytest.mark.parametrize(
    ("spec", "last", "feb29", "expected"),
    [
        (ESFAND_30, 1403, "feb28", ["2022-03-20", "2023-03-20", "2024-03-19", "2025-03-20"]),
        (ESFAND_30, 1403, "mar1", ["2022-03-21", "2023-03-21", "2024-03-20", "2025-03-20"]),
        (ESFAND_30, 1408, "leap-only", ["2025-03-20", "2030-03-20"]),
        (CHESHVAN_30, 5783, "feb28", ["2020-11-16", "2021-11-04", "2022-11-24"]),
        (CHESHVAN_30, 5783, "mar1", ["2020-11-17", "2021-11-05", "2022-11-24"]),
        (CHESHVAN_30, 5783, "leap-only", ["2022-11-24"]),
        (RAMADAN_30, 1446, "feb28", ["2025-03-29"]),
        (RAMADAN_30, 1446, "mar1", ["2025-03-30"]),
        (RAMADAN_30, 1446, "leap-only", []),
    ],
)
def test_a_day_that_a_year_lacks_follows_the_same_policy(
    spec: ObservanceSpec, last: int, feb29: str, expected: list[str]
) -> None:
    found = dates_of(replace(spec, feb29=feb29, last=last), spec.origin, date(2031, 1, 1))
    assert [day.isoformat() for day in found] == expected


# --- other calendars -----------------------------------------------------------------------------


def test_two_islamic_anniversaries_may_fall_into_one_year() -> None:
    """1 Muharram: 1429 began on 10 January 2008, 1430 on 29 December."""
    spec = ObservanceSpec(origin=date(2007, 1, 20), calendar="islamic")
    assert year_and_date(spec, date(2008, 1, 1), date(2008, 12, 31)) == [
        (1429, date(2008, 1, 10)),
        (1430, date(2008, 12, 29)),
    ]


def test_years_are_counted_in_the_calendar_of_the_observance() -> None:
    """33 years of Iran's calendar are 34 of the Islamic one."""
    origin, day = date(1991, 7, 14), date(2024, 7, 8)
    numbers = {
        name: [
            f.number
            for f in anniversaries(
                ObservanceSpec(origin=origin, calendar=name),
                day - timedelta(days=20),
                day + timedelta(days=20),
            )
        ]
        for name in ("gregorian", "persian", "islamic")
    }
    assert numbers == {"gregorian": [33], "persian": [33], "islamic": [34]}


# Purim, 14 Adar, is kept in Adar II of a leap year: https://judaic.unl.edu/jewish-holidays
PURIM = ["2018-03-01", "2019-03-21", "2020-03-10", "2021-02-26", "2022-03-17", "2023-03-07"]


@pytest.mark.parametrize("origin", [date(2017, 3, 12), date(2016, 3, 24)], ids=["Adar", "Adar II"])
def test_adar_is_kept_in_the_last_month_of_the_hebrew_year(origin: date) -> None:
    spec = ObservanceSpec(origin=origin, calendar="hebrew")
    found = dates_of(spec, date(2017, 12, 31), date(2023, 12, 31))
    assert [day.isoformat() for day in found] == PURIM


def test_adar_i_is_kept_in_adar_i_and_else_in_adar() -> None:
    spec = ObservanceSpec(origin=date(2016, 2, 23), calendar="hebrew")  # 14 Adar I 5776
    found = dates_of(spec, date(2017, 12, 31), date(2022, 12, 31))
    assert [day.isoformat() for day in found] == [
        *("2018-03-01", "2019-02-19", "2020-03-10", "2021-02-26", "2022-02-15")
    ]


def test_past_the_end_of_what_is_known_there_are_no_dates() -> None:
    spec = ObservanceSpec(origin=date(2020, 8, 20), calendar="islamic", lead=(30,))
    found = list(anniversaries(spec, date(2076, 1, 1), date.max))
    assert found[-1].year == 1500
    assert found[-1].on < date(2077, 11, 16)
    assert dates_of(spec, date(2078, 1, 1), date(2090, 1, 1)) == []


def test_an_origin_that_is_not_known_is_no_silent_nothing() -> None:
    spec = ObservanceSpec(origin=date(1900, 1, 1), calendar="islamic")
    with pytest.raises(BeyondCalendar):
        list(anniversaries(spec, date(2026, 1, 1), date(2027, 1, 1)))


# --- moved off the weekend -----------------------------------------------------------------------

# 2027: 1 January is a Friday, 26 June a Saturday, 27 June a Sunday.
MOVED = [
    ("2020-06-26", "nearest-weekday", "sat sun", 2027, "2027-06-25"),
    ("2020-06-27", "nearest-weekday", "sat sun", 2027, "2027-06-28"),
    ("2020-06-26", "next-weekday", "sat sun", 2027, "2027-06-28"),
    ("2020-06-27", "previous-weekday", "sat sun", 2027, "2027-06-25"),
    ("2020-06-25", "nearest-weekday", "sat sun", 2027, "2027-06-25"),
    ("2020-06-25", "nearest-weekday", "fri sat", 2027, "2027-06-24"),
    ("2020-06-26", "nearest-weekday", "fri sat", 2027, "2027-06-27"),
    ("2020-06-26", "nearest-weekday", "fri sat sun", 2027, "2027-06-24"),
    ("2020-06-25", "nearest-weekday", "fri", 2027, "2027-06-24"),
    ("2020-06-27", "nearest-weekday", "fri sun", 2027, "2027-06-26"),
    ("2020-01-01", "previous-weekday", "fri sat", 2027, "2026-12-31"),
    ("2019-12-31", "next-weekday", "thu fri", 2026, "2027-01-02"),
]


@pytest.mark.parametrize(("origin", "move", "weekend", "year", "expected"), MOVED)
def test_a_day_on_the_weekend_is_moved_and_keeps_its_year(
    origin: str, move: str, weekend: str, year: int, expected: str
) -> None:
    spec = ObservanceSpec(
        origin=date.fromisoformat(origin), move=move, weekend=tuple(weekend.split())
    )
    day = date.fromisoformat(expected)
    assert year_and_date(spec, day, day) == [(year, day)]
    assert number_on(spec, day) == year - spec.origin.year
    whole = anniversaries(spec, day - timedelta(days=40), day + timedelta(days=40))
    assert [f.occasion for f in whole] == [day]


# --- ahead of the day ----------------------------------------------------------------------------


def test_it_is_announced_ahead_and_on_the_day() -> None:
    spec = ObservanceSpec(origin=date(1945, 6, 26), lead=(7, 30), move="nearest-weekday")
    found = list(anniversaries(spec, date(2027, 1, 1), date(2027, 12, 31)))
    assert [(f.lead, f.on, f.occasion, f.number) for f in found] == [
        (30, date(2027, 5, 26), date(2027, 6, 25), 82),
        (7, date(2027, 6, 18), date(2027, 6, 25), 82),
        (0, date(2027, 6, 25), date(2027, 6, 25), 82),
    ]


def test_what_is_announced_ahead_may_belong_to_the_next_year() -> None:
    spec = ObservanceSpec(origin=date(2000, 1, 3), lead=(7,))
    assert year_and_date(spec, date(2026, 12, 1), date(2026, 12, 31)) == [
        (2027, date(2026, 12, 27))
    ]


def test_on_one_date_the_day_itself_comes_before_the_next_year_s() -> None:
    spec = ObservanceSpec(origin=date(2020, 6, 26), lead=(365,))
    found = anniversaries(spec, date(2026, 6, 25), date(2026, 6, 26))
    assert [(f.year, f.lead) for f in found] == [(2026, 0), (2027, 365)]


# --- which years ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [2021, 2022, 2023, 2024, 2025, 2026]),
        ({"every": 5}, [2025]),
        ({"years": (1, 5, 10)}, [2021, 2025]),
        ({"first": 2023}, [2023, 2024, 2025, 2026]),
        ({"last": 2023}, [2021, 2022, 2023]),
        ({"first": 2022, "last": 2024, "skip": (2023,)}, [2022, 2024]),
        ({"skip": (2021, 2026)}, [2022, 2023, 2024, 2025]),
    ],
)
def test_only_the_years_that_count(changes: dict[str, object], expected: list[int]) -> None:
    spec = replace(ObservanceSpec(origin=date(2020, 5, 4)), **changes)  # type: ignore[arg-type]
    found = anniversaries(spec, date(2015, 1, 1), date(2026, 12, 31))
    assert [f.year for f in found] == expected


def test_a_year_left_out_is_not_announced_ahead_either() -> None:
    for lead, skip in product(((), (10,)), ((2026,), ())):
        spec = ObservanceSpec(origin=date(2020, 1, 5), lead=lead, skip=skip)
        found = list(anniversaries(spec, date(2025, 12, 1), date(2026, 1, 31)))
        assert len(found) == (0 if skip else 1 + len(lead))
