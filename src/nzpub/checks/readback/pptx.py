"""The PowerPoint file read back: its properties, then slide by slide what is shown and said.

Shapes are read in their order, which is that of screen readers. Paragraphs in lists and quotations say so of
themselves, by level, bullet and indent: nothing holds them. Numbers are counted as PowerPoint shows them. Where
a shape stands in two forms (``mc:AlternateContent``), the one with formulas is read; the other must say the same.
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml import etree

from nzpub.checks.passage import Kind, Passage, Piece, fingerprint, passage, picture

_NAMES = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main",
          "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
          "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
          "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
          "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
          "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
          "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
          "rels": "http://schemas.openxmlformats.org/package/2006/relationships"}
_A, _P, _R, _M, _MC, _A14, _ASVG, _RELS = (f"{{{address}}}" for address in _NAMES.values())
_PROPERTIES = {"title": "title", "creator": "author", "language": "language", "keywords": "keywords"}
_TITLES = ("title", "ctrTitle")
_PRESENTATION = "ppt/presentation.xml"
_INDENT = 342900                                       # EMU: 27 pt, by which each level of a list is set in
_BULLETS = ("buNone", "buAutoNum", "buChar", "buBlip")
_FIXED_WIDTH = ("Courier", "Courier New")              # Pandoc's, in what is said, and ours
# Parts that say nothing to a reader, or that are read where a slide leads to them.
_DECLARED = re.compile(r"\[Content_Types\]\.xml|.*\.rels|docProps/(core|app)\.xml|ppt/(presentation|presProps|viewProps"
                       r"|tableStyles)\.xml|ppt/(theme|slideMasters|slideLayouts|notesMasters)/[^/]+\.xml")

Element = etree._Element


class _Part(NamedTuple):
    """One part of the file, with its relations: id → path of another part, or address outside."""

    path: str
    root: Element
    relations: Mapping[str, str]


def read(content: bytes) -> tuple[Passage, ...]:
    """Return the passages of the presentation *content*: its properties, its slides, and parts that nothing shows.

    Raises ValueError if it cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return tuple(_passages(files))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _passages(files: Mapping[str, bytes]) -> Iterator[Passage]:
    lang = ""
    for each in _properties(files["docProps/core.xml"]):
        lang = each.text if each.kind == "language" else lang
        yield each
    presentation, shown = _part(files, _PRESENTATION), set[str]()
    for number, slide in enumerate(presentation.root.iter(f"{_P}sldId"), 1):
        part = _part(files, presentation.relations[slide.get(f"{_R}id", "")])
        reader = _Slide(f"slide {number}", lang, files, part)
        yield from reader.passages(part.root.iter(f"{_P}spTree"), ())
        shown |= reader.shown | {part.path}
        notes = sorted(path for path in part.relations.values() if path.startswith("ppt/notesSlides/"))
        for path in notes:
            reader = _Slide(f"slide {number}", lang, files, _part(files, path))
            yield from reader.passages(reader.own.root.iter(f"{_P}spTree"), ("notes",))
            shown |= reader.shown | {path}
    for path in sorted(files.keys() - shown):
        if not _DECLARED.fullmatch(path):
            yield passage("file", [Piece(path, {})], part=path)


def _properties(core: bytes) -> Iterator[Passage]:
    for element in _parse(core):
        name = etree.QName(element).localname
        if name in _PROPERTIES and (element.text or "").strip():
            yield passage(_PROPERTIES[name], [Piece(element.text or "", {})], part="properties")


def _parse(content: bytes) -> Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _part(files: Mapping[str, bytes], path: str) -> _Part:
    folder, name = posixpath.split(path)
    listed = files.get(f"{folder}/_rels/{name}.rels")
    relations = () if listed is None else _parse(listed).iter(f"{_RELS}Relationship")
    return _Part(path, _parse(files[path]), {each.get("Id", ""): _target(each, folder) for each in relations})


def _target(relation: Element, folder: str) -> str:
    target = relation.get("Target", "")
    if relation.get("TargetMode") == "External":
        return target
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


class _Slide:
    """One slide, or what is said at it; ``shown`` are the parts that it shows."""

    def __init__(self, name: str, lang: str, files: Mapping[str, bytes], own: _Part) -> None:
        self.own, self.shown = own, set[str]()
        self._name, self._lang, self._files = name, lang, files

    def passages(self, elements: Iterator[Element], path: tuple[str, ...]) -> Iterator[Passage]:
        """Yield the passages of the shapes in *elements*."""
        for element in elements:
            if not isinstance(element.tag, str):
                yield passage("comment", [Piece(element.text or "", {})], path, part=self._name)
            elif element.tag == f"{_P}txBody":
                has_layout = "notes" not in path             # whose lists have bullets
                yield from self._paragraphs(element, _kind(element), path, inherited="bullet" if has_layout else "")
            elif element.tag == f"{_A}tbl":
                yield from self._cells(element, path)
            elif element.tag == f"{_P}pic":
                yield passage("paragraph", [self._picture(element)], path, part=self._name)
            elif element.tag == f"{_MC}AlternateContent":
                yield from self._alternatives(element, path)
            elif element.tag in (f"{_A}hlinkClick", f"{_A}hlinkHover"):    # of a shape that is no picture
                yield passage("attribute", [Piece(self._address(element), {})], path, part=self._name)
            elif element.tag == f"{_P}cNvPr" and (element.get("descr") or element.get("title")):
                yield passage("attribute", [Piece(f"{element.get('descr', '')} {element.get('title', '')}", {})], path,
                              part=self._name)
            else:
                yield from self.passages(iter(element), path)

    def _alternatives(self, both: Element, path: tuple[str, ...]) -> Iterator[Passage]:
        """Yield what the first form says, and each paragraph of the others that says something else."""
        first, *others = (tuple(self.passages(iter(each), path)) for each in both)
        yield from first
        texts = [_plain(each) for each in first]
        for other in others:
            if [_plain(each) for each in other] != texts:
                yield from other

    def _cells(self, table: Element, path: tuple[str, ...]) -> Iterator[Passage]:
        for row, cells in enumerate(table.iter(f"{_A}tr"), 1):
            own = (cell for cell in cells.iter(f"{_A}tc") if "1" not in (cell.get("hMerge"), cell.get("vMerge")))
            for column, cell in enumerate(own, 1):
                yield from self._paragraphs(cell, "paragraph", (*path, f"cell {row}.{column}"), inherited="")

    def _paragraphs(self, body: Element, kind: str, path: tuple[str, ...], *, inherited: str) -> Iterator[Passage]:
        """Yield the paragraphs of *body*; one that says nothing of its bullet has the *inherited* one."""
        items: list[str] = []                              # the open item of each level
        counts = _Counts()
        for paragraph in body.iter(f"{_A}p"):
            properties = paragraph.find(f"{_A}pPr")
            level = int(_said(properties, "lvl") or 0)
            bullet = counts.shown(level, _bullet(properties, inherited))
            items = [*items[:level], *[""] * (level - len(items)), bullet]
            steps = ["inset"] if int(_said(properties, "marL") or 0) > _INDENT * (level + bool(bullet)) else []
            steps += filter(None, items)
            steps += ["first line"] if bullet else []      # of the item, or else it goes on
            made = passage(kind, self._pieces(paragraph), (*path, *steps), part=self._name)
            if made.text:
                yield made

    def _pieces(self, paragraph: Element) -> Iterator[Piece]:
        """Yield the runs of *paragraph*; a break has what is said of the runs on both sides of it."""
        for element in paragraph:
            match etree.QName(element).localname if isinstance(element.tag, str) else "":
                case "r":
                    words = (element.findtext(f"{_A}t") or "").replace("\v", " ")
                    yield Piece(words, self._marks(element.find(f"{_A}rPr")))
                case "br":
                    around = (_next_to(element, preceding=True), _next_to(element, preceding=False))
                    sides = [self._marks(side.find(f"{_A}rPr")) for side in around
                             if side is not None and side.tag == f"{_A}r"]
                    yield Piece(" ", dict(sides[0].items() & sides[-1].items()) if len(sides) > 1 else {})
                case "fld" if element.get("type") != "slidenum":
                    yield Piece(element.findtext(f"{_A}t") or "", {})
                case "AlternateContent":
                    yield from self._pieces(element[0])
                case "m":
                    yield Piece(formula("".join(inner.text or "" for inner in element.iter(f"{_M}t"))), {"math": ""})
                case "":
                    yield Piece(f"<!--{element.text}-->", {})

    def _marks(self, properties: Element | None) -> dict[Kind, str]:
        """Return what the properties of a run say of its words."""
        if properties is None:
            return {"lang": "none"}
        marks: dict[Kind, str] = {}
        lang = properties.get("lang", "none")
        if lang != self._lang and not lang.startswith(f"{self._lang}-"):
            marks["lang"] = lang
        for kind, name in (("strong", "b"), ("em", "i")):
            if properties.get(name) == "1":
                marks[kind] = ""                                              # type: ignore[index]
        height = int(properties.get("baseline", "0"))
        if height:
            marks["sup" if height > 0 else "sub"] = ""
        if properties.get("strike", "noStrike") != "noStrike":
            marks["del"] = ""
        if any(face.get("typeface") in _FIXED_WIDTH for face in properties.iter(f"{_A}latin")):
            marks["code"] = ""
        for link in properties.iter(f"{_A}hlinkClick", f"{_A}hlinkMouseOver"):
            marks["link"] = self._address(link)
        return marks

    def _address(self, link: Element) -> str:
        return self.own.relations.get(link.get(f"{_R}id", ""), "nowhere")

    def _picture(self, shape: Element) -> Piece:
        """Return a picture: the drawing behind what old programs show, if there is one."""
        named = shape.find(f"{_P}nvPicPr/{_P}cNvPr")
        sources = [each.get(f"{_R}embed", "") for each in (*shape.iter(f"{_A}blip"), *shape.iter(f"{_ASVG}svgBlip"))]
        paths = [self.own.relations[source] for source in sources]
        self.shown.update(paths)
        which = fingerprint(self._files.get(paths[-1])) if paths else "no picture"
        links = [self._address(each) for each in shape.iter(f"{_A}hlinkClick", f"{_A}hlinkHover")]
        marks: dict[Kind, str] = {"link": " ".join(links)} if links else {}
        return picture(which, "" if named is None else named.get("descr", ""), marks)


def _kind(body: Element) -> str:
    parent = body.getparent()
    place = None if parent is None else parent.find(f".//{_P}ph")
    return "title" if place is not None and place.get("type") in _TITLES else "paragraph"


def _said(properties: Element | None, name: str) -> str:
    return "" if properties is None else properties.get(name, "")


def _next_to(break_: Element, *, preceding: bool) -> Element | None:
    """Return what stands beside *break_*, or beside the breaks that do."""
    return next((each for each in break_.itersiblings(preceding=preceding) if each.tag != f"{_A}br"), None)


def _bullet(properties: Element | None, inherited: str) -> str:
    """Return the bullet that *properties* give a paragraph, "" if none: one that says nothing has the *inherited*."""
    said = () if properties is None else properties
    own = next((each for each in said if etree.QName(each).localname in _BULLETS), None)
    match "" if own is None else etree.QName(own).localname:
        case "":
            return inherited
        case "buNone":
            return ""
        case "buAutoNum" if own is not None:
            return f"number {own.get('type')} {own.get('startAt', '1')}"
    return "bullet"


class _Counts:
    """The numbers that PowerPoint shows: it counts on from the last paragraph of a level that is numbered alike."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, int]] = {}        # of each level: what its last paragraph says, its number

    def shown(self, level: int, bullet: str) -> str:
        """Return what is shown before the next paragraph, which has *level* and says *bullet*."""
        self._open = {other: each for other, each in self._open.items() if other <= level}
        before, number = self._open.pop(level, ("", 0))
        if not bullet.startswith("number"):
            return bullet
        scheme, _, start = bullet.rpartition(" ")
        number = number + 1 if before == bullet else int(start)
        self._open[level] = bullet, number
        return f"{scheme} {number}"


def formula(text: str) -> str:
    """Return what a formula's source and its drawing have in common: their letters, or that there is one."""
    return letters(text) or "\N{ASTERISK OPERATOR}"


def letters(text: str) -> str:
    """Return the Latin letters and digits of *text*, sorted."""
    return "".join(sorted(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isalnum()))


def _plain(each: Passage) -> str:
    """Return the letters of a passage, sorted: a formula in plain text has its letters in another order."""
    return each.kind + letters(each.text)
