"""A timeline: one band a group, one mark an entry, true to scale; what is hollow is not known exactly.

Columns: ``date``, ``end`` (empty for a moment), ``group``, ``label``, ``short`` (the label in a wide
drawing; if any row has one, the rows without are left out there), ``source``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from nzpub.charts.svg import Box, Label, Look, Shape, drawing, element, line, path, upright, years
from nzpub.charts.table import ChartData, Columns, Row, When, cell, label_column, row_error, when, wrong
from nzpub.errors import Place, each

_TICK_YEARS = 5            # or more, if their names need it
_COLOURS = ("atlantic", "ochre", "pacific")
_KEY = "Hollow: known only to the year, or roughly"
COLUMNS: Columns = {"date": when, "end": lambda row, column: cell(row, column) and when(row, column), "group": cell,
                    "label": cell}
# In sizes of the text: marks, the space beside them, a row (on a phone one of words, one of marks), a heading's row,
# and what stands below the bands.
_MARK, _GAP, _ROW, _PHONE_ROW, _HEADING, _BELOW = 0.64, 0.45, 1.45, 2.7, 2.0, 3.8


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row: when, what, and in which band (from 0)."""

    start: When
    end: When
    label: str
    band: int
    row: Row

    @property
    def date(self) -> str:
        """The date as it stands beside the mark; the years alone if there are two."""
        first, last = floor(self.start.middle), floor(self.end.middle)
        return self.start.text if first == last else f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Years to units, between *left* and *right*."""

    first: int
    last: int
    left: float
    right: float

    def x(self, year: float) -> float:
        """Return where *year* lies."""
        return self.left + (year - self.first) / (self.last - self.first) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry in its place: the mark, and the date and the label on either side of it."""

    entry: _Entry
    mark: Box
    words: tuple[Label, Label]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The mark and the words as rectangles."""
        return (self.mark, *(label.box for label in self.words))

    @property
    def span(self) -> tuple[float, float]:
        """The left and the right end of it all."""
        return min(box.left for box in self.boxes), max(box.right for box in self.boxes)


def draw(chart: ChartData, tokens: Mapping[str, str], shape: Shape) -> str:
    """Return the timeline of *chart* as SVG.

    Raises ManuscriptError if no row has a label, or with each row whose end comes before its date, whose label does
    not fit, or whose group is one more than three.
    """
    look = Look(tokens, shape)
    groups = tuple(dict.fromkeys(cell(row, "group") for row in chart.rows))
    column = label_column(chart.rows, short=shape == "wide")
    entries = [entry for entry in each(lambda row: _entry(row, groups, column), chart.rows) if entry.label]
    if not entries:
        raise wrong("NZ422", "no row has a label", Place(chart.source, 1), "write one for each row to be shown")
    scale = _scale(look, groups, entries)
    each(lambda entry: _place(look, scale, entry, 0), entries)        # all that are too long are told
    bands = [_rows(look, scale, [e for e in entries if e.band == band]) for band in range(len(groups))]
    headings, placed, bottom = _stack(look, scale, groups, bands)
    bottom += _GAP * look.size
    boxes = [heading.box for heading in headings] + [box for p in placed for box in p.boxes]
    height = bottom + _BELOW * look.size
    marks = (part for p in placed for part in _mark(look, scale, p))
    words = (label for p in placed for label in p.words)
    return drawing(look, height, [*_axis(look, scale, bottom, boxes), *headings, *marks, *words,
                                  *_key(look, len(groups), height)])


def _entry(row: Row, groups: Sequence[str], column: str) -> _Entry:
    start = when(row, "date")
    end = when(row, "end") if cell(row, "end") else start
    if end.last < start.last:
        raise row_error(row, "NZ424", "the end is before the date", "exchange the two")
    band = groups.index(cell(row, "group"))
    if band >= len(_COLOURS):
        raise row_error(row, "NZ425", f"“{groups[band]}” is group {band + 1}; only three can be told apart",
                        f"write one of {', '.join(groups[:len(_COLOURS)])}")
    return _Entry(start, end, cell(row, column), band, row)


def _scale(look: Look, groups: Iterable[str], entries: Sequence[_Entry]) -> _Scale:
    """Return the scale that leaves room for a date on either side, and in a wide drawing for the headings."""
    if look.shape == "phone":      # whose dates do not stand beside the marks
        margin = look.size
    else:
        margin = max(look.label(e.date, 0, 0, strong=True).width for e in entries) + look.size
    beside = 0 if look.shape != "wide" else max(look.label(g, 0, 0, strong=True).width for g in groups)
    return _Scale(floor(min(e.start.first for e in entries)), ceil(max(e.end.last for e in entries)),
                  beside + margin, look.width - margin)


def _rows(look: Look, scale: _Scale, entries: Iterable[_Entry]) -> list[list[_Entry]]:
    """Return *entries* by date and in rows: one a row in a column, as many as fit if there is width."""
    rows: list[list[_Entry]] = []
    for entry in sorted(entries, key=lambda e: e.start.middle):
        left, _ = _place(look, scale, entry, 0).span
        if look.shape == "wide" and rows and _place(look, scale, rows[-1][-1], 0).span[1] + look.size < left:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    return rows


def _stack(look: Look, scale: _Scale, groups: Sequence[str], bands: Sequence[Sequence[Sequence[_Entry]]],
           ) -> tuple[list[Label], list[_Placed], float]:
    """Return the headings and entries of all bands, one below the other, and where the last ends."""
    count = sum(map(len, bands))
    above, between, step = _HEADING * look.size, 0.0, (_PHONE_ROW if look.shape == "phone" else _ROW) * look.size
    if look.shape == "wide":      # fill the height that the slide gives
        above, between = 0.0, look.size * 0.6
        step = (look.length("height") - (_BELOW + _GAP) * look.size - between * len(bands)) / count
    headings, placed, y = [], [], 0.0
    for band, rows in enumerate(bands):
        first = y + (0.62 * above or step / 2)
        headings.append(look.centred(groups[band], 0, first, colour=_COLOURS[band], strong=True))
        y += above
        placed += [_place(look, scale, e, y + (n + 0.5) * step) for n, row in enumerate(rows) for e in row]
        y += step * len(rows) + between
    return headings, placed, y


def _place(look: Look, scale: _Scale, entry: _Entry, y: float) -> _Placed:
    """Return *entry* in the row whose middle is *y*; raise ManuscriptError if its words find no room there."""
    left, right = scale.x(entry.start.first), scale.x(entry.end.last)
    half = look.size * _MARK / 2 * (1.2 if entry.band == 1 else 1)     # a diamond looks smaller than a square
    if right - left < 2 * half:
        left, right = (left + right) / 2 - half, (left + right) / 2 + half
    middle = y + 0.45 * look.size if look.shape == "phone" else y
    mark = Box(left, middle - half, right, middle + half)
    words = _above(look, entry, y - 0.55 * look.size) if look.shape == "phone" else _beside(look, entry, mark, y)
    if min(label.box.left for label in words) < 0 or max(label.box.right for label in words) > look.width:
        raise row_error(entry.row, "NZ426", f"“{entry.label}” is too long for the drawing{look.where}",
                        "write fewer words")
    return _Placed(entry, mark, words)


def _beside(look: Look, entry: _Entry, mark: Box, y: float) -> tuple[Label, Label]:
    """Return date and label on either side of *mark*: the label to its right if it fits there, else to its left."""
    before, after = mark.left - _GAP * look.size, mark.right + _GAP * look.size
    label = look.centred(entry.label, after, y)
    if label.box.right <= look.width:
        return look.centred(entry.date, before, y, anchor="end", strong=True), label
    return look.centred(entry.date, after, y, strong=True), look.centred(entry.label, before, y, anchor="end")


def _above(look: Look, entry: _Entry, y: float) -> tuple[Label, Label]:
    """Return date and label as a line of words that begins at the left edge, where a phone's reader looks."""
    date = look.centred(entry.date, 0, y, strong=True)
    return date, look.centred(entry.label, date.box.right + _GAP * look.size, y)


def _mark(look: Look, scale: _Scale, placed: _Placed) -> Iterator[str]:
    """Draw the mark: hollow as far as the date is not known, solid where it is."""
    entry, box = placed.entry, placed.mark
    certain = entry.start.certain and entry.end.certain
    yield _outline(look, entry.band, box, hollow=not certain)
    if not certain and entry.start is not entry.end:
        left = scale.x(entry.start.last) if not entry.start.certain else box.left
        right = scale.x(entry.end.first) if not entry.end.certain else box.right
        yield element("rect", x=left, y=box.top, width=right - left, height=box.bottom - box.top,
                      fill=look.colour(_COLOURS[entry.band]))


def _outline(look: Look, band: int, box: Box, *, hollow: bool) -> str:
    """Return the shape of *band* that fills *box*: square, pointed or round at its ends."""
    colour = look.colour(_COLOURS[band])
    fill = look.colour("paper") if hollow else colour
    left, top, right, bottom = box
    half = (bottom - top) / 2
    if band == 1:
        points = ((left, top + half), (left + half, top), (right - half, top), (right, top + half),
                  (right - half, bottom), (left + half, bottom))
        return element("path", d=path(points, close=True), fill=fill, stroke=colour, stroke_width=look.stroke)
    return element("rect", x=left, y=top, width=right - left, height=bottom - top, rx=half if band else 0,
                   fill=fill, stroke=colour, stroke_width=look.stroke)


def _axis(look: Look, scale: _Scale, y: float, boxes: Sequence[Box]) -> Iterator[object]:
    """Draw the years below the bands, each with a hairline that the words interrupt."""
    yield line(look, scale.x(scale.first), y, scale.x(scale.last), y, colour="rule")
    for year in years(look, scale.first, scale.last, scale.x(1) - scale.x(0), least=_TICK_YEARS):
        yield from upright(look, scale.x(year), 0, y, boxes)
        yield look.label(str(year), scale.x(year), y + 1.2 * look.size, anchor="middle", colour="muted")


def _key(look: Look, bands: int, height: float) -> Iterator[object]:
    """Explain the hollow marks, at the foot."""
    middle, x = height - look.size * 0.9, 0.0
    half = look.size * _MARK / 2
    for band in range(bands):
        left = x + look.stroke
        yield _outline(look, band, Box(left, middle - half, left + 2 * half, middle + half), hollow=True)
        x += look.size
    yield look.centred(_KEY, x + 0.2 * look.size, middle, colour="muted")
