"""What pages and feed items show of a release, made ready for templates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from markupsafe import Markup

from bot.delivery.message import note_text
from bot.releases import body, publication
from bot.releases.picture import Picture, Words
from bot.releases.publication import Published, PublishedVariant
from bot.releases.release import UN_LANGUAGES, Contact, Issuer, RelatedDocument, symbol_url
from bot.settings import Settings
from bot.site.addresses import Addresses
from feeds.model import FeedKey
from feeds.wellformed import web_address
from translations.locales import native_name

_LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')
_DIALLABLE = re.compile(r"\+?[0-9][0-9 ().\-/\u00a0]{3,30}")
_MAILABLE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Words and, where there is one that can be followed, their address."""

    text: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A related document: its wording, its UN symbols, and in which languages it exists.

    ``languages`` are native names; none when it is ``in_all`` six UN languages.
    """

    title: Linked
    symbols: tuple[Linked, ...]
    languages: tuple[str, ...]
    in_all: bool


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where the press may ask."""

    name: str
    address: str
    email: Linked | None
    phones: tuple[Linked, ...]
    faxes: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        return bool(self.name or self.address or self.email or self.phones or self.faxes)


issuer_name = publication.issuer_name


def office_name(language: str, settings: Settings) -> str:
    return Issuer(names=settings.issuer.names).name_in(language)


@dataclass(frozen=True, kw_only=True)
class Note:
    """What readers are told of a correction, on the day of the office's calendar ``on``."""

    kind: str
    words: str
    on: str


def notes(published: Published, language: str, settings: Settings) -> tuple[Note, ...]:
    """Oldest first; a withdrawal last."""
    return tuple(
        Note(
            kind=correction.kind.value,
            words=note_text(correction, language, settings),
            on=correction.at.isoformat(),
        )
        for correction in published.corrections_in(language)
    )


def documents(published: Published, language: str) -> tuple[Document, ...]:
    return tuple(_document(related, language) for related in published.related)


def desk(contact: Contact, address: str, settings: Settings) -> Desk:
    """The release's contact and address, else the office's."""
    office = settings.issuer.contact
    if contact == Contact():
        contact = Contact(
            name=office.name, email=office.email, phones=office.phones, faxes=office.faxes
        )
    return Desk(
        name=contact.name,
        address=address or settings.issuer.address,
        email=_mail(contact.email) if contact.email else None,
        phones=tuple(map(_phone, contact.phones)),
        faxes=contact.faxes,
    )


def summary(variant: PublishedVariant) -> str:
    """One paragraph that stands for the text: its subhead, else its first paragraph."""
    if variant.subhead:
        return variant.subhead
    blocks = body.paragraphs(variant.body)
    return next((block.text for block in blocks if block.kind == "paragraph"), variant.headline)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture on a page. ``sources`` are (address, width), the widest first; ``caption`` and
    ``credit`` name the language that they are in."""

    sources: tuple[tuple[str, int], ...]
    media_type: str
    width: int
    height: int
    length: int
    alternative: Words | None
    caption: Words | None
    credit: Words | None

    @property
    def href(self) -> str:
        return self.sources[0][0]


def figures(published: Published, language: str, addresses: Addresses) -> tuple[Figure, ...]:
    return tuple(
        _figure(each, language, published.original, addresses) for each in published.pictures
    )


def _figure(picture: Picture, language: str, original: str, addresses: Addresses) -> Figure:
    widest = picture.widest
    return Figure(
        sources=tuple(
            (addresses.media(picture.digest, r.width, picture.media_type), r.width)
            for r in picture.renditions
        ),
        media_type=picture.media_type,
        width=widest.width,
        height=widest.height,
        length=widest.length,
        alternative=picture.alternative_in(language, original),
        caption=picture.caption_in(language, original),
        credit=picture.credit_in(language, original),
    )


@lru_cache(maxsize=1024)
def body_html(markdown: str, language: str) -> Markup:
    """The body as HTML that was sanitised. Feeds are rebuilt often, texts change seldom."""
    return Markup(body.to_html(markdown, language))  # noqa: S704 – sanitised by to_html


def page_html(markdown: str, language: str) -> Markup:
    """The same for a page: links that show their address are marked, so that paper does not show
    it twice."""
    return Markup(_LINK.sub(_marked, body_html(markdown, language)))  # noqa: S704 – as above


def bare(address: str) -> str:
    """An address as people write it, by which they find it, too."""
    for scheme in ("https://", "http://", "mailto:"):
        address = address.removeprefix(scheme)
    return address.rstrip("/")


def _marked(link: re.Match[str]) -> str:
    shows_it = bare(unescape(link[1])) == bare(unescape(link[2]))
    return link[0].replace("<a ", '<a class="bare" ', 1) if shows_it else link[0]


def native_names(languages: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(native_name, languages))


def web_link(url: str) -> str:
    """``url`` if it is an address of the web, else "": an address is data from a document."""
    try:
        return web_address(url)
    except ValueError:
        return ""


def linkable(topics: Iterable[str]) -> list[str]:
    """Those topics whose names an address can hold."""
    found = []
    for topic in topics:
        with suppress(ValueError):
            found.append(FeedKey("en", topic).topic)
    return found


def _document(related: RelatedDocument, language: str) -> Document:
    in_all = set(related.languages) >= set(UN_LANGUAGES)
    return Document(
        title=Linked(text=related.text, href=web_link(related.url)),
        symbols=tuple(
            Linked(text=symbol, href=web_link(symbol_url(symbol, _version(related, language))))
            for symbol in related.symbols
        ),
        languages=() if in_all else native_names(related.languages),
        in_all=in_all,
    )


def _version(related: RelatedDocument, language: str) -> str:
    """The reader's language if the document exists in it, else English."""
    bare = language.split("-")[0]
    return bare if not related.languages or bare in related.languages else "en"


def _phone(number: str) -> Linked:
    digits = re.sub(r"[^0-9+]", "", number)
    return Linked(text=number, href=f"tel:{digits}" if _DIALLABLE.fullmatch(number) else "")


def _mail(address: str) -> Linked:
    return Linked(text=address, href=f"mailto:{address}" if _MAILABLE.fullmatch(address) else "")
