"""The buttons of a card: each asks for the right anew, and acts on the text that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.chat import countdown, remarks
from bot.chat import release_card as card
from bot.chat.keyboards import outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.delivery.carrier import is_edition
from bot.errors import Conflict, PolyheraldError
from bot.occasions.calendar import civil_dates_at
from bot.occasions.hours import has_come
from bot.occasions.observance import anniversaries
from bot.releases import asking, repository, review, versions
from bot.releases.calendars import BeyondCalendar
from bot.releases.publication import filled_headline
from bot.releases.release import ObservanceSpec, Release, ReleaseState
from translations.locales import native_name
from translations.text import text, texts


async def changes(turn: Turn, parts: Sequence[str]) -> None:
    """The button “What changed”: in a message of its own, with one to approve."""
    turn.staff()
    ident, tag = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    if tag not in release.variants:
        raise outdated()
    if not await show_changes(turn, release, tag):
        await turn.note(text("Nothing has changed since it was approved."))


async def show_changes(turn: Turn, release: Release, tag: str) -> bool:
    """Say what changed under an approval, if the variant in ``tag`` is stale; whether it is."""
    async with turn.office.database.read() as connection:
        since = (await versions.changes_since(connection, release)).get(tag)
    if since is None:
        return False
    page = remarks.about_changes(turn.page(), release, tag, since).name(release.slug)
    await turn.say(page, [card.approval(turn, release, tag)])
    return True


async def approve(turn: Turn, parts: Sequence[str]) -> None:
    ident, tag, seen = parts_of(parts, 3)
    actor = turn.staff("approve", None if tag == review.EVERY_LANGUAGE else tag)
    release = await card.numbered(turn, ident)
    if tag not in (review.EVERY_LANGUAGE, *release.variants):
        raise outdated()
    if not await _still(turn, release, seen, tag):
        return
    if tag in release.variants and release.is_approved(tag) and not release.is_owed(tag):
        await turn.note(text("It is approved already."))
        await card.show(turn, release)
        return
    await turn.claim()
    chosen = (
        [tag]
        if tag != review.EVERY_LANGUAGE
        else [known for known in release.variants if not release.is_approved(known)]
    )
    async with turn.office.database.read() as connection:
        requests = await asking.open_requests(connection, release)
    if chosen:
        release = await turn.office.desk.approve(actor, release.slug, chosen)
    overruled = tuple(native_name(known) for known in chosen if known in requests)
    if overruled:
        what = text("Approved, although changes were asked for: {languages}", languages=overruled)
        await turn.note(what, alert=True)
    else:
        await turn.note(text("Approved."))
    await card.show(turn, release)


async def ask_observance(turn: Turn, parts: Sequence[str]) -> None:
    """Accepting announces at once what falls on this very day: one more press then."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    if release.observance is None or not _is_due(turn, release, release.observance):
        await accept_observance(turn, parts)
        return
    page = turn.page(shown(filled_headline(release, release.original)))
    page.line(
        text(
            "This falls on today. Once you accept the observance it is announced: at once where "
            "the hour has passed, else when it comes. Accept it?"
        ),
        bold=True,
    )
    await turn.show(
        page,
        [
            [press(text("Yes, accept and announce"), "occasion!", release.id)],
            [press(text("No"), "release", release.id)],
        ],
    )


def _is_due(turn: Turn, release: Release, spec: ObservanceSpec) -> bool:
    """Whether the hour of something that it announces has come in some zone, and it was not
    announced by the release itself."""
    now = turn.office.clock.now()
    hour = time.fromisoformat(spec.at or str(turn.office.settings.occasion_hour))
    first, last = civil_dates_at(now)
    out = release.state is ReleaseState.PUBLISHED
    try:
        return any(
            has_come(found.on, hour, None, now)
            and not (out and is_edition(release, spec, found.occasion))
            for found in anniversaries(spec, first - timedelta(days=1), last)
        )
    except BeyondCalendar:
        return False


async def accept_observance(turn: Turn, parts: Sequence[str]) -> None:
    actor = turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    await turn.claim()
    release = await turn.office.desk.accept_observance(actor, release.slug)
    await turn.note(text("The observance is accepted."))
    await card.show(turn, release)


async def hold(turn: Turn, parts: Sequence[str]) -> None:
    actor = turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    await turn.claim()
    try:
        release = await turn.office.desk.hold(actor, release.slug)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await turn.note(text("It is held."))
    await card.show(turn, release)


async def requeue(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Let it go out”: a held release, at the time that was set for it."""
    actor = turn.staff("schedule")
    ident, mark = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    await turn.claim()
    try:
        release = await turn.office.desk.queue(actor, release.slug, mark=mark)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await card.show(turn, release, turn.page(text("The time is set.")))


async def unqueue(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Take off the queue”."""
    actor = turn.staff("schedule")
    ident, mark = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    await turn.claim()
    try:
        release = await turn.office.desk.unqueue(actor, release.slug, mark=mark)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await turn.note(text("It is a draft again, without a time."))
    await card.show(turn, release)


async def ask_publish(turn: Turn, parts: Sequence[str]) -> None:
    """Publishing cannot be undone: one more press, on the text as it now is."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    if release.state is ReleaseState.PUBLISHED:
        await turn.note(text("“{slug}” is already published.", slug=release.slug))
        await card.show(turn, release)
        return
    async with turn.office.database.read() as connection:
        counts = await audience.counts(connection)
        requests = await asking.open_requests(connection, release)
    active = sum(n for (_, state), n in counts.items() if state == SubscriberState.ACTIVE)
    page = turn.page(shown(filled_headline(release, release.original)))
    page.line(text("Publish this now? Active subscribers: {count}.", count=active), bold=True)
    approved = tuple(native_name(tag) for tag in release.approved_languages)
    page.line(text("Approved in: {languages}", languages=approved))
    if requests:
        wanted = tuple(map(native_name, requests))
        page.line(text("Changes are asked for in: {languages}", languages=wanted))
    await turn.show(
        page,
        [
            [press(text("Yes, publish now"), "publish!", release.id, review.fingerprint(release))],
            [press(text("No"), "release", release.id)],
        ],
    )


async def publish(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Yes, publish now”: it goes out in ten seconds, unless somebody stops it."""
    actor = turn.staff("schedule")
    ident, seen = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    if turn.message is None:
        raise outdated()
    if not await _still(turn, release, seen, review.EVERY_LANGUAGE):
        return
    office = turn.office
    at = office.clock.now() + countdown.LASTS
    place = turn.chat_id, turn.message.message_id
    # Noted first: should all end here, the message tells afterwards what became of it.
    await countdown.prepare(turn, turn.message.message_id, release, at)
    try:
        await office.desk.publish(actor, release.slug, at=at, seen=seen)
    except PolyheraldError as error:
        await countdown.end(office, *place)
        await as_it_is(turn, release, error)
        return
    await countdown.begin(office, *place)
    await turn.note(texts("It goes out in {n} second.", "It goes out in {n} seconds.", 10))


async def stop(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Stop” while the seconds are counted."""
    actor = turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    await turn.claim()
    try:
        release = await turn.office.desk.stop(actor, release.slug)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await turn.note(_STOPPED)
    message = turn.message
    if message is None or not await countdown.is_counting(
        turn.office, turn.chat_id, message.message_id
    ):
        await card.show(turn, release)


_STOPPED = text("Stopped. It did not go out.")


async def as_it_is(turn: Turn, release: Release, error: PolyheraldError) -> None:
    """What somebody else has done already: said, with how it stands now and what can be done."""
    await turn.note(error.what, alert=True)
    async with turn.office.database.read() as connection:
        release = await repository.get(connection, release.slug)
    await card.show(turn, release)


async def _still(turn: Turn, release: Release, seen: str, tag: str) -> bool:
    """Whether the text is the one that the button was shown with; shows the new one if not."""
    if review.fingerprint(release, tag) == seen:
        return True
    await turn.note(text("The text has changed since. Look at it again first."), alert=True)
    await card.show(turn, release)
    return False
