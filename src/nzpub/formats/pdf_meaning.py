"""What WeasyPrint does not say of an element: its meaning, its language, its place on the line. See pdf_repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pydyf

from nzpub.formats.pdf_tree import INLINE, LEAVES, Content, Element, Kid, everywhere, is_inline, rewrite

_TITLE = "cover-title"             # the class of the line that is the document's title
_GROUPS = {"Document", "Part", "Sect", "Div", "Aside", "BlockQuote", "FENote"}     # they hold no text of their own
_CELLS = {"TR", "TH", "TD"}                                                        # they may be empty


def roles(tree: Element) -> Element:
    """Give the elements that WeasyPrint leaves without a meaning the one that HTML gives them (issue 2482).

    Generated text (``::before``, ``::after``) belongs to the element that it stands in; WeasyPrint makes a second
    link of a link's.
    """
    def visit(element: Element) -> Sequence[Kid]:
        if element.part and element.part not in _LABELS:
            return element.kids
        named = replace(element, role=_role(element))
        # A number set on a line of its own is a block inside a heading, and still no more than a part of it.
        return (rewrite(named, _flat) if named.role in INLINE or named.role in LEAVES else named,)
    return rewrite(tree, visit)


def _flat(element: Element) -> Sequence[Kid]:
    """Make a Span of a Div; the space that parted it from what follows was not painted."""
    if element.role != "Div":
        return (element,)
    *rest, last = element.kids or (None,)
    kids = (*rest, replace(last, said=f"{last.text} ")) if isinstance(last, Content) else element.kids
    return (replace(element, role="Span", kids=kids),)


_LABELS = ("marker", "footnote-marker", "footnote-call")
_ROLES = {"em": "Em", "strong": "Strong", "code": "Code", "q": "Quote", "aside": "Aside", "nav": "Sect", "pre": "P"}


def _role(element: Element) -> str:
    if element.get("class") == _TITLE:
        return "Title"
    if element.part in ("marker", "footnote-marker"):
        return "Lbl"
    if element.source is not None and not element.part and (role := _ROLES.get(element.source.tag)):
        return role
    if element.role in ("NonStruct", "Span"):
        return "Div" if element.box is None or element.is_block else "Span"
    return element.role


def empties(tree: Element) -> Element:
    """Drop the elements for which nothing is painted; the ids that they were found under go to what holds them."""
    def visit(element: Element) -> Element:
        gone = [kid for kid in element.kids if isinstance(kid, Element) and not kid.kids and kid.role not in _CELLS]
        kids = tuple(kid for kid in element.kids if kid not in gone)
        ids = (*element.ids, *(ident for kid in gone for ident in kid.ids))
        return replace(element, kids=kids, ids=ids) if gone else element
    return everywhere(tree, visit)


def paragraphs(tree: Element) -> Element:
    """Put text that stands loose among blocks into a P: WeasyPrint leaves it in a Sect or Div, which may hold none."""
    def visit(element: Element) -> Element:
        loose = [is_inline(kid) for kid in element.kids]
        if element.role in INLINE | LEAVES | {"Figure", "Formula"} or not any(loose):
            return element
        if all(loose) and element.role == "Div":
            return replace(element, role="P")
        if all(loose) and element.role not in _GROUPS:
            return element
        kids: list[Kid] = []
        for wrapped, run in groupby(element.kids, _is_wrapped):
            parts = tuple(run)
            kids += [Element("P", parts)] if wrapped else parts
        return replace(element, kids=tuple(kids))
    return everywhere(tree, visit)


def _is_wrapped(kid: Kid) -> bool:
    return is_inline(kid) and not (isinstance(kid, Element) and kid.role in ("Lbl", "Reference"))


def spans(tree: Element) -> Element:
    """Drop the Spans that say nothing of their words (issue 2482)."""
    def visit(element: Element) -> Element:
        kids: list[Kid] = []
        ids = list(element.ids)
        for kid in element.kids:
            if isinstance(kid, Element) and kid.role == "Span" and not kid.entries:
                kids += kid.kids
                ids += kid.ids
            else:
                kids.append(kid)
        return element if tuple(kids) == element.kids else replace(element, kids=tuple(kids), ids=tuple(ids))
    return everywhere(tree, visit)


def positions(tree: Element) -> Element:
    """Say of raised and lowered characters that they are; WeasyPrint only paints them so."""
    names = {"sup": "/Sup", "sub": "/Sub"}

    def visit(element: Element) -> Element:
        name = names.get(element.tag)
        return element.having(A=pydyf.Dictionary({"O": "/Layout", "TextPosition": name})) if name else element
    return everywhere(tree, visit)


def languages(tree: Element) -> Element:
    """Say in which language an element's words are; WeasyPrint says so of the document alone."""
    def visit(element: Element) -> Element:
        lang = element.get("lang")
        return element.having(Lang=pydyf.String(lang)) if lang else element
    return everywhere(tree, visit)


def expansions(tree: Element) -> Element:
    """Say what an abbreviation stands for, where the source does; WeasyPrint drops it."""
    def visit(element: Element) -> Element:
        title = element.get("title") if element.tag == "abbr" else ""
        return element.having(E=pydyf.String(title)) if title else element
    return everywhere(tree, visit)
