from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """An office on a database of each kind, sending at the usual rate; nothing runs yet."""
    async with open_house(tmp_path, database_url) as opened:
        opened.set(rate_per_second=30)
        yield opened
