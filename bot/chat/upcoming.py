"""What is coming, in order of time, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from bot.chat import reading
from bot.chat.keyboards import Button, held, in_rows, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.chat.words import RELEASE
from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState, called
from bot.releases import repository
from bot.releases.publication import filled_headline
from bot.releases.release import Release, ReleaseState
from bot.releases.review import due_at
from translations.text import Text, text

MOST_BUTTONS = 12

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


async def show(turn: Turn) -> None:
    """/queue"""
    entries = sorted([*await _releases(turn), *await _anniversaries(turn)], key=lambda e: e.at)
    async with turn.office.database.read() as connection:
        stuck = await ledger.announcements(connection, AnnouncementState.HELD)
    if not entries and not stuck:
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
    for announcement in stuck[:MOST_BUTTONS]:
        await turn.say(
            text("Held: {announcement}.", announcement=called(announcement.key)),
            held(announcement.id),
        )


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
