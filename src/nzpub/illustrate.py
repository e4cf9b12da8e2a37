"""The charts of a book, drawn from their tables and the tokens."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from nzpub.charts import KINDS, ChartData, Row, Shape, read_rows
from nzpub.errors import Finding, ManuscriptError, Place
from nzpub.model import Book, Styles
from nzpub.tree import attr, walk

SUFFIXES: Mapping[Shape, str] = {"column": "", "phone": "-phone", "wide": "-wide"}    # figures/map-wide.svg


def illustrate(book: Book, styles: Styles) -> Book:
    """Return *book* with every chart's SVG among its files, once for each shape: a column, a phone, a slide.

    Raises ManuscriptError with all that is wrong in the tables, sources that the bibliography lacks among it.
    """
    drawn: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path, kind, table in _charts(book):
        try:
            data = _data(book, kind, table)
            findings += _strangers(data.rows, book)
            drawn |= {_named(path, shape): KINDS[kind](data, styles.tokens, shape).encode() for shape in SUFFIXES}
        except ManuscriptError as error:
            findings += error.findings
    if findings:
        raise ManuscriptError(findings)
    return replace(book, files={**book.files, **drawn})


def _strangers(rows: Iterable[Row], book: Book) -> Iterator[Finding]:
    """Yield each source that one of *rows* names and the bibliography lacks."""
    known = {str(entry["id"]) for entry in book.references}
    for row in rows if "bibliography" not in book.meta.unknown else ():
        for key in (part.strip().lstrip("@") for part in row.cells.get("source", "").split(";")):
            if key and key not in known:
                yield Finding("NZ310", "error", f"the source “{key}” is not in the bibliography",
                              Place(row.file, row.line), "add it there, or correct the key")


def charts(book: Book) -> tuple[str, ...]:
    """Return the paths of the drawings that the manuscript names, in its order."""
    return tuple(path for path, _, _ in _charts(book))


def shaped(path: str, shape: Shape, files: Container[str]) -> str:
    """Return the drawing in *shape* of the figure of which *path* is one, or *path* if *files* do not have it."""
    pure = PurePosixPath(path)
    figure = str(pure.with_name(f"{pure.stem.removesuffix(SUFFIXES['wide'])}{pure.suffix}"))
    return drawn if (drawn := _named(figure, shape)) in files else path


def _charts(book: Book) -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and table of each chart."""
    for node in walk(book.blocks):
        kind, table = attr(node).get("chart"), attr(node).get("data")
        if node["t"] in ("Figure", "Image") and kind in KINDS and table in book.files:
            image = next(child for child in walk([node]) if child["t"] == "Image")
            yield image["c"][2][0], str(kind), str(table)


def _named(path: str, shape: Shape) -> str:
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}{SUFFIXES[shape]}{pure.suffix}"))


def _data(book: Book, kind: str, table: str) -> ChartData:
    geometry = book.files.get(str(PurePosixPath(table).with_suffix(".json"))) if kind == "map" else None
    file = str(PurePosixPath(book.source).parent / table)
    return ChartData(read_rows(book.files[table], file), geometry, file)
