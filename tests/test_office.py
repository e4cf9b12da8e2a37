"""The presentation as `invoke check` asks LibreOffice about it: what is sound passes, what is broken is caught."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from nzpub import project, provide, read
from nzpub.checks.outside import VALIDATORS
from nzpub.cite import cite
from nzpub.formats import pptx
from nzpub.illustrate import illustrate

ROOT = Path(__file__).parent.parent
SMALL = "tests/book/manuscript"
VALIDATOR = VALIDATORS["libreoffice"]


def written(folder: str) -> bytes:
    """Return the presentation of the manuscript in *folder*."""
    book = read.read(ROOT / folder)
    styles = read.read_styles(ROOT / "styles", read.characters(book))
    (content,) = pptx.write(project.deck(cite(illustrate(book, styles))), styles).files.values()
    return content


@pytest.fixture(scope="module")
def sound() -> bytes:
    return written(SMALL)


@pytest.mark.parametrize("folder", ["manuscript", SMALL])
def test_a_sound_presentation_has_no_finding(folder: str, soffice: provide.Command, tmp_path: Path) -> None:
    """The presentation of the article, and that of the small book, keep to every rule."""
    path = tmp_path / "a.pptx"
    path.write_bytes(written(folder))

    assert VALIDATOR.run(path, soffice) == ()


def say(slide: Any, words: str, left: float, top: float, size: int = 24) -> None:
    """Put *words* on *slide*: places in inches, *size* in points."""
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(4), Inches(1))
    box.text_frame.text = words
    box.text_frame.paragraphs[0].runs[0].font.size = Pt(size)


def fade(slide: Any) -> None:
    """Put a word on *slide* that is hardly lighter than its ground."""
    say(slide, "Faint", 6, 5, 16)
    slide.shapes[-1].text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor.from_string("2F5080")  # type: ignore[no-untyped-call]


def blur(slide: Any) -> None:
    """Put a picture of 100 pixels on *slide*, six inches wide."""
    out = io.BytesIO()
    Image.new("RGB", (100, 10), "#0a5361").save(out, "PNG")
    slide.shapes.add_picture(out, Inches(6), Inches(6), Inches(6))


def hide(slide: Any) -> None:
    """Put a word on *slide* where nobody sees it, as LibreOffice leaves out what is far outside."""
    say(slide, "unseen", 40, 40)


def crowd(slide: Any) -> None:
    """Put a word on *slide* upon another."""
    say(slide, "First", 6, 5)
    say(slide, "Other", 6.2, 5.1)


@pytest.mark.parametrize(("break_", "code", "words"), [
    (hide, "NZ610", "“unseen” is not shown"),
    (lambda slide: say(slide, "Words that go on", 12.5, 3), "NZ610", "leaves the slide"),
    (crowd, "NZ611", "overlap"),
    (lambda slide: say(slide, "Tiny", 6, 5, 8), "NZ612", "“Tiny” is set in 10.7 px"),
    (fade, "NZ613", "“Faint” has a contrast of"),
    (blur, "NZ614", "has 100 pixels in a row for 864"),
])
def test_a_fault_is_found_on_its_slide(break_: Callable[[Any], object], code: str, words: str, *, sound: bytes,
                                       soffice: provide.Command, tmp_path: Path) -> None:
    """What was done to the last slide is found there, under the code that the browser's check has for it."""
    path, presentation = tmp_path / "a.pptx", Presentation(io.BytesIO(sound))
    break_(presentation.slides[3])
    presentation.save(str(path))

    found = VALIDATOR.run(path, soffice)

    assert {each.where.file for each in found if each.where} == {"a.pptx#slide=4"}
    assert [each for each in found if each.code == code and words in each.message], found


def test_a_slide_that_is_not_shown_is_found(sound: bytes, soffice: provide.Command, tmp_path: Path) -> None:
    """A hidden slide is one too few."""
    path, presentation = tmp_path / "a.pptx", Presentation(io.BytesIO(sound))
    presentation.slides[3].element.set("show", "0")
    presentation.save(str(path))

    assert "LibreOffice shows 3 slides of 4" in str(VALIDATOR.run(path, soffice)[0])


def test_the_version_is_named(soffice: provide.Command) -> None:
    """The report says which LibreOffice was asked."""
    assert VALIDATOR.version(soffice).startswith("LibreOffice ")
