"""The cover's drawing: a horizon, the net of the sphere below it, and one great circle from place to place.

It is the same for every publication; its colours are tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import acos, cos, radians, sin, sqrt

# Lengths are millimetres of an A4 page, y downwards; the page crops the sphere.
_WIDTH, _HEIGHT = 210, 297
_MIDDLE, _RADIUS = (140.0, 350.0), 212.0
_TILT, _TURN = radians(24), radians(-52)     # how far the pole leans towards the reader, and to the side
_STEP = 10                                   # degrees between two lines of the net
_FINE = 2                                    # degrees between two points of a line
_BEYOND = 0.03                               # how far beyond the horizon a line runs, so that it touches it
_HALOS = (7.0, 18.0, 33.0)                   # above the horizon
_FROM, _TO = (33.0, 268.0), (176.0, 167.0)   # the great circle's ends

Point = tuple[float, float]                  # on the page
Vector = tuple[float, float, float]          # of length 1: to the right, upwards, towards the reader


def draw(tokens: Mapping[str, str]) -> str:
    """Return the drawing as SVG."""
    sea, net, course = (tokens[name] for name in ("--color-pacific", "--color-on-dark-muted", "--color-ochre-on-dark"))
    x, y = _MIDDLE
    halos = (f'<circle cx="{x}" cy="{y}" r="{_RADIUS + off}" fill="none" stroke="{net}" stroke-width="0.25" '
             f'stroke-opacity="{0.5 - 0.13 * n:.2f}"/>' for n, off in enumerate(_HALOS))
    ends = (f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.4" fill="{sea}" stroke="{course}" stroke-width="1.1"/>'
            for x, y in (_FROM, _TO))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}mm" '
            f'height="{_HEIGHT}mm">{"".join(halos)}<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="{sea}"/>'
            f'<path d="{_path(_net())}" fill="none" stroke="{net}" stroke-width="0.25" stroke-opacity="0.45"/>'
            f'<path d="{_path([_great_circle()])}" fill="none" stroke="{course}" stroke-width="1.1"/>'
            f'{"".join(ends)}</svg>')


def _net() -> Iterator[Sequence[Vector]]:
    """Yield the visible parts of the meridians and parallels."""
    for longitude in range(-180, 180, _STEP):
        yield from _seen(_place(longitude, latitude) for latitude in range(-80, 81, _FINE))
    for latitude in range(-80, 81, _STEP):
        yield from _seen(_place(longitude, latitude) for longitude in range(-180, 181, _FINE))


def _place(longitude: float, latitude: float) -> Vector:
    """Return the place at *longitude* and *latitude*, in degrees, on the sphere as it is turned and tilted."""
    lam, phi = radians(longitude), radians(latitude)
    x, y, z = cos(phi) * sin(lam), sin(phi), cos(phi) * cos(lam)
    y, z = y * cos(_TILT) - z * sin(_TILT), y * sin(_TILT) + z * cos(_TILT)
    return x * cos(_TURN) - y * sin(_TURN), x * sin(_TURN) + y * cos(_TURN), z


def _seen(line: Iterable[Vector]) -> Iterator[Sequence[Vector]]:
    """Yield the parts of *line* that face the reader and lie on the page."""
    for seen, run in groupby(line, lambda place: place[2] > -_BEYOND and _on_page(_point(place))):
        if seen:
            yield tuple(run)


def _on_page(point: Point) -> bool:
    beyond = _RADIUS * radians(_FINE)        # so that a line reaches the page's edge
    return -beyond < point[0] < _WIDTH + beyond and point[1] < _HEIGHT + beyond


def _great_circle() -> Sequence[Vector]:
    a, b = _lift(_FROM), _lift(_TO)
    whole = acos(sum(p * q for p, q in zip(a, b, strict=True)))
    return [_along(a, b, whole, step / 48) for step in range(49)]


def _along(a: Vector, b: Vector, whole: float, share: float) -> Vector:
    of_a, of_b = sin((1 - share) * whole) / sin(whole), sin(share * whole) / sin(whole)
    return of_a * a[0] + of_b * b[0], of_a * a[1] + of_b * b[1], of_a * a[2] + of_b * b[2]


def _lift(point: Point) -> Vector:
    x, y = (point[0] - _MIDDLE[0]) / _RADIUS, (_MIDDLE[1] - point[1]) / _RADIUS
    return x, y, sqrt(1 - x * x - y * y)


def _point(place: Vector) -> Point:
    return _MIDDLE[0] + _RADIUS * place[0], _MIDDLE[1] - _RADIUS * place[1]


def _path(lines: Iterable[Sequence[Vector]]) -> str:
    drawn = ("L".join(f"{x:.2f} {y:.2f}" for x, y in map(_point, line)) for line in lines)
    return "".join(f"M{points}" for points in drawn)
