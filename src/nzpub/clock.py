"""Zip files without the clock: libraries date each entry by it, and it may be set to a year that none can bear."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

_FIRST = time.struct_time((1980, 1, 1, 0, 0, 0, 1, 1, 0))      # that an entry can bear; the formats date theirs anew


@contextmanager
def stopped() -> Iterator[None]:
    """Let zipfile find it to be 1980 in what is done inside. EbookLib and python-pptx have no other way to be told."""
    real = zipfile.time  # type: ignore[attr-defined]
    zipfile.time = SimpleNamespace(time=lambda: 0.0, localtime=lambda _: _FIRST)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        zipfile.time = real  # type: ignore[attr-defined]
