"""Blocks that Markdown reads as what they were not meant to be: code, a list, a table, or no heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from nzpub.annotate import Visit, Visits
from nzpub.errors import Finding, Place
from nzpub.tree import BLOCKS, Node, children, text

_SHOWN = 40                        # characters of a line that a message shows
_INDENTED = re.compile(r"[>\s]*(?: {4}|\t)")
_LISTS = ("BulletList", "OrderedList")
_MARK = re.compile(r"\(?\w+[.)](?=\s)")
_SIGN = re.compile(r"\\.|`+[^`]*`+|\$[^$]+\$|(?P<end>\|)")       # what is whole in a row, and what ends a cell
_HEADED = re.compile(r"[|:\s+-]*-[|:\s+-]*[|+][|:\s+-]*$")           # below the first row of a table with such ends
_RULE = re.compile(r"[>\s]*-{3,}\s*$")
_TITLE = 80                        # characters of the longest heading that bold words are taken for
_UNFINISHED = re.compile(r"[^.!?…:;,]$")


def check(blocks: Iterable[Node], seen: Visits, lines: Sequence[str]) -> Iterator[Finding]:
    """Yield what in the *blocks* of a book, *seen* with all that is in them, was read otherwise than it looks."""
    visits = {id(visit.node): visit for visit in seen}
    for siblings in ([*blocks], *([*children(visit.node)] for visit in seen)):
        yield from _apart([visits[id(node)] for node in siblings if node["t"] in BLOCKS], lines)
    for visit in seen:
        if kind := _KINDS.get(visit.node["t"]):
            yield from kind(visit, lines)


def _line(visit: Visit, lines: Sequence[str], below: int = 0) -> tuple[Place, str]:
    """Return the place of the words in the line of *visit*, or so many *below* it, and that line from there on."""
    number = (visit.where.line or 1) + below
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    words = line.lstrip("> \t")
    return Place(visit.where.file, number, len(line) - len(words) + 1), words.rstrip()


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


# --- lists ------------------------------------------------------------------------------------------


def _apart(siblings: Sequence[Visit], lines: Sequence[str]) -> Iterator[Finding]:
    """Yield each list among *siblings* that was to be inside the one before it, or begins with a number by chance."""
    for before, visit in pairwise(siblings):
        where, words = _line(visit, lines)
        if (before.node["t"] in _LISTS and visit.node["t"] in _LISTS and "NZ538" not in visit.allow
                and (where.column or 1) > 1 and where.line and lines[where.line - 2].strip("> \t")):
            yield Finding("NZ538", "warning", f"“{_cut(words)}” begins a list of its own", where,
                          "to put it into the item above, indent it as far as the words of that item")
    goes_on: set[int] = set()
    for visit in siblings:
        if visit.node["t"] != "OrderedList":
            continue
        (start, *_), items = visit.node["c"]
        where, words = _line(visit, lines)
        mark = _MARK.match(words)
        if start > 1 and len(items) == 1 and start not in goes_on and mark and "NZ538" not in visit.allow:
            yield Finding("NZ538", "warning", f"“{_cut(words)}” becomes a list with one item", where,
                          f"if it is none, write {mark[0][:-1]}\\{mark[0][-1]}")
        goes_on.add(start + len(items))


# --- tables, paragraphs, code -----------------------------------------------------------------------


def _table(visit: Visit, lines: Sequence[str]) -> Iterator[Finding]:
    """Yield each row with more cells than *visit*'s table has columns, and a table that two rules make of words."""
    if "NZ539" in visit.allow:
        return
    columns, heads = len(visit.node["c"][2]), visit.node["c"][3][1]
    first = visit.where.line or 1
    if columns == 1 and not heads and any(_RULE.match(line) for line in lines[max(first - 2, 0):first]):
        yield Finding("NZ539", "warning", "words between two lines --- become a table", _line(visit, lines)[0],
                      "put a blank line above and below each line ---, or take them out")
    if not _HEADED.match(_line(visit, lines, 1)[1]):
        return
    for below in range(len(lines) - first + 1):
        where, row = _line(visit, lines, below)
        if not row:
            return
        ends = [mark.start() for mark in _SIGN.finditer(row) if mark["end"]]
        inner = [end for end in ends if 0 < end < len(row) - 1]
        if len(inner) >= columns:
            beyond = inner[columns - 1] + 1
            yield Finding("NZ539", "error", f"“{_cut(row[beyond:].strip(' |'))}” stands in no column of its table",
                          Place(where.file, where.line, (where.column or 1) + beyond),
                          "give the table's first line one more cell, or write \\| for a sign that ends no cell")


def _paragraph(visit: Visit, lines: Sequence[str]) -> Iterator[Finding]:
    """Yield a paragraph of nothing but words in bold that looks like a heading."""
    words = text([visit.node])
    if ([node["t"] for node in visit.node["c"]] == ["Strong"] and not visit.depth and not visit.inside
            and "NZ540" not in visit.allow and len(words) <= _TITLE and _UNFINISHED.search(words)):
        where, typed = _line(visit, lines)
        if typed.startswith(("**", "__")):
            yield Finding("NZ540", "warning", f"“{_cut(words)}” looks like a heading, and is none", where,
                          f"write ## {words}")


def _code(visit: Visit, lines: Sequence[str]) -> Iterator[Finding]:
    """Yield a block of code that is one by its indentation, not by a fence."""
    code = visit.node["c"][1].split("\n")
    # The line is that of the block's first word.
    before = next((n for n, line in enumerate(code) if re.search(r"[^\W_]", line)), 0)
    first = (visit.where.line or 0) - before
    line, above = (lines[n - 1] if 0 < n <= len(lines) else "" for n in (first, first - 1))
    if ("NZ530" not in visit.allow and _INDENTED.match(line) and line.rstrip().endswith(code[0].rstrip())
            and not above.strip("> \t")):
        yield Finding("NZ530", "warning", f"“{_cut(code[0].strip())}” becomes code: four spaces stand before it",
                      _line(visit, lines, -before)[0], "take the spaces out, or put the code between two lines ```")


_KINDS = {"Table": _table, "Para": _paragraph, "CodeBlock": _code}
