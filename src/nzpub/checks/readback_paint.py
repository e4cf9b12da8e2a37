"""What the content stream of a PDF's page paints inside its marks: shapes, colours, pictures, and where they stand.

It is told in the words of :mod:`painted`, but read from the operators of the file alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import pikepdf
from fontTools.misc.transform import Identity, Transform
from pikepdf import Array, Dictionary, Name, String

from nzpub.checks.outline import Measures, Outline, Point
from nzpub.checks.painted import ANY, NO_COLOUR, SOME_COLOUR, Shape, clip, is_words, pixels, shape, told, words

_OPERATORS = ("q Q cm w d rg RG g G k K sc SC scn SCN m l c v y re h W W* f F f* B B* b b* S s n BT Tr Tf Tm Tj TJ ET "
              "Do BMC BDC EMC")
_FILLS, _STROKES = frozenset(("f", "F", "f*", "B", "B*", "b", "b*")), frozenset(("S", "s", "B", "B*", "b", "b*"))
_CLOSES = frozenset(("s", "b", "b*"))
_BLACK = "#000000"
_TEXT_FILLS, _TEXT_STROKES = frozenset((0, 2, 4, 6)), frozenset((1, 2, 5, 6))   # ISO 32000-2, table 104
_TEXT = frozenset(("BT", "Tr", "Tf", "Tm", "Tj", "TJ", "ET"))
_EM = 1000                                      # ISO 32000-2, 9.7.4.3: the units of a glyph's width
_RGB = 3
_CORNERS: tuple[Point, ...] = ((0, 1), (1, 1), (1, 0), (0, 0))     # of a picture, from that at its upper left


def paintings(page: Any) -> Mapping[int, Sequence[Shape]]:
    """Return what each marked-content id of *page* paints, as :class:`Marks` has them, in points from its foot."""
    painter = _Painter()
    painter.run(page)
    return painter.found


class Marks:
    """The marked-content sequences that are open in a content stream, each by its id, None if it has none.

    The n-th decoration of a page, an artifact of its layout, is -n: a drawing that means nothing, for one.
    """

    def __init__(self) -> None:
        self._open: list[int | None] = []
        self._decorations = 0

    def open(self, tag: Any, properties: Any) -> None:
        """Begin a sequence."""
        known = properties if isinstance(properties, Dictionary) else Dictionary()
        is_decoration = tag == Name.Artifact and known.get("/Type") == Name.Layout
        self._decorations += is_decoration
        self._open.append(-self._decorations if is_decoration else int(known.MCID) if "/MCID" in known else None)

    def close(self) -> None:
        """End the last sequence that began."""
        self._open.pop()

    @property
    def ident(self) -> int | None:
        """Return the id of the innermost sequence that has one."""
        return next((ident for ident in reversed(self._open) if ident is not None), None)


def framed(shapes: Iterable[Shape], box: Sequence[float] | None) -> str:
    """Return the painting that *shapes* are in *box*, the left, bottom, right and top edges in points."""
    if box is None:
        return ANY
    left, bottom, right, top = map(float, box)
    return told(right - left, top - bottom, (each._replace(measures=_from(each, left, top)) for each in shapes))


def _from(each: Shape, left: float, top: float) -> Measures:
    """Return the measures of a shape from *left* and down from *top*: its upper edge is the lower one upwards."""
    numbers = [top - number if at % 2 else number - left for at, number in enumerate(each.measures)]
    if numbers and not is_words(each):
        numbers[1], numbers[3] = numbers[3], numbers[1]
    return tuple(numbers)


class _State(NamedTuple):
    """As much of the graphics state as the colours and places of shapes depend on."""

    matrix: Transform = Identity
    fill: str = _BLACK
    stroke: str = _BLACK
    width: float = 1
    dashes: tuple[float, ...] = ()
    mode: int = 0
    size: float = 0                               # of the font, in its own units


class _Run(NamedTuple):
    """Glyphs that are painted in one go: their *name*, from where to where on the page, and their size there."""

    name: str
    start: Point
    end: Point
    size: float

    def shape(self) -> Shape:
        (x1, y1), (x2, y2) = self.start, self.end
        return Shape(self.name, (x1, y1, (x1 + x2) / 2, (y1 + y2) / 2, x2, y2), self.size)


class _Painter:
    """As much of a PDF interpreter as it takes to know which colours are put where."""

    def __init__(self) -> None:
        self.found: dict[int, list[Shape]] = {}
        self._marks = Marks()
        self._stack: list[_State] = []
        self._now = _State()
        self._path = Outline()
        self._ended = False                       # the path, by a rectangle of no size, as WeasyPrint ends clips of SVG
        self._text = Identity                     # where the next glyph stands
        self._widths: Mapping[int, float] = {}
        self._fonts: dict[tuple[int, int], Mapping[int, float]] = {}
        self._runs: list[_Run] = []               # since words began
        self._resources: Any = Dictionary()

    def run(self, stream: Any) -> None:
        """Interpret a page or a form."""
        outer, self._resources = self._resources, stream.get("/Resources", Dictionary())
        for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator == "Do":
                self._place(self._resources.XObject[str(operands[0])])
            elif operator in _TEXT:
                self._write(operator, operands)
            else:
                self._set(operator, operands)
        self._resources = outer

    def _place(self, placed: Any) -> None:
        if placed.get("/Subtype") == "/Form":
            before = self._now
            self._transform(placed.get("/Matrix", Identity))
            self.run(placed)
            self._now = before
        elif self._marks.ident is not None:
            self._path.box([self._now.matrix.transformPoint(corner) for corner in _CORNERS])
            self._add(_pixels(placed))

    def _set(self, operator: str, operands: Sequence[Any]) -> None:
        match operator:
            case "q":
                self._stack.append(self._now)
            case "Q":
                self._now = self._stack.pop()
            case "cm":
                self._transform(operands)
            case "w":
                self._now = self._now._replace(width=float(operands[0]))
            case "d":
                self._now = self._now._replace(dashes=tuple(map(float, (*operands[0], operands[1]))))
            case "rg" | "g" | "k" | "sc" | "scn":
                self._now = self._now._replace(fill=_colour(operands))
            case "RG" | "G" | "K" | "SC" | "SCN":
                self._now = self._now._replace(stroke=_colour(operands))
            case "BMC" | "BDC":
                self._marks.open(operands[0], operands[-1])
            case "EMC":
                self._marks.close()
            case _ if self._marks.ident is not None:
                self._draw(operator, tuple(map(float, operands)))

    def _transform(self, matrix: Iterable[Any]) -> None:
        self._now = self._now._replace(matrix=self._now.matrix.transform(tuple(map(float, matrix))))

    def _draw(self, operator: str, numbers: tuple[float, ...]) -> None:
        """Add a segment to the path, or paint the path and begin another."""
        path, points = self._path, self._now.matrix.transformPoints(list(zip(*[iter(numbers)] * 2, strict=True)))
        match operator:
            case "m":
                path.move(*points)
            case "l":
                path.line(*points)
            case "c":
                path.curve(*points)
            case "v":
                path.curve(path.at, *points)
            case "y":
                path.curve(points[0], points[1], points[1])
            case "re" if not any(numbers):
                self._ended = True
            case "re":
                x, y, width, height = numbers
                corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
                path.box(self._now.matrix.transformPoints(corners))
            case "h":
                path.close()
            case "W" | "W*" if self._ended:
                self._note(Shape(clip(path.lines), path.measures()))
            case _ if operator not in ("W", "W*"):
                self._paint(operator)

    def _paint(self, operator: str) -> None:
        if operator in _CLOSES:
            self._path.close()
        self._add(shape(self._now.fill if operator in _FILLS else NO_COLOUR,
                        self._now.stroke if operator in _STROKES else NO_COLOUR,
                        self._path.lines, self._path.curves, self._path.boxes),
                  is_stroked=operator in _STROKES)

    def _write(self, operator: str, operands: Sequence[Any]) -> None:
        match operator:
            case "BT":
                self._text = Identity
            case "Tr":
                self._now = self._now._replace(mode=int(operands[0]))
            case "Tf":
                self._widths = self._widths_of(self._resources.Font[str(operands[0])])
                self._now = self._now._replace(size=float(operands[1]))
            case "Tm":
                self._text = Transform(*map(float, operands))
            case "Tj" | "TJ":
                self._show(operands[0])
            case "ET" if self._runs:
                first, last = self._runs[0], self._runs[-1]
                if first.name:
                    self._note(first._replace(end=last.end).shape())
                self._runs = []

    def _show(self, shown: Any) -> None:
        """Note glyphs and go on to where the next one stands."""
        fill = self._now.fill if self._now.mode in _TEXT_FILLS else NO_COLOUR
        stroke = self._now.stroke if self._now.mode in _TEXT_STROKES else NO_COLOUR
        before = self._now.matrix.transform(self._text)
        self._text = self._text.translate(self._now.size * _advance(shown, self._widths) / _EM, 0)
        after = self._now.matrix.transform(self._text)
        self._runs.append(_Run(words(fill, stroke), before[4:], after[4:], self._now.size * _enlarged(after)))

    def _widths_of(self, font: Any) -> Mapping[int, float]:
        """Return the width of each glyph of *font*, in thousandths of its size; each font is read once."""
        if font.objgen not in self._fonts:
            self._fonts[font.objgen] = dict(_widths(font))
        return self._fonts[font.objgen]

    def _add(self, name: str, *, is_stroked: bool = False) -> None:
        """Note the path, which is painted, by *name*, and begin another."""
        if name:
            width, *dashes = (_enlarged(self._now.matrix) * number for number in (self._now.width, *self._now.dashes))
            self._note(Shape(name, self._path.measures(), width if is_stroked else 0,
                             dashes=tuple(dashes) if is_stroked and len(dashes) > 1 else ()))
        self._path, self._ended = Outline(), False

    def _note(self, painted: Shape) -> None:
        if (ident := self._marks.ident) is not None:
            self.found.setdefault(ident, []).append(painted)


def _enlarged(matrix: Transform) -> float:
    """Return how many times as long what is put through *matrix* is, over both axes."""
    return sqrt(abs(matrix.xx * matrix.yy - matrix.xy * matrix.yx))


def _widths(font: Any) -> Iterator[tuple[int, float]]:
    """Yield the codes of the glyphs of *font* with their widths, which follow a first code in lists."""
    table = list(font.DescendantFonts[0].get("/W", ())) if "/DescendantFonts" in font else []
    for first, listed in zip(table[::2], table[1::2], strict=True):
        yield from enumerate(map(float, listed), int(first))


def _advance(shown: Any, widths: Mapping[int, float]) -> float:
    """Return how far glyphs of two bytes each lead, in thousandths of their font's size."""
    far = 0.0
    for each in shown if isinstance(shown, Array) else [shown]:
        if not isinstance(each, String):
            far -= float(each)
            continue
        codes = bytes(each)
        far += sum(widths.get(int.from_bytes(codes[at:at + 2], "big"), _EM) for at in range(0, len(codes), 2))
    return far


def _colour(operands: Sequence[Any]) -> str:
    """Return the colour of three parts, or of one, which is grey; "?" for any other."""
    parts = tuple(_numbers(operands))
    if len(parts) not in (1, _RGB):
        return SOME_COLOUR
    return "#" + "".join(f"{round(part * 255):02x}" for part in (parts * _RGB)[:_RGB])


def _numbers(operands: Sequence[Any]) -> Iterator[float]:
    for operand in operands:
        try:
            yield float(operand)
        except (TypeError, ValueError):
            return                                # the name of a pattern


def _pixels(image: Any) -> str:
    try:
        return pixels(pikepdf.PdfImage(image).as_pil_image())
    except (pikepdf.PdfError, NotImplementedError, ValueError) as error:
        return f"unreadable:{type(error).__name__}"
