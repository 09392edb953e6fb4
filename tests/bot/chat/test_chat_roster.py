"""Who belongs to the press office: invited by link, changed and seen out by buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from telegram import BotCommandScopeChat

from bot.releases import audit, members, staffing
from bot.releases.review import OPERATOR, Role
from bot.store import tables as t
from translations.catalogs import catalog_for

ADMIN, EDITOR, OBSERVER = 11, 12, 14
NEW, OTHER = 31, 32


def link_in(message: Any) -> str:
    """The payload of the invitation that a message holds."""
    found = re.search(r"https://t\.me/\w+\?start=(\S+)", message.text)
    assert found, message.text
    return found[1]


async def invitation(bot: Any, person: Any, role: str, language: str = "") -> str:
    """Invite somebody by buttons; the payload of the link."""
    card = await bot.ask(person, "/staff")
    await person.press("Invite somebody …", card)
    await person.press(role, card)
    if language:
        await person.press(language, card)
    return link_in(card)


async def roles(bot: Any, user_id: int) -> set[str]:
    async with bot.database.read() as connection:
        return set(map(str, await members.roles_of(connection, bot.settings, user_id)))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while True:
            if await true():
                return
            await asyncio.sleep(0.02)


async def menu(bot: Any, user_id: int, language: str | None = None) -> list[str]:
    scope = BotCommandScopeChat(user_id)
    found = await bot.transport.bot.get_my_commands(scope, language_code=language)
    return [command.command for command in found]


async def acts(bot: Any) -> list[tuple[str, str]]:
    async with bot.database.read() as connection:
        assert (await audit.verify(connection)).broken is None
        rows = await connection.execute(select(t.audit).order_by(t.audit.c.id))
        return [(row.actor, row.act) for row in rows]


async def test_somebody_is_invited_and_sets_to_work(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    ada = bot.person(ADMIN, "Ada")
    payload = await invitation(bot, ada, "editor")
    nia = bot.sandbox.person(NEW, "Nia <b>", "en", username="nia_press")
    assert (
        "Only the press office"
        in (
            await asyncio.wait_for(
                bot.sandbox.chats.queries.open(nia, await bot.ask(nia, "/privacy"), "release:1"), 10
            )
        ).text
    )
    nia.start(payload)
    welcome = await nia.chat.wait_for("You belong to the press office now.")
    assert "editor: may file, change and approve releases" in welcome.text
    await until(lambda: _is(menu(bot, NEW), "queue"))
    assert "staff" not in await menu(bot, NEW)
    told = await ada.chat.wait_for("has accepted the invitation")
    assert "Nia <b> @nia_press" in told.text
    assert not [e for e in told.entities if e["type"] == "bold"]
    card = await bot.ask(nia, "/release harbour-opens-2026")
    await nia.press("Approve: English", card)
    assert (await bot.release("harbour-opens-2026")).approved_languages == ("en",)
    assert await bot.subscriber(NEW) is None, "a role is no subscription"
    mine = await bot.ask(nia, "/mydata")
    assert "Your role in the press office: editor, since" in mine.text
    assert "Nia <b> @nia_press" in mine.text
    assert await acts(bot) == [
        ("operator", "import"), (f"telegram:{ADMIN}", "invite"), (f"telegram:{NEW}", "join"),
        (f"telegram:{NEW}", "approve"),
    ]  # fmt: skip
    async with bot.database.read() as connection:
        stored = (await connection.execute(select(t.staff_invitation))).one()
        log = (await connection.execute(select(t.audit.c.details))).all()
    code = payload.removeprefix(staffing.LINK)
    assert code not in repr((stored, log)), "of a link only a hash is kept"


async def _is(listed: Awaitable[list[str]], name: str) -> bool:
    return name in await listed


async def test_the_list_names_everybody_by_what_telegram_calls_them(bot: Any) -> None:
    for ident, name in ((ADMIN, "Ada"), (EDITOR, "Ed")):
        bot.person(ident, name).chat.started = True
    ada = bot.sandbox.chat(ADMIN).person
    said = await bot.ask(ada, "/staff")
    assert "• Ada: admin" in said.text
    assert "Ed" in said.text
    assert "translator (Français)" in said.text
    assert "13" in said.text, "who never wrote to the bot has a number alone"
    assert "Roles from the setting “staff” can be changed there alone." in said.text


async def test_only_admins_see_it(bot: Any) -> None:
    editor = bot.person(EDITOR, "Ed")
    said = await bot.ask(editor, "/staff")
    assert "You may not do that." in said.text
    assert "/staff" not in (await bot.ask(editor, "/help")).text
    for data in (
        "staff", "staff-log", "invite", "invite-as:admin:", "uninvite:1", f"person:{ADMIN}",
        f"role:{EDITOR}::", f"role!:{EDITOR}:admin::000000", f"leave:{ADMIN}",
        f"leave!:{ADMIN}:000000", f"unrole!:{ADMIN}:000000:admin",
    ):  # fmt: skip
        answer = await asyncio.wait_for(bot.sandbox.chats.queries.open(editor, said, data), 10)
        assert "You may not do that." in answer.text, data
    assert await acts(bot) == []
    await until(lambda: _is(menu(bot, EDITOR), "queue"))
    assert "staff" not in await menu(bot, EDITOR)
    ada = bot.person(ADMIN, "Ada")
    assert "/staff" in (await bot.ask(ada, "/help")).text
    ada.start()
    await until(lambda: _is(menu(bot, ADMIN, "fr"), "staff"))


async def test_whom_the_command_line_invites_is_not_told_of_themselves(bot: Any) -> None:
    now = bot.clock.now()
    async with bot.database.write() as connection:
        code, _ = await staffing.invite(connection, OPERATOR, Role("admin"), now)
    ada, new = bot.person(ADMIN, "Ada"), bot.person(NEW, "Noor")
    await bot.ask(ada, "/start")
    greeting = await bot.ask(new, "/start")
    sent = new.start(staffing.payload(code))
    welcome = await new.chat.wait_for("You belong to the press office now.", after=sent)
    assert "send /start" not in welcome.text, "they are subscribed already"
    await ada.chat.wait_for("Noor has accepted the invitation")
    said = await bot.quiet(new)
    assert said[: said.index(welcome) + 1] == [greeting, welcome]
    assert not [m for m in said if "has accepted" in m.text]


async def test_of_two_who_follow_the_same_link_one_gets_the_place(bot: Any) -> None:
    payload = await invitation(bot, bot.person(ADMIN, "Ada"), "observer")
    people = [bot.person(ident, f"P{ident}") for ident in range(41, 47)]
    for person in people:
        person.start(payload)
    said = [await person.chat.wait_for(lambda message: True) for person in people]
    welcomed = [m for m in said if "You belong to the press office now." in m.text]
    refused = [m for m in said if "has been used by somebody else" in m.text]
    assert (len(welcomed), len(refused)) == (1, len(people) - 1)
    held = [await roles(bot, person.id) for person in people]
    assert sorted(map(sorted, held)) == [[]] * (len(people) - 1) + [["observer"]]
    first = people[[bool(one) for one in held].index(True)]
    again = await bot.ask(first, f"/start {payload}")
    assert "You have accepted this invitation already." in again.text


async def test_a_link_that_is_withdrawn_or_old_or_made_up_lets_nobody_in(bot: Any) -> None:
    ada, nia = bot.person(ADMIN, "Ada"), bot.person(NEW, "Nia")
    withdrawn = await invitation(bot, ada, "editor")
    card = ada.chat.last
    await ada.press("Withdraw it", card)
    assert "The invitation is withdrawn." in card.text
    assert "Open invitations" not in card.text
    assert "was withdrawn" in (await bot.ask(nia, f"/start {withdrawn}")).text
    old = await invitation(bot, ada, "translator", "العربية")
    listed = await bot.ask(ada, "/staff")
    assert "Open invitations:" in listed.text
    assert any("العربية" in b.label for b in listed.buttons)
    bot.clock.set(bot.clock.now() + timedelta(days=7))
    assert "has expired" in (await bot.ask(nia, f"/start {old}")).text
    for payload in ("staff_", "staff_x", f"staff_{'ж' * 20}", f"{old}x"):
        assert "There is no such invitation." in (await bot.ask(nia, f"/start {payload}")).text
    answer = await ada.press("Withdraw: translator (العربية)", listed)
    assert "not open any more" in answer.text
    assert await roles(bot, NEW) == set()
    assert await bot.subscriber(NEW) is None


async def test_who_may_do_it_already_leaves_the_invitation_to_others(bot: Any) -> None:
    ada = bot.person(ADMIN, "Ada")
    payload = await invitation(bot, ada, "editor")
    for person in (ada, bot.person(EDITOR, "Ed")):
        said = await bot.ask(person, f"/start {payload}")
        assert "The invitation stays open for somebody else." in said.text
    obi = bot.person(OBSERVER, "Obi")
    assert "You belong to the press office now." in (await bot.ask(obi, f"/start {payload}")).text
    assert await roles(bot, OBSERVER) == {"observer", "editor"}


async def joined(bot: Any, ident: int, *named: Role) -> None:
    """Somebody who was given these roles."""
    async with bot.database.write() as connection:
        for role in named:
            await connection.execute(
                t.staff_role.insert().values(
                    user_id=ident,
                    role=role.name,
                    language=role.language,
                    given_by="operator",
                    given_at=bot.clock.now(),
                )
            )


async def test_removal_ends_rights_menus_and_notices_at_once(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    await joined(bot, NEW, Role("editor"))
    ada, nia = bot.person(ADMIN, "Ada"), bot.person(NEW, "Nia")
    nia.start()
    await bot.quiet(nia)
    card = await bot.ask(nia, "/release harbour-opens-2026")
    await until(lambda: _is(menu(bot, NEW, "ru"), "queue"))
    async with bot.database.write() as connection:
        await connection.execute(
            t.notice.insert().values(id=1, key="x", text={}, created_at=bot.clock.now())
        )
        await connection.execute(
            t.notice_copy.insert().values(
                notice_id=1,
                staff=str(NEW),
                state="pending",
                due_at=bot.clock.now() + timedelta(hours=1),
            )
        )
    listed = await bot.ask(ada, "/staff")
    await ada.press("Nia", listed)
    assert "Role: editor" in listed.text
    await ada.press("Remove from the press office …", listed)
    assert "Now: editor" in listed.text
    assert "belong to the press office no longer" in listed.text
    assert await roles(bot, NEW) == {"editor"}
    await ada.press("Yes, remove", listed)
    assert "They belong to the press office no longer." in listed.text
    answer = await nia.press("Approve: English", card)
    assert "Only the press office may do that." in answer.text
    assert not (await bot.release("harbour-opens-2026")).approved_languages

    async def menu_is_back() -> bool:
        return not await menu(bot, NEW) and not await menu(bot, NEW, "ru")

    await until(menu_is_back)
    async with bot.database.read() as connection:
        assert (await connection.execute(select(t.notice_copy))).all() == []
    assert (await acts(bot))[-1] == (f"telegram:{ADMIN}", "remove")
    assert "press office" not in (await bot.ask(nia, "/mydata")).text
    assert await bot.subscriber(NEW) is not None


async def test_a_role_is_changed_and_the_question_of_another_is_out_of_date(bot: Any) -> None:
    await joined(bot, NEW, Role("editor"))
    ada = bot.person(ADMIN, "Ada")
    bot.person(NEW, "Nia").chat.started = True
    first, second = await bot.ask(ada, "/staff"), await bot.ask(ada, "/staff")
    for card in (first, second):
        await ada.press("Nia", card)
        await ada.press("Another role …", card)
    await ada.press("translator", first)
    await ada.press("Français", first)
    assert "After that: translator (Français)" in first.text
    await ada.press("observer", second)
    await ada.press("Yes, change it", first)
    assert "The role is changed." in first.text
    answer = await ada.press("Yes, change it", second)
    assert "Somebody has changed this meanwhile." in answer.text
    assert "translator (Français)" in second.text
    assert await roles(bot, NEW) == {"translator:fr"}
    await ada.press("Another role …", second)
    await ada.press("translator", second)
    await ada.press("Русский", second)
    await ada.press("Yes, change it", second)
    assert await roles(bot, NEW) == {"translator:fr", "translator:ru"}
    await ada.press("Take away: translator (Français)", second)
    await ada.press("Yes, take it away", second)
    assert await roles(bot, NEW) == {"translator:ru"}
    await ada.press("Back to the list", second)
    await ada.press("What was done", second)
    assert "translator (Français) and translator (Русский) → translator (Русский)" in second.text


async def test_the_last_admin_stays_and_the_settings_people_do(talk: Any, sandbox: Any) -> None:
    bot = await talk(staff=f"{EDITOR}:editor")
    await joined(bot, ADMIN, Role("admin"))
    ada = bot.person(ADMIN, "Ada")
    card = await bot.ask(ada, "/staff")
    await ada.press("Ada", card)
    await ada.press("Remove from the press office …", card)
    answer = await ada.press("Yes, remove", card)
    assert "Nobody would be left who is admin." in answer.text
    await ada.press("Another role …", card)
    await ada.press("editor", card)
    assert "Nobody would be left" in (await ada.press("Yes, change it", card)).text
    assert await roles(bot, ADMIN) == {"admin"}
    card = await bot.ask(ada, "/staff")
    await ada.press(str(EDITOR), card)
    assert "in the setting “staff”, and cannot be taken away here" in card.text
    assert "Remove from the press office …" not in [b.label for b in card.buttons]
    waiting = bot.sandbox.chats.queries.open(ada, card, f"leave:{EDITOR}")
    assert "cannot be taken away here" in (await asyncio.wait_for(waiting, 10)).text


async def test_two_admins_who_remove_each_other_leave_one(talk: Any) -> None:
    bot = await talk(staff=f"{EDITOR}:editor")
    for ident in (NEW, OTHER):
        await joined(bot, ident, Role("admin"))
    nia, omar = bot.person(NEW, "Nia"), bot.person(OTHER, "Omar")
    nia.chat.started = omar.chat.started = True
    cards = [await bot.ask(nia, "/staff"), await bot.ask(omar, "/staff")]
    for person, other, card in ((nia, "Omar", cards[0]), (omar, "Nia", cards[1])):
        await person.press(other, card)
        await person.press("Remove from the press office …", card)
    await asyncio.gather(nia.press("Yes, remove", cards[0]), omar.press("Yes, remove", cards[1]))
    held = [await roles(bot, NEW), await roles(bot, OTHER)]
    assert sorted(map(sorted, held)) == [[], ["admin"]]


async def test_stop_ends_the_subscription_and_says_that_the_role_stays(bot: Any) -> None:
    await joined(bot, NEW, Role("observer"))
    nia = bot.person(NEW, "Nia")
    nia.start()
    await bot.quiet(nia)
    said = await bot.ask(nia, "/stop")
    assert "You still belong to the press office, which is no subscription" in said.text
    assert await bot.subscriber(NEW) is None
    assert await roles(bot, NEW) == {"observer"}
    again = await bot.ask(nia, "/stop")
    assert again.text.startswith("You are not subscribed.")
    assert "nothing is stored" not in again.text


async def test_a_right_that_ends_while_a_file_is_read_counts_no_more(
    bot: Any, monkeypatch: pytest.MonkeyPatch, markdown: bytes
) -> None:
    """The file is still on its way when its sender is removed."""
    from bot.chat import incoming

    await joined(bot, NEW, Role("editor"))
    nia = bot.person(NEW, "Nia")
    reading, removed = asyncio.Event(), asyncio.Event()
    fetched = incoming.fetched

    async def slowly(*given: Any) -> Any:
        found = await fetched(*given)
        reading.set()
        await removed.wait()
        return found

    monkeypatch.setattr(incoming, "fetched", slowly)
    sent = nia.send_document("harbour.md", markdown, "text/markdown")
    await reading.wait()
    async with bot.database.write() as connection:
        await connection.execute(t.staff_role.delete())
    removed.set()
    said = await nia.chat.wait_for("What you may do has been changed", after=sent)
    assert said
    assert await bot.releases() == []


async def test_in_arabic(bot: Any) -> None:
    ar = catalog_for("ar")
    ada = bot.person(ADMIN, "آدا", "ar")
    card = await bot.ask(ada, "/staff")
    assert ar.gettext("The press office:") in card.text
    await ada.press(ar.gettext("Invite somebody …"), card)
    await ada.press(ar.gettext("observer"), card)
    payload = link_in(card)
    nia = bot.person(NEW, "نور", "ar")
    said = await bot.ask(nia, f"/start {payload}")
    assert ar.gettext("Welcome. You belong to the press office now.") in said.text
    told = await ada.chat.wait_for("نور")
    assert "\u2068نور\u2069" in told.text
