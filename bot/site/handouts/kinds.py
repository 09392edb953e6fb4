"""In which formats a release can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import hdrs

from bot.site.authority import Authority
from bot.site.handouts import ninjs, plaintext
from bot.site.handouts.paper import Paper


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
