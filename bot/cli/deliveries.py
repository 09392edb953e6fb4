"""What ``deliveries`` does."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.output import Cell
from bot.cli.session import Session
from bot.delivery import lines, switch, waiting
from bot.delivery.announcement import AnnouncementState
from bot.delivery.lines import Entry
from bot.delivery.outcome import DeliveryState
from bot.delivery.outlook import finishing, outlook
from bot.delivery.report import REASON_TEXTS, STATE_TEXTS, Summary, summaries
from bot.errors import StoreError
from bot.releases import repository
from translations.text import Text, ptext, text, texts

_STATES = {
    AnnouncementState.PLANNING: ptext("announcement", "being planned"),
    AnnouncementState.SENDING: ptext("announcement", "being sent"),
    AnnouncementState.HELD: ptext("announcement", "held"),
    AnnouncementState.PAUSED: ptext("announcement", "paused"),
    AnnouncementState.CANCELLED: ptext("announcement", "cancelled"),
    AnnouncementState.DONE: ptext("announcement", "done"),
}


async def show(
    session: Session, slug: str | None, state: str | None, *, addresses: bool, as_json: bool
) -> None:
    """The counts, and line by line what was asked about: a release, or a state."""
    asked = slug is not None or state is not None
    async with session.database() as database, database.read() as connection:
        release_id = (await repository.get(connection, slug)).id if slug else None
        if as_json:
            await _complain_of_pause(session, connection)
            with session.out.json_list() as write_one:
                async for entry in lines.stream(connection, slug=slug, state=state):
                    write_one(_json(entry, addresses=addresses))
            return
        counted = await summaries(connection, release_id)
        entries = await lines.entries(connection, slug=slug, state=state) if asked else []
        waits = await _who_waits(session, connection, slug)
        await _complain_of_pause(session, connection)
        ahead = await outlook(connection, session.clock.now())
    _show_counts(session, counted, state)
    for one in counted:
        when = finishing(one, ahead, session.settings, session.clock.now())
        if when is not None:
            session.out.complain(when)
    for language, number in waits.items():
        session.out.complain(waiting.as_text(language, number))
    if asked and counted:
        _show_lines(session, entries, addresses=addresses)


async def _complain_of_pause(session: Session, connection: AsyncConnection) -> None:
    paused = await switch.paused(connection)
    if paused is not None:
        session.out.complain(paused.as_text(session.settings.timezone))


async def _who_waits(
    session: Session, connection: AsyncConnection, slug: str | None
) -> Mapping[str, int]:
    if slug is None:
        return {}
    release = await repository.get(connection, slug)
    return await waiting.who_waits(connection, session.settings, release)


def _show_counts(session: Session, counted: list[Summary], state: str | None) -> None:
    out = session.out
    rows: list[tuple[Cell, ...]] = []
    for one in counted:
        about = (one.announcement.key, _STATES[one.announcement.state])
        rows += [
            (
                *about,
                count.transport,
                count.language,
                STATE_TEXTS[DeliveryState(count.state)],
                count.number,
                _reason(count.reason),
            )
            for count in one.tally
            if state in (None, count.state)
        ]
        if not one.tally and state is None:
            rows.append((*about, "", "", "", 0, ""))
    out.table(
        (
            text("Announcement"),
            text("State"),
            text("Transport"),
            text("Language"),
            text("Deliveries"),
            text("Count"),
            text("Reason"),
        ),
        rows,
        text("There are no such deliveries."),
    )


def _show_lines(session: Session, entries: list[Entry], *, addresses: bool) -> None:
    if not entries:
        return
    zone = session.zone
    session.out.table(
        (
            text("Announcement"),
            text("Subscriber"),
            text("Language"),
            text("Delivery"),
            text("When"),
            text("Message"),
            text("Headline"),
            text("Reason"),
        ),
        [
            (
                entry.announcement,
                _who(entry, addresses=addresses),
                entry.language,
                STATE_TEXTS[entry.state],
                entry.at.astimezone(zone) if entry.at else None,
                " ".join(entry.message_ids),
                entry.headline,
                _reason(entry.reason),
            )
            for entry in entries
        ],
        text("There are no such deliveries."),
    )


COLUMNS = (
    *("announcement", "subscriber", "transport", "language", "fallback", "way", "state"),
    *("reason", "message_ids", "at", "headline", "earlier"),
)


async def write(
    session: Session, file: Path, slug: str | None, state: str | None, *, addresses: bool
) -> None:
    """The lines as CSV, with the keys of the JSON as its header; of what was sent again, how often
    in the place of how it went before."""
    number = 0
    try:
        async with session.database() as database, database.read() as connection:
            if slug is not None:
                await repository.get(connection, slug)
            with file.open("w", encoding="utf-8", newline="") as out:
                rows = csv.writer(out)
                rows.writerow(COLUMNS)
                async for entry in lines.stream(connection, slug=slug, state=state):
                    one = _json(entry, addresses=addresses)
                    one["message_ids"] = " ".join(entry.message_ids)
                    one["earlier"] = len(entry.earlier)
                    rows.writerow([one[column] for column in COLUMNS])
                    number += 1
    except OSError as error:
        raise StoreError(
            text(
                "{file} cannot be written: {reason}. Name another file.",
                file=str(file),
                reason=error.strerror or str(error),
            )
        ) from error
    session.out.say(
        texts("{n} line is in {file}.", "{n} lines are in {file}.", number, file=str(file))
    )


def _reason(reason: str) -> Text | str:
    return REASON_TEXTS.get(reason, reason)


def _who(entry: Entry, *, addresses: bool) -> str:
    """The random id, unless addresses were asked for and this one is still known."""
    if addresses and entry.address:
        return f"{entry.transport}:{entry.address}"
    return str(entry.subscriber_id)


def _json(entry: Entry, *, addresses: bool) -> dict[str, object]:
    return {
        "announcement": entry.announcement,
        "subscriber": _who(entry, addresses=addresses),
        "transport": entry.transport,
        "language": entry.language,
        "fallback": entry.fallback,
        "way": str(entry.way),
        "state": str(entry.state),
        "reason": entry.reason,
        "message_ids": list(entry.message_ids),
        "at": entry.at.isoformat() if entry.at else None,
        "headline": entry.headline,
        "earlier": [
            {
                "state": str(past.state),
                "reason": past.reason,
                "message_ids": list(past.message_ids),
                "at": past.at.isoformat() if past.at else None,
                "resent_at": past.resent_at.isoformat(),
                "resent_by": past.resent_by,
            }
            for past in entry.earlier
        ],
    }
