"""A text in a log, where no catalog is at hand."""

from __future__ import annotations

from translations.text import text, texts


def test_the_english_wording_is_for_people_to_read() -> None:
    waits = text("“{slug}” waits for {languages}: {why}.", slug="lamp", languages=("fr", "ru"))
    assert str(waits) == "“lamp” waits for fr, ru: {why}."
    assert str(text("{list}", list=(text("one {thing}", thing="lamp"), 2))) == "one lamp, 2"
    assert [str(texts("{n} day", "{n} days", n)) for n in (1, 2)] == ["1 day", "2 days"]
