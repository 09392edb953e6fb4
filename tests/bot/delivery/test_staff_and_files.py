"""What staff decided stands, whatever files, restarts and old work say."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.delivery import control, ledger, standstill
from bot.delivery.announcement import AnnouncementState
from bot.errors import Conflict, NotAllowed
from bot.releases import publication
from bot.releases.release import Moment, ObservanceSpec, Release, ReleaseState, VariantState
from bot.releases.review import FOLDER, OPERATOR
from bot.sandbox.faults import Fault
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.either_database

ORIGIN = date(1945, 6, 26)


def _as_file(release: Release, **changes: object) -> Release:
    """The release as a trusted file would bring it: everything approved."""
    variants = {
        tag: replace(v, state=VariantState.APPROVED, approved_by="", approved_original_hash="")
        for tag, v in release.variants.items()
    }
    fresh = replace(release, id=None, state=ReleaseState.DRAFT, variants=variants)
    return replace(fresh, **changes)  # type: ignore[arg-type]


async def test_a_file_that_did_not_change_undoes_nothing(office: "Office") -> None:
    await office.subscribe(1, "en")
    at = Moment(at=office.clock.now().replace(hour=11))
    file = _as_file(await office.release(approve=[]), publish_at=at, embargo=at)
    await office.desk.file(FOLDER, file)
    later = Moment(at=office.clock.now().replace(hour=18))
    await office.desk.queue(OPERATOR, "lighthouse", at=later, embargo=later)
    assert (await office.desk.file(FOLDER, file)).outcome == "same"
    await office.at("2026-06-26T11:00:01")
    assert office.texts(1) == []
    await office.at("2026-06-26T18:00:00")
    assert len(office.texts(1)) == 1


async def test_a_changed_original_leaves_the_files_translations_stale(office: "Office") -> None:
    file = _as_file(await office.release(approve=[]))
    await office.desk.file(FOLDER, file)
    variants = {**file.variants, "en": replace(file.variants["en"], body="Another text.")}
    filed = await office.desk.file(FOLDER, replace(file, variants=variants))
    states = {tag: filed.release.state_of(tag) for tag in ("en", "fr", "zh")}
    assert states == {"en": "approved", "fr": "stale", "zh": "stale"}


async def test_a_time_in_the_file_counts_once_the_original_is_approved(office: "Office") -> None:
    await office.subscribe(1, "en")
    at = Moment(at=office.clock.now().replace(hour=12))
    await office.release(publish_at=at)
    await office.at("2026-06-26T12:00:00")
    assert len(office.texts(1)) == 1


async def test_what_is_coming_or_under_embargo_cannot_be_archived(office: "Office") -> None:
    draft = await office.release(approve=[])
    with pytest.raises(Conflict, match="no archive"):
        await office.desk.file(OPERATOR, draft, archive=True)
    tomorrow = Moment(at=office.clock.now() + timedelta(days=1))
    with pytest.raises(NotAllowed, match="under embargo"):
        await office.desk.file(
            OPERATOR, replace(draft, id=None, slug="other", embargo=tomorrow), archive=True
        )


async def test_a_published_release_keeps_its_day(office: "Office") -> None:
    release = await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    with pytest.raises(Conflict, match="slug of its own"):
        await office.desk.file(OPERATOR, replace(release, date=date(2027, 6, 26)))


async def test_next_years_edition_under_its_own_slug_is_the_announcement(
    office: "Office",
) -> None:
    await office.subscribe(1, "en")
    await office.release(origin=ORIGIN)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.release("lighthouse-next", origin=ORIGIN, on=date(2027, 6, 26))
    await office.at("2027-06-26T09:00:00")
    await office.at("2027-06-26T12:00:00")
    assert len(office.texts(1)) == 2
    assert office.texts(1)[-1].startswith("82nd anniversary of the lighthouse\n\nFirst paragraph")


async def test_an_editions_own_time_is_kept(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Pacific/Auckland")
    office.clock.set(office.clock.now().replace(month=5))
    at = Moment(at=office.clock.now().replace(month=6, day=26, hour=15))
    await office.release(origin=ORIGIN, publish_at=at)
    await office.at("2026-06-25T21:00:00")
    assert office.texts(1) == []
    await office.at("2026-06-26T15:00:00")
    assert len(office.texts(1)) == 1


async def test_resuming_does_not_replace_an_approval(office: "Office") -> None:
    await office.subscribe(1, "en")
    office.clock.set(office.clock.now().replace(month=5))
    release = await office.release(origin=ORIGIN)
    await office.run()
    await office.at("2026-06-28T12:00:00")
    changed = {**release.variants, "en": replace(release.variants["en"], body="Unapproved.")}
    await office.desk.file(OPERATOR, replace(release, variants=changed))
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/occurrence/2026")
    await office.run()
    assert office.texts(1) == []
    async with office.database.read() as connection:
        assert await publication.by_slug(connection, "lighthouse") is None


async def test_held_zones_can_be_resumed_after_the_others_are_through(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "fr", zone="America/Los_Angeles")
    await office.release(origin=ORIGIN)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T16:30:00")
    await office.at("2027-06-28T16:30:00")
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/occurrence/2027")
    await office.run()
    assert office.texts(1)[-1].startswith("82nd")


async def test_work_handed_out_before_a_hold_sends_nothing(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.write() as connection:
        (announcement,) = await ledger.announcements(connection)
        await ledger.set_state(connection, announcement.id, AnnouncementState.HELD, reason="late")
    assert await office.sender().send_chunk(announcement.id) == 0
    assert office.texts(1) == []


async def test_a_cancel_also_ends_what_was_to_be_tried_again(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    gate = office.sandbox.faults.add(Fault("hang", acts=False)).gate
    office.sandbox.faults.add(Fault("429", retry_after=30))
    async with office.database.read() as connection:
        (announcement,) = await ledger.announcements(connection)
    sending = asyncio.create_task(office.sender().send_chunk(announcement.id))
    await gate.wait_held()
    await control.cancel(office.database, office.clock, OPERATOR, announcement.key)
    gate.release()
    await sending
    await office.later(minutes=5)
    assert (await office.states())["1"] in ("failed", "sent")


async def test_what_stood_still_for_a_day_waits_for_staff_in_every_zone(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.release(origin=ORIGIN, observance=ObservanceSpec(origin=ORIGIN, at="09:00"))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    office.clock.set(office.clock.now().replace(year=2027, day=26, hour=0, minute=0))
    await office.planner.look()
    office.clock.set(office.clock.now().replace(day=28))
    await standstill.hold(office.database, office.settings, office.clock)
    await office.run()
    assert "It is held" in office.told[-1]
    assert len(office.texts(1)) == 1


async def _owe_in(office: "Office", language: str) -> None:
    """Let the ledger name a language; one that is not published cannot be made into a message."""
    async with office.database.write() as connection:
        await connection.execute(update(t.delivery).values(language=language))


async def test_a_message_that_cannot_be_made_is_held_and_not_lost(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    await _owe_in(office, "de")
    await office.run()
    (entry,) = await office.entries()
    assert (entry.state, entry.reason) == ("retrying", "fault")
    assert "because of a fault" in office.told[-1]
    await _owe_in(office, "en")
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await office.run()
    assert len(office.texts(1)) == 1
