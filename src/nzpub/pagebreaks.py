"""Where the pages of the PDF begin, as places in the text that other formats can find again.

A place is a count of characters in a chapter, white space and notes left out: so the chapter of the PDF
and that of the EPUB need not have the same markup. Where their text differs, because an annotation
shows words in one of them only, the two are aligned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from nzpub.errors import Finding, ToolError
from nzpub.paginate import Layout

_BLOCKS = frozenset((
    "section", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "td", "th", "tr",
    "table", "caption", "figure", "figcaption", "blockquote", "pre", "aside", "main", "nav",
))
_NOTES = frozenset(("footnote", "noteref", "notes", "note-anchor"))
_UNSEEN = "\u00ad\u2060\u200b"            # soft hyphen, word joiner, zero width space: not painted
_HYPHENS = "-\u2010"


class Break(NamedTuple):
    """The start of a page: its printed folio, the chapter, and the characters before it in that chapter's text."""

    label: str
    chapter: str
    offset: int


class Spot(NamedTuple):
    """One character of a chapter's text: where it stands in the markup, and whether a word begins with it.

    ``tail`` says whether it stands in the tail of ``element`` or in its text, ``position`` where there.
    """

    character: str
    element: Any
    tail: bool
    position: int
    begins: bool


def breaks(layout: Layout, chapters: Iterable[str]) -> tuple[Break, ...]:
    """Return the break that begins each page of *layout* on which text of one of *chapters* (ids) stands.

    A page that begins inside a word begins, for us, with that word. Raises ToolError if the pages do not
    hold the chapters' text in order.
    """
    sections = {element.get("id"): element for element in layout.root.iter() if element.get("id")}
    texts = {name: tuple(spots(sections[name])) for name in chapters if name in sections}
    owners = {element: name for name in texts for element in sections[name].iter()}
    at = dict.fromkeys(texts, 0)
    found: list[Break] = []
    for number, leaf in enumerate(layout.document.pages, 1):
        first: tuple[str, int] | None = None
        for element, text in _painted(leaf._page_box):
            name = owners.get(element)
            if name is None:
                continue
            start, at[name] = at[name], _advance(texts[name], at[name], text, element)
            if first is None and at[name] > start:
                first = (name, _word_start(texts[name], start))
        if first is not None:
            found.append(Break(str(number), *first))
    return tuple(found)


def places(section: Any, marks: Iterable[Break], printed: Iterable[Spot]) -> Iterator[tuple[Break, Spot]]:
    """Yield each of *marks* with the spot of *section* before which it stands.

    *section* is a chapter in another format's markup, *printed* the same chapter's spots in the PDF.
    """
    ours = tuple(spots(section))
    theirs = "".join(spot.character for spot in printed)
    same = "".join(spot.character for spot in ours)
    offsets = _aligned(theirs, same)
    for mark in marks:
        offset = offsets(mark.offset)
        if offset < len(ours):
            yield mark, ours[_word_start(ours, offset)]


def spots(section: Any) -> Iterator[Spot]:
    """Yield the characters of *section*'s text in order, notes, white space and what is not painted left out."""
    yield from _spots(section, [True])


def _spots(element: Any, begins: list[bool]) -> Iterator[Spot]:
    if not isinstance(element.tag, str):                       # a comment
        return
    block = element.tag.rpartition("}")[2] in _BLOCKS
    begins[0] = begins[0] or block
    yield from _run(element, element.text, begins, tail=False)
    for child in element:
        if not _NOTES.intersection((child.get("class") or "").split()):
            yield from _spots(child, begins)
        yield from _run(child, child.tail, begins, tail=True)
    begins[0] = begins[0] or block


def _run(element: Any, text: str | None, begins: list[bool], *, tail: bool) -> Iterator[Spot]:
    for index, character in enumerate(text or ""):
        if character.isspace():
            begins[0] = True
        elif character not in _UNSEEN:
            yield Spot(character, element, tail, index, begins[0])
            begins[0] = False


def _painted(box: Any) -> Iterator[tuple[Any, str]]:
    """Yield element and text of each text box of a page's flow: no margin box, no note, nothing generated.

    WeasyPrint's box tree is internal: pinned, used here and in the PDF's repair alone, and tested.
    """
    kind = type(box).__name__
    if kind in ("MarginBox", "FootnoteAreaBox") or "::" in (box.element_tag or ""):
        return
    if kind == "TextBox":
        yield box.element, box.text
    for child in getattr(box, "children", ()):
        yield from _painted(child)


def _advance(text: tuple[Spot, ...], at: int, painted: str, element: Any) -> int:
    """Return the place in *text* after the *painted* characters, which stand there from *at* on."""
    place = at
    for character in painted:
        if character.isspace() or character in _UNSEEN:
            continue
        if place < len(text) and text[place].character.casefold() == character.casefold():
            place += 1
        elif character not in _HYPHENS:                        # which hyphenation puts at a line's end
            return _repeated(at, painted, element)
    return place


def _repeated(at: int, painted: str, element: Any) -> int:
    """Return *at* for a table's head that is printed again on the next page; raise ToolError for anything else."""
    if element.tag in ("th", "thead", "tr", "td", "span", "em", "strong", "abbr", "a"):
        return at
    raise ToolError(Finding("NZ702", "error", f"the pages do not hold the text in order, at “{painted[:40]}”",
                            hint="report this: a page's text could not be followed"))


def _word_start(text: tuple[Spot, ...], offset: int) -> int:
    while offset > 0 and not text[offset].begins:
        offset -= 1
    return offset


def _aligned(theirs: str, ours: str) -> Callable[[int], int]:
    """Return the function from an offset in *theirs* to the one in *ours* that stands before the same words."""
    if theirs == ours:
        return lambda offset: offset
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()

    def offset_in_ours(offset: int) -> int:
        for a, b, size in blocks:
            if offset < a + size or size == 0:
                return b + max(0, offset - a)
        return len(ours)
    return offset_in_ours
