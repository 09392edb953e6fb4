"""Pages that list releases: all of them, those of a topic, those of a year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import lists
from bot.releases.lists import EVERYTHING, Shelf
from bot.site import content
from bot.site.pages import FeedLink, NotThere, Pages, Version

ON_A_PAGE = 20
IN_A_YEAR = 100
"""Entries on one page of a year, where each takes a line or two."""


class Lists:
    """Builds them; raises ``NotThere`` where there is no such list, or not so much of it."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._addresses = pages.addresses

    async def page(
        self,
        connection: AsyncConnection,
        languages: Sequence[str],
        language: str,
        shelf: Shelf,
        number: int,
        feeds: Sequence[FeedLink] = (),
    ) -> Markup:
        """One page of a list; ``feeds`` are the topic's own."""
        size = IN_A_YEAR if shelf.year else ON_A_PAGE
        offset = (number - 1) * size
        total = await lists.count(connection, language, shelf)
        there = await lists.reaching(connection, languages, shelf)
        if offset >= max(total, int(shelf == EVERYTHING)):
            found = [Version(language=tag, href=self.address(tag, shelf)) for tag in there]
            raise NotThere(language, found if number == 1 else ())
        as_far = await lists.reaching(connection, languages, shelf, offset) if offset else there
        releases = await lists.page(connection, language, shelf, limit=size, offset=offset)
        last = max(1, -(-total // size))
        return self._pages.render(
            "year.html" if shelf.year else "list.html",
            language,
            self._versions(languages, there, as_far, shelf, number),
            here="list" if shelf == EVERYTHING else "shelf",
            canonical=self.address(language, shelf, number),
            default=self._addresses.welcome() if shelf == EVERYTHING and number == 1 else "",
            feeds=feeds,
            shelf=shelf,
            releases=releases,
            months=[(day, list(some)) for day, some in groupby(releases, _month)],
            years=await lists.years(connection, language) if shelf.year else {},
            elsewhere=() if total else there,
            issuer_name=content.issuer_name,
            page=number,
            last=last,
            previous=self.address(language, shelf, number - 1) if number > 1 else "",
            next=self.address(language, shelf, number + 1) if number < last else "",
        )

    async def archive(
        self, connection: AsyncConnection, languages: Sequence[str], language: str
    ) -> Markup:
        """Which years and topics there are."""
        there = await lists.reaching(connection, languages, EVERYTHING)
        return self._pages.render(
            "archive.html",
            language,
            [
                Version(language=tag, href=self._addresses.archive(tag))
                if tag in there or tag == language
                else Version(language=tag, href=self._addresses.home(tag), exact=False)
                for tag in languages
            ],
            here="archive",
            canonical=self._addresses.archive(language),
            years=await lists.years(connection, language),
            topics=await lists.topics(connection, language),
        )

    def address(self, language: str, shelf: Shelf, number: int = 1) -> str:
        if shelf.topic:
            return self._addresses.topic(language, shelf.topic, number)
        if shelf.year:
            return self._addresses.year(language, shelf.year, number)
        return self._addresses.home(language, number)

    def _versions(
        self,
        languages: Iterable[str],
        there: Collection[str],
        as_far: Collection[str],
        shelf: Shelf,
        number: int,
    ) -> list[Version]:
        """The same page where there is one, else the beginning of the list, else the home."""
        found = []
        for tag in languages:
            if tag in as_far or (shelf == EVERYTHING and number == 1):
                found.append(Version(language=tag, href=self.address(tag, shelf, number)))
            else:
                href = self.address(tag, shelf if tag in there else EVERYTHING)
                found.append(Version(language=tag, href=href, exact=False))
        return found


def _month(entry: lists.Entry) -> Any:
    return entry.date.replace(day=1)
