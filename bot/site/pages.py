"""The newsroom's pages, made from what is published and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import publication
from bot.releases.publication import Published
from bot.releases.release import Contact
from bot.settings import Settings
from bot.site import content, invitations, occasions
from bot.site.addresses import Addresses
from bot.site.anniversaries import calendar_title
from bot.site.answers import Static
from bot.site.handouts.paper import Paper, paper
from bot.site.jsonld import news_article
from bot.site.source import feed_title
from bot.site.templating import render
from feeds.documents import CALENDAR, DOCUMENTS
from feeds.model import FeedKey


@dataclass(frozen=True, kw_only=True)
class Version:
    """The page, or what comes nearest to it, in a language. ``exact``: the very same page."""

    language: str
    href: str
    exact: bool = True


@dataclass(frozen=True, kw_only=True)
class FeedLink:
    href: str
    media_type: str
    title: str
    label: str


class NotThere(Exception):
    """There is no such page; ``found_in`` links the languages in which there is."""

    def __init__(self, language: str | None = None, found_in: Sequence[Version] = ()) -> None:
        super().__init__()
        self.language = language
        self.found_in = found_in


class Withdrawn(Exception):
    """The release was taken back; carries the page that says so."""

    def __init__(self, html: Markup) -> None:
        super().__init__()
        self.html = html


class Pages:
    """Builds pages. ``languages`` are the newsroom's; a page offers itself in each."""

    def __init__(self, settings: Settings, static: Static) -> None:
        self._settings = settings
        self._static = static
        self.addresses = Addresses(settings)

    async def languages(self, connection: AsyncConnection) -> tuple[str, ...]:
        """The office's own in its order, then others that something is published in."""
        published = await publication.languages(connection)
        return tuple(dict.fromkeys((*self._settings.languages, *published)))

    async def paper(
        self,
        connection: AsyncConnection,
        languages: Sequence[str],
        language: str,
        slug: str,
        *,
        even_withdrawn: bool = False,
    ) -> Paper:
        """The release as its readers have it. Raises ``NotThere``, and ``Withdrawn`` unless told
        otherwise."""
        # A slug is printable ASCII: PostgreSQL takes no NUL, and no driver a lone surrogate.
        is_possible = slug.isascii() and slug.isprintable()
        published = await publication.by_slug(connection, slug) if is_possible else None
        if published is None:
            raise NotThere(language)
        if language not in published.variants:
            versions = self._versions(published, languages)
            raise NotThere(language, [version for version in versions if version.exact])
        made = paper(published, language, self._settings)
        if made.is_withdrawn and not even_withdrawn:
            raise Withdrawn(self._withdrawn(made, languages))
        return made

    async def release(
        self,
        connection: AsyncConnection,
        languages: Sequence[str],
        language: str,
        slug: str,
        today: date,
    ) -> Markup:
        """The release's page. Raises as :meth:`paper` does."""
        made = await self.paper(connection, languages, language, slug)
        return self.render(
            "release.html",
            language,
            self._versions(made.published, languages),
            here="release",
            canonical=made.url,
            default=made.versions.get(made.published.original, ""),
            paper=made,
            published=made.published,
            variant=made.variant,
            body=content.page_html(made.variant.body, language),
            topics=content.linkable(made.published.topics),
            days=await occasions.beside(connection, made.published, language, today),
            linked_data=news_article(made, self.addresses),
        )

    def _withdrawn(self, made: Paper, languages: Sequence[str]) -> Markup:
        return self.render(
            "withdrawn.html",
            made.language,
            self._versions(made.published, languages),
            here="error",
            canonical="",
            paper=made,
            published=made.published,
            variant=made.variant,
        )

    async def calendar(
        self, connection: AsyncConnection, languages: Sequence[str], language: str, today: date
    ) -> Markup:
        return self.render(
            "calendar.html",
            language,
            [Version(language=tag, href=self.addresses.calendar(tag)) for tag in languages],
            here="calendar",
            canonical=self.addresses.calendar(language),
            days=await occasions.calendar(connection, today, language),
            today=today,
        )

    def subscribe(
        self,
        languages: Sequence[str],
        language: str,
        topics: Iterable[str],
        telegram_link: str | None,
    ) -> Markup:
        """How to get the news of ``language``; ``topics`` are those it has feeds of."""
        return self.render(
            "subscribe.html",
            language,
            [Version(language=tag, href=self.addresses.subscribe(tag)) for tag in languages],
            here="subscribe",
            canonical=self.addresses.subscribe(language),
            bot=telegram_link,
            invitations=invitations,
            topics=[(topic, self.feeds(FeedKey(language, topic))) for topic in topics],
        )

    def error(
        self, languages: Sequence[str], language: str, status: int, found_in: Iterable[Version] = ()
    ) -> Markup:
        """A page that says what is wrong, in words that owe nothing to what was asked for."""
        return self.render(
            "error.html",
            language,
            [
                Version(language=tag, href=self.addresses.home(tag), exact=False)
                for tag in languages
            ],
            here="error",
            canonical="",
            status=status,
            found_in=tuple(found_in),
        )

    def _versions(self, published: Published, languages: Sequence[str]) -> list[Version]:
        return [
            Version(language=tag, href=self.addresses.release(tag, published.slug))
            if tag in published.variants
            else Version(language=tag, href=self.addresses.home(tag), exact=False)
            for tag in languages
        ]

    def feeds(self, key: FeedKey) -> list[FeedLink]:
        return [
            FeedLink(
                href=self.addresses.feed(key.language, document.name, key.topic),
                media_type=document.media_type,
                title=feed_title(key, self._settings),
                label=document.label,
            )
            for document in DOCUMENTS
        ]

    def render(
        self,
        template: str,
        language: str,
        versions: Sequence[Version],
        *,
        here: str,
        canonical: str,
        default: str = "",
        feeds: Sequence[FeedLink] = (),
        **values: Any,
    ) -> Markup:
        """``here`` is the page's place in the navigation. Without ``canonical`` no search engine
        is to keep it. ``default`` is where speakers of other languages are sent, unless to the
        first of ``versions``; ``feeds`` are those of the language unless others are given."""
        office = content.office_name(language, self._settings)
        same = [version for version in versions if version.exact]
        return render(
            template,
            language,
            here=here,
            canonical=canonical,
            versions=versions,
            same=same,
            default=default or (same[0].href if len(same) > 1 else ""),
            office=office,
            desk=content.desk(Contact(), "", self._settings),
            addresses=self.addresses,
            local=self.addresses.local,
            settings=self._settings,
            feeds=feeds or self.feeds(FeedKey(language)),
            calendar_file=FeedLink(
                href=self.addresses.calendar_file(language),
                media_type=CALENDAR.media_type,
                title=calendar_title(language, self._settings),
                label=CALENDAR.label,
            ),
            stylesheet=self.addresses.static(self._static.stylesheet),
            icon=self.addresses.static(self._static.icon),
            **values,
        )


def page_number(query: str | None) -> int | None:
    """What ``?page=`` asks for; ``None`` for what is no page number."""
    if query is None:
        return 1
    if query.isascii() and query.isdecimal() and 0 < len(query) <= 6:
        return int(query) or None
    return None
