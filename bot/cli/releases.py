"""What ``list``, ``show`` and the acts on one release do."""

from __future__ import annotations

from bot.cli import remarks, sheet
from bot.cli.session import Session
from bot.delivery import acts
from bot.errors import NotFound
from bot.releases import audit, repository, versions
from bot.releases.counting import counted
from bot.releases.publication import filled_headline
from bot.releases.release import Moment, PubStatus, Release
from bot.releases.review import OPERATOR
from translations.locales import native_name
from translations.text import text


async def show_all(session: Session, *, as_json: bool) -> None:
    async with session.database() as database, database.read() as connection:
        found = await repository.everything(connection)
    out = session.out
    if as_json:
        keys = ("slug", "original", "date", "state", "pubstatus", "archive", "topics", "publish_at")
        out.json(
            [
                {key: value for key, value in sheet.as_json(release).items() if key in keys}
                | {
                    "headline": filled_headline(release, release.original),
                    "variants": {tag: release.state_of(tag) for tag in release.variants},
                }
                for release in found
            ]
        )
        return
    out.table(
        (text("Release"), text("Date"), text("State"), text("Languages"), text("Headline")),
        [
            (
                release.slug,
                release.date,
                sheet.state(release.state),
                ", ".join(
                    tag if release.is_approved(tag) else f"({tag})" for tag in release.variants
                ),
                filled_headline(release, release.original),
            )
            for release in found
        ],
        text("There are no releases yet. Take some in with: polyherald import FOLDER"),
    )


async def show_one(
    session: Session,
    slug: str,
    language: str | None,
    *,
    history: bool,
    changes: bool,
    as_json: bool,
) -> None:
    from bot.releases import asking  # brings what logs, and that is slow to import

    async with session.database() as database, database.read() as connection:
        release = await repository.get(connection, slug)
        done = await audit.history(connection, slug) if history else ()
        since = await versions.changes_since(connection, release) if changes else {}
        requests = await asking.open_requests(connection, release)
    demand_variant(release, language)
    chosen = (language,) if language else ()
    since = {tag: one for tag, one in since.items() if language in (None, tag)}
    out = session.out
    if as_json:
        document = sheet.as_json(release)
        if language:
            document["variants"] = {language: document["variants"][language]}
        document["missing"] = list(sheet.missing(release, session.settings))
        document["warnings"] = remarks.warnings_json(counted(release, chosen))
        document["change_requests"] = [
            {
                "language": one.language,
                "comment": one.comment,
                "asked_by": one.asked_by,
                "at": one.at.isoformat(),
            }
            for one in requests.values()
        ]
        if changes:
            document["changes"] = remarks.changes_json(since)
        if history:
            document["history"] = [
                {
                    "at": act.at.isoformat(),
                    "actor": act.actor,
                    "act": act.act,
                    "details": act.details,
                }
                for act in done
            ]
        out.json(document)
        return
    if changes:
        remarks.show_changes(out, release, since)
    else:
        sheet.show(out, release, session.settings, language)
        if release.pubstatus is PubStatus.CANCELED:
            out.say(text("It was withdrawn."))
        for one in counted(release, chosen):
            out.say(one.as_text())
        for request in requests.values():
            out.say(
                text(
                    "Changes asked for in {language}: “{comment}”",
                    language=native_name(request.language),
                    comment=request.comment,
                )
            )
    if history:
        zone = session.zone
        out.table(
            (text("When"), text("Who"), text("What")),
            [
                (
                    act.at.astimezone(zone),
                    acts.who(act.actor),
                    acts.what(act.act, act.details, zone),
                )
                for act in done
            ],
            text("Nothing has been done to it."),
        )


def demand_variant(release: Release, language: str | None) -> None:
    """Raises ``NotFound``, which names the languages that there are."""
    if language is not None and language not in release.variants:
        raise NotFound(
            text(
                "“{slug}” has no variant in {language}. There are: {known}.",
                slug=release.slug,
                language=language,
                known=tuple(release.variants),
            )
        )


async def approve(session: Session, slug: str, language: str | None, override: str = "") -> None:
    async with session.desk() as desk:
        release = await desk.approve(
            OPERATOR, slug, (language,) if language else (), alone=override.strip()
        )
    done = (language,) if language else tuple(release.variants)
    session.out.say(text("Approved of “{slug}”: {languages}.", slug=slug, languages=done))
    for one in counted(release, done):
        session.out.complain(one.as_text())


async def accept(session: Session, slug: str) -> None:
    async with session.desk() as desk:
        release = await desk.accept_observance(OPERATOR, slug)
    if release.observance is not None:
        session.out.say(
            text(
                "The anniversaries of {date} will be announced. See them with: polyherald calendar",
                date=release.observance.origin,
            )
        )


async def queue(session: Session, slug: str, *, at: Moment | None, embargo: Moment | None) -> None:
    async with session.desk() as desk:
        release = await desk.queue(OPERATOR, slug, at=at, embargo=embargo)
    moments = [m for m in (release.publish_at, release.embargo) if m is not None]
    session.out.say(
        text(
            "“{slug}” goes out at {moment}.",
            slug=slug,
            moment=max(moments, key=lambda m: m.at).local,
        )
    )


async def publish(session: Session, slug: str) -> None:
    async with session.desk() as desk:
        await desk.publish(OPERATOR, slug)
    session.out.say(text("“{slug}” goes out now; a running service sends it at once.", slug=slug))


async def hold(session: Session, slug: str) -> None:
    async with session.desk() as desk:
        await desk.hold(OPERATOR, slug)
    session.out.say(text("“{slug}” is held until it is queued or published again.", slug=slug))
