"""The bytes of pictures: with their release until it is published, then where readers see them.

They are never in both places. What was withdrawn, or replaced, is in neither. All functions run
inside a transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Column, Table, delete, insert, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.releases.picture import Picture
from bot.store import tables as t
from translations.text import text


async def keep(
    connection: AsyncConnection, slug: str, release_id: int, pictures: Sequence[Picture]
) -> None:
    """Store what is not stored of a release's pictures, and forget what is none of them any more.

    Raises ``Conflict`` for a picture whose bytes are neither here nor with it.
    """
    if not pictures:
        await connection.execute(delete(t.picture).where(t.picture.c.release_id == release_id))
        return
    waiting = await _digests(connection, t.picture, release_id)
    out = await _digests_out(connection, release_id)
    wanted = {picture.digest for picture in pictures}
    await _forget(connection, t.picture, release_id, waiting - wanted)
    for picture in pictures:
        if picture.digest in waiting | out:
            continue
        if not picture.data:
            raise Conflict(
                text(
                    "A picture of “{slug}” is not here any more. Add its file once more.",
                    slug=slug,
                )
            )
        rows = [
            {
                "release_id": release_id,
                "digest": picture.digest,
                "width": rendition.width,
                "media_type": picture.media_type,
                "data": data,
            }
            for rendition, data in zip(picture.renditions, picture.data, strict=True)
        ]
        await connection.execute(insert(t.picture), rows)
        waiting.add(picture.digest)


async def publish(
    connection: AsyncConnection, release_id: int, published_id: int, pictures: Sequence[Picture]
) -> None:
    """Move a release's pictures to where readers see them; others leave that place."""
    shown = {picture.digest for picture in pictures}
    out = await _digests(connection, t.published_picture, published_id)
    await _forget(connection, t.published_picture, published_id, out - shown)
    added = shown - out
    if not added:
        return
    p = t.picture.c
    where = p.release_id == release_id, p.digest.in_(added)
    copied = select(literal(published_id), p.digest, p.width, p.media_type, p.data).where(*where)
    columns = ("published_id", "digest", "width", "media_type", "data")
    await connection.execute(insert(t.published_picture).from_select(columns, copied))
    await connection.execute(delete(t.picture).where(*where))


async def withdraw(connection: AsyncConnection, release_id: int) -> None:
    """Forget every picture of a release."""
    published = select(t.published.c.id).where(t.published.c.release_id == release_id)
    out = t.published_picture
    await connection.execute(delete(out).where(out.c.published_id.in_(published)))
    await connection.execute(delete(t.picture).where(t.picture.c.release_id == release_id))


async def published_file(
    connection: AsyncConnection, digest: str, width: int
) -> tuple[str, bytes] | None:
    """Media type and bytes of a picture that readers may see."""
    p = t.published_picture.c
    query = select(p.media_type, p.data).where(p.digest == digest, p.width == width).limit(1)
    found = (await connection.execute(query)).one_or_none()
    return None if found is None else (found.media_type, found.data)


async def widest_file(connection: AsyncConnection, digest: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a picture as messages have it, published or (in a preview) not."""
    tables = (t.published_picture.c, t.picture.c)
    found = union_all(
        *(select(p.media_type, p.width, p.data).where(p.digest == digest) for p in tables)
    ).subquery()
    query = select(found.c.media_type, found.c.data).order_by(found.c.width.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (row.media_type, row.data)


async def _digests(connection: AsyncConnection, table: Table, owner: int) -> set[str]:
    query = select(table.c.digest).where(_owner(table) == owner).distinct()
    return set(await connection.scalars(query))


async def _digests_out(connection: AsyncConnection, release_id: int) -> set[str]:
    out = t.published_picture.c
    query = (
        select(out.digest)
        .join(t.published, t.published.c.id == out.published_id)
        .where(t.published.c.release_id == release_id)
        .distinct()
    )
    return set(await connection.scalars(query))


async def _forget(
    connection: AsyncConnection, table: Table, owner: int, digests: Collection[str]
) -> None:
    if digests:
        await connection.execute(
            delete(table).where(_owner(table) == owner, table.c.digest.in_(digests))
        )


def _owner(table: Table) -> Column[int]:
    return table.c.release_id if table is t.picture else table.c.published_id
