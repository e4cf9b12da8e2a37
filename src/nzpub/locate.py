"""Which line of the manuscript each node came from.

Pandoc's ``markdown`` reader keeps no source positions (``commonmark_x+sourcepos`` does, but it lacks
citations). Blocks stand in the tree in source order, and nearly every word of the tree stands in the
source, so the map is a walk down both. A block is looked up where one may begin: a paragraph by its first
words, a heading among the headings, a div among the fences, code and raw markup by their first line as it is.
Inside a block a soft break is the end of a line; a word that is not where that leads puts the count right.
Notes are the exception, since their text may stand anywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import Any, NamedTuple

from nzpub.tree import BLOCKS, Node, attr, children, is_node, strings

_WORD = re.compile(r"[^\W_]+")
_FENCE = re.compile(r"^[\s>]*:{3,}[\s{]*[\w.#{]")
_CODE_FENCE = re.compile(r"^[\s>]*(?:[-*+]\s+|\w{1,4}[.)]\s+)*(?:`{3,}|~{3,})")
_NOTE_START = re.compile(r"^\s{0,3}\[\^[^\]\s]+\]:")
_HEADING = re.compile(r"^[\s>]*#{1,6}(?!\w)")
_UNDERLINE = re.compile(r"^[\s>]*(?:=+|-+)\s*$")
_OPENS = re.compile(r"^\s*(?:[-*+>#|:<\\`~]|\w{1,4}[.)]\s|\[\^)")   # what may begin a block without a blank line
_NOT_SHOWN = re.compile(r"^[\s>]*(?::{3,}\s*$|\[[^\]]+\]:)")        # a fence that closes, a note, a link's address
_INDENTED = re.compile(r"^[>\s]*(?: {4}|\t)")
_ADDRESS = re.compile(r"^\s{0,3}\[[^\]^][^\]]*\]:(?:\s|$)")
_TITLE = re.compile(r"^\s+[\"'(].*[\"')]\s*$")
_RULED = re.compile(r"^[\s>]*\+[-+]+\+\s*$")                       # above the first row of a grid
_CLOSES = re.compile(r"^[\s>]*:{3,}\s*$")
_BLANK = re.compile(r"^[\s>]*$")
_PROBE = 6           # words that must follow one another for a block to be recognised
_NEAR, _FAR = 14, 80  # how many source words may stand between two words of a probe, of a block
_ROW = 2             # what a table's row is in Pandoc's tree: attributes and cells
_LEADING = 3         # so many words, as of a note's label, may stand in a line before those of its block
_MOST_LINES = 10     # of one pair of braces
_LEAVES = {"Str", "Code", "CodeBlock", "Math", "RawInline", "RawBlock"}
_VERBATIM = {"CodeBlock", "RawBlock"}
_MARKED = BLOCKS | {"Cite", "Image", "Link", "Span", "Note", "RawInline", "Math", "Code"}
_OF_ONE_LINE = {"Str", "Space", "Emph", "Strong", "Quoted", "Cite"}   # what cannot hide the end of a line


def locate(blocks: Iterable[Node], source: str) -> tuple[Node, ...]:
    """Return *blocks* with a key ``line`` (from 1) on every block, and on each inline that can be wrong.

    A word has one only if it is not that of what it is in.
    """
    walker = _Walker(_Source(source.split("\n")))
    return tuple(walker.place(block) for block in blocks)


def line_naming(nodes: Iterable[Node], name: str, line: int | None = None) -> int | None:
    """Return the line of the first of *nodes*, or of what is inside them, that *name* names; None if there is none.

    A name is a whole word, a file, a target or, as ``#id``, an id; a character is named by the word that has it.
    What has no line of its own has that of what it is in, at last *line*.
    """
    for node in nodes:
        here: int | None = node.get("line", line)
        if f"#{attr(node).id}" == name or any(name == leaf or (len(name) == 1 and name in leaf)
                                              for leaf in strings(node.get("c"))):
            return here
        if found := line_naming(children(node), name, here):
            return found
    return None


class _Source:
    """The manuscript's lines and words, and where in them a block may begin; lines count from 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.words = [(m.group(), n) for n, line in enumerate(lines, 1) for m in _WORD.finditer(unescape(line))]
        self._at: dict[str, list[int]] = {}
        for position, (word, _) in enumerate(self.words):
            self._at.setdefault(word, []).append(position)
        numbers = [n for _, n in self.words]
        self._first = [bisect_left(numbers, n) for n in range(len(lines) + 2)]
        self.fences = [(n, _bag(" ".join(_braced(lines, n)))) for n, line in enumerate(lines, 1) if _FENCE.match(line)]
        self.strays = [*_strays(lines, {n for n, _ in self.fences})]
        self.notes = [n for n, line in enumerate(lines, 1) if _NOTE_START.match(line)]
        self.hidden = frozenset((*(n for note in self.notes for n in range(note, self._note_end(note) + 1)),
                                 *_addresses(lines)))
        self.headings = {n for n, (line, below) in enumerate(pairwise((*lines, "")), 1)
                         if _HEADING.match(line) or (_UNDERLINE.match(below) and not _BLANK.match(line))}
        below = {n + len(_braced(lines, n)) for n, _ in self.fences}
        self.openings = {n for n, (above, line) in enumerate(pairwise(("", *lines)), 1) if not _BLANK.match(line)
                         and (_BLANK.match(above) or _OPENS.match(line) or above.lstrip(" >").startswith(":::")
                              or n in below or n - 1 in self.headings or _CODE_FENCE.match(above))}

    def first_word(self, line: int) -> int:
        """Return the position of the first word from *line* on."""
        return self._first[min(line, len(self._first) - 1)]

    def line_of(self, position: int) -> int:
        """Return the line of the word at *position*; the last word's if there are not so many."""
        return self.words[min(position, len(self.words) - 1)][1] if self.words else 1

    def positions(self, word: str, start: int, stop: int) -> Iterator[int]:
        """Yield the positions of *word* from *start* to before *stop*."""
        known = self._at.get(word, [])
        for index in range(bisect_left(known, start), len(known)):
            if known[index] >= stop:
                return
            yield known[index]

    def leads(self, position: int) -> bool:
        """Return whether the word at *position* is one of the first of its line."""
        return position - self.first_word(self.words[position][1]) < _LEADING

    def beginning(self, line: int) -> int:
        """Return where the block begins whose first words are in *line*; signs may stand above it: ``$$``, ``+--+``."""
        while line > 1 and self._first[line] == self._first[line - 1] and not _BLANK.match(self.lines[line - 2]) and (
                line not in self.openings or _RULED.match(self.lines[line - 2])):
            line -= 1
        return line

    def end(self, line: int) -> int:
        """Return the last line before the next blank one."""
        return next((n - 1 for n in range(line + 1, len(self.lines) + 1) if _BLANK.match(self.lines[n - 1])),
                    len(self.lines))


    def _note_end(self, line: int) -> int:
        """Return the last line of the note that begins in *line*: its further paragraphs are indented."""
        end = line
        for number in range(line + 1, len(self.lines) + 1):
            if _BLANK.match(self.lines[number - 1]):
                continue
            if end < number - 1 and not _INDENTED.match(self.lines[number - 1]):
                break
            end = number
        return end


def _strays(lines: Sequence[str], opening: set[int]) -> Iterator[int]:
    """Yield the numbers of *lines* that would close a div where none is open; *opening* are those that open one."""
    depth = 0
    for number, line in enumerate(lines, 1):
        if number in opening:
            depth += 1
        elif _CLOSES.match(line):
            if not depth:
                yield number
            depth = max(0, depth - 1)


def _addresses(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of *lines* that give a link its address: ``[name]: https://…``, a title perhaps below it."""
    for number, (line, below) in enumerate(pairwise((*lines, "")), 1):
        if _ADDRESS.match(line):
            yield from (number, *([number + 1] if _TITLE.match(below) else ()))


def _braced(lines: Sequence[str], number: int) -> Sequence[str]:
    """Return line *number*, and those below it in which its braces go on."""
    stop = number
    while "{" in lines[number - 1] and "}" not in lines[stop - 1] and stop < min(number + _MOST_LINES, len(lines)):
        stop += 1
    return lines[number - 1:stop]


class _Cursor(NamedTuple):
    """Where the walk is: the next word, the line, and the last line in which the block's words may be.

    ``loose``: the line may have ended unseen, inside attributes say. ``fresh``: a block was found, and nothing
    in it was met yet. ``sought``: blocks begin lines, as they do not in tables and inline notes. ``hidden``: the
    lines that are passed over, which are those of the notes unless one is placed.
    """

    at: int = 0
    row: int = 0
    end: int = 0
    loose: bool = True
    fresh: bool = False
    sought: bool = True
    hidden: frozenset[int] = frozenset()


class _Walker:
    """A cursor in the source's words that moves down as the tree is walked."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._here = _Cursor(hidden=source.hidden)
        self._fence = 0
        self._closed = 0               # the line in which the last block of code ended

    def place(self, node: Node, around: int | None = None) -> Node:
        """Return *node*, a block or an inline of what is in line *around*, with lines on it and on all inside it."""
        if node["t"] == "Note":
            return self._place_note(node)
        line = self._enter(node)
        marked = node["t"] in _MARKED or (node["t"] == "Str" and line != around)
        placed = {**node, "c": self._content(node, line if marked else around)} if "c" in node else {**node}
        if marked:
            placed["line"] = line
        self._move(loose=self._here.loose or (node["t"] not in _OF_ONE_LINE and node["t"] != "SoftBreak"),
                   fresh=self._here.fresh and node["t"] not in BLOCKS)
        return placed

    def _move(self, **to: Any) -> None:
        self._here = self._here._replace(**to)

    def _enter(self, node: Node) -> int:
        """Move the cursor to where *node* begins, past a leaf's words; return its line."""
        kind = node["t"]
        if kind in _VERBATIM:
            return self._verbatim(node)
        if kind == "Div":
            return self._next_fence(node)
        if kind in BLOCKS:
            return self._block(node)
        if kind in ("SoftBreak", "LineBreak"):
            self._down()
        elif kind in _LEAVES:
            return self._leaf(node)
        elif kind in _MARKED and (word := next(iter(_probe(node)), None)):
            position = self._reach(word)
            return self._here.row if position is None else self._source.line_of(position)
        return max(self._here.row, 1)

    def _content(self, node: Node, line: int | None) -> Any:
        """Return the content of *node* placed; what the source has in another order goes its own way."""
        content, start = node["c"], self._here
        if node["t"] == "Figure":                  # the image repeats the caption, or carries its own words
            caption = self._inside(content[1], line)
            after, self._here = self._here, start
            body = self._inside(content[2], line)
            self._here = after
            return [content[0], caption, body]
        if node["t"] == "Table":                   # the caption may stand below the rows or above
            self._move(sought=False)
            columns, head, bodies, foot = content[2:]
            rows = [columns, self._rows(head, line), [self._rows(body, line) for body in bodies],
                    self._rows(foot, line)]
            end, self._here = self._here, start
            end = end._replace(row=max(end.row, self._source.end(end.row)))
            caption = self._inside(content[1], line)
            self._here = max(end, self._here)._replace(sought=start.sought)
            return [content[0], caption, *rows]
        return self._inside(content, line)

    def _rows(self, part: list[Any], line: int | None) -> list[Any]:
        """Return *part* of a table, of which some lists hold rows, placed."""
        return [value if not _is_rows(value) else [[attributes, self._row(cells, line)] for attributes, cells in value]
                for value in part]

    def _row(self, cells: Iterable[Any], line: int | None) -> list[Any]:
        """Return the *cells* of a row placed: each from the row's beginning, since their lines stand side by side."""
        start, placed, ends = self._here, [], [self._here]
        for cell in cells:
            self._here = start
            placed.append(self._inside(cell, line))
            ends.append(self._here)
        self._here = max(ends, key=lambda here: here.at)
        return placed

    def _inside(self, value: Any, line: int | None) -> Any:
        if is_node(value):
            return self.place(value, line)
        if isinstance(value, list | tuple):
            return [self._inside(part, line) for part in value]
        return value

    # --- blocks -------------------------------------------------------------------------------------

    def _block(self, node: Node) -> int:
        """Move to where *node* begins, by its first words; return its line."""
        probe = next(filter(None, map(_probe, _cells(node))), []) if node["t"] == "Table" else _probe(node)
        if not self._here.sought:
            found = next(self._source.positions(probe[0], self._here.at, self._here.at + _FAR), None) if probe else None
            line = self._here.row if found is None else self._source.line_of(found)
            self._move(row=line, end=len(self._source.lines), loose=True)
            return line
        found = self._seek(node, probe)
        line = self._wordless(node) if found is None else self._source.beginning(self._source.line_of(found))
        self._move(at=self._source.first_word(line) if found is None else found, row=line, end=self._source.end(line),
                   loose=True, fresh=True)
        return line

    def _seek(self, node: Node, probe: Sequence[str]) -> int | None:
        """Return the position of the block that begins with *probe*: where one may begin, or else anywhere."""
        here, source = self._here, self._source
        if probe and here.fresh and self._follows(probe, here.at):
            return here.at
        # A few words alone may stand anywhere; only near by do they say where the block is.
        stop = len(source.words) if len(probe) == _PROBE else here.at + 4 * _FAR
        begins = source.headings if node["t"] == "Header" else source.openings
        wishes: tuple[Callable[[int], bool], ...] = (
            lambda p: source.beginning(source.line_of(p)) in begins and source.leads(p), source.leads, lambda _: True)
        below = here.at if here.fresh else max(here.at, source.first_word(here.row + 1))
        return next((p for start in (below, here.at) for wish in wishes for p in self._matches(probe, start, stop)
                     if source.line_of(p) not in here.hidden and wish(p)), None)

    def _wordless(self, node: Node) -> int:
        """Return the line of a block that no word tells: the next in which one like it may begin."""
        row, source = self._here.row, self._source
        if self._here.fresh:
            return row
        if next((_leaf_text(leaf) for leaf in _leaves([node])), "").startswith(":::"):
            return next((n for n in source.strays if n > row), max(row, 1))
        begins = source.headings if node["t"] == "Header" else source.openings
        return next((n for n in range(row + 1, len(source.lines) + 1) if n in begins
                     and n not in self._here.hidden and not _NOT_SHOWN.match(source.lines[n - 1])), max(row, 1))

    def _verbatim(self, node: Node) -> int:
        """Return the line of code or of raw markup, its fence's if it has one, and move past it."""
        lines, row = self._source.lines, max(self._here.row, 1)
        content, code = str(node["c"][1]).split("\n"), node["t"] == "CodeBlock"
        found = next((n for n in range(row, len(lines) + 1) if self._is_code(content, n)), None) if code else None
        if found is None:
            first = next((n for n, line in enumerate(content) if line.strip()), 0)
            found = next((n for n in range(row, len(lines) + 1) if content[first].strip() in lines[n - 1]), row) - first
        fence, end = found, found + len(content) - 1
        if self._fenced(found):
            fence, end = found - 1, end if not any(content) and self._fenced(found + 1) else end + 1
        self._closed = end
        self._move(at=self._source.first_word(end + code), row=end, fresh=False)
        return fence

    def _fenced(self, line: int) -> bool:
        """Return whether a fence of code stands above *line*."""
        return line - 1 > self._closed and bool(_CODE_FENCE.match(self._source.lines[line - 2]))

    def _is_code(self, content: Sequence[str], line: int) -> bool:
        """Return whether *content* stands as code from *line* on: below a fence, or indented."""
        there = [each.lstrip("> \t").rstrip() for each in self._source.lines[line - 1:line - 1 + len(content)]]
        empty = not any(content) and self._fenced(line) and self._fenced(line + 1)
        return empty or ([each.strip() for each in content] == there
                         and (self._fenced(line) or bool(_INDENTED.match(self._source.lines[line - 1]))))

    def _next_fence(self, node: Node) -> int:
        """Return the line of the fence that opens the div *node*, and move there."""
        ident, classes, keys = attr(node)
        names = _bag(" ".join([ident, *classes, *(part for pair in keys for part in pair)]))
        fences = self._source.fences
        for position in range(self._fence, len(fences)):
            line, bag = fences[position]
            if names <= bag:
                self._fence = position + 1
                self._move(at=max(self._here.at, self._source.first_word(line + 1)), row=line, fresh=False)
                return line
        return max(self._here.row, 1)

    # --- inlines ------------------------------------------------------------------------------------

    def _down(self) -> None:
        """Move to the next line of the block."""
        row = min(self._here.row + 1, self._here.end)
        self._move(row=row, at=max(self._here.at, self._source.first_word(row)), fresh=False)

    def _leaf(self, node: Node) -> int:
        """Move past the words of *node*; return the line of the first."""
        words, line = _leaf_text(node), None
        self._move(loose=self._here.loose or node["t"] != "Str", fresh=False)
        for word in _WORD.findall(words):
            if (found := self._reach(word)) is not None:
                self._move(at=found + 1, row=self._source.line_of(found), loose=False)
                line = line or self._here.row
        line = line or max(self._here.row, 1)
        self._move(row=max(self._here.row, min(line + words.count("\n"), self._here.end)))
        return line

    def _reach(self, word: str) -> int | None:
        """Return the next position of *word* in the line, or further on if the line may have ended unseen."""
        here, source = self._here, self._source
        for position in source.positions(word, here.at, here.at + _FAR):
            line = source.line_of(position)
            if line <= (here.end if here.loose else here.row):
                return position
            if line == here.row + 1 and line <= here.end and position == source.first_word(line):
                return position
        return None

    # --- notes --------------------------------------------------------------------------------------

    def _place_note(self, node: Node) -> Node:
        """Place a note: here if it is written inline, else at its definition, wherever that stands."""
        here, line, probe = self._here, max(self._here.row, 1), _probe(node)
        if "^[" in self._source.lines[line - 1] and [*self._matches(probe, here.at, here.at + _NEAR)]:
            self._move(sought=False)
            placed = {**node, "c": self._inside(node["c"], line), "line": line}
            self._move(sought=here.sought, loose=True)
            return placed
        starts = map(self._source.first_word, self._source.notes)
        found = next((p for start in starts if (p := self._begins(probe, start)) is not None), here.at)
        self._here = _Cursor(found, self._source.line_of(found), fresh=True)
        placed = {**node, "c": self._inside(node["c"], line), "line": line}
        self._here = here._replace(loose=True)
        return placed

    def _begins(self, probe: Sequence[str], position: int) -> int | None:
        """Return *position* if *probe* starts there, a note's label (some words) aside."""
        near = range(position, min(position + _LEADING, len(self._source.words)))
        return next((p for p in near if self._follows(probe, p)), None)

    def _matches(self, probe: Sequence[str], start: int, stop: int) -> Iterator[int]:
        """Yield each position from *start* to before *stop* from which the words of *probe* follow in order."""
        if probe:
            yield from (p for p in self._source.positions(probe[0], start, stop) if self._follows(probe, p))

    def _follows(self, probe: Sequence[str], position: int) -> bool:
        words = self._source.words
        for count, word in enumerate(probe):
            reach = range(position, min(position + (_NEAR if count else 1), len(words)))
            found = next((p for p in reach if words[p][0] == word), None)
            if found is None:
                return False
            position = found + 1
        return True


def _is_rows(value: Any) -> bool:
    """Return whether *value*, of a part of a table, are its rows: not its attributes, nor a number of columns."""
    return isinstance(value, list) and all(isinstance(row, list) and len(row) == _ROW for row in value)


def _probe(node: Node) -> list[str]:
    """Return the first words of *node*; a picture or a link without any has those of its address."""
    words: list[str] = []
    for leaf in _leaves(children(node)):
        words.extend(_WORD.findall(_leaf_text(leaf)))
        if len(words) >= _PROBE:
            break
    return words[:_PROBE]


def _cells(table: Node) -> Sequence[Node]:
    """Return what stands in the cells of *table*, less its caption; the lines of two cells may alternate."""
    return children({"t": "Rows", "c": table["c"][2:]})


def _leaves(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield what has words, in order: leaves, and pictures and links without any, by their addresses."""
    for node in nodes:
        inside = () if node["t"] in _LEAVES or node["t"] == "Note" else tuple(_leaves(children(node)))
        wordless = node["t"] in ("Image", "Link") and not any(_WORD.search(_leaf_text(leaf)) for leaf in inside)
        if node["t"] in _LEAVES or wordless:
            yield node
        yield from inside


def _leaf_text(node: Node) -> str:
    match node["t"]:
        case "Str":
            return str(node["c"])
        case "Image" | "Link":
            return str(node["c"][2][0])
    return str(node["c"][1])


def _bag(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
