"""What may be said of an observance, and what is answered where it cannot be so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import BadDocument
from bot.releases.intake import Draft, read
from bot.releases.release import ObservanceSpec


def take_in(folder: Path, observance: str, day: str = "2026-06-26") -> Draft:
    slug = folder / "lamps"
    slug.mkdir(exist_ok=True)
    (slug / "release.yaml").write_text(f"date: {day}\nobservance:\n{observance}")
    (slug / "en.md").write_text("# {ordinal} anniversary of the lamps\n\nText.")
    (draft,) = read([slug], languages=("en",), default_zone="UTC")
    return draft


def refusal(folder: Path, observance: str, day: str = "2026-06-26") -> str:
    with pytest.raises(BadDocument) as caught:
        take_in(folder, observance, day)
    return "\n".join(str(problem.as_text()) for problem in caught.value.problems)


def test_everything_that_an_observance_can_say(tmp_path: Path) -> None:
    draft = take_in(
        tmp_path,
        """  origin: 1989-03-14
  calendar: persian
  every: 2
  first: 1370
  last: 1420
  except: [1380, 1381]
  feb29: mar1
  move: nearest-weekday
  weekend: [Fri, sat]
  lead: [30, 7]
  at: 08:30
  catch_up: 2d
  without_edition: hold
  remind: [60]
""",
    )
    assert draft.release.observance == ObservanceSpec(
        origin=date(1989, 3, 14),
        calendar="persian",
        every=2,
        first=1370,
        last=1420,
        skip=(1380, 1381),
        feb29="mar1",
        move="nearest-weekday",
        weekend=("fri", "sat"),
        lead=(30, 7),
        at="08:30",
        catch_up="2d",
        without_edition="hold",
        remind=(60,),
    )
    assert not draft.problems


def test_what_is_not_said_stays_as_it_was(tmp_path: Path) -> None:
    draft = take_in(tmp_path, "  origin: 1989-03-14\n")
    assert draft.release.observance == ObservanceSpec(origin=date(1989, 3, 14))


def test_one_day_ahead_and_one_day_of_rest_need_no_list(tmp_path: Path) -> None:
    said = "  origin: 1989-03-14\n  lead: 7\n  except: 2030\n  move: next-weekday\n  weekend: fri\n"
    spec = take_in(tmp_path, said).release.observance
    assert spec is not None
    assert (spec.lead, spec.skip, spec.weekend) == ((7,), (2030,), ("fri",))


def test_a_weekend_that_nothing_moves_off_is_pointed_out(tmp_path: Path) -> None:
    draft = take_in(tmp_path, "  origin: 1989-03-14\n  weekend: [fri, sat]\n")
    (problem,) = draft.problems
    assert "counts only where “move”" in str(problem.what)
    assert problem.line == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("calendar: julian", "Allowed are: gregorian, islamic, hebrew, persian."),
        ("calendar: islamic\n  first: 2027", "“first” cannot be 2027. Allowed are whole numbers"),
        ("calendar: hebrew\n  except: [2027]", "from 3762 to 13759"),
        ("calendar: persian\n  last: 2027", "from 1 to 1498"),
        ("first: 2030\n  last: 2029", "“last” (2029) comes before “first” (2030)."),
        ("last: 1989", "“last” must be a year after 1989"),
        ("calendar: hebrew\n  last: 5749", "“last” must be a year after 5749"),
        ("first: 0", "“first” needs whole numbers from 1 up."),
        ("first: soon", "“first” needs whole numbers from 1 up."),
        ("except: [2030, never]", "“except” needs whole numbers from 1 up."),
        ("except: [2030, 2031, 2030]", "“except” names 2030 twice."),
        ("lead: [0]", "“lead” needs whole numbers from 1 up."),
        ("lead: [366]", "“lead” cannot be 366. Allowed are whole numbers from 1 to 365."),
        ("lead: [7, 7]", "“lead” names 7 twice."),
        ("lead: [a week]", "“lead” needs whole numbers from 1 up."),
        ("move: tomorrow", "Allowed are: nearest-weekday, next-weekday, previous-weekday."),
        (
            "move: next-weekday\n  weekend: [friday]",
            "Allowed are: mon, tue, wed, thu, fri, sat, sun",
        ),
        ("move: next-weekday\n  weekend: []", "A weekend has one to 3 days"),
        ("move: next-weekday\n  weekend: [mon, tue, wed, thu]", "A weekend has one to 3 days"),
        ("move: next-weekday\n  weekend: [sat, sat]", "“weekend” names sat twice."),
        ("excepted: [2030]", "There is no key “excepted”. Is “except” meant?"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line_and_what_can(
    tmp_path: Path, line: str, reason: str
) -> None:
    told = refusal(tmp_path, f"  origin: 1989-03-14\n  {line}\n")
    assert reason in told
    assert f"release.yaml, line {3 + len(line.splitlines())}" in told


@pytest.mark.parametrize(
    ("calendar", "origin", "day", "outside"),
    [
        ("islamic", "1918-02-26", "2026-06-26", "1918-02-26"),
        ("islamic", "2020-02-26", "2078-06-26", "2078-06-26"),
        ("persian", "0600-02-26", "2026-06-26", "0600-02-26"),
        ("persian", "1990-02-26", "2130-06-26", "2130-06-26"),
    ],
)
def test_a_calendar_is_asked_for_no_date_that_it_does_not_know(
    tmp_path: Path, calendar: str, origin: str, day: str, outside: str
) -> None:
    told = refusal(tmp_path, f"  origin: {origin}\n  calendar: {calendar}\n", day)
    assert f"release.yaml, line 4: The calendar “{calendar}” is known from " in told
    assert f"{outside} lies outside." in told
