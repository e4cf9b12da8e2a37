"""A map of the world around the great circle between two cities, which it shows as a straight line.

The projection is azimuthal equidistant, centred half-way between the two: the line is true to scale, and
both ends lie as near to the middle as they can. The geometry is TopoJSON with an object ``land`` and an
object ``countries``, whose members have ISO 3166 alpha-3 codes as ids.

Columns: ``name``; ``code`` (as in the geometry; empty for a city); ``group`` (``city`` for the two ends of
the line; of the others the first is filled, the second hatched); ``joined`` (a year, not drawn); ``label``
and ``short`` (the label in a wide drawing), and the ``latitude`` and ``longitude`` that it stands ``on``,
``left``, ``right``, ``above``, ``below`` or ``above right`` of (``side``); ``source``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import radians

from nzpub.charts.globe import (
    EARTH_KM,
    Azimuthal,
    Point,
    Ring,
    Vector,
    angle,
    between,
    graticule,
    hatching,
    place,
    read_topology,
)
from nzpub.charts.svg import Anchor, Box, Label, Look, Shape, drawing, element, line, path
from nzpub.charts.table import ChartData, Columns, Row, cell, label_column, number, one_of, row_error, wrong
from nzpub.errors import Place, each

_Outlines = Sequence[Sequence[Point]]

_CITY = "city"
_GROUPS = 2                # filled and hatched: more could not be told apart in grey
_MARGIN = radians(4)       # from the farthest country to the horizon
_GRATICULE = 30            # degrees
_ROUND_KM = 100
_DISTANCE_AT = 0.63        # of the way along the line: where its length is written
_SIDES: Mapping[str, tuple[Anchor, float, float]] = {      # anchor, and the shift in sizes of the text
    "on": ("middle", 0, 0), "left": ("end", -0.6, 0), "right": ("start", 0.6, 0),
    "above": ("middle", 0, -0.9), "below": ("middle", 0, 0.9), "above right": ("start", 1.1, -2.6)}
# In sizes of the text: a city's radius, the hatching, a swatch, and a row of the key.
_CITY_RADIUS, _HATCH, _SWATCH, _KEY_ROW = 0.34, 0.33, 1.3, 1.7


def _is_labelled(row: Row) -> bool:
    return bool(cell(row, "label") or row.cells.get("short"))


def _degrees(row: Row, column: str) -> object:
    """Return the cell in *column*, a number if *row* has a place on the map: a city, or what has a label."""
    return number(row, column) if cell(row, "group") == _CITY or _is_labelled(row) else cell(row, column)


COLUMNS: Columns = {
    "name": cell, "code": cell, "group": cell, "label": cell, "latitude": _degrees, "longitude": _degrees,
    "side": lambda row, column: one_of(row, column, tuple(_SIDES)) if _is_labelled(row) else cell(row, column)}


@dataclass(frozen=True, slots=True)
class _World:
    """What the map shows: the land, the countries of each group by its name, and the two cities."""

    land: tuple[Ring, ...]
    groups: Mapping[str, tuple[tuple[Ring, ...], ...]]
    cities: tuple[Vector, Vector]

    @property
    def centre(self) -> Vector:
        """The place half-way between the cities."""
        return between(*self.cities, 0.5)

    @property
    def distance(self) -> str:
        """The length of the great circle as a reader sees it."""
        return f"{round(angle(*self.cities) * EARTH_KM / _ROUND_KM) * _ROUND_KM:,} km"

    @property
    def horizon(self) -> float:
        """The angle from the centre that takes in every country of a group, and a margin."""
        return _MARGIN + max(angle(spot, self.centre) for countries in self.groups.values()
                             for rings in countries for ring in rings for spot in ring)


def draw(chart: ChartData, tokens: Mapping[str, str], shape: Shape) -> str:
    """Return the map of *chart* as SVG.

    Raises ManuscriptError if there is no geometry or there are not two cities, or with each code that is not in it.
    """
    look = Look(tokens, shape)
    world = _world(chart)
    radius = (look.length("height") if shape == "wide" else look.width) / 2 - look.stroke
    middle = (look.width - radius - look.stroke if shape == "wide" else look.width / 2, radius + look.stroke)
    globe = Azimuthal(world.centre, world.horizon, radius / world.horizon, middle)
    parts = [*_globe(look, globe, world), *_labels(look, globe, chart.rows), *_line(look, globe, world)]
    if shape == "wide":
        return drawing(look, look.length("height"), [*parts, *_panel(look, world, chart.rows)])
    key, foot = _key_rows(look, world, 2 * middle[1] + 0.4 * look.size)
    return drawing(look, foot, [*parts, *_distance(look, globe, world), *key])


def _world(chart: ChartData) -> _World:
    land, countries = _geometry(chart)
    cities = [row for row in chart.rows if cell(row, "group") == _CITY]
    groups = tuple(dict.fromkeys(cell(row, "group") for row in chart.rows if row not in cities))
    if len(cities) != 2 or not 1 <= len(groups) <= _GROUPS:  # noqa: PLR2004 (a line has two ends)
        raise wrong("NZ425", f"there are {len(cities)} cities and {len(groups)} other groups",
                    Place(chart.source, 1), "name two cities and one or two groups")
    outlines = dict(each(lambda row: (row.line, _country(row, countries)),
                         [row for row in chart.rows if row not in cities]))
    members = {group: tuple(outlines[row.line] for row in chart.rows if cell(row, "group") == group)
               for group in groups}
    ends = [place(number(row, "latitude"), number(row, "longitude")) for row in cities]
    return _World(land, members, (ends[0], ends[1]))


def _geometry(chart: ChartData) -> tuple[tuple[Ring, ...], Mapping[str, tuple[Ring, ...]]]:
    file = chart.source.rsplit(".", 1)[0] + ".json"
    if chart.geometry is None:
        raise wrong("NZ427", "the map has no geometry", Place(file), "put TopoJSON there")
    try:
        return read_topology(chart.geometry)
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise wrong("NZ427", f"this is not TopoJSON with “land” and “countries”: {error}", Place(file),
                    "see the description in nzpub.charts.map") from error


def _country(row: Row, countries: Mapping[str, tuple[Ring, ...]]) -> tuple[Ring, ...]:
    code = cell(row, "code")
    if code not in countries:
        raise row_error(row, "NZ425", f"the geometry has no country “{code}”",
                        f"write the ISO 3166 code that it has: {', '.join(sorted(countries))}")
    return countries[code]


def _globe(look: Look, globe: Azimuthal, world: _World) -> Iterator[str]:
    """Draw sea, graticule, land and countries, and the horizon that ends them."""
    x, y = globe.middle
    radius = globe.scale * globe.horizon
    yield element("circle", cx=x, cy=y, r=radius, fill=look.colour("sea"))
    lines = (path(part) for spots in graticule(_GRATICULE) for part in globe.lines(spots))
    yield element("path", d="".join(lines), fill="none", stroke=look.colour("land"), stroke_width=look.fine)
    yield _area(look, _outlines(globe, world.land), fill="land", stroke="land", width=look.fine / 2)
    for paint, countries in zip((_filled, _hatched), world.groups.values(), strict=False):
        yield from (part for rings in countries for part in paint(look, _outlines(globe, rings)))
    yield element("circle", cx=x, cy=y, r=radius, fill="none", stroke=look.colour("rule"),
                  stroke_width=look.fine)


def _outlines(globe: Azimuthal, rings: Sequence[Ring]) -> _Outlines:
    """Return the rings that are seen, as drawn."""
    return [points for ring in rings if (points := globe.ring(ring))]


def _area(look: Look, outlines: _Outlines, *, fill: str, stroke: str, width: float) -> str:
    rings = "".join(path(points, close=True) for points in outlines)
    return element("path", d=rings, fill=look.colour(fill), fill_rule="evenodd", stroke=look.colour(stroke),
                   stroke_width=width, stroke_linejoin="round")


def _filled(look: Look, outlines: _Outlines) -> Iterator[str]:
    """Draw a country of the first group, its borders in the paper's colour."""
    yield _area(look, outlines, fill="atlantic", stroke="paper", width=look.fine * 0.7)


def _hatched(look: Look, outlines: _Outlines) -> Iterator[str]:
    """Draw a country of the second group: hatched and outlined on paper."""
    width = 0.8 * look.stroke
    yield _area(look, outlines, fill="paper", stroke="pacific", width=width)
    if lines := "".join(map(path, hatching(outlines, _HATCH * look.size))):
        yield element("path", d=lines, fill="none", stroke=look.colour("pacific"), stroke_width=width)


def _line(look: Look, globe: Azimuthal, world: _World) -> Iterator[str]:
    """Draw the great circle, with an edge of paper so that it shows on any country, and its two ends."""
    ends = tuple(map(globe, world.cities))
    for colour, width in (("paper", 3.2 * look.stroke), ("ochre", 1.4 * look.stroke)):
        yield element("path", d=path(ends), fill="none", stroke=look.colour(colour), stroke_width=width)
    for x, y in ends:
        yield element("circle", cx=x, cy=y, r=_CITY_RADIUS * look.size, fill=look.colour("paper"),
                      stroke=look.colour("ochre"), stroke_width=1.4 * look.stroke)


def _labels(look: Look, globe: Azimuthal, rows: Sequence[Row]) -> Iterator[object]:
    """Write the labels; a line leads to one that stands farther off, and borders stop at one that stands on land."""
    column = label_column(rows, short=look.shape == "wide")
    for row in rows:
        if words := cell(row, column):
            anchor, right, down = _SIDES[one_of(row, "side", tuple(_SIDES))]
            x, y = globe(place(number(row, "latitude"), number(row, "longitude")))
            if right and down:
                yield line(look, x, y, x + right * look.size, y + (down + 0.35) * look.size, colour="ink")
            on_land = anchor == "middle" and not down
            label = look.centred(words, x + right * look.size, y + down * look.size, anchor=anchor,
                                 colour="on-dark" if on_land else "ink", strong=cell(row, "group") == _CITY)
            if on_land:
                yield _cleared(look, label.box)
            yield label


def _cleared(look: Look, box: Box) -> str:
    """Return the ground of a label that stands on a country of the first group."""
    left, top, right, bottom = box
    return element("rect", x=left, y=top, width=right - left, height=bottom - top, fill=look.colour("atlantic"))


def _distance(look: Look, globe: Azimuthal, world: _World) -> Iterator[Label]:
    """Write the length of the line beside it."""
    x, y = globe(between(*world.cities, _DISTANCE_AT))
    yield look.centred(world.distance, x + look.size, y, colour="ochre", strong=True)


def _key(world: _World) -> list[tuple[str, str]]:
    """Return the sign and the meaning of everything that is drawn in a colour of its own."""
    counted = [f"{len(countries)} {group}" for group, countries in world.groups.items()]
    return [*zip(("filled", "hatched"), counted, strict=False), ("line", "Great circle")]


def _sign(look: Look, kind: str, x: float, middle: float) -> Iterator[str]:
    """Draw the swatch of *kind*, its left end at *x*."""
    right, half = x + _SWATCH * look.size, 0.4 * look.size
    top, bottom = middle - half, middle + half
    if kind == "line":
        yield line(look, x, middle, right, middle, colour="ochre", width=1.4 * look.stroke)
    else:
        outline = ((x, top), (right, top), (right, bottom), (x, bottom), (x, top))
        yield from (_filled if kind == "filled" else _hatched)(look, [outline])


def _key_rows(look: Look, world: _World, top: float) -> tuple[list[object], float]:
    """Return the key in rows below the map, as few as its width allows, and where they end."""
    parts: list[object] = []
    x, middle = look.stroke, top + _KEY_ROW / 2 * look.size
    for kind, meaning in _key(world):
        label = look.centred(meaning, x + (_SWATCH + 0.4) * look.size, middle)
        if label.box.right > look.width and parts:
            x, middle = look.stroke, middle + _KEY_ROW * look.size
            label = look.centred(meaning, x + (_SWATCH + 0.4) * look.size, middle)
        parts += [*_sign(look, kind, x, middle), label]
        x = label.box.right + 1.4 * look.size
    return parts, middle + _KEY_ROW / 2 * look.size


def _panel(look: Look, world: _World, rows: Sequence[Row]) -> Iterator[object]:
    """Draw the distance large beside the map, what it is the distance of, and the key below."""
    names = " to ".join(cell(row, "name") for row in rows if cell(row, "group") == _CITY)
    size = look.length("number")
    lead, y = look.length("lead"), 0.36 * look.length("height")
    yield look.label(world.distance, 0, y, colour="ochre", strong=True, size=size)
    yield look.label(f"from {names}", 0, y + 1.6 * lead, size=lead)
    for n, (kind, meaning) in enumerate(_key(world)):
        middle = y + (4 + 1.6 * n) * lead
        yield from _sign(look, kind, look.stroke, middle)
        yield look.centred(meaning, (_SWATCH + 0.7) * look.size, middle, size=lead)
