"""What ``migrate`` and ``doctor`` do."""

from __future__ import annotations

from bot.cli import doctor
from bot.cli.checks import Level
from bot.cli.session import Session
from bot.store import migrate as schema
from bot.store.database import Database
from translations.text import ptext, text

_LEVELS = {
    Level.OK: ptext("check", "ok"),
    Level.WARNING: ptext("check", "warning"),
    Level.ERROR: ptext("check", "error"),
}


async def migrate(session: Session) -> None:
    database = Database(session.settings.url)
    try:
        done = await schema.ensure(database)
    finally:
        await database.close()
    session.out.say(
        text("The database has been brought to this version’s schema.")
        if done
        else text("The database has this version’s schema already.")
    )


async def examine(session: Session, *, as_json: bool) -> bool:
    """Print every finding; returns whether none is an error."""
    findings = await doctor.examine(session)
    out = session.out
    if as_json:
        out.json(
            [
                {
                    "check": finding.check,
                    "status": str(finding.level),
                    "message": out.words(finding.what),
                    "remedy": out.words(finding.remedy),
                }
                for finding in findings
            ]
        )
    else:
        out.table(
            (text("Check"), text("Result"), text("Finding"), text("What to do")),
            [(f.check, _LEVELS[f.level], f.what, f.remedy) for f in findings],
            text("Nothing was checked."),
        )
    return all(finding.level is not Level.ERROR for finding in findings)
