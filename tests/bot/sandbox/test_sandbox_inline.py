"""What people ask of the bot inline, and what a bot may offer them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MessageEntity,
)
from telegram.error import BadRequest, Forbidden

from bot.sandbox import Sandbox

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Read", url="https://example.org/")]])


def article(ident: str = "1", words: str = "Ships may come.", **more: Any) -> Any:
    bold = [MessageEntity("bold", 0, 5)] if words.strip() else []
    content = InputTextMessageContent(words, entities=bold)
    return InlineQueryResultArticle(ident, "The harbour", content, reply_markup=KEYBOARD, **more)


async def asked(api: Bot) -> InlineQuery:
    kinds = ["inline_query", "message"]
    update = (await api.get_updates(timeout=5, allowed_updates=kinds))[-1]
    assert update.inline_query is not None
    return update.inline_query


async def test_what_is_chosen_is_sent_by_the_person_in_any_chat(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada", "az")
    group = sandbox.group(-77, "Rowers", person)
    asking = asyncio.create_task(person.inquire("harbour", chat=group))
    query = await asked(api)
    assert (query.query, query.offset, query.chat_type) == ("harbour", "", "group")
    assert (query.from_user.id, query.from_user.language_code) == (11, "az")
    await query.answer([article()], next_offset="1", cache_time=0)
    offer = await asking
    assert offer.next_offset == "1"
    sent = person.choose(offer.titled("The harbour"), chat=group)
    assert (sent.text, sent.from_bot, sent.via_bot) == ("Ships may come.", False, True)
    assert [button.url for button in sent.buttons] == ["https://example.org/"]
    with pytest.raises(Forbidden, match="not a member"):
        await api.edit_message_text("no", -77, sent.message_id)
    with pytest.raises(LookupError, match="harbour"):
        offer.titled("The castle")


async def test_the_bot_hears_of_what_is_chosen_beside_it(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    asking = asyncio.create_task(person.inquire(""))
    query = await asked(api)
    assert query.chat_type == "sender"
    await query.answer([article()])
    person.choose((await asking).results[0])
    update = (await api.get_updates(timeout=5))[-1]
    assert update.message is not None
    assert update.message.via_bot is not None
    assert (update.message.via_bot.id, update.message.text) == (api.id, "Ships may come.")
    with pytest.raises(BadRequest, match="can't be edited"):
        await api.edit_message_text("no", 11, update.message.message_id)


async def test_answers_are_kept_as_long_as_the_bot_says(sandbox: Sandbox, api: Bot) -> None:
    ada, mara = sandbox.person(11, "Ada"), sandbox.person(12, "Mara")
    first = asyncio.create_task(ada.inquire("x"))
    await (await asked(api)).answer([article()], cache_time=60, is_personal=True)
    await first
    assert (await ada.inquire("x")).results[0].id == "1"
    other = asyncio.create_task(mara.inquire("x"))
    query = await asked(api)
    assert query.from_user.id == 12
    await query.answer([])
    assert (await other).results == ()


async def test_an_answer_that_comes_too_late_is_refused(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    asking = asyncio.create_task(person.inquire("x"))
    query = await asked(api)
    sandbox.chats.offers.expire()
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
        await query.answer([article()])
    asking.cancel()


@pytest.mark.parametrize(
    ("results", "more", "said"),
    [
        ([article(str(n)) for n in range(51)], {}, "RESULTS_TOO_MUCH"),
        ([article(), article()], {}, "RESULT_ID_DUPLICATE"),
        ([article("é" * 33)], {}, "RESULT_ID_INVALID"),
        ([article(words=" ")], {}, "text is empty"),
        ([article(words="x" * 4097)], {}, "too long"),
        ([], {"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ([], {"button": InlineQueryResultsButton("Go", start_parameter="a b")}, "START_PARAM"),
        ([article(url="not an address")], {}, "Wrong HTTP URL"),
    ],
)
async def test_what_the_server_refuses(
    sandbox: Sandbox, api: Bot, results: Any, more: Any, said: str
) -> None:
    person = sandbox.person(11, "Ada")
    asking = asyncio.create_task(person.inquire("x"))
    query = await asked(api)
    with pytest.raises(BadRequest, match=f"(?i){said}"):
        await api.answer_inline_query(query.id, results, **more)
    assert await query.answer([article()])
    await asking


async def test_where_it_is_off_nobody_asks(sandbox: Sandbox, api: Bot) -> None:
    assert (await api.get_me()).supports_inline_queries
    sandbox.chats.offers.is_on = False
    assert not (await api.get_me()).supports_inline_queries
    person = sandbox.person(11, "Ada")
    with pytest.raises(ValueError, match="no inline mode"):
        await person.inquire("x")
    sandbox.chats.offers.is_on = True
    with pytest.raises(ValueError, match="256"):
        await person.inquire("x" * 257)
    with pytest.raises(ValueError, match="is not in"):
        await person.inquire("x", chat=sandbox.group(-7, "Rowers", sandbox.person(12, "Omar")))
