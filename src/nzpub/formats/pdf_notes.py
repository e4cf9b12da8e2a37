"""Notes and links, which WeasyPrint leaves loose. See pdf_repair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pydyf

from nzpub.formats.pdf_tree import INLINE, LEAVES, Area, Element, Kid, contents, elements, is_inline, rewrite, walk


def notes(tree: Element) -> Element:
    """Put each note after the block that its mark stands in, and let mark and note refer and lead to each other.

    WeasyPrint leaves the notes of a page at its end, as text that nothing leads to.
    """
    called = {element.source for element in elements(tree) if element.part == "footnote-call"}
    bodies = {element.source: _note(element) for element in elements(tree)
              if element.source in called and not element.part}

    def visit(element: Element) -> Sequence[Kid]:
        gone = element.source in bodies and not element.part
        emptied = element.source is None and not element.kids and element.role != "LBody"    # the page's note area
        return () if gone or emptied else (element,)

    placed, _ = _placed(rewrite(tree, visit), bodies)
    return placed


def _note(element: Element) -> Element:
    """Return the note *element* as FENote; its label leads back to the mark."""
    mark = _mark_id(element)
    kids = tuple(_linked(kid, mark) if isinstance(kid, Element) and kid.part == "footnote-marker" else kid
                 for kid in element.kids)
    kind = pydyf.Dictionary({"O": "/FENote", "NoteType": "/Footnote"})
    return replace(element, role="FENote", kids=kids, refs=(mark,)).having(A=kind)


def _mark_id(element: Element) -> str:
    return f"{element.source.get('id')}-mark"


def _linked(label: Element, target: str) -> Element:
    return replace(label, role="Lbl", kids=(Element("Link", (*_areas(label, target), *label.kids)),))


def _areas(element: Element, target: str) -> Iterator[Area]:
    """Yield an area for each line of *element*, leading to *target*."""
    by_page = {content.page: content for content in contents(element)}
    yield from (Area(page, element.box, target) for page in by_page)


def _placed(element: Element, bodies: Mapping[Any, Element]) -> tuple[Element, tuple[Element, ...]]:
    """Return *element* with the notes of the marks inside it, and those that its parent must take after it."""
    if element.part == "footnote-call":
        note = bodies[element.source]
        link = replace(element, role="Link", kids=(*_areas(element, note.ids[0]), *element.kids),
                       ids=(_mark_id(element),), refs=note.ids)
        return link, (note,)
    inline = element.role in INLINE or element.role in LEAVES
    kids: list[Kid] = []
    waiting: list[Element] = []
    for kid in element.kids:
        if not inline and not is_inline(kid):
            kids += waiting
            waiting = []
        new, found = _placed(kid, bodies) if isinstance(kid, Element) else (kid, ())
        kids.append(new)
        waiting += found
    if not inline:
        kids += waiting
    return replace(element, kids=tuple(kids)), tuple(waiting) if inline else ()


def links(tree: Element) -> Element:
    """Gather each link's areas in its one Link, and tell of them by its words; WeasyPrint tells its raw address."""
    def inside(element: Element) -> Sequence[Kid]:
        rest = tuple(kid for kid in element.kids if not isinstance(kid, Area))
        return rest if element.role == "Link" else (replace(element, kids=rest),)

    def visit(element: Element) -> Sequence[Kid]:
        if element.role != "Link":
            return (element,)
        said = _words(element)
        areas = tuple(replace(kid, contents=said) for kid in walk(element) if isinstance(kid, Area))
        inner = rewrite(element, inside).kids
        return (replace(element, kids=(*areas, *(kid for kid in inner if not isinstance(kid, Area)))),)
    return rewrite(tree, visit)


def _words(link: Element) -> str:
    """Return the words of a link as its source has them, or as they are painted if they are generated."""
    if link.tag == "a" and not link.part:
        words = "".join(_written(link.source))
    else:
        words = "".join(content.text for content in contents(link))
    return " ".join(words.replace("\u2060", "").replace("\u00ad", "").split())


def _written(source: Any) -> Iterator[str]:
    """Yield the words of an HTML element, with the alternative text of a picture in its place."""
    yield source.get("alt", "") if source.tag == "img" else source.text or ""
    for child in source:
        yield from _written(child)
        yield child.tail or ""
