"""How much a text may hold for its length: a page of nothing but formulas would be laid out for hours.

The limits of the whole text grow with its words, and those of a thing on its own are the same in all texts. All are
several times what is found in print: a book of 100,000 words may have 10,200 formulas with 415,000 characters, 2,100
headings, 5,200 notes, 10,500 citations, 1,100 images and 1,120 slides, and one of its paragraphs 400 elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from nzpub import trust
from nzpub.errors import Finding, Place
from nzpub.tree import BLOCKS, INLINES, Node, attr, children, walk

_LETTERS = 5                       # to a word; counted so, a text without spaces has words too
# What pictures may hold, and how much more for each word. Of the processor's time, 1,000 elements take 0.2 s in each
# process, and 10 million pixels 0.6 s; of memory, 1 MB of pictures takes 4. As wide as a page is 3 million pixels.
_ELEMENTS, _ELEMENTS_A_WORD = 20_000, 2
_NUMBERS, _NUMBERS_A_WORD = 200_000, 20            # in drawings, of lines and curves above all: 1,000 take 0.03 s
_LETTERS_DRAWN, _LETTERS_DRAWN_A_WORD = 10_000, 1  # 1,000 in one element take 0.2 s
_PIXELS, _PIXELS_A_WORD = 100_000_000, 3_000
_BYTES, _BYTES_A_WORD = 40_000_000, 3_000
_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
_NUMBER = re.compile(rb"[0-9.]+")
_WORDS = re.compile(rb"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_SMALLER = "make the pictures smaller, or take some out"
_RUNNING = frozenset(("Str", "Space", "SoftBreak"))
_PARAGRAPHS = frozenset(("Para", "Plain", "Header", "LineBlock"))


class _Seen(NamedTuple):
    """A node, the line that it stands in, and whether it is part of a table."""

    node: Node
    line: int | None
    tabled: bool


class _OfText(NamedTuple):
    """So many of *what* a text may have: *base*, and so many *more* for every *words* of it."""

    what: str
    base: int
    words: int
    count: Callable[[_Seen], int]
    more: int = 1


class _OfOne(NamedTuple):
    """So many of *what* a node may have."""

    what: str
    most: int
    count: Callable[[Node], int]


def check(blocks: Iterable[Node], file: str) -> Iterator[Finding]:
    """Yield a finding for each limit that *blocks*, with their lines, exceed, at the line where they first do."""
    seen = tuple(_seen(blocks, None, tabled=False))
    words = _words(seen)
    for limit in _OF_TEXT:
        yield from _over(limit.what, limit.base + words // limit.words * limit.more,
                         [(limit.count(each), each.line) for each in seen], file)
    for single in _OF_ONE:
        found = next(((count, each.line) for each in seen if (count := single.count(each.node)) > single.most), None)
        if found is not None:
            yield _finding(f"{found[0]:,} {single.what}", Place(file, found[1]), single.most)


def pictures(blocks: Iterable[Node], files: Mapping[str, bytes], file: str) -> Iterator[Finding]:
    """Yield a finding for each limit that the pictures of *blocks*, by path in *files*, exceed, where they first do.

    A drawing is drawn anew wherever it is shown; any other picture is stored once.
    """
    seen = tuple(_seen(blocks, None, tabled=False))
    words = _words(seen)
    shown = [(path, each.line) for each in seen if each.node["t"] == "Image" for path in [each.node["c"][2][0]]
             if path in files]
    drawings = [(files[path].count(b"<"), line) for path, line in shown if path.lower().endswith(".svg")]
    once = reversed(dict(reversed(shown)).items())         # each at its first line
    others = [(files[path], line) for path, line in once if not path.lower().endswith(".svg")]
    yield from _over("elements of drawings", _ELEMENTS + _ELEMENTS_A_WORD * words, drawings, file, _SMALLER)
    yield from _over("pixels", _PIXELS + _PIXELS_A_WORD * words, [(trust.pixels(p), line) for p, line in others], file,
                     _SMALLER)
    yield from _over("bytes of pictures", _BYTES + _BYTES_A_WORD * words, [(len(p), line) for p, line in others], file,
                     _SMALLER)


def drawings(blocks: Iterable[Node], files: Mapping[str, bytes], file: str) -> Iterator[Finding]:
    """Yield a finding for each limit that lines and words of the drawings of *blocks* exceed, as :func:`pictures` does.

    *files* are what :func:`nzpub.drawing.plain` returned.
    """
    seen = tuple(_seen(blocks, None, tabled=False))
    words = _words(seen)
    shown = [(files[path], each.line) for each in seen if each.node["t"] == "Image" for path in [each.node["c"][2][0]]
             if path in files and path.lower().endswith(".svg")]
    for what, most, count in (("numbers in drawings", _NUMBERS + _NUMBERS_A_WORD * words, _numbers),
                              ("letters in drawings", _LETTERS_DRAWN + _LETTERS_DRAWN_A_WORD * words, _letters)):
        yield from _over(what, most, [(count(content), line) for content, line in shown], file, _SMALLER)


def _numbers(drawing: bytes) -> int:
    return sum(len(_NUMBER.findall(value)) for value in _VALUE.findall(drawing))


def _letters(drawing: bytes) -> int:
    return sum(len(words.strip()) for words in _WORDS.findall(drawing))


def _words(seen: Iterable[_Seen]) -> int:
    return sum(len(each.node["c"]) for each in seen if each.node["t"] == "Str" and not each.tabled) // _LETTERS


def _over(what: str, most: int, counts: Iterable[tuple[int, int | None]], file: str,
          remedy: str = "take some out") -> Iterator[Finding]:
    """Yield a finding if the *counts* of *what*, each with its line, are more than *most* together."""
    total, first = 0, None
    for count, line in counts:
        before, total = total, total + count
        first = line if before <= most < total else first
    if total > most:
        yield _finding(f"{total:,} {what} in a text of this length", Place(file, first), most, remedy)


def _finding(what: str, where: Place, most: int, remedy: str = "take some out") -> Finding:
    return Finding("NZ116", "error", what, where, f"{remedy}: {most:,} is the most")


def _seen(nodes: Iterable[Node], line: int | None, *, tabled: bool) -> Iterator[_Seen]:
    for node in nodes:
        here = node.get("line", line)
        yield _Seen(node, here, tabled)
        yield from _seen(children(node), here, tabled=tabled or node["t"] == "Table")


def _one(*kinds: str) -> Callable[[_Seen], int]:
    return lambda each: each.node["t"] in kinds


def _cells(each: _Seen) -> int:
    if each.node["t"] != "Table":
        return 0
    _, _, _, head, bodies, foot = each.node["c"]
    rows = [*head[1], *foot[1], *(row for body in bodies for row in (*body[2], *body[3]))]
    return sum(len(row[1]) for row in rows)


def _element(node: Node) -> bool:
    return node["t"] in INLINES - _RUNNING


def _elements(node: Node) -> int:
    return sum(map(_element, walk([node]))) if node["t"] in _PARAGRAPHS else 0


def _longest_word(node: Node) -> int:
    words = node["c"] if node["t"] == "Str" else node["c"][1] if node["t"] in ("Code", "CodeBlock") else ""
    return max(map(len, words.split()), default=0)


def _formula(node: Node) -> int:
    return len(node["c"][1]) if node["t"] == "Math" else 0


def _lines(each: _Seen) -> int:
    node = each.node
    if node["t"] == "CodeBlock":
        return str(node["c"][1]).count("\n") + 1
    return len(node["c"]) if node["t"] == "LineBlock" else 0


_OF_TEXT = (
    _OfText("slides", 120, 100, lambda each: each.node["t"] == "Div" and "slide" in attr(each.node).classes),
    _OfText("headings", 100, 50, _one("Header")),
    _OfText("formulas", 200, 10, _one("Math")),
    _OfText("characters of formulas", 15_000, 1, lambda each: _formula(each.node), more=4),
    _OfText("images", 100, 100, _one("Image")),
    _OfText("notes", 200, 20, _one("Note")),
    _OfText("citations", 500, 10, lambda each: len(each.node["c"][0]) if each.node["t"] == "Cite" else 0),
    _OfText("cells of tables", 1_500, 4, _cells),
    _OfText("paragraphs, items and other blocks", 1_500, 5, lambda each: each.node["t"] in BLOCKS and not each.tabled),
    _OfText("lines of code and of verse", 2_000, 5, _lines),
    _OfText("emphases, links and other elements", 5_000, 1, lambda each: _element(each.node)),
)
_OF_ONE = (
    _OfOne("elements in one paragraph", 400, _elements),
    _OfOne("columns in one table", 60, lambda node: len(node["c"][2]) if node["t"] == "Table" else 0),
    _OfOne("characters in one formula", 2_000, _formula),
    _OfOne("characters in one word", 5_000, _longest_word),
)
