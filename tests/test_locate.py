"""Where blocks stand in the manuscript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nzpub.locate import locate
from nzpub.pandoc import parse
from nzpub.read import read
from nzpub.tree import Node, text, walk
from publication import BOOK

SOURCE = """\
# Head {#sec-head}

First words of *one* paragraph,
which goes on[^n] here.

::: {.slide #sl title="Some title"}
- item one
- item two

::: {.notes time="3"}
Said.
:::
:::

[^n]: The note's own words
    on two lines.

| a | b |
|---|---|
| cell | other cell |

: The caption {#tbl-x}

First words of another paragraph [@key].

![A caption](x.svg){alt="words of the caption"}

Last words.
"""


def located(kind: str) -> list[tuple[int, str]]:
    """Return line and first words of each node of type *kind*."""
    return [(node["line"], text([node])[:20]) for node in walk(locate(parse(SOURCE).blocks, SOURCE))
            if node["t"] == kind]


@pytest.mark.parametrize(("kind", "expected"), [
    ("Header", [(1, "Head")]),
    ("Para", [(3, "First words of one p"), (15, "The note’s own words"), (11, "Said."),
              (24, "First words of anoth"), (28, "Last words.")]),
    ("Div", [(6, "item one item two Sa"), (10, "Said.")]),
    ("Table", [(18, "The caption a b cell")]),
    ("Figure", [(26, "A caption words of t")]),
    ("Cite", [(24, "[@key]")]),
    ("BulletList", [(7, "item one item two")]),
])
def test_each_kind_of_node_has_its_line(kind: str, expected: list[tuple[int, str]]) -> None:
    """A node's line is that of its first word, or of the fence that opens it."""
    assert located(kind) == expected


@pytest.mark.parametrize("folder", [BOOK / "manuscript", Path(__file__).parents[1] / "manuscript"],
                         ids=["small", "flagship"])
def test_lines_hold_the_words_of_their_blocks(folder: Path) -> None:
    """In a whole manuscript, the line of each paragraph and heading has its first word."""
    book = read(folder)
    lines = book.text.split("\n")
    assert [(node["line"], words) for node in walk(book.blocks) if (words := _first_word(node))
            and words not in lines[node["line"] - 1]] == []


def _first_word(node: Node) -> str:
    leaves = [n for n in walk([node]) if n["t"] == "Str"] if node["t"] in ("Para", "Header", "Plain") else []
    first = leaves[0] if leaves else None
    words = re.findall(r"[^\W_]+", first["c"]) if first else []
    return words[0] if words else ""
