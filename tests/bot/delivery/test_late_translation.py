"""A translation approved after publication: exactly those who were sent a fallback, once."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.audience import repository as audience
from bot.delivery import control, ledger
from bot.delivery.announcement import AnnouncementState
from bot.releases import publication
from bot.releases.release import Completeness, Moment
from bot.releases.review import OPERATOR
from bot.sandbox.faults import Fault
from bot.sandbox.message import Message

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

KEY = "lighthouse/translation/fr"

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""For what is decided in Python; the statements are run on both databases by the others."""


async def _out(office: "Office", *approve: str, **changes: object) -> None:
    """Published under fallback, in English or in ``approve``."""
    fallback = {"completeness": Completeness.FALLBACK} | changes
    await office.release(approve=approve or ("en",), **fallback)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()


async def _approve(office: "Office", *languages: str) -> None:
    await office.desk.approve(OPERATOR, "lighthouse", languages)
    await office.run()


def _messages(office: "Office", ident: int) -> list[Message]:
    return [m for m in office.sandbox.chat(ident).messages if m.from_bot]


def _headlines(office: "Office", ident: int) -> list[str]:
    return [text.split("\n")[0].rsplit(" ", 1)[1] for text in office.texts(ident)]


async def _late(office: "Office", key: str = KEY) -> dict[str, tuple[str, str, str]]:
    return {
        e.address: (e.state.value, e.way.value, e.reason)
        for e in await office.entries()
        if e.announcement == key
    }


async def test_who_was_sent_a_fallback_finds_it_edited_in_place(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.subscribe(3, "zh", "fr")
    await office.subscribe(4, "tr")
    await _out(office, "en", "zh")
    before = {i: _messages(office, i)[0].message_id for i in (1, 2, 3, 4)}
    assert "Français" in office.texts(2)[0]
    await _approve(office, "fr")
    await office.run()
    assert [_headlines(office, i) for i in (1, 2, 3, 4)] == [["en"], ["fr"], ["zh"], ["en"]]
    (edited,) = _messages(office, 2)
    assert edited.message_id == before[2]
    assert edited.edited is not None
    assert "Français" not in edited.text
    assert edited.text.endswith("Example Harbour Board · 26 juin 2026")
    assert [b.url for b in edited.buttons] == ["http://127.0.0.1:8080/fr/releases/lighthouse"]
    assert await _late(office) == {"2": ("sent", "edit", "")}
    assert [m.edited for i in (1, 3, 4) for m in _messages(office, i)] == [None] * 3
    assert len(office.sandbox.calls.of("editMessageText")) == 1


@ON_ONE
async def test_the_ledger_ties_it_to_the_first_announcement(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await _approve(office, "fr")
    async with office.database.read() as connection:
        first = await ledger.by_key(connection, "lighthouse/publication")
        late = await ledger.by_key(connection, KEY)
    assert first is not None
    assert late is not None
    assert (late.kind, late.about_id, late.state) == ("translation", first.id, "done")
    assert (first.state, late.published_id) == ("done", first.published_id)


@ON_ONE
async def test_nobody_concerned_no_announcement(office: "Office") -> None:
    await office.subscribe(1, "en")
    await _out(office)
    await _approve(office, "fr")
    async with office.database.read() as connection:
        assert [a.key for a in await ledger.announcements(connection)] == ["lighthouse/publication"]
        page = await publication.by_slug(connection, "lighthouse")
    assert page is not None
    assert set(page.variants) == {"en", "fr"}


@ON_ONE
async def test_a_message_that_is_gone_is_followed_by_one_with_the_text(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    chat = office.sandbox.chat(2)
    chat.delete(_messages(office, 2)[0])
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["fr"]
    assert await _late(office) == {"2": ("sent", "reply", "")}
    await office.later(days=1)
    assert len(office.texts(2)) == 1


@ON_ONE
async def test_an_edit_that_is_refused_becomes_a_reply(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    refused = Fault("refuse", method="editMessageText", description="Bad Request: no such luck")
    office.sandbox.faults.add(refused)
    await _approve(office, "fr")
    first, reply = _messages(office, 2)
    assert reply.reply_to is first
    assert _headlines(office, 2) == ["en", "fr"]
    assert await _late(office) == {"2": ("sent", "reply", "")}


@ON_ONE
async def test_where_the_first_answer_was_lost_a_message_of_its_own_is_sent(
    office: "Office",
) -> None:
    await office.subscribe(2, "fr")
    office.sandbox.faults.add(Fault("reset_after"))
    await _out(office)
    assert await office.states() == {"2": "unknown"}
    await _approve(office, "fr")
    assert office.sandbox.calls.of("editMessageText") == []
    assert _headlines(office, 2) == ["en", "fr"]


@ON_ONE
async def test_an_edit_whose_answer_was_lost_is_made_again(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    office.sandbox.faults.add(Fault("reset_after", method="editMessageText"))
    await _approve(office, "fr")
    await office.later(minutes=1)
    assert _headlines(office, 2) == ["fr"]
    assert await _late(office) == {"2": ("sent", "edit", "")}


@ON_ONE
async def test_a_reply_whose_answer_was_lost_is_unknown_and_never_repeated(
    office: "Office",
) -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    office.sandbox.chat(2).delete(_messages(office, 2)[0])
    office.sandbox.faults.add(Fault("reset_after"))
    await _approve(office, "fr")
    await office.later(hours=1)
    assert len(office.texts(2)) == 1
    assert await _late(office) == {"2": ("unknown", "reply", "lost_answer")}


async def test_an_edit_that_was_under_way_at_a_crash_is_made_again(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.planner.look()
    async with office.database.write() as connection:
        late = await ledger.by_key(connection, KEY)
        assert late is not None
        assert await ledger.claim(connection, late.id, "it dies", office.clock.now(), 5)
    assert await office.planner.recover() == 0
    await office.run()
    assert _headlines(office, 2) == ["fr"]
    assert await _late(office) == {"2": ("sent", "edit", "")}


async def test_who_left_gets_nothing_and_who_came_back_neither(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await office.subscribe(3, "fr")
    await _out(office)
    async with office.database.write() as connection:
        for ident in ("2", "3"):
            now = office.clock.now()
            await audience.unsubscribe(office.database, connection, "telegram", ident, now)
    await office.later(minutes=1)
    await office.subscribe(3, "fr")
    await _approve(office, "fr")
    assert [_headlines(office, i) for i in (2, 3)] == [["en"], ["en"]]
    assert await _late(office) == {}


@ON_ONE
async def test_who_leaves_before_it_is_sent_gets_nothing(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.planner.look()
    async with office.database.write() as connection:
        await audience.unsubscribe(office.database, connection, "telegram", "2", office.clock.now())
    await office.run()
    assert _headlines(office, 2) == ["en"]
    (entry,) = [e for e in await office.entries() if e.announcement == KEY]
    assert (entry.state, entry.reason) == ("failed", "stopped")


async def test_who_changed_languages_is_served_by_those_they_have_now(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await office.subscribe(3, "tr")
    await _out(office)
    await office.subscribe(2, "en")
    await office.subscribe(3, "fr")
    await _approve(office, "fr")
    assert [_headlines(office, i) for i in (2, 3)] == [["en"], ["fr"]]


@ON_ONE
async def test_who_changes_languages_before_it_is_sent_keeps_what_they_have(
    office: "Office",
) -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.planner.look()
    await office.subscribe(2, "en")
    await office.run()
    assert _headlines(office, 2) == ["en"]
    assert await _late(office) == {"2": ("failed", "edit", "superseded")}


@ON_ONE
async def test_a_second_translation_that_is_better_still_comes_as_well(office: "Office") -> None:
    await office.subscribe(2, "zh", "fr")
    await office.subscribe(3, "fr", "zh")
    await _out(office)
    await _approve(office, "fr")
    assert [_headlines(office, i) for i in (2, 3)] == [["fr"], ["fr"]]
    await office.later(hours=1)
    await _approve(office, "zh")
    await office.later(hours=1)
    assert [_headlines(office, i) for i in (2, 3)] == [["zh"], ["fr"]]
    assert await _late(office, "lighthouse/translation/zh") == {"2": ("sent", "edit", "")}
    assert len(office.sandbox.calls.of("editMessageText")) == 3


@ON_ONE
async def test_of_two_approved_together_each_gets_the_better_one_at_once(
    office: "Office",
) -> None:
    await office.subscribe(2, "zh", "fr")
    await _out(office)
    await _approve(office, "fr", "zh")
    assert _headlines(office, 2) == ["zh"]
    assert len(office.sandbox.calls.of("editMessageText")) == 1


@ON_ONE
async def test_what_comes_after_a_reply_changes_the_reply(office: "Office") -> None:
    await office.subscribe(2, "zh", "fr")
    await _out(office)
    office.sandbox.faults.add(Fault("refuse", method="editMessageText"))
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["en", "fr"]
    await _approve(office, "zh")
    assert _headlines(office, 2) == ["en", "zh"]


@ON_ONE
async def test_who_was_still_to_be_sent_the_fallback_is_sent_the_text_itself(
    office: "Office",
) -> None:
    await office.subscribe(2, "fr")
    await office.release(approve=["en"], completeness=Completeness.FALLBACK)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["fr"]
    assert "Türkçe" not in office.texts(2)[0]
    assert office.sandbox.calls.of("editMessageText") == []
    assert await _late(office) == {}


async def test_a_fallback_that_is_just_being_sent_is_waited_for(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await office.release(approve=["en"], completeness=Completeness.FALLBACK)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.write() as connection:
        first = await ledger.by_key(connection, "lighthouse/publication")
        assert first is not None
        (claim,) = await ledger.claim(connection, first.id, "w", office.clock.now(), 5)
    await _approve(office, "fr")
    assert office.texts(2) == []
    assert await _late(office) == {"2": ("retrying", "edit", "")}
    from bot.delivery.outcome import Change, DeliveryState

    posted = office.sandbox.chat(2).post(None, text="The fallback arrives")
    arrived = Change(state=DeliveryState.SENT, message_ids=(str(posted.message_id),))
    async with office.database.write() as connection:
        now = office.clock.now()
        await ledger.record(connection, first.id, "w", [(claim.subscriber_id, arrived)], now)
    await office.later(seconds=5)
    assert _headlines(office, 2) == ["fr"]


@ON_ONE
async def test_who_could_not_be_reached_at_first_is_not_written_to_now(office: "Office") -> None:
    await office.subscribe(2, "fr")
    office.sandbox.chat(2).person.block()  # type: ignore[attr-defined]
    await _out(office)
    await _approve(office, "fr")
    assert await _late(office) == {}


@ON_ONE
async def test_a_group_that_moved_is_never_edited_by_the_old_numbers(office: "Office") -> None:
    owner = office.sandbox.person(9, "Owner")
    group = office.sandbox.group(-50, "Harbour", owner)
    group.add_bot(by=owner)
    await office.subscribe(-50, "fr")
    await _out(office)
    new = group.migrate(-1000000000050)
    while new.message(_messages(office, -50)[0].message_id) is None:
        new.post(None, text="Something else that the bot said here")
    said = list(office.texts(new.id))
    await _approve(office, "fr")
    await office.later(seconds=5)
    await office.later(seconds=5)
    assert office.texts(new.id)[:-1] == said
    assert office.texts(new.id)[-1].startswith("Lighthouse news in fr")
    assert _messages(office, new.id)[-1].reply_to is None


@ON_ONE
async def test_it_is_cancelled_and_held_like_any_announcement(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.planner.look()
    assert await control.cancel(office.database, office.clock, OPERATOR, KEY) == 1
    await office.run()
    assert _headlines(office, 2) == ["en"]


@ON_ONE
@pytest.mark.parametrize(
    ("policy", "before", "asked"),
    [
        (Completeness.FALLBACK, ["en"], KEY),
        (Completeness.PUBLISH_READY, [], "lighthouse/publication"),  # they waited for it
    ],
)
async def test_after_a_month_staff_are_asked_before_anybody_is_sent_it(
    office: "Office", policy: Completeness, before: list[str], asked: str
) -> None:
    """The page has it at once."""
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await _out(office, completeness=policy, required_languages=("en", "fr"))
    await office.later(days=40)
    await _approve(office, "fr")
    async with office.database.read() as connection:
        page = await publication.by_slug(connection, "lighthouse")
        (held,) = await ledger.announcements(connection, AnnouncementState.HELD)
    assert page is not None
    assert set(page.variants) == {"en", "fr"}
    assert _headlines(office, 2) == before
    (told,) = office.told
    assert "40 days after the release was out" in told
    assert held.key == asked
    await control.resume(office.database, office.clock, OPERATOR, asked)
    await office.run()
    assert [_headlines(office, ident) for ident in (1, 2)] == [["en"], ["fr"]]


@ON_ONE
async def test_after_a_cancelled_publication_no_translation_is_sent(office: "Office") -> None:
    await office.subscribe(2, "fr")
    await _out(office)
    await control.cancel(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["en"]


@ON_ONE
async def test_what_staff_hold_stays_held_when_a_translation_comes(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.release(approve=["en"])
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.write() as connection:
        (announcement,) = await ledger.announcements(connection)
        await ledger.set_state(connection, announcement.id, AnnouncementState.HELD, reason="late")
    await _approve(office, "fr")
    assert [office.texts(i) for i in (1, 2)] == [[], []]
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await office.run()
    await office.run()
    assert [_headlines(office, i) for i in (1, 2)] == [["en"], ["fr"]]


@ON_ONE
async def test_a_translation_of_what_nobody_approved_goes_nowhere(office: "Office") -> None:
    from dataclasses import replace

    await office.subscribe(2, "fr")
    release = await office.release(approve=["en"], completeness=Completeness.FALLBACK)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    changed = {**release.variants, "en": replace(release.variants["en"], body="Not approved.")}
    await office.desk.file(OPERATOR, replace(release, variants=changed))
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["en"]
    async with office.database.read() as connection:
        page = await publication.by_slug(connection, "lighthouse")
    assert page is not None
    assert set(page.variants) == {"en"}


async def test_an_anniversary_gets_its_late_translation_too(office: "Office") -> None:
    await office.subscribe(2, "fr", zone="UTC")
    await office.subscribe(3, "fr", zone="America/Los_Angeles")
    fallback = {"completeness": Completeness.FALLBACK, "origin": date(1945, 6, 26)}
    await office.release(approve=["en"], **fallback)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T09:00:00")
    assert office.texts(2)[-1].startswith("82nd anniversary of the lighthouse")
    await _approve(office, "fr")
    assert [text.split("\n")[0] for text in office.texts(2)] == [
        "81st anniversary of the lighthouse",  # of a year ago: that is held, and staff are asked
        "82e anniversaire du phare",
    ]
    await office.at("2027-06-26T16:00:00")
    assert office.texts(3)[-1].startswith("82e anniversaire du phare")
    late = await _late(office, "lighthouse/occurrence/2027/translation/fr")
    assert late == {"2": ("sent", "edit", "")}


@ON_ONE
async def test_an_anniversary_of_long_ago_is_not_news(office: "Office") -> None:
    await office.subscribe(2, "fr", zone="UTC")
    fallback = {"completeness": Completeness.FALLBACK, "origin": date(1945, 6, 26)}
    await office.release(approve=["en"], **fallback)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T09:00:00")
    await office.at("2027-06-28T09:00:00")
    await office.at("2027-09-01T09:00:00")
    await _approve(office, "fr")
    assert [text.split(" ")[0] for text in office.texts(2)] == ["81st", "82nd"]


@ON_ONE
async def test_an_editions_late_translation_reaches_its_readers(office: "Office") -> None:
    office.clock.set(office.clock.now() - timedelta(days=20))
    await office.subscribe(2, "fr")
    await office.release(
        approve=["en"], completeness=Completeness.FALLBACK, origin=date(1945, 6, 26)
    )
    await office.run()
    await office.at("2026-06-26T09:00:00")
    assert office.texts(2)[-1].startswith("81st")
    await _approve(office, "fr")
    assert [text.split(" ")[0] for text in office.texts(2)] == ["81e"]


@ON_ONE
async def test_under_publish_ready_who_waited_gets_the_announcement_itself(
    office: "Office",
) -> None:
    await office.subscribe(2, "fr")
    await office.subscribe(3, "tr")
    await office.release(approve=["en"])
    at = Moment(at=office.clock.now())
    await office.desk.queue(OPERATOR, "lighthouse", at=at)
    await office.run()
    assert [len(office.texts(i)) for i in (2, 3)] == [0, 1]
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["fr"]
    assert await _late(office) == {}


async def test_what_is_to_be_tried_again_reopens_what_was_done(office: "Office") -> None:
    from bot.delivery.outcome import Change, DeliveryState

    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.write() as connection:
        first = await ledger.by_key(connection, "lighthouse/publication")
        assert first is not None
        (claim,) = await ledger.claim(connection, first.id, "slow", office.clock.now(), 5)
    await office.later(minutes=5)
    await office.run()
    assert await office.states() == {"1": "unknown"}
    later = Change(state=DeliveryState.RETRYING, reason="rate_limited", due_at=office.clock.now())
    async with office.database.write() as connection:
        now = office.clock.now()
        await ledger.record(connection, first.id, "slow", [(claim.subscriber_id, later)], now)
    await office.run()
    assert len(office.texts(1)) == 1


@ON_ONE
async def test_who_waits_for_their_language_is_counted(office: "Office") -> None:
    from bot.delivery.waiting import as_text, who_waits

    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.subscribe(3, "fr", "zh")
    await office.subscribe(4, "zh")
    await office.subscribe(5, "zh", topics=["museum"])
    await office.subscribe(6, "tr")
    release = await office.release(approve=["en"], topics=("harbour",))

    async def waits() -> dict[str, int]:
        async with office.database.read() as connection:
            return dict(await who_waits(connection, office.settings, release))

    assert await waits() == {}
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.later(minutes=1)
    await office.subscribe(7, "fr")
    assert await waits() == {"fr": 2, "zh": 1}
    assert str(as_text("fr", 2)).startswith("2 subscribers wait for the text in Français")
    release = await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.run()
    assert await waits() == {"zh": 1}


@ON_ONE
async def test_what_is_paused_is_not_translated_until_it_is_resumed(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.release(approve=["en"], completeness=Completeness.FALLBACK)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    async with office.database.write() as connection:
        first = await ledger.by_key(connection, "lighthouse/publication")
        assert first is not None
        await ledger.set_state(connection, first.id, AnnouncementState.PAUSED)
    await _approve(office, "fr")
    assert _headlines(office, 2) == ["en"]
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await control.resume(office.database, office.clock, OPERATOR, KEY)
    await office.run()
    assert _headlines(office, 2) == ["fr"]
