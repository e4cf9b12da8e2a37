"""A structure tree written into a PDF that WeasyPrint is about to finish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes

from nzpub.formats.pdf_tree import POINTS_PER_PIXEL, Area, Content, Element, Kid, contents

NAMESPACE = "http://iso.org/pdf2/ssn"
# The structure types that PDF 2.0 has or keeps; the others (TOC, BlockQuote, Code …) have the default namespace,
# which is that of PDF 1.7 (ISO 32000-2, 14.8.6).
_IN_NAMESPACE = {
    "Document", "Part", "Sect", "Div", "Aside", "P", "H1", "H2", "H3", "H4", "H5", "H6", "Title", "FENote", "Span",
    "Em", "Strong", "Lbl", "Link", "L", "LI", "LBody", "Table", "THead", "TBody", "TFoot", "TR", "TH", "TD", "Caption",
    "Figure", "Formula"}
# What a reader that knows only PDF 1.7 should take the types of PDF 2.0 for: Poppler 22 drops what it does not know.
_OLDER = {"Title": "/P", "Aside": "/Div", "FENote": "/Note", "Em": "/Span", "Strong": "/Span"}
_LAST_GLYPH = re.compile(rb"(\[.*<[0-9a-f]*)([0-9a-f]{4}>[^<>]*)\] TJ", re.DOTALL)
_FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
_PRINT = 1 << 2                    # annotation flag 3


def number(reference: bytes) -> int:
    """Return the object number in a *reference* such as ``12 0 R``."""
    return int(reference.split()[0])


class Writer:
    """Writes a structure tree, and all that must agree with it: parent tree, annotations, marks in the pages."""

    def __init__(self, pdf: Any, document: Any, streams: Sequence[Any]) -> None:
        self._pdf, self._document, self._streams = pdf, document, streams
        self._pages = pdf.page_references
        self._parents: dict[tuple[int, int], bytes] = {}         # (page, mcid) → structure element
        self._special: dict[tuple[int, int], Content] = {}       # where words and glyphs differ
        self._annotations: list[tuple[Any, bytes]] = []          # annotation and its structure element
        self._written: list[tuple[Element, Any]] = []
        self._found: dict[str, Any] = {}                         # id → structure element
        self._namespace = self._add({"Type": "/Namespace", "NS": pydyf.String(NAMESPACE)})

    def write(self, tree: Element, painted: Mapping[tuple[int, int], Any]) -> None:
        """Write *tree*; *painted* has the box of each marked-content sequence, by page and id."""
        root = self._add({"Type": "/StructTreeRoot", "Namespaces": pydyf.Array([self._namespace.reference]),
                          "RoleMap": pydyf.Dictionary(_OLDER)})
        root["K"] = pydyf.Array([self._element(tree, root).reference])
        self._refer()
        root["ParentTree"] = self._parent_tree().reference
        root["ParentTreeNextKey"] = len(self._pages) + len(self._annotations)
        self._pdf.catalog["StructTreeRoot"] = root.reference
        self._pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
        self._pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        self._mark(painted)
        self._lead()
        self._outline()

    def _add(self, entries: Mapping[str, Any]) -> Any:
        added = pydyf.Dictionary(entries)
        self._pdf.add_object(added)
        return added

    def _element(self, element: Element, parent: Any) -> Any:
        pages = [kid.page for kid in element.kids if not isinstance(kid, Element)]
        written = self._add({"Type": "/StructElem", "S": f"/{element.role}", "P": parent.reference})
        self._written.append((element, written))
        for ident in element.ids:
            self._found.setdefault(ident, written)
        if element.role in _IN_NAMESPACE:
            written["NS"] = self._namespace.reference
        if pages:
            written["Pg"] = self._pages[pages[0]]
        written.update(element.entries)
        written["K"] = pydyf.Array([self._kid(kid, written, pages) for kid in element.kids])
        return written

    def _kid(self, kid: Kid, parent: Any, pages: Sequence[int]) -> Any:
        if isinstance(kid, Element):
            return self._element(kid, parent).reference
        if isinstance(kid, Area):
            annotation = kid.annotation or self._annotation(kid)
            annotation["Contents"] = pydyf.String(kid.contents)
            self._annotations.append((annotation, parent.reference))
            return pydyf.Dictionary({"Type": "/OBJR", "Obj": annotation.reference, "Pg": self._pages[kid.page]})
        self._parents[kid.page, kid.mcid] = parent.reference
        if kid.said is not None or kid.broken or kid.ended:
            self._special[kid.page, kid.mcid] = kid
        if kid.page == pages[0]:
            return kid.mcid
        return pydyf.Dictionary({"Type": "/MCR", "Pg": self._pages[kid.page], "MCID": kid.mcid})

    def _annotation(self, area: Area) -> Any:
        """Return a new link annotation over *area*, added to its page."""
        left, top, width, height = area.box.hit_area()
        bottom = self._document.pages[area.page].height - top - height
        sides = (left, bottom, left + width, bottom + height)
        annotation = self._add({
            "Type": "/Annot", "Subtype": "/Link", "F": _PRINT, "BS": pydyf.Dictionary({"W": 0}),
            "Rect": pydyf.Array(side * POINTS_PER_PIXEL for side in sides), "Dest": pydyf.String(area.target)})
        page = self._pdf.objects[number(self._pages[area.page])]
        page.setdefault("Annots", pydyf.Array()).append(annotation.reference)
        return annotation

    def _refer(self) -> None:
        """Turn the ids in ``refs`` into references, now that every element has its number."""
        for element, written in self._written:
            if refs := [self._found[ident].reference for ident in element.refs if ident in self._found]:
                written["Ref"] = pydyf.Array(refs)

    def _parent_tree(self) -> Any:
        nums: list[Any] = []
        for page in range(len(self._pages)):
            last = max((mcid for p, mcid in self._parents if p == page), default=-1)
            nums += [page, pydyf.Array(self._parents.get((page, mcid), "null") for mcid in range(last + 1))]
        for key, (annotation, parent) in enumerate(self._annotations, len(self._pages)):
            annotation["StructParent"] = key
            nums += [key, parent]
        return self._add({"Nums": pydyf.Array(nums)})

    def _mark(self, painted: Mapping[tuple[int, int], Any]) -> None:
        """Mark as artifact what stands outside the tree, and say what else than painted some of the rest means.

        WeasyPrint tags running heads and page numbers as content and leaves them out of the tree (issue 1836).
        """
        edges = {text: margin.at_keyword for page in self._document.pages
                 for margin in page._page_box.children if isinstance(margin, boxes.MarginBox)
                 for text in margin.descendants()}
        spaces = {font.hash: code for font in self._document.fonts.values()
                  for code, text in font.to_unicode.items() if text == " "}
        for page, stream in enumerate(self._streams):
            for at, command in reversed([*enumerate(stream.stream)]):
                if not isinstance(command, pydyf.Dictionary) or "MCID" not in command:
                    continue
                mark = page, command["MCID"]
                if mark not in self._parents:
                    artifact = pydyf.Dictionary(_artifact(edges.get(painted[mark])))
                    stream.stream[at - 1:at + 1] = ["/Artifact", artifact]
                elif special := self._special.get(mark):
                    _say(stream.stream, at, special, spaces)

    def _lead(self) -> None:
        """Make every destination a structure destination, which PDF/UA-2 asks for (8.8) and WeasyPrint lacks."""
        dests = self._pdf.catalog.get("Names", {}).get("Dests", {}).get("Names", [])
        names = [name.string for name in dests[::2]]
        places = dict(zip(names, dests[1::2], strict=True))
        dests[1::2] = [self._destination(places[name], self._found.get(name)) for name in names]
        for element, _ in self._written:
            places |= {ident: self._place(element) for ident in element.ids if ident not in places}
        for annotation, _ in self._annotations:
            if "Dest" in annotation:
                name = annotation.pop("Dest").string
                annotation["A"] = self._go_to(places[name], self._found.get(name))

    def _place(self, element: Element) -> Any:
        """Return the destination of an element that WeasyPrint has none for: where its first line begins."""
        first = next(contents(element))
        left, top, _, _ = first.box.hit_area()
        up = self._document.pages[first.page].height - top
        return pydyf.Array([self._pages[first.page], "/XYZ", left * POINTS_PER_PIXEL, up * POINTS_PER_PIXEL, 0])

    def _destination(self, place: Sequence[Any], element: Any) -> Any:
        """Return the destination *place* (page, /XYZ, left, top, zoom) that names *element* too, if there is one."""
        there = pydyf.Dictionary({"D": place})
        if element is not None:
            there["SD"] = pydyf.Array([element.reference, *place[1:]])
        return there

    def _go_to(self, place: Sequence[Any], element: Any) -> Any:
        return pydyf.Dictionary({"Type": "/Action", "S": "/GoTo", **self._destination(place, element)})

    def _outline(self) -> None:
        """Let each bookmark lead to the heading that it was made from."""
        headings = [written for element, written in self._written
                    if element.box is not None and element.box.bookmark_label
                    and element.box.style["bookmark_level"] != "none"]
        for bookmark, heading in zip(self._bookmarks(self._pdf.catalog.get("Outlines")), headings, strict=True):
            bookmark["A"] = self._go_to(bookmark.pop("Dest"), heading)

    def _bookmarks(self, parent: bytes | None) -> Iterator[Any]:
        at = self._pdf.objects[number(parent)].get("First") if parent else None
        while at:
            bookmark = self._pdf.objects[number(at)]
            yield bookmark
            yield from self._bookmarks(at)
            at = bookmark.get("Next")


def _say(commands: list[Any], at: int, content: Content, spaces: Mapping[str, int]) -> None:
    """Give the marked-content sequence that begins with the properties *at* the words that it stands for.

    *spaces* has the code of the space in each font that has one.
    """
    if content.said is not None:
        commands[at]["ActualText"] = pydyf.String(content.said)
        return
    show = next(n for n in range(at, len(commands)) if commands[n] == b"ET") - 1
    if content.broken and (found := _LAST_GLYPH.fullmatch(commands[show])):
        commands[show:show + 1] = [found[1] + b">] TJ", *_standing_for("\u00ad", b"[<" + found[2] + b"] TJ")]
    elif content.ended:
        font = next(found[1].decode() for n in range(show, at, -1) if (found := _FONT.fullmatch(commands[n])))
        if font in spaces:
            commands[show] = commands[show].removesuffix(b"] TJ") + b"<%04x>] TJ" % spaces[font]
        else:
            commands[show + 1:show + 1] = _standing_for(" ")


def _standing_for(words: str, *commands: bytes) -> list[Any]:
    return ["/Span", pydyf.Dictionary({"ActualText": pydyf.String(words)}), b"BDC", *commands, b"EMC"]


def _artifact(edge: str | None) -> Mapping[str, str]:
    """Return the properties of an artifact: *edge* is the margin box of a page that it stands in, if it does."""
    if edge is None:
        return {"Type": "/Layout"}
    subtype = {"@top": "/Header", "@bottom": "/Footer"}.get(edge.partition("-")[0])
    return {"Type": "/Pagination", **({"Subtype": subtype} if subtype else {})}
