"""Corrections and withdrawals, as subscribers, visitors and feed readers see them."""

from __future__ import annotations

import feedparser
import pytest

from bot.audience import repository as audience
from bot.clock import SystemClock
from bot.releases.desk import Desk
from bot.releases.review import OPERATOR
from bot.sandbox.person import Person
from bot.settings import Settings
from tests.service.house import LANGUAGES, House, until


async def _subscribed(house: House, *people: tuple[Person, str]) -> None:
    for person, language in people:
        person.start()
        house.sandbox.updates.drop()
        async with house.database.write() as connection:
            await audience.subscribe(
                house.database,
                connection,
                SystemClock().now(),
                transport="telegram",
                address=str(person.id),
                languages=(language,),
                timezone="UTC",
            )


def _write(house: House, tag: str, headline: str, body: str) -> None:
    house.write(
        "tide-log", f"{tag}.md", f"---\nheadline: {headline}\nstate: approved\n---\n\n{body}\n"
    )


async def _published(house: House, number: int, more: str = "") -> None:
    house.write("tide-log", "release.yaml", "date: 2026-06-26\noriginal: en\n" + more)
    _write(house, "en", "The tide log", "It has 12 volumes.")
    _write(house, "fr", "Le journal des marées", "Il compte 12 volumes.")
    await house.taken_in("tide-log")
    desk = Desk(house.database, Settings(languages=LANGUAGES), SystemClock())
    await desk.publish(OPERATOR, "tide-log")
    await house.shows("/en/releases/tide-log", "12 volumes")
    await house.through(number)


def _file(house: House, body: str, tag: str = "en", headline: str = "The tide log") -> str:
    path = house.folder / f"{tag}.md"
    path.write_text(f"---\nheadline: {headline}\n---\n\n{body}\n", "utf-8")
    return str(path)


async def _ended(house: House, key: str) -> dict[str, tuple[str, str]]:
    """By address, the way and state of an announcement's deliveries, once all are final."""

    async def final() -> bool:
        mine = [e for e in await house.entries() if e.announcement == key]
        return bool(mine) and all(e.state.value in ("sent", "failed", "unknown") for e in mine)

    await until(final, f"{key} has ended")
    return {
        e.address: (e.way.value, e.state.value)
        for e in await house.entries()
        if e.announcement == key
    }


async def test_a_correction_is_edited_in_and_told_of_in_the_language_that_was_sent(
    house: House,
) -> None:
    ann, bob, zoe = (house.sandbox.person(1000 + i, n, "en") for i, n in enumerate("ABZ"))
    await house.serve()
    await _subscribed(house, (ann, "en"), (bob, "en"), (zoe, "fr"))
    await _published(house, 3)
    bob.chat.delete(house.announced(bob)[0])
    done = await house.polyherald(
        *("correct", "tide-log", _file(house, "It has 13 volumes."), "--kind", "correction"),
        *("--note", "There are 13 volumes, not 12.", "--note", "fr=Il y a 13 volumes."),
    )
    assert "fr" in done.err  # the translation still says what the original said before
    assert await _ended(house, "tide-log/correction/1") == {
        "1000": ("notice", "sent"),
        "1001": ("reply", "sent"),
    }
    first, told = house.announced(ann)
    assert "13 volumes" in first.text
    assert "12 volumes" not in first.text.replace("not 12", "")
    assert "There are 13 volumes, not 12." in first.text
    assert told.reply_to is first
    assert "There are 13 volumes, not 12." in told.text
    (reply,) = house.announced(bob)
    assert "It has 13 volumes." in reply.text
    assert [m.text.split("\n")[0] for m in house.announced(zoe)] == ["Le journal des marées"]
    page = await house.shows("/en/releases/tide-log", "13 volumes.")
    assert "There are 13 volumes, not 12." in page.text
    assert "It has 13 volumes." in page.text
    assert "12 volumes" in (await house.get("/fr/releases/tide-log")).text
    feed = feedparser.parse((await house.shows("/feeds/en/atom.xml", "It has 13")).body)
    assert "It has 13 volumes." in feed.entries[0].content[0].value
    assert "There are 13 volumes, not 12." in feed.entries[0].content[0].value


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_typo_is_put_right_without_a_word(house: House) -> None:
    ann, bob = (house.sandbox.person(1000 + i, n, "en") for i, n in enumerate("AB"))
    await house.serve()
    await _subscribed(house, (ann, "en"), (bob, "en"))
    await _published(house, 2)
    bob.chat.delete(house.announced(bob)[0])
    done = await house.polyherald(
        "correct", "tide-log", _file(house, "It has twelve volumes."), "--kind", "typo"
    )
    assert done.err == ""  # translations stay approved
    assert await _ended(house, "tide-log/correction/1") == {
        "1000": ("edit", "sent"),
        "1001": ("reply", "sent"),
    }
    (only,) = house.announced(ann)
    assert only.text.split("\n\n")[1] == "It has twelve volumes."
    (again,) = house.announced(bob)
    assert again.silent


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_withdrawal_leaves_a_notice_everywhere(house: House) -> None:
    ann, zoe = house.sandbox.person(1000, "A", "en"), house.sandbox.person(1001, "Z", "fr")
    await house.serve()
    await _subscribed(house, (ann, "en"), (zoe, "fr"))
    await _published(house, 2, "observance:\n  origin: 1926-06-26\n")
    assert (await house.polyherald("calendar", "--json")).json != []
    feed = await house.shows("/feeds/en/atom.xml", "12 volumes")
    before = feedparser.parse(feed.body).entries[0]
    await house.polyherald("withdraw", "tide-log", "--reason", "Sent by mistake.", "--yes")
    assert await _ended(house, "tide-log/withdrawal") == {
        "1000": ("notice", "sent"),
        "1001": ("notice", "sent"),
    }
    for person in (ann, zoe):
        first, told = [m for m in person.chat.messages if m.from_bot]
        assert "Sent by mistake." in first.text
        assert "12 volumes" not in first.text
        assert told.reply_to is first
    page = await house.shows("/en/releases/tide-log", "Sent by mistake.")
    assert page.status == 410, page.text
    assert "Sent by mistake." in page.text
    assert "12 volumes" not in page.text
    feed = await house.shows("/feeds/en/atom.xml", "Sent by mistake.")
    entry = feedparser.parse(feed.body).entries[0]
    assert entry.id == before.id
    assert "Sent by mistake." in entry.content[0].value
    assert "12 volumes" not in entry.content[0].value
    assert "tide-log" not in (await house.get("/en/")).text
    assert (await house.polyherald("calendar", "--json")).json == []
    late = house.sandbox.person(1002, "L", "en")
    await _subscribed(house, (late, "en"))
    assert house.announced(late) == []
    again = await house.polyherald("withdraw", "tide-log", "--reason", "Again.", "--yes", status=1)
    assert "was withdrawn" in again.err


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_is_still_to_be_sent_it_gets_the_corrected_text(house: House) -> None:
    people = [house.sandbox.person(1000 + i, f"R{i}", "en") for i in range(12)]
    house.set(rate_per_second=30)  # one at a time in each lane
    await house.serve()
    await _subscribed(house, *((person, "en") for person in people))
    house.write("tide-log", "release.yaml", "date: 2026-06-26\noriginal: en\n")
    _write(house, "en", "The tide log", "It has 12 volumes.")
    await house.taken_in("tide-log")
    gate = house.sandbox.hold("sendMessage")
    desk = Desk(house.database, Settings(languages=LANGUAGES), SystemClock())
    await desk.publish(OPERATOR, "tide-log")
    await gate.wait_held(1, timeout=30)
    await house.polyherald(
        *("correct", "tide-log", _file(house, "It has 13 volumes."), "--kind", "correction"),
        *("--note", "There are 13 volumes, not 12."),
    )
    gate.release()

    async def quiet() -> bool:
        found = await house.entries()
        return len(found) > len(people) and all(e.state.value == "sent" for e in found)

    await until(quiet, "all have it")
    edited = {e.address for e in await house.entries() if "/correction/" in e.announcement}
    assert 0 < len(edited) < len(people)
    for person in people:
        found = house.announced(person)
        assert "It has 13 volumes." in found[0].text
        assert len(found) == (2 if str(person.id) in edited else 1)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_nothing_to_correct_is_said(house: House) -> None:
    await house.serve()
    await _published(house, 0)
    same = await house.polyherald(
        *("correct", "tide-log", _file(house, "It has 12 volumes."), "--kind", "typo"), status=1
    )
    assert "Nothing differs" in same.err
    silent = await house.polyherald(
        *("correct", "tide-log", _file(house, "It has 13 volumes."), "--kind", "correction"),
        status=1,
    )
    assert "note" in silent.err
    unknown = await house.polyherald("withdraw", "tide-log", "--reason", "ru=Нет.", status=1)
    assert "no variant in ru" in unknown.err
