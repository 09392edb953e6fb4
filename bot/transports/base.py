"""What delivery needs of a transport: a message to send, and how a send can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of ``Paragraph.text`` set apart; offsets in code points.

    ``kind`` is one of ``bold``, ``italic``, ``code``, ``strike``, ``link`` (with ``url``).
    """

    offset: int
    length: int
    kind: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Plain text with spans, never markup. ``quote`` marks a block quotation."""

    text: str
    spans: tuple[Span, ...] = ()
    quote: bool = False


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture that goes with a message, by its name in the library. ``credit`` is always beside
    it, ``caption`` where there is room."""

    digest: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One announcement in one language, not yet fitted to any transport.

    A transport shows ``headline``, then ``label`` (for instance that this is not in a language
    the subscriber asked for), as many ``paragraphs`` as fit, never a part of one, then
    ``signature`` (issuer and date: always), and a button ``(label, url)`` to the whole text.
    ``label_language`` is the reader's, where that is not the message's own.
    """

    language: str
    headline: str
    paragraphs: tuple[Paragraph, ...] = ()
    label: str = ""
    label_language: str = ""
    signature: str = ""
    button: tuple[str, str] | None = None
    others: tuple[tuple[str, str], ...] = ()
    """Further such buttons: to the same text in the other languages of whoever reads it."""
    silent: bool = False
    """Whether it arrives without a sound."""
    photo: Photo | None = None
    lead: int = 1
    """How many of the first paragraphs have to be there with a photo: a transport that has not
    that much room beside one leaves the photo to the page."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Accepted; the ids of the messages it became, in order. ``address`` is the chat's lasting one,
    where it was sent to one that may change."""

    message_ids: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Not delivered, and repeating will not help.

    ``reason`` is one of the keys of :data:`REASONS`. ``unreachable``: nothing will reach this
    subscriber until they return.
    """

    reason: str
    unreachable: bool = False
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class NotNow:
    """Certainly not delivered; try again ``after`` seconds. ``everyone``: the whole bot waits."""

    after: float
    reason: str
    everyone: bool = False


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The chat has a new address; nothing was delivered. Send again there, once."""

    address: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """The answer was lost: it may or may not have been delivered (product rule 5)."""

    reason: str
    detail: str = ""


Outcome = Sent | Refused | NotNow | Moved | Unknown

UNPAID = "unpaid"

REASONS = (
    "blocked",  # the person blocked the bot
    "deactivated",  # the account is gone
    "kicked",  # removed from the group or channel
    "not_found",  # no such chat, or never started
    "no_rights",  # may not write there
    "topic_closed",
    "bad_message",  # the transport refused the content
    "not_editable",  # the message is gone, or may not be changed any more
    "bad_token",
    "rate_limited",
    UNPAID,  # the transport does not let this sender pay
    "no_connection",  # never left this machine
    "lost_answer",
    "server_error",
    "interrupted",  # this service stopped between intent and answer
    "refused",
)


class Transport(Protocol):
    """One way to reach subscribers. The shared contract suite holds each to this."""

    name: str
    """The prefix of its addresses, as in ``telegram:123``."""

    def check_address(self, address: str) -> str:
        """The canonical form of ``address`` (without the prefix); raises ``TransportError``."""
        ...

    async def send(
        self, address: str, message: Message, *, reply_to: str = "", paid: bool = False
    ) -> Outcome:
        """Deliver once. Never raises for what the far side did; never repeats by itself.

        ``paid``: the far side may charge for it, which lets it be sent beyond the free rate.

        ``reply_to`` is the id of an earlier message to that address; if that is gone, the
        message is delivered all the same.
        """
        ...

    async def edit(self, address: str, message_id: str, message: Message) -> Outcome:
        """Put ``message`` in the place of an earlier one, without notifying anybody. A photo that
        the earlier one showed, and this one does not, is seen no more.

        ``Sent`` once it reads so, also where it did already: doing it twice does no harm.
        ``Refused`` as ``not_editable`` where the earlier message is gone or may not be changed;
        a transport without editing always says that.
        """
        ...

    async def check(self) -> str:
        """Who we are there (a bot's user name). Raises ``TransportError`` with the remedy."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Pinning(Protocol):
    """What a transport may be able to do besides. Both are safe to repeat, and end as an edit does:
    ``Refused`` as ``no_rights`` where the bot may not pin."""

    async def pin(self, address: str, message_id: str) -> Outcome: ...

    async def unpin(self, address: str, message_id: str) -> Outcome: ...
