"""When something is to be: as staff write it, and read back before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.chat import release_card as card
from bot.chat.keyboards import Button, Rows, number, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.releases.moments import BadMoment, zone_names
from bot.releases.publication import filled_headline
from bot.releases.release import Moment, Release
from bot.releases.review import demand_unpublished, plan_mark
from bot.releases.spoken import understood
from translations.text import Text, text

LATEST_SECOND = 253402300799
"""Since 1970: the end of the year 9999, after which there are no dates."""

EMBARGO = "embargo"
"""Stands before the slug in a message that asks until when, so that a reply is understood."""


@dataclass(frozen=True)
class Matter:
    """What a time is asked for; ``code`` stands for it in buttons, ``act`` is what confirms it."""

    code: str
    act: str
    question: Text
    asked: Text


GOING_OUT = Matter(
    "q",
    "at",
    text("When should this go out? Choose a time, or reply to this message with one."),
    text("To go out: {moment}"),
)
UNDER_EMBARGO = Matter(
    "e",
    "bar",
    text("Until when is it under embargo? Choose a time, or reply to this message with one."),
    text("End of the embargo: {moment}"),
)
_MATTERS = {matter.code: matter for matter in (GOING_OUT, UNDER_EMBARGO)}


def matter_of(code: str) -> Matter:
    """What a button is about; raises ``NotFound``."""
    if code not in _MATTERS:
        raise outdated()
    return _MATTERS[code]


def named(page: Page, matter: Matter, release: Release) -> Page:
    """Add the name by which a reply to the message is understood."""
    return page.name(f"{EMBARGO} {release.slug}" if matter is UNDER_EMBARGO else release.slug)


def said(turn: Turn, words: str) -> tuple[Moment, ...]:
    """What ``words`` mean in the person's language and zone; raises ``BadMoment``, also for what
    has passed."""
    office, now = turn.office, turn.office.clock.now()
    found = understood(
        words,
        now=now,
        zone=turn.zone,
        hour=office.settings.occasion_hour,
        languages=(turn.words.formats.tag, *turn.languages, *office.settings.languages, "en"),
    )
    if found[0].at <= now:
        raise BadMoment(text("That time has passed: {moment}.", moment=found[0].local))
    return found


def in_full(turn: Turn, moment: Moment) -> str:
    """With the day of the week, on the clocks of the moment's own zone, which is named."""
    return turn.words.formats.datetime(moment.at, moment.zone, weekday=True)


async def answered(turn: Turn, matter: Matter, release: Release, found: Sequence[Moment]) -> None:
    """Read a time back, or ask which of several is meant, in a new message."""
    if len(found) == 1:
        await turn.say(*reading(turn, matter, release, found[0]))
        return
    page = turn.page(text("This can be read in several ways. Which time is meant?"))
    named(page, matter, release)
    for one in found:
        page.item(in_full(turn, one))
    buttons = [[picked(_in_short(turn, one, found), matter, release, one)] for one in found]
    await turn.say(page, [*buttons, [leave(release)]])


def _in_short(turn: Turn, moment: Moment, among: Sequence[Moment]) -> str:
    """For a button; an hour that the clocks show twice is told apart by its zone's short name."""
    words, local = turn.words.formats, moment.local
    label = f"{words.date(local.date(), weekday=True)} {words.time(local.time())}"
    is_twice = (
        sum(one.local.replace(tzinfo=None) == local.replace(tzinfo=None) for one in among) > 1
    )
    return f"{label} ({local:%Z})" if is_twice else label


def picked(label: Text | str, matter: Matter, release: Release, moment: Moment) -> Button:
    """The button that chooses a moment, which is read back then."""
    seconds = int(moment.at.timestamp())
    return press(label, "pick", release.id, matter.code, seconds, moment.zone)


def leave(release: Release) -> Button:
    return press(text("Leave it"), "release", release.id)


async def read_back(turn: Turn, parts: Sequence[str]) -> None:
    """A button that chooses a moment."""
    turn.staff("schedule")
    ident, code, seconds, zone = parts_of(parts, 4)
    matter, moment = matter_of(code), moment_of(seconds, zone)
    release = await card.numbered(turn, ident)
    demand_unpublished(release)
    await turn.show(*reading(turn, matter, release, moment))


def reading(turn: Turn, matter: Matter, release: Release, moment: Moment) -> tuple[Page, Rows]:
    """A time read back, to be confirmed: in the person's language, in its zone and the office's."""
    page = turn.page(shown(filled_headline(release, release.original)))
    named(page, matter, release)
    page.line(Text(matter.asked.msgid, {"moment": in_full(turn, moment)}), bold=True)
    office = turn.office.settings.timezone
    if moment.at.astimezone(ZoneInfo(office)).utcoffset() != moment.local.utcoffset():
        there = in_full(turn, Moment(at=moment.at, zone=office))
        page.line(text("In the office’s time zone: {moment}", moment=there))
    if matter is UNDER_EMBARGO:
        page.line(MEANING)
        if release.publish_at is not None and release.publish_at.at < moment.at:
            page.line(text("What is queued for an earlier time goes out then."))
    elif release.embargo is not None and release.embargo.at > moment.at:
        until = in_full(turn, release.embargo)
        page.line(text("It is under embargo, and goes out when that ends: {moment}", moment=until))
    seconds = int(moment.at.timestamp())
    confirm = press(
        text("Confirm"), matter.act, release.id, seconds, moment.zone, plan_mark(release)
    )
    another = press(text("Another time …"), "when", release.id, matter.code)
    return page, [[confirm], [another, leave(release)]]


MEANING = text(
    "Until then nothing of it is on pages or in feeds, and nothing of it is sent to anybody."
)


def moment_of(seconds: str, zone: str) -> Moment:
    """What a button names; raises ``NotFound``."""
    if zone not in zone_names() or not 0 <= number(seconds) <= LATEST_SECOND:
        raise outdated()
    return Moment(at=datetime.fromtimestamp(number(seconds), UTC), zone=zone)
