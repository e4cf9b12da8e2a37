"""The deck for a browser: Pandoc's reveal.js slides in a page of our own, one file that needs no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from string import printable

import pyreveal
from lxml import etree

from nzpub import page, pandoc
from nzpub.fonts import rule, with_faces
from nzpub.furniture import source_line
from nzpub.illustrate import shaped
from nzpub.model import Artifact, Deck, Face, Slide, Styles
from nzpub.tree import Attr, Node, div, header, para, text

Element = etree._Element
_REVEAL = Path(pyreveal.__file__).parent / "revealjs" / "dist"
_X = f"{{{page.XHTML}}}"
_ALONE = {"img": "figure", "strong": "emphasis"}    # what stands alone in its paragraph → the paragraph's class
# The faces that slides.css sets words in: tokens of family and weight, and style. Others would enlarge the file.
_CUTS = (("--font-head", "--weight-text", "normal"), ("--font-head", "--weight-text", "italic"),
         ("--font-head", "--weight-head", "normal"), ("--font-text", "--weight-display", "normal"),
         ("--font-text", "--weight-text", "normal"), ("--font-text", "--weight-text", "italic"))
_MIME = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}


def write(deck: Deck, styles: Styles) -> Artifact:
    """Return ``short-name-slides.html``: reveal.js, styles, fonts and figures are inside."""
    slides = "\n".join(map(page.markup, _sections(deck, styles)))
    html = page.fill(styles.files["deck.html"], {
        "lang": escape(deck.meta.lang), "title": escape(deck.meta.title),
        "author": escape(", ".join(deck.meta.authors)), "description": escape(text(deck.meta.abstract)),
        "styles": _styles(styles, slides), "slides": slides,
        "reveal": _script("reveal.js"), "notes": _script("plugin/notes.js"),
        "width": styles.tokens["--slide-width"].removesuffix("px"),
        "height": styles.tokens["--slide-height"].removesuffix("px"),
        "narrow": styles.tokens["--slide-narrow"].removesuffix("px"),
        "minutes": str(deck.meta.talk_minutes or 0),
    })
    name = f"{deck.meta.short_name}-slides.html"
    return Artifact("revealjs", {name: html.encode()}, f"{len(deck.slides)} slides",
                    {"reveal.js": reveal_version(), "Pandoc": pandoc.version()})


def reveal_version() -> str:
    """Return the version of the reveal.js that is put into the deck."""
    package = json.loads((_REVEAL.parent / "package.json").read_text(encoding="utf-8"))
    return str(package["version"])


# --- slides -----------------------------------------------------------------------------------------


def _sections(deck: Deck, styles: Styles) -> Iterator[Element]:
    """Yield reveal.js's ``section`` elements, framed, with layouts as classes and pictures as data addresses."""
    blocks = [block for slide in deck.slides for block in _blocks(slide, deck)]
    html = pandoc.render(blocks, "revealjs", "--slide-level=1", "--mathml", "--syntax-highlighting=none")
    root = etree.fromstring(f'<body xmlns="{page.XHTML}">{html}</body>'.encode())
    page.say_decorative(root)
    page.say_counting(root)
    pictures = {path: _address(path, content, styles) for path, content in deck.files.items()}
    for number, (section, slide) in enumerate(zip(root, deck.slides, strict=True)):
        section.set("class", _layout(slide))
        if slide.seconds:
            section.set("data-timing", str(slide.seconds))
        drawings: dict[Element, str] = {}
        for image in section.iter(f"{_X}img"):
            path = str(image.attrib.pop("data-src", "")) or image.get("src", "")
            image.set("src", pictures[path])
            drawings[image] = pictures[shaped(path, "phone", pictures)]
        _level(section, first=number == 0)
        page.part(section[0])
        _name(section)
        for image, phone in drawings.items():
            page.adapt(image, phone, f"screen and (max-width: {styles.tokens['--slide-narrow']})")
        _frame(section)
        yield section


def _blocks(slide: Slide, deck: Deck) -> Iterator[Node]:
    yield header(1, slide.title, Attr(slide.id))
    yield from page.unsectioned([div(slide.blocks, Attr("", ("content",)))])
    if slide.sources:
        yield div([para(source_line(slide.sources, deck.meta.lang))], Attr("", ("slide-sources",)))
    if slide.notes:
        yield from page.unsectioned([div(slide.notes, Attr("", ("notes",)))])


def _layout(slide: Slide) -> str:
    return f"layout-{slide.layout or 'text'}"


def _level(section: Element, *, first: bool) -> None:
    """Make the title of the first slide the deck's only ``h1``; all other headings move down by a level."""
    title, *others = [heading for level in range(1, 6) for heading in section.iter(f"{_X}h{level}")]
    title.set("class", "slide-title")
    for heading in others if first else [title, *others]:
        heading.tag = f"{_X}h{int(heading.tag[-1]) + 1}"


def _name(section: Element) -> None:
    """Name the paragraphs that are nothing but a picture or nothing but strong words, which CSS cannot tell."""
    for paragraph in section.iter(f"{_X}p"):
        children = list(paragraph)
        if len(children) == 1 and not (paragraph.text or "").strip() and not (children[0].tail or "").strip():
            name = _ALONE.get(etree.QName(children[0]).localname)
            if name:
                paragraph.set("class", name)


def _frame(section: Element) -> None:
    """Put what a slide shows into a ``div`` of its own: reveal.js takes the section's padding when it prints."""
    shown = [child for child in section if child.get("class") != "notes"]
    frame = etree.Element(f"{_X}div", {"class": "frame"})
    frame.extend(shown)
    section.insert(0, frame)


def _address(path: str, content: bytes, styles: Styles) -> str:
    mime = _MIME[path.rpartition(".")[2].lower()]
    embedded = with_faces(content, styles.faces) if mime == _MIME["svg"] else content
    return f"data:{mime};base64,{base64.b64encode(embedded).decode()}"


# --- styles and scripts -----------------------------------------------------------------------------


def _styles(styles: Styles, slides: str) -> str:
    """Return reveal.js's own sheets, the fonts with the characters of *slides*, and our sheet."""
    characters = tuple(sorted({ord(c) for c in slides + printable if c.isprintable()}))
    fonts = "\n".join(rule(face, characters) for face in _faces(styles, characters))
    base = "".join((_REVEAL / name).read_text(encoding="utf-8") for name in ("reset.css", "reveal.css"))
    return f"{base}\n{fonts}\n{page.css(styles, 'slides.css')}"


def _faces(styles: Styles, characters: Iterable[int]) -> Iterator[Face]:
    """Yield the faces that the deck sets words in, and those that have a character that they lack."""
    cuts = {(styles.tokens[family].strip("\"'"), int(styles.tokens[weight]), style) for family, weight, style in _CUTS}
    used = [face for face in styles.faces if (face.family, face.weight, face.style) in cuts]
    lacking = set(characters).difference(*(face.covers for face in used))
    yield from used
    yield from (face for face in styles.faces if face not in used and lacking & face.covers)


def _script(name: str) -> str:
    """Return a script of reveal.js, safe inside a ``script`` element (HTML, 4.12.1.3)."""
    return (_REVEAL / name).read_text(encoding="utf-8").replace("</script", "<\\/script").replace("<!--", "<\\!--")
