"""What is pointed out about a release's texts: what an approval does not cover, counted years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cli.output import Output
from bot.releases.counting import Counted
from bot.releases.difference import Change
from bot.releases.release import Release
from bot.releases.versions import Since
from translations.locales import native_name
from translations.text import Text, text

_FIELDS: Mapping[str, Text] = {
    "headline": text("Headline"),
    "subhead": text("Subhead"),
    "body": text("Text"),
    "occasion": text("Title"),
}
_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
_STYLES = {"same": "", "removed": "red strike", "added": "bold green"}


def warnings_json(found: tuple[Counted, ...]) -> list[dict[str, Any]]:
    return [
        {
            "language": one.language,
            "field": one.field,
            "sentence": one.sentence,
            "sure": one.sure,
        }
        for one in found
    ]


def changes_json(since: Mapping[str, Since]) -> dict[str, Any]:
    return {
        tag: {
            "known": one.known,
            "changes": [
                {
                    "field": change.field,
                    "pieces": [{"kind": p.kind, "text": p.text} for p in change.pieces],
                }
                for change in one.changes
            ],
        }
        for tag, one in since.items()
    }


def show_changes(out: Output, release: Release, since: Mapping[str, Since]) -> None:
    """For each stale variant the changes in the original, removed and added words marked."""
    if not since:
        out.say(text("No text of “{slug}” is stale.", slug=release.slug))
    for tag, one in since.items():
        out.say(
            text(
                "What changed in the original ({original}) after {language} was approved:",
                original=native_name(release.original),
                language=native_name(tag),
            )
        )
        if not one.known:
            out.say(UNKNOWN)
        elif not one.changes:
            out.say(SPACES)
        for change in one.changes:
            show_change(out, change)


def show_change(out: Output, change: Change) -> None:
    out.marked(_FIELDS[change.field], _parts(change))


UNKNOWN = text("What the original said then was not kept. Compare it with an older file.")
SPACES = text("Only spaces or line ends.")


def _parts(change: Change) -> list[tuple[str, str]]:
    """Marked for whoever sees no colours; white space stays outside the marks."""
    parts = []
    for piece in change.pieces:
        before, after = _MARKS[piece.kind]
        words = piece.text.rstrip()
        space = " " if len(words) < len(piece.text) else ""
        parts.append((f"{before}{words}{after}{space}", _STYLES[piece.kind]))
    return parts
