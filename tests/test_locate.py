"""Where blocks stand in the manuscript."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from nzpub.locate import locate
from nzpub.pandoc import parse
from nzpub.read import read
from nzpub.tree import Node, children, text, walk
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


BEFORE = """\
# The words of a heading {#the-words}

The words of one [paragraph]{lang=en}
that goes on, x, with the [mark]{lang=mi}.

"""
AFTER = """

The words that come after, x y z, with the mark here.

# The mark {#here}
"""


@pytest.mark.parametrize("words", [
    "mark", "[mark]{.mark}", "[words](https://example.org/mark)", "`mark`", "$mark$", "<b>mark</b>", "*the* mark .",
    "the words^[of the mark]", "the [@mark; @words, p. 1] words", "caf&eacute; — the mark", "“mark” and \\*",
    "![](mark.svg)",
])
def test_a_word_has_its_own_line(words: str) -> None:
    """Inside a paragraph, what stands on its third line is told there, though lines, attributes and notes go before."""
    source = f"{BEFORE}The first of [four]{{lang=mi\n.mark}} lines,\nand ![](x.svg) here\nis {words} as\nit is.{AFTER}"
    assert line_with("mark" if "mark" in words else "*", source, after=6) == 9


def test_the_words_of_a_line_block_and_of_a_note_have_their_lines() -> None:
    """Lines that end without a soft break, and a note's two paragraphs, are counted too."""
    source = f"{BEFORE}| one x\n| two y[^n]\n| three mark\n\n[^n]: Said\n    here.\n\n    Another\n    note.{AFTER}"
    assert [line_with(name, source, after=6) for name in ("mark", "here.", "note.")] == [8, 11, 14]


@pytest.mark.parametrize("block", [
    "<script>mark</script>", "<div onclick=\"x\">\n\nmark\n\n</div>", "\\input{x}", "<!-- x -->",
    "```{=html}\n<b>\n```", "~~~ {.python #x}\nthe words = x\n\nmark\n~~~", "    the mark",
    "!!!", "![](#x)", "## The mark {#here}", "The mark\n--------", "---",
    "::: {.editor-note\n#y title=\"the words\"}\nx\n:::",
])
def test_a_block_in_the_middle_has_its_line(block: str) -> None:
    """Whatever its words or the lack of them, a block is told where it begins, not at a like one before or after."""
    source = f"{BEFORE}{block}{AFTER}"
    assert [node["line"] for node in locate(parse(source).blocks, source)][2] == 6


def line_with(name: str, source: str, after: int) -> int:
    """Return the line of the first leaf, below line *after*, that holds *name*."""
    return next(line for node, line in _lined(locate(parse(source).blocks, source), 0)
                if line > after and name in str([part for part in _contents(node) if isinstance(part, str)]))


def _lined(nodes: Iterable[Node], line: int) -> Iterator[tuple[Node, int]]:
    for node in nodes:
        here = node.get("line", line)
        yield node, here
        yield from _lined(children(node), here)


def _contents(node: Node) -> Iterator[object]:
    content = node.get("c")
    yield from (content if isinstance(content, list) else [content])
    if node["t"] in ("Image", "Link"):
        yield from node["c"][2]


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


# --- every kind of block, after every kind: what stands before is what leads astray -----------------

BLOCKS = {
    "Para": ["Qqq words here.", "Qqq words\nhere.", "![](x.png)", "$$\nx = y\n$$", "[@qqq]", "`+`", "…!!", "[]{#p-1}"],
    "Header": ["## Qqq {#qqq}", "Qqq\n---", "##", "## [^n]"],
    "BulletList": ["- Qqq\n- b", "- ![](x.png)\n- b"], "OrderedList": ["1. Qqq\n2. b"],
    "DefinitionList": ["Qqq\n:   defined"], "BlockQuote": ["> Qqq\n> more"], "LineBlock": ["| Qqq\n| more"],
    "CodeBlock": ["```\nQqq\n```", "```\n---\n```", "```\n```", "~~~ {.python}\nQqq = 1\n\nx\n~~~", "    Qqq code"],
    "RawBlock": ['<div class="q">', "\\begin{x}\nQqq\n\\end{x}", "```{=html}\n<b>\n```"],
    "HorizontalRule": ["---", "* * *"],
    "Table": ["| Qqq | b |\n|---|---|\n| c | d |", "| - | - |\n|---|---|\n| - | + |",
              "  Qqq     b\n------ ---\n c      d",
              "+-----+-----+\n| Qqq | b   |\n| more| x   |\n+=====+=====+\n| c   | d   |\n+-----+-----+",
              "+-----+-----+\n| Qqq | aa  |\n|     |     |\n| par | bb  |\n+-----+-----+"],
    "Figure": ['![Qqq](x.png){#fig-q alt="d"}', '![Qqq\nmore](x.png){alt="d"}'],
    "Div": ["::: {.editor-note}\nQqq\n:::", "::: note\nQqq\n:::", "::: {.editor-note}\n---\n:::"],
}
STANDING_BEFORE = (
    "", "Qqq words here.", "# Qqq", "![](y.png)", "---", "```\ncode\n\n```", "```\n```", "- a\n- b\n\n<!-- -->",
    "- a\n\n- b\n\n    c\n\n<!-- x -->", "+-----+-----+\n| a b | c   |\n| d   | e   |\n+-----+-----+",
    "| a | b |\n|---|---|\n| - | - |\n\n: caption", "> a\nlazy", "Let $a\n= b$ be\nx.",
    '::: {.editor-note\n #a title="b"}\nx\n:::', '![Cap of\nfigure](x.png){#fig-a alt="what\nit is"}',
    "Term\n\n:   Definition\n    more\n\n    para\n\n<!-- -->", '[x]: http://a.b\n[y]: http://c.d\n    "Qqq"',
    "<!-- Qqq\nwords here\n-->", "| a\n|   b",
    "Words\\\nwords\\\nand `code\nmore` x [link\ntext](http://a.b\n\"title\") y.",
    "Word[^z].\n\n[^z]: Said\n    Qqq more.\n\n    Again.\n\n<!-- -->",
)
LAST = "The case ends."


@pytest.mark.parametrize("before", STANDING_BEFORE)
def test_every_block_has_its_line_whatever_stands_before(before: str) -> None:
    """A block is told at its first line: after blocks of any kind, with and without words, and before like ones."""
    source, expected = "", list[tuple[int, str]]()
    for kind, examples in BLOCKS.items():
        for example in examples:
            source += f"Case {len(expected)}.\n\n{before}\n\n"
            expected.append((source.count("\n") + 1, kind))
            source += f"{example}\n\n{LAST}\n\nQqq words here.\n\n## Qqq\n\n- Qqq\n\n"
    blocks = locate(parse(f"{source}\n\n[^n]: Qqq.\n").blocks, source)
    assert [(block["line"], block["t"]) for block, below in pairwise(blocks) if text([below]) == LAST] == expected


INLINES = {
    "Code": ["`q = 1`", "`+-`"], "Math": ["$q + 1$", "$+$", "$$q$$"], "Cite": ["[@qq]", "@qq [p. 3]"],
    "Link": ["[q words](http://a.b)", "[…](http://a.b)", "<http://a.b/c>"], "Image": ["![q](q.png)", "![](x.png)"],
    "Span": ["[q]{lang=mi}", "[]{#p-1}"], "Note": ["^[q noted]", "[^n]"], "RawInline": ["<b>", "</i>", "\\qqq{x}"],
}
AROUND = {                                                  # with the number of the line that {} is in
    "First words of it\nand second {} here\nand third x $y$.": 2, "{} first\nand x second.": 1,
    "First `of\nit` is\n{} second\nand third.": 3, "First of it {}\nand second.": 1,
    "- one\n  goes on\n  and {} x\n- three": 3, "1. one\n\n2. two\n\n    and {} x\n\n3. three": 5,
    "> one\n> two {} x\n> three": 2, "| one\n| two {} x\n| three": 2, "Term\n:   one\n    two {} x": 3,
    "Term {} x\n:   one\n    two": 1, "# Head {} x": 1, "| a | b |\n|---|---|\n| c | d |\n| e | x {} y |": 4,
    "+------+--------------------------------+\n| aa b | cc dd                          |\n"
    "| ee   | ff {:<28}|\n| hh   | ii                             |\n+------+--------------------------------+": 3,
    "+--------------------------------+------+\n| cc dd                          | aa b |\n"
    "| ff {:<28}| ee   |\n| ii                             | hh   |\n+--------------------------------+------+": 3,
    "| a | b |\n|---|---|\n| c | d |\n\n: A caption {} x": 5, "First *of\nit {} x* y.": 2,
    "First [of\nit {} x]{{lang=mi\n#q}} y.": 2, "First <!-- q\nx --> and\nsecond {} x.": 3,
    "::: {{.editor-note}}\nfirst\n{} x\n:::": 3,
}


@pytest.mark.parametrize(("around", "line"), AROUND.items())
def test_every_inline_has_its_line_wherever_it_stands(around: str, line: int) -> None:
    """Code, formulas, links, pictures, notes and citations are told at their own line, not at the next word's."""
    source, expected = "", list[tuple[int, str]]()
    for kind, examples in INLINES.items():
        for number, example in enumerate(examples):
            source += f"Case {kind} {number}: q x words `q = 1`, $q + 1$, [q](http://a.b), [@qq].\n\n"
            expected.append((source.count("\n") + line, kind))
            source += f"{around.format(example)}\n\n<!-- -->\n\n"
    nodes = walk(locate(parse(f"{source}\n\n[^n]: Noted twice\n").blocks, source))
    found = {(node.get("line"), node["t"]) for node in nodes}
    assert [each for each in expected if each not in found] == []


def test_a_fence_too_many_is_told_where_it_stands() -> None:
    """What closes nothing is a paragraph of colons; those that close something are passed over."""
    source = "# A\n\n::: {.editor-note}\nOne.\n:::\n\nTwo.\n\n:::\n\nThree.\n\n::: note\nx\n:::\n\n:::\n"
    assert [block["line"] for block in locate(parse(source).blocks, source) if text([block]) == ":::"] == [9, 17]
