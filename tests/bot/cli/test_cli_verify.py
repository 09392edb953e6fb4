"""``verify``, ``keys``: what somebody far away is told of a file, and what an operator may do."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.releases import signing
from bot.releases.statement import PublicKey, keys_document
from bot.settings import Settings
from bot.site import proofs
from bot.site.addresses import Addresses
from bot.store.database import Database

MARKDOWN = """\
---
date: 2026-06-26
---
# The harbour opens

Ships may come in from seven in the morning. They pay 12 euros.

All are [welcome](https://example.org/welcome).
"""
PLAIN = (
    "The harbour opens\n\nShips may come in from seven in the morning.\nThey pay 12 euros.\n\n"
    "All are welcome.\n"
)


@dataclass
class Far:
    """A folder far away with what was downloaded, and the command line."""

    folder: Path
    cli: Any

    def verify(self, name: str, *more: str | Path) -> Any:
        return self.cli("verify", self.folder / name, *more)

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "harbour.sig.json").read_text()))

    def put(self, name: str, content: str | dict[str, Any]) -> str:
        words = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (self.folder / name).write_text(words, "utf-8")
        return name


@pytest.fixture
def far(sqlite_cli: Any, write: Callable[..., Path], tmp_path: Path) -> Far:
    sqlite_cli("keys", "new")
    sqlite_cli("import", write("in/harbour.md", MARKDOWN), "--slug", "harbour", "--archive")
    folder = tmp_path / "far"
    folder.mkdir()

    async def download() -> None:
        database = Database(f"sqlite:///{tmp_path / 'data/polyherald.db'}")
        async with database.read() as connection:
            signed = await proofs.signature(connection, Addresses(Settings()), "en", "harbour")
            assert signed is not None
            (folder / "harbour.sig.json").write_bytes(signed)
            (folder / "polyherald-keys.json").write_bytes(await proofs.keys(connection))
        await database.close()

    asyncio.run(download())
    return Far(folder, sqlite_cli)


def test_a_signature_from_the_site_is_genuine(far: Far) -> None:
    told = far.verify("harbour.sig.json")
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("Genuine: the office signed this.\n")
    assert "They pay 12 euros." in told.out
    assert "Release: harbour" in told.out
    found = far.verify("harbour.sig.json", "--json").json
    assert (found["genuine"], found["signature"], found["revision"]) == (True, "genuine", 0)


def test_it_needs_no_settings_no_database_and_no_network(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("POLYHERALD_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert far.verify("harbour.sig.json").status == 0
    assert list(elsewhere.iterdir()) == []


def test_a_forged_signature_is_found_out(far: Far) -> None:
    signed = far.document
    far.put("forged.json", signed | {"signed": signed["signed"].replace("12 euros", "21 euros")})
    told = far.verify("forged.json")
    assert told.status == 1
    assert "NOT genuine: the signature does not fit." in told.err
    assert "21" not in told.out
    other = signing.make()
    value = b64encode(other.sign(signed["signed"].encode())).decode()
    far.put("other.json", signed | {"signature": value})
    assert "does not fit" in far.verify("other.json").err
    far.put("stranger.json", signed | {"signature": value, "key": other.id})
    told = far.verify("stranger.json")
    assert (told.status, "not among these" in told.err) == (1, True)


def test_a_text_is_compared_with_what_was_signed(far: Far) -> None:
    far.put("harbour", PLAIN)
    told = far.verify("harbour")  # its signature and the keys are beside it
    assert told.status == 0
    assert "The text is what was signed, word for word." in told.out
    far.put("again.md", MARKDOWN)
    sig = ("--signature", far.folder / "harbour.sig.json")
    assert far.verify("again.md", *sig).status == 0
    far.put("part.txt", PLAIN.split("\n\nAll")[0])
    assert "a part of what was signed" in far.verify("part.txt", *sig).out
    far.put("changed.txt", PLAIN.replace("12", "21"))
    told = far.verify("changed.txt", *sig)
    assert told.status == 1
    assert "NOT genuine: the text is not what was signed." in told.err
    assert "They pay [-12-] {+21+} euros" in told.out
    far.put("more.txt", f"Office\n\n{PLAIN}\n\nPay to Bob.")
    told = far.verify("more.txt", *sig)
    assert told.status == 1
    assert "NOT all of it was signed" in told.err
    assert "{+Office+} The harbour opens" in told.out
    assert "{+. Pay to Bob+}" in told.out
    found = far.verify("changed.txt", *sig, "--json").json
    assert (found["genuine"], found["signature"], found["text"]) == (False, "genuine", "changed")
    far.put("link.md", MARKDOWN.replace("example.org", "example.net"))
    assert "leads elsewhere" in far.verify("link.md", *sig).out
    far.put("other.txt", "Something else entirely, of which nobody ever spoke.")
    assert "another than what was signed" in far.verify("other.txt", *sig).err


BROKEN_KEYS = [
    *("", "{}", "[]", "nonsense", '{"format": "polyherald-keys-1", "keys": [{}]}'),
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----",
]


def test_keys_come_as_json_or_pem(far: Far) -> None:
    document = json.loads((far.folder / "polyherald-keys.json").read_text())
    far.put("key.pem", document["keys"][0]["pem"])
    (far.folder / "polyherald-keys.json").unlink()
    missing = far.verify("harbour.sig.json")
    assert missing.status == 2
    assert "/.well-known/polyherald-keys.json" in missing.err
    assert far.verify("harbour.sig.json", "--key", far.folder / "key.pem").status == 0
    for broken in BROKEN_KEYS:
        far.put("broken", broken)
        told = far.verify("harbour.sig.json", "--key", far.folder / "broken")
        assert (told.status, "no Ed25519 public keys" in told.err) == (2, True), broken


NO_SIGNATURES = [
    '{"format": "polyherald-signature-1", "signed": "", "signature": "*", "key": ""}',
    *('{"format": "something else"}', "{", "[" * 10_000, "\x00", "a text without a signature"),
]


def test_what_is_no_signature_is_wrong_usage(far: Far) -> None:
    for content in NO_SIGNATURES:
        far.put("x", content)
        told = far.verify("x", "--key", far.folder / "polyherald-keys.json")
        assert (told.status, told.err.count("\n")) == (2, 1), content
    assert far.verify("nowhere").status == 2


HOSTILE_MOMENTS = (
    "2026-01-01T00:00:00",
    "2026-01-01",
    "2026-13-01T00:00:00Z",
    "",
    "now",
    5,
    [],
    {},
)


def test_hostile_keys_are_refused_in_one_line(far: Far) -> None:
    keys = json.loads((far.folder / "polyherald-keys.json").read_text())
    for moment in HOSTILE_MOMENTS:
        for name in ("since", "until", "revoked"):
            bad = {**keys, "keys": [{**keys["keys"][0], name: moment}]}
            told = far.verify("harbour.sig.json", "--key", far.folder / far.put("bad.json", bad))
            assert (told.status, told.err.count("\n")) == (2, 1), (name, moment)


def test_a_signed_thing_that_is_no_release_is_none(far: Far) -> None:
    """Whoever gives the keys may have signed anything with theirs."""
    key = signing.make()
    own = PublicKey(public=key.public)
    keys = far.folder / far.put("own.json", keys_document([own]))
    statement = json.loads(far.document["signed"])
    for name, value in (
        *((name, value) for name in statement for value in (5, None, [], {}, True)),
        *(("published", moment) for moment in HOSTILE_MOMENTS),
        ("more", "x"),
    ):
        if (name, value) == ("withdrawn", None):
            continue
        signed = json.dumps({**statement, name: value})
        signature = b64encode(key.sign(signed.encode())).decode()
        far.put(
            "own.sig.json",
            {**far.document, "signed": signed, "signature": signature, "key": own.id},
        )
        told = far.verify("own.sig.json", "--key", keys)
        if (name, value) in (("revision", 5),):
            assert told.status == 0
            continue
        assert (told.status, "NOT a release" in told.err) == (1, True), (name, value, told.err)


def test_an_office_changes_its_key_and_revokes_the_old_one(far: Far) -> None:
    (old,) = far.cli("keys", "list", "--json").json["keys"]
    assert "in use" in far.cli("keys", "list").out
    refused = far.cli("keys", "new")
    assert (refused.status, "--yes" in refused.err) == (1, True)
    assert far.cli("keys", "new", "--yes").status == 0
    listed = far.cli("keys", "list", "--json").json
    assert [key["until"] is None for key in listed["keys"]] == [True, False]
    keys = far.folder / far.put("new-keys.json", listed)
    assert far.verify("harbour.sig.json", "--key", keys).status == 0
    assert far.cli("keys", "revoke", old["id"]).status == 0
    keys = far.folder / far.put("new-keys.json", far.cli("keys", "list", "--json").json)
    told = far.verify("harbour.sig.json", "--key", keys)
    assert (told.status, "revoked the key" in told.err) == (1, True)
    assert far.cli("keys", "revoke", "nothing").status == 1
    log = far.cli("audit", "verify", "--json").json
    assert (log["sound"], log["acts"]) == (True, 4)


def test_doctor_tells_how_it_is_with_the_key(far: Far, tmp_path: Path) -> None:
    def found() -> tuple[str, str]:
        checks = far.cli("doctor", "--json").json
        (one,) = [check for check in checks if check["check"] == "signing_key"]
        return one["status"], f"{one['message']} {one['remedy']}"

    assert found()[0] == "ok"
    file = tmp_path / "data" / signing.NAME
    file.chmod(0o644)
    assert (found()[0], "chmod 600" in found()[1]) == ("warning", True)
    kept = file.read_bytes()
    file.unlink()
    assert (found()[0], "keys new" in found()[1]) == ("warning", True)
    file.write_text("nonsense")
    assert found()[0] == "error"
    assert "nonsense" not in found()[1]
    file.write_bytes(kept)
    file.chmod(0o600)
    old = signing.load(file)
    assert old is not None
    far.cli("keys", "new", "--yes")
    signing.store(file, old)
    assert (found()[0], "out of use" in found()[1]) == ("error", True)
