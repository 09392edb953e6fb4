"""One leader for each role, elected through the database; a second is ready to take over."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta

from sqlalchemy import delete, or_, select

from bot.clock import Clock
from bot.store import tables as t
from bot.store.database import Database

LENGTH = timedelta(seconds=15)


class Lease:
    """A role that one process at a time holds, by a row that it keeps renewing.

    On SQLite there is one process (a lock in ``data_dir`` sees to it), which always leads.
    """

    def __init__(self, database: Database, clock: Clock, role: str) -> None:
        self._database = database
        self._clock = clock
        self._role = role
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    async def held(self) -> bool:
        """Renew or take the lease; whether this process leads for the next seconds."""
        if self._database.is_sqlite:
            return True
        now = self._clock.now()
        row = {"role": self._role, "holder": self._name, "until": now + LENGTH}
        wanted = self._database.insert(t.lease).values(row)
        async with self._database.write() as connection:
            await connection.execute(
                wanted.on_conflict_do_update(
                    index_elements=[t.lease.c.role],
                    set_={"holder": self._name, "until": now + LENGTH},
                    where=or_(
                        t.lease.c.holder == self._name,
                        t.lease.c.until <= now,
                        t.lease.c.until > now + 2 * LENGTH,  # written by a clock since set back
                    ),
                )
            )
            holder = await connection.scalar(
                select(t.lease.c.holder).where(t.lease.c.role == self._role)
            )
        return holder == self._name

    async def release(self) -> None:
        """Let another take over at once."""
        if self._database.is_sqlite:
            return
        async with self._database.write() as connection:
            await connection.execute(
                delete(t.lease).where(t.lease.c.role == self._role, t.lease.c.holder == self._name)
            )
