"""What became of an announcement, in words a press officer understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import ledger, lines
from bot.delivery.announcement import Announcement, called
from bot.delivery.lines import Count
from bot.delivery.outcome import OPEN, DeliveryState
from bot.transports.base import UNPAID
from translations.text import Text, text

REASON_TEXTS: Mapping[str, Text] = {
    "blocked": text("The person blocked the bot. They are asked again when they come back."),
    "deactivated": text("The account no longer exists."),
    "kicked": text("The bot was removed from the group or channel. Ask its admin to add it."),
    "not_found": text("There is no such chat, or it never started the bot. Check the address."),
    "no_rights": text("The bot may not write there. Ask the admin to let it post."),
    "topic_closed": text("The forum topic is closed. Ask the admin to open it."),
    "bad_message": text("Telegram refused the message. Report this to the operator."),
    "not_editable": text("The first message could not be changed. A reply is sent instead."),
    "superseded": text("They have a text in a better language meanwhile, or left this one."),
    "bad_token": text("The bot token is refused. The operator must set a new one."),
    UNPAID: text("Telegram does not let the bot pay. It is sent at the free rate, by itself."),
    "rate_limited": text("Telegram asked to wait. It is tried again by itself."),
    "no_connection": text("Telegram could not be reached. It is tried again by itself."),
    "lost_answer": text("The answer was lost: it may have arrived. Look, then decide."),
    "server_error": text("Telegram answered with a fault: it may have arrived. Look, then decide."),
    "interrupted": text("The service stopped meanwhile: it may have arrived. Look, then decide."),
    "refused": text("Telegram refused it. Report this to the operator."),
    "moved": text("The group became a supergroup. Its new address is used from now on."),
    "twice": text("The chat is subscribed a second time, by its number. Remove one of the two."),
    "fault": text("The message could not be made. The operator finds the fault in the log."),
    "stopped": text("They unsubscribed before it was sent."),
    "cancelled": text("The announcement was cancelled before it was sent."),
    "withdrawn": text("The release was withdrawn before it was sent."),
}

STATE_TEXTS: Mapping[DeliveryState, Text] = {
    DeliveryState.PENDING: text("waiting"),
    DeliveryState.SENDING: text("under way"),
    DeliveryState.RETRYING: text("to be tried again"),
    DeliveryState.SENT: text("sent"),
    DeliveryState.FAILED: text("failed"),
    DeliveryState.UNKNOWN: text("unknown"),
}


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One announcement's deliveries, counted."""

    announcement: Announcement
    tally: Sequence[Count]

    def count(self, *states: DeliveryState) -> int:
        return sum(count.number for count in self.tally if count.state in states)

    @property
    def total(self) -> int:
        return sum(count.number for count in self.tally)

    @property
    def open(self) -> int:
        return self.count(*OPEN)

    def as_text(self) -> Text:
        """One line: how many got it, how many did not, how many are still to come."""
        return text(
            "{announcement}: {sent} sent, {failed} failed, {unknown} unknown, {open} to come",
            announcement=called(self.announcement.key),
            sent=self.count(DeliveryState.SENT),
            failed=self.count(DeliveryState.FAILED),
            unknown=self.count(DeliveryState.UNKNOWN),
            open=self.open,
        )


async def summaries(connection: AsyncConnection, release_id: int | None = None) -> list[Summary]:
    """The announcements of one release, or of all, with their counts."""
    found = (
        await ledger.announcements(connection)
        if release_id is None
        else await ledger.of_release(connection, release_id)
    )
    return [await summary_of(connection, announcement) for announcement in found]


async def summary_of(connection: AsyncConnection, announcement: Announcement) -> Summary:
    return Summary(announcement=announcement, tally=await lines.tally(connection, announcement.id))
