"""The front page read back: what a browser shows, and the files that its data for machines tell of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from nzpub.checks.passage import Passage, Piece, passage
from nzpub.checks.readback import html

_LINKED = re.compile(rb'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def read(content: bytes) -> tuple[Passage, ...]:
    """Return the passages of the page *content*, then one for each file it tells machines of.

    Raises ValueError if it is no UTF-8, or if what it tells machines is no JSON.
    """
    return (*(replace(each, part="page") for each in html.read(content)), *_files(content))


def _files(content: bytes) -> Iterator[Passage]:
    """Yield each file's address, size in bytes, checksum and name."""
    for script in _LINKED.findall(content):
        for file in json.loads(script).get("encoding", ()):
            facts = [str(file.get(key, "")) for key in ("contentUrl", "contentSize", "sha256", "name")]
            yield passage("file", [Piece(" ".join(facts), {})], part="data for machines")
