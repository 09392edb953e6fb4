"""Whose preferences are being chosen – a person's own or a room's – and what all choices share.

The buttons carry what is to be, not “the other way round”: pressing twice does no harm.
"""

from __future__ import annotations

from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat import stewards, subscription
from bot.chat.keyboards import Button, press
from bot.chat.page import Page
from bot.chat.turn import Turn
from bot.chat.words import ANNOUNCED, names, quiet_hours
from bot.errors import NotFound
from translations.text import text

OWN = "0"
"""Instead of a room's number: the subscription of whoever presses."""


async def subject_of(turn: Turn, ref: str) -> Subscriber:
    """Whose preferences these are; raises ``NotFound`` or ``NotAllowed``."""
    if ref != OWN:
        return await stewards.configurable(turn, ref)
    if turn.subscriber is None:
        raise NotFound(text("You are not subscribed. Send /start first."))
    return turn.subscriber


async def store(turn: Turn, subject: Subscriber, **changes: object) -> Subscriber:
    """Store the subject with ``changes``, and nothing else about it."""
    async with turn.write() as connection:
        return await subscription.store(turn, connection, subject, **changes)


def last_row(ref: str, subject: Subscriber) -> list[Button]:
    """The way to the other choices, and the end of choosing."""
    return [press(text("All settings"), "open", ref, "s"), end(ref, subject)]


def end(ref: str, subject: Subscriber) -> Button:
    pending = subject.state is SubscriberState.PENDING
    return press(text("Confirm") if pending else text("Done"), "done", ref)


def summary(page: Page, subject: Subscriber) -> Page:
    """All that is chosen, a line for each."""
    page.line(text("Languages: {languages}", languages=names(subject.languages)))
    page.line(
        text("Topics: {topics}", topics=subject.topics)
        if subject.topics
        else text("Topics: all of them")
    )
    page.line(text("Announced: {what}", what=ANNOUNCED[subject.announcements]))
    page.line(text("Time zone: {zone}", zone=subject.timezone))
    return page.line(text("Quiet hours: {hours}", hours=quiet_hours(subject.quiet)))
