"""iCalendar (RFC 5545) with the calendar's own properties (RFC 7986), written by icalendar.

Each day is an event of its own, not one rule with repetitions: no ``RRULE`` can count “82nd”, nor
move a day off the weekend, nor come back by another calendar than the Gregorian one. ``METHOD`` is
absent, for this is a published file and no invitation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
from icalendar.prop import vDuration

from feeds.occasions import Calendar, Occasion
from feeds.place import Place

PRODUCT = "-//Polyherald//Polyherald//EN"
ASK_AGAIN = timedelta(days=1)


def ical(calendar: Calendar, place: Place) -> bytes:
    """The calendar as a file that is fetched at ``place``; equal calendars, equal bytes."""
    found = icalendar.Calendar()
    tongue = {"LANGUAGE": calendar.language}
    found.add("version", "2.0")
    found.add("prodid", PRODUCT)
    found.add("calscale", "GREGORIAN")
    found.add("name", calendar.title, parameters=tongue)
    found.add("x-wr-calname", calendar.title)  # what NAME was before RFC 7986
    found.add("last-modified", calendar.updated)
    found.add("url", calendar.home_url)
    found.add("source", place.url, parameters={"VALUE": "URI"})
    found.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", vDuration(ASK_AGAIN))
    for occasion in calendar.occasions:
        found.add_component(_event(occasion, calendar.updated, tongue))
    if not calendar.occasions:
        found.add_component(_nothing())
    return bytes(found.to_ical(sorted=False))


def _event(occasion: Occasion, updated: datetime, tongue: dict[str, str]) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", occasion.id)
    # Without METHOD it is when the event was last revised (RFC 5545, 3.8.7.2), never now.
    event.add("dtstamp", updated)
    event.add("dtstart", occasion.on)
    event.add("summary", occasion.title, parameters=tongue)
    if occasion.description:
        event.add("description", occasion.description, parameters=tongue)
    event.add("url", occasion.url)
    if occasion.categories:
        event.add("categories", list(occasion.categories))
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    return event


def _nothing() -> icalendar.Timezone:
    """A calendar needs a component (RFC 5545, 3.6), and one that has no days yet is subscribed to
    all the same. What no event refers to does nothing."""
    zone = icalendar.Timezone()
    zone.add("tzid", "UTC")
    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 – local by definition
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    zone.add_component(standard)
    return zone
