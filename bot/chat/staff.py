"""How it went and how it goes: deliveries, subscribers, status; and deciding what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot import __version__
from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.chat import release_card as card
from bot.chat.keyboards import held, number, parts_of
from bot.chat.page import Page
from bot.chat.turn import Turn
from bot.chat.words import ANNOUNCEMENT, RELEASE, SUBSCRIBER
from bot.delivery import control, report, waiting
from bot.delivery.announcement import AnnouncementState, called
from bot.delivery.outcome import DeliveryState
from bot.delivery.report import REASON_TEXTS, STATE_TEXTS, Summary
from bot.errors import PolyheraldError
from bot.releases import repository
from bot.releases.release import ReleaseState
from translations.locales import native_name
from translations.text import Text, text

MOST_REPORTED = 10


async def deliveries(turn: Turn, arguments: str) -> None:
    """/deliveries SLUG; without a slug, the newest announcements in one line each."""
    turn.staff()
    if not arguments:
        async with turn.office.database.read() as connection:
            newest = (await report.summaries(connection))[:MOST_REPORTED]
        page = turn.page(text("The latest announcements:") if newest else _NOTHING)
        for summary in newest:
            page.item(summary.as_text())
        await turn.say(page)
        return
    release = await card.named(turn, arguments.split()[0])
    async with turn.office.database.read() as connection:
        found = await report.summaries(connection, release.id)
        waits = await waiting.who_waits(connection, turn.office.settings, release)
    if not found:
        await turn.say(_NOTHING)
    if waits:
        page = turn.page()
        for language, number in waits.items():
            page.item(waiting.as_text(language, number))
        await turn.say(page)
    for summary in found[-MOST_REPORTED:]:
        stuck = summary.announcement.state is AnnouncementState.HELD
        await turn.say(
            _report(turn.page(), summary), held(summary.announcement.id) if stuck else []
        )


_NOTHING = text("Nothing has been announced yet.")


def _report(page: Page, summary: Summary) -> Page:
    page.line(summary.as_text(), bold=True)
    page.line(text("State: {state}", state=ANNOUNCEMENT[summary.announcement.state]))
    languages: dict[str, Counter[str]] = {}
    reasons: Counter[tuple[str, str]] = Counter()
    for (language, state, reason), count in summary.tally.items():
        languages.setdefault(language, Counter())[state] += count
        if reason and state != DeliveryState.SENT:
            reasons[state, reason] += count
    for language, states in languages.items():
        for state, count in states.items():
            page.item(
                text(
                    "{language}: {count} {state}",
                    language=native_name(language),
                    count=count,
                    state=STATE_TEXTS[DeliveryState(state)],
                )
            )
    if reasons:
        page.gap().line(text("Why, and what to do:"), bold=True)
    for (_, reason), count in reasons.most_common():
        what: Text | str = REASON_TEXTS.get(reason, reason)
        page.item(text("{count} × {reason}", count=count, reason=what))
    return page


async def subscribers(turn: Turn, _arguments: str) -> None:
    """How many there are, by language and state; nobody by name."""
    turn.staff()
    async with turn.office.database.read() as connection:
        counts = await audience.counts(connection)
    if not counts:
        await turn.say(text("There are no subscribers yet."))
        return
    page = turn.page(text("Subscribers: {count}", count=sum(counts.values())))
    for (language, state), count in sorted(counts.items(), key=lambda item: -item[1]):
        page.item(
            text(
                "{language}: {count} {state}",
                language=native_name(language) if language else "–",
                count=count,
                state=SUBSCRIBER[state],
            )
        )
    await turn.say(page)


async def status(turn: Turn, _arguments: str) -> None:
    turn.staff()
    async with turn.office.database.read() as connection:
        releases = Counter(r.state for r in await repository.everything(connection))
        counts = await audience.counts(connection)
        announcements = await report.summaries(connection)
    active = sum(n for (_, state), n in counts.items() if state == SubscriberState.ACTIVE)
    going = [s for s in announcements if s.announcement.state in _UNDERWAY]
    stuck = sum(s.announcement.state is AnnouncementState.HELD for s in announcements)
    unknown = sum(s.count(DeliveryState.UNKNOWN) for s in announcements)
    page = turn.page(text("Polyherald {version} is running.", version=__version__))
    for state in ReleaseState:
        page.item(text("Releases, {state}: {count}", state=RELEASE[state], count=releases[state]))
    page.item(text("Active subscribers: {count}", count=active))
    page.item(text("Announcements under way: {count}", count=len(going)))
    page.item(text("Messages still to send: {count}", count=sum(s.open for s in going)))
    page.item(text("Announcements held: {count}", count=stuck))
    page.item(text("Messages of which nobody knows whether they arrived: {count}", count=unknown))
    if stuck:
        page.line(text("/queue shows what is held, and lets you decide."))
    await turn.say(page)


_UNDERWAY = (AnnouncementState.PLANNING, AnnouncementState.SENDING)


async def resume(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Send anyway”."""
    actor = turn.staff("schedule")
    ident = number(*parts_of(parts, 1))
    await turn.claim()
    try:
        found = await control.resume(turn.office.database, turn.office.clock, actor, ident)
    except PolyheraldError as error:
        await _as_it_is(turn, ident, error.what)
        return
    await turn.show(text("It is sent now: {announcement}.", announcement=called(found.key)))


async def cancel(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Cancel it”."""
    actor = turn.staff("schedule")
    ident = number(*parts_of(parts, 1))
    await turn.claim()
    try:
        ended = await control.cancel(turn.office.database, turn.office.clock, actor, ident)
    except PolyheraldError as error:
        await _as_it_is(turn, ident, error.what)
        return
    await turn.show(text("The announcement is cancelled. Messages not sent: {count}.", count=ended))


async def _as_it_is(turn: Turn, ident: int, what: Text) -> None:
    """An old button shows how things stand now."""
    await turn.note(what, alert=True)
    async with turn.office.database.read() as connection:
        found = await report.summaries(connection)
    summary = next((s for s in found if s.announcement.id == ident), None)
    if summary is not None:
        await turn.show(_report(turn.page(), summary))
