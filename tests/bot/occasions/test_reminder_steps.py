"""When staff are reminded: once at each step, late if need be, never of what is past."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.occasions.reminders import Preparation, lacking, reminders, step_due
from bot.releases.notices import in_english
from bot.releases.release import Release, Variant, VariantState
from translations.locales import native_name

DAY = date(2027, 6, 26)
A_DAY = timedelta(days=1)

steps = st.lists(st.integers(0, 60), max_size=5).map(tuple)
looks = st.lists(st.integers(-70, 3), min_size=1, max_size=40).map(sorted)


def given_at(remind: tuple[int, ...], days: list[int]) -> list[tuple[int, int]]:
    """(day of the look, step) of each reminder; days are counted from the day itself."""
    told: list[tuple[int, int]] = []
    since = DAY + timedelta(days=days[0] - 1)
    for offset in days:
        today = DAY + timedelta(days=offset)
        step = step_due(DAY, remind, since=since, until=today, today=today)
        if step is not None:
            told.append((offset, step))
        since = max(since, today)
    return told


@given(steps)
def test_who_looks_every_day_reminds_on_each_day_exactly(remind: tuple[int, ...]) -> None:
    told = given_at(remind, list(range(-70, 4)))
    assert told == [(-step, step) for step in sorted(set(remind), reverse=True)]


@given(steps, looks)
def test_whenever_one_looks_no_step_comes_twice_early_or_after_the_day(
    remind: tuple[int, ...], days: list[int]
) -> None:
    told = given_at(remind, days)
    told_steps = [step for _, step in told]
    assert told_steps == sorted(set(told_steps), reverse=True)
    for offset, step in told:
        assert -step <= offset
        assert offset <= -min(step, 1)


@given(steps, looks)
def test_what_was_missed_is_told_at_the_next_look_unless_a_nearer_step_is_due(
    remind: tuple[int, ...], days: list[int]
) -> None:
    told = dict(given_at(remind, days))
    for before, offset in zip([days[0] - 1, *days], days, strict=False):
        missed = [s for s in remind if before < -s <= offset and offset <= -min(s, 1)]
        assert told.get(offset) == min(missed, default=told.get(offset))


def test_before_the_hour_the_day_before_still_counts() -> None:
    """At 08:00 on the day, the office's hour being 09:00: too late to speak of tomorrow."""
    yesterday = DAY - A_DAY
    two = DAY - 2 * A_DAY
    assert step_due(DAY, (1,), since=two, until=yesterday, today=yesterday) == 1
    assert step_due(DAY, (1,), since=two, until=yesterday, today=DAY) is None
    assert step_due(DAY, (0,), since=yesterday, until=DAY, today=DAY) == 0


def variant(tag: str, state: str) -> Variant:
    approved = state != "draft"
    return Variant(
        language=tag,
        headline=tag,
        state=VariantState.APPROVED if approved else VariantState.DRAFT,
        approved_original_hash="old" if state == "stale" else "",
    )


def test_what_is_lacking_is_what_is_expected_or_begun() -> None:
    variants = {tag: variant(tag, state) for tag, state in STATES.items()}
    release = Release(slug="lamp", original="en", date=DAY, variants=variants)
    assert lacking(release, ["en", "az", "fr"]) == (
        ("az", "missing"),
        ("fr", "draft"),
        ("ru", "stale"),
    )


STATES = {"en": "approved", "fr": "draft", "ru": "stale"}


def told(step: int, today: date, **found: object) -> dict[str, str]:
    """Whom what is told: the office under "", translators under their language."""
    values = {"title": "82nd lamp", "on": DAY, "slug": "lamp", "is_edition": True} | found
    return {
        notice.language: in_english(notice.what)
        for notice in reminders(Preparation(**values), "remind/lamp", step, today)  # type: ignore[arg-type]
        if not notice.silent
    }


def test_while_all_is_well_one_line_comes_the_day_before() -> None:
    assert told(30, DAY - 30 * A_DAY) == {}
    assert told(7, DAY - 7 * A_DAY) == {}
    assert told(1, DAY - A_DAY) == {"": "Tomorrow, 26 June 2027: “82nd lamp”\n“lamp” is ready."}


def test_what_is_missing_is_said_to_the_office_and_to_each_translator() -> None:
    said = told(
        30,
        DAY - 30 * A_DAY,
        lacking=(("az", "missing"), ("fr", "draft"), ("ru", "stale")),
        holding=("fr",),
    )
    assert said[""].splitlines() == [
        "In 30 days, on 26 June 2027: “82nd lamp”",
        "The release “lamp” is prepared for it.",
        f"No text yet in: {native_name('az')}",
        "Not approved yet: Français",
        "Stale, because the original changed: Русский",
        "Nothing is announced until these are approved: Français",
        "/release lamp",
    ]
    assert "no text in" in said["az"]
    assert "not approved yet" in said["fr"]
    assert "is stale" in said["ru"]
    assert all(words.endswith("/release lamp") for words in said.values())


def test_without_an_edition_it_says_what_will_happen_then() -> None:
    said = told(7, DAY - 7 * A_DAY, is_edition=False)
    assert "will get the title alone" in said[""]
    said = told(
        1, DAY - A_DAY, is_edition=False, without_edition="hold", lacking=(("fr", "draft"),)
    )
    assert "It will be held until you decide" in said[""]
    assert set(said) == {""}, "translators have nothing to translate"
    assert "held: it does not go out" in told(7, DAY - 7 * A_DAY, is_held=True)[""]
