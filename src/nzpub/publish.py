"""Artifacts to ``dist/``: all or nothing, with a manifest of checksums.

The new set is written beside ``dist`` and the two folders are exchanged in one system call where there
is one: ``renameat2`` with ``RENAME_EXCHANGE`` on Linux, ``renamex_np`` with ``RENAME_SWAP`` on macOS. A
reader finds the old set or the new one, at any moment and after any crash.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from nzpub.errors import Finding, ToolError
from nzpub.model import Artifact, Book, Styles

MANIFEST = "manifest.json"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2                  # linux/fcntl.h, linux/fs.h
_RENAME_SWAP = 2                                       # macOS <sys/stdio.h>

Inputs = Mapping[str, Mapping[str, bytes]]
"""What outputs are made from: files by name, by what they are ("manuscript", "styles")."""


def publish(artifacts: Iterable[Artifact], dist: Path, made_from: Inputs) -> dict[str, bytes]:
    """Replace the folder *dist* by the files of *artifacts* and a manifest; return all files by name.

    Raises ToolError if the folder cannot be written; *dist* is then as it was.
    """
    artifacts = tuple(artifacts)
    files = {name: content for artifact in artifacts for name, content in artifact.files.items()}
    files[MANIFEST] = manifest(artifacts, made_from)
    try:
        dist.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{dist.name}-", dir=dist.parent, ignore_cleanup_errors=True) as name:
            _write(files, Path(name) / "new")
            _exchange(Path(name) / "new", dist)
    except OSError as error:
        raise ToolError(Finding("NZ907", "error", f"cannot write {dist}: {error.strerror or error}",
                                hint="make room, or the folder writable; what was published is untouched")) from error
    return files


def manifest(artifacts: Iterable[Artifact], made_from: Inputs) -> bytes:
    """Return the manifest as JSON: each file's format, size (bytes) and SHA-256, the tools, the inputs' digests."""
    artifacts = tuple(artifacts)
    listed = [{"name": name, "format": artifact.format, "size": len(content), "extent": artifact.extent,
               "sha256": hashlib.sha256(content).hexdigest()}
              for artifact in artifacts for name, content in sorted(artifact.files.items())]
    tools = {tool: version for artifact in artifacts for tool, version in artifact.tools.items()}
    whole = {"files": listed, "tools": dict(sorted(tools.items())),
             **{name: {"sha256": digest(files_)} for name, files_ in made_from.items()}}
    return (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode()


def inputs(book: Book, styles: Styles) -> Inputs:
    """Return what *book* was read from, that is the manuscript, the files that it names and its sources, and *styles*.

    The styles are ours and the publication's, as they are used together.
    """
    sources = json.dumps(book.references, ensure_ascii=False).encode()
    return {"manuscript": {book.source: book.text.encode(), book.meta.bibliography or "-": sources, **book.files},
            "styles": {name: text.encode() for name, text in styles.files.items()}}


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of *files*, names and contents, in the order of their names."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(mode=0o755)
    for name, content in sorted(files.items()):
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())          # after a power cut a renamed folder must not hold empty files


def _exchange(new: Path, dist: Path) -> None:
    """Put *new* where *dist* is; the old set, if any, is then at *new*."""
    if not os.path.lexists(dist):
        with suppress(OSError):              # another build may have been first, in this very moment
            new.rename(dist)
            return
    if not _swap(new, dist):
        old = new.with_name("old")
        dist.rename(old)
        new.rename(dist)
        shutil.rmtree(old, ignore_errors=True)


def _swap(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        return bool(library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return bool(library.renamex_np(first, second, _RENAME_SWAP) == 0)
    return False
