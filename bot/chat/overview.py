"""/settings: all that a person, or an admin for a room, can choose; what is announced, and when
without a sound."""

from __future__ import annotations

from collections.abc import Sequence

from bot.audience import quiet as hours
from bot.audience.subscriber import Announcements, Subscriber
from bot.chat import posting, preferences, rooms, zones
from bot.chat.choosing import OWN, end, last_row, store, subject_of, summary
from bot.chat.keyboards import in_rows, outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.chat.words import ANNOUNCED, quiet_hours
from translations.text import Text, text

OFF = "off"
NONE = ("off", "no", "none", "0", "-")
"""What people write for no quiet hours, beside the word on the button."""

COMMON_HOURS = ("21:00-07:00", "22:00-07:00", "22:00-08:00", "23:00-07:00", "23:00-08:00")

VIEWS: Sequence[tuple[str, Text]] = (
    ("l", text("Languages")),
    ("t", text("Topics")),
    ("a", text("What is announced")),
    ("z", text("Time zone")),
    ("q", text("Quiet hours")),
)
ROOMS_OWN: tuple[str, Text] = ("p", text("Posts"))
"""What only a group or channel has to choose."""


async def command(turn: Turn, _arguments: str) -> None:
    await show(turn, OWN, await subject_of(turn, OWN))


async def quiet(turn: Turn, arguments: str) -> None:
    """/quiet, or /quiet 22-7."""
    subject = await subject_of(turn, OWN)
    if arguments:
        written = arguments.strip()
        off = written.casefold() in (*NONE, turn.words.render(quiet_hours("")).casefold())
        try:
            kept = "" if off else str(hours.read(written))
        except hours.BadHours:
            what = text(
                "“{value}” are no quiet hours. Write them as in 22:00-07:00.",
                value=shown(written, hours.LONGEST),
            )
            await turn.say(what)
            return
        subject = await store(turn, subject, quiet=kept)
    await show_quiet(turn, OWN, subject)


async def open_view(turn: Turn, parts: Sequence[str]) -> None:
    ref, view = parts_of(parts, 2)
    views = {
        "s": show,
        "l": preferences.show_languages,
        "t": preferences.show_topics,
        "a": show_announcements,
        "z": zones.show,
        "q": show_quiet,
        "p": posting.show,
    }
    if view not in views:
        raise outdated()
    await views[view](turn, ref, await subject_of(turn, ref))


async def done(turn: Turn, parts: Sequence[str]) -> None:
    """End choosing; for a group or channel this is the confirmation that it was waiting for."""
    (ref,) = parts_of(parts, 1)
    subject = await subject_of(turn, ref)
    if ref != OWN:
        subject = await rooms.confirm(turn, subject)
    page = turn.page(
        text("Noted.")
        if ref == OWN
        else text("“{title}” gets our press releases.", title=subject.name)
    )
    await turn.show(posting.summed_up(summary(page, subject), subject))


async def press_announcements(turn: Turn, parts: Sequence[str]) -> None:
    ref, wanted = parts_of(parts, 2)
    subject = await subject_of(turn, ref)
    if wanted not in tuple(Announcements):
        raise outdated()
    subject = await store(turn, subject, announcements=Announcements(wanted))
    await show_announcements(turn, ref, subject)


async def press_quiet(turn: Turn, parts: Sequence[str]) -> None:
    ref, written = parts_of(parts, 2)
    subject = await subject_of(turn, ref)
    try:
        kept = "" if written == OFF else str(hours.read(written))
    except hours.BadHours as error:
        raise outdated() from error
    await show_quiet(turn, ref, await store(turn, subject, quiet=kept))


async def show(turn: Turn, ref: str, subject: Subscriber) -> None:
    page = turn.page()
    title = (
        text("Your settings:")
        if ref == OWN
        else text("The settings of “{title}”:", title=subject.name)
    )
    page.line(title, bold=True)
    views = VIEWS if ref == OWN else (*VIEWS, ROOMS_OWN)
    buttons = in_rows(press(label, "open", ref, view) for view, label in views)
    page = posting.summed_up(summary(page, subject), subject)
    await turn.show(page, [*buttons, [end(ref, subject)]])


async def show_announcements(turn: Turn, ref: str, subject: Subscriber) -> None:
    page = turn.page(
        text("What is to be announced? What was prepared for an anniversary counts as both.")
    )
    page.line(text("Whoever got a message gets its correction, too, whatever is chosen here."))
    buttons = [
        [press(_ticked(turn, ANNOUNCED[one], one == subject.announcements), "what", ref, one)]
        for one in Announcements
    ]
    await turn.show(page, [*buttons, last_row(ref, subject)])


async def show_quiet(turn: Turn, ref: str, subject: Subscriber) -> None:
    page = turn.page(
        text(
            "In quiet hours messages arrive when they would otherwise, but without a sound. They "
            "are hours of the time zone {zone}.",
            zone=subject.timezone,
        )
    )
    page.line(text("Now: {hours}", hours=quiet_hours(subject.quiet)))
    if ref == OWN:
        page.line(text("Press others, or write them: /quiet 22:30-6:45"))
    offered = dict.fromkeys(("", *((subject.quiet,) if subject.quiet else ()), *COMMON_HOURS))
    buttons = [
        press(
            _ticked(turn, quiet_hours(kept), kept == subject.quiet),
            "quiet",
            ref,
            kept.replace(":", ".") or OFF,
        )
        for kept in offered
    ]
    await turn.show(page, [*in_rows(buttons), last_row(ref, subject)])


def _ticked(turn: Turn, label: Text, chosen: bool) -> str:
    words = turn.words.render(label)
    return f"✓ {words}" if chosen else words
