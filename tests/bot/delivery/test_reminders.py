"""Staff are reminded of anniversaries to come, with what is missing, and left alone otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, insert

from bot.delivery import reminders
from bot.occasions import repository as occasions
from bot.releases.intake import read_text
from bot.releases.release import ObservanceSpec, Release
from bot.releases.review import OPERATOR
from bot.setting_values import StaffMember
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

ORIGIN = date(1945, 6, 26)
DAY = date(2027, 6, 26)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def office(office: Office) -> Office:
    office.settings = office.planner._settings = office.settings.model_copy(
        update={
            "staff": (
                StaffMember(id=7, role="admin"),
                StaffMember(id=8, role="translator", language="zh"),
            ),
            "timezone": "America/New_York",
        }
    )
    return office


async def published(office: Office, **more: object) -> Release:
    release = await office.release(origin=ORIGIN, **more)  # type: ignore[arg-type]
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    return release


async def prepared(office: Office, *approve: str) -> Release:
    return await office.release(
        "lighthouse-2027", origin=ORIGIN, on=DAY, approve=approve or ("en", "fr", "zh")
    )


async def look(office: Office, on: date, hour: str = "13:00:00") -> None:
    """At 09:00 in New York, unless said otherwise (UTC)."""
    office.clock.set(datetime.fromisoformat(f"{on}T{hour}+00:00"))
    await office.planner.look()
    await office.read_notices()


async def copies(office: Office) -> list[str]:
    async with office.database.read() as connection:
        return list(
            await connection.scalars(
                t.notice_copy.select().with_only_columns(t.notice_copy.c.staff)
            )
        )


AROUND = (-31, -30, -29, -8, -7, -6, -2, -1, 0)


async def through(office: Office, *days: int) -> dict[int, list[str]]:
    """Live through these days, counted from the anniversary; what was told on which."""
    told: dict[int, list[str]] = {}
    for offset in days or AROUND:
        before = len(office.told)
        await look(office, DAY + timedelta(days=offset))
        if office.told[before:]:
            told[offset] = office.told[before:]
    return told


async def test_without_an_edition_staff_hear_of_it_at_each_step(office: Office) -> None:
    await published(office)
    told = await through(office)
    assert list(told) == [-30, -7, -1]
    assert all(len(said) == 1 for said in told.values())
    assert told[-30][0].splitlines() == [
        "In 30 days, on 26 June 2027: “82nd anniversary of the lighthouse”",
        "No release is prepared for it. Subscribers will get the title alone, and the way to "
        "“lighthouse”.",
        "/release lighthouse",
    ]
    assert told[-1][0].startswith("Tomorrow, 26 June 2027")


async def test_with_everything_ready_one_line_comes_the_day_before(office: Office) -> None:
    await published(office)
    await prepared(office)
    told = await through(office)
    assert told == {
        -1: [
            "Tomorrow, 26 June 2027: “82nd anniversary of the lighthouse”\n"
            "“lighthouse-2027” is ready."
        ]
    }


async def test_what_an_edition_lacks_is_told_to_the_office_and_to_its_translators(
    office: Office,
) -> None:
    await published(office)
    await prepared(office, "en", "fr")
    told = await through(office, -31, -30, -29, -8)
    (for_the_office, for_zh) = told[-30]
    assert "The release “lighthouse-2027” is prepared for it." in for_the_office
    assert "Not approved yet: 中文" in for_the_office
    assert "The text of “lighthouse-2027” in 中文 is not approved yet." in for_zh
    assert sorted(await copies(office)) == ["7", "8"]

    edition = await office.desk.approve(OPERATOR, "lighthouse-2027", ["zh"])
    changed = {**edition.variants, "en": replace(edition.variants["en"], body="Another text.")}
    await office.desk.file(OPERATOR, replace(edition, variants=changed))
    await office.desk.approve(OPERATOR, "lighthouse-2027", ["en"])
    told = await through(office, -7)
    at_once, reminder = told[-7][:2]
    assert "The original of “lighthouse-2027” has changed" in at_once
    assert "Stale, because the original changed: Français and 中文" in reminder
    await office.desk.approve(OPERATOR, "lighthouse-2027")
    assert "is ready" in (await through(office, -6, -1, 0))[-1][0]


async def test_nothing_without_the_original_and_held_as_the_observance_says(
    office: Office,
) -> None:
    spec = ObservanceSpec(origin=ORIGIN, without_edition="hold", remind=(3,))
    await published(office, observance=spec)
    told = await through(office, -31, -30, -7, -4, -3, -2, -1)
    assert list(told) == [-3]
    assert "It will be held until you decide" in told[-3][0]


async def test_an_edition_that_nobody_approved_is_pointed_out(office: Office) -> None:
    await published(office)
    await office.release("lighthouse-2027", origin=ORIGIN, on=DAY, approve=[])
    told = await through(office, -2, -1)
    assert "Nothing is announced until these are approved: English" in told[-1][0]


async def test_a_step_that_was_missed_is_given_late_once_and_not_after_the_day(
    office: Office,
) -> None:
    await published(office)
    await look(office, DAY - timedelta(days=40))
    await look(office, DAY - timedelta(days=5))
    assert [said.splitlines()[0] for said in office.told] == [
        "In 5 days, on 26 June 2027: “82nd anniversary of the lighthouse”"
    ]
    await office.later(minutes=5)
    await look(office, DAY + timedelta(days=1))
    assert not [said for said in office.told if "/release" in said and "In 5" not in said]


async def test_it_waits_for_the_offices_own_hour(office: Office) -> None:
    await published(office)
    await look(office, DAY - timedelta(days=31))
    await look(office, DAY - timedelta(days=30), "12:59:59")
    assert office.told == []
    assert office.planner._again <= office.clock.now() + timedelta(seconds=1)
    await look(office, DAY - timedelta(days=30), "13:00:00")
    assert len(office.told) == 1


async def test_one_added_on_the_very_day_of_a_reminder_is_not_passed_over(office: Office) -> None:
    await look(office, DAY - timedelta(days=30))
    await office.later(hours=2)
    await published(office)
    assert len(office.told) == 1
    await office.later(hours=1)
    await office.release("foghorn", origin=date(1945, 7, 20))
    await office.run()
    assert len(office.told) == 1, "its first step is still to come"


async def test_the_steps_may_come_from_the_files_front_matter(office: Office) -> None:
    page = (
        "---\ndate: 2026-06-26\noriginal: en\n"
        "observance:\n  origin: 1945-06-26\n  remind: [10, 2]\n---\n# The lamp is lit\n\nText.\n"
    )
    (draft,) = [read_text(page.encode(), "en.md", languages=("en",), default_zone="UTC")]
    await office.desk.file(OPERATOR, replace(draft.release, slug="lamp"))
    await office.desk.approve(OPERATOR, "lamp")
    await office.desk.publish(OPERATOR, "lamp")
    await office.run()
    assert list(await through(office, -30, -11, -10, -7, -3, -2, -1)) == [-10, -2]


async def test_nothing_is_looked_at_that_is_not_a_step_away(office: Office) -> None:
    """It takes no more statements with five hundred observances than with one, each by an index."""
    await published(office)
    await look(office, DAY - timedelta(days=40))
    few = await _cost(office, DAY - timedelta(days=30))
    async with office.database.write() as connection:
        row = (await connection.execute(t.release.select())).one()._asdict()
        spec = (await connection.execute(t.observance.select())).first()._asdict()
        new = [{"id": 10_000 + n, "series": f"r{n}", "slug": f"r{n}"} for n in range(500)]
        await connection.execute(
            insert(t.release), [row | {"id": one["id"], "slug": one["slug"]} for one in new]
        )
        await connection.execute(
            insert(t.observance),
            [
                spec | {"id": one["id"], "release_id": one["id"], "series": one["series"]}
                for one in new
            ],
        )
        later = [date(2027, 8, 1) + timedelta(days=n % 200) for n in range(500)]
        values = {"number": 82, "year": 2027, "lead": 0, "state": "coming"}
        await connection.execute(
            insert(t.occurrence),
            [
                values | {"observance_id": one["id"], "occasion_date": on, "civil_date": on}
                for one, on in zip(new, later, strict=True)
            ],
        )
    many = await _cost(office, DAY - timedelta(days=29))
    assert many <= few


async def _cost(office: Office, on: date) -> int:
    """Statements of one look at reminders on a day that has begun."""
    office.clock.set(office.clock.now().replace(year=on.year, month=on.month, day=on.day))
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        async with office.database.write() as connection:
            await reminders.look(
                office.database, office.settings, connection, office.clock.now(), changed=False
            )
    finally:
        event.remove(engine, "before_cursor_execute", note)
    plans = [s for s in statements if "occurrence" in s]
    async with office.database.read() as connection:
        for statement in plans:
            steps = await connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", ("coming", "2027-01-01", "2027-01-02", 0)
            )
            words = " ".join(str(step) for step in steps)
            assert "ix_occurrence_state_civil_date" in words
    return len(statements)


async def test_many_on_one_day_are_taken_a_few_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "AT_A_LOOK", 2)
    for n in range(5):
        slug = f"lamp-{chr(97 + n)}"
        await office.release(slug, origin=ORIGIN, topics=(slug,))
        await office.desk.publish(OPERATOR, slug)
    await office.run()
    for n in range(5):
        async with office.database.write() as connection:
            spec = t.observance.update().values(series=f"s{n}").where(t.observance.c.id == n + 1)
            await connection.execute(spec)
    office.clock.set(office.clock.now().replace(year=2027, month=5, day=27, hour=13))
    async with office.database.write() as connection:
        await occasions.fill(office.database, connection, office.clock.now().date())
    for _ in range(4):
        await office.planner.look()
    await office.read_notices()
    assert len([said for said in office.told if "In 30 days" in said]) == 5
