"""A PDF read back by its structure tree, as a screen reader has it: text, language, links, descriptions.

A line's end stands as U+2028 in the text: whether a space or a hyphen stood there, only the source knows
(:func:`unfold`). Beside a picture, where perhaps no line ends, stands U+2029. A note comes where its mark is;
here the notes follow the text, in the order of their marks.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations_with_replacement, groupby
from operator import itemgetter
from textwrap import shorten

import pikepdf
import pypdfium2

from nzpub.checks import readback_pdf as tree
from nzpub.checks.painted import ANY, changed, is_seen
from nzpub.checks.passage import PICTURE, Kind, Mark, Marks, Passage, Piece, flat, passage

LINE_END = "\u2028"
_EDGE = "\u2029"                   # of a picture or formula: a line may end there
_ENDS = re.compile(f"({_EDGE}*{LINE_END}{_EDGE}*|{_EDGE})")
_NEW_LINE = 0.6                    # em: raised and lowered characters move less than that, the next line more
_UPON = 0.5                        # em: so near each other words are painted twice in one place
_INLINE = frozenset(["Span", "Em", "Strong", "Code", "Quote", "Link", "Reference", "Formula", "Figure", "Sub", "Ruby"])
_OPEN = frozenset(("Document", "Part", "Sect", "Div", "NonStruct", "Aside", "Art", "TOC", "L", "Table", "THead",
                   "TBody", "TFoot", "TR", "LI", "BlockQuote"))
_EMPHASIS: Mapping[str, Kind] = {"Em": "em", "Strong": "strong", "Code": "code"}
_POSITIONS: Mapping[str, Kind] = {"Sub": "sub", "Sup": "sup"}
_METADATA = (("title", "dc:title"), ("author", "dc:creator"), ("description", "dc:description"),
             ("keywords", "pdf:Keywords"), ("identifier", "dc:identifier"), ("rights", "dc:rights"))
_CELL = re.compile(r"(?:heading|cell) (\d+)\.\d+")
_ALPHABET = 26
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ENTRY = "entry"                   # on the way: an item of a definition list, whose label is no number
_ORDERED = frozenset(["Decimal", "UpperRoman", "LowerRoman", "UpperAlpha", "LowerAlpha", "Ordered"])


def read(content: bytes) -> tuple[Passage, ...]:
    """Return the passages of the PDF *content*: metadata, attached files, outline, text, then notes.

    Raises ValueError if it cannot be read or has no structure.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            whole = tree.whole(pdf)
            if not whole.root.kids:
                raise ValueError("it has no structure")
            reader = _Reader(str(pdf.Root.get("/Lang", "")))
            reader.element(whole.root, (), {})
            drawn = (passage("decoration", [Piece(PICTURE, {"picture": f"{squeezed(each.text)} ",
                                                            "painting": each.painted})], part=_page(each.page))
                     for each in whole.decorations)
            return (*_about(pdf), *reader.found, *reader.notes, *drawn, *_witness(content, whole))
    except (pikepdf.PdfError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _about(pdf: pikepdf.Pdf) -> Iterator[Passage]:
    yield passage("language", [Piece(str(pdf.Root.get("/Lang", "")), {})], part="metadata")
    with pdf.open_metadata() as metadata:
        for name, key in _METADATA:
            if value := metadata.get(key):
                words = value if isinstance(value, str) else ", ".join(value)
                yield passage(name, [Piece(words, {})], part="metadata")
    for name in sorted(pdf.attachments):
        digest = hashlib.sha256(pdf.attachments[name].get_file().read_bytes()).hexdigest()
        yield passage("file", [Piece(f"{name} {digest}", {})], part="attachments")
    with pdf.open_outline() as outline:
        yield from _outline(outline.root, ())


def _outline(items: Iterable[pikepdf.OutlineItem], path: tuple[str, ...]) -> Iterator[Passage]:
    for number, item in enumerate(items, 1):
        here = (*path, f"number {number}")
        yield passage("outline", [Piece(str(item.title), {})], here, part="outline")
        yield from _outline(item.children, here)


def _witness(content: bytes, whole: tree.Whole) -> Iterator[Passage]:
    """Yield what is seen on each page and the structure does not have, and the reverse.

    A second reader, PDFium, is the witness, and the first is for what it takes for one, since it is painted twice in
    one place. Only letters are counted: lines are broken and hyphenated. A page's ``prose`` are its surplus letters,
    sorted.
    """
    tagged: dict[int, list[tree.Piece]] = {}
    for piece in whole.root.pieces():
        tagged.setdefault(piece.page, []).append(piece)
    pdf = pypdfium2.PdfDocument(content)
    try:
        for number, (page, shown) in enumerate(zip(pdf, whole.words, strict=True)):
            painted = page.get_textpage().get_text_range()
            yield from _margin(painted, shown, tagged.get(number, ()), _page(number))
    finally:
        pdf.close()


def _page(number: int) -> str:
    return f"page {number + 1}"


def _margin(painted: str, shown: Sequence[tree.Piece], told: Sequence[tree.Piece], part: str) -> Iterator[Passage]:
    text = _letters(told)
    seen, known = Counter(letters(painted)), Counter(text)
    if surplus := (seen | Counter(_letters(shown))) - known:
        lines = [line for line in painted.splitlines() if letters(line) not in text]
        made = passage("margin", [Piece(" | ".join(lines) or painted[:80], {})], part=part)
        yield replace(made, prose="".join(sorted(surplus.elements())))
    if known - seen and (lost := Counter(_letters(_apart(told))) - seen):
        yield passage("text that is not painted", [Piece("".join(lost.elements()), {})], part=part)
    if again := "".join(piece.text for piece in _untold(shown, told)):
        yield passage("text painted twice", [Piece(again, {})], part=part)


def _letters(pieces: Iterable[tree.Piece]) -> str:
    return letters("".join(piece.text for piece in pieces))


def _apart(pieces: Iterable[tree.Piece]) -> Iterator[tree.Piece]:
    """Yield *pieces* but for those that repeat another in its place, as the outlines and shadows of words do."""
    known: list[tree.Piece] = []
    for piece in pieces:
        if not _is_upon(piece, known):
            yield piece
        known.append(piece)


def _untold(shown: Iterable[tree.Piece], told: Sequence[tree.Piece]) -> Iterator[tree.Piece]:
    """Yield those of the words *shown* that repeat some of those *told* in their place."""
    untold = Counter(shown) - Counter(told)
    return (piece for piece in untold.elements() if _is_upon(piece, told))


def _is_upon(piece: tree.Piece, others: Iterable[tree.Piece]) -> bool:
    """Return whether *piece* has the words of one of *others* and lies so near that PDFium may take them for one."""
    return any(piece.text == other.text and max(abs(piece.left - other.left), abs(piece.baseline - other.baseline))
               < _UPON * other.size for other in others)


def letters(text: str) -> str:
    """Return the letters of *text*, small ones for capitals, without accents, ligatures taken apart."""
    return "".join(c for c in unicodedata.normalize("NFKD", _same(text)).casefold() if c.isalpha())


@dataclass(slots=True)
class _Reader:
    """Walks the structure tree."""

    lang: str
    found: list[Passage] = field(default_factory=list)
    notes: list[Passage] = field(default_factory=list)
    _last: tree.Piece | None = None
    _rows: list[int] = field(default_factory=list)         # of each open table

    def element(self, element: tree.Tagged, path: tuple[str, ...], marks: Marks) -> None:
        """Read a block: its loose words are passages, and so is each block in it."""
        marks = self._marked(element, marks)
        kind = "title" if element.role == "Title" else f"heading {element.role[1:]}"
        kind = kind if element.role == "Title" or element.role[1:].isdigit() else "paragraph"
        if element.role == "FENote":
            self._note(element, marks)
            return
        if element.role == "Figure":
            self._figure(element, path, marks)
            return
        if element.role == "Table":
            self._rows.append(0)
        pieces: list[Piece] = []
        count = 0
        for kid in element.kids:
            if isinstance(kid, tree.Piece):
                pieces.append(self._painted(kid, marks))
            elif kid.role in _INLINE and not _stands_alone(kid, element):
                pieces += self._inline(kid, marks, in_contents=path[:1] == ("contents",))
            else:
                self._flush(kind, pieces, path)
                count += kid.role in ("LI", "TD", "TH")
                if not _is_marker(kid, path):
                    self.element(kid, (*path, *self._steps(element, kid, count, path)), marks)
        self._flush(kind, pieces, path)
        if element.role == "Table":
            self._rows.pop()

    def _steps(self, parent: tree.Tagged, kid: tree.Tagged, count: int, path: tuple[str, ...]) -> Iterator[str]:
        """Yield what *kid*, the item or cell *count* of *parent*, adds to the path."""
        numbering = parent.attributes.get("ListNumbering", "")
        match kid.role:
            case "LI":
                yield _ENTRY if numbering == "Description" else _item(kid, numbering, count)
            case "Lbl":
                yield "term"
            case "LBody" if path[-1:] == (_ENTRY,):
                yield "definition"
            case "TR":
                self._rows[-1] += 1
            case "TD" | "TH":
                yield f"{'cell' if kid.role == 'TD' else 'heading'} {self._rows[-1]}.{count}"
            case "BlockQuote":
                yield "quote"
            case "Caption":
                yield "caption"
            case "TOC" if parent.role != "TOCI":
                yield "contents"

    def _flush(self, kind: str, pieces: list[Piece], path: tuple[str, ...]) -> None:
        """End a passage; a page number of the contents, which is furniture, is none."""
        made = passage(kind, pieces, (step for step in path if step != _ENTRY))
        if made.text.strip(f"{LINE_END}{_EDGE} ") and not (path[:1] == ("contents",) and made.text.isdecimal()):
            self.found.append(made)
        pieces.clear()
        self._last = None

    def _inline(self, element: tree.Tagged, marks: Marks, *, in_contents: bool = False) -> Iterator[Piece]:
        marks = self._marked(element, marks)
        if element.role in ("Formula", "Figure"):
            shown = (Piece(element.alt or "", {**marks, "math": "", "painting": element.painted})
                     if element.role == "Formula" else _shown(element, marks))
            yield from (Piece(_EDGE, marks), shown, Piece(_EDGE, marks))
            return
        for kid in element.kids:
            if isinstance(kid, tree.Tagged):
                yield from self._inline(kid, marks, in_contents=in_contents)
            elif not (in_contents and "link" not in marks):           # the page's number
                yield self._painted(kid, marks)

    def _painted(self, piece: tree.Piece, marks: Marks) -> Piece:
        last, self._last = self._last, piece
        moved = last and (piece.page != last.page
                          or abs(piece.baseline - last.baseline) > _NEW_LINE * max(piece.size, last.size))
        return Piece((LINE_END if moved else "") + piece.text, marks)

    def _marked(self, element: tree.Tagged, marks: Marks) -> Marks:
        new = dict(marks)
        if element.lang:
            new["lang"] = element.lang
            if element.lang == self.lang:
                del new["lang"]
        if (kind := _EMPHASIS.get(element.role)) is not None:
            new[kind] = ""
        if (kind := _POSITIONS.get(element.attributes.get("TextPosition", ""))) is not None:
            new[kind] = ""
        if element.role == "Link":
            new["link"] = " ".join(dict.fromkeys(element.targets))
        return new

    def _figure(self, element: tree.Tagged, path: tuple[str, ...], marks: Marks) -> None:
        shown = _shown(element, marks)
        self.found.append(passage("paragraph", [shown], (*(step for step in path if step != _ENTRY), "figure")))
        for kid in element.kids:
            if isinstance(kid, tree.Tagged):
                self.element(kid, (*path, "figure", "caption") if kid.role == "Caption" else path, marks)

    def _note(self, element: tree.Tagged, marks: Marks) -> None:
        """Read a note, whose label is its number, and put it among the notes."""
        label = element.kids[0] if element.kids and isinstance(element.kids[0], tree.Tagged) else None
        number = label.text if label and label.role == "Lbl" else "without a number"
        targets = [target for kid in label.walk() for target in kid.targets] if label else []
        astray = [target for target in targets if not target.startswith("#")]
        number += f" that leads to {astray[0]}" if astray else ""
        outer, self.found, last = self.found, [], self._last
        rest = replace(element, role="Div", kids=tuple(kid for kid in element.kids if kid is not label))
        self.element(rest, (f"note {number}",), {key: value for key, value in marks.items() if key == "lang"})
        self.notes += self.found
        self.found, self._last = outer, last


def _label(item: tree.Tagged) -> str:
    return next((kid.text for kid in item.kids if isinstance(kid, tree.Tagged) and kid.role == "Lbl"), "")


def _stands_alone(kid: tree.Tagged, parent: tree.Tagged) -> bool:
    """Return whether *kid* is a figure between paragraphs, not in a line."""
    captioned = any(isinstance(inner, tree.Tagged) and inner.role == "Caption" for inner in kid.kids)
    return kid.role == "Figure" and (captioned or parent.role in _OPEN | {"Caption"})


def _is_marker(kid: tree.Tagged, path: tuple[str, ...]) -> bool:
    """Return whether *kid* is a list item's bullet or number, which the path tells."""
    return kid.role == "Lbl" and path[-1:] != () and path[-1].startswith(("bullet ", "number "))


def _item(item: tree.Tagged, numbering: str, count: int) -> str:
    """Return a list item's place as a path has it: an ordered one's is what its label says in that *numbering*."""
    if numbering not in _ORDERED:
        return f"bullet {count}"
    said = _label(item).rstrip(". ")
    if said.isdecimal() or not (said.isascii() and said.isalpha()):    # letters and Roman numbers have no nought
        return f"number {said or count}"
    return f"number {_roman(said) if numbering.endswith('Roman') else _letter(said)}"


def _letter(label: str) -> int:
    """Return the number of a list item from its letters: a is 1, z is 26, aa is 27."""
    return reduce(lambda number, letter: _ALPHABET * number + ord(letter) - ord("a") + 1, label.lower(), 0)


def _roman(label: str) -> int:
    """Return the number of a list item in Roman figures; what is none of them counts for nothing."""
    values = [_ROMAN.get(figure, 0) for figure in label.lower()]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _shown(element: tree.Tagged, marks: Marks) -> Piece:
    return Piece(PICTURE, {**marks, "picture": _picture(element), "painting": element.painted})


def _picture(element: tree.Tagged) -> str:
    """Return what tells a picture: the words in it, and its description."""
    words = "".join(kid.text for kid in element.kids if isinstance(kid, tree.Piece))
    return f"{squeezed(words)} {flat(element.alt or '')}"


def squeezed(text: str) -> str:
    """Return *text* without white space."""
    return "".join(text.split())


# --- both sides in the form in which print can be compared ----------------------------------------------


# What print cannot tell apart, because one glyph serves both, or does not show.
_SAME = {0x2010: "-", 0x2011: "-", 0x02BB: "‘", 0x02BC: "’", 0xAD: None, 0x2060: None, 0x200B: None, 0x200C: None,
         0x200D: None, 0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2007: " ",
         **{0xFB00 + n: letters for n, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}}
_SEEN: frozenset[Kind] = frozenset(("lang", "link", "em", "strong", "code", "sub", "sup", "picture", "painting",
                                    "math"))
_HEAD, _BOOK = 58, 32              # characters of a chapter's and of the book's title that a running head has
_MOST_PARTS = 3                    # paragraphs that print makes of one caption, at most


def settle(expected: tuple[Passage, ...],
           found: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Return both sides as print has them: lines joined, and nothing left that print cannot tell apart.

    Decorations, which are in no structure, are left out if they are those that are meant.
    """
    lost, strange, drawn = _decorations(expected, found)
    meant = tuple(_printed(each) for each in expected if each.kind != "decoration")
    texts: dict[str, list[str]] = {}
    for each in meant:
        texts.setdefault(_bare(each.text), []).append(each.text)
    pictures = [mark.value for each in meant for mark in each.marks if mark.kind == "picture"]
    links = {mark for each in meant for mark in each.marks if mark.kind == "link"}
    plain = [_without(each, drawn.get(each.part, Counter())) if each.kind == "margin" else each
             for each in found if each.kind != "decoration"]
    printed = [_printed(each) for each in plain]
    margins = tuple(_unexplained(plain, meant))
    whole = _joined([each for each in printed if each.kind != "margin"], texts)
    settled = (replace(each, text=unfold(each.text, texts.get(_bare(each.text), ())),
                       marks=_runs(_led(_known(mark, pictures), links) for mark in each.marks)) for each in whole)
    return (*map(_without_code, meant), *lost), (*margins, *map(_without_code, settled), *strange)


def _without_code(each: Passage) -> Passage:
    """Return *each* without the mark that all of it is code: a block of code and a paragraph of it look alike."""
    whole = ("code", _bare(each.text))
    return replace(each, marks=tuple(mark for mark in each.marks if (mark.kind, mark.words) != whole))


def _runs(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return *marks* with those that follow each other and say the same as one: a space between may be no glyph."""
    listed = tuple(marks)
    joined = (Mark(kind, value, "".join(mark.words for mark in run))
              for (kind, value), run in groupby(listed, lambda mark: (mark.kind, mark.value)) if kind != "painting")
    return (*joined, *(mark for mark in listed if mark.kind == "painting"))


def _decorations(expected: Sequence[Passage], found: Sequence[Passage]
                 ) -> tuple[list[Passage], list[Passage], Mapping[str, Counter[str]]]:
    """Return the decorations that are lost, those that are strange, and by page the letters in those that are neither.

    Each that is meant is there once, but for those in the heads of tables, which run on with all their pictures. Of
    one that is lost it has to be known that it paints something; words alone are none that is strange: they may be
    part of a head, or of a line of the contents, and are in the margins.
    """
    left = [each for each in found if each.kind == "decoration"]
    lost, known = [], []
    meant = (each for each in expected if each.kind == "decoration")
    for each in sorted(meant, key=lambda one: _drawn(one)[1] == ANY):
        twins = [other for other in left if _is_decoration(each, other)]
        if twins:
            known.append(max(twins, key=lambda one: len(_drawn(one)[0])))      # some of the words may not be painted
            left.remove(known[-1])
        elif is_seen(_drawn(each)[1]):
            lost.append(replace(each, path=()))
    marks = [mark for each in expected if any(step.startswith("heading ") for step in each.path) for mark in each.marks]
    again = [each for each in left if _is_repeated(each, marks)]
    drawn = dict[str, Counter[str]]()
    for each in (*known, *again):
        drawn.setdefault(each.part, Counter()).update(letters(_drawn(each)[0]))
    strange = [each for each in left if each not in again and is_seen(_drawn(each)[1], words_too=False)]
    return lost, strange, drawn


def _is_repeated(decoration: Passage, marks: Iterable[Mark]) -> bool:
    """Return whether *decoration* is a picture of a table's head, of which all *marks* are."""
    words, painted = _drawn(decoration)
    is_known = is_seen(painted, words_too=False) or any(
        words and _is_part(words, _same(mark.value.partition(" ")[0])) for mark in marks if mark.kind == "picture")
    return is_known and any(not changed(mark.value, painted) for mark in marks if mark.kind == "painting")


def _drawn(decoration: Passage) -> tuple[str, str]:
    """Return the words in a decoration and what it paints."""
    of = {mark.kind: mark.value for mark in decoration.marks}
    return _same(of["picture"].partition(" ")[0]), of["painting"]


def _is_decoration(meant: Passage, seen: Passage) -> bool:
    (words, painting), (shown, painted) = _drawn(meant), _drawn(seen)
    return _is_part(shown, words) and not changed(painting, painted)


def _without(margin: Passage, drawn: Counter[str]) -> Passage:
    """Return *margin* without the letters that are *drawn* there."""
    return replace(margin, prose="".join(sorted((Counter(margin.prose) - drawn).elements())))


def _is_part(some: str, words: str) -> bool:
    """Return whether *words* have the letters of *some* in their order."""
    rest = iter(words)
    return all(letter in rest for letter in some)


def _unexplained(found: Sequence[Passage], expected: Sequence[Passage]) -> Iterator[Passage]:
    """Yield the margins of *found* that are more than what print adds: running heads, and those of tables."""
    # The outline has the headings of level 1, as running heads do, without the marks of their notes.
    highest = (each for each in expected if each.kind == "outline" and len(each.path) == 1)
    heads = ["", *dict.fromkeys(letters(_running(each.text, _HEAD)) for each in highest)]
    titles = ["", *(letters(_running(each.text, _BOOK)) for each in expected if each.kind == "title")]
    allowed = {"".join(sorted(title + head)) for title in titles for head in heads}
    repeated = list(_table_heads(expected))
    for each in found:
        surplus = Counter(each.prose)
        rests = (surplus - head for head in _again(repeated, surplus) if head <= surplus)
        if each.kind == "margin" and not any("".join(sorted(rest.elements())) in allowed for rest in rests):
            yield each


def _again(heads: Iterable[Counter[str]], surplus: Counter[str]) -> Iterator[Counter[str]]:
    """Yield what a page may have of the *heads* of tables among its *surplus*: nothing, one, or two."""
    there = [head for head in heads if head <= surplus]
    yield Counter()
    yield from there
    yield from (one + other for one, other in combinations_with_replacement(there, 2))


def _table_heads(expected: Sequence[Passage]) -> Iterator[Counter[str]]:
    """Yield the letters of each table's head, which the table has again on the next page and in the next column.

    Those in its pictures are known by themselves. How many rows it has is not told: the first, the first two, and so
    on, for as long as all in them is a heading.
    """
    head: Counter[str] | None = None                   # None where there is none, or after it
    for number, cells in groupby(expected, _row):
        row = tuple(cells)
        if number <= 1:
            head = Counter() if number else None
        if head is not None and all(any(step.startswith("heading ") for step in each.path) for each in row):
            marks = [mark for each in row for mark in each.marks]
            formulas = "".join(mark.words for mark in marks if mark.kind == "math")     # drawn without text in print
            said = "".join(each.text for each in row)
            head += Counter(letters(said)) - Counter(letters(formulas))
            yield head.copy()
        else:
            head = None


def _row(each: Passage) -> int:
    """Return the number of the table's row that *each* stands in, 0 outside of tables."""
    found = (_CELL.fullmatch(step) for step in each.path)
    return next((int(match[1]) for match in found if match), 0)


def _running(title: str, most: int) -> str:
    """Return *title* as running heads have it: without subtitle and asides, and no words beyond *most* characters."""
    return shorten(re.sub(r"\s*\([^()]*\)", "", title).partition(": ")[0], most, placeholder="…")


def _known(mark: Mark, pictures: Iterable[str]) -> Mark:
    """Return a picture's mark as one of *pictures*, of whose words it has some in order: not all may be painted."""
    if mark.kind != "picture":
        return mark
    words, _, alt = mark.value.partition(" ")
    for known in pictures:
        all_words, _, known_alt = known.partition(" ")
        if alt == known_alt and _is_part(words, all_words):
            return mark._replace(value=known)
    return mark


def _led(mark: Mark, links: Set[Mark]) -> Mark:
    """Return a link's mark as one of *links*, where the place that it leads to has several names."""
    names = (mark._replace(value=value) for value in mark.value.split("|")) if mark.kind == "link" else ()
    return next((named for named in names if named in links), mark)


def unfold(text: str, candidates: Iterable[str]) -> str:
    """Return which of *candidates* the lines of *text* likeliest make, or the lines with a space between them."""
    doubts = ((_doubts(candidate, text), candidate) for candidate in dict.fromkeys(candidates))
    read = [(doubt, candidate) for doubt, candidate in doubts if doubt is not None]
    lines = text.replace(LINE_END, " ").replace(_EDGE, "")
    return min(read, key=itemgetter(0))[1] if read else flat(lines)


def _doubts(whole: str, text: str) -> int | None:
    """Return at how many ends of the lines of *text* it is unlikely that they make *whole*; None if they do not.

    A line may end with a hyphen that *whole* has not, and does not show a space that *whole* has there. Such
    a space is likely, but not after a hyphen, nor beside a picture, where perhaps no line ends.
    """
    at = doubts = 0
    is_cut = is_spaced = False
    end, *rest = "", *_ENDS.split(text)
    for line, next_end in zip(rest[::2], [*rest[1::2], ""], strict=True):
        is_spaced = is_spaced or line.startswith(" ")
        if end and whole[at:at + 1] == " " and not line.startswith(" "):
            at += 1
            doubts += is_cut or end == _EDGE
        elif end:
            doubts += not (is_cut or end == _EDGE or is_spaced)
        shown = next((part for part in (line, line.rstrip(" "), line.removesuffix("-"))
                      if whole.startswith(part, at)), None)
        if shown is None:
            return None
        at += len(shown)
        is_cut, is_spaced = line.endswith("-"), shown.endswith(" ")
        doubts += line.rstrip(" ") == shown != line
        end = next_end
    return doubts if at == len(whole) else None


def _printed(each: Passage) -> Passage:
    """Return *each* without what print does not show or the structure does not say."""
    path = tuple(step for step in each.path if not step.startswith(("doc-", "listitem")))
    text = flat(_same(each.text))
    marks = (mark._replace(words=_bare(_same(mark.words)), value="" if mark.kind == "math" else _same(mark.value))
             for mark in each.marks if mark.kind in _SEEN)
    seen = tuple(mark for mark in marks if mark.words)
    kind = "paragraph" if each.kind == "code" else each.kind
    return replace(each, kind=kind, text=text, path=path, marks=_runs(seen), ids=(), part="")


def _same(text: str) -> str:
    return text.translate(_SAME)


def _bare(text: str) -> str:
    return squeezed(text).replace("-", "")


def _joined(found: Sequence[Passage], texts: Mapping[str, list[str]]) -> Iterator[Passage]:
    """Yield *found* with captions whole again that print sets in several paragraphs."""
    at = 0
    while at < len(found):
        parts = next((count for count in range(_MOST_PARTS, 1, -1) if _is_caption(found[at:at + count], texts)), 1)
        first = found[at]
        marks = sorted((mark for part in found[at:at + parts] for mark in part.marks), key=lambda mark: mark.kind)
        yield replace(first, text=LINE_END.join(part.text for part in found[at:at + parts]), marks=tuple(marks))
        at += parts


def _is_caption(parts: Sequence[Passage], texts: Mapping[str, list[str]]) -> bool:
    return (all("caption" in part.path for part in parts) and _bare(parts[0].text) not in texts
            and _bare("".join(part.text for part in parts)) in texts)
