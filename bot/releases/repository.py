"""Releases in the database: rows to values and back. All functions run inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.releases import library, picture, series
from bot.releases.release import (
    Completeness,
    Contact,
    Issuer,
    Moment,
    ObservanceSpec,
    PubStatus,
    RelatedDocument,
    Release,
    ReleaseState,
    Variant,
    VariantState,
)
from bot.store import tables as t
from bot.store.database import touch_anniversaries
from translations.text import text


async def find(
    connection: AsyncConnection, slug: str, *, to_change: bool = False
) -> Release | None:
    """``to_change`` keeps others from changing it until this transaction ends."""
    found = await _load(connection, t.release.c.slug == slug, to_change=to_change)
    return found[0] if found else None


async def get(connection: AsyncConnection, slug: str, *, to_change: bool = False) -> Release:
    """The release of that slug; raises ``NotFound``, which says how to list them."""
    found = await find(connection, slug, to_change=to_change)
    if found is None:
        raise NotFound(
            text("There is no release “{slug}”. The command “list” shows them all.", slug=slug)
        )
    return found


async def everything(connection: AsyncConnection) -> list[Release]:
    """All releases, newest date first."""
    return await _load(connection, None)


async def in_state(
    connection: AsyncConnection, *states: ReleaseState, to_change: bool = False
) -> list[Release]:
    return await _load(connection, t.release.c.state.in_(states), to_change=to_change)


async def owing(connection: AsyncConnection) -> list[Release]:
    """Those of which a text still lacks its second approval, but for withdrawn ones."""
    alone = select(t.variant.c.release_id).where(t.variant.c.alone != "")
    found = await _load(connection, t.release.c.id.in_(alone))
    return [r for r in found if r.owed_languages and r.pubstatus is not PubStatus.CANCELED]


async def by_id(connection: AsyncConnection, ident: int, *, to_change: bool = False) -> Release:
    found = await _load(connection, t.release.c.id == ident, to_change=to_change)
    return found[0]


async def by_ids(connection: AsyncConnection, idents: Collection[int]) -> dict[int, Release]:
    """Many at once; those that are not there are left out."""
    wanted = sorted(idents)
    found: dict[int, Release] = {}
    for start in range(0, len(wanted), 500):  # well under SQLite's limit of bound values
        for release in await _load(connection, t.release.c.id.in_(wanted[start : start + 500])):
            assert release.id is not None  # it was stored
            found[release.id] = release
    return found


async def in_series(connection: AsyncConnection, name: str) -> list[Release]:
    """The releases whose accepted observance is of that series, newest date first."""
    members = select(t.observance.c.release_id).where(
        t.observance.c.series == name, t.observance.c.accepted.is_(True)
    )
    return await _load(connection, t.release.c.id.in_(members))


async def save(connection: AsyncConnection, release: Release, now: datetime) -> Release:
    """Store ``release`` whole, variants and observance with it; returns it with its id."""
    values = _release_row(release) | {"changed_at": now}
    is_new = release.id is None
    if release.id is None:
        result = await connection.execute(
            insert(t.release).values(**values, created_at=now).returning(t.release.c.id)
        )
        release = replace(release, id=result.scalar_one())
    else:
        await connection.execute(
            update(t.release).where(t.release.c.id == release.id).values(**values)
        )
    await connection.execute(delete(t.variant).where(t.variant.c.release_id == release.id))
    await connection.execute(
        insert(t.variant),
        [
            _variant_row(v) | {"release_id": release.id, "place": place, "changed_at": now}
            for place, v in enumerate(release.variants.values())
        ],
    )
    assert release.id is not None
    if release.pictures or not is_new:
        await library.keep(connection, release.slug, release.id, release.pictures)
        release = replace(release, pictures=picture.without_data(release.pictures))
    await _look_again(connection, release)
    return await _save_observance(connection, release)


async def changed_at(connection: AsyncConnection, release: Release) -> datetime:
    """When anybody last acted on the release (UTC)."""
    query = select(t.release.c.changed_at).where(t.release.c.id == release.id)
    changed: datetime = (await connection.execute(query)).scalar_one()
    return changed


async def set_state(
    connection: AsyncConnection, release: Release, state: ReleaseState, now: datetime
) -> None:
    await connection.execute(
        update(t.release).where(t.release.c.id == release.id).values(state=state, changed_at=now)
    )
    await _look_again(connection, release)


async def _look_again(connection: AsyncConnection, release: Release) -> None:
    """What could not be announced of it may be announced now."""
    observance = select(t.observance.c.id).where(t.observance.c.release_id == release.id)
    await connection.execute(
        update(t.occurrence)
        .where(
            t.occurrence.c.observance_id.in_(observance),
            t.occurrence.c.state.in_(("coming", "underway")),
            t.occurrence.c.planned_until.is_not(None),
        )
        .values(planned_until=None)
    )


async def _save_observance(connection: AsyncConnection, release: Release) -> Release:
    """An edition without an observance of its own has that of the release it is an edition of."""
    where = t.observance.c.release_id == release.id
    spec = release.observance
    if spec is None and release.edition_of is not None:
        row = await series.inherited(connection, release)
        spec = None if row is None else observance_spec(row)
        release = replace(release, observance=spec)
    if spec is None:
        gone = await connection.execute(delete(t.observance).where(where))
        if gone.rowcount:
            await touch_anniversaries(connection)
        return release
    await touch_anniversaries(connection)
    values: dict[str, Any] = {
        name: getattr(spec, name)
        for name in (
            *("origin", "every", "feb29", "at", "catch_up", "without_edition", "accepted"),
            *("calendar", "first", "last", "move"),
        )
    }
    lists = ("years", "remind", "skip", "lead", "weekend")
    values |= {name: list(getattr(spec, name)) for name in lists}
    values |= {"filled_until": None, "series": await series.series_of(connection, release, spec)}
    known = await connection.scalar(select(t.observance.c.id).where(where))
    if known is None:
        await connection.execute(insert(t.observance).values(release_id=release.id, **values))
    else:
        await connection.execute(update(t.observance).where(where).values(**values))
    return release


def _release_row(release: Release) -> dict[str, Any]:
    return {
        "slug": release.slug,
        "original": release.original,
        "date": release.date,
        "embargo_at": release.embargo.at if release.embargo else None,
        "embargo_zone": release.embargo.zone if release.embargo else None,
        "publish_at": release.publish_at.at if release.publish_at else None,
        "publish_zone": release.publish_at.zone if release.publish_at else None,
        "required_languages": list(release.required_languages),
        "completeness": release.completeness,
        "state": release.state,
        "pubstatus": release.pubstatus,
        "archive": release.archive,
        "edition_of": release.edition_of,
        "seen": release.seen,
        **shared_row(release),
    }


def shared_row(release: Release) -> dict[str, Any]:
    """The columns that a release and its published copy have alike."""
    return {
        "dateline": release.dateline,
        "topics": list(release.topics),
        "issuer": {"names": dict(release.issuer.names), "address": release.issuer.address},
        "contact": asdict(release.contact),
        "related": [asdict(document) for document in release.related],
        "pictures": [picture.to_json(each) for each in release.pictures],
    }


def shared_values(row: Any) -> dict[str, Any]:
    """The values of :func:`shared_row`, read back: from a row, or whatever has its columns."""
    return {
        "dateline": row.dateline,
        "topics": tuple(row.topics),
        "issuer": Issuer(**row.issuer),
        "contact": Contact(**_tuples(row.contact)),
        "related": tuple(RelatedDocument(**_tuples(d)) for d in row.related),
        "pictures": tuple(map(picture.from_json, row.pictures)),
    }


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _variant_row(variant: Variant) -> dict[str, Any]:
    return asdict(variant)


async def _load(
    connection: AsyncConnection, where: Any, *, to_change: bool = False
) -> list[Release]:
    query = select(t.release).order_by(t.release.c.date.desc(), t.release.c.slug)
    if where is not None:
        query = query.where(where)
    if to_change:
        query = query.with_for_update()  # PostgreSQL; on SQLite a writer is alone anyway
    rows = (await connection.execute(query)).all()
    ids = [row.id for row in rows]
    variants = await _grouped(connection, t.variant, t.variant.c.release_id, ids)
    observances = await _grouped(connection, t.observance, t.observance.c.release_id, ids)
    return [_release(r, variants.get(r.id, ()), observances.get(r.id, ())) for r in rows]


async def _grouped(
    connection: AsyncConnection, table: Any, column: Any, ids: list[int]
) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = {}
    for start in range(0, len(ids), 500):  # well under SQLite's limit of bound values
        rows = await connection.execute(
            select(table).where(column.in_(ids[start : start + 500])).order_by(*table.primary_key)
        )
        for row in rows:
            grouped.setdefault(row.release_id, []).append(row)
    return grouped


def _release(
    row: Row[Any], variants: Iterable[Row[Any]], observances: Iterable[Row[Any]]
) -> Release:
    return Release(
        id=row.id,
        slug=row.slug,
        original=row.original,
        date=row.date,
        embargo=_moment(row.embargo_at, row.embargo_zone),
        publish_at=_moment(row.publish_at, row.publish_zone),
        required_languages=tuple(row.required_languages),
        completeness=Completeness(row.completeness) if row.completeness else None,
        state=ReleaseState(row.state),
        pubstatus=PubStatus(row.pubstatus),
        archive=row.archive,
        edition_of=row.edition_of,
        seen=row.seen,
        variants={
            v.language: Variant(
                language=v.language,
                headline=v.headline,
                subhead=v.subhead,
                body=v.body,
                occasion=v.occasion,
                state=VariantState(v.state),
                written_by=v.written_by,
                approved_by=v.approved_by,
                approved_original_hash=v.approved_original_hash,
                alone=v.alone,
            )
            for v in sorted(variants, key=lambda v: v.place)
        },
        observance=next((observance_spec(o) for o in observances), None),
        **shared_values(row),
    )


def observance_spec(row: Row[Any]) -> ObservanceSpec:
    return ObservanceSpec(
        origin=row.origin,
        every=row.every,
        years=tuple(row.years),
        feb29=row.feb29,
        at=row.at,
        catch_up=row.catch_up,
        without_edition=row.without_edition,
        remind=tuple(row.remind),
        accepted=row.accepted,
        calendar=row.calendar,
        first=row.first,
        last=row.last,
        skip=tuple(row.skip),
        lead=tuple(row.lead),
        move=row.move,
        weekend=tuple(row.weekend),
    )


def _moment(at: datetime | None, zone: str | None) -> Moment | None:
    return None if at is None else Moment(at=at, zone=zone or "UTC")
