"""A finished PDF read back through its structure tree, as assistive technology reads it.

Nothing here is shared with the writer: pikepdf parses the bytes, and the text is decoded by the fonts' own tables.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from math import isnan, nan
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name

from nzpub.checks.readback_paint import Marks, framed, paintings

_OPERATORS = "q Q cm BT Tm Td TD T* Tf Tj TJ Do BMC BDC EMC"
_IDENTITY = (1, 0, 0, 1, 0, 0)
_INLINE = {"Span", "Em", "Strong", "Code", "Quote", "Link"}
_NOWHERE = (nan,) * 4
_NEW_LINE = 0.6                    # em: raised and lowered characters move less than that, the next line more
_MAPPING = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
SOFT_HYPHEN = "\u00ad"

Tables = dict[tuple[int, int], Mapping[int, str]]
"""Of each font, by its object's number, what its glyphs stand for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text painted in one go: *left* and *baseline* from the page's lower left corner, *size* that of its font.

    All are points. Text without a glyph of its own has no place: its baseline is not a number.
    """

    text: str
    page: int
    left: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Tagged:
    """A structure element: what it is and holds. *number* is that of its PDF object.

    *targets* are where its own link areas lead, each an address or ``#id`` (``#`` if the place has no name,
    ``#id|#other`` if it has several).
    """

    number: int
    role: str
    kids: tuple[Tagged | Piece, ...]
    lang: str = ""
    alt: str | None = None
    expansion: str = ""                        # what an abbreviation stands for
    targets: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()               # what its link areas say of themselves
    refs: tuple[int, ...] = ()                 # numbers of the elements that it refers to
    attributes: Mapping[str, str] = field(default_factory=dict)
    painted: str = ""                          # of a figure or formula: what it shows, in the words of `painted`

    def walk(self) -> Iterator[Tagged]:
        """Yield this element and those below it in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Tagged):
                yield from kid.walk()

    def pieces(self) -> Iterator[Piece]:
        """Yield the text below this element in reading order."""
        for kid in self.kids:
            if isinstance(kid, Tagged):
                yield from kid.pieces()
            else:
                yield kid

    @property
    def text(self) -> str:
        """Return the words with white space made even; a word broken over two lines keeps its hyphen and a space."""
        return " ".join(join(self.pieces()).replace(f"{SOFT_HYPHEN}\n", "").split())


class Whole(NamedTuple):
    """A PDF's structure, all *words* page by page, be they in it or not, and its *decorations*."""

    root: Tagged
    words: Sequence[Sequence[Piece]]
    decorations: Sequence[Decoration]


class Decoration(NamedTuple):
    """An artifact of the layout, such as a drawing that means nothing, not of the pagination."""

    page: int
    text: str
    painted: str                               # in the words of `painted`, in a box that is not known


@dataclass(frozen=True, slots=True)
class Run:
    r"""Words alike in role, language and link; a line's end is ``\n``. A picture has no words, but an *alt*."""

    role: str
    text: str
    lang: str
    alt: str | None
    target: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, cell, label …, in reading order."""

    role: str
    runs: tuple[Run, ...]


def read(pdf: bytes) -> Tagged:
    """Return the structure of *pdf*; an element without kids if the file is not tagged."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return tagged(opened)


def tagged(pdf: pikepdf.Pdf, *, painted: bool = True) -> Tagged:
    """Return the structure of an open *pdf*; an element without kids if it is not tagged.

    What figures show, which takes long to read of large pictures, is left out if not *painted*.
    """
    return _Reader(pdf, painted=painted).read()


def whole(pdf: pikepdf.Pdf) -> Whole:
    """Return the structure of an open *pdf* as :func:`tagged` does, and what its pages have beside it."""
    reader = _Reader(pdf, painted=True)
    return Whole(reader.read(), reader.words(), tuple(reader.decorations()))


def blocks(root: Tagged) -> Iterator[Block]:
    """Yield the blocks below *root* in reading order, each with its runs."""
    yield from _blocks(root, "", "")


def unfold(text: str, source: str) -> str:
    """Return *text* with its lines joined: a hyphen at a line's end goes if *source* has the word without it."""
    lines = text.split("\n")
    whole = lines[0]
    for line in lines[1:]:
        if whole.endswith(SOFT_HYPHEN):
            whole = whole[:-1] + line
        elif whole.endswith("-"):
            word = re.split(r"\s", whole)[-1][:-1] + re.split(r"\s", line)[0]
            whole = (whole[:-1] if word in source else whole) + line
        else:
            whole = f"{whole.removesuffix(' ')} {line}"
    return whole


def join(pieces: Iterator[Piece] | Sequence[Piece]) -> str:
    r"""Return the text of *pieces*, with ``\n`` where the baseline moves on to another line."""
    text, last = "", None
    for piece in pieces:
        if last and (piece.page != last.page
                     or abs(piece.baseline - last.baseline) > _NEW_LINE * max(piece.size, last.size)):
            text += "\n"
        text += piece.text
        last = last if isnan(piece.baseline) else piece
    return text


def _blocks(element: Tagged, lang: str, target: str) -> Iterator[Block]:
    lang = element.lang or lang
    loose: list[Run] = []
    for run in _runs(element, lang, target):
        if isinstance(run, Run):
            loose.append(run)
            continue
        if loose:
            yield Block(element.role, tuple(loose))
            loose = []
        yield from _blocks(run, lang, target)
    if loose:
        yield Block(element.role, tuple(loose))


def _runs(element: Tagged, lang: str, target: str) -> Iterator[Run | Tagged]:
    """Yield the words of *element*, and in their places the elements that are blocks of their own."""
    if element.alt is not None:
        yield Run(element.role, "", lang, element.alt, target)
    pieces: list[Piece] = []
    for kid in element.kids:
        if isinstance(kid, Piece):
            pieces.append(kid)
            continue
        if pieces:
            yield Run(element.role, join(pieces), lang, None, target)
            pieces = []
        if kid.role in _INLINE or (kid.role in ("Figure", "Formula") and element.role in _INLINE | {"P"}):
            yield from _runs(kid, kid.lang or lang, "".join(kid.targets[:1]) or target)
        else:
            yield kid
    if pieces:
        yield Run(element.role, join(pieces), lang, None, target)


class _Reader:
    """Reads the structure tree of one PDF."""

    def __init__(self, pdf: pikepdf.Pdf, *, painted: bool) -> None:
        self._root = pdf.Root.get("/StructTreeRoot")
        self._pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        tables: Tables = {}
        self._painted = {number: _painted(page.obj, number, tables) for number, page in enumerate(pdf.pages)}
        self._paintings = cache(lambda number: paintings(pdf.pages[number].obj) if painted else {})
        names = pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary()).get("/Names", Array())
        self._names: dict[bytes, list[str]] = {}                 # place → what it is called
        for name, dest in zip(list(names)[::2], list(names)[1::2], strict=True):
            place = dest["/D"] if isinstance(dest, Dictionary) else dest
            self._names.setdefault(place.unparse(), []).append(str(name))

    def read(self) -> Tagged:
        if self._root is None:
            return Tagged(0, "", ())
        tops = [self._element(kid) for kid in _many(self._root.get("/K"))]
        return tops[0] if len(tops) == 1 else Tagged(0, "", tuple(tops))

    def words(self) -> tuple[tuple[Piece, ...], ...]:
        """Return all that is written, page by page."""
        return tuple(tuple(chain.from_iterable(found.values())) for found in self._painted.values())

    def decorations(self) -> Iterator[Decoration]:
        """Yield the decorations page by page."""
        for page, found in self._painted.items():
            for ident in (ident for ident in found if ident is not None and ident < 0):
                text = "".join(piece.text for piece in found[ident])
                yield Decoration(page, text, framed(self._paintings(page).get(ident, ()), _NOWHERE))

    def _element(self, element: Any) -> Tagged:
        page = self._page(element)
        kids: list[Tagged | Piece] = []
        targets: list[str] = []
        labels: list[str] = []
        marks: list[tuple[int, int]] = []
        for kid in _many(element.get("/K")):
            if not isinstance(kid, Dictionary):
                marks.append((page, int(kid)))
                kids += self._painted[page].get(int(kid), ())
            elif kid.get("/Type") == Name.MCR:
                marks.append((self._page(kid), int(kid.MCID)))
                kids += self._painted[self._page(kid)].get(int(kid.MCID), ())
            elif kid.get("/Type") == Name.OBJR:
                targets.append(self._target(kid.Obj))
                labels.append(str(kid.Obj.get("/Contents", "")))
            else:
                kids.append(self._element(kid))
        return Tagged(element.objgen[0], str(element.S)[1:], tuple(kids), str(element.get("/Lang", "")),
                      str(element.Alt) if "/Alt" in element else None, str(element.get("/E", "")),
                      tuple(targets), tuple(labels),
                      tuple(ref.objgen[0] for ref in element.get("/Ref", ())), _attributes(element),
                      self._shown(element, marks) if str(element.S) in ("/Figure", "/Formula") else "")

    def _shown(self, element: Any, marks: Sequence[tuple[int, int]]) -> str:
        """Return what is painted inside *marks*, each a page and an id, in the box that *element* says it has."""
        box = next((attributes.BBox for attributes in _many(element.get("/A")) if "/BBox" in attributes), None)
        return framed((shape for page, ident in marks for shape in self._paintings(page).get(ident, ())), box)

    def _page(self, element: Any) -> int:
        return self._pages[element.Pg.objgen] if "/Pg" in element else 0

    def _target(self, annotation: Any) -> str:
        """Return where a link leads: its address, ``#id``, ``#`` for a place without a name, "" for nowhere.

        Of a place with several names, where one thing begins inside another, it is ``#id|#other``.
        """
        action = annotation.get("/A")
        if action is None:
            return f"#{annotation['/Dest']}" if "/Dest" in annotation else ""
        if "/URI" in action:
            return str(action.URI)
        return "|".join(f"#{name}" for name in self._names.get(action.D.unparse(), [""])) if "/D" in action else ""


def _many(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return list(value) if isinstance(value, Array) else [value]


def _attributes(element: Any) -> dict[str, str]:
    found = {key: value for attributes in _many(element.get("/A")) for key, value in attributes.items()}
    return {key[1:]: str(value).removeprefix("/") for key, value in found.items() if not isinstance(value, Array)}


# --- what is painted --------------------------------------------------------------------------------


def _painted(page: Any, number: int, tables: Tables) -> dict[int | None, list[Piece]]:
    """Return the text of each marked-content id of *page*, of each decoration below 0, and by None any other."""
    painter = _Painter(number, tables)
    painter.run(page)
    return painter.found


@dataclass(slots=True)
class _Said:
    """The words that stand for the glyphs of an open marked-content sequence, if any, and whether they were seen."""

    words: str | None
    seen: bool = False


class _Painter:
    """As much of a PDF interpreter as it takes to know which text stands where."""

    def __init__(self, page: int, tables: Tables) -> None:
        self.found: dict[int | None, list[Piece]] = {}
        self._page, self._tables = page, tables
        self._marks = Marks()
        self._said: list[_Said] = []
        self._stack: list[Matrix] = []
        self._ctm, self._tm, self._size = Matrix(), Matrix(), 0.0
        self._table: Mapping[int, str] = {}
        self._resources: Any = Dictionary()

    def run(self, stream: Any) -> None:
        """Interpret a page, or a form on it, which is how a group is drawn."""
        outer, self._resources = self._resources, stream.get("/Resources", Dictionary())
        for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
            self.paint(str(instruction.operator), list(instruction.operands))
        self._resources = outer

    def paint(self, operator: str, operands: Sequence[Any]) -> None:
        match operator:
            case "q":
                self._stack.append(self._ctm)
            case "Q":
                self._ctm = self._stack.pop()
            case "cm":
                self._ctm = Matrix(*map(float, operands)) @ self._ctm
            case "BT":
                self._tm = Matrix()
            case "Tm":
                self._tm = Matrix(*map(float, operands))
            case "Td" | "TD":
                self._tm = Matrix(1, 0, 0, 1, *map(float, operands)) @ self._tm
            case "Tf":
                self._table, self._size = self._characters(str(operands[0])), float(operands[1])
            case "BMC" | "BDC":
                self._open(operands[0], operands[-1])
            case "EMC":
                self._close()
            case "Tj" | "TJ":
                self._show(operands[0])
            case "Do":
                self._place(self._resources.XObject[str(operands[0])])

    def _place(self, placed: Any) -> None:
        if placed.get("/Subtype") == Name.Form:
            before = self._ctm
            self._ctm = Matrix(*map(float, placed.get("/Matrix", _IDENTITY))) @ before
            self.run(placed)
            self._ctm = before

    def _characters(self, name: str) -> Mapping[int, str]:
        """Return what the glyphs of the font called *name* stand for; each font is read once."""
        font = self._resources.Font[name]
        if font.objgen not in self._tables:
            self._tables[font.objgen] = characters(font)
        return self._tables[font.objgen]

    def _open(self, tag: Any, properties: Any) -> None:
        known = properties if isinstance(properties, Dictionary) else Dictionary()
        self._said.append(_Said(str(known.ActualText) if "/ActualText" in known else None))
        self._marks.open(tag, properties)
        self.found.setdefault(self._marks.ident, [])               # also of what has no words

    def _close(self) -> None:
        said = self._said.pop()
        if said.words is not None and not said.seen:
            self._add(Piece(said.words, self._page, nan, nan, 0))
        self._marks.close()

    def _show(self, shown: Any) -> None:
        place = self._tm @ self._ctm
        meant = next((said for said in self._said if said.words is not None), None)
        if meant is None or not meant.seen:
            text = _text(shown, self._table) if meant is None or meant.words is None else meant.words
            self._add(Piece(text, self._page, place.e, place.f, self._size * abs(place.d)))
        if meant is not None:
            meant.seen = True

    def _add(self, piece: Piece) -> None:
        self.found.setdefault(self._marks.ident, []).append(piece)


def _text(shown: Any, table: Mapping[int, str]) -> str:
    """Return what a string of glyphs says, each of them two bytes."""
    strings = [bytes(s) for s in (shown if isinstance(shown, Array) else [shown]) if isinstance(s, pikepdf.String)]
    codes = b"".join(strings)
    return "".join(table.get(int.from_bytes(codes[at:at + 2], "big"), "\ufffd") for at in range(0, len(codes), 2))


def characters(font: Any) -> dict[int, str]:
    """Return what each glyph of *font* stands for, by its code, as the font's own table says."""
    if "/ToUnicode" not in font:
        return {}
    text = font.ToUnicode.read_bytes()
    start = text.find(b"beginbfchar")
    return {int(code, 16): bytes.fromhex(value.decode()).decode("utf-16-be", "replace")
            for code, value in _MAPPING.findall(text[start:])}
