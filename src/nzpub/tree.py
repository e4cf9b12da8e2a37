"""Pandoc's JSON tree: the shapes we touch and one way to rewrite them.

A node is ``{"t": type, "c": content}`` as pandoc-types' Definition.hs and its JSON say. Ours may
carry further keys, which Pandoc ignores when it reads them: ``line`` (in the manuscript, from 1) and,
on notes, ``number``. Nodes are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Node = Mapping[str, Any]
Visit = Callable[[Node], Sequence[Node]]

INLINES = frozenset((
    "Str", "Emph", "Underline", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Quoted", "Cite",
    "Code", "Space", "SoftBreak", "LineBreak", "Math", "RawInline", "Link", "Image", "Note", "Span",
))
BLOCKS = frozenset((
    "Plain", "Para", "LineBlock", "CodeBlock", "RawBlock", "BlockQuote", "OrderedList", "BulletList",
    "DefinitionList", "Header", "HorizontalRule", "Table", "Figure", "Div",
))
_NODES = INLINES | BLOCKS
# Where a node keeps its (id, classes, key-values); the types not named here have none.
_ATTR_AT = {"Div": 0, "Span": 0, "Code": 0, "CodeBlock": 0, "Link": 0, "Image": 0, "Figure": 0, "Table": 0,
            "Header": 1}


class Attr(NamedTuple):
    """A node's attributes: its id (or ""), its classes, and its other keys in the author's order."""

    id: str = ""
    classes: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str | None:
        """Return the value of *key*, or None if the node does not have it."""
        return next((value for name, value in self.keys if name == key), None)

    def without(self, *keys: str, classes: Iterable[str] = ()) -> Attr:
        """Return these attributes less *keys* and less *classes*."""
        gone = set(classes)
        return Attr(self.id, tuple(c for c in self.classes if c not in gone),
                    tuple((k, v) for k, v in self.keys if k not in keys))

    def plus(self, **keys: str) -> Attr:
        """Return these attributes with *keys* set; ``_`` in a name stands for ``-``."""
        new = {name.replace("_", "-"): value for name, value in keys.items()}
        return Attr(self.id, self.classes, (*self.without(*new).keys, *new.items()))


def is_node(value: object) -> bool:
    """Return whether *value* is a block or an inline (not, say, an alignment, which has a ``t`` too)."""
    return isinstance(value, dict) and value.get("t") in _NODES


def attr(node: Node) -> Attr:
    """Return the attributes of *node*; empty ones if its type has none."""
    at = _ATTR_AT.get(node["t"])
    if at is None:
        return Attr()
    ident, classes, keys = node["c"][at]
    return Attr(ident, tuple(classes), tuple((k, v) for k, v in keys))


def with_attr(node: Node, new: Attr) -> Node:
    """Return *node* with the attributes *new*."""
    at = _ATTR_AT[node["t"]]
    content = [*node["c"]]
    content[at] = _attr_json(new)
    return {**node, "c": content}


def _attr_json(new: Attr) -> list[Any]:
    return [new.id, list(new.classes), [list(pair) for pair in new.keys]]


def rewrite(nodes: Iterable[Node], visit: Visit) -> tuple[Node, ...]:
    """Return *nodes* with every node, innermost first, replaced by what *visit* returns for it.

    ``visit`` returns the nodes that take its place: ``(node,)`` keeps it, ``()`` drops it.
    """
    return tuple(new for node in nodes for new in visit(_rewrite_inside(node, visit)))


def _rewrite_inside(node: Node, visit: Visit) -> Node:
    return {**node, "c": _rewrite_value(node["c"], visit)} if "c" in node else node


def _rewrite_value(value: Any, visit: Visit) -> Any:
    if not isinstance(value, list | tuple):
        return value
    parts: list[Any] = []
    for part in value:
        if is_node(part):
            parts.extend(visit(_rewrite_inside(part, visit)))
        else:
            parts.append(_rewrite_value(part, visit))
    return parts


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield every node of *nodes* in document order, a parent before its children."""
    ahead = [*nodes][::-1]                   # a stack: generators within generators would cost twice as much
    while ahead:
        node = ahead.pop()
        yield node
        ahead.extend(children(node)[::-1])


def children(node: Node) -> Sequence[Node]:
    """Return the nodes directly inside *node*, in Pandoc's order (a figure's caption before its body)."""
    content = node.get("c")
    return _nodes_in(content) if isinstance(content, list | tuple) else ()


def _nodes_in(value: list[Any] | tuple[Any, ...]) -> list[Node]:
    found: list[Node] = []
    for part in value:
        if isinstance(part, list | tuple):
            found += _nodes_in(part)
        elif is_node(part):
            found.append(part)
    return found


def strings(value: Any) -> Iterator[str]:
    """Yield the strings in *value*, the content of a node, but for those of the nodes in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (leaf for part in value if not is_node(part) for leaf in strings(part))


def text(nodes: Iterable[Node]) -> str:
    """Return the words of *nodes* as a reader sees them: notes left out, one space for any white space."""
    return " ".join(spaced(nodes).split())


def spaced(nodes: Iterable[Node]) -> str:
    """Return the words of *nodes* as :func:`text` does, but with every space as it is: no-break ones too."""
    return "".join(_text(node) for node in nodes)


_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}


def _text(node: Node) -> str:
    match node["t"]:
        case "Str":
            return str(node["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math" | "CodeBlock":
            return str(node["c"][1])
        case "Note" | "RawInline" | "RawBlock":
            return ""
        case "Quoted":
            start, end = _QUOTES[node["c"][0]["t"]]
            return start + "".join(map(_text, node["c"][1])) + end
        case kind:
            inner = "".join(map(_text, children(node)))
            return f"{inner} " if kind in BLOCKS else inner


def string(words: str) -> tuple[Node, ...]:
    """Return *words* as inlines: ``Str`` nodes with ``Space`` between them."""
    nodes: list[Node] = []
    for position, word in enumerate(words.split(" ")):
        if position:
            nodes.append({"t": "Space"})
        if word:
            nodes.append({"t": "Str", "c": word})
    return tuple(nodes)


def span(inlines: Iterable[Node], new: Attr = Attr()) -> Node:
    """Return a span of *inlines*."""
    return {"t": "Span", "c": [_attr_json(new), list(inlines)]}


def div(blocks: Iterable[Node], new: Attr = Attr()) -> Node:
    """Return a div of *blocks*."""
    return {"t": "Div", "c": [_attr_json(new), list(blocks)]}


def para(inlines: Iterable[Node]) -> Node:
    """Return a paragraph of *inlines*."""
    return {"t": "Para", "c": list(inlines)}


def header(level: int, inlines: Iterable[Node], new: Attr = Attr()) -> Node:
    """Return a heading of *level*, counted from 1."""
    return {"t": "Header", "c": [level, _attr_json(new), list(inlines)]}


def link(inlines: Iterable[Node], target: str, new: Attr = Attr()) -> Node:
    """Return a link from *inlines* to *target*."""
    return {"t": "Link", "c": [_attr_json(new), list(inlines), [target, ""]]}
