"""What Pandoc's PowerPoint writer leaves wrong in the texts it writes, put right.

Mended here, each until the writer can do it:

- languages: ``lang`` of spans and divs is lost, and runs have none; private-use characters carry it;
- quotations and definitions in a fixed size, whatever the layout, and the lists in them not set in; "Courier" for code;
- empty paragraphs between the paragraphs of the notes;
- formulas in tables with a name space that is not declared, which is not even XML;
- links belong to Pandoc's slide, and have to move with their text.

What it leaves wrong in slides and pictures is avoided: see ``pptx`` and ``pptx_picture``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml

from nzpub.formats import pptx_look, pptx_theme
from nzpub.formats.pptx_fit import EMU
from nzpub.formats.pptx_look import Look, Type
from nzpub.formats.pptx_theme import POINTS
from nzpub.model import Styles
from nzpub.tree import Attr, Node, attr, rewrite, span, walk

_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/main"
_XMLNS = f'xmlns:a="{_NAMESPACE}"'
_A = f"{{{_NAMESPACE}}}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULAS = "http://schemas.microsoft.com/office/drawing/2010/main"
_SLIDE = re.compile(r"<p:sld (?![^>]*xmlns:a14)")
_PANDOC_QUOTE = "1270000"      # the indent, in EMU, of a paragraph in Pandoc's quotations and definitions
_PANDOC_QUOTE_SIZE = "2000"    # the size, in hundredths of a point, of the words in them

_OWN_COLOUR = (f'<a:extLst {_XMLNS}><a:ext uri="{{A12FA001-AC4F-418D-AE19-62706E023703}}"><ahyp:hlinkClr '
               'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/></a:ext>'
               '</a:extLst>')


# --- languages --------------------------------------------------------------------------------------

# A language opens with its tag in private-use characters, between _OPEN and _SHUT, and ends with _CLOSE.
_PLANE = 0xF0000
_OPEN, _SHUT, _CLOSE = chr(_PLANE + 0x101), chr(_PLANE + 0x102), chr(_PLANE + 0x103)
_MARKER = re.compile(f"({_OPEN}[^{_SHUT}]*{_SHUT}|{_CLOSE})")
_REGIONS = {"de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "ja": "ja-JP", "ko": "ko-KR", "mi": "mi-NZ",
            "nl": "nl-NL", "sm": "sm-WS", "sv": "sv-SE", "to": "to-TO", "uk": "uk-UA", "zh": "zh-CN"}


def mark_languages(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* with characters around the words of each ``lang`` span and div that outlive Pandoc."""
    def visit(node: Node) -> Sequence[Node]:
        lang = attr(node).get("lang")
        if lang is None:
            return (node,)
        if node["t"] == "Span":
            return _between(lang, node["c"][1])
        if node["t"] == "Div":
            kept = attr(node).without("lang")
            inside = rewrite(node["c"][1], lambda child: _marked_leaf(child, lang))
            return ({**node, "c": [_json(kept), list(inside)]},)
        return (node,)
    return rewrite(blocks, visit)


def mark_formulas(blocks: Iterable[Node], lang: str) -> tuple[Node, ...]:
    """Return *blocks* with the language *lang* on what is a formula alone in a quotation or definition.

    Its characters are words, and have the size by which :func:`mend` knows such a text; Pandoc gives formulas none.
    """
    def visit(node: Node) -> Sequence[Node]:
        return rewrite([node], said) if node["t"] in ("BlockQuote", "DefinitionList") else (node,)

    def said(node: Node) -> Sequence[Node]:
        kinds = {inner["t"] for inner in walk([node])} if node["t"] in ("Para", "Plain") else set()
        alone = "Math" in kinds and not kinds & {"Str", "Code"}
        return ({**node, "c": [span(node["c"], Attr(keys=(("lang", lang),)))]} if alone else node,)

    return rewrite(blocks, visit)


def _json(kept: Attr) -> list[Any]:
    return [kept.id, [*kept.classes], [[*pair] for pair in kept.keys]]


def _marked_leaf(node: Node, lang: str) -> Sequence[Node]:
    match node["t"]:
        case "Para" | "Plain":
            return ({**node, "c": list(_between(lang, node["c"]))},)
        case "Header":
            level, attributes, inlines = node["c"]
            return ({**node, "c": [level, attributes, list(_between(lang, inlines))]},)
    return (node,)


def _between(lang: str, inlines: Iterable[Node]) -> tuple[Node, ...]:
    tag = "".join(chr(_PLANE + ord(letter)) for letter in lang)
    return ({"t": "Str", "c": f"{_OPEN}{tag}{_SHUT}"}, *inlines, {"t": "Str", "c": _CLOSE})


def speak(body: Any, lang: str) -> None:
    """Give every run of *body* its language, *lang* where no marker says another, and take the markers out."""
    spoken = [culture(lang)]
    for run in list(body.iter(f"{_A}r")):
        for part in _MARKER.split(run.findtext(f"{_A}t") or ""):
            if part.startswith(_OPEN):
                spoken.append(culture("".join(chr(ord(letter) - _PLANE) for letter in part[1:-1])))
            elif part == _CLOSE:
                spoken.pop()
            elif part:
                _run(run, part, spoken[-1])
        run.getparent().remove(run)


def _run(like: Any, words: str, lang: str) -> None:
    new = deepcopy(like)
    new.find(f"{_A}t").text = words
    new.find(f"{_A}rPr").set("lang", lang)
    like.addprevious(new)


def culture(lang: str) -> str:
    """Return *lang* as PowerPoint names languages: with a region."""
    return _REGIONS.get(lang, lang)


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


def mend(body: Any, kind: Type, on: Look, styles: Styles, lang: str) -> None:
    """Bring the text *body* (``txBody``) that Pandoc wrote into the style *kind*, and say its languages."""
    quoted = [paragraph for paragraph in body.findall(f"{_A}p") if _is_quoted(paragraph)]
    speak(body, lang)
    for run in body.iter(f"{_A}rPr"):
        run.attrib.pop("sz", None)                       # Pandoc sets quotations in 20 pt, whatever the layout
    for latin in body.iter(f"{_A}latin"):
        latin.set("typeface", "Courier New")             # "Courier" is a bitmap font on Windows
    for paragraph in body.findall(f"{_A}p"):
        _mend_list(paragraph, kind, on)
        _emphasise(paragraph, kind, on, styles)
    for paragraph in quoted:
        _inset(paragraph)
    if kind.rest:
        _part(body, kind)


def _is_quoted(paragraph: Any) -> bool:
    """Return whether *paragraph* is one of a quotation or definition: it is set in, or its words have a size."""
    properties = paragraph.find(f"{_A}pPr")
    return properties is not None and (properties.get("marL") == _PANDOC_QUOTE or any(
        run.get("sz") == _PANDOC_QUOTE_SIZE for run in paragraph.iter(f"{_A}rPr")))


def _inset(paragraph: Any) -> None:
    """Set a *paragraph* of a quotation in, and an item of a list in it, which Pandoc does not, a step further."""
    properties = paragraph.find(f"{_A}pPr")
    steps = 1 if properties.find(f"{_A}buNone") is not None else 2
    properties.set("marL", str(round(pptx_look.indent(int(properties.get("lvl", "0")) + steps) * EMU)))
    properties.set("indent", str(-round(pptx_look.indent(steps - 1) * EMU)))


def _mend_list(paragraph: Any, kind: Type, on: Look) -> None:
    properties = paragraph.find(f"{_A}pPr")
    if properties is None:
        return
    if not kind.bullets and len(properties) == 0:        # a list where the layout has no bullets
        level = int(properties.get("lvl", "0")) + 1
        properties.set("marL", str(round(pptx_look.indent(level) * EMU)))
        properties.set("indent", str(-round(pptx_look.indent(1) * EMU)))
        properties.extend(parse_xml(f"<a:pPr {_XMLNS}>{pptx_theme.bullets(on, level)}</a:pPr>"))


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
            _run(run, f"{head}:", run.find(f"{_A}rPr").get("lang"))
            run.addprevious(parse_xml(f"<a:br {_XMLNS}/>"))
            run.find(f"{_A}t").text = rest
            for other in (run, *run.itersiblings(f"{_A}r")):
                other.find(f"{_A}rPr").set("sz", str(round(kind.rest * POINTS)))
            return


def drop_empty(body: Any) -> None:
    """Take the paragraphs without words out of *body*."""
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
