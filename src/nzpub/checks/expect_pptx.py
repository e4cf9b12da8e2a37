"""What the deck for PowerPoint has to say: the slides' passages, in the order in which its layouts have them.

PowerPoint has paragraphs, tables and pictures, and nothing that holds them: a picture comes after the
paragraph or list it stands in, a caption after its table, and what is a table in a list, or in what is said,
is a paragraph a row. Paragraphs of lists have the number that their list begins with; those of quotations and
definitions are set in alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from nzpub.checks.expect import Walker, source_line
from nzpub.checks.passage import Kind, Passage, Piece, passage
from nzpub.checks.readback.pptx import letters
from nzpub.model import Deck, Slide
from nzpub.tree import Attr, Node, attr, children, div, para, rewrite, span, string, text, walk

_TEXT_FIRST = ("title", "close", "statement")          # layouts with one text, which stands before all else
_SEEN: frozenset[Kind] = frozenset(("lang", "link", "em", "strong", "sup", "sub", "del", "code", "picture", "math"))
_COMMAND = re.compile(r"\\(?:begin|end)\s*\{\w*\**\}|\\[A-Za-z]+")
_OPERATORS = re.compile(r"\\(sin|cos|tan|log|ln|exp|max|min|lim|det|dim|gcd|sup|inf|arg)(?![A-Za-z])")
_CELL = re.compile(r"(heading|cell) \d")
_ITEM = re.compile(r"bullet$|number \S+ from \d+$")
_INSET = "inset"                                       # a step of the path: in a quotation or definition
_LIST = Attr("", ("list",))                            # of a div that stands for one
_CODE = "code"                                         # a step too: of a block of code
_LISTS = ("BulletList", "OrderedList")
_EVENTS = range(2, 7)                                  # so many items a timeline sets side by side
# ST_TextAutonumberScheme: the numbers, and what stands around them
_NUMBERS = {"LowerAlpha": "alphaLc", "UpperAlpha": "alphaUc", "LowerRoman": "romanLc", "UpperRoman": "romanUc"}
_AROUND = {"OneParen": "ParenR", "TwoParens": "ParenBoth"}
_ROW = "(a row)"                                       # an id that no manuscript has
_ANY_SPACE = re.compile(r"\s+")                         # no-break spaces too: a row's cells become plain words
_BARE = ("Emph", "Strong", "Superscript", "Subscript", "Strikeout", "Underline", "SmallCaps")
_SPLIT = (*_BARE, "Span", "Link")
_INLINES = 1                                           # where a span or a link has its words


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
    walker = Walker(part, deck.meta.lang, deck.files, slide.line)
    yield from (replace(each, kind="title") for each in walker.blocks(_as_shown([para(slide.title)])))
    blocks = _languages(slide.blocks)
    ordered = list(_in_order(blocks, tuple(_told(blocks, slide.layout))))
    if slide.layout in _TEXT_FIRST:
        ordered.sort(key=lambda block: block["t"] == "Table" or _is_picture(block))
    yield from walker.blocks(_as_shown(ordered))
    if slide.sources:
        yield from walker.blocks(_as_shown([para(source_line(slide, deck.meta))]))
    notes = (block for block in _flat(_languages(slide.notes)) if text([block]))
    yield from walker.blocks(_as_shown(notes, spelled=True), ("notes",))


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
                yield {**block, "c": [attributes, [short, []], *rest]}
                yield from caption
            case "Figure":
                yield from _pictures(block)
                yield from block["c"][1][1]
            case _:
                yield from _flat(_inside(block) if any(block is each for each in told) else [block])
                yield from _pictures(block)


def _pictures(block: Node) -> Iterator[Node]:
    return (para([node]) for node in walk([block]) if node["t"] == "Image")


def _is_picture(block: Node) -> bool:
    return block["t"] == "Para" and [node["t"] for node in block["c"]] == ["Image"]


def _flat(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* as one text can have them: without pictures, a row of a table as a paragraph."""
    def visit(node: Node) -> Sequence[Node]:
        match node["t"]:
            case "Image":
                return ()
            case "Figure":
                return tuple(node["c"][1][1])
            case "Div":
                return tuple(node["c"][1])
            case "Table":
                return (*_rows(node), *node["c"][1][1])
        return (node,)
    return rewrite(blocks, visit)


def _rows(table: Node) -> Iterator[Node]:
    head, bodies, foot = table["c"][3:]
    for _, cells in (*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]):
        inlines: list[Node] = []
        for position, cell in enumerate(cells):
            inlines += [*(string("; ") if position else ()), *_trimmed(list(_words(cell[4])))]
        yield para([span(inlines, Attr(_ROW))])


def _words(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield the words of *nodes*, with no more than their languages."""
    for node in nodes:
        match node["t"]:
            case "Space" | "SoftBreak" | "LineBreak":
                yield {"t": "Space"}
            case "Str":
                yield {"t": "Str", "c": _ANY_SPACE.sub(" ", node["c"])}
            case "Code" | "Math" | "CodeBlock":
                yield {"t": "Code", "c": [["", [], []], _ANY_SPACE.sub(" ", node["c"][1])]}
            case "Note":
                pass
            case "Quoted":
                yield {**node, "c": [node["c"][0], list(_words(node["c"][1]))]}
            case _ if lang := attr(node).get("lang"):
                yield span(_words(children(node)), Attr("", (), (("lang", lang),)))
            case _:
                yield from _words(children(node))


def _trimmed(inlines: Sequence[Node]) -> Sequence[Node]:
    """Return *inlines* without the spaces at their ends."""
    words = [place for place, node in enumerate(inlines) if node["t"] != "Space"]
    return inlines[words[0]:words[-1] + 1] if words else ()


# --- the form ---------------------------------------------------------------------------------------


def _as_shown(blocks: Iterable[Node], *, spelled: bool = False) -> tuple[Node, ...]:
    """Return *blocks* as paragraphs and runs show them: headings and terms strong, formulas outside of emphasis.

    What holds paragraphs is a div whose role is the step that each of them has in its path.

    Formulas have their letters in order, or, if *spelled*, their source form.
    """
    def visit(node: Node) -> Sequence[Node]:
        content: Any = node.get("c")
        match node["t"]:
            case "Header":
                return ({**para(_strong(content[2])), "line": node.get("line")},)
            case "CodeBlock":
                return (_within(_CODE, [para([{"t": "Code", "c": [content[0], content[1]]}])]),)
            case "BlockQuote" | "BulletList" | "OrderedList" | "DefinitionList":
                return tuple(_held(node))
            case "Math" if not spelled:
                return ({**node, "c": [content[0], _letters(content[1])]},)
            case kind if kind in _SPLIT:
                return tuple(_apart(node, said=spelled and kind == "Span"))
        return (node,)
    return rewrite(blocks, visit)


def _held(node: Node) -> Iterator[Node]:
    """Yield a quotation, the items of a list, or its terms and definitions, as divs and paragraphs."""
    content: Any = node["c"]
    match node["t"]:
        case "BlockQuote":
            yield _within(_INSET, content)
        case "BulletList":
            yield div((_item("bullet", item) for item in content), _LIST)
        case "OrderedList":
            yield div((_item(_numbered(*content[0]), item) for item in content[1]), _LIST)
        case "DefinitionList":
            for term, bodies in content:
                yield para(_strong(term))
                yield from (_within(_INSET, body) for body in bodies)


def _item(step: str, blocks: Sequence[Node]) -> Node:
    """Return an item of a list; one that begins with a list is no more than that, and what follows is its last's."""
    leading = _leading(blocks)
    if leading is None:
        return _within(step, blocks)
    last = leading["c"][1][-1]
    inner = attr(last).get("role") or attr(last["c"][1][-1]).get("role") or ""      # its own, or that of what follows
    return div([blocks[0], _within(inner, blocks[1:])])


def _leading(blocks: Sequence[Node]) -> Node | None:
    """Return the list that *blocks* begin with, perhaps in a quotation; None if that is not so."""
    if not blocks or blocks[0]["t"] != "Div" or attr(blocks[0]) == _LIST:
        return blocks[0] if blocks and blocks[0]["t"] == "Div" else None
    return _leading(blocks[0]["c"][1])


def _within(step: str, blocks: Iterable[Node]) -> Node:
    return div(blocks, Attr("", (), (("role", step),)))


def _numbered(first: int, style: Node, delimiter: Node) -> str:
    """Return what each item of an ordered list says of it."""
    return f"number {_NUMBERS.get(style['t'], 'arabic')}{_AROUND.get(delimiter['t'], 'Period')} from {first}"


def _languages(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* with the language of each div on the words in it."""
    def visit(node: Node) -> Sequence[Node]:
        lang = attr(node).get("lang") if node["t"] == "Div" else None
        return (_said_in(node, lang),) if lang else (node,)
    return rewrite(blocks, visit)


def _said_in(around: Node, lang: str) -> Node:
    """Return the div *around* with its language on the words of its paragraphs."""
    def visit(node: Node) -> Sequence[Node]:
        if node["t"] not in ("Para", "Plain", "Header"):
            return (node,)
        *before, inlines = node["c"] if node["t"] == "Header" else (node["c"],)
        said = [span(inlines, Attr("", (), (("lang", lang),)))]
        return ({**node, "c": [*before, said] if before else said},)
    return {**around, "c": [around["c"][0], list(rewrite(around["c"][1], visit))]}


def _apart(node: Node, *, said: bool) -> Iterator[Node]:
    """Yield *node* around the words before, between and after the formulas in it, and these, in it too if *said*."""
    content: Any = node["c"]
    bare = node["t"] in _BARE
    for is_formula, run in groupby(content if bare else content[_INLINES], _is_formula):
        inside = list(run)
        if is_formula and not said:
            yield from inside
        else:
            yield {**node, "c": inside if bare else [content[0], inside, *content[_INLINES + 1:]]}


def _strong(inlines: Sequence[Node]) -> Iterator[Node]:
    return _apart({"t": "Strong", "c": inlines}, said=False)


def _is_formula(node: Node) -> bool:
    return node["t"] == "Math" or (node["t"] == "Span" and [inner["t"] for inner in node["c"][1]] == ["Math"])


def _letters(tex: str) -> str:
    return letters(_COMMAND.sub(" ", _OPERATORS.sub(r" \1 ", tex)))


# --- both sides in one form -------------------------------------------------------------------------


def settle(expected: tuple[Passage, ...],
           found: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Return both sides with what PowerPoint can say; it names languages with a region."""
    langs = sorted({mark.value for each in expected for mark in each.marks if mark.kind == "lang"})
    prose = {each.text: each.prose for each in expected if _ROW in each.ids}      # where code is no more told as such
    return tuple(map(_shown, expected)), tuple(
        _shown(replace(_region(each, langs), prose=prose.get(each.text, each.prose))) for each in found)


def _region(each: Passage, langs: Iterable[str]) -> Passage:
    """Return *each* with its languages as the manuscript names them, where that is without a region."""
    named = {mark.value: next((lang for lang in langs if mark.value.startswith(f"{lang}-")), mark.value)
             for mark in each.marks if mark.kind == "lang" and mark.value not in langs}
    return replace(each, marks=tuple(mark._replace(value=named.get(mark.value, mark.value))
                                     if mark.kind == "lang" else mark for mark in each.marks))


def _shown(each: Passage) -> Passage:
    lost = {"code"} if _ROW in each.ids else {"link", "math"} if "notes" in each.path else set()
    marks = (mark._replace(value="") if mark.kind == "math" else mark for mark in each.marks
             if mark.kind in _SEEN - lost and not (mark.kind == "link" and mark.value.startswith("#")))
    return replace(each, marks=tuple(marks), path=tuple(_steps(each.path)), ids=())


def _steps(path: Sequence[str]) -> Iterator[str]:
    """Yield the steps of *path* as paragraphs can say them: Pandoc's notes do not set lists and code in."""
    items = [step for step in path if _ITEM.match(step)]
    yield from (step.replace("heading", "cell") for step in path if step == "notes" or _CELL.match(step))
    if _INSET in path and not ("notes" in path and (items or _CODE in path)):
        yield _INSET
    yield from items
