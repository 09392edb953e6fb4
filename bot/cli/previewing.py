"""What ``preview`` does: the message exactly as a subscriber gets it."""

from __future__ import annotations

from bot.cli import remarks
from bot.cli.output import Output
from bot.cli.releases import demand_variant
from bot.cli.session import Session
from bot.delivery.message import draft_message
from bot.releases import repository
from bot.releases.counting import counted
from bot.releases.release import Release
from bot.transports.entities import units
from bot.transports.fit import Fitted, fit
from translations.locales import native_name
from translations.text import text


async def preview(session: Session, slug: str, language: str | None, *, as_json: bool) -> None:
    async with session.database() as database, database.read() as connection:
        release = await repository.get(connection, slug)
    demand_variant(release, language)
    messages = {
        tag: fit(draft_message(release, tag, session.settings))
        for tag in ([language] if language else release.variants)
    }
    if as_json:
        session.out.json(
            [
                {
                    "slug": slug,
                    "language": tag,
                    "transport": "telegram",
                    "text": message.text,
                    "button": dict(zip(("label", "url"), message.button, strict=True))
                    if message.button
                    else None,
                    "paragraphs": message.shown,
                    "units": units(message.text),
                    "limit": message.limit,
                    "photo": message.photo.digest if message.photo else None,
                    "warnings": remarks.warnings_json(counted(release, (tag,))),
                }
                for tag, message in messages.items()
            ]
        )
        return
    for tag, message in messages.items():
        _show(session.out, release, tag, message)
        for one in counted(release, (tag,)):
            session.out.complain(one.as_text())


def _show(out: Output, release: Release, tag: str, message: Fitted) -> None:
    lines = (
        [
            (
                text("Photo"),
                f"{release.pictures[0].widest.width} × {release.pictures[0].widest.height}",
            )
        ]
        if message.photo
        else []
    )
    out.sheet(f"{native_name(tag)} ({tag})", lines, message.text)
    if message.button:
        label, url = message.button
        out.say(f"[{label}] {url}")
    out.say(
        text(
            "Length {units} of at most {limit} (UTF-16 units).",
            units=units(message.text),
            limit=message.limit,
        )
    )
