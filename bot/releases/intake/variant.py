"""One language of a release: its own front matter, its headline and its body."""

from __future__ import annotations

import re

from bot.releases.body import plain
from bot.releases.intake import shared
from bot.releases.intake.document import Findings, Options, Place
from bot.releases.intake.fields import LONGEST_LINE, Fields
from bot.releases.intake.folder import Source
from bot.releases.release import Variant, VariantState
from translations.text import text

OWN_KEYS = ("headline", "subhead", "occasion", "state")


def read_variant(source: Source, options: Options, findings: Findings) -> Variant | None:
    """The text of one language, or None if it has no headline of its own or in its body."""
    fields = Fields(source.table, findings, options)
    fields.refuse_unknown((*OWN_KEYS, *shared.KEYS))
    given = fields.line("headline")
    subhead, occasion = fields.line("subhead"), fields.line("occasion")
    state = fields.choice("state", tuple(VariantState))
    body, heading, line = _without_heading(source, given)
    headline = given or heading
    if not headline:
        if fields.node("headline") is None:
            findings.fatal(
                Place(source.where, source.body_line),
                text("There is no headline. Add “headline: …”, or a first line “# …”."),
            )
        return None
    if len(headline) > LONGEST_LINE:
        findings.fatal(
            Place(source.where, line),
            text(
                "The headline has {size} characters; at most {limit} are allowed.",
                size=len(headline),
                limit=LONGEST_LINE,
            ),
        )
        return None
    if not body.strip():
        findings.note(Place(source.where), text("There is no text below the headline."))
    return Variant(
        language=source.language or "",
        headline=headline,
        subhead=subhead or "",
        occasion=occasion or "",
        body=body,
        state=VariantState(state) if state else VariantState.DRAFT,
    )


def _without_heading(source: Source, headline: str | None) -> tuple[str, str, int]:
    """The body without the heading that serves as headline (or repeats it), that, its line."""
    lines = source.body.split("\n")
    fenced = False
    for i, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or not line.startswith(("# ", "#\t")):
            continue
        title = plain(line)
        if headline is None or title == headline:
            rest = "\n".join((*lines[:i], *lines[i + 1 :]))
            return _trimmed(rest), title, source.body_line + i
        break
    return _trimmed(source.body), "", source.body_line


def _trimmed(body: str) -> str:
    return re.sub(r"\A(?:[ \t]*\n)+", "", body).rstrip()
