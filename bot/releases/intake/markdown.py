"""A release as Markdown: a folder ``<slug>/<language>.md`` with ``release.yaml``, or one file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.releases.body import plain
from bot.releases.intake import shared
from bot.releases.intake.detect import DetectionFailed, detect
from bot.releases.intake.document import Draft, Findings, Options, Place
from bot.releases.intake.fields import Fields
from bot.releases.intake.folder import COMMON, Source, pictures_in, source_in, sources_in
from bot.releases.intake.frontmatter import Node, Table, same
from bot.releases.intake.observance import read_observance
from bot.releases.intake.pictures import read_pictures
from bot.releases.intake.slug import check_slug, is_slug, slugify
from bot.releases.intake.source import shown
from bot.releases.intake.tongue import language_of, reading_languages
from bot.releases.intake.variant import OWN_KEYS, read_variant
from bot.releases.release import Release
from translations.locales import UnknownLanguage, canonical
from translations.text import text

_PLACEHOLDER = re.compile(r"\{([^{}]{0,40})\}")


def read_folder(folder: Path, options: Options, findings: Findings) -> Draft | None:
    """The release in ``folder``, or None if something in it is fatal."""
    slug = options.slug or folder.resolve().name
    place = Place(shown(folder))
    check_slug(slug, place, findings)
    sources = sources_in(folder, findings)
    if not any(source.language for source in sources) and not findings.bad:
        findings.fatal(
            place, text("There is no text here. Add one file per language, as in en.md.")
        )
    found = pictures_in(folder)
    return assemble(sources, slug, place, options, findings, folder=folder, pictures=found)


def read_file(
    content: str,
    path: Path,
    where: str,
    options: Options,
    findings: Findings,
    *,
    folder: Path | None,
) -> Draft | None:
    """A release in one file: ``charter-day.fr.md``, or ``fr.md``, or any name and its headline.

    Its pictures lie in ``folder``; a file that was sent alone has none.
    """
    place = Place(where)
    slug, tag = _name_parts(path)
    if slug == "" and tag and path.parent.name and path.with_name(COMMON).exists():
        findings.fatal(
            place,
            text(
                "This text belongs to a release of several files. Import the folder {folder}.",
                folder=shown(path.parent),
            ),
        )
        return None
    if options.language:
        tag = options.language
    source = source_in(content, where, tag, findings)
    if source is None or findings.bad:
        return None
    if tag is None:
        tag = _detected(source, place, options, findings)
        source = replace(source, language=tag)
    slug = options.slug or slug
    if slug:
        check_slug(slug, place, findings)
    draft = assemble([source], slug, place, options, findings, folder=folder)
    said = Fields(source.table, Findings(), options).node("original") is not None
    return None if draft is None else replace(draft, alone=not said)


def assemble(
    sources: Sequence[Source],
    slug: str,
    place: Place,
    options: Options,
    findings: Findings,
    *,
    folder: Path | None,
    pictures: Sequence[Path] = (),
) -> Draft | None:
    """Put the files of one release together. ``slug`` may be empty: the headline gives it.

    ``pictures`` are those that lie in ``folder``, named or not.
    """
    unread = findings.bad  # what seems to be missing may be in a file that could not be read
    texts = [source for source in sources if source.language is not None]
    for source in sources:
        if source.language is None:
            _check_common(source, options, findings)
    fields = Fields(_merged(sources, findings), findings, options)
    variants = {}
    for source in texts:
        variant = read_variant(source, options, findings)
        if variant is not None:
            variants[variant.language] = variant
    original = _original(sources, texts, options, place, findings)
    day = fields.day("date") if fields.node("date") is not None else options.of
    if fields.node("date") is None and options.of is None and not unread:
        findings.fatal(
            place, text("There is no date. Add it to the front matter: date: 2026-06-26")
        )
    pictured = fields.rows("pictures", alone="file")
    values = {
        "dateline": fields.line("dateline") or "",
        "topics": shared.read_topics(fields),
        "issuer": shared.read_issuer(fields.inner("issuer"), options.issuer),
        "contact": shared.read_contact(fields.inner("contact")),
        "related": shared.read_related(fields.rows("related")),
        "pictures": read_pictures(pictured, folder, pictures, original, findings),
        "observance": read_observance(fields.inner("observance"), day),
        "embargo": fields.moment("embargo"),
        "publish_at": fields.moment("publish_at"),
        "required_languages": fields.languages("required_languages"),
        "completeness": shared.read_completeness(fields),
        "edition_of": shared.read_edition_of(fields),
    }
    if findings.bad or day is None or original not in variants:
        return None
    release = Release(
        slug=slug or slugify(variants[original].headline, day),
        original=original,
        date=day,
        variants=variants,
        **values,  # type: ignore[arg-type]
    )
    _look_over(release, place, findings)
    return Draft(
        release=release,
        problems=tuple(findings.problems),
        sources=tuple(source.where for source in sources),
    )


def _name_parts(path: Path) -> tuple[str, str | None]:
    """The slug and the language that a file's name gives, as far as it does."""
    first, _, last = path.stem.rpartition(".")
    try:
        return (first if is_slug(first) else ""), canonical(last)
    except UnknownLanguage:
        return (path.stem if is_slug(path.stem) else ""), None


def _detected(source: Source, place: Place, options: Options, findings: Findings) -> str | None:
    try:
        answer = detect([plain(source.body)], reading_languages(options))[0]
    except DetectionFailed as error:
        findings.fatal(place, error.what)
        return None
    return language_of(answer, place, options, findings)


def _merged(sources: Sequence[Source], findings: Findings) -> Table:
    """The common keys of all files; they may be repeated, but not contradict each other."""
    entries: dict[str, Node] = {}
    places: dict[str, Place] = {}
    for source in sources:
        for key, node in source.table.entries.items():
            if key not in shared.KEYS or key == "original":
                continue
            if key in entries and not same(entries[key], node):
                findings.fatal(
                    node.place,
                    text(
                        "“{key}” is different in {other}. It holds for all languages: keep one.",
                        key=key,
                        other=entries[key].place.where,
                    ),
                )
            entries.setdefault(key, node)
            places.setdefault(key, source.table.key_places[key])
    place = sources[0].table.place if sources else Place("")
    return Table(entries, place, places)


def _check_common(source: Source, options: Options, findings: Findings) -> None:
    for key in OWN_KEYS:
        if key in source.table.key_places:
            findings.fatal(
                source.table.key_places[key],
                text("“{key}” belongs in each language’s own file.", key=key),
            )
    Fields(source.table, findings, options).refuse_unknown((*shared.KEYS, *OWN_KEYS))


def _original(
    sources: Sequence[Source],
    texts: Sequence[Source],
    options: Options,
    place: Place,
    findings: Findings,
) -> str:
    """The original's language: as declared, or the only one, or the one with the common keys."""
    declared: dict[str, Place] = {}
    for source in sources:
        fields = Fields(source.table, findings, options)
        word, node = fields.words("original"), fields.node("original")
        if word is None or node is None or (word == "false" and source.language):
            continue
        tag = source.language if word == "true" and source.language else fields.tag(word, node)
        if tag is not None:
            declared.setdefault(tag, node.place)
    present = [source.language for source in texts if source.language]
    if len(declared) > 1:
        tags = list(declared)
        findings.fatal(
            declared[tags[1]],
            text(
                "There are two originals: {one} (in {other}) and {two}. Keep one.",
                one=tags[0],
                other=declared[tags[0]].where,
                two=tags[1],
            ),
        )
        return ""
    for tag, where in declared.items():
        if tag not in present and not findings.bad:
            findings.fatal(
                where,
                text(
                    "The original is to be in {language}, but there is no such text. Add it, or "
                    "name another original.",
                    language=tag,
                ),
            )
        return tag
    bearing = {s.language for s in texts if set(shared.KEYS) & s.table.entries.keys()}
    for found in (present, list(bearing), [t for t in options.languages if t in present][:1]):
        if len(found) == 1:
            return found[0] or ""
    if present and not findings.bad:
        findings.fatal(place, text("Say which language is the original, as in “original: en”."))
    return ""


def _look_over(release: Release, place: Place, findings: Findings) -> None:
    """What is not wrong, but hardly meant."""
    present = frozenset(release.variants)
    shared.missing_languages(release.required_languages, present, place, findings)
    for variant in release.variants.values():
        where = Place(f"{place.where} ({variant.language})" if len(present) > 1 else place.where)
        for pattern in (variant.headline, variant.occasion):
            for name in _PLACEHOLDER.findall(pattern):
                if name not in ("ordinal", "years"):
                    findings.note(
                        where,
                        text(
                            "“{name}” in braces is not filled in; only {known} are.",
                            name=name,
                            known="{ordinal}, {years}",
                        ),
                    )
                elif release.observance is None and release.edition_of is None:
                    findings.note(
                        where,
                        text(
                            "{name} needs an observance to be filled in. Add one.",
                            name="{" + name + "}",
                        ),
                    )
