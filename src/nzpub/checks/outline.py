"""The course of a path: how many lines and curves it has, and where it runs.

Both sides of a comparison of drawings measure by it, the drawing's own file and the page that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from fontTools.misc.bezierTools import calcCubicBounds

Point = tuple[float, float]
Measures = tuple[float, ...]
"""Left, top, right and bottom of a path, then x and y of the mean of its points, and of the mean that weighs each
by its place in the order: what moves, grows, is mirrored or bent has others. Unknown is NaN."""

_NEAR = 1e-4                                  # of a path's size: where it ends as near its start, it is closed


class Outline:
    """A path that is drawn step by step, each point in the units of whoever draws it, y downwards or upwards.

    A line that only closes it is left out of its points, as one program draws it and another does not.
    """

    def __init__(self) -> None:
        self.lines = self.curves = self.boxes = 0
        self.at: Point = (0, 0)
        self._start: Point = (0, 0)
        self._points: list[Point] = []
        self._straight: list[bool] = []       # of each point, whether a line leads to it
        self._edges: list[tuple[float, float, float, float]] = []
        self._begun = False

    def move(self, to: Point) -> None:
        """Begin at another place; nothing is drawn by it."""
        self.at = self._start = to
        self._begun = False

    def line(self, to: Point) -> None:
        """Draw a straight line."""
        self._begin()
        self.lines += 1
        self._add((to,), straight=True)
        self._edges.append((*to, *to))

    def curve(self, first: Point, second: Point, to: Point) -> None:
        """Draw a cubic Bézier curve."""
        self._begin()
        self.curves += 1
        self._edges.append(calcCubicBounds(self.at, first, second, to))
        self._add((first, second, to), straight=False)

    def box(self, corners: Sequence[Point]) -> None:
        """Draw a closed rectangle, from one of its *corners* to the next."""
        self.move(corners[0])
        self._begin()
        self.boxes += 1
        self._add(corners[1:], straight=False)
        self._edges += [(*corner, *corner) for corner in corners]
        self.move(corners[0])

    def close(self) -> None:
        """Lead back to where it began."""
        left, top, right, bottom = self._bounds() if self._edges else (0, 0, 0, 0)
        near = _NEAR * max(right - left, bottom - top)
        while self._begun and self._straight[-1] and _distance(self._points[-1], self._start) <= near:
            del self._points[-1], self._straight[-1]
        self.move(self._start)

    def measures(self) -> Measures:
        """Return where it runs, in the units in which it was drawn; NaN all over if nothing was drawn."""
        if not self._points:
            return (float("nan"),) * 8
        count = len(self._points)
        whole = count * (count + 1) / 2
        middle = [sum(point[axis] for point in self._points) / count for axis in (0, 1)]
        ordered = [sum(place * point[axis] for place, point in enumerate(self._points, 1)) / whole for axis in (0, 1)]
        return (*self._bounds(), *middle, *ordered)

    def _bounds(self) -> tuple[float, float, float, float]:
        lefts, tops, rights, bottoms = zip(*self._edges, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def _begin(self) -> None:
        if not self._begun:
            self._add((self._start,), straight=False)
            self._edges.append((*self._start, *self._start))
            self._begun = True

    def _add(self, points: Sequence[Point], *, straight: bool) -> None:
        self._points += points
        self._straight += [straight] * len(points)
        self.at = points[-1]


def _distance(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
