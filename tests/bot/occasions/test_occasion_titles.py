"""Which number a headline and a title get, by whatever calendar and on whatever day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.occasions.title import published_pattern
from bot.releases.publication import filled_headline
from bot.releases.release import ObservanceSpec, Release, Variant, VariantState


def release(day: date, **observance: Any) -> Release:
    variant = Variant(
        language="en",
        headline="{ordinal} anniversary of the harbour",
        state=VariantState.APPROVED,
    )
    spec = ObservanceSpec(**observance) if observance else None
    return Release(
        slug="harbour", original="en", date=day, variants={"en": variant}, observance=spec
    )


@pytest.mark.parametrize(
    ("day", "observance", "number"),
    [
        ("2026-06-26", {"origin": date(1945, 6, 26)}, "81st"),
        ("2026-03-01", {"origin": date(1945, 6, 26)}, "81st"),
        # A new year's day that is a Friday, kept on the Thursday of the year before; the edition
        # bears the one date or the other.
        (
            "2026-12-31",
            {"origin": date(1950, 1, 1), "move": "previous-weekday", "weekend": ("fri", "sat")},
            "77th",
        ),
        (
            "2027-01-01",
            {"origin": date(1950, 1, 1), "move": "previous-weekday", "weekend": ("fri", "sat")},
            "77th",
        ),
        ("2026-12-31", {"origin": date(1950, 1, 1)}, "76th"),
        # 1 Muharram 1430 was the second new year of 2008.
        ("2008-12-29", {"origin": date(1999, 4, 17), "calendar": "islamic"}, "10th"),
        # 30 Esfand 1399, kept on 1 Farvardin 1401 for the year 1400.
        (
            "2022-03-21",
            {"origin": date(2021, 3, 20), "calendar": "persian", "feb29": "mar1"},
            "1st",
        ),
    ],
)
def test_a_headline_counts_the_years_of_the_observance_s_own_calendar(
    day: str, observance: dict[str, Any], number: str
) -> None:
    filled = filled_headline(release(date.fromisoformat(day), **observance), "en")
    assert filled == f"{number} anniversary of the harbour"


def test_a_headline_beyond_the_calendar_stays_as_it_was_written() -> None:
    beyond = release(date(2090, 1, 1), origin=date(2000, 1, 1), calendar="islamic")
    assert filled_headline(beyond, "en") == "{ordinal} anniversary of the harbour"
    assert filled_headline(release(date(2026, 1, 1)), "en").startswith("{ordinal}")


def test_readers_see_no_pattern_that_is_not_approved_or_was_not_published() -> None:
    approved = release(date(2026, 6, 26), origin=date(1945, 6, 26))
    assert published_pattern(approved, None, "en") == ""
    assert published_pattern(approved, None, "fr") == ""
