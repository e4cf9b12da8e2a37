"""One file a kind of figure: from a table and the tokens to SVG.

``KINDS`` names them as the manuscript's ``chart=`` does. A drawing is text in the publication's face,
vectors, and colours from the tokens; the same table and tokens give the same bytes. Its alternative
text is the manuscript's and not part of it. The table and the geometry beside it (the same name, ending
in ``.json``) come in as values::

    kind = KINDS["steps"]
    kind.draw(ChartData(read_rows(data, "data/x.csv", kind.columns), None, "data/x.csv"), tokens, "column")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from nzpub.charts import map as map_
from nzpub.charts import steps, timeline
from nzpub.charts.svg import Shape
from nzpub.charts.table import ChartData, Columns, Row, cell, read_rows, row_error


class Kind(NamedTuple):
    """A kind of figure: the columns that its table must have, and what draws it from that and the tokens."""

    columns: Columns
    draw: Callable[[ChartData, Mapping[str, str], Shape], str]


KINDS: Mapping[str, Kind] = MappingProxyType({
    "timeline": Kind(timeline.COLUMNS, timeline.draw), "steps": Kind(steps.COLUMNS, steps.draw),
    "map": Kind(map_.COLUMNS, map_.draw)})

__all__ = ["KINDS", "ChartData", "Columns", "Kind", "Row", "Shape", "cell", "read_rows", "row_error"]
