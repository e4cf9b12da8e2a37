"""What the content stream of a PDF's page paints inside its marks: shapes, colours, pictures.

It is told in the words of :mod:`painted`, but read from the operators of the file alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pikepdf
from pikepdf import Dictionary

from nzpub.checks.painted import NO_COLOUR, pixels, shape, told, words

_OPERATORS = ("q Q rg RG g G k K sc SC scn SCN Tr m l c v y re f F f* B B* b b* S s n Tj TJ Do BMC BDC EMC")
_FILLS, _STROKES = frozenset(("f", "F", "f*", "B", "B*", "b", "b*")), frozenset(("S", "s", "B", "B*", "b", "b*"))
_BLACK = "#000000"
_TEXT_FILLS, _TEXT_STROKES = frozenset((0, 2, 4, 6)), frozenset((1, 2, 5, 6))   # ISO 32000-2, table 104
_SEGMENTS = {"l": 0, "c": 1, "v": 1, "y": 1, "re": 2}
_RGB = 3


def paintings(page: Any) -> Mapping[int, str]:
    """Return what each marked-content id of *page* paints, by that id."""
    painter = _Painter()
    painter.run(page)
    return {ident: told(tokens) for ident, tokens in painter.found.items()}


class _Painter:
    """As much of a PDF interpreter as it takes to know which colours are put where."""

    def __init__(self) -> None:
        self.found: dict[int, list[str]] = {}
        self._marks: list[int | None] = []
        self._stack: list[tuple[str, str, int]] = []
        self._fill, self._stroke, self._mode = _BLACK, _BLACK, 0
        self._path = [0, 0, 0]

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
            before = self._fill, self._stroke, self._mode
            self.run(placed)
            self._fill, self._stroke, self._mode = before
        elif self._ident is not None:
            self._add(_pixels(placed))

    def _set(self, operator: str, operands: Sequence[Any]) -> None:
        match operator:
            case "q":
                self._stack.append((self._fill, self._stroke, self._mode))
            case "Q":
                self._fill, self._stroke, self._mode = self._stack.pop()
            case "rg" | "g" | "k" | "sc" | "scn":
                self._fill = _colour(operands)
            case "RG" | "G" | "K" | "SC" | "SCN":
                self._stroke = _colour(operands)
            case "Tr":
                self._mode = int(operands[0])
            case "BMC" | "BDC":
                known = operands[-1] if isinstance(operands[-1], Dictionary) else Dictionary()
                self._marks.append(int(known.MCID) if "/MCID" in known else None)
            case "EMC":
                self._marks.pop()
            case "Tj" | "TJ":
                self._write()
            case _:
                self._draw(operator)

    def _draw(self, operator: str) -> None:
        """Add a segment to the path, or paint the path and begin another."""
        if operator in _SEGMENTS:
            self._path[_SEGMENTS[operator]] += 1
        elif operator != "m":
            lines, curves, boxes = self._path
            self._path = [0, 0, 0]
            self._add(shape(self._fill if operator in _FILLS else NO_COLOUR,
                            self._stroke if operator in _STROKES else NO_COLOUR, lines, curves, boxes))

    def _write(self) -> None:
        colours = {self._fill} if self._mode in _TEXT_FILLS else set()
        for colour in colours | ({self._stroke} if self._mode in _TEXT_STROKES else set()):
            self._add(words(colour))

    @property
    def _ident(self) -> int | None:
        return next((ident for ident in reversed(self._marks) if ident is not None), None)

    def _add(self, token: str) -> None:
        if token and self._ident is not None:
            self.found.setdefault(self._ident, []).append(token)


def _colour(operands: Sequence[Any]) -> str:
    """Return the colour of three parts, or of one, which is grey; "?" for any other."""
    parts = tuple(_numbers(operands))
    if len(parts) not in (1, _RGB):
        return "?"
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
