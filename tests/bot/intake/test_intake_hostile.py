"""Whatever comes in, intake answers with a draft or with reasons, and soon."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadDocument
from bot.releases.body import paragraphs, to_html
from bot.releases.intake import Draft, read_text
from bot.releases.intake.detect import detect
from bot.releases.intake.layout import units
from bot.releases.intake.slug import is_slug, slugify

LETTER = "Press release 14 March 2024\n\nLamps are lit\n\n"
FRONT = "---\ndate: 2026-06-26\nheadline: Lamps\n---\n"


def take(data: bytes, name: str) -> Draft | None:
    try:
        return read_text(
            data, name, languages=("en", "fr"), default_zone="UTC", language="en", slug="lamps"
        )
    except BadDocument as error:
        refused = error
    assert all(str(problem.as_text()) for problem in refused.problems)
    assert any(problem.fatal for problem in refused.problems)
    return None


_YAML = st.sampled_from(
    [
        *("date", "headline", "original", "related", ": ", "\n", "  ", "- ", "[", "]", "{", "}"),
        *(",", "&a", "*a", "!!", '"', "'", "|", ">", "#", "%", "@", "2026-06-26", "{ordinal}"),
        *("\t", "?", "---", "true", "null", "1", "en", "\\U00110000", "\x85", "\u2028", "é"),
    ]
)


@given(st.lists(_YAML, max_size=40).map("".join))
def test_any_front_matter_is_read_or_refused(front: str) -> None:
    take(f"---\n{front}\n---\n# Lamps\n\nText.".encode(), "en.md")


@given(st.binary(max_size=200), st.sampled_from(["en.md", "letter.txt", "", "x.exe", "../a.md"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    take(data, name)
    take(FRONT.encode() + data, name)


@given(st.text(max_size=120))
def test_any_text_below_a_date_line_keeps_every_letter(text: str) -> None:
    draft = take((LETTER + "Intro.\n\n" + text).encode("utf-8", "replace"), "letter.txt")
    if draft is None:
        assert "\0" in text
        return
    release = draft.release
    kept = "".join(b.text + b.marker for b in paragraphs(release.variants["en"].body))
    kept += "".join(document.text for document in release.related)
    written = text.encode("utf-8", "replace").decode()

    assert {c for c in written if c.isalnum()} <= set(kept)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(FRONT + "*a " * 60_000, id="emphasis"),
        pytest.param(FRONT + "[" * 100_000, id="brackets"),
        pytest.param(FRONT + "> " * 90_000, id="quotes"),
        pytest.param(FRONT + "http://a" * 25_000, id="addresses"),
        pytest.param(FRONT + "a." * 90_000, id="dots"),
        pytest.param(FRONT + "- a\n" * 20_000, id="items"),
        pytest.param(FRONT.replace("headline: Lamps\n", "") + "#" + " " * 900_000, id="spaces"),
        pytest.param(LETTER + "*\n" * 20_000, id="stars"),
        pytest.param(LETTER + "\x1f\n" * 90_000, id="odd spaces"),
        pytest.param("---\n" + "k: [1]\n" * 10_000 + "---\n", id="keys"),
        pytest.param("---\na: '" + "x'' " * 24_000 + "'\n---\nx", id="quotes in YAML"),
        pytest.param(LETTER + "word " * 190_000, id="one paragraph"),
        pytest.param(LETTER + ("word " * 14 + "\n") * 10_000, id="wrapped lines"),
        pytest.param(LETTER + "a b\n" * 40_000, id="lines"),
        pytest.param(LETTER + "A/" * 90_000, id="symbols"),
        pytest.param("Tel: 1, " * 20_000 + "\n" + LETTER, id="numbers"),
        pytest.param("a@" * 90_000 + "\n" + LETTER, id="mail"),
    ],
)
def test_hostile_texts_take_no_more_than_moments(content: str) -> None:
    started = time.monotonic()
    draft = take(content.encode(), "en.md" if content.startswith("---") else "letter.txt")
    if draft is not None:
        to_html(draft.release.variants["en"].body, "en")

    assert time.monotonic() - started < 60  # quadratic time would take minutes


def test_languages_are_told_apart() -> None:
    samples = {
        "en": "The lamps of the harbour were lit again last night.",
        "fr": "Les lampes du port ont été rallumées hier soir.",
        "es": "Las lámparas del puerto se encendieron de nuevo anoche.",
        "ru": "Вчера вечером огни порта снова зажглись.",
        "uk": "Учора ввечері вогні порту знову засвітилися в усій її затоці, як і раніше.",
        "ar": "أضيئت مصابيح الميناء من جديد مساء أمس.",
        "fa": "چراغ‌های بندر دیشب دوباره روشن شد و مردم گرد آمدند.",
        "az": "Limanın çıraqları dünən gecə yenidən yandırıldı, hər kəs sevindi.",
        "tr": "Limanın lambaları dün gece yeniden yakıldı, herkes çok sevindi.",
        "zh": "港口的灯昨晚再次点亮。",
        "zh-Hant": "港口的燈昨晚再次點亮，國家與人民來到這裡開會。",
        "ja": "港の灯りが昨夜ふたたびともされた。",
        "ko": "어젯밤 항구의 등불이 다시 켜졌다.",
    }

    found = detect(list(samples.values()), tuple(samples))

    assert [guess.tag for guess in found] == list(samples)
    assert min(guess.sure for guess in found) > 0.5


def test_a_text_without_letters_is_in_no_certain_language() -> None:
    (guess,) = detect(["1 2 3"], ("en", "fr"))

    assert guess.sure == 0.0
    assert set(guess.likely) == {"en", "fr"}


@given(st.text(max_size=300))
def test_layout_keeps_every_word_in_order(text: str) -> None:
    text = text.replace(">", "")
    kept = "".join(unit.text for unit in units(text))

    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("35th anniversary of the lamp", "35th-anniversary-of-the-lamp-2024"),
        ("Fête de l’été à Œrn", "fete-de-l-ete-a-oern-2024"),
        ("Şəhər günü", "seher-gunu-2024"),
        ("Lamps of 2024", "lamps-of-2024"),
    ],
)
def test_slugs_are_readable(title: str, slug: str) -> None:
    assert slugify(title, date(2024, 3, 14)) == slug


@given(st.text(max_size=200), st.dates())
def test_slugs_are_always_valid_and_the_same_again(title: str, day: date) -> None:
    assert is_slug(slugify(title, day))
    assert slugify(title, day) == slugify(title, day)


def test_titles_in_other_scripts_have_slugs_of_their_own() -> None:
    day = date(2024, 3, 14)

    assert slugify("灯塔", day).startswith("release-2024-03-14-")
    assert slugify("灯塔", day) != slugify("灯火", day)
