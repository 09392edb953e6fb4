"""The language of short texts: found, or asked about; never sure and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bot.releases.intake import LanguageUnsure
from bot.releases.intake.detect import GUESS, SURE, Guess, detect

OFFICE = ("en", "fr", "es", "ru", "ar", "zh", "az", "de", "fa", "pt", "tr", "uk")
SHORT = {
    "en": (
        "The lamps of the harbour were lit again.",
        "Statement on the new bridge",
        "A museum opens in June",
        "Water and light for all",
        "The council met on Monday",
    ),
    "fr": (
        "Les lampes du port sont rallumées.",
        "Déclaration sur le nouveau pont",
        "Un musée ouvre en juin",
        "De l’eau et de la lumière pour tous",
        "Le conseil s’est réuni lundi",
    ),
    "es": (
        "Las lámparas del puerto se encienden.",
        "Declaración sobre el nuevo puente",
        "Un museo abre en junio",
        "Agua y luz para todos",
        "El consejo se reunió el lunes",
    ),
    "pt": (
        "As lâmpadas do porto acendem-se.",
        "Declaração sobre a nova ponte",
        "Um museu abre em junho",
        "Água e luz para todos",
        "O conselho reuniu-se na segunda-feira",
    ),
    "de": (
        "Die Lampen des Hafens leuchten wieder.",
        "Erklärung zur neuen Brücke",
        "Ein Museum öffnet im Juni",
        "Wasser und Licht für alle",
        "Der Rat tagte am Montag",
    ),
    "tr": (
        "Limanın lambaları yeniden yandı.",
        "Yeni köprü hakkında açıklama",
        "Haziran ayında bir müze açılıyor",
        "Herkes için su ve ışık",
        "Konsey pazartesi günü toplandı",
    ),
    "az": (
        "Limanın çıraqları yenidən yandı.",
        "Yeni körpü haqqında bəyanat",
        "İyun ayında bir muzey açılır",
        "Hamı üçün su və işıq",
        "Şura bazar ertəsi toplandı",
    ),
    "ru": (
        "Огни порта снова зажглись.",
        "Заявление о новом мосте",
        "В июне открывается музей",
        "Вода и свет для всех",
        "Совет собрался в понедельник",
    ),
    "uk": (
        "Вогні порту знову засвітилися.",
        "Заява про новий міст",
        "У червні відкривається музей",
        "Вода і світло для всіх",
        "Рада зібралася в понеділок",
    ),
    "ar": (
        "أضيئت مصابيح الميناء من جديد.",
        "بيان بشأن الجسر الجديد",
        "متحف يفتتح في يونيو",
        "الماء والنور للجميع",
        "اجتمع المجلس يوم الاثنين",
    ),
    "fa": (
        "چراغ‌های بندر دوباره روشن شد.",
        "بیانیه دربارهٔ پل جدید",
        "موزه در ژوئن باز می‌شود",
        "آب و نور برای همه",
        "شورا روز دوشنبه تشکیل شد",
    ),
    "zh": (
        "港口的灯再次点亮。",
        "关于新桥的声明",
        "六月博物馆开放",
        "水与光为众人",
        "理事会星期一开会",
    ),
}
ALONE = {
    "he": "אורות הנמל נדלקו שוב.",
    "el": "Τα φώτα του λιμανιού άναψαν ξανά.",
    "hy": "Նավահանգստի լույսերը կրկին վառվեցին։",
    "ka": "ნავსადგურის შუქები კვლავ აინთო.",
    "ja": "港の灯りが再びともされた。",
    "ko": "항구의 등불이 다시 켜졌다.",
}
ELSEWHERE = {
    "it": "Le lampade del porto si accendono di nuovo.",
    "nl": "De lampen van de haven branden weer.",
    "pl": "Lampy portu znów się palą.",
    "ro": "Lămpile portului s-au aprins din nou.",
    "bg": "Светлините на пристанището отново светнаха.",
    "kk": "Порттың шамдары қайта жанды.",
    "be": "Агні порта зноў запаліліся.",
    "sr": "Светла луке поново су упаљена.",
    "ur": "بندرگاہ کے چراغ دوبارہ روشن ہوئے۔",
    "hi": "बंदरगाह के दीपक फिर से जलाए गए।",
}


@pytest.fixture(scope="module")
def guesses() -> dict[str, Guess]:
    """Of every sample, found out in one go."""
    samples = [words for texts in SHORT.values() for words in texts]
    samples += [*ALONE.values(), *ELSEWHERE.values()]
    return dict(zip(samples, detect(samples, OFFICE), strict=True))


@pytest.mark.parametrize("language", SHORT)
def test_a_few_words_are_enough_or_leave_doubt(language: str, guesses: dict[str, Guess]) -> None:
    found = [guesses[words] for words in SHORT[language]]

    assert all(guess.sure >= GUESS and language in guess.likely for guess in found)
    assert sum(guess.tag == language and guess.sure >= SURE for guess in found) >= 4
    assert all(guess.tag == language for guess in found if guess.sure >= SURE)


@pytest.mark.parametrize("language", ALONE)
def test_a_script_of_its_own_tells_a_language_that_the_office_does_not_have(
    language: str, guesses: dict[str, Guess]
) -> None:
    assert guesses[ALONE[language]] == Guess(language, 1.0)


@pytest.mark.parametrize("language", ELSEWHERE)
def test_another_language_is_not_taken_for_one_of_the_offices(
    language: str, guesses: dict[str, Guess]
) -> None:
    guess = guesses[ELSEWHERE[language]]

    assert guess.sure < GUESS
    assert language in guess.likely


@pytest.mark.parametrize("words", ["a1b2c3d4", "a1b2c3d4 e5f6a7b8 " * 40])
def test_codes_are_in_no_language_and_are_asked_about(words: str) -> None:
    (guess,) = detect([words], OFFICE)

    assert guess.sure < GUESS
    assert set(guess.likely) <= set(OFFICE)


def test_a_name_from_elsewhere_does_not_decide() -> None:
    texts = ["Mr. Əliyev of Gəncə opened the new bridge over the river on Monday morning."]

    assert detect(texts, OFFICE)[0].tag == "en"


def test_the_name_of_the_file_settles_what_the_text_leaves_open(take: Any) -> None:
    words = "14.03.2024\n\nОгни порта\n\nОгни порта зажглись."
    office = {"languages": ("uk", "ru"), "language": None}
    doubted, named = (take(words, name, **office) for name in ("port.txt", "port.ru.txt"))

    assert "seems to be in" in str(doubted.problems)
    assert named.release.original == "ru"
    assert named.problems == ()
    english = take(
        "Press release 14 March 2024\n\nThe lamps are lit\n\nThe lamps of the port are lit.",
        "lampes_fr.txt",
        language=None,
    )
    assert english.release.original == "en"
    (problem,) = english.problems
    assert str(problem.what) == "The name of the file says fr, but the text is in en."


def test_a_doubt_names_the_two_likeliest_and_the_option(take: Any) -> None:
    with pytest.raises(LanguageUnsure) as asked:
        take("14.03.2024\n\nMuseum\n\n1, 2, 3", "letter.txt", language=None)

    one, other = asked.value.likely
    (problem,) = asked.value.problems
    assert f"it may be {one} or {other}. Name it: --language {one}" in str(problem.what)
