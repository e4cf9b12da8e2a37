"""Publishing is all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nzpub import publish as module
from nzpub.errors import ToolError
from nzpub.model import Artifact
from nzpub.publish import publish


def artifact(content: bytes, *names: str) -> Artifact:
    return Artifact("x", dict.fromkeys(names or ("a", "b"), content), "1 page", {"tool": "1"})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_new_set_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """What stands in dist/ is of one build: a file that the new build lacks is gone."""
    publish([artifact(b"1", "a", "b")], tmp_path / "dist", {})
    publish([artifact(b"2", "b", "c")], tmp_path / "dist", {})
    assert {n: c for n, c in contents(tmp_path / "dist").items() if n != "manifest.json"} == {"b": b"2", "c": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_the_manifest_has_size_checksum_and_tools(tmp_path: Path) -> None:
    """The manifest names every file with its size and SHA-256, the tools, and the digests of what it was made from."""
    made_from = {"manuscript": {"article.md": b"x"}, "styles": {"a.css": b"y"}}
    publish([artifact(b"word", "a")], tmp_path / "dist", made_from)
    manifest = json.loads((tmp_path / "dist" / "manifest.json").read_bytes())
    assert manifest["files"] == [{"name": "a", "format": "x", "size": 4, "extent": "1 page",
                                  "sha256": hashlib.sha256(b"word").hexdigest()}]
    assert manifest["tools"] == {"tool": "1"}
    assert manifest["manuscript"]["sha256"] == module.digest({"article.md": b"x"})
    assert manifest["styles"]["sha256"] == module.digest({"a.css": b"y"})


def test_a_failure_leaves_the_last_good_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the old set stands byte for byte, nothing else is left, and the error says so."""
    publish([artifact(b"old")], tmp_path / "dist", {})
    before = contents(tmp_path / "dist")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolError, match="No space left"):
        publish([artifact(b"new")], tmp_path / "dist", {})
    assert contents(tmp_path / "dist") == before
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_without_the_system_call_the_folders_still_change_places(tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system cannot exchange two folders, two renames do."""
    monkeypatch.setattr(module, "_swap", lambda _one, _other: False)
    publish([artifact(b"old")], tmp_path / "dist", {})
    publish([artifact(b"new")], tmp_path / "dist", {})
    assert contents(tmp_path / "dist")["a"] == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder outside those of pytest, which no other user may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user who may not write everywhere, as far as files are concerned: root may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("locked", ["dist", "around"])
def test_a_folder_that_may_not_be_written_stays_as_it_was(folder: Path, locked: str) -> None:
    """Whether dist/ or the folder around it is read-only: the error says so, and the old set stands."""
    dist = folder / "root" / "dist"
    with nobody():
        publish([artifact(b"old")], dist, {})
        before = contents(dist)
        barred = dist if locked == "dist" else dist.parent
        barred.chmod(0o555)
        try:
            with pytest.raises(ToolError, match="Permission denied"):
                publish([artifact(b"new")], dist, {})
            assert contents(dist) == before
            assert [path.name for path in dist.parent.iterdir()] == ["dist"]
        finally:
            barred.chmod(0o755)


def test_a_link_to_nowhere_gives_way(tmp_path: Path) -> None:
    """A link in the place of dist/ is replaced by the set, wherever it leads: nothing is written there."""
    for name in ("nowhere", "elsewhere"):
        (tmp_path / "dist").unlink(missing_ok=True)
        (tmp_path / "dist").symlink_to(tmp_path / name)
        if name == "elsewhere":
            (tmp_path / name).mkdir()
        publish([artifact(b"new")], tmp_path / "dist", {})
        assert contents(tmp_path / "dist")["a"] == b"new"
        assert not (tmp_path / name).exists() or not list((tmp_path / name).iterdir())
        shutil.rmtree(tmp_path / "dist")


_LOOP = """
import sys
from pathlib import Path
from nzpub.model import Artifact
from nzpub.publish import publish
for turn in range(int(sys.argv[2])):
    publish([Artifact("x", {f"{n}": str(turn).encode() * 5000 for n in range(5)})], Path(sys.argv[1]), {})
"""


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system has no call that exchanges two folders")
def test_a_kill_at_any_moment_leaves_one_whole_set(tmp_path: Path) -> None:
    """At 50 moments chosen by the scheduler, a killed publisher leaves files that all are of one build."""
    dist = tmp_path / "dist"
    publish([Artifact("x", {f"{n}": b"start" for n in range(5)})], dist, {})
    for attempt in range(50):
        process = subprocess.Popen([sys.executable, "-c", _LOOP, str(dist), "10000"])
        time.sleep(0.12 + attempt * 0.0017)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = contents(dist)
        manifest = json.loads(found.pop("manifest.json"))
        assert {f["name"]: f["sha256"] for f in manifest["files"]} == {
            name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
        assert len(set(found.values())) == 1


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system has no call that exchanges two folders")
def test_builds_at_once_leave_one_whole_set(tmp_path: Path) -> None:
    """Three publishers in one folder, from its first set on: none fails, and what stands is whole and of one build."""
    dist = tmp_path / "dist"
    processes = [subprocess.Popen([sys.executable, "-c", _LOOP, str(dist), "60"]) for _ in range(3)]

    codes = [process.wait() for process in processes]
    found = contents(dist)
    manifest = json.loads(found.pop("manifest.json"))

    assert codes == [0, 0, 0]
    assert {f["name"]: f["sha256"] for f in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    assert len(set(found.values())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system has no call that exchanges two folders")
def test_a_set_published_in_the_same_moment_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was no set when a publisher looked, and there is one when it acts, the later set stands."""
    publish([artifact(b"first")], tmp_path / "dist", {})
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    publish([artifact(b"second")], tmp_path / "dist", {})

    assert contents(tmp_path / "dist")["a"] == b"second"
