"""One file a kind of figure: from a table and the tokens to SVG.

``KINDS`` names them as the manuscript's ``chart=`` does. A drawing is text in the publication's face,
vectors, and colours from the tokens; the same table and tokens give the same bytes. Its alternative
text is the manuscript's and not part of it. The table and the geometry beside it (the same name, ending
in ``.json``) come in as values::

    KINDS["steps"](ChartData(read_rows(data, "data/x.csv"), None, "data/x.csv"), tokens, "column")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nzpub.charts import map as map_
from nzpub.charts import steps, timeline
from nzpub.charts.svg import Shape
from nzpub.charts.table import ChartData, Row, read_rows

Draw = Callable[[ChartData, Mapping[str, str], Shape], str]

KINDS: Mapping[str, Draw] = MappingProxyType(
    {"timeline": timeline.draw, "steps": steps.draw, "map": map_.draw})

__all__ = ["KINDS", "ChartData", "Draw", "Row", "Shape", "read_rows"]
