"""The geometry of SVG 2: lengths, transformations, view boxes, and the paths that its basic shapes are.

A length that depends on a font or on what is not known is NaN, and so is whatever is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import cos, hypot, nan, radians, sin, sqrt, tan

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

from nzpub.checks.outline import Outline, Point

Box = tuple[float, float]
"""Width and height of what shares are taken of."""
Properties = Mapping[str, str]

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
UNKNOWN = Transform(nan, nan, nan, nan, nan, nan)
_LENGTH = re.compile(rf"\s*({NUMBER})\s*([a-zA-Z%]*)\s*")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "Q": 96 / 101.6}
_ANGLES = {"": 1.0, "deg": 1.0}
_MOVES = re.compile(r"([a-zA-Z]+)\s*\(([^()]*)\)[\s,]*")
_COMMAND = re.compile(r"([MLHVCSQTAZmlhvcsqtaz])([^MLHVCSQTAZmlhvcsqtaz]*)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2}      # numbers a command has
_KAPPA = 4 / 3 * (sqrt(2) - 1)                  # where the points stand that make a quarter of a circle of a curve


def length(value: str, whole: float = nan) -> float:
    """Return a length in pixels, a share being one of *whole*; 0 for "", NaN for one that is not known."""
    if not value:
        return 0
    found = _LENGTH.fullmatch(value)
    if not found:
        return nan
    return float(found[1]) * (whole / 100 if found[2] == "%" else _UNITS.get(found[2], nan))


def lengths(value: str) -> list[float]:
    """Return the numbers in *value*."""
    return [float(number) for number in re.findall(NUMBER, value)]


def viewport(own: Properties, width: float, height: float) -> Transform:
    """Return how the view box of *own* is put into *width* and *height*."""
    view = lengths(own.get("viewBox", ""))
    if not view:
        return Identity
    align, _, fit = own.get("preserveAspectRatio", "xMidYMid meet").strip().partition(" ")
    across, down = width / view[2], height / view[3]
    if align != "none":
        across = down = (max if fit.strip() == "slice" else min)(across, down)
    shares = [{"Mid": 0.5, "Max": 1.0}.get(part, 0.0) for part in (align[1:4], align[5:8])]
    left, top = shares[0] * (width - across * view[2]), shares[1] * (height - down * view[3])
    return Transform(across, 0, 0, down, left - across * view[0], top - down * view[1])


def transformation(value: str) -> Transform:
    """Return what the transform list *value* does, or UNKNOWN."""
    made = Identity
    if _MOVES.sub("", value).strip():
        return UNKNOWN
    for name, inside in _MOVES.findall(value):
        parts = [_LENGTH.fullmatch(part) for part in re.split(r"[\s,]+", inside.strip())]
        units = _ANGLES if name[0] in "rs" else {"": 1.0, "px": 1.0}
        numbers = [float(part[1]) * units.get(part[2], nan) if part else nan for part in parts]
        try:
            made = made.transform(_MOVES_BY[name](*numbers))
        except (KeyError, TypeError):
            return UNKNOWN
    return made


def _turned(angle: float, x: float = 0, y: float = 0) -> Transform:
    turn = radians(angle)
    return Identity.translate(x, y).transform((cos(turn), sin(turn), -sin(turn), cos(turn), 0, 0)).translate(-x, -y)


_MOVES_BY: Mapping[str, Callable[..., Transform]] = {
    "matrix": Transform, "rotate": _turned,
    "translate": lambda x, y=0.0: Transform(1, 0, 0, 1, x, y),
    "translateX": lambda x: Transform(1, 0, 0, 1, x, 0), "translateY": lambda y: Transform(1, 0, 0, 1, 0, y),
    "scale": lambda x, y=None: Transform(x, 0, 0, x if y is None else y, 0, 0),
    "scaleX": lambda x: Transform(x, 0, 0, 1, 0, 0), "scaleY": lambda y: Transform(1, 0, 0, y, 0, 0),
    "skewX": lambda angle: Transform(1, 0, tan(radians(angle)), 1, 0, 0),
    "skewY": lambda angle: Transform(1, tan(radians(angle)), 0, 1, 0, 0),
}


# --- shapes -----------------------------------------------------------------------------------------


def draw(name: str, own: Properties, box: Box, matrix: Transform, outline: Outline) -> int:
    """Draw the shape called *name*, put through *matrix*, as part of *outline*; return how many lines it has.

    Raises ValueError if it is drawn up to an error, or not at all.
    """
    pen = _Pen(matrix, outline)
    _SHAPES[name](pen, own, box)
    return pen.lines


class _Pen:
    """Draws an outline through a matrix."""

    def __init__(self, matrix: Transform, outline: Outline) -> None:
        self.outline = outline
        self.lines = 0
        self._matrix = matrix

    def path(self, path: str) -> None:
        """Draw the data of a path; its lines are those that are written, not the one that closes it."""
        recorded = RecordingPen()
        parse_path(" ".join(path.split()), recorded)
        for operation, points in recorded.value:
            self.draw(operation, *points)
        self.lines = _lines(path)

    def draw(self, operation: str, *points: Point) -> None:
        """Draw one step as fontTools names it."""
        through = [self._matrix.transformPoint(point) for point in points]
        match operation:
            case "moveTo":
                self.outline.move(*through)
            case "lineTo":
                self.outline.line(*through)
                self.lines += 1
            case "curveTo":
                self.outline.curve(*through)
            case "qCurveTo":
                control, end = through
                self.outline.curve(_between(self.outline.at, control), _between(end, control), end)
            case "closePath":
                self.outline.close()

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a rectangle."""
        corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
        self.outline.box([self._matrix.transformPoint(corner) for corner in corners])

    def rounded(self, first: Point, last: Point, across: float, down: float) -> None:
        """Draw a rectangle from its *first* to its *last* corner, with quarters of an ellipse at each."""
        (x1, y1), (x2, y2) = first, last
        a, b = (1 - _KAPPA) * across, (1 - _KAPPA) * down
        self.draw("moveTo", (x1 + across, y1))
        self.draw("lineTo", (x2 - across, y1))
        self.draw("curveTo", (x2 - a, y1), (x2, y1 + b), (x2, y1 + down))
        self.draw("lineTo", (x2, y2 - down))
        self.draw("curveTo", (x2, y2 - b), (x2 - a, y2), (x2 - across, y2))
        self.draw("lineTo", (x1 + across, y2))
        self.draw("curveTo", (x1 + a, y2), (x1, y2 - b), (x1, y2 - down))
        self.draw("lineTo", (x1, y1 + down))
        self.draw("curveTo", (x1, y1 + b), (x1 + a, y1), (x1 + across, y1))
        self.draw("closePath")

    def oval(self, x: float, y: float, across: float, down: float) -> None:
        """Draw an ellipse around *x* and *y*."""
        a, b = _KAPPA * across, _KAPPA * down
        self.draw("moveTo", (x + across, y))
        for sx, sy in ((1, 1), (-1, -1)):
            side, end = (x + sx * across, y), (x, y + sy * down)
            self.draw("curveTo", (side[0], y + sy * b), (x + sx * a, end[1]), end)
            self.draw("curveTo", (x - sx * a, end[1]), (x - sx * across, y + sy * b), (x - sx * across, y))
        self.draw("closePath")


def _between(one: Point, other: Point) -> Point:
    """Return the point two thirds of the way to *other*, which makes a cubic curve of a quadratic one."""
    return (one[0] + 2 * other[0]) / 3, (one[1] + 2 * other[1]) / 3


def _line(pen: _Pen, own: Properties, box: Box) -> None:
    x1, y1, x2, y2 = (length(own.get(key, ""), box[at % 2]) for at, key in enumerate(("x1", "y1", "x2", "y2")))
    pen.draw("moveTo", (x1, y1))
    pen.draw("lineTo", (x2, y2))


def _polyline(pen: _Pen, own: Properties, _: Box) -> None:
    numbers = lengths(own.get("points", ""))
    for at in range(0, len(numbers) - 1, 2):
        pen.draw("lineTo" if at else "moveTo", (numbers[at], numbers[at + 1]))


def _polygon(pen: _Pen, own: Properties, box: Box) -> None:
    _polyline(pen, own, box)
    pen.draw("closePath")


def _circle(pen: _Pen, own: Properties, box: Box) -> None:
    radius = length(own.get("r", ""), hypot(*box) / sqrt(2))
    _ellipse(pen, {**own, "rx": str(radius), "ry": str(radius)}, box)


def _ellipse(pen: _Pen, own: Properties, box: Box) -> None:
    x, y, across, down = (length(own.get(key, ""), box[at % 2]) for at, key in enumerate(("cx", "cy", "rx", "ry")))
    if across and down:
        pen.oval(x, y, across, down)


def _rect(pen: _Pen, own: Properties, box: Box) -> None:
    x, y, width, height = (length(own.get(key, ""), box[at % 2])
                           for at, key in enumerate(("x", "y", "width", "height")))
    if width <= 0 or height <= 0:
        return
    round_ = own.get("rx", own.get("ry", ""))
    across, down = length(round_, box[0]), length(own.get("ry", round_), box[1])
    if across and down:
        pen.rounded((x, y), (x + width, y + height), min(across, width / 2), min(down, height / 2))
    else:
        pen.box(x, y, width, height)


_SHAPES: Mapping[str, Callable[[_Pen, Properties, Box], None]] = {
    "line": _line, "polyline": _polyline, "polygon": _polygon, "circle": _circle, "ellipse": _ellipse, "rect": _rect,
    "path": lambda pen, own, _: pen.path(own.get("d", "")),
}


def _lines(path: str) -> int:
    """Return how many straight lines the data of a *path* have."""
    lines = 0
    for command, rest in _COMMAND.findall(path):
        letter = command.lower()
        if letter in "az":
            continue
        count, left_over = divmod(len(re.findall(NUMBER, rest)), _TAKES[letter])
        if left_over:
            raise ValueError(f"{command} has {left_over} numbers too many")
        lines += count - (letter == "m") if letter in "mlhv" else 0
    return lines
