"""Addresses as people write them: ``telegram:-1001234567890/77``. Pure, and quick to import."""

from __future__ import annotations

import re

from bot.errors import TransportError
from translations.text import text

# A chat's number has at most 52 significant bits; names are ASCII, without regard to case.
_TELEGRAM = re.compile(r"(-?[1-9][0-9]{0,15}|@[A-Za-z][A-Za-z0-9_]{3,31})(?:/([1-9][0-9]{0,9}))?")


def split(written: str) -> tuple[str, str]:
    """The transport's name and the canonical address on it; raises ``TransportError``."""
    name, colon, address = written.strip().partition(":")
    if name == "telegram" and colon:
        return name, telegram_address(address)
    if name == "mailto":
        raise TransportError(
            text(
                "“{address}”: messages by e-mail are not there yet. Use telegram:CHAT_ID.",
                address=written,
            )
        )
    raise TransportError(
        text(
            "“{address}” does not say how to reach it. Write it as telegram:CHAT_ID.",
            address=written,
        )
    )


def telegram_address(address: str) -> str:
    """``123``, ``-100123``, ``@name``, each with ``/77`` for a topic; names in lower case."""
    found = _TELEGRAM.fullmatch(address.strip())
    if found is None:
        raise TransportError(
            text(
                "“{address}” is not a Telegram address: give a chat’s number such as "
                "-1001234567890, with /77 after it for a topic, or a channel’s @name.",
                address=address,
            )
        )
    return found[0].lower()


def parted(address: str) -> tuple[str, str, str]:
    """A canonical address as chat, topic and post, "" where it names none: in a room where there
    is a post in each language, all but the first have a language after a “+”."""
    room, _, post = address.partition("+")
    chat, _, topic = room.partition("/")
    return chat, topic, post


def in_chat(chat: str, address: str) -> str:
    """``address`` as it is in another chat, or in the same one by another name."""
    _, topic, post = parted(address)
    return chat + (f"/{topic}" if topic else "") + (f"+{post}" if post else "")


def telegram_kind(address: str) -> str:
    """``person``, ``group`` or ``channel``, as far as a canonical address tells.

    A number from -100… is a channel's or a large group's: taken for a channel unless it names a
    topic, which only groups have.
    """
    if address[0] not in "-@":
        return "person"
    if "/" in address or (address[0] == "-" and not address.startswith("-100")):
        return "group"
    return "channel"
