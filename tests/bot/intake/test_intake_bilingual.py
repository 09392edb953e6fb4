"""Letterheads in two languages, side by side or by turns."""

from __future__ import annotations

from typing import Any

import pytest

from bot.releases.release import Contact

ENGLISH = "Standing Delegation of Valdorne to the Lighthouse Conference"
FRENCH = "Délégation de Valdorne auprès de la Conférence des phares"
ARABIC = "وفد فالدورن لدى مؤتمر المنارات"
CHINESE = "瓦尔多恩出席灯塔会议代表团"
BODY = "\n\nPress release 14 March 2024\n\nLamps are lit\n\nThey burn.\n"

HEADS = {
    "tabs": (
        f"{ENGLISH}\t{FRENCH}\n14 Quay Street\t14, rue du Quai\nTel.: 010 0142\tTél. : 010 0142"
    ),
    "tabs, lines broken": (
        "Standing Delegation of Valdorne\t\tDélégation de Valdorne\n"
        "to the Lighthouse Conference\t\tauprès de la Conférence des phares\n"
        "14 Quay Street\t\t14, rue du Quai\n\nTel.: 010 0142"
    ),
    "wide gaps": (
        "Standing Delegation of Valdorne          Délégation de Valdorne\n"
        "to the Lighthouse Conference             auprès de la Conférence des phares\n"
        "14 Quay Street                           14, rue du Quai\nTel.: 010 0142"
    ),
    "lines by turns": (
        "Standing Delegation of Valdorne\nDélégation de Valdorne\nto the Lighthouse Conference\n"
        "auprès de la Conférence des phares\n14 Quay Street\n14, rue du Quai\nTel.: 010 0142"
    ),
    "one below the other": (
        f"{ENGLISH}\n{FRENCH}\n14 Quay Street\n14, rue du Quai\nTel.: 010 0142, Tél. : 010 0142"
    ),
    "broken one below the other": (
        "Standing Delegation of Valdorne\nto the Lighthouse Conference\n\nDélégation de Valdorne\n"
        "auprès de la Conférence des phares\n\n14 Quay Street\n14, rue du Quai\nTel.: 010 0142"
    ),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_each_language_has_its_name_and_nothing_is_twice(head: str, take: Any) -> None:
    release = take(head + BODY, "letter.txt").release

    assert release.issuer.names == {"en": ENGLISH, "fr": FRENCH}
    assert release.issuer.address == "14 Quay Street\n14, rue du Quai"
    assert release.contact == Contact(phones=("010 0142",))
    assert release.variants["en"].headline == "Lamps are lit"


@pytest.mark.parametrize("order", [1, -1], ids=["left to right", "right to left"])
@pytest.mark.parametrize(
    ("language", "name", "address", "phone"),
    [
        ("ar", ARABIC, "١٤ شارع الرصيف", "هاتف: ٠١٠٠١٤٢"),
        ("zh", CHINESE, "码头街14号", "电话：010-0142"),
    ],
)
def test_two_scripts_side_by_side_in_a_word_table(
    word: Any, take: Any, language: str, name: str, address: str, phone: str, order: int
) -> None:
    rows = [
        (ENGLISH, "", name)[::order],
        ("14 Quay Street\nTel.: 010 0142", "", f"{address}\n{phone}")[::order],
    ]
    draft = take(
        word.docx(word.table(*rows) + word.letter("They burn.")), languages=("en", language)
    )

    assert draft.release.issuer.names == {"en": ENGLISH, language: name}
    assert set(draft.release.issuer.address.split("\n")) == {"14 Quay Street", address}
    assert len(draft.release.contact.phones) == 1
    assert draft.release.variants["en"].body == "They burn."


def test_lines_of_two_scripts_by_turns(take: Any) -> None:
    head = (
        "Standing Delegation of Valdorne\nوفد فالدورن\nto the Lighthouse Conference\n"
        "لدى مؤتمر المنارات\n14 Quay Street"
    )
    release = take(head + BODY, "letter.txt", languages=("en", "ar")).release

    assert release.issuer.names == {"en": ENGLISH, "ar": ARABIC}


def test_the_date_beside_the_letterhead_and_in_two_languages(word: Any, take: Any) -> None:
    rows = [(ENGLISH, FRENCH), ("Press release", "Communiqué de presse")]
    dated = [("14 March 2024", "14 mars 2024")]
    draft = take(
        word.docx(word.table(*rows, *dated) + word.p("Lamps are lit") + word.p("They burn."))
    )

    assert draft.release.issuer.names == {"en": ENGLISH, "fr": FRENCH}
    assert draft.release.dateline == ""
    assert draft.release.variants["en"].headline == "Lamps are lit"


def test_a_table_of_labels_is_read_row_by_row(word: Any, take: Any) -> None:
    rows = (("Address:", "14 Quay Street"), ("Tel.:", "010 0142"), ("Fax:", "010 0143"))
    draft = take(word.docx(word.p(ENGLISH) + word.table(*rows) + word.letter("They burn.")))

    assert draft.release.issuer.names == {"en": ENGLISH}
    assert draft.release.contact == Contact(phones=("010 0142",), faxes=("010 0143",))


def test_columns_in_a_page(take: Any) -> None:
    head = f"<table><tr><td>{ENGLISH}<br>14 Quay Street<td><p>{FRENCH}<p>14, rue du Quai</table>"
    body = "<p>Press release 14 March 2024<p>Lamps are lit<p>They burn."
    release = take(head + body, "letter.html").release

    assert release.issuer.names == {"en": ENGLISH, "fr": FRENCH}
    assert release.issuer.address == "14 Quay Street\n14, rue du Quai"
