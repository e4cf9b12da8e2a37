"""Publishing is all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
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
    """The manifest names every file with its size and SHA-256, the tools, and the manuscript's digest."""
    publish([artifact(b"word", "a")], tmp_path / "dist", {"article.md": b"x"})
    manifest = json.loads((tmp_path / "dist" / "manifest.json").read_bytes())
    assert manifest["files"] == [{"name": "a", "format": "x", "size": 4, "extent": "1 page",
                                  "sha256": hashlib.sha256(b"word").hexdigest()}]
    assert manifest["tools"] == {"tool": "1"}
    assert manifest["manuscript"]["sha256"] == module.digest({"article.md": b"x"})


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


_LOOP = """
import sys
from pathlib import Path
from nzpub.model import Artifact
from nzpub.publish import publish
for turn in range(10_000):
    publish([Artifact("x", {f"{n}": str(turn).encode() * 5000 for n in range(5)})], Path(sys.argv[1]), {})
"""


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system has no call that exchanges two folders")
def test_a_kill_at_any_moment_leaves_one_whole_set(tmp_path: Path) -> None:
    """At 50 moments chosen by the scheduler, a killed publisher leaves files that all are of one build."""
    dist = tmp_path / "dist"
    publish([Artifact("x", {f"{n}": b"start" for n in range(5)})], dist, {})
    for attempt in range(50):
        process = subprocess.Popen([sys.executable, "-c", _LOOP, str(dist)])
        time.sleep(0.12 + attempt * 0.0017)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = contents(dist)
        manifest = json.loads(found.pop("manifest.json"))
        assert {f["name"]: f["sha256"] for f in manifest["files"]} == {
            name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
        assert len(set(found.values())) == 1
