"""The methods that the server knows, by name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.chats import Chats
from bot.sandbox.parameters import Reader, Signature
from bot.sandbox.profile import Profile
from bot.sandbox.rates import Pace

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a method works on. ``monotonic`` gives seconds, for the rates."""

    chats: Chats
    pace: Pace
    profile: Profile = field(default_factory=Profile)
    monotonic: Callable[[], float] = time.monotonic


Run = Callable[[Desk, Values], Any]
"""Returns the ``result`` of the answer, or a coroutine of it; raises ``Refusal``."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method: how it is called and what it does."""

    name: str
    signature: Signature
    run: Run


class Methods:
    """A table of methods; names count without case, as on the real server."""

    def __init__(self) -> None:
        self._methods: dict[str, Method] = {}

    def method(self, name: str, /, *required: str, **readers: Reader) -> Callable[[Run], Run]:
        """Enter a function under ``name``, with its parameters."""

        def enter(run: Run) -> Run:
            signature = Signature(required=required, readers=readers)
            self._methods[name.lower()] = Method(name=name, signature=signature, run=run)
            return run

        return enter

    def include(self, other: Methods) -> None:
        self._methods.update(other._methods)

    def find(self, name: str) -> Method | None:
        return self._methods.get(name) or self._methods.get(name.lower())

    def __iter__(self) -> Any:
        return iter(self._methods.values())
