"""Days to be kept, as a calendar program is told of them: frozen values, like those of a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from feeds.wellformed import (
    language_tag,
    optional,
    permanent_id,
    required,
    settle,
    web_address,
    whole_second,
)


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A day of which ``url`` tells more, in the language of its calendar.

    ``id`` is a ``tag:`` URI, one per occasion, year *and language*; it stays when the day moves.
    """

    id: str
    on: date
    title: str
    url: str
    description: str = ""
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        permanent_id(self.id)
        if isinstance(self.on, datetime):
            raise TypeError(f"{self.id}: a day has no hour")
        categories = dict.fromkeys(filter(None, map(optional, self.categories)))
        settle(
            self,
            title=required(self.id, "title", self.title),
            url=web_address(self.url),
            description=optional(self.description),
            categories=tuple(categories),
        )


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The occasions that readers of ``language`` may know of; ``home_url`` is the HTML page.

    ``updated`` rises with each change, also when an occasion is added or left out.
    """

    title: str
    language: str
    home_url: str
    updated: datetime
    occasions: tuple[Occasion, ...] = ()

    def __post_init__(self) -> None:
        language_tag(self.language)
        settle(
            self,
            title=required(self.home_url, "title", self.title),
            home_url=web_address(self.home_url),
            updated=whole_second(self.updated),
        )
        if len({occasion.id for occasion in self.occasions}) < len(self.occasions):
            raise ValueError(f"{self.home_url}: two occasions share an id")
