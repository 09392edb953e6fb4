"""Where on the globe people are whose zone is known."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


@lru_cache(maxsize=64)
def home_of(zone: str) -> tuple[float, float]:
    """Latitude and longitude of the city that the IANA ``zone`` is called after, in degrees;
    nowhere in particular for a zone that is not of any place."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    for line in lines:
        fields = line.split("\t")
        found = _PLACE.fullmatch(fields[1]) if len(fields) > 2 and fields[2] == zone else None
        if found is not None:
            return _degrees(*found.group(1, 2, 3, 4)), _degrees(*found.group(5, 6, 7, 8))
    return 0.0, 0.0


def _degrees(sign: str, degrees: str, minutes: str, seconds: str | None) -> float:
    size = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    return -size if sign == "-" else size
