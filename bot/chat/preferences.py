"""Languages, topics and time zone, of a person or of a group or channel that they look after.

The buttons carry what is to be, not “the other way round”: pressing twice does no harm.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.audience.invitation import short
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat import rooms, subscription
from bot.chat.keyboards import Button, in_rows, number, outdated, parts_of, press
from bot.chat.page import Page
from bot.chat.turn import Turn
from bot.chat.words import names
from bot.errors import NotFound
from bot.releases.moments import zone_names
from translations.locales import native_name
from translations.text import text

OWN = "0"
"""Instead of a room's number: the subscription of whoever presses."""

COMMON_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "UTC",
    "Europe/London",
    "Europe/Paris",
    "Africa/Cairo",
    "Africa/Nairobi",
    "Europe/Moscow",
    "Asia/Baku",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)


async def languages(turn: Turn, _arguments: str) -> None:
    await _show_languages(turn, OWN, await _subject(turn, OWN))


async def topics(turn: Turn, _arguments: str) -> None:
    await _show_topics(turn, OWN, await _subject(turn, OWN))


async def timezone(turn: Turn, arguments: str) -> None:
    subject = await _subject(turn, OWN)
    if not arguments:
        await _show_zones(turn, OWN, subject)
        return
    zone = _spelt(arguments)
    if zone is None:
        near = _near(arguments)
        what = text("There is no time zone “{zone}”. Write it as in Europe/Paris.", zone=arguments)
        if near:
            what = text(
                "There is no time zone “{zone}”. Did you mean one of these?", zone=arguments
            )
        await turn.say(what, in_rows(press(name, "zone", OWN, name) for name in near))
        return
    await _set_zone(turn, OWN, subject, zone)


async def press_language(turn: Turn, parts: Sequence[str]) -> None:
    ref, sign, tag = parts_of(parts, 3)
    subject = await _subject(turn, ref)
    if tag not in (*turn.office.settings.languages, *subject.languages):
        raise outdated()
    others = tuple(known for known in subject.languages if known != tag)
    if sign == "-" and not others:
        await turn.note(text("One language is needed. Add another one first."), alert=True)
        return
    chosen = (*others, tag) if sign == "+" and tag not in subject.languages else subject.languages
    subject = await _store(turn, subject, languages=others if sign == "-" else chosen)
    if ref == OWN:
        turn.speak(subject.languages)
    await _show_languages(turn, ref, subject)


async def press_topic(turn: Turn, parts: Sequence[str]) -> None:
    ref, sign, mark = parts_of(parts, 3)
    subject = await _subject(turn, ref)
    chosen = set(subject.topics)
    if sign == "*":
        chosen = set()
    else:
        known = await _published_topics(turn, subject)
        topic = next((name for name in known if short(name) == mark), None)
        if topic is None:
            raise outdated()
        chosen = chosen | {topic} if sign == "+" else chosen - {topic}
    subject = await _store(turn, subject, topics=tuple(sorted(chosen)))
    await _show_topics(turn, ref, subject)


async def press_zone(turn: Turn, parts: Sequence[str]) -> None:
    ref, zone = parts_of(parts, 2)
    subject = await _subject(turn, ref)
    if zone not in zone_names():
        raise outdated()
    await _set_zone(turn, ref, subject, zone)


async def open_view(turn: Turn, parts: Sequence[str]) -> None:
    ref, view = parts_of(parts, 2)
    show = {"l": _show_languages, "t": _show_topics, "z": _show_zones}.get(view)
    if show is None:
        raise outdated()
    await show(turn, ref, await _subject(turn, ref))


async def done(turn: Turn, parts: Sequence[str]) -> None:
    """End choosing; for a group or channel this is the confirmation that it was waiting for."""
    (ref,) = parts_of(parts, 1)
    subject = await _subject(turn, ref)
    if ref != OWN:
        subject = await rooms.confirm(turn, subject)
    page = turn.page(
        text("Noted.")
        if ref == OWN
        else text("“{title}” gets our press releases.", title=subject.name)
    )
    await turn.show(_summary(page, subject))


async def _subject(turn: Turn, ref: str) -> Subscriber:
    """Whose preferences these are; raises ``NotFound`` or ``NotAllowed``."""
    if ref != OWN:
        return await rooms.configurable(turn, number(ref))
    if turn.subscriber is None:
        raise NotFound(text("You are not subscribed. Send /start first."))
    return turn.subscriber


async def _store(turn: Turn, subject: Subscriber, **changes: object) -> Subscriber:
    async with turn.write() as connection:
        return await subscription.store(turn, connection, subject, **changes)


async def _set_zone(turn: Turn, ref: str, subject: Subscriber, zone: str) -> None:
    subject = await _store(turn, subject, timezone=zone)
    page = turn.page(
        text(
            "Time zone: {zone}. It is {moment} there.",
            zone=zone,
            moment=_now_in(turn, zone),
        )
    )
    await turn.show(page, [] if ref == OWN else [_last_row(ref, subject, "z")])


def _now_in(turn: Turn, zone: str) -> datetime:
    return turn.office.clock.now().astimezone(ZoneInfo(zone))


async def _show_languages(turn: Turn, ref: str, subject: Subscriber) -> None:
    page = turn.page(
        text("In which languages do you want our releases? Press the one that you prefer first.")
        if ref == OWN
        else text(
            "In which languages should “{title}” get our releases? Press the preferred one first.",
            title=subject.name,
        )
    )
    page.line(text("Now: {languages}", languages=names(subject.languages)))
    buttons = [
        press(_ranked(tag, subject), "lang", ref, "-" if tag in subject.languages else "+", tag)
        for tag in dict.fromkeys((*turn.office.settings.languages, *subject.languages))
    ]
    await turn.show(page, [*in_rows(buttons), _last_row(ref, subject, "l")])


def _ranked(tag: str, subject: Subscriber) -> str:
    name = native_name(tag)
    return f"{subject.languages.index(tag) + 1} · {name}" if tag in subject.languages else name


async def _show_topics(turn: Turn, ref: str, subject: Subscriber) -> None:
    known = await _published_topics(turn, subject)
    if not known:
        await turn.show(
            text("There are no topics yet: every release is for everybody."),
            [] if ref == OWN else [_last_row(ref, subject, "t")],
        )
        return
    page = turn.page(text("Which topics do you want? Without a choice you get all of them."))
    page.line(
        text("Now: {topics}", topics=subject.topics) if subject.topics else text("Now: all of them")
    )
    buttons = [
        press(
            f"✓ {topic}" if topic in subject.topics else topic,
            "topic",
            ref,
            "-" if topic in subject.topics else "+",
            short(topic),
        )
        for topic in known
    ]
    everything = [press(text("All topics"), "topic", ref, "*", "")] if subject.topics else []
    await turn.show(page, [*in_rows(buttons), everything, _last_row(ref, subject, "t")])


async def _show_zones(turn: Turn, ref: str, subject: Subscriber) -> None:
    zones = dict.fromkeys((subject.timezone, turn.office.settings.timezone, *COMMON_ZONES))
    page = turn.page(
        text(
            "Anniversaries arrive in the morning of your time zone, now {zone}.",
            zone=subject.timezone,
        )
    )
    page.line(text("Press another one, or write it: /timezone Europe/Paris"))
    buttons = [
        press(f"✓ {zone}" if zone == subject.timezone else zone, "zone", ref, zone)
        for zone in zones
    ]
    await turn.show(page, [*in_rows(buttons), _last_row(ref, subject, "z")])


def _last_row(ref: str, subject: Subscriber, view: str) -> list[Button]:
    if ref == OWN:
        return [press(text("Done"), "done", ref)]
    views = {"l": text("Languages"), "t": text("Topics"), "z": text("Time zone")}
    pending = subject.state is SubscriberState.PENDING
    return [
        *(press(label, "open", ref, key) for key, label in views.items() if key != view),
        press(text("Confirm") if pending else text("Done"), "done", ref),
    ]


def _summary(page: Page, subject: Subscriber) -> Page:
    page.line(text("Languages: {languages}", languages=names(subject.languages)))
    page.line(
        text("Topics: {topics}", topics=subject.topics)
        if subject.topics
        else text("Topics: all of them")
    )
    return page.line(text("Time zone: {zone}", zone=subject.timezone))


async def _published_topics(turn: Turn, subject: Subscriber) -> Sequence[str]:
    return sorted({*await subscription.published_topics(turn), *subject.topics})


def _spelt(written: str) -> str | None:
    """The zone of that name, whatever its capitals."""
    wanted = written.strip().replace(" ", "_").casefold()
    return next((zone for zone in zone_names() if zone.casefold() == wanted), None)


def _near(written: str) -> list[str]:
    """Zones that may be meant: those of a city of that name, or of a similar spelling."""
    wanted = written.strip().replace(" ", "_").casefold()[:60]
    zones = sorted(zone for zone in zone_names() if "/" in zone)
    exact = [zone for zone in zones if _city(zone) == wanted]
    if exact:
        return exact[:4]
    by_name = {name: zone for zone in zones for name in (zone.casefold(), _city(zone))}
    close = difflib.get_close_matches(wanted, by_name, n=4, cutoff=0.6)
    return list(dict.fromkeys(by_name[name] for name in close))


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].casefold()
