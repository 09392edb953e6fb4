"""The folder that is kept in step while the service runs."""

from __future__ import annotations

from pathlib import Path

from tests.service.house import House, until

NOTE = """\
---
headline: {headline}
date: 2026-05-04
original: en
state: {state}
---

{body}
"""


def note(headline: str, body: str = "The reading room stays open.", state: str = "approved") -> str:
    return NOTE.format(headline=headline, body=body, state=state)


async def acts(house: House, slug: str) -> list[str]:
    return [act.act for act in await house.acts(slug)]


async def headline(house: House, slug: str) -> str:
    shown = (await house.polyherald("show", slug, "--json")).json
    return str(shown["variants"]["en"]["headline"])


def touch(path: Path) -> None:
    """Write the same bytes once more, as editors and copying tools do."""
    path.write_bytes(path.read_bytes())


async def test_what_is_added_or_changed_is_taken_up_once(small_house: House) -> None:
    house = small_house
    first = house.write("lamp", "en.md", note("The lamp is lit"))
    await house.serve()
    await house.taken_in("lamp")
    added = house.write("rope", "en.md", note("The rope is new"))
    await house.taken_in("rope")
    first.write_text(note("The lamp is out"), "utf-8")

    async def changed() -> bool:
        return (await acts(house, "lamp")).count("import") == 2

    await until(changed, "the change is taken in")
    assert await headline(house, "lamp") == "The lamp is out"

    for path in (first, added):
        touch(path)
        touch(path)
    # What is written after them is looked at after them.
    house.write("sail", "en.md", note("The sail is mended"))
    await house.taken_in("sail")
    assert await acts(house, "lamp") == ["import", "import"]
    assert await acts(house, "rope") == ["import"]


async def test_a_start_over_an_unchanged_folder_does_nothing(small_house: House) -> None:
    house = small_house
    house.write("lamp", "en.md", note("The lamp is lit"))
    first = await house.serve()
    await house.taken_in("lamp")
    await first.killed()
    await house.serve()
    house.write("rope", "en.md", note("The rope is new"))
    await house.taken_in("rope")
    assert await acts(house, "lamp") == ["import"]


async def test_a_broken_file_is_reported_and_the_others_are_taken_in(small_house: House) -> None:
    house = small_house
    house.write("lamp", "en.md", note("The lamp is lit"))
    broken = house.write("rope", "en.md", note("The rope is new").replace("05-04", "02-30"))
    house.write("sail", "en.md", note("The sail is mended"))
    house.set(staff="900:admin")
    chief = house.sandbox.person(900, "Chief", "en")
    chief.start()
    serving = await house.serve()
    await house.taken_in("lamp")
    await house.taken_in("sail")
    said = await chief.chat.wait_for("2026-02-30")
    assert "rope/en.md" in said.text
    assert "2026-02-30" in serving.log
    assert await acts(house, "rope") == []
    assert [r["slug"] for r in (await house.polyherald("list", "--json")).json] == ["lamp", "sail"]

    touch(broken)
    broken.write_text(note("The rope is new"), "utf-8")
    await house.taken_in("rope")
    assert serving.log.count("not taken in") == 1


async def test_a_changed_file_of_what_is_published_changes_nothing_that_is_out(
    small_house: House,
) -> None:
    house = small_house
    path = house.write("lamp", "en.md", note("The lamp is lit"))
    await house.serve()
    reader = await house.join(100, "en")
    await house.taken_in("lamp")
    await house.polyherald("publish", "lamp")
    await house.through(1)
    await house.shows("/en/releases/lamp", "The lamp is lit")
    path.write_text(note("The lamp was never lit"), "utf-8")

    async def changed() -> bool:
        return (await acts(house, "lamp")).count("import") == 2

    await until(changed, "the change is taken in")
    asked = reader.send("/latest")
    assert "is lit" in (await reader.chat.wait_for("The lamp", after=asked)).text
    assert "never" not in (await house.get("/en/releases/lamp")).text
    assert "never" not in (await house.get("/feeds/en/atom.xml")).text
    assert len(await house.entries()) == 1
