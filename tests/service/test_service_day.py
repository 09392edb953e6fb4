"""A day of the whole service: a folder goes in; messages, feeds and pages come out."""

from __future__ import annotations

import asyncio
import signal

import feedparser
import pytest

from bot.sandbox.rates import Rates
from tests.service.house import COMET, LANGUAGES, House


async def test_a_release_reaches_each_reader_once_in_their_language(house: House) -> None:
    house.cold = True
    house.write_release()
    serving = await house.serve()
    readers = await asyncio.gather(*(house.join(100 + i, tag) for i, tag in enumerate(LANGUAGES)))
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    for tag, reader in zip(LANGUAGES, readers, strict=True):
        message = await reader.chat.wait_for(COMET[tag][0], timeout=20)
        assert COMET[tag][1] in message.text
        assert [b.url for b in message.buttons] == [f"{house.base}/{tag}/releases/comet-log"]
    await house.through(7)

    for tag in ("en", "ar"):
        for name in ("rss.xml", "atom.xml"):
            path = f"/feeds/{tag}/{name}"
            page = await house.shows(path, COMET[tag][0], timeout=2)
            feed = feedparser.parse(page.body)
            assert not feed.bozo
            (entry,) = feed.entries
            assert entry.title == COMET[tag][0]
            assert COMET[tag][1] in entry.content[0].value
            assert entry.link == f"{house.base}/{tag}/releases/comet-log"
            again = await house.get(path, If_None_Match=page.headers["ETag"])
            assert (again.status, again.body) == (304, b"")
    page = await house.get("/ar/releases/comet-log")
    assert page.status == 200
    assert COMET["ar"][1] in page.text
    assert 'dir="rtl"' in page.text

    report = (await house.polyherald("deliveries", "comet-log", "--json")).json
    assert {row["announcement"] for row in report} == {"comet-log/publication"}
    assert sorted(row["language"] for row in report) == sorted(LANGUAGES)
    assert {row["state"] for row in report} == {"sent"}
    assert all(row["message_ids"] and row["at"] for row in report)

    counted = (await house.get("/metrics")).text
    assert 'polyherald_deliveries_total{state="sent"} 7.0' in counted
    assert "polyherald_subscribers 7.0" in counted
    assert "polyherald_backlog 0.0" in counted

    assert await serving.ended(signal.SIGTERM) == 0, serving.log
    assert [len(house.announced(reader)) for reader in readers] == [1] * 7
    assert house.sandbox.token not in serving.log


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_restart_sends_nothing_again(house: House) -> None:
    house.write_release()
    first = await house.serve()
    reader = await house.join(100, "fr")
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.through(1)
    assert await first.ended(signal.SIGINT) == 0, first.log

    await house.serve()
    latest = reader.send("/latest")
    await reader.chat.wait_for(COMET["fr"][0], after=latest)
    late = await house.join(101, "az")
    house.write_release("second-log", secret="!")
    await house.taken_in("second-log")
    await house.polyherald("publish", "second-log")
    for person, tag in ((reader, "fr"), (late, "az")):
        await person.chat.wait_for(COMET[tag][0] + "!", timeout=20)
    await house.through(3)
    # The one who came later is told of what came later, and nobody of the first release again.
    assert [len(house.announced(person)) for person in (reader, late)] == [2, 1]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_stopping_finishes_what_is_in_flight(house: House) -> None:
    house.write_release()
    serving = await house.serve()
    reader = await house.join(100, "en")
    await house.taken_in()
    gate = house.sandbox.hold("sendMessage")
    await house.polyherald("publish", "comet-log")
    await gate.wait_held()
    ending = asyncio.create_task(serving.ended(signal.SIGTERM))
    await serving.logs("in flight")
    assert not ending.done()
    gate.release()
    assert await ending == 0, serving.log
    assert await house.states() == {"100": "sent"}
    assert len(house.announced(reader)) == 1


async def test_many_who_press_start_at_once_are_all_answered_within_the_rate(
    small_house: House,
) -> None:
    small_house.set(rate_per_second=30)
    small_house.sandbox.rates.rates = Rates()
    await small_house.serve()
    people = [small_house.sandbox.person(500 + i, f"Reader {i}", "en") for i in range(45)]
    for person in people:
        person.start()
    await asyncio.gather(*(person.chat.wait_for("/help", timeout=20) for person in people))
    assert small_house.sandbox.rates.refused == 0
    assert [len(small_house.sandbox.calls.sent_to(person.id)) for person in people] == [1] * 45
