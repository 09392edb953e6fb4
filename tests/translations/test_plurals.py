from gettext import c2py

import pytest
from babel.core import Locale

from translations.plurals import TELLING, plural_forms

# One or more for each kind of rule in CLDR's table of plural rules.
LANGUAGES = [
    *("ar", "az", "be", "br", "ceb", "cs", "cy", "da", "de", "dsb", "en", "es", "fa", "ff", "fr"),
    *("ga", "gd", "gv", "he", "hi", "hr", "is", "it", "iu", "ja", "ka", "kw", "lag", "lt", "lv"),
    *("mk", "mt", "pl", "pt", "pt-PT", "ro", "ru", "sat", "sc", "shi", "si", "sk", "sl", "sr"),
    *("sv", "tr", "tzm", "uk", "vi", "zh"),
]
NUMBERS = sorted({*TELLING, *range(0, 100_001, 500), 10**6 + 2, 10**9})


@pytest.mark.parametrize(
    ("tag", "header"),
    [
        ("zh", "nplurals=1; plural=0;"),
        ("sv", "nplurals=2; plural=(n == 1 ? 0 : 1);"),
        ("fa", "nplurals=2; plural=(n == 0 || n == 1 ? 0 : 1);"),
        # “Many” is for fractions alone, and there are none to count.
        ("cs", "nplurals=3; plural=(n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2);"),
        ("fr", "nplurals=3; plural=(n == 0 || n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);"),
        ("tlh", "nplurals=2; plural=(n == 1 ? 0 : 1);"),
    ],
)
def test_the_header_of_a_catalog(tag: str, header: str) -> None:
    assert plural_forms(tag) == header


def test_every_kind_of_language_has_its_forms() -> None:
    """gettext's own reading of each header, held against CLDR's categories as Babel tells them."""
    rules: dict[str, str] = {}
    for tag in LANGUAGES:
        rules.setdefault(plural_forms(tag), tag)
    assert len(rules) > 20
    for header, tag in rules.items():
        count, _, expression = header.removeprefix("nplurals=").partition("; plural=")
        form, category = c2py(expression.rstrip(";")), Locale.parse(tag, sep="-").plural_form
        pairs = {(category(n), form(n)) for n in NUMBERS}
        assert len(pairs) == int(count), f"{tag}: {header}"
        assert {number for _, number in pairs} == set(range(int(count)))
