"""Who has been sent nothing because the text in their language is still in preparation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose, wants
from bot.audience.posts import own_and_others
from bot.delivery import ledger, publications
from bot.delivery.announcement import AnnouncementState, publication_key
from bot.releases import publication, review
from bot.releases.release import Completeness, Release
from bot.settings import Settings
from bot.store import tables as t
from translations.locales import best_match, native_name
from translations.text import Text, texts


async def who_waits(
    connection: AsyncConnection, settings: Settings, release: Release
) -> Mapping[str, int]:
    """How many subscribers of the release's publication wait, by the language that they wait
    for. The ledger has no line for them yet; nobody is left out of what is told."""
    announcement = await ledger.by_key(connection, publication_key(release.slug))
    if announcement is None or announcement.published_id is None:
        return {}
    if announcement.state is AnnouncementState.CANCELLED:
        return {}
    published = await publication.by_id(connection, announcement.published_id)
    ready = review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    )
    awaited = ready.awaited(published.variants)
    found: Counter[str] = Counter()
    among = publications.told(release)
    for wish in await audience.preferences(connection, among=among) if awaited else ():
        if not wants(wish.topics, published.topics):
            continue
        if choose(wish.languages, published.variants, settings.languages, awaited) is None:
            match = best_match(own_and_others(wish.languages)[0], awaited)
            if match is None:
                continue  # a further post of a room, in a language that nobody is writing
            found[match.tag] += await _count(connection, wish, announcement.created_at)
    return {tag: found[tag] for tag in sorted(found) if found[tag]}


async def _count(connection: AsyncConnection, wish: audience.Preference, before: datetime) -> int:
    query = select(func.count()).select_from(t.subscriber)
    query = query.where(*ledger.audience_of(wish, before))
    return int(await connection.scalar(query) or 0)


def as_text(language: str, n: int) -> Text:
    """Told beside the report of the announcement."""
    return texts(
        "{n} subscriber waits for the text in {language}, and gets it when it is approved.",
        "{n} subscribers wait for the text in {language}, and get it when it is approved.",
        n,
        language=native_name(language),
    )
