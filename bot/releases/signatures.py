"""Signatures of what is published, and the keys by which the public checks them.

The private key is in a file on the machine that publishes, never in the database: who has that,
or a copy of it, cannot sign. What is published where the file is not, is signed by the next
machine that has it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import Conflict, NotFound, SettingsError
from bot.releases import audit, publication, signing
from bot.releases.review import Actor
from bot.releases.signing import SigningKey
from bot.releases.statement import PublicKey
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import text

SIGNER = Actor("planner")
AT_ONCE = 200

log = structlog.get_logger(__name__)


async def keys(connection: AsyncConnection) -> list[PublicKey]:
    """Every key that the office ever signed with: those in use, then the newest first."""
    k = t.signing_key
    rows = await connection.execute(
        select(k).order_by(k.c.until.is_not(None), k.c.since.desc(), k.c.id)
    )
    return [
        PublicKey(
            public=bytes.fromhex(row.public),
            since=row.since,
            until=row.until,
            revoked=row.revoked_at,
        )
        for row in rows
    ]


async def prepare(database: Database, settings: Settings, clock: Clock) -> None:
    """Make the office's first key, when there is none anywhere. A machine without the key of an
    office that has one makes no other: that is for a person to decide."""
    file = signing.file_of(settings)
    if file.exists():
        return
    try:
        async with database.write() as connection:
            await touch(database, connection)  # one machine at a time
            if not any(key.until is None for key in await keys(connection)):
                await _introduce(database, connection, signing.make(), settings, clock.now())
                return
    except OSError as error:
        log.error("no signing key could be made", file=str(file), reason=str(error))
        return
    log.warning(
        "no signing key on this machine: what it publishes waits for one that has it",
        file=str(file),
    )


async def _introduce(
    database: Database,
    connection: AsyncConnection,
    key: SigningKey,
    settings: Settings,
    now: datetime,
    actor: Actor = SIGNER,
) -> None:
    await _register(database, connection, key, now, actor)
    signing.store(signing.file_of(settings), key)


async def _register(
    database: Database,
    connection: AsyncConnection,
    key: SigningKey,
    now: datetime,
    actor: Actor = SIGNER,
) -> None:
    row = {"id": key.id, "public": key.public.hex(), "since": now}
    await connection.execute(database.insert(t.signing_key).values(row).on_conflict_do_nothing())
    await audit.record(connection, now, actor, "new key", "", key=key.id)


async def replace(
    database: Database, settings: Settings, actor: Actor, now: datetime
) -> SigningKey:
    """Make a new key for this machine; nothing is signed with the old ones any more, and what
    they signed stays as it is. Raises ``OSError`` where it cannot be stored."""
    key = signing.make()
    async with database.write() as connection:
        await touch(database, connection)
        k = t.signing_key
        await connection.execute(update(k).where(k.c.until.is_(None)).values(until=now))
        await _introduce(database, connection, key, settings, now, actor)
    return key


async def revoke(database: Database, actor: Actor, ident: str, now: datetime) -> None:
    """Make a key, which somebody else may have, prove nothing any more: what was signed with it
    is signed anew. Raises ``NotFound`` or ``Conflict``."""
    k, pv = t.signing_key, t.published_variant
    async with database.write() as connection:
        row = (await connection.execute(select(k).where(k.c.id == ident))).one_or_none()
        if row is None:
            raise NotFound(
                text("There is no key {key}. List them: polyherald keys list", key=ident)
            )
        if row.revoked_at is not None:
            raise Conflict(text("The key {key} is revoked already.", key=ident))
        until = func.coalesce(k.c.until, now)
        await connection.execute(
            update(k).where(k.c.id == ident).values(until=until, revoked_at=now)
        )
        await connection.execute(update(pv).where(pv.c.signing_key == ident).values(signature=None))
        await audit.record(connection, now, actor, "revoke key", "", key=ident)
        await touch(database, connection)  # last, as whoever corrects a text does


async def sign_new(
    database: Database,
    connection: AsyncConnection,
    settings: Settings,
    now: datetime,
    most: int = AT_ONCE,
) -> int:
    """Sign what is published and has no signature, in the transaction that published it; returns
    how many texts that were. Without the key they wait: a text goes out all the same."""
    rows = await _unsigned(connection, most)
    key = await _usable(database, connection, settings, now) if rows else None
    if key is None:
        return 0
    pv = t.published_variant
    known = await publication.by_ids(connection, {row.published_id for row in rows})
    for row in rows:
        published = known[row.published_id]
        issuer = publication.issuer_name(published.issuer, row.language, settings)
        statement = published.statement(row.language, issuer)
        value = b64encode(key.sign(statement.as_text().encode())).decode()
        await connection.execute(
            update(pv)
            .where(pv.c.published_id == row.published_id, pv.c.language == row.language)
            .values(signature=value, signing_key=key.id, signed_issuer=issuer)
        )
    await touch(database, connection)
    return len(rows)


async def count_unsigned(connection: AsyncConnection) -> int:
    query = select(func.count()).select_from(t.published_variant).where(t.UNSIGNED)
    return int(await connection.scalar(query) or 0)


async def _unsigned(connection: AsyncConnection, most: int) -> Sequence[Row[int, str]]:
    """Locked, but for those that somebody else is just changing: they will be signed there."""
    pv = t.published_variant
    query = (
        select(pv.c.published_id, pv.c.language)
        .where(t.UNSIGNED)
        .order_by(pv.c.published_id, pv.c.language)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await connection.execute(query)).all()


async def _usable(
    database: Database, connection: AsyncConnection, settings: Settings, now: datetime
) -> SigningKey | None:
    try:
        key = signing.load(signing.file_of(settings))
    except SettingsError as error:
        log.error("nothing is signed", reason=str(error))
        return None
    if key is None:
        return None
    k = t.signing_key.c
    known = (await connection.execute(select(k.until).where(k.id == key.id))).one_or_none()
    if known is None:  # it was put there by hand
        await _register(database, connection, key, now)
    elif known.until is not None:
        log.error("nothing is signed: the key on this machine is out of use", key=key.id)
        return None
    return key
