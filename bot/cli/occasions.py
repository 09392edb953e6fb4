"""What ``calendar`` does: the anniversaries of every observance, by the pure rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.cli.session import Session
from bot.occasions import almanac
from bot.occasions.calendar import local_date
from bot.occasions.observance import Anniversary, anniversaries
from bot.releases import repository
from bot.releases.release import PubStatus, Release
from translations.formats import fill_pattern
from translations.locales import best_match
from translations.text import Text, text, texts


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
    """The occasions with ``first <= on <= last``, in order; none of a day before its release's.

    ``on`` is when it is announced; days ahead count by themselves.
    """
    found = [
        Occasion(release=release, anniversary=anniversary)
        for release in releases
        if release.observance is not None
        for anniversary in anniversaries(release.observance, _before(first), last)
        if anniversary.occasion >= release.date
    ]
    return sorted(found, key=_place)


def _before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day


def each_once(found: Iterable[Occasion], series: Mapping[int, str]) -> list[Occasion]:
    """Of releases that commemorate the same thing the newest: this year's edition.

    ``series`` names what a release (by its id) commemorates.
    """
    newest: dict[tuple[object, int, int], Occasion] = {}
    for occasion in sorted(found, key=lambda o: o.release.date):
        release, anniversary = occasion.release, occasion.anniversary
        name = series.get(release.id or 0, release.slug)
        newest[name, anniversary.year, anniversary.lead] = occasion
    return sorted(newest.values(), key=_place)


def _place(occasion: Occasion) -> tuple[date, int, str]:
    return occasion.anniversary.on, occasion.anniversary.lead, occasion.release.slug


async def show(session: Session, first: date, last: date, *, as_json: bool) -> None:
    async with session.database() as database, database.read() as connection:
        releases = [
            release
            for release in await repository.everything(connection)
            if release.pubstatus is PubStatus.USABLE
        ]
        series = await almanac.series_names(connection)
    found = each_once(between(releases, first, last), series)
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
                _called(occasion, out.catalog.tag),
                occasion.release.slug,
                text("accepted") if _accepted(occasion) else text("only proposed"),
            )
            for occasion in found
        ],
        text("No anniversaries from {first} to {last}.", first=first, last=last),
        name=3,
    )


def _called(occasion: Occasion, language: str) -> Text | str:
    title = occasion.title_for(language)
    lead = occasion.anniversary.lead
    return (
        texts("In {n} day: {title}", "In {n} days: {title}", lead, title=title) if lead else title
    )


def _accepted(occasion: Occasion) -> bool:
    spec = occasion.release.observance
    return spec is not None and spec.accepted


def _json(occasion: Occasion) -> dict[str, object]:
    return {
        "date": occasion.anniversary.on.isoformat(),
        "number": occasion.anniversary.number,
        "year": occasion.anniversary.year,
        "occasion_date": occasion.anniversary.occasion.isoformat(),
        "lead": occasion.anniversary.lead,
        "slug": occasion.release.slug,
        "titles": occasion.titles,
        "accepted": _accepted(occasion),
    }
