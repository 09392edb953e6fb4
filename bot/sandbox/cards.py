"""A chat as the page shows it: words in the chat's language, times in its owner's zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.sandbox.bubbles import as_html, safe_link
from bot.sandbox.chat import Chat, PrivateChat
from bot.sandbox.keyboards import Button, buttons
from bot.sandbox.message import Message
from bot.sandbox.offers import Offer
from bot.sandbox.person import Person
from bot.sandbox.room import Room
from translations.catalogs import Catalog, catalog_for
from translations.locales import UnknownLanguage, canonical, direction, native_name
from translations.text import Text, ptext, text

SHOWN = 60
"""Messages per chat; older ones are only mentioned."""
QUOTED = 90
_HUES = 7

_KINDS: Mapping[str, Text] = {
    "private": text("Private chat"),
    "group": text("Group"),
    "supergroup": text("Group"),
    "channel": text("Channel"),
}


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message. ``note`` replaces all else for what nobody wrote."""

    id: int
    own: bool
    html: Markup
    time: str
    iso: str
    author: str = ""
    edited: str = ""
    silent: str = ""
    origin: str = ""
    quoted: str = ""
    file: str = ""
    size: str = ""
    photo: str = ""
    photo_size: tuple[int, int] = (0, 0)
    via: str = ""
    note: str = ""
    keyboard: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Card:
    """One chat, ready for the template."""

    id: int
    version: int
    language: str
    direction: str
    language_name: str
    title: str
    initial: str
    hue: int
    kind: str
    state: str
    """``open``, ``new`` (never started) or ``blocked``: decides what stands below."""
    days: tuple[tuple[str, tuple[Bubble, ...]], ...]
    notice: str
    words: Mapping[str, str]
    offered: tuple[tuple[str, str], ...] = ()
    """Title and description of each thing that the bot offers inline."""
    older: str = ""
    keys: tuple[tuple[str, ...], ...] = ()


def card(chat: Chat, zone: tzinfo, notice: str = "", offer: Offer | None = None) -> Card:
    """Everything that the page shows of ``chat``; ``zone`` if its owner has none."""
    owner = owner_of(chat)
    if owner is not None and owner.zone is not None:
        zone = ZoneInfo(owner.zone)
    language = _language(chat)
    catalog = catalog_for(language)
    shown = [(m, m.at.astimezone(zone)) for m in chat.latest(SHOWN)]
    days = tuple(
        (catalog.formats.date(day), tuple(_bubble(m, catalog, zone) for m, _ in group))
        for day, group in groupby(shown, key=lambda pair: pair[1].date())
    )
    words = {
        "write": text("Write a message"),
        "send": text("Send"),
        "start": text("Start"),
        "unblock": text("Unblock"),
        "empty": text("No messages yet."),
    }
    return Card(
        id=chat.id,
        version=chat.version,
        language=language,
        direction=direction(language),
        language_name=native_name(language),
        title=chat.title,
        initial=chat.title[:1].upper(),
        hue=abs(chat.id) % _HUES,
        kind=catalog.render(_KINDS[chat.type]),
        state=_state(chat),
        days=days,
        notice=notice,
        offered=tuple((r.title, r.description) for r in offer.results) if offer else (),
        words={key: catalog.render(value) for key, value in words.items()},
        older=catalog.render(text("Older messages are not shown.")) if len(chat) > SHOWN else "",
        keys=tuple(tuple(key.label for key in row) for row in chat.keys.rows),
    )


def owner_of(chat: Chat) -> Person | None:
    """Whose chat it is: the person of a private chat, the owner of a group or channel."""
    if isinstance(chat, PrivateChat):
        return chat.person
    return chat.owner if isinstance(chat, Room) else None


def _language(chat: Chat) -> str:
    """Clients may report anything; what is no language is shown in English."""
    try:
        return canonical(chat.language)
    except UnknownLanguage:
        return "en"


def _state(chat: Chat) -> str:
    if not isinstance(chat, PrivateChat):
        return "open"
    if chat.person.blocked:
        return "blocked"
    return "open" if chat.started else "new"


def _bubble(message: Message, catalog: Catalog, zone: tzinfo) -> Bubble:
    at = message.at.astimezone(zone)
    private = isinstance(message.chat, PrivateChat)
    document = message.document
    photo = message.photo.largest if message.photo else None
    size = text("{size} KB", size=-(-len(document.data) // 1024)) if document else None
    return Bubble(
        id=message.message_id,
        own=private and message.sender is not None,
        html=_html(message, catalog),
        time=catalog.formats.time(at.time()),
        iso=at.isoformat(),
        author="" if private else _author(message),
        edited=catalog.render(ptext("a message", "edited")) if message.edited else "",
        silent=catalog.render(text("without a sound")) if message.silent else "",
        origin=_origin(message, catalog),
        quoted=_quoted(message.reply_to),
        file=document.name if document else "",
        size=catalog.render(size) if size else "",
        photo=f"/photos/{photo.file.file_id}" if photo else "",
        photo_size=(photo.width, photo.height) if photo else (0, 0),
        via=_via(message, catalog),
        note=_note(message, catalog),
        keyboard=tuple(
            tuple(Button(label=b.label, data=b.data, url=safe_link(b.url)) for b in row)
            for row in buttons(message.reply_markup)
        ),
    )


def _html(message: Message, catalog: Catalog) -> Markup:
    if message.location is not None:
        return as_html(catalog.render(text("Location")), ())
    return as_html(message.text, message.entities) if message.text else Markup("")


def _author(message: Message) -> str:
    if message.chat.type == "channel":
        return message.chat.title
    return message.sender.first_name if message.sender else message.chat.chats.bot["first_name"]


def _origin(message: Message, catalog: Catalog) -> str:
    if message.origin is None:
        return ""
    origin = message.origin
    user = origin.get("sender_user")
    name = user["first_name"] if user else origin["chat"]["title"]
    return catalog.render(text("Forwarded from {name}", name=name))


def _via(message: Message, catalog: Catalog) -> str:
    name = message.chat.chats.bot["username"]
    return catalog.render(text("via @{name}", name=name)) if message.via_bot else ""


def _quoted(replied: Message | None) -> str:
    if replied is None:
        return ""
    line = replied.text.partition("\n")[0]
    return line if len(line) <= QUOTED else line[: QUOTED - 1].rstrip() + "…"


def _note(message: Message, catalog: Catalog) -> str:
    service = message.service
    if service is None:
        return ""
    if "new_chat_members" in service:
        names = tuple(member["first_name"] for member in service["new_chat_members"])
        return catalog.render(text("{names} joined the group", names=names))
    if "forum_topic_created" in service:
        name = service["forum_topic_created"]["name"]
        return catalog.render(text("The topic “{name}” was opened", name=name))
    return catalog.render(text("This group became a supergroup"))


def cards(
    chats: Iterable[Chat],
    zone: tzinfo,
    notices: Mapping[int, str],
    offers: Mapping[int, Offer],
) -> list[Card]:
    """All chats but those that have moved on."""
    return [
        card(chat, zone, notices.get(chat.id, ""), offers.get(chat.id))
        for chat in chats
        if chat.migrated_to is None
    ]
