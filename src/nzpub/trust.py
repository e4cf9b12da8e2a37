"""What a text and a picture may hold, since a manuscript is untrusted input."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator

from PIL import Image

from nzpub import bitmap, drawing
from nzpub.errors import Finding, Place

# XML 1.0, section 2.2, has all characters but these: PDF, EPUB, PPTX and the pages are made by way of XML. Nor may
# stand what nobody sees, or what makes a page read otherwise than it was written: controls, what ends lines or turns
# their direction ({dir=rtl} does), tags; and what no font shows: what is for private use, and what is no character.
_NO_CHARACTER = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\ufff8\ufffc-\ufffd"
    "\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd\U000e0100-\U000e01ef]")
_CONFLICT = re.compile(r"<{7} .*|>{7} .*")
_MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".gif": b"GIF8"}
_DECODERS = ("PNG", "JPEG", "GIF")
_MOVING = ("PNG", "GIF")
_MOST_PIXELS = 40_000_000      # a page of A4 at 600 dots an inch has 35 million; WeasyPrint needs 4 bytes for each


def characters(text: str, file: str) -> Iterator[Finding]:
    """Yield a finding for the first character of *text*, which is that of *file*, that may not stand in it."""
    if (found := _NO_CHARACTER.search(text)) is not None:
        before = text[:found.start()].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield character(found[0], Place(file, len(before), len(before[-1]) + 1))


def conflicts(lines: Iterable[tuple[int, str]], file: str) -> Iterator[Finding]:
    """Yield a finding for each mark that an unfinished merge left in *lines* of *file*, given with their numbers."""
    numbered = list(lines)
    marks = {number for number, line in numbered if _CONFLICT.fullmatch(line)}
    for number, line in numbered:
        if number in marks or (marks and line == "=======" and min(marks) < number < max(marks)):
            yield Finding("NZ520", "error", f"a merge left “{line[:40]}” behind", Place(file, number, 1),
                          "keep one of the two versions, and take the three marks out")


def forbidden(words: str) -> str:
    """Return the first character of *words* that may not stand in a text, or ""."""
    found = _NO_CHARACTER.search(words)
    return found[0] if found else ""


def character(found: str, where: Place | None) -> Finding:
    """Return the finding of the character *found*, which may not stand in a text."""
    return Finding("NZ109", "error", f"the character U+{ord(found):04X} may not stand in a text", where,
                   "take it out: no output shows it")


def picture(content: bytes, file: str) -> Iterator[Finding]:
    """Yield a finding for all that the picture *file* may not hold: it is an SVG, a PNG, a JPEG or a GIF."""
    ending = f".{file.rpartition('.')[2].lower()}"
    if ending == ".svg":
        yield from drawing.check(content, file)
    elif ending not in _MAGIC:
        yield Finding("NZ810", "error", f"“{ending}” is not a kind of picture", Place(file),
                      f"use .svg, {', '.join(_MAGIC)}")
    elif not content.startswith(_MAGIC[ending]):
        yield _unlike(ending, file)
    elif pixels(content) > _MOST_PIXELS:
        yield Finding("NZ819", "error", f"the picture has more than {_MOST_PIXELS:,} pixels", Place(file),
                      "make it smaller")
    elif not _opens(content):
        yield _unlike(ending, file)
    elif moves(content):
        yield Finding("NZ820", "error", "the picture moves, and may flash", Place(file), "save one frame of it")


def pixels(content: bytes) -> int:
    """Return how many pixels a picture says that it has; 0 if it is a drawing, or none that can be shown."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content), formats=_DECODERS) as image:
            return image.width * image.height
    except Image.DecompressionBombError:
        return _MOST_PIXELS + 1
    except (OSError, SyntaxError, ValueError):
        return 0


def moves(content: bytes) -> bool:
    """Tell whether a picture of pixels has more than one frame; nothing else moves that :func:`picture` lets pass."""
    try:
        with Image.open(io.BytesIO(content), formats=_MOVING) as image:
            return bool(getattr(image, "is_animated", False))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _unlike(ending: str, file: str) -> Finding:
    return Finding("NZ811", "error", f"this is not a {ending[1:].upper()} file", Place(file), "export it again")


def _opens(content: bytes) -> bool:
    """Tell whether a picture of pixels is put together as it should be, and can be shown to its last row."""
    try:
        with Image.open(io.BytesIO(bitmap.plain(content)), formats=_DECODERS) as image:
            image.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True
