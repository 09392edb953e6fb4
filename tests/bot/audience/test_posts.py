"""Lists of languages that say how many posts a room gets, and who gets which text by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audience.choice import Choice, choose
from bot.audience.posts import Posts, further, led_to, read, wished

TAGS = ("ar", "en", "fr", "ru", "zh")
some = st.lists(st.sampled_from(TAGS), min_size=1, max_size=4, unique=True)


@given(some, st.sampled_from(Posts))
def test_what_is_written_is_read_again(languages: list[str], posts: Posts) -> None:
    wish = wished(languages, posts)
    assert wish[0] == languages[0]
    assert read(wish) == (tuple(languages), posts if len(languages) > 1 else Posts.BEST)


@given(some, st.sets(st.sampled_from(TAGS), min_size=1))
def test_a_room_with_a_post_in_each_language_gets_each_text_once(
    languages: list[str], available: set[str]
) -> None:
    lists = [wished(languages, Posts.EACH), *further(languages, Posts.EACH).values()]
    choices = [choice for wish in lists if (choice := choose(wish, available, TAGS))]
    assert len({choice.language for choice in choices}) == len(choices)
    common = available & set(languages)
    if common:
        assert {c.language for c in choices} == common
        assert not any(c.fallback for c in choices)
    else:
        assert [c.fallback for c in choices] == [True], "one text is better than none"


@given(some, st.sets(st.sampled_from(TAGS), min_size=1))
def test_one_post_is_chosen_the_same_whether_it_leads_to_others_or_not(
    languages: list[str], available: set[str]
) -> None:
    switch = wished(languages, Posts.SWITCH)
    choice = choose(switch, available, TAGS)
    assert choice == choose(languages, available, TAGS)
    assert choice is not None
    others = led_to(switch, choice.language, available)
    if len(languages) > 1:
        assert set(others) == (available & set(languages)) - {choice.language}
    assert led_to(languages, choice.language, available) == ()


@pytest.mark.parametrize(
    ("wish", "available", "awaited", "expected"),
    [
        (("fr", "zxx", "ar"), ("ar",), (), None),
        (("fr", "zxx", "ar"), ("en",), ("ar",), None),
        (("fr", "zxx", "ar"), ("en",), ("fr",), None),
        (("fr", "zxx", "ar"), ("en",), (), Choice("en", fallback=True)),
        (("ar", "zxx"), ("en", "fr"), (), None),
        (("ar", "zxx"), ("en", "ar"), (), Choice("ar", fallback=False)),
        (("zxx",), ("en", "ar"), (), None),
    ],
)
def test_a_post_gives_way_to_another_of_the_same_room(
    wish: tuple[str, ...], available: tuple[str, ...], awaited: tuple[str, ...], expected: object
) -> None:
    assert choose(wish, available, ("en",), awaited) == expected


def test_two_forms_of_a_language_are_one_post() -> None:
    assert further(("pt-BR", "pt-PT", "fr"), Posts.EACH) == {"fr": ("fr", "zxx")}
    assert further(("pt-BR", "fr"), Posts.SWITCH) == {}
