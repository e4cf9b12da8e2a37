"""The PDF edition laid out once by WeasyPrint: its pages, with every note on the page of its mark."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from typing import Any
from xml.etree import ElementTree

from cssselect2 import ElementWrapper
from lxml import etree
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from nzpub import page
from nzpub.errors import CheckError, Finding, ToolError
from nzpub.furniture import words
from nzpub.model import Chapter, Edition, Styles
from nzpub.tree import text

Element = etree._Element
_SCHEME = "nzpub:"                 # the only addresses that WeasyPrint may ask for
_LINE = 1.5                        # rem: a line of text, which a page whose note strayed gives up at its foot
_ATTEMPTS = 12
_MIME = {"ttf": "font/ttf", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
_X = f"{{{page.XHTML}}}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The laid-out PDF edition: WeasyPrint's document, and the page of each id, counted from 0."""

    document: Any
    pages_of: Mapping[str, int]


def lay_out(edition: Edition, styles: Styles) -> Layout:
    """Return *edition* laid out; every note stands on the page of its mark.

    Raises ToolError if WeasyPrint complains, CheckError if a note cannot be kept with its mark.
    """
    root = _html(edition, styles)
    sheet = page.css(styles, "text.css", "color.css", "pdf.css")
    crowded: Counter[int] = Counter()            # page, counted from 1 → lines it gives up at its foot
    for _ in range(_ATTEMPTS):
        document = _render(root, sheet + "".join(_roomier(*item) for item in crowded.items()), edition, styles)
        pages_of = {ident: n for n, leaf in enumerate(document.pages) for ident in leaf.anchors}
        strays = _strays(edition, pages_of)
        if not strays:
            return Layout(document, pages_of)
        crowded[1 + min(pages_of.get(f"fnref{number}", 0) for number in strays)] += 1
    raise CheckError([Finding("NZ701", "error", f"note {number} does not fit on the page of its mark",
                              hint="shorten the note, or move its mark") for number in strays])


def _roomier(number: int, lines: int) -> str:
    return f"\n@page :nth({number}) {{ padding-bottom: {lines * _LINE}rem }}"


def _strays(edition: Edition, pages_of: Mapping[str, int]) -> list[int]:
    """Return the numbers of the notes that are lost or stand on another page than their marks."""
    numbers = [number for chapter in edition.chapters for number, _ in chapter.notes]
    return [n for n in numbers if f"fn{n}" not in pages_of or pages_of[f"fn{n}"] != pages_of.get(f"fnref{n}")]


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
        "lang": escape(meta.lang), "title": escape(meta.title), "subtitle": escape(meta.subtitle),
        "authors": escape(", ".join(meta.authors)), "publisher": escape(meta.publisher),
        "rights": escape(meta.rights), "identifier": escape(meta.identifier),
        "keywords": escape(", ".join(meta.keywords)), "description": escape(text(meta.abstract)),
        "date": escape(f"{meta.date.day} {meta.date:%B %Y}"), "created": f"{meta.modified:%Y-%m-%dT%H:%M:%SZ}",
        "front": "".join(map(page.markup, front)), "contents": _contents(edition),
        "chapters": "".join(page.markup(s) for s in chapters if s not in front),
    }
    return ElementTree.fromstring(page.fill(styles.files["page.html"], values))  # noqa: S314 (our own markup)


def _contents(edition: Edition) -> str:
    """Return the table of contents; its page numbers come from the style sheet."""
    title = escape(words(edition.meta.lang)["contents"])
    return f'<nav class="contents" role="doc-toc"><h1>{title}</h1><ol>{"".join(_entries(edition))}</ol></nav>'


def _entries(edition: Edition) -> Iterator[str]:
    for chapter in edition.chapters:
        if chapter.title and chapter.role != "abstract":
            yield f'<li class="contents-{chapter.role}"><a href="#{escape(chapter.id)}">{_entry(chapter)}</a></li>'


def _entry(chapter: Chapter) -> str:
    return (f'<span class="contents-number">{escape(chapter.number)}</span> '
            f'<span class="contents-title">{escape(text(chapter.title))}</span>')


def _printed(section: Element) -> Element:
    """Return *section* with each note's body where its mark was: the style sheet moves it to the page's foot."""
    section = deepcopy(section)
    for image in section.iter(f"{_X}img"):
        image.set("src", f"{_SCHEME}{image.get('src')}")     # Python joins addresses of known schemes only
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
    anchor.tail = None
    parent = mark.getparent()
    at = parent.index(mark)  # type: ignore[union-attr]
    note.tail = mark.tail
    parent.remove(mark)  # type: ignore[union-attr]
    parent.insert(at, anchor)  # type: ignore[union-attr]
    parent.insert(at + 1, note)  # type: ignore[union-attr]


# --- WeasyPrint -------------------------------------------------------------------------------------


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Hands out the edition's own files and fonts; anything else stops the build."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._files = files

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or name not in self._files:
            raise FatalURLFetchingError(f"the page asks for {url[:80]}")
        mime = _MIME.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return URLFetcherResponse(url, self._files[name], {"Content-Type": mime})


def font_faces(styles: Styles, address: str = "nzpub:font-{n}.ttf") -> str:
    """Return the ``@font-face`` rules of *styles*; *address* is where the face number *n* is found."""
    return "".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f'src: url("{address.format(n=n)}") }}\n' for n, face in enumerate(styles.faces))


def _render(root: ElementTree.Element, sheet: str, edition: Edition, styles: Styles) -> Any:
    files = {**edition.files, **{f"font-{n}.ttf": face.ttf for n, face in enumerate(styles.faces)}}
    fetcher, fonts = _Fetcher(files), FontConfiguration()
    with _log() as messages:
        html = HTML(string="<html/>", base_url=_SCHEME, url_fetcher=fetcher)
        html.etree_element = root
        html.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        style = CSS(string=font_faces(styles) + sheet, font_config=fonts, url_fetcher=fetcher)
        document = html.render(stylesheets=[style], font_config=fonts, pdf_tags=True)
    _complain(messages)
    return document


class _Messages(logging.Handler):
    """Collects what WeasyPrint logs: missing files, unknown properties, broken markup."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _log() -> Iterator[list[str]]:
    logger = logging.getLogger("weasyprint")
    handler = _Messages()
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)


def _complain(messages: list[str]) -> None:
    if messages:
        raise ToolError([Finding("NZ905", "error", f"WeasyPrint says: {message}",
                                 hint="put the style sheet or the figure right") for message in dict.fromkeys(messages)])


def write_pdf(layout: Layout, **options: Any) -> bytes:
    """Return the PDF of *layout*; raises ToolError if WeasyPrint complains."""
    with _log() as messages:
        pdf: bytes = layout.document.write_pdf(**options)
    _complain(messages)
    return pdf


