"""The PDF edition laid out once by WeasyPrint: its pages, with every note on the page of its mark."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import shorten
from typing import Any
from xml.etree import ElementTree

import weasyprint
from lxml import etree

from nzpub import cache, complaint, cover, formulas, page, weasy
from nzpub.errors import CheckError, Finding, Place
from nzpub.furniture import words
from nzpub.locate import line_naming
from nzpub.model import Edition, Meta, Styles
from nzpub.tree import Node, attr, text

Element = etree._Element
_ATTEMPTS = 12
_RECIPE = 4                        # raise it when a layout is made in another way
_CLASSES = _NUDGED, _ABOVE = "nudged", "above"     # a smaller measure, so that lines break elsewhere; not in the margin
_FILLED = 0.25                     # of the last page's height that text should reach
_GIVING, _GIVEN = 3, 2             # how many pages before it give it how many lines each, if text does not
_FIRST = 4                         # the first page of text: cover, front matter and contents come before it
_SUBSECTION = 2                    # the lowest level of heading that the contents list
_HEAD, _BOOK = 58, 32              # characters of a chapter's and of the book's title that a running head has room for
_X = f"{{{page.XHTML}}}"
_BLOCKS = frozenset(f"{_X}{name}" for name in ("ul", "ol", "li", "dl", "dt", "dd", "p", "div", "blockquote", "table"))


@dataclass(frozen=True, slots=True)
class Layout:
    """The laid-out PDF edition: WeasyPrint's document, the page of each id, counted from 0, and the markup."""

    document: Any
    pages_of: Mapping[str, int]
    root: ElementTree.Element


def lay_out(edition: Edition, styles: Styles) -> Layout:
    """Return *edition* laid out; every note stands on the page of its mark, and the last page is not nearly empty.

    Raises ToolError if WeasyPrint complains, CheckError if a note cannot be kept with its mark.
    """
    root = _html(edition, styles)
    sheet = page.css(styles, "text.css", "color.css", "pdf.css")
    files = {**edition.files, **formulas.draw(root, weasy.SCHEME), "cover.svg": cover.draw(styles.tokens).encode()}
    remembered = cache.place("layout", _depends_on(root, sheet, files, styles), ".json")
    crowded, relieved = _recall(remembered, root)
    for _ in range(_ATTEMPTS):
        with complaint.at_source(edition):
            document = weasy.render(root, sheet + "".join(_roomier(*item) for item in crowded.items()), files, styles)
        # From the last page to the first: the head of a table is printed again on its next page.
        pages_of = {ident: n for n, leaf in reversed(list(enumerate(document.pages))) for ident in leaf.anchors}
        strays = _strays(edition, pages_of)
        if [term for term in weasy.terms_run_on(document) if _mark(term, _ABOVE)]:
            continue                                                  # what the pages lack is told by the next layout
        nudged = [block for block in weasy.broken_early(document) if _mark(block, _NUDGED)]
        givers = [] if relieved else _givers(document, edition)
        if not strays and not nudged and not givers:
            _remember(remembered, crowded, root, relieved=relieved)
            return Layout(document, pages_of, root)
        crowded.update([*givers, *{1 + pages_of.get(f"fnref{number}", 0) for number in strays}])
        relieved = relieved or bool(givers)
    raise CheckError([Finding("NZ701", "error", f"note {number} does not fit on the page of its mark",
                              Place(edition.source, _line_of_note(edition, number)),
                              "shorten the note, or move its mark") for number in strays])


def _depends_on(root: ElementTree.Element, sheet: str, files: Mapping[str, bytes], styles: Styles) -> object:
    """Return all that a layout comes from, as a value that ``repr`` tells apart."""
    contents = [*sorted(files.items()), *((face.family, face.ttf) for face in styles.faces)]
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in contents]
    return _RECIPE, weasyprint.__version__, sheet, ElementTree.tostring(root), digests


def _recall(path: Path, root: ElementTree.Element) -> tuple[Counter[int], bool]:
    """Return the room that pages gave up when the same text was laid out before, its blocks set as then.

    The pages are checked as ever: what is remembered spares the passes that found it out.
    """
    if not path.is_file():
        return Counter(), False
    known = json.loads(path.read_bytes())
    blocks = list(root.iter())
    for name in _CLASSES:
        for position in known[name]:
            _mark(blocks[position], name)
    return Counter({int(number): lines for number, lines in known["crowded"].items()}), known["relieved"]


def _remember(path: Path, crowded: Mapping[int, int], root: ElementTree.Element, *, relieved: bool) -> None:
    marked = {name: [n for n, block in enumerate(root.iter()) if name in block.get("class", "").split()]
              for name in _CLASSES}
    cache.store(json.dumps({"crowded": dict(crowded), "relieved": relieved, **marked}).encode(), path)


def _roomier(number: int, lines: int) -> str:
    return f"\n@page :nth({number}) {{ padding-bottom: calc({lines} * var(--beat)) }}"


def _mark(block: ElementTree.Element, name: str) -> bool:
    """Let the style sheet set *block* as the class *name* says; return False if it did."""
    classes = block.get("class", "").split()
    block.set("class", " ".join(dict.fromkeys([*classes, name])))
    return name not in classes


def _givers(document: Any, edition: Edition) -> list[int]:
    """Return the pages, counted from 1, that give lines to the last one, each once a line; none if it has enough.

    Sources begin a page, to which nothing that stands before them can be given.
    """
    *_, before, last = document.pages
    begun = last.anchors.keys() - before.anchors.keys()
    alone = any(chapter.role == "bibliography" and chapter.id in begun for chapter in edition.chapters)
    reach = max((y for _, y, *_ in last.anchors.values()), default=0)
    first = max(_FIRST, len(document.pages) - _GIVING)
    return [] if alone or reach > _FILLED * last.height else [*range(first, len(document.pages))] * _GIVEN


def _strays(edition: Edition, pages_of: Mapping[str, int]) -> list[int]:
    """Return the numbers of the notes that are lost or stand on another page than their marks."""
    numbers = [number for chapter in edition.chapters for number, _ in chapter.notes]
    return [n for n in numbers if f"fn{n}" not in pages_of or pages_of[f"fn{n}"] != pages_of.get(f"fnref{n}")]


def _line_of_note(edition: Edition, number: int) -> int | None:
    """Return the line at which the note begins, or that of its mark: citeproc writes notes that have none."""
    return next((line for chapter in edition.chapters for noted, body in chapter.notes if noted == number
                 if (line := body[0].get("line") or line_naming([*chapter.title, *chapter.blocks], f"#fn{number}",
                                                                chapter.line))), None)


# --- the page's markup ------------------------------------------------------------------------------


def _html(edition: Edition, styles: Styles) -> ElementTree.Element:
    """Return the whole document as an element tree without namespaces, as WeasyPrint has it after parsing.

    WeasyPrint would parse text as HTML 5, where a list inside a note ends the paragraph around it.
    """
    chapters = [_printed(section) for section in page.sections(edition)]
    meta = edition.meta
    by_role = {chapter.id: chapter.role for chapter in edition.chapters}
    front = [s for s in chapters if by_role[s.get("id", "")] == "abstract"]
    values = {
        "lang": escape(meta.lang), "title": escape(meta.title), "authors": escape(", ".join(meta.authors)),
        "keywords": escape(", ".join(meta.keywords)), "description": escape(text(meta.abstract)),
        "created": f"{meta.modified:%Y-%m-%dT%H:%M:%SZ}", "cover": _cover(meta), "imprint": _imprint(meta),
        "front": "".join(map(page.markup, front)), "contents": _contents(edition),
        "chapters": "".join(page.markup(s) for s in chapters if s not in front),
    }
    return ElementTree.fromstring(page.fill(styles.files["page.html"], values))  # noqa: S314 (our own markup)


def _cover(meta: Meta) -> str:
    lines = {"publisher": meta.publisher, "title": meta.title, "subtitle": meta.subtitle,
             "authors": ", ".join(meta.authors), "date": _day(meta)}
    return "".join(f'<p class="cover-{name}" data-running="{escape(_running(line, _BOOK))}">{page.stepped(line)}</p>'
                   for name, line in lines.items() if line)


def _imprint(meta: Meta) -> str:
    lines = {"title": meta.title, "authors": f"{', '.join(meta.authors)}, {_day(meta)}", "publisher": meta.publisher,
             "rights": meta.rights, "identifier": meta.identifier}
    return "".join(f'<p class="imprint-{name}">{escape(line)}</p>' for name, line in lines.items() if line)


def _day(meta: Meta) -> str:
    return f"{meta.date.day} {meta.date:%B %Y}"


def _running(title: str, most: int) -> str:
    """Return *title* as a running head has it, on one line: no subtitle, no asides, of its words what *most* allows."""
    return shorten(re.sub(r"\s*\([^()]*\)", "", title).partition(": ")[0], most, placeholder="…")


def _contents(edition: Edition) -> str:
    """Return the table of contents; its page numbers come from the style sheet."""
    title = escape(words(edition.meta.lang)["contents"])
    return (f'<nav class="contents" role="doc-toc"><h1 data-running="{title}">{title}</h1>'
            f'<ol>{"".join(_entries(edition))}</ol></nav>')


def _entries(edition: Edition) -> Iterator[str]:
    """Yield a line for each chapter, and below it those of its sub-sections."""
    for chapter in edition.chapters:
        if chapter.title and chapter.role != "abstract":
            below = "".join(f"<li>{_entry(attr(node).id, '', node['c'][2])}</li>" for node in chapter.blocks
                            if node["t"] == "Header" and node["c"][0] == _SUBSECTION and attr(node).id)
            yield (f'<li class="contents-{chapter.role}">{_entry(chapter.id, chapter.number, chapter.title)}'
                   f'{f"<ol>{below}</ol>" if below else ""}</li>')


def _entry(ident: str, number: str, title: Sequence[Node]) -> str:
    """Return a line of the contents; a sub-section has its number in its title."""
    if not number and title and "number" in attr(title[0]).classes:
        number, title = text(title[:1]), title[1:]
    target = escape(f"#{ident}")
    return (f'<p class="contents-line"><a href="{target}"><span class="contents-number">{escape(number)} </span>'
            f'<span class="contents-title">{escape(page.repeated(title))}</span></a>'
            f'<span class="contents-page" data-target="{target}"></span></p>')


def _printed(section: Element) -> Element:
    """Return *section* with each note's body where its mark was: the style sheet moves it to the page's foot."""
    section = deepcopy(section)
    page.bookmark(section)
    for heading in section.iter(f"{_X}h1"):
        heading.set("data-running", _running(heading.get("data-bookmark", ""), _HEAD))
    for image in section.iter(f"{_X}img"):
        image.set("src", f"{weasy.SCHEME}{image.get('src')}")     # Python joins addresses of known schemes only
    bodies = {note.get("id"): note for note in section.iter(f"{_X}aside") if note.get("class") == "note"}
    for mark in [a for a in section.iter(f"{_X}a") if a.get("class") == "noteref"]:
        _replace(mark, bodies[mark.get("href", "").removeprefix("#")])
    for gathered in [d for d in section.iter(f"{_X}div") if d.get("class") == "notes"]:
        gathered.getparent().remove(gathered)  # type: ignore[union-attr]
    return section


def _replace(mark: Element, body: Element) -> None:
    anchor = etree.Element(f"{_X}span", {"id": mark.get("id", ""), "class": "note-anchor"})
    note = etree.Element(f"{_X}span", {"id": body.get("id", ""), "class": "footnote",
                                       "data-number": body.get("data-number", "")})
    for block in body:
        if block.tag == f"{_X}p":
            block.tag = f"{_X}span"
            block.set("class", "note-paragraph")
        note.append(block)
    _close_up(note)
    anchor.tail = None
    parent = mark.getparent()
    at = parent.index(mark)  # type: ignore[union-attr]
    note.tail = mark.tail
    parent.remove(mark)  # type: ignore[union-attr]
    parent.insert(at, anchor)  # type: ignore[union-attr]
    parent.insert(at + 1, note)  # type: ignore[union-attr]


def _close_up(note: Element) -> None:
    """Take out the white space around the blocks of *note*: WeasyPrint, to which it is inline, sets lines of that."""
    for block in [note, *(each for each in note.iter() if each.tag in _BLOCKS)]:
        block.text = (block.text or "").lstrip()
        for child in block:
            if block is note or child.tag in _BLOCKS:
                child.tail = None
