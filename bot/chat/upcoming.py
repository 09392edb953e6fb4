"""What is coming, in order of time: what each still lacks, and a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.chat import anniversary, keyboards, reading
from bot.chat.keyboards import Button, in_rows, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.reading import Coming
from bot.chat.turn import Turn
from bot.chat.words import RELEASE
from bot.delivery import beforehand, ledger
from bot.delivery.announcement import BY_STAFF, Announcement, AnnouncementState, called
from bot.releases import asking, repository
from bot.releases.publication import filled_headline
from bot.releases.release import Release, ReleaseState
from bot.releases.review import due_at
from translations.locales import native_name
from translations.text import Text, text, texts

MOST_LISTED = 24
MOST_STUCK = 12

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Entry:
    """``button`` opens it; ``lines`` say how it stands and what it lacks."""

    at: datetime
    when: Text | str
    what: str
    slug: str
    lines: tuple[Text, ...]
    button: Button


async def show(turn: Turn) -> None:
    """/queue: all that is coming, and then each announcement that waits for a decision."""
    stuck = await _stuck(turn)
    entries = await _entries(turn)
    async with turn.office.database.read() as connection:
        owing = await repository.owing(connection)
    if not entries and not stuck and not owing:
        await turn.say(text("Nothing is coming. /new says how to file a release."))
        return
    if entries:
        await turn.say(*_listed(turn, entries))
    if owing:
        await turn.say(*_owed(turn, owing))
    for announcement in stuck[:MOST_STUCK]:
        if announcement.state is AnnouncementState.PAUSED:
            what = text("Paused: {announcement}", announcement=called(announcement.key))
            await turn.say(what, keyboards.paused(announcement.id))
        else:
            what = text("Held: {announcement}.", announcement=called(announcement.key))
            await turn.say(what, keyboards.held(announcement.id))


def _owed(turn: Turn, owing: Sequence[Release]) -> tuple[Page, list[list[Button]]]:
    """What was approved by its writer alone, and by nobody else since."""
    page = turn.page().line(text("A second approval is owed:"), bold=True)
    for release in owing:
        languages = tuple(native_name(tag) for tag in release.owed_languages)
        headline = shown(filled_headline(release, release.original))
        page.gap().line(headline).name(release.slug)
        page.line(text("Languages: {languages}", languages=languages))
    buttons = (press(release.slug, "release", release.id) for release in owing[:MOST_LISTED])
    return page, in_rows(buttons)


async def press_show(turn: Turn, parts: Sequence[str]) -> None:
    """The button “What is coming”: the list alone, in its place."""
    turn.staff()
    parts_of(parts, 0)
    entries = await _entries(turn)
    if entries:
        await turn.show(*_listed(turn, entries))
    else:
        await turn.show(text("Nothing is coming. /new says how to file a release."))


def _listed(turn: Turn, entries: Sequence[_Entry]) -> tuple[Page, list[list[Button]]]:
    page = turn.page().line(text("What is coming:"), bold=True)
    for entry in entries[:MOST_LISTED]:
        page.gap().line(entry.when, bold=True).line(entry.what).name(entry.slug)
        for line in entry.lines:
            page.line(line)
    more = len(entries) - MOST_LISTED
    if more > 0:
        page.gap().line(texts("… and {n} more", "… and {n} more", more))
    return page, in_rows(entry.button for entry in entries[:MOST_LISTED])


async def _entries(turn: Turn) -> list[_Entry]:
    return sorted([*await _releases(turn), *await _anniversaries(turn)], key=lambda e: e.at)


async def _stuck(turn: Turn) -> list[Announcement]:
    """What waits for a decision; not what was decided of a day that is still to come."""
    now = turn.office.clock.now()
    async with turn.office.database.read() as connection:
        found = await ledger.announcements(
            connection, AnnouncementState.HELD, AnnouncementState.PAUSED
        )
    return [one for one in found if one.reason != BY_STAFF or one.due_at <= now]


async def _releases(turn: Turn) -> list[_Entry]:
    async with turn.office.database.read() as connection:
        releases = await repository.in_state(
            connection, ReleaseState.QUEUED, ReleaseState.HELD, ReleaseState.DRAFT
        )
        requests = await asking.open_in(connection, releases)
    return [_release(turn, r, tuple(requests.get(r.id or 0, ()))) for r in releases]


def _release(turn: Turn, release: Release, asked: Sequence[str]) -> _Entry:
    when, at = _time_of(release)
    lines = [text("State: {state}", state=RELEASE[release.state])]
    if release.embargo is not None and release.embargo.at > turn.office.clock.now():
        lines.append(text("Embargo until {moment}.", moment=release.embargo.local))
    missing = reading.lacking(release, turn.office.settings.languages)
    if missing:
        lines.append(reading.missing_text(missing))
    if asked:
        wanted = tuple(map(native_name, asked))
        lines.append(text("Changes are asked for in: {languages}", languages=wanted))
    return _Entry(
        at=at,
        when=when,
        what=shown(filled_headline(release, release.original)),
        slug=release.slug,
        lines=tuple(lines),
        button=press(release.slug, "release", release.id),
    )


def _time_of(release: Release) -> tuple[Text, datetime]:
    """When it goes out, or what else places it in time: the time it was held at, its embargo."""
    due = due_at(release)
    moments = (release.publish_at, release.embargo)
    moment = next((m for m in moments if m is not None and m.at == due), None)
    if moment is not None and release.state is ReleaseState.QUEUED:
        return text("{moment}", moment=moment.local), moment.at
    if moment is not None:
        return text("It was to go out on {moment}", moment=moment.local), moment.at
    if release.embargo is not None:
        return text("No time set"), release.embargo.at
    return text("No time set"), _NEVER


async def _anniversaries(turn: Turn) -> list[_Entry]:
    items = await reading.coming(turn)
    async with turn.office.database.read() as connection:
        decided = await beforehand.decided(connection)
    return [_anniversary(turn, item, decided.get(anniversary.key_of(item))) for item in items]


def _anniversary(turn: Turn, item: Coming, state: AnnouncementState | None) -> _Entry:
    hour = anniversary.hour_of(turn, item)
    return _Entry(
        at=datetime.combine(item.on, hour, UTC),
        when=turn.words.formats.date(item.on),
        what=item.title,
        slug=item.release.slug,
        lines=anniversary.state_lines(turn, item, state),
        button=press(
            f"{turn.words.formats.date(item.on)} · {item.release.slug}",
            "day",
            *anniversary.place_of(item),
        ),
    )
