"""Following an invitation into the press office, and what people of it are told of themselves."""

from __future__ import annotations

from collections.abc import Mapping

import telegram
from sqlalchemy import select
from telegram.error import TelegramError

from bot.chat import menus, telling
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.releases import members, staffing
from bot.releases.review import Role
from bot.store import tables as t
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

NAME_CHARACTERS = 64

_LETS: Mapping[str, Text] = {
    "admin": text(
        "may do everything: file, approve, publish, correct and withdraw releases, stop all "
        "sending, and say who belongs to the press office"
    ),
    "editor": text(
        "may file, change and approve releases, say when they go out, publish, correct and "
        "withdraw them"
    ),
    "translator": text("may file and approve the texts in their language, and see everything else"),
    "observer": text("may see everything that is prepared and sent, and change nothing"),
}


async def join(turn: Turn, code: str) -> None:
    """Take the place that the link with this ``code`` offers, once."""
    office = turn.office
    async with turn.write() as connection:
        role = await staffing.accept(
            office.database,
            connection,
            office.settings,
            code,
            turn.user_id,
            called(turn.user),
            _language(turn.user),
            office.clock.now(),
        )
    await turn.reload()
    page = turn.page(text("Welcome. You belong to the press office now."))
    page.line(what_it_lets_do(role), bold=True)
    page.line(text("Everything that you do for it is in its log, under your number."))
    page.gap().line(
        text("/help shows the commands. To get the releases as subscribers do, send /start.")
        if turn.subscriber is None
        else text("/help shows the commands.")
    )
    await turn.say(page)
    await give_menu(turn)


def called(user: telegram.User | telegram.ChatFullInfo | None) -> str:
    """A person as Telegram names them: anybody may take any name, but a user name is theirs."""
    if user is None:
        return ""
    name = shown(user.full_name or "", NAME_CHARACTERS) or "–"
    return f"{name} @{user.username}" if user.username else name


def _language(user: telegram.User | None) -> str:
    """Of their Telegram; "" for what is no language, which anybody may send."""
    try:
        return canonical(user.language_code or "") if user is not None else ""
    except UnknownLanguage:
        return ""


def what_it_lets_do(role: Role) -> Text:
    """A role, and what it lets do; a translator's without a language, that of all translators."""
    return text("{role}: {what}", role=members.called(role), what=_LETS[role.name])


async def give_menu(turn: Turn) -> None:
    """Put the commands of staff into their menu; if Telegram does not take it now, it will be
    tried again."""
    try:
        await menus.set_for(turn.office, turn.user_id, turn.roles)
    except TelegramError:
        return


async def add_what_is_known(turn: Turn, page: Page) -> None:
    """What is stored about somebody as one of the staff, for /mydata."""
    r, p = t.staff_role.c, t.staff_person.c
    async with turn.office.database.read() as connection:
        given = (
            await connection.execute(
                select(r.role, r.language, r.given_at).where(r.user_id == turn.user_id)
            )
        ).all()
        name = await connection.scalar(select(p.name).where(p.user_id == turn.user_id))
    since = {Role(row.role, row.language): row.given_at for row in given}
    for role in turn.roles:
        if role in since:
            page.item(
                text(
                    "Your role in the press office: {role}, since {date}",
                    role=members.called(role),
                    date=since[role].date(),
                )
            )
        else:
            page.item(text("Your role in the press office: {role}", role=members.called(role)))
    if name:
        page.item(text("Your name, as it was when you joined: {name}", name=name))
    for sentence in telling.described(await telling.hours_of(turn)):
        page.item(sentence)
    page.item(text("What you do for the press office is in its log, under your number."))
