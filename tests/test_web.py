"""The front page as a reader meets it: in a real browser, by day and by night, offline, on any screen."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page

from nzpub import project
from nzpub.build import build
from nzpub.cite import cite
from nzpub.formats import web
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Edition, Styles
from nzpub.paginate import Layout, lay_out
from nzpub.read import characters, read, read_styles
from nzpub.tree import text
from publication import copy_book, make

ROOT = Path(__file__).parents[1]
PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST = 700_000                         # bytes: three figures are there twice, once for phones
FILES = (Artifact("pdf", {"x.pdf": b"%PDF"}, "24 pages"), Artifact("epub", {"x.epub": b"PK" * 600}, "12 chapters"),
         Artifact("revealjs", {"x-slides.html": b"<html>"}, "16 slides"), Artifact("pptx", {"x-slides.pptx": b"PK"}))
# How many characters a line of the long paragraphs holds, on average; null if there are none.
LINES = """() => {
  const long = [...document.querySelectorAll('article > section > p')].filter(p => p.innerText.length > 250);
  const lines = p => p.getBoundingClientRect().height / parseFloat(getComputedStyle(p).lineHeight);
  const all = measure => long.reduce((sum, p) => sum + measure(p), 0);
  return long.length ? all(p => p.innerText.length) / all(lines) : null;
}"""


@dataclass(frozen=True)
class Front:
    """A front page, and what it was made from."""

    edition: Edition
    styles: Styles
    layout: Layout
    file: Path

    @property
    def tree(self) -> Any:
        """Return the page, parsed."""
        return parsed(self.file.read_bytes())


def parsed(content: bytes) -> Any:
    """Return an HTML page as lxml has it."""
    return html.fromstring(content)


@pytest.fixture(scope="module", params=["manuscript", "tests/book/manuscript"])
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Front:
    """Return the front page of the article, then that of the small book that uses every annotation."""
    folder = ROOT / request.param
    book = read(folder)
    styles = read_styles(folder.parent / "styles", characters(book))
    book = cite(illustrate(book, styles))
    edition, layout = project.prose(book, "web"), lay_out(project.prose(book, "pdf"), styles)
    file = tmp_path_factory.mktemp("web") / "index.html"
    file.write_bytes(web.front_page(edition, styles, layout, FILES).files["index.html"])
    return Front(edition, styles, layout, file)


def opened(browser: Browser, front: Front, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
    """Return the page in a window of its own, without a network."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
    page = context.new_page()
    page.goto(front.file.as_uri())
    return page


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, front: Front, scheme: str, size: tuple[int, int]) -> None:
    """By day and by night, on phone and desktop: 0 violations of WCAG 2.2 A and AA."""
    page = opened(browser, front, size, color_scheme=scheme)
    page.locator("summary").click()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_seven_to_one(browser: Browser, front: Front, scheme: str) -> None:
    """By day and by night all text has the contrast that WCAG asks of level AAA."""
    page = opened(browser, front, color_scheme=scheme)
    # The second rule leaves what is below 4.5 to the first.
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]}}
    found = Axe().run(page, options=rules).response["violations"]
    assert [node["html"][:120] for v in found for node in v["nodes"]] == []


@pytest.mark.parametrize("size", [(320, 640), PHONE, TABLET, DESKTOP])
def test_nothing_scrolls_sideways(browser: Browser, front: Front, size: tuple[int, int]) -> None:
    """From 320 pixels up the page is as wide as the window; only a table may scroll, in its own region."""
    page = opened(browser, front, size)
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize("size", [PHONE, TABLET, DESKTOP])
def test_lines_are_good_to_read(browser: Browser, front: Front, size: tuple[int, int]) -> None:
    """A line of running text holds 45 to 75 characters; on a phone, at the size that readers want, 40."""
    measured = opened(browser, front, size).evaluate(LINES)
    assert measured is None or (40 if size == PHONE else 45) <= measured <= 75


def test_nothing_is_asked_for_but_the_file(browser: Browser, front: Front) -> None:
    """The page asks for itself and for nothing else, and the browser has nothing to complain of."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(front.file.as_uri())
    page.locator("footer").scroll_into_view_if_needed()
    assert ([url for url in asked if not url.startswith("data:")], said) == ([front.file.as_uri()], [])


def test_it_needs_no_script(browser: Browser, front: Front) -> None:
    """With JavaScript off every chapter can be read, and no script is there that could run."""
    page = opened(browser, front, java_script_enabled=False)
    seen = page.locator("main").inner_text()
    assert [text(c.title) for c in front.edition.chapters if text(c.title) not in seen] == []
    assert {script.get("type") for script in front.tree.iter("script")} == {"application/ld+json"}


def test_downloads_have_their_true_size_and_checksum(front: Front) -> None:
    """Each published file is listed with type, extent and size, and with the SHA-256 that it has."""
    links = front.tree.xpath("//*[@class='downloads']//li/a")
    listed = {link.get("href"): link.getparent().text_content() for link in links}
    sums = checksums(front.tree)
    files = {name: content for artifact in FILES for name, content in artifact.files.items()}
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert listed == {"x.pdf": "Paper PDF, 24 pages, 4 B", "x.epub": "E-book EPUB, 12 chapters, 1 kB",
                      "x-slides.html": "Slides for a browser HTML, 16 slides, 6 B",
                      "x-slides.pptx": "Slides to edit PPTX, 2 B"}


def checksums(tree: Any) -> dict[str, str]:
    """Return the checksums that a page lists, by name of file."""
    listed, = tree.xpath("//dl[@class='checksums']")
    return dict(zip((e.text for e in listed.iter("dt")), (e.text_content() for e in listed.iter("dd")), strict=True))


def test_what_is_not_published_is_not_listed(front: Front) -> None:
    """Without a deck there is nothing to present, and without any other file no list of downloads."""
    page = web.front_page(front.edition, front.styles, front.layout, ())
    tree = parsed(page.files["index.html"])
    assert tree.xpath("//*[@class='downloads']") == []
    assert [link.get("href") for link in tree.xpath("//*[@class='actions']/a")] == ["#page-text"]


def test_the_build_lists_its_own_files(tmp_path: Path) -> None:
    """`web` is an output: it is built last, and what it says of the others is what stands beside it."""
    root = copy_book(tmp_path)
    build(root, ["slides", "web"])
    told = checksums(parsed((root / "dist" / "index.html").read_bytes()))
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / "dist").iterdir()}
    assert told == {name: digest for name, digest in there.items() if name not in ("index.html", "manifest.json")}


def test_linked_data_agree(front: Front) -> None:
    """The JSON-LD parses, and says of the publication and of each file what is true."""
    said = json.loads(front.tree.xpath("//script/text()")[0])
    meta = front.edition.meta
    assert said["@context"] == "https://schema.org"
    assert (said["name"], said["inLanguage"], said["identifier"]) == (meta.title, meta.lang, meta.identifier)
    assert [author["name"] for author in said["author"]] == list(meta.authors)
    assert {e["contentUrl"]: (e["sha256"], e["contentSize"]) for e in said["encoding"]} == {
        name: (hashlib.sha256(content).hexdigest(), f"{len(content)} B")
        for artifact in FILES for name, content in artifact.files.items()}


def test_metadata_are_those_of_the_manuscript(front: Front) -> None:
    """Dublin Core, Open Graph and citation tags name the title, the authors, the date and the language."""
    said: dict[str, list[str]] = {}
    for tag in front.tree.iter("meta"):
        said.setdefault(tag.get("name") or tag.get("property") or "", []).append(tag.get("content", ""))
    meta = front.edition.meta
    title = f"{meta.title}: {meta.subtitle}" if meta.subtitle else meta.title
    assert (said["DCTERMS.title"], said["og:title"], said["citation_title"]) == ([title],) * 3
    assert said["DCTERMS.creator"] == said["citation_author"] == list(meta.authors)
    assert (said["DCTERMS.issued"], said["DCTERMS.language"]) == ([meta.date.isoformat()], [meta.lang])


def test_every_link_inside_leads_somewhere(front: Front) -> None:
    """Each link to a place in the page finds it, no id is there twice, and the other links name published files."""
    ids = [element.get("id") for element in front.tree.iter() if element.get("id")]
    links = [link.get("href") for link in front.tree.iter("a")]
    files = {name for artifact in FILES for name in artifact.files}
    assert len(ids) == len(set(ids))
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []
    assert [link for link in links if not link.startswith(("#", "https://", "http://")) and link not in files] == []


def test_notes_lead_there_and_back(front: Front) -> None:
    """Every mark leads to its note, which begins with its number, and that leads back to the mark."""
    marks = {mark.get("href"): mark for mark in front.tree.xpath("//a[@role='doc-noteref']")}
    notes = front.tree.xpath("//aside[@role='doc-footnote']")
    backs = {f"#{note.get('id')}": note.xpath(".//a[@role='doc-backlink']")[0] for note in notes}
    assert marks.keys() == backs.keys() != set()
    assert [(f"#{marks[note].get('id')}", marks[note].text) for note in marks] == [
        (backs[note].get("href"), backs[note].text) for note in marks]


def test_headings_are_nested_from_one(front: Front) -> None:
    """There is one h1, the title, and no level is skipped."""
    levels = [int(element.tag[1]) for element in front.tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [(one, next_) for one, next_ in pairwise(levels) if next_ > one + 1] == []


def test_tables_scroll_by_keyboard(front: Front) -> None:
    """Each table stands in a region that has a name and takes the focus."""
    regions = [table.getparent() for table in front.tree.iter("table")]
    names = [region.get("aria-label") or front.tree.get_element_by_id(region.get("aria-labelledby")).text_content()
             for region in regions]
    assert regions
    assert [region.get("role") for region in regions] == ["region"] * len(regions)
    assert {region.get("tabindex") for region in regions} == {"0"}
    assert all(names)


def test_figures_are_dark_at_night(browser: Browser, front: Front) -> None:
    """A figure painted in the tokens' colours changes with the page; any other stands on a light ground."""
    page = opened(browser, front, color_scheme="dark")
    for image in page.locator("article img").all():
        shot = Image.open(io.BytesIO(image.screenshot())).convert("L")
        assert (ImageStat.Stat(shot).mean[0] < 128) == (image.get_attribute("class") == "drawn")


def test_a_foreign_picture_is_told_from_ours(tmp_path: Path) -> None:
    """A picture in a colour that no token has is not recoloured."""
    root = make(tmp_path, "# A\n\n![c](figures/x.svg){#fig-x alt=\"x y\"}\n")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path fill="#123456" d="M0 0H4V3z"/></svg>'
    (root / "manuscript" / "figures" / "x.svg").write_text(svg)
    book = read(root / "manuscript")
    styles = read_styles(root / "styles", characters(book))
    book = cite(book)
    page = web.front_page(project.prose(book, "web"), styles, lay_out(project.prose(book, "pdf"), styles), ())
    assert [e.get("class") for e in parsed(page.files["index.html"]).xpath("//figure/img")] == ["foreign"]


def test_a_drawing_has_its_words_in_our_face(browser: Browser, tmp_path: Path) -> None:
    """A browser takes a family's name that has a number as a word for none, unless it is quoted."""
    drawings = read(make(tmp_path, "# One\n\n![](figures/words.svg){.decorative}\n") / "manuscript").files
    page = browser.new_page()
    page.set_content(drawings["figures/words.svg"].decode())

    assert page.evaluate("getComputedStyle(document.querySelector('text')).fontFamily") == '"Source Sans 3"'


COUNTED = """\
# One

a. one
b. two

[Words.]{.uncited reason="signpost"}

A.  one
B.  two

::: {.slide #s title="A slide"}
i. one
ii. two

Words

I.  one
II. two
:::
"""


def test_lists_count_as_they_are_typed(browser: Browser, tmp_path: Path) -> None:
    """Small letters stay small, and capitals capitals: to the selectors of HTML one type is the other."""
    build(make(tmp_path, COUNTED), ["web", "slides"])
    page = browser.new_page()
    counting = []
    for name in ("index.html", "test-slides.html"):
        page.goto((tmp_path / "dist" / name).as_uri())
        counting += page.evaluate("[...document.querySelectorAll('article ol[type], .content ol[type]')]"
                                  ".map(each => getComputedStyle(each).listStyleType)")

    assert counting == ["lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]


def test_it_is_light_and_the_same_each_time(front: Front) -> None:
    """The page stays under 700 kB, and the same input gives the same bytes."""
    again = web.front_page(front.edition, front.styles, front.layout, FILES).files["index.html"]
    assert len(again) < MOST
    assert again == front.file.read_bytes()
