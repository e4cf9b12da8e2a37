"""The EPUB's page numbers are the PDF's: each marker stands before the word with which the page begins."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from lxml import etree

from nzpub.build import build
from publication import copy_book

ROOT = Path(__file__).parents[1]
_X = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"


@pytest.fixture(scope="module", params=["small", "flagship"])
def dist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the PDF and the EPUB of one publication."""
    root = tmp_path_factory.mktemp("pages")
    if request.param == "small":
        root = copy_book(root)
    else:
        shutil.copytree(ROOT / "manuscript", root / "manuscript")
        shutil.copytree(ROOT / "styles", root / "styles")
    build(root, ["pdf", "epub"])
    return root / "dist"


def chapters(dist: Path) -> dict[str, etree._Element]:
    """Return the EPUB's content documents by name, in the spine's order."""
    with zipfile.ZipFile(next(dist.glob("*.epub"))) as book:
        package = etree.fromstring(book.read("EPUB/content.opf"))
        items = {str(item.get("id")): str(item.get("href")) for item in package.iter("{*}item")}
        names = [items[str(ref.get("idref"))] for ref in package.iter("{*}itemref")]
        return {name: etree.parse(io.BytesIO(book.read(f"EPUB/{name}"))).getroot() for name in names}


def marked(dist: Path) -> dict[str, str]:
    """Return page label → what follows its marker in the EPUB: letters and digits alone, notes left out."""
    found: dict[str, str] = {}
    for tree in chapters(dist).values():
        for kind, value in _stream(tree.find(f"{_X}body")):
            if kind == "page":
                found[value] = ""
            else:
                found |= {label: words + value for label, words in found.items() if len(words) < 300}
    return found


def _stream(element: etree._Element | None) -> Iterator[tuple[str, str]]:
    if element is None or element.get(_TYPE) in ("noteref", "footnote"):
        return
    if element.get(_TYPE) == "pagebreak":
        yield "page", str(element.get("aria-label"))
    yield "text", _letters(element.text)
    for child in element:
        yield from _stream(child)
        yield "text", _letters(child.tail)


def _letters(text: str | None) -> str:
    return "".join(c for c in text or "" if c.isalnum())


def printed(dist: Path) -> dict[str, str]:
    """Return page label → the letters of the page as it is painted, below its running head."""
    pdf = pypdfium2.PdfDocument(next(dist.glob("*.pdf")))
    return {pdf.get_page_label(n) or str(n + 1): _letters(page.get_textpage().get_text_range())
            for n, page in enumerate(pdf)}


def test_every_page_of_text_begins_with_the_word_after_its_marker(dist: Path) -> None:
    """The first words behind a marker stand on that page of the PDF, and not on the page before."""
    pages, marks = printed(dist), marked(dist)
    before = dict(zip(list(pages)[1:], pages.values(), strict=False))
    for label, words in marks.items():
        # Half a word may stand on the page before (the whole of it is behind the marker), a note number between two
        # words, and a heading may be painted after the text below it.
        assert any(words[n:n + 12] in pages[label] for n in range(24)), f"page {label}: {words[:40]}"
        assert words[:80] not in before.get(label, ""), f"page {label}: {words[:40]}"


def test_every_page_of_text_has_a_marker(dist: Path) -> None:
    """From the first chapter's page to the last, every page of the PDF is marked; cover and contents have none."""
    pages, marks = list(printed(dist)), list(marked(dist))
    assert [label for label in pages[pages.index(marks[1]):] if label not in marks] == []


def test_the_page_list_names_each_marker_in_order(dist: Path) -> None:
    """The navigation document lists the same labels, each leading to its marker."""
    trees = chapters(dist)
    nav = next(nav for nav in trees["nav.xhtml"].iter(f"{_X}nav") if nav.get(_TYPE) == "page-list")
    links = [(str(a.text), str(a.get("href"))) for a in nav.iter(f"{_X}a")]
    assert [label for label, _ in links] == list(marked(dist))
    for label, href in links:
        name, _, ident = href.partition("#")
        target = next(e for e in trees[name].iter() if e.get("id") == ident)
        assert target.get("role") == "doc-pagebreak"
        assert target.get("aria-label") == label


def test_the_source_of_the_page_numbers_is_the_pdf(dist: Path) -> None:
    """The package names the PDF, by the publication's identifier, as where the page numbers come from."""
    with zipfile.ZipFile(next(dist.glob("*.epub"))) as book:
        package = etree.fromstring(book.read("EPUB/content.opf"))
    source = next(e.text for e in package.iter("{*}meta") if e.get("property") == "pageBreakSource")
    assert source == next(e.text for e in package.iter("{*}identifier"))
