"""Whether a finished PDF, the paper or the handout, tells assistive technology what the page shows.

A validator passes a file without a single note tagged as note, so this looks for what should be there. Its codes
are NZ707 to NZ719.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from nzpub.checks.readback_pdf import SOFT_HYPHEN, Piece, Tagged, characters, tagged
from nzpub.errors import Finding, Place
from nzpub.model import Artifact, Chapter, Deck, Edition
from nzpub.tree import Node, attr, text, walk

_HEADING = re.compile(r"H([1-6])")
_SHOWS = "Tj TJ ' \" Do sh f F f* B B* b b* S s BMC BDC EMC BI EI INLINE IMAGE"
_MARKS = ("BMC", "BDC")


@dataclass(frozen=True, slots=True)
class _Read:
    """A PDF, its structure, and the edition that it was made from."""

    pdf: pikepdf.Pdf
    root: Tagged
    edition: Edition | Deck

    def elements(self, *roles: str) -> list[Tagged]:
        return [element for element in self.root.walk() if element.role in roles]


def check(artifact: Artifact, edition: Edition | Deck) -> tuple[Finding, ...]:
    """Return what is wrong with the structure of each PDF of *artifact*."""
    return tuple(finding for name, content in artifact.files.items() if name.endswith(".pdf")
                 for finding in examine(content, edition, name))


def examine(content: bytes, edition: Edition | Deck, name: str) -> Iterator[Finding]:
    """Yield what is wrong with the structure of one PDF; *name* is what messages call it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        read = _Read(pdf, tagged(pdf, painted=False), edition)
        for code, (rule, hint) in RULES.items():
            for message in rule(read):
                # After the colon, a message has the words that it is about.
                yield Finding(code, "error", message, Place(name), hint, near=message.partition(": ")[2])


# --- what it says -----------------------------------------------------------------------------------


def _title(read: _Read) -> Iterator[str]:
    titles = [element.text for element in read.elements("Title")]
    if titles != [_even(read.edition.meta.title)]:
        yield f"the document's title is tagged {len(titles)} times: {'; '.join(titles) or 'nowhere'}"


def _headings(read: _Read) -> Iterator[str]:
    last = 0
    for element in read.root.walk():
        if found := _HEADING.fullmatch(element.role):
            level = int(found[1])
            if level > last + 1:
                yield f"a heading of level {level} follows one of level {last}: {_short(element.text)}"
            if not "".join(_words(element, _is_figure)).strip():
                yield f"a heading of level {level} is empty"
            last = level


def _bookmarks(read: _Read) -> Iterator[str]:
    notes = {note.number for note in read.elements("FENote")}

    def is_unlisted(kid: Tagged) -> bool:
        return _is_figure(kid) or any(number in notes for number in kid.refs)

    headings = [(_plain("".join(_words(element, is_unlisted))), int(element.role[1])) for element in read.root.walk()
                if _HEADING.fullmatch(element.role)]
    with read.pdf.open_outline() as outline:
        marks = [(_plain(item.title), level) for item, level in _flat(outline.root, 1)]
    if marks != headings:
        odd = next((pair for pair in zip([*marks, None], [*headings, None], strict=False) if pair[0] != pair[1]),
                   (None, None))
        yield f"bookmarks and headings differ: {odd[0] and odd[0][0]!r} stands for {odd[1] and odd[1][0]!r}"


def _words(element: Tagged, skipped: Callable[[Tagged], bool] = lambda _: False) -> Iterator[str]:
    """Yield the words of *element* as they are read aloud, without those of elements that are to be *skipped*.

    A picture or formula is read by its alternative text; what is drawn in it is not read.
    """
    drawn = element.role in ("Figure", "Formula")
    if drawn:
        yield element.alt or ""
    for kid in element.kids:
        if isinstance(kid, Piece):
            yield "" if drawn else kid.text
        elif not skipped(kid):
            yield from _words(kid, skipped)


def _is_figure(element: Tagged) -> bool:
    return element.role == "Figure"


def _flat(items: Iterable[Any], level: int) -> Iterator[tuple[Any, int]]:
    for item in items:
        yield item, level
        yield from _flat(item.children, level + 1)


def _pictures(read: _Read) -> Iterator[str]:
    for element in read.elements("Figure", "Formula"):
        if not (element.alt or "").strip():
            yield f"a {element.role.lower()} has no alternative text: {_short(element.text) or 'it has no text either'}"


def _tables(read: _Read) -> Iterator[str]:
    for table in read.elements("Table"):
        heads = [element for element in table.walk() if element.role == "TH"]
        if not heads:
            yield f"a table has no header cells: {_short(table.text)}"
        yield from (f"a header cell does not say what it heads: {_short(head.text)}" for head in heads
                    if "Scope" not in head.attributes)


def _lists(read: _Read) -> Iterator[str]:
    for element in read.elements("L"):
        roles = {kid.role for kid in element.kids if isinstance(kid, Tagged)}
        if roles - {"LI", "Caption"} or not roles:
            yield f"a list holds {', '.join(sorted(roles)) or 'nothing'}: {_short(element.text)}"
        labels = [part.role for item in element.kids if isinstance(item, Tagged)
                  for part in item.kids if isinstance(part, Tagged)]
        if "Lbl" in labels and element.attributes.get("ListNumbering", "None") == "None":
            yield f"a list does not say how it is numbered: {_short(element.text)}"
    for item in read.elements("LI"):
        if not any(isinstance(kid, Tagged) and kid.role == "LBody" for kid in item.kids):
            yield f"a list item has no body: {_short(item.text)}"


def _links(read: _Read) -> Iterator[str]:
    for link in read.elements("Link"):
        if not link.targets or not all(link.targets):
            yield f"a link leads nowhere: {_short(link.text)}"
        words = _plain("".join(_words(link)))
        if not words:
            yield f"a link has no text: {', '.join(link.targets)}"
        elif any(_plain(label) != words for label in link.labels):
            yield f"a link is described by other words than its own: {_short(link.text)}"
    held = sum(len(element.targets) for element in read.root.walk())
    there = sum(1 for page in read.pdf.pages for annotation in page.get("/Annots", ())
                if annotation.get("/Subtype") == Name.Link)
    if held != there:
        yield f"{there - held} of {there} links are not in the structure"


def _notes(read: _Read) -> Iterator[str]:
    meant = sum(len(chapter.notes) for chapter in _chapters(read.edition))
    notes = read.elements("FENote")
    by_number = {element.number: element for element in read.root.walk()}
    if len(notes) != meant:
        yield f"{len(notes)} notes are tagged as notes, and there are {meant}"
    for note in notes:
        marks = [by_number[number] for number in note.refs if number in by_number]
        label = next((kid for kid in note.walk() if kid.role == "Lbl"), None)
        if not marks or any(note.number not in mark.refs for mark in marks):
            yield f"a note and its mark do not refer to each other: {_short(note.text)}"
        if label is None or not any(kid.role == "Link" for kid in label.walk()):
            yield f"a note has no number that leads back to its mark: {_short(note.text)}"


# --- in which language, and what about --------------------------------------------------------------


def _languages(read: _Read) -> Iterator[str]:
    lang = read.edition.meta.lang
    if str(read.pdf.Root.get("/Lang", "")) != lang:
        yield f"the document does not say that it is in {lang}"
    said = {(element.lang, _plain("".join(_words(element)))) for element in read.root.walk() if element.lang}
    for node in walk(_nodes(read.edition)):
        other = attr(node).get("lang") if node["t"] == "Span" else None
        words = text([node])
        if other and words and (other, _plain(words)) not in said:       # without words: a decorative picture
            yield f"words in {other} are not tagged as such: {_short(words)}"


def _chapters(edition: Edition | Deck) -> tuple[Chapter, ...]:
    return edition.chapters if isinstance(edition, Edition) else ()


def _nodes(edition: Edition | Deck) -> Iterator[Node]:
    """Yield all that *edition* prints."""
    for chapter in _chapters(edition):
        yield from (*chapter.title, *chapter.blocks, *(node for _, body in chapter.notes for node in body))
    for slide in edition.slides if isinstance(edition, Deck) else ():
        yield from (*slide.title, *slide.blocks, *slide.notes)


def _metadata(read: _Read) -> Iterator[str]:
    meta, root = read.edition.meta, read.pdf.Root
    with read.pdf.open_metadata() as xmp:
        if not _even(str(xmp.get("dc:title", ""))).startswith(_even(meta.title)):      # the handout says that it is one
            yield "the metadata do not give the title"
        if ", ".join(xmp.get("dc:creator", ())) != ", ".join(meta.authors):
            yield "the metadata do not give the authors"
        if meta.lang not in xmp.get("dc:language", ()):
            yield "the metadata do not give the language"
    if not root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield "a reader's window would show the file's name instead of the title"
    if not root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield "the file does not say that it is tagged"
    if any(page.get("/Tabs") != Name.S for page in read.pdf.pages if "/Annots" in page):
        yield "the tabulator key does not follow the structure"


def _attachments(read: _Read) -> Iterator[str]:
    associated = [file.objgen for file in read.pdf.Root.get("/AF", ())]
    names = sorted(str(file.UF) for file in read.pdf.Root.get("/AF", ()))
    if names != sorted(PurePosixPath(path).name for path in read.edition.attachments):
        yield f"attached are {', '.join(names) or 'no files'}"
    if len(set(associated)) != len(associated):
        yield "a file is attached twice"


# --- on the page ------------------------------------------------------------------------------------


def _unmarked(read: _Read) -> Iterator[str]:
    """Yield the pages with something painted that is neither in the structure nor an artifact."""
    nums = read.pdf.Root.get("/StructTreeRoot", Dictionary()).get("/ParentTree", Dictionary()).get("/Nums", Array())
    parents = {int(key): value for key, value in zip(list(nums)[::2], list(nums)[1::2], strict=True)}
    for number, page in enumerate(read.pdf.pages, 1):
        owners = parents.get(int(page.obj.get("/StructParents", -1)), ())
        reached = {mcid for mcid, owner in enumerate(owners) if isinstance(owner, Dictionary)}
        if stray := _strays(page.obj, reached):
            yield f"page {number} paints {stray} outside the structure, and not as page furniture"


def _strays(page: Any, reached: set[int]) -> str:
    open_: list[bool] = []                     # whether each open sequence accounts for what it paints
    for instruction in pikepdf.parse_content_stream(page, _SHOWS):
        operands, name = instruction.operands, str(instruction.operator)
        if name in _MARKS:
            properties = operands[1] if name == "BDC" else None
            mcid = properties.get("/MCID") if isinstance(properties, Dictionary) else None
            open_.append(operands[0] == Name.Artifact or (mcid is not None and int(mcid) in reached))
        elif name == "EMC":
            open_.pop()
        elif not any(open_):
            return "text" if name in ("Tj", "TJ", "'", '"') else "a picture or a line"
    return ""


def _fonts(read: _Read) -> Iterator[str]:
    for font in _used(read.pdf):
        below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        described = below.get("/FontDescriptor", Dictionary())
        name = str(font.get("/BaseFont", font.get("/Name", "/?")))[1:]
        embedded = any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        if not embedded and font.Subtype != Name.Type3:
            yield f"the font {name} is not embedded"
        if "/ToUnicode" not in font:
            yield f"the font {name} does not say what its glyphs mean"
        elif empty := sorted(code for code, meaning in characters(font).items() if not meaning):
            yield f"the font {name} does not say what its glyph {empty[0]} means"


def _used(pdf: pikepdf.Pdf) -> Iterable[Any]:
    fonts = {font.objgen: font for page in pdf.pages
             for font in page.obj.get("/Resources", Dictionary()).get("/Font", Dictionary()).values()}
    return fonts.values()


# --- words ------------------------------------------------------------------------------------------


def _even(words: str) -> str:
    return " ".join(words.split())


def _plain(words: str) -> str:
    """Return the letters and digits of *words*: where a line breaks, spaces and hyphens come and go."""
    return "".join(c for c in unicodedata.normalize("NFKC", words.replace(SOFT_HYPHEN, "")) if c.isalnum()).casefold()


def _short(words: str, most: int = 50) -> str:
    return words if len(words) <= most else f"{words[:most]}…"


_WRITER = "this is a fault of the PDF writer: please report it"
RULES: dict[str, tuple[Callable[[_Read], Iterator[str]], str]] = {
    "NZ707": (_fonts, "name a font that has these characters, in tokens.css"),
    "NZ708": (_metadata, _WRITER),
    "NZ709": (_attachments, _WRITER),
    "NZ710": (_unmarked, _WRITER),
    "NZ711": (_title, "give the title once, in the metadata block"),
    "NZ712": (_headings, "let each heading be at most one level below the one before it"),
    "NZ713": (_bookmarks, _WRITER),
    "NZ714": (_pictures, "give the picture alt text, or mark it .decorative"),
    "NZ715": (_tables, "give the table a header row"),
    "NZ716": (_lists, _WRITER),
    "NZ717": (_links, "give the link words that say where it leads"),
    "NZ718": (_notes, _WRITER),
    "NZ719": (_languages, _WRITER),
}
