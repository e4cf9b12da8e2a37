"""What an output has to say: the passages of an edition in order, with the furniture that the format declares.

Furniture is what an output prints beside the manuscript's own text: title page, contents, the words of
:mod:`nzpub.furniture`, the numbers before notes. All of it is listed here, so that whatever else is found
in an output intrudes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from nzpub import formulas
from nzpub.checks.foretold import painting, said
from nzpub.checks.passage import COVER, PICTURE, Kind, Marks, Passage, Piece, fingerprint, passage, picture
from nzpub.furniture import words
from nzpub.illustrate import SUFFIXES
from nzpub.model import Chapter, Deck, Edition, Meta, Slide
from nzpub.tree import Attr, Node, attr, header, link, para, rewrite, span, string, text

_MARKS: Mapping[str, Kind] = {"Emph": "em", "Strong": "strong", "Superscript": "sup", "Subscript": "sub",
                              "Strikeout": "del", "Underline": "u", "SmallCaps": "smallcaps", "Code": "code"}
_CLASS_MARKS: Mapping[str, Kind] = {"smallcaps": "smallcaps", "mark": "mark", "underline": "u", "ul": "u"}
_SAID: tuple[Kind, ...] = ("dir", "title")
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
_SUBSECTION = 2                # the level of the headings that contents list below a chapter
CHAPTER_ROLES = {"abstract": "doc-abstract", "glossary": "doc-glossary", "bibliography": "doc-bibliography"}


def epub(edition: Edition) -> tuple[Passage, ...]:
    """Return what the EPUB of *edition* has to say, document by document."""
    meta = edition.meta
    expected = [*_package(meta), *_ncx(edition), *_cover(meta), *_title_page(meta), *_epub_contents(edition)]
    for chapter in edition.chapters:
        title = listed(numbered(chapter))
        expected += _document(f"{chapter.id}.xhtml", title or meta.title, meta)
        expected += _chapter(chapter, edition)
    return tuple(expected)


def revealjs(deck: Deck) -> tuple[Passage, ...]:
    """Return what the deck for a browser has to say: its head, and slide by slide what is shown and said."""
    meta = deck.meta
    head = {"language": meta.lang, "author": ", ".join(meta.authors), "description": text(meta.abstract),
            "title": meta.title}
    expected = [passage(kind, [Piece(value, {})], part="head") for kind, value in head.items() if value]
    for number, slide in enumerate(deck.slides, 1):
        expected += _slide(slide, deck, f"slide {number}", level=1 if number == 1 else 2)
    return tuple(expected)


def pdf(edition: Edition) -> tuple[Passage, ...]:
    """Return what the PDF of *edition* has to say: metadata, attached files, outline, the pages' text, the notes."""
    named = _pages(edition, map(_without_marks, edition.chapters))
    notes = sorted((note for chapter in edition.chapters for note in chapter.notes), key=lambda note: note[0])
    walker = Walker("", edition.meta.lang, edition.files, None, drawing=said, painting=painting)
    return (*print_metadata(edition), *outline(p for p in named if p.kind.startswith("heading")),
            *_pages(edition, edition.chapters),
            *(p for number, body in notes for p in walker.blocks(body, (f"note {number}",))))


def _pages(edition: Edition, chapters: Iterable[Chapter]) -> Iterator[Passage]:
    """Yield what the pages of a PDF show of *chapters*: cover, abstract, imprint, contents and text."""
    meta, chapters = edition.meta, tuple(chapters)
    front = [chapter for chapter in chapters if chapter.role == "abstract"]
    main = [chapter for chapter in chapters if chapter.role != "abstract"]
    yield from _print_cover(meta)
    yield from (p for chapter in front for p in _print(chapter, edition))
    yield from _imprint(meta)
    yield _plain("heading 1", words(meta.lang)["contents"], "")
    yield from _print_contents(main)
    yield from (p for chapter in main for p in _print(chapter, edition))


# --- furniture --------------------------------------------------------------------------------------


def _plain(kind: str, value: str, part: str, path: Iterable[str] = (), marks: Marks | None = None, *,
           ids: Iterable[str] = ()) -> Passage:
    return passage(kind, [Piece(value, marks or {})], path, ids, part=part)


def _package(meta: Meta) -> Iterator[Passage]:
    values = [("identifier", meta.identifier), ("title", ": ".join(filter(None, (meta.title, meta.subtitle)))),
              ("language", meta.lang), *(("creator", author) for author in meta.authors),
              ("date", meta.date.isoformat()),
              ("publisher", meta.publisher), ("rights", meta.rights), ("description", text(meta.abstract)),
              *(("subject", keyword) for keyword in meta.keywords)]
    return (_plain(f"dc:{name}", value, "package") for name, value in values if value)


def _ncx(edition: Edition) -> Iterator[Passage]:
    meta = edition.meta
    yield _plain("ncx", ": ".join(filter(None, (meta.title, meta.subtitle))), "ncx")
    for chapter in edition.chapters:
        if chapter.title:
            yield _plain("ncx", listed(numbered(chapter)), "ncx")


def _document(part: str, title: str, meta: Meta) -> Iterator[Passage]:
    yield _plain("language", meta.lang, part)
    yield _plain("title", title, part)


def _cover(meta: Meta) -> Iterator[Passage]:
    name = words(meta.lang)["cover"]
    yield from _document("cover.xhtml", name, meta)
    yield passage("paragraph", [picture(fingerprint(COVER), f"{name}: {meta.title}", {})], part="cover.xhtml")


def _title_page(meta: Meta) -> Iterator[Passage]:
    part = "title.xhtml"
    yield from _document(part, words(meta.lang)["title page"], meta)
    yield _plain("heading 1", meta.title, part)
    for line in (meta.subtitle, ", ".join(meta.authors), meta.publisher, day(meta), meta.rights, meta.identifier):
        if line:
            yield _plain("paragraph", line, part)


def day(meta: Meta) -> str:
    """Return the publication's day as title pages print it."""
    return f"{meta.date.day} {meta.date:%B %Y}"


def _epub_contents(edition: Edition) -> Iterator[Passage]:
    name, part = words(edition.meta.lang), "nav.xhtml"
    titled = [chapter for chapter in edition.chapters if chapter.title]
    yield from _document(part, name["contents"], edition.meta)
    yield _plain("heading 1", name["contents"], part, ["doc-toc"], ids=["toc"])
    for number, chapter in enumerate(titled, 1):
        path = ["doc-toc", f"number {number}"]
        yield _plain("paragraph", listed(numbered(chapter)), part, path, {"link": f"document {chapter.id}.xhtml"})
        for position, heading in enumerate(_subsections(chapter), 1):
            yield _plain("paragraph", listed(heading["c"][2]), part, [*path, f"number {position}"],
                         {"link": f"#{attr(heading).id}"})
    first = next((c for c in titled if c.role == "section"), titled[0])
    marks = [("cover", name["cover"]), ("title", name["title page"]), ("nav", name["contents"]),
             (first.id, name["start"]),
             *((c.id, listed(c.title)) for c in titled if c.role in CHAPTER_ROLES)]
    for number, (target, label) in enumerate(marks, 1):
        yield _plain("paragraph", label, part, ["landmarks", f"number {number}"], {"link": f"document {target}.xhtml"},
                     ids=["landmarks"] if number == 1 else [])


def print_metadata(edition: Edition | Deck) -> Iterator[Passage]:
    """Yield what a PDF of *edition* says of itself, and the files attached to it."""
    meta = edition.meta
    values = {"language": meta.lang, "title": meta.title, "author": ", ".join(meta.authors),
              "description": text(meta.abstract), "keywords": ", ".join(meta.keywords), "identifier": meta.identifier,
              "rights": meta.rights}
    yield from (_plain(kind, value, "metadata") for kind, value in values.items() if value)
    names = {PurePosixPath(path).name: content for path, content in edition.attachments.items()}
    for name, content in sorted(names.items()):
        yield _plain("file", f"{name} {hashlib.sha256(content).hexdigest()}", "attachments")


def outline(headings: Iterable[Passage]) -> Iterator[Passage]:
    """Yield the entries of the outline that *headings* make, each below the last one of a higher level."""
    open_: list[tuple[int, int]] = []                    # of each open entry: its level and its number
    last = 0                                             # the number of the entry closed last
    for heading in headings:
        level, last = int(heading.kind.removeprefix("heading ")), 0
        while open_ and open_[-1][0] >= level:
            last = open_.pop()[1]
        open_.append((level, last + 1))
        words_ = heading.text.replace(PICTURE, "")       # a bookmark has no pictures
        yield replace(_plain("outline", words_, "outline", [f"number {n}" for _, n in open_]), line=heading.line)


def _print_cover(meta: Meta) -> Iterator[Passage]:
    lines = (("paragraph", meta.publisher), ("title", meta.title), ("paragraph", meta.subtitle),
             ("paragraph", ", ".join(meta.authors)), ("paragraph", day(meta)))
    return (_plain(kind, line, "") for kind, line in lines if line)


def _imprint(meta: Meta) -> Iterator[Passage]:
    lines = (meta.title, f"{', '.join(meta.authors)}, {day(meta)}", meta.publisher, meta.rights, meta.identifier)
    return (_plain("paragraph", line, "") for line in lines if line)


def _print_contents(chapters: Iterable[Chapter]) -> Iterator[Passage]:
    for chapter in chapters:
        if chapter.title:
            yield _plain("paragraph", listed(numbered(chapter)), "", ["contents"], {"link": f"#{chapter.id}"})
            for node in _subsections(chapter):
                yield _plain("paragraph", listed(node["c"][2]), "", ["contents"], {"link": f"#{attr(node).id}"})


def _subsections(chapter: Chapter) -> Iterator[Node]:
    """Yield the headings of *chapter* that the contents list below it."""
    return (node for node in chapter.blocks
            if node["t"] == "Header" and node["c"][0] == _SUBSECTION and attr(node).id)


# --- prose ------------------------------------------------------------------------------------------


def numbered(chapter: Chapter) -> tuple[Node, ...]:
    """Return the title of *chapter* after its number, if it has one."""
    mark = [span(string(chapter.number), Attr("", ("number",))), {"t": "Space"}] if chapter.number else []
    return (*mark, *chapter.title)


def listed(heading: Iterable[Node]) -> str:
    """Return the words of a heading as what lists it has them: the marks of its notes stand in the heading alone."""
    return text(_unmarked(heading))


def _without_marks(chapter: Chapter) -> Chapter:
    return replace(chapter, title=_unmarked(chapter.title), blocks=_unmarked(chapter.blocks))


def _unmarked(nodes: Iterable[Node]) -> tuple[Node, ...]:
    return rewrite(nodes, lambda node: () if "noteref" in attr(node).classes else (node,))


def _chapter(chapter: Chapter, edition: Edition) -> Iterator[Passage]:
    """Yield the passages of *chapter* as EPUB has them: heading, text, notes at the end."""
    role = CHAPTER_ROLES.get(chapter.role, "doc-chapter" if chapter.title else "")
    walker = Walker(f"{chapter.id}.xhtml", edition.meta.lang, edition.files, chapter.line, phone=True)
    path = (role,) if role else ()
    walker.pending(chapter.id)
    if chapter.title:
        yield from walker.blocks([header(1, numbered(chapter))], path)
    yield from walker.blocks(chapter.blocks, path)
    if chapter.notes:
        yield from walker.blocks([para(string(words(edition.meta.lang)["notes"]))], path)
    for number, body in chapter.notes:
        walker.pending(f"fn{number}")
        yield from walker.blocks(with_number(number, body), (*path, "doc-footnote"))


def _print(chapter: Chapter, edition: Edition) -> Iterator[Passage]:
    """Yield the passages of *chapter* as print has them, without its notes."""
    walker = Walker("", edition.meta.lang, edition.files, chapter.line, drawing=said, painting=painting)
    heading = [header(1, numbered(chapter))] if chapter.title else []
    return walker.blocks([*heading, *chapter.blocks])


def with_number(number: int, body: Sequence[Node]) -> Iterator[Node]:
    """Yield the blocks of a note after its number, which leads back to its mark."""
    back = [link(string(str(number)), f"#fnref{number}"), {"t": "Str", "c": "."}, {"t": "Space"}]
    if body and body[0]["t"] == "Para":
        yield {**body[0], "c": [*back, *body[0]["c"]]}
        yield from body[1:]
    else:
        yield para(back)
        yield from body


# --- slides -----------------------------------------------------------------------------------------


def _slide(slide: Slide, deck: Deck, part: str, *, level: int) -> Iterator[Passage]:
    """Yield the passages of *slide*, whose title has *level*; headings in its text stand below it."""
    walker = Walker(part, deck.meta.lang, deck.files, slide.line, below=1, phone=True)
    walker.pending(slide.id)
    yield from walker.blocks([header(level - 1, slide.title), *slide.blocks])
    if slide.sources:
        yield from walker.blocks([para(source_line(slide, deck.meta))])
    yield from walker.blocks(slide.notes, ("notes",))


def source_line(slide: Slide, meta: Meta) -> Iterator[Node]:
    """Yield the line of *slide* that names its sources."""
    name = words(meta.lang)["source" if len(slide.sources) == 1 else "sources"]
    yield from string(f"{name}: ")
    for position, source in enumerate(slide.sources):
        yield from string("; ") if position else ()
        yield from source


# --- from tree to passages --------------------------------------------------------------------------


@dataclass(slots=True)
class Walker:
    """Turns blocks into passages; ids of what holds a passage go to the first passage in it."""

    part: str
    lang: str
    files: Mapping[str, bytes]
    line: int | None
    drawing: Callable[[bytes | None], str] = fingerprint
    below: int = 0                           # levels by which headings are lowered
    painting: Callable[[bytes | None], str] | None = None    # where what is painted can be told again
    phone: bool = False                      # whether phones are offered the drawing that is made for them
    _ids: list[str] = field(default_factory=list)
    _decorations: list[Piece] = field(default_factory=list)    # drawings that are in no passage

    def pending(self, ident: str) -> None:
        """Let the next passage bear *ident*."""
        if ident:
            self._ids.append(ident)

    def blocks(self, nodes: Iterable[Node], path: tuple[str, ...] = (),
               marks: Marks | None = None) -> Iterator[Passage]:
        """Yield the passages of *nodes*, which stand in *path* and share *marks*."""
        for node in nodes:
            before, self.line = self.line, node.get("line", self.line)
            yield from self._block(node, path, marks or {})
            self.line = before

    def _block(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        content: Any = node.get("c")
        self.pending(attr(node).id)
        match node["t"]:
            case "Para" | "Plain":
                yield from self._passage("paragraph", content, path, marks)
            case "Header":
                inner = self._with(marks, attr(node))
                yield from self._passage(f"heading {content[0] + self.below}", content[2], path, inner)
            case "LineBlock":
                lines = [inline for line in content for inline in (*line, {"t": "LineBreak"})]
                yield from self._passage("paragraph", lines, path, marks)
            case "CodeBlock":
                yield from self._passage("code", [{"t": "Str", "c": content[1]}], path, marks)
            case "Div":
                role = attr(node).get("role") or ("listitem" if "csl-entry" in attr(node).classes else "")
                yield from self.blocks(content[1], (*path, role) if role else path, self._with(marks, attr(node)))
            case "HorizontalRule":
                return
            case kind:
                yield from _CONTAINERS[kind](self, node, path, marks)

    def items(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        """Yield the passages of a list."""
        name, first, items = ("bullet", 1, node["c"]) if node["t"] == "BulletList" else (
            "number", node["c"][0][0], node["c"][1])
        for number, item in enumerate(items, first):
            yield from self.blocks(item, (*path, f"{name} {number}"), marks)

    def definitions(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        """Yield the terms and definitions of a definition list."""
        for term, bodies in node["c"]:
            yield from self._passage("paragraph", term, (*path, "term"), marks)
            for body in bodies:
                yield from self.blocks(body, (*path, "definition"), marks)

    def quote(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        """Yield the passages of a block quotation."""
        yield from self.blocks(node["c"], (*path, "quote"), marks)

    def figure(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        """Yield a figure's picture, then its caption."""
        _, (_, caption), body = node["c"]
        yield from self.blocks(body, (*path, "figure"), marks)
        yield from self.blocks(caption, (*path, "figure", "caption"), marks)

    def table(self, node: Node, path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        """Yield a table's caption, then its cells row by row."""
        _, (_, caption), _, head, bodies, foot = node["c"]
        yield from self.blocks(caption, (*path, "caption"), marks)
        rows = [(row, len(row[1])) for row in head[1]]
        for _, heads, upper, lower in bodies:
            rows += [(row, len(row[1])) for row in upper] + [(row, heads) for row in lower]
        rows += [(row, 0) for row in foot[1]]
        for number, ((row_attr, cells), heads) in enumerate(rows, 1):
            self.pending(row_attr[0])
            for column, (cell_attr, _, _, _, blocks) in enumerate(cells, 1):
                self.pending(cell_attr[0])
                name = "heading" if column <= heads else "cell"
                yield from self.blocks(blocks, (*path, f"{name} {number}.{column}"), marks)

    def _passage(self, kind: str, inlines: Iterable[Node], path: tuple[str, ...], marks: Marks) -> Iterator[Passage]:
        pieces = list(self._pieces(inlines, marks))
        made = passage(kind, pieces, path, self._ids, part=self.part, line=self.line)
        if made.text:
            self._ids = []
            yield made
        for drawn in self._decorations:
            yield passage("decoration", [drawn], path, part=self.part, line=self.line)
        self._decorations = []

    def _pieces(self, inlines: Iterable[Node], marks: Marks) -> Iterator[Piece]:
        for node in inlines:
            self.pending(attr(node).id)
            yield from self._inline(node, node.get("c"), marks)

    def _inline(self, node: Node, content: Any, marks: Marks) -> Iterator[Piece]:
        kind = node["t"]
        inner = self._with(marks, attr(node), kind)
        match kind:
            case "Str":
                yield Piece(content, marks)
            case "Space" | "SoftBreak" | "LineBreak":
                yield Piece(" ", marks)
            case "Code":
                yield Piece(content[1], inner)
            case "Math":
                yield self._formula(content[1], inner, is_block=content[0]["t"] == "DisplayMath")
            case "Image":
                yield from self._picture(content, inner)
            case "Quoted":
                start, end = _QUOTES[content[0]["t"]]
                yield from (Piece(start, marks), *self._pieces(content[1], marks), Piece(end, marks))
            case "Link":
                target, title = content[2]
                named: Marks = {**inner, "title": title} if title else inner
                yield from self._pieces(content[1], {**named, "link": target})
            case "Span" | "Cite":
                yield from self._pieces(content[1], inner)
            case _:
                yield from self._pieces(content, inner)

    def _picture(self, content: Any, marks: Marks) -> Iterator[Piece]:
        """Yield a picture; not a decorative one in print, where it is an artifact and in no structure.

        That is declared by itself: it is painted.
        """
        alt, path = "".join(piece.text for piece in self._pieces(content[1], {})), content[2][0]
        if alt or not self.painting:
            yield picture(self._drawn(path), alt, {**marks, **self._painted(path)})
        else:
            self._decorations.append(picture(self._drawn(path), "", self._painted(path)))

    def _drawn(self, path: str) -> str:
        """Return what tells the drawing at *path* from others, and that for a phone, if it has one."""
        phone = f"{SUFFIXES['phone']}.".join(path.replace(f"{SUFFIXES['wide']}.", ".").rsplit(".", 1))
        paths = [path, phone] if self.phone and phone in self.files else [path]
        return " ".join(self.drawing(self.files.get(each)) for each in paths)

    def _painted(self, path: str) -> Marks:
        return {"painting": self.painting(self.files.get(path))} if self.painting else {}

    def _formula(self, tex: str, marks: Marks, *, is_block: bool) -> Piece:
        drawn: Marks = ({"painting": self.painting(formulas.svg(tex, inline=not is_block).encode())}
                        if self.painting else {})
        return Piece(tex, {**marks, **drawn, "math": "block" if is_block else "inline"})

    def _with(self, marks: Marks, attributes: Attr, kind: str = "") -> Marks:
        """Return *marks* with what the node's type and attributes say."""
        new: dict[Kind, str] = dict(marks)
        if kind in _MARKS:
            new[_MARKS[kind]] = ""
        for name in attributes.classes:
            if name in _CLASS_MARKS and kind == "Span":
                new[_CLASS_MARKS[name]] = ""
        for key in _SAID:
            if value := attributes.get(key):
                new[key] = value
        if lang := attributes.get("lang"):
            new["lang"] = lang
            if lang == self.lang:
                del new["lang"]
        return new


_Container = Callable[[Walker, Node, tuple[str, ...], Marks], Iterator[Passage]]
_CONTAINERS: Mapping[str, _Container] = {
    "BulletList": Walker.items, "OrderedList": Walker.items, "DefinitionList": Walker.definitions,
    "BlockQuote": Walker.quote, "Figure": Walker.figure, "Table": Walker.table,
}
