"""Feeds as files: always whole, untouched while nothing changes, and nobody else's are lost."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest

from feeds.caching import Representation, represent
from feeds.tree import Occupied, Tree

NOON = datetime(2026, 6, 26, 12, tzinfo=UTC)
PATH = "/feeds/en/topics/%D0%B7%D0%B2%D1%83%D0%BA/atom.xml"
FILE = "feeds/en/topics/звук/atom.xml"


def a_document(words: str = "one", minutes: float = 0) -> Representation:
    return represent(words.encode() * 200, NOON + timedelta(minutes=minutes))


def export(root: Path, **documents: Representation) -> Tree:
    """One run; names are those of languages."""
    tree = Tree(root)
    with tree.alone():
        for language, document in documents.items():
            tree.put(f"/feeds/{language}/atom.xml", document)
        tree.prune()
    return tree


def state(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file: which one it is, when it changed, and what is in it."""
    return {
        str(path.relative_to(root)): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            path.read_bytes(),
        )
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_a_document_stands_at_its_path_in_every_coding(tmp_path: Path) -> None:
    document = represent("звук ".encode() * 200, NOON)
    Tree(tmp_path).put(PATH, document)
    plain = (tmp_path / FILE).read_bytes()
    assert plain == "звук ".encode() * 200
    assert gzip.decompress((tmp_path / f"{FILE}.gz").read_bytes()) == plain
    assert brotli.decompress((tmp_path / f"{FILE}.br").read_bytes()) == plain
    for path in (tmp_path / "feeds").rglob("*"):
        if path.is_file():
            assert path.stat().st_mtime == NOON.timestamp()


def test_all_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        Tree(tmp_path / "new").put(PATH, a_document())
    finally:
        os.umask(before)
    for path in (tmp_path / "new" / "feeds").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    export(tmp_path, en=a_document(), fr=a_document("un"))
    before = state(tmp_path)
    again = export(tmp_path, en=a_document(), fr=a_document("deux", minutes=1))
    after = state(tmp_path)
    assert (again.written, again.removed) == (1, 0)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"feeds/fr/atom.xml{suffix}" for suffix in ("", ".gz", ".br")}


@pytest.mark.parametrize("minutes", [0, -5])
def test_other_bytes_always_have_a_later_time(tmp_path: Path, minutes: float) -> None:
    """A server's entity tag is made of time and size, and both documents are equally long."""
    export(tmp_path, en=a_document("one"))
    export(tmp_path, en=a_document("two", minutes))
    moments = {path.stat().st_mtime for path in (tmp_path / "feeds/en").iterdir()}
    assert moments == {NOON.timestamp() + 1}


def test_what_is_no_more_is_removed_and_what_others_put_there_is_not(tmp_path: Path) -> None:
    export(tmp_path, en=a_document(), fr=a_document())
    own = [tmp_path / name for name in ("feeds/fr/notes.txt", "feeds/favicon.ico", "index.html")]
    for file in own:
        file.write_text("mine")
    tree = export(tmp_path, en=a_document())
    assert tree.removed == 1
    assert set(state(tmp_path)) == {
        *(f"feeds/en/atom.xml{suffix}" for suffix in ("", ".gz", ".br")),
        *(str(file.relative_to(tmp_path)) for file in own),
    }
    own[0].unlink()
    export(tmp_path, en=a_document())
    assert not (tmp_path / "feeds/fr").exists()


def test_what_is_retired_leaves_a_mark_until_it_is_back(tmp_path: Path) -> None:
    path = "/feeds/fr/atom.xml"
    export(tmp_path, en=a_document(), fr=a_document())
    for _ in range(2):
        tree = Tree(tmp_path)
        tree.put("/feeds/en/atom.xml", a_document())
        tree.retire(path)
        tree.prune()
        assert [file.name for file in (tmp_path / "feeds/fr").iterdir()] == ["atom.xml.gone"]
    export(tmp_path, en=a_document(), fr=a_document())
    assert not (tmp_path / "feeds/fr/atom.xml.gone").exists()


def test_what_is_kept_need_not_be_made(tmp_path: Path) -> None:
    path = "/feeds/en/archive/3/atom.xml"
    assert not Tree(tmp_path).keep(path)
    Tree(tmp_path).put(path, a_document())
    before = state(tmp_path)
    tree = Tree(tmp_path)
    assert tree.keep(path)
    tree.prune()
    assert state(tmp_path) == before
    (tmp_path / "feeds/en/archive/3/atom.xml.br").unlink()
    assert not Tree(tmp_path).keep(path)


def test_a_killed_run_leaves_whole_files_and_the_next_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at each rename in turn: what can be read is the old document or the new one."""
    old, new = a_document("old"), a_document("new", minutes=1)
    whole = {encoded.body for one in (old, new) for encoded in one.encodings.values()}
    rename, left = Path.replace, 0

    def killed(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return rename(path, target)

    for kills_at in range(3):
        export(tmp_path, en=old)
        left = kills_at
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Path, "replace", killed)
            export(tmp_path, en=new)
        read = {name: content for name, (_, _, content) in state(tmp_path).items()}
        assert {read[f"feeds/en/atom.xml{suffix}"] for suffix in ("", ".gz", ".br")} <= whole
        export(tmp_path, en=new)
        left_over = state(tmp_path)
        assert len(left_over) == 3
        assert {content for _, _, content in left_over.values()} == {
            encoded.body for encoded in new.encodings.values()
        }


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    with Tree(tmp_path).alone(), pytest.raises(Occupied), Tree(tmp_path).alone():
        pass
    with Tree(tmp_path).alone():
        assert (tmp_path / ".lock").exists()


@pytest.mark.parametrize("path", ["/feeds/../../atom.xml", "/feeds/%2e%2e/atom.xml", "/etc/passwd"])
def test_nothing_is_written_elsewhere(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    with pytest.raises(ValueError, match="is not where a document is"):
        Tree(root).put(path, a_document())
    assert not root.exists()
