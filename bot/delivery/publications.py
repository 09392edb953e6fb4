"""Publishing what is queued and due: the page and feeds go live with the announcement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose, choosers, wants
from bot.audience.subscriber import Announcements
from bot.delivery import carrier, ledger
from bot.delivery.announcement import Announcement, publication_key
from bot.delivery.guard import guarded
from bot.delivery.ledger import Plan
from bot.occasions.lateness import is_late
from bot.releases import audit, publication, repository, review
from bot.releases.notices import Notice
from bot.releases.release import Completeness, Release, ReleaseState
from bot.releases.review import Actor
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.locales import native_name
from translations.text import text

PLANNER = Actor("planner")


async def publish_due(
    database: Database, settings: Settings, connection: AsyncConnection, now: datetime
) -> list[Notice]:
    """Publish every queued release whose time has come; returns what staff should be told."""
    notices: list[Notice] = []
    for release in await repository.in_state(connection, ReleaseState.QUEUED, to_change=True):
        due = review.due_at(release)
        if due is None or due > now:
            continue
        if not review.reads_as_seen(release):
            await repository.set_state(connection, release, ReleaseState.HELD, now)
            await audit.record(connection, now, PLANNER, "hold changed", release.slug)
            notices.append(_changed(release, due))
            continue
        required = settings.required_languages
        ready = review.readiness(release, required, Completeness(settings.completeness))
        if not ready.ready:
            notices += _waits(release, due, ready.holding)
            continue
        # What waited for an approval is late only if nobody served since it was given.
        possible = max(due, await repository.changed_at(connection, release))
        if is_late(possible, now, settings.timezone):
            await repository.set_state(connection, release, ReleaseState.HELD, now)
            await audit.record(connection, now, PLANNER, "hold late", release.slug)
            what = text(
                "“{slug}” was due at {moment} while the service was down. "
                "It is held; publish it if it should still go out.",
                slug=release.slug,
                moment=release.publish_at.local if release.publish_at else due,
            )
            notices.append(
                Notice(key=f"late/{release.slug}/{due:%Y%m%dT%H%M}", what=what, urgent=True)
            )
        else:
            published = _published(database, connection, release, due, now)
            notices += await guarded(connection, release.slug, now, published)
    return notices


def _changed(release: Release, due: datetime) -> Notice:
    what = text(
        "“{slug}” was changed while it was about to be published. It is held; look at it, and "
        "publish it if it should still go out.",
        slug=release.slug,
    )
    return Notice(key=f"changed/{release.slug}/{due:%Y%m%dT%H%M%S}", what=what, urgent=True)


def _waits(release: Release, due: datetime, holding: tuple[str, ...]) -> list[Notice]:
    """For the office what its release waits for; for translators that it waits for them."""
    key = f"waits/{release.slug}/{due:%Y%m%dT%H%M}"
    what = text(
        "“{slug}” is due, and waits until these are approved: {languages}.",
        slug=release.slug,
        languages=holding,
    )
    return [
        Notice(key=f"{key}/{'+'.join(holding)}", what=what, urgent=True),
        *(
            Notice(
                key=f"{key}/translator/{tag}",
                what=text(
                    "“{slug}” is due, and waits until your text in {language} is approved.",
                    slug=release.slug,
                    language=native_name(tag),
                ),
                language=tag,
                urgent=True,
            )
            for tag in holding
        ),
    ]


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
) -> list[Notice]:
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


async def plan(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    now: datetime,
    *,
    write: Plan = ledger.plan,
) -> int:
    """Write the pending deliveries of a publication: all who want it, at one instant.

    Who prefers a language still in preparation waits for it, unless the policy is fallback.
    """
    assert announcement.published_id is not None
    published = await publication.by_id(connection, announcement.published_id)
    release = await repository.by_id(connection, published.release_id)
    ready = review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    )
    awaited = ready.awaited(published.variants)
    planned = 0
    for wish in await audience.preferences(connection, among=told(release)):
        choice = choose(wish.languages, published.variants, settings.languages, awaited)
        if choice is None or not wants(wish.topics, published.topics):
            continue
        planned += await write(
            database,
            connection,
            announcement,
            wish,
            choice,
            due_at=max(announcement.due_at, now),
            before=announcement.created_at,
        )
    return planned


def told(release: Release) -> tuple[Announcements, ...]:
    """Whose choice its publication is: one that was prepared for an anniversary is that, too."""
    return choosers(new=True, anniversary=carrier.is_for_an_anniversary(release))
