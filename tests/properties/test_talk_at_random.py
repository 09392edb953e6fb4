"""Whatever people do to the bot: nobody gets more than is theirs, and everybody gets an answer.

``TALK_SEED`` walks one walk again; ``TALK_STEPS`` and ``TALK_WALKS`` make it longer.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.properties.talk.process import LEFT_BEHIND
from tests.properties.talk.walk import walk

# A process that is killed leaves its connections to whoever comes by.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

WALKS = int(os.environ.get("TALK_WALKS") or 10)
STEPS = int(os.environ.get("TALK_STEPS") or 400)


@pytest.mark.filterwarnings(LEFT_BEHIND)
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("seed", [4, 12, 18])
async def test_whatever_people_do(seed: int, database_url: str) -> None:
    print(await walk(seed, 28, database_url))  # noqa: T201 - how much that was


@pytest.mark.soak
@pytest.mark.filterwarnings(LEFT_BEHIND)
@pytest.mark.parametrize("number", range(WALKS))
async def test_whatever_people_do_for_long(number: int, database_url: str) -> None:
    seed = int(os.environ.get("TALK_SEED") or random.randrange(10**6))
    print(await walk(seed, STEPS, database_url))  # noqa: T201 - the figures of the run
