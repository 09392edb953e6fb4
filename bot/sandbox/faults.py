"""Things that go wrong on the way, on demand."""

from __future__ import annotations

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

Kind = Literal["429", "502", "refuse", "reset_before", "reset_after", "hang", "truncate", "latency"]


class Gate:
    """Holds calls until it is opened; a test can wait until ``n`` of them stand there."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._changed = asyncio.Condition()
        self.held = 0
        """How many calls came to the gate while it was closed."""

    async def wait_held(self, n: int = 1, timeout: float = 10) -> None:
        """Return once ``n`` calls have been held; raises ``TimeoutError``."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: self.held >= n)

    def release(self) -> None:
        """Let everything that stands here pass, and all that comes."""
        self._open.set()

    async def passing(self) -> None:
        if self._open.is_set():
            return
        async with self._changed:
            self.held += 1
            self._changed.notify_all()
        await self._open.wait()


@dataclass(frozen=True, eq=False)
class Fault:
    """What happens to the next ``times`` matching calls (``None``: to all of them).

    - ``429``: Too Many Requests with ``retry_after``; ``502``: an HTML page; ``refuse``:
      ``code`` and ``description``. None of these acted.
    - ``reset_before``: the connection is reset and nothing was done; ``reset_after``: it was
      done, and no answer comes.
    - ``hang``: it was done (unless ``acts`` is false: then it is done at last); the answer comes
      when ``gate`` is released, if ever.
    - ``truncate``: it was done; half of the answer comes.
    - ``latency``: all is well after ``seconds``. Any other kind may have ``seconds`` too.

    ``chat_id`` and ``method`` narrow down which calls match; ``None`` matches all.
    """

    kind: Kind
    _: KW_ONLY
    chat_id: int | None = None
    method: str | None = "sendMessage"
    times: int | None = 1
    retry_after: int = 1
    code: int = 400
    description: str = "Bad Request: refused by a fault"
    seconds: float = 0.0
    acts: bool = True
    gate: Gate = field(default_factory=Gate)

    def matches(self, method: str, chat_id: object) -> bool:
        return (self.method is None or self.method.lower() == method.lower()) and (
            self.chat_id is None or self.chat_id == chat_id
        )


class Faults:
    """The faults that wait for a call, in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._used: dict[Fault, int] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults and let go of what they hold."""
        for fault in {*self._waiting, *self._used}:
            fault.gate.release()
        self._waiting.clear()

    def used(self, fault: Fault) -> int:
        """How many calls it has struck."""
        return self._used.get(fault, 0)

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault that strikes this call, if any."""
        for fault in self._waiting:
            if fault.matches(method, chat_id):
                self._used[fault] = self.used(fault) + 1
                if fault.times is not None and self._used[fault] >= fault.times:
                    self._waiting.remove(fault)
                return fault
        return None
