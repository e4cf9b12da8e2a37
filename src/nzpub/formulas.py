"""TeX mathematics as pictures: WeasyPrint has no MathML, and would set a fraction as its digits in a row.

Upstream: WeasyPrint, issue 59. The other formats keep Pandoc's MathML.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

from nzpub import pandoc
from nzpub.errors import Finding, ManuscriptError, Place
from nzpub.model import Book
from nzpub.tree import walk

_M = "{http://www.w3.org/1998/Math/MathML}"
_EM = 16                           # units of the drawing to one em of the text around it


def check(book: Book) -> tuple[Finding, ...]:
    """Return a finding for each formula of *book* that cannot be set: in every output or, as a picture, in the PDF."""
    formulas = [(node["c"][1], node["c"][0]["t"] == "InlineMath",
                 Place(book.source, node.get("line", book.meta.lines.get("abstract"))))
                for node in walk((*book.meta.abstract, *book.blocks)) if node["t"] == "Math"]
    if not formulas:
        return ()
    unreadable = pandoc.unreadable(tuple(dict.fromkeys(tex for tex, _, _ in formulas)))
    findings: list[Finding] = []
    for tex, inline, near in formulas:
        fault = _undrawn(tex, unreadable[tex]) if tex in unreadable else _fault(tex, inline=inline)
        if fault:
            where = _place(tex, near, book.text, {finding.where for finding in findings})
            findings.append(replace(fault, where=where))
    return tuple(findings)


def _fault(tex: str, *, inline: bool) -> Finding | None:
    try:
        svg(tex, inline=inline)
    except ManuscriptError as error:
        return error.findings[0]
    return None


def _place(tex: str, near: Place, source: str, taken: set[Place | None]) -> Place:
    """Return where *tex* stands in *source*: the last place not *taken* that is not below *near*, or *near* itself."""
    starts = [found.start() for found in re.finditer(rf"\${{1,2}}\s*{re.escape(tex.strip())}\s*\$", source)]
    places = [Place(near.file, source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)) for at in starts]
    return next((place for place in reversed(places)
                 if place not in taken and (place.line or 0) <= (near.line or 0)), near)


def _undrawn(tex: str, why: str) -> Finding:
    return Finding("NZ407", "error", f"the formula “{tex}” cannot be drawn: {why}",
                   hint="write it in the TeX that LaTeX's mathematics has")


def draw(root: ElementTree.Element, scheme: str) -> dict[str, bytes]:
    """Put an ``img`` (class ``math``, its TeX as alternative text) in the place of each formula below *root*.

    Return the pictures by name; *scheme* stands before the name in the address. Raises ManuscriptError for a
    formula that cannot be drawn.
    """
    pictures: dict[str, bytes] = {}
    for parent in list(root.iter()):
        for at, formula in enumerate(parent):
            if formula.tag == f"{_M}math":
                name = f"formula-{len(pictures) + 1}.svg"
                parent[at], pictures[name] = _picture(formula, f"{scheme}{name}")
    return pictures


def _picture(formula: ElementTree.Element, address: str) -> tuple[ElementTree.Element, bytes]:
    """Return the ``img`` that replaces *formula*, standing on the line as high as it should, and its SVG."""
    tex = _tex(formula)
    display = formula.get("display") == "block"
    picture = svg(tex, inline=not display)
    view = ElementTree.fromstring(picture).get("viewBox", "0 0 0 0")  # noqa: S314 (our own markup)
    _, top, width, height = (float(number) / _EM for number in view.split())
    style = f"width: {width:.4f}em; height: {height:.4f}em; vertical-align: {-top - height:.4f}em"
    if display:
        style += "; display: block; margin: 0.75em auto"
    image = ElementTree.Element("img", {"src": address, "alt": tex, "style": style,
                                        "class": f"math {'display' if display else 'inline'}"})
    image.tail = formula.tail
    return image, picture.encode()


def _tex(formula: ElementTree.Element) -> str:
    """Return the TeX that Pandoc keeps beside its MathML."""
    return next((note.text or "" for note in formula.iter(f"{_M}annotation")
                 if note.get("encoding") == "application/x-tex"), "")


@cache
def svg(tex: str, *, inline: bool) -> str:
    """Return the SVG of *tex*. Raises ManuscriptError if it cannot be drawn."""
    # 0.13 s to import, and most publications have no formula
    from ziamath.config import config  # noqa: PLC0415
    from ziamath.zmath import Latex  # noqa: PLC0415

    config.svg2 = False            # plain paths: WeasyPrint draws SVG's symbols otherwise the second time
    try:
        return str(Latex(tex, size=_EM, inline=inline).svg())
    except Exception as error:       # ziamath has none of its own
        raise ManuscriptError(_undrawn(tex, str(error) or "it is not whole")) from error
