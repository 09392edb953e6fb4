"""ninjs: what agencies take in is valid by IPTC's own schema, and complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from bot.releases import repository
from bot.releases.correction import Kind
from bot.releases.release import Contact, Issuer, RelatedDocument, Release, Variant
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
BASE = "https://news.example.org"
SCHEMA = Path(__file__).parent / "ninjs" / "ninjs-schema_3.1.json"
VALIDATOR = Draft202012Validator(
    orjson.loads(SCHEMA.read_bytes()), format_checker=Draft202012Validator.FORMAT_CHECKER
)
RULE = "A rule:\n\n***\n\nOne<br>&nbsp;\u00a0two  \nthree & <b>four</b>"


async def item(newsroom: Any, language: str, slug: str = "lamp") -> dict[str, Any]:
    async with newsroom.client.get(f"/{language}/releases/{slug}.ninjs.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        found: dict[str, Any] = orjson.loads(await answer.read())
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []
    return found


async def test_the_checker_itself_finds_what_is_wrong(backend: str) -> None:
    for wrong in ({}, {"uri": "not a uri"}, {"uri": "tag:x.org,2026:1", "pubstatus": "usable"}):
        assert list(VALIDATOR.iter_errors(wrong)), wrong


async def test_an_item_has_everything_of_the_release(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(dateline="Exampleton"))
    found = await item(newsroom, "fr")
    assert found["uri"] == "tag:example.org,2024-01-01:release/lamp/fr"
    assert found["uri"] in await newsroom.get("/feeds/fr/atom.xml")  # the id that feeds give it
    assert (found["language"], found["type"]) == ("fr", "text")
    assert (found["pubStatus"], found["version"]) == ("usable", "1")
    assert found["firstCreated"] == found["versionCreated"] == "2026-06-26T10:00:00Z"
    assert "embargoedUntil" not in found
    assert [h["value"] for h in found["headlines"]] == ["Une nouvelle lampe", "Subhead (fr)"]
    plain, marked = found["bodies"]
    assert plain["contentType"] == "text/plain"
    assert plain["value"].startswith("First (fr) & <b>bold</b>.\n\nSee")
    assert plain["charCount"] == len(plain["value"])
    assert marked["contentType"] == "application/xhtml+xml"
    assert found["by"] == "Bureau du Phare"
    assert found["located"] == "Exampleton"
    (source,) = found["infoSources"]
    assert {c["type"]: c.get("value") for c in source["contactInfo"]} == {
        "email": "keeper@example.org",
        "phone": "+1 202 555 0142",
        "address": None,
    }
    assert found["subjects"] == [{"name": "lamps", "literal": "lamps"}]
    assert {"role": "url", "value": f"{BASE}/fr/releases/lamp"} in found["altIds"]
    sisters = {a["language"]: a for a in found["associations"] if a["rel"] == "translation"}
    assert sorted(sisters) == ["ar", "en"]
    assert sisters["en"]["uri"] == (await item(newsroom, "en"))["uri"]
    (report,) = [a for a in found["associations"] if a["rel"] == "related"]
    assert report["uri"] == "https://www.example.org/report?a=1&b=2"
    assert [symbol["value"] for symbol in report["altIds"]] == ["A/73/740", "S/2019/133"]
    for rendition in (*found["renditions"], *sisters["en"]["renditions"]):
        async with newsroom.client.get(rendition["href"].removeprefix(BASE)) as answer:
            assert (answer.status, answer.content_type) == (200, rendition["contentType"])


async def test_the_body_is_well_formed_and_says_the_same(newsroom: Any, make_release: Make) -> None:
    texts = {"en": RULE, "ar": f"مصباح A/73/740 جديد\n\n{RULE}", "zh": "灯塔\u2028\x0b"}
    variants = {
        tag: Variant(language=tag, headline="x", body=words) for tag, words in texts.items()
    }
    await newsroom.publish(make_release(texts=texts, variants=variants))
    for tag in texts:
        marked = (await item(newsroom, tag))["bodies"][1]["value"]
        root = etree.fromstring(marked)
        assert root.tag == "{http://www.w3.org/1999/xhtml}div"
        assert (root.get("lang"), root.get("dir")) == (tag, "rtl" if tag == "ar" else "ltr")
    english = etree.fromstring((await item(newsroom, "en"))["bodies"][1]["value"])
    assert "One<br>\u00a0\u00a0two" in "".join(english.itertext())


async def test_a_correction_is_a_new_version_with_a_note(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    newsroom.clock.set(datetime(2026, 6, 28, 9, tzinfo=UTC))
    async with newsroom.database.read() as connection:
        stored = await repository.get(connection, "lamp")
    changed = replace(stored.variants["en"], body="Another body.")
    draft = replace(stored, variants={**stored.variants, "en": changed})
    await newsroom.desk.correct(
        OPERATOR, "lamp", Kind.CORRECTION, {"en": "It has 300 watts."}, draft
    )
    await newsroom.site.refresh()
    found = await item(newsroom, "en")
    assert (found["version"], found["versionCreated"]) == ("2", "2026-06-28T09:00:00Z")
    assert found["firstCreated"] == "2026-06-26T10:00:00Z"
    assert found["edNote"] == "Correction, 28 June 2026: It has 300 watts."
    assert {"correction", "summary"} == {d["role"] for d in found["descriptions"]}
    assert (await item(newsroom, "fr"))["version"] == "1"


async def test_a_withdrawn_release_is_canceled_and_its_text_is_gone(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    before = await item(newsroom, "en")
    newsroom.clock.set(datetime(2026, 6, 28, 9, tzinfo=UTC))
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was never built."})
    await newsroom.site.refresh()
    found = await item(newsroom, "en")
    assert found["uri"] == before["uri"]
    assert found["pubStatus"] == "canceled"
    assert (found["version"], found["versionCreated"]) == ("2", "2026-06-28T09:00:00Z")
    assert "It was never built." in found["edNote"]
    assert found["headlines"][0]["value"] == "Withdrawn: A new lamp"
    assert "bodies" not in found
    assert "renditions" not in found
    assert "bold" not in orjson.dumps(found).decode()


async def test_pictures_come_with_their_words_and_every_width(
    newsroom: Any, make_release: Make, picture: Any
) -> None:
    shown = picture(captions={"en": "The quay"}, credits={"en": "Ines Example"})
    await newsroom.publish(make_release(pictures=(shown,)))
    found = await item(newsroom, "en")
    (taken,) = [a for a in found["associations"] if a["type"] == "picture"]
    assert (taken["by"], taken["descriptions"][0]["value"]) == ("Ines Example", "The quay")
    assert len(taken["renditions"]) == len(shown.renditions)
    for rendition in taken["renditions"]:
        async with newsroom.client.get(rendition["href"].removeprefix(BASE)) as answer:
            assert (answer.status, answer.content_type) == (200, rendition["contentType"])
    said = await newsroom.page("/en/releases/lamp")
    (image,) = orjson.loads(said.find(".//script").text)["image"]
    assert (image["url"], image["creditText"]) == (taken["uri"], "Ines Example")


async def test_a_bare_release_makes_a_valid_item(newsroom: Any, make_release: Make) -> None:
    hostile = "\u202e</script>\x07 {}"
    bare = {"issuer": Issuer(), "contact": Contact(), "topics": (), "related": ()}
    await newsroom.publish(make_release(texts={"en": "Bare"}, **bare))
    assert "subjects" not in await item(newsroom, "en")
    unaddressed = (RelatedDocument(text=hostile, symbols=("no symbol",)),)
    await newsroom.publish(make_release("odd", texts={"en": hostile}, related=unaddressed))
    found = await item(newsroom, "en", "odd")
    (document,) = found["associations"]
    assert document["name"] == hostile
    assert document["uri"].startswith(("tag:", "https://"))
