"""Quiet hours are hours of the subscriber's own clock, whatever the season."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audience.quiet import BadHours, QuietHours, is_quiet, read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("22-7", "22:00-07:00"),
        ("22:30 – 06:45", "22:30-06:45"),
        ("22.30-6.45", "22:30-06:45"),
        ("٢٢-٧", "22:00-07:00"),
        ("13 15", "13:00-15:00"),
        ("20-24", "20:00-00:00"),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert str(read(written)) == meant
    assert str(read(meant)) == meant


@pytest.mark.parametrize(
    "written", ["", "22", "7-7", "0-24", "25-3", "22:60-7", "-", "22-7-8", "a-b", "2" * 5000]
)
def test_what_are_no_hours_is_refused(written: str) -> None:
    with pytest.raises(BadHours):
        read(written)


@given(st.times(), st.times(), st.times())
def test_a_window_and_the_rest_of_the_day_are_the_whole_day(a: time, b: time, at: time) -> None:
    if a != b:
        assert QuietHours(a, b).cover(at) != QuietHours(b, a).cover(at)


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Paris", "2026-03-29"), ("America/New_York", "2026-11-01")]
)
def test_the_night_ends_at_seven_also_when_the_clock_is_changed(zone: str, day: str) -> None:
    """Both are days on which the clock is changed, at two or three in the morning."""
    clock = ZoneInfo(zone)
    moment = datetime.fromisoformat(day).replace(tzinfo=clock).astimezone(UTC)
    moments = [moment + timedelta(minutes=n) for n in range(12 * 60)]
    for at in moments:
        quiet = is_quiet("22:00-07:00", zone, at)
        assert quiet == (at.astimezone(clock).time() < time(7))


def test_what_cannot_be_made_out_silences_nothing() -> None:
    now = datetime(2026, 6, 26, 23, tzinfo=UTC)
    assert is_quiet("22:00-07:00", "UTC", now)
    assert not is_quiet("", "UTC", now)
    assert not is_quiet("nonsense", "UTC", now)
    assert not is_quiet("22:00-07:00", "Mars/Base", now)
    assert not is_quiet("22:00-07:00", "../etc/passwd", now)
