"""Contents, lists, tables and figures, which WeasyPrint tags by half. See pdf_repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pydyf

from nzpub.formats.pdf_tree import Area, Content, Element, Kid, contents, elements, everywhere, rewrite, walk


def navigation(tree: Element) -> Element:
    """Make the contents list a TOC whose entries refer to their targets; WeasyPrint makes it a list like another."""
    def entry(element: Element) -> Sequence[Kid]:
        if element.role in ("LBody", "P", "Div"):
            return element.kids
        if element.role == "L":
            return (replace(element, role="TOC", kids=tuple(_nested(element.kids, "TOC"))),)
        return (_entry(element) if element.role == "LI" else element,)

    def visit(element: Element) -> Sequence[Kid]:
        return (rewrite(element, entry) if element.get("role") == "doc-toc" else element,)
    return rewrite(tree, visit)


def _entry(item: Element) -> Element:
    inner = tuple(kid for kid in item.kids if isinstance(kid, Element) and kid.role == "TOC")
    line = tuple(kid for kid in item.kids if kid not in inner)
    targets = tuple(area.target for kid in line if isinstance(kid, Element) for area in walk(kid)
                    if isinstance(area, Area) and area.target)
    return replace(item, role="TOCI", kids=(Element("Reference", line), *inner), refs=targets[:1])


def lists(tree: Element) -> Element:
    """Give each list its numbering, each item its body, and nested lists their place in an item.

    WeasyPrint has no ``ListNumbering``, forgets the body where an item holds paragraphs, and hangs a nested list
    beside the item that it belongs to (issue 2874 mended only the order).
    """
    def visit(element: Element) -> Element:
        if element.role != "L" or element.tag == "dl":
            return element
        items = [_item(kid) if isinstance(kid, Element) else kid for kid in _nested(element.kids, "L")]
        return _numbered(replace(element, kids=tuple(items)))
    return everywhere(tree, visit)


def _nested(kids: Iterable[Kid], role: str) -> Iterator[Kid]:
    """Yield the items of a list, each with the lists that WeasyPrint put after it."""
    items: list[Kid] = []
    for kid in kids:
        if isinstance(kid, Element) and kid.role == role and items and isinstance(items[-1], Element):
            items[-1] = replace(items[-1], kids=tuple(sorted([*items[-1].kids, kid], key=_painted)))
        else:
            items.append(kid)
    yield from items


def _painted(kid: Kid) -> tuple[int, int]:
    """Return where *kid* ends in the order of painting, which in running text is that of reading.

    List markers do not count: they are painted after the text. So may a picture be, but not its caption; and what
    floats, such as the number of a table, is painted before all text, with which nothing ends.
    """
    if isinstance(kid, Content):
        return kid.page, kid.mcid
    parts = () if isinstance(kid, Area) else contents(kid)
    painted = [part for part in parts if "::marker" not in part.box.element_tag]
    words = [part for part in painted if part.text]
    return max(((part.page, part.mcid) for part in words or painted), default=(-1, -1))


def _item(item: Element) -> Element:
    label = tuple(kid for kid in item.kids if isinstance(kid, Element) and kid.role == "Lbl")
    body = tuple(kid for kid in item.kids if kid not in label)
    return replace(item, kids=(*label, Element("LBody", body)))


_NUMBERING = {"disc": "Disc", "circle": "Circle", "square": "Square", "decimal": "Decimal",
              "decimal-leading-zero": "Decimal", "lower-roman": "LowerRoman", "upper-roman": "UpperRoman",
              "lower-alpha": "LowerAlpha", "lower-latin": "LowerAlpha", "upper-alpha": "UpperAlpha",
              "upper-latin": "UpperAlpha"}


def _numbered(element: Element) -> Element:
    labelled = any(isinstance(part, Element) and part.role == "Lbl"
                   for item in element.kids if isinstance(item, Element) for part in item.kids)
    style = str(element.box.style["list_style_type"] if element.box is not None else "")
    numbering = _NUMBERING.get(style, "Ordered" if element.tag == "ol" else "Unordered") if labelled else "None"
    return element.having(A=pydyf.Dictionary({"O": "/List", "ListNumbering": f"/{numbering}"}))


def terms(tree: Element) -> Element:
    """Make an item of each term with its descriptions: WeasyPrint makes one of each ``dt`` and ``dd`` (issue 2482)."""
    def visit(element: Element) -> Element:
        if element.role != "L" or element.tag != "dl":
            return element
        parts = [replace(kid, role="Lbl" if kid.tag == "dt" else "LBody")
                 for kid in element.kids if isinstance(kid, Element)]
        attributes = pydyf.Dictionary({"O": "/List", "ListNumbering": "/Description"})
        return replace(element, kids=tuple(map(_entry_of, _described(parts)))).having(A=attributes)
    return everywhere(tree, visit)


def _entry_of(parts: Sequence[Element]) -> Element:
    """Return the item of a term and its descriptions; one that is left without any has a body all the same."""
    has_body = any(part.role == "LBody" for part in parts)
    return Element("LI", (*parts, *(() if has_body else (Element("LBody", ()),))))


def _described(parts: Iterable[Element]) -> Iterator[tuple[Element, ...]]:
    """Yield the terms and descriptions that belong together: a term after a description begins the next item."""
    item: list[Element] = []
    for part in parts:
        if part.role == "Lbl" and item and item[-1].role == "LBody":
            yield tuple(item)
            item = []
        item.append(part)
    if item:
        yield tuple(item)


def tables(tree: Element) -> Element:
    """Say of each header cell whether it heads its column or its row.

    WeasyPrint lists header cells by id instead, and the ids of the heads that it repeats on the next page are gone.
    """
    def visit(element: Element) -> Element:
        if element.role not in ("THead", "TBody", "TFoot"):
            return element
        scope = "/Column" if element.role == "THead" else "/Row"
        return everywhere(element, lambda cell: _cell(cell, scope) if cell.role in ("TH", "TD") else cell)
    return everywhere(tree, visit)


def _cell(cell: Element, scope: str) -> Element:
    spans = {key: value for key, value in cell.entries["A"].items() if key in ("ColSpan", "RowSpan")}
    if cell.role == "TH":
        spans["Scope"] = {"row": "/Row", "col": "/Column"}.get(cell.get("scope"), scope)
    return replace(cell, entries={"A": pydyf.Dictionary({"O": "/Table", **spans})} if spans else {})


def figures(tree: Element) -> Element:
    """Make one Figure of picture and caption: WeasyPrint puts them side by side, in what means nothing (issue 2482)."""
    def visit(element: Element) -> Element:
        captions = [inner for inner in elements(element) if inner.role == "Caption"]
        inside = {inner for caption in captions for inner in elements(caption)}       # a formula is a picture too
        pictures = [inner for inner in elements(element) if inner.role == "Figure" and inner not in inside]
        if element.tag != "figure" or not pictures:
            return element
        alt = pydyf.String(" ".join(picture.entries["Alt"].string for picture in pictures))
        return replace(
            element, role="Figure", entries={**pictures[0].entries, "Alt": alt},
            kids=(*(kid for picture in pictures for kid in picture.kids), *captions),
            ids=(*element.ids, *(ident for picture in pictures for ident in picture.ids)))
    return everywhere(tree, visit)


def formulas(tree: Element) -> Element:
    """Call a formula a Formula: to WeasyPrint it is a picture like another."""
    def visit(element: Element) -> Element:
        is_formula = element.role == "Figure" and "math" in element.get("class").split()
        return replace(element, role="Formula") if is_formula else element
    return everywhere(tree, visit)
