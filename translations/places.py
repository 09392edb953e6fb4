"""Cities and countries by the names that a language has for them (CLDR, through Babel). Pure.

Cities are those that stand for time zones: CLDR calls them exemplar cities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from babel.core import get_global

from translations.formats import formats_for

_EVERYDAY = {
    "US": ("США", "ABD", "ABŞ", "EE. UU.", "EUA"),
    "GB": ("Англия", "Англія", "İngiltere", "İngiltərə", "إنجلترا", "انگلیس", "英格兰"),
}
"""Short names that Babel leaves out of CLDR's, and what people call a part of it by."""


@lru_cache(maxsize=16384)
def city_name(zone: str, tag: str) -> str:
    """The city of the IANA ``zone`` in the language ``tag``; as the zone has it, where CLDR has
    no other: “Москва”, «القاهرة», “Paris”."""
    known = formats_for(tag).locale.time_zones
    for key in (zone, *_former().get(zone, ())):
        if key in known and "city" in known[key]:
            return str(known[key]["city"])
    return zone.rpartition("/")[2].replace("_", " ")


def country_names(code: str, tag: str) -> tuple[str, ...]:
    """What the country of that ISO 3166 code is called in the language ``tag``; first the name
    to show. Without one there is its code."""
    name = formats_for(tag).locale.territories.get(code)
    return ((str(name),) if name else (code,)) + _EVERYDAY.get(code, ())


def codes(code: str) -> tuple[str, ...]:
    """The codes by which people write a country: AZ and AZE, GB and UK."""
    return (code, *(other for other, codes in _codes() if codes == [code]))


@lru_cache(maxsize=1)
def _codes() -> tuple[tuple[str, list[str]], ...]:
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    return tuple((name, list(codes)) for name, codes in aliases.items() if name.isalpha())


@lru_cache(maxsize=1)
def _former() -> Mapping[str, list[str]]:
    """A zone → the names that it had before, by which CLDR goes on calling it."""
    found: dict[str, list[str]] = defaultdict(list)
    aliases: Mapping[str, str] = get_global("zone_aliases")
    for old, zone in aliases.items():
        found[zone].append(old)
    return found
