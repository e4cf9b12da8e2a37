"""The table that a chart is drawn from: its rows, and what stands in their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from nzpub import trust
from nzpub.errors import Finding, ManuscriptError, Place, each, nearest

# Dates of variable precision, as EDTF (ISO 8601-2) writes them: 2001, 2003-09, 2012-06-04, 2006-11~ (about).
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(~?)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DECEMBER = 12
_MOST_ROWS = 1_000
_ABOUT_YEARS = 1 / 12      # how far either way a date marked "about" may lie


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column, the file it stands in, and its line there (from 1)."""

    cells: Mapping[str, str]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ChartData:
    """What a chart is drawn from: the rows, the geometry beside them (TopoJSON), and the table's path."""

    rows: tuple[Row, ...]
    geometry: bytes | None
    source: str


class When(NamedTuple):
    """A date as far as it is known: the span that holds it, in years, and how a reader sees it."""

    first: float
    last: float
    text: str
    certain: bool          # at least the month is known

    @property
    def middle(self) -> float:
        """The middle of the span, in years."""
        return (self.first + self.last) / 2


# What a table must have: a column, and what reads a row's cell in it.
Columns = Mapping[str, Callable[[Row, str], object]]


def read_rows(data: bytes, file: str, columns: Columns) -> tuple[Row, ...]:
    """Return the rows of *data*: CSV in UTF-8, its first row the names of the columns, with *columns* among them.

    Raises ManuscriptError, with the line in *file*, for anything else: with all that is wrong in any row.
    """
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise wrong("NZ421", "this is not UTF-8", Place(file, line), "save the table as UTF-8") from error
    if forbidden := next(trust.characters(words, file), None):
        raise ManuscriptError(forbidden)
    head = words.partition("\n")[0]
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if head.count(sign) > head.count(","):
            raise wrong("NZ421", f"{name} stand between the cells", Place(file, 1),
                        "export the table with commas between them, and with points in its numbers")
    reader = csv.DictReader(io.StringIO(words, newline=""), strict=True)
    try:
        lines = [(cells, reader.line_num) for cells in reader]
    except csv.Error as error:
        raise wrong("NZ421", f"this is not CSV: {error}", Place(file, reader.line_num + 1),
                    "put a cell that has a comma or a quotation mark in quotation marks") from error
    if len(lines) > _MOST_ROWS:
        raise wrong("NZ421", f"the table has {len(lines):,} rows", Place(file, lines[_MOST_ROWS][1]),
                    f"take some out: {_MOST_ROWS:,} are the most")
    if not lines:
        raise wrong("NZ421", "the table has no rows", Place(file, 1),
                    "add a row below the names of the columns")
    return each(lambda numbered: _row(*numbered, file, columns), lines)


def _row(cells: dict[str | None, str | list[str] | None], line: int, file: str, columns: Columns) -> Row:
    missing, more = sum(value is None for value in cells.values()), len(cells.pop(None, None) or ())
    if missing or more:
        raise wrong("NZ421", f"this row has {len(cells) - missing + more} cells, and the first row {len(cells)}",
                    Place(file, line), "put a cell that has a comma in quotation marks")
    row = Row({str(name): str(value).strip() for name, value in cells.items()}, file, line)
    each(lambda column: columns[column](row, column), columns)
    return row


def cell(row: Row, column: str) -> str:
    """Return the text in *column* ("" if it is empty). Raises ManuscriptError if there is no such column."""
    if column not in row.cells:
        near = nearest(column, row.cells)
        raise wrong("NZ422", f"the column “{column}” is missing", Place(row.file, 1),
                    f"write “{column}” for “{near}”" if near else f"add it; the table has {', '.join(row.cells)}")
    return row.cells[column]


def label_column(rows: Sequence[Row], *, short: bool) -> str:
    """Return the column that labels stand in: ``short``, if it is wanted and any row has one, or ``label``."""
    return "short" if short and any(row.cells.get("short") for row in rows) else "label"


def one_of(row: Row, column: str, choices: Sequence[str]) -> str:
    """Return the text in *column*, which must be one of *choices*."""
    if (value := cell(row, column)) not in choices:
        raise row_error(row, "NZ425", f"{column} is “{value}”", f"write one of {', '.join(choices)}")
    return value


def number(row: Row, column: str) -> float:
    """Return the number in *column*: digits with a decimal point, perhaps a minus, no unit."""
    value = cell(row, column)
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise row_error(row, "NZ423", f"{column} is “{value}”, not a number",
                        "write it as in 4.24, without unit")
    return float(value)


def amount(row: Row, column: str) -> float:
    """Return the number in *column*, which must not be below 0."""
    if (value := number(row, column)) < 0:
        raise row_error(row, "NZ423", f"{column} is “{cell(row, column)}”, below 0", "write 0 or more")
    return value


def when(row: Row, column: str) -> When:
    """Return the date in *column*: 2001, 2003-09, 2012-06-04, each with ~ behind it for "about"."""
    value = cell(row, column)
    try:
        return _when(value)
    except (ValueError, OverflowError) as error:       # no such day; a year without one after it
        raise row_error(row, "NZ424", f"{column} is “{value}”, not a date",
                        "write it as in 2001, 2003-09 or 2012-06-04, with ~ behind it for “about”") from error


def _when(value: str) -> When:
    """Return the span of *value*. Raises ValueError if it is not a date."""
    if not (found := _DATE.fullmatch(value)):
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    first = date(year or 0, month or 1, day or 1)
    last = date(first.year, month or _DECEMBER, 28) + timedelta(days=4)       # always in the month after
    after = first + timedelta(days=1) if day else last.replace(day=1)
    about = found[4] == "~"
    slack = _ABOUT_YEARS if about else 0
    text = f"{_MONTHS[month - 1]} {year}" if month else str(year)
    return When(_years(first) - slack, _years(after) + slack, f"c. {text}" if about else text,
                certain=month is not None and not about)


def _years(day: date) -> float:
    """Return *day* in years, the passed part of its year as a fraction."""
    start = date(day.year, 1, 1)
    return day.year + (day - start) / (date(day.year + 1, 1, 1) - start)


def row_error(row: Row, code: str, message: str, hint: str) -> ManuscriptError:
    """Return the error that *message* is about, at *row*."""
    return wrong(code, message, Place(row.file, row.line), hint)


def wrong(code: str, message: str, where: Place, hint: str) -> ManuscriptError:
    """Return the error of one finding."""
    return ManuscriptError(Finding(code, "error", message, where, hint))
