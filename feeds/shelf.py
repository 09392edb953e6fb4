"""Documents that are made when somebody asks for them, and kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from feeds.documents import Address
from feeds.serving import Page


class Shelf:
    """Pages by their decoded paths; those asked for longest ago make ``room`` (octets)."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[str, tuple[Address, Page]] = OrderedDict()

    def get(self, path: str) -> Page | None:
        found = self._kept.get(path)
        if found is None:
            return None
        self._kept.move_to_end(path)
        return found[1]

    def put(self, address: Address, page: Page) -> None:
        self.drop(address)
        self._kept[address.decoded] = address, page
        self._taken += page.octets
        while self._taken > self._room and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._taken -= oldest.octets

    def drop(self, address: Address) -> None:
        found = self._kept.pop(address.decoded, None)
        if found is not None:
            self._taken -= found[1].octets

    def addresses(self) -> Mapping[Address, Page]:
        """What is kept now."""
        return dict(self._kept.values())
