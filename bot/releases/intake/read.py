"""From what was sent to drafts: the one way in for files, folders and text from a chat."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.errors import BadDocument, Problem
from bot.releases.intake.document import Draft, Findings, LanguageUnsure, Options, Place
from bot.releases.intake.fields import unknown_language
from bot.releases.intake.flow import flow
from bot.releases.intake.folder import COMMON
from bot.releases.intake.formatted import Format, with_formats
from bot.releases.intake.kinds import KINDS, LETTERS, MARKDOWN, OFFICE, is_known, limit_of
from bot.releases.intake.layout import units
from bot.releases.intake.letter import read_letter
from bot.releases.intake.markdown import read_file, read_folder
from bot.releases.intake.office import take_apart
from bot.releases.intake.source import decode, read_bytes, shown, too_large
from bot.releases.intake.together import as_one, in_families
from bot.releases.intake.tongue import reading_languages
from bot.releases.picture import Picture
from bot.releases.release import Issuer
from translations.locales import UnknownLanguage, canonical
from translations.text import text


def read(
    paths: Sequence[Path],
    *,
    languages: Sequence[str],
    default_zone: str,
    language: str | None = None,
    slug: str | None = None,
    original: str | None = None,
    separate: bool = False,
    issuer: Issuer | None = None,
    of: date | None = None,
    today: date | None = None,
    pictures: Mapping[str, Picture] | None = None,
) -> list[Draft]:
    """The drafts in files, in folders of a release, and in folders of such folders.

    Files that seem to be one release in several languages become one draft, which says so among
    its problems; a ``slug`` makes one of them all, ``separate`` none. ``of`` is the date of the
    release that they belong to, where they need not say it; ``pictures`` are those stored
    already, by their digests. Blocks (files, and short-lived processes). Raises
    :class:`BadDocument` with every problem of every document if anything is fatal: all is read,
    or nothing.
    """
    options = Options(
        languages=languages,
        default_zone=default_zone,
        language=_tag(language),
        slug=slug,
        original=_tag(original),
        issuer=issuer,
        of=of,
        today=today,
        pictures=pictures or {},
    )
    drafts: list[Draft] = []
    problems: list[Problem] = []
    unsure: list[tuple[str, ...]] = []
    named = frozenset(paths)
    documents = [document for path in paths for document in _documents(path, problems)]
    for path in documents:
        findings = Findings()
        # What the sender named may be a link; what lies in a folder may not.
        draft = _read_one(path, options, findings, follow=path in named)
        problems += findings.problems
        unsure += [findings.unsure] if findings.unsure else []
        if draft is not None:
            drafts.append(draft)
    if not any(problem.fatal for problem in problems):
        drafts = _joined(drafts, options, problems, separate=separate)
        problems += _doubled(drafts)
    fatal = sum(problem.fatal for problem in problems)
    if fatal == len(unsure) == 1:
        raise LanguageUnsure(problems, unsure[0])
    if fatal:
        raise BadDocument(problems)
    return drafts


def read_text(
    data: bytes,
    name: str,
    *,
    languages: Sequence[str],
    default_zone: str,
    language: str | None = None,
    slug: str | None = None,
    issuer: Issuer | None = None,
    today: date | None = None,
    formats: Sequence[Format] = (),
) -> Draft:
    """The draft in a text or file that staff sent; ``name`` is the file's, or "" for a message,
    which may have ``formats`` beside it.

    Text that begins with front matter is Markdown whatever its name. ``today`` dates a text that
    bears no date. Raises :class:`BadDocument`, and :class:`LanguageUnsure` of its kind.
    """
    options = Options(
        languages=languages,
        default_zone=default_zone,
        language=_tag(language),
        slug=slug,
        issuer=issuer,
        today=today,
    )
    findings = Findings()
    path = Path(Path(name.replace("\0", "").replace("\\", "/")).name if name else "")
    where = shown(path) if name else ""
    draft = None
    known = not path.suffix or is_known(path.suffix, where, findings)
    if known and not too_large(len(data), Place(where), findings, limit_of(path.suffix)):
        draft = _read_data(data, path, where, options, findings, folder=None, formats=formats)
    findings.raise_if_bad()
    if draft is None:
        raise BadDocument([Problem(what=text("There is no release in this."), where=where)])
    return draft


def join(
    drafts: Sequence[Draft],
    *,
    languages: Sequence[str],
    slug: str | None = None,
    original: str | None = None,
) -> list[Draft]:
    """The drafts of what came one by one, with those that are one release in several languages
    as one. Raises :class:`BadDocument`, as for two texts in the same language."""
    problems: list[Problem] = []
    options = Options(languages=languages, slug=slug, original=original)
    joined = _joined(list(drafts), options, problems, separate=False)
    if any(problem.fatal for problem in problems):
        raise BadDocument(problems)
    return joined


def _tag(language: str | None) -> str | None:
    try:
        return None if language is None else canonical(language)
    except UnknownLanguage as error:
        raise BadDocument([Problem(what=unknown_language(error.tag), fatal=True)]) from error


def _joined(
    drafts: list[Draft], options: Options, problems: list[Problem], *, separate: bool
) -> list[Draft]:
    """Texts that are one release as one; what is wrong with that goes to ``problems``."""
    if len(drafts) < 2:
        return drafts
    whole = [draft for draft in drafts if len(draft.release.variants) > 1]
    if options.slug is not None and (separate or whole):
        what = text("--slug names one release, but there are several. Import one at a time.")
        problems.append(Problem(what=what, fatal=True))
        return drafts
    if separate:
        return drafts
    families = in_families(drafts) if options.slug is None else [(drafts, ())]
    joined = []
    for members, reasons in families:
        if len(members) == 1:
            joined.append(members[0])
            continue
        findings = Findings()
        one = as_one(members, options, findings, reasons)
        problems += [problem for problem in findings.problems if problem.fatal]
        if one is not None:
            joined.append(one)
    return joined


def _documents(path: Path, problems: list[Problem]) -> list[Path]:
    """The documents at ``path``: itself, or a folder's releases and letters."""
    try:
        if not path.is_dir():
            return [path]
        entries = [e for e in sorted(path.iterdir()) if not e.name.startswith(".")]
    except (OSError, ValueError):
        return [path]  # reading it will say what is wrong with it
    if any(e.suffix == ".md" or e.name in (COMMON, "release.yml") for e in entries):
        return [path]
    found = []
    for entry in entries:
        letter = entry.suffix.lower() in (*LETTERS, *OFFICE) and not entry.name.startswith("~$")
        if (entry.is_dir() and not entry.is_symlink()) or letter:
            found.append(entry)
        else:
            what = text("This is neither a folder of a release nor a letter; it is not read.")
            problems.append(Problem(what=what, where=shown(entry)))
    if not found:
        what = text("There is no release in this folder. Add <slug>/<language>.md files.")
        problems.append(Problem(what=what, where=shown(path), fatal=True))
    return found


def _read_one(path: Path, options: Options, findings: Findings, *, follow: bool) -> Draft | None:
    where = shown(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        mode = 0
    if stat.S_ISDIR(mode):
        return read_folder(path, options, findings)
    if mode and not is_known(path.suffix, where, findings):
        return None
    data = read_bytes(path, findings, follow=follow, limit=limit_of(path.suffix))
    if data is None:
        return None
    return _read_data(data, path, where, options, findings, folder=path.parent)


def _read_data(
    data: bytes,
    path: Path,
    where: str,
    options: Options,
    findings: Findings,
    *,
    folder: Path | None,
    formats: Sequence[Format] = (),
) -> Draft | None:
    suffix = path.suffix.lower()
    if suffix in OFFICE:
        contents = take_apart(data, suffix, Place(where), findings)
        if contents is None:
            return None
        every = flow(contents, reading_languages(options))
        if not every:
            findings.fatal(Place(where), text("The text is empty."))
            return None
        return read_letter(every, where, options, findings)
    if any(data.startswith(sign) for sign in KINDS):
        kind = next(kind for sign, kind in KINDS.items() if data.startswith(sign))
        findings.fatal(
            Place(where),
            text("This is not a text but a file of the kind {suffix}. Name it so.", suffix=kind),
        )
        return None
    content = decode(data, where, findings)
    if content is None:
        return None
    if not content.strip():
        findings.fatal(Place(where), text("The text is empty."))
        return None
    if suffix in MARKDOWN or content.startswith("---\n"):
        return read_file(content, path, where, options, findings, folder=folder)
    every = units(content)
    if formats and len(content) == len(data.decode("utf-8", "replace")):
        every = with_formats(every, content, formats)
    return read_letter(every, where, options, findings)


def _doubled(drafts: Sequence[Draft]) -> list[Problem]:
    seen: dict[str, Draft] = {}
    problems = []
    for draft in drafts:
        first = seen.setdefault(draft.release.slug, draft)
        if first is not draft:
            problems.append(
                Problem(
                    what=text(
                        "{other} gives a release of the same name, {slug}. Import them one at a "
                        "time, each with its --slug.",
                        other=first.sources[0],
                        slug=draft.release.slug,
                    ),
                    where=draft.sources[0],
                    fatal=True,
                )
            )
    return problems
