"""How much room the text of a slide takes, measured with the publication's own faces.

PowerPoint shrinks text that is too long only when somebody edits it, so the file has to say by how much.
Lengths are CSS pixels of the slide.
"""

from __future__ import annotations

import functools
import io
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from PIL import ImageFont

from nzpub.model import Face

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SAMPLE = 200                  # the size at which widths are taken
_SLACK = 1.03                  # another program's kerning and rounding
_HEAVY = 600
_WORD = re.compile(r"[^ ]+ *| +")
EMU = 9525                     # of a CSS pixel


class Setting(NamedTuple):
    """How a text is set: the family's faces, size, leading (of the size), gap before a paragraph, list indent."""

    faces: tuple[Face, ...]
    size: float
    leading: float
    gap: float
    indent: float
    bold: bool
    italic: bool


class Word(NamedTuple):
    """Text that is not broken, with the space after it."""

    text: str
    size: float
    face: Face


@functools.cache
def _font(face: Face) -> Any:
    return ImageFont.truetype(io.BytesIO(face.ttf), _SAMPLE, layout_engine=ImageFont.Layout.BASIC)


def natural(face: Face) -> float:
    """Return the line height that programs call 100 per cent for *face*, in parts of its size."""
    ascent, descent = _font(face).getmetrics()
    return float(ascent + descent) / _SAMPLE


def height(body: Any, setting: Setting, width: float, scale: float = 1) -> float:
    """Return the height of the text *body* (``txBody``) in a box of *width*, all sizes times *scale*."""
    total = 0.0
    for number, paragraph in enumerate(body.findall(f"{_A}p")):
        total += setting.gap * scale if number else 0
        room = width - _margin(paragraph, setting)
        leading = _leading(paragraph, setting)
        total += sum(size * leading * scale for line in _segments(paragraph, setting)
                     for size in _lines(line, room, scale))
    return total


def balance(body: Any, setting: Setting, width: float, scale: float = 1) -> float:
    """Return the least width at which *body* is not higher than at *width*, or *width* if no line of it is broken."""
    high, narrow, wide = height(body, setting, width, scale), width / 4, width
    if height(body, setting, width * _SLACK, scale) == height(body, setting, math.inf, scale):
        return width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if height(body, setting, middle, scale) <= high else (middle, wide)
    return wide


def _leading(paragraph: Any, setting: Setting) -> float:
    own = paragraph.find(f"{_A}pPr/{_A}lnSpc/{_A}spcPct")
    return setting.leading if own is None else int(own.get("val")) / 100_000 * natural(setting.faces[0])


def _margin(paragraph: Any, setting: Setting) -> float:
    properties = paragraph.find(f"{_A}pPr")
    if properties is None:
        return 0
    if (margin := properties.get("marL")) is not None:
        return float(margin) / EMU
    return setting.indent * (int(properties.get("lvl", "0")) + 1)


def _segments(paragraph: Any, setting: Setting) -> Iterator[list[Word]]:
    """Yield the words between the line breaks of *paragraph*; without any, one line that is empty."""
    words: list[Word] = []
    for element in paragraph.iter(f"{_A}r", f"{_A}br", "{*}oMath"):
        if element.tag == f"{_A}br":
            yield words
            words = []
        else:
            words += _words(element, setting)
    yield words


def _words(run: Any, setting: Setting) -> Iterator[Word]:
    text = "".join(element.text or "" for element in run.iter("{*}t"))
    properties = run.find(f"{_A}rPr")
    own: Any = {} if properties is None else properties.attrib
    size = float(own["sz"]) / 75 if "sz" in own else setting.size
    bold = own["b"] == "1" if "b" in own else setting.bold
    italic = own["i"] == "1" if "i" in own else setting.italic
    face = min(setting.faces, key=lambda f: ((f.style == "italic") != italic, (f.weight >= _HEAVY) != bold))
    for word in _WORD.findall(text):
        yield Word(word, size, face)


def _lines(words: list[Word], room: float, scale: float) -> Iterator[float]:
    """Yield the size of the largest word in each line of *words*, broken at spaces to fit *room*.

    A word that is wider than *room* is broken into as many lines as it needs.
    """
    if not words:
        yield 0
        return
    starts, used = [0], 0.0
    for number, word in enumerate(words):
        wide = _width(word.text.rstrip(), word) * scale
        if used and used + wide > room:
            starts.append(number)
            used = 0.0
        if wide > room:
            yield from [word.size] * int(wide / max(room, 1))
        used += _width(word.text, word) * scale
    for start, end in pairwise([*starts, len(words)]):
        yield max(word.size for word in words[start:end])


def _width(text: str, word: Word) -> float:
    return float(_font(word.face).getlength(text)) * word.size / _SAMPLE * _SLACK
