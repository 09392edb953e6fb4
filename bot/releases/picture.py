"""A picture of a release: what it is, and what is said of it in which language. Pure.

The picture itself is bytes, which the library keeps (``library.py``); here it goes by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from translations.locales import best_match

JPEG, PNG = "image/jpeg", "image/png"
MOST = 20
"""Pictures of one release."""
LONGEST_WORDS = 500
"""Characters of a caption, a credit or an alternative text."""


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """The picture in one width. ``length`` is in bytes."""

    width: int
    height: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words about a picture, and the ``language`` that they are in."""

    text: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """``digest`` names the file that it was made of; ``renditions`` are the widest first.

    ``captions`` say what is to be seen, ``credits`` whose picture it is, ``alternatives`` what
    those are told who do not see it: each by language tag. ``sent``: it came to the bot, so that
    the release's files do not speak for it. ``data`` holds the renditions' bytes while it is on
    its way to the library.
    """

    digest: str
    media_type: str
    renditions: tuple[Rendition, ...]
    captions: Mapping[str, str] = field(default_factory=dict)
    credits: Mapping[str, str] = field(default_factory=dict)
    alternatives: Mapping[str, str] = field(default_factory=dict)
    sent: bool = False
    data: tuple[bytes, ...] = field(default=(), compare=False, repr=False)

    @property
    def widest(self) -> Rendition:
        return self.renditions[0]

    def caption_in(self, language: str, original: str) -> Words | None:
        return said(self.captions, language, original)

    def credit_in(self, language: str, original: str) -> Words | None:
        return said(self.credits, language, original)

    def alternative_in(self, language: str, original: str) -> Words | None:
        """The alternative text, or the caption where that alone is in the reader's language."""
        for texts in (self.alternatives, self.captions):
            match = best_match([language], texts)
            if match is not None:
                return Words(text=texts[match.tag], language=match.tag)
        return said(self.alternatives or self.captions, language, original)

    def as_seen(self, language: str, original: str) -> tuple[object, ...]:
        """All that readers of ``language`` get to know of it."""
        return (
            self.digest,
            self.caption_in(language, original),
            self.credit_in(language, original),
            self.alternative_in(language, original),
        )


def said(texts: Mapping[str, str], language: str, original: str) -> Words | None:
    """The words in the language nearest to ``language``, else in the release's ``original``, else
    those that there are."""
    if not texts:
        return None
    match = best_match([language], texts)
    tag = match.tag if match else original if original in texts else next(iter(texts))
    return Words(text=texts[tag], language=tag)


def seen_in(pictures: Iterable[Picture], language: str, original: str) -> tuple[object, ...]:
    """Equal for what looks and reads the same to readers of ``language``."""
    return tuple(picture.as_seen(language, original) for picture in pictures)


def without_data(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    return tuple(replace(picture, data=()) for picture in pictures)


def with_words_of(
    shown: Sequence[Picture], newer: Sequence[Picture], languages: Iterable[str]
) -> tuple[Picture, ...]:
    """``shown`` with what ``newer`` ones of the same names say in ``languages``."""
    tags = frozenset(languages)
    known = {picture.digest: picture for picture in newer}

    def added(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
        return {**old, **{tag: words for tag, words in new.items() if tag in tags}}

    found = []
    for picture in shown:
        other = known.get(picture.digest, picture)
        found.append(
            replace(
                picture,
                captions=added(picture.captions, other.captions),
                credits=added(picture.credits, other.credits),
                alternatives=added(picture.alternatives, other.alternatives),
            )
        )
    return tuple(found)


def to_json(picture: Picture) -> dict[str, Any]:
    """What :func:`from_json` makes the same picture of, without its bytes."""
    return {
        "digest": picture.digest,
        "media_type": picture.media_type,
        "renditions": [asdict(rendition) for rendition in picture.renditions],
        "captions": dict(picture.captions),
        "credits": dict(picture.credits),
        "alternatives": dict(picture.alternatives),
        "sent": picture.sent,
    }


def from_json(kept: Mapping[str, Any]) -> Picture:
    renditions = tuple(Rendition(**each) for each in kept["renditions"])
    return Picture(**{**kept, "renditions": renditions})
