"""One publication: one message to each subscriber, in the best language for them."""

from typing import TYPE_CHECKING

import pytest

from bot.delivery import control
from bot.errors import Conflict, NotAllowed
from bot.releases.release import Completeness, Moment, ReleaseState
from bot.releases.review import OPERATOR, Actor, Role
from bot.sandbox.faults import Fault

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office


async def test_everybody_gets_one_message_in_their_own_language(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr-CA", "en")
    await office.subscribe(3, "zh-Hans")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.run()
    assert [office.texts(i)[0].split("\n")[0] for i in (1, 2, 3)] == [
        "Lighthouse news in en",
        "Lighthouse news in fr",
        "Lighthouse news in zh",
    ]
    assert [len(office.texts(i)) for i in (1, 2, 3)] == [1, 1, 1]
    assert set((await office.states()).values()) == {"sent"}


async def test_issuer_and_date_are_named_and_a_button_leads_to_the_page(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    message = office.sandbox.chat(2).messages[-1]
    assert message.text.endswith("Example Harbour Board · 26 juin 2026")
    (button,) = message.buttons
    assert button.url == "http://127.0.0.1:8080/fr/releases/lighthouse"


async def test_a_text_in_no_language_they_asked_for_says_so(office: "Office") -> None:
    await office.subscribe(4, "tr")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    (text,) = office.texts(4)
    assert "Türkçe" in text
    assert "English" in text


async def test_only_who_chose_the_topic_gets_it(office: "Office") -> None:
    await office.subscribe(1, "en", topics=["harbour"])
    await office.subscribe(2, "en", topics=["museum"])
    await office.subscribe(3, "en")
    await office.release(topics=("harbour",))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert set(await office.states()) == {"1", "3"}


async def test_importing_and_approving_send_nothing(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.later(days=400)
    assert await office.entries() == []


async def test_an_unapproved_original_cannot_be_published(office: "Office") -> None:
    await office.release(approve=["fr"])
    with pytest.raises(NotAllowed, match="not approved"):
        await office.desk.publish(OPERATOR, "lighthouse")


async def test_a_queued_release_goes_out_at_its_time_and_not_before(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    at = Moment(at=office.clock.now().replace(hour=12), zone="Europe/Paris")
    await office.desk.queue(OPERATOR, "lighthouse", at=at)
    await office.at("2026-06-26T11:59:59")
    assert office.texts(1) == []
    await office.at("2026-06-26T12:00:00")
    assert len(office.texts(1)) == 1


async def test_an_embargo_beats_the_time(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    noon, two = (office.clock.now().replace(hour=h) for h in (12, 14))
    await office.desk.queue(OPERATOR, "lighthouse", at=Moment(at=noon), embargo=Moment(at=two))
    with pytest.raises(NotAllowed, match="under embargo until"):
        await office.desk.publish(OPERATOR, "lighthouse")
    await office.at("2026-06-26T13:59:59")
    assert office.texts(1) == []
    await office.at("2026-06-26T14:00:00")
    assert len(office.texts(1)) == 1


async def test_what_was_due_on_an_earlier_day_is_held_and_staff_are_asked(
    office: "Office",
) -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.at("2026-06-27T08:00:00")
    assert office.texts(1) == []
    assert "It is held" in office.told[0]
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert len(office.texts(1)) == 1


async def test_a_late_translation_reaches_those_who_waited_for_it(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.subscribe(3, "zh", "fr")
    await office.release(approve=["en", "zh"])
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert set(await office.states()) == {"1", "3"}
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.later(hours=2)
    assert office.texts(2)[0].startswith("Lighthouse news in fr")
    assert [len(office.texts(i)) for i in (1, 2, 3)] == [1, 1, 1]


async def test_under_fallback_nobody_waits(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await office.release(approve=["en"], completeness=Completeness.FALLBACK)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    (text,) = office.texts(2)
    assert text.startswith("Lighthouse news in en")
    assert "Français" in text


async def test_under_hold_nothing_goes_out_until_all_are_approved(
    patient_office: "Office",
) -> None:
    office = patient_office
    await office.subscribe(1, "en")
    await office.release(approve=["en"])
    with pytest.raises(NotAllowed, match=r"held until these are approved: .*fr"):
        await office.desk.publish(OPERATOR, "lighthouse")
    at = Moment(at=office.clock.now().replace(hour=12))
    await office.desk.queue(OPERATOR, "lighthouse", at=at)
    await office.at("2026-06-26T12:30:00")
    assert office.texts(1) == []
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.run()
    assert len(office.texts(1)) == 1


async def test_editing_the_original_makes_other_approvals_stale(office: "Office") -> None:
    release = await office.release(approve=["en", "fr", "zh"])
    changed = {**release.variants}
    from dataclasses import replace

    changed["en"] = replace(changed["en"], body="Another text.")
    filed = await office.desk.file(OPERATOR, replace(release, variants=changed))
    states = {tag: filed.release.state_of(tag) for tag in ("en", "fr", "zh")}
    assert states == {"en": "draft", "fr": "stale", "zh": "stale"}


async def test_a_changed_file_of_a_published_release_reaches_no_reader(office: "Office") -> None:
    from dataclasses import replace

    from bot.releases import publication

    await office.subscribe(1, "en")
    release = await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    changed = {**release.variants, "en": replace(release.variants["en"], headline="Other")}
    filed = await office.desk.file(OPERATOR, replace(release, variants=changed))
    assert filed.release.state is ReleaseState.PUBLISHED
    await office.desk.approve(OPERATOR, "lighthouse", ["en"])
    await office.run()
    async with office.database.read() as connection:
        page = await publication.by_slug(connection, "lighthouse")
    assert page is not None
    assert page.variants["en"].headline == "Lighthouse news in en"
    assert len(office.texts(1)) == 1


async def test_a_translator_approves_only_their_own_language(office: "Office") -> None:
    await office.release(approve=["en"])
    translator = Actor("telegram:5", (Role("translator", "fr"),))
    await office.desk.approve(translator, "lighthouse", ["fr"])
    with pytest.raises(NotAllowed):
        await office.desk.approve(translator, "lighthouse", ["zh"])
    with pytest.raises(NotAllowed):
        await office.desk.publish(translator, "lighthouse")


async def test_publishing_twice_is_refused_and_sends_once(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    with pytest.raises(Conflict, match="already published"):
        await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert len(office.texts(1)) == 1


async def test_who_subscribes_later_is_not_in_the_audience(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release(approve=["en"])
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.later(hours=1)
    await office.subscribe(2, "fr")
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.run()
    assert set(await office.states()) == {"1"}


async def test_a_cancelled_announcement_sends_nothing_more(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    office.sandbox.faults.add(Fault("429", retry_after=30))
    await office.planner.look()
    ended = await control.cancel(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await office.later(minutes=5)
    assert ended == 1
    assert office.texts(1) == []
    (entry,) = await office.entries()
    assert (entry.state, entry.reason) == ("failed", "cancelled")


async def test_stop_ends_what_was_planned_and_start_repeats_nothing(office: "Office") -> None:
    from bot.audience import repository as audience

    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    async with office.database.write() as connection:
        now = office.clock.now()
        await audience.unsubscribe(office.database, connection, "telegram", "1", now)
    await office.subscribe(1, "en")
    await office.desk.approve(OPERATOR, "lighthouse")
    async with office.database.write() as connection:
        from bot.delivery import ledger
        from bot.delivery.announcement import AnnouncementState

        announcement = await ledger.by_key(connection, "lighthouse/publication")
        assert announcement is not None
        await ledger.set_state(connection, announcement.id, AnnouncementState.PLANNING)
    await office.later(days=1)
    assert len(office.texts(1)) == 1


async def test_a_release_that_waited_for_an_approval_goes_out_when_it_is_given(
    patient_office: "Office",
) -> None:
    office = patient_office
    await office.subscribe(1, "en")
    await office.release(approve=["en"])
    at = Moment(at=office.clock.now().replace(hour=12))
    await office.desk.queue(OPERATOR, "lighthouse", at=at)
    await office.at("2026-06-26T12:30:00")
    await office.at("2026-06-27T09:00:00")
    assert len(office.told) == 1
    assert "waits until these are approved" in office.told[0]
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.run()
    assert len(office.texts(1)) == 1


async def test_a_fault_with_one_release_leaves_the_others_be(office: "Office") -> None:
    from bot.store import tables as t

    await office.subscribe(1, "en")
    await office.release("broken")
    await office.release("sound")
    for slug in ("broken", "sound"):
        await office.desk.publish(OPERATOR, slug)
    async with office.database.write() as connection:
        # A published copy that claims the slug already: the unique key refuses a second.
        await connection.execute(
            t.published.insert().values(
                release_id=1,
                year=1,
                slug="broken",
                original="en",
                date=office.clock.now().date(),
                dateline="",
                topics=[],
                issuer={"names": {}, "address": ""},
                contact={},
                related=[],
                archive=False,
                published_at=office.clock.now(),
                updated_at=office.clock.now(),
            )
        )
    await office.run()
    await office.run()
    assert [text.split("\n")[0] for text in office.texts(1)] == ["Lighthouse news in en"]
    assert [
        told for told in office.told if "“broken” could not be announced" in told
    ] == office.told
    assert len(office.told) == 1
