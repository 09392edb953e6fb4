"""Which language a visitor's browser is led to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.releases.release import Release
from bot.site.negotiation import choose
from translations.locales import best_match

NEWSROOM = ["en", "fr", "az", "zh", "pt-BR"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("az-AZ", "az"),
        ("az-AZ,az;q=0.9,en-US;q=0.8,en;q=0.7", "az"),
        ("AZ-az", "az"),
        ("az-Latn-AZ", "az"),
        ("en;q=0.5, az-AZ", "az"),
        ("az-Cyrl", "en"),
        ("az-IR", "en"),
        ("zh-SG", "zh"),
        ("zh-TW", "en"),
        ("zh-TW,zh;q=0.8", "zh"),  # this visitor asks for any Chinese, after Taiwan's
        ("pt-PT", "pt-BR"),
        ("fr;q=0, az", "az"),
        ("*", "en"),
        ("", "en"),
        ("fr;q=2, az", "az"),
    ],
)
def test_the_best_of_what_the_newsroom_has(header: str, language: str) -> None:
    assert choose(header, NEWSROOM) == language


@given(st.lists(st.sampled_from(["az-AZ", "fr-CA", "zh-TW", "en-GB", "x!", "*", "de"])))
def test_it_is_the_same_match_as_everywhere(tags: list[str]) -> None:
    match = best_match([tag for tag in tags if tag != "*"], NEWSROOM)
    assert choose(", ".join(tags), NEWSROOM) == (match.tag if match else "en")


@given(st.text(max_size=60))
def test_any_header_leads_somewhere(header: str) -> None:
    assert choose(header, NEWSROOM) in NEWSROOM


async def test_the_door_leads_to_a_language_that_only_texts_have(
    newsroom: Any, make_release: Callable[..., Release]
) -> None:
    """Azerbaijani is none of this office's languages; a release in it alone is out."""
    await newsroom.publish(make_release(texts={"az": "Yeni fənər"}))
    for header in ("az-AZ", "az-AZ,az;q=0.9,en;q=0.8", "AZ-AZ", "az", "de"):
        async with newsroom.client.get(
            "/", headers={"Accept-Language": header}, allow_redirects=False
        ) as answer:
            assert (header, answer.headers["Location"]) == (header, "/az/")
