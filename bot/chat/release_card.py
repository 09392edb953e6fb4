"""A release on one card: where each language stands, and what can be done next."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import telegram
from telegram import MessageEntity

from bot.chat import reading, remarks
from bot.chat.keyboards import Button, Rows, in_rows, number, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.chat.words import RELEASE, VARIANT
from bot.errors import NotFound
from bot.occasions.observance import anniversaries
from bot.occasions.wording import described
from bot.releases import repository, review
from bot.releases.publication import filled_headline
from bot.releases.release import ObservanceSpec, PubStatus, Release, ReleaseState
from bot.releases.review import EVERY_LANGUAGE, due_at, fingerprint, is_to_come, plan_mark
from translations.formats import fill_pattern
from translations.locales import native_name
from translations.text import Text, text

MOST_LISTED = 12


async def command(turn: Turn, arguments: str) -> None:
    """/release SLUG; without a slug, the newest to choose from."""
    turn.staff()
    if arguments:
        await show(turn, await named(turn, arguments.split()[0]))
        return
    async with turn.office.database.read() as connection:
        releases = await repository.everything(connection)
    if not releases:
        await turn.say(text("There is no release yet. /new says how to file one."))
        return
    buttons = [[press(r.slug, "release", r.id)] for r in releases[:MOST_LISTED]]
    await turn.say(text("Which release? You can also write /release and its name."), buttons)


async def named(turn: Turn, slug: str) -> Release:
    """The release of that slug; raises ``NotFound`` with the nearest one."""
    async with turn.office.database.read() as connection:
        release = await repository.find(connection, slug.lower())
        known = [] if release else [r.slug for r in await repository.everything(connection)]
    if release is not None:
        return release
    given = shown(slug, 100)
    near = difflib.get_close_matches(given.lower(), known, n=1)
    if near:
        raise NotFound(
            text("There is no release “{slug}”. Did you mean {near}?", slug=given, near=near[0])
        )
    raise NotFound(text("There is no release “{slug}”. /release lists them.", slug=given))


async def numbered(turn: Turn, part: str) -> Release:
    """The release that a button names; raises ``NotFound``."""
    ident = number(part)
    async with turn.office.database.read() as connection:
        try:
            return await repository.by_id(connection, ident)
        except IndexError as error:
            raise outdated() from error


async def replied_to(turn: Turn, message: telegram.Message) -> Release | None:
    """The release that the bot's message is about to which this one replies.

    Its name is read, not its buttons: those of a message replied to are not promised.
    """
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return None
    names = set(asked.parse_entities([MessageEntity.CODE]).values())
    if len(names) != 1:
        return None
    async with turn.office.database.read() as connection:
        return await repository.find(connection, names.pop())


async def press_show(turn: Turn, parts: Sequence[str]) -> None:
    turn.staff()
    (ident,) = parts_of(parts, 1)
    await show(turn, await numbered(turn, ident))


async def show(turn: Turn, release: Release, page: Page | None = None) -> None:
    """The card as it now is, under ``page`` if that has something to say first."""
    await turn.show(await describe(turn, release, page), actions(turn, release))


async def describe(turn: Turn, release: Release, page: Page | None = None) -> Page:
    page = page.gap() if page is not None else turn.page()
    words = turn.words
    page.line(shown(filled_headline(release, release.original)), bold=True)
    page.name(release.slug)
    page.line(
        text("Date: {date}. State: {state}.", date=release.date, state=RELEASE[release.state])
    )
    if release.pubstatus is PubStatus.CANCELED:
        page.line(text("It was withdrawn."), bold=True)
    due = due_at(release)
    if release.state is ReleaseState.QUEUED and due is not None and release.publish_at is not None:
        moment = release.publish_at if due == release.publish_at.at else release.embargo
        assert moment is not None  # due_at() took one of the two
        page.line(text("It goes out on {moment}.", moment=moment.local))
    if release.embargo is not None:
        page.line(text("Embargo until {moment}.", moment=release.embargo.local))
    for tag in release.variants:
        state = words.render(VARIANT[release.state_of(tag)])
        original = " · " + words.render(text("original")) if tag == release.original else ""
        page.item(f"{native_name(tag)}: {state}{original}")
    for tag in release.owed_languages:
        page.line(owed_text(release, tag), bold=True)
    lacking = tuple(
        native_name(tag)
        for tag, state in reading.lacking(release, turn.office.settings.languages)
        if state == "missing"
    )
    if lacking:
        page.line(text("No text yet in: {languages}", languages=lacking))
    if release.observance is not None:
        _describe_observance(turn, page, release, release.observance)
    if release.pictures:
        page.line(text("Pictures: {count}", count=len(release.pictures)))
    await remarks.add_to_card(turn, page, release)
    return page


def owed_text(release: Release, tag: str) -> Text:
    return text(
        "A second approval is still owed: {language}. It was approved without one because: "
        "{reason}",
        language=native_name(tag),
        reason=release.variants[tag].alone,
    )


def _describe_observance(
    turn: Turn, page: Page, release: Release, observance: ObservanceSpec
) -> None:
    first, *others = described(observance)
    if observance.accepted:
        page.line(text("Observance: {what}", what=first))
    else:
        page.line(text("Proposed observance: {what}", what=first))
    for sentence in others:
        page.line(sentence)
    today = turn.office.clock.now().date()
    until = today.replace(year=today.year + 9, day=1)
    since = max(today, release.date)
    if release.state is not ReleaseState.PUBLISHED:
        # Then the day itself is still to come, and accepting the observance announces it.
        since -= timedelta(days=1)
    coming = next(anniversaries(replace(observance, lead=()), since, until), None)
    original = release.variants[release.original]
    if coming is not None:
        title = fill_pattern(
            original.occasion or original.headline, coming.number, release.original
        )
        page.line(text("Next on {date}: “{title}”", date=coming.on, title=shown(title)))


def actions(turn: Turn, release: Release) -> Rows:
    """The buttons that this member of staff may press; each act asks for the right again."""
    actor = turn.actor
    if actor is None:
        return []
    ident = release.id
    previews = [
        press(text("Preview: {language}", language=native_name(tag)), "preview", ident, tag)
        for tag in release.variants
    ]
    if len(previews) > 1:
        previews.append(press(text("Preview: all"), "preview", ident, EVERY_LANGUAGE))
    stale = [
        press(text("What changed: {language}", language=native_name(tag)), "changes", ident, tag)
        for tag in release.variants
        if release.state_of(tag) == "stale"
    ]
    waiting = [tag for tag in release.variants if not release.is_approved(tag)]
    approvals = [button for tag in waiting for button in approval(turn, release, tag)]
    at_once = [button for button in approvals if button.data.startswith("approve:")]
    if len(approvals) > 1 and len(at_once) == len(waiting):
        approvals.append(
            press(text("Approve all"), "approve", ident, EVERY_LANGUAGE, fingerprint(release))
        )
    approvals += [
        second_approval(release, tag)
        for tag in release.owed_languages
        if review.may_approve_second(release, tag, actor)
    ]
    last = _scheduling(turn, release) if actor.may("schedule") else []
    if actor.may("ask") and release.state is not ReleaseState.PUBLISHED:
        approvals.append(press(text("Ask for changes …"), "ask", ident))
    if release.pictures or (last and release.pubstatus is PubStatus.USABLE):
        last.append(press(text("Pictures …"), "pictures", ident))
    return [*in_rows(previews), *in_rows(stale), *in_rows(approvals), *in_rows(last)]


def _has_time(release: Release, now: datetime) -> bool:
    """Whether the time that was set for it is still to come."""
    due = due_at(release)
    return due is not None and due > now


def approval(turn: Turn, release: Release, tag: str) -> list[Button]:
    """The button that approves the variant in ``tag`` as it now reads, for whoever may; for one's
    own text, under four eyes, the one that asks for a reason."""
    if turn.actor is None or not turn.actor.may("approve", tag):
        return []
    four_eyes = turn.office.settings.four_eyes
    if review.may_approve_alone(release, tag, turn.actor, four_eyes=four_eyes):
        label = text("Approve without a second person …: {language}", language=native_name(tag))
        return [press(label, "alone", release.id, tag, fingerprint(release, tag))]
    label = text("Approve: {language}", language=native_name(tag))
    return [press(label, "approve", release.id, tag, fingerprint(release, tag))]


def second_approval(release: Release, tag: str) -> Button:
    """The button that gives the approval that is owed."""
    label = text("Second approval: {language}", language=native_name(tag))
    return press(label, "approve", release.id, tag, fingerprint(release, tag))


def _scheduling(turn: Turn, release: Release) -> list[Button]:
    ident = release.id
    if release.seen and is_to_come(release, turn.office.clock.now()):
        return [press(text("Stop"), "stop!", ident)]
    buttons = []
    if release.observance is not None and not release.observance.accepted:
        buttons.append(press(text("Accept observance"), "occasion", ident))
    if release.state is not ReleaseState.PUBLISHED:
        buttons.append(press(text("Queue …"), "when", ident, "q"))
        buttons.append(press(text("Embargo …"), "when", ident, "e"))
        buttons.append(press(text("Publish now …"), "publish", ident))
    if release.state is ReleaseState.QUEUED:
        buttons.append(press(text("Hold"), "hold", ident))
    if release.state is ReleaseState.HELD and _has_time(release, turn.office.clock.now()):
        buttons.append(press(text("Let it go out"), "requeue", ident, plan_mark(release)))
    if release.state in (ReleaseState.QUEUED, ReleaseState.HELD):
        buttons.append(press(text("Take off the queue"), "unqueue", ident, plan_mark(release)))
    if release.state is ReleaseState.PUBLISHED and release.pubstatus is PubStatus.USABLE:
        buttons.append(press(text("How it goes"), "progress", ident))
        buttons.append(press(text("Correct …"), "correct", ident))
        buttons.append(press(text("Withdraw …"), "withdraw", ident))
    return buttons
