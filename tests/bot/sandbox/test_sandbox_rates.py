"""Limits: no window ever holds more than its count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import BadRequest, RetryAfter

from bot.sandbox import Rates, Sandbox
from bot.sandbox.rates import Pace

ROOMY = Rates(burst=10_000)


@given(st.lists(st.integers(0, 410).map(lambda n: n / 1024), max_size=200))
def test_no_window_holds_more_than_its_count(pauses: list[float]) -> None:
    pace = Pace(Rates(per_second=5, burst=3, burst_seconds=3.0))
    now, passed = 0.0, []
    for pause in pauses:
        now += pause
        if pace.take(now, 11, group=False) == 0:
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + 1 for at in passed) <= 5
        assert sum(start <= at < start + 3 for at in passed) <= 3
    assert pace.refused == len(pauses) - len(passed)


@given(st.lists(st.integers(0, 50).map(lambda n: n / 1024), min_size=40, max_size=80))
def test_who_waits_as_told_passes(pauses: list[float]) -> None:
    pace, now = Pace(ROOMY), 0.0
    for chat_id, pause in enumerate(pauses):
        now += pause
        wait = pace.take(now, chat_id, group=False)
        if wait:
            now += wait
            assert pace.take(now, chat_id, group=False) == 0


def test_what_is_refused_stays_refused_until_it_said() -> None:
    pace = Pace(ROOMY)
    for _ in range(30):
        assert pace.take(0.0, 1, group=False) == 0
    assert pace.take(0.5, 1, group=False) == 1
    assert pace.take(1.2, 1, group=False) == 1
    assert pace.take(1.5, 1, group=False) == 0
    assert pace.refused == 2


def test_groups_have_a_minute_and_edits_their_own() -> None:
    pace = Pace(ROOMY)
    for n in range(20):
        assert pace.take(float(n), -77, group=True) == 0
    assert pace.take(20.0, -77, group=True) == 40
    assert pace.take(20.0, -77, group=True, edit=True) == 0
    assert pace.take(20.0, 11, group=False) == 0
    assert pace.take(60.0, -77, group=True) == 0


async def test_too_long_a_burst_draws_429() -> None:
    async with Sandbox(rates=Rates(burst=2, burst_seconds=60)) as strict:
        ada, other = strict.person(11, "Ada"), strict.person(12, "Vera")
        ada.start()
        other.start()
        async with Bot(strict.token, base_url=f"{strict.url}/bot") as api:
            await api.send_message(11, "one")
            await api.send_message(11, "two")
            for _ in range(2):
                with pytest.raises(RetryAfter) as caught:
                    await api.send_message(11, "three")
                wait = caught.value.retry_after
                assert isinstance(wait, timedelta)
                assert timedelta(seconds=50) < wait <= timedelta(seconds=60)
            await api.send_message(12, "one")
        assert strict.rates.refused == 2
        assert [call.status for call in strict.calls.sent_to(11)] == [200, 200, 429, 429]
        assert len(ada.chat.messages) == 3


async def test_paid_broadcasts_need_stars() -> None:
    for rates, allowed in ((Rates(), False), (Rates(paid=1000), True)):
        async with Sandbox(rates=rates) as strict:
            strict.person(11, "Ada").start()
            async with Bot(strict.token, base_url=f"{strict.url}/bot") as api:
                if allowed:
                    await api.send_message(11, "x", allow_paid_broadcast=True)
                else:
                    with pytest.raises(BadRequest, match=r"(?i)stars"):
                        await api.send_message(11, "x", allow_paid_broadcast=True)
