"""The deck as `invoke check` asks it in a browser: each fault is caught on its slide.

That sound decks have no finding is tested where they are made, in test_revealjs.py.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Browser

from nzpub import project, read
from nzpub.checks.outside import VALIDATORS, deck
from nzpub.checks.trace import slide_lines, traced
from nzpub.cite import cite
from nzpub.errors import Finding, Place
from nzpub.formats import revealjs
from nzpub.illustrate import illustrate
from nzpub.model import Deck

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "tests" / "book" / "manuscript"


def written() -> tuple[Deck, str]:
    """Return the talk of the small book, and its page."""
    book = read.read(BOOK)
    styles = read.read_styles(ROOT / "styles", read.characters(book))
    talk = project.deck(cite(illustrate(book, styles)))
    (content,) = revealjs.write(talk, styles).files.values()
    return talk, content.decode()


@pytest.fixture(scope="module")
def sound() -> str:
    """Return the deck of the small book."""
    return written()[1]


class Broken(NamedTuple):
    """A fault put into the deck of the small book: what is replaced by what, and the finding that it earns."""

    old: str
    new: str
    code: str
    slide: str
    words: str


def styled(rules: str, code: str, slide: str, words: str) -> Broken:
    return Broken("</head>", f"<style>{rules}</style></head>", code, slide, words)


def scripted(script: str, code: str, slide: str, words: str) -> Broken:
    return Broken("</script>\n</body>", f"\n{script}</script></body>", code, slide, words)


def raster(width: int, height: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0a5361").save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def pictured(width: int, height: int) -> str:
    """Return the text of the last slide with a picture of that size, shown 600 pixels wide."""
    return f'Thank you.</p><p><img alt="Blue" style="width: 600px" src="{raster(width, height)}"/>'


BROKEN = {
    "text too long": Broken("Thank you.", "Thank you all so very much. " * 120, "NZ610", "sl-end", "leaves the slide"),
    "text cut off": styled(".content > p { height: 10px; overflow: hidden }", "NZ610", "sl-end", "leaves the slide"),
    "text hidden": styled("#sl-end p { visibility: hidden }", "NZ610", "sl-end", "“Thank you.” is not shown"),
    "text transparent": styled("#sl-end p { color: transparent }", "NZ610", "sl-end", "“Thank you.” is not shown"),
    "text upon text": styled("#sl-end .content { margin-top: -60px !important }", "NZ611", "sl-end", "overlap"),
    "a cover upon text": Broken("Thank you.", 'Thank you.</p><p style="position: absolute; inset: 0; background: red">',
                                "NZ611", "sl-end", "is covered"),
    "small text": styled("#sl-end p { font-size: 10px !important }", "NZ612", "sl-end", "is set in 10 px"),
    "text scaled down": styled("#sl-end .content { transform: scale(0.3) }", "NZ612", "sl-end", "is set in"),
    "small text in a figure": styled(".figure { max-height: 60px }", "NZ612", "sl-plan", "in a figure is set in"),
    "a blurred picture": Broken("Thank you.", pictured(800, 80), "NZ614", "sl-end", "800 pixels in a row for 900"),
    "a broken picture": Broken("Thank you.", 'Thank you.</p><p><img alt="Blue" src="data:image/png;base64,AAAA"/>',
                               "NZ614", "sl-end", "cannot be shown"),
    "no keyboard": Broken("hash: true", "hash: true, keyboard: false", "NZ615", "sl-start", "ArrowRight"),
    "a leap": scripted("addEventListener('keydown', e => { if (e.key === 'ArrowRight') Reveal.next(); }, true)",
                       "NZ615", "sl-plan", "passes it by"),
    "a trap": scripted("addEventListener('keydown', e => { if (e.key === 'Tab') e.preventDefault(); }, true)",
                       "NZ622", "sl-start", "Tab does not lead to"),
    "out of reach": Broken("Thank you.", '<a href="#/sl-start" tabindex="-1">Thank you.</a>', "NZ622", "sl-end",
                           "Tab does not lead to “Thank you.”"),
    "no sign of focus": styled(".reveal :focus-visible { outline: none !important }", "NZ616", "sl-start",
                               "does not show that it has the focus"),
    "a faint sign of focus": styled(".reveal :focus-visible { outline-color: #ccc !important }", "NZ616", "sl-plan",
                                    "does not show that it has the focus"),
    "silence": scripted("Reveal.on('ready', () => document.querySelector('.aria-status').removeAttribute('aria-live'))",
                        "NZ617", "sl-start", "no live region"),
    "motion": styled("@keyframes turn { to { rotate: 1turn } } .frame { animation: turn 9s infinite !important }",
                     "NZ618", "sl-start", "div.frame moves"),
    "no zoom": Broken("initial-scale=1", "initial-scale=1, user-scalable=no", "NZ619", "sl-start", "limits zooming"),
    "no zoom by touch": styled("body { touch-action: none }", "NZ619", "sl-start", "two fingers"),
    "no zoom by key": scripted("addEventListener('keydown', e => { if (e.ctrlKey) e.preventDefault(); })",
                               "NZ619", "sl-start", "Ctrl"),
    "no title": Broken("That is all</h2>", "</h2>", "NZ620", "sl-end", "there is no heading"),
    "no reading view": Broken("const reading =", "const reading = false &&", "NZ621", "", "is no reading view"),
    "a wide reading view": styled(".reading .frame { width: 1400px }", "NZ621", "sl-start", "wider than the screen"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_is_found_on_its_slide(broken: Broken, sound: str, browser: Browser, tmp_path: Path) -> None:
    """What was done to the deck is among the findings: its code, its slide and what is wrong."""
    assert broken.old in sound
    path = tmp_path / "a-slides.html"
    path.write_text(sound.replace(broken.old, broken.new, 1), encoding="utf-8")

    found = deck.findings(browser, path, {rule.question for rule in deck.RULES.values() if rule.code == broken.code})

    assert [str(each) for each in found if each.code == broken.code and broken.words in each.message
            and each.where and each.where.file.endswith(broken.slide)], "\n".join(map(str, found))


def test_each_rule_has_a_broken_example() -> None:
    """No rule of the table goes untried."""
    assert {rule.code for rule in deck.RULES.values()} == {broken.code for broken in BROKEN.values()}


def test_enough_pixels_are_not_blurred(sound: str, browser: Browser, tmp_path: Path) -> None:
    """A picture with a pixel for each that it is shown in passes."""
    path = tmp_path / "a-slides.html"
    path.write_text(sound.replace("Thank you.", pictured(900, 90)), encoding="utf-8")

    assert deck.findings(browser, path, {"seen"}) == ()


# --- the way back -----------------------------------------------------------------------------------


def test_a_finding_is_traced_to_its_line() -> None:
    """What is found on a slide stands at its line in the manuscript, by id and by number; the rest stays."""
    talk = written()[0]
    lines, source = slide_lines(talk), (BOOK / "kettle.md").read_text(encoding="utf-8").split("\n")

    found = [traced(Finding("NZ612", "error", "small", Place(f"a{end}")), (), lines, talk.source, "a-slides.html")
             for end in ("-slides.html#sl-use", "-slides.pptx#slide=3", "-slides.html#elsewhere")]

    assert found[0].message == "a-slides.html#sl-use: small"
    assert [each.where and each.where.line and source[each.where.line - 1] for each in found] == [
        *['::: {.slide #sl-use .layout-columns title="Fill, then boil"}'] * 2, None]


def test_only_decks_are_asked() -> None:
    """The front page is a page, not a deck: the row for decks has nothing to say about it."""
    validator = VALIDATORS["chromium deck"]

    assert not "index.html".endswith(validator.suffix)
    assert "a-slides.html".endswith(validator.suffix)


def test_the_version_is_the_browsers(chromium: str) -> None:
    """The report says which browser was asked."""
    assert re.fullmatch(r"deck in [A-Z][A-Za-z ]+ [\d.]+", deck.version((chromium,)))
