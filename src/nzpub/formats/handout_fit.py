"""Where the handout's room is too small: what a slide shows is set smaller, and its notes get more room.

A slide has a frame, and what does not fit would be painted over what stands around it, or not at all. WeasyPrint
says nothing of that, so its boxes are held against the frame. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from math import inf
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree

from weasyprint.formatting_structure import boxes

Element = ElementTree.Element
Part = Literal["slide", "facts", "notes", "slot"]
_STEPS = ("0.9", "0.8", "0.7")     # the last leaves words as large as PowerPoint's smallest: 24 of 1,280 pixels
_ROUNDING = 1
_HELP: Mapping[Part, str] = {"notes": "broad", "slot": "long"}      # the classes that help


class Misfit(NamedTuple):
    """A part of the slot *number* (from 0) that holds more than there is room for; "slot" is all of it."""

    number: int
    part: Part


class Room(NamedTuple):
    """The edges of what something has to stand in."""

    left: float
    top: float
    right: float
    bottom: float


def lay_out(root: Element, render: Callable[[Element], Any]) -> tuple[Any, tuple[Misfit, ...]]:
    """Return the document that *render* makes of the handout *root*, and what still does not fit in it.

    What would not is eased: its slot is given what :file:`handout.css` has for it.
    """
    slots = [div for div in root.iter("div") if "slot" in _classes(div)]
    document = render(root)
    found = misfits(document, slots)
    if not found:
        return document, ()
    stuck: set[Misfit] = set()
    while found:
        stuck |= {misfit for misfit in found if not _eased(slots[misfit.number], misfit.part)}
        rest = {misfit.number for misfit in found} - {misfit.number for misfit in stuck}
        found = misfits(render(_only(root, [slots[n] for n in sorted(rest)])), slots) if rest else ()
    document = render(root)
    return document, tuple(sorted(stuck)) or misfits(document, slots)


def _classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def _parts(slot: Element) -> Iterator[tuple[Part, Element]]:
    """Yield the parts of *slot*, each with its name."""
    slide, facts = slot[0]
    yield "slide", slide
    yield "facts", facts
    for notes in slot[1:]:
        yield "notes", notes


def _only(root: Element, slots: Sequence[Element]) -> Element:
    """Return *root* with no slots but *slots*."""
    whole = copy(root)
    whole[:] = [_only(element, slots) for element in root]
    if root.tag == "main":
        whole[:] = slots
    return whole


# --- what helps -------------------------------------------------------------------------------------


def _eased(slot: Element, part: Part) -> bool:
    """Give a *part* of *slot* the next thing that helps; return False if there is none left."""
    if part == "slide":
        now = slot.get("style", "").rpartition(" ")[2]
        left = _STEPS[_STEPS.index(now) + 1:] if now else _STEPS
        slot.set("style", f"--handout-fit: {left[0] if left else now}")
        return bool(left)
    name = _HELP.get(part, "")
    helps = bool(name) and name not in _classes(slot)
    slot.set("class", f"{slot.get('class')} {name}" if helps else slot.get("class", ""))
    return helps


# --- what does not fit ------------------------------------------------------------------------------


def misfits(document: Any, slots: Sequence[Element]) -> tuple[Misfit, ...]:
    """Return what does not fit of those of *slots* that *document* has, in their order."""
    owners = {element: Misfit(number, part) for number, slot in enumerate(slots)
              for part, top in _parts(slot) for element in top.iter()}
    on: dict[Misfit, set[int]] = {}                          # the pages of each part
    seen: set[Element] = set()
    found: set[Misfit] = set()
    for number, page in enumerate(document.pages):
        boxed = {box.element for box in page._page_box.descendants()} & owners.keys()
        for element in boxed:
            on.setdefault(owners[element], set()).add(number)
        seen |= boxed
        found |= {owners[element] for element in _strays(page._page_box, slots)}
    found |= {owners[element] for element in owners.keys() - seen if owners[element] in on and _says(element)}
    return tuple(sorted(found | set(_broken(on, slots))))


def _says(element: Element) -> bool:
    return bool((element.text or "").strip())


def _broken(on: Mapping[Misfit, set[int]], slots: Sequence[Element]) -> Iterator[Misfit]:
    """Yield the frames that are in two pieces, and the slots that do not know yet that they are longer than a page.

    In one that knows, the sources are in two pieces only if they alone are longer than a page.
    """
    broken = [misfit for misfit, pages in on.items() if len(pages) > 1]
    yield from (misfit for misfit in broken if misfit.part == "slide")
    for number, slot in enumerate(slots):
        pages = set().union(*(pages for misfit, pages in on.items() if misfit.number == number))
        if _HELP["slot"] in _classes(slot):
            yield from (misfit for misfit in broken if misfit == (number, "facts"))
        elif len(pages) > 1:
            yield Misfit(number, "slot")


def _strays(page: Any, slots: Sequence[Element]) -> Iterator[Element]:
    """Yield the elements with something on *page* that is outside of its part's room."""
    foot = page.content_box_y() + page.height
    rooms: dict[Element, Callable[[Any, Room], Room]] = {}
    for slot in slots:
        for part, top in _parts(slot):
            rooms[top] = _frame if part == "slide" else lambda box, _: _column(box, foot)
        rooms[slot[0][0][1]] = lambda box, room: room._replace(top=box.position_y)      # a title is not painted over
    yield from _outside(page, Room(-inf, -inf, inf, inf), rooms)


def _frame(box: Any, _: Room) -> Room:
    left, top = box.padding_box_x(), box.padding_box_y()
    return Room(left, top, left + box.padding_width(), top + box.padding_height())


def _column(box: Any, foot: float) -> Room:
    left = box.content_box_x()
    return Room(left, -inf, left + box.width, foot)


def _outside(box: Any, room: Room, rooms: Mapping[Element, Callable[[Any, Room], Room]]) -> Iterator[Element]:
    """Yield the elements of the words and pictures in *box* that are outside of *room*, or of the room they have."""
    if not _inside(box, room):
        yield box.element
    for child in getattr(box, "children", ()):
        # An anonymous box has its parent's element.
        makes = rooms.get(child.element) if child.element is not box.element or child.is_column else None
        yield from _outside(child, makes(child, room) if makes else room, rooms)


def _inside(box: Any, room: Room) -> bool:
    """Tell whether *box* is inside *room*: a line by its height, words by their width, a picture by both.

    A list's markers hang at the side.
    """
    across = not isinstance(box, boxes.TextBox | boxes.ReplacedBox) or box.element_tag == "li::marker" or (
        box.position_x >= room.left - _ROUNDING and box.position_x + box.width <= room.right + _ROUNDING)
    down = not isinstance(box, boxes.LineBox | boxes.BlockReplacedBox) or (
        box.position_y >= room.top - _ROUNDING and box.position_y + box.height <= room.bottom + _ROUNDING)
    return across and down
