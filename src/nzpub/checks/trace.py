"""From a place in an output back to the manuscript's line.

An outside validator names a place in the file that it judges. A slide is known by its id or its number
(:func:`slide_lines`); elsewhere the words that stand there (:func:`words_at_line`, :func:`words_at_selector`,
:func:`words_of_structure`) lead to the passage of the edition that has them, and so to the line (:func:`traced`).
What is not the manuscript's, such as a package document, keeps the output's place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import cssselect2
from lxml import etree

from nzpub.checks import readback_pdf
from nzpub.checks.passage import Passage
from nzpub.errors import Finding, Place
from nzpub.model import Deck

_FEW, _ENOUGH = 4, 12          # letters that tell a passage from the others of its part, and of the whole output
_OBJECT = re.compile(r"\((\d+) \d+ obj ")
_PAGE = re.compile(r"/pages\[(\d+)\]")


def slide_lines(deck: Deck) -> Mapping[str, int]:
    """Return the line of each slide by the fragments that name it: its id in the browser, its number elsewhere."""
    numbered = [(slide, number) for number, slide in enumerate(deck.slides, 1)]
    lines = ((fragment, slide.line) for slide, number in numbered for fragment in (slide.id, f"slide={number}"))
    return {fragment: line for fragment, line in lines if line is not None}


def traced(finding: Finding, passages: Sequence[Passage], slides: Mapping[str, int], source: str,
           file: str) -> Finding:
    """Return *finding* about the output *file* at the line of *source* that made the slide or the words it is about.

    The output's place goes into the message then. A finding about neither *slides* nor *passages* is returned as it is.
    """
    place, _, fragment = finding.where.file.partition("#") if finding.where else ("", "", "")
    line = slides.get(fragment) or _line(finding.near, passages, PurePosixPath(place).name)
    if line is None:
        return finding
    where = str(finding.where or file)
    named = where if where.startswith(file) else f"{file}, {where}"
    return replace(finding, message=f"{named}: {finding.message}", where=Place(source, line), near="")


def _line(near: str, passages: Sequence[Passage], part: str) -> int | None:
    """Return the line of the passage that has the words *near*, of *part* of the output if one there has."""
    words = _letters(near)
    known = [(passage, _letters(passage.text)) for passage in passages if passage.line is not None]
    here = [(passage, text) for passage, text in known if passage.part == part]
    alike: tuple[Callable[[str], bool], ...] = (lambda text: text == words, lambda text: words in text,
                                                lambda text: text in words)
    return next((passage.line for pool, least in ((here, _FEW), (known, _ENOUGH)) for is_alike in alike
                 for passage, text in pool if min(len(text), len(words)) >= least and is_alike(text)), None)


def _letters(text: str) -> str:
    """Return what a passage has in common with its words in any output: neither space nor mark nor hyphen counts."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


# --- the words at a place ---------------------------------------------------------------------------


def words_at_line(document: bytes, line: int) -> str:
    """Return the words of the last element of an XML *document* that begins at or before *line*, counted from 1."""
    elements = [e for e in _elements(document) if isinstance(e.sourceline, int) and e.sourceline <= line]
    return _words(elements[-1]) if elements else ""


def words_at_selector(document: bytes, selector: str) -> str:
    """Return the words of the first element of an XHTML *document* that the CSS *selector* finds; "" if none."""
    elements = list(_elements(document))
    if not elements:
        return ""
    try:
        found = cssselect2.ElementWrapper.from_xml_root(elements[0]).query(selector)
    except cssselect2.SelectorError:
        return ""
    return _words(found.etree_element) if found else ""


def words_of_structure(pdf: bytes, context: str) -> str:
    """Return the words of the structure element of *pdf*, or else of the page, that veraPDF's *context* ends in."""
    root = readback_pdf.read(pdf)
    by_number = {element.number: element.text for element in root.walk()}
    numbers = [int(number) for number in _OBJECT.findall(context)]
    if numbers and numbers[-1] in by_number:
        around = (by_number.get(number, "") for number in reversed(numbers))
        return next((words for words in around if len(_letters(words)) >= _ENOUGH), "")
    page = _PAGE.search(context)
    return readback_pdf.join([p for p in root.pieces() if page and p.page == int(page.group(1))]).partition("\n")[0]


def _elements(document: bytes) -> Iterable[etree._Element]:
    """Yield the elements of an XML *document* in order, and what can be read of one that is broken."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    root = etree.fromstring(document, parser)
    return () if root is None else root.iter("*")


def _words(element: etree._Element) -> str:
    """Return the words in *element*, or in the nearest element around it that has any."""
    around = (element, *element.iterancestors())
    return next((words for e in around if (words := str(e.xpath("normalize-space()")))), "")
