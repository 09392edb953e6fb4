"""A release in ninjs 3.1, IPTC's JSON for news items, so that agencies can take it in. Pure.

https://iptc.org/std/ninjs/ – one item for each language, under the id that feeds give it. Its
sisters in other languages and its related documents are ``associations``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from bot.releases.release import PubStatus
from bot.site import content
from bot.site.authority import Authority
from bot.site.handouts.paper import Paper
from bot.site.handouts.plaintext import paragraphs
from feeds.wellformed import clean
from translations.catalogs import catalog_for
from translations.locales import direction
from translations.text import text

MEDIA_TYPE = "application/json"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
AUTHOR = "http://cv.iptc.org/newscodes/contentprodpartyrole/author"


def ninjs(paper: Paper, minted: Authority) -> bytes:
    """The item as it stands. One that was withdrawn is ``canceled``, and has the notice only."""
    item = _item(paper, minted)
    kept = {name: value for name, value in item.items() if value not in ("", [], {})}
    return orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _item(paper: Paper, minted: Authority) -> dict[str, Any]:
    published, variant = paper.published, paper.variant
    told = [note.words for note in paper.notes]
    changes = [one for one in published.corrections if paper.language in one.languages]
    return {
        "uri": minted.release(published.slug, paper.language),
        "type": "text",
        "standard": STANDARD,
        "representationType": "full",
        "profile": "press-release",
        "version": str(1 + len(changes)),
        "firstCreated": _moment(variant.published_at),
        "versionCreated": _moment(variant.updated_at),
        "pubStatus": PubStatus.CANCELED if paper.is_withdrawn else PubStatus.USABLE,
        "language": paper.language,
        "title": _title(paper),
        "slugline": published.slug,
        "headlines": list(_headlines(paper)),
        "by": paper.issuer,
        "located": published.dateline,
        "descriptions": list(_descriptions(paper, told)),
        "edNote": told[-1] if told else "",
        "bodies": [] if paper.is_withdrawn else _bodies(paper),
        "genres": [{"name": "Press Release", "literal": "press-release"}],
        "subjects": [{"name": topic, "literal": topic} for topic in published.topics],
        "infoSources": list(_sources(paper)),
        "altIds": [
            {"role": "slug", "value": published.slug},
            {"role": "url", "value": paper.url},
        ],
        "renditions": list(_renditions(paper)),
        "associations": [
            *_sisters(paper, minted),
            *_related(paper, minted),
            *_pictures(paper),
        ],
    }


def _title(paper: Paper) -> str:
    headline = paper.variant.headline
    if not paper.is_withdrawn:
        return headline
    withdrawn = text("Withdrawn: {headline}", headline=headline)
    return catalog_for(paper.language).render(withdrawn)


def _headlines(paper: Paper) -> Iterator[dict[str, str]]:
    yield {"role": "main", "contentType": "text/plain", "value": _title(paper)}
    if paper.variant.subhead:
        yield {"role": "subhead", "contentType": "text/plain", "value": paper.variant.subhead}


def _descriptions(paper: Paper, told: list[str]) -> Iterator[dict[str, str]]:
    if not paper.is_withdrawn:
        yield {"role": "summary", "contentType": "text/plain", "value": paper.summary}
    for note, words in zip(paper.notes, told, strict=True):
        yield {"role": note.kind, "contentType": "text/plain", "value": words}


def _bodies(paper: Paper) -> list[dict[str, Any]]:
    words = "\n\n".join(paragraphs(paper.variant.body))
    marked = xhtml(content.body_html(paper.variant.body, paper.language), paper.language)
    return [
        {
            "role": "main",
            "contentType": "text/plain",
            "charCount": len(words),
            "value": words,
        },
        {"role": "main", "contentType": "application/xhtml+xml", "value": marked},
    ]


def xhtml(fragment: str, language: str) -> str:
    """A sanitised HTML fragment as one well-formed element.

    The only elements in it without an end are ``br`` and ``hr``, and the only entity that XML
    does not know is ``&nbsp;``; in a text these words cannot stand, for they are escaped there.
    """
    fragment = clean(fragment)
    for html, xml in (("<br>", "<br/>"), ("<hr>", "<hr/>"), ("&nbsp;", "&#160;")):
        fragment = fragment.replace(html, xml)
    start = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}"'
    return f'{start} dir="{direction(language)}">\n{fragment}</div>'


def _sources(paper: Paper) -> Iterator[dict[str, Any]]:
    reached = list(_contacts(paper))
    if paper.issuer or reached:
        source = {"name": paper.issuer, "role": AUTHOR, "contactInfo": reached}
        yield {name: value for name, value in source.items() if value}


def _contacts(paper: Paper) -> Iterator[dict[str, Any]]:
    desk = paper.contact
    named = {"role": "press"} | ({"name": desk.name} if desk.name else {})
    if desk.email:
        yield {"type": "email", **named, "value": desk.email.text}
    for phone in desk.phones:
        yield {"type": "phone", **named, "value": phone.text}
    for fax in desk.faxes:
        yield {"type": "fax", **named, "value": fax}
    if desk.address:
        yield {"type": "address", **named, "address": {"lines": desk.address.splitlines()}}


def _renditions(paper: Paper) -> Iterator[dict[str, str]]:
    if paper.is_withdrawn:
        return
    yield {"name": "web", "href": paper.url, "contentType": "text/html"}
    yield {"name": "text", "href": f"{paper.url}.txt", "contentType": "text/plain"}
    yield {"name": "word", "href": f"{paper.url}.docx", "contentType": WORD}


def _sisters(paper: Paper, minted: Authority) -> Iterator[dict[str, Any]]:
    for tag, url in paper.versions.items():
        if tag == paper.language:
            continue
        variant = paper.published.variants[tag]
        yield {
            "name": variant.headline,
            "rel": "translation",
            "uri": minted.release(paper.published.slug, tag),
            "type": "text",
            "language": tag,
            "versionCreated": _moment(variant.updated_at),
            "renditions": [
                {"name": "web", "href": url, "contentType": "text/html"},
                {"name": "ninjs", "href": f"{url}.ninjs.json", "contentType": MEDIA_TYPE},
            ],
        }


def _related(paper: Paper, minted: Authority) -> Iterator[dict[str, Any]]:
    """Under its own address or, where it has none that can be followed, one of ours."""
    for number, document in enumerate(paper.documents, start=1):
        links = [link for link in (document.title, *document.symbols) if link.href]
        found = {
            "name": document.title.text,
            "rel": "related",
            "uri": links[0].href if links else minted.document(paper.published.slug, number),
            "type": "text",
            "altIds": [{"role": "symbol", "value": s.text} for s in document.symbols],
            "renditions": [
                {"name": "web", "title": text, "href": href}
                for href, text in {link.href: link.text for link in reversed(links)}.items()
            ][::-1],
        }
        yield {name: value for name, value in found.items() if value}


def _pictures(paper: Paper) -> Iterator[dict[str, Any]]:
    """Each under the address of its widest form, which is for ever of the same bytes."""
    for number, figure in enumerate(paper.figures, start=1):
        said = {"caption": figure.caption, "alternative": figure.alternative}
        found = {
            "name": f"picture-{number}",
            "rel": "picture",
            "uri": figure.href,
            "type": "picture",
            "by": figure.credit.text if figure.credit else "",
            "descriptions": [
                {"role": role, "contentType": "text/plain", "value": words.text}
                for role, words in said.items()
                if words
            ],
            "renditions": [
                {
                    "name": f"{width}w",
                    "href": href,
                    "contentType": figure.media_type,
                    "width": width,
                }
                for href, width in figure.sources
            ],
        }
        yield {name: value for name, value in found.items() if value}


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
