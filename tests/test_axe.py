"""axe-core, as `invoke check` asks it: a page and each slide of a deck, by day and by night."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from nzpub import project, read
from nzpub.checks.outside import VALIDATORS, contrast
from nzpub.cite import cite
from nzpub.formats import revealjs
from nzpub.illustrate import illustrate

ROOT = Path(__file__).parent.parent
PAGE = """<!DOCTYPE html><html lang="en"><head><title>A</title><style>{}</style></head>
<body><main><h1>A</h1><p>Words.</p>{}</main></body></html>"""


def violations(path: Path, style: str, body: str, chromium: str) -> set[str]:
    path.write_text(PAGE.format(style, body), encoding="utf-8")
    return {finding.code for finding in VALIDATORS["axe"].run(path, (chromium,))}


def test_a_page_without_fault_has_no_finding(tmp_path: Path, chromium: str) -> None:
    """Nothing is found where nothing is wrong."""
    assert violations(tmp_path / "a.html", "", "", chromium) == set()


def test_an_image_without_alternative_is_found(tmp_path: Path, chromium: str) -> None:
    """WCAG 1.1.1: a picture that says nothing to a listener."""
    assert violations(tmp_path / "a.html", "", '<img src="data:,">', chromium) == {"axe image-alt"}


def test_text_that_fades_at_night_is_found(tmp_path: Path, chromium: str) -> None:
    """WCAG 1.4.3, in the colours of the night: what is readable by day alone does not pass.

    axe-core does not judge the contrast of a single letter, as the title here is: that is measured.
    """
    night = "@media (prefers-color-scheme: dark) { body { background: #222; color: #333 } }"
    assert violations(tmp_path / "a.html", night, "", chromium) == {"axe color-contrast", "NZ613"}


@pytest.fixture(scope="module")
def deck() -> str:
    """Return the deck of the small book."""
    book = read.read(ROOT / "tests" / "book" / "manuscript")
    styles = read.read_styles(ROOT / "styles", read.characters(book))
    (content,) = revealjs.write(project.deck(cite(illustrate(book, styles))), styles).files.values()
    return content.decode()


@pytest.mark.parametrize(("style", "slides"), [
    ("", set()),
    # axe-core cannot tell: the ground of a slide lies under it, not around it.
    ("#sl-plan .slide-title { color: #999 !important }", {"sl-plan"}),
    ("#sl-end .frame { background: linear-gradient(90deg, #1d3a66, #f7f5f0) }", {"sl-end"}),
])
def test_contrast_is_measured_where_axe_cannot_tell(style: str, slides: set[str], deck: str, chromium: str,
                                                    tmp_path: Path) -> None:
    """Words that are faint before what is painted behind them are found on their slide."""
    path = tmp_path / "a-slides.html"
    path.write_text(deck.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")

    found = VALIDATORS["axe"].run(path, (chromium,))

    assert {each.where.file.partition("#")[2] for each in found if each.code == "NZ613" and each.where} == slides


@pytest.mark.parametrize(("old", "new", "found"), [
    ('<html lang="en', '<html data-x="en', [("axe html-has-lang", "a-slides.html")]),
    ('name="viewport" content="', 'name="viewport" content="user-scalable=no, ',
     [("axe meta-viewport", "a-slides.html")]),
    ("Thank you.", '<img src="data:,"/>', [("axe image-alt", "a-slides.html#sl-end")]),
])
def test_a_fault_of_the_frame_is_told_once(old: str, new: str, found: list[tuple[str, str]], *, deck: str,
                                           chromium: str, tmp_path: Path) -> None:
    """What stands around the slides is no slide's, and is said once for all of them; so are day and night."""
    path = tmp_path / "a-slides.html"
    assert old in deck
    path.write_text(deck.replace(old, new), encoding="utf-8")

    findings = [each for each in VALIDATORS["axe"].run(path, (chromium,)) if each.code.startswith("axe")]

    assert [(finding.code, str(finding.where)) for finding in findings] == found
    assert all(finding.message.endswith("(light and dark)") for finding in findings)


HALO = 'stroke="#fff" stroke-width="14" paint-order="stroke" '
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60" width="300" height="60">
<rect width="300" height="60" fill="{}"/><text x="20" y="40" font-size="18" {}>Drawn</text></svg>"""


@pytest.mark.parametrize(("ground", "letters", "slides"), [
    ("#fff", 'fill="#444"', set()), ("#fff", 'fill="#aaa"', {"sl-end"}), ("#333", 'fill="#444"', {"sl-end"}),
    ("#333", f'{HALO}fill="#444"', set()),
])
def test_words_in_a_drawing_are_measured(ground: str, letters: str, slides: set[str], *, deck: str, chromium: str,
                                         tmp_path: Path) -> None:
    """An image keeps its words to itself; they are held against what the drawing paints behind them, a halo too."""
    picture = f"data:image/svg+xml;base64,{base64.b64encode(DRAWING.format(ground, letters).encode()).decode()}"
    path = tmp_path / "a-slides.html"
    path.write_text(deck.replace("Thank you.", f'<img alt="Drawn" width="300" src="{picture}"/>'), encoding="utf-8")

    found = VALIDATORS["axe"].run(path, (chromium,))

    assert {each.where.file.partition("#")[2] for each in found if each.where and "“Drawn” in a fig" in each.message
            } == slides


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21:1, a colour on itself 1:1, and #767676 on white just passes for text."""
    white = (255, 255, 255)

    assert [round(contrast.ratio(colour, white), 2) for colour in ((0, 0, 0), white, (118, 118, 118))] == [21, 1, 4.54]


def test_the_version_is_named() -> None:
    """The report says which axe-core was asked."""
    assert VALIDATORS["axe"].version(()).startswith("axe-core 4.")
