"""The EPUB 3.3: Pandoc's XHTML, one file a chapter, put together by EbookLib.

EbookLib writes the package document, the NCX and the container; content documents and the navigation
document go in verbatim (its own classes would rewrite them).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from html import escape
from typing import NamedTuple

import ebooklib
import pypdfium2
from ebooklib import epub
from lxml import etree

from nzpub import page, pagebreaks, trust
from nzpub.checks.claims import accessibility
from nzpub.fonts import with_faces
from nzpub.furniture import words
from nzpub.illustrate import shaped
from nzpub.model import Artifact, Chapter, Edition, Meta, Styles
from nzpub.page import EPUB, MATHML, XHTML
from nzpub.pagebreaks import Break
from nzpub.paginate import Layout
from nzpub.tree import text
from nzpub.weasy import font_faces

Element = etree._Element
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_X, _TYPE = f"{{{XHTML}}}", f"{{{EPUB}}}type"
CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"      # the words that EPUB Accessibility 1.1, 4.1, asks for
_COVER_HEIGHT = 1600                       # CSS pixels; shops ask for at least 1,400 on the long side
_MIME = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
# DPUB-ARIA role → the EPUB 3 Structural Semantics term that means the same
_TYPES = {"doc-abstract": "abstract", "doc-pullquote": "pullquote", "doc-epigraph": "epigraph", "doc-tip": "tip",
          "doc-notice": "notice", "doc-glossary": "glossary", "doc-glossref": "glossref", "doc-footnote": "footnote",
          "doc-noteref": "noteref", "doc-bibliography": "bibliography", "doc-backlink": "backlink"}
_LANDMARKS = {"abstract": "abstract", "glossary": "glossary", "bibliography": "bibliography"}


class _File(NamedTuple):
    """A content document: its name in the package, its title, and its body's one element."""

    name: str
    title: str
    body: Element
    chapter: Chapter | None = None


def write(edition: Edition, styles: Styles, layout: Layout) -> Artifact:
    """Return ``short-name.epub``; the cover is the first page of *layout*."""
    marks = pagebreaks.breaks(layout, [chapter.id for chapter in edition.chapters])
    chapters = list(_chapters(edition, layout, marks, f"(max-width: {styles.tokens['--phone']})"))
    documents = [_cover_page(edition.meta), _title_page(edition.meta), *chapters]
    contents = _navigation(documents, edition.meta)
    bodies = [*(document.body for document in documents), *etree.fromstring(contents).iterfind(f"{_X}body/*")]
    moving = any(map(trust.moves, edition.files.values()))
    book = _package(edition.meta, documents, accessibility(bodies, edition.meta.lang, moving=moving))
    for name, media, content in _resources(edition, styles):
        book.add_item(epub.EpubItem(_ident(name), name, media, content))
    cover = epub.EpubItem("cover-image", "cover.png", "image/png", _cover(layout))
    cover.properties = ["cover-image"]
    book.add_item(cover)
    items = [_item(document, edition.meta) for document in documents]
    navigation = epub.EpubItem("nav", "nav.xhtml", "application/xhtml+xml", contents)
    navigation.properties = ["nav"]
    for item in [*items, navigation, epub.EpubNcx()]:
        book.add_item(item)
    book.spine = [*items[:2], navigation, *items[2:]]
    book.toc = [epub.Link(document.name, document.title, _ident(document.name))
                for document in chapters if document.title]
    return Artifact("epub", {f"{edition.meta.short_name}.epub": _container(book, edition.meta)},
                    f"{len(chapters)} chapters", {"EbookLib": ".".join(map(str, ebooklib.VERSION))})


def _ident(name: str) -> str:
    return name.replace("/", "-").replace(".", "-")


# --- content documents ------------------------------------------------------------------------------


def _chapters(edition: Edition, layout: Layout, marks: Sequence[Break], phone: str) -> Iterator[_File]:
    """Yield the chapters: links lead from file to file, EPUB's semantics stand beside ARIA's, pages are marked.

    Screens that the media query *phone* describes have drawings of their own.
    """
    printed = {element.get("id"): element for element in layout.root.iter("section")}
    sections = [deepcopy(section) for section in page.sections(edition)]
    names = [f"{chapter.id}.xhtml" for chapter in edition.chapters]
    homes = {ident: name for name, section in zip(names, sections, strict=True)
             for element in section.iter() if (ident := element.get("id"))}
    for name, chapter, section in zip(names, edition.chapters, sections, strict=True):
        if here := [mark for mark in marks if mark.chapter == chapter.id]:
            _mark_pages(section, here, printed[chapter.id])
        _finish(section, chapter, name, homes)
        for image in list(section.iter(f"{_X}img")):
            page.adapt(image, shaped(image.get("src", ""), "phone", edition.files), phone)
        yield _File(name, _title(chapter), section, chapter)


def _title(chapter: Chapter) -> str:
    return " ".join(part for part in (chapter.number, page.repeated(chapter.title)) if part)


def _finish(section: Element, chapter: Chapter, name: str, homes: Mapping[str, str]) -> None:
    if chapter.role == "section" and chapter.title:
        section.set(_TYPE, "chapter")
        section.set("role", "doc-chapter")
    for element in section.iter():
        if (term := _TYPES.get(element.get("role", ""))) is not None:
            element.set(_TYPE, term)
        if element.get("lang"):
            element.set(_XML_LANG, element.get("lang", ""))
        target = element.get("href", "")
        if target.startswith("#") and homes[target[1:]] != name:
            element.set("href", f"{homes[target[1:]]}{target}")
    for table in section.iter(f"{_X}table"):
        page.label(table)
    for note in [e for e in section.iter(f"{_X}aside") if e.get("role") == "doc-footnote"]:
        _number(note)


def _mark_pages(section: Element, marks: Sequence[Break], printed: object) -> None:
    """Put a marker before the word with which each printed page begins (EPUB 3 Structural Semantics, 1.1)."""
    # From the last to the first: a marker takes the text behind it into its own tail.
    for mark, spot in reversed(list(pagebreaks.places(section, marks, pagebreaks.spots(printed)))):
        marker = etree.Element(f"{_X}span", {_TYPE: "pagebreak", "role": "doc-pagebreak", "id": f"page-{mark.label}",
                                             "aria-label": mark.label})
        words_ = (spot.element.tail if spot.tail else spot.element.text) or ""
        before, marker.tail = words_[:spot.position], words_[spot.position:]
        if spot.tail:
            spot.element.tail = None               # else lxml moves it along with what is inserted
            spot.element.addnext(marker)
            spot.element.tail = before
        else:
            spot.element.text = before
            spot.element.insert(0, marker)


def _number(note: Element) -> None:
    """Begin *note* with its number, which leads back to its mark."""
    number = note.get("data-number", "")
    del note.attrib["data-number"]
    back = etree.Element(f"{_X}a", {"href": f"#fnref{number}", "role": "doc-backlink", _TYPE: "backlink"})
    back.text = number
    first = note[0] if len(note) and note[0].tag == f"{_X}p" else note
    back.tail = f". {first.text or ''}"
    first.text = None
    first.insert(0, back)


def _cover_page(meta: Meta) -> _File:
    title = words(meta.lang)["cover"]
    body = etree.fromstring(
        f'<section xmlns="{XHTML}" xmlns:epub="{EPUB}" epub:type="cover" class="cover">'
        f'<img src="cover.png" alt="{escape(title)}: {escape(meta.title)}" role="doc-cover"/></section>')
    return _File("cover.xhtml", title, body)


def _title_page(meta: Meta) -> _File:
    lines = [f'<h1 class="title">{page.stepped(meta.title)}</h1>',
             *([f'<p class="subtitle">{escape(meta.subtitle)}</p>'] if meta.subtitle else []),
             f'<p class="authors">{escape(", ".join(meta.authors))}</p>',
             *(f'<p class="imprint">{escape(line)}</p>' for line in
               (meta.publisher, f"{meta.date.day} {meta.date:%B %Y}", meta.rights, meta.identifier) if line)]
    body = etree.fromstring(f'<section xmlns="{XHTML}" xmlns:epub="{EPUB}" epub:type="titlepage" class="titlepage">'
                            f'{"".join(lines)}</section>')
    return _File("title.xhtml", words(meta.lang)["title page"], body)


def _item(document: _File, meta: Meta) -> epub.EpubItem:
    item = epub.EpubItem(_ident(document.name), document.name, "application/xhtml+xml",
                         _xhtml(document.title or meta.title, [document.body], meta))
    item.properties = ["mathml"] if document.body.find(f".//{{{MATHML}}}math") is not None else []
    item.is_linear = True
    return item


def _xhtml(title: str, body: Sequence[Element], meta: Meta) -> bytes:
    inner = "".join(page.markup(element) for element in body)
    return (f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
            f'<html xmlns="{XHTML}" xmlns:epub="{EPUB}" lang="{meta.lang}" xml:lang="{meta.lang}">\n'
            f'<head>\n<title>{escape(title)}</title>\n'
            f'<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n'
            f'<body>\n{inner}\n</body>\n</html>\n').encode()


# --- navigation and package -------------------------------------------------------------------------


def _navigation(documents: Sequence[_File], meta: Meta) -> bytes:
    chapters = [document for document in documents if document.chapter and document.title]
    entries = "".join(_entry(document) for document in chapters)
    first = next((d for d in chapters if d.chapter and d.chapter.role == "section"), chapters[0])
    name = words(meta.lang)
    marks = [("cover.xhtml", "cover", name["cover"]), ("title.xhtml", "titlepage", name["title page"]),
             ("nav.xhtml", "toc", name["contents"]), (first.name, "bodymatter", name["start"]),
             *((d.name, _LANDMARKS[d.chapter.role], d.title) for d in chapters if d.chapter
               and d.chapter.role in _LANDMARKS)]
    pages = "".join(f'<li><a href="{document.name}#{ident}">{ident.removeprefix("page-")}</a></li>'
                    for document in documents for ident in _pages(document.body))
    page_list = f'<nav epub:type="page-list" role="doc-pagelist" id="pages" hidden="hidden"><ol>{pages}</ol></nav>'
    landmarks = "".join(f'<li><a epub:type="{kind}" href="{href}">{escape(title)}</a></li>'
                        for href, kind, title in marks)
    nav = etree.fromstring(
        f'<div xmlns="{XHTML}" xmlns:epub="{EPUB}">'
        f'<nav epub:type="toc" role="doc-toc" id="toc" class="contents"><h1>{escape(name["contents"])}</h1>'
        f'<ol>{entries}</ol></nav>'
        f'<nav epub:type="landmarks" id="landmarks" hidden="hidden"><ol>{landmarks}</ol></nav>'
        f'{page_list if pages else ""}</div>')
    return _xhtml(name["contents"], list(nav), meta)


def _pages(body: Element) -> list[str]:
    """Return the ids of the page markers in *body*."""
    return [str(span.get("id")) for span in body.iter(f"{_X}span") if span.get("role") == "doc-pagebreak"]


def _entry(document: _File) -> str:
    """Return a chapter's line in the contents, and below it those of its sub-sections."""
    inner = "".join(f'<li><a href="{document.name}#{escape(heading.get("id", ""))}">{escape(_words(heading))}</a></li>'
                    for heading in document.body.iter(f"{_X}h2") if heading.get("id"))
    return (f'<li><a href="{document.name}">{escape(document.title)}</a>'
            f'{f"<ol>{inner}</ol>" if inner else ""}</li>')


def _words(element: Element) -> str:
    """Return the words of *element* as a list names it, without the numbers of notes and the markers of pages."""
    return page.named(element, page.BESIDE, pictured=True)


def _package(meta: Meta, documents: Iterable[_File], claims: Iterable[tuple[str, str]]) -> epub.EpubBook:
    book = epub.EpubBook()
    book.set_identifier(meta.identifier)
    book.set_title(meta.title if not meta.subtitle else f"{meta.title}: {meta.subtitle}")
    book.set_language(meta.lang)
    for number, author in enumerate(meta.authors, 1):
        book.add_author(author, uid=f"creator-{number}")
    optional = {"date": meta.date.isoformat(), "publisher": meta.publisher, "rights": meta.rights,
                "description": text(meta.abstract)}
    for name, value in optional.items():
        if value:
            book.add_metadata("DC", name, value)
    for keyword in meta.keywords:
        book.add_metadata("DC", "subject", keyword)
    if any(_pages(document.body) for document in documents):
        # The printed edition whose pages these are: the PDF, which has the publication's identifier.
        book.add_metadata(None, "meta", meta.identifier, {"property": "pageBreakSource"})
    if meta.reviewed_by:           # a named person's word; the build never certifies itself
        book.add_metadata(None, "meta", CONFORMANCE, {"property": "dcterms:conformsTo", "id": "conformance"})
        book.add_metadata(None, "meta", meta.reviewed_by, {"property": "a11y:certifiedBy", "refines": "#conformance"})
    for name, value in claims:
        book.add_metadata(None, "meta", value, {"property": f"schema:{name}"})
    return book


def _resources(edition: Edition, styles: Styles) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and bytes of the style sheet, the fonts and the images."""
    faces = font_faces(styles, "fonts/{n}.woff2")
    yield "style.css", "text/css", (faces + page.css(styles, "text.css", "epub.css", flat=True)).encode()
    for number, face in enumerate(styles.faces):
        yield f"fonts/{number}.woff2", "font/woff2", face.woff2
    for path, content in edition.files.items():
        media = _MIME[path.rpartition(".")[2].lower()]
        yield path, media, with_faces(content, styles.faces) if media == _MIME["svg"] else content


def _cover(layout: Layout) -> bytes:
    """Return the first page of the PDF as a PNG."""
    pdf = layout.document.copy(layout.document.pages[:1]).write_pdf()
    sheet = pypdfium2.PdfDocument(pdf)[0]
    out = io.BytesIO()
    sheet.render(scale=_COVER_HEIGHT / sheet.get_height()).to_pil().save(out, "PNG", optimize=True)
    return out.getvalue()


def _with_language(package: bytes, meta: Meta) -> bytes:
    """Return the package document with the language of its own words, which EbookLib 0.20 does not state."""
    root = etree.fromstring(package)
    root.set(_XML_LANG, meta.lang)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _container(book: epub.EpubBook, meta: Meta) -> bytes:
    """Return the zip file, its entries in EbookLib's order and dated by *meta*: EbookLib dates them by the clock."""
    out = io.BytesIO()
    epub.write_epub(out, book, {"mtime": meta.modified, "raise_exceptions": True, "epub3_pages": False})
    stamp = max(meta.modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    dated = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(dated, "w") as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, stamp)
            info.compress_type = zipfile.ZIP_STORED if entry.filename == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            content = old.read(entry)
            new.writestr(info, _with_language(content, meta) if entry.filename.endswith(".opf") else content)
    return dated.getvalue()
