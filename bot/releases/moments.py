"""Moments as programs and files write them: ``2026-06-26T09:00:00-04:00[America/New_York]``
(RFC 9557)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.releases.release import Moment
from translations.text import Text, text

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?"
    r" ?(?:\[!?(?P<zone>[A-Za-z][A-Za-z0-9._+/\-]{0,60})\])?"
    r"(?P<tags>(?:\[!?[a-z_][a-z0-9_\-]*=[A-Za-z0-9\-]+\])*)",
    re.ASCII,
)


class BadMoment(ValueError):
    """A text that names no moment; ``what`` says why, and what would."""

    def __init__(self, what: Text) -> None:
        super().__init__(str(what))
        self.what = what


class Twice(BadMoment):
    """A time that the clocks show twice when summer time ends; ``moments`` are the two."""

    def __init__(self, what: Text, moments: tuple[Moment, ...]) -> None:
        super().__init__(what)
        self.moments = moments


def parse_moment(written: str, default_zone: str) -> Moment:
    """The moment that ``written`` names; wall time without a zone is in ``default_zone`` (IANA).

    Takes ``2026-06-26T10:00`` or ``2026-06-26 10:00``, with seconds, an offset and a zone in
    brackets if given. An offset must be one that the zone has at that time; ``Z`` fits any zone
    (RFC 9557, section 2.2). A time that daylight saving skips is refused, and one that it repeats
    needs its offset. Raises :class:`BadMoment` (a ``ValueError``).
    """
    form = _FORM.fullmatch(written.strip())
    if form is None:
        raise BadMoment(
            text(
                "“{value}” is no date and time. Write it as 2026-06-26T10:00, with a time zone in "
                "brackets if it is not the office’s.",
                value=written[:80],
            )
        )
    if "[!" in form["tags"]:
        raise BadMoment(text("“{value}” asks for something not known here.", value=form["tags"]))
    local = _wall_time(form)
    zone = form["zone"] or default_zone
    if zone not in zone_names():
        raise BadMoment(
            text("There is no time zone “{zone}”. Write it as in Europe/Paris.", zone=zone)
        )
    try:
        at = _instant(local, form["offset"], zone, named=form["zone"] is not None)
    except OverflowError as error:
        raise BadMoment(text("“{value}” is out of range.", value=written)) from error
    return Moment(at=at, zone=zone)


def format_moment(moment: Moment) -> str:
    """RFC 9557, in the moment's own zone; :func:`parse_moment` reads it back."""
    local = moment.at.astimezone(ZoneInfo(moment.zone))
    return f"{local.isoformat()}[{moment.zone}]"


@cache
def zone_names() -> frozenset[str]:
    """The IANA time zones that this machine knows."""
    return frozenset(available_timezones())


def _wall_time(form: re.Match[str]) -> datetime:
    try:
        day = datetime.strptime(form["date"], "%Y-%m-%d")  # noqa: DTZ007 -- wall time, no zone yet
    except ValueError as error:
        raise BadMoment(
            text("There is no date {date} in the calendar.", date=form["date"])
        ) from error
    micro = int((form["fraction"] or "0").ljust(6, "0")[:6])
    try:
        return day.replace(
            hour=int(form["hour"]),
            minute=int(form["minute"]),
            second=int(form["second"] or 0),
            microsecond=micro,
        )
    except ValueError as error:
        raise BadMoment(
            text(
                "There is no time {time} on a clock.",
                time=f"{form['hour']}:{form['minute']}:{form['second'] or '00'}",
            )
        ) from error


def _instant(local: datetime, offset: str | None, zone: str, *, named: bool) -> datetime:
    info = ZoneInfo(zone)
    if offset is None:
        return _in_zone(local, info)
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    at = local.replace(tzinfo=_offset(offset)).astimezone(UTC)
    if named and at.astimezone(info).replace(tzinfo=None) != local:
        there = at.astimezone(info)
        raise BadMoment(
            text(
                "In {zone} the offset is {actual} at that time, not {given}. Correct it, or leave "
                "it out.",
                zone=zone,
                actual=_written(there.utcoffset() or timedelta(0)),
                given=offset,
            )
        )
    return at


def on_the_clock(local: datetime, zone: str) -> Moment:
    """The moment at which the clocks of ``zone`` show ``local`` (naive).

    Raises :class:`BadMoment` for a time that they skip, :class:`Twice` for one that they repeat.
    """
    return Moment(at=_in_zone(local, ZoneInfo(zone)), zone=zone)


def _in_zone(local: datetime, info: ZoneInfo) -> datetime:
    early = local.replace(tzinfo=info, fold=0)
    late = local.replace(tzinfo=info, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    there_and_back = early.astimezone(UTC).astimezone(info).replace(tzinfo=None)
    wall = f"{local:%Y-%m-%d %H:%M}"
    if there_and_back != local:
        raise BadMoment(
            text(
                "The clocks in {zone} skip {time}: summer time begins. Choose another time.",
                zone=info.key,
                time=wall,
            )
        )
    raise Twice(
        text(
            "{time} comes twice in {zone}: summer time ends. Add the offset: {first} or {second}.",
            time=wall,
            zone=info.key,
            first=_written(early.utcoffset() or timedelta(0)),
            second=_written(late.utcoffset() or timedelta(0)),
        ),
        tuple(Moment(at=each.astimezone(UTC), zone=info.key) for each in (early, late)),
    )


def _offset(written: str) -> timezone:
    hours, minutes = int(written[1:3]), int(written[-2:])
    if hours > 23 or minutes > 59:
        raise BadMoment(text("There is no offset {offset} from UTC.", offset=written))
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if written[0] == "-" else distance)


def _written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
