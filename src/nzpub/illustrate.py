"""The charts of a book, drawn from their tables and the tokens."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from nzpub.annotate import NO_SOURCE
from nzpub.charts import KINDS, ChartData, Row, Shape, read_rows, row_error
from nzpub.errors import Finding, ManuscriptError, each, suggestion
from nzpub.model import Book, Styles
from nzpub.tree import attr, walk

SUFFIXES: Mapping[Shape, str] = {"column": "", "phone": "-phone", "wide": "-wide"}    # figures/map-wide.svg


def illustrate(book: Book, styles: Styles) -> Book:
    """Return *book* with every chart's SVG among its files, once for each shape: a column, a phone, a slide.

    Raises ManuscriptError with all that is wrong in the tables, sources that the bibliography lacks among it.
    """
    def drawn(chart: tuple[str, str, str]) -> dict[str, bytes]:
        path, kind, table = chart
        data = _data(book, kind, table)
        return {_named(path, shape): svg for shape, svg in _shapes(kind, data, styles)}
    figures = each(drawn, _charts(book))
    return replace(book, files={**book.files, **{path: svg for figure in figures for path, svg in figure.items()}})


def _shapes(kind: str, data: ChartData, styles: Styles) -> tuple[tuple[Shape, bytes], ...]:
    """Return the drawing of *data* in each shape; raises ManuscriptError with all that is wrong, each row once."""
    try:
        return each(lambda shape: (shape, KINDS[kind].draw(data, styles.tokens, shape).encode()), SUFFIXES)
    except ManuscriptError as error:
        told: dict[object, Finding] = {}
        for finding in error.findings:             # a label that is too long is so in one shape or in all
            told.setdefault((finding.code, finding.where) if finding.where and finding.where.line else finding, finding)
        raise ManuscriptError(told.values()) from error


def _known(row: Row, book: Book) -> None:
    """Raise ManuscriptError with each source that *row* names and the bibliography of *book* lacks."""
    known = {str(entry["id"]) for entry in book.references}

    def check(key: str) -> None:
        if key and key not in known:
            raise row_error(row, "NZ310", f"the source “{key}” is not in the bibliography",
                            suggestion(key, known, NO_SOURCE))
    if "bibliography" not in book.meta.unknown:
        each(check, (part.strip().lstrip("@") for part in row.cells.get("source", "").split(";")))


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
    columns = {**KINDS[kind].columns, "source": lambda row, _: _known(row, book)}
    return ChartData(read_rows(book.files[table], file, columns), geometry, file)
