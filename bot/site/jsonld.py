"""What a release's page tells search engines: a schema.org NewsArticle in JSON-LD. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from markupsafe import Markup

from bot.site.addresses import Addresses
from bot.site.content import Figure
from bot.site.handouts.kinds import DOCX, TEXT
from bot.site.handouts.paper import Paper

_SCRIPT_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def news_article(paper: Paper, addresses: Addresses) -> Markup:
    """The words of a ``script`` element that no browser runs. Nothing in them can end it."""
    told = {name: value for name, value in _article(paper, addresses).items() if value}
    written = orjson.dumps(told).decode()
    for char, escaped in _SCRIPT_UNSAFE.items():
        written = written.replace(char, escaped)
    return Markup(written)  # noqa: S704 – no "<" and no "&" is left in it


def _article(paper: Paper, addresses: Addresses) -> dict[str, Any]:
    published, variant = paper.published, paper.variant
    home = addresses.home(paper.language)
    publisher = _organization(paper.office or paper.issuer, home)
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": paper.url,
        "url": paper.url,
        "mainEntityOfPage": paper.url,
        "headline": variant.headline,
        "alternativeHeadline": variant.subhead,
        "description": paper.summary,
        "inLanguage": paper.language,
        "datePublished": variant.published_at.isoformat(),
        "dateModified": variant.updated_at.isoformat(),
        "dateline": published.dateline,
        "author": _organization(paper.issuer, home),
        "publisher": publisher,
        "image": [_image(figure) for figure in paper.figures],
        "keywords": list(published.topics),
        "isAccessibleForFree": True,
        "isPartOf": {"@type": "WebSite", "@id": f"{addresses.base}/", "url": home},
        "correction": list(_corrections(paper)),
        "citation": list(_citations(paper)),
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": f"{paper.url}.{k.suffix}",
                "encodingFormat": k.media_type,
            }
            for k in (TEXT, DOCX)
        ],
    } | _translations(paper)


def _organization(name: str, url: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name, "url": url} if name else {}


def _image(figure: Figure) -> dict[str, Any]:
    return {
        "@type": "ImageObject",
        "url": figure.href,
        "width": figure.width,
        "height": figure.height,
        **({"caption": figure.caption.text} if figure.caption else {}),
        **({"creditText": figure.credit.text} if figure.credit else {}),
    }


def _corrections(paper: Paper) -> Iterator[dict[str, str]]:
    for note in paper.notes:
        yield {"@type": "CorrectionComment", "text": note.words, "datePublished": note.on}


def _citations(paper: Paper) -> Iterator[dict[str, Any]]:
    for document in paper.documents:
        symbols = [symbol.text for symbol in document.symbols]
        cited = {"@type": "CreativeWork", "name": document.title.text, "url": document.title.href}
        yield {name: value for name, value in (cited | {"identifier": symbols}).items() if value}


def _translations(paper: Paper) -> dict[str, Any]:
    """The original names its translations, and every translation its original."""
    original = paper.published.original
    others = [
        {"@type": "NewsArticle", "@id": url, "inLanguage": tag}
        for tag, url in paper.versions.items()
        if tag != paper.language
    ]
    if paper.language == original:
        return {"workTranslation": others}
    return {"translationOfWork": next((o for o in others if o["inLanguage"] == original), None)}
