"""Corrections and withdrawals: whoever was sent the text before is told, in the language of it.

The desk changes what readers see; here the messages follow. What was sent is edited in its
place and, but for a typo, replied to; what cannot be edited gets a reply (product rule 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.subscriber import SubscriberState
from bot.clock import Clock
from bot.delivery import ledger, occurrences
from bot.delivery.announcement import (
    Announcement,
    AnnouncementState,
    correction_key,
    withdrawal_key,
)
from bot.delivery.ledger import CORRECTION, WITHDRAWAL
from bot.delivery.outcome import DeliveryState, Way
from bot.occasions import repository as occasions
from bot.releases import publication, repository, signatures
from bot.releases.correction import Correction, Kind
from bot.releases.publication import Act, Published
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch

WITHDRAWN = "withdrawn"

_FOLLOW_UPS = (CORRECTION, WITHDRAWAL)
_MAY_HAVE_IT = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SENDING)

log = structlog.get_logger(__name__)


async def look(database: Database, settings: Settings, clock: Clock) -> None:
    """Announce every correction that nobody has been told of, each in transactions of its own."""
    c = t.correction
    query = (
        select(c.c.published_id, c.c.number)
        .join(t.published, t.published.c.id == c.c.published_id)
        .where(c.c.announced.is_(False))
        # A release before the pages of its anniversaries, and of those the newest first.
        .order_by(t.published.c.year.is_not(None), c.c.published_id.desc(), c.c.number)
    )
    while True:
        async with database.read() as connection:
            found = (await connection.execute(query.limit(1))).one_or_none()
        if found is None:
            return
        await _correct_anniversaries(
            database, settings, found.published_id, found.number, clock.now()
        )
        async with database.write() as connection:
            await _announce(database, connection, found.published_id, found.number, clock.now())


async def _correct_anniversaries(
    database: Database, settings: Settings, published_id: int, number: int, now: datetime
) -> None:
    """Bring the release's anniversaries up to the texts that it now has."""
    async with database.write() as connection:
        main = await publication.by_id(connection, published_id)
        correction = _numbered(main, number)
        if main.year is not None or correction.kind is Kind.RETRACTION:
            return
        release = await repository.by_id(connection, main.release_id)
        act = Act(
            kind=correction.kind,
            notes=correction.notes,
            editor=await _editor(connection, published_id, number),
            at=correction.at,
        )
        for page in await publication.of_release(connection, main.release_id):
            if page.year is None or page.withdrawn_at is not None:
                continue
            announced = next(
                (
                    a
                    for a in await ledger.of_page(connection, page.id)
                    if a.occurrence_id is not None
                ),
                None,
            )
            if announced is None or announced.occurrence_id is None:
                continue
            occurrence = await occasions.by_id(connection, announced.occurrence_id)
            texts = await occurrences.texts_of(connection, settings, release, occurrence)
            changed = {
                tag: (headline, "", body)
                for tag, (headline, body) in texts.items()
                if tag in page.variants
                and (page.variants[tag].headline, page.variants[tag].body) != (headline, body)
            }
            if changed:
                await publication.correct_texts(database, connection, page, changed, act)
        await signatures.sign_new(database, connection, settings, now)


async def _editor(connection: AsyncConnection, published_id: int, number: int) -> str:
    c = t.correction.c
    query = select(c.editor).where(c.published_id == published_id, c.number == number)
    return str(await connection.scalar(query))


async def _announce(
    database: Database,
    connection: AsyncConnection,
    published_id: int,
    number: int,
    now: datetime,
) -> None:
    c = t.correction
    mine = c.c.published_id == published_id, c.c.number == number
    waiting = select(c.c.number).where(*mine, c.c.announced.is_(False)).with_for_update()
    if await connection.scalar(waiting) is None:
        return  # another planner was here first
    published = await publication.by_id(connection, published_id)
    correction = _numbered(published, number)
    family = await ledger.of_page(connection, published_id)
    if correction.kind is Kind.RETRACTION:
        await _end(connection, family, now)
    for first in reversed([a for a in family if a.about_id is None]):
        await _tell(database, connection, published, correction, first, family, now)
    await connection.execute(update(c).where(*mine).values(announced=True))
    await touch(database, connection)


async def _end(connection: AsyncConnection, family: Sequence[Announcement], now: datetime) -> None:
    """Nothing more is sent of what was withdrawn."""
    for announcement in family:
        if announcement.kind == WITHDRAWAL:
            continue
        await ledger.cancel(connection, announcement.id, now, WITHDRAWN)
        if announcement.state is not AnnouncementState.DONE:
            await ledger.set_state(
                connection,
                announcement.id,
                AnnouncementState.CANCELLED,
                reason=WITHDRAWN,
                finished_at=now,
            )


async def _tell(
    database: Database,
    connection: AsyncConnection,
    published: Published,
    correction: Correction,
    first: Announcement,
    family: Sequence[Announcement],
    now: datetime,
) -> None:
    over = correction.kind is Kind.RETRACTION
    key = withdrawal_key(first.key) if over else correction_key(first.key, correction.number)
    ident = await ledger.announce(
        database,
        connection,
        key=key,
        kind=WITHDRAWAL if over else CORRECTION,
        published_id=published.id,
        about_id=first.id,
        revision=correction.number,
        due_at=now,
        now=now,
        state=AnnouncementState.SENDING,
    )
    told = [first.id, *(a.id for a in family if a.about_id == first.id)]
    planned = await _plan(database, connection, published, correction, ident, first.id, told, now)
    if not planned:
        await ledger.forget(connection, ident)
    log.info("corrected", announcement=key, deliveries=planned)


async def _plan(
    database: Database,
    connection: AsyncConnection,
    published: Published,
    correction: Correction,
    ident: int,
    first: int,
    told: Sequence[int],
    now: datetime,
) -> int:
    """Plan it for whoever was sent, or is just being sent, a text that it changes.

    Who left and came back since has no such message; who is unreachable is sent nothing; who is
    still to be sent the text gets it as it now reads.
    """
    d, s = t.delivery.alias("d"), t.subscriber
    has, later = t.delivery.alias("has"), t.delivery.alias("later")
    latest = (
        select(func.max(later.c.announcement_id))
        .where(
            later.c.subscriber_id == d.c.subscriber_id,
            later.c.announcement_id.in_(told),
            or_(later.c.state != DeliveryState.FAILED, later.c.way == Way.NOTICE),
        )
        .correlate(d)
        .scalar_subquery()
    )
    readers = (
        select(
            literal(ident),
            d.c.subscriber_id,
            has.c.language,
            has.c.fallback,
            literal(DeliveryState.PENDING.value),
            literal(now, d.c.due_at.type),
            await _way(connection, published, correction, ident, d.c.subscriber_id),
            d.c.transport,
        )
        .join(s, s.c.id == d.c.subscriber_id)
        .join(
            has,
            and_(has.c.subscriber_id == d.c.subscriber_id, has.c.announcement_id == latest),
        )
        .where(
            d.c.announcement_id == first,
            d.c.state.in_(_MAY_HAVE_IT),
            has.c.revision < correction.number,
            has.c.language.in_(correction.languages),
            s.c.state == SubscriberState.ACTIVE,
            s.c.created_at <= func.coalesce(d.c.at, d.c.claimed_at),
        )
    )
    columns = (
        *("announcement_id", "subscriber_id", "language", "fallback", "state", "due_at"),
        *("way", "transport"),
    )
    return await ledger.enter(database, connection, ident, columns, readers)


async def _way(
    connection: AsyncConnection,
    published: Published,
    correction: Correction,
    ident: int,
    subscriber: ColumnElement[int],
) -> ColumnElement[str]:
    """A typo is edited silently. Otherwise each is told once, by the newest message they have."""
    if correction.kind is Kind.TYPO:
        return literal(Way.EDIT.value)
    a, c, p = t.announcement, t.correction, t.published
    siblings = (
        await connection.scalars(
            select(a.c.id)
            .join(p, p.c.id == a.c.published_id)
            .join(c, and_(c.c.published_id == p.c.id, c.c.number == a.c.revision))
            .where(
                p.c.release_id == published.release_id,
                c.c.at == correction.at,
                a.c.kind.in_(_FOLLOW_UPS),
                a.c.id != ident,
            )
        )
    ).all()
    other = t.delivery.alias("other")
    is_told: ColumnElement[bool] = (
        exists()
        .where(
            other.c.announcement_id.in_(siblings),
            other.c.subscriber_id == subscriber,
            other.c.way != Way.EDIT,
        )
        .correlate_except(other)
        if siblings
        else literal(False, Boolean) & false()
    )
    return case((is_told, Way.EDIT.value), else_=Way.AMEND.value)


def _numbered(published: Published, number: int) -> Correction:
    return next(c for c in published.corrections if c.number == number)
