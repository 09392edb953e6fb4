"""Inviting people into the press office, changing what they may do, and seeing them out.

Each act is one transaction with its line in the audit log. All of them are done one at a time, so
that two admins who take each other's rights away at once do not leave nobody behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict, NotFound
from bot.releases import audit, members
from bot.releases.members import Person
from bot.releases.notices import Notice, post
from bot.releases.review import Actor, Role, demand
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import CHANGES, Database
from translations.text import Text, text

LASTS = timedelta(days=7)
"""For so long an invitation can be accepted."""

LINK = "staff_"
"""How the payload of a link begins that is an invitation."""

_CODE_BYTES = 24
"""192 random bits, 32 characters: with :data:`LINK` well below the 64 of a deep link."""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One that is open. Of the code in its link only a hash is kept."""

    id: int
    role: Role
    made_by: str
    made_at: datetime
    until: datetime


def payload(code: str) -> str:
    """What the link with that code carries."""
    return f"{LINK}{code}"


async def _alone(connection: AsyncConnection) -> None:
    """Wait until nobody else writes an act: the lock that the audit log takes as well."""
    await connection.execute(select(t.meta).where(t.meta.c.key == CHANGES).with_for_update())


# --- invitations ---------------------------------------------------------------------------------


async def invite(
    connection: AsyncConnection, actor: Actor, role: Role, now: datetime
) -> tuple[str, Invitation]:
    """The code of a new invitation, which is kept nowhere, and the invitation."""
    demand(actor, "administer")
    await _alone(connection)
    code = secrets.token_urlsafe(_CODE_BYTES)
    values: dict[str, Any] = {"made_by": actor.name, "made_at": now, "until": now + LASTS}
    i = t.staff_invitation
    ident = await connection.scalar(
        insert(i)
        .values(hash=_hash(code), role=role.name, language=role.language, **values)
        .returning(i.c.id)
    )
    assert ident is not None
    await audit.record(connection, now, actor, "invite", "", role=str(role), invitation=ident)
    return code, Invitation(id=ident, role=role, **values)


async def open_invitations(connection: AsyncConnection, now: datetime) -> list[Invitation]:
    """Those that can be accepted, the oldest first."""
    i = t.staff_invitation
    rows = await connection.execute(
        select(i)
        .where(i.c.used_at.is_(None), i.c.revoked_at.is_(None), i.c.until > now)
        .order_by(i.c.id)
    )
    return [_invitation(row) for row in rows]


async def revoke(
    connection: AsyncConnection, actor: Actor, ident: int, now: datetime
) -> Invitation:
    """Make an open invitation void; raises ``Conflict`` for one that is not open."""
    demand(actor, "administer")
    await _alone(connection)
    i = t.staff_invitation
    row = (await connection.execute(select(i).where(i.c.id == ident))).one_or_none()
    if row is None or row.used_at or row.revoked_at or row.until <= now:
        raise Conflict(
            text("This invitation is not open any more: it was used or withdrawn, or has expired.")
        )
    await connection.execute(update(i).where(i.c.id == ident).values(revoked_at=now))
    await audit.record(
        connection, now, actor, "withdraw invitation", "", invitation=ident, role=_role(row)
    )
    return _invitation(row)


async def accept(
    database: Database,
    connection: AsyncConnection,
    settings: Settings,
    code: str,
    user_id: int,
    name: str,
    language: str,
    now: datetime,
) -> Role:
    """Make whoever followed the link one of the staff, and have the inviter told; returns the
    role. ``name`` and ``language`` are as their Telegram says.

    Raises ``NotFound`` or ``Conflict``; then the invitation is as it was.
    """
    await _alone(connection)
    i = t.staff_invitation
    row = (await connection.execute(select(i).where(i.c.hash == _hash(code)))).one_or_none()
    refusal = _refusal(row, user_id, now)
    if row is None or refusal is not None:
        raise refusal or _unknown()
    role = Role(row.role, row.language)
    held = await members.roles_of(connection, settings, user_id)
    if any(known.covers(role) for known in held):
        raise Conflict(
            text("You may do all that already. The invitation stays open for somebody else.")
        )
    await connection.execute(update(i).where(i.c.id == row.id).values(used_by=user_id, used_at=now))
    given = await _given(connection, user_id)
    await _put(
        connection,
        user_id,
        [*(known for known in given if not role.covers(known)), role],
        row.made_by,
        now,
    )
    about = {"name": name, "language": language}
    known = database.insert(t.staff_person).values(user_id=user_id, **about)
    await connection.execute(known.on_conflict_do_update(index_elements=["user_id"], set_=about))
    person = Actor(members.named(user_id), (role,))
    await audit.record(
        connection,
        now,
        person,
        "join",
        "",
        role=str(role),
        invitation=row.id,
        invited_by=row.made_by,
    )
    await _tell_inviter(database, connection, settings, row, user_id, name, now)
    return role


def _hash(code: str) -> str:
    """Without a salt: nobody guesses a code."""
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _role(row: Row[Any]) -> str:
    return str(Role(row.role, row.language))


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        role=Role(row.role, row.language),
        made_by=row.made_by,
        made_at=row.made_at,
        until=row.until,
    )


def _unknown() -> NotFound:
    return NotFound(text("There is no such invitation. Ask whoever sent you the link for another."))


def _refusal(row: Row[Any] | None, user_id: int, now: datetime) -> NotFound | Conflict | None:
    if row is None:
        return _unknown()
    if row.used_by == user_id:
        return Conflict(text("You have accepted this invitation already."))
    if row.used_at is not None:
        return Conflict(
            text(
                "This invitation has been used by somebody else. Ask whoever sent you the link "
                "for another."
            )
        )
    if row.revoked_at is not None:
        return Conflict(
            text("This invitation was withdrawn. Ask whoever sent you the link for another.")
        )
    if row.until <= now:
        return Conflict(
            text("This invitation has expired. Ask whoever sent you the link for another.")
        )
    return None


async def _tell_inviter(
    database: Database,
    connection: AsyncConnection,
    settings: Settings,
    row: Row[Any],
    user_id: int,
    name: str,
    now: datetime,
) -> None:
    """Or the other admins, when the command line invited, or the inviter has gone since."""
    admins = [m.id for m in await members.everybody(connection, settings) if m.role == "admin"]
    inviter = members.number_in(row.made_by)
    what = text(
        "{name} has accepted the invitation and belongs to the press office now: {role}. /staff "
        "shows everybody.",
        name=name,
        role=members.called(Role(row.role, row.language)),
    )
    others = [admin for admin in dict.fromkeys(admins) if admin != user_id]
    to = (inviter,) if inviter is not None and inviter in others else tuple(others)
    told = Notice(key=f"joined/{row.id}", what=what, only=to)
    await post(database, connection, settings, now, [told])


# --- roles ---------------------------------------------------------------------------------------


async def find(connection: AsyncConnection, settings: Settings, user_id: int) -> Person:
    """One of the staff; raises ``NotFound``."""
    for person in await members.people(connection, settings):
        if person.id == user_id:
            return person
    raise NotFound(
        text(
            "Nobody of the press office has that number. See who there is with /staff, or: "
            "polyherald staff list"
        )
    )


def changed(given: Sequence[Role], role: Role) -> tuple[Role, ...]:
    """What somebody has who is given ``role`` in the place of what they had: a translator goes on
    translating into other languages. Pure."""
    kept = [one for one in given if one.name == role.name == "translator" and one != role]
    return (*kept, role)


async def set_roles(
    connection: AsyncConnection,
    settings: Settings,
    actor: Actor,
    before: Person,
    roles: Sequence[Role],
    now: datetime,
) -> None:
    """Give somebody of the staff these roles beside those from the setting; with none, and none
    there, they belong to it no longer.

    Raises ``NotFound``, or ``Conflict`` where they are not any more what they were ``before``,
    or nobody would be left who is admin.
    """
    demand(actor, "administer")
    await _alone(connection)
    user_id = before.id
    if await find(connection, settings, user_id) != before:
        raise outdated()
    if not before.given and not roles:
        raise Conflict(fixed_text())
    await _put(connection, user_id, roles, actor.name, now)
    everybody = await members.everybody(connection, settings)
    if before.is_admin and not any(member.role == "admin" for member in everybody):
        raise Conflict(
            text("Nobody would be left who is admin. Make somebody else an admin first.")
        )
    if not any(member.id == user_id for member in everybody):
        await _forget(connection, user_id)
    act = "change role" if roles else "remove"
    details: dict[str, Any] = {"person": members.named(user_id), "before": _written(before.given)}
    if roles:
        details["after"] = _written(roles)
    await audit.record(connection, now, actor, act, "", **details)


def outdated() -> Conflict:
    """What whoever was not the first to change something gets."""
    return Conflict(text("Somebody has changed this meanwhile. This is how it stands now."))


def fixed_text() -> Text:
    """Why somebody cannot be seen out here, and what to do."""
    return text(
        "This role is in the setting “staff”, and cannot be taken away here. Whoever runs "
        "Polyherald takes it out of polyherald.toml or POLYHERALD_STAFF, and starts it again."
    )


def _written(roles: Sequence[Role]) -> list[str]:
    return [str(role) for role in roles]


async def _given(connection: AsyncConnection, user_id: int) -> list[Role]:
    r = t.staff_role.c
    rows = await connection.execute(select(r.role, r.language).where(r.user_id == user_id))
    return [Role(row.role, row.language) for row in rows]


async def _put(
    connection: AsyncConnection, user_id: int, roles: Sequence[Role], by: str, now: datetime
) -> None:
    """Make these the roles that somebody was given; those that they had stay as they are."""
    r = t.staff_role
    known = await _given(connection, user_id)
    for role in known:
        if role not in roles:
            await connection.execute(
                delete(r).where(
                    r.c.user_id == user_id,
                    r.c.role == role.name,
                    r.c.language == role.language,
                )
            )
    for role in dict.fromkeys(roles):
        if role not in known:
            await connection.execute(
                insert(r).values(
                    user_id=user_id,
                    role=role.name,
                    language=role.language,
                    given_by=by,
                    given_at=now,
                )
            )


async def _forget(connection: AsyncConnection, user_id: int) -> None:
    """What was kept for somebody who has left: their name and hours, and what waits for them."""
    await connection.execute(delete(t.staff_person).where(t.staff_person.c.user_id == user_id))
    c = t.notice_copy.c
    await connection.execute(
        delete(t.notice_copy).where(c.staff == str(user_id), c.state == "pending")
    )
