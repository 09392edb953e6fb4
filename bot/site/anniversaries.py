"""The anniversaries of one language as a calendar file has them, and when they last changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

from bot.clock import Clock
from bot.delivery.message import signature
from bot.occasions import almanac
from bot.occasions.almanac import Entry
from bot.occasions.wording import remarks
from bot.settings import Settings
from bot.site import content
from bot.site.addresses import Addresses
from bot.site.authority import Authority
from bot.store.database import Database, recalled, remember
from feeds.occasions import Calendar, Occasion
from translations.catalogs import catalog_for
from translations.text import text

REMEMBERED_AS = "calendar"


def years_around(today: date) -> tuple[date, date]:
    """Last year, this one and the two to come, whole: so that a calendar changes with what staff
    do, and by itself only once a year."""
    return date(max(today.year - 1, 1), 1, 1), date(min(today.year + 2, 9999), 12, 31)


def calendar_title(language: str, settings: Settings) -> str:
    """What the calendar is called, in its own language."""
    name = content.office_name(language, settings)
    what = text("{issuer}: anniversaries", issuer=name) if name else text("Anniversaries")
    return catalog_for(language).render(what)


def calendar_of(
    entries: Iterable[Entry], language: str, minted: Authority, settings: Settings
) -> Calendar:
    """Those of ``entries`` that are out in ``language``. When it changed is still to be said."""
    addresses = Addresses(settings)
    return Calendar(
        title=calendar_title(language, settings),
        language=language,
        home_url=addresses.calendar(language),
        updated=datetime.min.replace(tzinfo=UTC),
        occasions=tuple(
            Occasion(
                id=minted.occasion(entry.series, entry.anniversary.year, language),
                on=entry.on,
                title=entry.titles[language],
                url=addresses.release(language, entry.pages[language].slug),
                description=_description(entry, language, settings),
                categories=entry.pages[language].topics,
            )
            for entry in almanac.in_language(entries, language)
        ),
    )


def _description(entry: Entry, language: str, settings: Settings) -> str:
    """What it refers to, and whose it is: issuer and date are always named (product rule 8)."""
    page, catalog = entry.pages[language], catalog_for(language)
    headline = page.variants[language].headline
    return "\n".join(
        (
            *([headline] if headline != entry.titles[language] else []),
            *(catalog.render(remark) for remark in remarks(entry.calendar, entry.moved_from)),
            signature(page.issuer, page.date, language, settings),
        )
    )


async def dated(calendar: Calendar, database: Database, clock: Clock) -> Calendar:
    """``calendar`` with the moment since which it is as it is.

    No row tells that an observance was edited, or that a year is over: so what was written last
    is remembered by its hash, in the database, where all that serve it agree.
    """
    key = f"{REMEMBERED_AS}/{calendar.language}"
    words = repr((calendar.title, calendar.home_url, calendar.occasions))
    digest = sha256(words.encode()).hexdigest()
    async with database.read() as connection:
        known, _, moment = (await recalled(connection, key) or "").partition(" ")
    if known != digest:
        moment = clock.now().replace(microsecond=0).isoformat()
        async with database.write() as connection:
            await remember(database, connection, key, f"{digest} {moment}")
    return replace(calendar, updated=datetime.fromisoformat(moment))
