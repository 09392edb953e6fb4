"""Who is reminded of an anniversary to come, when, and of what. Pure.

Staff want silence while all is well, except for one line on the day before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.releases.notices import Notice, lines
from bot.releases.release import Release
from translations.locales import native_name
from translations.text import Text, text, texts


def step_due(
    on: date, steps: Sequence[int], *, since: date, until: date, today: date
) -> int | None:
    """The reminder that is due for the day ``on``, in days before it; ``None``: none is.

    ``until`` is the last day whose hour for reminders has come, ``since`` the last one that was
    seen to. One that was missed is given late, while the day itself is not there yet; of several
    the nearest.
    """
    due = [
        days
        for days in steps
        if since < on - timedelta(days=days) <= until and today <= on - timedelta(days=min(days, 1))
    ]
    return min(due, default=None)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """How far an anniversary is prepared: its edition, or else the release that speaks for it.

    ``lacking`` are (language, state) of what is expected and not approved: ``missing``,
    ``draft`` or ``stale``; ``holding`` the languages without which nothing goes out at all.
    """

    title: str
    on: date
    slug: str
    is_edition: bool
    is_held: bool = False
    without_edition: str = "announce"
    lacking: tuple[tuple[str, str], ...] = ()
    holding: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.is_edition and not (self.is_held or self.lacking or self.holding)


def lacking(release: Release, wanted: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The languages, of those ``wanted`` and those begun, that are not approved, with the state
    that each is in."""
    states = (
        (tag, release.state_of(tag) if tag in release.variants else "missing")
        for tag in dict.fromkeys((release.original, *wanted, *release.variants))
    )
    return tuple((tag, state) for tag, state in states if state != "approved")


def reminders(found: Preparation, key: str, step: int, today: date) -> Iterator[Notice]:
    """What is told at the step of so many days before the day; ``key`` names that step."""
    when = _when(found, today)
    command = Text(f"/release {found.slug}")
    if found.is_complete:
        ready = text("“{slug}” is ready.", slug=found.slug)
        yield Notice(key=key, what=lines(when, ready), silent=step > 1)
        return
    yield Notice(key=key, what=lines(when, *_for_the_office(found), command))
    for language, state in found.lacking if found.is_edition else ():
        what = lines(when, _for_a_translator(found.slug, language, state), command)
        yield Notice(key=f"{key}/{language}", what=what, language=language)


def _when(found: Preparation, today: date) -> Text:
    match (found.on - today).days:
        case 0:
            return text("Today, {date}: “{title}”", date=found.on, title=found.title)
        case 1:
            return text("Tomorrow, {date}: “{title}”", date=found.on, title=found.title)
        case days:
            return texts(
                "In {n} day, on {date}: “{title}”",
                "In {n} days, on {date}: “{title}”",
                days,
                date=found.on,
                title=found.title,
            )


def _for_the_office(found: Preparation) -> Iterator[Text]:
    yield _edition(found)
    in_state: dict[str, list[str]] = {}
    for language, state in found.lacking:
        in_state.setdefault(state, []).append(language)
    if "missing" in in_state:
        yield text("No text yet in: {languages}", languages=_names(in_state["missing"]))
    if "draft" in in_state:
        yield text("Not approved yet: {languages}", languages=_names(in_state["draft"]))
    if "stale" in in_state:
        yield text(
            "Stale, because the original changed: {languages}", languages=_names(in_state["stale"])
        )
    if found.holding:
        yield text(
            "Nothing is announced until these are approved: {languages}",
            languages=_names(found.holding),
        )


def _edition(found: Preparation) -> Text:
    if found.is_edition and found.is_held:
        return text(
            "The release “{slug}” is prepared for it, and held: it does not go out by itself.",
            slug=found.slug,
        )
    if found.is_edition:
        return text("The release “{slug}” is prepared for it.", slug=found.slug)
    if found.without_edition == "hold":
        return text(
            "No release is prepared for it. It will be held until you decide; the latest one is "
            "“{slug}”.",
            slug=found.slug,
        )
    return text(
        "No release is prepared for it. Subscribers will get the title alone, and the way to "
        "“{slug}”.",
        slug=found.slug,
    )


def _for_a_translator(slug: str, language: str, state: str) -> Text:
    name = native_name(language)
    match state:
        case "missing":
            return text("“{slug}” has no text in {language} yet.", slug=slug, language=name)
        case "stale":
            return text(
                "The text of “{slug}” in {language} is stale, because the original changed.",
                slug=slug,
                language=name,
            )
    return text("The text of “{slug}” in {language} is not approved yet.", slug=slug, language=name)


def _names(languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(native_name(tag) for tag in languages)
