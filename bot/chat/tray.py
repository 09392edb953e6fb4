"""What staff sent, and what of it came together."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.releases.intake import Draft
from bot.releases.intake.formatted import Format

MOST_ALBUMS = 20


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A text or file as it came. ``about`` is the slug of the release whose card it replies to,
    ``album`` what Telegram calls files that were sent together, ``language`` what was answered.
    By ``file_id`` a file can be fetched again; a text has none."""

    sender: int
    name: str
    data: bytes
    file_id: str = ""
    about: str = ""
    album: str = ""
    language: str | None = None
    formats: tuple[Format, ...] = ()
    """What was set apart in a message."""


@dataclass(frozen=True)
class Album:
    """The texts of one release among the files that came together, and where they are filed."""

    slug: str
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A picture as it came, still with Telegram; ``name`` is its file's, if it has one."""

    file_id: str
    size: int
    caption: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Shots:
    """Pictures that came together: the release that they are for and the message that says so, or
    those that wait until it is known."""

    slug: str = ""
    told_in: int = 0
    waiting: tuple[Shot, ...] = ()


class Tray:
    """The texts of the latest albums as they were read, so that they need not be fetched and read
    again with each further file."""

    def __init__(self) -> None:
        self._albums: OrderedDict[tuple[int, str], Album] = OrderedDict()

    def album(self, sent: Sent) -> Album | None:
        return self._albums.get((sent.sender, sent.album)) if sent.album else None

    def add(self, sent: Sent, album: Album) -> None:
        """Note what the files that came with ``sent`` have become."""
        if sent.album:
            self._albums[sent.sender, sent.album] = album
            self._albums.move_to_end((sent.sender, sent.album))
            while len(self._albums) > MOST_ALBUMS:
                self._albums.popitem(last=False)
