"""What an approval was given to is kept, and shown against what the original says now."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, func, select

from bot.clock import FixedClock
from bot.releases import versions
from bot.releases.desk import Desk
from bot.releases.release import Release, Variant
from bot.releases.review import OPERATOR
from bot.releases.versions import Since
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database


def _texts(since: Since) -> list[tuple[str, str]]:
    return [
        (piece.kind, piece.text.strip())
        for change in since.changes
        for piece in change.pieces
        if piece.kind != "same"
    ]


class Office:
    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.desk = Desk(database, Settings(languages=("en", "fr", "ru")), clock)

    async def writes(self, body: str, *approve: str) -> Release:
        """The original says ``body``; the translations stay as they are."""
        draft = Release(
            slug="charter",
            original="en",
            date=date(2026, 6, 26),
            variants={
                "en": Variant(language="en", headline="Charter", body=body),
                "fr": Variant(language="fr", headline="Charte", body="Signée."),
                "ru": Variant(language="ru", headline="Устав", body="Подписан."),
            },
        )
        filed = await self.desk.file(OPERATOR, draft)
        if not approve:
            return filed.release
        return await self.desk.approve(OPERATOR, "charter", approve)

    async def since(self, release: Release) -> dict[str, Since]:
        async with self.database.read() as connection:
            return dict(await versions.changes_since(connection, release))


@pytest.fixture
def office(database: Database, clock: FixedClock) -> Office:
    return Office(database, clock)


async def test_what_changed_is_what_that_approval_does_not_cover(office: Office) -> None:
    await office.writes("Signed by 50 states.", "en", "fr")
    await office.writes("Signed by 51 states.", "en", "ru")
    release = await office.writes("Signed by 51 states in June.", "en")
    since = await office.since(release)
    assert _texts(since["fr"]) == [("removed", "50"), ("added", "51"), ("added", "in June")]
    assert _texts(since["ru"]) == [("added", "in June")]
    assert set(since) == {"fr", "ru"}


async def test_nothing_is_stale_when_nothing_changed(office: Office) -> None:
    release = await office.writes("Signed.", "en", "fr")
    assert await office.since(release) == {}
    assert await office.since(await office.writes("Signed.")) == {}


async def test_an_approval_of_a_translation_keeps_an_original_that_is_a_draft(
    office: Office,
) -> None:
    await office.writes("Signed by 50 states.", "fr")
    release = await office.writes("Signed by 51 states.")
    assert _texts((await office.since(release))["fr"]) == [("removed", "50"), ("added", "51")]


async def test_approving_anew_ends_it(office: Office) -> None:
    await office.writes("Signed by 50 states.", "en", "fr")
    await office.writes("Signed by 51 states.", "en")
    release = await office.desk.approve(OPERATOR, "charter", ["fr"])
    assert await office.since(release) == {}


async def test_spaces_alone_are_a_change_without_words(office: Office) -> None:
    await office.writes("Signed by all.", "en", "fr")
    release = await office.writes("Signed  by all.", "en")
    assert (await office.since(release))["fr"] == Since(changes=())


async def test_what_was_not_kept_is_said_to_be_unknown(office: Office) -> None:
    await office.writes("Signed by 50 states.", "en", "fr")
    release = await office.writes("Signed by 51 states.", "en")
    async with office.database.write() as connection:
        await connection.execute(delete(t.version))
    assert (await office.since(release))["fr"] == Since(known=False)


async def test_a_text_is_kept_once(office: Office) -> None:
    await office.writes("Signed.", "en", "fr")
    await office.desk.approve(OPERATOR, "charter", ["fr"])
    await office.desk.approve(OPERATOR, "charter")
    async with office.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(t.version)) == 3
    release = await office.writes("Signed.")
    renamed = replace(release.variants["fr"], headline="La Charte")
    changed = replace(release, variants={**release.variants, "fr": renamed})
    await office.desk.file(OPERATOR, changed)
    await office.desk.approve(OPERATOR, "charter", ["fr"])
    async with office.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(t.version)) == 4
