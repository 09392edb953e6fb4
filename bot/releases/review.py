"""Who may do what, and whether a release is ready: pure decisions, in this one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from bot.errors import Conflict, NotAllowed
from bot.releases.release import (
    Completeness,
    PubStatus,
    Release,
    ReleaseState,
    VariantState,
)
from translations.text import text

Act = Literal["view", "ask", "write", "approve", "schedule", "administer"]

_RIGHTS: Mapping[str, frozenset[Act]] = {
    "admin": frozenset({"view", "ask", "write", "approve", "schedule", "administer"}),
    "editor": frozenset({"view", "ask", "write", "approve", "schedule"}),
    "translator": frozenset({"view", "ask", "write", "approve"}),
    "observer": frozenset({"view"}),
}
_OF_ONE_LANGUAGE: frozenset[Act] = frozenset({"write", "approve"})
EVERY_LANGUAGE = "*"


@dataclass(frozen=True)
class Role:
    """``admin``, ``editor``, ``translator`` (of one ``language``) or ``observer``."""

    name: str
    language: str = ""

    def covers(self, other: Role) -> bool:
        """Whether it lets do all that ``other`` does."""
        if self == other or other.name == "observer":
            return True
        if self.name == "admin":
            return True
        return self.name == "editor" and other.name == "translator"

    def __str__(self) -> str:
        """As in the setting ``staff``: ``translator:fr``."""
        return f"{self.name}:{self.language}" if self.language else self.name


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: ``name`` goes into the audit log, ``roles`` say what they may do."""

    name: str
    roles: tuple[Role, ...] = ()

    def may(self, act: Act, language: str | None = None) -> bool:
        return any(self._covers(role, act, language) for role in self.roles)

    @staticmethod
    def _covers(role: Role, act: Act, language: str | None) -> bool:
        if act not in _RIGHTS.get(role.name, frozenset()):
            return False
        if role.name == "translator" and act in _OF_ONE_LANGUAGE:
            return language == role.language
        return True


OPERATOR = Actor("operator", (Role("admin"),))
"""Whoever holds the command line holds the database as well."""

FOLDER = Actor("folder", (Role("admin"),))
"""The releases folder, while the setting ``trust_folder`` lets its files count as approved."""


def demand(actor: Actor, act: Act, language: str | None = None) -> None:
    """Raise ``NotAllowed`` unless ``actor`` may do ``act`` (to the variant in ``language``)."""
    if not actor.may(act, language):
        raise NotAllowed(
            text("You may not do that. Ask an admin of the press office for the right role.")
        )


SHORTEST_REASON, LONGEST_REASON = 10, 500
"""Characters of the reason why somebody approves their own text under four eyes."""


def approved(
    release: Release, language: str, actor: Actor, *, four_eyes: bool, alone: str = ""
) -> Release:
    """``release`` with its variant in ``language`` approved by ``actor``.

    The approval is bound to the original as it is now (product rule 3). Under four eyes one's own
    text takes a reason, ``alone``; then a second person's approval is still owed. Raises
    ``NotAllowed`` without one, ``Conflict`` when there is nothing to approve.
    """
    demand(actor, "approve", language)
    demand_variant(release, language)
    variant = release.variants[language]
    # An approval that is owed stays so, whatever the setting says meanwhile.
    needed = four_eyes or release.is_owed(language)
    own = variant.written_by == actor.name and needed
    if own and not alone:
        raise NotAllowed(
            text("You wrote this text, and four eyes are asked for: somebody else must approve it.")
        )
    if own:
        _demand_reason(alone)
    changed = replace(
        variant,
        state=VariantState.APPROVED,
        approved_by=actor.name,
        approved_original_hash=release.original_hash,
        alone=alone if own else "",
    )
    return replace(release, variants={**release.variants, language: changed})


def _demand_reason(alone: str) -> None:
    if not SHORTEST_REASON <= len(alone.strip()) <= LONGEST_REASON:
        raise Conflict(
            text(
                "The reason takes {least} to {most} characters. Say why nobody else can approve "
                "it in time.",
                least=SHORTEST_REASON,
                most=LONGEST_REASON,
            )
        )


def may_approve_alone(release: Release, language: str, actor: Actor, *, four_eyes: bool) -> bool:
    """Whether it is their own text, so that under four eyes they need a reason."""
    return (
        four_eyes
        and release.variants[language].written_by == actor.name
        and not release.is_approved(language)
        and actor.may("approve", language)
    )


def may_approve_second(release: Release, language: str, actor: Actor) -> bool:
    """Whether theirs is the second approval that is owed."""
    return (
        release.is_owed(language)
        and release.variants[language].written_by != actor.name
        and actor.may("approve", language)
    )


@dataclass(frozen=True)
class Readiness:
    """Whether a release can go out now.

    ``holding`` languages keep it from going out; ``missing`` ones, those among them, are in
    preparation.
    """

    ready: bool
    missing: tuple[str, ...]
    holding: tuple[str, ...]
    wait: bool
    """Subscribers whose language is missing wait for it instead of getting a fallback."""

    def awaited(self, out: Collection[str]) -> tuple[str, ...]:
        """The languages that are waited for, once the release is published in those of ``out``."""
        return tuple(tag for tag in self.missing if self.wait and tag not in out)


def readiness(release: Release, required: tuple[str, ...], completeness: Completeness) -> Readiness:
    """Judge by the release's own required languages and policy, else the office's.

    The original must be approved whatever the policy: every other approval is bound to it.
    """
    required = release.required_languages or required
    policy = release.completeness or completeness
    wanted = dict.fromkeys((release.original, *required, *release.variants))
    missing = tuple(tag for tag in wanted if tag not in release.approved_languages)
    needed = required if policy is Completeness.HOLD else ()
    holding = tuple(tag for tag in missing if tag == release.original or tag in needed)
    return Readiness(
        ready=not holding,
        missing=missing,
        holding=holding,
        wait=policy is not Completeness.FALLBACK,
    )


def due_at(release: Release) -> datetime | None:
    """When a queued release goes out: its time, or its embargo where that is later."""
    moments = [m.at for m in (release.publish_at, release.embargo) if m is not None]
    return max(moments) if release.publish_at is not None else None


def fingerprint(release: Release, language: str = EVERY_LANGUAGE) -> str:
    """Of the text and the pictures that somebody looked at before they acted on them."""
    tags = release.variants if language == EVERY_LANGUAGE else (release.original, language)
    parts = [f"{tag} {release.variants[tag].content_hash}" for tag in tags]
    if release.pictures:
        parts.append(repr(release.pictures))
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:8]


def reads_as_seen(release: Release) -> bool:
    """Whether the text is the one that whoever gave it to be published had seen."""
    return not release.seen or release.seen == fingerprint(release)


def plan_mark(release: Release) -> str:
    """Of when a release is to go out, for buttons that change it: they act on this or on none."""
    parts = (release.state, release.publish_at, release.embargo)
    return sha256(repr(parts).encode()).hexdigest()[:4]


def demand_plan(release: Release, mark: str | None) -> None:
    """Raises ``Conflict`` where it is not planned as somebody saw it; ``None``: whatever it is."""
    if mark is not None and mark != plan_mark(release):
        raise Conflict(
            text("Somebody else has changed when it goes out. This is how it stands now.")
        )


def is_to_come(release: Release, now: datetime) -> bool:
    """Whether it is queued for a time that has not come."""
    due = due_at(release)
    return release.state is ReleaseState.QUEUED and due is not None and due > now


def demand_variant(release: Release, language: str) -> None:
    """Raises ``Conflict`` where there is no text in that language."""
    if language not in release.variants:
        raise Conflict(
            text(
                "“{slug}” has no variant in {language}. Import one first.",
                slug=release.slug,
                language=language,
            )
        )


def demand_published(release: Release) -> None:
    """Raises ``Conflict`` unless readers have it, and it was not withdrawn."""
    if release.state is not ReleaseState.PUBLISHED:
        raise Conflict(
            text(
                "“{slug}” is not published: there is nothing to correct or withdraw. Import the "
                "new text, or hold the release.",
                slug=release.slug,
            )
        )
    demand_not_withdrawn(release)


def demand_not_withdrawn(release: Release) -> None:
    if release.pubstatus is PubStatus.CANCELED:
        raise Conflict(
            text(
                "“{slug}” was withdrawn. What is to be said instead is a release of its own.",
                slug=release.slug,
            )
        )


def demand_not_going_out(release: Release, now: datetime) -> None:
    """Raises ``Conflict`` while the seconds are counted in which it can still be stopped."""
    if release.seen and is_to_come(release, now):
        raise Conflict(
            text(
                "“{slug}” has been given to be published, and goes out at once.", slug=release.slug
            )
        )


def demand_unpublished(release: Release) -> None:
    if release.state is ReleaseState.PUBLISHED:
        raise Conflict(text("“{slug}” is already published.", slug=release.slug))
