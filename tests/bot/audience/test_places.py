"""Places by the names that people have for them, and points of the globe."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.audience import places

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)
TAGS = ("en", "fr", "ru", "az", "zh", "ar", "fa")


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Nairobi", "Africa/Nairobi"),
        ("baku", "Asia/Baku"),
        ("Bakı", "Asia/Baku"),
        ("Москва", "Europe/Moscow"),
        ("  МОСКВА ", "Europe/Moscow"),
        ("القاهرة", "Africa/Cairo"),
        ("القاهره", "Africa/Cairo"),
        ("东京", "Asia/Tokyo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("нью йорк", "America/New_York"),
        ("Istanbul", "Europe/Istanbul"),
        ("Montreal", "America/Montreal"),
        ("Azerbaijan", "Asia/Baku"),
        ("Azərbaycan", "Asia/Baku"),
        ("Germany", "Europe/Berlin"),
        ("UK", "Europe/London"),
        ("Georgia", "Asia/Tbilisi"),
        ("Singapore", "Asia/Singapore"),
    ],
)
def test_a_name_in_any_of_the_languages_is_one_zone(written: str, zone: str) -> None:
    found = places.named(written, TAGS, NOW)
    assert found is not None
    assert found.zones == (zone,)


def test_a_country_has_as_many_zones_as_it_has_clocks() -> None:
    for written in ("United States", "USA", "États-Unis", "США", "美国"):
        found = places.named(written, TAGS, NOW)
        assert found is not None
        assert found.country == "US"
        assert found.zones[:2] == ("America/New_York", "America/Chicago")
        assert len(found.zones) == 8
    russia = places.named("Россия", TAGS, NOW)
    assert russia is not None
    assert len(russia.zones) == 11


def test_the_name_is_that_of_the_language_in_which_it_was_understood() -> None:
    moscow = places.named("Moscow", ("ru", "en"), NOW)
    assert moscow is not None
    assert moscow.name == "Москва"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Asia/Tokio", "Asia/Tokyo"),
        ("Nairobbi", "Africa/Nairobi"),
        ("Azerbajan", "Asia/Baku"),
        ("آذربایجان", "Asia/Baku"),
        ("Argentina/Buenos", "America/Argentina/Buenos_Aires"),
    ],
)
def test_what_is_nearly_right_is_proposed(written: str, meant: str) -> None:
    assert places.named(written, ("en", "fa"), NOW) is None
    zones = [place.zones for place in places.near(written, ("en", "fa"), NOW)]
    assert (meant,) in zones
    assert len(zones) <= places.MOST_NEAR


@pytest.mark.parametrize("written", ["", " ", "…", "x" * 5000, "\x00", "123456", "<b>{x}</b>%s"])
def test_nonsense_is_no_place(written: str) -> None:
    assert places.named(written, TAGS, NOW) is None
    assert places.near(written, TAGS[:3], NOW) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (40.41, 49.87, "Asia/Baku"),
        (47.56, 7.588, "Europe/Zurich"),  # Basel,
        (47.58, 7.62, "Europe/Berlin"),  # and across the border from it
        (-1.29, 36.82, "Africa/Nairobi"),
        (0.0, -30.0, "Etc/GMT+2"),
        (float("nan"), 500.0, None),
    ],
)
def test_a_point_is_in_the_zone_on_its_side_of_the_border(
    latitude: float, longitude: float, zone: str | None
) -> None:
    assert places.zone_at(latitude, longitude) == zone
