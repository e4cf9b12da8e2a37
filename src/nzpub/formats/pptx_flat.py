"""The text of a slide, or what is said at it, as PowerPoint has it: paragraphs, and nothing that holds them.

Pandoc's PowerPoint writer loses the number of an item that begins with a list, a quotation that begins with one,
the bullet of an item that begins with code, and more; so it is given paragraphs alone, each of which says
its form. :func:`nzpub.formats.pptx_repair.mend` gives them their bullets, numbers and indents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from nzpub.formats import pptx_marks
from nzpub.formats.pptx_marks import Form, says_something
from nzpub.tree import Node, attr, rewrite, string, walk

_BULLET = "•"
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
_NO_WORDS = {"t": "Str", "c": "\N{NO-BREAK SPACE}"}    # PowerPoint shows no number before nothing
# ST_TextAutonumberScheme: the numbers, and what stands around them
_NUMBERS = {"LowerAlpha": "alphaLc", "UpperAlpha": "alphaUc", "LowerRoman": "romanLc", "UpperRoman": "romanUc"}
_AROUND = {"OneParen": "ParenR", "TwoParens": "ParenBoth"}


class _Paragraph(NamedTuple):
    form: Form
    inlines: Sequence[Node]
    number: int = 0                                    # of the item that it begins


def flat(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks*, which have neither pictures nor tables, as paragraphs that say their forms."""
    return tuple(_marked(each) for each in _numbered(_paragraphs(blocks, Form())))


def _marked(paragraph: _Paragraph) -> Node:
    """Return *paragraph* with its formulas on lines in it: Pandoc ends it where one is set by itself."""
    inlines = rewrite(paragraph.inlines, _quotes)
    says = [node for node in walk(inlines) if says_something(node)]
    alone = len(says) == 1 and _is_display(says[0]) and not paragraph.form.bullet
    places = count(1)

    def visit(node: Node) -> Sequence[Node]:
        place = next(places) if says_something(node) else 0
        if not _is_display(node):
            return (node,)
        before, after = ([] if place == end else [{"t": "LineBreak"}] for end in (1, len(says)))
        return (*before, {**node, "c": [{"t": "InlineMath"}, node["c"][1]]}, *after)
    return pptx_marks.mark_form(paragraph.form._replace(is_display=alone), rewrite(inlines, visit))


def _quotes(node: Node) -> Sequence[Node]:
    """Write the marks of a quotation as words, which a formula in it may stand between."""
    if node["t"] != "Quoted":
        return (node,)
    opening, closing = _QUOTES[node["c"][0]["t"]]
    return ({"t": "Str", "c": opening}, *node["c"][1], {"t": "Str", "c": closing})


def _is_display(node: Node) -> bool:
    return node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath"  # type: ignore[no-any-return]


def flat_cells(table: Node) -> Node:
    """Return *table* with such paragraphs in its cells, and without pictures."""
    *before, head, bodies, foot = table["c"]
    shown = [[*body[:2], *map(_flat_rows, body[2:])] for body in bodies]
    return {**table, "c": [*before, [head[0], _flat_rows(head[1])], shown, [foot[0], _flat_rows(foot[1])]]}


def _flat_rows(rows: Sequence[Any]) -> list[Any]:
    return [[row_attr, [[*cell[:4], list(flat(without_pictures(cell[4])))] for cell in cells]]
            for row_attr, cells in rows]


def without_pictures(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* without pictures and divs: captions in the place of figures, paragraphs in that of tables' rows.

    These are what text has; Pandoc drops figures and tables from lists, quotations and notes.
    """
    def visit(node: Node) -> Sequence[Node]:
        match node["t"]:
            case "Image":
                return ()
            case "Figure":
                return tuple(node["c"][1][1])
            case "Div":
                return tuple(node["c"][1])
            case "Table":
                return (*_table_rows(node), *node["c"][1][1])
        return (node,)
    return rewrite(blocks, visit)


def _table_rows(table: Node) -> Iterator[Node]:
    _, _, _, head, bodies, foot = table["c"]
    for _, cells in (*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]):
        yield {"t": "Para", "c": list(_joined((_in_line(cell[4]) for cell in cells), string("; ")))}


def _in_line(blocks: Sequence[Node]) -> Iterator[Node]:
    return _joined((each.inlines for each in _paragraphs(blocks, Form())), string(" "))


def has_words(nodes: Iterable[Node]) -> bool:
    """Return whether there is anything to read in *nodes*."""
    return any(map(says_something, walk(nodes)))


# --- paragraphs -------------------------------------------------------------------------------------


def _paragraphs(blocks: Iterable[Node], form: Form) -> Iterator[_Paragraph]:
    """Yield the paragraphs of *blocks* that have words; those that nothing else holds have *form*."""
    for block in blocks:
        content: Any = block.get("c")
        match block["t"]:
            case "Para" | "Plain" if has_words([block]):
                yield _Paragraph(form, content)
            case "CodeBlock" if has_words([block]):
                yield _Paragraph(form._replace(is_code=True), list(_code(block)))
            case "LineBlock" if has_words([block]):
                yield _Paragraph(form, list(_joined(content, [{"t": "LineBreak"}])))
            case "Header" if has_words([block]):
                yield _Paragraph(form, [{"t": "Strong", "c": content[2]}])
            case "Div":
                yield from _paragraphs(content[1], form)
            case "BlockQuote":
                yield from _paragraphs(content, form._replace(is_inset=True))
            case "DefinitionList":
                for term, bodies in content:
                    yield from [_Paragraph(form, [{"t": "Strong", "c": term}])] if has_words(term) else ()
                    for body in bodies:
                        yield from _paragraphs(body, form._replace(is_inset=True))
            case "BulletList":
                yield from _items(content, form, _BULLET, 1)
            case "OrderedList":
                (start, style, delimiter), items = content
                scheme = _NUMBERS.get(style["t"], "arabic") + _AROUND.get(delimiter["t"], "Period")
                yield from _items(items, form, scheme, start)


def _items(items: Sequence[Sequence[Node]], form: Form, bullet: str, start: int) -> Iterator[_Paragraph]:
    """Yield the paragraphs of a list; an item that begins with a list, or has no words, has a line for its bullet."""
    for number, item in enumerate(items, start):
        inside = list(_paragraphs(item, form._replace(depth=form.depth + 1)))
        has_own = inside and not inside[0].form.bullet
        first = inside.pop(0) if has_own else _Paragraph(form._replace(depth=form.depth + 1), [_NO_WORDS])
        yield _Paragraph(first.form._replace(bullet=bullet, start=start), first.inlines, number)
        yield from inside


def _code(block: Node) -> Iterator[Node]:
    """Yield the lines of a block of code, in its language if it has one: PowerPoint breaks none by itself."""
    attributes, code = block["c"]
    lines = _joined(([{"t": "Code", "c": [attributes, line]}] for line in code.split("\n")), [{"t": "LineBreak"}])
    lang = attr(block).get("lang")
    yield from lines if lang is None else pptx_marks.between(lang, lines)


def _joined(parts: Iterable[Iterable[Node]], between: Sequence[Node]) -> Iterator[Node]:
    for position, part in enumerate(parts):
        yield from between if position else ()
        yield from part


# --- numbers ----------------------------------------------------------------------------------------


def _numbered(paragraphs: Iterable[_Paragraph]) -> Iterator[_Paragraph]:
    """Yield *paragraphs* with an empty one before each list that would be taken for more of an earlier one.

    PowerPoint counts on from the last paragraph of the same level if that is numbered alike, whatever is below
    between them; LibreOffice from the last one that has a bullet or number.
    """
    counts: dict[int, tuple[str, int, int]] = {}       # of each level: how that is numbered, and which it is
    for each in paragraphs:
        level, bullet, start = each.form.level, each.form.bullet, each.form.start
        if bullet:
            counts = {other: count for other, count in counts.items() if other <= level}
            before = counts.pop(level, ("", 0, 0))
            if before[:2] == (bullet, start) and before[2] + 1 != each.number:
                yield _Paragraph(Form(level, is_gap=True), ())
            if bullet != _BULLET:
                counts[level] = bullet, start, each.number
        yield each
