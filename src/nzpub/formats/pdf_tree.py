"""A PDF's structure as values: elements, what was painted for them, and where a link can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from weasyprint.formatting_structure import boxes

POINTS_PER_PIXEL = 72 / 96         # CSS Values 4: 1in = 96px; PDF: 1in = 72pt
INLINE = {"Span", "Em", "Strong", "Code", "Quote", "Link", "Lbl", "Reference"}
LEAVES = {"P", "H1", "H2", "H3", "H4", "H5", "H6", "Title"}             # blocks that hold no blocks

@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What one box painted: a marked-content sequence of a page, counted from 0.

    *said* is the text that it stands for, if that is not what is painted; *broken*, that its last glyph is the
    hyphen of a word broken over two lines; *ended*, that the space at the line's end is left out.
    """

    page: int
    mcid: int
    box: Any
    said: str | None = None
    broken: bool = False
    ended: bool = False

    @property
    def text(self) -> str:
        """Return the painted text; "" for a picture."""
        return getattr(self.box, "text", "")


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Where a link can be clicked on one page: the hit area of *box*; *annotation* is None until written.

    *target* is the id that it leads to, "" outside the document; *contents* what it says to those who cannot see it.
    """

    page: int
    box: Any
    target: str
    annotation: Any = None
    contents: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A structure element, made for *box* (None: by us) and found under *ids*.

    *refs* are the ids of the elements that it refers to; *entries* go into its dictionary as they are.
    """

    role: str
    kids: tuple[Kid, ...] = ()
    box: Any = None
    ids: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    entries: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Any:
        """Return the HTML element that it was made from, or None."""
        return None if self.box is None else self.box.element

    @property
    def part(self) -> str:
        """Return the name of the pseudo-element, such as "marker"; "" for the element itself."""
        return "" if self.source is None else self.box.element_tag.partition("::")[2]

    @property
    def tag(self) -> str:
        """Return the name of the HTML element; "" for a pseudo-element and for what we made."""
        return "" if self.source is None or self.part else str(self.source.tag)

    @property
    def is_block(self) -> bool:
        """Return whether it was laid out as a block; what we made was not laid out at all."""
        return isinstance(self.box, boxes.BlockLevelBox)

    def get(self, attribute: str) -> str:
        """Return an attribute of the HTML element, "" if it has none; a pseudo-element has no attributes."""
        return "" if self.source is None or self.part else self.source.get(attribute, "")

    def having(self, **entries: Any) -> Element:
        """Return this element with *entries* set."""
        return replace(self, entries={**self.entries, **entries})


Kid = Element | Content | Area
Visit = Callable[[Element], Sequence[Kid]]


def rewrite(root: Element, visit: Visit) -> Element:
    """Return *root* with every element below it, innermost first, replaced by what *visit* returns for it."""
    kids: list[Kid] = []
    for kid in root.kids:
        kids.extend(visit(rewrite(kid, visit)) if isinstance(kid, Element) else (kid,))
    same = len(kids) == len(root.kids) and all(a is b for a, b in zip(kids, root.kids, strict=True))
    return root if same else replace(root, kids=tuple(kids))


def walk(root: Element) -> Iterator[Kid]:
    """Yield *root* and all below it in reading order."""
    yield root
    for kid in root.kids:
        if isinstance(kid, Element):
            yield from walk(kid)
        else:
            yield kid


def elements(root: Element) -> Iterator[Element]:
    """Yield *root* and the elements below it in reading order."""
    return (kid for kid in walk(root) if isinstance(kid, Element))


def contents(root: Element) -> Iterator[Content]:
    """Yield what was painted for *root*, in reading order."""
    return (kid for kid in walk(root) if isinstance(kid, Content))


def is_inline(kid: Kid) -> bool:
    """Return whether *kid* can be a part of a line, or of what is said in lines, as a formula set by itself is."""
    if not isinstance(kid, Element):
        return True
    if kid.role == "Figure":
        return not kid.is_block
    return kid.role in INLINE | {"Formula"}


def changed(root: Element, change: Callable[[Content], Content]) -> Element:
    """Return *root* with everything that was painted for it as *change* returns it."""
    def visit(element: Element) -> Element:
        kids = tuple(change(kid) if isinstance(kid, Content) else kid for kid in element.kids)
        return replace(element, kids=kids) if kids != element.kids else element
    return everywhere(root, visit)


def everywhere(root: Element, change: Callable[[Element], Element]) -> Element:
    """Return *root* with itself and every element below it, innermost first, as *change* returns it."""
    return change(rewrite(root, lambda element: (change(element),)))
