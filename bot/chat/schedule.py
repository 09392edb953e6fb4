"""What is coming, in order of time, and setting the time at which a release goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import telegram

from bot.chat import reading
from bot.chat import release_card as card
from bot.chat.keyboards import Button, held, in_rows, number, outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.chat.words import RELEASE
from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState, called
from bot.releases import repository
from bot.releases.moments import BadMoment, parse_moment, zone_names
from bot.releases.publication import filled_headline
from bot.releases.release import Moment, Release, ReleaseState
from bot.releases.review import due_at
from translations.locales import native_name
from translations.text import Text, text

MOST_BUTTONS = 12
LATEST_SECOND = 253402300799
"""Since 1970: the end of the year 9999, after which there are no dates."""

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Entry:
    at: datetime
    when: Text | str
    what: str
    slug: str
    state: Text | None = None
    missing: tuple[tuple[str, str], ...] = ()
    button: Button | None = None


async def queue(turn: Turn, arguments: str) -> None:
    """/queue; /queue SLUG; /queue SLUG 2026-06-26 09:00."""
    slug, _, when = arguments.partition(" ")
    if not slug:
        turn.staff()
        await _show_queue(turn)
        return
    actor = turn.staff("schedule")
    release = await card.named(turn, slug)
    if not when.strip():
        await _ask(turn, release)
        return
    moment = _parsed(turn, when)
    if isinstance(moment, Text):
        await turn.say(moment)
        return
    await turn.claim()
    release = await turn.office.desk.queue(actor, release.slug, at=moment)
    await card.show(turn, release, turn.page(text("The time is set.")))


async def ask(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Queue”: the time is given by replying."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    await _ask(turn, await card.numbered(turn, ident))


async def _ask(turn: Turn, release: Release) -> None:
    zone = turn.office.settings.timezone
    example = f"{turn.office.clock.now():%Y-%m-%d} 17:00"
    page = turn.page(text("When should this go out? Reply to this message with date and time."))
    page.name(release.slug)
    page.line(
        text(
            "For instance {example}, in the time zone {zone} unless you add another in brackets.",
            example=example,
            zone=zone,
        )
    )
    page.line(f"/queue {release.slug} {example}")
    await turn.say(page, [[press(text("Leave it"), "release", release.id)]])


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply in one line to that question, or to a card, is a time: it is read back, to be
    confirmed. False if it is no such reply."""
    words = (message.text or "").strip()
    release = await card.replied_to(turn, message)
    if release is None or not words or "\n" in words:
        return False
    turn.staff("schedule")
    moment = _parsed(turn, words)
    if isinstance(moment, Text):
        page = turn.page(moment).name(release.slug)
        await turn.say(page, [[press(text("Leave it"), "release", release.id)]])
        return True
    page = turn.page(shown(filled_headline(release, release.original)))
    page.line(text("To go out on {moment}.", moment=moment.local), bold=True)
    seconds = int(moment.at.timestamp())
    await turn.say(
        page,
        [
            [press(text("Confirm"), "at", release.id, seconds, moment.zone)],
            [press(text("Leave it"), "release", release.id)],
        ],
    )
    return True


async def confirm(turn: Turn, parts: Sequence[str]) -> None:
    actor = turn.staff("schedule")
    ident, seconds, zone = parts_of(parts, 3)
    release = await card.numbered(turn, ident)
    if zone not in zone_names() or not 0 <= number(seconds) <= LATEST_SECOND:
        raise outdated()
    moment = Moment(at=datetime.fromtimestamp(number(seconds), UTC), zone=zone)
    await turn.claim()
    release = await turn.office.desk.queue(actor, release.slug, at=moment)
    await card.show(turn, release, turn.page(text("The time is set.")))


def _parsed(turn: Turn, written: str) -> Moment | Text:
    try:
        return parse_moment(written, turn.office.settings.timezone)
    except BadMoment as error:
        return error.what


async def _show_queue(turn: Turn) -> None:
    entries = sorted([*await _releases(turn), *await _anniversaries(turn)], key=lambda e: e.at)
    async with turn.office.database.read() as connection:
        stuck = await ledger.announcements(connection, AnnouncementState.HELD)
        owing = await repository.owing(connection)
    if not entries and not stuck and not owing:
        await turn.say(text("Nothing is coming. /new says how to file a release."))
        return
    page = turn.page()
    if entries:
        page.line(text("What is coming:"), bold=True)
    for entry in entries:
        page.gap().line(entry.when, bold=True).line(entry.what).name(entry.slug)
        if entry.state is not None:
            page.line(entry.state)
        if entry.missing:
            page.line(reading.missing_text(entry.missing))
    buttons = [entry.button for entry in entries if entry.button is not None][:MOST_BUTTONS]
    await turn.say(page, in_rows(buttons)) if entries else None
    if owing:
        await _show_owing(turn, owing)
    for announcement in stuck[:MOST_BUTTONS]:
        await turn.say(
            text("Held: {announcement}.", announcement=called(announcement.key)),
            held(announcement.id),
        )


async def _show_owing(turn: Turn, owing: Sequence[Release]) -> None:
    """What was approved by its writer alone, and by nobody else since."""
    page = turn.page().line(text("A second approval is owed:"), bold=True)
    for release in owing:
        languages = tuple(native_name(tag) for tag in release.owed_languages)
        headline = shown(filled_headline(release, release.original))
        page.gap().line(headline).name(release.slug)
        page.line(text("Languages: {languages}", languages=languages))
    buttons = [press(release.slug, "release", release.id) for release in owing[:MOST_BUTTONS]]
    await turn.say(page, in_rows(buttons))


async def _releases(turn: Turn) -> list[_Entry]:
    async with turn.office.database.read() as connection:
        releases = await repository.in_state(
            connection, ReleaseState.QUEUED, ReleaseState.HELD, ReleaseState.DRAFT
        )
    return [_entry(turn, release) for release in releases]


def _entry(turn: Turn, release: Release) -> _Entry:
    due = due_at(release) if release.state is ReleaseState.QUEUED else None
    planned = next(
        (m for m in (release.publish_at, release.embargo) if m is not None and m.at == due), None
    )
    return _Entry(
        at=due or _NEVER,
        when=text("{moment}", moment=planned.local) if planned else text("No time set"),
        what=shown(filled_headline(release, release.original)),
        slug=release.slug,
        state=text("State: {state}", state=RELEASE[release.state]),
        missing=reading.lacking(release, turn.office.settings.languages),
        button=press(release.slug, "release", release.id),
    )


async def _anniversaries(turn: Turn) -> list[_Entry]:
    hour = turn.office.settings.occasion_hour
    return [
        _Entry(
            at=datetime.combine(item.on, _hour(item.release, hour), UTC),
            when=turn.words.formats.date(item.on),
            what=shown(item.title),
            slug=item.release.slug,
            state=text("Anniversary, sent in the morning of each time zone"),
            missing=item.missing,
        )
        for item in await reading.coming(turn)
    ]


def _hour(release: Release, usual: time) -> time:
    spec = release.observance
    return time.fromisoformat(spec.at) if spec is not None and spec.at else usual
