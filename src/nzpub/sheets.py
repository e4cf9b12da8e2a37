"""What a style sheet may name: nothing that WeasyPrint, a browser or a reading system would fetch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2

from nzpub.errors import Finding, Place

_INSIDE = ("data:", "nzpub:", "#")         # what a sheet carries itself, and what a build hands to WeasyPrint
_ASKING = frozenset(("url", "src", "image", "image-set", "-webkit-image-set", "cross-fade"))     # functions
_CLOSED = re.compile("</style", re.IGNORECASE)
_SHOWN = 60                                # characters of what is quoted


def check(sheet: str, file: str) -> Iterator[Finding]:
    """Yield a finding for each thing that the *sheet* in *file* asks for, and for what would end it within a page."""
    for token in _inside(tinycss2.parse_component_value_list(sheet)):
        if token.type == "at-keyword" and token.lower_value == "import":
            yield _outward("@import", Place(file, token.source_line))
        for address in _addresses(token):
            if not address.lower().startswith(_INSIDE):
                yield _outward(address, Place(file, token.source_line))
    for found in _CLOSED.finditer(sheet):
        yield _outward(found[0], Place(file, sheet.count("\n", 0, found.start()) + 1))


def _outward(what: str, where: Place) -> Finding:
    return Finding("NZ802", "error", f"“{what[:_SHOWN]}” leads out of the style sheet", where,
                   "take it out, or write it as data: outputs ask for nothing")


def _addresses(token: Any) -> list[str]:
    if token.type == "url":
        return [token.value]
    asking = token.type == "function" and token.lower_name in _ASKING
    return [part.value for part in token.arguments if part.type == "string"] if asking else []


def _inside(tokens: Iterable[Any]) -> Iterator[Any]:
    """Yield *tokens* and what stands in their brackets."""
    for token in tokens:
        yield token
        yield from _inside(getattr(token, "content", None) or getattr(token, "arguments", None) or ())
