"""Pictures on slides: SVG with the PNG that older programs show, and the alternative text.

Pandoc embeds SVG alone, which PowerPoint cannot show (jgm/pandoc#10951), puts the file's path into the
alternative text (#11208) and prints the alternative text as a caption (#7959); it never sees one of ours.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pypdfium2
from PIL import Image
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml

from nzpub import drawing, weasy
from nzpub.formats.pptx_fit import EMU
from nzpub.formats.pptx_look import Box, Slot
from nzpub.model import Styles

_XMLNS = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
          'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
          'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"')
_SCALE = 2                     # pixels of the PNG for each of the drawing
_ANY_SIZE = (1280.0, 560.0)    # of a drawing that does not say
_LARGEST = (1280.0, 1280.0)    # some programs count in hundredths of a millimetre


class Drawn(NamedTuple):
    """A picture ready to be shown: what every program can show, the drawing behind it, and its size in pixels."""

    bitmap: bytes
    svg: bytes | None
    width: float
    height: float


def draw(files: Mapping[str, bytes], styles: Styles) -> dict[str, Drawn]:
    """Return the pictures *files* by path, each SVG painted with the faces of *styles*."""
    drawings = {path: content for path, content in files.items() if path.lower().endswith(".svg")}
    sizes = {path: _size(content) for path, content in drawings.items()}
    painted = dict(zip(drawings, _paint(drawings, sizes, styles), strict=True))
    return {path: Drawn(painted[path], content, *sizes[path]) if path in drawings else _bitmap(content)
            for path, content in files.items()}


def _bitmap(content: bytes) -> Drawn:
    with Image.open(io.BytesIO(content)) as image:
        return Drawn(content, None, float(image.width), float(image.height))


def _size(svg: bytes) -> tuple[float, float]:
    """Return the width and height at which *svg* is painted, in CSS pixels: its own, but no more than a slide's."""
    width, height = drawing.size(svg) or _ANY_SIZE
    scale = min(1, _LARGEST[0] / width, _LARGEST[1] / height)
    return max(1, width * scale), max(1, height * scale)


def _paint(drawings: Mapping[str, bytes], sizes: Mapping[str, tuple[float, float]], styles: Styles) -> Iterator[bytes]:
    """Yield the *drawings* as PNG, each painted on a page of its size."""
    if not drawings:
        return
    root = ElementTree.Element("html")
    body = ElementTree.SubElement(root, "body", {"style": "margin: 0"})
    rules = []
    for n, (path, (width, height)) in enumerate(sizes.items()):
        rules.append(f"@page p{n} {{ size: {width}px {height}px; margin: 0 }}\n"
                     f"#p{n} {{ page: p{n}; display: block; width: {width}px; height: {height}px }}\n")
        ElementTree.SubElement(body, "img", {"id": f"p{n}", "src": f"{weasy.SCHEME}{path}", "alt": ""})
    document = weasy.render(root, "".join(rules), drawings, styles)
    for page in pypdfium2.PdfDocument(weasy.write_pdf(document)):
        out = io.BytesIO()
        page.render(scale=_SCALE * 96 / 72).to_pil().save(out, "PNG")
        yield out.getvalue()


# --- on a slide -------------------------------------------------------------------------------------


def put(slide: Any, drawn: Drawn, box: Box, *, name: str, alt: str, target: str, slot: Slot | None) -> None:
    """Put a picture in the middle of *box*, as large as it can be; without *alt* it is decorative.

    It leads to the address *target*, if there is one.
    """
    scale = min(box.width / drawn.width, box.height / drawn.height)
    width, height = drawn.width * scale, drawn.height * scale
    x, y = box.x + (box.width - width) / 2, box.y + (box.height - height) / 2
    picture = slide.shapes.add_picture(io.BytesIO(drawn.bitmap), *(round(n * EMU) for n in (x, y, width, height)))
    picture.name = name
    named = picture.element.nvPicPr.cNvPr
    named.set("descr", alt)
    if not alt:
        named.append(_decorative())
    if target:
        picture.click_action.hyperlink.address = target
    if slot:
        picture.element.nvPicPr.nvPr.append(parse_xml(f'<p:ph {_XMLNS} type="{slot.kind}" idx="{slot.idx}"/>'))
    if drawn.svg is not None:
        _add_svg(picture, slide.part, drawn.svg)


def _add_svg(picture: Any, part: Any, svg: bytes) -> None:
    """Add the drawing to *picture*, for programs that can show it (MS-ODRAWXML, CT_SVGBlip)."""
    relation = part.relate_to(_media(part.package, svg), RELATIONSHIP_TYPE.IMAGE)
    picture.element.blipFill.blip.append(parse_xml(
        f'<a:extLst {_XMLNS}><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip '
        f'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="{relation}"/>'
        '</a:ext></a:extLst>'))


def _media(package: Any, svg: bytes) -> Any:
    """Return the part that holds *svg*: one part, on however many slides it is shown."""
    name = PackURI(f"/ppt/media/drawing-{hashlib.sha256(svg).hexdigest()[:16]}.svg")
    there = (part for part in package.iter_parts() if part.partname == name)
    return next(there, None) or Part(name, "image/svg+xml", package, svg)


def _decorative() -> Any:
    """Return the mark that says that a picture means nothing (MS-ODRAWXML, CT_Decorative)."""
    return parse_xml(
        f'<a:extLst {_XMLNS}><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}"><adec:decorative '
        'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>')
