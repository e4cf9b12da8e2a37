"""The pieces of each slide put on their layout, and the file finished."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain, count, islice, product, repeat
from typing import Any, NamedTuple

from pptx import Presentation

from nzpub.errors import CheckError, Finding, Place
from nzpub.formats import pptx_fit, pptx_look, pptx_marks, pptx_picture, pptx_repair, pptx_shape, pptx_theme
from nzpub.formats.pptx_look import Box, Layout, Look, Slot
from nzpub.formats.pptx_picture import Drawn
from nzpub.model import Deck, Meta, Slide, Styles
from nzpub.tree import Node

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_GAP = 20.0                    # between pieces
_STEPS = tuple(n / 20 for n in range(20, 7, -1))         # by how much text is shrunk: 1.0, 0.95, …
_PICTURE_SHARES = (0.7, 0.5, 0.3)      # of the height, for pictures beside text: as much as they can have
_ROUNDING = 0.01
_FILLED = ("Figure", "Mixed Content")  # layouts whose content fills the slide down to the source line


# --- what is to be put ------------------------------------------------------------------------------


class Text(NamedTuple):
    """Blocks that stand in one placeholder."""

    blocks: tuple[Node, ...]


class Table(NamedTuple):
    """A table without its caption, the only block."""

    blocks: tuple[Node, ...]


class Picture(NamedTuple):
    """A picture by its path among the deck's files; without alternative text it is decorative.

    ``target`` is the address outside that it leads to, or "".
    """

    path: str
    alt: str
    target: str


Piece = Text | Table | Picture
Column = tuple[Piece, ...]
Row = tuple[Column, ...]


class Plan(NamedTuple):
    """One slide: its layout, its title, and what stands below it, row by row."""

    slide: Slide
    layout: str
    title: tuple[Node, ...]
    rows: tuple[Row, ...]
    source: Text | None
    notes: tuple[Node, ...]


def written(plan: Plan) -> tuple[Text | Table, ...]:
    """Return the pieces of *plan* that Pandoc writes, in their order after the title."""
    pieces = (piece for row in plan.rows for column in row for piece in column)
    return (*(piece for piece in pieces if not isinstance(piece, Picture)), *((plan.source,) if plan.source else ()))


# --- the file ---------------------------------------------------------------------------------------


def assemble(plans: Sequence[Plan], from_pandoc: bytes, deck: Deck, styles: Styles) -> bytes:
    """Return the finished file.

    *from_pandoc* has for each plan a slide with its title and notes, and one for each piece that
    :func:`written` lists. Raises CheckError if it has not, or if something does not fit on its slide.
    """
    parts = list(Presentation(io.BytesIO(pptx_repair.readable(from_pandoc))).slides)
    expected = sum(1 + len(written(plan)) for plan in plans)
    if len(parts) != expected:
        raise CheckError(Finding("NZ602", "error", f"Pandoc wrote {len(parts)} slides where {expected} were meant",
                                 Place(deck.source), "simplify the slides, and report this"))
    file = Presentation(io.BytesIO(pptx_theme.reference(styles, pptx_marks.culture(deck.meta.lang))))
    look = pptx_look.look(styles.tokens)
    press = _Press(file, deck.meta.lang, styles, look, pptx_look.layouts(look),
                   pptx_picture.draw(deck.files, styles), count(1))
    rest = iter(parts)
    full = [plan.slide for plan in plans if not _print(press, plan, next(rest), islice(rest, len(written(plan))))]
    if full:
        raise CheckError([_overfull(slide, deck) for slide in full])
    _describe(file, deck)
    out = io.BytesIO()
    file.save(out)
    return _dated(out.getvalue(), deck.meta)


def _overfull(slide: Slide, deck: Deck) -> Finding:
    return Finding("NZ603", "error", f"the slide “{slide.id}” holds more than fits on it",
                   Place(deck.source, slide.line), "shorten it, or make two slides of it")


def _describe(file: Any, deck: Deck) -> None:
    """Replace the properties of the reference file, its author's name among them."""
    meta, properties = deck.meta, file.core_properties
    for element in list(properties._element):        # python-pptx sets properties but removes none
        properties._element.remove(element)
    said = {"title": meta.title, "author": "; ".join(meta.authors), "language": meta.lang,
            "keywords": ", ".join(meta.keywords)}
    for name, value in said.items():
        setattr(properties, name, name)              # python-pptx takes no more than 255 characters
        properties._element[-1].text = value
    properties.created = properties.modified = meta.modified.replace(tzinfo=None)
    notes = sum(bool(slide.notes) for slide in deck.slides)
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            part._blob = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.openxmlformats'
                f'.org/officeDocument/2006/extended-properties"><Slides>{len(deck.slides)}</Slides><Notes>{notes}</Notes>'
                '<Application>nzpub</Application></Properties>').encode()


def _dated(content: bytes, meta: Meta) -> bytes:
    """Return the zip file *content* with its entries dated by *meta*: python-pptx dates them by the clock."""
    stamp = max(meta.modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(entry))
    return out.getvalue()


# --- a slide ----------------------------------------------------------------------------------------


class _Press(NamedTuple):
    """What every slide is printed with."""

    file: Any
    lang: str
    styles: Styles
    look: Look
    layouts: Mapping[str, Layout]
    pictures: Mapping[str, Drawn]
    figures: Iterator[int]     # numbers for their names


@dataclass(frozen=True, slots=True)
class _Item:
    """A piece with what Pandoc wrote for it (None for a picture) and the placeholder for it (None for a table)."""

    piece: Piece
    written: Any = None
    slot: Slot | None = None

    def height(self, press: _Press, width: float, scale: float) -> float:
        """Return the height of a text or table in a box of *width*, or 0 for a picture."""
        if self.written is None:
            return 0
        if self.slot is None:
            return sum(pptx_shape.row_heights(self.written, press.look.types["table"], press.styles, width))
        return pptx_fit.height(self.written, pptx_look.setting(self.slot.type, press.styles), width, scale)


_Row = tuple[tuple[_Item, ...], ...]


class _Placed(NamedTuple):
    """An item in its box."""

    item: _Item
    box: Box
    moved: bool                # away from where its layout has it
    scale: float


def _print(press: _Press, plan: Plan, first: Any, parts: Iterator[Any]) -> bool:
    """Add the slide *plan*, from Pandoc's slides *first* and *parts*; return whether everything fits on it."""
    layout = press.layouts[plan.layout]
    slide = press.file.slides.add_slide(press.file.slide_layouts.get_by_name(plan.layout))
    for shape in list(slide.shapes):
        shape.element.getparent().remove(shape.element)
    colours = slide.slide_layout.element.find(f"{_P}clrMapOvr")
    slide.element.replace(slide.element.find(f"{_P}clrMapOvr"), deepcopy(colours))
    slots = chain(layout.slots, repeat(layout.slots[-1])) if layout.slots else iter(())
    rows = tuple(tuple(tuple(_item(press, slide, piece, parts, slots) for piece in column) for column in row)
                 for row in plan.rows)
    title = layout.title and _text(press, slide, first, layout.title)
    source = _text(press, slide, next(parts), layout.source) if plan.source else None
    head, foot = [*_in_slot(press, title)], [*_in_slot(press, source)]
    below = None
    if layout.follows and head:
        head = [_fitted(press, head[0])]
        below = head[0].box.y + head[0].box.height + press.look.px("--space-4")
    if layout.name in _FILLED:
        foot = [_fitted(press, each) for each in foot]
    room = _room(layout, foot)
    placed = [*head, *_place(press, layout, rows, room, below), *foot]
    for each in placed:
        _put(press, slide, each)
    if layout.number:
        slide.shapes._spTree.append(pptx_shape.slide_number(slide, layout.number, press.lang))
    if plan.notes:
        pptx_shape.note(slide, first.notes_slide, press.look, press.lang)
    wanted = sum(len(column) for row in rows for column in row) + bool(title) + bool(source)
    return len(placed) == wanted


def _item(press: _Press, slide: Any, piece: Piece, parts: Iterator[Any], slots: Iterator[Slot]) -> _Item:
    """Return *piece* with what Pandoc wrote for it and the next placeholder of the layout."""
    if isinstance(piece, Picture):
        return _Item(piece)
    if isinstance(piece, Text):
        return _text(press, slide, next(parts), next(slots))
    part = next(parts)
    table = deepcopy(part.shapes._spTree.find(f".//{_A}tbl"))
    for body in table.iter(f"{_A}txBody"):
        pptx_repair.mend(body, press.look.types["table"], press.look, press.styles, press.lang,
                         inherits=False)
    pptx_repair.move_links(table, part.part, slide.part)
    return _Item(piece, table)


def _text(press: _Press, slide: Any, part: Any, slot: Slot) -> _Item:
    """Return the text of Pandoc's slide *part*, mended, for the placeholder *slot*: its title if that is one."""
    tree, titles = part.shapes._spTree, ("title", "ctrTitle")
    bodies = {_kind(body): body for body in tree.iter(f"{_P}txBody")}      # also in mc:AlternateContent
    body = deepcopy(bodies["title" if slot.kind in titles else "content"])
    pptx_repair.mend(body, slot.type, press.look, press.styles, press.lang, inherits=True)
    pptx_repair.move_links(body, part.part, slide.part)
    return _Item(Text(()), body, slot)


def _kind(body: Any) -> str:
    place = body.getparent().find(f".//{_P}ph")
    return "title" if place is not None and place.get("type") in ("title", "ctrTitle") else "content"


# --- where the pieces go ----------------------------------------------------------------------------


def _in_slot(press: _Press, item: _Item | None, below: float | None = None) -> Iterator[_Placed]:
    """Yield a text where its layout has it, or from *below* on, shrunk if need be; nothing if it does not fit."""
    if item is None or item.slot is None:
        return
    box, kind = item.slot.box, item.slot.type
    if below is not None:
        box = box._replace(y=below, height=box.y + box.height - below)
    for scale in _STEPS:
        if kind.size * scale < kind.smallest - _ROUNDING:
            return
        if item.height(press, box.width, scale) <= box.height + 1:
            yield _Placed(item, box, moved=below is not None, scale=scale)
            return


def _fitted(press: _Press, placed: _Placed) -> _Placed:
    """Return a text that is placed in a box that is no higher than it: at the foot of its own if it stands there."""
    box, height = placed.box, placed.item.height(press, placed.box.width, placed.scale)
    at_foot = placed.item.slot is not None and placed.item.slot.type.anchor == "b"
    top = box.y + box.height - height if at_foot else box.y
    return placed._replace(box=box._replace(y=top, height=height), moved=True)


def _room(layout: Layout, foot: Sequence[_Placed]) -> Box:
    """Return the layout's area down to the source line, if that is fitted, or to the slide number."""
    area, foots = layout.area, [each.box.y for each in foot] or [slot.box.y for slot in (layout.number,) if slot]
    return area._replace(height=min(foots) - _GAP - area.y) if layout.name in _FILLED and foots else area


def _place(press: _Press, layout: Layout, rows: Sequence[_Row], room: Box, below: float | None) -> Iterator[_Placed]:
    """Yield the items of *rows* in reading order: in their slots, or in *room*; fewer if they do not fit.

    Texts start at the height *below* where the layout lets them follow its title.
    """
    items = [item for row in rows for column in row for item in column]
    if layout.name == "Figure":
        yield _Placed(replace(items[0], slot=layout.slots[0]), room, moved=False, scale=1)
    elif layout.name != "Mixed Content" and [item.slot for item in items] == [*layout.slots[:len(items)]]:
        for item in items:
            yield from _in_slot(press, item, below)
    else:
        top = room.y if below is None else below
        yield from _stack(press, rows, room._replace(y=top, height=room.y + room.height - top))


def _stack(press: _Press, rows: Sequence[_Row], area: Box) -> Iterator[_Placed]:
    """Yield the items of *rows* from top to bottom, their text as large, and then their pictures, as can be."""
    items = [item for row in rows for column in row for item in column]
    kinds = [item.slot.type for item in items if item.slot]
    least = max((kind.smallest / kind.size for kind in kinds), default=1) - _ROUNDING
    pictures = any(isinstance(item.piece, Picture) for item in items)
    for share, scale in product(_PICTURE_SHARES if pictures else (0,), (step for step in _STEPS if step > least)):
        heights = [_fixed(press, row, area.width, scale) for row in rows]
        room = area.height - sum(heights) - _GAP * (len(rows) - 1)
        if room >= share * area.height:
            yield from _stacked(press, rows, heights, Box(area.x, area.y, area.width, room), scale)
            return


def _fixed(press: _Press, row: Sequence[Sequence[_Item]], width: float, scale: float) -> float:
    """Return the height of *row* without its pictures."""
    wide = _column(width, len(row))
    return max(sum(item.height(press, wide, scale) for item in column) + _GAP * (len(column) - 1)
               for column in row)


def _column(width: float, columns: int) -> float:
    return (width - 2 * _GAP * (columns - 1)) / columns


def _stacked(press: _Press, rows: Sequence[_Row], heights: Sequence[float], area: Box, scale: float,
             ) -> Iterator[_Placed]:
    """Yield the items of *rows*, whose *heights* are without their pictures; these share the height of *area*."""
    illustrated = [any(isinstance(item.piece, Picture) for column in row for item in column) for row in rows]
    share = area.height / (sum(illustrated) or 1)
    wide = [_column(area.width, len(row)) for row in rows]
    y = area.y
    for row, height, width, has_picture in zip(rows, heights, wide, illustrated, strict=True):
        whole = height + share * has_picture
        for n, column in enumerate(row):
            yield from _in_column(press, column, Box(area.x + n * (width + 2 * _GAP), y, width, whole), scale)
        y += whole + _GAP


def _in_column(press: _Press, column: Sequence[_Item], box: Box, scale: float) -> Iterator[_Placed]:
    pictures = sum(isinstance(item.piece, Picture) for item in column)
    heights = [item.height(press, box.width, scale) for item in column]
    left = (box.height - sum(heights) - _GAP * (len(column) - 1)) / (pictures or 1)
    y = box.y
    for item, height in zip(column, heights, strict=True):
        own = left if isinstance(item.piece, Picture) else height
        yield _Placed(item, Box(box.x, y, box.width, own), moved=True, scale=scale)
        y += own + _GAP


def _put(press: _Press, slide: Any, placed: _Placed) -> None:
    """Add an item to *slide*."""
    item, box, tree = placed.item, placed.box, slide.shapes._spTree
    if isinstance(item.piece, Picture):
        pptx_picture.put(slide, press.pictures[item.piece.path], box, name=f"Figure {next(press.figures)}",
                         alt=item.piece.alt, target=item.piece.target, slot=item.slot)
    elif item.slot is None:
        tree.append(pptx_shape.table(slide, item.written, press.look.types["table"], press.styles,
                                     lang=press.lang, box=box))
    else:
        tree.append(pptx_shape.text(slide, item.slot, item.written, press.styles, lang=press.lang,
                                    box=box if placed.moved else None, scale=placed.scale))
