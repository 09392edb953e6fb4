"""What a group or channel with several languages gets: one post, one that leads to the others, or
one in each language. Pure.

A list of languages says so by two tags of ISO 639 that are no languages. ``fr ar mul`` (“multiple
languages”) is one post, with buttons to the others. ``fr zxx ar`` (“no linguistic content”) is
French; nothing where Arabic, which has a post of its own, is there instead; and anything where
neither is. ``ar zxx`` is Arabic or nothing. So whatever is decided of who gets which text is
decided by that list alone, and each post is a subscriber, with deliveries of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import StrEnum

from translations.locales import best_match

ALL, NOTHING = "mul", "zxx"

MARK = "+"
"""Parts a room's address from the language of a further post: ``-1001234567890/77+ar``."""


AFTER_THE_FIRST = timedelta(seconds=2)


class Posts(StrEnum):
    BEST = "best"
    SWITCH = "switch"
    EACH = "each"


def wished(languages: Sequence[str], posts: Posts) -> tuple[str, ...]:
    """The list for a room's first, or only, post. With one language there is nothing to say."""
    if len(languages) < 2 or posts is Posts.BEST:
        return tuple(languages)
    if posts is Posts.SWITCH:
        return (*languages, ALL)
    return (languages[0], NOTHING, *languages[1:])


def further(languages: Sequence[str], posts: Posts) -> dict[str, tuple[str, ...]]:
    """The lists for a room's other posts, by their language.

    What would be the same text as an earlier one's (``pt-PT`` after ``pt-BR``) has no post.
    """
    if posts is not Posts.EACH:
        return {}
    return {
        tag: (tag, NOTHING)
        for place, tag in enumerate(languages)
        if place and best_match([tag], languages[:place]) is None
    }


def read(wish: Sequence[str]) -> tuple[tuple[str, ...], Posts]:
    """The languages of such a list, in order, and which kind it is."""
    languages = tuple(tag for tag in wish if tag not in (ALL, NOTHING))
    if ALL in wish:
        return languages, Posts.SWITCH
    return languages, Posts.EACH if NOTHING in wish else Posts.BEST


def spoken(wish: Sequence[str]) -> tuple[str, ...]:
    """The languages alone: what can be said to whoever has this list."""
    return read(wish)[0]


def led_to(wish: Sequence[str], language: str, available: Collection[str]) -> tuple[str, ...]:
    """The languages to which a post in ``language`` leads, of those that are ``available``."""
    if ALL not in wish:
        return ()
    matches = (best_match([tag], available) for tag in spoken(wish))
    found = dict.fromkeys(match.tag for match in matches if match is not None)
    return tuple(tag for tag in found if tag != language)


def delay(wish: Sequence[str]) -> timedelta:
    """How much later than a room's first post this one is sent, so that they come in order."""
    return AFTER_THE_FIRST if len(wish) > 1 and wish[-1] == NOTHING else timedelta()


def own_and_others(wish: Sequence[str]) -> tuple[Sequence[str], Sequence[str] | None]:
    """The languages that this post may be in, and those that have posts of their own (``None``:
    there is no such list, and any other text is better than none)."""
    if NOTHING not in wish:
        return wish, None
    place = wish.index(NOTHING)
    return wish[:place], wish[place + 1 :]


def is_further(address: str) -> bool:
    """Whether an address is that of a post beside a room's first one."""
    return MARK in address
