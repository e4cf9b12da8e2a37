"""What WeasyPrint complains of is told at the line where the author can put it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from nzpub import complaint
from nzpub.build import build
from nzpub.errors import NzpubError, ToolError
from nzpub.model import Chapter, Edition
from nzpub.project import prose
from nzpub.read import read
from publication import FRONT_LINES, make

ROOT = Path(__file__).parent.parent
PDF_CSS = (ROOT / "styles" / "pdf.css").read_text(encoding="utf-8")
END = PDF_CSS.count("\n")
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30">{}</svg>'
TEXT = """# One

Words of the text.

![What it shows](figures/x.svg){#fig-x alt="A figure"}

More words.[^long]

[^long]: NOTE
"""


def told(root: Path) -> list[str]:
    """Return place and code of all that a build of the PDF in *root* is refused for."""
    with pytest.raises(NzpubError) as caught:
        build(root, ["pdf"])
    return [f"{finding.where} {finding.code}" for finding in caught.value.findings]


@pytest.mark.parametrize(("path", "content", "place"), [
    ("styles/pdf.css", f"{PDF_CSS}p {{\n  colour: red;\n}}\n", f"styles/pdf.css:{END + 2}:3"),
    ("styles/pdf.css", f"@nothing {{ a: b }}\n{PDF_CSS}", "styles/pdf.css:1:1"),
    ("styles/pdf.css", f"{PDF_CSS}p::before {{\n  content: string(book);\n}}\n", f"styles/pdf.css:{END + 2}"),
    ("styles/tokens.css", ":root {\n  --color-ink: nonsense;\n}\n", "styles/tokens.css:2"),
    ("manuscript/figures/x.svg", DRAWING.format('<g transform="rotate(a)"><path d="M0 0H4V3z"/></g>'),
     f"manuscript/article.md:{FRONT_LINES + 5}"),
    ("manuscript/figures/x.svg", DRAWING.format('<text y="9" font-family="Source Sans 3">&#xE000;</text>'),
     f"manuscript/article.md:{FRONT_LINES + 5}"),
])
def test_a_complaint_is_told_at_its_line(path: str, content: str, place: str, tmp_path: Path) -> None:
    """The publication's style sheet, its token rather than where that is used, or the line that shows the drawing."""
    root = make(tmp_path, TEXT)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(content, encoding="utf-8")

    assert told(root) == [f"{place} NZ905"]


def test_a_note_that_does_not_fit_is_told_at_its_line(tmp_path: Path) -> None:
    """What is to be shortened stands where the note is written, not at its mark."""
    root = make(tmp_path, TEXT.replace("NOTE", "A note, " + "and words go on and on in it, " * 900))

    assert told(root) == [f"manuscript/article.md:{FRONT_LINES + 9} NZ701"]


SHEETS = {"nzpub/styles/text.css": "p {\n  color: red;\n}\nh1 {\n  color: red;\n}\n@media (foo) {}\n",
          "styles/tokens.css": ":root {\n  --ink: x y;\n}\n"}
RULES = "\n".join(("made up {}", SHEETS["styles/tokens.css"], SHEETS["nzpub/styles/text.css"]))


@pytest.mark.parametrize(("message", "place"), [
    ("Ignored `color: red` at 7:3, invalid value.", "nzpub/styles/text.css:2:3"),
    ("Ignored `color: red` at 10:3, invalid value.", "nzpub/styles/text.css:5:3"),
    ("Ignored `color: x y` at 7:3, invalid value.", "styles/tokens.css:2"),
    ("Expected a media type, got '(foo)'", "nzpub/styles/text.css:7"),
    ("Unknown rule x at 1:1", "None"),
    ("Subgrids are unsupported", "None"),
])
def test_a_line_of_the_whole_is_one_of_its_sheets(message: str, place: str) -> None:
    """Lines that read the same are told apart by those around them; what we made up has no place."""
    (finding,) = complaint.findings([message], RULES, SHEETS)

    assert str(finding.where) == place
    assert " at " not in finding.message


ODD = "# One\n\nA [link](#nowhere).\n\n![c](figures/x.svg){alt=a}\n\nCafé\n\n[x](<https://e.org/a>)\n"


@pytest.mark.parametrize(("message", "line"), [
    ("Failed to load image at 'figures/x.svg': cannot be read", 5),
    ('Image "figures/x.svg" has no required alt description', 5),
    ("No anchor #nowhere for internal URI reference", 3),
    ("Content discarded: target points to undefined anchor ('string', '#nowhere')", 3),
    ('.notdef glyph rendered for Unicode string unsupported by fonts: "é" (U+00E9)', 7),
    ("Malformed URL: https://e.org/a", 9),
    ("This row has more columns than the table, ignored 1 cells", None),
])
def test_what_the_manuscript_has_is_told_there(message: str, line: int | None, tmp_path: Path) -> None:
    """A picture, a target, a character, an address; the rest names the manuscript alone."""
    edition = edition_of(ODD, tmp_path)

    with pytest.raises(ToolError) as caught, complaint.at_source(edition):
        raise ToolError(complaint.findings([message], "", {}))

    where = caught.value.findings[0].where
    assert where and (where.file, where.line) == ("manuscript/article.md", line and FRONT_LINES + line)


def edition_of(text: str, folder: Path) -> Edition:
    """Return the PDF's edition of *text*, links astray and all."""
    book = read(make(folder, text) / "manuscript")
    sound = prose(read(make(folder, "# One\n") / "manuscript"), "pdf")
    return Edition("pdf", sound.meta, (Chapter("one", "section", (), book.blocks),), {}, book.source)
