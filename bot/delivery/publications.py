"""Publishing what is queued and due: the page and feeds go live with the announcement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose, wants
from bot.delivery import ledger
from bot.delivery.announcement import Announcement, AnnouncementState, publication_key
from bot.delivery.guard import guarded
from bot.occasions.lateness import is_late
from bot.releases import audit, publication, repository, review
from bot.releases.release import Completeness, Release, ReleaseState, VariantState
from bot.releases.review import Actor
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import Text, text

PLANNER = Actor("planner")


async def publish_due(
    database: Database, settings: Settings, connection: AsyncConnection, now: datetime
) -> list[Text]:
    """Publish every queued release whose time has come; returns what staff should be told."""
    notices = []
    for release in await repository.in_state(connection, ReleaseState.QUEUED, to_change=True):
        due = review.due_at(release)
        if due is None or due > now:
            continue
        required = settings.required_languages
        ready = review.readiness(release, required, Completeness(settings.completeness))
        if not ready.ready:
            notices.append(
                text(
                    "“{slug}” is due, and waits until these are approved: {languages}.",
                    slug=release.slug,
                    languages=ready.holding,
                )
            )
            continue
        # What waited for an approval is late only if nobody served since it was given.
        possible = max(due, await repository.changed_at(connection, release))
        if is_late(possible, now, settings.timezone):
            await repository.set_state(connection, release, ReleaseState.HELD, now)
            await audit.record(connection, now, PLANNER, "hold late", release.slug)
            notices.append(
                text(
                    "“{slug}” was due at {moment} while the service was down. "
                    "It is held; publish it if it should still go out.",
                    slug=release.slug,
                    moment=release.publish_at.local if release.publish_at else due,
                )
            )
        else:
            notices += await guarded(
                connection, release.slug, _published(database, connection, release, due, now)
            )
    return notices


async def next_due(connection: AsyncConnection, now: datetime) -> datetime | None:
    """When the next queued release is due (UTC), of those that are not due already."""
    r = t.release
    moments = await connection.execute(
        select(r.c.publish_at, r.c.embargo_at).where(
            r.c.state == ReleaseState.QUEUED, r.c.publish_at.is_not(None)
        )
    )
    coming = (max(filter(None, row)) for row in moments)
    return min((moment for moment in coming if moment > now), default=None)


async def _published(
    database: Database, connection: AsyncConnection, release: Release, due: datetime, now: datetime
) -> list[Text]:
    await publish(database, connection, release, due, now)
    return []


async def publish(
    database: Database, connection: AsyncConnection, release: Release, due: datetime, now: datetime
) -> int:
    """Publish one release and announce it, in the caller's transaction; returns the
    announcement's id."""
    ident = await publication.publish(database, connection, release, now)
    await repository.set_state(connection, release, ReleaseState.PUBLISHED, now)
    announced = await ledger.announce(
        database,
        connection,
        key=publication_key(release.slug),
        kind="publication",
        published_id=ident,
        due_at=due,
        now=now,
    )
    await audit.record(
        connection,
        now,
        PLANNER,
        "published",
        release.slug,
        languages=list(release.approved_languages),
    )
    await touch(database, connection)
    return announced


async def add_later_variants(
    database: Database, connection: AsyncConnection, since: datetime, now: datetime
) -> None:
    """Publish variants approved after their release went out, and announce them to those who
    waited for them. Looks only at releases that changed after ``since``."""
    v, pv, p = t.variant, t.published_variant, t.published
    out = exists().where(
        pv.c.published_id == p.c.id,
        p.c.release_id == t.release.c.id,
        p.c.year.is_(None),
        pv.c.language == v.c.language,
    )
    slugs = await connection.scalars(
        select(t.release.c.slug)
        .join(v, v.c.release_id == t.release.c.id)
        .where(
            t.release.c.state == ReleaseState.PUBLISHED,
            t.release.c.changed_at >= since,
            v.c.state == VariantState.APPROVED,
            ~out,
        )
        .distinct()
    )
    for slug in list(slugs):
        release = await repository.get(connection, slug)
        before = {tag for p in await _out(connection, release) for tag in p.variants}
        if set(release.approved_languages) <= before:
            continue  # approved once, but stale: its original changed since
        await publication.publish(database, connection, release, now)
        announcement = await ledger.by_key(connection, publication_key(slug))
        if announcement and announcement.state is not AnnouncementState.CANCELLED:
            await ledger.set_state(connection, announcement.id, AnnouncementState.PLANNING)
        await touch(database, connection)


async def _out(connection: AsyncConnection, release: Release) -> list[publication.Published]:
    assert release.id is not None
    return [p for p in await publication.of_release(connection, release.id) if p.year is None]


async def plan(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    now: datetime,
) -> int:
    """Write the pending deliveries of a publication: everybody, at one instant.

    Who prefers a language still in preparation waits for it, unless the policy is fallback.
    """
    assert announcement.published_id is not None
    published = await publication.by_id(connection, announcement.published_id)
    release = await repository.by_id(connection, published.release_id)
    ready = review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    )
    awaited = [tag for tag in ready.missing if ready.wait and tag not in published.variants]
    planned = 0
    for wish in await audience.preferences(connection):
        choice = choose(wish.languages, published.variants, settings.languages, awaited)
        if choice is None or not wants(wish.topics, published.topics):
            continue
        planned += await ledger.plan(
            database,
            connection,
            announcement,
            wish,
            choice,
            due_at=max(announcement.due_at, now),
            before=announcement.created_at,
        )
    return planned
