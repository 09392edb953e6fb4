"""Updates: polled by one, or posted to a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.sandbox import Sandbox


async def test_updates_stay_until_they_are_confirmed(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada", "en")
    for text in ("one", "two", "three"):
        person.send(text)
    first = await api.get_updates(limit=2)
    assert await api.get_updates(limit=2) == first
    rest = await api.get_updates(offset=first[-1].update_id + 1)
    assert [u.message.text for u in rest if u.message] == ["three"]
    person.send("four")
    [last] = await api.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "four"
    assert sandbox.updates.pending == 1


async def test_a_long_poll_ends_with_the_next_update(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada", "az")
    poll = asyncio.create_task(api.get_updates(timeout=30))
    await sandbox.updates.wait_polled()
    person.send("/latest@herald_sandbox_bot now")
    [update] = await asyncio.wait_for(poll, 5)
    assert update.message is not None
    assert update.message.parse_entities(["bot_command"]) != {}
    assert update.effective_user is not None
    assert update.effective_user.language_code == "az"


async def test_a_second_poller_ends_the_first(sandbox: Sandbox, api: Bot) -> None:
    first = asyncio.create_task(api.get_updates(timeout=30))
    await sandbox.updates.wait_polled()
    async with Bot(sandbox.token, base_url=f"{sandbox.url}/bot") as other:
        await other.get_updates(timeout=0)
    with pytest.raises(Conflict, match=r"(?i)terminated by other getUpdates request"):
        await asyncio.wait_for(first, 5)


async def test_only_what_was_asked_for(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    await api.get_updates(allowed_updates=["my_chat_member"])
    person.start()
    person.block()
    [update] = await api.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"


async def test_groups_are_private_to_commands_and_replies(sandbox: Sandbox, api: Bot) -> None:
    owner = sandbox.person(1, "Vera")
    group = sandbox.group(-77, "Press", owner)
    group.add_bot()
    sent = await api.send_message(-77, "hello")
    owner.send("gossip", chat=group)
    owner.send("/latest", chat=group)
    owner.send("thanks", chat=group, reply_to=group.message(sent.message_id))
    heard = [u.message.text for u in await api.get_updates() if u.message and u.message.text]
    assert heard == ["/latest", "thanks"]


async def test_a_channel_tells_who_added_the_bot(sandbox: Sandbox, api: Bot) -> None:
    owner = sandbox.person(1, "Vera")
    channel = sandbox.channel(-1001234567890, "Harbour", owner)
    channel.add_bot(owner, can_post=False)
    owner.send("first", chat=channel)
    added, posted = await api.get_updates()
    assert added.my_chat_member is not None
    assert added.my_chat_member.from_user.id == 1
    assert added.my_chat_member.old_chat_member.status == "left"
    assert getattr(added.my_chat_member.new_chat_member, "can_post_messages", None) is False
    assert posted.channel_post is not None
    assert posted.channel_post.text == "first"
    forwarded = owner.forward(channel.messages[0])
    assert forwarded.origin is not None
    update = (await api.get_updates())[-1]
    assert update.message is not None
    assert getattr(update.message.forward_origin, "chat", None) == posted.channel_post.chat


@dataclass
class Hook:
    """A webhook that fails as often as it is told to."""

    url: str = ""
    failures: int = 0
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        async with self.changed:
            self.taken.append((secret, await request.json()))
            self.changed.notify_all()
        return web.Response()

    async def wait(self, n: int) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= n)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/telegram/webhook", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_each_update_until_it_takes_it(
    sandbox: Sandbox, api: Bot, hook: Hook
) -> None:
    person = sandbox.person(11, "Ada")
    person.send("one")
    hook.failures = 2
    assert await api.set_webhook(hook.url, secret_token="sesame")
    with pytest.raises(Conflict, match=r"(?i)while webhook is active"):
        await api.get_updates()
    await hook.wait(1)
    info = await api.get_webhook_info()
    assert info.url == hook.url
    assert info.last_error_message == "Wrong response from the webhook: 500"
    person.send("two")
    await hook.wait(2)
    sandbox.updates.repeat()
    await hook.wait(3)
    assert {secret for secret, _ in hook.taken} == {"sesame"}
    assert [u["message"]["text"] for _, u in hook.taken] == ["one", "two", "two"]
    assert hook.taken[1][1] == hook.taken[2][1]
    assert await api.delete_webhook()
    person.send("three")
    [update] = await api.get_updates()
    assert update.message is not None
    assert update.message.text == "three"


async def test_setting_a_webhook_ends_a_poll(sandbox: Sandbox, api: Bot, hook: Hook) -> None:
    poll = asyncio.create_task(api.get_updates(timeout=30))
    await sandbox.updates.wait_polled()
    await api.set_webhook(hook.url)
    with pytest.raises(Conflict, match=r"(?i)setWebhook"):
        await asyncio.wait_for(poll, 5)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://example.org/hook", "ok"),
        ("https://example.org:9000/hook", "ok"),
        ("https://example.org/hook", "not allowed!"),
    ],
)
async def test_webhooks_that_telegram_refuses(api: Bot, url: str, secret: str) -> None:
    with pytest.raises(BadRequest):
        await api.set_webhook(url, secret_token=secret)
