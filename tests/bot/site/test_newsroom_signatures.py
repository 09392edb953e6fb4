"""What the public needs to check a text: its signature, the keys, and a recipe that holds."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bot.releases import signatures
from bot.releases.correction import Kind
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.settings import Settings

KEYS = "/.well-known/polyherald-keys.json"


@pytest.fixture
async def signing(
    make_newsroom: Callable[[Settings], Any], settings: Settings, tmp_path: Path
) -> AsyncIterator[Any]:
    """A newsroom on a machine that has the office's key."""
    made = make_newsroom(settings.model_copy(update={"data_dir": tmp_path / "data"}))
    await signatures.prepare(made.database, made.settings, made.clock)
    await made.site.refresh()
    await made.client.start_server()
    yield made
    await made.client.close()


async def archived(newsroom: Any, release: Release) -> None:
    """Publishes by an act of the desk: it is signed in the same transaction."""
    await newsroom.desk.file(OPERATOR, release, archive=True)
    await newsroom.site.refresh()


async def document(newsroom: Any, language: str = "en", slug: str = "lamp") -> dict[str, Any]:
    return dict(json.loads(await newsroom.get(f"/{language}/releases/{slug}.sig.json")))


def check(signed: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """The recipe of docs/signatures.md, with nothing of Polyherald's own. Raises where it fails."""
    assert (signed["format"], signed["algorithm"]) == ("polyherald-signature-1", "Ed25519")
    (key,) = [k for k in keys["keys"] if k["id"] == signed["key"] and k["revoked"] is None]
    public = b64decode(key["public"])
    assert hashlib.sha256(public).hexdigest()[:16] == key["id"]
    Ed25519PublicKey.from_public_bytes(public).verify(
        b64decode(signed["signature"]), signed["signed"].encode("utf-8")
    )
    return dict(json.loads(signed["signed"]))


async def test_anybody_can_check_a_text_by_the_recipe(
    signing: Any, make_release: Callable[..., Release]
) -> None:
    release = make_release()
    await archived(signing, release)
    keys = json.loads(await signing.get(KEYS))
    assert keys["format"] == "polyherald-keys-1"
    for language, variant in release.variants.items():
        page = await signing.page(f"/{language}/releases/lamp")
        (link,) = page.xpath("//li[@class='signature']/a/@href")
        signed = json.loads(await signing.get(link))
        statement = check(signed, keys)
        assert signed["keys"] == f"https://news.example.org{KEYS}"
        assert statement == {
            "format": "polyherald-statement-1",
            "slug": "lamp",
            "language": language,
            "revision": 0,
            "issuer": release.issuer.names[language],
            "date": "2026-06-26",
            "headline": variant.headline,
            "subhead": variant.subhead,
            "body": variant.body,
            "published": "2026-06-26T00:00:00Z",
            "updated": "2026-06-26T00:00:00Z",
            "withdrawn": None,
        }
        # Who has the fields has the very bytes (RFC 8785).
        canonical = json.dumps(statement, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert canonical == signed["signed"]
        forged = signed | {"signed": signed["signed"].replace("bold", "told")}
        with pytest.raises(InvalidSignature):
            check(forged, keys)
    (key,) = keys["keys"]
    pem = load_pem_public_key(key["pem"].encode())
    assert isinstance(pem, Ed25519PublicKey)
    assert pem.public_bytes_raw() == b64decode(key["public"])


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_correction_is_signed_with_it_and_a_withdrawal_too(
    signing: Any, make_release: Callable[..., Release]
) -> None:
    await archived(signing, make_release())
    keys = json.loads(await signing.get(KEYS))
    first = await document(signing)
    stored = await signing.desk.approve(OPERATOR, "lamp")
    english = replace(stored.variants["en"], body="Another text.")
    changed = replace(stored, variants={**stored.variants, "en": english})
    await signing.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "It was wrong."}, changed)
    await signing.site.refresh()
    second = check(await document(signing), keys)
    assert (second["body"], second["revision"]) == ("Another text.", 1)
    assert check(await document(signing, "fr"), keys)["revision"] == 1
    assert check(first, keys)["body"] != "Another text."  # it was what it was
    await signing.desk.withdraw(OPERATOR, "lamp", {"en": "It was all wrong."})
    await signing.site.refresh()
    await signing.get("/en/releases/lamp", 410)
    gone = check(await document(signing), keys)
    assert (gone["subhead"], gone["body"], gone["withdrawn"]) == ("", "", "2026-06-26T10:00:00Z")
    assert gone["headline"] == "A new lamp"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_there_is_no_signature_of_what_is_not_out(
    signing: Any, make_release: Callable[..., Release]
) -> None:
    await archived(signing, make_release())
    await signing.file(make_release("later"))
    for path in (
        *("en/releases/later", "zh-Hant/releases/lamp", "xx/releases/lamp"),
        *("en/releases/%00", "en/releases/..", "en/releases/lamp.sig.json"),
    ):
        await signing.get(f"/{path}.sig.json", 404)
    await signing.get("/EN/releases/lamp.sig.json", 301)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_before_anything_is_signed_there_are_no_keys_and_no_link(
    newsroom: Any, make_release: Callable[..., Release]
) -> None:
    await newsroom.publish(make_release())
    assert json.loads(await newsroom.get(KEYS)) == {"format": "polyherald-keys-1", "keys": []}
    page = await newsroom.page("/en/releases/lamp")
    assert page.xpath("//li[@class='signature']") == []
    await newsroom.get("/en/releases/lamp.sig.json", 404)
