"""What WeasyPrint tags wrongly of what it paints: words and spaces, pages and boxes. See pdf_repair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from nzpub.formats.pdf_tree import INLINE, Content, Element, Kid, changed, contents, elements, rewrite

_NEW_LINE = 0.6                    # em: raised and lowered characters move less than that, the next line more
_TOUCHING = 0.1                    # CSS pixels
_NEAR = 12                         # characters that tell one place of a paragraph from another
_SPACE = re.compile(r"[ \t\n\r\f]+")
_UNSEEN = {0xAD: None, 0x2060: None}             # soft hyphen, word joiner: a word may break at one or beside it
_WORD_END, _WORD_START = re.compile(r"[^\W\d_]+$"), re.compile(r"^[^\W\d_]+")


def leaders(tree: Element) -> Element:
    """Make one space of the dots between a contents entry and its page: WeasyPrint tags every dot as text."""
    def visit(element: Element) -> Sequence[Kid]:
        if element.box is None or not element.box.is_leader:
            return (element,)
        return tuple(replace(dot, said=" ") for dot in list(contents(element))[:1])
    return rewrite(tree, visit)


def spaces(tree: Element) -> Element:
    """Say that there is a space where one stands alone between two elements: WeasyPrint paints nothing for it."""
    return changed(tree, lambda kid: replace(kid, said=" ") if kid.text.isspace() else kid)


def pages(tree: Element) -> Element:
    """Join what a page break parted, and what anonymous boxes did (issue 2903).

    WeasyPrint makes an element for every box, so a paragraph over two pages is two, a list item is three, and
    emphasis around a formula that is set by itself is two, with the formula beside them.
    A table's head that is repeated on the next page is not repeated in the structure, but its links can be clicked.
    """
    return replace(tree, kids=tuple(_joined(tree.kids, None)))


_Key = tuple[Any, str]


def _key(kid: Kid) -> _Key | None:
    return (kid.source, kid.part) if isinstance(kid, Element) and kid.source is not None else None


def _joined(kids: Iterable[Kid], parent: _Key | None) -> Iterator[Kid]:
    """Yield *kids*, those of the same source as one; one of the same source as their *parent* gives up its place."""
    found: dict[object, list[Kid]] = {}
    for kid in _dissolved(kids, parent):
        found.setdefault(_parted(kid, found) or _key(kid) or kid, []).append(kid)
    for first, *more in found.values():
        if isinstance(first, Element):
            parts = [part for part in more if isinstance(part, Element)]
            if first.role in ("THead", "TFoot"):
                parts = [rewrite(part, _untold) for part in parts]
            key = _key(first)
            inner = [*first.kids, *(kid for part in parts for kid in (part.kids if _key(part) == key else (part,)))]
            yield replace(first, kids=tuple(_joined(inner, key)))
        else:
            yield first


def _parted(kid: Kid, found: Iterable[object]) -> _Key | None:
    """Return which of the keys *found* is of an element that has the block *kid* in its midst, if one is."""
    if not (isinstance(kid, Element) and kid.tag == "img" and kid.is_block):
        return None
    return next((key for key in found if isinstance(key, tuple) and not key[1] and kid.source in key[0].iter()), None)


def _untold(element: Element) -> Sequence[Kid]:
    """Leave of what is painted again nothing but where it can be clicked."""
    return (replace(element, kids=tuple(kid for kid in element.kids if not isinstance(kid, Content))),)


def _dissolved(kids: Iterable[Kid], parent: _Key | None) -> Iterator[Kid]:
    for kid in kids:
        if isinstance(kid, Element) and parent is not None and _key(kid) == parent:
            yield from _dissolved(kid.kids, parent)
        else:
            yield kid


def hyphens(tree: Element) -> Element:
    """Mark the hyphen of a word broken over two lines as a soft one; WeasyPrint's reads like one of the author's."""
    painted = list(contents(tree))
    broken = {first for first, second in pairwise(painted) if _is_broken(first, second)}
    return changed(tree, lambda kid: replace(kid, broken=True) if kid in broken else kid)


def _is_broken(first: Content, second: Content) -> bool:
    """Return whether a word runs from *first* on to *second* that its source has without a hyphen."""
    element = first.box.element
    if element is None or second.box.element is not element or not first.text.endswith("-"):
        return False
    start = _WORD_END.search(first.text.translate(_UNSEEN).rstrip("-"))
    end = _WORD_START.search(second.text.translate(_UNSEEN))
    if not start or not end:
        return False
    source = "".join(element.itertext()).translate(_UNSEEN).casefold()
    return (start[0] + end[0]).casefold() in source and f"{start[0]}-{end[0]}".casefold() not in source


def ends(tree: Element) -> Element:
    """Put back the space that WeasyPrint takes off a line's end: voices would join the words."""
    ended = {first for element in elements(tree) if element.role not in INLINE
             for first, second in pairwise(_in_line(element)) if _is_ended(first, second, element)}
    return changed(tree, lambda content: _with_space(content) if content in ended else content)


def _with_space(content: Content) -> Content:
    return replace(content, ended=True) if content.said is None else replace(content, said=f"{content.said} ")


def _in_line(element: Element) -> Iterator[Content]:
    """Yield the text of *element* that is not in a block inside it."""
    for kid in element.kids:
        if isinstance(kid, Content) and kid.text:
            yield kid
        elif isinstance(kid, Element) and kid.role in INLINE:
            yield from _in_line(kid)


def _is_ended(first: Content, second: Content, element: Element) -> bool:
    """Return whether a line ends between *first* and *second*, and a space with it."""
    moved = abs(first.box.position_y + first.box.baseline - second.box.position_y - second.box.baseline)
    same_line = first.page == second.page and (
        moved < _NEW_LINE * first.box.style["font_size"] or _touch(first.box, second.box))
    spaced = (first.said or first.text).endswith(" ") or first.box.style["white_space"].startswith("pre")
    if same_line or first.broken or spaced:
        return False
    source = "" if element.source is None else _SPACE.sub(" ", "".join(_words(element.source))).casefold()
    before, after = first.text[-_NEAR:].casefold(), second.text[:_NEAR].casefold()
    return before + after not in source or f"{before} {after}" in source


def _touch(first: Any, second: Any) -> bool:
    """Return whether one box goes on where the other ends, as a note's mark does behind lowered characters."""
    gaps = (second.position_x - first.position_x - first.width, first.position_x - second.position_x - second.width)
    return any(abs(gap) < _TOUCHING for gap in gaps)


def _words(source: Any) -> Iterator[str]:
    """Yield the words of an HTML element; a forced line break is a space."""
    yield source.text or ""
    for child in source:
        yield from (" ",) if child.tag == "br" else _words(child)
        yield child.tail or ""


def directions(tree: Element) -> Element:
    """Say text written from right to left in the order in which it is read: WeasyPrint paints it from the left.

    So it does what has no direction of its own, such as the stop behind a number, in a block that is written so.
    """
    return changed(tree, lambda kid: replace(kid, said=kid.text) if _is_backwards(kid) else kid)


def _is_backwards(content: Content) -> bool:
    if content.text and content.box.style["direction"] == "rtl":
        return True
    return not content.text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in content.text)
