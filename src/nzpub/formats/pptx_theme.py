"""The deck's PowerPoint file before it has slides: theme, master and layouts, all from the tokens.

It is Pandoc's own reference file with everything visible replaced. The layouts that Pandoc knows keep
their names, so the file also serves as ``--reference-doc``.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterable
from html import escape
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.parts.slide import SlideLayoutPart
from pptx.util import Emu

from nzpub import pandoc
from nzpub.formats.pptx_fit import EMU
from nzpub.formats.pptx_look import Box, Circle, Layout, Look, Mark, Slot, Type, indent, layouts, line_spacing, look
from nzpub.model import Face, Styles

POINTS = 75                    # hundredths of a point in a CSS pixel: 72 points an inch
SLIDE_NUMBER = "{8B3C7A52-5E0B-4D0F-9C55-0F2B1D1C7A11}"      # any GUID, the same for all fields of that kind

_NAMESPACES = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
               'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
               'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"')
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# Theme slot → token. Text and grounds first, then what PowerPoint offers for shapes and charts.
_SCHEME = {"dk1": "--color-ink", "lt1": "--color-paper", "dk2": "--color-atlantic", "lt2": "--color-mist",
           "accent1": "--color-pacific", "accent2": "--color-ochre", "accent3": "--color-atlantic",
           "accent4": "--color-muted", "accent5": "--color-rule", "accent6": "--color-sand",
           "hlink": "--color-pacific", "folHlink": "--color-muted"}
# On a dark ground links take the colour of the paper.
_LINKS_ON_DARK = ('<a:overrideClrMapping bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
                  'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="lt1" '
                  'folHlink="lt1"/>')
_MAPPED = {"dk1": "tx1", "lt1": "bg1", "dk2": "tx2", "lt2": "bg2"}     # as the master's clrMap calls them
_LEVELS = 5
_DEGREE = 60_000               # as DrawingML counts angles
_SANS = 11                     # PANOSE 1.0: from this serif style on a face is sans serif


# --- the file ---------------------------------------------------------------------------------------


def reference(styles: Styles, lang: str) -> bytes:
    """Return the file without slides, its texts marked as being in *lang*."""
    on = look(styles.tokens)
    deck = Presentation(io.BytesIO(pandoc.data_file("reference.pptx")))
    deck.slide_width, deck.slide_height = Emu(_emu(on.px("--slide-width"))), Emu(_emu(on.px("--slide-height")))
    deck.element.sldSz.attrib.pop("type", None)          # which would say 10 by 5.625 inches
    _clear(deck)
    master = deck.slide_masters[0]
    _theme(master.part, styles)
    _theme(deck.notes_master.part, styles)
    _replace(master.element, _master(on, styles))
    for number, layout in enumerate(layouts(on).values(), 1):
        _add(master, layout, number, on, styles)
    _language(deck, lang)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _clear(deck: Any) -> None:
    """Take the sample slides, the old layouts, the guides and the author's window settings away."""
    slides = deck.slides._sldIdLst        # python-pptx has no public way to remove a slide
    for slide in list(slides):
        deck.part.drop_rel(slide.rId)
        slides.remove(slide)
    for layout in list(deck.slide_layouts):
        deck.slide_layouts.remove(layout)
    for element in deck.element.xpath("./p:extLst"):
        deck.element.remove(element)
    for ident, relation in list(deck.part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.VIEW_PROPS:
            deck.part.rels.pop(ident)
    dated = ".//p:sp[p:nvSpPr/p:nvPr/p:ph[@type='dt' or @type='hdr' or @type='ftr']]"
    for element in deck.notes_master.element.xpath(dated):
        element.getparent().remove(element)


def _theme(part: Any, styles: Styles) -> None:
    """Put the tokens' colours and families into the theme of the master *part*."""
    theme = part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(theme.blob)
    root.set("name", "nzpub")
    colours = "".join(f'<a:{slot}><a:srgbClr val="{_hex(styles.tokens[token])}"/></a:{slot}>'
                      for slot, token in _SCHEME.items())
    fonts = "".join(f'<a:{slot}>{_latin(styles, "--font-head")}<a:ea typeface=""/><a:cs typeface=""/></a:{slot}>'
                    for slot in ("majorFont", "minorFont"))
    for name, content in (("clrScheme", colours), ("fontScheme", fonts)):
        old = next(root.iter(f"{_A}{name}"))
        new = etree.fromstring(f'<a:{name} {_NAMESPACES} name="nzpub">{content}</a:{name}>')
        old.getparent().replace(old, new)  # type: ignore[union-attr]
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _hex(colour: str) -> str:
    return colour.removeprefix("#").upper()


def _latin(styles: Styles, token: str) -> str:
    """Return the family of *token*, with what a program needs to find a likeness where it is missing."""
    family = styles.tokens[token].strip("\"'")
    panose = next((_panose(face) for face in styles.faces if face.family == family), None)
    if panose is None:
        return f'<a:latin typeface="{escape(family)}"/>'
    pitch = 34 if panose[1] >= _SANS else 18       # variable, and Swiss or Roman: ECMA-376, 21.1.2.3.7
    return (f'<a:latin typeface="{escape(family)}" panose="{panose.hex().upper()}" pitchFamily="{pitch}" '
            'charset="0"/>')


def _panose(face: Face) -> bytes | None:
    """Return the ten bytes of the face's PANOSE classification (OpenType, table OS/2, offset 32)."""
    tables = struct.unpack(">H", face.ttf[4:6])[0]
    for at in range(12, 12 + 16 * tables, 16):
        tag, _, offset, _ = struct.unpack(">4sIII", face.ttf[at:at + 16])
        if tag == b"OS/2":
            return face.ttf[offset + 32:offset + 42]
    return None


def _replace(old: Any, new: str) -> None:
    """Put the children of the XML *new* in the place of those of the same name in *old*."""
    for child in parse_xml(new):
        for there in old.findall(child.tag):
            old.replace(there, child)


def _add(master: Any, layout: Layout, number: int, on: Look, styles: Styles) -> None:
    part = SlideLayoutPart.load(PackURI(f"/ppt/slideLayouts/slideLayout{number}.xml"), CONTENT_TYPE.PML_SLIDE_LAYOUT,
                                master.part.package, _layout(layout, on, styles).encode())
    part.relate_to(master.part, RELATIONSHIP_TYPE.SLIDE_MASTER)
    entry = parse_xml(f'<p:sldLayoutId {_NAMESPACES} id="{2147483648 + number}" '
                      f'r:id="{master.part.relate_to(part, RELATIONSHIP_TYPE.SLIDE_LAYOUT)}"/>')
    master.element.get_or_add_sldLayoutIdLst().append(entry)


def _language(deck: Any, lang: str) -> None:
    layouts_ = [layout.element for layout in deck.slide_layouts]
    for root in (deck.element, deck.slide_masters[0].element, deck.notes_master.element, *layouts_):
        for element in root.xpath(".//*[@lang]"):
            element.set("lang", lang)


# --- its markup -------------------------------------------------------------------------------------


def colour(on: Look, token: str) -> str:
    """Return the colour *token* for a fill or a run: by its place in the theme, if it has one."""
    slot = next((slot for slot, name in _SCHEME.items() if name == token), None)
    if slot is None:
        return f'<a:srgbClr val="{_hex(on.tokens[token])}"/>'
    return f'<a:schemeClr val="{_MAPPED.get(slot, slot)}"/>'


def frame(box: Box) -> str:
    """Return *box* as ``a:xfrm``."""
    return (f'<a:xfrm><a:off x="{_emu(box.x)}" y="{_emu(box.y)}"/>'
            f'<a:ext cx="{_emu(box.width)}" cy="{_emu(box.height)}"/></a:xfrm>')


def _emu(pixels: float) -> int:
    return round(pixels * EMU)


def _master(on: Look, styles: Styles) -> str:
    content = layouts(on)["Title and Content"]
    shapes = [_placeholder(slot, n, on, styles, master=True)
              for n, slot in enumerate((content.title, content.slots[0], content.number), 2) if slot]
    title, body = on.types["title"], on.types["text"]
    return (f'<p:sldMaster {_NAMESPACES}><p:cSld>{_ground(on, "--color-paper")}{_tree(shapes)}</p:cSld>'
            f'<p:txStyles><p:titleStyle>{_levels(title, on, styles, 1)}</p:titleStyle>'
            f'<p:bodyStyle>{_levels(body, on, styles)}</p:bodyStyle>'
            f'<p:otherStyle>{_levels(on.types["table"], on, styles, 1)}</p:otherStyle></p:txStyles></p:sldMaster>')


def _layout(layout: Layout, on: Look, styles: Styles) -> str:
    kind = f'type="{layout.kind}"' if layout.kind != "cust" else 'userDrawn="1"'
    slots = [slot for slot in (layout.title, *layout.slots, layout.source, layout.number) if slot]
    shapes = [*(_shape(mark, n, on) for n, mark in enumerate(layout.marks, 2)),
              *(_placeholder(slot, n, on, styles) for n, slot in enumerate(slots, 2 + len(layout.marks)))]
    return (f'<p:sldLayout {_NAMESPACES} {kind} preserve="1"><p:cSld name="{escape(layout.name)}">'
            f'{_ground(on, layout.ground)}{_tree(shapes)}</p:cSld>'
            f'<p:clrMapOvr>{_LINKS_ON_DARK if layout.dark else "<a:masterClrMapping/>"}</p:clrMapOvr></p:sldLayout>')


def _ground(on: Look, token: str) -> str:
    return f'<p:bg><p:bgPr><a:solidFill>{colour(on, token)}</a:solidFill><a:effectLst/></p:bgPr></p:bg>'


def _tree(shapes: Iterable[str]) -> str:
    return ('<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
            f'{"".join(shapes)}</p:spTree>')


def _shape(mark: Mark | Circle, ident: int, on: Look) -> str:
    if isinstance(mark, Circle):
        return _arc(mark, ident, on)
    return (f'<p:sp>{_accent(ident)}<p:spPr>{frame(mark.box)}<a:prstGeom prst="{mark.shape}"><a:avLst/></a:prstGeom>'
            f'<a:solidFill>{colour(on, mark.colour)}</a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>'
            '<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="en"/></a:p></p:txBody></p:sp>')


def _accent(ident: int) -> str:
    return (f'<p:nvSpPr><p:cNvPr id="{ident}" name="Accent {ident}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>')


def _arc(circle: Circle, ident: int, on: Look) -> str:
    """Return the quarter of *circle* that is on the slide: from its foot round to its right edge.

    A whole circle would stick out of the slide while it is edited.
    """
    width, height = on.px("--slide-width"), on.px("--slide-height")
    reach = math.sqrt(circle.radius**2 - (circle.y - height)**2)
    box = Box(width - reach, circle.y - circle.radius, reach, height - circle.y + circle.radius)
    start = math.degrees(math.atan2(height - circle.y, -reach)) % 360
    right, foot, radius = _emu(box.width), _emu(box.height), _emu(circle.radius)
    path = (f'<a:moveTo><a:pt x="0" y="{foot}"/></a:moveTo><a:arcTo wR="{radius}" hR="{radius}" '
            f'stAng="{round(start * _DEGREE)}" swAng="{round((270 - start) * _DEGREE)}"/>')
    paint = f"<a:solidFill>{colour(on, circle.colour)}</a:solidFill>"
    if circle.line:
        drawn, style = f'fill="none">{path}', f'<a:ln w="{_emu(circle.line)}">{paint}</a:ln>'
    else:
        drawn = f'>{path}<a:lnTo><a:pt x="{right}" y="{foot}"/></a:lnTo><a:close/>'
        style = f"{paint}<a:ln><a:noFill/></a:ln>"
    return (f'<p:sp>{_accent(ident)}<p:spPr>{frame(box)}<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>'
            f'<a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{right}" h="{foot}" {drawn}</a:path></a:pathLst>'
            f'</a:custGeom>{style}</p:spPr></p:sp>')


def _placeholder(slot: Slot, ident: int, on: Look, styles: Styles, *, master: bool = False) -> str:
    kind = slot.kind or ("body" if master else "")
    place = " ".join(([f'type="{kind}"'] if kind else []) + ([f'idx="{slot.idx}"'] if slot.idx else []))
    prompt = f'<a:r><a:rPr lang="en"/><a:t>{escape(slot.name)}</a:t></a:r>'
    if kind == "sldNum":
        prompt = f'<a:fld id="{SLIDE_NUMBER}" type="slidenum"><a:rPr lang="en"/><a:t>‹#›</a:t></a:fld>'
    align = "r" if kind == "sldNum" else "l"
    levels = _LEVELS if slot.type.bullets else 1
    own = "" if master and kind != "sldNum" else _levels(slot.type, on, styles, levels, align)
    geometry = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    return (f'<p:sp><p:nvSpPr><p:cNvPr id="{ident}" name="{escape(slot.name)} {ident}"/><p:cNvSpPr>'
            f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {place}/></p:nvPr></p:nvSpPr>'
            f'<p:spPr>{frame(slot.box)}{geometry}</p:spPr><p:txBody>'
            f'<a:bodyPr vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{slot.type.anchor}">'
            f'<a:normAutofit/></a:bodyPr><a:lstStyle>{own}</a:lstStyle><a:p>{prompt}</a:p></p:txBody></p:sp>')


def _levels(kind: Type, on: Look, styles: Styles, levels: int = _LEVELS, align: str = "l") -> str:
    """Return the paragraph styles of *kind*, outermost level first."""
    return "".join(_level(kind, level, on, styles, align) for level in range(1, levels + 1))


def _level(kind: Type, level: int, on: Look, styles: Styles, align: str) -> str:
    bullet = bullets(on, level) if kind.bullets else "<a:buNone/>"
    hang = indent(level) if kind.bullets else 0
    family = _latin(styles, kind.face) if kind.face != "--font-head" else '<a:latin typeface="+mn-lt"/>'
    first = -indent(1) if kind.bullets else 0
    return (f'<a:lvl{level}pPr marL="{_emu(hang)}" indent="{_emu(first)}" algn="{align}" rtl="0">'
            f'<a:lnSpc><a:spcPct val="{line_spacing(kind, styles)}"/></a:lnSpc>'
            f'<a:spcBef><a:spcPts val="{round(kind.gap * POINTS)}"/></a:spcBef>{bullet}'
            f'<a:defRPr sz="{round(kind.size * POINTS)}" b="{int(kind.bold)}" i="{int(kind.italic)}" kern="1200" '
            'lang="en">'
            f'<a:solidFill>{colour(on, kind.colour)}</a:solidFill>{family}</a:defRPr></a:lvl{level}pPr>')


def bullets(on: Look, level: int) -> str:
    """Return the bullet of a list of *level*, counted from 1."""
    return (f'<a:buClr>{colour(on, "--color-ochre")}</a:buClr><a:buFont typeface="Arial"/>'
            f'<a:buChar char="{"▪" if level == 1 else "–"}"/>')
