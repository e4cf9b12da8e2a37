"""What every chart is drawn with: elements, colours and type from the tokens, and the width of words.

All lengths are units of the drawing's viewBox, y downwards. Only what WeasyPrint, browsers and
LibreOffice draw alike is used: presentation attributes, no style sheet, no ids, no filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import ceil
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import fontpkg

from nzpub.errors import Finding, ManuscriptError, Place, ToolError

Shape = Literal["column", "phone", "wide"]
Anchor = Literal["start", "middle", "end"]

# How far letters reach above and below the baseline, in ems; capitals and descenders of a text face.
_ASCENT, _DESCENT = 0.72, 0.22
CAP_HEIGHT = 0.66          # of the size: to centre words on a mark
_INTERVALS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)     # between the years that an axis names


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, gap: float = 0) -> bool:
        """Return whether less than *gap* lies between this box and *other*, both ways."""
        return (self.left < other.right + gap and other.left < self.right + gap
                and self.top < other.bottom + gap and other.top < self.bottom + gap)


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the drawing; *y* is their baseline, *x* the end that *anchor* names."""

    words: str
    x: float
    y: float
    anchor: Anchor
    family: str
    weight: int
    size: float
    fill: str

    @property
    def width(self) -> float:
        """The advance width of the words."""
        return text_width(self.words, self.family, self.weight, self.size)

    @property
    def box(self) -> Box:
        """The rectangle that the words may ink."""
        left = self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width
        return Box(left, self.y - _ASCENT * self.size, left + self.width, self.y + _DESCENT * self.size)

    def __str__(self) -> str:
        return element("text", escape(self.words), x=self.x, y=self.y, text_anchor=self.anchor,
                       font_weight=self.weight, font_size=self.size, fill=self.fill)


@dataclass(frozen=True, slots=True)
class Look:
    """The tokens as a drawing of one shape sees them."""

    tokens: Mapping[str, str]
    shape: Shape

    def token(self, name: str) -> str:
        """Return the value of *name*. Raises ManuscriptError if the style sheet does not set it."""
        if name not in self.tokens:
            raise ManuscriptError(Finding("NZ429", "error", f"the figures need the token {name}",
                                          Place("styles/tokens.css"), "set it in the section “Figures”"))
        return self.tokens[name]

    def colour(self, name: str) -> str:
        """Return the colour *name*, as in "ink"."""
        return self.token(f"--color-{name}")

    def length(self, name: str) -> float:
        """Return the figure length *name* of this shape: a number of CSS pixels is as many units."""
        return float(self.token(f"--figure-{name}-{self.shape}").removesuffix("px"))

    @property
    def where(self) -> str:
        """Where the drawing is seen, for messages: "" for a column, " on a phone", " on a slide"."""
        return {"column": "", "phone": " on a phone", "wide": " on a slide"}[self.shape]

    @property
    def family(self) -> str:
        """The family of all words in figures."""
        return self.token("--font-head").strip("\"'")

    @property
    def size(self) -> float:
        """The size of all words but the largest."""
        return self.length("text")

    @property
    def width(self) -> float:
        """The width of the drawing."""
        return self.length("width")

    @property
    def fine(self) -> float:
        """The width of lines that only guide the eye."""
        return float(self.token("--figure-hairline").removesuffix("px"))

    @property
    def stroke(self) -> float:
        """The width of lines that carry meaning."""
        return self.length("stroke")

    def label(self, words: str, x: float, y: float, *, anchor: Anchor = "start", colour: str = "ink",
              strong: bool = False, size: float | None = None) -> Label:
        """Return *words* as a label in this look; the baseline is at *y*."""
        weight = int(self.token("--weight-head" if strong else "--weight-text"))
        return Label(words, x, y, anchor, self.family, weight, size or self.size, self.colour(colour))

    def centred(self, words: str, x: float, middle: float, *, anchor: Anchor = "start", colour: str = "ink",
                strong: bool = False, size: float | None = None) -> Label:
        """Return *words* as a label whose capitals are centred on the height *middle*."""
        baseline = middle + CAP_HEIGHT / 2 * (size or self.size)
        return self.label(words, x, baseline, anchor=anchor, colour=colour, strong=strong, size=size)


def number(value: float) -> str:
    """Return *value* with at most one decimal: a tenth of a unit is a twentieth of a point in print."""
    digits = f"{value:.1f}".removesuffix(".0")
    return "0" if digits in {"-0", "0"} else digits


def element(name: str, content: str = "", **attributes: str | float) -> str:
    """Return one element; ``_`` in an attribute's name stands for ``-``, numbers are in units."""
    texts = ((key, value if isinstance(value, str) else number(value)) for key, value in attributes.items())
    pairs = "".join(f" {key.replace('_', '-')}={quoteattr(text)}" for key, text in texts)
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def drawing(look: Look, height: float, parts: Iterable[object]) -> str:
    """Return the whole drawing on its paper: night modes turn the page around it dark, but not the words."""
    paper = element("rect", width=look.width, height=height, fill=look.colour("paper"))
    body = "\n".join(["", paper, *map(str, parts), ""])
    return element("svg", body, xmlns="http://www.w3.org/2000/svg", width=look.width, height=height,
                   viewBox=f"0 0 {number(look.width)} {number(height)}", role="img",
                   font_family=f"'{look.family}', sans-serif") + "\n"


def line(look: Look, x1: float, y1: float, x2: float, y2: float, *, colour: str = "hairline",
         width: float | None = None) -> str:
    """Return a straight line, a hairline unless told otherwise."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=look.colour(colour),
                   stroke_width=width or look.fine)


def years(look: Look, first: int, last: int, year_width: float, *, least: int = 1) -> range:
    """Return the years from *first* to *last* that an axis names: those of the smallest round interval that has room.

    *year_width* is that of one year, in units; the interval is *least* years or more.
    """
    room = look.label("0000", 0, 0).width + look.size / 2
    interval = next((n for n in _INTERVALS if n >= least and n * year_width >= room), _INTERVALS[-1])
    return range(ceil(first / interval) * interval, last + 1, interval)


def upright(look: Look, x: float, top: float, bottom: float, around: Iterable[Box]) -> list[str]:
    """Return a vertical hairline at *x* in the pieces that leave the boxes *around* alone."""
    gap = look.size / 4
    edges = [top]
    for box in sorted((b for b in around if b.left - gap < x < b.right + gap), key=lambda b: b.top):
        edges += [box.top - gap, max(edges[-1], box.bottom + gap)]
    edges.append(bottom)
    pieces = zip(edges[::2], edges[1::2], strict=True)
    return [line(look, x, start, x, end) for start, end in pieces if end - start > look.size]


def path(points: Iterable[tuple[float, float]], *, close: bool = False) -> str:
    """Return the path data of a line through *points*: where it begins, then the way from each to the next.

    Ways are half as long to write as places, and most of a map is such numbers.
    """
    tenths = [(round(10 * x), round(10 * y)) for x, y in points]
    ways = "".join(f" {_short(x - before_x)} {_short(y - before_y)}"
                   for (before_x, before_y), (x, y) in pairwise(tenths) if (x, y) != (before_x, before_y))
    x, y = tenths[0]
    line_ = f"l{ways[1:]}" if ways else ""
    return f"M{_short(x)} {_short(y)}{line_}{'Z' if close else ''}".replace(" -", "-")


def _short(tenths: int) -> str:
    """Return a number of tenths as path data may have it: without a nought before the point."""
    return re.sub(r"^(-?)0\.", r"\1.", number(tenths / 10))


def text_width(words: str, family: str, weight: int, size: float) -> float:
    """Return the width of *words*: the sum of the letters' advances, as WeasyPrint sets them (unkerned)."""
    return size * sum(_advance(letter, family, weight) for letter in words)


@cache
def _advance(letter: str, family: str, weight: int) -> float:
    """Return the advance of *letter* in ems."""
    glyphs, names, em = _glyphs(family, weight)
    return float(glyphs[names.get(ord(letter), ".notdef")].width / em)


@cache
def _glyphs(family: str, weight: int) -> tuple[Any, Mapping[int, str], int]:
    """Return the glyphs of *family* at *weight*, their names by code point, and the units of an em."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (0.2 s that a build without charts need not pay)

    try:
        font = TTFont(fontpkg.path(family))
    except fontpkg.FontpkgError as error:
        package = f"fontpkg-{family.lower().replace(' ', '-')}"
        raise ToolError(Finding("NZ904", "error", f"the font “{family}” is not installed: {error}",
                                hint=f"add {package} to the dependencies")) from error
    location = {"wght": weight} if "fvar" in font else None
    return font.getGlyphSet(location=location), font.getBestCmap(), int(font["head"].unitsPerEm)
