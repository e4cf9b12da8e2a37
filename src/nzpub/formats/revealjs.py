"""The deck for a browser: Pandoc's reveal.js slides in a page of our own, one file that needs no network."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

import pyreveal
from lxml import etree

from nzpub import page, pandoc
from nzpub.errors import CheckError, Finding, Place
from nzpub.fonts import with_faces
from nzpub.furniture import words
from nzpub.model import Artifact, Deck, Slide, Styles
from nzpub.paginate import font_faces
from nzpub.tree import Attr, Node, div, header, para, string, text

Element = etree._Element
_REVEAL = Path(pyreveal.__file__).parent / "revealjs" / "dist"
_MIME = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}


def write(deck: Deck, styles: Styles) -> Artifact:
    """Return ``short-name-slides.html``: reveal.js, styles, fonts and figures are inside.

    Raises CheckError if there is no slide.
    """
    if not deck.slides:
        raise CheckError(Finding("NZ601", "error", "there are no slides", Place(deck.source),
                                 "write at least one ::: {.slide title=\"…\"}, or build --only pdf,epub"))
    html = page.fill(styles.files["deck.html"], {
        "lang": escape(deck.meta.lang), "title": escape(deck.meta.title),
        "author": escape(", ".join(deck.meta.authors)), "description": escape(text(deck.meta.abstract)),
        "styles": _styles(styles), "slides": "\n".join(map(page.markup, _sections(deck, styles))),
        "reveal": _script("reveal.js"), "notes": _script("plugin/notes.js"),
        "width": styles.tokens["--slide-width"].removesuffix("px"),
        "height": styles.tokens["--slide-height"].removesuffix("px"),
        "minutes": str(deck.meta.talk_minutes or 0),
    })
    name = f"{deck.meta.short_name}-slides.html"
    return Artifact("revealjs", {name: html.encode()}, f"{len(deck.slides)} slides",
                    {"reveal.js": reveal_version(), "Pandoc": pandoc.version()})


def reveal_version() -> str:
    """Return the version of the reveal.js that is put into the deck."""
    first = (_REVEAL / "reveal.js").read_text(encoding="utf-8")
    _, _, rest = first.partition('VERSION="')
    return rest.partition('"')[0] or "6"


def _sections(deck: Deck, styles: Styles) -> Iterator[Element]:
    """Yield reveal.js's ``section`` elements, with layouts as classes and pictures as data addresses."""
    blocks = [block for slide in deck.slides for block in _blocks(slide, deck)]
    html = pandoc.render(blocks, "revealjs", "--slide-level=1", "--mathml", "--syntax-highlighting=none")
    root = etree.fromstring(f'<body xmlns="{page.XHTML}">{html}</body>'.encode())
    pictures = {path: _address(path, content, styles) for path, content in deck.files.items()}
    for section, slide in zip(root, deck.slides, strict=True):
        section.set("aria-label", text(slide.title))
        if slide.seconds:
            section.set("data-timing", str(slide.seconds))
        for image in section.iter(f"{{{page.XHTML}}}img"):
            image.set("src", pictures[image.attrib.pop("data-src", None) or image.get("src", "")])
        yield section


def _blocks(slide: Slide, deck: Deck) -> Iterator[Node]:
    classes = (f"layout-{slide.layout}" if slide.layout else "layout-text",)
    yield header(1, slide.title, Attr(slide.id, classes))
    yield div(slide.blocks, Attr("", ("content",)))
    if slide.sources:
        yield div([para(_source_line(slide, deck))], Attr("", ("slide-sources",)))
    if slide.notes:
        yield div(slide.notes, Attr("", ("notes",)))


def _source_line(slide: Slide, deck: Deck) -> Iterable[Node]:
    name = words(deck.meta.lang)["source" if len(slide.sources) == 1 else "sources"]
    yield from string(f"{name}: ")
    for position, source in enumerate(slide.sources):
        yield from string("; ") if position else ()
        yield from source


def _address(path: str, content: bytes, styles: Styles) -> str:
    mime = _MIME[path.rpartition(".")[2].lower()]
    embedded = with_faces(content, styles.faces) if mime == _MIME["svg"] else content
    return f"data:{mime};base64,{base64.b64encode(embedded).decode()}"


def _styles(styles: Styles) -> str:
    """Return reveal.js's own sheets, the fonts, and ours."""
    fonts = font_faces(styles, "{n}.woff2")
    for number, face in enumerate(styles.faces):
        fonts = fonts.replace(f'"{number}.woff2"', f'"data:font/woff2;base64,{base64.b64encode(face.woff2).decode()}"')
    base = "".join((_REVEAL / name).read_text(encoding="utf-8") for name in ("reset.css", "reveal.css"))
    return f"{base}\n{fonts}\n{page.css(styles, 'slides.css')}"


def _script(name: str) -> str:
    """Return a script of reveal.js, safe inside a ``script`` element (HTML, 4.12.1.3)."""
    return (_REVEAL / name).read_text(encoding="utf-8").replace("</script", "<\\/script").replace("<!--", "<\\!--")
