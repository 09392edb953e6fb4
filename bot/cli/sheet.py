"""One release laid out for people, and as the stable JSON of ``show --json``."""

from __future__ import annotations

from typing import Any

from bot.cli.output import Line, Output
from bot.occasions.wording import described
from bot.releases import review
from bot.releases.body import paragraphs
from bot.releases.calendars import BeyondCalendar
from bot.releases.moments import format_moment
from bot.releases.picture import Picture
from bot.releases.publication import filled_headline
from bot.releases.recurrence import number_on
from bot.releases.release import (
    Completeness,
    Issuer,
    Moment,
    ObservanceSpec,
    RelatedDocument,
    Release,
    symbol_url,
)
from bot.settings import Settings
from translations.locales import native_name
from translations.text import Text, ptext, text, texts

_STATES = {
    "draft": ptext("state", "draft"),
    "approved": ptext("state", "approved"),
    "stale": ptext("state", "approved before the original changed"),
    "queued": ptext("state", "queued"),
    "held": ptext("state", "held"),
    "published": ptext("state", "published"),
}


def state(name: str) -> Text:
    """The word for a release's or a variant's state."""
    return _STATES[name]


def missing(release: Release, settings: Settings) -> tuple[str, ...]:
    """The languages that are wanted and not approved, stale ones included."""
    return review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    ).missing


def as_json(release: Release) -> dict[str, Any]:
    """Keys and forms are part of the public contract; dates and moments as in ISO and RFC 9557."""
    return {
        "slug": release.slug,
        "original": release.original,
        "date": release.date.isoformat(),
        "dateline": release.dateline,
        "state": str(release.state),
        "pubstatus": str(release.pubstatus),
        "archive": release.archive,
        "embargo": _written(release.embargo),
        "publish_at": _written(release.publish_at),
        "topics": list(release.topics),
        "issuer": {"names": dict(release.issuer.names), "address": release.issuer.address},
        "contact": {
            "name": release.contact.name,
            "email": release.contact.email,
            "phones": list(release.contact.phones),
            "faxes": list(release.contact.faxes),
        },
        "related": [
            {
                "text": document.text,
                "url": document.url,
                "symbols": list(document.symbols),
                "languages": list(document.languages),
            }
            for document in release.related
        ],
        "pictures": [_picture_json(picture) for picture in release.pictures],
        "observance": _observance_json(release.observance),
        "edition_of": release.edition_of,
        "required_languages": list(release.required_languages),
        "completeness": str(release.completeness) if release.completeness else None,
        "variants": {
            tag: {
                "headline": variant.headline,
                "subhead": variant.subhead,
                "body": variant.body,
                "state": release.state_of(tag),
                "occasion": variant.occasion,
                "written_by": variant.written_by,
                "approved_by": variant.approved_by,
                "second_approval_owed": variant.alone if release.is_owed(tag) else None,
            }
            for tag, variant in release.variants.items()
        },
    }


def _picture_json(picture: Picture) -> dict[str, Any]:
    return {
        "digest": picture.digest,
        "media_type": picture.media_type,
        "width": picture.widest.width,
        "height": picture.widest.height,
        "widths": [rendition.width for rendition in picture.renditions],
        "captions": dict(picture.captions),
        "credits": dict(picture.credits),
        "alt": dict(picture.alternatives),
    }


def _observance_json(spec: ObservanceSpec | None) -> dict[str, Any] | None:
    if spec is None:
        return None
    return {
        "origin": spec.origin.isoformat(),
        "every": spec.every,
        "years": list(spec.years),
        "feb29": spec.feb29,
        "at": spec.at,
        "catch_up": spec.catch_up,
        "without_edition": spec.without_edition,
        "remind": list(spec.remind),
        "accepted": spec.accepted,
        "calendar": spec.calendar,
        "first": spec.first,
        "last": spec.last,
        "except": list(spec.skip),
        "lead": list(spec.lead),
        "move": spec.move,
        "weekend": list(spec.weekend),
    }


def _written(moment: Moment | None) -> str | None:
    return format_moment(moment) if moment else None


def summary(release: Release) -> list[Line]:
    """What all languages share, and what there is in each: a line or two for every finding."""
    languages = tuple(f"{native_name(tag)} ({tag})" for tag in release.variants)
    return [
        (text("Headline"), filled_headline(release, release.original)),
        (text("Date"), release.date),
        (text("State"), state(release.state)),
        (text("Languages"), languages),
        (text("Original"), release.original if len(release.variants) > 1 else None),
        (text("Paragraphs"), _paragraph_counts(release)),
        (text("Topics"), release.topics or None),
        (text("Embargo"), release.embargo.local if release.embargo else None),
        (text("Goes out"), release.publish_at.local if release.publish_at else None),
        *_sender(release),
        *((text("Related document"), _document(document)) for document in release.related),
        *((text("Picture"), _picture(picture)) for picture in release.pictures),
        *_observance(release),
    ]


def _paragraph_counts(release: Release) -> tuple[str, ...]:
    counts = {tag: len(paragraphs(variant.body)) for tag, variant in release.variants.items()}
    if len(counts) == 1:
        return tuple(str(count) for count in counts.values())
    return tuple(f"{tag} {count}" for tag, count in counts.items())


def _sender(release: Release) -> list[Line]:
    contact = release.contact
    return [
        *((text("Issuer"), name) for name in _names(release.issuer)),
        (text("Address"), release.issuer.address),
        (text("Contact"), contact.name),
        (text("E-mail"), contact.email),
        *((text("Telephone"), number) for number in contact.phones),
        *((text("Fax"), number) for number in contact.faxes),
    ]


def _names(issuer: Issuer) -> list[str]:
    return [f"{name} ({tag})" for tag, name in issuer.names.items()]


def _document(document: RelatedDocument) -> str:
    addresses = {symbol: symbol_url(symbol) for symbol in document.symbols}
    symbols = (
        symbol if url == document.url else f"{symbol} {url}" for symbol, url in addresses.items()
    )
    languages = f"({', '.join(document.languages)})" if document.languages else ""
    return " · ".join(filter(None, (document.text, document.url, *symbols, languages)))


def _picture(picture: Picture) -> str:
    said = (
        *(f"{words} ({tag})" for tag, words in picture.captions.items()),
        *(f"{words} ({tag})" for tag, words in picture.credits.items()),
    )
    return " · ".join((f"{picture.widest.width} × {picture.widest.height}", *said))


def _observance(release: Release) -> list[Line]:
    spec = release.observance
    if spec is None:
        return []
    return [
        (
            text("Observance") if spec.accepted else text("Proposed observance"),
            _since(release, spec),
        ),
        *((text("Recurrence"), sentence) for sentence in described(spec)),
        *(
            (text("Title"), f"{variant.occasion} ({tag})")
            for tag, variant in release.variants.items()
            if variant.occasion
        ),
    ]


def _since(release: Release, spec: ObservanceSpec) -> Text:
    """How many years it is since the origin, in the calendar of the observance."""
    try:
        number = number_on(spec, release.date)
    except BeyondCalendar:
        return text("since {origin}", origin=spec.origin)
    return texts("{n} year since {origin}", "{n} years since {origin}", number, origin=spec.origin)


def show(out: Output, release: Release, settings: Settings, language: str | None = None) -> None:
    """The whole release, or only its variant in ``language``, and what it still needs before it
    goes out."""
    whole(out, release, language)
    stale = tuple(tag for tag in release.variants if release.state_of(tag) == "stale")
    if stale:
        out.say(
            text(
                "The original changed after these were approved: {languages}. See what with: "
                "polyherald show {slug} --changes",
                languages=stale,
                slug=release.slug,
            )
        )
    for tag in release.owed_languages:
        out.say(
            text(
                "A second approval is still owed: {language}. It was approved without one "
                "because: {reason}",
                language=native_name(tag),
                reason=release.variants[tag].alone,
            )
        )
    lacking = missing(release, settings)
    if lacking:
        out.say(
            text(
                "Not approved: {languages}. Approve with: polyherald approve {slug}",
                languages=lacking,
                slug=release.slug,
            )
        )
    if release.observance and not release.observance.accepted:
        out.say(proposal(release))


def whole(out: Output, release: Release, language: str | None = None) -> None:
    """What its languages share, then each variant with its text, or that in ``language``."""
    out.sheet(release.slug, summary(release))
    for tag, variant in release.variants.items():
        if language not in (None, tag):
            continue
        lines: list[Line] = [
            (text("State"), state(release.state_of(tag))),
            (text("Headline"), variant.headline),
            (text("Subhead"), variant.subhead),
            (text("Approved by"), variant.approved_by),
        ]
        out.sheet(f"{native_name(tag)} ({tag})", lines, variant.body)


def proposal(release: Release) -> Text:
    """How to make a proposed observance count."""
    return text(
        "The observance is only a proposal. Accept it with: polyherald accept {slug}",
        slug=release.slug,
    )
