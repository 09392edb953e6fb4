"""Who belongs to the press office: /staff, for admins. Inviting, changing roles, seeing people out.

Buttons that act carry what their question was asked about; when somebody else was quicker, they
show how it stands now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from zoneinfo import ZoneInfo

from telegram.error import TelegramError

from bot.chat import joining
from bot.chat.keyboards import Button, Rows, in_rows, number, outdated, parts_of, press
from bot.chat.page import Page
from bot.chat.turn import Turn
from bot.delivery import acts
from bot.errors import Conflict
from bot.releases import audit, members, staffing
from bot.releases.members import Person
from bot.releases.review import Role
from bot.releases.staffing import Invitation
from bot.setting_values import ROLES
from translations.locales import native_name
from translations.text import Text, text

ASKED_AT_ONCE = 8
"""Names that Telegram is asked for at a time."""

MOST_SHOWN = 40
LATEST_ACTS = 10


# --- the list ------------------------------------------------------------------------------------


async def command(turn: Turn, _arguments: str) -> None:
    """/staff"""
    turn.staff("administer")
    await turn.say(*await _list(turn))


async def show(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Back to the list”."""
    turn.staff("administer")
    await turn.show(*await _list(turn))


async def _list(turn: Turn, first: Text | None = None) -> tuple[Page, Rows]:
    office = turn.office
    async with office.database.read() as connection:
        people = await members.people(connection, office.settings)
        invited = await staffing.open_invitations(connection, office.clock.now())
    names = await _names(turn, people[:MOST_SHOWN])
    page = turn.page(first)
    page.gap().line(text("The press office:"), bold=True)
    for person in people[:MOST_SHOWN]:
        page.item(text("{name}: {roles}", name=names[person.id], roles=_in_words(person.roles)))
    if any(person.fixed for person in people):
        page.line(text("Roles from the setting “staff” can be changed there alone."))
    if invited:
        page.gap().line(text("Open invitations:"), bold=True)
    for one in invited[:MOST_SHOWN]:
        page.item(_offer(turn, one))
    withdraw = [
        press(text("Withdraw: {role}", role=members.called(one.role)), "uninvite", one.id)
        for one in invited[:MOST_SHOWN]
    ]
    last = [press(text("Invite somebody …"), "invite"), press(text("What was done"), "staff-log")]
    return page, [
        *in_rows(press(names[person.id], "person", person.id) for person in people[:MOST_SHOWN]),
        *in_rows(withdraw, 1),
        last,
    ]


def _offer(turn: Turn, one: Invitation) -> Text:
    return text(
        "{role}, until {moment}",
        role=members.called(one.role),
        moment=one.until.astimezone(_zone(turn)),
    )


def _zone(turn: Turn) -> ZoneInfo:
    known = turn.subscriber
    return ZoneInfo(known.timezone if known is not None else turn.office.settings.timezone)


def _in_words(roles: Sequence[Role]) -> tuple[Text, ...]:
    return tuple(members.called(role) for role in roles)


async def _names(turn: Turn, people: Sequence[Person]) -> Mapping[int, str]:
    """As Telegram says them now; else as it did when they joined, else their numbers."""
    found: dict[int, str] = {}
    for start in range(0, len(people), ASKED_AT_ONCE):
        asked = people[start : start + ASKED_AT_ONCE]
        names = await asyncio.gather(*(_name(turn, person) for person in asked))
        found |= {person.id: name for person, name in zip(asked, names, strict=True)}
    return found


async def _name(turn: Turn, person: Person) -> str:
    try:
        chat = await turn.office.ask(lambda: turn.office.bot.get_chat(person.id))
    except TelegramError:  # never started the bot, or blocked it
        return person.name or str(person.id)
    return joining.called(chat)


async def log(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “What was done”: the latest acts that are about no release."""
    turn.staff("administer")
    async with turn.office.database.read() as connection:
        found = await audit.newest(connection, "", limit=LATEST_ACTS)
    zone = _zone(turn)
    page = turn.page(text("What was done lately, beside work on releases:"))
    for row in found:
        when = turn.words.formats.datetime(row.at.astimezone(zone), str(zone))
        who = acts.who(row.actor)
        page.gap().line(f"{when} · {who if isinstance(who, str) else turn.words.render(who)}")
        page.line(acts.what(row.act, row.details, zone))
    if not found:
        page.line(text("Nothing."))
    await turn.show(page, [_back()])


def _back() -> list[Button]:
    return [press(text("Back to the list"), "staff")]


# --- inviting ------------------------------------------------------------------------------------


async def ask_role(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Invite”."""
    turn.staff("administer")
    page = turn.page(text("As what do you want to invite somebody?"))
    for name in ROLES:
        page.item(joining.what_it_lets_do(Role(name)))
    await turn.show(page, [*_choices("invite-as"), _back()])


def _choices(action: str, *before: object) -> list[list[Button]]:
    """A button for each role, of which a translator's leads on to the languages."""
    return in_rows(press(members.called(Role(name)), action, *before, name, "") for name in ROLES)


def _languages(turn: Turn, action: str, *before: object) -> list[list[Button]]:
    return in_rows(
        press(native_name(tag), action, *before, "translator", tag)
        for tag in turn.office.settings.languages
    )


def _role(turn: Turn, name: str, language: str) -> Role:
    """The role that a button names; raises ``NotFound`` for what is none."""
    if name not in ROLES or (name == "translator") != bool(language):
        raise outdated()
    if language and language not in turn.office.settings.languages:
        raise outdated()
    return Role(name, language)


async def invite(turn: Turn, parts: Sequence[str]) -> None:
    """A role was chosen: the link, or first the language."""
    actor = turn.staff("administer")
    name, language = parts_of(parts, 2)
    if name == "translator" and not language:
        await turn.show(text("Into which language?"), [*_languages(turn, "invite-as"), _back()])
        return
    role = _role(turn, name, language)
    office = turn.office
    async with turn.write() as connection:
        code, made = await staffing.invite(connection, actor, role, office.clock.now())
    page = turn.page(text("Send this link to the person whom you invite:"))
    # As it is, without marks that turn the text around it: it is copied and sent on.
    page.rich([(f"https://t.me/{office.bot.username}?start={staffing.payload(code)}", "")])
    page.gap().line(
        text(
            "Whoever follows it first becomes a member of the press office: {role}. It can be "
            "used once, until {moment}. You are told who did.",
            role=members.called(role),
            moment=made.until.astimezone(_zone(turn)),
        )
    )
    await turn.show(page, [[press(text("Withdraw it"), "uninvite", made.id)], _back()])


async def withdraw(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Withdraw” of an open invitation."""
    actor = turn.staff("administer")
    ident = number(*parts_of(parts, 1))
    try:
        async with turn.write() as connection:
            await staffing.revoke(connection, actor, ident, turn.office.clock.now())
    except Conflict as error:
        await turn.note(error.what, alert=True)
        await turn.show(*await _list(turn))
        return
    await turn.show(*await _list(turn, text("The invitation is withdrawn.")))


# --- one person ----------------------------------------------------------------------------------


async def person(turn: Turn, parts: Sequence[str]) -> None:
    """The button with somebody's name."""
    turn.staff("administer")
    (ident,) = parts_of(parts, 1)
    await _show_person(turn, await _find(turn, ident))


async def _find(turn: Turn, part: str) -> Person:
    ident = number(part)
    async with turn.office.database.read() as connection:
        return await staffing.find(connection, turn.office.settings, ident)


async def _show_person(turn: Turn, one: Person, first: Text | None = None) -> None:
    page = turn.page(first)
    page.gap().line(await _name(turn, one), bold=True)
    page.item(text("Telegram number: {number}", number=str(one.id)))
    for role in one.roles:
        page.item(text("Role: {role}", role=members.called(role)))
    buttons = [[press(text("Another role …"), "role", one.id, "", "")]]
    if one.fixed:
        page.line(staffing.fixed_text())
    if len(one.given) > 1:
        buttons += [
            [press(text("Take away: {role}", role=members.called(r)), "unrole", one.id, str(r))]
            for r in one.given
        ]
    if one.given:
        buttons.append([press(text("Remove from the press office …"), "leave", one.id)])
    await turn.show(page, [*buttons, _back()])


async def change(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Another role”, and those that it leads to: what that makes of them is asked."""
    turn.staff("administer")
    ident, name, language = parts_of(parts, 3)
    one = await _find(turn, ident)
    leave = [press(text("Leave it"), "person", one.id)]
    page = turn.page().line(await _name(turn, one), bold=True)
    if not name:
        page.line(text("Which role?"))
        await turn.show(page, [*_choices("role", one.id), leave])
        return
    if name == "translator" and not language:
        page.line(text("Into which language?"))
        await turn.show(page, [*_languages(turn, "role", one.id), leave])
        return
    role = _role(turn, name, language)
    _add_change(page, one, staffing.changed(one.given, role))
    yes = press(text("Yes, change it"), "role!", one.id, name, language, _seen(one))
    await turn.show(page, [[yes], leave])


def _add_change(page: Page, one: Person, given: Sequence[Role]) -> None:
    """What somebody is now, and what they would be."""
    after = tuple(dict.fromkeys((*one.fixed, *given)))
    page.line(text("Now: {roles}", roles=_in_words(one.roles)))
    if after:
        page.line(text("After that: {roles}", roles=_in_words(after)))
    else:
        page.line(
            text(
                "After that they belong to the press office no longer: their buttons do nothing "
                "from that moment, and they are told nothing more."
            )
        )


async def changed(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Yes, change it”."""
    turn.staff("administer")
    ident, name, language, seen = parts_of(parts, 4)
    one = await _find(turn, ident)
    role = _role(turn, name, language)
    await _put(turn, one, staffing.changed(one.given, role), seen)


async def ask_less(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Take away”: one role of several."""
    turn.staff("administer")
    ident, *role = parts
    one = await _find(turn, ident)
    less = _without(one, ":".join(role))
    page = turn.page().line(await _name(turn, one), bold=True)
    _add_change(page, one, less)
    yes = press(text("Yes, take it away"), "unrole!", one.id, _seen(one), *role)
    await turn.show(page, [[yes], [press(text("Leave it"), "person", one.id)]])


async def less(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Yes, take it away”."""
    turn.staff("administer")
    if len(parts) < 3:
        raise outdated()
    ident, seen, *role = parts
    one = await _find(turn, ident)
    await _put(turn, one, _without(one, ":".join(role)), seen)


def _without(one: Person, role: str) -> tuple[Role, ...]:
    if role not in map(str, one.given):
        raise outdated()
    return tuple(known for known in one.given if str(known) != role)


async def ask_leave(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Remove from the press office”."""
    turn.staff("administer")
    (ident,) = parts_of(parts, 1)
    one = await _find(turn, ident)
    if not one.given:
        raise Conflict(staffing.fixed_text())
    page = turn.page().line(await _name(turn, one), bold=True)
    _add_change(page, one, ())
    yes = press(text("Yes, remove"), "leave!", one.id, _seen(one))
    await turn.show(page, [[yes], [press(text("Leave it"), "person", one.id)]])


async def leave(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Yes, remove”."""
    turn.staff("administer")
    ident, seen = parts_of(parts, 2)
    await _put(turn, await _find(turn, ident), (), seen)


async def _put(turn: Turn, one: Person, given: Sequence[Role], seen: str) -> None:
    """Give somebody these roles, if they still have those that the question was about."""
    actor = turn.staff("administer")
    office = turn.office
    try:
        if seen != _seen(one):
            raise staffing.outdated()
        async with turn.write() as connection:
            await staffing.set_roles(
                connection, office.settings, actor, one, given, office.clock.now()
            )
    except Conflict as error:
        await turn.note(error.what, alert=True)
        await _show_person(turn, await _find(turn, str(one.id)))
        return
    await turn.reload()
    if turn.actor is None or not turn.actor.may("administer"):
        await turn.show(text("It is done. You are no admin any more."))
        return
    if not given and not one.fixed:
        await turn.show(*await _list(turn, text("They belong to the press office no longer.")))
        return
    await _show_person(turn, await _find(turn, str(one.id)), text("The role is changed."))


def _seen(one: Person) -> str:
    """Of the roles that a question was asked about."""
    return sha256(" ".join(sorted(map(str, one.roles))).encode()).hexdigest()[:6]
