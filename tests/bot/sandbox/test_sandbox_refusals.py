"""Each refusal becomes the exception that python-telegram-bot has for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

from bot.sandbox import Sandbox

Raw = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.mark.parametrize("token", ["7000000001:another-one", "no-token-at-all"])
async def test_a_wrong_token(sandbox: Sandbox, token: str) -> None:
    stranger = Bot(token, base_url=f"{sandbox.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_the_form_of_a_refusal(sandbox: Sandbox, raw: Raw) -> None:
    assert await raw("sendPigeon") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    sandbox.token = "7000000001:revoked"
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.url}/bot7000000001:old/getMe") as answer,
    ):
        assert answer.status == 401
        assert (await answer.json())["description"] == "Unauthorized"


async def test_people_out_of_reach(sandbox: Sandbox, api: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await api.send_message(4711, "x")
    person = sandbox.person(11, "Ada")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await api.send_message(11, "x")
    person.start()
    person.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await api.send_message(11, "x")
    person.unblock()
    await api.send_message(11, "x")
    person.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await api.send_message(11, "x")


async def test_rooms_out_of_reach(sandbox: Sandbox, api: Bot) -> None:
    owner = sandbox.person(1, "Vera")
    channel = sandbox.channel(-1001234567890, "Harbour", owner)
    channel.add_bot()
    channel.remove_bot(owner)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await api.send_message(channel.id, "x")
    group = sandbox.group(-77, "Press", owner)
    group.add_bot()
    await api.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await api.send_message(group.id, "x")


async def test_a_group_that_moved(sandbox: Sandbox, api: Bot) -> None:
    group = sandbox.group(-77, "Press", sandbox.person(1, "Vera"))
    group.add_bot()
    moved = group.migrate(-1001234567890)
    with pytest.raises(ChatMigrated) as caught:
        await api.send_message(-77, "x")
    assert caught.value.new_chat_id == moved.id
    await api.send_message(moved.id, "x")
    updates = await api.get_updates()
    old, new = (u.message for u in updates[-2:])
    assert old is not None
    assert new is not None
    assert old.migrate_to_chat_id == moved.id
    assert new.migrate_from_chat_id == -77


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n\t ", "Message text is empty"),
        ("x" * 4097, "Message is too long"),
        ("😀" * 2049, "Message is too long"),
        (" " * 32_768 + "x", "Message is too long"),
    ],
)
async def test_text_limits(sandbox: Sandbox, api: Bot, text: str, reason: str) -> None:
    sandbox.person(11, "Ada").start()
    with pytest.raises(BadRequest, match=reason):
        await api.send_message(11, text)


async def test_text_at_the_limit_passes(sandbox: Sandbox, api: Bot) -> None:
    sandbox.person(11, "Ada").start()
    for text in ("ə" * 4096, "😀" * 2048, " " + "x" * 4096 + "\n"):
        assert (await api.send_message(11, text)).text == text.strip()


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<p>one</p>", 'unsupported start tag "p" at byte offset 0'),
        ("é<br>", 'unsupported start tag "br" at byte offset 2'),
        ("<b>one", 'can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>one</b></i>", "unmatched end tag"),
        ("one</b>", "unexpected end tag"),
        ("1 < 2", "unclosed start tag"),
        ("<span>one</span>", 'unsupported start tag "span"'),
        ('<a href="x>one</a>', "unclosed start tag"),
    ],
)
async def test_html_is_parsed_strictly(
    sandbox: Sandbox, api: Bot, markup: str, reason: str
) -> None:
    sandbox.person(11, "Ada").start()
    with pytest.raises(BadRequest, match=f"(?i)can't parse entities: {reason}"):
        await api.send_message(11, markup, parse_mode="HTML")


@pytest.mark.parametrize(
    ("entities", "reason"),
    [
        ([MessageEntity("bold", 3, 10)], "outside of the text"),
        ([MessageEntity("bold", -1, 2)], "outside of the text"),
        ([MessageEntity("bold", 0, 0)], "outside of the text"),
        ([MessageEntity("bold", 0, 1)], "splits a surrogate pair"),
        ([MessageEntity("italic", 1, 2)], "splits a surrogate pair"),
        ([MessageEntity("mention", 0, 2)], "not for bots to give"),
        ([MessageEntity("text_link", 0, 2)], "Wrong HTTP URL"),
        ([MessageEntity("text_link", 0, 2, url="javascript:x")], "Wrong HTTP URL"),
        ([MessageEntity("bold", 0, 4), MessageEntity("italic", 2, 4)], "overlap"),
        ([MessageEntity("code", 0, 4), MessageEntity("bold", 2, 2)], "can't contain"),
        ([MessageEntity("bold", 0, 2)] * 101, "more than 100"),
    ],
)
async def test_entities_must_fit(
    sandbox: Sandbox, api: Bot, entities: list[MessageEntity], reason: str
) -> None:
    sandbox.person(11, "Ada").start()
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await api.send_message(11, "😀 abcdef", entities=entities)


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "Go"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": " ", "callback_data": "x"}, "must be non-empty"),
        ({"text": "Go", "callback_data": "ə" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "Go", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "Go", "url": "http://localhost/x"}, "Wrong HTTP URL"),
        ({"text": "Go", "url": "https://example.org", "callback_data": "x"}, "exactly one"),
        ({"text": "Go", "colour": "red"}, "no action"),
    ],
)
async def test_buttons_do_one_thing(
    sandbox: Sandbox, raw: Raw, button: dict[str, str], reason: str
) -> None:
    sandbox.person(11, "Ada").start()
    body = {"chat_id": 11, "text": "x", "reply_markup": {"inline_keyboard": [[button]]}}
    status, answer = await raw("sendMessage", json=body)
    assert status == 400
    assert reason in answer["description"]
    assert len(sandbox.chat(11).messages) == 1


async def test_a_callback_data_of_64_bytes_passes(sandbox: Sandbox, api: Bot) -> None:
    sandbox.person(11, "Ada").start()
    button = InlineKeyboardButton("Go", callback_data="ə" * 32)
    await api.send_message(11, "x", reply_markup=InlineKeyboardMarkup([[button]]))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 11}, "message text is empty"),
        ({"chat_id": 11, "text": 5}, 'parameter "text" must be a String'),
        ({"chat_id": [11], "text": "x"}, 'parameter "chat_id" must be'),
        ({"chat_id": 11, "text": "x", "protect_content": "yes"}, "must be a Boolean"),
        ({"chat_id": 11, "text": "x", "entities": "[oops"}, "it is no JSON"),
        ({"chat_id": 11, "text": "x", "link_preview": {}}, "takes no parameter"),
        ({"chat_id": 11, "text": "x", "link_preview_options": {"off": True}}, "no field"),
        ({"chat_id": 11, "text": "x", "parse_mode": "Markdown"}, "no parse_mode but HTML"),
    ],
)
async def test_parameters_are_checked(
    sandbox: Sandbox, raw: Raw, body: dict[str, Any], reason: str
) -> None:
    sandbox.person(11, "Ada").start()
    status, answer = await raw("sendMessage", json=body)
    assert (status, answer["error_code"]) == (400, 400)
    assert reason in answer["description"]


async def test_unknown_parameters_pass_if_not_strict() -> None:
    async with Sandbox(strict=False) as lenient:
        lenient.person(11, "Ada").start()
        api = Bot(lenient.token, base_url=f"{lenient.url}/bot")
        async with api:
            await api.send_message(11, "x", api_kwargs={"pigeon": "yes"})
        assert len(lenient.chat(11).messages) == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"chat_id=11&text=%D8%B3%D9%84%D8%A7%D9%85", "application/x-www-form-urlencoded"),
        ('{"chat_id":"11","text":"سلام"}'.encode(), "application/json"),
    ],
)
async def test_bodies_of_every_form(sandbox: Sandbox, raw: Raw, body: bytes, kind: str) -> None:
    sandbox.person(11, "Ada").start()
    status, answer = await raw("SENDmessage", data=body, headers={"Content-Type": kind})
    assert (status, answer["result"]["text"]) == (200, "سلام")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"chat_id=11&text=%FF", "application/x-www-form-urlencoded"),
        (b'{"chat_id":11,"text":"\\ud800"}', "application/json"),
        (b"[11]", "application/json"),
    ],
)
async def test_broken_bodies(sandbox: Sandbox, raw: Raw, body: bytes, kind: str) -> None:
    sandbox.person(11, "Ada").start()
    status, _ = await raw("sendMessage", data=body, headers={"Content-Type": kind})
    assert status == 400
    assert len(sandbox.chat(11).messages) == 1
