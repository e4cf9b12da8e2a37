"""What the content stream of a PDF's page paints inside its marks: shapes, colours, pictures, and where they stand.

It is told in the words of :mod:`painted`, but read from the operators of the file alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import pikepdf
from fontTools.misc.transform import Identity, Transform
from pikepdf import Dictionary, Name

from nzpub.checks.outline import Measures, Outline, Point
from nzpub.checks.painted import ANY, NO_COLOUR, SOME_COLOUR, Shape, pixels, shape, told, words

_OPERATORS = ("q Q cm w rg RG g G k K sc SC scn SCN Tr m l c v y re h f F f* B B* b b* S s n Tj TJ Do BMC BDC EMC")
_FILLS, _STROKES = frozenset(("f", "F", "f*", "B", "B*", "b", "b*")), frozenset(("S", "s", "B", "B*", "b", "b*"))
_CLOSES = frozenset(("s", "b", "b*"))
_BLACK = "#000000"
_TEXT_FILLS, _TEXT_STROKES = frozenset((0, 2, 4, 6)), frozenset((1, 2, 5, 6))   # ISO 32000-2, table 104
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
    return told(right - left, top - bottom, (each._replace(measures=tuple(_from(each.measures, left, top)))
                                             for each in shapes))


def _from(measures: Measures, left: float, top: float) -> Iterator[float]:
    """Yield *measures* from *left* and down from *top*."""
    if measures:
        x1, y1, x2, y2, *means = measures
        for number, y in zip((x1, y2, x2, y1, *means), (False, True) * 4, strict=True):
            yield top - number if y else number - left


class _State(NamedTuple):
    """As much of the graphics state as the colours and places of shapes depend on."""

    matrix: Transform = Identity
    fill: str = _BLACK
    stroke: str = _BLACK
    mode: int = 0
    width: float = 1


class _Painter:
    """As much of a PDF interpreter as it takes to know which colours are put where."""

    def __init__(self) -> None:
        self.found: dict[int, list[Shape]] = {}
        self._marks = Marks()
        self._stack: list[_State] = []
        self._now = _State()
        self._path = Outline()

    def run(self, stream: Any) -> None:
        """Interpret a page or a form."""
        pictures = stream.get("/Resources", Dictionary()).get("/XObject", Dictionary())
        for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator == "Do":
                self._place(pictures[str(operands[0])])
            else:
                self._set(operator, operands)

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
            case "rg" | "g" | "k" | "sc" | "scn":
                self._now = self._now._replace(fill=_colour(operands))
            case "RG" | "G" | "K" | "SC" | "SCN":
                self._now = self._now._replace(stroke=_colour(operands))
            case "Tr":
                self._now = self._now._replace(mode=int(operands[0]))
            case "BMC" | "BDC":
                self._marks.open(operands[0], operands[-1])
            case "EMC":
                self._marks.close()
            case "Tj" | "TJ":
                self._write()
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
            case "re":
                x, y, width, height = numbers
                corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
                path.box(self._now.matrix.transformPoints(corners))
            case "h":
                path.close()
            case _:
                self._paint(operator)

    def _paint(self, operator: str) -> None:
        if operator in _CLOSES:
            self._path.close()
        self._add(shape(self._now.fill if operator in _FILLS else NO_COLOUR,
                        self._now.stroke if operator in _STROKES else NO_COLOUR,
                        self._path.lines, self._path.curves, self._path.boxes),
                  self._width if operator in _STROKES else 0)

    def _write(self) -> None:
        if self._now.mode in _TEXT_FILLS:
            self._note(words(self._now.fill))
        if self._now.mode in _TEXT_STROKES:
            self._note(words(self._now.stroke))

    @property
    def _width(self) -> float:
        """Return the width of a stroke on the page."""
        xx, xy, yx, yy, _, _ = self._now.matrix
        return self._now.width * sqrt(abs(xx * yy - xy * yx))

    def _add(self, name: str, width: float = 0) -> None:
        """Note the path, which is painted, by *name*, and begin another."""
        if name:
            self._note(Shape(name, self._path.measures(), width))
        self._path = Outline()

    def _note(self, painted: Shape) -> None:
        if (ident := self._marks.ident) is not None:
            self.found.setdefault(ident, []).append(painted)


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
