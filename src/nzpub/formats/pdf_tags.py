"""WeasyPrint's structure tree as values, and such a tree back into the PDF.

WeasyPrint tags boxes page by page, and offers no way to correct the result. So this module stands in for its
``add_tags``: it lets the original write to a draft, reads that as a tree, and writes what the caller makes of it.
Only this module and the other ``pdf_`` steps know WeasyPrint's inside; its version is pinned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pydyf
import weasyprint.pdf
from weasyprint.formatting_structure import boxes
from weasyprint.pdf import tags

from nzpub.formats.pdf_tree import POINTS_PER_PIXEL, Area, Content, Element, Kid
from nzpub.formats.pdf_writing import Writer, number


@contextmanager
def repaired(document: Any, repair: Callable[[Element], Element]) -> Iterator[None]:
    """While this lasts, *document* is written with the structure that *repair* makes of WeasyPrint's."""
    upstream, links = weasyprint.pdf.add_tags, [page.links for page in document.pages]

    def add_tags(pdf: Any, document: Any, version: Any, streams: Sequence[Any]) -> None:
        painted = {(page, mark["mcid"]): box for page, stream in enumerate(streams)
                   for box, mark in stream._tags.items()}
        draft, made_for = _Draft(pdf), dict[int, Any]()
        with _watched(made_for):
            upstream(draft, document, version, streams)
        tree = repair(_Reader(pdf, draft, made_for, painted, [page.height for page in document.pages]).tree())
        Writer(pdf, document, streams).write(tree, painted)

    weasyprint.pdf.add_tags = add_tags
    for page in document.pages:
        for *_, box in page.links:
            box.link_annotation = None            # one of another file, if the document was written before
        page.links = list(_outermost(page.links))
    try:
        yield
    finally:
        weasyprint.pdf.add_tags = upstream
        for page, original in zip(document.pages, links, strict=True):
            page.links = original


@contextmanager
def _watched(made_for: dict[int, Any]) -> Iterator[None]:
    """Note in *made_for* which box each structure element (by its object number) is made for."""
    upstream = tags._build_box_tree

    def build(box: Any, *rest: Any) -> Iterator[Any]:
        if _is_decorative(box):
            rest[-1].pop(box, None)               # its mark; WeasyPrint would ask for alternative text
            return
        for element in upstream(box, *rest):
            made_for.setdefault(element.number, getattr(box, "_box", box))
            yield element

    tags._build_box_tree = build
    try:
        yield
    finally:
        tags._build_box_tree = upstream


def _is_decorative(box: Any) -> bool:
    element = getattr(box, "element", None)
    return element is not None and box.element_tag == "img" and not element.get("alt")


def _outermost(links: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield *links* less those that WeasyPrint adds for every box inside a link (issue 185)."""
    seen: list[tuple[Any, Any]] = []
    for link in links:
        _, _, area, box = link
        inner = any(element is box.element and _holds(outer, area) for element, outer in seen)
        if box.element_tag == "a" and not inner:
            seen.append((box.element, area))
            yield link
        elif isinstance(box, boxes.ReplacedBox) and not _is_decorative(box):
            yield link


def _holds(outer: Sequence[float], inner: Sequence[float]) -> bool:
    return (outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3])


class _Draft:
    """As much of a pydyf.PDF as ``add_tags`` asks for; what is added here never reaches the file."""

    def __init__(self, pdf: Any) -> None:
        self.objects: list[Any] = []
        self.catalog: dict[str, Any] = {"Lang": None}
        self.page_references = pdf.page_references
        self._first = len(pdf.objects)            # so that the numbers are not those of real objects

    def add_object(self, added: Any) -> None:
        added.number = self._first + len(self.objects)
        self.objects.append(added)

    def get(self, reference: bytes) -> Any:
        """Return the object behind *reference*."""
        return self.objects[number(reference) - self._first]


class _Reader:
    """Reads the draft of a structure tree."""

    def __init__(self, pdf: Any, draft: _Draft, made_for: Mapping[int, Any], painted: Mapping[tuple[int, int], Any],
                 heights: Sequence[float]) -> None:
        self._pdf, self._draft, self._made_for, self._painted = pdf, draft, made_for, painted
        self._pages = {reference: number for number, reference in enumerate(pdf.page_references)}
        self._heights = heights

    def tree(self) -> Element:
        root = self._draft.get(self._draft.catalog["StructTreeRoot"])
        return self._element(self._draft.get(root["K"][0]))

    def _element(self, written: Any) -> Element:
        box = self._made_for.get(written.number)
        page = self._pages[written["Pg"]] if "Pg" in written else 0
        element = Element(written["S"].removeprefix("/"), tuple(self._kids(written, page, box)), box)
        ident = element.get("id")
        return replace(element, ids=(ident,) if ident else (), entries=self._entries(written, page))

    def _kids(self, written: Any, page: int, box: Any) -> Iterator[Kid]:
        for kid in written["K"]:
            if isinstance(kid, int):
                yield Content(page, kid, self._painted[page, kid])
                continue
            below = self._draft.get(kid)
            if below["Type"] == "/OBJR":
                annotation = self._pdf.objects[number(below["Obj"])]
                target = annotation["Dest"].string if "Dest" in annotation else ""
                yield Area(page, box, target, annotation)
            elif below.number not in self._made_for:     # WeasyPrint puts a Span around each line of text
                yield from self._kids(below, self._pages[below["Pg"]], box)
            else:
                yield self._element(below)

    def _entries(self, written: Any, page: int) -> Mapping[str, Any]:
        entries = {key: written[key] for key in ("A", "Alt") if key in written}
        if "BBox" in entries.get("A", {}):
            entries["A"] = pydyf.Dictionary({**entries["A"], "BBox": self._points(entries["A"]["BBox"], page)})
        return entries

    def _points(self, pixels: Sequence[float], page: int) -> Any:
        """Return a box in points from the page's foot; WeasyPrint gives CSS pixels from its top."""
        left, top, right, bottom = pixels
        return pydyf.Array(v * POINTS_PER_PIXEL
                           for v in (left, self._heights[page] - bottom, right, self._heights[page] - top))
