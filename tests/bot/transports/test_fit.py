import re
from dataclasses import replace
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.transports.base import Message, Paragraph, Photo, Span
from bot.transports.entities import ENTITY_LIMIT, Entity, units
from bot.transports.fit import TEXT_LIMIT, Fitted, fit, fit_caption
from translations.bidi import LRI, LRM, PDF, PDI, RLI, RLM, closing

SIGNATURE = "Press Office · 26 June 2026"


def seen(fitted: Fitted, entity: Entity) -> str:
    """The text under an entity, as a client cuts it out."""
    raw = fitted.text.encode("utf-16-le")
    return raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def typed(fitted: Fitted, type: str) -> list[str]:
    return [seen(fitted, entity) for entity in fitted.entities if entity.type == type]


def test_order_and_blank_lines() -> None:
    fitted = fit(
        Message(
            language="en",
            headline="The Charter is signed",
            label="This text is not in French yet.",
            paragraphs=(Paragraph(text="First."), Paragraph(text="Second.")),
            signature=SIGNATURE,
            button=("Read on", "https://press.example.org/en/charter"),
        )
    )
    assert fitted.text == (
        "The Charter is signed\n\nThis text is not in French yet.\n\nFirst.\n\nSecond.\n\n"
        + SIGNATURE
    )
    assert typed(fitted, "bold") == ["The Charter is signed"]
    assert typed(fitted, "italic") == ["This text is not in French yet."]
    assert fitted.button == ("Read on", "https://press.example.org/en/charter")
    assert fitted.shown == 2


def test_offsets_count_utf16_after_characters_beyond_the_basic_plane() -> None:
    text = "𝒜 🇺🇳 see A/RES/1 now"
    at = text.index("A/RES/1")
    link = Span(offset=at, length=7, kind="link", url="https://docs.un.org/en/A/RES/1")
    fitted = fit(
        Message(
            language="en",
            headline="🌍 signed",
            paragraphs=(Paragraph(text=text, spans=(link,)),),
            signature=SIGNATURE,
        )
    )
    assert typed(fitted, "text_link") == ["A/RES/1"]
    assert typed(fitted, "bold") == ["🌍 signed"]
    assert [e.url for e in fitted.entities if e.url] == ["https://docs.un.org/en/A/RES/1"]


def test_a_paragraph_that_does_not_fit_ends_the_opening() -> None:
    paragraphs = (
        Paragraph(text="a" * 3000),
        Paragraph(text="b" * 3000),
        Paragraph(text="short"),
    )
    fitted = fit(Message(language="en", headline="H", paragraphs=paragraphs, signature=SIGNATURE))
    assert fitted.text == "H\n\n" + "a" * 3000 + "\n\n" + SIGNATURE
    assert fitted.shown == 1


def test_the_limit_is_used_to_the_last_unit() -> None:
    rest = TEXT_LIMIT - len("H\n\n\n\n" + SIGNATURE)
    for length, shown in ((rest, 1), (rest + 1, 0)):
        paragraph = Paragraph(text="a" * length)
        message = Message(language="en", headline="H", paragraphs=(paragraph,), signature=SIGNATURE)
        assert fit(message).shown == shown
    assert (
        units(
            fit(
                Message(
                    language="en",
                    headline="",
                    paragraphs=(Paragraph(text="𝒜" * (TEXT_LIMIT // 2)),),
                )
            ).text
        )
        == TEXT_LIMIT
    )


def test_a_headline_too_long_by_itself_is_cut_at_a_word() -> None:
    fitted = fit(Message(language="en", headline="word " * 2000, signature=SIGNATURE))
    headline, signature = fitted.text.split("\n\n")
    assert headline.endswith("word…")
    assert signature == SIGNATURE
    assert TEXT_LIMIT - len("word ") <= units(fitted.text) <= TEXT_LIMIT
    assert typed(fitted, "bold") == [headline]


def test_a_headline_without_spaces_is_cut_between_whole_letters() -> None:
    for letter in ("憲", "e\u0301", "👩‍🚀"):
        fitted = fit(Message(language="zh", headline=letter * 5000))
        assert fitted.text.endswith("…")
        assert fitted.text[:-1].replace(letter, "") == ""


def test_surrounding_space_goes_and_spans_stay_in_place() -> None:
    text = "  \n lead then link \n"
    spans = (
        Span(offset=text.index("link"), length=40, kind="bold"),
        Span(offset=0, length=3, kind="italic"),
    )
    fitted = fit(
        Message(
            language="en",
            headline=" \x00Head\n",
            paragraphs=(Paragraph(text=text, spans=spans), Paragraph(text=" \n ")),
            signature="\t" + SIGNATURE + " ",
        )
    )
    assert fitted.text == "Head\n\nlead then link\n\n" + SIGNATURE
    assert typed(fitted, "bold") == ["Head", "link"]
    assert typed(fitted, "italic") == []


def test_kinds_become_telegram_types() -> None:
    text = "one two three four"
    spans = tuple(
        Span(offset=text.index(word), length=len(word), kind=kind)
        for word, kind in (
            ("one", "bold"),
            ("two", "italic"),
            ("three", "code"),
            ("four", "strike"),
        )
    )
    paragraph = Paragraph(text=text, spans=spans, quote=True)
    fitted = fit(Message(language="en", headline="H", paragraphs=(paragraph,)))
    assert typed(fitted, "blockquote") == [text]
    assert typed(fitted, "code") == ["three"]
    assert typed(fitted, "strikethrough") == ["four"]


def test_overlapping_spans_are_parted_until_they_nest() -> None:
    text = "abcdef"
    spans = (
        Span(offset=0, length=4, kind="bold"),
        Span(offset=2, length=4, kind="italic"),
        Span(offset=3, length=2, kind="code"),
    )
    paragraph = Paragraph(text=text, spans=spans)
    fitted = fit(Message(language="en", headline="", paragraphs=(paragraph,)))
    assert typed(fitted, "bold") == ["abc"]
    assert typed(fitted, "italic") == ["c", "f"]
    assert typed(fitted, "code") == ["de"]


def test_a_document_symbol_that_is_a_link_and_code_stays_a_link() -> None:
    spans = (
        Span(offset=0, length=7, kind="code"),
        Span(offset=0, length=7, kind="link", url="https://docs.un.org/en/A/RES/1"),
    )
    paragraph = Paragraph(text="A/RES/1", spans=spans)
    fitted = fit(Message(language="en", headline="", paragraphs=(paragraph,)))
    assert [entity.type for entity in fitted.entities] == ["text_link"]


def test_a_link_that_telegram_would_refuse_is_words_only() -> None:
    text = "press@example.org, intranet, https://[::1, www.example.org"
    urls = (
        "mailto:press@example.org",
        "http://intranet/a",
        "https://[::1",
        "https://www.example.org",
    )
    spans = tuple(
        Span(offset=text.index(word), length=len(word), kind="link", url=url)
        for word, url in zip(text.split(", "), urls, strict=True)
    )
    paragraph = Paragraph(text=text, spans=spans)
    fitted = fit(Message(language="en", headline="", paragraphs=(paragraph,)))
    assert fitted.text == text
    assert typed(fitted, "text_link") == ["www.example.org"]


def test_with_too_many_entities_emphasis_goes_first_and_from_the_end() -> None:
    words = [f"w{n:03}" for n in range(150)]
    text = " ".join(words)
    spans = tuple(
        Span(offset=5 * n, length=4, kind="link", url="https://example.org")
        if n >= 90
        else Span(offset=5 * n, length=4, kind="bold")
        for n in range(150)
    )
    fitted = fit(
        Message(language="en", headline="H", paragraphs=(Paragraph(text=text, spans=spans),))
    )
    assert len(fitted.entities) == ENTITY_LIMIT
    assert typed(fitted, "text_link") == words[90:]
    assert typed(fitted, "bold") == ["H", *words[:39]]


def test_lines_of_an_rtl_language_that_open_with_latin_get_a_mark() -> None:
    text = "A/RES/1 وثيقة\nسطر A/RES/2\n2026"
    link = Span(offset=0, length=7, kind="link", url="https://docs.un.org/ar/A/RES/1")
    second = Span(offset=text.index("A/RES/2"), length=7, kind="code")
    fitted = fit(
        Message(
            language="ar",
            headline="UNESCO وشركاؤها",
            paragraphs=(Paragraph(text=text, spans=(link, second), quote=True),),
            signature="المكتب الصحفي",
        )
    )
    quoted = f"{RLM}{LRI}A/RES/1{PDI} وثيقة\nسطر {LRI}A/RES/2{PDI}\n{RLM}2026"
    assert fitted.text == f"{RLM}{LRI}UNESCO{PDI} وشركاؤها\n\n{quoted}\n\nالمكتب الصحفي"
    # Copied by a tap, or as a link, they bring no control along.
    assert typed(fitted, "text_link") == ["A/RES/1"]
    assert typed(fitted, "code") == ["A/RES/2"]
    # A quotation is a block of whole lines, so their controls are inside.
    assert typed(fitted, "blockquote") == [quoted]


def test_what_would_come_out_of_order_stands_in_isolates() -> None:
    words = "انظر A/98/214–S/2043/177، A/98/215 (www.example.org/a) أو +1 202 555 0142."
    fitted = fit(Message(language="ar", headline="ع", paragraphs=(Paragraph(text=words),)))
    assert isolated(fitted.text) == [
        "A/98/214–S/2043/177",
        "A/98/215",
        "www.example.org/a",
        "+1 202 555 0142",
    ]
    text = "العنوان 12 (أطلس) of 2026"
    fitted = fit(Message(language="en", headline="H", paragraphs=(Paragraph(text=text),)))
    assert fitted.text == f"H\n\n{LRM}{RLI}العنوان 12 (أطلس){PDI} of 2026"
    assert fit(Message(language="en", headline="نص كامل.")).text == f"{RLI}نص كامل.{PDI}"


def test_a_text_that_is_arranged_already_gets_no_second_control() -> None:
    for text in ("\u2068A/RES/1\u2069 وثيقة", f"{RLM}نص", f"نص \u202aA/RES/1{PDF} نص"):
        assert fit(Message(language="ar", headline=text)).text == text
    assert fit(Message(language="ar", headline="\u2068A/1\u2069")).text == RLM + "\u2068A/1\u2069"


def test_a_headline_cannot_reach_the_label_or_the_signature() -> None:
    fitted = fit(
        Message(
            language="en",
            headline="\u202eyadot deiraM \u2067news",
            label="You asked for: Français\u202e",
            paragraphs=(Paragraph(text="one\u202e\u202d\ntwo\u2067"),),
            signature=SIGNATURE,
        )
    )
    assert fitted.text == (
        f"\u202eyadot deiraM \u2067news{PDI}{PDF}\n\nYou asked for: Français\u202e{PDF}\n\n"
        f"one\u202e\u202d{PDF}{PDF}\ntwo\u2067{PDI}\n\n{SIGNATURE}"
    )


def test_a_label_runs_as_the_language_of_its_reader_does() -> None:
    message = Message(
        language="en",
        headline="Sealed: the Charter",
        label="Français: غير متاح",
        label_language="ar",
        signature=SIGNATURE,
    )
    assert fit(message).text.split("\n\n")[1] == f"{RLM}{LRI}Français{PDI}: غير متاح"


OTHER = Photo(digest="nothing")
QUAY = Photo(digest="quay", caption="The quay at noon.", credit="Picture: A. Keeper")


def below(photo: Photo | None = QUAY, **fields: Any) -> Message:
    paragraphs = (Paragraph(text="Ships may come. " * 20), Paragraph(text="They may go. " * 60))
    whole = {"language": "en", "headline": "The harbour opens", "paragraphs": paragraphs}
    return Message(**whole | {"signature": SIGNATURE, "photo": photo} | fields)


def test_a_photo_has_the_opening_and_what_is_said_of_it_below() -> None:
    fitted = fit(below())

    assert (fitted.photo, fitted.limit, fitted.shown) == (QUAY, 1024, 1)
    assert fitted.text.endswith(
        f"Ships may come.\n\nThe quay at noon. Picture: A. Keeper\n\n{SIGNATURE}"
    )
    assert typed(fitted, "italic") == ["The quay at noon. Picture: A. Keeper"]


def test_whose_a_photo_is_goes_before_what_it_shows() -> None:
    fitted = fit(below(replace(QUAY, caption="A long quay. " * 40)))

    assert f"\n\nPicture: A. Keeper\n\n{SIGNATURE}" in fitted.text
    assert "A long quay" not in fitted.text


def test_what_a_caption_has_no_room_for_goes_out_as_a_text() -> None:
    long = Paragraph(text="Ships may come. " * 80)
    for message in (
        below(paragraphs=(long,)),
        below(lead=2),
        below(headline="The harbour opens " * 60),
        below(label="This is not in French yet. " * 12),
    ):
        fitted = fit(message)
        assert (fitted.photo, fitted.limit) == (None, 4096)
        assert "A. Keeper" not in fitted.text, "there is no picture beside it"
    assert fit(below(paragraphs=(), lead=1)).photo == QUAY, "all of nothing is there"


def test_what_takes_the_place_of_a_photo_is_below_one_whatever_it_says() -> None:
    long = fit_caption(below(paragraphs=(Paragraph(text="Ships may come. " * 80),)), OTHER)
    bare = fit_caption(below(None), OTHER)

    assert (long.photo, long.shown) == (QUAY, 0)
    assert bare.photo == OTHER
    assert bare.text.startswith("The harbour opens\n\nShips")


def test_half_a_button_is_none() -> None:
    assert fit(Message(language="en", headline="H", button=("Read", ""))).button is None


characters = st.characters(exclude_categories=["Cs"])
short_texts = st.one_of(
    st.text(characters, max_size=60),
    st.text("aא🌍 \n\u0301\u200d", max_size=60),
    st.text("a1אع، ,+/(«»)\n\u200f\u202b\u202c\u202e\u2066\u2068\u2069", max_size=60),
)
texts = short_texts | st.builds(
    lambda s, n: s * n, st.text(characters, min_size=1, max_size=5), st.integers(1, 5000)
)
spans = st.builds(
    Span,
    offset=st.integers(0, 80),
    length=st.integers(1, 80),
    kind=st.sampled_from(["bold", "italic", "code", "strike", "link"]),
    url=st.just("https://example.org"),
)
paragraphs = st.builds(
    Paragraph,
    text=texts,
    spans=st.lists(spans, max_size=30).map(tuple),
    quote=st.booleans(),
)
messages = st.builds(
    Message,
    language=st.sampled_from(["en", "ar", "zh", "ru", "he"]),
    headline=texts,
    label=texts,
    paragraphs=st.lists(paragraphs, max_size=6).map(tuple),
    signature=texts,
    photo=st.none() | st.builds(Photo, digest=st.just("quay"), caption=texts, credit=texts),
    lead=st.integers(0, 3),
)


CONTROLS = dict.fromkeys(
    map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


def isolated(text: str) -> list[str]:
    return re.findall(f"[{LRI}{RLI}]([^{PDI}]*){PDI}", text)


def bare(text: str) -> str:
    """Without controls, and without the space around that layout takes away."""
    return re.sub(r"\A[\s\x00-\x20]+|[\s\x00-\x20]+\Z", "", text).translate(CONTROLS)


@given(messages, st.booleans())
def test_any_message_fits(message: Message, takes_the_place_of_a_photo: bool) -> None:
    fitted = fit_caption(message, OTHER) if takes_the_place_of_a_photo else fit(message)
    size = units(fitted.text)
    assert size <= fitted.limit <= (1024 if fitted.photo else 4096)
    assert len(fitted.text.encode()) <= 32_768
    assert fitted.text == fitted.text.strip()
    assert len(fitted.entities) <= ENTITY_LIMIT
    for entity in fitted.entities:
        assert entity.length > 0
        assert 0 <= entity.offset <= entity.offset + entity.length <= size
        assert seen(fitted, entity).strip()  # and decodes: no surrogate pair is split


@given(messages)
def test_entities_nest_as_telegram_wants(message: Message) -> None:
    found = fit(message).entities
    lonely = {"text_link", "code"}
    for n, one in enumerate(found):
        for other in found[n + 1 :]:
            if other.offset >= one.offset + one.length:
                continue
            assert other.offset + other.length <= one.offset + one.length
            assert not {one.type, other.type} <= lonely
            assert "code" not in (one.type, other.type) or "blockquote" in (one.type, other.type)


@given(messages)
@example(
    Message(
        language="en",
        headline="",
        label="",
        paragraphs=(Paragraph(text="\xa0\x0f" * 281),),  # nothing, to who looks at it
        signature="ªw" * 100,
    )
)
def test_paragraphs_are_whole_and_in_order(message: Message) -> None:
    fitted = fit(message)
    rest = fitted.text.translate(CONTROLS)
    for paragraph in message.paragraphs[: fitted.shown]:
        opening = bare(paragraph.text)
        assert opening in rest
        rest = rest[rest.index(opening) + len(opening) :]
    if bare(message.signature):
        ending = bare(message.signature)
        short = units(message.signature) <= 500
        assert bare(fitted.text).endswith(ending if short else ("…", ending))


@given(messages)
def test_whatever_a_line_opens_it_closes(message: Message) -> None:
    assert [closing(line) for line in fit(message).text.split("\n") if closing(line)] == []


@given(messages)
def test_nothing_is_added_twice(message: Message) -> None:
    # A piece of code keeps its letters together, and what comes back is no code any more.
    assume(not any(span.kind == "code" for p in message.paragraphs for span in p.spans))
    once = fit(message).text
    assume(units(once) < TEXT_LIMIT)
    again = fit(Message(language=message.language, headline="", paragraphs=(Paragraph(text=once),)))
    assert again.text == once


@given(st.sampled_from(["en", "ar", "he"]), short_texts, spans)
def test_an_entity_covers_the_words_it_is_about(language: str, text: str, span: Span) -> None:
    paragraph = Paragraph(text=text, spans=(span,))
    fitted = fit(Message(language=language, headline="", paragraphs=(paragraph,)))
    words = text[span.offset : span.offset + span.length]
    for entity in fitted.entities:
        covered = seen(fitted, entity)
        assert bare(bare(words)) == bare(bare(covered))
        # What runs the other way is isolated with its entity, not within it.
        assert not (covered[0] in (LRI, RLI) and covered[-1] == PDI) or words[0] == covered[0]
