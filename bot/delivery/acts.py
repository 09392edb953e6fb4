"""The acts of the audit log in words: who, and what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.delivery.announcement import called
from bot.releases import members
from bot.releases.review import Role
from translations.locales import UnknownLanguage, native_name
from translations.text import Text, ptext, text, texts

Details = Mapping[str, Any]

_WHO: Mapping[str, Text] = {
    "operator": ptext("actor", "the command line"),
    "folder": ptext("actor", "the releases folder"),
    "planner": ptext("actor", "Polyherald itself"),
}


def who(actor: str) -> Text | str:
    """Whoever acted: a member of staff by address, what acts by itself by its name."""
    return _WHO.get(actor, actor)


def what(act: str, details: Details, zone: ZoneInfo) -> Text | str:
    """What was done; moments on the clocks of ``zone``. An act of another version of Polyherald
    is told as it stands in the log."""
    if act in _SIMPLE:
        return _SIMPLE[act]
    if act in ("queue", "embargo") and "at" in details:
        moment = datetime.fromisoformat(details["at"]).astimezone(zone)
        if act == "embargo":
            return text("Put it under embargo until {moment}", moment=moment)
        return text("Queued for {moment}", moment=moment)
    if act in _OF_ANNOUNCEMENTS:
        announcement = details.get("announcement")
        return _OF_ANNOUNCEMENTS[act](called(announcement) if announcement else _ALL)
    if act in _DETAILED:
        return _DETAILED[act](details)
    return " ".join((act, *map(str, details.values())))


_ALL = text("all sending")
_SIMPLE: Mapping[str, Text] = {
    "accept observance": text("Accepted the observance"),
    "publish": text("Gave it to be published"),
    "hold": text("Held it back"),
    "hold late": text("Held it back because it was late"),
    "hold changed": text("Held it back because it was changed"),
    "stop": text("Stopped it before it went out"),
    "lift embargo": text("Lifted its embargo"),
    "unqueue": text("Took it off the queue"),
    "withdraw": text("Withdrew it"),
    "picture added": text("Added a picture"),
    "picture removed": text("Took a picture away"),
    "picture put first": text("Put a picture first"),
}
_OF_ANNOUNCEMENTS: Mapping[str, Callable[[Text], Text]] = {
    "pause": lambda it: text("Paused: {announcement}", announcement=it),
    "resume": lambda it: text("Let go on: {announcement}", announcement=it),
    "cancel": lambda it: text("Cancelled: {announcement}", announcement=it),
}


def _languages(details: Details) -> tuple[str, ...]:
    return tuple(map(_name, details.get("languages", ())))


def _name(language: str) -> str:
    try:
        return native_name(language)
    except UnknownLanguage:
        return language


def _role(written: str) -> Text:
    name, _, language = written.partition(":")
    return members.called(Role(name, language))


def _roles(written: Sequence[str]) -> tuple[Text, ...]:
    return tuple(map(_role, written)) or (Text("–"),)


def _corrected(details: Details) -> Text:
    languages = _languages(details)
    match details.get("kind"):
        case "typo":
            return text("Put a typo right: {languages}", languages=languages)
        case "clarification":
            return text("Clarified it: {languages}", languages=languages)
    return text("Corrected it: {languages}", languages=languages)


def _resent(details: Details) -> Text:
    return texts("Sent {n} message again", "Sent {n} messages again", int(details.get("count", 0)))


_DETAILED: Mapping[str, Callable[[Details], Text]] = {
    "import": lambda d: text("Filed it: {languages}", languages=_languages(d)),
    "approve": lambda d: text("Approved it: {languages}", languages=_languages(d)),
    "overrule": lambda d: text(
        "Approved it, although changes were asked for: {languages}", languages=_languages(d)
    ),
    "ask for changes": lambda d: text(
        "Asked for changes in {languages}: “{comment}”",
        languages=_languages(d),
        comment=d.get("comment", ""),
    ),
    "approve alone": lambda d: text(
        "Approved it without a second person: {languages}. Reason: {reason}",
        languages=_languages(d),
        reason=d.get("reason", ""),
    ),
    "second approval": lambda d: text(
        "Gave the second approval: {languages}", languages=_languages(d)
    ),
    "published": lambda d: text("Published it: {languages}", languages=_languages(d)),
    "picture described": lambda d: text(
        "Said what a picture shows: {languages}", languages=_languages(d)
    ),
    "correct": _corrected,
    "new key": lambda d: text("Made a new signing key: {key}", key=d.get("key", "")),
    "revoke key": lambda d: text("Revoked a signing key: {key}", key=d.get("key", "")),
    "resend": _resent,
    "invite": lambda d: text("Invited somebody: {role}", role=_role(d.get("role", ""))),
    "withdraw invitation": lambda d: text(
        "Withdrew an invitation: {role}", role=_role(d.get("role", ""))
    ),
    "join": lambda d: text(
        "Accepted the invitation of {inviter}: {role}",
        inviter=who(d.get("invited_by", "")),
        role=_role(d.get("role", "")),
    ),
    "change role": lambda d: text(
        "Changed what {person} is: {before} → {after}",
        person=d.get("person", ""),
        before=_roles(d.get("before", ())),
        after=_roles(d.get("after", ())),
    ),
    "remove": lambda d: text(
        "Removed {person} from the press office: {before}",
        person=d.get("person", ""),
        before=_roles(d.get("before", ())),
    ),
}
