"""Ways to run the service: webhook or polling, without a token, where it must not start."""

from __future__ import annotations

import signal
import socket
import sqlite3

import pytest

from bot.store import migrations
from tests.service.house import House, free_port

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def test_updates_come_by_webhook_to_who_knows_the_secret(small_house: House) -> None:
    house = small_house
    house.set(telegram_webhook_url=house.base, telegram_webhook_secret="knock-knock")
    await house.serve()
    reader = await house.join(100, "fr")
    assert house.sandbox.updates.webhook is not None
    assert house.sandbox.updates.webhook.url == f"{house.base}/telegram/webhook"
    assert house.sandbox.calls.of("getUpdates") == []
    asked = reader.send("/help")
    await reader.chat.wait_for("/language", after=asked)

    # Telegram may post an update twice; it is answered once.
    house.sandbox.updates.repeat()
    last = reader.send("/privacy")
    await reader.chat.wait_for("/mydata", after=last)
    answers = [m for m in reader.chat.messages if m.from_bot and m.message_id > asked.message_id]
    assert len(answers) == 2

    forged = {
        "update_id": 1,
        "message": {
            "message_id": 9,
            "date": 0,
            "chat": reader.chat.as_json(),
            "from": reader.as_json(),
            "text": "/stop",
            "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
        },
    }
    for headers in ({}, {SECRET_HEADER: "knock"}, {SECRET_HEADER: "knöck"}):
        url = f"{house.base}/telegram/webhook"
        async with house.http.post(url, json=forged, headers=headers) as answer:
            assert answer.status == 403
    last = reader.send("/mydata")
    assert "Français" in (await reader.chat.wait_for("100", after=last)).text


async def test_polling_has_no_webhook(small_house: House) -> None:
    house = small_house
    await house.serve()
    await house.sandbox.updates.wait_polled(20)
    async with house.http.post(f"{house.base}/telegram/webhook", json={"update_id": 1}) as answer:
        assert answer.status in (404, 405)


async def test_without_a_token_pages_and_feeds_work(small_house: House) -> None:
    house = small_house
    house.set(telegram_token=None)
    house.write_release()
    serving = await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.shows("/feeds/zh/atom.xml", "彗星记录开放")
    assert (await house.get("/zh/releases/comet-log")).status == 200
    ready = await house.get("/readyz")
    assert (ready.status, '"ready": true' in ready.text) == (200, True)
    assert "telegram_token" in serving.log
    assert len(house.sandbox.calls) == 0
    assert await serving.ended(signal.SIGTERM) == 0


async def test_a_refused_token_is_told_by_readyz_and_the_pages_work(small_house: House) -> None:
    house = small_house
    house.set(telegram_token="7000000001:another-token")
    serving = await house.serve()
    page = await house.shows("/readyz", "telegram_token")
    assert page.status == 503
    assert (await house.get("/en/")).status == 200
    assert "another-token" not in serving.log
    assert await serving.ended(signal.SIGTERM) == 0


async def test_a_second_service_on_the_same_files_is_refused(small_house: House) -> None:
    house = small_house
    first = await house.serve()
    said = await house.refused(port=free_port())
    assert "Another Polyherald already runs" in said
    assert str(house.folder / "data") in said
    await first.killed()
    await house.serve()


async def test_a_taken_port_is_refused(small_house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", small_house.port))
        taken.listen()
        said = await small_house.refused()
    assert f"127.0.0.1:{small_house.port}" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody:hunter2@127.0.0.1:1/nothing",
        "sqlite:////proc/nowhere/polyherald.db",
    ],
)
async def test_a_database_that_is_away_is_one_line_and_no_password(
    small_house: House, url: str
) -> None:
    said = await small_house.refused(database_url=url)
    assert "database" in said or "/proc/nowhere" in said
    assert "hunter2" not in said


async def test_a_database_from_the_future_is_left_alone(small_house: House) -> None:
    file = small_house.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = await small_house.refused()
    assert "newer version" in said
    assert "9999" in said
    refused = await small_house.polyherald("list", status=1)
    assert "9999" in refused.err
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [migrations.HEAD])
    connection.close()
    await small_house.serve()
    # A newer version is brought in on another machine: this one goes on until its turn comes.
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ready = await small_house.get("/readyz")
    assert ready.status == 200
    assert "schema 9999, of a newer version" in ready.text


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"port": "eighty"}, ("port", "eighty")),
        ({"languages": "en,xx-nonsense-"}, ("languages",)),
        ({"telegram_webhook_url": "https://press.example.org"}, ("telegram_webhook_secret",)),
        ({"staff": "7:king"}, ("staff", "POLYHERALD_STAFF")),
    ],
)
async def test_a_wrong_setting_is_one_line_that_names_it(
    small_house: House, settings: dict[str, str], named: tuple[str, ...]
) -> None:
    said = await small_house.refused(**settings)
    assert all(word in said for word in named)
