"""What the front page has to say: its head, title block, downloads, contents, the chapters, and its foot.

Which files can be downloaded, an edition does not know: the page says so twice, to people and to machines,
and both have to say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, zip_longest
from typing import NamedTuple

from nzpub.checks.expect import CHAPTER_ROLES, Walker, day, listed, numbered, with_number
from nzpub.checks.passage import PICTURE, Passage, Piece, passage
from nzpub.furniture import size, words
from nzpub.model import Chapter, Edition, Meta
from nzpub.tree import Attr, Node, header, link, para, rewrite, span, string, text

_DOWNLOADS = "downloads"                   # stands among the expected passages for what the page says of files
_COVER = "cover"                           # stands for the digest of the cover, which is drawn for each book
_DECK = "(the deck)"                       # stands for its address
_REGION = "region"                         # of a table, which scrolls in it
_FILE = re.compile(r"(?P<name>\S+) (?P<size>\d+) B (?P<sum>[0-9a-f]{64}) (?P<label>.+)")
_EXTENT = r"(\d+ [a-z]+, )"               # how many pages, slides, chapters
_AND = " / "                              # between two names that a passage carries


def expect(edition: Edition) -> tuple[Passage, ...]:
    """Return what the page has to say; :func:`settle` puts what it says of files in."""
    return tuple(replace(each, part="page") for each in _page(edition))


def _page(edition: Edition) -> Iterator[Passage]:
    meta, name = edition.meta, words(edition.meta.lang)
    front = [chapter for chapter in edition.chapters if chapter.role == "abstract"]
    main = [chapter for chapter in edition.chapters if chapter.role != "abstract"]
    yield from _head(meta)
    yield from _title_block(meta)
    for chapter in front:
        yield from _chapter(chapter, edition)
    yield _said(_DOWNLOADS, f"{name['downloads']}{_AND}{name['checksums']}")
    yield _said("heading 2", name["contents"], ["nav"], ["page-contents"])
    for number, chapter in enumerate((chapter for chapter in main if chapter.title), 1):
        entry = link(numbered(chapter), f"#{chapter.id}")
        yield from Walker("", meta.lang, {}, chapter.line).blocks([para(_plain(entry))], ("nav", f"number {number}"))
    for position, chapter in enumerate(main):
        yield from _chapter(chapter, edition, *(() if position else ("page-text",)))
    yield from (_said("paragraph", line) for line in (meta.rights, meta.identifier) if line)
    yield _linked(name["top"], "#page-top")


def _plain(entry: Node) -> tuple[Node, ...]:
    """Return the link *entry* with its words alone: contents have no emphasis."""
    content = entry["c"]
    return ({**entry, "c": [content[0], list(string(listed(content[1]))), content[2]]},)


def _said(kind: str, value: str, path: Iterable[str] = (), ids: Iterable[str] = ()) -> Passage:
    return passage(kind, [Piece(value, {})], path, ids)


def _linked(value: str, target: str) -> Passage:
    return passage("paragraph", [Piece(value, {"link": target})])


def _head(meta: Meta) -> Iterator[Passage]:
    head = {"language": meta.lang, "title": meta.title, "description": text(meta.abstract),
            "author": ", ".join(meta.authors), "keywords": ", ".join(meta.keywords)}
    return (_said(kind, value) for kind, value in head.items() if value)


def _title_block(meta: Meta) -> Iterator[Passage]:
    name = words(meta.lang)
    yield _linked(name["skip"], "#page-text")
    yield passage("paragraph", [Piece(PICTURE, {"picture": f"{_COVER} {name['cover']}"})], ids=["page-top"])
    lines = (("paragraph", meta.publisher), ("heading 1", meta.title), ("paragraph", meta.subtitle),
             ("paragraph", f"{', '.join(meta.authors)}, {day(meta)}"))
    yield from (_said(kind, line) for kind, line in lines if line)
    yield passage("paragraph", [Piece(name["read"], {"link": "#page-text"}), Piece(name["present"], {"link": _DECK})])


def _chapter(chapter: Chapter, edition: Edition, *ids: str) -> Iterator[Passage]:
    """Yield the passages of *chapter*, its headings one level lower, its notes at the end."""
    name, role = words(edition.meta.lang), CHAPTER_ROLES.get(chapter.role, "")
    path = (role,) if role else ()
    walker = Walker("", edition.meta.lang, edition.files, chapter.line, below=1, phone=True)
    for ident in (*ids, chapter.id):
        walker.pending(ident)
    heading, tables = [header(1, numbered(chapter))] if chapter.title else [], count(1)
    yield from walker.blocks([*heading, *_named(chapter.blocks, chapter, tables)], path)
    if chapter.notes:
        yield from walker.blocks([para(string(name["notes"]))], path)
    for number, body in chapter.notes:
        yield _said("label", f"{number}, {name['back']}")
        walker.pending(f"fn{number}")
        yield from walker.blocks(with_number(number, _named(body, chapter, tables)), (*path, "doc-footnote"))


def _named(blocks: Iterable[Node], chapter: Chapter, tables: Iterator[int]) -> tuple[Node, ...]:
    """Return *blocks* with an id on each table's caption, after which the region is named that the table scrolls in."""
    def visit(node: Node) -> Sequence[Node]:
        if node["t"] != "Table":
            return (node,)
        number, (attributes, (short, caption), *rest) = next(tables), node["c"]
        if not caption:
            return (node,)
        first = {**caption[0], "c": [span(caption[0]["c"], Attr(f"{chapter.id}-table-{number}"))]}
        return ({**node, "c": [attributes, [short, [first, *caption[1:]]], *rest]},)
    return rewrite(blocks, visit)


# --- both sides in one form -------------------------------------------------------------------------


class _File(NamedTuple):
    """A file as the page tells machines of it."""

    name: str
    size: int
    checksum: str
    label: str


def settle(expected: tuple[Passage, ...],
           found: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Return *expected* with the files that *found* tells machines of, and *found* without the regions of tables."""
    told = [match for each in found if each.kind == "file" if (match := _FILE.fullmatch(each.text))]
    files = [_File(each["name"], int(each["size"]), each["sum"], each["label"]) for each in told]
    shown = [each for each in found if each.kind != "file" or not _FILE.fullmatch(each.text)]
    whole = [filled for each in expected for filled in _filled(each, files, shown)]
    return tuple(whole), tuple(replace(each, path=tuple(step for step in each.path if step != _REGION))
                               for each, after in zip_longest(shown, shown[1:]) if not _names_region(each, after))


def _filled(each: Passage, files: Sequence[_File], shown: Sequence[Passage]) -> Iterator[Passage]:
    """Yield *each* with what only the page knows in the place of what stands for it."""
    if each.kind == _DOWNLOADS:
        yield from _downloads(files, each.text, shown) if files else ()
    elif any(mark.value == _DECK for mark in each.marks):
        yield _actions(each, files)
    elif any(mark.value.startswith(f"{_COVER} ") for mark in each.marks):
        yield _cover(each, shown)
    else:
        yield each


def _downloads(files: Sequence[_File], names: str, shown: Sequence[Passage]) -> Iterator[Passage]:
    """Yield what the page says of *files*; what a file's extent is, in pages or slides, only it knows."""
    heading, _, checksums = names.partition(_AND)
    yield _said("heading 2", heading, ids=["page-downloads"])
    for number, file in enumerate(files, 1):
        start, end = f" {file.name.rpartition('.')[2].upper()}, ", size(file.size)
        known = re.compile(re.escape(file.label + start) + _EXTENT + re.escape(end))
        extent = next((match[1] for each in shown if (match := known.fullmatch(each.text))), "")
        yield passage("paragraph", [Piece(file.label, {"link": file.name}), Piece(f"{start}{extent}{end}", {})],
                      [f"bullet {number}"])
    yield _said("paragraph", checksums)
    for file in files:
        yield _said("paragraph", file.name, ["term"])
        yield passage("paragraph", [Piece(file.checksum, {"code": ""})], ["definition"])


def _actions(each: Passage, files: Iterable[_File]) -> Passage:
    """Return the links that the page begins with: without that to the deck if there is none."""
    deck = next((file.name for file in files if file.name.endswith(".html")), "")
    kept = tuple(mark._replace(value=deck) if mark.value == _DECK else mark for mark in each.marks
                 if deck or mark.value != _DECK)
    return replace(each, marks=kept, text="".join(mark.words for mark in kept))


def _cover(each: Passage, shown: Sequence[Passage]) -> Passage:
    """Return the passage of the cover with the digest that the first picture of the page has."""
    first = next((mark.value for other in shown for mark in other.marks if mark.kind == "picture"), "no picture")
    digest = first.partition(" ")[0]
    return replace(each, marks=tuple(mark._replace(value=mark.value.replace(_COVER, digest, 1))
                                     for mark in each.marks))


def _names_region(each: Passage, after: Passage | None) -> bool:
    """Return whether *each* is the name of a region whose table has no caption."""
    return each.kind == "label" and after is not None and _REGION in after.path and "caption" not in after.path
