"""What assistive technology is told of a PDF: each repair is needed, and the check sees what is missing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, Name
from weasyprint import HTML

from golden import cases, mismatches
from nzpub import project
from nzpub.checks import readback_pdf, structure
from nzpub.checks.readback_pdf import Tagged
from nzpub.cite import cite
from nzpub.formats import pdf
from nzpub.formats.pdf_repair import REPAIRS
from nzpub.formats.pdf_tags import repaired
from nzpub.formats.pdf_tree import Element
from nzpub.model import Edition
from nzpub.paginate import lay_out
from nzpub.read import characters, read, read_styles
from publication import copy_book

PAGE = '<html lang="en"><title>Test</title><style>@page {{ size: 300px 200px; margin: 20px }}</style><body>{}'
Repair = Callable[[Element], Element]


# --- the repairs ------------------------------------------------------------------------------------


def test_the_structure_says_what_the_markup_means() -> None:
    """The structure of small pages, by the fault of WeasyPrint that each shows: `golden/tags.test`."""
    assert not mismatches("tags", lambda body: shown(body, REPAIRS))


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: str(repair.__name__))
def test_each_repair_is_still_needed(repair: Repair) -> None:
    """Without the repair a case named after it comes out wrong; when that ends, the repair can go."""
    rest = [other for other in REPAIRS if other is not repair]
    named = [case for case in cases("tags") if case.name.startswith(f"{repair.__name__}: ")]

    assert [case.name for case in named if shown(case.given, rest).strip() != case.expected.strip()]


def shown(body: str, repairs: Sequence[Repair]) -> str:
    """Return the structure of the page *body* as indented lines, after *repairs*."""
    try:
        root = readback_pdf.read(written(body, repairs))
    except (ValueError, StopIteration, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return "".join(f"{line}\n" for line in lines(root, {element.number: element for element in root.walk()}))


def written(body: str, repairs: Sequence[Repair] = REPAIRS) -> bytes:
    """Return the page *body* as PDF, its structure after *repairs*."""
    document = HTML(string=PAGE.format(body), base_url="x:").render(pdf_tags=True)
    with repaired(document, lambda tree: reduce(lambda done, step: step(done), repairs, tree)):
        content: bytes = document.write_pdf(pdf_tags=True, pdf_variant="pdf/ua-2")
    return content


def lines(element: Tagged, known: dict[int, Tagged], depth: int = 0) -> Iterator[str]:
    """Yield *element* as indented lines: ¬ for a soft hyphen, / for the end of a line."""
    said = [f"[{element.lang}]"] if element.lang else []
    said += [f"alt={element.alt!r}"] if element.alt is not None else []
    said += [f"expansion={element.expansion!r}"] if element.expansion else []
    said += [f"{key}={value}" for key, value in sorted(element.attributes.items()) if key not in ("O", "BBox")]
    said += [f"-> {target} {label!r}" for target, label in zip(element.targets, element.labels, strict=True)]
    said += [f"refers to {known[number].role if number in known else 'nothing'}" for number in element.refs]
    yield "  " * depth + " ".join([element.role, *said])
    texts: list[readback_pdf.Piece] = []
    for kid in [*element.kids, None]:
        if isinstance(kid, readback_pdf.Piece):
            texts.append(kid)
            continue
        if texts:
            words = readback_pdf.join(texts).replace("\u00ad", "¬").replace("\n", "/")
            yield "  " * (depth + 1) + repr(words)
            texts = []
        if kid is not None:
            yield from lines(kid, known, depth + 1)


# --- what the writer adds ---------------------------------------------------------------------------


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def painted(content: bytes) -> str:
    """Return the drawing commands of the first page."""
    with opened(content) as document:
        return document.pages[0].Contents.read_bytes().decode("latin-1")


def test_page_furniture_is_an_artifact() -> None:
    """Running heads and page numbers are marked as such, and outside the structure (WeasyPrint, issue 1836)."""
    style = "<style>@page { @top-left { content: 'Head' } @bottom-right { content: counter(page) } }</style>"
    content = written(f"{style}<p>Text")

    assert re.findall(r"/Artifact\n<<(.*)>>", painted(content)) == [
        "/Type /Pagination/Subtype /Header", "/Type /Pagination/Subtype /Footer"]
    assert [element.text for element in readback_pdf.read(content).walk() if element.role == "P"] == ["Text"]


def test_a_decorative_picture_is_an_artifact() -> None:
    """A picture with empty alternative text is no figure, and WeasyPrint's complaint of it is not heard."""
    content = written('<p>Text <img alt="" src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\' '
                      'width=\'9\' height=\'9\'><path d=\'M0 0H9V9z\'/></svg>">')

    assert not [element for element in readback_pdf.read(content).walk() if element.role == "Figure"]
    assert "/Artifact\n<</Type /Layout>>" in painted(content)


def test_every_destination_is_a_structure_destination() -> None:
    """Links, bookmarks and names lead to an element, and keep the place on the page for readers that know no more."""
    with opened(written('<h1 id="a">One</h1><p><a href="#a">up</a>')) as content:
        link, bookmark = content.pages[0].Annots[0].A, content.Root.Outlines.First.A
        name = content.Root.Names.Dests.Names[1]

        assert {str(there.SD[0].S) for there in (link, bookmark, name)} == {"/H1"}
        assert [there.D[1] for there in (link, bookmark, name)] == [Name.XYZ] * 3


def test_a_figure_has_its_box_in_points_from_the_foot_of_the_page() -> None:
    """WeasyPrint gives pixels from the top."""
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'><path d='M0 0H9V9z'/></svg>"
    style = "body { margin: 0 } img { display: block }"
    with opened(written(f'<style>{style}</style><img alt="x" src="data:image/svg+xml,{svg}">')) as content:
        (figure,) = (e for e in content.objects if isinstance(e, Dictionary) and e.get("/S") == Name.Figure)

        # a page 150 points high with margins of 15: the picture is 30 by 15 points at its top left
        assert [float(side) for side in figure.A.BBox] == [15, 120, 45, 135]


def test_a_link_has_one_area_a_line() -> None:
    """WeasyPrint adds another for every box inside the link (issue 185)."""
    with opened(written('<p id="a"><a href="#a"><em>one <strong>and</strong></em> two</a>')) as content:
        assert len(content.pages[0].Annots) == 1


def test_readers_of_older_pdf_know_every_type() -> None:
    """Types new in PDF 2.0 are mapped to older ones: Poppler 22 drops what it does not know, text and all."""
    with opened(written('<p class="cover-title">a</p><p><em>b</em> <strong>c</strong></p><aside>d</aside>')) as content:
        older = {str(key)[1:]: str(value)[1:] for key, value in content.Root.StructTreeRoot.RoleMap.items()}

    assert older == {"Title": "P", "Em": "Span", "Strong": "Span", "Aside": "Div", "FENote": "Note"}


def test_what_is_printed_does_not_change() -> None:
    """Soft hyphens, line ends and artifacts change what is said and not a pixel of what is seen."""
    body = "<style>p { width: 6em; hyphenate-character: '-' }</style><p>extra&shy;ordinary <em>words</em> and more"
    plain = HTML(string=PAGE.format(body)).write_pdf(pdf_tags=True, pdf_variant="pdf/ua-2")

    first, second = (pypdfium2.PdfDocument(content)[0].render(scale=2).to_pil().tobytes()
                     for content in (plain, written(body)))

    assert first == second


def test_a_document_written_before_makes_no_difference() -> None:
    """WeasyPrint leaves annotations on the boxes of a document, which the next file has no use for."""
    document = HTML(string=PAGE.format('<p id="a"><a href="#a"><em>one</em></a>')).render(pdf_tags=True)
    document.write_pdf(pdf_tags=True)
    with repaired(document, lambda tree: reduce(lambda done, step: step(done), REPAIRS, tree)):
        content = document.write_pdf(pdf_tags=True)

    assert [link.targets for link in readback_pdf.read(content).walk() if link.role == "Link"] == [("#a",)]


def test_weasyprint_is_left_as_it_was() -> None:
    """The hooks into WeasyPrint are taken out again, also after an error, and the links of the document put back."""
    import weasyprint.pdf  # noqa: PLC0415 (what it holds now is the question)

    hooks = weasyprint.pdf.add_tags, weasyprint.pdf.tags._build_box_tree
    document = HTML(string='<p id="a"><a href="#a"><em>x</em></a>').render()
    before = [list(page.links) for page in document.pages]

    with pytest.raises(ZeroDivisionError), repaired(document, lambda tree: tree):
        raise ZeroDivisionError

    assert (weasyprint.pdf.add_tags, weasyprint.pdf.tags._build_box_tree) == hooks
    assert [list(page.links) for page in document.pages] == before


# --- the check --------------------------------------------------------------------------------------


@cache
def kettle() -> tuple[Edition, bytes]:
    """Return the small publication's PDF edition, and the PDF."""
    with TemporaryDirectory() as folder:
        root = copy_book(Path(folder))
        book = read(root / "manuscript")
        styles = read_styles(root / "styles", characters(book))
    edition = project.prose(cite(book), "pdf")
    return edition, next(iter(pdf.write(edition, styles, lay_out(edition, styles)).files.values()))


def elements(content: pikepdf.Pdf, role: str) -> list[Any]:
    found = [e for e in content.objects if isinstance(e, Dictionary) and e.get("/S") == Name(f"/{role}") and "/P" in e]
    assert found, role
    return found


def change(role: str, **entries: Any) -> Callable[[pikepdf.Pdf], None]:
    """Return a change to the first element of *role*: entries set, or deleted where None."""
    def act(content: pikepdf.Pdf) -> None:
        element = elements(content, role)[0]
        for key, value in entries.items():
            if value is None:
                del element[f"/{key}"]
            else:
                element[f"/{key}"] = value
    return act


def everywhere(role: str, **entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def act(content: pikepdf.Pdf) -> None:
        for element in elements(content, role):
            element.update({f"/{key}": value for key, value in entries.items()})
    return act


def font(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def act(content: pikepdf.Pdf) -> None:
        first = next(iter(content.pages[0].obj.Resources.Font.values()))
        for key, value in entries.items():
            if value is None:
                del first[f"/{key}"]
            else:
                first[f"/{key}"].write(value(first[f"/{key}"].read_bytes()))
    return act


def unembed(content: pikepdf.Pdf) -> None:
    described = next(iter(content.pages[0].obj.Resources.Font.values())).DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in described:
            del described[key]


def rename_bookmark(content: pikepdf.Pdf) -> None:
    content.Root.Outlines.First.Title = "Other"


def mark_bookmark(content: pikepdf.Pdf) -> None:
    """Let a bookmark repeat a heading with the mark of a note."""
    content.Root.Outlines.First.Title = f"{content.Root.Outlines.First.Title}1"


def drop_bookmark_level(content: pikepdf.Pdf) -> None:
    del content.Root["/Outlines"]


def annotation(change_it: Callable[[Any], None]) -> Callable[[pikepdf.Pdf], None]:
    return lambda content: change_it(next(page.Annots[0] for page in content.pages if "/Annots" in page))


def drop_action(link: Any) -> None:
    del link["/A"]


def paint(commands: bytes) -> Callable[[pikepdf.Pdf], None]:
    return lambda content: content.pages[0].contents_add(commands)


def detach(content: pikepdf.Pdf) -> None:
    del content.Root.AF[0]


def attach_twice(content: pikepdf.Pdf) -> None:
    content.Root.AF.append(content.Root.AF[0])


def retag_furniture(content: pikepdf.Pdf) -> None:
    """Make content of the first running head, as WeasyPrint does."""
    page = next(page for page in content.pages if b"/Pagination" in page.Contents.read_bytes())
    page.Contents.write(re.sub(rb"/Artifact\n<</Type /Pagination[^>]*>>", b"/Span\n<</MCID 999>>",
                               page.Contents.read_bytes(), count=1))


def root_entry(key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda content: content.Root.__setitem__(key, value)


def untitle(content: pikepdf.Pdf) -> None:
    content.Root.Metadata.write(content.Root.Metadata.read_bytes().replace(b"The Kettle", b"The Pot"))


BROKEN: dict[str, tuple[str, Callable[[pikepdf.Pdf], None]]] = {
    "a font is not embedded": ("NZ707", unembed),
    "a font has no table of meanings": ("NZ707", font(ToUnicode=None)),
    "a glyph means nothing": ("NZ707", font(ToUnicode=lambda table: re.sub(
        rb"(beginbfchar\s+<[0-9a-f]+>) <[0-9a-f]+>", rb"\1 <>", table, count=1))),
    "the window shows the file's name": ("NZ708", root_entry("/ViewerPreferences", Dictionary())),
    "the title is another": ("NZ708", untitle),
    "a file is not attached": ("NZ709", detach),
    "a file is attached twice": ("NZ709", attach_twice),
    "a running head is content": ("NZ710", retag_furniture),
    "a line is not marked": ("NZ710", paint(b"0 0 m 9 9 l S")),
    "no title is tagged": ("NZ711", change("Title", S=Name.P)),
    "two titles are tagged": ("NZ711", change("P", S=Name.Title)),
    "a level is skipped": ("NZ712", change("H2", S=Name.H4)),
    "a bookmark is another": ("NZ713", rename_bookmark),
    "a bookmark has a note's mark": ("NZ713", mark_bookmark),
    "there are no bookmarks": ("NZ713", drop_bookmark_level),
    "a figure has no alt text": ("NZ714", change("Figure", Alt=None)),
    "a formula has no alt text": ("NZ714", change("Formula", Alt=" ")),
    "a table has no header cells": ("NZ715", everywhere("TH", S=Name.TD)),
    "a header cell has no scope": ("NZ715", change("TH", A=None)),
    "a list has no numbering": ("NZ716", change("L", A=None)),
    "a list item has no body": ("NZ716", change("LBody", S=Name.P)),
    "a list holds no items": ("NZ716", everywhere("LI", S=Name.P)),
    "a link leads nowhere": ("NZ717", annotation(drop_action)),
    "a link is not in the structure": ("NZ717", change("Link", K=0)),
    "a link tells its raw address": ("NZ717", annotation(lambda link: link.__setitem__("/Contents", "https://x"))),
    "a note is a paragraph": ("NZ718", change("FENote", S=Name.P)),
    "a note does not refer to its mark": ("NZ718", change("FENote", Ref=None)),
    "a note has no label": ("NZ718", everywhere("Lbl", S=Name.Span)),
    "the document has no language": ("NZ719", root_entry("/Lang", "")),
    "words of another language are not tagged": ("NZ719", everywhere("Span", Lang="en")),
}


def codes(content: bytes) -> list[str]:
    return [finding.code for finding in structure.examine(content, kettle()[0], "kettle.pdf")]


def test_the_check_passes_what_the_writer_makes() -> None:
    """The small publication, which uses every annotation, has no finding."""
    assert codes(kettle()[1]) == []


@pytest.mark.parametrize(("code", "spoil"), BROKEN.values(), ids=BROKEN)
def test_the_check_sees(code: str, spoil: Callable[[pikepdf.Pdf], None]) -> None:
    """A PDF that was sound until one thing was broken is found out."""
    with opened(kettle()[1]) as content:
        spoil(content)
        out = io.BytesIO()
        content.save(out)

    assert code in codes(out.getvalue())


def test_every_rule_has_a_broken_example() -> None:
    """No code of the check goes untested."""
    assert {code for code, _ in BROKEN.values()} == set(structure.RULES)


def test_a_pdf_without_structure_is_found_out() -> None:
    """A file that is not tagged at all brings findings, not a traceback."""
    found = codes(HTML(string="<p>Text").write_pdf())

    assert {"NZ708", "NZ710", "NZ711", "NZ718"} <= set(found)


# --- reading back -----------------------------------------------------------------------------------


def test_a_word_broken_over_two_lines_is_whole_again() -> None:
    """A soft hyphen goes; a hyphen at a line's end goes if the source has the word without it."""
    assert readback_pdf.unfold("a trea\u00ad\nty", "") == "a treaty"
    assert readback_pdf.unfold("a trea-\nty", "a treaty") == "a treaty"
    assert readback_pdf.unfold("a well-\nknown one", "a well-known one") == "a well-known one"
    assert readback_pdf.unfold("two\nlines", "two lines") == "two lines"


def test_the_text_comes_back_in_the_order_of_the_source() -> None:
    """Each block comes once, with its language, alternative text and the targets of its links."""
    found = readback_pdf.blocks(readback_pdf.read(kettle()[1]))
    runs = [run for block in found for run in block.runs]

    assert ("Span", "He wai, he wai", "mi") in [(run.role, run.text, run.lang) for run in runs]
    assert ("Span", "ماء", "ar") in [(run.role, run.text, run.lang) for run in runs]
    assert ("address", "https://example.org/a/long/path?with=a&query=1") in [(run.text, run.target) for run in runs]
    assert "A circle for the kettle and a line for its spout." in [run.alt for run in runs]
