"""The page on which one looks for words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import body, lists, search
from bot.releases.lists import Entry
from bot.site import content
from bot.site.excerpt import Piece, excerpt
from bot.site.pages import NotThere, Pages, Version
from bot.store.database import Database
from translations.words import Term, terms

ON_A_PAGE = 10


@dataclass(frozen=True, kw_only=True)
class Result:
    entry: Entry
    excerpt: Sequence[Piece]


class Finding:
    """Builds it. Nothing that was asked for is kept."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages
        self._addresses = pages.addresses

    async def page(
        self,
        connection: AsyncConnection,
        languages: Sequence[str],
        language: str,
        asked: str,
        number: int,
    ) -> Markup:
        """What has all of the words of ``asked`` in ``language``, and in how many texts of each
        other language they are. Raises ``NotThere`` past the last page."""
        asked = search.cleaned(asked)
        wanted = terms(asked, language)
        found = search.Found()
        if wanted:
            found = await search.find(self._database, connection, wanted, language)
        offset = (number - 1) * ON_A_PAGE
        if offset and offset >= len(found.idents):
            raise NotThere(language)
        elsewhere = await self._elsewhere(connection, languages, language, asked)
        last = max(1, -(-len(found.idents) // ON_A_PAGE))
        return self._pages.render(
            "search.html",
            language,
            [
                Version(language=tag, href=self._addresses.search(tag, asked))
                if tag in elsewhere or tag == language or not asked
                else Version(language=tag, href=self._addresses.home(tag), exact=False)
                for tag in languages
            ],
            here="search",
            canonical="",
            asked=asked,
            longest=search.LONGEST,
            total=len(found.idents),
            is_all=found.is_all,
            most=search.MOST,
            results=await self._results(
                connection, language, found.idents[offset : offset + ON_A_PAGE], wanted
            ),
            elsewhere=elsewhere,
            issuer_name=content.issuer_name,
            page=number,
            last=last,
            previous=self._addresses.search(language, asked, number - 1) if number > 1 else "",
            next=self._addresses.search(language, asked, number + 1) if number < last else "",
        )

    async def _elsewhere(
        self, connection: AsyncConnection, languages: Sequence[str], language: str, asked: str
    ) -> dict[str, int]:
        found: dict[str, int] = {}
        for tag in languages:
            wanted = terms(asked, tag) if tag != language else ()
            if wanted:
                number = await search.count(self._database, connection, wanted, tag)
                if number:
                    found[tag] = number
        return found

    async def _results(
        self,
        connection: AsyncConnection,
        language: str,
        idents: Sequence[int],
        wanted: Sequence[Term],
    ) -> list[Result]:
        texts = await search.bodies(connection, language, idents)
        return [
            Result(
                entry=entry,
                excerpt=excerpt(
                    f"{entry.subhead}\n{body.plain(texts[entry.id])}", wanted, language
                ),
            )
            for entry in await lists.entries(connection, language, idents)
        ]
