"""From a text or file that staff send to a draft on the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import telegram

from bot.chat import incoming, questions, together
from bot.chat import release_card as card
from bot.chat.keyboards import Button, Rows, in_rows, outdated, parts_of, press
from bot.chat.page import LIMIT, Page, shown
from bot.chat.tray import Sent
from bot.chat.turn import Turn
from bot.errors import BadDocument
from bot.releases import body, intake, repository
from bot.releases.intake import Draft, LanguageUnsure
from bot.releases.intake.kinds import NAMED
from bot.releases.release import Release
from bot.releases.review import Actor
from bot.transports.entities import units
from translations.locales import UnknownLanguage, canonical, native_name
from translations.text import Text, text

ALMOST_FULL = LIMIT - 100
"""UTF-16 code units: clients part a longer text into several messages of about this length."""
MOST_LANGUAGES = 8
OF_ITS_OWN = "new"


@dataclass(frozen=True)
class _Filing:
    """What is to be filed: ``release`` as the desk gets it, ``draft`` as it was read, and, where
    it was joined with others, what they have in common."""

    draft: Draft
    release: Release
    common: tuple[Text, ...] = ()
    undecided: tuple[str, ...] = ()
    """The languages of which one is the original, where the office's do not tell."""


async def explain(turn: Turn, _arguments: str) -> None:
    """/new"""
    turn.staff()
    page = turn.page(
        text(
            "Send the release as a message or as a file ({kinds}): the headline, an empty line, "
            "then the text. Files in several languages can be sent together. You see what was "
            "understood before anything happens.",
            kinds=NAMED,
        )
    )
    await turn.say(
        page.line(text("A picture is added by sending it, best as a reply to the release’s card."))
    )


async def receive(turn: Turn, message: telegram.Message) -> None:
    """A text or file from staff: file it as a draft, and tell what was understood."""
    actor = _writer(turn)
    about = await card.replied_to(turn, message)
    sent = await incoming.fetched(turn, message, about.slug if about is not None else "")
    if sent is None:
        return
    await _take(turn, actor, sent)
    if message.text is not None and units(message.text) > ALMOST_FULL:
        await turn.say(
            text("Telegram parts long texts. If yours goes on, send it as a file instead.")
        )


async def press_language(turn: Turn, parts: Sequence[str]) -> None:
    """The answer to: in which language is this?"""
    actor = _writer(turn)
    name, tag = parts_of(parts, 2)
    sent = await questions.look(turn, name)
    try:
        language = canonical(tag)
    except UnknownLanguage as error:
        raise outdated() from error
    await _take(turn, actor, replace(sent, language=language))
    await questions.drop(turn, name)


async def press_home(turn: Turn, parts: Sequence[str]) -> None:
    """The answer to: does this belong to that release?"""
    actor = _writer(turn)
    name, where = parts_of(parts, 2)
    sent = await questions.look(turn, name)
    home = None if where == OF_ITS_OWN else await card.numbered(turn, where)
    if home is not None:
        sent = replace(sent, about=home.slug)
    await _take(turn, actor, sent, asked=True)
    await questions.drop(turn, name)


async def press_original(turn: Turn, parts: Sequence[str]) -> None:
    """The answer to: which of these texts is the original?"""
    actor = _writer(turn)
    ident, tag = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    if tag not in release.variants:
        raise outdated()
    await turn.claim()
    filed = await turn.office.desk.file(actor, replace(release, original=tag))
    await card.show(turn, filed.release)


def _writer(turn: Turn) -> Actor:
    """Who acts; raises ``NotAllowed`` without the right to write in any language."""
    actor = turn.staff()
    own = (role.language for role in actor.roles if role.language)
    if not any(actor.may("write", tag) for tag in (*turn.office.settings.languages, *own)):
        turn.staff("write")
    return actor


async def _take(turn: Turn, actor: Actor, sent: Sent, *, asked: bool = False) -> None:
    """Read what was sent, and file it or ask about it. ``asked``: it has its place."""
    try:
        draft = await asyncio.to_thread(incoming.read, turn, sent)
        filing = await _placed(turn, sent, draft)
    except LanguageUnsure as error:
        await _ask_language(turn, sent, error.likely)
        return
    except BadDocument as error:
        await incoming.refuse(turn, error.problems)
        return
    if filing.release is draft.release and not asked:
        home = await _home(turn, draft)
        if home is not None:
            await _ask_home(turn, sent, draft, home)
            return
    await turn.claim()
    filed = await turn.office.desk.file(actor, filing.release)
    await together.note(turn, sent, draft, filed.release)
    await _tell(turn, filing, filed.release, filed.outcome)


async def _placed(turn: Turn, sent: Sent, draft: Draft) -> _Filing:
    """Where a draft belongs: to the release whose card it answers, to what came with it, or to
    itself. Raises ``BadDocument``."""
    if sent.about:
        about = await card.named(turn, sent.about)
        return _Filing(draft, intake.as_translation(draft.release, about))
    album = await together.album_of(turn, sent)
    if album is None:
        return _Filing(draft, draft.release)
    office = turn.office.settings.languages
    found = [each.release.original for each in (*album.drafts, draft)]
    undecided = () if set(found) & set(office) else tuple(found)
    joined = intake.join(
        (*album.drafts, draft), languages=office, original=found[0] if undecided else None
    )
    if len(joined) > 1:
        return _Filing(draft, draft.release)
    (one,) = joined
    return _Filing(draft, replace(one.release, slug=album.slug), one.common, undecided)


async def _home(turn: Turn, draft: Draft) -> Release | None:
    """The release of which the draft seems to be a translation that is still missing."""
    if not draft.alone:
        return None
    async with turn.office.database.read() as connection:
        if await repository.find(connection, draft.release.slug) is not None:
            return None
        stored = await repository.everything(connection)
    return intake.home_of(draft.release, stored, draft.sources[0] if draft.sources else "")


async def _ask_language(turn: Turn, sent: Sent, likely: Sequence[str]) -> None:
    name = await questions.keep(turn, sent)
    tags = dict.fromkeys((*likely, *turn.office.settings.languages))
    buttons = [press(native_name(tag), "tongue", name, tag) for tag in tags][:MOST_LANGUAGES]
    what = text("In which language is this text? It is too short to tell for certain.")
    await turn.show(what, in_rows(buttons))


async def _ask_home(turn: Turn, sent: Sent, draft: Draft, home: Release) -> None:
    name = await questions.keep(turn, sent)
    page = turn.page(
        text(
            "This text in {language} seems to belong to a release that is filed already:",
            language=native_name(draft.release.original),
        )
    )
    page.line(shown(home.variants[home.original].headline), bold=True)
    page.line(text("Nothing is stored yet. Where does it belong?"))
    buttons = [
        press(text("To this release"), "home", name, home.id),
        press(text("It is one of its own"), "home", name, OF_ITS_OWN),
    ]
    await turn.show(page, in_rows(buttons))


async def _tell(turn: Turn, filing: _Filing, release: Release, outcome: str) -> None:
    draft = filing.draft
    read = draft.release
    variant = read.variants[read.original]
    page = turn.page(_OUTCOMES[outcome])
    page.item(text("Headline: {headline}", headline=shown(variant.headline)))
    page.item(text("Date: {date}", date=read.date))
    page.item(text("Language: {language}", language=native_name(variant.language)))
    page.item(text("Paragraphs: {count}", count=len(body.paragraphs(variant.body))))
    page.item(text("Related documents: {count}", count=len(read.related)))
    for document in read.related:
        page.line(f"   – {shown(document.text)}")
    if read.topics:
        page.item(text("Topics: {topics}", topics=read.topics))
    if filing.common:
        page.line(
            text(
                "It was taken together with the other files that you sent, as one release. They "
                "have in common: {reasons}. What is sent by itself is asked about.",
                reasons=filing.common,
            )
        )
    _tell_problems(page, draft)
    described = await card.describe(turn, release, page)
    await turn.show(described, [*_originals(filing, release), *card.actions(turn, release)])


def _tell_problems(page: Page, draft: Draft) -> None:
    if draft.problems:
        page.gap().line(text("Please look at this:"), bold=True)
        for problem in draft.problems:
            page.item(problem.as_text())


def _originals(filing: _Filing, release: Release) -> Rows:
    """To choose the original by, where the office's languages do not tell."""
    buttons: list[Button] = [
        press(text("Original: {language}", language=native_name(tag)), "original", release.id, tag)
        for tag in filing.undecided
    ]
    return in_rows(buttons)


_OUTCOMES: dict[str, Text] = {
    "new": text("A new draft is filed. This was understood:"),
    "changed": text("The draft is changed. This was understood:"),
    "same": text("This text is filed already."),
}
