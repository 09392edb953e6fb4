"""One update on its turn: who, where, in which language – and the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
import telegram
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.error import TelegramError

from bot.audience import repository as audience
from bot.audience.subscriber import Subscriber
from bot.chat.keyboards import Keys, Rows
from bot.chat.office import TRANSPORT, Office, not_editable
from bot.chat.page import Page
from bot.errors import NotAllowed
from bot.releases import members
from bot.releases.review import Act, Actor, Role, demand
from bot.store import tables as t
from translations.catalogs import Catalog, catalog_for
from translations.text import Text, text

ANSWER_CHARACTERS = 200
"""Of a callback query's answer (Bot API, ``answerCallbackQuery``)."""

log = structlog.get_logger(__name__)


class Handled(Exception):
    """The update was acted on before, here or by another process."""


@dataclass
class Turn:
    """``message`` is the one that came, or the one whose button was pressed if it can be edited.

    ``subscriber`` is the person's own subscription, ``words`` the catalog of their language,
    ``roles`` what they are to the press office as this update is handled.
    """

    office: Office
    update_id: int
    chat_id: int
    words: Catalog
    user: telegram.User | None = None
    message: telegram.Message | None = None
    query: telegram.CallbackQuery | None = None
    subscriber: Subscriber | None = None
    roles: tuple[Role, ...] = ()
    _claimed: bool = False
    _by_right: bool = False
    _note: tuple[str, bool] = field(default=("", False))

    @property
    def user_id(self) -> int:
        """Who acts; 0 for nobody in particular."""
        return self.user.id if self.user is not None else 0

    @property
    def thread_id(self) -> int | None:
        """The topic of a forum in which the message came."""
        message = self.message
        if message is None or self.private or not message.is_topic_message:
            return None
        return message.message_thread_id

    @property
    def private(self) -> bool:
        """A person alone with the bot: there the chat's number is the person's."""
        return self.chat_id == self.user_id

    @property
    def languages(self) -> tuple[str, ...]:
        """What the person reads: as subscribed, else as their client says."""
        if self.subscriber is not None:
            return self.subscriber.languages
        code = self.user.language_code if self.user is not None else None
        return (code,) if code else ()

    @property
    def zone(self) -> str:
        """The person's time zone (IANA): as subscribed, else the office's."""
        known = self.subscriber
        return known.timezone if known is not None else self.office.settings.timezone

    @property
    def actor(self) -> Actor | None:
        return members.actor_of(self.user_id, self.roles) if self.private else None

    def staff(self, act: Act = "view", language: str | None = None) -> Actor:
        """Who acts for the press office; raises ``NotAllowed`` without the right to ``act``."""
        actor = self.actor
        if actor is None:
            raise NotAllowed(text("Only the press office may do that."))
        demand(actor, act, language)
        self._by_right = True
        return actor

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that also makes this update handled; raises ``Handled`` if it was."""
        async with self.office.database.write() as connection:
            if not self._claimed:
                await self._claim(connection)
            yield connection
        self._claimed = True

    async def claim(self) -> None:
        """Make this update handled, before an act that has a transaction of its own."""
        if not self._claimed:
            async with self.write():
                pass

    async def is_handled(self) -> bool:
        async with self.office.database.read() as connection:
            found = await connection.scalar(
                select(t.handled_update.c.update_id).where(
                    t.handled_update.c.update_id == self.update_id
                )
            )
        return found is not None

    async def _claim(self, connection: AsyncConnection) -> None:
        added = self.office.database.insert(t.handled_update).values(
            update_id=self.update_id, at=self.office.clock.now()
        )
        # Not by counting rows: how an INSERT is counted differs between the drivers.
        claimed = added.on_conflict_do_nothing().returning(t.handled_update.c.update_id)
        if await connection.scalar(claimed) is None:
            raise Handled
        if self._by_right:
            await self._still_may(connection)

    async def _still_may(self, connection: AsyncConnection) -> None:
        """Reading a file, or asking Telegram, takes a while: what was a right when this began may
        be none by now. Raises ``NotAllowed``."""
        self._by_right = False
        before = self.roles
        self.roles = await members.roles_of(connection, self.office.settings, self.user_id)
        if self.roles != before:
            raise NotAllowed(
                text("What you may do has been changed this moment. Please try that again.")
            )

    def page(self, first: Text | str | None = None) -> Page:
        return Page(self.words, first)

    async def say(
        self, what: Text | Page, buttons: Rows | Keys = (), *, reply_to: int | None = None
    ) -> int:
        """Answer with a new message; returns its id. An update that is repeated is not answered
        again."""
        await self.claim()
        page = what if isinstance(what, Page) else self.page(what)
        return await self.office.send(
            self.chat_id, page, self.words, buttons, reply_to, self.thread_id
        )

    async def show(self, what: Text | Page, buttons: Rows = ()) -> None:
        """Answer in the place of the message whose button was pressed, else with a new one: also
        where that message is gone by now."""
        page = what if isinstance(what, Page) else self.page(what)
        if self.query is None or self.message is None:
            await self.say(page, buttons)
        else:
            await self.claim()
            try:
                await self.office.redraw(self.message, page, self.words, buttons)
            except TelegramError as error:
                if not not_editable(error):
                    raise
                await self.office.send(self.chat_id, page, self.words, buttons)

    async def note(self, what: Text, *, alert: bool = False) -> None:
        """A passing word about a pressed button, or a message where that is too short for it."""
        words = self.words.render(what)
        if self.query is None or len(words) > ANSWER_CHARACTERS:
            await self.say(what)
        else:
            self._note = (words, alert)

    async def answer(self) -> None:
        """Tell Telegram that the button has been seen to. Late answers are refused: no matter."""
        if self.query is None:
            return
        words, alert = self._note
        query_id = self.query.id
        try:
            await self.office.ask(
                lambda: self.office.bot.answer_callback_query(
                    query_id, text=words or None, show_alert=alert or None
                )
            )
        except TelegramError as error:
            log.info("callback not answered", error=type(error).__name__)

    def speak(self, languages: Sequence[str]) -> None:
        """From here on in the first of ``languages`` that the bot speaks."""
        self.words = catalog_for(list(languages))

    async def reload(self) -> Subscriber | None:
        """Look up the person's own subscription, and their language with it, and their roles."""
        office = self.office
        async with office.database.read() as connection:
            self.subscriber = await audience.find(connection, TRANSPORT, str(self.user_id))
            self.roles = await members.roles_of(connection, office.settings, self.user_id)
        self.words = words_for(office, self.user, self.subscriber)
        return self.subscriber


def words_for(office: Office, user: telegram.User | None, subscriber: Subscriber | None) -> Catalog:
    """In a subscriber's own languages, else the client's, else the office's first."""
    if subscriber is not None and subscriber.languages:
        return catalog_for(subscriber.languages)
    code = user.language_code if user is not None else None
    return catalog_for([code, office.settings.languages[0]] if code else office.settings.languages)
