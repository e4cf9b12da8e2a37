"""What a validator says of a place in an output is told at the manuscript's line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from nzpub.build import build
from nzpub.checks.passage import Passage
from nzpub.checks.trace import traced, words_at_line, words_at_selector
from nzpub.errors import Finding, Place
from nzpub.verify import verify
from publication import copy_book

DOCUMENT = b"""<html xmlns="http://www.w3.org/1999/xhtml"><body><section id="a">
<p>The first words.</p>
<figure id="f"><img src="x.svg"/><figcaption><p>What it shows.</p></figcaption></figure>
</section></body></html>"""
FIGURE = "![The kettle, *seen* from"
PASSAGES = (Passage("paragraph", "Mind the kettle.", part="a.xhtml", line=3),
            Passage("paragraph", "Mind the kettle, and the steam it makes.", part="b.xhtml", line=9),
            Passage("title", "Kettles", part="a.xhtml"))


@pytest.mark.parametrize(("line", "words"), [(2, "The first words."), (3, "What it shows."), (9, "What it shows.")])
def test_the_words_at_a_line_are_those_of_its_element(line: int, words: str) -> None:
    """The last element that begins by then has them, or the nearest around it that has any."""
    assert words_at_line(DOCUMENT, line) == words


@pytest.mark.parametrize(("selector", "words"), [("#f > img", "What it shows."), ("p", "The first words."),
                                                 ("table", ""), ("p::", "")])
def test_the_words_at_a_selector_are_those_of_what_it_finds(selector: str, words: str) -> None:
    """A picture has none, so those around it count; a selector that finds nothing, or is none, gives none."""
    assert words_at_selector(DOCUMENT, selector) == words


@pytest.mark.parametrize(("near", "file", "line"), [
    ("mind the ket-\ntle", "a.xhtml", 3), ("mind the kettle, and", "OPS/b.xhtml", 9), ("and the steam it", "", 9),
    ("steam", "", None), ("", "a.xhtml", None), ("Kettles", "a.xhtml", None)])
def test_words_lead_to_their_line(near: str, file: str, line: int | None) -> None:
    """Those of the same part come first; a few letters prove nothing elsewhere; furniture has no line."""
    told = Finding("X-1", "error", "is wrong", Place(file), near=near)
    finding = traced(told, PASSAGES, {}, "manuscript/a.md", "a.epub")

    assert (finding.where or Place("")).line == line
    assert finding.message == (f"a.epub, {file}: is wrong" if line else "is wrong")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the small publication, its PDF and EPUB built."""
    root = copy_book(tmp_path_factory.mktemp("traced"))
    build(root, ["pdf", "epub"])
    return root


def _lines(root: Path, tool: str) -> Iterator[tuple[str, str]]:
    """Yield the code of each finding of *tool*, and the manuscript's line that it names."""
    lines = (root / "manuscript" / "kettle.md").read_text(encoding="utf-8").splitlines()
    for check in verify(root):
        if tool in check.tool:
            for finding in check.findings:
                where = finding.where or Place("")
                yield finding.code, lines[(where.line or 1) - 1] if where.file == "manuscript/kettle.md" else ""


@pytest.mark.usefixtures("ace", "epubcheck")
@pytest.mark.parametrize(("tool", "code", "old", "new"), [
    ("Ace", "Ace image-alt", b' alt="A circle', b' data-x="A circle'),
    ("EPUBCheck", "RSC-005", b"<figure ", b"<figure border='1' "),
])
def test_a_fault_in_the_epub_is_told_at_its_line(built: Path, tool: str, code: str, old: bytes, new: bytes) -> None:
    """What is broken in the finished file is caught, and named where the author wrote it."""
    path = built / "dist" / "kettle.epub"
    sound = path.read_bytes()
    path.write_bytes(_changed(sound, old, new))
    try:
        found = list(_lines(built, tool))
    finally:
        path.write_bytes(sound)

    assert [text.startswith(FIGURE) for c, text in found if c == code] == [True]


def _changed(epub: bytes, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(epub)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            target.writestr(info, source.read(info).replace(old, new, 1))
    return out.getvalue()


@pytest.mark.usefixtures("verapdf")
def test_a_fault_in_the_pdf_is_told_at_its_line(built: Path) -> None:
    """An object of the file is all that the validator names; its words, or those around it, lead to the line."""
    path = built / "dist" / "kettle.pdf"
    sound = path.read_bytes()
    with pikepdf.open(io.BytesIO(sound)) as pdf:
        figure = next(o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure")
        del figure["/Alt"]
        pdf.save(path)
    try:
        found = dict(_lines(built, "veraPDF"))
    finally:
        path.write_bytes(sound)

    assert [text.startswith(FIGURE) for code, text in found.items() if "8.2.5.28" in code] == [True]
