"""The chats page: every chat as its owner sees it, and their hands on it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from markupsafe import Markup

from bot.errors import PolyheraldError
from bot.sandbox.cards import cards, owner_of
from bot.sandbox.chat import Chat
from bot.sandbox.offers import Offer
from bot.sandbox.person import Person
from bot.sandbox.whereabouts import home_of
from translations.catalogs import catalog_for
from translations.locales import direction
from translations.text import Text, text

if TYPE_CHECKING:
    from bot.sandbox.chats import Chats

Action = tuple[Text, Callable[[], Awaitable[Text | None]]]
"""A button on top of the page; what the callback returns is shown."""

PATIENCE = 10.0
"""Seconds that the page waits for the bot to answer a pressed button."""

_SILENT = text("The bot did not answer.")
_HEADERS = {
    "Cache-Control": "no-store",
    # Not "no-referrer": that would make browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Page:
    """Routes of the page. Only for this machine: names other than loopback's are refused."""

    def __init__(
        self,
        chats: Chats,
        *,
        hosts: Sequence[str],
        language: str,
        zone: str,
        actions: Sequence[Action],
    ) -> None:
        self._chats = chats
        self._hosts = {"localhost", "127.0.0.1", "::1", *hosts}
        self._zone = ZoneInfo(zone)
        self._catalog = catalog_for(language)
        self._actions = actions
        self._running: set[int] = set()
        self._notices: dict[int, str] = {}
        self._offers: dict[int, Offer] = {}
        self._notice = ""
        self._changes = 0
        folder = files("bot.sandbox") / "templates"
        self._templates = jinja2.Environment(
            loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = Markup((folder / "page.css").read_text("utf-8"))  # noqa: S704 – our own
        self._script = Markup((folder / "page.js").read_text("utf-8"))  # noqa: S704 – our own

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The page, a fragment of it, or the deed that a form asked for."""
        try:
            host = urlsplit(f"//{request.host}").hostname
        except ValueError:
            host = None
        if host not in self._hosts:
            return web.Response(status=403, text="only for this machine\n")
        if request.method in ("GET", "HEAD"):
            if request.path == "/":
                return self._whole()
            if request.path == "/favicon.ico":
                return web.Response(status=204)
            if request.path.startswith("/photos/"):
                return self._photo(request.path.removeprefix("/photos/"))
            if request.path == "/chats":
                return self._fragment(request.query.get("seen", ""))
        elif request.method == "POST":
            if not _same_origin(request):
                return web.Response(status=403, text="only from the page itself\n")
            return await self._do(request)
        return web.Response(status=404, text="no such page\n")

    def _whole(self) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        render = self._catalog.render
        html = self._templates.get_template("page.html").render(
            nonce=nonce,
            language=self._catalog.tag,
            direction=direction(self._catalog.tag),
            title=render(text("Chats")),
            lead=render(text("Each chat as its owner sees it.")),
            actions=[render(label) for label, _ in self._actions],
            style=self._style,
            script=self._script,
            body=Markup(self._cards()),  # noqa: S704 – made by an escaping template
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            "connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        headers = {**_HEADERS, "Content-Security-Policy": policy}
        return web.Response(text=html, content_type="text/html", headers=headers)

    def _fragment(self, seen: str) -> web.Response:
        if seen == self._version():
            return web.Response(status=204, headers=_HEADERS)
        headers = {**_HEADERS, "Content-Security-Policy": "default-src 'none'"}
        return web.Response(text=self._cards(), content_type="text/html", headers=headers)

    def _photo(self, name: str) -> web.Response:
        file = self._chats.files.find(name)
        if file is None or not file.mime.startswith("image/"):
            return web.Response(status=404, text="no such photo\n")
        headers = {
            "Cache-Control": "private, max-age=86400, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=file.data, content_type=file.mime, headers=headers)

    def _cards(self) -> str:
        return self._templates.get_template("chats.html").render(
            cards=cards(self._chats, self._zone, self._notices, self._offers),
            version=self._version(),
            notice=self._notice,
        )

    def _version(self) -> str:
        return f"{sum(chat.version + 1 for chat in self._chats)}-{self._changes}"

    async def _do(self, request: web.BaseRequest) -> web.Response:
        match request.path.strip("/").split("/"):
            case ["actions", number] if number.isdecimal() and int(number) < len(self._actions):
                await self._act(int(number))
            case ["chats", number, deed] if number.removeprefix("-").isdecimal():
                chat = self._chats.get(int(number))
                if chat is None:
                    return web.Response(status=404, text="no such chat\n")
                fields = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
                try:
                    await self._use(chat, deed, fields)
                except (LookupError, ValueError) as error:
                    return web.Response(status=400, text=f"{error}\n")
            case _:
                return web.Response(status=404, text="no such page\n")
        if request.headers.get("X-Quiet"):
            return web.Response(status=204, headers=_HEADERS)
        return web.Response(status=303, headers={**_HEADERS, "Location": "/"})

    async def _act(self, number: int) -> None:
        """Run an action, once at a time; what went wrong is said on the page."""
        if number in self._running:
            return
        self._running.add(number)
        try:
            said = await self._actions[number][1]()
        except PolyheraldError as error:
            said = error.what
        finally:
            self._running.discard(number)
        self._notice = self._catalog.render(said) if said else ""
        self._changes += 1

    async def _use(self, chat: Chat, deed: str, fields: dict[str, str]) -> None:
        person = owner_of(chat)
        if person is None:
            raise LookupError("nobody owns this chat")
        self._notices.pop(chat.id, None)
        offer = self._offers.pop(chat.id, Offer())
        if deed == "say":
            # Lines end as forms end them.
            await self._say(person, chat, fields["text"].replace("\r\n", "\n"))
        elif deed == "tap":
            person.tap(fields["key"], at=home_of(person.zone or self._zone.key))
        elif deed == "choose":
            person.choose(offer.results[int(fields["result"])], chat=chat)
        elif deed == "start":
            person.start()
        elif deed == "press":
            message = chat.message(int(fields["message_id"]))
            if message is None:
                raise LookupError("no such message")
            try:
                answer = await person.press(fields["data"], message, timeout=PATIENCE)
            except TimeoutError:
                self._notices[chat.id] = catalog_for(chat.language).render(_SILENT)
            else:
                if answer.text:
                    self._notices[chat.id] = answer.text
        else:
            raise LookupError("no such deed")
        chat.changed()

    async def _say(self, person: Person, chat: Chat, words: str) -> None:
        """Send it; or, where it begins with the bot's name, see what that offers."""
        name, _, asked = words.partition(" ")
        if name.lower() != f"@{self._chats.bot['username']}".lower():
            person.send(words, chat=chat)
            return
        try:
            offer = await person.inquire(asked, chat=chat, timeout=PATIENCE)
        except TimeoutError:
            self._notices[chat.id] = catalog_for(chat.language).render(_SILENT)
            return
        self._offers[chat.id] = offer
        if not offer.results and offer.button is not None:
            self._notices[chat.id] = offer.button[0]


def _same_origin(request: web.BaseRequest) -> bool:
    """Whether our own page sent this; browsers say so with every POST."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == f"http://{request.host}"
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
