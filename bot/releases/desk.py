"""The acts of the press office: the one door for the command line, the chat and the folder.

Each act demands the actor's right, happens in one transaction with its line in the audit log,
and moves the change counter so that running services take it up.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import Conflict, NotAllowed
from bot.releases import (
    asking,
    audit,
    correction,
    gallery,
    members,
    notices,
    publication,
    repository,
    review,
    second,
    signatures,
    staleness,
    versions,
)
from bot.releases.correction import Correction, Kind
from bot.releases.gallery import Described
from bot.releases.notices import Notice
from bot.releases.picture import Picture
from bot.releases.release import (
    Completeness,
    Moment,
    ObservanceSpec,
    PubStatus,
    Release,
    ReleaseState,
    Variant,
    VariantState,
)
from bot.releases.review import FOLDER, Actor
from bot.settings import Settings
from bot.store.database import Database, recalled, remember, touch
from translations.text import text


@dataclass(frozen=True)
class Filed:
    """What taking in a draft did: ``new``, ``changed`` or ``same``, and the release as stored."""

    release: Release
    outcome: str


class Desk:
    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    @asynccontextmanager
    async def _act(self) -> AsyncIterator[tuple[AsyncConnection, datetime]]:
        async with self._database.write() as connection:
            now = self._clock.now()
            yield connection, now
            await signatures.sign_new(self._database, connection, self._settings, now)
            await touch(self._database, connection)

    async def file(self, actor: Actor, draft: Release, *, archive: bool = False) -> Filed:
        """Take a draft in. Importing never sends (product rule 12); it may queue.

        Variants that the draft does not have are kept. A variant that did not change keeps its
        approval. A file's own ``state: approved`` counts only for the trusted folder. A
        ``publish_at`` that is still to come queues an approved release.
        """
        async with self._database.write() as connection:
            now = self._clock.now()
            known = await repository.find(connection, draft.slug, to_change=True)
            if actor == FOLDER and not archive and not await self._is_news(connection, draft):
                return Filed(known or draft, "same")
            _demand_writing(actor, known, draft)
            _demand_same_day(known, draft)
            merged = self._merged(actor, known, draft)
            if archive:
                _demand_archivable(known, merged, now)
                merged = self._all_approved(merged, actor)
            if known is not None and merged == known and not archive:
                return Filed(known, "same")
            merged = _queued_by_file(merged, now)
            stored = await repository.save(connection, merged, now)
            await versions.keep(connection, stored, now)
            if archive:
                stored = await self._archive(connection, stored, now)
                await signatures.sign_new(self._database, connection, self._settings, now)
            outcome = "changed" if known else "new"
            await audit.record(
                connection, now, actor, "import", stored.slug, languages=list(draft.variants)
            )
            await self._post(connection, now, staleness.told(known, stored, actor))
            await touch(self._database, connection)
            return Filed(stored, outcome)

    async def _post(
        self, connection: AsyncConnection, now: datetime, what: Iterable[Notice]
    ) -> None:
        await notices.post(self._database, connection, self._settings, now, what)

    def _merged(self, actor: Actor, known: Release | None, draft: Release) -> Release:
        trusted = actor == FOLDER and self._settings.trust_folder and not self._settings.four_eyes
        before = known.variants if known else {}
        variants = {**before}
        for tag, variant in draft.variants.items():
            variants[tag] = _carried(before.get(tag), variant, actor)
        original = known.original if known and draft.original not in variants else draft.original
        merged = replace(
            draft,
            variants=variants,
            original=original,
            pictures=gallery.merged(known, draft),
        )
        if known is not None:
            merged = replace(
                merged,
                id=known.id,
                state=known.state,
                pubstatus=known.pubstatus,
                archive=known.archive,
                observance=_kept_acceptance(known.observance, draft.observance),
                publish_at=draft.publish_at or known.publish_at,
                seen=known.seen,
                embargo=draft.embargo or known.embargo,
            )
        if trusted:
            for tag, variant in draft.variants.items():
                if variant.state is VariantState.APPROVED and _is_new_text(
                    before.get(tag), variant
                ):
                    merged = review.approved(merged, tag, FOLDER, four_eyes=False)
        return merged

    async def _is_news(self, connection: AsyncConnection, draft: Release) -> bool:
        """Whether the folder reads otherwise than when it was last taken in.

        Files that did not change say nothing new: what staff did since then stands.
        """
        said = repr((draft, draft.pictures) if draft.pictures else draft)
        reads = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
        key = f"folder:{draft.slug}"
        if await recalled(connection, key) == reads:
            return False
        await remember(self._database, connection, key, reads)
        return True

    @staticmethod
    def _all_approved(release: Release, actor: Actor) -> Release:
        for tag in release.variants:
            release = review.approved(release, tag, actor, four_eyes=False)
        return release

    async def _archive(
        self, connection: AsyncConnection, release: Release, now: datetime
    ) -> Release:
        release = replace(release, state=ReleaseState.PUBLISHED, archive=True)
        await repository.save(connection, release, now)
        bears = datetime.combine(release.date, time(0), UTC)
        await publication.publish(self._database, connection, release, now, min(bears, now))
        return release

    async def approve(
        self, actor: Actor, slug: str, languages: Sequence[str] = (), *, alone: str = ""
    ) -> Release:
        """Approve the variants in ``languages``, by default all of them, the original first.

        ``alone`` is the reason for which ``actor`` approves what they wrote themselves, under
        four eyes: whoever may approve it is told that a second approval is owed.
        """
        async with self._act() as (connection, now):
            before = release = await repository.get(connection, slug, to_change=True)
            chosen = sorted(languages or release.variants, key=lambda tag: tag != release.original)
            asked = await asking.open_requests(connection, release)
            overruled = [asked[tag] for tag in chosen if tag in asked]
            for language in chosen:
                release = review.approved(
                    release, language, actor, four_eyes=self._settings.four_eyes, alone=alone
                )
            release = _queued_by_file(release, now)
            await repository.save(connection, release, now)
            await versions.keep(connection, release, now)
            for act, details in second.acts(before, release, chosen):
                await audit.record(connection, now, actor, act, slug, **details)
            told = await second.owed(connection, self._settings, release, chosen, actor, now)
            if overruled:
                tags = [one.language for one in overruled]
                await audit.record(connection, now, actor, "overrule", slug, languages=tags)
            await asking.settle(connection, release, chosen)
            told += filter(None, (asking.overruled(release, one, actor) for one in overruled))
            await self._post(connection, now, told)
            return release

    async def ask_for_changes(
        self, actor: Actor, slug: str, language: str, comment: str
    ) -> Release:
        """Ask whoever wrote the variant in ``language`` to change it. It keeps nothing from
        going out, but whoever approves or publishes is told until the text changes."""
        async with self._act() as (connection, now):
            review.demand(actor, "ask")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            review.demand_variant(release, language)
            comment = asking.demand_comment(comment)
            await asking.ask(self._database, connection, release, language, comment, actor, now)
            await audit.record(
                connection,
                now,
                actor,
                "ask for changes",
                slug,
                languages=[language],
                comment=comment,
            )
            staff = await members.everybody(connection, self._settings)
            to = asking.concerned(staff, release.variants[language], but=actor.name)
            await self._post(connection, now, [asking.asked(release, language, comment, to, now)])
            return release

    async def accept_observance(self, actor: Actor, slug: str) -> Release:
        """Make a proposed observance count."""
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_not_withdrawn(release)
            if release.observance is None:
                raise Conflict(text("“{slug}” proposes no observance.", slug=slug))
            release = replace(release, observance=replace(release.observance, accepted=True))
            await repository.save(connection, release, now)
            await audit.record(connection, now, actor, "accept observance", slug)
            return release

    async def queue(
        self,
        actor: Actor,
        slug: str,
        *,
        at: Moment | None = None,
        embargo: Moment | None = None,
        mark: str | None = None,
    ) -> Release:
        """Set the time at which a release goes out: ``at``, else its own, else its embargo.

        ``mark`` is that of the plan which this is to change (``review.plan_mark``); raises
        ``Conflict`` if there is another by now.
        """
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            review.demand_plan(release, mark)
            self._demand_approved_original(release)
            embargo = embargo or release.embargo
            at = at or release.publish_at or embargo
            if at is None:
                raise Conflict(
                    text("Say when “{slug}” is to go out: --at 2026-06-26T10:00.", slug=slug)
                )
            if at.at < now and (embargo is None or embargo.at < now):
                raise Conflict(
                    text(
                        "That time has passed. Give a time to come, or publish “{slug}” now.",
                        slug=slug,
                    )
                )
            release = replace(
                release, publish_at=at, embargo=embargo, state=ReleaseState.QUEUED, seen=""
            )
            await repository.save(connection, release, now)
            await audit.record(
                connection, now, actor, "queue", slug, at=at.at.isoformat(), zone=at.zone
            )
            return release

    async def embargo(
        self, actor: Actor, slug: str, until: Moment | None, *, mark: str | None = None
    ) -> Release:
        """Set, change or (``None``) lift the embargo of a release that is not out.

        What is queued for an earlier time goes out when the embargo ends. ``mark`` as for
        :meth:`queue`.
        """
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            review.demand_plan(release, mark)
            if until is not None and until.at <= now:
                raise Conflict(text("That time has passed: {moment}.", moment=until.local))
            release = replace(release, embargo=until)
            await repository.save(connection, release, now)
            if until is None:
                await audit.record(connection, now, actor, "lift embargo", slug)
            else:
                await audit.record(
                    connection,
                    now,
                    actor,
                    "embargo",
                    slug,
                    at=until.at.isoformat(),
                    zone=until.zone,
                )
            return release

    async def publish(
        self, actor: Actor, slug: str, *, at: datetime | None = None, seen: str = ""
    ) -> Release:
        """Queue a release for this moment, or for ``at`` a little later, so that it can still be
        stopped. Refused while its embargo lasts.

        ``seen`` is the fingerprint of the text that is meant: if it reads otherwise when its
        time comes it is held, and staff are told. Raises ``Conflict`` where somebody has given
        it to be published already.
        """
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            review.demand_not_going_out(release, now)
            self._demand_approved_original(release)
            if release.embargo is not None and release.embargo.at > now:
                raise NotAllowed(
                    text(
                        "“{slug}” is under embargo until {moment}. Queue it: it goes out then.",
                        slug=slug,
                        moment=release.embargo.local,
                    )
                )
            ready = review.readiness(release, self._settings.required_languages, self._completeness)
            if not ready.ready:
                raise NotAllowed(
                    text(
                        "“{slug}” is held until these are approved: {languages}.",
                        slug=slug,
                        languages=ready.holding,
                    )
                )
            release = replace(
                release,
                publish_at=Moment(at=max(at or now, now), zone="UTC"),
                state=ReleaseState.QUEUED,
                seen=seen,
            )
            await repository.save(connection, release, now)
            await audit.record(connection, now, actor, "publish", slug)
            return release

    async def hold(self, actor: Actor, slug: str) -> Release:
        """Take a queued release out of the queue, until it is queued or published again."""
        return await self._leave_queue(actor, slug, "hold")

    async def stop(self, actor: Actor, slug: str) -> Release:
        """Hold a release that was given to be published a moment ago. Raises ``Conflict`` once
        it is out."""
        return await self._leave_queue(actor, slug, "stop")

    async def _leave_queue(self, actor: Actor, slug: str, act: str) -> Release:
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            if release.state is ReleaseState.HELD:
                raise Conflict(text("“{slug}” is held already.", slug=slug))
            release = replace(release, state=ReleaseState.HELD, seen="")
            await repository.save(connection, release, now)
            await audit.record(connection, now, actor, act, slug)
            return release

    async def unqueue(self, actor: Actor, slug: str, *, mark: str | None = None) -> Release:
        """Make a queued or held release a draft again, without a time. ``mark`` as for
        :meth:`queue`."""
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_unpublished(release)
            review.demand_plan(release, mark)
            if release.state is ReleaseState.DRAFT:
                raise Conflict(text("“{slug}” is not in the queue.", slug=slug))
            release = replace(release, state=ReleaseState.DRAFT, publish_at=None, seen="")
            await repository.save(connection, release, now)
            await audit.record(connection, now, actor, "unqueue", slug)
            return release

    async def correct(
        self,
        actor: Actor,
        slug: str,
        kind: Kind,
        notes: Mapping[str, str],
        draft: Release | None = None,
    ) -> Correction:
        """Correct what readers have: pages and feeds at once, messages by the planner.

        The new text is that of ``draft``, which ``actor`` thereby approves, or what was filed
        and approved since. ``notes`` tell readers of it, by language. Raises ``Conflict`` where
        nothing differs, ``NotAllowed`` under four eyes for a text that nobody else approved.
        """
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            before = await repository.get(connection, slug, to_change=True)
            review.demand_published(before)
            correction.demand_notes(kind, notes)
            assert before.id is not None
            page = await publication.main_page(connection, before.id)
            release = before
            if draft is not None:
                release = self._corrected(actor, before, draft, page)
            if kind is Kind.TYPO:
                release = correction.kept_approvals(before, release)
            differing = publication.changed_in(release, page)
            languages = tuple(tag for tag in differing if release.is_approved(tag))
            also = publication.pictured_in(release, page)
            if draft is not None and _shared(draft) != _shared(before):
                also = tuple(page.variants)
            languages = tuple(tag for tag in also if tag not in differing) + languages
            if not languages and release == before:
                self._refuse_correction(slug, differing)
            await repository.save(connection, release, now)
            await versions.keep(connection, release, now)
            act = publication.Act(kind=kind, notes=notes, editor=actor.name, at=now)
            await self._post(connection, now, staleness.told(before, release, actor))
            done = await publication.correct(
                self._database, connection, page, release, languages, act
            )
            await audit.record(
                connection,
                now,
                actor,
                "correct",
                slug,
                kind=kind.value,
                number=done.number,
                languages=list(languages),
            )
            return done

    def _corrected(
        self, actor: Actor, before: Release, draft: Release, page: publication.Published
    ) -> Release:
        _demand_writing(actor, before, draft)
        _demand_same_day(before, draft)
        release = self._merged(actor, before, draft)
        changed = [
            tag
            for tag in draft.variants
            if tag in page.variants
            and (_differs(before, release, tag) or tag in publication.changed_in(release, page))
        ]
        for tag in sorted(changed, key=lambda tag: tag != release.original):
            if release.is_approved(tag) and not _differs(before, release, tag):
                continue
            if self._settings.four_eyes:
                raise NotAllowed(
                    text(
                        "Four eyes are asked for: import the corrected text, have somebody else "
                        "approve it, then correct “{slug}” without a file.",
                        slug=release.slug,
                    )
                )
            release = review.approved(release, tag, actor, four_eyes=False)
        return release

    @staticmethod
    def _refuse_correction(slug: str, differing: Sequence[str]) -> None:
        if differing:
            raise NotAllowed(
                text(
                    "The changed text of “{slug}” is not approved: {languages}. Approve it first.",
                    slug=slug,
                    languages=tuple(differing),
                )
            )
        raise Conflict(
            text(
                "Nothing differs from what is published of “{slug}”. Give the corrected file.",
                slug=slug,
            )
        )

    async def illustrate(self, actor: Actor, slug: str, change: gallery.Change) -> Release:
        """Add a picture to a release, describe it, put it first, or take it away.

        What readers have already stays as it is until it is corrected.
        """
        async with self._act() as (connection, now):
            gallery.demand(actor, change)
            before = await repository.get(connection, slug, to_change=True)
            release = gallery.arranged(before, change)
            if release == before:
                return before
            release = await repository.save(connection, release, now)
            called = gallery.CALLED[type(change)]
            in_language = {"languages": [change.language]} if isinstance(change, Described) else {}
            await audit.record(
                connection, now, actor, called, slug, picture=change.digest, **in_language
            )
            return release

    async def pictures_of(self, slug: str) -> Mapping[str, Picture]:
        """Those that are stored with a release, by their digests; none for one that is not here."""
        async with self._database.read() as connection:
            release = await repository.find(connection, slug)
        return {picture.digest: picture for picture in release.pictures} if release else {}

    async def withdraw(self, actor: Actor, slug: str, reasons: Mapping[str, str]) -> Release:
        """Take a published release back: pages and feeds say so at once, and nothing more of it
        is sent. ``reasons`` are what readers are told, by language. There is no way back."""
        async with self._act() as (connection, now):
            review.demand(actor, "schedule")
            release = await repository.get(connection, slug, to_change=True)
            review.demand_published(release)
            correction.demand_notes(Kind.RETRACTION, reasons)
            assert release.id is not None
            observance = release.observance
            if observance is not None:  # what was taken back is not commemorated
                observance = replace(observance, accepted=False)
            release = replace(
                release, pubstatus=PubStatus.CANCELED, observance=observance, pictures=()
            )
            await repository.save(connection, release, now)
            act = publication.Act(kind=Kind.RETRACTION, notes=reasons, editor=actor.name, at=now)
            await publication.withdraw(self._database, connection, release.id or 0, act)
            await audit.record(connection, now, actor, "withdraw", slug)
            return release

    @property
    def _completeness(self) -> Completeness:
        return Completeness(self._settings.completeness)

    @staticmethod
    def _demand_approved_original(release: Release) -> None:
        if not release.is_approved(release.original):
            raise NotAllowed(
                text(
                    "The original ({language}) of “{slug}” is not approved. Approve it first.",
                    slug=release.slug,
                    language=release.original,
                )
            )


def _differs(before: Release, after: Release, language: str) -> bool:
    known = before.variants.get(language)
    return known is None or known.content_hash != after.variants[language].content_hash


def _is_new_text(before: Variant | None, variant: Variant) -> bool:
    """A file's ``state: approved`` speaks for its own words, not for a translation that became
    stale because the original changed (product rule 3)."""
    return (
        before is None
        or before.content_hash != variant.content_hash
        or before.state is not VariantState.APPROVED
    )


def _queued_by_file(release: Release, now: datetime) -> Release:
    """A ``publish_at`` to come queues a draft as soon as its original is approved."""
    at = release.publish_at
    if release.state is not ReleaseState.DRAFT or at is None or at.at <= now:
        return release
    if not release.is_approved(release.original):
        return release
    return replace(release, state=ReleaseState.QUEUED)


def _demand_same_day(known: Release | None, draft: Release) -> None:
    if known is None or known.state is not ReleaseState.PUBLISHED or known.date == draft.date:
        return
    raise Conflict(
        text(
            "“{slug}” is published with the date {date}. A release of another day needs a slug "
            "of its own.",
            slug=known.slug,
            date=known.date,
        )
    )


def _demand_archivable(known: Release | None, merged: Release, now: datetime) -> None:
    """Archives are what readers knew long ago: nothing that is coming, nothing under embargo."""
    if merged.embargo is not None and merged.embargo.at > now:
        raise NotAllowed(
            text("“{slug}” is under embargo and cannot be archived.", slug=merged.slug)
        )
    if known is not None and not known.archive:
        raise Conflict(
            text(
                "“{slug}” is already here, and no archive. Publish it, or choose another slug.",
                slug=known.slug,
            )
        )


def _demand_writing(actor: Actor, known: Release | None, draft: Release) -> None:
    """Whoever files a draft may write each of its variants that reads otherwise than before.

    What all languages share (dates, topics, contact) is an editor's.
    """
    for tag, variant in draft.variants.items():
        before = known.variants.get(tag) if known else None
        if before is None or before.content_hash != variant.content_hash:
            review.demand(actor, "write", tag)
    if (
        known is None
        or _shared(known) != _shared(draft)
        or known.pictures != gallery.merged(known, draft)
    ):
        review.demand(actor, "schedule")


def _shared(release: Release) -> tuple[object, ...]:
    return (
        release.original,
        release.date,
        release.dateline,
        release.topics,
        release.issuer,
        release.contact,
        release.related,
        release.observance,
        release.embargo,
        release.publish_at,
    )


def _carried(before: Variant | None, variant: Variant, actor: Actor) -> Variant:
    """The incoming variant with the approval of the stored one, if it reads the same."""
    if before is not None and before.content_hash == variant.content_hash:
        return before
    return replace(
        variant,
        state=VariantState.DRAFT,
        written_by=actor.name,
        approved_by="",
        approved_original_hash="",
        alone="",
    )


def _kept_acceptance(
    known: ObservanceSpec | None, draft: ObservanceSpec | None
) -> ObservanceSpec | None:
    if known is None or draft is None:
        return draft or known
    return replace(draft, accepted=draft.accepted or known.accepted)
