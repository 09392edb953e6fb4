"""In which order what readers may see came out: a log for each language, and each topic in it.

A text is entered in its logs when it comes out, again with every correction, and when it is
withdrawn; no entry is ever changed or moved. Feeds show what is newest in a log, and the pages of
a log are the archives behind them: so whoever has read a page never has to read it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables as t
from bot.store.database import Database, touch, touch_anniversaries

ENTRIES = 50
"""On a page of a log at most."""
OCTETS = 400_000
"""A page with more would be larger than the 512 kB that many readers take."""

_OF_AN_ITEM, _OF_A_LANGUAGE, _OF_A_THING = 3000, 400, 1500
"""Octets of the frame of an item, of a link to it in another language, of a related document or a
picture."""


@dataclass(frozen=True)
class Log:
    """Which: a language and a topic in it, "" for all of them."""

    language: str
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was entered: the text of one published release as of its correction ``revision``,
    which was out in ``languages`` then."""

    page: int
    place: int
    published_id: int
    revision: int
    languages: tuple[str, ...]
    archive: bool


@dataclass(frozen=True, kw_only=True)
class State:
    """How a log stands: the next entry is the one after ``entries`` on ``page``.

    ``version`` rises with each change of what its feed says, ``withdrawals`` with each text, or
    picture, that was taken out of its entries. ``deserted``: it has a topic that no release has
    any more.
    """

    log: Log
    page: int
    entries: int
    version: int
    withdrawals: int
    deserted: bool
    updated_at: datetime | None

    @property
    def is_begun(self) -> bool:
        return self.page > 1 or self.entries > 0


async def enter(
    database: Database,
    connection: AsyncConnection,
    published_id: int,
    languages: Collection[str],
    now: datetime,
    *,
    withdrawn: bool = False,
) -> None:
    """Enter a published release, as it is now, in the logs of ``languages``.

    In its other languages it is linked from what is entered, so that their feeds change as well.
    Until the transaction ends nobody else enters anything: entries are in the order in which
    they become visible.
    """
    await _tell(database, connection, published_id)
    p, v = t.published, t.published_variant
    row = (
        await connection.execute(
            select(p.c.topics, p.c.archive, p.c.revision, p.c.related, p.c.pictures).where(
                p.c.id == published_id
            )
        )
    ).one()
    texts = (await connection.execute(select(v).where(v.c.published_id == published_id))).all()
    out = sorted(text.language for text in texts)
    things = len(row.related) + len(row.pictures)
    room = {text.language: _room(text, len(out), things) for text in texts}
    entries, changes = [], []
    for log, state in (await _begun(database, connection, _logs(out, row.topics))).items():
        if log.language not in languages:
            changes.append(_changed(log, state, now))
            continue
        page, before, taken = state.page, state.entries, state.octets
        if before and taken + room[log.language] > OCTETS:
            page, before, taken = page + 1, 0, 0
        place, taken = before + 1, taken + room[log.language]
        is_full = place >= ENTRIES
        entries.append(
            {
                "language": log.language,
                "topic": log.topic,
                "page": page,
                "place": place,
                "published_id": published_id,
                "revision": row.revision,
                "languages": " ".join(out),
                "archive": row.archive,
            }
        )
        changes.append(
            _changed(
                log,
                state,
                now,
                page=page + is_full,
                entries=0 if is_full else place,
                octets=0 if is_full else taken,
                withdrawals=state.withdrawals + withdrawn,
                deserted=False,
            )
        )
    if entries:
        await connection.execute(insert(t.feed_entry), entries)
    await _write(connection, changes)


async def leave(
    database: Database,
    connection: AsyncConnection,
    published_id: int,
    topics: Collection[str],
    now: datetime,
) -> None:
    """A published release has these ``topics`` no more: their feeds leave it out."""
    await _tell(database, connection, published_id)
    v = t.published_variant
    out = list(
        await connection.scalars(select(v.c.language).where(v.c.published_id == published_id))
    )
    logs = [log for log in _logs(out, topics) if log.topic]
    changes = [
        _changed(log, state, now, deserted=not await _has_release(connection, log))
        for log, state in (await _begun(database, connection, logs)).items()
    ]
    await _write(connection, changes)


async def offer(database: Database, logs: Collection[Log]) -> None:
    """Begin those of ``logs`` that there are not yet: their feeds are empty, but they exist."""
    async with database.write() as connection:
        await _begun(database, connection, logs)


async def states(connection: AsyncConnection) -> list[State]:
    """Every log that there is or ever was."""
    f = t.feed
    rows = await connection.execute(select(f).order_by(f.c.language, f.c.topic))
    return [_state(row) for row in rows]


async def state(connection: AsyncConnection, log: Log) -> State | None:
    row = (await connection.execute(select(t.feed).where(_is(t.feed, log)))).first()
    return None if row is None else _state(row)


async def page(connection: AsyncConnection, log: Log, number: int) -> list[Entry]:
    """The entries of a page, oldest first."""
    e = t.feed_entry
    query = select(e).where(_is(e, log), e.c.page == number).order_by(e.c.place)
    return [_entry(row) for row in await connection.execute(query)]


async def news(
    connection: AsyncConnection, log: Log, limit: int, before: Entry | None = None
) -> list[Entry]:
    """The newest entries, or those before one of them, without what was loaded as archive."""
    e = t.feed_entry
    query = select(e).where(_is(e, log), ~e.c.archive)
    if before is not None:
        earlier = e.c.page < before.page
        query = query.where(e.c.page <= before.page, or_(earlier, e.c.place < before.place))
    query = query.order_by(e.c.page.desc(), e.c.place.desc()).limit(limit)
    return [_entry(row) for row in await connection.execute(query)]


async def withdrawn(
    connection: AsyncConnection, log: Log, until: datetime, limit: int
) -> list[int]:
    """The releases in a log that were withdrawn by ``until``, the last of them first."""
    p, e = t.published, t.feed_entry
    entered = select(e.c.published_id).where(_is(e, log), e.c.published_id == p.c.id)
    query = (
        select(p.c.id)
        .where(p.c.withdrawn_at <= until, entered.exists())
        .order_by(p.c.withdrawn_at.desc(), p.c.id)
        .limit(limit)
    )
    return list(await connection.scalars(query))


async def _tell(database: Database, connection: AsyncConnection, published_id: int) -> None:
    """Running services rebuild: feeds, and calendars if it is of something commemorated."""
    p, o = t.published, t.observance
    query = select(o.c.id).join(p, p.c.release_id == o.c.release_id).where(p.c.id == published_id)
    if await connection.scalar(query) is None:
        await touch(database, connection)
    else:
        await touch_anniversaries(connection)


def _logs(languages: Iterable[str], topics: Collection[str]) -> list[Log]:
    return [Log(language, topic) for language in languages for topic in ("", *topics)]


def _is(table: Any, log: Log) -> Any:
    return (table.c.language == log.language) & (table.c.topic == log.topic)


async def _begun(
    database: Database, connection: AsyncConnection, logs: Collection[Log]
) -> dict[Log, Row[Any]]:
    """How each of the logs stands; those that there were not yet are begun."""
    wanted = dict.fromkeys(logs)
    found = await _found(connection, wanted)
    missing = [log for log in wanted if log not in found]
    if missing:
        rows = [{"language": log.language, "topic": log.topic} for log in missing]
        await connection.execute(database.insert(t.feed).on_conflict_do_nothing(), rows)
        found = await _found(connection, wanted)
    return {log: found[log] for log in wanted}


async def _found(connection: AsyncConnection, logs: Collection[Log]) -> dict[Log, Row[Any]]:
    f = t.feed
    of_these = (
        f.c.language.in_({log.language for log in logs}),
        f.c.topic.in_({log.topic for log in logs}),
    )
    rows = await connection.execute(select(f).where(*of_these))
    return {Log(row.language, row.topic): row for row in rows}


def _changed(log: Log, state: Row[Any], now: datetime, **values: Any) -> dict[str, Any]:
    """The row of a log after a change."""
    return {
        **state._mapping,
        "version": state.version + 1,
        "updated_at": max(now, state.updated_at or now),
        **values,
        "of_language": log.language,
        "of_topic": log.topic,
    }


async def _write(connection: AsyncConnection, changes: Sequence[Mapping[str, Any]]) -> None:
    f = t.feed
    kept = [column.name for column in f.c if not column.primary_key]
    if changes:
        await connection.execute(
            update(f)
            .where(f.c.language == bindparam("of_language"), f.c.topic == bindparam("of_topic"))
            .values({name: bindparam(name) for name in kept}),
            [{name: row[name] for name in (*kept, "of_language", "of_topic")} for row in changes],
        )


async def _has_release(connection: AsyncConnection, log: Log) -> bool:
    p, e = t.published, t.feed_entry
    query = select(p.c.topics).join(e, e.c.published_id == p.c.id).where(_is(e, log)).distinct()
    return any(log.topic in topics for topics in await connection.scalars(query))


def _room(text: Row[Any], languages: int, things: int) -> int:
    """About how many octets a text takes in a feed, rather too many than too few."""
    opening = text.subhead or text.body.partition("\n\n")[0]
    return (
        _OF_AN_ITEM
        + _OF_A_LANGUAGE * languages
        + _OF_A_THING * things
        + sum(map(_written, (text.headline, text.headline, text.subhead, opening, text.body)))
    )


def _written(markdown: str) -> int:
    """In HTML that is escaped once more. What cannot be markup there counts as such, too."""
    escaped = sum(markdown.count(mark) for mark in "&<>\"'")
    marks = sum(markdown.count(mark) for mark in "*_`#[|!\n")
    links = markdown.count("://") + markdown.count("www.")
    return len(markdown.encode()) + 9 * escaped + 13 * marks + 150 * links


def _state(row: Row[Any]) -> State:
    return State(
        log=Log(row.language, row.topic),
        page=row.page,
        entries=row.entries,
        version=row.version,
        withdrawals=row.withdrawals,
        deserted=row.deserted,
        updated_at=row.updated_at,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        page=row.page,
        place=row.place,
        published_id=row.published_id,
        revision=row.revision,
        languages=tuple(row.languages.split(" ")),
        archive=row.archive,
    )
