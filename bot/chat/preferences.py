"""Languages and topics, of a person or of a group or channel that they look after."""

from __future__ import annotations

from collections.abc import Sequence

from bot.audience.invitation import short
from bot.audience.subscriber import Subscriber
from bot.chat import subscription
from bot.chat.choosing import OWN, last_row, store, subject_of
from bot.chat.keyboards import MOST_BUTTONS, Button, in_rows, outdated, parts_of, press
from bot.chat.turn import Turn
from bot.chat.words import names
from translations.locales import native_name
from translations.text import text

MOST_CHOSEN = 20
"""Languages that have buttons of their own; more can come by import alone."""


async def languages(turn: Turn, _arguments: str) -> None:
    await show_languages(turn, OWN, await subject_of(turn, OWN))


async def topics(turn: Turn, _arguments: str) -> None:
    await show_topics(turn, OWN, await subject_of(turn, OWN))


async def press_language(turn: Turn, parts: Sequence[str]) -> None:
    """A language: “+” adds it as the last, “-” removes it, “^” puts it first."""
    ref, sign, tag = parts_of(parts, 3)
    subject = await subject_of(turn, ref)
    known = subject.languages
    if tag not in (*turn.office.settings.languages, *known):
        raise outdated()
    others = tuple(one for one in known if one != tag)
    if sign == "-" and not others:
        await turn.note(text("One language is needed. Add another one first."), alert=True)
        return
    chosen = {
        "-": others,
        "+": known if tag in known else (*known, tag),
        "^": (tag, *others) if tag in known else known,
    }.get(sign, known)
    subject = await store(turn, subject, languages=chosen)
    if ref == OWN:
        turn.speak(subject.languages)
    await show_languages(turn, ref, subject)


async def press_topic(turn: Turn, parts: Sequence[str]) -> None:
    ref, sign, mark = parts_of(parts, 3)
    subject = await subject_of(turn, ref)
    chosen = set(subject.topics)
    if sign == "*":
        chosen = set()
    else:
        known = await _published_topics(turn, subject)
        topic = next((name for name in known if short(name) == mark), None)
        if topic is None:
            raise outdated()
        chosen = chosen | {topic} if sign == "+" else chosen - {topic}
    subject = await store(turn, subject, topics=tuple(sorted(chosen)))
    await show_topics(turn, ref, subject)


async def show_languages(turn: Turn, ref: str, subject: Subscriber) -> None:
    page = turn.page(
        text("In which languages do you want our releases? Press the one that you prefer first.")
        if ref == OWN
        else text(
            "In which languages should “{title}” get our releases? Press the preferred one first.",
            title=subject.name,
        )
    )
    page.line(text("Now: {languages}", languages=names(subject.languages)))
    if len(subject.languages) > 1:
        page.line(text("Press a numbered one to remove it, an arrow to put that language first."))
    chosen = [_chosen(ref, place, tag) for place, tag in enumerate(subject.languages[:MOST_CHOSEN])]
    offered = (tag for tag in turn.office.settings.languages if tag not in subject.languages)
    others = [press(native_name(tag), "lang", ref, "+", tag) for tag in offered]
    room = MOST_BUTTONS - sum(map(len, chosen))
    await turn.show(page, [*chosen, *in_rows(others[:room]), last_row(ref, subject)])


def _chosen(ref: str, place: int, tag: str) -> list[Button]:
    name = native_name(tag)
    out = press(f"{place + 1} · {name}", "lang", ref, "-", tag)
    return [out, press(f"↑ {name}", "lang", ref, "^", tag)] if place else [out]


async def show_topics(turn: Turn, ref: str, subject: Subscriber) -> None:
    known = await _published_topics(turn, subject)
    if not known:
        await turn.show(
            text("There are no topics yet: every release is for everybody."),
            [] if ref == OWN else [last_row(ref, subject)],
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
    await turn.show(page, [*in_rows(buttons), everything, last_row(ref, subject)])


async def _published_topics(turn: Turn, subject: Subscriber) -> Sequence[str]:
    return sorted({*await subscription.published_topics(turn), *subject.topics})
