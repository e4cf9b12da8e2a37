"""The handout: two slides a page as they stand at the end, each with its time, its sources and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any
from xml.etree import ElementTree

import weasyprint
from lxml import etree

from nzpub import formulas, page, pandoc, weasy
from nzpub.errors import CheckError, Finding, Place
from nzpub.formats import handout_fit
from nzpub.furniture import source_line, words
from nzpub.model import Artifact, Deck, Meta, Slide, Styles
from nzpub.tree import Attr, Node, attr, div, header, para, rewrite, span, string, text

Element = etree._Element
Conforming = Callable[[Any, Meta, Mapping[str, bytes]], bytes]
"""Turns WeasyPrint's document, with metadata and attachments, into a PDF that keeps to the standards."""

_X = f"{{{page.XHTML}}}"
_ALONE = {"img": "figure", "strong": "emphasis"}    # what stands alone in its paragraph → the paragraph's class
_MINUTE = 60
_TOO_MUCH: Mapping[handout_fit.Part, tuple[str, str]] = {
    "slide": ("the words and pictures", "shorten them, or make two slides of it"),
    "facts": ("the sources", "cite fewer of them on it"),
    "notes": ("the notes", "make what is wide or high in them smaller: a table, a picture"),
    "slot": ("the notes", "shorten them")}


def write(deck: Deck, styles: Styles, conforming: Conforming) -> Artifact:
    """Return ``short-name-handout.pdf``, which *conforming* makes of the laid-out pages.

    Raises CheckError if a slide holds too much, ToolError if WeasyPrint complains.
    """
    root = _html(deck, styles)
    files = {**deck.files, **formulas.draw(root, weasy.SCHEME)}
    sheet = page.css(styles, "text.css", "color.css", "handout.css")
    document, full = handout_fit.lay_out(root, lambda tree: weasy.render(tree, sheet, files, styles))
    if full:
        raise CheckError([_overfull(deck.slides[misfit.number], misfit.part, deck) for misfit in full])
    meta = replace(deck.meta, identifier=f"{deck.meta.identifier}#handout")    # another file than the paper: RFC 8141
    return Artifact("handout", {f"{meta.short_name}-handout.pdf": conforming(document, meta, deck.attachments)},
                    f"{len(document.pages)} pages", {"WeasyPrint": weasyprint.__version__})


def _overfull(slide: Slide, part: handout_fit.Part, deck: Deck) -> Finding:
    what, hint = _TOO_MUCH[part]
    return Finding("NZ604", "error", f"{what} of the slide “{slide.id}” hold more than fits in the handout",
                   Place(deck.source, slide.line), hint)


def _html(deck: Deck, styles: Styles) -> ElementTree.Element:
    """Return the whole handout as an element tree without namespaces."""
    meta = deck.meta
    values = {
        "lang": escape(meta.lang), "title": escape(meta.title), "subtitle": escape(meta.subtitle),
        "authors": escape(", ".join(meta.authors)), "keywords": escape(", ".join(meta.keywords)),
        "description": escape(text(meta.abstract)), "created": f"{meta.modified:%Y-%m-%dT%H:%M:%SZ}",
        "date": escape(f"{meta.date.day} {meta.date:%B %Y}"), "handout": escape(words(meta.lang)["handout"]),
        "slides": "".join(map(page.markup, _slots(deck))),
    }
    return ElementTree.fromstring(page.fill(styles.files["handout.html"], values))  # noqa: S314 (our own markup)


def _slots(deck: Deck) -> Iterator[Element]:
    """Yield for each slide one ``div``: the slide in its frame, the facts beside it, the notes below."""
    blocks = [_slot(slide, number, deck.meta.lang) for number, slide in enumerate(deck.slides, 1)]
    html = pandoc.render(blocks, "html5", "--mathml", "--syntax-highlighting=none")
    root = etree.fromstring(f'<body xmlns="{page.XHTML}">{html}</body>'.encode())
    for image in root.iter(f"{_X}img"):
        image.set("src", f"{weasy.SCHEME}{image.get('src')}")    # Python joins addresses of known schemes only
    for paragraph in root.iter(f"{_X}p"):
        _name(paragraph)
    page.say_formulas(root)
    page.say_counting(root)
    page.bookmark(root)
    for title in root.iterfind(f".//{_X}section[@class='slide layout-title']/{_X}h1"):
        page.part(title)
        for rest in title:
            rest.addprevious(etree.Element(f"{_X}br"))    # a block of its own would be a second heading (issue 2903)
    yield from root


def _slot(slide: Slide, number: int, lang: str) -> Node:
    shown = page.unsectioned([div(rewrite(slide.blocks, _still), Attr("", ("content",)))])
    picture = div([header(1, slide.title), *shown],
                  Attr("", ("slide", f"layout-{slide.layout or 'text'}")))
    facts = div(_facts(slide, number, lang), Attr("", ("facts",)))
    notes = page.unsectioned([div(slide.notes, Attr("", ("notes",)))]) if slide.notes else ()
    return div([div([picture, facts], Attr("", ("shown",))), *notes], Attr(slide.id, ("slot",)))


def _still(node: Node) -> Sequence[Node]:
    """Open a fragment: on paper all of them are there from the start."""
    return tuple(node["c"][1]) if node["t"] == "Span" and attr(node).classes == ("fragment",) else (node,)


def _facts(slide: Slide, number: int, lang: str) -> Iterator[Node]:
    """Yield what stands beside a slide: its number, its time if it has one, its sources if it has any."""
    yield para([span(string(f"{words(lang)['slide']} {number}"), Attr("", ("slide-number",)))])
    if slide.seconds:
        yield para([span(string(duration(slide.seconds)), Attr("", ("slide-time",)))])
    if slide.sources:
        yield div([para(source_line(slide.sources, lang))], Attr("", ("slide-sources",)))


def duration(seconds: int) -> str:
    """Return a time in SI symbols, which every language reads: "45 s", "1 min", "1 min 30 s"."""
    minutes, rest = divmod(seconds, _MINUTE)
    parts = [f"{count}\N{NO-BREAK SPACE}{unit}" for count, unit in ((minutes, "min"), (rest, "s")) if count]
    return " ".join(parts)


def _name(paragraph: Element) -> None:
    """Name a paragraph that is nothing but a picture or nothing but strong words, which CSS cannot tell."""
    inside = list(paragraph)
    if len(inside) == 1 and not (paragraph.text or "").strip() and not (inside[0].tail or "").strip():
        name = _ALONE.get(etree.QName(inside[0]).localname)
        if name:
            paragraph.set("class", name)
