"""Late translations: what is approved after its release went out, and whom it reaches.

Page and feeds go live at once. Who waited gets it as the announcement itself; who is still to be
sent a fallback gets it instead of that; who has been sent one gets it in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose
from bot.audience.subscriber import SubscriberState
from bot.delivery import ledger, occurrences, publications
from bot.delivery.announcement import Announcement, AnnouncementState, translation_key
from bot.delivery.outcome import DeliveryState, Way
from bot.occasions import repository as occasions
from bot.releases import publication, repository
from bot.releases.publication import Published
from bot.releases.release import PubStatus, Release, VariantState
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch

NEWS = timedelta(days=30)
"""An anniversary announced longer ago gets no translation any more; a release always does."""

AT_ONCE = 500


async def add_later_variants(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    since: datetime,
    now: datetime,
) -> None:
    """Publish variants approved after their release, or its anniversary, was announced.

    Looks only at releases that changed after ``since``.
    """
    for slug in await _changed(connection, since, now):
        release = await repository.get(connection, slug, to_change=True)
        if not release.is_approved(release.original):
            continue  # a translation of what nobody has approved
        assert release.id is not None
        for published in await publication.of_release(connection, release.id):
            if published.year is None or published.published_at >= now - NEWS:
                await _add(database, settings, connection, release, published, now)


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
) -> None:
    """Bring one page up to what is approved, and tell whom that concerns."""
    if set(release.approved_languages) <= set(published.variants):
        return  # approved once, but stale: its original changed since
    announced = [
        announcement
        for announcement in await ledger.of_page(connection, published.id)
        if announcement.about_id is None
    ]
    if published.year is None:
        await publication.publish(database, connection, release, now)
    elif not await _add_to_occurrence(database, settings, connection, release, announced, now):
        return
    await touch(database, connection)
    complete = await publication.by_id(connection, published.id)
    for announcement in announced:
        if announcement.state is AnnouncementState.CANCELLED:
            continue
        for language in sorted(set(complete.variants) - set(published.variants)):
            await _reach(database, settings, connection, announcement, complete, language, now)
        if announcement.kind == "publication":
            await _serve_who_waited(database, settings, connection, announcement, now)


async def _serve_who_waited(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    now: datetime,
) -> None:
    """What is held stays held: staff decide about these with the others."""
    planned = await publications.plan(database, settings, connection, announcement, now)
    if planned and announcement.state is AnnouncementState.DONE:
        await ledger.set_state(connection, announcement.id, AnnouncementState.SENDING)


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
) -> None:
    """Give the text in ``language`` to those who got or get another one only for want of it."""
    wishes = await _served(connection, settings, published, language)
    if not wishes:
        return
    await _instead(connection, announcement, wishes, language)
    ident = await ledger.announce(
        database,
        connection,
        key=translation_key(announcement.key, language),
        kind="translation",
        published_id=published.id,
        about_id=announcement.id,
        due_at=now,
        now=now,
        state=_state(announcement),
    )
    if not await _in_place(database, connection, ident, announcement, wishes, language, now):
        await ledger.forget(connection, ident)


def _state(announcement: Announcement) -> AnnouncementState:
    """While staff have paused the first announcement nothing that follows from it is sent."""
    if announcement.state is AnnouncementState.PAUSED:
        return AnnouncementState.PAUSED
    return AnnouncementState.SENDING


async def _served(
    connection: AsyncConnection, settings: Settings, published: Published, language: str
) -> Mapping[bool, Sequence[str]]:
    """The language lists, as they are stored, for which ``language`` is now the best choice: by
    whether it is a fallback still."""
    found: dict[bool, list[str]] = {}
    lists = {wish.languages for wish in await audience.preferences(connection)}
    for wanted in sorted(lists):
        choice = choose(wanted, published.variants, settings.languages)
        if choice is not None and choice.language == language:
            found.setdefault(choice.fallback, []).append(" ".join(wanted))
    return found


async def _instead(
    connection: AsyncConnection,
    announcement: Announcement,
    wishes: Mapping[bool, Sequence[str]],
    language: str,
) -> None:
    """Who has not been sent the fallback yet never gets it."""
    d, s = t.delivery, t.subscriber
    for fallback, some in _portions(wishes):
        await connection.execute(
            update(d)
            .where(
                d.c.announcement_id == announcement.id,
                d.c.state.in_((DeliveryState.PENDING, DeliveryState.RETRYING)),
                d.c.fallback.is_(True),
                exists().where(s.c.id == d.c.subscriber_id, s.c.languages.in_(some)),
            )
            .values(language=language, fallback=fallback)
        )


async def _in_place(
    database: Database,
    connection: AsyncConnection,
    ident: int,
    announcement: Announcement,
    wishes: Mapping[bool, Sequence[str]],
    language: str,
    now: datetime,
) -> int:
    """Plan it for those who have been sent a fallback, or are just being sent one.

    Who left and came back since has no such message; nor is anything sent to who is unreachable.
    """
    d, s = t.delivery, t.subscriber
    columns = (
        *("announcement_id", "subscriber_id", "language", "fallback", "state", "due_at"),
        *("way", "transport"),
    )
    planned = 0
    for fallback, some in _portions(wishes):
        readers = (
            select(
                literal(ident),
                d.c.subscriber_id,
                literal(language),
                literal(fallback),
                literal(DeliveryState.PENDING.value),
                literal(now, d.c.due_at.type),
                literal(Way.EDIT.value),
                d.c.transport,
            )
            .join(s, s.c.id == d.c.subscriber_id)
            .where(
                d.c.announcement_id == announcement.id,
                d.c.fallback.is_(True),
                d.c.language != language,
                d.c.state.in_((DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SENDING)),
                s.c.state == SubscriberState.ACTIVE,
                s.c.languages.in_(some),
                s.c.created_at <= func.coalesce(d.c.at, d.c.claimed_at),
            )
        )
        planned += await ledger.enter(database, connection, ident, columns, readers)
    return planned


def _portions(wishes: Mapping[bool, Sequence[str]]) -> list[tuple[bool, Sequence[str]]]:
    """Few enough for one statement each: databases bind only so many values."""
    return [
        (fallback, lists[start : start + AT_ONCE])
        for fallback, lists in wishes.items()
        for start in range(0, len(lists), AT_ONCE)
    ]
