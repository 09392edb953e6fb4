"""When somebody may be told something, on their own clock: quiet hours, and one hour for all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.hours import Hours

PARIS = "Europe/Paris"


def at(written: str, zone: str = PARIS) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_without_a_wish_each_thing_is_told_at_once() -> None:
    now = at("2026-06-26 03:00")
    assert Hours(zone=PARIS).tell_at(now, now) == now


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ("2026-06-26 21:59", "2026-06-26 21:59"),
        ("2026-06-26 22:00", "2026-06-27 07:00"),
        ("2026-06-27 03:00", "2026-06-27 07:00"),
        ("2026-06-27 07:00", "2026-06-27 07:00"),
    ],
)
def test_quiet_hours_go_over_midnight(posted: str, told: str) -> None:
    hours = Hours(zone=PARIS, quiet_from=22, quiet_until=7)
    assert hours.tell_at(at(posted), at(posted)) == at(told)


def test_quiet_hours_within_a_day() -> None:
    hours = Hours(zone=PARIS, quiet_from=12, quiet_until=14)
    assert hours.tell_at(at("2026-06-26 12:30"), at("2026-06-26 12:30")) == at("2026-06-26 14:00")
    assert hours.tell_at(at("2026-06-26 11:59"), at("2026-06-26 11:59")) == at("2026-06-26 11:59")


def test_what_is_told_together_waits_for_the_hour_of_their_clock() -> None:
    hours = Hours(zone=PARIS, digest=8)
    assert hours.tell_at(at("2026-06-26 08:01"), at("2026-06-26 08:01")) == at("2026-06-27 08:00")
    assert hours.tell_at(at("2026-06-26 07:59"), at("2026-06-26 07:59")) == at("2026-06-26 08:00")
    late = at("2026-06-28 11:00")
    assert hours.tell_at(at("2026-06-26 07:59"), late) == late, "the bot was away meanwhile"


def test_an_hour_for_all_that_is_quiet_waits_until_it_is_not() -> None:
    hours = Hours(zone=PARIS, digest=6, quiet_from=22, quiet_until=7)
    assert hours.tell_at(at("2026-06-26 12:00"), at("2026-06-26 12:00")) == at("2026-06-27 07:00")


def test_urgent_things_wait_only_where_they_are_told_to() -> None:
    now = at("2026-06-26 23:00")
    hours = Hours(zone=PARIS, digest=8, quiet_from=22, quiet_until=7)
    assert hours.tell_at(now, now, urgent=True) == now
    patient = Hours(zone=PARIS, digest=8, quiet_from=22, quiet_until=7, urgent_always=False)
    assert patient.tell_at(now, now, urgent=True) == at("2026-06-27 08:00")


@pytest.mark.parametrize(
    ("posted", "utc"),
    [
        ("2026-03-28 12:00", "2026-03-29T06:00:00+00:00"),  # clocks go forward that night
        ("2026-10-24 12:00", "2026-10-25T07:00:00+00:00"),  # and back again
    ],
)
def test_eight_is_eight_after_the_clocks_have_changed(posted: str, utc: str) -> None:
    assert Hours(zone=PARIS, digest=8).tell_at(at(posted), at(posted)).isoformat() == utc


def test_an_hour_that_is_skipped_or_comes_twice_ends_quiet_once() -> None:
    hours = Hours(zone=PARIS, quiet_from=22, quiet_until=2)
    spring = at("2026-03-28 23:00")
    assert hours.tell_at(spring, spring).isoformat() == "2026-03-29T01:00:00+00:00"
    first_two = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert hours.tell_at(first_two, first_two) == first_two
    second_half_past_one = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert hours.tell_at(second_half_past_one, second_half_past_one) == second_half_past_one


zones = st.sampled_from([PARIS, "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
whole = st.integers(0, 23)
moments = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(zones, st.none() | whole, whole, whole, moments, st.integers(0, 72 * 60), st.booleans())
def test_it_is_told_within_two_days_and_never_in_quiet(
    zone: str,
    digest: int | None,
    first: int,
    last: int,
    posted: datetime,
    minutes: int,
    urgent: bool,
) -> None:
    hours = Hours(zone=zone, digest=digest, quiet_from=first, quiet_until=last)
    now = posted + timedelta(minutes=minutes)
    told = hours.tell_at(posted, now, urgent=urgent)
    assert told >= now
    assert told - max(now, posted) <= timedelta(hours=50)
    assert urgent is False or told == now
    # Looked at again at that moment, it is told.
    assert hours.tell_at(posted, told, urgent=urgent) == told
