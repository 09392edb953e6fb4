"""What ``verify`` does: says whether a text was signed by the office, offline."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from bot.cli.options import refused
from bot.cli.remarks import show_change
from bot.cli.session import Session
from bot.releases import genuineness
from bot.releases.genuineness import Judged
from bot.releases.likeness import Likeness
from bot.releases.statement import PublicKey, Signed, Statement, read_keys, read_signature
from translations.locales import UnknownLanguage, native_name
from translations.text import Text, text, texts

KEYS = "polyherald-keys.json"
LARGEST = 8_000_000
"""Bytes of a file that is looked at."""

SHOWN = 20

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def verify(
    session: Session, file: Path, keys: Path | None, signature: Path | None, *, as_json: bool
) -> None:
    """Ends with 1 for what is not genuine, with 2 where there is nothing to check it with."""
    words = _read(session, file, "FILE")
    document = _signature(session, words, "FILE")
    given = "" if document is not None else words
    if document is None:
        beside = signature or file.with_name(f"{file.name}.sig.json")
        if not beside.is_file():
            what = text(
                "{file} is a text. Give its signature as well: the release’s page leads to it.",
                file=str(file),
            )
            raise refused(session, what, "--signature")
        document = _signature(session, _read(session, beside, "--signature"), "--signature")
        if document is None:
            raise refused(session, _no_signature(beside), "--signature")
    judged = genuineness.judge(document, _keys(session, file, keys))
    like = genuineness.liken(given, judged.statement) if given and judged.statement else None
    genuine = judged.verdict == "genuine" and (like is None or like.kind in ("same", "part"))
    if as_json:
        session.out.json(_json(document, judged, like, genuine=genuine))
    else:
        _show(session, document, judged, like, genuine=genuine)
    if not genuine:
        raise typer.Exit(1)


def _keys(session: Session, file: Path, keys: Path | None) -> list[PublicKey]:
    where = keys or file.with_name(KEYS)
    if keys is None and not where.is_file():
        what = text(
            "Give the office’s public keys: {name}, from its site or, better, from where you have "
            "got them before.",
            name=f"/.well-known/{KEYS}",
        )
        raise refused(session, what, "--key")
    try:
        return read_keys(_read(session, where, "--key"))
    except ValueError as error:
        what = text("There are no Ed25519 public keys in {file}.", file=str(where))
        raise refused(session, what, "--key") from error


def _signature(session: Session, words: str, option: str) -> Signed | None:
    try:
        return read_signature(words)
    except ValueError as error:
        what = text("This is a damaged signature. Download it once more.")
        raise refused(session, what, option) from error


def _no_signature(file: Path) -> Text:
    return text("{file} is no signature of a release.", file=str(file))


def _read(session: Session, file: Path, option: str) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            what = text("“{file}” is too large to be a release.", file=file.name)
            raise refused(session, what, option)
        return _FRONT_MATTER.sub("", data.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        reason = error.strerror or str(error)
        what = text("{file} cannot be read: {reason}.", file=str(file), reason=reason)
        raise refused(session, what, option) from error
    except UnicodeDecodeError as error:
        what = text("{file} is no text in UTF-8.", file=str(file))
        raise refused(session, what, option) from error


_VERDICTS = {
    "genuine": text("Genuine: the office signed this."),
    "forged": text("NOT genuine: the signature does not fit. Something was changed."),
    "foreign": text("NOT a release: the office’s key signed something else."),
    "unknown key": text(
        "NOT known: it is signed with a key that is not among these. Fetch the office’s newest "
        "keys."
    ),
    "revoked": text(
        "NOT proven: the office has revoked the key, for somebody else may have it. Download the "
        "signature once more."
    ),
    "too late": text("NOT genuine: it was published after the key was taken out of use."),
}
_LIKE = {
    "same": text("The text is what was signed, word for word."),
    "part": text("The text is a part of what was signed, word for word."),
    "changed": text("NOT genuine: the text is not what was signed."),
    "other": text("NOT genuine: the text is another than what was signed."),
}
_MORE = text("NOT all of it was signed: what is marked here was added.")


def _is_more(like: Likeness) -> bool:
    pieces = [piece.kind for change in like.changes for piece in change.pieces]
    return "added" in pieces and "removed" not in pieces and not like.foreign


def _show(
    session: Session, document: Signed, judged: Judged, like: Likeness | None, *, genuine: bool
) -> None:
    out = session.out
    verdict = _VERDICTS[judged.verdict]
    if judged.verdict == "genuine" and not genuine and like is not None:
        verdict = _MORE if _is_more(like) else _LIKE[like.kind]
    if genuine:
        out.say(verdict)
    else:
        out.complain(verdict)
    if judged.statement is not None:
        _describe(session, judged.statement, document.key)
    if like is None:
        return
    if genuine:
        out.say(_LIKE[like.kind])
    for change in like.changes[:SHOWN]:
        show_change(out, change)
    if like.foreign:
        out.say(text("A link in it leads elsewhere than in what was published."))
    more = len(like.changes) - SHOWN
    if more > 0:
        out.say(texts("… and {n} more", "… and {n} more", more))


def _describe(session: Session, statement: Statement, key: str) -> None:
    session.out.sheet(
        statement.headline,
        [
            (text("Release"), statement.slug),
            (text("Issuer"), statement.issuer),
            (text("Date"), statement.date),
            (text("Language"), _name(statement.language)),
            (text("Corrections"), statement.revision),
            (text("Published"), statement.published),
            (text("Last changed"), statement.updated),
            (text("Withdrawn"), statement.withdrawn),
            (text("Key"), key),
        ],
        statement.body,
    )
    if statement.withdrawn is not None:
        session.out.say(text("It was withdrawn."))
    else:
        session.out.say(text("Whether it was corrected or withdrawn since, its page tells."))


def _name(language: str) -> str:
    try:
        return native_name(language)
    except UnknownLanguage:
        return language


def _json(
    document: Signed, judged: Judged, like: Likeness | None, *, genuine: bool
) -> dict[str, object]:
    statement = judged.statement
    return {
        "genuine": genuine,
        "signature": judged.verdict,
        "text": like.kind if like is not None else None,
        "key": document.key,
        "slug": statement and statement.slug,
        "language": statement and statement.language,
        "revision": statement and statement.revision,
        "headline": statement and statement.headline,
        "issuer": statement and statement.issuer,
        "date": statement and statement.date.isoformat(),
        "published": statement and statement.published.isoformat(),
        "updated": statement and statement.updated.isoformat(),
        "withdrawn": statement and statement.withdrawn and statement.withdrawn.isoformat(),
        "changes": [
            [{"kind": piece.kind, "text": piece.text} for piece in change.pieces]
            for change in (like.changes if like is not None else ())
        ],
    }
