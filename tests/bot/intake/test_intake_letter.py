"""A plain-text letter becomes a draft in which no word is lost."""

from __future__ import annotations

import textwrap
from datetime import date
from pathlib import Path

import pytest

from bot.errors import BadDocument
from bot.releases.body import paragraphs
from bot.releases.intake import Draft, read, read_text
from bot.releases.release import UN_LANGUAGES, Issuer

LETTERS = Path(__file__).parent / "letters"
OFFICE = ("en", "fr", "es", "ru", "ar", "zh", "az")


def letter(language: str) -> str:
    return (LETTERS / f"{language}.txt").read_text(encoding="utf-8")


def take(content: str | bytes, language: str | None = None, **options: object) -> Draft:
    data = content if isinstance(content, bytes) else content.encode()
    known = {"languages": OFFICE, "default_zone": "UTC", "language": language, **options}
    return read_text(data, "letter.txt", **known)  # type: ignore[arg-type]


def problems(draft: Draft) -> str:
    return "\n".join(str(problem.as_text()) for problem in draft.problems)


def body(draft: Draft) -> list[str]:
    return [b.text for b in paragraphs(draft.release.variants[draft.release.original].body)]


@pytest.fixture(scope="module")
def english() -> Draft:
    return take(letter("en"))


def test_the_letterhead_is_kept_apart_as_issuer_and_contact(english: Draft) -> None:
    release = english.release

    assert release.issuer == Issuer(
        names={
            "fr": "Délégation de Valdorne auprès de la Conférence des phares",
            "en": "Standing Delegation of Valdorne to the Lighthouse Conference",
        },
        address="14 Quay Street, Suite 200, Port Ellery, 10440",
    )
    assert release.contact.phones == ("(555) 010-0142", "010-0143 (ext. 7)")
    assert release.contact.faxes == ("(555) 010-0144", "(555) 010-0150")


def test_date_headline_and_language_are_those_of_the_letter(english: Draft) -> None:
    release = english.release

    assert release.date == date(2024, 3, 14)
    assert release.original == "en"
    assert release.variants["en"].headline == (
        "35th anniversary of the Port Ellery Lighthouse Convention"
    )
    assert release.slug == "35th-anniversary-of-the-port-ellery-lighthouse-convention-2024"
    assert release.dateline == ""


def test_the_body_is_verbatim_up_to_the_sentence_that_introduces_the_documents(
    english: Draft,
) -> None:
    written = [line for line in letter("en").split("\n") if line]
    start = written.index("35th anniversary of the Port Ellery Lighthouse Convention") + 1

    assert body(english) == written[start:-3]
    assert english.release.variants["en"].body == "\n\n".join(written[start:-3])


def test_related_documents_keep_their_wording_and_gain_addresses_and_symbols(
    english: Draft,
) -> None:
    first, second, third = english.release.related

    assert first.text == (
        "Report of the harbour masters (to be read at www.harbours.example.org/en/909);"
    )
    assert first.url == "https://www.harbours.example.org/en/909"
    assert first.languages == ()
    assert second.symbols == ("A/98/512", "S/2024/9077")
    assert second.languages == UN_LANGUAGES
    assert second.url == "https://www.delegation.example.org/57"
    assert third.text.endswith("the-keepers);")


def test_an_observance_is_proposed_not_accepted(english: Draft) -> None:
    observance = english.release.observance

    assert observance is not None
    assert observance.origin == date(1989, 3, 14)
    assert not observance.accepted
    assert english.release.variants["en"].occasion == (
        "{ordinal} anniversary of the Port Ellery Lighthouse Convention"
    )
    assert "35 years since 1989-03-14" in problems(english)


def test_a_list_that_breaks_off_is_reported_with_its_line(english: Draft) -> None:
    assert "letter.txt, line 27: The list ends with “;”" in problems(english)


@pytest.mark.parametrize(
    ("language", "headline", "pattern", "paragraph_count"),
    [
        (
            "fr",
            "35e anniversaire de la Convention des phares de Port Ellery",
            "{ordinal} anniversaire de la Convention des phares de Port Ellery",
            3,
        ),
        (
            "ru",
            "35-я годовщина Порт-Эллерийской маячной конвенции",
            "{ordinal} годовщина Порт-Эллерийской маячной конвенции",
            3,
        ),
        (
            "ar",
            "الذكرى السنوية الـ35 لاتفاقية منارات بورت إليري",
            "الذكرى السنوية {ordinal} لاتفاقية منارات بورت إليري",
            2,
        ),
        ("zh", "《埃勒里港灯塔公约》签署35周年", "《埃勒里港灯塔公约》签署{ordinal}周年", 3),
    ],
)
def test_letters_in_other_languages_are_read_alike(
    language: str, headline: str, pattern: str, paragraph_count: int
) -> None:
    draft = take(letter(language))
    release = draft.release
    variant = release.variants[release.original]

    assert release.original == language
    assert release.date == date(2024, 3, 14)
    assert (variant.headline, variant.occasion) == (headline, pattern)
    assert len(body(draft)) == paragraph_count
    assert set(release.issuer.names) == {"en", language} or language == "fr"
    assert len(release.contact.phones) >= 1
    assert len(release.contact.faxes) == 1
    assert len(release.related) == 2
    assert release.related[0].url == f"https://www.harbours.example.org/{language}/909" or (
        language == "ru" and release.related[0].url.endswith("/ru/news/909")
    )
    assert release.related[1].symbols == ("A/98/512", "S/2024/9077")
    assert ("truncated" in problems(draft)) == (language == "ar")


def test_a_place_before_the_date_and_an_address_for_mail_are_found() -> None:
    release = take(letter("fr")).release

    assert release.dateline == "Port Ellery"
    assert release.contact.email == "presse@example.org"
    assert release.issuer.address == "14, rue du Quai, bureau 200, 10440 Port Ellery"


def test_digits_of_another_script_are_kept_as_written() -> None:
    assert take(letter("ar")).release.contact.phones == ("٠١٠٠١٤٢ ٥٥٥",)


def _undoubled(content: str) -> str:
    return "\n".join(line for line in content.split("\n") if line)


def _wrapped(content: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in content.split("\n")
    )


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="crlf"),
        pytest.param(lambda t: "\ufeff" + t, id="byte order mark"),
        pytest.param(_undoubled, id="one line per paragraph"),
        pytest.param(lambda t: _wrapped(t, 72), id="wrapped at 72"),
        pytest.param(lambda t: _wrapped(t, 60), id="wrapped at 60"),
        pytest.param(lambda t: t.replace("- ", "-\t"), id="tabs"),
        pytest.param(lambda t: t.replace("\n- ", "\n•\u00a0"), id="no-break spaces"),
        pytest.param(lambda t: t.replace("\n", " \u00a0\n"), id="white space at line ends"),
        pytest.param(lambda t: t.replace("\n", "\n> "), id="quoted as in a reply"),
    ],
)
def test_the_way_the_lines_are_broken_makes_no_difference(shape: object, english: Draft) -> None:
    draft = take(shape(letter("en")))  # type: ignore[operator]

    assert draft.release == english.release


def test_a_paragraph_is_not_joined_to_the_next_for_being_short() -> None:
    short = "Press release 14 March 2024\nLamps are lit\n" + "\n".join(
        f"Paragraph {n} is here, and it says something of its own." for n in range(12)
    )

    assert len(body(take(short))) == 12


def test_lists_and_marks_in_the_body_stay_what_they_were() -> None:
    draft = take(
        "Press release 14 March 2024\n\nAims of the keepers\n\nThe keepers ask ports:\n\n"
        "- to keep *every* lamp;\n- to light it.\n\n1989. That was the year it began.\n\n"
        "This is why the lamps of the coast still matter to all who sail there."
    )

    assert body(draft) == [
        "The keepers ask ports:",
        "to keep *every* lamp;",
        "to light it.",
        "1989. That was the year it began.",
        "This is why the lamps of the coast still matter to all who sail there.",
    ]
    assert draft.release.related == ()
    assert draft.release.observance is None


def test_text_pasted_in_a_chat_bears_todays_date_and_the_offices_name() -> None:
    office = Issuer(names={"en": "Harbour Office"})
    pasted = (
        "Lamps are lit again\n\nThe lamps of Port Ellery were lit again last night, for the first "
        "time since the storm. The keepers thank everyone who helped them with the repairs."
    )
    draft = read_text(
        pasted.encode(),
        "",
        languages=OFFICE,
        default_zone="UTC",
        issuer=office,
        today=date(2026, 6, 1),
    )

    assert draft.release.date == date(2026, 6, 1)
    assert draft.release.issuer == office
    assert draft.release.variants["en"].headline == "Lamps are lit again"
    assert "bears today’s" in problems(draft)


def test_a_date_in_a_headline_is_no_date_line() -> None:
    draft = take(
        "Opening on 14 March 2024\n\nThe lamp of the outer pier will be lit at dusk.",
        "en",
        today=date(2024, 3, 1),
    )

    assert draft.release.variants["en"].headline == "Opening on 14 March 2024"


def test_a_leap_day_without_its_like_is_proposed_for_the_day_before() -> None:
    draft = take(
        "Press release 29 February 2024\n\n35th anniversary of the lamp\n\nIt burns.", "en"
    )

    assert draft.release.observance is not None
    assert draft.release.observance.origin == date(1989, 2, 28)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Lamps are lit\n\nThey burn.", "There is no date."),
        ("Press release 31 February 2024\n\nLamps\n\nThey burn.", "line 1: There is no date 31 F"),
        ("Press release 14 March 2024\n\n", "There is no headline."),
        ("Press release 14 March 2024\n\n" + "It burns brightly. " * 20, "There is no headline."),
        (b"Press release 14 March 2024\n\nLamps \xff\n", "line 3: This line is not in UTF-8."),
        ("Lamps".encode("utf-16"), "UTF-16"),
        ("Lamps\n\0", "line 2: There is a NUL"),
        (" \n\n", "The text is empty."),
        (b"x" * 20_000_000, "20000000 bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_reason(
    content: str | bytes, reason: str
) -> None:
    with pytest.raises(BadDocument) as refused:
        take(content, "en")

    assert reason in str(refused.value)


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(BadDocument, match="“klingonese” is not the tag of a language"):
        take(letter("en"), "klingonese")


def test_too_little_text_asks_for_the_language() -> None:
    with pytest.raises(BadDocument, match="--language"):
        take("Press release 2024-03-14\n\n1 2 3\n\n4 5 6")


def test_a_letter_in_a_language_that_the_office_does_not_have_is_pointed_out() -> None:
    draft = take(letter("fr"), languages=("en",))

    assert draft.release.original == "fr"
    assert "not one of the office’s languages" in problems(draft)


def test_invisible_marks_are_kept_and_pointed_out() -> None:
    draft = take("Press release 14 March 2024\n\nLamps\n\nThey \u202eburn\x02.", "en")

    assert body(draft) == ["They \u202eburn\x02."]
    assert "changes the direction" in problems(draft)
    assert "control character" in problems(draft)


def test_letters_are_read_from_a_folder_in_one_go(tmp_path: Path) -> None:
    for name, language in (("first", "en"), ("second", "zh")):
        (tmp_path / f"{name}.txt").write_text(letter(language), encoding="utf-8")

    drafts = read([tmp_path], languages=OFFICE, default_zone="UTC", separate=True)

    assert [draft.release.original for draft in drafts] == ["en", "zh"]
