"""When an announcement will be through: by its share of the rate, and by what was measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.lines import Count
from bot.delivery.outlook import Outlook, Speed, finishing
from bot.delivery.report import Summary
from bot.settings import Settings

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)
SETTINGS = Settings(rate_per_second=100)


def _summary(ident: int, waiting: int) -> Summary:
    announcement = Announcement(
        id=ident,
        key=f"release-{ident}/publication",
        kind="publication",
        published_id=1,
        occurrence_id=None,
        about_id=None,
        state=AnnouncementState.SENDING,
        reason="",
        due_at=NOW,
        created_at=NOW,
        finished_at=None,
    )
    count = Count(transport="telegram", language="en", state="pending", reason="", number=waiting)
    return Summary(announcement=announcement, tally=(count,))


def _minutes(ident: int, ahead: Outlook, measured: float | None = None) -> float | None:
    (_, mine) = ahead.open[ident]
    said = finishing(_summary(ident, mine), ahead, SETTINGS, NOW, measured)
    if said is None:
        return None
    moment = said.args["moment"]
    assert isinstance(moment, datetime)
    return round((moment - NOW) / timedelta(minutes=1), 1)


def test_two_share_the_rate_and_the_smaller_is_through_first() -> None:
    alone = Outlook(open={1: (False, 594_000)})
    both = Outlook(open={1: (False, 594_000), 2: (False, 5_940)})
    assert _minutes(1, alone) == 100  # at 99 a second
    assert _minutes(2, both) == 2  # half of the rate, for as long as it lasts
    assert _minutes(1, both) == 101


def test_a_correction_comes_before_others() -> None:
    ahead = Outlook(open={1: (False, 594_000), 2: (True, 594_000)})
    assert _minutes(2, ahead) == 100
    assert _minutes(1, ahead) == 200


@pytest.mark.parametrize(("measured", "minutes"), [(49.5, 200), (0.0, None)])
def test_what_was_measured_counts_more(measured: float, minutes: float | None) -> None:
    ahead = Outlook(open={1: (False, 594_000)})
    assert _minutes(1, ahead, measured) == minutes


def test_the_speed_is_that_of_the_last_half_minute() -> None:
    speed = Speed()
    assert speed.at(0, 0) is None
    assert speed.at(5, 150) is None  # too early to say
    assert speed.at(10, 300) == 30
    for second in range(11, 80):
        found = speed.at(second, 300)
    assert found == 0
