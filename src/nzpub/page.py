"""A prose edition as XHTML: one ``section`` element a chapter, written by Pandoc in one call.

PDF, EPUB and web page all start from these elements, so that they cannot differ in what they say.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from html import escape

from lxml import etree

from nzpub import pandoc
from nzpub.furniture import words
from nzpub.model import Chapter, Edition, Styles
from nzpub.tree import Attr, Node, attr, div, header, rewrite, span, text

Element = etree._Element
XHTML = "http://www.w3.org/1999/xhtml"
EPUB = "http://www.idpf.org/2007/ops"
MATHML = "http://www.w3.org/1998/Math/MathML"

etree.register_namespace("epub", EPUB)                  # the prefix that everyone knows, instead of one made up

_CHAPTER_ROLES = {"abstract": "doc-abstract", "glossary": "doc-glossary", "bibliography": "doc-bibliography"}
# DPUB-ARIA 1.1 roles → the HTML element that ARIA in HTML lets carry them, where a div will not do
_ELEMENTS = {"doc-footnote": "aside", "doc-pullquote": "aside", "doc-tip": "aside", "doc-notice": "section"}
_COUNTING = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}     # by a list's type
_VOID = {"br", "col", "hr", "img", "input", "source", "wbr"}     # HTML, 13.1.2: those of them that are written
_CAPITALS = re.compile(r"(?<![^\W_])([A-Z]{3,})(?![^\W_])")     # as words of their own: UNESCO, but no part of XYZ-2
_COMPOUND = re.compile(r"(\w+(?:-\w+)+)")               # a heading's line never ends at its hyphen
BESIDE = ("doc-noteref", "doc-pagebreak")               # what stands among a heading's words and is none of them
# Where capitals stay as they are: in small type and large, in what is quoted from a keyboard or a formula.
_UNTOUCHED = {"figcaption", "table", "note", "editor-note", "callout-note", "callout-tip", "pullquote", "epigraph",
              "csl-entry", "code", "math", "caps", "whole"}
_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*\)")
_MEDIA = re.compile(r"@media\b[^{]*")
_HOLE = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")


def sections(edition: Edition, *, shift: int = 0) -> tuple[Element, ...]:
    """Return one XHTML ``section`` for each chapter of *edition*, headings lowered by *shift* levels."""
    blocks = [_section(chapter, edition) for chapter in edition.chapters]
    html = pandoc.render(blocks, "html5", "--mathml", "--syntax-highlighting=none", f"--shift-heading-level-by={shift}",
                         meta={"lang": {"t": "MetaString", "c": edition.meta.lang}})
    root = etree.fromstring(f'<body xmlns="{XHTML}" xmlns:epub="{EPUB}">{html}</body>'.encode())
    say_formulas(root)
    say_decorative(root)
    say_counting(root)
    for element in root.iter(f"{{{XHTML}}}div"):
        if (name := _ELEMENTS.get(element.get("role", ""))) is not None:
            element.tag = f"{{{XHTML}}}{name}"
    for paragraph in list(root.iter(f"{{{XHTML}}}p")):
        if not any(_UNTOUCHED & _names(around) for around in paragraph.iterancestors()):
            _set_apart(paragraph, _CAPITALS, "caps")
    for level in range(1, 7):
        for heading in root.iter(f"{{{XHTML}}}h{level}"):
            _set_apart(heading, _COMPOUND, "whole")
    return tuple(root)


def _names(element: Element) -> set[str]:
    return {etree.QName(element).localname, *(element.get("class") or "").split()}


def _set_apart(element: Element, words_: re.Pattern[str], name: str) -> None:
    """Put what *words_* finds in *element* in spans of the class *name*, for the style sheets to set apart."""
    for child in list(element):
        if not _UNTOUCHED & _names(child):
            _set_apart(child, words_, name)
        _wrap(element, child, words_.split(child.tail or ""), name)
    _wrap(element, None, words_.split(element.text or ""), name)


def _wrap(parent: Element, before: Element | None, parts: Sequence[str], name: str) -> None:
    """Put every other one of *parts*, words in *parent* after *before* (or first), in a span of the class *name*."""
    first, *rest = parts
    if not rest:
        return
    at = 0 if before is None else parent.index(before) + 1
    if before is None:
        parent.text = first
    else:
        before.tail = first
    for inside, tail in zip(rest[::2], rest[1::2], strict=True):
        span_ = etree.Element(f"{{{XHTML}}}span", {"class": name})
        span_.text, span_.tail = inside, tail
        parent.insert(at, span_)
        at += 1


def say_formulas(root: Element) -> None:
    """Give each formula below *root* its source as its text for those who cannot see it."""
    for math in root.iter(f"{{{MATHML}}}math"):
        math.set("alttext", math.findtext(f".//{{{MATHML}}}annotation") or "")


def say_decorative(root: Element) -> None:
    """Say of each picture in *root* without alternative text that it is decorative: HTML wants an empty one said."""
    for image in root.iter(f"{{{XHTML}}}img"):
        if image.get("alt") is None:                   # Pandoc leaves an empty one out
            image.set("alt", "")
            image.set("role", "presentation")


def say_counting(root: Element) -> None:
    """Say of each numbered list in *root*, in its style, how it counts: HTML's selectors take type "a" for "A"."""
    for numbered in root.iter(f"{{{XHTML}}}ol"):
        if (counting := _COUNTING.get(numbered.get("type", ""))) is not None:
            numbered.set("style", f"list-style-type: {counting}")


def _section(chapter: Chapter, edition: Edition) -> Node:
    """Return *chapter* as a div that Pandoc writes as ``<section>``."""
    role = (("role", _CHAPTER_ROLES[chapter.role]),) if chapter.role in _CHAPTER_ROLES else ()
    number = [span([{"t": "Str", "c": chapter.number}], Attr("", ("number",))), {"t": "Space"}]
    title = [*(number if chapter.number else ()), *chapter.title]
    heading = [header(1, title)] if chapter.title else []
    return div([*heading, *chapter.blocks, *_notes(chapter, edition)],
               Attr(chapter.id, ("section", f"chapter-{chapter.role}"), role))


def _notes(chapter: Chapter, edition: Edition) -> Iterable[Node]:
    if chapter.notes:
        bodies = [div(body, Attr(f"fn{number}", ("note",), (("role", "doc-footnote"), ("number", str(number)))))
                  for number, body in chapter.notes]
        heading = {"t": "Para", "c": [span([{"t": "Str", "c": words(edition.meta.lang)["notes"]}],
                                           Attr("", ("notes-name",)))]}
        yield div([heading, *bodies], Attr("", ("notes",)))


def unsectioned(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* with an empty one first in each div that begins with a heading.

    Pandoc makes a section of such a div and gives it the heading's id and language, as if all in it were in that.
    """
    def visit(node: Node) -> Sequence[Node]:
        if node["t"] != "Div" or [block["t"] for block in node["c"][1][:1]] != ["Header"]:
            return (node,)
        return (div([{"t": "Plain", "c": []}, *node["c"][1]], attr(node)),)
    return rewrite(blocks, visit)


def named(element: Element, without: Container[str] = (), *, pictured: bool = False) -> str:
    """Return the words of *element* as a list names it: a formula once, in its source form.

    What has a role among *without* is left out; if *pictured*, a picture is named by its alternative text.
    """
    return " ".join("".join(_texts(element, without, pictured=pictured)).split())


def _texts(element: Element, without: Container[str], *, pictured: bool) -> Iterator[str]:
    if element.tag == f"{{{MATHML}}}math":
        yield element.get("alttext", "")
    elif element.tag == f"{{{XHTML}}}img" and pictured:
        yield element.get("alt", "")
    elif element.get("role") not in without:
        yield element.text or ""
        for child in element:
            yield from _texts(child, without, pictured=pictured)
            yield child.tail or ""


def repeated(title: Iterable[Node]) -> str:
    """Return the words of a heading as what repeats it has them: a note's mark leads from the heading alone."""
    return text(rewrite(title, lambda node: () if attr(node).get("role") in BESIDE else (node,)))


def label(table: Element) -> None:
    """Give each cell of *table* the name of its column, for screens on which a row stands as a block."""
    heads = [named(cell, BESIDE) for cell in table.iterfind(f"{{{XHTML}}}thead/{{{XHTML}}}tr/{{{XHTML}}}th")]
    rows = [row.findall(f"{{{XHTML}}}td") for row in table.iterfind(f"{{{XHTML}}}tbody/{{{XHTML}}}tr")]
    if heads and all(len(row) == len(heads) for row in rows):
        table.set("class", "labelled")
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                cell.set("data-label", head)


def adapt(image: Element, drawing: str, media: str) -> None:
    """Let what *media* describes, a phone, show *drawing*, if it is another: the words of the image's would be tiny."""
    parent = image.getparent()
    if parent is None or drawing == image.get("src"):
        return
    choice = etree.Element(f"{{{XHTML}}}picture")
    choice.tail, image.tail = image.tail, None
    parent.replace(image, choice)
    etree.SubElement(choice, f"{{{XHTML}}}source", {"media": media, "srcset": drawing, "type": "image/svg+xml"})
    choice.append(image)


def bookmark(root: Element) -> None:
    """Let each heading below *root* say how the PDF's outline names it: a formula in print is a picture."""
    for level in range(1, 7):
        for heading in root.iter(f"{{{XHTML}}}h{level}"):
            heading.set("data-bookmark", named(heading, BESIDE))


def css(styles: Styles, *names: str, flat: bool = False) -> str:
    """Return the sheets *names* after the tokens, or, if *flat*, with the tokens' values in their place.

    The conditions of media queries, which know no custom properties, have the values in any case.
    """
    sheet = "\n".join(styles.files[name] for name in names)
    if not flat:
        conditions = _MEDIA.sub(lambda match: _VAR.sub(lambda var: styles.tokens[var.group(1)], match.group()), sheet)
        return f"{styles.files['tokens.css']}\n{conditions}"
    while (flattened := _VAR.sub(lambda match: styles.tokens[match.group(1)], sheet)) != sheet:
        sheet = flattened
    return sheet


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return *template* with each ``{{name}}`` replaced by its value, which is markup already."""
    return _HOLE.sub(lambda match: values[match.group(1)], template)


def stepped(title: str) -> str:
    """Return *title* as markup, what follows its colon apart: a title page sets the second part smaller."""
    first, colon, rest = title.partition(": ")
    if not colon:
        return escape(title)
    return f'<span class="title-first">{escape(first)}: </span><span class="title-rest">{escape(rest)}</span>'


def part(title: Element) -> None:
    """Put what follows the colon of a plain *title* into a ``span``: on a title slide it starts a line."""
    head, colon, rest = (title.text or "").partition(": ")
    if colon and not len(title):
        title.text = head + colon
        etree.SubElement(title, f"{{{XHTML}}}span", {"class": "title-rest"}).text = rest


def markup(element: Element) -> str:
    """Return *element* as XHTML without the namespace declarations that its page makes.

    It is HTML too: what is empty has an end tag, since a slash does not close ``<em/>`` there.
    """
    for empty in element.iter(f"{{{XHTML}}}*"):
        if not len(empty) and empty.text is None and etree.QName(empty).localname not in _VOID:
            empty.text = ""
    written: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return written.replace(f' xmlns="{XHTML}"', "").replace(f' xmlns:epub="{EPUB}"', "")


