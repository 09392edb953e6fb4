"""Who signs, with which key, and what happens where there is none."""

from __future__ import annotations

import gzip
from base64 import b64decode
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.delivery.forecast import forecast
from bot.errors import Conflict, NotFound, SettingsError
from bot.releases import publication, signatures, signing
from bot.releases.correction import Kind
from bot.releases.review import OPERATOR
from bot.store import archive
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office


async def prepared(office: Office) -> None:
    await signatures.prepare(office.database, office.settings, office.clock)


async def unsigned(office: Office) -> int:
    async with office.database.read() as connection:
        return await signatures.count_unsigned(connection)


async def keys(office: Office) -> list[Any]:
    async with office.database.read() as connection:
        return await signatures.keys(connection)


async def published(office: Office, slug: str = "lighthouse") -> None:
    await office.release(slug)
    await office.desk.publish(OPERATOR, slug)
    await office.run()


async def signers(office: Office, slug: str = "lighthouse") -> set[str | None]:
    """The keys by which the texts of a release are signed; each signature is checked."""
    async with office.database.read() as connection:
        found = await publication.by_slug(connection, slug)
        public = {key.id: key.public for key in await signatures.keys(connection)}
    assert found is not None
    for tag, variant in found.variants.items():
        if variant.signature is not None:
            statement = found.statement(tag, variant.signature.issuer).as_text().encode()
            value = b64decode(variant.signature.value)
            assert signing.fits(public[variant.signature.key], value, statement)
    return {v.signature.key if v.signature else None for v in found.variants.values()}


async def test_what_the_planner_publishes_it_signs(office: Office) -> None:
    await prepared(office)
    (key,) = await keys(office)
    await published(office)
    assert await signers(office) == {key.id}
    # A translation that comes later, and the page of an anniversary.
    release = await office.release("quay", "en", "fr", approve=["en"], origin=date(1946, 6, 27))
    await office.desk.publish(OPERATOR, "quay")
    await office.run()
    await office.desk.accept_observance(OPERATOR, release.slug)
    await office.desk.approve(OPERATOR, "quay", ["fr"])
    await office.later(days=1)
    assert await signers(office, "quay") == {key.id}
    assert await signers(office, "quay-2026") == {key.id}


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_correction_of_the_desk_is_never_out_unsigned(office: Office) -> None:
    await prepared(office)
    await published(office)
    stored = await office.desk.approve(OPERATOR, "lighthouse")
    text = replace(stored.variants["en"], body="Another paragraph.")
    draft = replace(stored, variants={**stored.variants, "en": text})
    await office.desk.correct(OPERATOR, "lighthouse", Kind.TYPO, {}, draft)
    assert await unsigned(office) == 0
    assert len(await signers(office)) == 1


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_without_the_key_a_text_goes_out_and_is_signed_later(
    office: Office, tmp_path: Path
) -> None:
    await published(office)
    assert await signers(office) == {None}
    assert await keys(office) == []
    await prepared(office)
    await office.later(minutes=1)
    assert await unsigned(office) == 0
    # The machine loses it: no other is made behind anybody's back.
    file = signing.file_of(office.settings)
    file.rename(tmp_path / "elsewhere")
    await prepared(office)
    assert not file.exists()
    await published(office, "pier")
    assert await signers(office, "pier") == {None}
    (tmp_path / "elsewhere").rename(file)
    await office.later(minutes=1)
    assert await signers(office, "pier") == await signers(office)
    assert len(await keys(office)) == 1


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_key_that_was_put_there_by_hand_is_made_known(office: Office) -> None:
    key = signing.make()
    signing.store(signing.file_of(office.settings), key)
    await prepared(office)
    await published(office)
    assert await signers(office) == {key.id}
    assert [k.id for k in await keys(office)] == [key.id]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_broken_key_holds_up_nothing(office: Office) -> None:
    file = signing.file_of(office.settings)
    for content in (b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match="keys new"):
            signing.load(file)
    await prepared(office)
    await published(office)
    assert await signers(office) == {None}


async def test_a_new_key_signs_what_follows_and_a_revoked_one_proves_nothing(
    office: Office,
) -> None:
    await prepared(office)
    await published(office)
    (old,) = await keys(office)
    office.clock.set(office.clock.now().replace(hour=12))
    new = await signatures.replace(office.database, office.settings, OPERATOR, office.clock.now())
    await published(office, "pier")
    assert (await signers(office), await signers(office, "pier")) == ({old.id}, {new.id})
    assert [(k.id, k.until) for k in await keys(office)] == [
        (new.id, None),
        (old.id, office.clock.now()),
    ]
    await signatures.revoke(office.database, OPERATOR, old.id, office.clock.now())
    await office.later(minutes=1)
    assert await signers(office) == {new.id}
    with pytest.raises(Conflict, match="revoked already"):
        await signatures.revoke(office.database, OPERATOR, old.id, office.clock.now())
    with pytest.raises(NotFound, match="keys list"):
        await signatures.revoke(office.database, OPERATOR, "0" * 16, office.clock.now())
    # A machine on which the old key still is signs nothing with it.
    await signatures.revoke(office.database, OPERATOR, new.id, office.clock.now())
    await office.later(minutes=1)
    assert await signers(office) == {None}


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_private_key_is_in_its_file_alone(
    office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await prepared(office)
    await published(office)
    file = signing.file_of(office.settings)
    assert file.stat().st_mode & 0o777 == 0o600
    key = signing.load(file)
    assert key is not None
    pem = file.read_text().splitlines()[1]
    raw = key._private.private_bytes_raw()
    assert "rivate" not in f"{key!r}"
    copy = tmp_path / "copy"
    archive.write(office.database.url, copy, office.clock.now())
    await office.database.checkpoint()
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    written[copy] = gzip.decompress(written[copy])
    written[Path("log")] = "".join(capfd.readouterr()).encode()
    for secret in (pem.encode(), raw, raw.hex().encode()):
        assert [path.name for path, data in written.items() if secret in data] in ([], [file.name])


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_dry_run_signs_nothing(office: Office) -> None:
    await prepared(office)
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await forecast(office.database, office.settings, date(2026, 6, 26), office.clock.now())
    async with office.database.read() as connection:
        count = select(func.count()).select_from(t.published)
        assert await connection.scalar(count) == 0


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_many_unsigned_texts_are_signed_in_several_looks(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "AT_ONCE", 2)
    await published(office)
    assert await unsigned(office) == 3
    await prepared(office)
    await office.later(minutes=1)
    assert await unsigned(office) == 0
