"""What an outcome makes of a delivery: outcome + now → next state. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.transports.base import Moved, NotNow, Outcome, Refused, Sent, Unknown

GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_PAUSE = timedelta(minutes=5)


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Way(StrEnum):
    """What is done: a message of its own; an earlier one ``edit``-ed, or ``amend``-ed, which is
    to edit it and then tell of that by a ``notice``; or a ``reply`` to it with the whole text."""

    SEND = "send"
    EDIT = "edit"
    AMEND = "amend"
    NOTICE = "notice"
    REPLY = "reply"


IN_PLACE = (Way.EDIT, Way.AMEND)
"""An earlier message is changed: doing that twice does no harm."""


MOST_EDITS = 10
"""How often an edit whose answer was lost is made again: doing it twice does no harm."""

_OF_THE_MESSAGE = frozenset({"not_editable", "no_rights", "refused"})
"""Refusals of an edit which a reply may get around."""

OPEN = (DeliveryState.PENDING, DeliveryState.RETRYING, DeliveryState.SENDING)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the ledger writes, and what else follows: a pause of the whole bot until
    ``pause_until``, an ``unreachable`` subscriber, or a ``moved_to`` address."""

    state: DeliveryState
    reason: str = ""
    due_at: datetime | None = None
    message_ids: tuple[str, ...] = ()
    pause_until: datetime | None = None
    unreachable: bool = False
    moved_to: str = ""
    known_as: str = ""
    """The lasting address of a chat that was sent it by its name."""
    way: Way | None = None
    """What is done from now on, where that changes."""


def decide(
    outcome: Outcome,
    now: datetime,
    *,
    due_at: datetime,
    attempts: int,
    reason: str,
    way: Way = Way.SEND,
) -> Change:
    """The next state of a delivery that was due at ``due_at`` and tried ``attempts`` times,
    this one included; ``reason`` is why the time before did not succeed.

    Only what certainly was not delivered is tried again (product rule 5), for at most a day; and
    an edit, which may be repeated. Where an earlier message cannot be edited a reply is sent.
    """
    match outcome:
        case Refused() if (
            way in IN_PLACE and not outcome.unreachable and (outcome.reason in _OF_THE_MESSAGE)
        ):
            return Change(
                state=DeliveryState.RETRYING, reason="not_editable", due_at=now, way=Way.REPLY
            )
        case Unknown() if way in IN_PLACE and attempts < MOST_EDITS:
            again = now + _backoff(attempts)
            return Change(state=DeliveryState.RETRYING, reason=outcome.reason, due_at=again)
        case Sent() if way is Way.AMEND:
            return Change(state=DeliveryState.RETRYING, reason="", due_at=now, way=Way.NOTICE)
        case Sent(message_ids=message_ids, address=address):
            return Change(state=DeliveryState.SENT, message_ids=message_ids, known_as=address)
        case Refused():
            return Change(
                state=DeliveryState.FAILED,
                reason=outcome.reason,
                unreachable=outcome.unreachable,
            )
        case Moved(address=address):
            if reason == "moved":
                return Change(state=DeliveryState.FAILED, reason="moved", moved_to=address)
            # What was sent before is not in the new chat: there is nothing to edit.
            return Change(
                state=DeliveryState.RETRYING,
                reason="moved",
                due_at=now,
                moved_to=address,
                way=Way.REPLY if way in (*IN_PLACE, Way.NOTICE) else None,
            )
        case NotNow():
            return _later(outcome, now, due_at, attempts)
        case _:
            return Change(state=DeliveryState.UNKNOWN, reason=outcome.reason)


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_PAUSE)


def _later(outcome: NotNow, now: datetime, due_at: datetime, attempts: int) -> Change:
    backoff = _backoff(attempts) * (not outcome.everyone)
    again = now + max(timedelta(seconds=outcome.after), backoff)
    if again - due_at > GIVE_UP_AFTER and not outcome.everyone:
        return Change(state=DeliveryState.FAILED, reason=outcome.reason)
    return Change(
        state=DeliveryState.RETRYING,
        reason=outcome.reason,
        due_at=again,
        pause_until=again if outcome.everyone else None,
    )
