"""What the deck for PowerPoint has to say: the slides' passages, in the order in which its layouts have them.

PowerPoint has paragraphs, tables and pictures, and nothing that holds them: a picture comes after the
paragraph, list or table it stands in, a caption after its table, and what is a table in a list, or in what is said,
is a paragraph a row. Paragraphs of lists have the number of their item; those of quotations and
definitions are set in alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nzpub.checks.expect import Walker, source_line
from nzpub.checks.passage import Kind, Marks, Passage, Piece, flat, passage
from nzpub.checks.readback.pptx import formula
from nzpub.model import Deck, Slide
from nzpub.tree import Attr, Node, attr, children, div, link, para, rewrite, span, string, walk, with_attr

_TEXT_FIRST = ("title", "close", "statement")          # layouts with one text, which stands before all else
_SEEN: frozenset[Kind] = frozenset(("lang", "link", "em", "strong", "sup", "sub", "del", "code", "picture", "math"))
_COMMAND = re.compile(r"\\(?:begin|end)\s*\{\w*\**\}|\\[A-Za-z]+")
_OPERATORS = re.compile(r"\\(sin|cos|tan|log|ln|exp|max|min|lim|det|dim|gcd|sup|inf|arg)(?![A-Za-z])")
_CELL = re.compile(r"(heading|cell) \d")
_ITEM = re.compile(r"bullet$|number \S+ \d+$")
_INSET, _FIRST = "inset", "first line"                 # steps of the path: in a quotation or definition; of an item
_BREAK = "\n"
_KEPT = "kept"                                         # a key of a table that is shown as one
_LIST = Attr("", ("list",))                            # of a div that stands for one
_LISTS = ("BulletList", "OrderedList")
_EVENTS = range(2, 7)                                  # so many items a timeline sets side by side
# ST_TextAutonumberScheme: the numbers, and what stands around them
_NUMBERS = {"LowerAlpha": "alphaLc", "UpperAlpha": "alphaUc", "LowerRoman": "romanLc", "UpperRoman": "romanUc"}
_AROUND = {"OneParen": "ParenR", "TwoParens": "ParenBoth"}
_BARE = "\N{NO-BREAK SPACE}"                           # what stands after a number that has nothing of its own


def expect(deck: Deck) -> tuple[Passage, ...]:
    """Return what the file has to say: its properties, and slide by slide what is shown and said."""
    meta = deck.meta
    properties = {"title": meta.title, "author": "; ".join(meta.authors), "language": meta.lang,
                  "keywords": ", ".join(meta.keywords)}
    expected = [passage(kind, [Piece(value, {})], part="properties") for kind, value in properties.items() if value]
    for number, slide in enumerate(deck.slides, 1):
        expected += _slide(slide, deck, f"slide {number}")
    return tuple(expected)


def _slide(slide: Slide, deck: Deck, part: str) -> Iterator[Passage]:
    shown, said = (kind(part, deck.meta.lang, deck.files, slide.line) for kind in (_Shown, _Said))
    yield from (replace(each, kind="title") for each in shown.blocks([para(slide.title)]))
    blocks = _languages(slide.blocks)
    ordered = list(_in_order(blocks, tuple(_told(blocks, slide.layout))))
    if slide.layout in _TEXT_FIRST:
        ordered.sort(key=lambda block: block["t"] == "Table" or _is_picture(block))
    yield from shown.blocks(_as_shown(ordered))
    if slide.sources:
        yield from shown.blocks([para(source_line(slide, deck.meta))])
    yield from said.blocks(_as_shown(filter(_has_words, _flat(_languages(slide.notes)))), ("notes",))


class _Shown(Walker):
    """Walks what slides show: nothing is said of a formula but its letters, and what is raised is not lowered too.

    Nothing is said of a break either, so it has what is said on both sides of it.
    """

    def _pieces(self, inlines: Iterable[Node], marks: Marks) -> Iterator[Piece]:
        pieces = list(super()._pieces(inlines, marks))
        for place, piece in enumerate(pieces):
            yield piece if piece.text != _BREAK else _settled(piece, pieces[:place], pieces[place + 1:])

    def _inline(self, node: Node, content: Any, marks: Marks) -> Iterator[Piece]:
        match node["t"]:
            case "LineBreak":
                yield Piece(_BREAK, marks)
            case "Math" if content[0]["t"] == "DisplayMath":
                yield from (Piece(_BREAK, {}), *super()._inline(node, content, marks), Piece(_BREAK, {}))
            case "Superscript" | "Subscript":
                level = {kind: value for kind, value in marks.items() if kind not in ("sup", "sub")}
                yield from super()._inline(node, content, level)
            case _:
                yield from super()._inline(node, content, marks)

    def _formula(self, tex: str, marks: Marks, *, is_block: bool) -> Piece:  # noqa: ARG002 (PowerPoint sets both alike)
        return Piece(formula(_COMMAND.sub(" ", _OPERATORS.sub(r" \1 ", tex))), {"math": ""})


class _Said(_Shown):
    """Walks what is said, where a formula has its source form, in its language."""

    def _formula(self, tex: str, marks: Marks, *, is_block: bool) -> Piece:  # noqa: ARG002 (it is words)
        return Piece(tex, {kind: value for kind, value in marks.items() if kind == "lang"})


def _settled(break_: Piece, before: Sequence[Piece], after: Sequence[Piece]) -> Piece:
    """Return *break_* with what is said of the words on both of its sides, if there are any."""
    beside = [next((piece.marks for piece in side if piece.text != _BREAK), None) for side in (before[::-1], after)]
    if beside[0] is None or beside[1] is None:
        return break_
    return Piece(_BREAK, {kind: value for kind, value in beside[0].items()
                          if kind != "math" and beside[1].get(kind) == value})


# --- the order --------------------------------------------------------------------------------------


def _told(blocks: Iterable[Node], layout: str) -> Iterator[Node]:
    """Yield those of *blocks* whose kind the *layout* tells: quotations, or the list that a timeline is."""
    opened = tuple(_opened(blocks))
    if layout == "quotation":
        yield from (block for block in opened if block["t"] == "BlockQuote")
    elif layout == "timeline":
        first = next((block for block in opened if block["t"] in _LISTS), None)
        yield from () if first is None or len(_items(first)) not in _EVENTS else (first,)


def _opened(blocks: Iterable[Node]) -> Iterator[Node]:
    """Yield *blocks* without the divs around them, but for columns."""
    for block in blocks:
        if block["t"] == "Div" and "columns" not in attr(block).classes:
            yield from _opened(block["c"][1])
        else:
            yield block


def _items(list_: Node) -> Sequence[Sequence[Node]]:
    return list_["c"] if list_["t"] == "BulletList" else list_["c"][1]             # type: ignore[no-any-return]


def _inside(block: Node) -> Sequence[Node]:
    """Return the blocks in a quotation or list."""
    return block["c"] if block["t"] == "BlockQuote" else [each for item in _items(block) for each in item]


def _in_order(blocks: Iterable[Node], told: Sequence[Node] = ()) -> Iterator[Node]:
    """Yield *blocks* without the divs around them, pictures and captions after what they stand in; *told* opened."""
    for block in blocks:
        match block["t"]:
            case "Div":
                yield from _in_order(block["c"][1], told)
            case "Table":
                attributes, (short, caption), *rest = block["c"]
                table = {**block, "c": [attributes, [short, []], *rest]}
                yield from _flat([{**table, _KEPT: True}])
                yield from _pictures(table)
                yield from _flat(caption)
                yield from (picture for each in caption for picture in _pictures(each))
            case "Figure":
                yield from _pictures(block)
                yield from _flat(block["c"][1][1])
            case _:
                rest = _flat(_inside(block) if any(block is each for each in told) else [block])
                yield from rest if any(map(_has_words, rest)) else ()
                yield from _pictures(block)


def _pictures(block: Node) -> Iterator[Node]:
    """Yield a paragraph for each picture in *block*, in a link if that is in one."""
    if block["t"] == "Image":
        yield para([block])
    for picture in (each for inner in children(block) for each in _pictures(inner)):
        yield para([link(picture["c"], block["c"][2][0])]) if block["t"] == "Link" else picture


def _is_picture(block: Node) -> bool:
    inside: Sequence[Node] = block["c"] if block["t"] == "Para" else ()
    inside = inside[0]["c"][1] if [node["t"] for node in inside] == ["Link"] else inside
    return [node["t"] for node in inside] == ["Image"]


def _has_words(block: Node) -> bool:
    return any(flat(node["c"] if node["t"] == "Str" else node["c"][1]) for node in walk([block])
               if node["t"] in ("Str", "Code", "CodeBlock", "Math"))


def _flat(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* as one text can have them: no pictures or rules, nothing empty, rows as paragraphs."""
    def visit(node: Node) -> Sequence[Node]:
        match node["t"]:
            case "Image" | "HorizontalRule":
                return ()
            case "Para" | "Plain" | "LineBlock" | "CodeBlock" | "Header" | "BlockQuote" if not _has_words(node):
                return ()
            case "Figure":
                return tuple(node["c"][1][1])
            case "Div":
                return tuple(node["c"][1])
            case "Table" if _KEPT not in node:
                return (*_rows(node), *node["c"][1][1])
        return (node,)
    return rewrite(blocks, visit)


def _rows(table: Node) -> Iterator[Node]:
    head, bodies, foot = table["c"][3:]
    for _, cells in (*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]):
        inlines: list[Node] = []
        for position, cell in enumerate(cells):
            inlines += [*(string("; ") if position else ()), *_in_line(cell[4])]
        row = para(inlines)
        yield from [row] if _has_words(row) else []


def _in_line(blocks: Iterable[Node]) -> Iterator[Node]:
    """Yield what the paragraphs of *blocks* have, with a space between them."""
    shown = (node for node in walk(_as_shown(blocks)) if node["t"] in ("Para", "Plain"))
    for position, paragraph in enumerate(shown):
        yield from [{"t": "Space"}] if position else []
        yield from paragraph["c"]


# --- the form ---------------------------------------------------------------------------------------


def _as_shown(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* as paragraphs, headings and terms strong, in divs whose roles are the steps of their paths."""
    def visit(node: Node) -> Sequence[Node]:
        content: Any = node.get("c")
        match node["t"]:
            case "Header":
                return ({**para([{"t": "Strong", "c": content[2]}]), "line": node.get("line")},)
            case "CodeBlock":
                return ({**para([{"t": "Code", "c": content}]), "line": node.get("line")},)
            case "LineBlock":
                return ({**para(_verse(content)), "line": node.get("line")},)
            case "BlockQuote" | "BulletList" | "OrderedList" | "DefinitionList":
                return tuple(_held(node))
        return (node,)
    return rewrite(blocks, visit)


def _verse(lines: Iterable[Iterable[Node]]) -> Iterator[Node]:
    return (inline for line in lines for inline in (*line, {"t": "LineBreak"}))


def _held(node: Node) -> Iterator[Node]:
    """Yield a quotation, a list, or terms and definitions, as divs and paragraphs."""
    content: Any = node["c"]
    match node["t"]:
        case "BlockQuote":
            yield _within(_INSET, content)
        case "BulletList":
            yield div((_item("bullet", item) for item in content), _LIST)
        case "OrderedList":
            (first, style, delimiter), items = content
            scheme = f"{_NUMBERS.get(style['t'], 'arabic')}{_AROUND.get(delimiter['t'], 'Period')}"
            yield div((_item(f"number {scheme} {number}", item) for number, item in enumerate(items, first)), _LIST)
        case "DefinitionList":
            for term, bodies in content:
                strong = para([{"t": "Strong", "c": term}])
                yield from [strong] if _has_words(strong) else []
                yield from (_within(_INSET, body) for body in bodies)


def _item(step: str, blocks: Sequence[Node]) -> Node:
    """Return an item of a list; one that begins with a list, or with nothing, has a line for its number."""
    begun = _begun(blocks)
    return _within(step, [_within(_FIRST, [para([{"t": "Str", "c": _BARE}])]), *blocks] if begun is None else begun)


def _begun(blocks: Sequence[Node]) -> Sequence[Node] | None:
    """Return *blocks* with a step around the paragraph that they begin with; None if that is a list's, or not there."""
    if not blocks or attr(blocks[0]) == _LIST:
        return None
    first, *rest = blocks
    if first["t"] != "Div":
        return [_within(_FIRST, [first]), *rest]
    attributes, inside = first["c"]
    begun = _begun(inside)
    return None if begun is None else [{**first, "c": [attributes, begun]}, *rest]


def _within(step: str, blocks: Iterable[Node]) -> Node:
    return div(blocks, Attr("", (), (("role", step),)))


def _languages(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* with the language of each div and heading on the words in it."""
    def visit(node: Node) -> Sequence[Node]:
        lang = attr(node).get("lang")
        if lang is None or node["t"] not in ("Div", "Header"):
            return (node,)
        keys = (("lang", lang),)
        return rewrite([node], lambda each: _in_language(each, keys))
    return rewrite(blocks, visit)


def _in_language(node: Node, keys: tuple[tuple[str, str], ...]) -> Sequence[Node]:
    """Return *node* with the attributes *keys* on its own words, if it has any."""
    content: Any = node.get("c")
    match node["t"]:
        case "Para" | "Plain":
            return ({**node, "c": [span(content, Attr(keys=keys))]},)
        case "Header":
            return ({**node, "c": [*content[:2], [span(content[2], Attr(keys=keys))]]},)
        case "LineBlock":
            return ({**para([span(_verse(content), Attr(keys=keys))]), "line": node.get("line")},)
        case "DefinitionList":
            return ({**node, "c": [[[span(term, Attr(keys=keys))], bodies] for term, bodies in content]},)
        case "CodeBlock" if not attr(node).get("lang"):
            return (with_attr(node, attr(node).plus(lang=keys[0][1])),)
    return (node,)


# --- both sides in one form -------------------------------------------------------------------------


def settle(expected: tuple[Passage, ...],
           found: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Return both sides with what PowerPoint can say; it names languages with a region."""
    langs = sorted({mark.value for each in expected for mark in each.marks if mark.kind == "lang"})
    return tuple(map(_shown, expected)), tuple(_shown(_region(each, langs)) for each in found)


def _region(each: Passage, langs: Iterable[str]) -> Passage:
    """Return *each* with its languages as the manuscript names them, where that is without a region."""
    named = {mark.value: next((lang for lang in langs if mark.value.startswith(f"{lang}-")), mark.value)
             for mark in each.marks if mark.kind == "lang" and mark.value not in langs}
    return replace(each, marks=tuple(mark._replace(value=named.get(mark.value, mark.value))
                                     if mark.kind == "lang" else mark for mark in each.marks))


def _shown(each: Passage) -> Passage:
    lost = {"link", "math"} if "notes" in each.path else set()
    marks = (mark._replace(value="") if mark.kind == "math" else mark for mark in each.marks
             if mark.kind in _SEEN - lost and not (mark.kind == "link" and mark.value.startswith("#")))
    return replace(each, marks=tuple(marks), path=tuple(_steps(each.path)), ids=())


def _steps(path: Sequence[str]) -> Iterator[str]:
    """Yield the steps of *path* as paragraphs can say them."""
    items = [step for step in path if _ITEM.match(step)]
    yield from (step.replace("heading", "cell") for step in path if step == "notes" or _CELL.match(step))
    yield from [_INSET] if _INSET in path else []
    yield from items
    yield from [_FIRST] if _FIRST in path else []
