"""Who belongs to the press office, and as what: the setting ``staff``, and who was invited since.

It is read anew for every act, so that a right that was taken away is gone at once on every
machine. The setting's people always count; only the setting can take a role away from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.review import OPERATOR, Actor, Role
from bot.settings import Settings, StaffMember
from bot.store import tables as t
from translations.locales import UnknownLanguage, native_name
from translations.text import Text, ptext, text

ADDRESS = "telegram:"
"""What stands in the audit log before a person's number."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """``fixed`` are the roles from the setting, ``given`` those that others have given; ``name``
    is what Telegram called them when they joined, if they were invited."""

    id: int
    name: str = ""
    fixed: tuple[Role, ...] = ()
    given: tuple[Role, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(dict.fromkeys((*self.fixed, *self.given)))

    @property
    def is_admin(self) -> bool:
        return is_admin(self.roles)


async def everybody(connection: AsyncConnection, settings: Settings) -> tuple[StaffMember, ...]:
    """Every role of every person, those of the setting first."""
    r = t.staff_role.c
    rows = await connection.execute(
        select(r.user_id, r.role, r.language).order_by(r.given_at, r.user_id, r.language)
    )
    given = (StaffMember(id=row.user_id, role=row.role, language=row.language) for row in rows)
    return tuple(dict.fromkeys((*settings.staff, *given)))


async def roles_of(
    connection: AsyncConnection, settings: Settings, user_id: int
) -> tuple[Role, ...]:
    """What one person is to the press office now; nothing for everybody else."""
    r = t.staff_role.c
    rows = await connection.execute(
        select(r.role, r.language).where(r.user_id == user_id).order_by(r.given_at, r.language)
    )
    given = (Role(row.role, row.language) for row in rows)
    return tuple(dict.fromkeys((*_fixed(settings, user_id), *given)))


async def people(connection: AsyncConnection, settings: Settings) -> tuple[Person, ...]:
    """Everybody, each once, those of the setting first."""
    r, p = t.staff_role.c, t.staff_person.c
    names = {row.user_id: row.name for row in await connection.execute(select(p.user_id, p.name))}
    given: dict[int, list[Role]] = {member.id: [] for member in settings.staff}
    for row in await connection.execute(
        select(r.user_id, r.role, r.language).order_by(r.given_at, r.user_id, r.language)
    ):
        given.setdefault(row.user_id, []).append(Role(row.role, row.language))
    return tuple(
        Person(
            id=ident,
            name=names.get(ident, ""),
            fixed=_fixed(settings, ident),
            given=tuple(roles),
        )
        for ident, roles in given.items()
    )


def is_admin(roles: Iterable[Role]) -> bool:
    return any(role.name == "admin" for role in roles)


def _fixed(settings: Settings, user_id: int) -> tuple[Role, ...]:
    return tuple(Role(m.role, m.language) for m in settings.staff if m.id == user_id)


def named(user_id: int) -> str:
    """A person as they stand in the audit log."""
    return f"{ADDRESS}{user_id}"


async def name_of(connection: AsyncConnection, actor: str) -> Text | str:
    """Whoever stands in the log under that name, as others know them."""
    if actor == OPERATOR.name:
        return ptext("actor", "the command line")
    ident = number_in(actor)
    p = t.staff_person.c
    name = await connection.scalar(select(p.name).where(p.user_id == ident)) if ident else None
    return name or actor


def number_in(actor: str) -> int | None:
    """The person behind a name of the audit log; ``None`` for the operator and the like."""
    ident = actor.removeprefix(ADDRESS)
    return int(ident) if actor.startswith(ADDRESS) and ident.isdecimal() else None


def actor_of(user_id: int, roles: tuple[Role, ...]) -> Actor | None:
    """Who acts; ``None`` without a role."""
    return Actor(named(user_id), roles) if roles else None


def actors(staff: Iterable[StaffMember]) -> Mapping[int, Actor]:
    """Those of :func:`everybody` by their numbers."""
    roles: dict[int, list[Role]] = {}
    for member in staff:
        roles.setdefault(member.id, []).append(Role(member.role, member.language))
    return {ident: Actor(named(ident), tuple(found)) for ident, found in roles.items()}


_ROLES: Mapping[str, Text] = {
    "admin": text("admin"),
    "editor": text("editor"),
    "translator": text("translator"),
    "observer": text("observer"),
}


def called(role: Role) -> Text:
    """A role in words; without a language, what translators have in common."""
    if role.language:
        return text("translator ({language})", language=_language(role.language))
    return _ROLES.get(role.name, Text(role.name))


def _language(tag: str) -> str:
    try:
        return native_name(tag)
    except UnknownLanguage:  # of another version of Polyherald
        return tag
