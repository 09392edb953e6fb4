"""What staff are to know reaches each of them once, in their language, when it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.audience import repository as audience
from bot.chat.copies import TAKEN_FOR
from bot.chat.messenger import AT_A_LOOK, LONGEST_PAUSE, Messenger, state_after
from bot.chat.office import Office
from bot.releases import notices
from bot.releases.notices import Notice, addressees, lines, lines_of
from bot.sandbox import Fault
from bot.setting_values import StaffMember
from bot.store import tables as t
from bot.transports.base import NotNow, Refused, Unknown
from translations.catalogs import catalog_for
from translations.text import text

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14
DRAFT = text("“{slug}” is already published.", slug="old-news")


@pytest.fixture
def backend() -> str:
    """The statements are the same on both; the ledger's own tests compare them."""
    return "sqlite"


@pytest.fixture
async def desk(talk: Callable[..., Awaitable[Any]]) -> Any:
    """A bot whose own messenger has nothing to do with what a test carries by hand."""
    bot = await talk()
    bot.stop.set()
    await bot.running
    bot.running = asyncio.create_task(asyncio.sleep(0))
    bot.office = Office(
        database=bot.database,
        settings=bot.settings,
        clock=bot.clock,
        desk=bot.desk,
        transport=bot.transport,
    )
    bot.messenger = Messenger(bot.office)
    return bot


async def post(bot: Any, *what: Notice) -> None:
    async with bot.database.write() as connection:
        await notices.post(bot.database, connection, bot.settings, bot.clock.now(), what)


async def states(bot: Any) -> dict[str, str]:
    c = t.notice_copy.c
    async with bot.database.read() as connection:
        return {row.staff: row.state for row in await connection.execute(select(c.staff, c.state))}


def starts(bot: Any, *people: int, language: str = "en") -> None:
    for ident in people:
        bot.person(ident, f"Staff {ident}", language).chat.started = True


def said(bot: Any, ident: int) -> list[str]:
    return [m.text for m in bot.sandbox.chat(ident).messages if m.from_bot]


async def test_each_is_told_once_however_often_it_is_posted_and_looked_for(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR, TRANSLATOR, OBSERVER)
    await asyncio.gather(*(post(desk, Notice(key="late/x", what=DRAFT)) for _ in range(3)))
    others = [Messenger(desk.office) for _ in range(3)]
    tried = await asyncio.gather(*(one.carry() for one in (desk.messenger, *others)))
    assert sum(tried) == 2
    assert await desk.messenger.carry() == 0
    await post(desk, Notice(key="late/x", what=text("Another wording.")))
    assert await desk.messenger.carry() == 0
    for ident in (ADMIN, EDITOR):
        assert said(desk, ident) == ["“old-news” is already published."]
    assert said(desk, TRANSLATOR) == said(desk, OBSERVER) == []
    assert await states(desk) == {"11": "told", "12": "told"}


async def test_what_was_undone_is_not_told(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR)
    with pytest.raises(RuntimeError):
        async with desk.database.write() as connection:
            given = [Notice(key="late/x", what=DRAFT)]
            await notices.post(desk.database, connection, desk.settings, desk.clock.now(), given)
            raise RuntimeError
    assert await desk.messenger.carry() == 0


async def test_a_language_concerns_its_translators(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR, TRANSLATOR)
    await post(
        desk,
        Notice(key="fr", what=DRAFT, language="fr"),
        Notice(key="ru", what=DRAFT, language="ru"),
        Notice(key="seen", what=DRAFT, silent=True),
    )
    await desk.messenger.carry()
    assert await states(desk) == {str(TRANSLATOR): "told"}


async def test_a_subscriber_among_staff_is_told_in_their_language(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR)
    async with desk.database.write() as connection:
        await audience.subscribe(
            desk.database,
            connection,
            desk.clock.now(),
            transport="telegram",
            address=str(ADMIN),
            languages=("ar",),
            timezone="UTC",
        )
    await post(desk, Notice(key="x", what=lines(DRAFT, text("Nothing has been announced yet."))))
    await desk.messenger.carry()
    ar = catalog_for("ar")
    assert said(desk, ADMIN) == [
        f"{ar.render(DRAFT)}\n{ar.gettext('Nothing has been announced yet.')}"
    ]
    assert "Nothing has been announced yet." in said(desk, EDITOR)[0]


async def test_who_blocked_the_bot_or_is_of_the_staff_no_longer_is_let_be(
    desk: Any, logged: list[Any]
) -> None:
    starts(desk, EDITOR)
    admin = desk.person(ADMIN, "Ada")
    admin.start()
    admin.block()
    await post(desk, Notice(key="x", what=DRAFT))
    async with desk.database.write() as connection:
        await connection.execute(
            t.notice_copy.insert(),
            [{"notice_id": 1, "staff": "99", "state": "pending", "due_at": desk.clock.now()}],
        )
    starts(desk, 99)
    for _ in range(5):
        await desk.messenger.carry()
        desk.clock.set(desk.clock.now() + timedelta(days=1))
    assert await states(desk) == {"11": "failed", "12": "told", "99": "failed"}
    assert len(desk.sandbox.calls.sent_to(ADMIN)) == 1
    (failed,) = [e for e in logged if e["event"] == "a member of staff was not told"]
    assert failed["reason"] == "blocked"
    assert said(desk, 99) == []


async def test_while_telegram_asks_to_wait_it_is_kept(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR)
    desk.sandbox.faults.add(Fault("429", chat_id=ADMIN, retry_after=90))
    await post(desk, Notice(key="x", what=DRAFT))
    await desk.messenger.carry()
    assert await states(desk) == {"11": "pending", "12": "told"}
    assert await desk.messenger.carry() == 0
    desk.clock.set(desk.clock.now() + timedelta(seconds=91))
    await desk.messenger.carry()
    assert len(said(desk, ADMIN)) == 1


async def test_whoever_took_it_and_died_is_followed_by_another(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR)
    await post(desk, Notice(key="x", what=DRAFT))
    assert len(await Messenger(desk.office)._take()) == 2
    assert await desk.messenger.carry() == 0
    desk.clock.set(desk.clock.now() + TAKEN_FOR)
    assert await desk.messenger.carry() == 2
    assert len(said(desk, ADMIN)) == 1


async def test_many_lines_are_all_told_and_many_notices_too(desk: Any) -> None:
    starts(desk, ADMIN, EDITOR)
    many = [text("The setting number {n} is wrong in some way.", n=n) for n in range(300)]
    await post(desk, Notice(key="long", what=lines(*many)))
    await desk.messenger.carry()
    whole = "\n".join(said(desk, ADMIN))
    assert whole.count("is wrong in some way.") == 300
    await post(desk, *(Notice(key=f"n{i}", what=DRAFT) for i in range(AT_A_LOOK)))
    while await desk.messenger.carry():
        pass
    assert set((await states(desk)).values()) == {"told"}


async def test_one_that_cannot_be_read_does_not_keep_the_others(
    desk: Any, logged: list[Any]
) -> None:
    starts(desk, ADMIN, EDITOR)
    await post(desk, Notice(key="broken", what=DRAFT), Notice(key="sound", what=DRAFT))
    async with desk.database.write() as connection:
        broken = update(t.notice).where(t.notice.c.key == "broken").values(text={})
        await connection.execute(broken)
    await desk.messenger.carry()
    assert len(said(desk, ADMIN)) == len(said(desk, EDITOR)) == 1
    assert any(e["event"] == "a notice could not be told" for e in logged)


def test_lines_come_apart_as_they_were_put_together() -> None:
    parts = (DRAFT, text("Plain."), DRAFT)
    assert lines_of(lines(*parts)) == parts
    assert lines_of(DRAFT) == (DRAFT,)


roles = st.builds(
    StaffMember,
    id=st.integers(1, 4),
    role=st.sampled_from(["admin", "editor", "observer"]),
) | st.builds(
    StaffMember,
    id=st.integers(1, 4),
    role=st.just("translator"),
    language=st.sampled_from(["fr", "ru"]),
)


@given(st.lists(roles, max_size=8), st.sampled_from(["", "fr", "ru"]))
def test_nobody_is_addressed_twice_nor_without_the_right(
    staff: list[StaffMember], language: str
) -> None:
    told = addressees(staff, Notice(key="x", what=DRAFT, language=language))
    assert len(set(told)) == len(told)
    office = {m.id for m in staff if m.role in ("admin", "editor")}
    if not language:
        assert set(told) == office
    else:
        assert set(told) == {m.id for m in staff if m.language == language} - office


@given(st.integers(1, 10_000), st.floats(0, 10**6))
def test_what_was_not_sent_is_tried_for_good_and_what_was_refused_never(
    attempts: int, after: float
) -> None:
    from bot.clock import SystemClock

    now = SystemClock().now()
    state, again = state_after(NotNow(after=after, reason="no_connection"), attempts, now)
    assert state == "pending"
    assert again is not None
    assert timedelta(seconds=5) <= again - now <= max(LONGEST_PAUSE, timedelta(seconds=after + 1))
    assert state_after(Refused(reason="blocked"), attempts, now) == ("failed", None)
    assert state_after(None, attempts, now) == ("told", None)
    lost = state_after(Unknown(reason="lost_answer"), attempts, now)[0]
    assert lost == ("pending" if attempts == 1 else "failed")
