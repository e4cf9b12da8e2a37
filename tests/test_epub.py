"""The EPUB, read back from its bytes and held against EPUBCheck and Ace."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import ebooklib
import pytest
from ebooklib import epub
from lxml import etree
from PIL import Image

from nzpub import project
from nzpub.build import build
from nzpub.checks import metadata_epub
from nzpub.checks.outside import VALIDATORS
from nzpub.cite import cite
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Edition
from nzpub.provide import Command
from nzpub.read import characters, read, read_styles
from publication import copy_book

_X = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the EPUB of the small publication, built once."""
    root = copy_book(tmp_path_factory.mktemp("epub"))
    build(root, ["epub"])
    return root / "dist" / "kettle.epub"


@cache
def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {entry.filename: book.read(entry) for entry in book.infolist()}


def document(path: Path, name: str) -> etree._Element:
    return etree.fromstring(members(path)[f"EPUB/{name}"])


def documents(path: Path) -> dict[str, etree._Element]:
    return {name.removeprefix("EPUB/"): etree.fromstring(content) for name, content in members(path).items()
            if name.endswith(".xhtml")}


def words(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def test_epubcheck_reports_nothing(path: Path, epubcheck: Command) -> None:
    """EPUBCheck, asked for everything, has no error, no warning and no remark."""
    assert VALIDATORS["epubcheck"].run(path, epubcheck) == ()


def test_ace_finds_no_violation(path: Path, ace: Command) -> None:
    """Ace by DAISY passes the book."""
    assert VALIDATORS["ace"].run(path, ace) == ()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_ebooklib_reads_it_back(path: Path) -> None:
    """Title, authors, language, identifier and the spine are what the manuscript says, in its order."""
    book = epub.read_epub(str(path))
    assert book.get_metadata("DC", "title")[0][0] == "The Kettle: A Short Guide & Manual: For people who boil water"
    assert [a for a, _ in book.get_metadata("DC", "creator")] == ["Test Author", "A. N. Other <of no place>"]
    assert book.get_metadata("DC", "language")[0][0] == "en-GB"
    assert book.get_metadata("DC", "identifier")[0][0] == "urn:uuid:7f1c1f6e-6d3b-4c55-9a2c-0d6d2f1b8a11"
    names = [book.get_item_with_id(ident).get_name() for ident, _ in book.spine]
    assert names[-6:] == ["opening.xhtml", "sec-water.xhtml", "sec-use.xhtml", "ld-plan.xhtml", "glossary.xhtml",
                          "bibliography.xhtml"]
    assert len(list(book.get_items_of_type(ebooklib.ITEM_NAVIGATION))) >= 1


def test_the_contents_name_every_titled_chapter_and_subsection(path: Path) -> None:
    """The navigation document lists the chapters with their numbers, and below them their sub-sections."""
    toc = next(nav for nav in document(path, "nav.xhtml").iter(f"{_X}nav") if nav.get(_TYPE) == "toc")
    assert [words(a) for a in toc.iter(f"{_X}a")] == [
        "Abstract", "1 Water & heat", "2 Use", "2.1 Filling", "What the figure shows", "Abbreviations", "Sources"]


def test_the_landmarks_lead_to_cover_contents_and_text(path: Path) -> None:
    """A reader can jump to the cover, the contents, the start of the text, the glossary and the sources."""
    marks = next(nav for nav in document(path, "nav.xhtml").iter(f"{_X}nav") if nav.get(_TYPE) == "landmarks")
    assert {str(a.get(_TYPE)): a.get("href") for a in marks.iter(f"{_X}a")} == {
        "cover": "cover.xhtml", "titlepage": "title.xhtml", "toc": "nav.xhtml", "bodymatter": "sec-water.xhtml",
        "abstract": "abstract.xhtml", "glossary": "glossary.xhtml", "bibliography": "bibliography.xhtml"}


def test_every_link_leads_somewhere(path: Path) -> None:
    """Each link inside the book names a file that is there and an id that is in it."""
    found = documents(path)
    ids = {name: {e.get("id") for e in tree.iter()} for name, tree in found.items()}
    broken = []
    for name, tree in found.items():
        for a in tree.iter(f"{_X}a"):
            file, _, ident = str(a.get("href")).partition("#")
            if "://" not in file and (ident not in ids.get(file or name, set()) if ident else file not in found):
                broken.append((name, a.get("href")))
    assert broken == []


def test_notes_pop_up(path: Path) -> None:
    """Every mark is a noteref to a footnote in its own file, which begins with its number and leads back."""
    for tree in documents(path).values():
        notes = {aside.get("id"): aside for aside in tree.iter(f"{_X}aside") if aside.get(_TYPE) == "footnote"}
        marks = [a for a in tree.iter(f"{_X}a") if a.get(_TYPE) == "noteref"]
        assert [str(a.get("href"))[1:] for a in marks] == list(notes)
        for mark in marks:
            note = notes[str(mark.get("href"))[1:]]
            back = next(a for a in note.iter(f"{_X}a") if a.get(_TYPE) == "backlink")
            assert back.get("href") == f"#{mark.get('id')}"
            assert words(back) == words(mark)


def test_words_keep_their_language_and_direction(path: Path) -> None:
    """Te reo and Arabic are marked in the XHTML, for voices and for hyphenation."""
    spans = [(s.get("lang"), s.get("dir"), words(s)) for tree in documents(path).values()
             for s in tree.iter(f"{_X}span") if s.get("lang")]
    assert spans == [("mi", None, "He wai, he wai"), ("ar", "rtl", "ماء")]


def test_mathematics_is_mathml(path: Path) -> None:
    """A formula is MathML, and its file says so in the manifest."""
    assert document(path, "sec-use.xhtml").find(".//{http://www.w3.org/1998/Math/MathML}math") is not None
    package = document(path, "content.opf")
    item = next(e for e in package.iter("{*}item") if e.get("href") == "sec-use.xhtml")
    assert item.get("properties") == "mathml"


def test_fonts_and_cover_are_inside(path: Path) -> None:
    """The faces are embedded as WOFF2, the cover is a picture of a size that shops take."""
    assert {name[-6:] for name in members(path) if "/fonts/" in name} == {".woff2"}
    png = members(path)["EPUB/cover.png"]
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert height >= 1400
    assert width >= 1000


def test_accessibility_claims_follow_the_content(path: Path) -> None:
    """What the package says of its accessibility is what the documents bear out."""
    package = document(path, "content.opf")
    claims = {(str(e.get("property")).removeprefix("schema:"), e.text) for e in package.iter("{*}meta")
              if str(e.get("property")).startswith("schema:")}
    features = {value for name, value in claims if name == "accessibilityFeature"}
    assert {"alternativeText", "longDescription", "MathML", "tableOfContents", "structuralNavigation"} <= features
    assert ("accessModeSufficient", "textual") in claims


def test_without_one_alternative_the_claim_is_gone() -> None:
    """A single image without alternative text takes the claim away, and with it the textual sufficiency."""
    from nzpub.checks.claims import accessibility  # noqa: PLC0415

    bodies = [etree.fromstring(f'<section xmlns="{_X[1:-1]}" class="chapter-section"><h1>A</h1>'
                               f'<img src="a" alt="x"/><img src="b" alt="{alt}"/></section>') for alt in ("y", "")]
    with_all = set(accessibility(bodies[:1], "en", moving=False))
    without = set(accessibility(bodies, "en", moving=False))
    assert ("accessibilityFeature", "alternativeText") in with_all - without
    assert ("accessModeSufficient", "textual") in with_all - without


def test_a_picture_that_moves_takes_a_claim_away(path: Path) -> None:
    """No hazard is claimed only where nothing moves: in the finished file, too."""
    out, moving = io.BytesIO(path.read_bytes()), io.BytesIO()
    Image.new("RGB", (2, 2)).save(moving, "GIF", save_all=True, append_images=[Image.new("RGB", (2, 2), "red")])
    with zipfile.ZipFile(out, "a") as spoilt:
        spoilt.writestr("EPUB/figures/moves.gif", moving.getvalue())
    found = metadata_epub.check(Artifact("epub", {"a.epub": out.getvalue()}), edition_of(path))
    assert [finding.message.partition("schema:")[2].partition(",")[0] for finding in found] == [
        "accessibilityHazard “none”", "accessibilityHazard “unknown”"]


def test_the_container_is_one_that_readers_open(path: Path) -> None:
    """The first entry is the media type, stored and without extra fields (OCF 3.3, 4.3.2)."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert book.read(first) == b"application/epub+zip"


def test_conformance_is_claimed_only_on_a_persons_word(tmp_path: Path, path: Path, epubcheck: Command) -> None:
    """The package says that the book conforms, and who says so, if the metadata name a reviewer; else it is silent."""
    assert b"conformsTo" not in members(path)["EPUB/content.opf"]
    root = copy_book(tmp_path)
    source = root / "manuscript" / "kettle.md"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("talk-minutes:", "reviewed-by: R. Eader\ntalk-minutes:"), encoding="utf-8")
    build(root, ["epub"])
    reviewed = root / "dist" / "kettle.epub"
    package = document(reviewed, "content.opf")
    said = {str(e.get("property")): e.text for e in package.iter("{*}meta") if e.get("property")}
    assert said["dcterms:conformsTo"] == "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
    assert said["a11y:certifiedBy"] == "R. Eader"
    assert VALIDATORS["epubcheck"].run(reviewed, epubcheck) == ()


def test_the_glossary_is_linked_both_ways(path: Path) -> None:
    """An abbreviation's first use leads to its entry, and the entry back to it."""
    uses = {str(a.get("href")).partition("#")[2]: str(a.get("id")) for tree in documents(path).values()
            for a in tree.iter(f"{_X}a") if a.get(_TYPE) == "glossref"}
    terms = {str(span.get("id")): str(next(span.iter(f"{_X}a")).get("href")).partition("#")[2]
             for span in document(path, "glossary.xhtml").iter(f"{_X}span") if str(span.get("id")).startswith("gl-")}
    assert uses == terms
    assert len(terms) == 2


SPOILT = {
    "an image without its alternative": ("xhtml", b' alt="A circle', b' title="A circle', "alternativeText"),
    "a claim that nothing bears out": ("opf", b"</metadata>", b'<meta property="schema:accessibilityFeature">braille'
                                       b"</meta></metadata>", "braille"),
    "a claim taken out": ("opf", b">MathML<", b">none<", "MathML"),
    "no table of contents": ("nav.xhtml", b'epub:type="toc" role', b'epub:type="lot" role', "tableOfContents"),
    "contents in another order": ("nav.xhtml", b'<li><a href="sec-use.xhtml">', b'<li><a href="opening.xhtml">',
                                  "readingOrder"),
    "conformance on nobody's word": ("opf", b"</metadata>", b'<meta property="dcterms:conformsTo">X</meta></metadata>',
                                     "conformsTo"),
    "another book's pages": ("opf", b'"pageBreakSource">urn', b'"pageBreakSource">other', "pageBreakSource"),
}


def edition_of(path: Path) -> Edition:
    """Return the edition that was written to *path*."""
    book = read(path.parents[1] / "manuscript")
    return project.prose(cite(illustrate(book, read_styles(path.parents[1] / "styles", characters(book)))), "epub")


@pytest.mark.parametrize("what", SPOILT)
def test_what_the_package_claims_is_held_against_the_documents(path: Path, what: str) -> None:
    """Take away what a claim rests on, or add a claim to the package, and the check names it."""
    ending, old, new, word = SPOILT[what]
    edition = edition_of(path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as spoilt:
        for name, content in members(path).items():
            spoilt.writestr(name, content.replace(old, new) if name.endswith(ending) else content)

    sound = metadata_epub.check(Artifact("epub", {"a.epub": path.read_bytes()}), edition)
    found = metadata_epub.check(Artifact("epub", {"a.epub": out.getvalue()}), edition)

    assert sound == ()
    assert any(word in finding.message for finding in found)
