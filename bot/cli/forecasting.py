"""What ``calendar --date … --preview`` does: a dry run of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.audience.choice import Choice
from bot.cli.output import Output
from bot.cli.session import Session
from bot.delivery.forecast import Forecast, Planned, Wave, forecast
from bot.delivery.message import published_message
from bot.errors import Conflict
from bot.occasions.calendar import civil_dates_at
from bot.settings import Settings
from bot.transports.fit import Fitted, fit
from translations.locales import native_name
from translations.text import Text, text


async def show(session: Session, on: date, *, as_json: bool) -> None:
    now = session.clock.now()
    if on < civil_dates_at(now)[0]:
        raise Conflict(
            text("{date} is over. “polyherald deliveries” shows what was sent.", date=on)
        )
    async with session.database() as database:
        found = await forecast(database, session.settings, on, now)
    if as_json:
        session.out.json(_json(found, session))
        return
    for planned in found.planned:
        _print(session.out, planned, session.settings)
    for notice in found.notices:
        session.out.say(notice)
    if not found.planned and not found.notices:
        session.out.complain(text("Nothing would be sent on {date}.", date=on))


def _print(out: Output, planned: Planned, settings: Settings) -> None:
    out.say(f"== {planned.published.slug}")
    out.say(_how_many(planned.total))
    out.table(
        (text("Local time"), text("UTC"), text("Time zone"), text("Language"), text("Subscribers")),
        [
            (
                _local(wave, settings),
                wave.at,
                wave.zone or text("all at once"),
                _language(wave.choice),
                number,
            )
            for wave, number in _in_order(planned)
        ],
        text("Nobody would get it."),
        name=2,
    )
    for choice, reader, message in _messages(planned, settings):
        title = f"{native_name(choice.language)} ({choice.language})"
        out.sheet(title, ((text("For readers of"), reader),) if reader else (), message.text)
        if message.button:
            label, url = message.button
            out.say(f"[{label}] {url}")


def _how_many(number: int) -> Text:
    from translations.text import texts

    return texts("{n} message would be sent.", "{n} messages would be sent.", number)


def _language(choice: Choice) -> Text | str:
    name = native_name(choice.language)
    return text("{language} (not asked for)", language=name) if choice.fallback else name


def _local(wave: Wave, settings: Settings) -> datetime:
    return wave.at.astimezone(ZoneInfo(wave.zone or settings.timezone))


def _in_order(planned: Planned) -> list[tuple[Wave, int]]:
    """By time, zone and language; those who get it in the same words counted together."""
    together: Counter[Wave] = Counter()
    for wave, number in planned.waves.items():
        together[Wave(wave.at, wave.zone, wave.choice, ())] += number
    return sorted(
        ((wave, number) for wave, number in together.items() if number),
        key=lambda item: (item[0].at, item[0].zone or "", item[0].choice.language),
    )


def _messages(
    planned: Planned, settings: Settings
) -> Iterator[tuple[Choice, tuple[str, ...], Fitted]]:
    """Each text that somebody would get, once; a fallback with a label once for each wish."""
    seen = set()
    for wave, number in planned.waves.items():
        key = (wave.choice, wave.reader)
        if number and key not in seen:
            seen.add(key)
    for choice, reader in sorted(seen, key=lambda k: (k[0].language, k[0].fallback, k[1])):
        message = published_message(planned.published, choice, reader, settings)
        yield choice, reader, fit(message)


def _json(found: Forecast, session: Session) -> dict[str, Any]:
    return {
        "announcements": [
            {
                "announcement": planned.announcement.key,
                "kind": planned.announcement.kind,
                "slug": planned.published.slug,
                "subscribers": planned.total,
                "waves": [
                    {
                        "at": wave.at.isoformat(),
                        "local": _local(wave, session.settings).isoformat(),
                        "timezone": wave.zone,
                        "language": wave.choice.language,
                        "fallback": wave.choice.fallback,
                        "subscribers": number,
                    }
                    for wave, number in _in_order(planned)
                ],
                "messages": [
                    {
                        "language": choice.language,
                        "fallback": choice.fallback,
                        "reader": list(reader),
                        "text": message.text,
                        "button": dict(zip(("label", "url"), message.button, strict=True))
                        if message.button
                        else None,
                    }
                    for choice, reader, message in _messages(planned, session.settings)
                ],
            }
            for planned in found.planned
        ],
        "notices": [session.out.words(notice) for notice in found.notices],
    }
