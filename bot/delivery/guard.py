"""Keeps the trouble of one release from becoming the trouble of all."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.releases.notices import Notice
from translations.text import text

log = structlog.get_logger(__name__)


async def guarded(
    connection: AsyncConnection, slug: str, now: datetime, act: Awaitable[Sequence[Notice]]
) -> Sequence[Notice]:
    """Carry out ``act`` for one release; if it breaks, undo it alone and tell staff, once a day.

    Trouble with one release must not keep all others from going out.
    """
    try:
        async with connection.begin_nested():
            return await act
    except StoreError:
        raise
    except Exception:
        log.exception("could not be announced", slug=slug)
        what = text(
            "“{slug}” could not be announced because of a fault. The operator finds it in the log.",
            slug=slug,
        )
        return [Notice(key=f"fault/{slug}/{now.date()}", what=what, urgent=True)]
