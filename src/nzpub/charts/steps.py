"""Steps: a total as it was announced from time to time; what is only a floor carries an arrow upwards.

Columns: ``date``, ``value`` (a number), ``bound`` (``floor``: at least the value; ``about``; ``exact``),
``label`` (the value as a reader sees it), ``source``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from nzpub.charts.svg import Anchor, Box, Label, Look, Shape, drawing, element, line, path, years
from nzpub.charts.table import ChartData, Columns, Row, When, amount, cell, one_of, row_error, when, wrong
from nzpub.errors import Place, each

_KEY = {"floor": "More than (a floor)", "about": "About", "exact": "Exact"}
COLUMNS: Columns = {"date": when, "value": amount, "bound": lambda row, column: one_of(row, column, tuple(_KEY)),
                    "label": cell}
_RATIO = {"column": 0.66, "phone": 1.15}    # of the height to the width
_HEADROOM = 1.12           # of the scale's top to the largest value: an arrow stands on it
# In sizes of the text: a mark's radius, a floor's arrow, a line of a label, and what stands below the steps.
_RADIUS, _ARROW, _LEADING, _BELOW = 0.32, 1.3, 1.15, 3.8


@dataclass(frozen=True, slots=True)
class _Frame:
    """Years and values to units."""

    first: int
    last: int
    highest: float
    width: float
    floor: float

    def x(self, year: float) -> float:
        """Return where *year* lies."""
        return (year - self.first) / (self.last - self.first) * self.width

    def y(self, value: float) -> float:
        """Return the height of *value*; 0 lies on the floor of the frame."""
        return self.floor * (1 - value / (self.highest * _HEADROOM))


@dataclass(frozen=True, slots=True)
class _Point:
    """One announcement, and where it is drawn."""

    date: When
    bound: str
    label: str
    x: float
    y: float
    row: Row


def draw(chart: ChartData, tokens: Mapping[str, str], shape: Shape) -> str:
    """Return the steps of *chart* as SVG.

    Raises ManuscriptError if no value is above 0, or with each label that finds no room.
    """
    look = Look(tokens, shape)
    height = look.length("height") if shape == "wide" else look.width * _RATIO[shape]
    dates = [when(row, "date") for row in chart.rows]
    if (highest := max(amount(row, "value") for row in chart.rows)) == 0:
        raise wrong("NZ423", "no value is above 0", Place(chart.source, 1), "there is nothing to draw yet")
    frame = _Frame(floor(min(d.first for d in dates)), ceil(max(d.last for d in dates)), highest, look.width,
                   height - _BELOW * look.size)
    points = sorted((_point(frame, row) for row in chart.rows), key=lambda p: p.x)
    return drawing(look, height, [*_steps(look, points), *_years(look, frame),
                                  *(part for p in points for part in _mark(look, p.bound, p.x, p.y)),
                                  *_labels(look, frame, points), *_key(look, height)])


def _point(frame: _Frame, row: Row) -> _Point:
    date = when(row, "date")
    return _Point(date, one_of(row, "bound", tuple(_KEY)), cell(row, "label"),
                  frame.x(date.middle), frame.y(amount(row, "value")), row)


def _stairs(points: Sequence[_Point]) -> Iterator[tuple[float, float]]:
    """Yield the corners of the steps: each total holds until the next is announced."""
    for point, after in pairwise(points):
        yield from ((point.x, point.y), (after.x, point.y))
    yield points[-1].x, points[-1].y


def _steps(look: Look, points: Sequence[_Point]) -> Iterator[str]:
    """Draw the steps; before the first and after the last nothing is said, so no line is drawn."""
    yield element("path", d=path(_stairs(points)), fill="none", stroke=look.colour("pacific"),
                  stroke_width=look.stroke)


def _years(look: Look, frame: _Frame) -> Iterator[object]:
    """Draw the years below, each name in the middle of its year, or behind its beginning if not all are named."""
    yield line(look, 0, frame.floor, look.width, frame.floor, colour="rule")
    named = years(look, frame.first, frame.last - 1, frame.x(1) - frame.x(0))
    for year in named:
        x, y = frame.x(year), frame.floor + 1.2 * look.size
        if year > frame.first:
            yield line(look, x, frame.floor, x, frame.floor + 0.5 * look.size, colour="rule")
        if named.step == 1:
            yield look.label(str(year), frame.x(year + 0.5), y, anchor="middle", colour="muted")
        elif (name := look.label(str(year), x + look.size / 4, y, colour="muted")).box.right <= look.width:
            yield name


def _mark(look: Look, bound: str, x: float, y: float) -> Iterator[str]:
    """Draw a disc for an exact value, a ring for a rough one, a disc with an arrow for a floor."""
    colour, radius = look.colour("pacific"), _RADIUS * look.size
    if bound == "floor":
        tip, head = y - _ARROW * look.size, 0.3 * look.size
        point = path([(x - head, tip + head), (x, tip), (x + head, tip + head)])
        yield element("path", d=path([(x, y), (x, tip)]) + point, fill="none", stroke=colour,
                      stroke_width=look.stroke)
    yield element("circle", cx=x, cy=y, r=radius, fill=look.colour("paper") if bound == "about" else colour,
                  stroke=colour, stroke_width=look.stroke)


def _mark_box(look: Look, point: _Point) -> Box:
    radius = _RADIUS * look.size + look.stroke / 2
    arrow = _ARROW * look.size + look.stroke / 2 if point.bound == "floor" else radius
    return Box(point.x - radius, point.y - arrow, point.x + radius, point.y + radius)


def _labels(look: Look, frame: _Frame, points: Sequence[_Point]) -> list[Label]:
    """Return a label of two lines for each point, clear of the marks, the steps and one another."""
    lines = [Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
             for (x1, y1), (x2, y2) in pairwise(_stairs(points))]
    taken = [*lines, *(_mark_box(look, point) for point in points)]
    room = Box(0, 0, look.width, frame.floor)

    def label(point: _Point) -> tuple[Label, Label]:
        pair = next((pair for pair in _places(look, point) if _free(look, pair, room, taken)), None)
        if pair is None:
            raise row_error(point.row, "NZ426", f"“{point.label}” finds no room in the drawing{look.where}",
                            "write fewer words")
        taken.extend(words.box for words in pair)
        return pair
    return [words for pair in each(label, reversed(points)) for words in pair]     # the last stand closest to the edge


def _places(look: Look, point: _Point) -> Iterator[tuple[Label, Label]]:
    """Yield the places for the label of *point*, best first: above its tread, left, right, below."""
    lead, second = look.length("lead"), _LEADING * look.size
    near = 0.75 * look.size
    places: tuple[tuple[float, float, Anchor], ...] = (
        (point.x + near, point.y - 0.5 * look.size - second, "start"),
        (point.x - near, point.y - 0.6 * look.size, "end"),
        (point.x + near, point.y - 0.6 * look.size, "start"),
        (point.x + 0.4 * look.size, point.y + 0.6 * look.size + 0.72 * lead, "start"))
    for x, y, anchor in places:
        yield (look.label(point.label, x, y, anchor=anchor, strong=True, size=lead),
               look.label(point.date.text, x, y + second, anchor=anchor, colour="muted"))


def _free(look: Look, pair: Sequence[Label], room: Box, taken: Sequence[Box]) -> bool:
    gap = look.size / 6
    return all(label.box.left >= room.left and label.box.top >= room.top and label.box.right <= room.right
               and label.box.bottom <= room.bottom and not any(label.box.meets(box, gap) for box in taken)
               for label in pair)


def _key(look: Look, height: float) -> Iterator[object]:
    """Explain the three marks, at the foot."""
    middle, x = height - 0.85 * look.size, _RADIUS * look.size + look.stroke
    for bound, meaning in _KEY.items():
        yield from _mark(look, bound, x, middle + (0.4 * look.size if bound == "floor" else 0))
        label = look.centred(meaning, x + 0.7 * look.size, middle, colour="muted")
        yield label
        x = label.box.right + 1.6 * look.size
