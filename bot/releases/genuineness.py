"""Whether a signed text is the office's, by its public keys alone: no network, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.releases import likeness, normal, signing, traces
from bot.releases.likeness import Likeness, Print
from bot.releases.statement import PublicKey, Signed, Statement

Verdict = Literal["genuine", "forged", "foreign", "unknown key", "revoked", "too late"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``foreign``: signed, but no text of this format; ``too late``: published after the key was
    taken out of use. ``statement`` is there for whatever was signed and can be read."""

    verdict: Verdict
    statement: Statement | None = None


def judge(document: Signed, keys: Iterable[PublicKey]) -> Judged:
    key = next((key for key in keys if key.id == document.key), None)
    if key is None:
        return Judged(verdict="unknown key")
    signed = document.signed.encode("utf-8", "surrogatepass")
    if not signing.fits(key.public, document.signature, signed):
        return Judged(verdict="forged")
    try:
        statement = document.statement
    except ValueError:
        return Judged(verdict="foreign")
    if key.revoked is not None:
        return Judged(verdict="revoked", statement=statement)
    if key.until is not None and statement.published > key.until:
        return Judged(verdict="too late", statement=statement)
    return Judged(verdict="genuine", statement=statement)


def liken(text: str, statement: Statement) -> Likeness:
    """How ``text`` compares with the signed one, as readers compare."""
    wording = (statement.headline, statement.subhead, statement.body)
    paragraphs = traces.paragraphs(wording)
    units = tuple(map(normal.digest, normal.units(paragraphs)))
    printed = Print(units=units, links=frozenset(traces.links(statement.body)))
    compared = (
        likeness.inspect(reading, paragraphs, likeness.compare(reading, printed))
        for reading in likeness.readings(text, longest=len(text))
    )
    return max(compared, key=lambda like: (like.kind in ("same", "part"), like.known))
