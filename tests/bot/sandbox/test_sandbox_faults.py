"""What goes wrong on purpose, and whether the message was there all the same."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.sandbox import Fault, Sandbox
from bot.sandbox.faults import Kind


@pytest.mark.parametrize(
    ("kind", "error", "acted"),
    [
        ("429", RetryAfter, False),
        ("502", NetworkError, False),
        ("refuse", BadRequest, False),
        ("reset_before", NetworkError, False),
        ("reset_after", NetworkError, True),
        ("truncate", TelegramError, True),
    ],
)
async def test_each_fault_strikes_once(
    sandbox: Sandbox, api: Bot, kind: Kind, error: type[TelegramError], acted: bool
) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    fault = sandbox.faults.add(Fault(kind, chat_id=11))
    with pytest.raises(error) as caught:
        await api.send_message(11, "struck")
    assert isinstance(caught.value, BadRequest) == (kind == "refuse")
    assert ("struck" in [m.text for m in person.chat.messages]) == acted
    await api.send_message(11, "whole")
    assert sandbox.faults.used(fault) == 1


async def test_a_fault_strikes_only_its_chat_and_method(sandbox: Sandbox, api: Bot) -> None:
    for i in (11, 12):
        sandbox.person(i, "P").start()
    fault = sandbox.faults.add(Fault("429", chat_id=12, times=2, retry_after=7))
    await api.get_me()
    await api.send_message(11, "x")
    for _ in range(2):
        with pytest.raises(RetryAfter, match="0:00:07"):
            await api.send_message(12, "x")
    await api.send_message(12, "x")
    assert sandbox.faults.used(fault) == 2
    assert [c.status for c in sandbox.calls.sent_to(12)] == [429, 429, 200]


async def test_a_hung_answer_is_a_timeout_and_the_message_is_there(
    sandbox: Sandbox, api: Bot
) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    sandbox.faults.add(Fault("hang"))
    with pytest.raises(TimedOut):
        await api.send_message(11, "hung", read_timeout=0.1)
    assert (await person.chat.wait_for("hung")).text == "hung"


@pytest.mark.parametrize("after_acting", [True, False])
async def test_a_gate_holds_calls_until_it_opens(
    sandbox: Sandbox, api: Bot, after_acting: bool
) -> None:
    for i in (11, 12):
        sandbox.person(i, "P").start()
    gate = sandbox.hold(after_acting=after_acting)
    sends = [asyncio.create_task(api.send_message(i, "held")) for i in (11, 12)]
    await gate.wait_held(2)
    assert not any(send.done() for send in sends)
    there = [len(sandbox.chat(i).messages) for i in (11, 12)]
    assert there == ([2, 2] if after_acting else [1, 1])
    gate.release()
    assert [m.text for m in await asyncio.gather(*sends)] == ["held", "held"]
    await api.send_message(11, "free")
    with pytest.raises(TimeoutError):
        await gate.wait_held(3, timeout=0.01)


async def test_latency_delays_and_harms_nothing(sandbox: Sandbox, api: Bot) -> None:
    sandbox.person(11, "Ada").start()
    sandbox.faults.add(Fault("latency", method=None, seconds=0.05))
    before = asyncio.get_running_loop().time()
    await api.send_message(11, "x")
    assert asyncio.get_running_loop().time() - before >= 0.05


async def test_stopping_lets_go_of_what_is_held() -> None:
    sandbox = await Sandbox().start()
    sandbox.person(11, "Ada").start()
    async with Bot(sandbox.token, base_url=f"{sandbox.url}/bot") as api:
        gate = sandbox.hold()
        held = asyncio.create_task(api.send_message(11, "x"))
        poll = asyncio.create_task(api.get_updates(offset=200_000, timeout=30))
        await gate.wait_held()
        await sandbox.updates.wait_polled()
        async with asyncio.timeout(3):
            await sandbox.stop()
            await asyncio.gather(held, poll, return_exceptions=True)
    assert len(sandbox.chat(11).messages) == 2
