"""The charts of the publication, and of small tables that are in sight."""

from __future__ import annotations

import json
import re
from itertools import accumulate, combinations, pairwise
from math import hypot
from pathlib import Path

import pytest
from lxml import etree

from nzpub.charts import KINDS, ChartData, Shape, read_rows
from nzpub.charts.globe import angle, between, hatching, place
from nzpub.charts.svg import Box, Label
from nzpub.errors import ManuscriptError, Place

ROOT = Path(__file__).parents[1]
TOKENS = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", (ROOT / "styles/tokens.css").read_text(encoding="utf-8")))
FIGURES = {"timeline": "timeline", "map": "map", "support": "steps"}       # the table's name → its kind
SHAPES: tuple[Shape, ...] = ("column", "phone", "wide")
SVG = "{http://www.w3.org/2000/svg}"

every_figure = pytest.mark.parametrize("name", FIGURES)
every_shape = pytest.mark.parametrize("shape", SHAPES)

TIMELINE = "date,end,group,label,short,source\n"
STEPS = "date,value,bound,label,source\n"
MAP = "name,code,group,joined,label,short,latitude,longitude,side,source\n"
CITIES = "A,,city,,A,A,50,0,left,k\nB,,city,,B,B,-40,170,left,k\n"


def chart(name: str) -> ChartData:
    """Return the table *name* of the publication, with its geometry if it has one."""
    file = ROOT / f"manuscript/data/{name}.csv"
    geometry = file.with_suffix(".json")
    return ChartData(read_rows(file.read_bytes(), f"data/{name}.csv", KINDS[FIGURES[name]].columns),
                     geometry.read_bytes() if geometry.is_file() else None, f"data/{name}.csv")


def drawn(name: str, shape: Shape = "column", **tokens: str) -> str:
    """Return the figure *name* as SVG; *tokens* (``color_ink`` for ``--color-ink``) replace the style sheet's."""
    changed = {f"--{key.replace('_', '-')}": value for key, value in tokens.items()}
    return KINDS[FIGURES[name]].draw(chart(name), TOKENS | changed, shape)


def small(kind: str, table: str, geometry: bytes | None = None, shape: Shape = "column") -> str:
    """Return the chart of *table* as SVG."""
    rows = read_rows(table.encode(), "data/x.csv", KINDS[kind].columns)
    return KINDS[kind].draw(ChartData(rows, geometry, "data/x.csv"), TOKENS, shape)


def words(svg: str) -> list[str]:
    """Return the words of every text in *svg*."""
    return [str(text.text) for text in etree.fromstring(svg.encode()).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple[str, Box]]:
    """Return the words of every text in *svg*, each with its rectangle."""
    found = []
    family = TOKENS["--font-head"].strip('"')
    for text in etree.fromstring(svg.encode()).iter(f"{SVG}text"):
        at = {str(key): str(value) for key, value in text.attrib.items()}
        label = Label(str(text.text), float(at["x"]), float(at["y"]), at["text-anchor"],  # type: ignore[arg-type]
                      family, int(at["font-weight"]), float(at["font-size"]), at["fill"])
        found.append((label.words, label.box))
    return found


def corners(path: str) -> list[tuple[float, float]]:
    """Return the points of path data: each line begins at a place and goes on by ways, all of them numbers in pairs."""
    points: list[tuple[float, float]] = []
    for line in path.split("M")[1:]:
        numbers = list(map(float, re.findall(r"-?\d*\.?\d+", line)))
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += accumulate(pairs, lambda at, way: (at[0] + way[0], at[1] + way[1]))
    return points


def frame(svg: str) -> Box:
    """Return the viewBox of *svg*."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found
    return Box(0, 0, float(found[1]), float(found[2]))


@every_figure
def test_the_committed_copy_is_what_the_table_and_the_tokens_draw(name: str) -> None:
    """The figures that stand beside the manuscript are current; `./inv figures` makes them so."""
    copy = (ROOT / f"manuscript/figures/{name}.svg").read_text(encoding="utf-8")

    assert copy == drawn(name)


@every_figure
@every_shape
def test_the_same_table_gives_the_same_bytes(name: str, shape: Shape) -> None:
    """Nothing but the table and the tokens decides what is drawn."""
    assert drawn(name, shape) == drawn(name, shape)


@every_figure
@every_shape
def test_every_label_is_text(name: str, shape: Shape) -> None:
    """The label of every row can be read, searched for and copied; on a slide the short one, if there is one."""
    column = "short" if shape == "wide" and name != "support" else "label"
    expected = [row.cells[column] for row in chart(name).rows if row.cells[column]]

    assert set(expected) <= set(words(drawn(name, shape)))
    assert expected


@every_figure
@every_shape
def test_no_words_overlap_or_leave_the_drawing(name: str, shape: Shape) -> None:
    """Every text keeps to itself and to the viewBox, measured in the face that it is set in."""
    svg = drawn(name, shape)
    room = frame(svg)
    labels = boxes(svg)

    assert [(a, b) for (a, one), (b, other) in combinations(labels, 2) if one.meets(other)] == []
    assert [label for label, box in labels if box.left < 0 or box.top < 0 or box.right > room.right
                  or box.bottom > room.bottom] == []


@every_figure
@every_shape
def test_no_words_are_smaller_than_a_phone_or_a_back_row_needs(name: str, shape: Shape) -> None:
    """Paper scales 720 units to 335 points, a small phone to 328 pixels; a slide scales 1280 units to 1130."""
    scale, least = {"column": (335 / 720, 9), "phone": (328 / 720, 12), "wide": (1130 / 1280, 22)}[shape]
    sizes = re.findall(r'font-size="([\d.]+)"', drawn(name, shape))

    assert min(map(float, sizes)) * scale >= least


@every_figure
@every_shape
def test_every_colour_is_a_token(name: str, shape: Shape) -> None:
    """No colour is written down anywhere but in the style sheet."""
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn(name, shape))) - {"none"}

    assert colours <= {value for key, value in TOKENS.items() if key.startswith("--color-")}


@every_figure
@every_shape
def test_another_token_restyles_the_figure(name: str, shape: Shape) -> None:
    """Changing the accent, the face or its weight in one place changes every figure."""
    svg = drawn(name, shape, color_pacific="#123456", font_head='"Source Serif 4"', weight_head="700")

    assert "#123456" in svg
    assert TOKENS["--color-pacific"] not in svg
    assert "'Source Serif 4'" in svg
    assert 'font-weight="700"' in svg


def test_a_missing_token_says_which() -> None:
    """A style sheet without what the figures need is the author's to mend."""
    tokens = {key: value for key, value in TOKENS.items() if key != "--color-ochre"}

    with pytest.raises(ManuscriptError, match="--color-ochre"):
        KINDS["map"].draw(chart("map"), tokens, "column")


@every_figure
@every_shape
def test_only_what_every_renderer_draws_alike_is_used(name: str, shape: Shape) -> None:
    """No style sheet, no ids that could clash between inline drawings, no filters, no pictures."""
    elements = {etree.QName(node).localname for node in etree.fromstring(drawn(name, shape).encode()).iter()}

    assert elements <= {"svg", "rect", "circle", "line", "path", "text"}
    assert not re.search(r' (?:id|class|style|clip-path|filter)="|var\(', drawn(name, shape))


@pytest.mark.parametrize(("name", "before", "after"), [
    ("support", "2024-07-10,130,", "2024-07-10,131,"),
    ("timeline", "2012-06-04,", "2013-06-04,"),
    ("map", "-41.29,174.78", "-36.85,174.76"),
])
@every_shape
def test_a_changed_value_redraws(name: str, before: str, after: str, shape: Shape) -> None:
    """What the table says is what is drawn."""
    table = (ROOT / f"manuscript/data/{name}.csv").read_text(encoding="utf-8")
    assert before in table

    assert small(FIGURES[name], table.replace(before, after), chart(name).geometry, shape) != drawn(name, shape)


def arrows(svg: str) -> int:
    """Return how many marks point upwards; the key has one too."""
    return len(re.findall(r'd="M[^"M]+M[^"M]+"', svg))


@every_shape
@pytest.mark.parametrize("last", [1936, 1948, 1970, 2026])
def test_years_find_room_below_the_steps(last: int, shape: Shape) -> None:
    """However many years there are, those that are named overlap no other words."""
    svg = small("steps", f"{STEPS}1930,5,exact,five,k\n{last},90,exact,ninety,k\n", shape=shape)
    labels = boxes(svg)

    assert [(a, b) for (a, one), (b, other) in combinations(labels, 2) if one.meets(other)] == []
    assert sum(words.isdigit() and len(words) == 4 for words, _ in labels) >= 4


def test_floors_point_upwards() -> None:
    """A floor, an estimate and an exact value have marks of their own: an arrow, a ring, a disc."""
    table = STEPS + "2022-06,30,{},a,k\n2024-06,90,exact,b,k\n"

    assert [arrows(small("steps", table.format(bound))) for bound in ("floor", "about", "exact")] == [2, 1, 1]
    rings = [small("steps", table.format(b)).count(f'fill="{TOKENS["--color-paper"]}"') for b in ("about", "exact")]
    assert rings[0] == rings[1] + 1


def test_the_publication_marks_its_four_floors() -> None:
    """The figure of announced support has four floors, and one arrow more in its key."""
    assert arrows(drawn("support")) == 5


@pytest.mark.parametrize(("date", "hollow"), [("2001", True), ("2001-09", False), ("2001-09-11", False),
                                              ("2001-09~", True)])
def test_a_date_that_is_not_known_well_is_hollow(date: str, hollow: bool) -> None:
    """The year alone, or "about", leaves the mark hollow; a month is known well enough."""
    svg = small("timeline", TIMELINE + f"{date},,g,a,,k\n2010-01,,g,b,,k\n")

    shapes = re.findall(r'<rect[^>]+rx="0"[^>]+/>', svg)
    assert (f'fill="{TOKENS["--color-paper"]}"' in shapes[0]) == hollow


def test_a_bar_is_solid_only_between_its_uncertain_ends() -> None:
    """A span from one year to another is hollow as long as each of the two years."""
    svg = small("timeline", TIMELINE + "1996,2004,g,a,,k\n")

    found = re.findall(r'<rect x="([\d.]+)"[^>]+ width="([\d.]+)"', svg)
    (outer, whole), (inner, solid) = [(float(x), float(width)) for x, width in found][:2]
    assert inner - outer == pytest.approx(whole / 9, abs=0.5)
    assert solid == pytest.approx(whole * 7 / 9, abs=0.5)


def test_groups_differ_in_shape() -> None:
    """Marks of three groups are told apart without colour: squares, diamonds, circles."""
    svg = small("timeline", TIMELINE + "2001-01,,g,a,,k\n2002-01,,h,b,,k\n2003-01,,i,c,,k\n")
    marks = [line for line in svg.splitlines() if "stroke-width=\"2.5\"" in line]

    assert ["rect" in marks[0] and 'rx="0"' in marks[0], "path" in marks[1],
            "rect" in marks[2] and 'rx="0"' not in marks[2]] == [True] * 3


def test_the_line_is_straight_and_as_long_as_the_great_circle() -> None:
    """Brussels and Wellington lie about 18,700 km apart, either way as far from the middle, well inside."""
    svg = drawn("map")
    middle = frame(svg).right / 2
    course = re.search(rf'd="([^"]+)"[^>]+{TOKENS["--color-ochre"]}', svg)
    assert course
    (x1, y1), (x2, y2) = corners(course[1])

    assert "18,700 km" in words(svg)
    assert (x1 + x2) / 2 == pytest.approx(middle, abs=0.2)
    assert hypot(x1 - middle, y1 - middle) == pytest.approx(hypot(x2 - middle, y2 - middle), abs=0.3)
    assert hypot(x1 - middle, y1 - middle) < 0.75 * middle


@every_shape
def test_nothing_is_drawn_beyond_the_horizon(shape: Shape) -> None:
    """Land that crosses the horizon is cut along it."""
    svg = drawn("map", shape)
    disc = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', svg)
    assert disc
    x, y, radius = map(float, disc.groups())
    land = re.search(rf'd="([^"]+)" fill="{TOKENS["--color-land"]}"', svg)
    assert land

    assert max(hypot(a - x, b - y) for a, b in corners(land[1])) <= radius + 0.2


def test_the_map_shows_32_members_and_4_partners() -> None:
    """All members are in the geometry, Luxembourg too, and none is dropped."""
    svg = drawn("map")

    assert {"32 NATO members", "4 Indo-Pacific partners"} <= set(words(svg))
    assert svg.count(f'fill="{TOKENS["--color-atlantic"]}"') == 32 + 2      # and the key, and the ground of “Canada”


def test_the_geometry_holds_only_what_is_drawn() -> None:
    """No country stands in the geometry that is not in the table."""
    data = chart("map")
    assert data.geometry
    geometries = json.loads(data.geometry)["objects"]["countries"]["geometries"]

    assert {g["id"] for g in geometries} == {row.cells["code"] for row in data.rows} - {""}


@every_figure
def test_every_row_names_sources_that_the_bibliography_has(name: str) -> None:
    """No row stands without a source."""
    known = {item["id"] for item in json.loads((ROOT / "manuscript/references.json").read_text(encoding="utf-8"))}

    for row in chart(name).rows:
        assert set(row.cells["source"].split("; ")) <= known, f"{row.file}:{row.line}"


BAD = {
    "column missing": ("steps", "date,value,label,source\n2022,1,a,k\n", 1, "NZ422", "bound"),
    "not a number": ("steps", f"{STEPS}2022,1,exact,a,k\n2023,$2m,exact,b,k\n", 3, "NZ423", r"\$2m"),
    "not a date": ("steps", f"{STEPS}2022,1,exact,a,k\nMay 2023,2,exact,b,k\n", 3, "NZ424", "May 2023"),
    "no such day": ("timeline", f"{TIMELINE}2023-02-30,,g,a,,k\n", 2, "NZ424", "2023-02-30"),
    "end before start": ("timeline", f"{TIMELINE}2004,1996,g,a,,k\n", 2, "NZ424", "end"),
    "unknown bound": ("steps", f"{STEPS}2022,1,ceiling,a,k\n", 2, "NZ425", "ceiling"),
    "four groups": ("timeline", f"{TIMELINE}2001,,g,a,,k\n2001,,h,a,,k\n2001,,i,a,,k\n2001,,j,a,,k\n", 5, "NZ425", "j"),
    "label too long": ("timeline", f"{TIMELINE}2001,,g,{'long ' * 30},,k\n2002,,g,b,,k\n", 2, "NZ426", "too long"),
    "no room": ("steps", f"{STEPS}2022,1,exact,{'long ' * 30},k\n2023,2,exact,b,k\n", 2, "NZ426", "room"),
    "below zero": ("steps", f"{STEPS}2022,-1,exact,a,k\n", 2, "NZ423", "-1"),
    "all zero": ("steps", f"{STEPS}2022,0,exact,a,k\n", 1, "NZ423", "above 0"),
    "a year too far": ("steps", f"{STEPS}9999,1,exact,a,k\n", 2, "NZ424", "9999"),
    "no labels": ("timeline", f"{TIMELINE}2001,,g,,,k\n", 1, "NZ422", "label"),
    "ragged": ("steps", f"{STEPS}2022,1,exact,a, b,k\n", 2, "NZ421", "cells"),
    "open quotation": ("steps", f'{STEPS}2022,1,exact,"a,k\n', 2, "NZ421", "CSV"),
    "semicolons": ("steps", STEPS.replace(",", ";"), 1, "NZ421", "semicolons"),
    "tabs": ("steps", STEPS.replace(",", "\t"), 1, "NZ421", "tabs"),
    "no rows": ("steps", STEPS, 1, "NZ421", "no rows"),
    "too many rows": ("steps", STEPS + "2022,1,exact,a,k\n" * 1_001, 1_002, "NZ421", "1,001 rows"),
}


@pytest.mark.parametrize(("kind", "table", "line", "code", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_table_names_file_and_line(kind: str, table: str, line: int, code: str, message: str) -> None:
    """What is wrong in a table is the author's to mend: where it stands, and what to write instead."""
    with pytest.raises(ManuscriptError, match=message) as caught:
        small(kind, table)

    finding = caught.value.findings[0]
    assert (finding.code, finding.where, bool(finding.hint)) == (code, Place("data/x.csv", line), True)


ALL_BAD = {
    "steps": (STEPS + "1930s,1,exact,a,k\n2022,many,roof,b,k\n2023,5,exact,c, d,k\n2024,-1,exact,d,k\n",
              [(2, "NZ424"), (3, "NZ423"), (3, "NZ425"), (4, "NZ421"), (5, "NZ423")]),
    "timeline": (TIMELINE + "2004,1996,g,a,,k\n2001,,h,b,,k\n2001,1999,i,c,,k\n2001,,j,d,,k\n",
                 [(2, "NZ424"), (4, "NZ424"), (5, "NZ425")]),
    "labels": (TIMELINE + f"2001,,g,{'long ' * 30},,k\n2002,,g,b,,k\n2003,,g,{'wide ' * 30},,k\n",
               [(2, "NZ426"), (4, "NZ426")]),
    "map": (MAP + "A,,city,,A,A,50,east,left,k\nB,,city,,B,B,-40,170,under,k\n",
            [(2, "NZ423"), (3, "NZ425")]),
    "header": ("Date,value,label,source\n2022,1,a,k\n2023,2,b,k\n", [(1, "NZ422"), (1, "NZ422")]),
}


@pytest.mark.parametrize(("table", "told"), ALL_BAD.values(), ids=ALL_BAD.keys())
def test_all_that_is_wrong_in_a_table_is_told_together(request: pytest.FixtureRequest, table: str,
                                                       told: list[tuple[int, str]]) -> None:
    """No mistake in a table hides another, in the same row or in another, and each is told once."""
    kind = {"labels": "timeline", "header": "steps"}.get(name := request.node.callspec.id, name)

    with pytest.raises(ManuscriptError) as caught:
        small(kind, table)
    assert [(finding.where and finding.where.line, finding.code) for finding in caught.value.findings] == told


def test_a_table_in_another_encoding_names_the_line() -> None:
    """A table that a spreadsheet saved as Latin-1 is refused, not misread."""
    with pytest.raises(ManuscriptError, match=r"data/x\.csv:2: .*UTF-8"):
        read_rows("label\nTürkiye".encode("latin-1"), "data/x.csv", {})


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    """Spreadsheets begin UTF-8 with a mark; it is not text."""
    assert read_rows(b"\xef\xbb\xbfdate\n2001\n", "x.csv", {})[0].cells == {"date": "2001"}


def topology(arc: list[list[float]], times: int = 1) -> bytes:
    """Return TopoJSON with one arc, which goes round land so many *times* and round one country."""
    around = {"type": "Polygon", "arcs": [[0]]}
    return json.dumps({"transform": {"scale": [0.1, 0.1], "translate": [0, 0]}, "arcs": [arc], "objects": {
        "land": {"type": "MultiPolygon", "arcs": [[[0]] * times]},
        "countries": {"geometries": [{**around, "id": "ITA"}]}}}).encode()


@pytest.mark.parametrize(("geometry", "table", "message"), [
    (None, CITIES + "Italy,ITA,g,,,,,,,k\n", r"data/x\.json: .*no geometry"),
    (b"[]", CITIES + "Italy,ITA,g,,,,,,,k\n", r"data/x\.json: .*TopoJSON"),
    (b"{", CITIES + "Italy,ITA,g,,,,,,,k\n", r"data/x\.json: .*TopoJSON"),
    (b"[" * 100_000, CITIES + "Italy,ITA,g,,,,,,,k\n", r"data/x\.json: .*TopoJSON"),
    (topology([[0, 0], [9, 9], [-9, -9]], 20_000), CITIES + "Italy,ITA,g,,,,,,,k\n", r"60,003 points"),
    (topology([[0, 0], [9, 9]]), CITIES + "Italy,ITA,g,,,,,,,k\n", r"a ring does not end where it begins"),
    (topology([]), CITIES + "Italy,ITA,g,,,,,,,k\n", r"a ring does not end where it begins"),
    (topology([[0, 0], [float("nan"), 9]]), CITIES + "Italy,ITA,g,,,,,,,k\n", r"NaN is no number"),
    ("map", CITIES + "Atlantis,ATL,g,,,,,,,k\n", r"data/x\.csv:4: .*ATL"),
    ("map", CITIES.splitlines()[0] + "\n", r"data/x\.csv:1: .*1 cities"),
    ("map", CITIES, r"data/x\.csv:1: .*0 other groups"),
    ("map", CITIES.replace("left", "under") + "Italy,ITA,g,,,,,,,k\n", r"data/x\.csv:2: .*under"),
])
def test_a_bad_map_names_what_is_wrong(geometry: bytes | str | None, table: str, message: str) -> None:
    """A map needs two cities, a geometry, and the countries that its table names."""
    with pytest.raises(ManuscriptError, match=message):
        small("map", MAP + table, chart("map").geometry if geometry == "map" else geometry)  # type: ignore[arg-type]


def test_without_short_labels_a_slide_has_the_long_ones() -> None:
    """A table without the column ``short`` is drawn for slides as well."""
    table = "date,end,group,label,source\n2001,,g,first,k\n2010,,g,second,k\n"

    assert {"first", "second"} <= set(words(small("timeline", table, shape="wide")))


def test_a_map_may_be_centred_on_a_pole() -> None:
    """Cities that face each other across a pole have their middle there."""
    table = MAP + "A,,city,,A,A,80,0,left,k\nB,,city,,B,B,80,180,right,k\nItaly,ITA,g,,,,,,,k\n"

    assert "2,200 km" in words(small("map", table, chart("map").geometry))


def test_half_way_is_half_way() -> None:
    """The middle of a great circle is as far from either end."""
    a, b = place(50.85, 4.35), place(-41.29, 174.78)
    middle = between(a, b, 0.5)

    assert angle(a, middle) == pytest.approx(angle(middle, b))
    assert angle(a, middle) + angle(middle, b) == pytest.approx(angle(a, b))


def test_hatching_keeps_inside_and_out_of_holes() -> None:
    """Lines end at the outline; a ring inside a ring stays empty."""
    square = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0))
    hole = ((4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0), (4.0, 4.0))
    middles = [((x1 + x2) / 2, (y1 + y2) / 2) for (x1, y1), (x2, y2) in hatching([square, hole], 0.5)]

    assert middles
    assert all(0 <= x <= 10 and 0 <= y <= 10 for x, y in middles)
    assert not any(4 < x < 6 and 4 < y < 6 for x, y in middles)


LONG = {
    "timeline": f"{TIMELINE}1830,1860,A,One,,k\n1920,,A,Two,,k\n2024,,B,Three,,k\n",
    "steps": f"{STEPS}1950,1,exact,a,k\n1980,2,exact,b,k\n2024,3,exact,c,k\n",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", LONG)
def test_an_axis_names_as_many_years_as_find_room(kind: str, shape: Shape) -> None:
    """Over many decades not every year: their names stay apart, and they are round."""
    named = sorted((box.left, box.right, said) for said, box in boxes(small(kind, LONG[kind], shape=shape))
                   if re.fullmatch(r"\d{4}", said) and said not in LONG[kind])

    assert len(named) > 2
    assert all(right < left for (_, right, _), (left, _, _) in pairwise(named))
    assert {int(said) % 5 for _, _, said in named} == {0}
