"""The deck as PowerPoint: Pandoc writes the text, piece by piece, and the pieces are put on real layouts.

Pandoc's own slides split where text meets a table or a picture, and lose what stands after columns
(jgm/pandoc#11433), so each text and each table gets a slide of its own from Pandoc, as the paragraphs that
``pptx_flat`` makes of it. ``pptx_repair`` mends them; ``pptx_place`` puts those that belong together on one
slide of the file that ``pptx_theme`` makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import pptx

from nzpub import pandoc
from nzpub.errors import CheckError, Finding, Place
from nzpub.formats import pptx_look, pptx_place
from nzpub.formats.pptx_flat import flat, flat_cells, has_words, without_pictures
from nzpub.formats.pptx_marks import mark_languages
from nzpub.formats.pptx_place import Column, Picture, Piece, Plan, Row, Table, Text
from nzpub.furniture import source_line
from nzpub.model import Artifact, Deck, Slide, Styles
from nzpub.tree import Attr, Node, attr, children, div, header, para, rewrite, spaced, walk

_FIXED = {"title": "Title Slide", "close": "Close", "statement": "Statement"}
_BY_SHAPE: dict[tuple[int, ...], str] = {(1,): "Title and Content", (2,): "Two Content"}   # by columns in a row
_LISTS = ("BulletList", "OrderedList")
_NUMBERS = range(1, 32768)     # where a list may begin: ECMA-376-1, ST_TextBulletStartAtNum
_DEEPEST = 8                   # lists in lists: levels end at 8 (ST_TextIndentLevelType), that of what follows an item


def write(deck: Deck, styles: Styles) -> Artifact:
    """Return ``short-name-slides.pptx``.

    Raises CheckError if a slide has what does not fit or lists that PowerPoint cannot have.
    """
    if unlike := [finding for slide in deck.slides for finding in _unlike(slide, deck)]:
        raise CheckError(unlike)
    plans = tuple(plan(slide, deck.meta.lang) for slide in deck.slides)
    blocks = [block for each in plans for part in _parts(each) for block in part]
    written = pandoc.render_file(blocks, "pptx", {}, "--slide-level=1", "--syntax-highlighting=none")
    content = pptx_place.assemble(plans, written, deck, styles)
    return Artifact("pptx", {f"{deck.meta.short_name}-slides.pptx": content}, f"{len(deck.slides)} slides",
                    {"python-pptx": pptx.__version__, "Pandoc": pandoc.version()})


def _unlike(slide: Slide, deck: Deck) -> Iterator[Finding]:
    """Yield what PowerPoint has no like of in the lists of *slide*."""
    blocks = [*slide.blocks, *slide.notes]
    place = Place(deck.source, slide.line)
    if any(node["t"] == "OrderedList" and node["c"][0][0] not in _NUMBERS for node in walk(blocks)):
        yield Finding("NZ605", "error", f"a list on the slide “{slide.id}” begins where PowerPoint cannot count from",
                      place, f"begin it at {_NUMBERS[0]} or above, or write the numbers as text")
    if _depth(blocks) > _DEEPEST:
        yield Finding("NZ606", "error", f"the lists on the slide “{slide.id}” are deeper than PowerPoint's levels",
                      place, f"nest no more than {_DEEPEST} of them")


def _depth(nodes: Iterable[Node]) -> int:
    return max(((node["t"] in _LISTS) + _depth(children(node)) for node in nodes), default=0)


def plan(slide: Slide, lang: str) -> Plan:
    """Return the layout of *slide* and the pieces that stand on it; *lang* is the deck's language."""
    title = mark_languages([para(slide.title)])
    notes = _spoken(mark_languages(slide.notes))
    source = mark_languages([para(source_line(slide.sources, lang))]) if slide.sources else ()
    rows = tuple(_rows(_simple(mark_languages(slide.blocks)), slide.layout))
    return Plan(slide, _layout(slide.layout, rows), tuple(title[0]["c"]), rows, Text(source) if source else None, notes)


# --- what Pandoc is given ---------------------------------------------------------------------------


def _parts(each: Plan) -> Iterator[list[Node]]:
    """Yield what Pandoc is to write on a slide of its own: title and notes, every text and table, the sources."""
    yield [header(1, each.title), *([div(flat(each.notes), Attr("", ("notes",)))] if each.notes else ())]
    for piece in pptx_place.written(each):
        blocks = map(flat_cells, piece.blocks) if isinstance(piece, Table) else flat(piece.blocks)
        yield [header(1, each.title), *blocks]


def _simple(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* as a final state shows them: no animation, no rules, headings as paragraphs."""
    def visit(node: Node) -> Sequence[Node]:
        match node["t"]:
            case "Span":
                return tuple(node["c"][1])
            case "Header":
                return (para([{"t": "Strong", "c": node["c"][2]}]),)
            case "HorizontalRule":
                return ()
        return (node,)
    return rewrite(blocks, visit)


def _spoken(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* as notes can hold them."""
    return _simple(block for block in without_pictures(blocks) if has_words([block]))


# --- where it goes ----------------------------------------------------------------------------------


class _Columns(NamedTuple):
    """Columns as the author wrote them."""

    columns: tuple[Column, ...]


def _rows(blocks: Sequence[Node], layout: str) -> Iterator[Row]:
    """Yield the rows of a slide, from top to bottom: columns side by side, or one piece alone."""
    if layout == "timeline" and (events := _events(blocks)):
        at = next(n for n, block in enumerate(_opened(blocks)) if block["t"] in _LISTS)
        opened = tuple(_opened(blocks))
        yield from _rows(opened[:at], "")
        yield tuple((piece,) for event in events for piece in _text(event))
        yield from (((picture,),) for event in events for picture in _pictures(event))
        yield from _rows(opened[at + 1:], "")
        return
    if layout in _FIXED:
        pieces = [piece for row in _rows(blocks, "") for column in row for piece in column]
        joined = tuple(block for piece in pieces if isinstance(piece, Text) for block in piece.blocks)
        pieces = [*([Text(joined)] if joined else ()), *(piece for piece in pieces if not isinstance(piece, Text))]
        yield from (((piece,),) for piece in pieces)
        return
    for piece in _pieces(blocks, quoted=layout == "quotation"):
        yield piece.columns if isinstance(piece, _Columns) else ((piece,),)


def _opened(blocks: Iterable[Node]) -> Iterator[Node]:
    """Yield *blocks* with divs opened, but for columns."""
    for block in blocks:
        if block["t"] == "Div" and "columns" not in attr(block).classes:
            yield from _opened(block["c"][1])
        else:
            yield block


def _events(blocks: Sequence[Node]) -> tuple[tuple[Node, ...], ...]:
    """Return the items of the first list, if so many can stand side by side on a timeline."""
    first = next((block for block in _opened(blocks) if block["t"] in _LISTS), None)
    if first is None:
        return ()
    items = first["c"] if first["t"] == "BulletList" else first["c"][1]
    events = tuple(tuple(item) for item in items if has_words(without_pictures(item)))
    return events if len(items) in pptx_look.STATIONS and events else ()


def _pieces(blocks: Iterable[Node], *, quoted: bool = False) -> Iterator[Piece | _Columns]:
    """Yield the pieces of *blocks*; texts that follow each other are one, but for a quotation if *quoted*."""
    waiting: list[Node] = []
    for block in _opened(blocks):
        apart = list(_apart(block, quoted=quoted))
        for piece in apart:
            if isinstance(piece, Text) and not (quoted and block["t"] == "BlockQuote"):
                waiting += piece.blocks
                continue
            if waiting:
                yield Text(tuple(waiting))
                waiting = []
            yield piece
    if waiting:
        yield Text(tuple(waiting))


def _apart(block: Node, *, quoted: bool) -> Iterator[Piece | _Columns]:
    """Yield the pieces of one block."""
    match block["t"]:
        case "Div":
            columns = (child for child in block["c"][1] if "column" in attr(child).classes)
            yield _Columns(tuple(tuple(_only_pieces(child["c"][1])) for child in columns))
        case "Table":
            attributes, (short, caption), *rest = block["c"]
            table = {**block, "c": [attributes, [short, []], *rest]}
            yield Table((table,))
            yield from _pictures([table])
            yield from _text(caption)
            yield from _pictures(caption)
        case "Figure":
            yield from _pictures([block])
            yield from _text(block["c"][1][1])
        case "BlockQuote" if quoted:
            yield from _text(block["c"])
            yield from _pictures([block])
        case _:
            yield from _text([block])
            yield from _pictures([block])


def _text(blocks: Sequence[Node]) -> Iterator[Text]:
    """Yield the text of *blocks*, if they have any."""
    rest = without_pictures(blocks)
    yield from [Text(rest)] if has_words(rest) else []


def _only_pieces(blocks: Iterable[Node]) -> Iterator[Piece]:
    for piece in _pieces(blocks):
        if isinstance(piece, _Columns):
            yield from chain.from_iterable(piece.columns)
        else:
            yield piece


def _pictures(nodes: Iterable[Node], target: str = "") -> Iterator[Picture]:
    """Yield the pictures in *nodes*, which stand in a link to *target* if there is one; links lead out or nowhere."""
    for node in nodes:
        if node["t"] == "Image":
            yield Picture(node["c"][2][0], spaced(node["c"][1]).strip(" "), "" if target.startswith("#") else target)
        else:
            yield from _pictures(children(node), node["c"][2][0] if node["t"] == "Link" else target)


def _layout(name: str, rows: Sequence[Row]) -> str:
    """Return the layout for *rows*: the author's, or the one whose placeholders they fill."""
    if name in _FIXED:
        return "Number" if name == "statement" and any(map(_is_strong, _texts(rows))) else _FIXED[name]
    columns = [column for row in rows for column in row]
    kinds = [[type(piece) for piece in column] for column in columns]
    if not rows or kinds == [[Picture]]:
        return "Figure" if rows else "Title Only"
    if any(kind != [Text] for kind in kinds):
        return "Mixed Content"
    shape = tuple(map(len, rows))
    if name == "timeline" and shape[0] in pptx_look.STATIONS and shape[1:] in ((), (1,)):
        return pptx_look.timeline_name(shape[0])
    return "Quotation" if name == "quotation" and shape in ((1,), (1, 1)) else _BY_SHAPE.get(shape, "Mixed Content")


def _texts(rows: Sequence[Row]) -> Iterator[Node]:
    pieces = (piece for row in rows for column in row for piece in column)
    return (block for piece in pieces if isinstance(piece, Text) for block in piece.blocks)


def _is_strong(block: Node) -> bool:
    """Return whether *block* is a paragraph of nothing but strong words."""
    return block["t"] in ("Para", "Plain") and all(node["t"] in ("Strong", "Space") for node in block["c"])
