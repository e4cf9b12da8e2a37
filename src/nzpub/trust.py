"""What a picture may hold: an allow-list, since a manuscript is untrusted input.

A vector figure is drawn by WeasyPrint, browsers, reading systems and office programs; whatever is not known
to be harmless in all of them is refused, with its line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from lxml import etree
from PIL import Image

from nzpub.errors import Finding, Place

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = frozenset((
    "svg", "g", "defs", "title", "desc", "metadata", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "path", "text", "tspan", "use", "symbol", "marker", "pattern", "clipPath", "mask", "linearGradient",
    "radialGradient", "stop",
))
_FOREIGN = re.compile(r"^\{(?!http://www\.w3\.org/2000/svg\})")   # editors leave their own elements in <metadata>
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)
_BOX = re.compile(r"\s*(?:[-+]?[\d.]+(?:[eE][-+]?\d+)?[\s,]*){4}")
_MOST_ELEMENTS = 50_000
_MOST_USES = 1_000             # <use> multiplies: a dozen nested ones draw for minutes
_MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".gif": b"GIF8"}


def picture(content: bytes, file: str) -> Iterator[Finding]:
    """Yield a finding for all that the picture *file* may not hold: it is an SVG, a PNG, a JPEG or a GIF."""
    ending = f".{file.rpartition('.')[2].lower()}"
    if ending == ".svg":
        yield from _vector(content, file)
    elif ending not in _MAGIC:
        yield Finding("NZ810", "error", f"“{ending}” is not a kind of picture", Place(file),
                      f"use .svg, {', '.join(_MAGIC)}")
    elif not content.startswith(_MAGIC[ending]) or not _opens(content):
        yield Finding("NZ811", "error", f"this is not a {ending[1:].upper()} file", Place(file), "export it again")


def _opens(content: bytes) -> bool:
    """Tell whether a picture of pixels can be shown to its last row."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _vector(content: bytes, file: str) -> Iterator[Finding]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        line = content[:content.index(b"<!")].count(b"\n") + 1
        yield Finding("NZ812", "error", "the drawing declares a document type", Place(file, line), "take it out")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        yield Finding("NZ813", "error", f"this is not an SVG: {error.msg}", Place(file, error.lineno),
                      "export it again")
        return
    if root.tag != f"{{{_SVG}}}svg":
        yield Finding("NZ813", "error", f"this is not an SVG: it begins with <{root.tag}>", Place(file, 1),
                      "export it again")
        return
    if not _BOX.fullmatch(root.get("viewBox", "0 0 1 1")):
        yield Finding("NZ813", "error", f"the view box “{root.get('viewBox')}” is not four numbers",
                      Place(file, 1), "export it again")
    yield from _limits(root, file)
    for element in root.iter(etree.Element):
        yield from _element(element, file)


def _limits(root: etree._Element, file: str) -> Iterator[Finding]:
    count = sum(1 for _ in root.iter(etree.Element))
    uses = sum(1 for _ in root.iter(f"{{{_SVG}}}use"))
    for what, found, most in (("elements", count, _MOST_ELEMENTS), ("<use> elements", uses, _MOST_USES)):
        if found > most:
            yield Finding("NZ814", "error", f"the drawing has {found:,} {what}", Place(file), f"{most:,} are the most")
    if any(use.getparent() is not None and _inside(use, ("symbol", "defs", "pattern", "marker"))
           for use in root.iter(f"{{{_SVG}}}use")):
        yield Finding("NZ814", "error", "a <use> repeats what itself repeats", Place(file), "draw it out")


def _inside(element: etree._Element, names: tuple[str, ...]) -> bool:
    return any(etree.QName(parent).localname in names for parent in element.iterancestors())


def _element(element: etree._Element, file: str) -> Iterator[Finding]:
    line = element.sourceline
    where = Place(file, line if isinstance(line, int) else None)
    name = str(element.tag)
    if _FOREIGN.match(name) or _inside(element, ("metadata",)):
        return                     # ignored by all that draw: not SVG
    local = etree.QName(element).localname
    if local not in _ELEMENTS:
        yield Finding("NZ815", "error", f"<{local}> is not allowed in a drawing", where,
                      "take it out, or export plain SVG")
    for key, given in element.attrib.items():
        local, value = etree.QName(str(key)).localname, str(given)
        if local.lower().startswith("on"):
            yield Finding("NZ816", "error", f"“{local}” would run a script", where, "take it out")
        elif (key in ("href", _XLINK_HREF) and not value.startswith("#")) or _OUTSIDE.search(value):
            yield Finding("NZ817", "error", f"“{local}” leads outside the drawing", where, "draw it in, or take it out")
