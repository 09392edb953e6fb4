"""What staff do with the pictures of a release: add, describe, put first, take away. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.errors import Conflict, NotFound
from bot.releases import review
from bot.releases.picture import LONGEST_WORDS, MOST, Picture
from bot.releases.release import Release
from bot.releases.review import Actor
from translations.text import text


@dataclass(frozen=True, kw_only=True)
class Added:
    picture: Picture

    @property
    def digest(self) -> str:
        return self.picture.digest


@dataclass(frozen=True, kw_only=True)
class Removed:
    digest: str


@dataclass(frozen=True, kw_only=True)
class PutFirst:
    """The first is the one that messages show."""

    digest: str


@dataclass(frozen=True, kw_only=True)
class Described:
    """What is said of a picture in ``language``; "" takes away what was said."""

    digest: str
    language: str
    caption: str = ""
    credit: str = ""
    alternative: str = ""


Change = Added | Removed | PutFirst | Described
CALLED = {
    Added: "picture added",
    Removed: "picture removed",
    PutFirst: "picture put first",
    Described: "picture described",
}
"""As the audit log calls them."""


def demand(actor: Actor, change: Change) -> None:
    """Raises ``NotAllowed``. Words are for whoever may write in their language; which pictures
    there are holds for all languages, and is an editor's to say."""
    if isinstance(change, Described):
        review.demand(actor, "write", change.language)
    else:
        review.demand(actor, "schedule")


def arranged(release: Release, change: Change) -> Release:
    """``release`` after ``change``. Raises ``Conflict`` for one picture too many, or words that
    are too long; ``NotFound`` where the picture or the language is not the release's."""
    review.demand_not_withdrawn(release)
    pictures = release.pictures
    match change:
        case Added(picture=picture):
            pictures = _added(release, picture)
        case Removed(digest=digest):
            _named(release, digest)
            pictures = tuple(p for p in pictures if p.digest != digest)
        case PutFirst(digest=digest):
            first = _named(release, digest)
            pictures = (first, *(p for p in pictures if p.digest != digest))
        case Described():
            described = _described(release, change)
            pictures = tuple(described if p.digest == change.digest else p for p in pictures)
    return replace(release, pictures=pictures)


def merged(known: Release | None, draft: Release) -> tuple[Picture, ...]:
    """The pictures after ``draft`` came in: those that its files name, then those that were sent
    to the bot, for which files do not speak."""
    named = {picture.digest for picture in draft.pictures}
    sent = () if known is None else (p for p in known.pictures if p.sent)
    return (*draft.pictures, *(p for p in sent if p.digest not in named))


def _added(release: Release, picture: Picture) -> tuple[Picture, ...]:
    if any(p.digest == picture.digest for p in release.pictures):
        return release.pictures
    if len(release.pictures) >= MOST:
        raise Conflict(
            text(
                "“{slug}” has {count} pictures already; more are not taken. Take one away first.",
                slug=release.slug,
                count=len(release.pictures),
            )
        )
    return (*release.pictures, picture)


def _named(release: Release, digest: str) -> Picture:
    for picture in release.pictures:
        if picture.digest == digest:
            return picture
    raise NotFound(
        text("That picture is not with “{slug}” any more. Send it again.", slug=release.slug)
    )


def _described(release: Release, change: Described) -> Picture:
    picture = _named(release, change.digest)
    if change.language not in release.variants:
        raise NotFound(
            text(
                "“{slug}” has no variant in {language}. There are: {known}.",
                slug=release.slug,
                language=change.language,
                known=tuple(release.variants),
            )
        )
    for words in (change.caption, change.credit, change.alternative):
        if len(words) > LONGEST_WORDS:
            raise Conflict(
                text(
                    "A line about a picture has at most {most} characters, and this one has "
                    "{count}. Shorten it.",
                    most=LONGEST_WORDS,
                    count=len(words),
                )
            )

    def put(texts: Mapping[str, str], words: str) -> dict[str, str]:
        kept = {tag: said for tag, said in texts.items() if tag != change.language}
        return {**kept, change.language: words} if words else kept

    return replace(
        picture,
        captions=put(picture.captions, change.caption),
        credits=put(picture.credits, change.credit),
        alternatives=put(picture.alternatives, change.alternative),
    )
