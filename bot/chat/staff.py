"""How it went and how it goes: deliveries, subscribers, status; pausing and resuming."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot import __version__
from bot.audience import repository as audience
from bot.audience.invitation import counted
from bot.audience.subscriber import SubscriberState
from bot.chat import keyboards
from bot.chat import release_card as card
from bot.chat.keyboards import number, parts_of, press
from bot.chat.page import shown
from bot.chat.progress import follow
from bot.chat.reports import UNDERWAY, report_of, shown_report
from bot.chat.turn import Turn
from bot.chat.words import RELEASE, SUBSCRIBER
from bot.delivery import control, ledger, outlook, report, resend, switch, waiting
from bot.delivery.announcement import AnnouncementState, called
from bot.delivery.outcome import DeliveryState
from bot.delivery.outlook import Outlook
from bot.delivery.report import Summary
from bot.errors import Conflict, PolyheraldError
from bot.releases import repository
from bot.releases.release import ReleaseState
from translations.locales import native_name
from translations.text import Text, text, texts

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
        ahead = await outlook.outlook(connection, turn.office.clock.now())
        waits = await waiting.who_waits(connection, turn.office.settings, release)
    if not found:
        await turn.say(_NOTHING)
    if waits:
        page = turn.page()
        for language, number in waits.items():
            page.item(waiting.as_text(language, number))
        await turn.say(page)
    for summary in found[-MOST_REPORTED:]:
        await _follow(turn, summary, ahead)


async def progress(turn: Turn, parts: Sequence[str]) -> None:
    """The button “How it goes” under what has just been published."""
    turn.staff()
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    await deliveries(turn, release.slug)


async def show_report(turn: Turn, parts: Sequence[str]) -> None:
    """The button that names an announcement: how it goes, and what may be done about it."""
    turn.staff()
    ident = number(*parts_of(parts, 1))
    async with turn.office.database.read() as connection:
        announcement = await ledger.find(connection, ident)
        if announcement is None:
            raise keyboards.outdated()
        summary = await report.summary_of(connection, announcement)
        ahead = await outlook.outlook(connection, turn.office.clock.now())
    await _follow(turn, summary, ahead)


async def _follow(turn: Turn, summary: Summary, ahead: Outlook) -> None:
    """Say how it goes, in a message that keeps itself up to date until it is through."""
    actor = turn.staff()
    office = turn.office
    when = outlook.finishing(summary, ahead, office.settings, office.clock.now())
    page, buttons = shown_report(actor, turn.words, summary, when)
    message_id = await turn.say(page, buttons)
    if message_id and summary.announcement.state in UNDERWAY:
        told = outlook.fingerprint(summary, ahead)
        await follow(
            office,
            turn.chat_id,
            message_id,
            turn.user_id,
            turn.words.tag,
            summary.announcement.id,
            told,
        )


async def ask_resend(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Send again”: what that would be, and one more press."""
    turn.staff("schedule")
    ident, state = parts_of(parts, 2)
    slug, wanted = await _to_resend(turn, ident, state)
    async with turn.office.database.read() as connection:
        count, found = await resend.candidates(connection, slug, wanted, MOST_REPORTED)
    if not count:
        raise Conflict(text("Nothing of “{slug}” can be sent again in this state.", slug=slug))
    zone = ZoneInfo(turn.office.settings.timezone)
    page = turn.page()
    page.line(
        texts(
            "Some may have arrived already. Send {n} message again?",
            "Some may have arrived already. Send {n} messages again?",
            count,
        ),
        bold=True,
    )
    for one in found:
        what = shown(one.headline)
        at = one.at.astimezone(zone) if one.at else None
        when = turn.words.formats.datetime(at, str(zone)) if at else "–"
        who = shown(one.name) or f"{one.transport}:{one.address}"
        page.item(f"{when} · {who} · {native_name(one.language)} · {what}")
    if count > len(found):
        page.line(texts("… and {n} more", "… and {n} more", count - len(found)))
    await turn.say(page, [[press(text("Confirm"), "resend!", ident, state)]])


async def send_again(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Confirm” under that question."""
    actor = turn.staff("schedule")
    ident, state = parts_of(parts, 2)
    slug, wanted = await _to_resend(turn, ident, state)
    await turn.claim()
    office = turn.office
    sent = await resend.resend(office.database, office.clock, actor, slug, wanted)
    await turn.show(texts("{n} delivery is sent again.", "{n} deliveries are sent again.", sent))


async def _to_resend(turn: Turn, ident: str, state: str) -> tuple[str, DeliveryState]:
    if state not in (DeliveryState.UNKNOWN, DeliveryState.FAILED):
        raise keyboards.outdated()
    async with turn.office.database.read() as connection:
        announcement = await ledger.find(connection, number(ident))
    if announcement is None:
        raise keyboards.outdated()
    return announcement.key.split("/")[0], DeliveryState(state)


_NOTHING = text("Nothing has been announced yet.")


async def subscribers(turn: Turn, _arguments: str) -> None:
    """How many there are, by language and state; nobody by name."""
    turn.staff()
    async with turn.office.database.read() as connection:
        counts = await audience.counts(connection)
        sources = await audience.sources(connection)
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
    if sources:
        page.line(text("By which link they came: {sources}", sources=counted(sources)))
    await turn.say(page)


async def status(turn: Turn, _arguments: str) -> None:
    actor = turn.staff()
    async with turn.office.database.read() as connection:
        pause = await switch.paused(connection)
        releases = Counter(r.state for r in await repository.everything(connection))
        owing = await repository.owing(connection)
        counts = await audience.counts(connection)
        announcements = await report.summaries(connection)
    active = sum(n for (_, state), n in counts.items() if state == SubscriberState.ACTIVE)
    going = [s for s in announcements if s.announcement.state in UNDERWAY]
    stuck = sum(s.announcement.state is AnnouncementState.HELD for s in announcements)
    unknown = sum(s.count(DeliveryState.UNKNOWN) for s in announcements)
    page = turn.page(text("Polyherald {version} is running.", version=__version__))
    if pause is not None:
        page.line(pause.as_text(turn.office.settings.timezone), bold=True)
    for state in ReleaseState:
        page.item(text("Releases, {state}: {count}", state=RELEASE[state], count=releases[state]))
    page.item(text("Active subscribers: {count}", count=active))
    page.item(text("Announcements under way: {count}", count=len(going)))
    page.item(text("Messages still to send: {count}", count=sum(s.open for s in going)))
    page.item(text("Announcements held: {count}", count=stuck))
    page.item(text("Messages of which nobody knows whether they arrived: {count}", count=unknown))
    if owing:
        owed = sum(len(release.owed_languages) for release in owing)
        page.item(text("Second approvals owed: {count}", count=owed))
    if stuck or owing:
        page.line(text("/queue shows what is held, and lets you decide."))
    button = (
        press(text("Let sending go on"), "go-on")
        if pause is not None
        else press(text("Pause all sending"), "pause-all")
    )
    await turn.say(page, [[button]] if actor.may("administer") else [])


async def pause_all(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Pause all sending”: it acts at once, and can be undone."""
    actor = turn.staff("administer")
    await turn.claim()
    await control.pause_all(turn.office.database, turn.office.clock, actor)
    await turn.show(
        text("All sending is paused. Pages and feeds go on; messages wait."),
        [[press(text("Let sending go on"), "go-on")]],
    )


async def ask_go_on(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Let sending go on”. After a move a person has to say that this is the place."""
    turn.staff("administer")
    async with turn.office.database.read() as connection:
        pause = await switch.paused(connection)
    question = pause.question(turn.office.settings.timezone) if pause is not None else None
    if question is None:
        await go_on(turn, ())
    else:
        await turn.show(question, [[press(text("Yes, send from here"), "go-on!")]])


async def go_on(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Yes, send from here”."""
    actor = turn.staff("administer")
    office = turn.office
    await turn.claim()
    await control.resume_all(office.database, office.settings, office.clock, actor)
    await turn.show(text("Sending goes on. What has become too late meanwhile is held."))


async def pause(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Pause it”."""
    actor = turn.staff("schedule")
    ident = number(*parts_of(parts, 1))
    await turn.claim()
    try:
        found = await control.pause(turn.office.database, turn.office.clock, actor, ident)
    except PolyheraldError as error:
        await _as_it_is(turn, ident, error.what)
        return
    await turn.show(
        text(
            "It is paused; what is in flight ends: {announcement}.", announcement=called(found.key)
        ),
        keyboards.paused(found.id),
    )


async def resume(turn: Turn, parts: Sequence[str]) -> None:
    """The buttons “Send anyway” and “Let it go on”."""
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
        await turn.show(report_of(turn.page(), summary))
