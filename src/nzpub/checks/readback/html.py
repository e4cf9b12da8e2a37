"""A page for a browser read back: its head and its body.

Read as HTML 5 reads it, where a slash does not close ``<span/>``; libxml2 and html.parser's own
``handle_startendtag`` are kinder than a browser.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from html.parser import HTMLParser

from nzpub.checks.passage import Passage, Piece, passage
from nzpub.checks.readback.markup import Markup

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FOREIGN = {"math", "svg"}
# start tag → the open elements that it ends, as HTML, 13.1.2.4 has it; not beyond an element of _WITHIN
_ENDS = {"td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}, "li": {"li"}, "dt": {"dt", "dd"},
         "dd": {"dt", "dd"}, "p": {"p"}}
_WITHIN = {"table", "ul", "ol", "dl", "section", "div", "aside", "blockquote", "figure"}
_META = {"author", "description", "keywords"}


def read(content: bytes) -> tuple[Passage, ...]:
    """Return the passages of the page *content*; raises ValueError if it is no UTF-8.

    The passages of each ``section`` that is a slide have its number as their part.
    """
    reader = _Reader()
    reader.feed(content.decode("utf-8"))
    reader.close()
    reader.markup.flush()
    return (*reader.head, *(_resolved(found, reader.ids) for found in reader.markup.found))


def _resolved(found: Passage, ids: set[str]) -> Passage:
    """Return *found* with links that lead to no id of the page named so."""
    marks = tuple(mark._replace(value=f"nowhere: {mark.value}")
                  if mark.kind == "link" and mark.value.startswith("#") and mark.value[1:] not in ids else mark
                  for mark in found.marks)
    return replace(found, marks=marks)


class _Reader(HTMLParser):
    """Turns what a browser would see into passages."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.head: list[Passage] = []
        self.ids: set[str] = set()
        self.markup = Markup("head", "", _address, _content)
        self._foreign = 0
        self._slides = 0
        self._title: list[str] | None = None
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if not self._in_body:
            self._start_head(tag, attributes)
            return
        if tag == "section":
            self._slides += 1
            self.markup.flush()
            self.markup.part = f"slide {self._slides}"
        if attributes.get("id"):
            self.ids.add(attributes["id"])
        self._foreign += tag in _FOREIGN
        if tag in _ENDS:
            self.markup.imply(_ENDS[tag], _WITHIN)
        self.markup.start(tag, attributes)
        if tag in _VOID:
            self.markup.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = bool(self._foreign) or tag in _FOREIGN
        self.handle_starttag(tag, attrs)
        if inside:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in_body:
            self._foreign -= tag in _FOREIGN and self._foreign > 0
            if tag not in _VOID:
                self.markup.end(tag)
        elif tag == "title" and self._title is not None:
            self.head.append(passage("title", [Piece("".join(self._title), {})], part="head"))
            self._title = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
        elif self._in_body:
            self.markup.text(data)

    def handle_comment(self, data: str) -> None:
        self.markup.comment(data)

    def _start_head(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self.markup.lang = attributes.get("lang", "")
            self.head.append(passage("language", [Piece(self.markup.lang, {})], part="head"))
        elif tag == "meta" and attributes.get("name") in _META:
            words = attributes.get("content", "")
            if words:
                self.head.append(passage(attributes["name"], [Piece(words, {})], part="head"))
        elif tag == "title":
            self._title = []
        elif tag == "body":
            self._in_body = True


def _address(href: str) -> str:
    """Return ``#id`` for reveal.js's ``#/id``, and any other address as it is."""
    return f"#{href[2:]}" if href.startswith("#/") else href


def _content(source: str) -> bytes | None:
    """Return the bytes of a picture inside the page."""
    _, _, encoded = source.partition(";base64,")
    try:
        return base64.b64decode(encoded, validate=True) if encoded else None
    except binascii.Error:
        return None
