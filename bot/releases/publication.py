"""What readers may see: the published copy of a release, taken from its approved variants.

Pages, feeds and messages read only this. A draft, an embargoed text or an unapproved change is
therefore not hidden from readers: it is not in what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import chronicle, library, picture, traces
from bot.releases.calendars import BeyondCalendar
from bot.releases.correction import Correction, Kind
from bot.releases.picture import Picture
from bot.releases.recurrence import number_on
from bot.releases.release import Contact, Issuer, RelatedDocument, Release
from bot.releases.repository import shared_row, shared_values
from bot.releases.statement import Signature, Statement
from bot.settings import Settings
from bot.store import listing
from bot.store import tables as t
from bot.store.database import Database
from translations.formats import fill_pattern


@dataclass(frozen=True, kw_only=True)
class PublishedVariant:
    language: str
    headline: str
    subhead: str
    body: str
    published_at: datetime
    updated_at: datetime
    signature: Signature | None = None
    """``None`` until a machine that has the office's key has signed it."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A release as readers see it. ``year`` is set for an occurrence without an edition, with
    ``lead`` where it is announced so many days ahead.

    ``revision`` is the number of its last correction. Once ``withdrawn_at`` is set nothing is
    left of its text but the headlines.
    """

    id: int
    release_id: int
    year: int | None
    lead: int
    slug: str
    original: str
    date: date
    dateline: str
    topics: tuple[str, ...]
    issuer: Issuer
    contact: Contact
    related: tuple[RelatedDocument, ...]
    pictures: tuple[Picture, ...] = ()
    archive: bool
    published_at: datetime
    updated_at: datetime
    variants: Mapping[str, PublishedVariant]
    revision: int = 0
    withdrawn_at: datetime | None = None
    corrections: tuple[Correction, ...] = field(default=())
    """Oldest first."""

    def statement(self, language: str, issuer: str) -> Statement:
        """What is signed of the text in ``language``; ``issuer`` is the name that it bears."""
        variant = self.variants[language]
        return Statement(
            slug=self.slug,
            language=language,
            revision=self.revision,
            issuer=issuer,
            date=self.date,
            headline=variant.headline,
            subhead=variant.subhead,
            body=variant.body,
            published=variant.published_at,
            updated=variant.updated_at,
            withdrawn=self.withdrawn_at,
        )

    def corrections_in(self, language: str) -> tuple[Correction, ...]:
        """Those of which readers in ``language`` are told, oldest first."""
        return tuple(c for c in self.corrections if c.concerns(language))


def issuer_name(issuer: Issuer, language: str, settings: Settings) -> str:
    """A release's own issuer, else the press office; "" where neither has a name."""
    return issuer.name_in(language) or Issuer(names=settings.issuer.names).name_in(language)


def filled_headline(release: Release, language: str) -> str:
    """The headline with ``{ordinal}`` and ``{years}`` counted to the release's own date, in the
    years of the observance's calendar; unfilled where that does not reach to the date."""
    headline = release.variants[language].headline
    if release.observance is None:
        return headline
    try:
        number = number_on(release.observance, release.date)
    except BeyondCalendar:
        return headline
    return fill_pattern(headline, number, language)


async def publish(
    database: Database,
    connection: AsyncConnection,
    release: Release,
    now: datetime,
    since: datetime | None = None,
) -> int:
    """Copy every approved variant to where readers see it; returns the published id.

    ``since`` is when it was published, if that was long before ``now``. A variant that is
    already out stays as it is: a change to it is a correction, an act of its own (product
    rule 7).
    """
    now = now.replace(microsecond=0)
    assert release.id is not None
    since = (since or now).replace(microsecond=0)
    ident = await connection.scalar(
        select(t.published.c.id).where(
            t.published.c.release_id == release.id, t.published.c.year.is_(None)
        )
    )
    is_new = ident is None
    if ident is None:
        values = shared_row(release) | {
            "release_id": release.id,
            "slug": release.slug,
            "original": release.original,
            "date": release.date,
            "archive": release.archive,
        }
        ident = await _insert(connection, values, since)
    added = [
        (
            tag,
            filled_headline(release, tag),
            release.variants[tag].subhead,
            release.variants[tag].body,
        )
        for tag in release.approved_languages
    ]
    languages = await _add_variants(database, connection, ident, added, now, since)
    if release.pictures and is_new:
        await library.publish(connection, release.id, ident, release.pictures)
    elif release.pictures and languages:
        await _say_of_pictures(connection, ident, release, languages)
    return ident


async def _say_of_pictures(
    connection: AsyncConnection, ident: int, release: Release, languages: Collection[str]
) -> None:
    """Readers in a language that comes later read of the pictures in it; the others' words, and
    the pictures, stay as they are."""
    shown = (await by_id(connection, ident)).pictures
    told = picture.with_words_of(shown, release.pictures, languages)
    if told != shown:
        await connection.execute(
            update(t.published)
            .where(t.published.c.id == ident)
            .values(pictures=[picture.to_json(each) for each in told])
        )


async def publish_occurrence(
    database: Database,
    connection: AsyncConnection,
    release: Release,
    *,
    year: int,
    lead: int,
    on: date,
    texts: Mapping[str, tuple[str, str]],
    now: datetime,
) -> int:
    """Make the page of an occurrence without an edition: language → (headline, body).

    It has a slug of its own and names the release it commemorates by issuer and topics; never
    its paragraphs (product rule 4).
    """
    now = now.replace(microsecond=0)
    where = (
        t.published.c.release_id == release.id,
        t.published.c.year == year,
        t.published.c.lead == lead,
    )
    ident = await connection.scalar(select(t.published.c.id).where(*where))
    if ident is None:
        values = shared_row(release) | {
            "release_id": release.id,
            "year": year,
            "lead": lead,
            "slug": await _free_slug(connection, occurrence_slug(release.slug, year, lead)),
            "original": release.original if release.original in texts else next(iter(texts)),
            "date": on,
            "dateline": "",
            "related": [],
            "pictures": [],
            "archive": False,
        }
        ident = await _insert(connection, values, now)
    added = [(tag, headline, "", body) for tag, (headline, body) in texts.items()]
    await _add_variants(database, connection, ident, added, now, now)
    return ident


def occurrence_slug(slug: str, year: int, lead: int) -> str:
    """The name of the page of one occurrence: “charter-2027”, “charter-2027-in-7-days”."""
    return f"{slug}-{year}-in-{lead}-days" if lead else f"{slug}-{year}"


async def _insert(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> int:
    result = await connection.execute(
        insert(t.published)
        .values(**values, published_at=now, updated_at=now)
        .returning(t.published.c.id)
    )
    ident: int = result.scalar_one()
    return ident


async def _free_slug(connection: AsyncConnection, wanted: str) -> str:
    """``wanted``, or with a number when a release already has that slug."""
    slug, n = wanted, 1
    while await connection.scalar(
        select(t.release.c.id).where(t.release.c.slug == slug)
    ) or await connection.scalar(select(t.published.c.id).where(t.published.c.slug == slug)):
        n += 1
        slug = f"{wanted}-{n}"
    return slug


async def _add_variants(
    database: Database,
    connection: AsyncConnection,
    ident: int,
    added: Sequence[tuple[str, str, str, str]],
    now: datetime,
    since: datetime,
) -> tuple[str, ...]:
    """Add what is not there; returns the languages of it."""
    known = set(
        await connection.scalars(
            select(t.published_variant.c.language).where(
                t.published_variant.c.published_id == ident
            )
        )
    )
    rows = [
        {
            "published_id": ident,
            "language": tag,
            "headline": headline,
            "subhead": subhead,
            "body": body,
            "published_at": since,
            "updated_at": since,
        }
        for tag, headline, subhead, body in added
        if tag not in known
    ]
    if rows:
        await connection.execute(insert(t.published_variant), rows)
        revision = await connection.scalar(
            update(t.published)
            .where(t.published.c.id == ident)
            .values(updated_at=since)
            .returning(t.published.c.revision)
        )
        assert revision is not None  # it is there, or its variants could not be
        wordings = {tag: texts for tag, *texts in added if tag not in known}
        await traces.leave(connection, ident, wordings, revision, since)
    languages = tuple(str(row["language"]) for row in rows)
    if languages:
        await listing.renew(connection, ident)
        await chronicle.enter(database, connection, ident, languages, now)
    return languages


@dataclass(frozen=True, kw_only=True)
class Act:
    """A correction as it is done: what kind, by whom, and what readers are told."""

    kind: Kind
    notes: Mapping[str, str]
    editor: str
    at: datetime


async def main_page(connection: AsyncConnection, release_id: int) -> Published:
    """The release's own page; nobody else changes it until this transaction ends."""
    p = t.published
    ident = await connection.scalar(
        select(p.c.id).where(p.c.release_id == release_id, p.c.year.is_(None)).with_for_update()
    )
    assert ident is not None  # it is published
    return await by_id(connection, ident)


def changed_in(release: Release, published: Published) -> tuple[str, ...]:
    """The languages whose text on the release's page is not what its variant says."""
    return tuple(
        tag
        for tag, out in published.variants.items()
        if tag in release.variants
        and (out.headline, out.subhead, out.body) != _texts_of(release, tag)
    )


def pictured_in(release: Release, published: Published) -> tuple[str, ...]:
    """The languages whose readers see other pictures on the release's page, or read otherwise of
    them, than its pictures now are."""
    return tuple(
        tag
        for tag in published.variants
        if picture.seen_in(published.pictures, tag, published.original)
        != picture.seen_in(release.pictures, tag, release.original)
    )


def _texts_of(release: Release, language: str) -> tuple[str, str, str]:
    variant = release.variants[language]
    return filled_headline(release, language), variant.subhead, variant.body


async def correct(
    database: Database,
    connection: AsyncConnection,
    published: Published,
    release: Release,
    languages: Sequence[str],
    act: Act,
) -> Correction:
    """Bring the release's own page up to its variants in ``languages``, with a note of it."""
    texts = {tag: _texts_of(release, tag) for tag in languages}
    await library.publish(connection, published.release_id, published.id, release.pictures)
    return await correct_texts(database, connection, published, texts, act, shared_row(release))


async def correct_texts(
    database: Database,
    connection: AsyncConnection,
    published: Published,
    texts: Mapping[str, tuple[str, str, str]],
    act: Act,
    shared: Mapping[str, Any] | None = None,
) -> Correction:
    """Put ``texts`` (language → headline, subhead, body) in the place of what readers see.

    Who claims a delivery of it waits for this transaction, and sees the new text.
    """
    shared = shared or {}
    was = await _columns(connection, published.id, shared)
    # What all languages share is in the feeds of all of them; whom to ask is on pages alone.
    is_other = any(_is_other(was[name], shared[name]) for name in shared if name != "contact")
    languages = tuple(published.variants) if is_other else tuple(texts)
    before = {
        "shared": was if is_other else {},
        "texts": {tag: _as_read(published.variants[tag]) for tag in languages},
    }
    number = await _note_down(connection, published, act, tuple(texts), shared, before)
    for tag in languages:
        names = ("headline", "subhead", "body")
        values = dict(zip(names, texts[tag], strict=True)) if tag in texts else {}
        await _rewrite(connection, published.variants[tag], published.id, act, values)
    now = act.at.replace(microsecond=0)
    left = set(was.get("topics", ())) - set(shared.get("topics", ()))
    if left:
        await chronicle.leave(database, connection, published.id, left, now)
    taken = _digests(was) - _digests(shared) if "pictures" in shared else frozenset()
    await chronicle.enter(database, connection, published.id, languages, now, withdrawn=bool(taken))
    await listing.renew(connection, published.id)
    await traces.leave(connection, published.id, texts, number, now)
    return Correction(
        number=number, kind=act.kind, notes=act.notes, languages=tuple(texts), at=act.at
    )


async def _columns(
    connection: AsyncConnection, ident: int, names: Collection[str]
) -> dict[str, Any]:
    """The row's values of these columns now."""
    columns = [t.published.c[name] for name in names]
    if not columns:
        return {}
    row = (await connection.execute(select(*columns).where(t.published.c.id == ident))).one()
    return dict(zip(names, row, strict=True))


def _digests(shared: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(picture["digest"] for picture in shared["pictures"])


def _is_other(value: Any, other: Any) -> bool:
    """Whether two values differ once they are stored: as JSON, where tuples are lists."""
    return orjson.dumps(value) != orjson.dumps(other)


def _as_read(variant: PublishedVariant) -> tuple[str, str, str, str]:
    moment = variant.updated_at.isoformat()
    return variant.headline, variant.subhead, variant.body, moment


async def _rewrite(
    connection: AsyncConnection,
    variant: PublishedVariant,
    ident: int,
    act: Act,
    values: Mapping[str, Any],
) -> None:
    """Change what readers see of a variant; its date rises, by a second at least: feed readers
    take what has the same date for the same."""
    pv = t.published_variant
    moment = max(act.at.replace(microsecond=0), variant.updated_at + timedelta(seconds=1))
    await connection.execute(
        update(pv)
        .where(pv.c.published_id == ident, pv.c.language == variant.language)
        .values(**values, updated_at=moment)
    )


async def withdraw(
    database: Database, connection: AsyncConnection, release_id: int, act: Act
) -> None:
    """Take every page of a release from readers: what is left are headlines and the notice."""
    p, c = t.published, t.correction
    # In order, as whoever else changes several of them does.
    await connection.execute(
        select(p.c.id).where(p.c.release_id == release_id).order_by(p.c.id).with_for_update()
    )
    now = act.at.replace(microsecond=0)
    await library.withdraw(connection, release_id)
    for published in await of_release(connection, release_id):
        gone = {"withdrawn_at": now, "related": [], "pictures": []}
        await _note_down(connection, published, act, tuple(published.variants), gone, None)
        # Nor of what earlier corrections replaced.
        await connection.execute(
            update(c).where(c.c.published_id == published.id).values(before=None)
        )
        for variant in published.variants.values():
            await _rewrite(connection, variant, published.id, act, {"subhead": "", "body": ""})
        languages = tuple(published.variants)
        await chronicle.enter(database, connection, published.id, languages, now, withdrawn=True)
        await listing.renew(connection, published.id)


async def _note_down(
    connection: AsyncConnection,
    published: Published,
    act: Act,
    languages: tuple[str, ...],
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> int:
    """Count and keep a correction; ``before`` is what it replaces, for the archives of feeds."""
    p = t.published
    number = await connection.scalar(
        update(p)
        .where(p.c.id == published.id)
        .values(revision=p.c.revision + 1, updated_at=act.at.replace(microsecond=0), **values)
        .returning(p.c.revision)
    )
    assert number is not None
    # What is signed names the revision, in every language.
    pv = t.published_variant
    await connection.execute(
        update(pv).where(pv.c.published_id == published.id).values(signature=None)
    )
    await connection.execute(
        insert(t.correction).values(
            published_id=published.id,
            number=number,
            kind=act.kind,
            notes=dict(act.notes),
            languages=list(languages),
            editor=act.editor,
            at=act.at,
            announced=False,
            before=before,
        )
    )
    return int(number)


async def by_slug(connection: AsyncConnection, slug: str) -> Published | None:
    found = await _load(connection, t.published.c.slug == slug)
    return found[0] if found else None


async def by_id(connection: AsyncConnection, ident: int) -> Published:
    return (await _load(connection, t.published.c.id == ident))[0]


async def by_ids(connection: AsyncConnection, idents: Collection[int]) -> dict[int, Published]:
    """Many at once; those that are not there are left out."""
    wanted = sorted(idents)
    found: dict[int, Published] = {}
    for start in range(0, len(wanted), 500):  # well under SQLite's limit of bound values
        some = wanted[start : start + 500]
        found |= {p.id: p for p in await _load(connection, t.published.c.id.in_(some))}
    return found


async def of_release(connection: AsyncConnection, release_id: int) -> list[Published]:
    """The published copies of a release, its occurrences included, newest first."""
    return await _load(connection, t.published.c.release_id == release_id)


async def of_releases(
    connection: AsyncConnection, release_ids: Collection[int]
) -> dict[int, list[Published]]:
    """The same of many releases at once, by release; those with nothing out have an empty list."""
    wanted = sorted(release_ids)
    found: dict[int, list[Published]] = {ident: [] for ident in wanted}
    for start in range(0, len(wanted), 100):  # each may have several copies, and ids are bound
        some = wanted[start : start + 100]
        for published in await _load(connection, t.published.c.release_id.in_(some)):
            found[published.release_id].append(published)
    return found


async def languages(connection: AsyncConnection) -> tuple[str, ...]:
    """Every language that anything is published in."""
    states = await chronicle.states(connection)
    return tuple(s.log.language for s in states if s.is_begun and not s.log.topic)


async def topics(connection: AsyncConnection) -> tuple[str, ...]:
    """Every topic that anything published carries, sorted."""
    states = await chronicle.states(connection)
    return tuple(
        sorted({s.log.topic for s in states if s.is_begun and s.log.topic and not s.deserted})
    )


async def newest(connection: AsyncConnection, language: str, *, limit: int) -> list[Published]:
    """The newest releases with a variant in ``language``; none withdrawn, none from the archive."""
    p, pv = t.published, t.published_variant
    query = (
        select(p.c.id)
        .join(pv, pv.c.published_id == p.c.id)
        .where(pv.c.language == language, p.c.withdrawn_at.is_(None), p.c.archive.is_(False))
        .order_by(p.c.published_at.desc(), p.c.id.desc())
        .limit(limit)
    )
    ids = list(await connection.scalars(query))
    return await _load(connection, p.c.id.in_(ids)) if ids else []


async def _load(connection: AsyncConnection, where: Any) -> list[Published]:
    rows = (
        await connection.execute(
            select(t.published)
            .where(where)
            .order_by(t.published.c.published_at.desc(), t.published.c.id.desc())
        )
    ).all()
    variants: dict[int, list[Row[Any]]] = {}
    ids = [row.id for row in rows]
    for row in await connection.execute(
        select(t.published_variant)
        .where(t.published_variant.c.published_id.in_(ids))
        .order_by(t.published_variant.c.language)
    ):
        variants.setdefault(row.published_id, []).append(row)
    corrected = [row.id for row in rows if row.revision]
    notes = await _corrections(connection, corrected) if corrected else {}
    return [_published(row, variants.get(row.id, []), notes.get(row.id, ())) for row in rows]


async def _corrections(
    connection: AsyncConnection, idents: Sequence[int]
) -> dict[int, tuple[Correction, ...]]:
    c = t.correction
    found: dict[int, tuple[Correction, ...]] = {}
    query = select(c).where(c.c.published_id.in_(idents)).order_by(c.c.published_id, c.c.number)
    for row in await connection.execute(query):
        one = Correction(
            number=row.number,
            kind=Kind(row.kind),
            notes=row.notes,
            languages=tuple(row.languages),
            at=row.at,
        )
        found[row.published_id] = (*found.get(row.published_id, ()), one)
    return found


def _published(
    row: Row[Any], variants: Sequence[Row[Any]], corrections: tuple[Correction, ...]
) -> Published:
    return Published(
        id=row.id,
        release_id=row.release_id,
        year=row.year,
        lead=row.lead,
        slug=row.slug,
        original=row.original,
        date=row.date,
        archive=row.archive,
        published_at=row.published_at,
        updated_at=row.updated_at,
        revision=row.revision,
        withdrawn_at=row.withdrawn_at,
        corrections=corrections,
        variants={
            v.language: PublishedVariant(
                language=v.language,
                headline=v.headline,
                subhead=v.subhead,
                body=v.body,
                published_at=v.published_at,
                updated_at=v.updated_at,
                signature=_signature(v),
            )
            for v in variants
        },
        **shared_values(row),
    )


def _signature(row: Row[Any]) -> Signature | None:
    if row.signature is None:
        return None
    return Signature(key=row.signing_key, value=row.signature, issuer=row.signed_issuer)
