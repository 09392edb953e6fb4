"""Several files as one release: recognised by what they have in common, and said so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadDocument
from bot.releases.intake import Draft, LanguageUnsure, as_translation, home_of, join, read
from bot.releases.intake.kinship import Kinship, kinship, language_of_name, stem_of, traits
from bot.releases.release import (
    Contact,
    Issuer,
    ObservanceSpec,
    RelatedDocument,
    Release,
    Variant,
)

OFFICE = ("en", "fr", "ru", "zh")
DAY = date(2024, 3, 14)

ENGLISH = """Press release 14 March 2024

35th anniversary of the lighthouse convention

Until 1989 the coast had 412 lights, which were kept by 38 authorities, each with its own signals.

The archive holds 5,200 hours of recordings (www.harbours.example.org/en/909) that all may hear.

The keepers thank everybody who helped them with the repairs after the great storm of 2015.
"""
FRENCH = """Communiqué de presse, le 14 mars 2024

35e anniversaire de la convention des phares

Jusqu’en 1989, la côte comptait 412 feux, entretenus par 38 autorités, chacune avec ses signaux.

Les archives gardent 5 200 heures d’enregistrements (www.harbours.example.org/fr/909) pour tous.

Les gardiens remercient tous ceux qui les ont aidés à réparer les dégâts de la tempête de 2015.
"""
CHINESE = """新闻稿 2024年3月14日

灯塔公约签署35周年

1989年以前，沿海共有412座灯塔，由38个机构管理，各有自己的信号。

档案馆藏有5200小时的录音（www.harbours.example.org/zh/909），人人可听。

守塔人感谢所有在2015年大风暴后帮助他们修缮的人。
"""
OTHER = """Press release 14 March 2024

The museum opens its doors

The new museum of 17 rooms will be open on 6 days of the week, and costs 250 crowns to enter.

It was built in 2021 by 33 masons, who also made the models of ships that are shown in it.

Schools are asked to write beforehand, so that a guide can be found who speaks to children.
"""

Office = Callable[..., Path]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Puts a file on the desk."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def take(*paths: Path, **options: object) -> list[Draft]:
    known = {"languages": OFFICE, "default_zone": "UTC", **options}
    return read(paths, **known)  # type: ignore[arg-type]


def test_one_release_in_three_kinds_of_files_is_recognised(word: Any, office: Office) -> None:
    french = "".join(f"<p>{line}</p>" for line in FRENCH.split("\n\n"))
    chinese = "".join(word.p(line) for line in CHINESE.strip().split("\n\n"))
    files = (
        office("b.html", french),
        office("a.txt", ENGLISH),
        office("c.docx", word.docx(chinese)),
        office("museum.txt", OTHER),
    )
    (release, museum) = take(*files)

    assert release.release.original == "en"
    assert set(release.release.variants) == {"en", "fr", "zh"}
    assert release.release.slug == "35th-anniversary-of-the-lighthouse-convention-2024"
    assert release.release.variants["zh"].occasion == "灯塔公约签署{ordinal}周年"
    assert [Path(source).name for source in release.sources] == ["a.txt", "b.html", "c.docx"]
    assert [str(reason) for reason in release.common] == [
        *("date", "web addresses", "numbers", "number of paragraphs"),
    ]
    assert museum.release.variants.keys() == {"en"}
    assert museum.common == ()

    apart = take(*files[:2], separate=True)
    assert [draft.release.original for draft in apart] == ["fr", "en"]


def texts(**more: Any) -> Release:
    """A release in English alone."""
    known: dict[str, Any] = {
        "slug": "lamps-2024",
        "original": "en",
        "date": DAY,
        "variants": {"en": Variant(language="en", headline="Lamps", body="One.\n\nTwo.")},
    }
    return Release(**known | more)


def french(body: str = "Un.\n\nDeux.", headline: str = "Lampes", **more: Any) -> Release:
    variant = Variant(language="fr", headline=headline, body=body)
    return texts(slug="lampes-2024", original="fr", variants={"fr": variant}, **more)


def kin(one: Release, other: Release, *names: str) -> Kinship:
    first, second = names or ("", "")
    return kinship(traits(one, source=first), traits(other, source=second))


def english(body: str, **more: Any) -> Release:
    return texts(variants={"en": Variant(language="en", headline="Lamps", body=body)}, **more)


SPEC = ObservanceSpec(origin=date(1989, 3, 14), accepted=False)
PHONE = Contact(phones=("010 0142",))


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        pytest.param(texts(), french(), ("lamps_en.txt", "lamps.fr.docx"), id="names"),
        pytest.param(texts(), french(), ("en.txt", "fr.txt"), id="names of languages alone"),
        pytest.param(
            english("412 lights, 38 ports, 1989.\n\nTwo."),
            french("412 feux, 38 ports, 1989.\n\nDeux."),
            (),
            id="numbers and shape",
        ),
        pytest.param(
            english("5,200 hours since 1989, 1 400 of them at night.\n\nTwo."),
            french("٥٬٢٠٠ heures depuis ١٩٨٩, 1.400 de nuit.\n\nDeux."),
            (),
            id="numbers as each language writes them",
        ),
        pytest.param(
            english("See www.example.org/en/news/909.\n\nTwo."),
            french("Voir https://fr.example.org/actualites/909.\n\nDeux."),
            (),
            id="an address and shape",
        ),
        pytest.param(
            english("See A/98/512.\n\nTwo."), french("Voir A/98/512.\n\nDeux."), (), id="symbols"
        ),
        pytest.param(
            texts(observance=SPEC, contact=PHONE),
            french(observance=SPEC, contact=PHONE),
            (),
            id="anniversary, office and shape",
        ),
    ],
)
def test_texts_that_belong_together(one: Release, other: Release, names: tuple[str, ...]) -> None:
    assert kin(one, other, *names).close
    assert kin(other, one, *reversed(names)).close


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        pytest.param(texts(), french(), (), id="nothing but the shape"),
        pytest.param(
            texts(), texts(slug="other"), ("lamps_en.txt", "lamps_en.docx"), id="one language"
        ),
        pytest.param(
            texts(), french(date=date(2024, 3, 15)), ("a_en.txt", "a_fr.txt"), id="another date"
        ),
        pytest.param(
            english("412 lights, 38 ports, 1989.\n\nTwo.", contact=PHONE),
            french("17 salles, 250 couronnes, 2021.\n\nDeux.", contact=PHONE),
            (),
            id="other numbers of one office",
        ),
        pytest.param(
            english("See www.example.org.\n\nTwo.", contact=PHONE),
            french("Voir www.example.org.\n\nDeux.", contact=PHONE),
            (),
            id="the office's own front page",
        ),
        pytest.param(
            texts(observance=SPEC, contact=PHONE),
            french(observance=replace(SPEC, origin=date(1990, 3, 14)), contact=PHONE),
            (),
            id="another anniversary",
        ),
    ],
)
def test_texts_that_do_not(one: Release, other: Release, names: tuple[str, ...]) -> None:
    assert not kin(one, other, *names).close


@pytest.mark.parametrize(
    ("name", "stem", "language"),
    [
        ("statement_en.docx", "./statement", "en"),
        ("statement.fr.txt", "./statement", "fr"),
        ("Statement (RU).docx", "./statement", "ru"),
        ("zh - statement.docx", "./statement", "zh"),
        ("dir/fr.txt", "dir/", "fr"),
        ("statement-zh-Hant.txt", "./statement", "zh-Hant"),
        ("statement.txt", None, None),
        ("what to do with it.txt", "./what to do with", None),
    ],
)
def test_what_the_name_of_a_file_says(name: str, stem: str | None, language: str | None) -> None:
    assert (stem_of(name), language_of_name(name, OFFICE)) == (stem, language)


def draft(release: Release, source: str) -> Draft:
    return Draft(release=release, sources=(source,))


def test_what_the_texts_do_not_share_stays_the_originals_or_with_its_text() -> None:
    papers = (RelatedDocument(text="Report (A/98/512)", symbols=("A/98/512",)),)
    rapports = (RelatedDocument(text="Rapport (A/98/512)", symbols=("A/98/512",)),)
    one = texts(
        related=papers,
        issuer=Issuer(names={"en": "Harbour Office"}, address="14 Quay Street"),
        dateline="Port Ellery",
    )
    two = french(
        related=rapports,
        issuer=Issuer(
            names={"fr": "Office du port", "en": "The Office"}, address="14, rue du Quai"
        ),
        contact=PHONE,
        observance=SPEC,
    )
    (joined,) = join([draft(two, "a_fr.txt"), draft(one, "a_en.txt")], languages=("en", "fr"))
    release = joined.release

    assert (release.slug, release.dateline, release.related) == (
        "lamps-2024",
        "Port Ellery",
        papers,
    )
    assert release.issuer.names == {"fr": "Office du port", "en": "Harbour Office"}
    assert release.issuer.address == "14 Quay Street"
    assert (release.contact, release.observance) == (PHONE, SPEC)
    assert release.variants["fr"].body == "Un.\n\nDeux.\n\n- Rapport (A/98/512)"


def test_the_original_is_the_offices_first_language_or_asked_for() -> None:
    both = [draft(texts(), "a_en.txt"), draft(french(), "a_fr.txt")]

    assert join(both, languages=("fr", "en"))[0].release.original == "fr"
    assert join(both, languages=("fr",), original="en")[0].release.original == "en"
    with pytest.raises(BadDocument, match="--original en"):
        join(both, languages=("ru",))
    with pytest.raises(BadDocument, match="name another original"):
        join(both, languages=("en",), original="ru")


def test_a_slug_takes_them_together_whatever_they_have_in_common() -> None:
    unlike = [draft(texts(), "x.txt"), draft(french("Un."), "y.txt")]

    assert len(join(unlike, languages=OFFICE)) == 2
    (one,) = join(unlike, languages=OFFICE, slug="lamps")
    assert (one.release.slug, set(one.release.variants)) == ("lamps", {"en", "fr"})
    with pytest.raises(BadDocument, match=r"y.txt: It bears the date 2024-03-15, but x.txt bears"):
        join(
            [unlike[0], draft(french(date=date(2024, 3, 15)), "y.txt")],
            languages=OFFICE,
            slug="lamps",
        )
    with pytest.raises(BadDocument, match=r"y.txt: x.txt is in the same language"):
        join([unlike[0], draft(texts(), "y.txt")], languages=OFFICE, slug="lamps")


def test_a_stored_release_may_be_the_home_of_a_translation() -> None:
    stored = english("412 lights, 38 ports, 1989.\n\nTwo.")
    read_ = french("412 feux, 38 ports, 1989.\n\nDeux.", related=(RelatedDocument(text="R."),))

    assert home_of(read_, [texts(slug="other"), stored]) == stored
    assert home_of(french(), [stored]) is None
    attached = as_translation(read_, stored)
    assert attached.variants["en"] == stored.variants["en"]
    assert attached.variants["fr"].body.endswith("\n\n- R.")
    assert home_of(read_, [attached]) is None


def test_a_text_in_no_certain_language_names_the_two_likeliest(office: Office) -> None:
    path = office("a.txt", "Press release 2024-03-14\n\nNo 1–3\n\n4 5 6")

    with pytest.raises(LanguageUnsure, match=r"may be \w\w or \w\w. Name it: --language") as asked:
        take(path)

    assert len(asked.value.likely) == 2
