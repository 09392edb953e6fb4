"""Numbers in the digits that a language's readers expect.

CLDR names a default numbering system for each locale, and that is what is written: Latin digits
for ``ar`` (as for ``ar-AE`` or ``ar-DZ``), Arabic-Indic ones for ``ar-EG`` or ``ar-SA``, Persian
ones for ``fa``. Babel knows the system's name but writes Latin digits always.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel.core import Locale

_NAMES = {
    "adlm": "ADLAM",
    "arab": "ARABIC-INDIC",
    "arabext": "EXTENDED ARABIC-INDIC",
    "beng": "BENGALI",
    "cakm": "CHAKMA",
    "deva": "DEVANAGARI",
    "hmnp": "NYIAKENG PUACHUE HMONG",
    "mtei": "MEETEI MAYEK",
    "mymr": "MYANMAR",
    "nkoo": "NKO",
    "olck": "OL CHIKI",
    "tibt": "TIBETAN",
}
"""Unicode's names of the digits of CLDR's systems: all that are some locale's default."""
_WORDS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")


def native(written: str, locale: Locale) -> str:
    """``written`` with its Latin digits turned into those of ``locale``."""
    return written.translate(_digits(locale.default_numbering_system))


@lru_cache(maxsize=16)
def _digits(system: str) -> dict[int, str]:
    name = _NAMES.get(system)
    if name is None:
        return {}
    return {
        ord(str(value)): unicodedata.lookup(f"{name} DIGIT {word}")
        for value, word in enumerate(_WORDS)
    }
