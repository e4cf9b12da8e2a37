"""What a vector figure may hold: allow-lists, since a manuscript is untrusted input.

A figure is drawn by WeasyPrint, browsers, reading systems and office programs; whatever is not known to be harmless
in all of them is refused with its line: an element, an attribute, a property or a value that is not listed here.

What drawing programs leave for themselves is no reason to refuse an honest file, nor is what nobody sees of it:
:func:`plain` leaves it out. That is ``<metadata>`` with all it holds, titles, comments, processing instructions, hidden
layers, data for scripts, and what stands in the namespaces of those programs. No output holds any of it, since the
publication is read with what :func:`plain` returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from math import inf
from typing import Any

from lxml import etree

from nzpub.errors import Finding, Place

Element = etree._Element
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_S = f"{{{_SVG}}}"
_PREFIXES: Any = {None: _SVG, "xlink": _XLINK}         # lxml's stubs do not know that None is the default
_HREFS = frozenset(("href", f"{{{_XLINK}}}href"))
_ELEMENTS = frozenset(_S + name for name in (
    "svg", "g", "defs", "title", "desc", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text",
    "tspan", "use", "symbol", "marker", "pattern", "clipPath", "mask", "linearGradient", "radialGradient", "stop",
))
_REMARKS = (f"{_S}title", f"{_S}desc")                 # those who do not see the picture have its alternative text
_NAMED = re.compile(r"#([\w.:-]+)")
_GRADIENTS = (f"{_S}linearGradient", f"{_S}radialGradient")
# Inkscape and its forebear, what they describe a file in, Illustrator, Sketch, Affinity Designer, Figma, Boxy
_PROGRAMS = re.compile(r"\{(?:http://www\.inkscape\.org/|http://(?:sodipodi|inkscape)\.sourceforge\.net/"
                       r"|http://www\.w3\.org/1999/02/22-rdf-syntax-ns#|http://creativecommons\.org/ns#"
                       r"|http://web\.resource\.org/cc/|http://purl\.org/dc/|http://ns\.adobe\.com/"
                       r"|http://www\.bohemiancoding\.com/|http://www\.serif\.com/|http://www\.figma\.com/"
                       r"|https://boxy-svg\.com)")
# SVG 2, section 6.6, and what drawing programs write beside it: attributes, and properties in ``style``
_PROPERTIES = frozenset((
    "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation",
    "color-interpolation-filters", "color-rendering", "cx", "cy", "direction", "display", "dominant-baseline",
    "enable-background", "fill", "fill-opacity", "fill-rule", "font", "font-family", "font-feature-settings",
    "font-kerning", "font-size", "font-size-adjust", "font-stretch", "font-style", "font-variant",
    "font-variant-alternates", "font-variant-caps", "font-variant-east-asian", "font-variant-ligatures",
    "font-variant-numeric", "font-variant-position", "font-variation-settings", "font-weight", "height",
    "image-rendering", "inline-size", "isolation", "kerning", "letter-spacing", "line-height", "marker",
    "marker-end", "marker-mid", "marker-start", "mask", "mask-type", "mix-blend-mode", "opacity", "overflow",
    "paint-order", "pointer-events", "r", "rx", "ry", "shape-margin", "shape-padding", "shape-rendering",
    "solid-color", "solid-opacity", "stop-color", "stop-opacity", "stroke", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
    "stroke-width", "text-align", "text-anchor", "text-decoration", "text-decoration-color",
    "text-decoration-line", "text-decoration-style", "text-indent", "text-orientation", "text-rendering",
    "text-transform", "transform", "transform-box", "transform-origin", "unicode-bidi", "vector-effect",
    "visibility", "white-space", "width", "word-spacing", "writing-mode", "x", "y",
))
_GEOMETRY = frozenset((
    "clipPathUnits", "d", "dx", "dy", "fx", "fy", "fr", "gradientTransform", "gradientUnits", "lengthAdjust",
    "markerHeight", "markerUnits", "markerWidth", "maskContentUnits", "maskUnits", "offset", "orient",
    "pathLength", "patternContentUnits", "patternTransform", "patternUnits", "points", "preserveAspectRatio",
    "refX", "refY", "rotate", "spreadMethod", "textLength", "viewBox", "x1", "x2", "y1", "y2",
))
# Words that nothing draws
_WORDS = frozenset(("id", "class", "role", "lang", f"{_XML}lang", f"{_XML}space", "version", "baseProfile"))
_FREE = re.compile(r"(?:aria|data)-[\w.-]+")
_NUMBERED = re.compile(r"(^|,\s*)([A-Za-z][^,'\"]*\s\d[^,'\"\s]*)(?=\s*(?:,|$))")     # Source Sans 3
_PRIVATE = "-inkscape-"                                # properties by which Inkscape knows its fonts again
_FUNCTION = re.compile(r"\b(?:rgba?|hsla?|matrix|translate|scale|rotate|skew[XY])\s*\([\w\s.,%+\-/]*\)", re.IGNORECASE)
_TOO_LARGE = re.compile(r"(?<![.\d])\d{8}|[\d.][eE]\+?0*(?:[89]|[1-9]\d)", re.ASCII)      # a hundred million, and more
_LOCAL = re.compile(r"""url\(\s*(["']?)#([\w.:-]+)\1\s*\)""")
_NO_VALUE = re.compile(r"""[^\w\s#.,;%+\-'"/!]""")     # no bracket, colon or backslash: they call and they escape
_LENGTH = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:px)?", re.ASCII)
_NUMBER = re.compile(r"[\d.]+")
_SIDES = 4                     # of a view box: where it begins across and down, its width, its height
_SHOWN = 60                    # characters of what is quoted
_MOST_ELEMENTS = 50_000
_MOST_USES = 1_000             # WeasyPrint copies what each repeats
_PLAIN = "take it out, or export plain SVG"


def check(content: bytes, file: str) -> Iterator[Finding]:
    """Yield a finding for all that the SVG *content* of *file* may not hold."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        line = content[:content.index(b"<!")].count(b"\n") + 1
        yield Finding("NZ812", "error", "the drawing declares a document type", Place(file, line), "take it out")
        return
    try:
        root = _parse(content)
    except etree.XMLSyntaxError as error:
        yield Finding("NZ813", "error", f"this is not an SVG: {error.msg}", Place(file, error.lineno),
                      "export it again")
        return
    if root.getroottree().docinfo.internalDTD is not None:         # in an encoding that hides it from the search
        yield Finding("NZ812", "error", "the drawing declares a document type", Place(file, 1), "take it out")
    elif root.tag != f"{_S}svg":
        yield Finding("NZ813", "error", f"this is not an SVG: it begins with <{root.tag}>", Place(file, 1),
                      "export it again")
    elif root.get("viewBox") and _boxed(root.get("viewBox", "")) is None:
        yield Finding("NZ813", "error", f"the view box “{root.get('viewBox', '')[:_SHOWN]}” is not four numbers, the "
                      "last two above 0", Place(file, 1), "export it again")
    else:
        yield from _limits(root, file)
        yield from _inside(root, file)


def plain(content: bytes) -> bytes:
    """Return the SVG *content* without what drawing programs leave for themselves, its families of fonts quoted.

    What is no SVG is returned as it is.
    """
    try:
        root = _parse(content)
    except etree.XMLSyntaxError:
        return content
    if root.tag not in _ELEMENTS:
        return content
    named = frozenset(name for element in root.iter(etree.Element) for value in element.attrib.values()
                      for name in _NAMED.findall(str(value)))
    copy = _copied(root, None, named)
    etree.cleanup_namespaces(copy)
    return etree.tostring(copy, encoding="utf-8")


def with_stops(content: bytes) -> bytes:
    """Return the SVG *content* with the stops that a gradient has of another put into it; as it is, if there are none.

    WeasyPrint 70 has what another lends for the first shape alone, and leaves out those after it.
    """
    if b"Gradient" not in content or b"href" not in content:
        return content
    root = _parse(content)
    named = {element.get("id"): element for element in root.iter(*_GRADIENTS) if element.get("id")}
    lent = {gradient: stops for gradient in root.iter(*_GRADIENTS)
            if not len(gradient) and (stops := _lent(gradient, named))}
    for gradient, stops in lent.items():
        gradient.extend(deepcopy(stops))
    return etree.tostring(root, encoding="utf-8") if lent else content


def size(content: bytes) -> tuple[float, float] | None:
    """Return the width and height of the SVG *content* in CSS pixels: those of its view box, if it has one.

    None if it says neither, or in other units.
    """
    root = _parse(content)
    return _boxed(root.get("viewBox", "")) or _sides(root.get("width", ""), root.get("height", ""))


def _boxed(box: str) -> tuple[float, float] | None:
    """Return the width and height of a view *box*, None if it is none."""
    parts = box.replace(",", " ").split()
    left, top, *sides = parts if len(parts) == _SIDES else ("",) * _SIDES
    return _sides(*sides) if _LENGTH.fullmatch(left) and _LENGTH.fullmatch(top) else None


def _sides(*written: str) -> tuple[float, float] | None:
    """Return two lengths as numbers, None unless both are such that something can be drawn in them."""
    width, height = (float(each.removesuffix("px")) if _LENGTH.fullmatch(each) else 0 for each in written)
    return (width, height) if 0 < width < inf and 0 < height < inf else None


def _lent(gradient: Element, named: Mapping[str | None, Element]) -> list[Element]:
    """Return the stops of the gradient that *gradient* names, or of that which that one names; [] if there are none."""
    seen: list[Element] = []
    following: Element | None = gradient
    while following is not None and not len(following) and following not in seen:
        seen.append(following)
        following = named.get(next((following.get(name, "")[1:] for name in _HREFS if following.get(name)), ""))
    return [] if following is None else list(following)


def _parse(content: bytes) -> Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False,
                                                     load_dtd=False))


def _left_out(node: Element) -> bool:
    """Tell whether *node* is none of the drawing: what :func:`plain` leaves out, with all it holds."""
    return not isinstance(node.tag, str) or node.tag == f"{_S}metadata" or bool(_PROGRAMS.match(node.tag))


def _is_unseen(element: Element, named: frozenset[str]) -> bool:
    """Tell whether nobody ever sees *element*: a title, a remark, or what is hidden and has nothing that is *named*."""
    if element.tag in _REMARKS:
        return True
    style = dict(_declared(element.get("style", "")))
    hidden = "none" in (element.get("display", "").strip(), style.get("display"))
    return hidden and named.isdisjoint(inner.get("id", "") for inner in element.iter(etree.Element))


def _copied(node: Element, parent: Element | None, named: frozenset[str]) -> Element:
    """Return a copy of *node*, put into *parent*, of what the lists allow; *named* are the ids that anything uses."""
    copy = etree.Element(node.tag, nsmap=_PREFIXES) if parent is None else etree.SubElement(parent, node.tag)
    for name, value in node.attrib.items():
        if name == "style":
            copy.set(name, ";".join(":".join(pair) for pair in _declared(str(value))))
        elif not _PROGRAMS.match(str(name)) and not str(name).startswith("data-"):
            copy.set(name, _quoted(str(name), str(value)))
    copy.text = node.text
    last: Element | None = None                # lxml would count all children to find it
    for child in node:
        if child.tag in _ELEMENTS and not _is_unseen(child, named):
            last = _copied(child, copy, named)
            last.tail = child.tail
        elif last is None:
            copy.text = (copy.text or "") + (child.tail or "")
        else:
            last.tail = (last.tail or "") + (child.tail or "")
    return copy


def _declared(style: str) -> Iterator[tuple[str, str]]:
    """Yield property and value of each declaration in *style* but for those of drawing programs."""
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if (name or value) and not name.startswith(_PRIVATE):
            yield name, _quoted(name, value)


def _quoted(name: str, value: str) -> str:
    """Return *value*; in a list of families, one with a number as a word is none to a browser unless it is quoted."""
    return _NUMBERED.sub(r"\1'\2'", value) if name == "font-family" else value


# --- what is not listed -----------------------------------------------------------------------------


def _inside(element: Element, file: str) -> Iterator[Finding]:
    """Yield a finding for each thing that *element* and what it holds may not be."""
    line = element.sourceline
    where = Place(file, line if isinstance(line, int) else None)
    if element.tag not in _ELEMENTS:
        tag = etree.QName(element)
        foreign = "" if tag.namespace == _SVG else f" of {tag.namespace or 'no namespace'}"
        yield Finding("NZ815", "error", f"<{tag.localname}>{foreign} is not allowed in a drawing", where, _PLAIN)
        return
    for name, value in element.attrib.items():
        yield from _attribute(str(name), str(value), where)
    for child in element:
        if not _left_out(child):
            yield from _inside(child, file)


def _attribute(name: str, value: str, where: Place) -> Iterator[Finding]:
    local = etree.QName(name).localname
    if name in _WORDS or _FREE.fullmatch(name) or _PROGRAMS.match(name):
        return
    if local.lower().startswith("on"):
        yield Finding("NZ816", "error", f"“{local}” would run a script", where, "take it out")
    elif name in _HREFS:
        if not re.fullmatch(r"#[\w.:-]+", value):
            yield _outward(local, where)
    elif name == "style":
        for property_, given in _declared(value):
            yield from _value(property_, given, where, _PROPERTIES)
    else:
        yield from _value(name, value, where, _PROPERTIES | _GEOMETRY)


def _value(name: str, value: str, where: Place, allowed: frozenset[str]) -> Iterator[Finding]:
    if name not in allowed:
        yield Finding("NZ818", "error", f"“{etree.QName(name).localname if name[:1] == '{' else name}” is not allowed "
                      "in a drawing", where, _PLAIN)
    elif "#" not in value and _TOO_LARGE.search(value):
        yield Finding("NZ818", "error", f"a number in “{name}” is larger than any drawing", where, _PLAIN)
    elif _NO_VALUE.search(_LOCAL.sub("", _FUNCTION.sub("", value))):
        yield _outward(name, where)


def _outward(name: str, where: Place) -> Finding:
    return Finding("NZ817", "error", f"“{name}” leads outside the drawing", where, "draw it in, or take it out")


# --- what multiplies --------------------------------------------------------------------------------


def _limits(root: Element, file: str) -> Iterator[Finding]:
    for what, found, most in (("elements", sum(1 for _ in root.iter(etree.Element)), _MOST_ELEMENTS),
                              ("<use> elements", sum(1 for _ in root.iter(f"{_S}use")), _MOST_USES)):
        if found > most:
            yield Finding("NZ814", "error", f"the drawing has {found:,} {what}", Place(file), f"{most:,} are the most")
            return
    for wrong in _drawn_out(root):
        yield Finding("NZ814", "error", wrong, Place(file), "draw it out")


def _drawn_out(root: Element) -> Iterator[str]:
    """Yield what is wrong with the drawing if each thing stands wherever it is repeated; it ends at the limit.

    Repeated are what a ``<use>`` names, and patterns, masks, clips and markers; fills, strokes and markers are
    inherited, and a marker stands at every point of a line.
    """
    named = {element.get("id"): element for element in root.iter(*_ELEMENTS) if element.get("id")}
    waiting: list[tuple[Element, int, bool, tuple[str, ...]]] = [(root, 1, False, ())]
    count = 0
    while waiting and count <= _MOST_ELEMENTS:
        element, times, used, inherited = waiting.pop()
        count += times
        here = _references(element)
        passed = (*inherited, *(name for name, inherits in here if inherits))
        repeats = element.tag == f"{_S}use"
        if repeats and used:
            yield "a <use> repeats what itself repeats"
            return
        target = named.get(next((element.get(name, "")[1:] for name in _HREFS if element.get(name)), ""))
        waiting += [(target, times, used or repeats, passed if repeats else ())] if target is not None else []
        for name in {*passed, *(name for name, _ in here)}:
            if (target := named.get(name)) is not None and not str(target.tag).endswith("Gradient"):
                points = _points(element) if target.tag == f"{_S}marker" else 1
                waiting.append((target, times * points, used, ()))
        waiting += [(child, times, used, passed) for child in element if child.tag in _ELEMENTS]
    if count > _MOST_ELEMENTS:
        yield f"with all that it repeats, the drawing has more than {_MOST_ELEMENTS:,} elements"


def _references(element: Element) -> list[tuple[str, bool]]:
    """Return the ids that *element* is painted with, and whether its children inherit it."""
    given = [(str(name), str(value)) for name, value in element.attrib.items() if "url(" in str(value)]
    pairs = [pair for name, value in given for pair in (_declared(value) if name == "style" else [(name, value)])]
    return [(found[2], name in ("fill", "stroke") or name.startswith("marker"))
            for name, value in pairs for found in _LOCAL.finditer(value)]


def _points(element: Element) -> int:
    """Return how many points the line of *element* has, or a few more."""
    return max(2, len(_NUMBER.findall(element.get("d", "") + element.get("points", ""))) // 2)
