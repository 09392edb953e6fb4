"""Is everybody accounted for? Compares who should have an announcement with the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import Choice, choose, wants
from bot.audience.repository import Preference
from bot.delivery import ledger, lines, occurrences, publications
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.outcome import DeliveryState
from bot.releases import publication, repository
from bot.settings import Settings
from bot.store.database import Database

_FINAL = (DeliveryState.SENT, DeliveryState.FAILED)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """One announcement. ``states``: how many deliveries by state. ``missing``: subscribers who
    were in its audience, and of whom the ledger knows nothing. ``lost``: how many deliveries were
    planned beside those, and are not there any more."""

    announcement: Announcement
    states: Mapping[str, int]
    missing: Sequence[int]
    lost: int = 0

    @property
    def unsettled(self) -> int:
        """Deliveries without a final state."""
        return sum(n for state, n in self.states.items() if state not in _FINAL)

    @property
    def is_settled(self) -> bool:
        """Whether each one has been sent, or is known to have failed and why."""
        return not self.unsettled and not self.missing and not self.lost


async def verify(
    database: Database, settings: Settings, connection: AsyncConnection, slug: str
) -> list[Verified]:
    """Look at every announcement of a release that has begun, the oldest first; writes nothing.

    Who has chosen otherwise what they get since, or was out of reach then, is not taken for
    missing; should their line be lost, there are fewer than were planned. Raises ``NotFound`` for
    a release that there is not.
    """
    release = await repository.get(connection, slug)
    assert release.id is not None
    found = []
    for announcement in await ledger.of_release(connection, release.id):
        if announcement.published_id is None:
            continue
        states: Counter[str] = Counter()
        for count in await lines.tally(connection, announcement.id):
            states[count.state] += count.number
        missing = await _missing(database, settings, connection, announcement)
        found.append(
            Verified(
                announcement=announcement,
                states=dict(sorted(states.items())),
                missing=missing,
                lost=max(0, announcement.planned - states.total() - len(missing)),
            )
        )
    return found


@dataclass
class _Search:
    """Stands in for the planning of deliveries: notes whom it would still plan for."""

    missing: list[int] = field(default_factory=list)

    async def plan(
        self,
        database: Database,
        connection: AsyncConnection,
        announcement: Announcement,
        preference: Preference,
        choice: Choice,
        *,
        due_at: datetime,
        before: datetime,
        zone: str | None = None,
        moved_after: datetime | None = None,
    ) -> int:
        found = await ledger.not_planned(
            connection, announcement, preference, before=before, zone=zone
        )
        self.missing += found
        return len(found)


async def _missing(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
) -> list[int]:
    search = _Search()
    if announcement.state in (AnnouncementState.PLANNING, AnnouncementState.CANCELLED):
        return []
    if announcement.kind == "publication":
        await publications.plan(
            database,
            settings,
            connection,
            announcement,
            announcement.created_at,
            write=search.plan,
        )
    elif announcement.kind == "occurrence":
        assert announcement.published_id is not None
        published = await publication.by_id(connection, announcement.published_id)
        waves = await ledger.waves(connection, announcement.id, "planned")
        for zone, at in waves.items():
            among = occurrences.told(published)
            for wish in await audience.preferences(connection, zone, among):
                choice = choose(wish.languages, published.variants, settings.languages)
                if choice is not None and wants(wish.topics, published.topics):
                    await search.plan(
                        database,
                        connection,
                        announcement,
                        wish,
                        choice,
                        due_at=at,
                        before=at,
                        zone=zone,
                    )
    return sorted(search.missing)
