"""Each update is handled once, in order, and nothing that happens on the way is fatal."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, web
from sqlalchemy import func, select

from bot.audience.subscriber import SubscriberState
from bot.chat.app import Chat
from bot.chat.lines import LONGEST
from bot.errors import StoreError, TransportError
from bot.releases import notices
from bot.releases.notices import Notice
from bot.sandbox import Fault
from bot.store import tables as t
from bot.transports.telegram import TelegramTransport
from translations.text import text

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])

SECRET = "a-secret_of-ours"
WELCOME = "Welcome. You are subscribed to our press releases."
_ids = itertools.count(1)


def message(words: str, *, sender: int = 21, number: int | None = None) -> bytes:
    """An update as Telegram posts it."""
    user = {"id": sender, "is_bot": False, "first_name": "Mara", "language_code": "en"}
    return orjson.dumps(
        {
            "update_id": number or next(_ids),
            "message": {
                "message_id": 1,
                "date": 1782468000,
                "chat": {"id": sender, "type": "private", "first_name": "Mara"},
                "from": user,
                "text": words,
            },
        }
    )


@pytest.fixture
async def hooked(talk: Callable[..., Awaitable[Any]], sandbox: Any) -> Any:
    """A bot whose updates are posted to it; the test posts them itself."""
    bot = await talk(telegram_webhook_url="http://127.0.0.1:9/hook", telegram_webhook_secret=SECRET)
    await sandbox.updates.set_webhook(None)
    return bot


def known(bot: Any, id: int = 21) -> Any:
    """Somebody to whom the bot may write, without an update of theirs."""
    person = bot.person(id)
    person.chat.started = True
    return person


async def test_the_same_update_acts_once_however_often_it_comes(hooked: Any) -> None:
    person = known(hooked)
    start = message("/start", number=900)
    statuses = [await hooked.chat.handle_webhook(SECRET, start)]
    statuses += await asyncio.gather(*(hooked.chat.handle_webhook(SECRET, start) for _ in range(5)))
    assert set(statuses) == {200}
    assert len(person.chat.messages) == 1
    await hooked.chat.handle_webhook(SECRET, message("/stop", number=901))
    await hooked.chat.handle_webhook(SECRET, start)
    assert await hooked.subscriber(person.id) is None


async def test_another_process_that_got_the_same_update_does_nothing(hooked: Any) -> None:
    """As when Telegram posts it again to another machine while the first is at it."""
    person = known(hooked)
    other = Chat(hooked.database, hooked.settings, hooked.clock, hooked.desk, hooked.transport)
    await other.start()
    await hooked.sandbox.updates.set_webhook(None)
    start = message("/start", number=900)
    await asyncio.gather(
        hooked.chat.handle_webhook(SECRET, start), other.handle_webhook(SECRET, start)
    )
    async with hooked.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(t.subscriber)) == 1
    assert len(person.chat.messages) == 1
    await other.close()


@ON_ONE
async def test_only_telegram_may_post_to_the_webhook(hooked: Any) -> None:
    person = known(hooked)
    for secret in ("", None, "wrong", SECRET + "x", "é"):
        assert await hooked.chat.handle_webhook(secret, message("/start")) == 403
    assert await hooked.chat.handle_webhook(SECRET, b"{") == 400
    assert await hooked.chat.handle_webhook(SECRET, b"[]") == 400
    assert await hooked.chat.handle_webhook(SECRET, b'{"update_id": "1"}') == 400
    assert await hooked.chat.handle_webhook(SECRET, b" " * 2_000_000) == 413
    assert not person.chat.messages
    assert await hooked.subscriber(person.id) is None


@ON_ONE
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"message": {"message_id": "x"}},
        {"message": None},
        {"shiny_new_thing": {"chat": {"id": 1}}},
        {"callback_query": {"id": "1", "from": {"id": 21, "is_bot": False, "first_name": "M"}}},
        {"my_chat_member": {"chat": {}}},
    ],
)
async def test_an_update_of_an_unknown_form_is_passed_over(hooked: Any, odd: Any) -> None:
    body = orjson.dumps({"update_id": next(_ids)} | odd)
    assert await hooked.chat.handle_webhook(SECRET, body) == 200
    known(hooked)
    assert await hooked.chat.handle_webhook(SECRET, message("/start")) == 200
    assert await hooked.subscriber(21) is not None


@ON_ONE
async def test_while_the_database_is_away_telegram_is_asked_to_come_again(
    hooked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = known(hooked)
    database = hooked.database
    real = database.read

    def away() -> Any:
        raise StoreError(text("The database is away."))

    monkeypatch.setattr(database, "read", away)
    start = message("/start")
    assert await hooked.chat.handle_webhook(SECRET, start) == 503
    monkeypatch.setattr(database, "read", real)
    assert await hooked.chat.handle_webhook(SECRET, start) == 200
    assert WELCOME in person.chat.messages[0].text


@ON_ONE
async def test_updates_come_over_http_to_the_webhook(
    talk: Callable[..., Awaitable[Any]], sandbox: Any, unused_server: Any
) -> None:
    bots: list[Any] = []

    async def hook(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        return web.Response(status=await bots[0].chat.handle_webhook(secret, await request.read()))

    address = await unused_server(hook)
    bots.append(await talk(telegram_webhook_url=address, telegram_webhook_secret=SECRET))
    assert sandbox.updates.webhook.url == f"{address}/telegram/webhook"
    person = bots[0].person()
    await bots[0].ask(person, "/start")
    sandbox.updates.repeat()
    await bots[0].quiet(person)
    assert len([m for m in person.chat.messages if WELCOME in m.text]) == 1
    async with ClientSession() as session, session.post(address + "/telegram/webhook") as answer:
        assert answer.status == 403


@pytest.fixture
async def unused_server() -> AsyncIterator[Callable[[Any], Awaitable[str]]]:
    runners = []

    async def start(handler: Any) -> str:
        app = web.Application()
        app.router.add_post("/telegram/webhook", handler)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@ON_ONE
async def test_one_chat_is_served_in_order_and_others_meanwhile(bot: Any) -> None:
    slow, quick = bot.person(31, "Slow"), bot.person(32, "Quick")
    gate = bot.sandbox.hold("sendMessage", chat_id=31)
    slow.send("/start")
    slow.send("/stop")
    slow.send("/start")
    await gate.wait_held()
    assert WELCOME in (await bot.ask(quick, "/start")).text
    gate.release()
    said = [m.text.split(".")[0] for m in await bot.quiet(slow)]
    assert said[:3] == ["Welcome", "You are unsubscribed, and what was stored about you is erased",
                        "Welcome"]  # fmt: skip


@ON_ONE
async def test_an_error_in_one_answer_is_logged_without_content_and_answered_kindly(
    bot: Any, logged: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.chat import dispatch

    async def broken(_turn: Any, arguments: str) -> None:
        raise RuntimeError(f"could not do {arguments}")

    monkeypatch.setattr(dispatch, "COMMANDS", {**dispatch.COMMANDS, "feeds": broken})
    person = bot.person()
    answer = await bot.ask(person, "/feeds my-private-words")
    assert answer.text.startswith("Something went wrong here.")
    assert WELCOME in (await bot.ask(person, "/start")).text
    (entry,) = [e for e in logged if e["event"] == "update failed"]
    assert entry["error"] == "RuntimeError"
    assert "my-private-words" not in str(logged)
    assert bot.sandbox.token.partition(":")[2] not in str(logged)


@ON_ONE
async def test_who_blocks_the_bot_in_the_middle_of_an_answer_disturbs_nobody(
    bot: Any, logged: list[Any]
) -> None:
    person = bot.person()
    person.send("/help")
    person.blocked = True
    assert WELCOME in (await bot.ask(bot.person(22, "Omar"), "/start")).text
    assert not [e for e in logged if e["log_level"] == "error"]


@ON_ONE
@pytest.mark.parametrize("kind", ["502", "429", "reset_before", "reset_after", "truncate"])
async def test_polling_survives_what_goes_wrong_on_the_way(
    bot: Any, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.poller.Poller._backoff", lambda self: 0.01)
    fault = bot.sandbox.faults.add(Fault(kind, method="getUpdates", times=2, retry_after=0))
    person = bot.person()
    bot.person(22, "Omar").start()  # wakes the request that is waiting, so that the next is struck
    assert WELCOME in (await bot.ask(person, "/start")).text
    assert bot.sandbox.faults.used(fault) == 2


@ON_ONE
async def test_a_second_program_with_the_same_token_is_waited_out(
    bot: Any, logged: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.poller.Poller._backoff", lambda self: 0.01)
    person = bot.person()
    await bot.ask(person, "/start")
    fault = Fault("refuse", method="getUpdates", code=409, description="Conflict: terminated by "
                  "other getUpdates request")  # fmt: skip
    bot.sandbox.faults.add(fault)
    assert "Nothing is passed on" in (await bot.ask(person, "/privacy")).text
    await bot.quiet(person)
    assert [e for e in logged if "another program polls" in e["event"]]


@ON_ONE
async def test_a_forgotten_webhook_is_removed(bot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.sandbox.updates import Webhook

    monkeypatch.setattr("bot.chat.poller.Poller._backoff", lambda self: 0.01)
    await bot.sandbox.updates.set_webhook(Webhook(url="http://127.0.0.1:9/other"))
    assert WELCOME in (await bot.ask(bot.person(), "/start")).text
    assert bot.sandbox.updates.webhook is None


@ON_ONE
async def test_a_restart_repeats_nothing_and_loses_nothing(
    talk: Callable[..., Awaitable[Any]], sandbox: Any
) -> None:
    first = await talk()
    person = first.person()
    await first.ask(person, "/start")
    await sandbox.updates.wait_polled()
    # What the request under way brings will not be confirmed by another one.
    sandbox.faults.add(Fault("502", method="getUpdates", times=None))
    person.send("/topics")
    await person.chat.wait_for("no topics yet")
    await first.end()
    sandbox.faults.clear()
    person.send("/feeds")
    second = await talk()
    await person.chat.wait_for("rss.xml")
    said = await second.quiet(person)
    assert len([m for m in said if "no topics yet" in m.text]) == 1
    assert len([m for m in said if "rss.xml" in m.text]) == 1


@ON_ONE
async def test_a_flood_from_one_person_is_cut_off(bot: Any, logged: list[Any]) -> None:
    person = bot.person()
    gate = bot.sandbox.hold("sendMessage", chat_id=person.id)
    for _ in range(120):
        person.send("/help")
    await gate.wait_held()
    assert WELCOME in (await bot.ask(bot.person(22, "Omar"), "/start")).text
    gate.release()
    await person.chat.wait_for(lambda _: len(person.chat.messages) >= 120 + LONGEST)
    await bot.quiet(person)
    assert any("too many" in entry["event"] for entry in logged)


@ON_ONE
async def test_updates_that_cannot_come_again_are_forgotten(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    bot.clock.set(bot.clock.now() + timedelta(days=3))
    await bot.ask(person, "/help")
    await bot.ask(person, "/help")
    async with bot.database.read() as connection:
        oldest = await connection.scalar(select(func.min(t.handled_update.c.at)))
    assert oldest > bot.clock.now() - timedelta(days=2)


@ON_ONE
async def test_a_refused_token_is_told_at_once(bot: Any, sandbox: Any) -> None:
    transport = TelegramTransport("7000000001:another", sandbox.url)
    chat = Chat(bot.database, bot.settings, bot.clock, bot.desk, transport)
    with pytest.raises(TransportError, match="token was refused"):
        await chat.start()
    await transport.close()


@ON_ONE
async def test_without_telegram_the_bot_waits_and_then_tells_what_it_had_to(
    talk: Callable[..., Awaitable[Any]], sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.app.FIRST_PAUSE", 0.01)
    admin = sandbox.person(11, "Ada", "en")
    admin.chat.started = True
    sandbox.faults.add(Fault("502", method="getMe", times=3))
    bot = await talk()
    notice = Notice(key="1", what=text("“{slug}” is already published.", slug="old-news"))
    async with bot.database.write() as connection:
        await notices.post(bot.database, connection, bot.settings, bot.clock.now(), [notice])
    await admin.chat.wait_for("“old-news” is already published.")
    assert WELCOME in (await bot.ask(bot.person(), "/start")).text


@ON_ONE
async def test_when_told_to_wait_the_answer_comes_later(bot: Any) -> None:
    person = bot.person()
    bot.sandbox.faults.add(Fault("429", chat_id=person.id, retry_after=0, times=2))
    assert WELCOME in (await bot.ask(person, "/start")).text
    assert (await bot.subscriber(person.id)).state is SubscriberState.ACTIVE


HOSTILE = (
    "<b>bold</b>", "*bold* _it_ `code` [x](tg://user?id=1)", "{0.__class__} {slug} %s %(x)s",
    "\u202egnp.exe", "\u0000nul", "a" * 4000, "\U0001f468\u200d\U0001f469" * 400, "'; DROP TABLE--",
    "/release <script>", "/timezone ../../etc/passwd", "/timezone {zone}", "/start setup_{}",
    "/start " + "x" * 64, "/queue a b c", "/deliveries \u2066", "/release \ud7ff\ue000",
)  # fmt: skip


@ON_ONE
@pytest.mark.parametrize("sender", [11, 21])
async def test_hostile_words_and_names_never_become_markup_or_a_failure(
    bot: Any, sender: int, logged: list[Any]
) -> None:
    person = bot.person(sender, "<b>{name}</b>\u202e")
    await bot.ask(person, "/start")
    for words in HOSTILE:
        person.send(words)
    for message in await bot.quiet(person):
        assert {e["type"] for e in message.entities} <= {"bold", "text_link", "code"}
        assert not message.text.startswith("Something went wrong")
    assert not [e for e in logged if e["log_level"] == "error"]
    assert await bot.releases() == []


@ON_ONE
async def test_what_was_deleted_meanwhile_is_answered_anew(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    asked = await bot.ask(person, "/language")
    pressed = asyncio.create_task(person.press("Français", asked))
    await asyncio.sleep(0)
    person.chat.delete(asked)
    assert not (await pressed).text
    assert "Now: English and Français" in person.chat.last.text
    assert (await bot.subscriber(person.id)).languages == ("en", "fr")


@ON_ONE
async def test_a_button_forged_for_a_photo_is_answered_below_it(
    bot: Any, file_harbour: Any, photograph: Callable[..., bytes], logged: list[Any]
) -> None:
    admin = bot.person(11, "Ada")
    release = await file_harbour(bot)
    card = await bot.ask(admin, f"/release {release.slug}")
    admin.send_photo(photograph(), reply_to=card)
    shown = await admin.chat.wait_for("It is with the release.")
    await admin.press("Look at 1", shown)
    photo = await admin.chat.wait_for(lambda message: message.photo is not None)
    await bot.sandbox.chats.queries.open(admin, photo, f"release:{release.id}")
    assert release.slug in admin.chat.last.text
    assert not [e for e in logged if e["log_level"] in ("warning", "error")]


@ON_ONE
async def test_a_picture_that_is_deleted_before_it_was_asked_about(
    bot: Any, file_harbour: Any, photograph: Callable[..., bytes]
) -> None:
    admin = bot.person(11, "Ada")
    release = await file_harbour(bot)
    admin.chat.delete(admin.send_photo(photograph()))
    asked = await admin.chat.wait_for("For which release is this picture?")
    said = await admin.press(release.slug, asked)
    assert said.text.startswith("This button is out of date.")
