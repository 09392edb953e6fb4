"""Who gets which variant: decided once per distinct preference, never per subscriber."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.audience.posts import own_and_others
from bot.audience.subscriber import Announcements
from translations.locales import best_match


@dataclass(frozen=True)
class Choice:
    """The variant's ``language``; ``fallback`` when it is none that the subscriber asked for."""

    language: str
    fallback: bool


def choose(
    wanted: Sequence[str],
    available: Collection[str],
    office: Sequence[str],
    awaited: Collection[str] = (),
) -> Choice | None:
    """The best variant for a subscriber who lists ``wanted`` languages in order.

    ``office`` is the office's own order of fallback. When a language that is ``awaited`` (in
    preparation, not approved yet) would serve better than any that is ``available``, the answer
    is ``None``: this subscriber waits for it. ``None`` also when nothing is available, and for a
    post where another one of the same room serves (:mod:`bot.audience.posts`).
    """
    own, others = own_and_others(wanted)
    best = best_match(own, [*available, *awaited])
    if best is not None:
        return Choice(best.tag, fallback=False) if best.tag in available else None
    if others is not None and (not others or best_match(others, [*available, *awaited])):
        return None
    chosen = best_match(office, available)
    if chosen is not None:
        return Choice(chosen.tag, fallback=True)
    first = next(iter(sorted(available)), None)
    return None if first is None else Choice(first, fallback=True)


def wants(topics: Sequence[str], carried: Sequence[str]) -> bool:
    """Whether a subscriber of ``topics`` gets a release that carries ``carried``.

    No topics means all of them; a release without topics is for everybody.
    """
    return not topics or not carried or not set(topics).isdisjoint(carried)


def choosers(*, new: bool, anniversary: bool) -> tuple[Announcements, ...]:
    """Whoever chose one of these gets what is a ``new`` release, an ``anniversary``, or both."""
    return (
        Announcements.ALL,
        *((Announcements.NEW,) if new else ()),
        *((Announcements.ANNIVERSARIES,) if anniversary else ()),
    )
