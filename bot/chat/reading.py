"""What everybody may read: the latest releases, the calendar, the feeds, privacy, help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from bot.audience.choice import choose
from bot.chat.commands import STAFF, SUBSCRIBERS
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.chat.words import VARIANT
from bot.delivery.message import page_url
from bot.delivery.occasion_text import occurrence_texts
from bot.occasions import repository as occasions
from bot.releases import publication, repository
from bot.releases.release import PubStatus, Release
from bot.transports.fit import RLM
from translations.locales import best_match, native_name
from translations.text import Text, text

NEWEST = 5
AHEAD = timedelta(days=366)


async def latest(turn: Turn, _arguments: str) -> None:
    settings = turn.office.settings
    async with turn.office.database.read() as connection:
        available = await publication.languages(connection)
        chosen = choose(turn.languages, available, settings.languages)
        found = (
            await publication.newest(connection, chosen.language, limit=NEWEST, archive=False)
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


@dataclass(frozen=True)
class Coming:
    """An anniversary to come: ``title`` in the reader's language, ``missing`` with what state."""

    on: date
    title: str
    release: Release
    missing: tuple[tuple[str, str], ...]


async def coming(turn: Turn, *, published_only: bool) -> list[Coming]:
    """The anniversaries of the next twelve months, in order of date."""
    settings = turn.office.settings
    today = turn.office.clock.now().date()
    found = []
    async with turn.office.database.read() as connection:
        for occurrence in await occasions.between(
            connection, today - timedelta(days=1), today + AHEAD, "coming", "underway", "held"
        ):
            release = await repository.by_id(connection, occurrence.release_id)
            out = await publication.of_release(connection, occurrence.release_id)
            if published_only and (not out or release.pubstatus is not PubStatus.USABLE):
                continue
            texts = occurrence_texts(release, occurrence.number, None, settings)
            chosen = choose(turn.languages, texts, settings.languages)
            title = texts[chosen.language][0] if chosen is not None else ""
            if published_only and not title:
                continue
            found.append(
                Coming(
                    occurrence.civil_date,
                    title or release.slug,
                    release,
                    lacking(release, settings.languages),
                )
            )
    return found


def lacking(release: Release, languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The languages in which the release is not approved, with the state that it is in."""
    wanted = dict.fromkeys((*release.variants, *release.required_languages, *languages))
    states = (
        (tag, release.state_of(tag) if tag in release.variants else "missing") for tag in wanted
    )
    return tuple((tag, state) for tag, state in states if state != "approved")


async def calendar(turn: Turn, _arguments: str) -> None:
    staff = turn.actor is not None
    found = await coming(turn, published_only=not staff)
    if not found:
        await turn.say(text("No anniversary falls within the next twelve months."))
        return
    page = turn.page(text("Anniversaries in the next twelve months:"))
    for item in found:
        day = turn.words.formats.date(item.on)
        page.gap().line(day, bold=True).line(item.title)
        if staff:
            page.line(item.release.slug)
            if item.missing:
                page.line(missing_text(item.missing))
    await turn.say(page)


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
    page.line(text("On the web: {address}", address=f"{settings.base_url}/{quote(tag)}/"))
    await turn.say(page)


async def privacy(turn: Turn, _arguments: str) -> None:
    page = turn.page(
        text(
            "To send you our releases, this bot stores your Telegram number, the languages, "
            "topics and time zone that you choose, since when you subscribe, and which groups and "
            "channels you add it to. It notes which release was sent, under a random number. "
            "Neither your name nor what you write is stored."
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
    """“/name – what it does”, laid out in the direction of the reader's language."""
    line = f"/{name} – {turn.words.render(what)}"
    # Clients lay a line out by its first strong letter, which is the command's.
    return RLM + line if turn.words.direction == "rtl" else line


async def explain(turn: Turn, _arguments: str) -> None:
    page = turn.page(text("I carry press releases to you, in your language."))
    page.gap()
    for name, what in SUBSCRIBERS:
        page.line(command_line(turn, name, what))
    page.gap().line(
        text("For a group or channel: add me there as an admin, and choose here what it gets.")
    )
    if turn.actor is not None:
        page.gap().line(text("For the press office:"), bold=True)
        for name, what in STAFF:
            page.line(command_line(turn, name, what))
        page.line(
            text(
                "Send a text or a file (.md, .txt) to file a release. Reply with one to a "
                "release’s card to file it in another language."
            )
        )
    await turn.say(page)
