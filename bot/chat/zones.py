"""The time zone: by a button, by the name of a city or a country, or by where one is.

Where somebody is, is used once and kept nowhere: it is in no log, no row, and in memory until it
is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import telegram

from bot.audience import places
from bot.audience.places import Place
from bot.audience.subscriber import Subscriber
from bot.chat.choosing import OWN, last_row, store, subject_of
from bot.chat.keyboards import NO_KEYS, Button, Key, Keys, in_rows, outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.releases.moments import zone_names
from translations.catalogs import catalog_for, interface_languages
from translations.places import city_name
from translations.text import Text, text

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
MOST_LANGUAGES = 3
"""In which names like the one that was written are looked for."""

SHARE, DECLINE = text("Share my location once"), text("No, thanks")


async def command(turn: Turn, arguments: str) -> None:
    """/timezone, or /timezone with a city, a country, or a zone's own name."""
    subject = await subject_of(turn, OWN)
    if not arguments:
        await show(turn, OWN, subject)
        return
    now, own = turn.office.clock.now(), (*turn.languages, turn.words.tag, "en")
    every = (*own, *interface_languages(), *turn.office.settings.languages)
    found = await asyncio.to_thread(_meant, arguments, tuple(dict.fromkeys(every)), now)
    if found is None:
        await _propose(turn, arguments, await _near(turn, arguments, tuple(dict.fromkeys(own))))
    elif len(found.zones) == 1:
        await _set(turn, OWN, subject, found.zones[0])
    else:
        await _choose(turn, OWN, subject, found)


def _meant(written: str, tags: tuple[str, ...], now: datetime) -> Place | None:
    """A place of that name, or the zone itself. The first time it reads the names in a language."""
    found = None if "/" in written else places.named(written, tags, now)
    if found is not None:
        return found
    zone = places.zone_written(written)
    return None if zone is None else Place(zone, (zone,))


async def _near(turn: Turn, written: str, tags: tuple[str, ...]) -> list[Place]:
    """What may be meant; comparing names is work, of which each person is given so much."""
    if turn.office.searches.take(turn.user_id) != "yes":
        return []
    now = turn.office.clock.now()
    return await asyncio.to_thread(places.near, written, tags[:MOST_LANGUAGES], now)


async def _propose(turn: Turn, written: str, near: Sequence[Place]) -> None:
    name = shown(written, places.LONGEST)
    what = (
        text("There is no time zone “{zone}”. Did you mean one of these?", zone=name)
        if near
        else text(
            "“{name}” is not known here. Write the name of a large city or of a country, or a "
            "time zone as in Europe/Paris.",
            name=name,
        )
    )
    await turn.say(what, in_rows(_button(OWN, place) for place in near))


def _button(ref: str, place: Place) -> Button:
    if len(place.zones) > 1 and place.country:
        return press(place.name, "land", ref, place.country)
    return press(place.name, "zone", ref, place.zones[0])


async def press_country(turn: Turn, parts: Sequence[str]) -> None:
    ref, code = parts_of(parts, 2)
    subject = await subject_of(turn, ref)
    found = places.country(code, turn.words.tag, turn.office.clock.now())
    if found is None:
        raise outdated()
    await _choose(turn, ref, subject, found)


async def _choose(turn: Turn, ref: str, subject: Subscriber, place: Place) -> None:
    """Which of the clocks of a country: each with the time that it shows."""
    page = turn.page(
        text("There are several time zones here: {place}. Which one?", place=place.name)
    )
    buttons = [
        press(f"{_city(turn, zone)} · {_clock(turn, zone)}", "zone", ref, zone)
        for zone in place.zones
    ]
    await turn.show(page, [*in_rows(buttons), last_row(ref, subject)])


async def press_zone(turn: Turn, parts: Sequence[str]) -> None:
    ref, zone = parts_of(parts, 2)
    subject = await subject_of(turn, ref)
    if zone not in zone_names():
        raise outdated()
    await _set(turn, ref, subject, zone)


async def _set(
    turn: Turn, ref: str, subject: Subscriber, zone: str, more: Text | None = None
) -> None:
    subject = await store(turn, subject, timezone=zone)
    page = turn.page(
        text("Time zone: {zone}. It is {moment} there.", zone=zone, moment=_now_in(turn, zone))
    )
    if more is not None:
        page.line(more)
    if turn.query is None:
        await turn.say(page, NO_KEYS)
    else:
        await turn.show(page, [] if ref == OWN else [last_row(ref, subject)])


async def show(turn: Turn, ref: str, subject: Subscriber) -> None:
    own = turn.subscriber.timezone if turn.subscriber is not None else subject.timezone
    zones = dict.fromkeys((subject.timezone, own, turn.office.settings.timezone, *COMMON_ZONES))
    page = turn.page(
        text(
            "Anniversaries arrive in the morning of your time zone, now {zone}.",
            zone=subject.timezone,
        )
    )
    page.line(
        text("Press another one, or write a city or a country: /timezone Nairobi")
        if ref == OWN
        else text("A time zone that you choose for yourself with /timezone is offered here, too.")
    )
    buttons = [
        press(f"{'✓ ' * (zone == subject.timezone)}{_city(turn, zone)}", "zone", ref, zone)
        for zone in zones
    ]
    here = [press(text("Find it by my location"), "here")] if ref == OWN else []
    await turn.show(page, [*in_rows(buttons), here, last_row(ref, subject)])


async def ask_location(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Find it by my location”."""
    parts_of(parts, 0)
    await subject_of(turn, OWN)
    page = turn.page(
        text(
            "Your location is used once, here, to find the time zone that you are in. It is not "
            "kept, and passed on to nobody."
        )
    )
    await turn.say(page, Keys(((Key(SHARE, location=True),), (Key(DECLINE),))))


async def located(turn: Turn, location: telegram.Location) -> None:
    """Somebody has shared where they are."""
    subject = await subject_of(turn, OWN)
    zone = await asyncio.to_thread(places.zone_at, location.latitude, location.longitude)
    if zone is None:
        await turn.say(
            text("No time zone is known for that place. Write a city or a country: /timezone Baku"),
            NO_KEYS,
        )
        return
    await _set(turn, OWN, subject, zone, text("Your location was not kept."))


async def declined(turn: Turn, message: telegram.Message) -> bool:
    """Whether this is the key “No, thanks”, in whichever language it was shown."""
    if message.text not in _refusals():
        return False
    await turn.say(text("Noted."), NO_KEYS)
    return True


@cache
def _refusals() -> frozenset[str]:
    return frozenset(catalog_for(tag).render(DECLINE) for tag in interface_languages())


def _city(turn: Turn, zone: str) -> str:
    return city_name(zone, turn.words.tag)


def _clock(turn: Turn, zone: str) -> str:
    return turn.words.formats.time(_now_in(turn, zone).time())


def _now_in(turn: Turn, zone: str) -> datetime:
    return turn.office.clock.now().astimezone(ZoneInfo(zone))
