"""What ``calendar`` does: the anniversaries of every observance, by the pure rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.cli.session import Session
from bot.occasions.calendar import local_date
from bot.occasions.observance import Anniversary, anniversaries
from bot.releases import repository
from bot.releases.release import Release
from translations.formats import fill_pattern
from translations.locales import best_match
from translations.text import text


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """An anniversary of what ``release`` commemorates."""

    release: Release
    anniversary: Anniversary

    @property
    def titles(self) -> dict[str, str]:
        """The filled title in each language of the release that has a pattern for it."""
        return {
            tag: fill_pattern(variant.occasion or variant.headline, self.anniversary.number, tag)
            for tag, variant in self.release.variants.items()
        }

    def title_for(self, language: str) -> str:
        """The title for a reader of ``language``, else the original's."""
        titles = self.titles
        best = best_match([language], titles)
        return titles[best.tag if best else self.release.original]


def today(session: Session) -> date:
    """The civil date at the office."""
    return local_date(session.settings.timezone, session.clock.now())


def a_year_on(first: date) -> date:
    """The last day of the 12 months that begin with ``first``."""
    if first.year == date.max.year:
        return date.max
    leaps = (first.month, first.day) == (2, 29)
    return (first.replace(year=first.year + 1, day=28 if leaps else first.day)) - timedelta(
        days=0 if leaps else 1
    )


def between(releases: Iterable[Release], first: date, last: date) -> list[Occasion]:
    """The occasions with ``first <= on <= last``, in order; none before its release's own date."""
    found = [
        Occasion(release=release, anniversary=anniversary)
        for release in releases
        if release.observance is not None
        for anniversary in anniversaries(
            release.observance, max(_before(first), _before(release.date)), last
        )
    ]
    return sorted(found, key=lambda o: (o.anniversary.on, o.release.slug))


def _before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day


async def show(session: Session, first: date, last: date, *, as_json: bool) -> None:
    async with session.database() as database, database.read() as connection:
        releases = await repository.everything(connection)
    found = between(releases, first, last)
    out = session.out
    if as_json:
        out.json([_json(occasion) for occasion in found])
        return
    out.table(
        (text("Date"), text("Number"), text("Occasion"), text("Release"), text("State")),
        [
            (
                occasion.anniversary.on,
                occasion.anniversary.number,
                occasion.title_for(out.catalog.tag),
                occasion.release.slug,
                text("accepted") if _accepted(occasion) else text("only proposed"),
            )
            for occasion in found
        ],
        text("No anniversaries from {first} to {last}.", first=first, last=last),
        name=3,
    )


def _accepted(occasion: Occasion) -> bool:
    spec = occasion.release.observance
    return spec is not None and spec.accepted


def _json(occasion: Occasion) -> dict[str, object]:
    return {
        "date": occasion.anniversary.on.isoformat(),
        "number": occasion.anniversary.number,
        "slug": occasion.release.slug,
        "titles": occasion.titles,
        "accepted": _accepted(occasion),
    }
