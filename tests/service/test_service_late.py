"""What was due while nothing ran: sent if it is not too old, else held, and staff are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import ShiftedClock
from bot.delivery import ledger
from bot.releases import repository
from bot.releases.release import ReleaseState
from bot.releases.review import OPERATOR
from bot.sandbox import Sandbox
from bot.sandbox.person import Person
from bot.service import Service
from bot.settings import Settings, StaffMember
from tests.service.house import free_port, running, until

DAY = datetime(2027, 6, 26, 9, tzinfo=UTC)

RELEASE = """\
---
headline: "{headline}"
date: {date}
original: en
state: approved
{more}---

The log of the lamp.
"""
OBSERVED = """\
observance:
  origin: 1945-06-26
  catch_up: {catch_up}
topics: [{catch_up}]
"""
QUEUED = "publish_at: {at}\n"


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    def write(slug: str, headline: str, date: str, more: str) -> None:
        folder = tmp_path / "releases" / slug
        folder.mkdir(parents=True)
        words = RELEASE.format(headline=headline, date=date, more=more)
        (folder / "en.md").write_text(words, "utf-8")

    title = "{ordinal} year of the "
    for name, catch_up in (("patient", "2d"), ("hasty", "same-day")):
        write(name, title + name, "2026-06-26", OBSERVED.format(catch_up=catch_up))
    for name, at in (("yesterdays", DAY), ("todays", DAY + timedelta(hours=26))):
        write(name, f"News of {name}", "2027-06-26", QUEUED.format(at=at.isoformat()))
    return tmp_path / "releases"


async def test_what_was_due_while_nothing_ran_goes_out_by_its_age(
    tmp_path: Path, releases: Path
) -> None:
    clock = ShiftedClock()
    clock.set(DAY - timedelta(days=2))
    async with Sandbox(rates=None, clock=clock) as sandbox:
        port = free_port()
        settings = Settings(
            data_dir=tmp_path,
            base_url=f"http://127.0.0.1:{port}",
            port=port,
            releases_dir=releases,
            telegram_token=SecretStr(sandbox.token),
            telegram_api_url=sandbox.url,
            rate_per_second=1000,
            staff=(StaffMember(id=900, role="admin"),),
        )
        chief = sandbox.person(900, "Chief", "en")
        chief.chat.started = True
        async with running(Service(settings, clock=clock)) as service:
            reader = sandbox.person(100, "Reader", "en")
            asked = reader.start()
            await reader.chat.wait_for(lambda message: True, after=asked)

            async def known() -> bool:
                async with service.database.read() as connection:
                    return len(await repository.everything(connection)) == 4

            await until(known, "the releases are taken in")
            for slug in ("patient", "hasty"):
                await service.desk.publish(OPERATOR, slug)
                await reader.chat.wait_for(f"81st year of the {slug}")

        # Nothing runs on the day. On the next, two hours after the second release was due:
        clock.set(DAY + timedelta(hours=28))
        async with running(Service(settings, clock=clock)) as service:
            await reader.chat.wait_for("82nd year of the patient")
            await reader.chat.wait_for("News of todays")
            await chief.chat.wait_for("The anniversary of “hasty” in 2027")
            asked = await chief.chat.wait_for("“yesterdays” was due at")
            async with service.database.read() as connection:
                late = await repository.get(connection, "yesterdays")
                held = await ledger.by_key(connection, "hasty/occurrence/2027")
            assert late.state is ReleaseState.HELD
            assert held is not None
            assert held.state == "held"
            assert _said(reader, "82nd year of the hasty") == _said(reader, "yesterdays") == 0

            # Staff decide.
            button = next(m for m in chief.chat.messages if "hasty" in m.text and m.buttons)
            await chief.press("Send anyway", button)
            await reader.chat.wait_for("82nd year of the hasty")
        assert _said(reader, "82nd year of the patient") == _said(reader, "News of todays") == 1


def _said(person: Person, words: str) -> int:
    return sum(words in message.text for message in person.chat.messages if message.from_bot)
