"""What everybody may read: the latest releases, the calendar, the feeds, privacy, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.choice import choose
from bot.chat.commands import ADMIN, STAFF, SUBSCRIBERS
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.chat.words import VARIANT
from bot.delivery.message import page_url
from bot.delivery.occasion_text import occurrence_texts
from bot.occasions import almanac
from bot.occasions import repository as occasions
from bot.occasions.almanac import moved_from
from bot.occasions.repository import Occurrence
from bot.occasions.wording import remarks
from bot.releases import publication, repository
from bot.releases.intake.kinds import NAMED
from bot.releases.release import Release
from translations.locales import best_match, native_name
from translations.text import Text, text, texts

NEWEST = 5
AHEAD = timedelta(days=366)


async def latest(turn: Turn, _arguments: str) -> None:
    settings = turn.office.settings
    async with turn.office.database.read() as connection:
        available = await publication.languages(connection)
        chosen = choose(turn.languages, available, settings.languages)
        found = (
            await publication.newest(connection, chosen.language, limit=NEWEST)
            if chosen is not None
            else []
        )
    if chosen is None or not found:
        await turn.say(text("Nothing has been published yet."))
        return
    page = turn.page(text("The latest releases:"))
    if chosen.fallback:
        page.line(
            text(
                "There is nothing in your language yet; this is in {language}.",
                language=native_name(chosen.language),
            )
        )
    for published in found:
        variant = published.variants[chosen.language]
        url = page_url(settings, published.slug, chosen.language)
        page.gap().line(shown(variant.headline, 400), url=url)
        page.line(turn.words.formats.date(published.date))
    await turn.say(page)


@dataclass(frozen=True, kw_only=True)
class Coming:
    """An anniversary to come, for staff, with what is ``missing`` in which state.

    ``on`` is when it is announced, which may be days ahead of it; the ``title`` says so.
    """

    on: date
    title: str
    release: Release
    occurrence: Occurrence
    missing: tuple[tuple[str, str], ...]
    remarks: tuple[Text, ...] = ()


async def coming(turn: Turn) -> list[Coming]:
    """What is announced in the next twelve months, each once, in order of date.

    Of several releases that commemorate the same thing the newest counts: this year's edition.
    """
    settings = turn.office.settings
    async with turn.office.database.read() as connection:
        occurrences = await _occurrences(turn, connection)
        releases = await repository.by_ids(connection, {o.release_id for o in occurrences})
    newest: dict[tuple[str, int, int], Occurrence] = {}
    for occurrence in sorted(occurrences, key=lambda o: releases[o.release_id].date):
        newest[occurrence.series, occurrence.year, occurrence.lead] = occurrence
    return [
        Coming(
            on=occurrence.civil_date,
            title=_staff_title(turn, releases[occurrence.release_id], occurrence),
            release=releases[occurrence.release_id],
            occurrence=occurrence,
            missing=lacking(releases[occurrence.release_id], settings.languages),
            remarks=remarks(occurrence.spec.calendar, moved_from(occurrence)),
        )
        for occurrence in sorted(newest.values(), key=lambda o: (o.civil_date, o.lead))
    ]


async def _occurrences(turn: Turn, connection: AsyncConnection) -> list[Occurrence]:
    today = turn.office.clock.now().date()
    return await occasions.between(
        connection, today - timedelta(days=1), today + AHEAD, "coming", "underway", "held"
    )


def _staff_title(turn: Turn, release: Release, occurrence: Occurrence) -> str:
    texts_in = occurrence_texts(release, occurrence.number, None, turn.office.settings)
    titles = {tag: headline for tag, (headline, _) in texts_in.items()}
    title = _best_title(turn, titles) or release.slug
    if not occurrence.lead:
        return title
    return turn.words.render(
        texts("In {n} day: {title}", "In {n} days: {title}", occurrence.lead, title=title)
    )


def _best_title(turn: Turn, titles: Mapping[str, str]) -> str:
    """The title in the reader's best language; in another one it says which."""
    chosen = choose(turn.languages, titles, turn.office.settings.languages)
    if chosen is None:
        return ""
    title = shown(titles[chosen.language])
    if not chosen.fallback:
        return title
    return turn.words.render(
        text("{title} ({language})", title=title, language=native_name(chosen.language))
    )


def lacking(release: Release, languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The languages in which the release is not approved, with the state that it is in."""
    wanted = dict.fromkeys((*release.variants, *release.required_languages, *languages))
    states = (
        (tag, release.state_of(tag) if tag in release.variants else "missing") for tag in wanted
    )
    return tuple((tag, state) for tag, state in states if state != "approved")


async def calendar(turn: Turn, _arguments: str) -> None:
    """/calendar: what readers may know of; for staff all that is announced, and what it lacks."""
    page = turn.page(text("Anniversaries in the next twelve months:"))
    found = await (_prepared(turn, page) if turn.actor is not None else _told(turn, page))
    await turn.say(page if found else text("No anniversary falls within the next twelve months."))


async def _prepared(turn: Turn, page: Page) -> bool:
    items = await coming(turn)
    for item in items:
        page.gap().line(turn.words.formats.date(item.on), bold=True).line(item.title)
        for remark in item.remarks:
            page.line(remark)
        page.line(item.release.slug)
        if item.missing:
            page.line(missing_text(item.missing))
    return bool(items)


async def _told(turn: Turn, page: Page) -> bool:
    settings = turn.office.settings
    async with turn.office.database.read() as connection:
        occurrences = await _occurrences(turn, connection)
        entries = await almanac.of_occurrences(connection, occurrences)
    for entry in entries:
        chosen = choose(turn.languages, entry.titles, settings.languages)
        if chosen is None:
            continue
        url = page_url(settings, entry.pages[chosen.language].slug, chosen.language)
        page.gap().line(turn.words.formats.date(entry.on), bold=True)
        page.line(_best_title(turn, entry.titles), url=url)
        for remark in remarks(entry.calendar, entry.moved_from):
            page.line(remark)
    return bool(entries)


def missing_text(missing: Sequence[tuple[str, str]]) -> Text:
    states = tuple(
        native_name(tag)
        if state == "missing"
        else text("{language} ({state})", language=native_name(tag), state=VARIANT[state])
        for tag, state in missing
    )
    return text("Still missing: {languages}", languages=states)


async def feeds(turn: Turn, _arguments: str) -> None:
    settings = turn.office.settings
    match = best_match(turn.languages, settings.languages)
    tag = match.tag if match is not None else settings.languages[0]
    base = f"{settings.base_url}/feeds/{quote(tag)}"
    page = turn.page(
        text("Our releases in {language}, for feed readers:", language=native_name(tag))
    )
    page.line(f"RSS: {base}/rss.xml").line(f"Atom: {base}/atom.xml")
    page.line(
        text(
            "Anniversaries, for a calendar program: {address}", address=f"{base}/anniversaries.ics"
        )
    )
    page.line(text("On the web: {address}", address=f"{settings.base_url}/{quote(tag)}/"))
    await turn.say(page)


async def privacy(turn: Turn, _arguments: str) -> None:
    page = turn.page(
        text(
            "To send you our releases, this bot stores your Telegram number, what you choose with "
            "/settings, since when you subscribe and by which of our links you came, and which "
            "groups and channels you add it to. It notes which release was sent, under a random "
            "number. Neither your name nor what you write nor a location that you share is stored."
        )
    )
    page.line(
        text(
            "/mydata shows what is stored about you. /stop erases it at once; for 90 days a "
            "fingerprint of your number is kept, from which it cannot be read, so that nothing is "
            "sent to you twice if you return."
        )
    )
    if turn.actor is not None:
        page.line(
            text("What you file and decide for the press office is stored, with your number.")
        )
    page.line(text("Nothing is passed on to anybody. Telegram has its own rules."))
    await turn.say(page)


def command_line(turn: Turn, name: str, what: Text) -> str:
    """“/name – what it does”."""
    return f"/{name} – {turn.words.render(what)}"


async def explain(turn: Turn, _arguments: str) -> None:
    page = turn.page(text("I carry press releases to you, in your language."))
    page.gap()
    for name, what in SUBSCRIBERS:
        page.line(command_line(turn, name, what))
    page.gap().line(
        text("For a group or channel: add me there as an admin, and choose here what it gets.")
    )
    bot = turn.office.bot
    if bot.supports_inline_queries:
        page.line(
            text(
                "To share a release in any chat: write {name} there, and words that you look for.",
                name=f"@{bot.username}",
            )
        )
    if turn.actor is not None:
        page.gap().line(text("For the press office:"), bold=True)
        for name, what in (*STAFF, *(ADMIN if turn.actor.may("administer") else ())):
            page.line(command_line(turn, name, what))
        page.line(
            text(
                "Send a text or files ({kinds}) to file a release. Reply with one to a "
                "release’s card to file it in another language.",
                kinds=NAMED,
            )
        )
    await turn.say(page)
