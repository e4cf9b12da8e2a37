"""The PDF keeps to both its standards in one file, carries what it was made from, and is the same each time."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pikepdf
import pypdfium2
import pytest
from weasyprint.formatting_structure import boxes

from nzpub import project, provide
from nzpub.annotate import check
from nzpub.build import build
from nzpub.checks import structure
from nzpub.checks.outside import verapdf as rules
from nzpub.checks.readback_pdf import Tagged
from nzpub.checks.readback_pdf import read as read_pdf
from nzpub.cite import cite
from nzpub.formats import pdf
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Book, Edition
from nzpub.paginate import Layout, lay_out
from nzpub.read import characters, read, read_styles
from publication import BOOK, FRONT, copy_book, make

ROOT = Path(__file__).parents[1]
# What small publications rarely have, and large ones do: everything over a page break, and notes wherever they can be.
HARD = f"""\
# One *heading* with a note[^heading] {{#sec-one}}

[^heading]: A note in a heading, with [te reo]{{lang=mi}}.

{"Words that fill the page, well-known and extraordinary, [with a link over lines](https://example.org/). " * 40}

{"".join(f'''
- item {n}[^item]

    its second paragraph

    1. nested {n}
        - twice
    2. nested again

    and more after the list
''' for n in range(14))}

[^item]: A note in a list.

    - a list in a note
    - of two

| Head | Number | More |
|------|-------:|------|
{"".join(f"| row {n} | {n} | text of some length in row {n} |" + chr(10) for n in range(60))}

: A table over pages {{#tbl-long}}

+------+-------------+
| a    | b           |
+======+=============+
| c    | - list      |
|      | - in a cell |
+------+-------------+

## Two

![A figure with a note[^figure] in its caption](figures/x.svg){{#fig-x alt="A small square."}}

[^figure]: In a figure’s caption.

![](figures/x.svg){{.decorative}}

An inline ![](figures/x.svg){{alt="square" width=10px}} picture, $x^2$, x^2^, H~2~O; $$\\int_0^1\\frac{{a}}{{b}}\\,dx$$

*emph* **strong** `code` ~~del~~ [small]{{.smallcaps}} “quoted *text*”, *[link](#sec-one)*, [Figure](#fig-x)

Term
Other term
:   First description[^term]
:   Second description

[^term]: In a description.

> A quotation
>
> - with a list
>
> > and a quotation

```
code

  more
```

| A line
|   indented

### Three

End.
"""

NOTED = """\
# One

Words.[^a]

[^a]: A note.

    Term
    :   A definition.

    - an item
    - another

        1. in it

    > A quotation.

    Its end.
"""
TERMS = """\
# One {#sec-one}

A short term
:   In the margin.

A term of more words than a line
:   In the text.

`one_that_is_never_broken`
:   In the text.
"""


class Made(NamedTuple):
    """A publication's PDF, and what it was made from."""

    book: Book
    edition: Edition
    layout: Layout
    artifact: Artifact

    @property
    def content(self) -> bytes:
        """Return the PDF."""
        return next(iter(self.artifact.files.values()))

    def opened(self) -> pikepdf.Pdf:
        """Return the PDF, open."""
        return pikepdf.open(io.BytesIO(self.content))


@cache
def made(name: str) -> Made:
    """Return the PDF of the small publication, of a hard one, or of the article that this repository holds."""
    with TemporaryDirectory() as folder:
        root = {"small": lambda: copy_book(Path(folder)), "hard": lambda: make(Path(folder), HARD),
                "article": lambda: ROOT}[name]()
        book = read(root / "manuscript")
        styles = read_styles(root / "styles", characters(book))
    assert check(book) == ()
    edition = project.prose(cite(illustrate(book, styles)), "pdf")
    layout = lay_out(edition, styles)
    return Made(book, edition, layout, pdf.write(edition, styles, layout))


NAMES = ("small", "hard", "article")


@pytest.mark.parametrize("name", NAMES)
def test_the_pdf_keeps_to_both_standards(name: str, tmp_path: Path, verapdf: provide.Command) -> None:
    """The reference validator finds no failed rule of PDF/A-4f and none of PDF/UA-2, in the same file."""
    path = tmp_path / "book.pdf"
    path.write_bytes(made(name).content)

    job = rules.judge(path, verapdf)

    assert list(rules.findings(job, path)) == []
    assert rules.profiles(job) == {"PDF/A-4F": True, "PDF/UA-2 + Tagged PDF": True}


@pytest.mark.parametrize("name", NAMES)
def test_the_structure_is_whole(name: str) -> None:
    """Our own check, which asks for what a validator does not, has no finding."""
    assert structure.check(made(name).artifact, made(name).edition) == ()


def test_the_manuscript_and_its_data_are_attached() -> None:
    """Manuscript, references and pictures come out of the PDF as they went in, each named once, with its part in it."""
    with made("small").opened() as content:
        files = {str(file.UF): file for file in content.Root.AF}
        names = [str(name) for name in list(content.Root.Names.EmbeddedFiles.Names)[::2]]

        assert list(files) == names == sorted(names) == ["kettle.md", "plan.svg", "references.json"]
        assert bytes(files["kettle.md"].EF.F.read_bytes()) == (BOOK / "manuscript" / "kettle.md").read_bytes()
        assert [(str(file.AFRelationship), str(file.EF.F.Subtype)) for file in files.values()] == [
            ("/Source", "/text/markdown"), ("/Data", "/image/svg+xml"), ("/Data", "/application/json")]
        assert all(str(file.Desc) for file in files.values())


def test_what_is_drawn_is_not_attached_but_what_it_is_drawn_from() -> None:
    """A chart's table is attached, its drawings are not: they are in the PDF already."""
    attached = made("article").edition.attachments

    assert "data/map.csv" in attached
    assert not [path for path in attached if path.endswith(".svg")]


def test_the_metadata_declare_both_standards() -> None:
    """WeasyPrint declares one (issue 2783)."""
    with made("small").opened() as content:
        xmp = content.Root.Metadata.read_bytes().decode()

    assert 'pdfaid:part="4"' in xmp
    assert 'pdfuaid:part="2" pdfuaid:rev="2024"' in xmp


def test_the_same_edition_gives_the_same_bytes() -> None:
    """Also from a layout that was written before; the file's first identifier is the publication's own."""
    first = made("small")

    assert pdf.write(first.edition, None, first.layout).files == first.artifact.files  # type: ignore[arg-type]
    with first.opened() as content:
        assert bytes(content.trailer.ID[0]).decode() == first.edition.meta.identifier


def test_a_formula_is_a_formula() -> None:
    """TeX mathematics is a picture, tagged as formula, with its TeX as alternative text."""
    formulas = [element.alt for element in _walk("hard") if element.role == "Formula"]

    assert formulas == ["x^2", r"\int_0^1\frac{a}{b}\,dx"]


def test_an_item_keeps_the_order_of_its_parts() -> None:
    """A list in an item stands between the paragraphs that it stood between."""
    items = [element for element in _walk("hard") if element.role == "LI" and element.text.startswith("• item")]
    bodies = [part for item in items for part in item.kids if isinstance(part, Tagged) and part.role == "LBody"]

    assert {tuple(kid.role for kid in body.kids if isinstance(kid, Tagged) and kid.role != "FENote")
            for body in bodies} == {("P", "P", "L", "P")}


def test_a_table_over_pages_is_one_table_with_one_head() -> None:
    """The head that is repeated at the top of a page is not read again."""
    table = next(element for element in _walk("hard") if element.role == "Table")

    assert [element.role for element in table.walk() if element.role in ("THead", "TBody")] == ["THead", "TBody"]
    assert sum(element.role == "TR" for element in table.walk()) == 61


def test_a_running_head_has_no_mark_of_a_note() -> None:
    """It repeats a heading's words; the mark stands in the heading alone, as does the note's link."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made("hard").content)]

    assert "with a note1" in pages[3]
    assert pages[3].splitlines()[-1] == "4 A test 1 One heading with a note"


def test_a_running_head_is_cut_where_it_would_reach_another(tmp_path: Path) -> None:
    """Two long titles have room side by side, and the parity gate knows them."""
    long = "A title of many words that goes on and on, beyond the end of any line"
    text = FRONT.replace("title: A test", f"title: {long}") + f"# {long}\n\n[Words.]{{.uncited reason=opinion}}\n"
    build(make(tmp_path, text), ["pdf"])

    leaf = pypdfium2.PdfDocument(tmp_path / "dist" / "test.pdf")[3].get_textpage().get_text_range()
    assert "A title of many words that goes…" in leaf
    assert "1 A title of many words that goes on and on, beyond the…" in leaf


def test_a_page_of_sources_is_given_no_lines(tmp_path: Path) -> None:
    """It begins anew, however short it is: the pages before it keep their lines."""
    book = cite(read(make(tmp_path, "# One\n\nWords.[@smith-2020; @jones-2021]\n") / "manuscript"))
    layout = lay_out(project.prose(book, "pdf"), read_styles(ROOT / "styles", characters(book)))

    assert [leaf._page_box.padding_bottom for leaf in layout.document.pages[3:]] == [0, 0]


def test_a_note_has_no_empty_lines(tmp_path: Path) -> None:
    """The white space around the blocks of a note is not set: each line in it has words."""
    book = cite(read(make(tmp_path, NOTED) / "manuscript"))
    layout = lay_out(project.prose(book, "pdf"), read_styles(ROOT / "styles", characters(book)))

    area = next(box for box in layout.document.pages[3]._page_box.children if isinstance(box, boxes.FootnoteAreaBox))
    lines = [line for line in area.descendants() if isinstance(line, boxes.LineBox)]
    said = ["".join(box.text for box in line.descendants() if isinstance(box, boxes.TextBox)) for line in lines]
    assert "A definition." in said
    assert "" not in said


def test_a_glyph_that_is_part_of_a_letter_has_a_meaning(tmp_path: Path) -> None:
    """The dots of an Arabic letter may be a glyph of their own, which a font must not leave without one."""
    root = make(tmp_path, "# One\n\n[[مقياس]{lang=ar dir=rtl} is a gauge.]{.uncited reason=opinion}\n")
    (root / "styles").mkdir()
    (root / "styles" / "tokens.css").write_text(':root { --font-fallback: "Noto Sans Arabic" }', encoding="utf-8")

    build(root, ["pdf"])                               # whose checks ask each font


def test_a_term_that_the_margin_does_not_hold_stands_above_its_definition(tmp_path: Path) -> None:
    """One that takes a second line there, or reaches into the text, is out of the margin."""
    book = read(make(tmp_path, TERMS) / "manuscript")
    layout = lay_out(project.prose(book, "pdf"), read_styles(ROOT / "styles", characters(book)))

    assert [("".join(term.itertext()), term.get("class")) for term in layout.root.iter("dt")] == [
        ("A short term", None), ("A term of more words than a line", "above"), ("one_that_is_never_broken", "above")]


def _walk(name: str) -> list[Tagged]:
    return list(read_pdf(made(name).content).walk())
