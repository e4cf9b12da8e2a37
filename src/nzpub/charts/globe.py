"""The globe: places as unit vectors, great circles, TopoJSON, and the azimuthal equidistant projection.

Angles are in radians except latitudes and longitudes, which are in degrees, north and east positive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import acos, ceil, cos, dist, floor, hypot, radians, sin, sqrt
from typing import Any

Vector = tuple[float, float, float]
Point = tuple[float, float]                # in units of the drawing
Ring = tuple[Vector, ...]                  # closed: the last place is the first

EARTH_KM = 6371.0088       # mean radius of the Earth, as the IUGG defines it
_SAME = 1e-9               # radians, or on the unit sphere: places closer than this are one
_STEP = radians(1)         # the longest edge that may be drawn straight
_MOST_POINTS = 50_000      # in all rings: the world at 1:110 million has 11,000; as many random ones take 14 s
_FINEST = 0.5              # the smallest detail, in units of the drawing: 0.08 mm in print


def place(latitude: float, longitude: float) -> Vector:
    """Return the place at *latitude* and *longitude*, in degrees."""
    phi, lam = radians(latitude), radians(longitude)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def angle(a: Vector, b: Vector) -> float:
    """Return the angle between two places, seen from the Earth's centre."""
    return acos(max(-1.0, min(1.0, _dot(a, b))))


def between(a: Vector, b: Vector, share: float) -> Vector:
    """Return the place *share* (0 to 1) of the way along the great circle from *a* to *b*."""
    whole = angle(a, b)
    if whole < _SAME:
        return a
    from_a, from_b = sin((1 - share) * whole) / sin(whole), sin(share * whole) / sin(whole)
    x, y, z = (from_a * p + from_b * q for p, q in zip(a, b, strict=True))
    return x, y, z


def dense(ring: Sequence[Vector]) -> Iterator[Vector]:
    """Yield the places of *ring*, and more between any two that are far apart."""
    for a, b in pairwise(ring):
        count = max(1, ceil(angle(a, b) / _STEP))
        yield from (between(a, b, n / count) for n in range(count))
    yield ring[-1]


@dataclass(frozen=True, slots=True)
class Azimuthal:
    """Azimuthal equidistant: directions and distances from *centre* are true; north is up there.

    *scale* is in units per radian, *middle* is where the centre is drawn; what lies beyond *horizon*
    is drawn on the horizon, so that rings that cross it are cut along it.
    """

    centre: Vector
    horizon: float
    scale: float
    middle: Point

    def __call__(self, spot: Vector) -> Point:
        """Return where *spot* is drawn."""
        x, y, z = self.centre
        level = hypot(x, y)
        x, y = (x / level, y / level) if level > _SAME else (1.0, 0.0)     # at a pole, up is any direction
        east, north = _dot(spot, (-y, x, 0.0)), _dot(spot, (-z * x, -z * y, level))
        off = hypot(east, north)
        if off < _SAME:
            return self.middle
        radius = self.scale * min(angle(spot, self.centre), self.horizon)
        return self.middle[0] + radius * east / off, self.middle[1] - radius * north / off

    def sees(self, spot: Vector) -> bool:
        """Return whether *spot* lies within the horizon."""
        return angle(spot, self.centre) < self.horizon

    def ring(self, ring: Ring) -> tuple[Point, ...]:
        """Return *ring* as drawn, without what no eye can see; nothing if all of it is beyond the horizon."""
        return self._line(dense(ring)) if any(map(self.sees, ring)) else ()

    def lines(self, spots: Iterable[Vector]) -> Iterator[tuple[Point, ...]]:
        """Yield the parts of a line through *spots* that are seen, up to the horizon."""
        run: list[Vector] = []
        before: Vector | None = None
        for spot in spots:
            if self.sees(spot):
                run = run or ([before] if before else [])
                run.append(spot)
            elif run:
                yield self._line([*run, spot])
                run = []
            before = spot
        if run:
            yield self._line(run)

    def _line(self, spots: Iterable[Vector]) -> tuple[Point, ...]:
        return tuple(_simple(tuple(map(self, spots))))


def _simple(points: Sequence[Point]) -> Sequence[Point]:
    """Return *points* less those that stand out by less than can be seen (Douglas and Peucker, 1973)."""
    first, last = points[0], points[-1]
    offs = [_off(point, first, last) for point in points]
    farthest = max(range(len(points)), key=offs.__getitem__)
    if offs[farthest] < _FINEST:
        return (first, last)
    return (*_simple(points[: farthest + 1])[:-1], *_simple(points[farthest:]))


def _off(point: Point, a: Point, b: Point) -> float:
    """Return the distance of *point* from the line from *a* to *b*, or from *a* if that is *b* too."""
    across, down = b[0] - a[0], b[1] - a[1]
    right, below = point[0] - a[0], point[1] - a[1]
    whole = hypot(across, down)
    return abs(across * below - down * right) / whole if whole else hypot(right, below)


def graticule(step: int) -> Iterator[tuple[Vector, ...]]:
    """Yield meridians and parallels every *step* degrees; meridians end before they crowd at the poles."""
    for longitude in range(-180, 180, step):
        yield tuple(place(latitude, longitude) for latitude in range(-90 + step // 2, 91 - step // 2))
    for latitude in range(-90 + step, 90, step):
        yield tuple(place(latitude, longitude) for longitude in range(-180, 181))


def read_topology(data: bytes) -> tuple[tuple[Ring, ...], Mapping[str, tuple[Ring, ...]]]:
    """Return the rings of the object ``land``, and those of each of ``countries`` by its id.

    Raises ValueError or LookupError if *data* is not such TopoJSON.
    """
    topology = json.loads(data, parse_constant=_no_number)
    arcs = _arcs(topology)
    land, countries = topology["objects"]["land"], topology["objects"]["countries"]["geometries"]
    points = sum(len(arcs[index]) for each in (land, *countries) for ring in _outlined(each) for index in ring)
    if points > _MOST_POINTS:
        raise ValueError(f"it has {points:,} points, and {_MOST_POINTS:,} are the most")
    return _rings(land, arcs), {str(country["id"]): _rings(country, arcs) for country in countries}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _arcs(topology: Mapping[str, Any]) -> tuple[Ring, ...]:
    """Return the arcs, whose points are stored as steps from the one before (TopoJSON, section 2.1.4)."""
    (scale_x, scale_y), (left, low) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        spots = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            spots.append(place(y * scale_y + low, x * scale_x + left))
        arcs.append(tuple(spots))
    return tuple(arcs)


def _outlined(geometry: Mapping[str, Any]) -> Iterator[Sequence[int]]:
    """Return the rings of *geometry*, each as the indices of its arcs."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return (ring for polygon in polygons for ring in polygon)


def _rings(geometry: Mapping[str, Any], arcs: Sequence[Ring]) -> tuple[Ring, ...]:
    return tuple(_ring(ring, arcs) for ring in _outlined(geometry))


def _ring(indices: Iterable[int], arcs: Sequence[Ring]) -> Ring:
    """Return the arcs joined end to end; a negative index, in ones' complement, reads its arc backwards."""
    spots: list[Vector] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        spots += arc[1:] if spots else arc
    if not spots or dist(spots[0], spots[-1]) > _SAME:
        raise ValueError("a ring does not end where it begins")
    return tuple(spots)


def hatching(rings: Sequence[Sequence[Point]], distance: float) -> Iterator[tuple[Point, Point]]:
    """Yield lines, rising to the right and *distance* apart, that fill *rings* by the even-odd rule."""
    root = sqrt(0.5)
    turned = [[((x + y) * root, (y - x) * root) for x, y in ring] for ring in rings]
    edges = [edge for ring in turned for edge in pairwise(ring)]
    heights = [u for ring in turned for u, _ in ring]
    for n in range(floor(min(heights) / distance) + 1, ceil(max(heights) / distance)):
        u = n * distance
        ends = sorted(v1 + (u - u1) / (u2 - u1) * (v2 - v1)
                      for (u1, v1), (u2, v2) in edges if (u1 <= u) != (u2 <= u))
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            yield (((u - start) * root, (u + start) * root), ((u - end) * root, (u + end) * root))


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
