"""The look comes from the tokens alone, it is legible, and the finished PDF is well set."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pypdfium2 import raw
from weasyprint.formatting_structure import boxes

from nzpub import page, project, weasy
from nzpub.cite import cite
from nzpub.illustrate import illustrate
from nzpub.model import Book, Styles
from nzpub.paginate import lay_out
from nzpub.read import characters, read, read_styles
from publication import make

ROOT = Path(__file__).parents[1]
BOOK = Path(__file__).parent / "book"
SHEETS = sorted(path.name for path in (ROOT / "styles").glob("*.css") if path.name != "tokens.css")
NAMED = r"\b(black|white|gr[ae]y|red|green|blue|navy|teal|orange|silver)\b"
AROUND = {"1em", "100%", "inherit"}
GENERIC = {"serif", "sans-serif", "monospace", "inherit"}
POINT = 0.75                       # a CSS pixel is three quarters of a point
HEADINGS = (("Serif-4-Light", 20.0), ("Sans-3-Semi-Bold", 12.0))
FIRST_TEXT_PAGE = 4                # after cover, abstract and contents


def _rules(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (ROOT / "styles" / name).read_text(encoding="utf-8"), flags=re.S)


def _values(name: str, prop: str) -> list[str]:
    return [value.strip() for value in re.findall(rf"(?<![\w-]){prop}\s*:\s*([^;}}]+)", _rules(name))]


# --- tokens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_no_colour_outside_the_tokens(name: str) -> None:
    """A sheet has no hexadecimal, functional or named colour of its own."""
    declarations = " ".join(re.findall(r":([^;{}]+)[;}]", _rules(name)))
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(", declarations)
    named = [value for prop in ("color", "background", "background-color", "border-color", "fill", "stroke")
             for value in _values(name, prop) if re.search(NAMED, value)]
    assert found + named == []


@pytest.mark.parametrize("name", SHEETS)
def test_no_font_outside_the_tokens(name: str) -> None:
    """Every family in a sheet is a token or a generic name."""
    families = [part.strip() for value in _values(name, "font-family") for part in value.split(",")]
    assert [f for f in families if f not in GENERIC and not f.startswith("var(")] == []


@pytest.mark.parametrize("name", SHEETS)
def test_no_font_size_outside_the_tokens(name: str) -> None:
    """Every size of type in a sheet is a token, or that of the text around it."""
    sizes = _values(name, "font-size")
    assert [size for size in sizes if "var(" not in size and size.removesuffix(" !important") not in AROUND] == []


# --- colour -----------------------------------------------------------------------------------------

TEXT = [("ink", "paper"), ("muted", "paper"), ("pacific", "paper"), ("atlantic", "paper"), ("ochre", "paper"),
        ("ink", "sand"), ("ochre", "sand"), ("ink", "mist"), ("pacific", "mist"), ("pacific", "sand"),
        ("on-dark", "atlantic"), ("on-dark-muted", "atlantic")]
NIGHT = ["ink", "muted", "pacific", "atlantic", "ochre"]
MARKS = [("ochre-on-dark", "pacific"), ("ochre-on-dark", "atlantic"), ("pacific", "sea"), ("atlantic", "sea")]


@pytest.fixture(scope="module")
def tokens() -> Mapping[str, str]:
    return read_styles(ROOT / "styles", "a").tokens


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_has_contrast(tokens: Mapping[str, str], ink: str, ground: str) -> None:
    """Text stands out from its ground by at least 7 to 1."""
    assert _contrast(tokens[f"--color-{ink}"], tokens[f"--color-{ground}"]) >= 7


@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("ink", NIGHT)
def test_text_has_contrast_at_night(tokens: Mapping[str, str], ink: str, ground: str) -> None:
    """Text stands out at night by at least 7 to 1."""
    assert _contrast(tokens[f"--night-{ink}"], tokens[f"--night-{ground}"]) >= 7


@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_have_contrast(tokens: Mapping[str, str], mark: str, ground: str) -> None:
    """What carries meaning without being text stands out by at least 4.5 to 1."""
    assert _contrast(tokens[f"--color-{mark}"], tokens[f"--color-{ground}"]) >= 4.5


# --- one place to change ----------------------------------------------------------------------------


ACCENT = (0xA0, 0x00, 0x60)


def _pdf(book: Book, styles: Styles) -> bytes:
    return weasy.write_pdf(lay_out(project.prose(book, "pdf"), styles).document)


def _restyled(folder: Path, **changed: str) -> tuple[Book, Styles]:
    lines = "".join(f"--{name.replace('_', '-')}: {value};" for name, value in changed.items())
    (folder / "tokens.css").write_text(f':root {{ --font-fallback: "Noto Sans Arabic"; {lines} }}', encoding="utf-8")
    book = read(BOOK / "manuscript")
    styles = read_styles(folder, characters(book))
    return cite(illustrate(book, styles)), styles


def test_an_accent_colour_is_changed_in_one_place(tmp_path: Path) -> None:
    """A new accent in tokens.css reaches the PDF's cover and text; the EPUB leaves colours to its reader."""
    book, styles = _restyled(tmp_path, color_pacific="#{:02x}{:02x}{:02x}".format(*ACCENT))
    pdf = pypdfium2.PdfDocument(_pdf(book, styles))
    pictures = [pdf[n].render(scale=4).to_pil().convert("RGB") for n in (0, 3)]
    assert [(1, ACCENT) in [(min(count, 1), colour) for count, colour in picture.getcolors(1 << 22)]
            for picture in pictures] == [True, True]
    assert re.findall(r"(?<![\w-])color:(?!\s*inherit)", page.css(styles, "text.css", "epub.css", flat=True)) == []


def test_the_text_face_is_changed_in_one_place(tmp_path: Path) -> None:
    """A new text face in tokens.css is the one that PDF and EPUB name and embed."""
    book, styles = _restyled(tmp_path, font_text='"Source Sans 3"')
    pdf = _pdf(book, styles)
    assert not any("Serif" in name for name in _fonts(pdf))
    assert "Serif 4" not in page.css(styles, "text.css", "epub.css", flat=True)
    assert not any("Serif" in face.family for face in styles.faces)


# --- capitals ---------------------------------------------------------------------------------------


def test_abbreviations_are_set_as_tracked_capitals() -> None:
    """A word of three capitals or more is set smaller and spaced; part of a word, code and small type are not."""
    paragraph = etree.fromstring(
        f'<p xmlns="{page.XHTML}">NATO’s <em>ISAF</em>, a P-3K2, NZ, <code>ABC</code> and RNZAF.</p>')

    page._set_apart(paragraph, page._CAPITALS, "caps")

    assert [span.text for span in paragraph.iter(f"{{{page.XHTML}}}span")] == ["NATO", "ISAF", "RNZAF"]
    assert str(paragraph.xpath("string()")) == "NATO’s ISAF, a P-3K2, NZ, ABC and RNZAF."


# --- the finished PDF -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its words, the face of its first letter, and sizes in points, from the page's top left."""

    words: str
    font: str
    size: float
    left: float
    right: float
    baseline: float


@pytest.fixture(scope="module")
def publication() -> tuple[Book, Styles]:
    book = read(ROOT / "manuscript")
    styles = read_styles(ROOT / "styles", characters(book))
    return cite(illustrate(book, styles)), styles


@pytest.fixture(scope="module")
def pdf(publication: tuple[Book, Styles]) -> bytes:
    book, styles = publication
    return _pdf(book, styles)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[list[Line]]:
    """Return the lines of each page but for the running head, which stands in the top margin."""
    document = pypdfium2.PdfDocument(pdf)
    return [[line for line in _lines(document[n]) if line.baseline > 70] for n in range(len(document))]


def _lines(leaf: pypdfium2.PdfPage) -> Iterator[Line]:
    letters = sorted(_letters(leaf), key=lambda letter: round(letter[4]))
    for _, group in groupby(letters, key=lambda letter: round(letter[4])):
        line = sorted(group, key=lambda letter: letter[2])
        words = "".join(letter[0] for letter in line)
        body = next((letter for letter in line if letter[0].strip()), line[0])
        yield Line(words.strip(), body[1][0], body[1][1], body[2], line[-1][3], body[4])


def _letters(leaf: pypdfium2.PdfPage) -> Iterator[tuple[str, tuple[str, float], float, float, float]]:
    """Yield letter, font and size, left, right and baseline; marks of notes, which are raised, are left out."""
    text, height = leaf.get_textpage(), leaf.get_height()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    x, y = ctypes.c_double(), ctypes.c_double()
    for n in range(text.count_chars()):
        raw.FPDFText_GetFontInfo(text, n, name, 128, flags)
        raw.FPDFText_GetCharOrigin(text, n, x, y)
        letter, size = chr(raw.FPDFText_GetUnicode(text, n)), raw.FPDFText_GetFontSize(text, n) * POINT
        if letter.isprintable() and size > 7.2:
            yield letter, (name.value.decode(), size), x.value, text.get_charbox(n)[2], height - y.value


def _fonts(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {str(o["/BaseFont"]).partition("+")[2] for o in document.objects
                if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font" and "/DescendantFonts" in o}


@pytest.fixture(scope="module")
def body(pages: list[list[Line]], tokens: Mapping[str, str]) -> list[list[Line]]:
    """Return the lines of running text and headings of each page of text: neither notes nor labels in the margin."""
    size, left = _points(tokens["--base-print"]), _points(tokens["--page-inner"])
    face = tokens["--font-text"].strip('"').replace(" ", "-")
    return [[line for line in lines if line.left > left - 1
             and (_is_heading(line) or (face in line.font and abs(line.size - size) < 0.2))]
            for lines in pages[FIRST_TEXT_PAGE - 1:]]


def _points(length: str) -> float:
    return float(length[:-2]) * {"pt": 1.0, "mm": 72 / 25.4}[length[-2:]]


def _is_heading(line: Line) -> bool:
    return any(face in line.font and abs(line.size - size) < 0.2 for face, size in HEADINGS)


def test_no_heading_ends_a_page(pages: list[list[Line]], tokens: Mapping[str, str]) -> None:
    """A heading is followed by text within six lines, on its page."""
    near = 6 * _points(tokens["--beat"])
    headings = [(line, lines) for lines in pages[FIRST_TEXT_PAGE - 1:] for line in lines if _is_heading(line)]
    stranded = [line.words for line, lines in headings
                if not any(not _is_heading(b) and 0 < b.baseline - line.baseline < near for b in lines)]
    assert headings
    assert stranded == []


def test_no_page_is_nearly_empty(pages: list[list[Line]], tokens: Mapping[str, str]) -> None:
    """Every page, the last one included, has lines in at least a quarter of its height."""
    height = _points(tokens["--page-height"])
    reach = [max((line.baseline for line in lines), default=0) / height for lines in pages]
    assert [number for number, share in enumerate(reach, 1) if share < 0.25] == []


def test_no_line_is_widowed_or_orphaned(body: list[list[Line]], tokens: Mapping[str, str]) -> None:
    """A paragraph that runs over a page's foot has two lines or more on either side."""
    beat, left = _points(tokens["--beat"]), _points(tokens["--page-inner"])
    faults = []
    for above, below in pairwise(body):
        if len(above) < 2 or len(below) < 2 or re.search(r"[.?!:;’”)]$", above[-1].words):
            continue
        widow = below[1].left > left + 3 or below[1].baseline - below[0].baseline > 1.4 * beat
        orphan = above[-1].left > left + 3 or above[-1].baseline - above[-2].baseline > 1.4 * beat
        if not _is_heading(below[0]) and below[0].left < left + 3 and (widow or orphan):
            faults.append((above[-1].words, below[0].words))
    assert faults == []


PANELS = {
    "a long paragraph": "Words that fill a line of a panel and more. " * 6,
    "a definition list": "Term\n:   A definition.",
    "a table": "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n: Caption",
}


@pytest.mark.parametrize("content", PANELS.values(), ids=PANELS)
def test_no_panel_is_empty_at_the_foot_of_a_page(content: str, tmp_path: Path) -> None:
    """At whatever height it begins, its label or its table's caption stands on a page with what it names."""
    line = "Line.\n\n"
    chapters = "\n".join(f"# Begun at {height}\n\nNoted.[^{height}]\n\n{line * height}"
                         f"::: callout-note\n{content}\n:::\n\n[^{height}]: A note.\n" for height in range(32, 43))
    book = cite(read(make(tmp_path, chapters) / "manuscript"))
    styles = read_styles(ROOT / "styles", characters(book))
    paged = styles.files["pdf.css"] + "main > section { break-before: page }"

    document = lay_out(project.prose(book, "pdf"), replace(styles, files={**styles.files, "pdf.css": paged})).document

    blocks = [box for leaf in document.pages for box in leaf._page_box.descendants() if isinstance(box, boxes.BlockBox)]
    panels = [box for box in blocks if box.element is not None and box.element.get("class") == "callout-note"]
    words = ["".join(text.text for text in panel.descendants() if isinstance(text, boxes.TextBox)) for panel in panels]
    assert len(words) >= 11
    assert [said for said in words if said in ("", "Note", "NoteCaption")] == []


def test_no_hyphens_stand_in_a_ladder(body: list[list[Line]]) -> None:
    """No more than two lines in a row end with a hyphen."""
    ends = ["".join("-" if line.words.endswith("-") else "." for line in lines) for lines in body]
    assert not any("---" in marks for marks in ends)


def test_lines_have_a_readable_length(body: list[list[Line]], tokens: Mapping[str, str]) -> None:
    """A full line of running text has 60 to 70 characters, and none ends well before the margin without reason."""
    measure = _points(tokens["--measure-print"])
    running = [line for lines in body for line in lines if not _is_heading(line)]
    full = [len(line.words) for line in running if line.right - line.left > 0.93 * measure]
    assert 60 <= median(full) <= 70
    broken = [a.words for lines in body for a, b in pairwise(lines) if not _is_heading(a) and a.words.endswith("-")
              and a.right - a.left < 0.4 * measure]
    assert broken == []


def test_only_our_fonts_are_embedded(pdf: bytes, publication: tuple[Book, Styles]) -> None:
    """Every font in the PDF is one of the tokens' families, under the name that no font of the system has."""
    families = {f"nzpub-{face.family.replace(' ', '-')}" for face in publication[1].faces}
    assert [name for name in _fonts(pdf) if not name.startswith(tuple(families))] == []


def test_macrons_survive(pages: list[list[Line]], publication: tuple[Book, Styles]) -> None:
    """Words with macrons come out of the PDF as they were written."""
    text = " ".join(line.words for lines in pages for line in lines)
    assert [word for word in publication[0].meta.spellings if word not in text] == []


def test_the_paper_is_as_long_as_its_text(pages: list[list[Line]]) -> None:
    """Three thousand words with their notes and sources make a paper, not a book."""
    assert 20 <= len(pages) <= 30
