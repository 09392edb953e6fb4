"""Which of the newsroom's languages a visitor gets. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from translations.locales import UnknownLanguage, best_match, canonical


def preferred(accept_language: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, most wanted first (RFC 9110, 12.5.4).

    What cannot be read, ``*`` and what is refused with ``q=0`` are left out.
    """
    weighed: list[tuple[float, str]] = []
    for member in accept_language.split(","):
        tag, *parameters = (part.strip() for part in member.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                weight = _weight(value.strip())
        if tag and tag != "*" and weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def choose(accept_language: str, available: Sequence[str], remembered: str = "") -> str:
    """The best of ``available`` (at least one) for the visitor; the first where none serves.

    What the visitor once chose, as it was ``remembered``, stands above what the browser says.
    """
    chosen = proper_tag(remembered, available)
    if chosen is not None:
        return chosen
    match = best_match(preferred(accept_language), available)
    return match.tag if match else available[0]


def proper_tag(given: str, languages: Sequence[str]) -> str | None:
    """The newsroom's language that is meant by ``given``, however it is spelt."""
    if given in languages:
        return given
    try:
        tag = canonical(given)
    except UnknownLanguage:
        return None
    return tag if tag in languages else None


def _weight(value: str) -> float:
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
