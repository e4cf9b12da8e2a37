"""The EPUB read back: package, navigation and spine, one document after another."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from nzpub.checks.passage import COVER, Passage, Piece, passage
from nzpub.checks.readback.markup import Markup

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_NAMESPACES = {"http://www.w3.org/1999/xhtml": "", "http://www.idpf.org/2007/ops": "epub:",
               "http://www.w3.org/XML/1998/namespace": "xml:", "http://www.w3.org/1998/Math/MathML": ""}
_DECLARED = ("text/css", "font/", "application/font", "application/x-dtbncx+xml", "application/vnd.ms-opentype")


class _Package(NamedTuple):
    folder: str
    root: etree._Element
    items: Mapping[str, tuple[str, str, str]]     # id → path in the zip file, media type, properties


def read(content: bytes) -> tuple[Passage, ...]:
    """Return the passages of the EPUB *content*: its metadata, its NCX, its documents, and files that nothing shows.

    Raises ValueError if it cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return tuple(_passages(files))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, StopIteration) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _passages(files: Mapping[str, bytes]) -> Iterator[Passage]:
    package = _package(files)
    yield from _metadata(package.root)
    seen = {"mimetype", "META-INF/container.xml", _opf(files)}
    for path, media, _ in package.items.values():
        if media == "application/x-dtbncx+xml":
            yield from _ncx(files[path])
        if media.startswith(_DECLARED):
            seen.add(path)
    spine = [package.items[ref.get("idref", "")][0] for ref in package.root.iter(f"{_OPF}itemref")]
    documents = {path: _parse(files[path]) for path in spine}
    covers = {path for path, _, properties in package.items.values() if "cover-image" in properties.split()}
    files = {**files, **dict.fromkeys(covers, COVER)}
    anchors = {path: [e.get("id") for e in root.iter() if e.get("id")] for path, root in documents.items()}
    for path, root in documents.items():
        document = _Document(path, package.folder, files, anchors)
        yield from document.passages(root)
        seen |= document.shown | {path}
    for path in sorted(files.keys() - seen):
        yield passage("file", [Piece(path, {})], part=path)


def _opf(files: Mapping[str, bytes]) -> str:
    container = _parse(files["META-INF/container.xml"])
    return next(root.get("full-path", "") for root in container.iter(f"{_CONTAINER}rootfile"))


def _package(files: Mapping[str, bytes]) -> _Package:
    path = _opf(files)
    folder, root = posixpath.dirname(path), _parse(files[path])
    items = {item.get("id", ""): (posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))),
                                  item.get("media-type", ""), item.get("properties", ""))
             for item in root.iter(f"{_OPF}item")}
    return _Package(folder, root, items)


def _parse(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _metadata(root: etree._Element) -> Iterator[Passage]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(_DC):
            yield passage(f"dc:{element.tag.removeprefix(_DC)}", [Piece(element.text or "", {})], part="package")


def _ncx(content: bytes) -> Iterator[Passage]:
    for element in _parse(content).iter(f"{_NCX}text"):
        yield passage("ncx", [Piece(element.text or "", {})], part="ncx")


class _Document:
    """One content document; ``shown`` are the files that it shows."""

    def __init__(self, path: str, folder: str, files: Mapping[str, bytes],
                 anchors: Mapping[str, list[str | None]]) -> None:
        self.path, self.shown = path, set[str]()
        self._files, self._anchors, self._folder = files, anchors, folder

    def passages(self, root: etree._Element) -> Iterator[Passage]:
        part = posixpath.relpath(self.path, self._folder or ".")
        lang = root.get("lang", "")
        yield passage("language", [Piece(lang, {})], part=part)
        title = root.find(".//{*}title")
        yield passage("title", [Piece("" if title is None else title.text or "", {})], part=part)
        markup = Markup(part, lang, self._address, self._content)
        body = root.find("{*}body")
        if body is not None:
            _feed(body, markup)
        markup.flush()
        yield from markup.found

    def _address(self, href: str) -> str:
        """Return ``#id`` for a link that leads into the book, and *href* itself for one that leads out."""
        if ":" in href.partition("/")[0]:
            return href
        name, _, ident = href.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(name))) if name else self.path
        known = self._anchors.get(path)
        if known is None or (ident and ident not in known):
            return f"nowhere: {href}"
        return f"#{ident}" if ident else f"document {posixpath.relpath(path, self._folder or '.')}"

    def _content(self, source: str) -> bytes | None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(source)))
        self.shown.add(path)
        return self._files.get(path)


def _feed(element: etree._Element, markup: Markup) -> None:
    if not isinstance(element.tag, str):
        markup.comment(element.text or "")
        return
    tag = etree.QName(element).localname
    markup.start(tag, {_name(str(key)): str(value) for key, value in element.attrib.items()})
    markup.text(element.text or "")
    for child in element:
        _feed(child, markup)
        markup.text(child.tail or "")
    markup.end(tag)


def _name(key: str) -> str:
    name = etree.QName(key)
    return f"{_NAMESPACES.get(name.namespace or '', '')}{name.localname}"
