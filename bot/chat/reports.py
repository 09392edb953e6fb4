"""What staff are shown of an announcement: how far it is, what became of it, what they may do."""

from __future__ import annotations

from collections import Counter

from bot.chat import keyboards
from bot.chat.keyboards import Rows, press
from bot.chat.page import Page
from bot.chat.words import ANNOUNCEMENT
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.outcome import DeliveryState
from bot.delivery.report import REASON_TEXTS, STATE_TEXTS, Summary
from bot.releases.review import Actor
from translations.catalogs import Catalog
from translations.locales import native_name
from translations.text import Text, text

BAR = 20
"""Blocks in a bar that shows how far it is."""

UNDERWAY = (AnnouncementState.PLANNING, AnnouncementState.SENDING)


def shown_report(
    actor: Actor, words: Catalog, summary: Summary, when: Text | None
) -> tuple[Page, Rows]:
    """What an announcement's report says, ``when`` it will be through included, and what may be
    done about it."""
    page = report_of(Page(words), summary)
    if summary.announcement.state in UNDERWAY and summary.total:
        done = BAR * (summary.total - summary.open) // summary.total
        page.line("█" * done + "░" * (BAR - done))
    if when is not None:
        page.line(when)
    return page, [*_choices(summary.announcement), *_again(actor, summary)]


def _choices(announcement: Announcement) -> Rows:
    match announcement.state:
        case AnnouncementState.HELD:
            return keyboards.held(announcement.id)
        case AnnouncementState.PAUSED:
            return keyboards.paused(announcement.id)
        case AnnouncementState.PLANNING | AnnouncementState.SENDING:
            return [
                [
                    press(text("Pause it"), "pause", announcement.id),
                    press(text("Cancel it"), "cancel", announcement.id),
                ]
            ]
    return []


def _again(actor: Actor, summary: Summary) -> Rows:
    """To send again what failed, or may not have arrived; whoever may is asked first."""
    if not actor.may("schedule"):
        return []
    return [
        [
            press(
                text("Send again: {state}", state=STATE_TEXTS[state]),
                "resend",
                summary.announcement.id,
                state.value,
            )
        ]
        for state in (DeliveryState.UNKNOWN, DeliveryState.FAILED)
        if summary.count(state)
    ]


def report_of(page: Page, summary: Summary) -> Page:
    """Adds to ``page`` how many got it by language, and why others did not."""
    page.line(summary.as_text(), bold=True)
    page.line(text("State: {state}", state=ANNOUNCEMENT[summary.announcement.state]))
    languages: dict[str, Counter[str]] = {}
    reasons: Counter[tuple[str, str]] = Counter()
    transports: dict[str, Counter[str]] = {}
    for one in summary.tally:
        languages.setdefault(native_name(one.language), Counter())[one.state] += one.number
        transports.setdefault(one.transport.capitalize(), Counter())[one.state] += one.number
        if one.reason and one.state != DeliveryState.SENT:
            reasons[one.state, one.reason] += one.number
    # By what way it went is worth saying where there are several.
    several = transports if len(transports) > 1 else {}
    for name, states in (*several.items(), *languages.items()):
        for state, count in states.items():
            page.item(
                text(
                    "{language}: {count} {state}",
                    language=name,
                    count=count,
                    state=STATE_TEXTS[DeliveryState(state)],
                )
            )
    if reasons:
        page.gap().line(text("Why, and what to do:"), bold=True)
    for (_, reason), count in reasons.most_common():
        what: Text | str = REASON_TEXTS.get(reason, reason)
        page.item(text("{count} × {reason}", count=count, reason=what))
    return page
