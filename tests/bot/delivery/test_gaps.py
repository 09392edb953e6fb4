"""Two processes that stand still now and then, and a server that counts strictly."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator

import pytest

from bot.delivery.engine import LANES
from bot.delivery.gaps import Gaps
from bot.delivery.pace import HEADROOM

RATE = 30
INTERVAL = 1 / (RATE * HEADROOM)
SECONDS = 120.0
WAY = 0.001
"""Seconds from here to the server, and back."""


class _Process:
    """Does nothing while it stands still; ``stops`` are when, and for how long."""

    def __init__(self, stops: list[tuple[float, float]]) -> None:
        self.gaps = Gaps()
        self._stops = stops

    def awake(self, at: float) -> float:
        """``at``, or when it goes on after that."""
        for start, length in self._stops:
            if start <= at < start + length:
                return start + length
        return at


def _stops(chance: random.Random, every: float, longest: float) -> Iterator[tuple[float, float]]:
    at = 0.0
    while at < SECONDS:
        at += chance.expovariate(1 / every)
        yield at, chance.random() * longest


def _arrivals(processes: list[_Process]) -> list[float]:
    """When the messages of all lanes come in, over one row of slots that all draw from."""
    free_at, found = 0.0, []
    turns = [(0.0, n, n % len(processes), 0.0, 0.0) for n in range(LANES * len(processes))]
    while turns:
        now, lane, number, slot, late = heapq.heappop(turns)
        if now > SECONDS:
            continue
        process = processes[number]
        gap = process.gaps.needed([(slot, late)])
        start = max(free_at, now) + gap
        process.gaps.made(start, gap)
        free_at = start + INTERVAL
        arrives = process.awake(start) + WAY
        found.append(arrives)
        answered = process.awake(arrives + WAY)
        heapq.heappush(turns, (answered, lane, number, start, answered - start - 2 * WAY))
    return sorted(found)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("every", "longest"), [(0.3, 0.08), (1.0, 0.3), (5.0, 0.6)])
def test_no_second_has_more_than_the_rate(every: float, longest: float, seed: int) -> None:
    chance = random.Random(seed)
    processes = [_Process(list(_stops(chance, every, longest))) for _ in range(2)]
    arrived = _arrivals(processes)
    closest = min(b - a for a, b in zip(arrived, arrived[RATE:], strict=False))
    assert closest >= 1.0


def test_who_is_never_late_leaves_no_gap() -> None:
    arrived = _arrivals([_Process([]), _Process([])])
    assert len(arrived) / SECONDS >= 0.97 * RATE
