"""The chats page: what it shows, what it lets be done, and by whom."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.errors import PolyheraldError
from bot.sandbox import Sandbox
from translations.text import Text, text

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(2)> &amp; </div></main>'


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url, headers={"Origin": sandbox.url}) as session:
        yield session


async def shown(browser: aiohttp.ClientSession, path: str = "/") -> str:
    async with browser.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_hostile_text_is_only_text(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    owner = sandbox.person(11, HOSTILE, "en")
    owner.start()
    channel = sandbox.channel(-1001234567890, HOSTILE, owner)
    channel.add_bot()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(HOSTILE, callback_data=HOSTILE[:64])]])
    for chat_id in (11, channel.id):
        await api.send_message(chat_id, HOSTILE, reply_markup=keyboard)
    owner.send_document(HOSTILE, b"x", caption=HOSTILE)
    html = await shown(browser)
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert len(re.findall("<script", html)) == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


async def test_nothing_but_the_page_itself_runs_or_loads(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        html = await answer.text()
    nonce = re.search("script-src 'nonce-([^']+)'", policy)
    assert nonce is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert f'<script nonce="{nonce[1]}">' in html
    assert 'style="' not in html
    assert not re.search(r'(?:src|href)="https?:', html)
    async with browser.get("/") as again:
        assert nonce[1] not in again.headers["Content-Security-Policy"]


async def test_times_are_those_of_the_owners_clock(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    baku = sandbox.person(11, "Leyla", "az", zone="Asia/Baku")
    sent = baku.start().at.astimezone(ZoneInfo("Asia/Baku"))
    group = sandbox.group(-12, "Qrup", baku)
    group.add_bot(baku)
    html = await shown(browser)
    assert html.count(f'datetime="{sent:%Y-%m-%dT%H:}') >= 1
    assert "+04:00" in html
    assert "+00:00" not in html


async def test_chats_look_as_their_owners_see_them(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    sandbox.person(11, "ليلى", "ar").start()
    sandbox.person(12, "林月", "zh").start()
    sent = await api.send_message(12, "宪章日", parse_mode="HTML")
    await api.edit_message_text("<b>宪章日</b>", 12, sent.message_id, parse_mode="HTML")
    html = await shown(browser)
    assert re.search(r'id="chat11"[^>]* lang="ar" dir="rtl"', html)
    assert re.search(r'id="chat12"[^>]* lang="zh" dir="ltr"', html)
    assert "中文" in html
    assert "<strong>宪章日</strong>" in html
    assert html.count("<time ") == 3


async def test_people_start_write_and_press(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    person = sandbox.person(11, "Ada", "en")
    assert 'action="/chats/11/start"' in await shown(browser)
    await browser.post("/chats/11/start")
    await browser.post("/chats/11/say", data={"text": "سلام <b>"})
    assert [m.text for m in person.chat.messages] == ["/start", "سلام <b>"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = await api.send_message(11, "Where?", reply_markup=keyboard)
    press = asyncio.create_task(
        browser.post("/chats/11/press", data={"message_id": sent.message_id, "data": "go"})
    )
    offset = 0
    while True:
        update = (await api.get_updates(offset=offset, timeout=5))[0]
        if update.callback_query is not None:
            break
        offset = update.update_id + 1
    await update.callback_query.answer("Gone <there>")
    answer = await press
    assert answer.status == 200
    assert "Gone &lt;there&gt;" in await answer.text()
    gone = await browser.post("/chats/11/press", data={"message_id": "999", "data": "go"})
    assert gone.status == 400


async def test_the_fragment_is_sent_only_when_something_changed(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    person = sandbox.person(11, "Ada")
    found = re.search('id="said"[^>]* data-version="([^"]+)"', await shown(browser))
    assert found is not None
    path = f"/chats?seen={found[1]}"
    async with browser.get(path) as answer:
        assert answer.status == 204
    person.send("news from the quay")
    assert "news from the quay" in await shown(browser, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {},
    ],
)
async def test_other_sites_may_do_nothing(sandbox: Sandbox, headers: dict[str, str]) -> None:
    person = sandbox.person(11, "Ada")
    async with (
        aiohttp.ClientSession() as other,
        other.post(f"{sandbox.url}/chats/11/say", data={"text": "x"}, headers=headers) as answer,
    ):
        assert answer.status == 403
    assert person.chat.messages == []


async def test_other_names_for_this_machine_see_nothing(sandbox: Sandbox) -> None:
    sandbox.person(11, "Ada").send("secret")
    async with (
        aiohttp.ClientSession() as rebound,
        rebound.get(sandbox.url, headers={"Host": "evil.example.org"}) as answer,
    ):
        assert answer.status == 403
        assert "secret" not in await answer.text()


async def test_actions_run_and_say_what_came_of_it(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    runs = []

    async def run() -> Text | None:
        runs.append(1)
        if len(runs) > 1:
            raise PolyheraldError(text("There is no later anniversary."))
        return text("Sent to {n} chats.", n=7)

    sandbox.page_actions.append((text("Run the next anniversary"), run))
    assert "Run the next anniversary" in await shown(browser)
    answer = await browser.post("/actions/0")
    assert "Sent to 7 chats." in await answer.text()
    answer = await browser.post("/actions/0")
    assert "There is no later anniversary." in await answer.text()
    assert (await browser.post("/actions/1")).status == 404
    assert len(runs) == 2


async def test_long_chats_show_their_end(sandbox: Sandbox, browser: aiohttp.ClientSession) -> None:
    person = sandbox.person(11, "Ada", "en")
    for n in range(100):
        person.send(f"line {n};")
    html = await shown(browser)
    assert "line 99;" in html
    assert "line 0;" not in html
    assert "Older messages are not shown." in html


async def test_a_text_of_several_lines_is_sent_as_such(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    sandbox.person(11, "Ada", "en").start()
    await browser.post("/chats/11/say", data={"text": "A lamp\r\n\r\nIt is lit."})
    message = (await api.get_updates(timeout=5))[-1].message
    assert message is not None
    assert message.text == "A lamp\n\nIt is lit."


async def test_keys_are_shown_and_tapped_and_silence_is_seen(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    sandbox.person(11, "Ada", "fr", zone="Asia/Baku").start()
    keys = ReplyKeyboardMarkup([[KeyboardButton(HOSTILE, request_location=True)]])
    await api.send_message(11, "Where?", reply_markup=keys, disable_notification=True)
    html = await shown(browser)
    assert "sans son" in html
    assert HOSTILE not in html
    form = {"key": HOSTILE}
    assert (await browser.post("/chats/11/tap", data=form)).status == 200
    updates = await api.get_updates(timeout=5)
    shared = updates[-1].message
    assert shared is not None
    assert shared.location is not None
    assert (round(shared.location.latitude), round(shared.location.longitude)) == (40, 50)
    assert (await browser.post("/chats/11/tap", data={"key": "none"})).status == 400


async def test_what_the_bot_offers_inline_is_listed_and_chosen(
    sandbox: Sandbox, api: Bot, browser: aiohttp.ClientSession
) -> None:
    owner = sandbox.person(11, "Ada", "en")
    group = sandbox.group(-77, "Rowers", owner)
    name = sandbox.bot["username"]
    words = {"text": f"@{name} harbour"}
    asking = asyncio.create_task(browser.post(f"/chats/{group.id}/say", data=words).__aenter__())
    query = (await api.get_updates(timeout=5))[-1].inline_query
    assert query is not None
    content = InputTextMessageContent("Ships may come.")
    await query.answer([InlineQueryResultArticle("1", HOSTILE, content, description=HOSTILE)])
    html = await (await asking).text()
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "<img" not in html
    assert not group.messages
    async with browser.post(f"/chats/{group.id}/choose", data={"result": "1"}) as answer:
        assert answer.status == 400, "nothing more is offered"
    async with browser.post(f"/chats/{group.id}/say", data=words) as answer:
        assert "offered" in await answer.text(), "it is answered from what was kept"
    async with browser.post(f"/chats/{group.id}/choose", data={"result": "0"}) as answer:
        assert f"via @{name}" in await answer.text()
    assert [m.text for m in group.messages] == ["Ships may come."]
