"""When somebody of the staff may be told something: at once, or when they want to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.occasions.calendar import local_date, moment_in

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """What one person wants: whole hours on the clock of ``zone`` (IANA).

    ``digest``: everything is told together at that hour; ``None``: each thing at once. Nothing is
    told from ``quiet_from`` until ``quiet_until``, which may be the next morning; ``None`` for
    both, or twice the same hour: no quiet hours. ``urgent_always``: what is urgent waits for
    neither.
    """

    zone: str
    digest: int | None = None
    quiet_from: int | None = None
    quiet_until: int | None = None
    urgent_always: bool = True

    def tell_at(self, posted: datetime, now: datetime, *, urgent: bool = False) -> datetime:
        """The moment, not before ``now``, at which something from ``posted`` may be told."""
        if urgent and self.urgent_always:
            return now
        at = now if self.digest is None else max(now, self._next(self.digest, posted))
        return self._after_quiet(at)

    def waits(self, posted: datetime, *, urgent: bool = False) -> bool:
        """Whether it was not told at once: such things come together, in one message."""
        return self.tell_at(posted, posted, urgent=urgent) > posted

    def _next(self, hour: int, since: datetime) -> datetime:
        """The first time from ``since`` on that the clock strikes ``hour``."""
        today = local_date(self.zone, since)
        days = (today, today + ONE_DAY)
        strikes = (moment_in(self.zone, on, time(hour)) for on in days)
        return next(at for at in strikes if at >= since)

    def _after_quiet(self, at: datetime) -> datetime:
        """``at``, or the end of the quiet hours that it falls into."""
        first, last = self.quiet_from, self.quiet_until
        if first is None or last is None or first == last:
            return at
        today = local_date(self.zone, at)
        for on in (today - ONE_DAY, today):
            begins = moment_in(self.zone, on, time(first))
            ends = moment_in(self.zone, on if first < last else on + ONE_DAY, time(last))
            if begins <= at < ends:
                return ends
        return at
