"""Which time zone a city, a country or a point of the globe is in, without asking anybody.

Names are understood in several languages at once; points are looked up in the borders of zones
that come with tzfpy.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from bot.releases.moments import zone_names
from translations.folding import fold
from translations.places import city_name, codes, country_names

LONGEST = 60
"""Characters of a name that are looked at."""

MOST_NEAR = 4
_A_PREFIX = 3
_ALIKE = 0.72
_NO_CITIES = ("Etc", "US", "Canada", "Mexico", "Brazil", "Chile", "SystemV", "posix", "right")
"""Where what follows is no city."""


@dataclass(frozen=True)
class Place:
    """``zones`` are one, or those among which one has to choose. ``country`` is its ISO code."""

    name: str
    zones: tuple[str, ...]
    country: str = ""


def zone_written(written: str) -> str | None:
    """The zone of that very name, whatever its capitals."""
    wanted = written.strip().replace(" ", "_").casefold()
    return next((zone for zone in zone_names() if zone.casefold() == wanted), None)


def named(written: str, tags: Sequence[str], now: datetime) -> Place | None:
    """The place of that name in the first of the languages ``tags`` that knows any; else the
    country of that code."""
    wanted = _key(written)
    for tag in tags:
        meant = _names(tag).get(wanted)
        if meant is not None:
            return _place(meant, now)
    code = _by_code().get(wanted)
    return country(code, tags[0], now) if code and tags else None


def near(written: str, tags: Sequence[str], now: datetime) -> list[Place]:
    """Places that may be meant: those that have the word in their name, those that begin so, then
    those that are spelt alike."""
    wanted = _key(written)
    found: dict[tuple[str, ...], Place] = {}
    for tag in tags if wanted else ():
        names = _names(tag)
        within = [n for n in names if f" {wanted} " in f" {n} "]
        begin = [n for n in names if n.startswith(wanted)] if len(wanted) >= _A_PREFIX else []
        alike = difflib.get_close_matches(wanted, names, n=MOST_NEAR, cutoff=_ALIKE)
        for name in (*sorted(within, key=len), *sorted(begin, key=len), *alike):
            place = _place(names[name], now)
            found.setdefault(place.zones, place)
    return list(found.values())[:MOST_NEAR]


def country(code: str, tag: str, now: datetime) -> Place | None:
    """The country of that ISO code, with the zones among which one has to choose there."""
    zones = _by_country().get(code)
    if zones is None:
        return None
    return Place(country_names(code, tag)[0], _that_differ(zones, now.date()), code)


def zone_at(latitude: float, longitude: float) -> str | None:
    """The zone of a point, in degrees. Nothing of it is kept: neither here nor there."""
    import tzfpy  # 35 MB, once somebody shares where they are

    zone = tzfpy.get_tz(longitude, latitude)
    return zone if zone in zone_names() else None


def _key(written: str) -> str:
    return " ".join(fold(written[:LONGEST]).split())


@dataclass(frozen=True)
class _Meant:
    """What a name stands for: cities' zones, and countries."""

    name: str
    zones: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


def _place(meant: _Meant, now: datetime) -> Place:
    zones = dict.fromkeys(meant.zones)
    for code in meant.countries:
        zones |= dict.fromkeys(_by_country()[code])
    differ = _that_differ(tuple(zones), now.date())
    only = meant.countries[0] if meant.countries and not meant.zones else ""
    return Place(meant.name, differ, only)


@lru_cache(maxsize=64)
def _names(tag: str) -> Mapping[str, _Meant]:
    """Folded name → what it means, in one language; the zones' own names beside it."""
    found: dict[str, _Meant] = {}

    def add(name: str, zone: str = "", code: str = "", shown: str = "") -> None:
        key = _key(name)
        known = found.get(key, _Meant(shown or name))
        if key:
            found[key] = _Meant(
                known.name,
                (*known.zones, zone) if zone and zone not in known.zones else known.zones,
                (*known.countries, code) if code else known.countries,
            )

    for code in _by_country():
        title, *others = country_names(code, tag)
        for name in (title, *others):
            add(name, code=code, shown=title)
    listed = dict.fromkeys(zone for zones in _by_country().values() for zone in zones)
    for zone in listed:
        add(city_name(zone, tag), zone)
    for zone in (*listed, *sorted(zone_names() - set(listed))):
        if "/" in zone and zone.partition("/")[0] not in _NO_CITIES:
            own = zone.rpartition("/")[2].replace("_", " ")
            for name in (own, zone):
                if _key(name) not in found:
                    add(name, zone, shown=city_name(zone, tag))
    return found


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, str]:
    return {_key(other): code for code in _by_country() for other in codes(code)}


@lru_cache(maxsize=1)
def _by_country() -> Mapping[str, tuple[str, ...]]:
    """ISO code → its zones, as the tz database lists them (zone.tab)."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    found: dict[str, list[str]] = {}
    for code, _, zone, *_ in (line.split("\t") for line in lines if line[:1] not in ("#", "")):
        if zone in zone_names():
            found.setdefault(code, []).append(zone)
    return {code: tuple(zones) for code, zones in found.items()}


@lru_cache(maxsize=512)
def _that_differ(zones: tuple[str, ...], today: date) -> tuple[str, ...]:
    """One of those whose clocks agree from today on, for a year and more."""
    if len(zones) < 2:
        return zones
    noons = [datetime.combine(today, time(12), UTC) + timedelta(days=n) for n in range(400)]
    found: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        clock = ZoneInfo(zone)
        found.setdefault(tuple(noon.astimezone(clock).utcoffset() for noon in noons), zone)
    return tuple(found.values())
