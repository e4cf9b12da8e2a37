"""The shapes of a slide as PowerPoint's markup: texts, tables, the slide number, and the notes page."""

from __future__ import annotations

from copy import deepcopy
from html import escape
from typing import Any

from pptx.oxml import parse_xml

from nzpub.formats import pptx_fit, pptx_look, pptx_marks, pptx_repair, pptx_theme
from nzpub.formats.pptx_fit import EMU
from nzpub.formats.pptx_look import Box, Look, Slot, Type
from nzpub.formats.pptx_theme import POINTS
from nzpub.model import Styles

_NAMESPACES = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main",
               "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
               "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
               "p": "http://schemas.openxmlformats.org/presentationml/2006/main"}
_XMLNS = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _NAMESPACES.items())
_A, _P, _A14 = (f"{{{_NAMESPACES[prefix]}}}" for prefix in ("a", "p", "a14"))
_INSET = 9.6                   # of a table's cell: 0.1 in at left and right, half of it above and below


def text(slide: Any, slot: Slot, body: Any, styles: Styles, *, lang: str, box: Box | None, scale: float) -> Any:
    """Return the text *body* in the placeholder *slot*, moved to *box* if there is one, shrunk by *scale*."""
    place = " ".join(([f'type="{slot.kind}"'] if slot.kind else []) + ([f'idx="{slot.idx}"'] if slot.idx else []))
    number = _number(slide)
    shape = parse_xml(
        f'<p:sp {_XMLNS}><p:nvSpPr><p:cNvPr id="{number}" name="{escape(slot.name)} {number}"/><p:cNvSpPr>'
        f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {place}/></p:nvPr></p:nvSpPr>'
        f'<p:spPr>{pptx_theme.frame(box) if box else ""}</p:spPr></p:sp>')
    fit = f' fontScale="{round(scale * 100_000)}"' if scale < 1 else ""
    room = _spare(slot.type, body, styles, box or slot.box, scale)
    body.replace(body.find(f"{_A}bodyPr"), parse_xml(f"<a:bodyPr {_XMLNS}{room}><a:normAutofit{fit}/></a:bodyPr>"))
    shape.append(body)
    return _with_fallback(shape, lang)


def _spare(kind: Type, body: Any, styles: Styles, box: Box, scale: float) -> str:
    """Return an inset at the right that keeps the last line of *body* from being a single word."""
    width = pptx_fit.balance(body, pptx_look.setting(kind, styles), box.width, scale) if kind.balance else box.width
    return f' rIns="{round((box.width - width) * kind.balance * EMU)}"' if width < box.width else ""


def _number(slide: Any) -> int:
    """Return the next number for a shape: the tree has two children before its shapes, the first with number 1."""
    return len(slide.shapes._spTree)


def _with_fallback(shape: Any, lang: str) -> Any:
    """Return *shape* or, if it has formulas, with it the same in plain text for programs without formulas."""
    if shape.find(f".//{_A14}m") is None:
        return shape
    both = parse_xml(f'<mc:AlternateContent {_XMLNS}><mc:Choice Requires="a14"/><mc:Fallback/></mc:AlternateContent>')
    both[0].append(shape)
    both[1].append(deepcopy(shape))
    for formula in list(both[1].iter(f"{_A14}m")):
        words = escape("".join(element.text or "" for element in formula.iter("{*}t")))
        run = f'<a:r {_XMLNS}><a:rPr lang="{pptx_marks.culture(lang)}"/><a:t>{words}</a:t></a:r>'
        formula.getparent().replace(formula, parse_xml(run))
    return both


def slide_number(slide: Any, slot: Slot, lang: str) -> Any:
    """Return the slide number in its placeholder."""
    number = _number(slide)
    shape = parse_xml(
        f'<p:sp {_XMLNS}><p:nvSpPr><p:cNvPr id="{number}" name="{slot.name} {number}"/><p:cNvSpPr>'
        f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{slot.kind}" sz="quarter" idx="{slot.idx}"/></p:nvPr>'
        '</p:nvSpPr><p:spPr/></p:sp>')
    shape.append(_number_body(slide, lang))
    return shape


def _number_body(slide: Any, lang: str) -> Any:
    return parse_xml(
        f'<p:txBody {_XMLNS}><a:bodyPr/><a:lstStyle/><a:p><a:fld id="{pptx_theme.SLIDE_NUMBER}" type="slidenum">'
        f'<a:rPr lang="{pptx_marks.culture(lang)}"/><a:t>{slide.part.partname.idx}</a:t></a:fld></a:p></p:txBody>')


def note(slide: Any, from_pandoc: Any, on: Look, lang: str) -> None:
    """Give *slide* the notes that Pandoc wrote."""
    notes = slide.notes_slide
    body = deepcopy(from_pandoc.notes_text_frame._txBody)
    pptx_repair.drop_empty(body)
    pptx_repair.arrange(body, on, inherits=False)
    pptx_marks.speak(body, lang)
    pptx_repair.move_links(body, from_pandoc.part, notes.part)
    old = notes.notes_text_frame._txBody
    old.getparent().replace(old, body)
    for shape in notes.element.xpath(".//p:sp[p:nvSpPr/p:nvPr/p:ph[@type='sldNum']]"):
        for empty in shape.findall(f"{_P}txBody"):
            shape.remove(empty)
        shape.append(_number_body(slide, lang))


# --- tables -----------------------------------------------------------------------------------------


def row_heights(table: Any, kind: Type, styles: Styles, width: float) -> list[float]:
    """Return the height of each row of *table* (``a:tbl``) at *width*, its cells set in *kind*."""
    setting = pptx_look.setting(kind, styles)
    columns = [float(column.get("w")) for column in table.iter(f"{_A}gridCol")]
    widths = [width * column / sum(columns) - 2 * _INSET for column in columns]
    return [max(pptx_fit.height(cell.find(f"{_A}txBody"), setting, wide)
                for cell, wide in zip(row.findall(f"{_A}tc"), widths, strict=False)) + _INSET
            for row in table.iter(f"{_A}tr")]


def table(slide: Any, content: Any, kind: Type, styles: Styles, *, lang: str, box: Box) -> Any:
    """Return the table *content* (``a:tbl``), as wide as *box*: Pandoc's has the width of its own layout."""
    for row, height in zip(content.iter(f"{_A}tr"), row_heights(content, kind, styles, box.width), strict=True):
        row.set("h", str(round(height * EMU)))
    columns = list(content.iter(f"{_A}gridCol"))
    total = sum(int(column.get("w")) for column in columns)
    for column in columns:
        column.set("w", str(round(box.width * EMU * int(column.get("w")) / total)))
    for run in content.xpath(".//a:rPr[not(@sz)]"):
        run.set("sz", str(round(kind.size * POINTS)))
    spacing = pptx_look.line_spacing(kind, styles)
    for properties in content.iter(f"{_A}pPr"):
        properties.insert(0, parse_xml(f'<a:lnSpc {_XMLNS}><a:spcPct val="{spacing}"/></a:lnSpc>'))
    number = _number(slide)
    shape = parse_xml(
        f'<p:graphicFrame {_XMLNS}><p:nvGraphicFramePr><p:cNvPr id="{number}" name="Table {number}"/>'
        '<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>'
        f'{pptx_theme.frame(box).replace("a:xfrm", "p:xfrm")}<a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/table"/></a:graphic></p:graphicFrame>')
    next(shape.iter(f"{_A}graphicData")).append(content)
    return _with_fallback(shape, lang)
