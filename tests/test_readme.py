"""The README keeps its promises: every message, every annotation, every picture is there."""

from __future__ import annotations

import re
from pathlib import Path

from nzpub.annotate import ASIDES, LAYOUTS
from nzpub.charts import KINDS
from nzpub.metadata import FIELDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_code_is_listed_with_an_example() -> None:
    """The codes in the source are those in the list of messages, each once, in order, with an example."""
    used = {code for path in (ROOT / "src").rglob("*.py")
            for code in re.findall(r'"(NZ\d{3})"', path.read_text(encoding="utf-8"))}
    listed = re.findall(r"^\| (NZ\d{3}) \| [^|]+ \| [^|]+ \|$", README, re.MULTILINE)
    assert listed == sorted(used)


def test_every_field_and_annotation_is_described() -> None:
    """A writer finds each metadata field, aside, layout and kind of chart in the README."""
    names = [*FIELDS, *ASIDES, *LAYOUTS, *KINDS]
    assert [name for name in names if name not in README] == []


def test_every_picture_is_there() -> None:
    """The pictures that the README shows are in the repository; `./inv pictures` makes them."""
    assert [name for name in re.findall(r"\]\((\.github/[^)]+)\)", README) if not (ROOT / name).is_file()] == []
