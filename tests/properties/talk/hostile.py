"""What people may write and send: nonsense, traps and, at times, what was meant."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from functools import cache

from PIL import Image

from bot.sandbox.text import MESSAGE_UNITS, units

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

_WORDS: tuple[str, ...] = (
    "{m}",
    "<b>{m}</b> <a href='http://evil.example/{m}'>x</a> &lt;&amp;&#0;",
    "*{m}* _{m}_ `{m}` ~{m}~ ||{m}|| [{m}](http://evil.example/{m})",
    "```{m}``` \\* \\_ \\[ > {m}",
    "https://evil.example/{m} tg://user?id=11 @herald_sandbox_bot #{m} $USD",
    "\u202e{m}\u202c \u2066{m} \u200f\u200e\u061c",
    "{m}\x00\x01\x1b[31m\x7f\x85\x9f",
    "\ufeff{m}\u200b\u200d\u2060\u00ad",
    "{{0.__class__}} {{slug}} {{ordinal}} {{}} %s %(x)s %n {m}",
    "'; DROP TABLE release; -- {m} \" \\",
    "\U0010ffff\ufffe\ufffd{m}\ud7ff\ue000",
    FAMILY * 300 + "{m}",
    "{m} a" + "\u0300\u0489" * 700,
    "{m}" + "\U0001d54f" * 4000,
    "{m}\n" * 1000,
    "{m} " + "x" * 4000,
    "\r\n\u2028\u2029{m}\x0b\x0c\x1c",
    "# {m}\n\n**bold** [x](javascript:alert(1)) ![](http://evil.example/{m}.png)",
    "---\ndate: 2026-02-30\nembargo: {m}\n---\n\n# {m}\n",
    "---\n- &a [*a, *a]\n---\n{m}",
    "العربية {m} مرفأ\u200f",
    "港口 {m} 開放。",
    "/{m}",
    "//start {m}",
    "/start@somebody_else_bot {m}",
    "/start\x00{m}",
    "٣٣٣ ² Ⅷ {m}",
    "-{m}",
)

_ARGUMENTS: tuple[str, ...] = (
    "l-fr_t-harbour", "l-xx", "l-sl-rozaj-biske-1994-x-{m}-aaaaaaaa-bbbbbbbb", "lang-ar",
    "l-zh-Hant-HK_h-0123456789ab", "setup_-501", "setup_-1000000000503", "setup_x", "setup_",
    "setup_99999999999999999", "Europe/Paris", "paris", "Etc/GMT+14", "../../etc/passwd",
    "America/Argentina/ComodRivadavia", "x" * 300, "-" * 64, "0", "-1", "9" * 30, "{m}-" * 60,
)  # fmt: skip

_REPLIES: tuple[str, ...] = (
    "2026-06-27 17:00",
    "2026-06-28 09:00 [Asia/Baku]",
    "2026-03-29 02:30",
    "2026-10-25 02:30",
    "9999-12-31 23:59 [Etc/GMT+12]",
    "0001-01-01 00:00 [Etc/GMT-14]",
    "2026-06-26T10:00+25:00",
    "tomorrow 9:00",
    "A word about it {m}",
    "A word about it {m}\nfr=Un mot {m}\nar=كلمة {m}",
    "xx=nobody {m}",
    "fr=",
    "-\n-\n-",
    "A caption {m}\nA credit {m}\nAn alternative {m}",
)


def words(chance: random.Random, mark: str) -> str:
    """A message as a client would still send it."""
    made = chance.choice(_WORDS).replace("{m}", mark)
    return sendable(made.replace("{{", "{").replace("}}", "}"))


def argument(chance: random.Random, mark: str, slugs: list[str]) -> str:
    """What may come after a command."""
    kind = chance.random()
    if kind < 0.2:
        return ""
    if kind < 0.5 and slugs:
        slug = chance.choice(slugs)
        return chance.choice((slug, slug.upper(), f"{slug} {reply(chance, mark)}", f"{slug}x"))
    if kind < 0.8:
        return chance.choice(_ARGUMENTS).replace("{m}", mark)
    return words(chance, mark)


def reply(chance: random.Random, mark: str) -> str:
    """What may answer a question of the bot."""
    return chance.choice(_REPLIES).replace("{m}", mark)


def sendable(text: str) -> str:
    cut = text.encode("utf-16-le")[: 2 * MESSAGE_UNITS].decode("utf-16-le", "ignore")
    assert units(cut) <= MESSAGE_UNITS
    return cut if cut.strip() else "…"


# --- files ---------------------------------------------------------------------------------------

File = tuple[str, bytes, str]

HUGE = bytes(21 * 1024 * 1024)


def release(mark: str, language: str, day: str = "2026-06-26") -> File:
    """A text that can be filed, in a file that names its language."""
    text = (
        f"---\ndate: {day}\ntopics: [harbour]\n---\n# The quay <u>{mark}</u> is open\n\n"
        f"It *is* so {mark}. See [there](https://port.example.org/{mark}).\n\nSo it is.\n"
    )
    return f"{language}.md", text.encode(), "text/markdown"


def document(chance: random.Random, mark: str) -> File:
    """A file of the wrong kind, broken, too large, or with a name that is a trap."""
    made: tuple[Callable[[], File], ...] = (
        lambda: ("letter.docx", b"PK\x03\x04" + mark.encode(), ""),
        lambda: ("letter.docx", b"", ""),
        lambda: ("letter.docx", _bomb(), ""),
        lambda: ("letter.docx", HUGE, ""),
        lambda: ("letter.txt", HUGE, "text/plain"),
        lambda: (f"{mark}.pdf", b"%PDF-1.7", "application/pdf"),
        lambda: (f"{mark}.exe", b"MZ", ""),
        lambda: ("\u202egnp.md\x00" + "a" * 250 + ".md", mark.encode(), ""),
        lambda: ("../../../etc/passwd.md", mark.encode(), "text/markdown"),
        lambda: ("", mark.encode(), ""),
        lambda: (".md", b"\xff\xfe\x00\xd8" + mark.encode("utf-16-le"), ""),
        lambda: ("en.md", f"---\nheadline: [{mark}]\n---\n\x00".encode(), ""),
        lambda: ("fr.md", f"---\noriginal: fr\nslug: {'x' * 300}\n---\n# {mark}\n".encode(), ""),
        lambda: (
            "x-abcdefgh-abcdefgh-abcdefgh-abcdefgh.md",
            f"---\ndate: 2026-06-26\n---\n# {mark}\n\nText {mark}.\n".encode(),
            "",
        ),
        lambda: (
            f"en-x-{'-'.join(['abcdefgh'] * 8)}.md",
            f"---\ndate: 2026-06-26\n---\n# {mark}\n\nText {mark}.\n".encode(),
            "",
        ),
        lambda: ("sl-rozaj-biske-1994.md", release(mark, "sl")[1], ""),
        lambda: ("en.md", b"---\ndate: 2026-06-26\n---\n# " + b"\xf0\x9f\x98\x80" * 4000, ""),
        lambda: ("ar.txt", f"\u202e{mark}\n\n{'مرفأ ' * 500}".encode(), "text/plain"),
        lambda: (f"{mark}.jpg", b"\xff\xd8\xff no picture", "image/jpeg"),
        lambda: (f"{mark}.png", picture(chance.randrange(3)), "image/png"),
        lambda: (f"{mark}.heic", HUGE, "image/heic"),
    )
    return chance.choice(made)()


@cache
def picture(number: int) -> bytes:
    """A small photograph; there are three."""
    made = Image.linear_gradient("L").resize((320 + 40 * number, 240)).convert("RGB")
    written = io.BytesIO()
    made.save(written, "JPEG")
    return written.getvalue()


@cache
def _bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b" " * 30_000_000)
    return written.getvalue()
