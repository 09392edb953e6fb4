"""What people do, and what the bot can know of them."""

from __future__ import annotations

import asyncio

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest

from bot.sandbox import Sandbox

KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Azərbaycan", callback_data="language:az")],
        [InlineKeyboardButton("Read", url="https://example.org/")],
    ]
)


async def test_a_pressed_button_is_answered(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    await api.send_message(11, "Which?", reply_markup=KEYBOARD)
    pressed = asyncio.create_task(person.press("Azərbaycan"))
    update = (await api.get_updates(timeout=5))[-1]
    if update.callback_query is None:
        update = (await api.get_updates(offset=update.update_id + 1, timeout=5))[-1]
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("language:az", 11)
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await query.answer("x" * 201)
    assert await query.answer("Seçildi", show_alert=True)
    answer = await pressed
    assert (answer.text, answer.alert) == ("Seçildi", True)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
        await query.answer()


async def test_only_buttons_that_are_there(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    sent = await api.send_message(11, "Which?", reply_markup=KEYBOARD)
    message = person.chat.message(sent.message_id)
    with pytest.raises(LookupError, match="Azərbaycan"):
        await person.press("language:fr")
    with pytest.raises(ValueError, match=r"https://example\.org/"):
        await person.press("Read")
    await api.delete_message(11, sent.message_id)
    with pytest.raises(LookupError, match="deleted"):
        await person.press("Azərbaycan", message)


async def test_waiting_for_a_message(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    person.send("the word")
    waiting = asyncio.create_task(person.chat.wait_for("the word"))
    sent = await api.send_message(11, "another")
    await api.edit_message_text("now the word", 11, sent.message_id)
    found = await waiting
    assert (found.message_id, found.from_bot) == (sent.message_id, True)
    later = asyncio.create_task(person.chat.wait_for(lambda m: "word" in m.text, after=found))
    sent = await api.send_message(11, "one more word")
    assert (await later).message_id == sent.message_id
    with pytest.raises(TimeoutError, match="one more word"):
        await person.chat.wait_for("never said", timeout=0.01)


async def test_clients_refuse_what_people_cannot_send(sandbox: Sandbox) -> None:
    person = sandbox.person(11, "Ada")
    group = sandbox.group(-77, "Press", sandbox.person(1, "Vera"))
    for impossible in ("", " ", "x" * 4097):
        with pytest.raises(ValueError, match="1 to 4096"):
            person.send(impossible)
    with pytest.raises(ValueError, match="is not in"):
        person.send("x", chat=group)
    person.block()
    with pytest.raises(ValueError, match="unblock"):
        person.send("x")
    person.start("later")
    assert [m.text for m in person.chat.messages] == ["/start later"]


async def test_who_is_in_a_chat(sandbox: Sandbox, api: Bot) -> None:
    owner, helper, guest = (sandbox.person(i, n) for i, n in enumerate(("Vera", "Ana", "Li"), 1))
    group = sandbox.group(-77, "Press", owner)
    group.add_bot(owner, admin=True, can_pin=True)
    group.add_member(helper, admin=True)
    statuses = {i: (await api.get_chat_member(-77, i)).status for i in (1, 2, 3)}
    assert statuses == {1: "creator", 2: "administrator", 3: "left"}
    group.add_member(guest)
    assert (await api.get_chat_member(-77, 3)).status == "member"
    admins = await api.get_chat_administrators(-77)
    assert {a.user.id for a in admins} == {1, 2, api.id}
    assert (await api.get_chat(-77)).title == "Press"
    with pytest.raises(BadRequest, match="User not found"):
        await api.get_chat_member(-77, 4711)


async def test_the_narrowest_commands_win(sandbox: Sandbox, api: Bot) -> None:
    reader, editor = sandbox.person(1, "Vera", "az"), sandbox.person(2, "Ana", "en")
    editor.start()
    every = BotCommandScopeAllPrivateChats()
    await api.set_my_commands([BotCommand("latest", "The latest release")], every)
    await api.set_my_commands([BotCommand("latest", "Son məlumat")], every, language_code="az")
    await api.set_my_commands([BotCommand("queue", "What is waiting")], BotCommandScopeChat(2))
    assert sandbox.profile.commands_for(reader)[0]["description"] == "Son məlumat"
    assert [c["command"] for c in sandbox.profile.commands_for(editor)] == ["queue"]
    assert len(await api.get_my_commands(BotCommandScopeChat(2))) == 1
    await api.delete_my_commands(BotCommandScopeChat(2))
    assert [c["command"] for c in sandbox.profile.commands_for(editor)] == ["latest"]
    with pytest.raises(BadRequest, match="Chat not found"):
        await api.set_my_commands([BotCommand("queue", "x")], BotCommandScopeChat(1))


@pytest.mark.parametrize(
    ("commands", "language"),
    [
        ([("Latest", "x")], ""),
        ([("a" * 33, "x")], ""),
        ([("latest", "x" * 257)], ""),
        ([("latest", " ")], ""),
        ([(f"c{n}", "x") for n in range(101)], ""),
        ([("latest", "x")], "pt-BR"),
    ],
)
async def test_commands_have_limits(
    api: Bot, commands: list[tuple[str, str]], language: str
) -> None:
    with pytest.raises(BadRequest):
        await api.set_my_commands(commands, language_code=language)


async def test_the_card_per_language(api: Bot) -> None:
    await api.set_my_name("Herald")
    await api.set_my_name("Carçı", language_code="az")
    await api.set_my_description("d" * 512)
    await api.set_my_short_description("s" * 120, language_code="fr")
    assert (await api.get_my_name("az")).name == "Carçı"
    assert (await api.get_my_name("fr")).name == "Herald"
    assert (await api.get_my_short_description("fr")).short_description == "s" * 120
    for refused in (
        api.set_my_name("n" * 65),
        api.set_my_description("d" * 513),
        api.set_my_short_description("s" * 121),
    ):
        with pytest.raises(BadRequest):
            await refused


LOCATION_KEYS = ReplyKeyboardMarkup(
    [[KeyboardButton("Here I am", request_location=True)], [KeyboardButton("Never mind")]],
    one_time_keyboard=True,
)


async def test_keys_send_where_one_is_or_what_they_say_until_they_are_taken_away(
    sandbox: Sandbox, api: Bot
) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    await api.send_message(11, "Where?", reply_markup=LOCATION_KEYS)
    with pytest.raises(LookupError, match="Here I am"):
        person.tap("There you are")
    person.tap("Here I am", at=(40.5, 49.75))
    person.tap("Never mind")
    _, shared, said = (update.message for update in await api.get_updates(timeout=5))
    assert shared is not None
    assert said is not None
    assert shared.location is not None
    assert (shared.location.latitude, shared.location.longitude) == (40.5, 49.75)
    assert shared.text is None
    assert said.text == "Never mind"
    sent = await api.send_message(11, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert sent.reply_markup is None
    with pytest.raises(LookupError):
        person.tap("Never mind")


async def test_only_a_private_chat_is_asked_where_somebody_is(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    group = sandbox.group(-100, "Rowers", person)
    group.add_bot()
    with pytest.raises(BadRequest, match="private chats only"):
        await api.send_message(-100, "Where?", reply_markup=LOCATION_KEYS)
    await api.send_message(-100, "Well?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    assert [key.label for row in group.keys.rows for key in row] == ["Yes", "No"]
