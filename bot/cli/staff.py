"""What ``staff list``, ``staff invite``, ``staff revoke`` and ``staff remove`` do."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.cli.options import refused
from bot.cli.session import Session
from bot.errors import Conflict, TransportError
from bot.releases import members, staffing
from bot.releases.members import Person
from bot.releases.review import OPERATOR, Role
from bot.setting_values import StaffMember, member
from bot.settings import Settings
from translations.locales import UnknownLanguage
from translations.text import text

ANSWER_SECONDS = 15


async def show(session: Session, *, as_json: bool) -> None:
    """Who belongs to the press office, and which invitations are open."""
    now = session.clock.now()
    async with session.database() as database, database.read() as connection:
        people = await members.people(connection, session.settings)
        invited = await staffing.open_invitations(connection, now)
    if as_json:
        session.out.json(
            {
                "staff": [_json(person) for person in people],
                "invitations": [
                    {
                        "id": one.id,
                        "role": str(one.role),
                        "made_by": one.made_by,
                        "made_at": one.made_at.isoformat(),
                        "until": one.until.isoformat(),
                    }
                    for one in invited
                ],
            }
        )
        return
    session.out.table(
        (text("Person"), text("Name"), text("Role"), text("Given by")),
        [
            (str(person.id), person.name, members.called(role), source)
            for person in people
            for roles, source in (
                (person.fixed, text("the setting “staff”")),
                (person.given, text("an invitation")),
            )
            for role in roles
        ],
        text("Nobody belongs to the press office yet. Invite somebody: polyherald staff invite"),
    )
    if invited:
        session.out.table(
            (text("Invitation"), text("Role"), text("Until")),
            [
                (str(one.id), members.called(one.role), one.until.astimezone(session.zone))
                for one in invited
            ],
            text("There is no open invitation."),
        )


def _json(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "roles": [str(role) for role in person.roles],
        "in_setting": [str(role) for role in person.fixed],
    }


async def invite(session: Session, written: str) -> None:
    """Print the link, or, where Telegram is not asked, what is to be sent to the bot."""
    role = _role(session, written)
    username = await _username(session.settings)
    async with session.database() as database, database.write() as connection:
        code, made = await staffing.invite(connection, OPERATOR, role, session.clock.now())
    payload = staffing.payload(code)
    session.out.say(f"https://t.me/{username}?start={payload}" if username else f"/start {payload}")
    what = text(
        "Whoever follows this link, or sends this to the bot, first becomes a member of the press "
        "office: {role}. It can be used once, until {moment}. To withdraw it: polyherald staff "
        "revoke {number}",
        role=members.called(role),
        moment=made.until.astimezone(session.zone),
        number=str(made.id),
    )
    session.out.complain(what)


def _role(session: Session, written: str) -> Role:
    try:
        known: StaffMember = member(f"1:{written}")
    except (ValueError, UnknownLanguage):
        what = text(
            "“{value}” is no role. Write admin, editor, observer, or translator:fr for a language.",
            value=written[:80],
        )
        raise refused(session, what, "ROLE") from None
    return Role(known.role, known.language)


async def _username(settings: Settings) -> str:
    """The bot's, asked of Telegram; "" where there is no token, or no answer."""
    token = settings.token
    if token is None:
        return ""
    from bot.transports.telegram import TelegramTransport

    transport = TelegramTransport(token, settings.telegram_api_url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await transport.check()
    except (TransportError, TimeoutError):
        return ""
    finally:
        await transport.close()


async def revoke(session: Session, ident: int) -> None:
    async with session.database() as database, database.write() as connection:
        await staffing.revoke(connection, OPERATOR, ident, session.clock.now())
    session.out.say(text("The invitation is withdrawn."))


async def remove(session: Session, ident: int) -> None:
    """End somebody's roles; those from the setting are told to be taken out there."""
    settings = session.settings
    async with session.database() as database, database.write() as connection:
        person = await staffing.find(connection, settings, ident)
        if not person.given:
            raise Conflict(staffing.fixed_text())
        await staffing.set_roles(connection, settings, OPERATOR, person, (), session.clock.now())
    session.out.say(
        text("{person} belongs to the press office no longer.", person=person.name or str(ident))
    )
    if person.fixed:
        session.out.complain(staffing.fixed_text())
