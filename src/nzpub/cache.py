"""The user's cache: what is slow to make and always comes out the same, by a key of all that it depends on.

It may be emptied at any time; then the next build takes longer and gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import platformdirs


def place(kind: str, depends_on: object, suffix: str) -> Path:
    """Return where the thing of *kind* that is made from *depends_on* (by its ``repr``) is kept, if it is."""
    key = hashlib.sha256(repr(depends_on).encode()).hexdigest()[:32]
    return Path(platformdirs.user_cache_dir("nzpub")) / kind / f"{key}{suffix}"


def store(content: bytes, path: Path) -> None:
    """Write *content* to *path* whole or not at all: two builds may share the cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)  # noqa: PTH105 (Path.replace would do the same)
