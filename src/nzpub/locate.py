"""Which line of the manuscript each node came from.

Pandoc's ``markdown`` reader keeps no source positions (``commonmark_x+sourcepos`` does, but it lacks
citations). Blocks stand in the tree in source order, and nearly every word of the tree stands in the
source, so the map is a walk down both: the words of the tree are looked up, one after another, among
the words of the source. Notes are the exception, since their text may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nzpub.tree import BLOCKS, Node, attr, children, is_node

_WORD = re.compile(r"[^\W_]+")
_FENCE = re.compile(r"^[\s>]*:{3,}[\s{]*[\w.#{]")
_NOTE_START = re.compile(r"^\s{0,3}\[\^[^\]\s]+\]:")
_PROBE = 6           # words that must follow one another for a block to be recognised
_NEAR, _FAR = 14, 80  # how many source words may stand between two words of a probe, of a block
_LEAVES = {"Str", "Code", "CodeBlock", "Math", "RawInline", "RawBlock"}
_MARKED = BLOCKS | {"Cite", "Image", "Link", "Span", "Note", "RawInline", "Math", "Code"}


def locate(blocks: Iterable[Node], source: str) -> tuple[Node, ...]:
    """Return *blocks* with a key ``line`` (from 1) on every block, and on each inline that can be wrong."""
    walker = _Walker(source.split("\n"))
    return tuple(walker.place(block) for block in blocks)


def line_naming(nodes: Iterable[Node], name: str, line: int | None = None) -> int | None:
    """Return the line of the first of *nodes*, or of what is inside them, that *name* names; None if there is none.

    A name is a whole word, a file, a target or, as ``#id``, an id; a character is named by the word that has it.
    What has no line of its own has that of what it is in, at last *line*.
    """
    for node in nodes:
        here: int | None = node.get("line", line)
        if f"#{attr(node).id}" == name or any(name == leaf or (len(name) == 1 and name in leaf)
                                              for leaf in _strings(node.get("c"))):
            return here
        if found := line_naming(children(node), name, here):
            return found
    return None


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings of a node's content, but for those of the nodes in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (leaf for part in value if not is_node(part) for leaf in _strings(part))


class _Walker:
    """A cursor in the source's words that moves down as the tree is walked."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._words = [(m.group(), n) for n, line in enumerate(lines, 1) for m in _WORD.finditer(line)]
        self._fences = [(n, _bag(line)) for n, line in enumerate(lines, 1) if _FENCE.match(line)]
        self._notes = {n for n, line in enumerate(lines, 1) if _NOTE_START.match(line)}
        self._at = 0
        self._fence = 0

    def place(self, node: Node) -> Node:
        """Return *node*, a block or an inline, with lines on it and on all inside it."""
        if node["t"] == "Note":
            return self._place_note(node)
        line = self._enter(node)
        start = self._at
        placed = {**node, "c": self._content(node)} if "c" in node else {**node}
        if node["t"] in _MARKED:
            placed["line"] = line or self._line(start)
        return placed

    def _enter(self, node: Node) -> int | None:
        """Move the cursor to where *node* begins; return its line if its own syntax shows it."""
        kind = node["t"]
        if kind == "Div":
            return self._next_fence(node)
        if kind in BLOCKS:
            self._seek(_probe({"t": "Rows", "c": node["c"][2:]} if kind == "Table" else node))
        elif kind in _LEAVES:
            self._consume(_WORD.findall(_leaf_text(node)))
        return None

    def _content(self, node: Node) -> Any:
        """Return the content of *node* placed; what the source has in another order goes its own way."""
        content = node["c"]
        if node["t"] == "Figure":                  # the image repeats the caption, or carries its own words
            caption = self._inside(content[1])
            after = self._at
            body = self._inside(content[2])
            self._at = after
            return [content[0], caption, body]
        if node["t"] == "Table":                   # the caption may stand below the rows or above
            start = self._at
            rows = [self._inside(part) for part in content[2:]]
            end, self._at = self._at, start
            caption = self._inside(content[1])
            self._at = max(end, self._at)
            return [content[0], caption, *rows]
        return self._inside(content)

    def _inside(self, value: Any) -> Any:
        if is_node(value):
            return self.place(value)
        if isinstance(value, list | tuple):
            return [self._inside(part) for part in value]
        return value

    def _next_fence(self, node: Node) -> int | None:
        """Return the line of the fence that opens the div *node*, and move there; None if not found."""
        ident, classes, keys = attr(node)
        names = _bag(" ".join([ident, *classes, *(part for pair in keys for part in pair)]))
        for position in range(self._fence, len(self._fences)):
            line, bag = self._fences[position]
            if names <= bag:
                self._fence = position + 1
                self._at = next((i for i in range(self._at, len(self._words)) if self._words[i][1] > line),
                                len(self._words))
                return line
        return None

    def _seek(self, probe: Sequence[str]) -> None:
        # A few words alone may stand anywhere; only near by do they say where the block is.
        end = None if len(probe) == _PROBE else self._at + 4 * _FAR
        if (found := self._find(probe, self._at, end)) is not None:
            self._at = found

    def _find(self, probe: Sequence[str], start: int, end: int | None = None) -> int | None:
        """Return the first position from *start* at which the words of *probe* follow in order, or None."""
        if not probe:
            return None
        stop = len(self._words) if end is None else min(end, len(self._words))
        return next((p for p in range(start, stop) if self._follows(probe, p)), None)

    def _follows(self, probe: Sequence[str], position: int) -> bool:
        for count, word in enumerate(probe):
            reach = range(position, min(position + (_NEAR if count else 1), len(self._words)))
            found = next((p for p in reach if self._words[p][0] == word), None)
            if found is None:
                return False
            position = found + 1
        return True

    def _consume(self, words: Iterable[str]) -> None:
        for word in words:
            reach = range(self._at, min(self._at + _FAR, len(self._words)))
            self._at = next((p + 1 for p in reach if self._words[p][0] == word), self._at)

    def _place_note(self, node: Node) -> Node:
        """Place a note: here if it is written inline, else at its definition, wherever that stands."""
        here, line = self._at, self._line(self._at)
        probe = _probe(node)
        if self._find(probe, here, here + 1) == here:
            return {**node, "c": self._inside(node["c"]), "line": line}
        starts = (i for i in range(len(self._words)) if self._words[i][1] in self._notes)
        self._at = next((p for i in starts if (p := self._begins(probe, i)) is not None), here)
        placed = {**node, "c": self._inside(node["c"]), "line": line}
        self._at = here
        return placed

    def _begins(self, probe: Sequence[str], position: int) -> int | None:
        """Return *position* if *probe* starts there, a note's label (one or two words) aside."""
        near = range(position, min(position + 3, len(self._words)))
        return next((p for p in near if self._follows(probe, p)), None)

    def _line(self, position: int) -> int:
        if not self._words:
            return 1
        return self._words[min(position, len(self._words) - 1)][1]


def _probe(node: Node) -> list[str]:
    words: list[str] = []
    for leaf in _leaves(children(node)):
        words.extend(_WORD.findall(_leaf_text(leaf)))
        if len(words) >= _PROBE:
            break
    return words[:_PROBE]


def _leaves(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if node["t"] in _LEAVES:
            yield node
        elif node["t"] != "Note":
            yield from _leaves(children(node))


def _leaf_text(node: Node) -> str:
    return str(node["c"] if node["t"] == "Str" else node["c"][1])


def _bag(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
