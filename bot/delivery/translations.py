"""Late translations: what is approved after its release went out, and whom it reaches.

Page and feeds go live at once. Who waited gets it as the announcement itself; who is still to be
sent a fallback gets it instead of that; who has been sent one gets it in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import fallbacks, ledger, occurrences, publications
from bot.delivery.announcement import (
    Announcement,
    AnnouncementState,
    called,
    translation_key,
)
from bot.occasions import repository as occasions
from bot.releases import publication, repository
from bot.releases.notices import Notice
from bot.releases.publication import Published
from bot.releases.release import PubStatus, Release, VariantState
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import texts

NEWS = timedelta(days=30)
"""An anniversary announced longer ago gets no translation any more. A release does, but nobody is
sent it before staff have said so."""

LATE = "late"

AT_ONCE = 500


async def add_later_variants(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    since: datetime,
    now: datetime,
) -> list[Notice]:
    """Publish variants approved after their release, or its anniversary, was announced; returns
    what staff are asked.

    Looks only at releases that changed after ``since``.
    """
    told: list[Notice] = []
    for slug in await _changed(connection, since, now):
        release = await repository.get(connection, slug, to_change=True)
        if not release.is_approved(release.original):
            continue  # a translation of what nobody has approved
        assert release.id is not None
        for published in await publication.of_release(connection, release.id):
            if published.year is None or published.published_at >= now - NEWS:
                told += await _add(database, settings, connection, release, published, now)
    return told


async def _changed(connection: AsyncConnection, since: datetime, now: datetime) -> list[str]:
    """The slugs of releases with a page that lacks an approved variant."""
    # Two steps: in one, SQLite reads every release there is, in the order that was asked for.
    changed = (await connection.scalars(_CHANGED, {"since": since})).all()
    slugs: list[str] = []
    for first in range(0, len(changed), AT_ONCE):
        some = {"ids": changed[first : first + AT_ONCE], "news": now - NEWS}
        slugs += await connection.scalars(_LACKING, some)
    return sorted(slugs)


_CHANGED = select(t.release.c.id).where(
    t.release.c.changed_at >= bindparam("since", type_=t.release.c.changed_at.type),
    t.release.c.pubstatus == PubStatus.USABLE,
)


def _lacking() -> Select[tuple[str]]:
    v, pv, p = t.variant, t.published_variant, t.published
    on_page = exists().where(pv.c.published_id == p.c.id, pv.c.language == v.c.language)
    news = bindparam("news", type_=p.c.published_at.type)
    return (
        select(t.release.c.slug)
        .join(p, p.c.release_id == t.release.c.id)
        .join(v, v.c.release_id == t.release.c.id)
        .where(
            t.release.c.id.in_(bindparam("ids", expanding=True)),
            v.c.state == VariantState.APPROVED,
            or_(p.c.year.is_(None), p.c.published_at >= news),
            ~on_page,
        )
        .distinct()
    )


_LACKING = _lacking()


async def _add(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    release: Release,
    published: Published,
    now: datetime,
) -> list[Notice]:
    """Bring one page up to what is approved, and tell whom that concerns."""
    if set(release.approved_languages) <= set(published.variants):
        return []  # approved once, but stale: its original changed since
    announced = [
        announcement
        for announcement in await ledger.of_page(connection, published.id)
        if announcement.about_id is None
    ]
    if published.year is None:
        await publication.publish(database, connection, release, now)
    elif not await _add_to_occurrence(database, settings, connection, release, announced, now):
        return []
    await touch(database, connection)
    complete = await publication.by_id(connection, published.id)
    late = published.year is None and published.published_at < now - NEWS
    held: list[Announcement] = []
    for announcement in announced:
        if announcement.state is AnnouncementState.CANCELLED:
            continue
        for language in sorted(set(complete.variants) - set(published.variants)):
            ident = await _reach(
                database, settings, connection, announcement, complete, language, now, late=late
            )
            if ident is not None and late:
                held.append(await ledger.by_id(connection, ident))
        if announcement.kind == "publication" and await _serve_who_waited(
            database, settings, connection, announcement, now, late=late
        ):
            held.append(announcement)
    return [_asked(one, published, now) for one in held]


def _asked(announcement: Announcement, published: Published, now: datetime) -> Notice:
    what = texts(
        "Approved {n} day after the release was out: {announcement}. It is held; resume or "
        "cancel it.",
        "Approved {n} days after the release was out: {announcement}. It is held; resume or "
        "cancel it.",
        (now - published.published_at).days,
        announcement=called(announcement.key),
        key=announcement.key,
    )
    return Notice(key=f"late/{announcement.key}/{now:%Y%m%dT%H%M}", what=what)


async def _serve_who_waited(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    now: datetime,
    *,
    late: bool,
) -> bool:
    """Plan it for those who waited for their language; whether staff are to be asked first. What
    is held stays held: staff decide about these with the others."""
    planned = await publications.plan(database, settings, connection, announcement, now)
    if not planned or announcement.state is not AnnouncementState.DONE:
        return False
    state = AnnouncementState.HELD if late else AnnouncementState.SENDING
    await ledger.set_state(connection, announcement.id, state, reason=LATE if late else "")
    return late


async def _add_to_occurrence(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    release: Release,
    announced: Sequence[Announcement],
    now: datetime,
) -> bool:
    for announcement in announced:
        if announcement.occurrence_id is None:
            continue
        occurrence = await occasions.by_id(connection, announcement.occurrence_id)
        await publication.publish_occurrence(
            database,
            connection,
            release,
            year=occurrence.year,
            lead=occurrence.lead,
            on=occurrence.civil_date,
            texts=await occurrences.texts_of(connection, settings, release, occurrence),
            now=now,
        )
        return True
    return False


async def _reach(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    published: Published,
    language: str,
    now: datetime,
    *,
    late: bool,
) -> int | None:
    """Give the text in ``language`` to those who got or get another one only for want of it, and a
    button to it to whose post leads there; returns the announcement of that, if there is
    anybody."""
    wishes = await fallbacks.served(connection, settings, published, language)
    leading = await fallbacks.leading(connection, settings, published, language)
    if not wishes and not leading:
        return None
    await fallbacks.instead(connection, announcement, wishes, language)
    ident = await ledger.announce(
        database,
        connection,
        key=translation_key(announcement.key, language),
        kind="translation",
        published_id=published.id,
        about_id=announcement.id,
        due_at=now,
        now=now,
        state=_state(announcement, late=late),
        reason=LATE if late else "",
    )
    planned = await fallbacks.in_place(
        database, connection, ident, announcement, wishes, language, now
    )
    planned += await fallbacks.with_a_button(
        database, connection, ident, announcement, leading, now
    )
    if not planned:
        await ledger.forget(connection, ident)
        return None
    return ident


def _state(announcement: Announcement, *, late: bool) -> AnnouncementState:
    """While staff have paused the first announcement nothing that follows from it is sent."""
    if late:
        return AnnouncementState.HELD
    if announcement.state is AnnouncementState.PAUSED:
        return AnnouncementState.PAUSED
    return AnnouncementState.SENDING
