"""The files that a release may be had as, written when they are asked for and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import hdrs

from bot.clock import Clock
from bot.settings import Settings
from bot.site.answers import ASK_AGAIN, Answer, Cache
from bot.site.authority import Authority, authority
from bot.site.handouts import ninjs, plaintext
from bot.site.handouts.paper import Paper
from bot.store.database import Database

KEPT = 128


def _plaintext(paper: Paper, _minted: Authority) -> bytes:
    return plaintext.plaintext(paper)


def _word(paper: Paper, _minted: Authority) -> bytes:
    from bot.site.handouts.word import word  # half a second to import, for the few who ask

    return word(paper)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One format. ``saved``: a browser saves it, and does not show it. ``outlives``: it is there,
    and says so, once its release was withdrawn. ``slow``: it is written in a thread."""

    suffix: str
    media_type: str
    write: Callable[[Paper, Authority], bytes]
    charset: str = ""
    saved: bool = False
    outlives: bool = False
    slow: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


TEXT = Kind(suffix="txt", media_type="text/plain", charset="utf-8", write=_plaintext)
DOCX = Kind(suffix="docx", media_type=ninjs.WORD, write=_word, saved=True, slow=True)
NINJS = Kind(
    suffix="ninjs.json",
    media_type=ninjs.MEDIA_TYPE,
    write=ninjs.ninjs,
    outlives=True,
    headers={hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"},
)
KINDS = {kind.suffix: kind for kind in (TEXT, DOCX, NINJS)}


class Files:
    """Writes them. Slow ones one after another: pages go on being served meanwhile."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._writing = asyncio.Lock()
        self._minted: Authority | None = None
        self.kept = Cache(KEPT)

    async def answer(self, paper: Paper, kind: Kind) -> Answer:
        """``paper`` as a file of this ``kind``, under a name by which it is known once saved."""
        if self._minted is None:
            self._minted = await authority(self._database, self._settings, self._clock)
        if kind.slow:
            async with self._writing:
                body = await asyncio.to_thread(kind.write, paper, self._minted)
        else:
            body = kind.write(paper, self._minted)
        name = f"{paper.published.slug}.{paper.language}.{kind.suffix}"
        shown = "attachment" if kind.saved else "inline"
        return Answer(
            body,
            kind.content_type,
            ASK_AGAIN,
            {
                hdrs.CONTENT_DISPOSITION: f'{shown}; filename="{name}"',
                hdrs.CONTENT_LANGUAGE: paper.language,
                hdrs.LINK: f'<{paper.url}>; rel="canonical"',
                **kind.headers,
            },
        )
