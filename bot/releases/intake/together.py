"""Several texts as the variants of one release: found, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.errors import Conflict
from bot.releases.documents.blocks import Span
from bot.releases.intake.document import Draft, Findings, Options, Place
from bot.releases.intake.kinship import Traits, closest, kinship, traits
from bot.releases.intake.richtext import markdown
from bot.releases.intake.shared import first_address
from bot.releases.release import Issuer, RelatedDocument, Release, Variant
from translations.text import Text, text


@dataclass
class _Family:
    """Drafts that are variants of one release, and why each was taken in."""

    drafts: list[Draft]
    traits: list[Traits]
    reasons: list[Text]


def in_families(drafts: Sequence[Draft]) -> list[tuple[list[Draft], tuple[Text, ...]]]:
    """The drafts in groups that are one release each, in order, with what they have in common.

    Only texts of one language each are joined, and only one of each language.
    """
    families: list[_Family] = []
    for draft in drafts:
        if len(draft.release.variants) > 1:
            families.append(_Family([draft], [], []))
            continue
        own = traits(draft.release, source=draft.sources[0] if draft.sources else "")
        best: tuple[int, _Family, tuple[Text, ...]] | None = None
        for family in families:
            if any(t.language == own.language for t in family.traits):
                continue
            found = closest(own, family.traits)
            if found is not None and (best is None or found[1].points > best[0]):
                best = (found[1].points, family, found[1].reasons)
        if best is None:
            families.append(_Family([draft], [own], []))
        else:
            best[1].drafts.append(draft)
            best[1].traits.append(own)
            best[1].reasons += [r for r in best[2] if r not in best[1].reasons]
    return [(family.drafts, tuple(family.reasons)) for family in families]


def as_one(
    drafts: Sequence[Draft], options: Options, findings: Findings, reasons: Sequence[Text] = ()
) -> Draft | None:
    """One draft of the release whose variants ``drafts`` are, one language each.

    The original is the one asked for, else the only one that front matter names, else the first
    of the office's languages among them; where that does not tell either, it has to be asked.
    """
    by_language: dict[str, Draft] = {}
    for draft in drafts:
        language = draft.release.original
        known = by_language.setdefault(language, draft)
        if known is not draft:
            findings.fatal(
                _place(draft),
                text("{other} is in the same language. Keep one of them.", other=known.sources[0]),
            )
        elif draft.release.date != drafts[0].release.date:
            findings.fatal(
                _place(draft),
                text(
                    "It bears the date {date}, but {other} bears {day}. Correct one of them.",
                    date=draft.release.date,
                    other=drafts[0].sources[0],
                    day=drafts[0].release.date,
                ),
            )
    original = _original(by_language, options, findings)
    if original is None or findings.bad:
        return None
    first = by_language[original]
    others = [draft for draft in drafts if draft is not first]
    release = _joined(first.release, [draft.release for draft in others], options)
    problems = [*findings.problems, *(p for draft in (first, *others) for p in draft.problems)]
    return Draft(
        release=release,
        problems=tuple(p for i, p in enumerate(problems) if p not in problems[:i]),
        sources=tuple(source for draft in (first, *others) for source in draft.sources),
        common=tuple(reasons),
    )


def as_translation(read: Release, of: Release) -> Release:
    """What was read, as that language of ``of``: everything else of that release stays."""
    variant = _variant(read)
    return replace(of, variants={**of.variants, variant.language: variant})


def is_translation(draft: Draft, known: Release) -> bool:
    """Whether a draft that is to go under the name of ``known`` is but a variant of it.

    Raises :class:`Conflict` where it bears another date.
    """
    if not draft.alone or known.original in draft.release.variants:
        return False
    if draft.release.date != known.date:
        raise Conflict(
            text(
                "The text bears the date {date}, but “{slug}” bears {day}. Correct one of them.",
                date=draft.release.date,
                slug=known.slug,
                day=known.date,
            )
        )
    return True


def home_of(read: Release, stored: Sequence[Release], source: str = "") -> Release | None:
    """The release among ``stored`` of which ``read`` seems to be a variant that is still missing,
    with everything in common but the language."""
    own = traits(read, source=source)
    best: tuple[int, Release] | None = None
    for release in stored:
        if own.language in release.variants or len(read.variants) > 1:
            continue
        for tag in release.variants:
            kin = kinship(traits(release, tag), own)
            if kin.close and (best is None or kin.points > best[0]):
                best = (kin.points, release)
    return best[1] if best is not None else None


def _original(by_language: dict[str, Draft], options: Options, findings: Findings) -> str | None:
    if options.original is not None:
        if options.original in by_language:
            return options.original
        findings.fatal(
            Place(""),
            text(
                "The original is to be in {language}, but there is no such text. Add it, or "
                "name another original.",
                language=options.original,
            ),
        )
        return None
    for tag in options.languages:
        if tag in by_language:
            return tag
    if len(by_language) == 1:
        return next(iter(by_language))
    findings.fatal(
        Place(", ".join(draft.sources[0] for draft in by_language.values())),
        text(
            "None of these languages is the office’s: {languages}. Say which text is the "
            "original: --original {first}",
            languages=tuple(by_language),
            first=next(iter(by_language)),
        ),
    )
    return None


def _joined(first: Release, others: Sequence[Release], options: Options) -> Release:
    """``first`` with the variants of ``others``, and what only they say of what all share."""
    variants = dict(first.variants)
    names = dict(first.issuer.names)
    contact, observance = first.contact, first.observance
    for other in others:
        variant = _variant(other)
        variants[variant.language] = variant
        names = {**other.issuer.names, **names}
        if not (contact.phones or contact.email or contact.name):
            contact = other.contact
        observance = observance or other.observance
    return replace(
        first,
        slug=options.slug or first.slug,
        variants=variants,
        issuer=Issuer(names=names, address=first.issuer.address),
        contact=contact,
        observance=observance,
    )


def _variant(read: Release) -> Variant:
    """The text of ``read`` as a translation. A release has one list of related documents, in the
    words of its original: another's list stays in its body, so that none of its words is lost."""
    variant = read.variants[read.original]
    if not read.related:
        return variant
    rows = "\n".join(f"- {_row(document)}" for document in read.related)
    return replace(variant, body=f"{variant.body}\n\n{rows}" if variant.body else rows)


def _row(document: RelatedDocument) -> str:
    shown = first_address(document.text)
    return markdown([Span(document.text, url="" if shown else document.url)])


def _place(draft: Draft) -> Place:
    return Place(draft.sources[0] if draft.sources else "")
