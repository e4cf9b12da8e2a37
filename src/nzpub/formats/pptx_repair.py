"""What Pandoc's PowerPoint writer leaves wrong in the texts it writes, put right.

Mended here, each until the writer can do it:

- languages, bullets, numbers and indents, as the marks of ``pptx_marks`` have them; "Courier" for code;
- empty paragraphs between the paragraphs of the notes;
- formulas in tables with a name space that is not declared, which is not even XML;
- links belong to Pandoc's slide, and have to move with their text.

What it leaves wrong in slides and pictures is avoided: see ``pptx`` and ``pptx_picture``.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml

from nzpub.formats import pptx_look, pptx_marks, pptx_theme
from nzpub.formats.pptx_fit import EMU
from nzpub.formats.pptx_look import Look, Type
from nzpub.formats.pptx_marks import Form
from nzpub.formats.pptx_theme import POINTS
from nzpub.model import Styles

_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/main"
_XMLNS = f'xmlns:a="{_NAMESPACE}"'
_A = f"{{{_NAMESPACE}}}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULAS = "http://schemas.microsoft.com/office/drawing/2010/main"
_MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_M = f"{{{_MATHS}}}"
_GAP_SIZE = 100                # of the line between two lists, in hundredths of a point
_SLIDE = re.compile(r"<p:sld (?![^>]*xmlns:a14)")

_OWN_COLOUR = (f'<a:extLst {_XMLNS}><a:ext uri="{{A12FA001-AC4F-418D-AE19-62706E023703}}"><ahyp:hlinkClr '
               'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/></a:ext>'
               '</a:extLst>')


# --- the file -----------------------------------------------------------------------------------------


def readable(content: bytes) -> bytes:
    """Return Pandoc's file with the name space of formulas declared on every slide."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("ppt/slides/slide"):
                part = _SLIDE.sub(f'<p:sld xmlns:a14="{_FORMULAS}" ', part.decode(), count=1).encode()
            new.writestr(name, part)
    return out.getvalue()


# --- text -------------------------------------------------------------------------------------------


def mend(body: Any, kind: Type, on: Look, styles: Styles, lang: str, *, inherits: bool) -> None:
    """Bring the text *body* (``txBody``) that Pandoc wrote into the style *kind*, and say its languages.

    What *inherits* has the bullets of its layout.
    """
    arrange(body, on, inherits=inherits and kind.bullets)
    pptx_marks.speak(body, lang)
    for paragraph in body.findall(f"{_A}p"):
        _emphasise(paragraph, kind, on, styles)
    if kind.rest:
        _part(body, kind)


def arrange(body: Any, on: Look, *, inherits: bool) -> None:
    """Give the paragraphs of *body* the bullets, numbers and indents of their forms; some bullets it *inherits*."""
    for paragraph in body.findall(f"{_A}p"):
        form = pptx_marks.take_form(paragraph)
        if form is None:
            continue
        old, new = paragraph.find(f"{_A}pPr"), parse_xml(_properties(form, on, inherits=inherits))
        if align := old.get("algn"):                     # of a cell
            new.set("algn", align)
        paragraph.replace(old, new)
        if form.is_gap:
            paragraph.append(parse_xml(f'<a:r {_XMLNS}><a:rPr sz="{_GAP_SIZE}"/><a:t> </a:t></a:r>'))
        if form.is_display:
            _display(paragraph)
        for formula in paragraph.findall(f"{{{_FORMULAS}}}m"):
            _go_on(formula.getnext())
    for latin in body.iter(f"{_A}latin"):
        latin.set("typeface", "Courier New")             # "Courier" is a bitmap font on Windows


def _display(paragraph: Any) -> None:
    """Centre the formula that is all of *paragraph*; in notes it is words."""
    for formula in list(paragraph.iter(f"{_M}oMath")):
        all_of_it = parse_xml(f'<m:oMathPara xmlns:m="{_MATHS}"><m:oMathParaPr><m:jc m:val="center"/></m:oMathParaPr>'
                              '</m:oMathPara>')
        formula.getparent().replace(formula, all_of_it)
        all_of_it.append(formula)


def _go_on(break_: Any) -> None:
    """Take off the space that begins the line after *break_*, which follows a formula, if it is one."""
    run = break_.getnext() if break_ is not None and break_.tag == f"{_A}br" else None
    if run is not None and run.tag == f"{_A}r":
        run.find(f"{_A}t").text = _words(run).lstrip(" ")


def _properties(form: Form, on: Look, *, inherits: bool) -> str:
    """Return the properties (``a:pPr``) of a paragraph with *form*: a quotation stands a step in."""
    level, hang = form.level, pptx_look.indent(1) if form.bullet else 0
    margin = pptx_look.indent(level + form.is_inset) + hang
    indents = f'indent="{-round(hang * EMU)}" marL="{round(margin * EMU)}"'
    match form.bullet:
        case "" if form.is_gap:                          # LibreOffice counts on behind one that has no bullet
            bullet = '<a:spcBef><a:spcPts val="0"/></a:spcBef><a:buChar char="\N{NO-BREAK SPACE}"/>'
        case "" if form.is_code and not form.is_inset:   # has the indent of its level's lists
            indents, bullet = 'indent="0"', "<a:buNone/>"
        case "":
            bullet = "<a:buNone/>"
        case "•" if inherits:
            indents, bullet = indents if form.is_inset else "", ""
        case "•":
            bullet = pptx_theme.bullets(on, level + 1)
        case scheme:
            start = f'startAt="{form.start}" ' if form.start != 1 else ""
            bullet = f'<a:buAutoNum {start}type="{scheme}"/>'
    return f'<a:pPr {_XMLNS} lvl="{level}" {indents}>{bullet}</a:pPr>'


def _emphasise(paragraph: Any, kind: Type, on: Look, styles: Styles) -> None:
    """Set off a paragraph of nothing but strong words, or the strong words that an event begins with."""
    runs = [run for run in paragraph.findall(f"{_A}r") if _words(run).strip()]
    if kind.emphasis is None or not runs or not _is_strong(runs[0]):
        return
    if all(map(_is_strong, runs)):
        for run in runs:
            _set_off(run, kind, on)
        spacing = pptx_look.line_spacing(replace(kind, leading=kind.emphasis.leading), styles)
        paragraph.find(f"{_A}pPr").insert(0, parse_xml(f'<a:lnSpc {_XMLNS}><a:spcPct val="{spacing}"/></a:lnSpc>'))
    elif kind.emphasis.starts_line:
        _set_off(runs[0], kind, on)
        runs[0].addnext(parse_xml(f"<a:br {_XMLNS}/>"))
        runs[1].find(f"{_A}t").text = _words(runs[1]).lstrip(" ")      # the break stands for the space


def _words(run: Any) -> str:
    return run.findtext(f"{_A}t") or ""


def _is_strong(run: Any) -> bool:
    return bool(run.find(f"{_A}rPr").get("b") == "1")


def _set_off(run: Any, kind: Type, on: Look) -> None:
    if kind.emphasis:
        run.find(f"{_A}rPr").set("sz", str(round(kind.emphasis.size * POINTS)))
        fill = f"<a:solidFill {_XMLNS}>{pptx_theme.colour(on, kind.emphasis.colour)}</a:solidFill>"
        run.find(f"{_A}rPr").insert(0, parse_xml(fill))


def _part(body: Any, kind: Type) -> None:
    """Put what follows the first colon of a title on a smaller line of its own."""
    for run in body.iter(f"{_A}r"):
        head, colon, rest = _words(run).partition(": ")
        if colon:
            pptx_marks.split_off(run, f"{head}:", run.find(f"{_A}rPr").get("lang"))
            run.addprevious(parse_xml(f"<a:br {_XMLNS}/>"))
            run.find(f"{_A}t").text = rest
            for other in (run, *run.itersiblings(f"{_A}r")):
                other.find(f"{_A}rPr").set("sz", str(round(kind.rest * POINTS)))
            return


def drop_empty(body: Any) -> None:
    """Take the paragraphs without words, or the mark of a form, out of *body*."""
    for paragraph in body.findall(f"{_A}p"):
        if paragraph.find(f".//{_A}t") is None:
            body.remove(paragraph)


def move_links(body: Any, old: Any, new: Any) -> None:
    """Give the links in *body*, which came from the part *old*, a place among the relations of the part *new*.

    All of them lead out: Pandoc makes none to a slide without an id. They keep the colour of their text, for which
    there is an extension: the theme has one colour of links for every ground (MS-ODRAWXML, CT_HyperlinkColor).
    """
    for mark in body.iter(f"{_A}hlinkClick"):
        address = old.rels[mark.get(_R_ID)].target_ref
        mark.set(_R_ID, new.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        mark.append(parse_xml(_OWN_COLOUR))
