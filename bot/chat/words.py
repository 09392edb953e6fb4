"""Names of states and the like, as people are told them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.audience import quiet
from bot.audience.subscriber import Announcements, SubscriberState
from bot.delivery.announcement import AnnouncementState
from bot.releases.release import ReleaseState
from translations.locales import native_name
from translations.text import Text, ptext, text

RELEASE: Mapping[ReleaseState, Text] = {
    ReleaseState.DRAFT: ptext("release", "draft"),
    ReleaseState.QUEUED: ptext("release", "queued"),
    ReleaseState.HELD: ptext("release", "held"),
    ReleaseState.PUBLISHED: ptext("release", "published"),
}
VARIANT: Mapping[str, Text] = {
    "missing": ptext("translation", "missing"),
    "draft": ptext("translation", "not approved"),
    "approved": ptext("translation", "approved"),
    "stale": ptext("translation", "stale: the original changed"),
}
SUBSCRIBER: Mapping[str, Text] = {
    SubscriberState.ACTIVE: ptext("subscriber", "active"),
    SubscriberState.PENDING: ptext("subscriber", "not set up yet"),
    SubscriberState.UNREACHABLE: ptext("subscriber", "unreachable"),
}
ANNOUNCED: Mapping[Announcements, Text] = {
    Announcements.ALL: text("New releases and anniversaries"),
    Announcements.NEW: text("New releases only"),
    Announcements.ANNIVERSARIES: text("Anniversaries only"),
}
ANNOUNCEMENT: Mapping[AnnouncementState, Text] = {
    AnnouncementState.PLANNING: ptext("announcement", "being planned"),
    AnnouncementState.SENDING: ptext("announcement", "being sent"),
    AnnouncementState.HELD: ptext("announcement", "held"),
    AnnouncementState.PAUSED: ptext("announcement", "paused"),
    AnnouncementState.CANCELLED: ptext("announcement", "cancelled"),
    AnnouncementState.DONE: ptext("announcement", "done"),
}


def names(languages: Sequence[str]) -> tuple[str, ...]:
    """Languages as their speakers call them, for a list in a text."""
    return tuple(native_name(tag) for tag in languages)


def quiet_hours(kept: str) -> Text:
    """Hours as they are stored, on the reader's kind of clock."""
    try:
        hours = quiet.read(kept)
    except quiet.BadHours:
        return text("switched off")
    return text("{begin} to {end}", begin=hours.begin, end=hours.end)
