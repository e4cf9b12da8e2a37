"""The deck as an audience, a speaker and a reader meet it: in a real browser, offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import Browser, BrowserContext, Page

from nzpub import project, read
from nzpub.checks.outside import axe
from nzpub.checks.outside import deck as deck_check
from nzpub.cite import cite
from nzpub.formats import revealjs
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Deck, Styles
from nzpub.tree import text

ROOT = Path(__file__).parent.parent
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_X = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Talk:
    """A deck, what was written, and the file it stands in."""

    deck: Deck
    styles: Styles
    artifact: Artifact
    file: Path

    @property
    def ids(self) -> list[str]:
        """Return the ids of the slides, in order."""
        return [slide.id for slide in self.deck.slides]


@dataclass
class Heard:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=["manuscript", "tests/book/manuscript"])
def talk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Return the deck of the article, then that of the small book that uses every annotation."""
    book = read.read(ROOT / request.param)
    styles = read.read_styles(ROOT / "styles", read.characters(book))
    deck = project.deck(cite(illustrate(book, styles)))
    artifact = revealjs.write(deck, styles)
    (name, content), = artifact.files.items()
    file = tmp_path_factory.mktemp("deck") / name
    file.write_bytes(content)
    return Talk(deck, styles, artifact, file)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return an offline window of the size of a slide, whose owner asked for less motion."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce", offline=True)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, talk: Talk) -> Page:
    """Return the deck, open and ready at its first slide."""
    return _open(context, talk)


def _open(context: BrowserContext, talk: Talk, query: str = "", heard: Heard | None = None) -> Page:
    page = context.new_page()
    heard = heard if heard is not None else Heard()
    page.on("request", lambda request: heard.requests.append(request.url))
    page.on("console", lambda message: heard.complaints.append(message.text))
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    page.goto(talk.file.as_uri() + query)
    if not page.evaluate("reading"):
        page.wait_for_function("Reveal.isReady()")
    page.evaluate("document.fonts.ready")
    return page


def _shown(page: Page) -> Iterator[str]:
    """Go to each slide, all its fragments shown, and yield its id."""
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(f"Reveal.slide({number}, 0, 999)")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield page.evaluate("Reveal.getCurrentSlide().id")


# --- the file ---------------------------------------------------------------------------------------


def test_the_same_deck_gives_the_same_bytes(talk: Talk) -> None:
    """Written twice, the file is the same to the byte."""
    assert revealjs.write(talk.deck, talk.styles).files == talk.artifact.files


def test_the_version_named_is_the_version_inside(talk: Talk) -> None:
    """The version of reveal.js that the manifest names is the one that the script itself carries."""
    assert f"`{talk.artifact.tools['reveal.js']}`".encode() in next(iter(talk.artifact.files.values()))


def test_every_slide_has_a_heading_and_only_the_first_an_h1(talk: Talk) -> None:
    """The first slide's title is the deck's ``h1``, each other slide begins with its title as ``h2``."""
    sections = list(revealjs._sections(talk.deck, talk.styles))

    headings = [_first_heading(section).tag.removeprefix(_X) for section in sections]
    titles = [str(_first_heading(section).xpath("string()")) for section in sections]

    assert headings == ["h1", *["h2"] * (len(sections) - 1)]
    assert titles == [text(slide.title) for slide in talk.deck.slides]


def _first_heading(section: etree._Element) -> etree._Element:
    return next(section.iter(*(f"{_X}h{level}" for level in range(1, 7))))


def test_a_heading_inside_a_slide_is_below_its_title() -> None:
    """A heading that the author writes in a slide never stands beside the slide's title."""
    section = etree.fromstring(f'<section xmlns="{_X[1:-1]}"><h1>T</h1><div><h2>Inside</h2></div></section>')

    revealjs._level(section, first=False)

    assert [element.tag.removeprefix(_X) for element in section.iter()] == ["section", "h2", "div", "h3"]


@pytest.mark.parametrize(("paragraph", "name"), [
    ("<strong>18,700 km</strong>", "emphasis"), ("since <strong>1987</strong>", None),
    ("<strong>Over 100</strong> people", None), ('<img src="x.svg" alt="x"/>', "figure"), ("<em>Te Mana</em>", None),
])
def test_only_what_stands_alone_is_set_large(paragraph: str, name: str | None) -> None:
    """A paragraph of nothing but strong words or a picture gets a name for it; one with other words does not."""
    section = etree.fromstring(f'<section xmlns="{_X[1:-1]}"><p>{paragraph}</p></section>')

    revealjs._name(section)

    assert section[0].get("class") == name


def test_the_language_of_words_is_kept(talk: Talk, page: Page) -> None:
    """Words that the manuscript marks with a language carry it in the deck, notes included."""
    marked = str(talk.deck.slides).count("['lang', 'mi']")

    assert page.evaluate("document.querySelectorAll('.slides [lang=mi]').length") == marked
    assert page.evaluate("document.documentElement.lang") == talk.deck.meta.lang


# --- the show ---------------------------------------------------------------------------------------


def test_the_deck_asks_for_nothing_and_complains_of_nothing(talk: Talk, context: BrowserContext) -> None:
    """Offline, from first slide to last, there is no request but the file and nothing on the console."""
    heard = Heard()
    page = _open(context, talk, heard=heard)
    list(_shown(page))

    assert [url for url in heard.requests if not url.startswith("data:")] == [talk.file.as_uri()]
    assert heard.complaints == []


def test_every_word_is_set_in_our_faces(page: Page) -> None:
    """No word falls back on a font of the machine, nor on a face of ours that was cut in another weight or style."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    wrong: dict[str, set[str]] = {}
    for ident in _shown(page):
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": f"{_FRAME} *"})["nodeIds"]
        fonts = [font for node in nodes
                 for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]]
        painted = {font["postScriptName"] if font["isCustomFont"] else font["familyName"] for font in fonts}
        wrong[ident] = painted ^ set(page.evaluate(_ASKED, _FRAME))

    assert {ident: names for ident, names in wrong.items() if names} == {}


_FRAME = ".slides > .present > .frame"
# The faces that the styles of a slide's words ask for, named as fonts.py names them.
_ASKED = """(frame) => [...document.querySelectorAll(`${frame} *`)].filter(
    (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(getComputedStyle).map((style) => [
    style.fontFamily.split(",")[0].replaceAll('"', "").replaceAll(" ", "-"), style.fontWeight,
    ...(style.fontStyle === "italic" ? ["Italic"] : [])].join("-"))"""


def test_the_deck_keeps_to_every_rule(talk: Talk, browser: Browser) -> None:
    """What `invoke check` asks in a browser, of looks, keyboard, motion, zoom and reading view, finds nothing."""
    assert deck_check.findings(browser, talk.file) == ()


_BODY = """() => [...Reveal.getCurrentSlide().querySelectorAll(".content *")]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .filter((element) => !element.closest("annotation") && parseFloat(getComputedStyle(element).fontSize) < 28)
  .map((element) => element.textContent)"""


def test_the_back_row_can_read_the_body(page: Page) -> None:
    """No body text is under 28 px on a slide that is 1280 px wide."""
    assert [words for _ in _shown(page) for words in page.evaluate(_BODY)] == []


def test_notes_are_for_the_speaker_alone(page: Page) -> None:
    """No speaker note is to be seen on any slide."""
    visible = "[...document.querySelectorAll('.notes')].some(notes => notes.checkVisibility())"

    seen = [ident for ident in _shown(page) if page.evaluate(visible)]

    assert seen == []


def test_the_speaker_view_shows_the_notes(talk: Talk, context: BrowserContext) -> None:
    """S opens a second window that shows the notes of the slide, and follows the show; nothing is fetched."""
    heard = Heard()
    page = _open(context, talk, heard=heard)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    for slide in talk.deck.slides[:2]:
        words = " ".join(text(slide.notes).split()[:4])
        opened.value.locator(".speaker-controls-notes .value", has_text=words).wait_for(timeout=10_000)
        page.evaluate("Reveal.slide(1)")

    assert opened.value.locator("iframe").count() == 2           # this slide and the next
    assert [frame.evaluate("reading") for frame in opened.value.frames[1:]] == [False, False]
    assert heard.complaints == []


def test_slides_know_their_time(talk: Talk, page: Page) -> None:
    """The speaker view's pacing has the seconds that the manuscript gives each slide."""
    timings = page.evaluate("Reveal.getSlides().map(slide => Number(slide.dataset.timing || 0))")

    assert timings == [slide.seconds or 0 for slide in talk.deck.slides]
    assert page.evaluate("Reveal.getConfig().totalTime") == 60 * (talk.deck.meta.talk_minutes or 0)


# --- access -----------------------------------------------------------------------------------------


def _violations(page: Page) -> list[str]:
    found: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [f"{rule['id']}: {node['target']}" for rule in found.response["violations"] for node in rule["nodes"]]


def test_axe_finds_nothing_on_any_slide(talk: Talk, browser: Browser) -> None:
    """axe-core, and the contrast that it leaves open, report nothing on any slide, by day or by night."""
    assert axe.findings(browser, talk.file) == ()


def test_notes_are_not_announced(talk: Talk, page: Page) -> None:
    """The live region that says each new slide's title never says its notes."""
    for slide, ident in zip(talk.deck.slides, _shown(page), strict=True):
        said = " ".join(page.locator(".aria-status[aria-live=polite]").inner_text().split())
        assert " ".join(text(slide.notes).split()[:6]) not in said, ident


_READ = """() => [...document.querySelectorAll('.slides > section')].map((section) => [
  section.id, [section.innerText, ...[...section.querySelectorAll("img")].map((image) => image.alt)].join(" ")])"""


@pytest.mark.parametrize(("query", "width", "scripts"), [
    ("", 1280, False), ("", 390, True), ("", 320, True), ("", 320, False), ("?view=read", 1280, True)])
def test_the_deck_can_be_read_as_text(talk: Talk, browser: Browser, query: str, width: int, *, scripts: bool) -> None:
    """Without scripts, on a phone, at 400 % zoom or when asked for, all words are there, notes too, and axe is content.

    That the slides stand one below another, and nothing is wider than the screen, is for `invoke check`.
    """
    context = browser.new_context(viewport={"width": width, "height": 700}, java_script_enabled=scripts, offline=True)
    page = context.new_page()
    page.goto(talk.file.as_uri() + query)

    shown = page.evaluate(_READ)

    assert [ident for ident, _ in shown] == talk.ids
    for slide, (_, words) in zip(talk.deck.slides, shown, strict=True):
        for block in (*slide.blocks, *slide.notes):
            assert all(word in "".join(words.split()) for word in text([block]).split() if word.isalpha()), slide.id
    assert not scripts or _violations(page) == []
    context.close()


def test_a_window_made_narrow_is_laid_out_anew(talk: Talk, page: Page) -> None:
    """A window that becomes narrow, as it does at a large zoom, shows text; made wide again, the same slide."""
    page.evaluate("Reveal.slide(1)")
    page.wait_for_url(f"**#/{talk.ids[1]}")
    page.set_viewport_size({"width": 320, "height": 640})
    page.wait_for_function("document.documentElement.classList.contains('reading')")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function("window.Reveal && Reveal.isReady() && Reveal.getIndices().h === 1")


# --- paper and overview -----------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["?print-pdf", "?view=print"])
def test_the_print_view_is_a_page_a_slide(talk: Talk, context: BrowserContext, query: str) -> None:
    """Printed, each slide is one page of its own proportions, with its title, its words and its sources."""
    page = _open(context, talk, query)
    page.wait_for_selector(".pdf-page")

    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    pages = [" ".join(leaf.get_textpage().get_text_bounded().split()) for leaf in pdf]

    assert len(pages) == len(talk.deck.slides)
    assert all(text(slide.title).split()[-1] in words for slide, words in zip(talk.deck.slides, pages, strict=True))
    assert all(abs(leaf.get_width() / leaf.get_height() - 16 / 9) < 0.01 for leaf in pdf)


def test_a_plain_print_is_the_text_with_its_notes(talk: Talk, page: Page) -> None:
    """Print from the show, and the paper has what is shown and said; afterwards the show goes on."""
    pdf = pypdfium2.PdfDocument(page.pdf(format="A4"))
    words = " ".join(" ".join(leaf.get_textpage().get_text_bounded().split()) for leaf in pdf)

    assert all(text(slide.notes).split()[0] in words for slide in talk.deck.slides)
    page.wait_for_function("!document.documentElement.classList.contains('reading') && Reveal.isReady()")


def test_escape_opens_the_overview(page: Page) -> None:
    """Esc shows the slides side by side, and Esc goes back."""
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("Escape")
    assert not page.evaluate("Reveal.isOverview()")


def test_the_scroll_view_shows_every_slide(talk: Talk, context: BrowserContext) -> None:
    """``?view=scroll`` puts every slide on one scrolling page."""
    page = _open(context, talk, "?view=scroll")
    page.wait_for_selector(".scroll-page")

    assert page.locator(".scroll-page section").count() == len(talk.deck.slides)
