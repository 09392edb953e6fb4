"""Moments as people write them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.releases.moments import BadMoment, format_moment, parse_moment
from bot.releases.release import Moment


@pytest.mark.parametrize(
    ("written", "at", "zone"),
    [
        ("2026-06-26T10:00", "2026-06-26T08:00", "Europe/Paris"),
        ("2026-06-26 10:00:30", "2026-06-26T08:00:30", "Europe/Paris"),
        ("2026-06-26T10:00Z", "2026-06-26T10:00", "Europe/Paris"),
        ("2026-06-26T10:00-04:00", "2026-06-26T14:00", "Europe/Paris"),
        ("2026-06-26T09:00:00-04:00[America/New_York]", "2026-06-26T13:00", "America/New_York"),
        ("2026-06-26T09:00[America/New_York]", "2026-06-26T13:00", "America/New_York"),
        ("2026-06-26T09:00Z[Asia/Baku]", "2026-06-26T09:00", "Asia/Baku"),
        ("2026-06-26T09:00[!Asia/Baku][u-ca=gregory]", "2026-06-26T05:00", "Asia/Baku"),
        ("2026-10-25T02:30+01:00[Europe/Paris]", "2026-10-25T01:30", "Europe/Paris"),
    ],
)
def test_a_moment_is_read_in_its_zone(written: str, at: str, zone: str) -> None:
    expected = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert parse_moment(written, "Europe/Paris") == Moment(at=expected, zone=zone)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("tomorrow", "no date and time"),
        ("2026-06-26", "no date and time"),
        ("2026-02-31T10:00", "no date 2026-02-31"),
        ("2026-06-26T24:00", "no time 24:00"),
        ("2026-06-26T10:00[Europe/Atlantis]", "no time zone “Europe/Atlantis”"),
        ("2026-06-26T10:00[../../etc/passwd]", "no date and time"),
        ("2026-06-26T09:00-05:00[America/New_York]", "the offset is -04:00"),
        ("2026-06-26T09:00+25:00", "no offset"),
        ("2026-03-29T02:30", "skip"),
        ("2026-10-25T02:30", "comes twice"),
        ("0001-01-01T00:00", "out of range"),
        ("2026-06-26T10:00[!u-ca=hebrew]", "not known"),
    ],
)
def test_what_is_no_moment_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(BadMoment, match=reason.replace("[", r"\[")):
        parse_moment(written, "Europe/Paris")


@given(
    st.datetimes(min_value=datetime(1950, 1, 2), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_what_is_written_is_read_back(local: datetime, zone: str) -> None:
    moment = Moment(at=local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone=zone)

    assert parse_moment(format_moment(moment), "UTC") == moment


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_refused(written: str) -> None:
    with contextlib.suppress(BadMoment):
        assert parse_moment(written, "UTC").at.tzinfo is UTC
