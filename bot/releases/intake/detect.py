"""In which language a text is: by its letters where they tell, else by a statistical model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import langcodes

from bot.errors import PolyheraldError
from translations.text import text

SURE = 0.8
"""Confidence from which nobody needs to be asked."""
GUESS = 0.5
"""Confidence below which a language is not taken on trust."""

_CHILD = Path(__file__).with_name("detect_child.py")
_SECONDS = 30
_MOST_CHARACTERS = 20_000
_FOREIGN_LETTERS = 200
"""Letters a text must have before the model may find a language that nobody expected."""

# Letters that only one language of their script has, among those an office is likely to use; a
# name may bring one into any text, so that they weigh, but do not decide.
_TELLING = {
    "az": re.compile("[əƏ]"),
    "ur": re.compile("[ٹڈڑے]"),
    "fa": re.compile("[پچژگ]"),
    "uk": re.compile("[їЇєЄґҐ]"),
    "be": re.compile("[ўЎ]"),
    "kk": re.compile("[ғҒқҚұҰ]"),
}
_TOLD = 50.0
_LACKING = {"uk": re.compile("[ыЫэЭъЪёЁ]"), "ru": re.compile("[іІїЇєЄґҐўЎ]")}
_UNTOLD = 0.02
_WITHOUT = 0.91
"""The share of letters in Azerbaijani that are not ə: a long text without one is not in it, but a
short one without may look Turkish."""
_UNLIKELY = 0.2
"""What all candidates together have of the chance of another language, where it is that one."""
_ALONE = {
    "Grek": "el",
    "Hebr": "he",
    "Armn": "hy",
    "Geor": "ka",
    "Thai": "th",
    "Hang": "ko",
    "Kana": "ja",
}
"""Scripts that tell the language."""
_SCRIPTS = (
    ("Latn", "A-Za-z\u00aa-\u024f\u0250-\u02af\u1e00-\u1eff"),
    ("Cyrl", "\u0400-\u052f"),
    ("Arab", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"),
    ("Kana", "\u3040-\u30ff"),
    ("Hang", "\uac00-\ud7a3\u1100-\u11ff"),
    ("Han", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("Grek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Hebr", "\u0590-\u05ff"),
    ("Armn", "\u0530-\u058f"),
    ("Geor", "\u10a0-\u10ff\u2d00-\u2d2f"),
    ("Deva", "\u0900-\u097f"),
    ("Beng", "\u0980-\u09ff"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Ethi", "\u1200-\u139f"),
)
_SCRIPT = re.compile("|".join(f"(?P<{name}>[{letters}])" for name, letters in _SCRIPTS))
_SAME_SCRIPT = {"Jpan": "Kana", "Kore": "Hang", "Hans": "Han", "Hant": "Han"}
_TRADITIONAL = re.compile("[國們這來時對開會發問說經長東車馬與為後門]")
_SIMPLIFIED = re.compile("[国们这来时对开会发问说经长东车马与为后门]")
_NO_LANGUAGE = "zxx"
"""So the model calls a text that is in none: numbers, codes."""
_MODEL_NAMES = {"nb": "no", "fil": "tl"}


@dataclass(frozen=True)
class Guess:
    """The likeliest language, how sure that is (0 to 1), and the next after it, if there is one."""

    tag: str
    sure: float
    next: str | None = None

    @property
    def likely(self) -> tuple[str, ...]:
        return (self.tag,) if self.next is None else (self.tag, self.next)


class DetectionFailed(PolyheraldError):
    """The detector did not answer: out of time, out of memory, or not installed."""


def detect(texts: Sequence[str], candidates: Sequence[str]) -> list[Guess]:
    """For each text its likeliest languages, in one short-lived process.

    The language is one of ``candidates`` (canonical tags, in order of preference), except that a
    longer text that is clearly in no candidate gets its own. Blocks for about half a second: on
    an event loop, call it through ``asyncio.to_thread``. Raises :class:`DetectionFailed`.
    """
    if not texts:
        return []
    return [
        _judged(sample, ranks, candidates)
        for sample, ranks in zip(texts, _ranked(tuple(texts)), strict=True)
    ]


@lru_cache(maxsize=8)
def _ranked(texts: tuple[str, ...]) -> list[dict[str, float]]:
    """What the model says; kept for a while, as a text is often looked at and then taken in."""
    samples = [sample[:_MOST_CHARACTERS] for sample in texts]
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(samples),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        return [dict(ranks) for ranks in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise DetectionFailed(
            text("The language could not be found out. Name it, as in --language fr.")
        ) from error


def _judged(sample: str, ranks: Mapping[str, float], candidates: Sequence[str]) -> Guess:
    script = _script(sample)
    fitting = [tag for tag in candidates if script is None or _written_in(tag) == script]
    size = _letters(sample)
    foreign, chance = max(
        ((name, rank) for name, rank in ranks.items() if name != _NO_LANGUAGE),
        key=lambda item: item[1],
    )
    expected = {_model_name(tag) for tag in candidates}
    outside = foreign not in expected
    if outside and chance > SURE and size >= _FOREIGN_LETTERS:
        return Guess(foreign, chance)
    if not fitting:
        alone = _ALONE.get(script or "")
        if alone is not None:
            return Guess(alone, 1.0)
        return Guess(foreign, 0.0, candidates[0] if candidates else None)
    if script == "Han":
        return Guess(_chinese(sample, fitting), 1.0)
    weights = {tag: _weight(_model_name(tag), ranks, sample) for tag in fitting}
    ordered = sorted(fitting, key=lambda tag: (-weights[tag], fitting.index(tag)))
    best = ordered[0]
    other = next((tag for tag in ordered if _model_name(tag) != _model_name(best)), None)
    known = sum(ranks.get(name, 0.0) for name in expected)
    if outside and chance > GUESS and known < chance * _UNLIKELY and weights[best] < chance:
        return Guess(foreign, known, best)
    total = sum({_model_name(tag): weight for tag, weight in weights.items()}.values())
    nothing = ranks.get(_NO_LANGUAGE, 0.0)
    if size == 0 or total == 0 or (nothing > GUESS and known < nothing * _UNLIKELY):
        return Guess(best, 0.0, other)
    sure = weights[best] / total
    if _model_name(best) == "tr" and "az" in expected:
        sure *= 1 - _WITHOUT**size
    return Guess(best, sure, other)


def _weight(language: str, ranks: Mapping[str, float], sample: str) -> float:
    """The model's, and what letters say that it gives too little weight in a short text."""
    weight = ranks.get(language, 0.0)
    if (telling := _TELLING.get(language)) and telling.search(sample):
        weight *= _TOLD
    if (lacking := _LACKING.get(language)) and lacking.search(sample):
        weight *= _UNTOLD
    return weight


def _letters(sample: str) -> int:
    return sum(1 for _ in _SCRIPT.finditer(sample[:_MOST_CHARACTERS]))


def _script(sample: str) -> str | None:
    """The script of most letters; a text with kana or Hangul is not in Chinese."""
    counts = Counter(found.lastgroup or "" for found in _SCRIPT.finditer(sample[:_MOST_CHARACTERS]))
    if not counts:
        return None
    for own in ("Kana", "Hang"):
        if counts[own] * 10 >= counts["Han"] and counts[own] > 0:
            counts[own] += counts.pop("Han", 0)
    return counts.most_common(1)[0][0]


def _written_in(tag: str) -> str:
    script = langcodes.Language.get(tag).maximize().script or "Latn"
    return _SAME_SCRIPT.get(script, script)


def _model_name(tag: str) -> str:
    language = tag.split("-")[0]
    return _MODEL_NAMES.get(language, language)


def _chinese(sample: str, fitting: Sequence[str]) -> str:
    traditional = len(_TRADITIONAL.findall(sample)) > len(_SIMPLIFIED.findall(sample))
    wanted = "Hant" if traditional else "Hans"
    for tag in fitting:
        if langcodes.Language.get(tag).maximize().script == wanted:
            return tag
    return fitting[0]
