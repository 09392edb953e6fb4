"""Word documents and web pages: taken apart by a process of their own, under limits."""

from __future__ import annotations

from bot.releases.documents.blocks import Contents, from_json
from bot.releases.documents.child import COMPLICATED, CPU_SECONDS, MEMORY
from bot.releases.intake.apart import taken_apart
from bot.releases.intake.document import Findings, Place
from translations.text import Text, text

WORD = (".docx",)
PAGES = (".html", ".htm", ".xhtml")
FILE_LIMIT = 10_000_000
"""Bytes of a document with its pictures. Telegram lets bots fetch up to 20 million."""


def take_apart(
    data: bytes,
    suffix: str,
    place: Place,
    findings: Findings,
    *,
    memory: int = MEMORY,
    seconds: int = CPU_SECONDS,
) -> Contents | None:
    """The paragraphs of a document, or None where it is refused. Blocks, for at most a minute."""
    kind = "docx" if suffix.lower() in WORD else "html"
    answer = taken_apart(kind, data, memory, seconds)
    if "refused" in answer:
        values = dict(answer["values"])
        place = Place(place.where, values.get("line"))
        findings.fatal(place, _reason(answer["refused"], values))
        return None
    contents = from_json(answer)
    for left_out, what in _LEFT_OUT.items():
        if left_out in contents.left_out:
            findings.note(place, what)
    return contents


def _reason(code: object, values: dict[str, int | str]) -> Text:
    if code in _REASONS:
        return _REASONS[str(code)]
    match code:
        case "bomb":
            return text(
                "The document unpacks to more than {limit} bytes. Send the text alone, without "
                "pictures.",
                limit=values["limit"],
            )
        case "other":
            return text(
                "This is a file of the kind “{suffix}” under another name. Save the text as .docx.",
                suffix=values["suffix"],
            )
        case "long":
            return text(
                "The text has more than {limit} characters. Send the release alone.",
                limit=values["limit"],
            )
        case "parts":
            return text(
                "The document has more than {limit} paragraphs. Send the release alone.",
                limit=values["limit"],
            )
        case "encoding":
            return text(
                "The page says that it is in “{name}”, which is not known here. Save it as UTF-8.",
                name=values["name"],
            )
        case "undecodable":
            return text("This line is not in {name}. Save the page as UTF-8.", name=values["name"])
        case _:
            raise AssertionError(code)


_NO_WORD = text("This is not a Word document. Open it in Word, and save it as .docx.")
_REASONS = {
    COMPLICATED: text(
        "The document is too complicated to be read. Save it as plain text (.txt), and send that."
    ),
    "ole": text(
        "This is a Word document of the old kind (.doc), or one with a password. Save it as .docx, "
        "without a password."
    ),
    "password": text("The document has a password. Save it without one."),
    "macros": text("The document has macros. Save it as .docx, without macros."),
    "broken": _NO_WORD,
    "doctype": _NO_WORD,
    "nul": text("There is a NUL character. Remove it, or save the file as plain text."),
}
_LEFT_OUT = {
    "pictures": text("Pictures are left out."),
    "frames": text("Frames and embedded objects are left out; nothing was fetched."),
    "controls": text("Menus and forms are left out."),
    "parts": text(
        "A part of the document is in a form that is not read. Compare the text with the document."
    ),
    "letters": text(
        "Some words of the document could not be read. Compare the text with the document."
    ),
}
