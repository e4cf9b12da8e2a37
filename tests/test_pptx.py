"""The PowerPoint deck, opened with an independent reader: titles, texts, pictures, notes, languages, places."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import etree
from PIL import Image
from pptx import Presentation

from nzpub import pandoc, project, provide, read
from nzpub.checks.outside import VALIDATORS
from nzpub.checks.outside.program import answer
from nzpub.cite import cite
from nzpub.errors import CheckError
from nzpub.formats import pptx, pptx_place
from nzpub.illustrate import illustrate
from nzpub.model import Deck, Meta, Slide, Styles
from nzpub.tree import rewrite, string, text

ROOT = Path(__file__).parent.parent
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EMU = 9525                               # of a CSS pixel
SOURCE, NUMBER = 20, 21                  # idx of the placeholders
SVG = (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 560" width="1280" height="560">'
       b'<rect width="1280" height="560" fill="#ffffff"/><text x="40" y="80" font-family="Source Sans 3" '
       b'font-size="27">Words of the drawing</text></svg>')
COLUMNS = """
:::: columns
::: column
**Left**

- one
:::
::: column
**Right**

two
:::
::::
"""
TABLE = """
Before [it](https://example.org/1).

| Head | Other                       |
|------|-----------------------------|
| cell | [more](https://example.org/2) |

- after [it](https://example.org/3)
- and on
"""
KIA_ORA = "[Kia ora koutou]{lang=mi}, and thank you."


def slide(ident: str, layout: str, markdown: str, *, title: str = "", sources: tuple[str, ...] = (),
          notes: str = "Said.") -> Slide:
    """Return a slide as ``project`` makes it, from Markdown."""
    return Slide(ident, string(title or f"A claim on {ident}"), layout, pandoc.parse(markdown).blocks,
                 tuple(string(source) for source in sources), pandoc.parse(notes).blocks, 30, 7)


SLIDES = (
    slide("sl-title", "title", "A subtitle", title="The talk: what it says", notes=KIA_ORA),
    slide("sl-statement", "statement", "Words that [matua]{lang=mi} says.", sources=("One, *First*", "Two")),
    slide("sl-number", "statement", "**1987**\n\nand words below"),
    slide("sl-figure", "figure", "![](figures/a.svg)", sources=("One",)),
    slide("sl-columns", "columns", COLUMNS),
    slide("sl-timeline", "timeline",
          "::: incremental\n- **2001** a step\n- **2002** another\n- [**2003** a third]{.fragment}\n:::"),
    slide("sl-quotation", "quotation", "> [He moana pukepuke]{lang=mi}\n\nWho said it"),
    slide("sl-text", "", "- first\n- second with a [link](https://example.org/a?b=1&c=2), and one [inside](#sl-title)"),
    slide("sl-table", "", TABLE),
    slide("sl-mixed", "", "- first\n- second\n\n![](figures/b.png)"),
    slide("sl-decorative", "figure", "![](figures/c.svg)"),
    slide("sl-french", "", "::: {lang=fr}\nUn mot.\n\n- Une liste.\n:::\n\nBack home."),
    slide("sl-formula", "", "It is $\\frac{a}{b}$ here."),
    slide("sl-close", "close", "Read it.",
          notes="First.\n\nSecond, [kia ora]{lang=mi}.\n\n- a point\n\n| x | y |\n|---|---|\n| 1 | 2 |"),
)
ALT = {"sl-figure": "Rows of “data” & more", "sl-mixed": "A plain square"}
META = Meta(title="The talk", authors=("A. Writer", "B. Writer"), date=date(2026, 11, 23), lang="en-NZ",
            identifier="urn:uuid:1", short_name="talk", modified=datetime(2026, 11, 23, 1, 2, 4, tzinfo=UTC),
            keywords=("one", "two", *(f"more than {number}" for number in range(20))))      # over 255 characters


def described(each: Slide) -> Slide:
    """Return the slide with its picture's alternative text where ``project`` puts it."""
    def visit(node: Any) -> Any:
        image = node["t"] == "Image"
        return ({**node, "c": [node["c"][0], list(string(ALT[each.id])), node["c"][2]]},) if image else (node,)
    return replace(each, blocks=rewrite(each.blocks, visit)) if each.id in ALT else each


def png(colour: str = "#0a5361") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 600), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def styles() -> Styles:
    return read.read_styles(ROOT / "styles", "")


@pytest.fixture(scope="module")
def deck() -> Deck:
    files = {"figures/a.svg": SVG, "figures/b.png": png(), "figures/c.svg": SVG.replace(b"drawing", b"other")}
    return Deck(META, tuple(map(described, SLIDES)), files, "manuscript/talk.md")


@pytest.fixture(scope="module")
def content(deck: Deck, styles: Styles) -> bytes:
    return pptx.write(deck, styles).files["talk-slides.pptx"]


@pytest.fixture(scope="module")
def slides(content: bytes) -> dict[str, Any]:
    """Return python-pptx's slides by the ids of ours."""
    return dict(zip((each.id for each in SLIDES), opened(content), strict=True))


def opened(content: bytes) -> list[Any]:
    return list(Presentation(io.BytesIO(content)).slides)


def plain(words: str) -> str:
    return " ".join(words.split())


def words_on(page: Any) -> str:
    """Return the words of a slide in reading order, those of its tables among them."""
    return plain(" ".join("".join(element.text or " " for element in paragraph.iter(f"{A}t", f"{A}br"))
                          for paragraph in page.element.iter(f"{A}p")))


def runs(root: Any) -> Iterator[tuple[str, str | None]]:
    """Yield words and language of each run."""
    for run in root.iter(f"{A}r", f"{A}fld"):
        yield run.findtext(f"{A}t"), run.find(f"{A}rPr").get("lang")


def pictures(page: Any) -> list[Any]:
    return [shape for shape in page.shapes if shape.element.tag == f"{P}pic"]


def bulleted(shape: Any) -> list[tuple[str, int, list[tuple[str | None, ...]]]]:
    """Return words, level and own bullet (scheme, start, character) of each paragraph."""
    return [(paragraph.text, paragraph.level, [(each.get("type"), each.get("startAt"), each.get("char"))
                                               for each in paragraph._p.pPr.iter(f"{A}buAutoNum", f"{A}buChar")])
            for paragraph in shape.text_frame.paragraphs]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- slides and texts -------------------------------------------------------------------------------


def test_a_slide_is_a_slide(deck: Deck, styles: Styles, content: bytes) -> None:
    """There is one slide for each of the deck's, in its order, with its title in the title placeholder."""
    assert [plain(page.shapes.title.text) for page in opened(content)] == [text(each.title) for each in deck.slides]
    assert pptx.write(deck, styles).extent == "14 slides"


def test_each_layout_is_a_real_one(slides: dict[str, Any]) -> None:
    """Every layout of the vocabulary has its own slide layout, and what fits none of them has another."""
    assert [page.slide_layout.name for page in slides.values()] == [
        "Title Slide", "Statement", "Number", "Figure", "Two Content", "Timeline 3", "Quotation", "Title and Content",
        "Mixed Content", "Mixed Content", "Figure", "Title and Content", "Title and Content", "Close"]


def test_text_stands_in_placeholders(slides: dict[str, Any]) -> None:
    """All text is editable and in a placeholder that its layout has."""
    for page in slides.values():
        known = {shape.placeholder_format.idx for shape in page.slide_layout.placeholders}
        texts = [shape for shape in page.shapes if shape.has_text_frame]
        assert {shape.placeholder_format.idx for shape in texts} <= known


def test_a_table_and_its_list_share_a_slide(slides: dict[str, Any]) -> None:
    """Text, table and list stay on one slide, in the author's order (Pandoc makes three slides of them)."""
    assert words_on(slides["sl-table"]) == "A claim on sl-table Before it. Head Other cell more after it and on 9"


def test_fragments_are_shown(slides: dict[str, Any]) -> None:
    """What appears step by step in the browser is simply there."""
    page = slides["sl-timeline"]
    assert "2003 a third" in words_on(page)
    assert page.element.find(f"{P}timing") is None


def test_sources_stand_at_the_foot(slides: dict[str, Any]) -> None:
    """The sources are the last words on a slide, as one line of text with the furniture's word before it."""
    lines = {ident: shape.text_frame.text for ident, page in slides.items() for shape in page.placeholders
             if shape.placeholder_format.idx == SOURCE}
    assert lines == {"sl-statement": "Sources: One, *First*; Two", "sl-figure": "Source: One"}
    for ident in lines:
        order = [shape.placeholder_format.idx for shape in slides[ident].shapes]
        assert (order[0], order[-2:]) == (0, [SOURCE, NUMBER])


def test_links_lead_out(slides: dict[str, Any]) -> None:
    """A link to an address keeps it; one into the deck is plain words, since its target is elsewhere."""
    body = slides["sl-text"].placeholders[1].text_frame
    assert links(slides["sl-text"]) == [("link", "https://example.org/a?b=1&c=2")]
    assert "inside" in body.text
    assert links(slides["sl-table"]) == [
        ("it", "https://example.org/1"), ("more", "https://example.org/2"), ("it", "https://example.org/3")]


def links(page: Any) -> list[tuple[str, str]]:
    """Return the words and addresses of the links on a slide."""
    return [(run.findtext(f"{A}t"), page.part.rels[mark.get(f"{R}id")].target_ref)
            for run in page.element.iter(f"{A}r") for mark in run.iter(f"{A}hlinkClick")]


def test_a_formula_is_native_and_has_a_fallback(slides: dict[str, Any]) -> None:
    """A formula is a formula where a program has them, and its letters where not."""
    native, = slides["sl-formula"].element.iter("{*}Choice")
    plain_, = slides["sl-formula"].element.iter("{*}Fallback")
    assert native.find(".//{*}oMath") is not None
    assert "".join(t.text for t in plain_.iter(f"{A}t")) == "It is ab here."


def test_what_pandoc_drops_is_kept(deck: Deck, styles: Styles) -> None:
    """Formulas in tables, and tables in lists, which Pandoc's writer breaks or loses, are there."""
    tables = "| $x$ | y |\n|---|---|\n| 1 | 2 |\n\n- item\n\n    | a | b |\n    |---|---|\n    | c | d |\n"
    odd = slide("sl-odd", "", tables)
    page, = opened(pptx.write(replace(deck, slides=(odd,)), styles).files["talk-slides.pptx"])
    assert words_on(page).endswith("x y 1 2 item a; b c; d 1")
    assert len(list(page.element.iter("{*}oMath"))) == 1


def test_a_quotation_is_set_in(deck: Deck, styles: Styles) -> None:
    """A quotation stands a step in, and the lists in it another one, also if it is nothing but a list."""
    quoted = "> - one\n>     - nested\n\nWords.\n\n> said\n>\n> - two\n>\n>     more\n\n- plain"
    page, = opened(pptx.write(replace(deck, slides=(slide("sl-q", "", quoted),)), styles).files["talk-slides.pptx"])
    steps = {paragraph.text: int(paragraph._p.pPr.get("marL", "0")) / (36 * EMU)
             for paragraph in page.placeholders[1].text_frame.paragraphs}
    assert steps == {"one": 2, "nested": 3, "Words.": 0, "said": 1, "two": 2, "more": 2, "plain": 0}


def test_numbers_are_those_of_the_manuscript(deck: Deck, styles: Styles) -> None:
    """An item that begins with a list, or is a picture, has a line for its number, and lists begin anew."""
    lists = "4. - one\n\n5. ![](figures/b.png)\n6. word\n\n    more"
    again = "(b) two\n\n> (b) quoted\n\nBetween.\n\n(b) two again\n\n```\ncode\n\n  of lines\n```"
    pages = opened(pptx.write(replace(deck, slides=(slide("sl-n", "", lists), slide("sl-o", "", again))), styles)
                   .files["talk-slides.pptx"])
    four, two, nothing = ("arabicPeriod", "4", None), ("alphaLcParenBoth", "2", None), "\N{NO-BREAK SPACE}"
    gap = (" ", 0, [(None, None, nothing)])
    assert [bulleted(page.placeholders[1]) for page in pages] == [
        [(nothing, 0, [four]), ("one", 1, []), (nothing, 0, [four]), ("word", 0, [four]), ("more", 1, [])],
        [("two", 0, [two]), gap, ("quoted", 0, [two]), ("Between.", 0, []), gap, ("two again", 0, [two]),
         ("code\v\v  of lines", 0, [])]]


def test_notes_have_bullets(deck: Deck, styles: Styles) -> None:
    """The notes' style has no bullets of its own, so each item has one; what is quoted is set in."""
    said = slide("sl-n", "", "Shown.", notes="- one\n\n    - two\n\n> quoted\n>\n> 1. three")
    page, = opened(pptx.write(replace(deck, slides=(said,)), styles).files["talk-slides.pptx"])
    body = page.notes_slide.notes_placeholder
    steps = [int(paragraph._p.pPr.get("marL")) / (36 * EMU) for paragraph in body.text_frame.paragraphs]
    assert bulleted(body) == [("one", 0, [(None, None, "▪")]), ("two", 1, [(None, None, "–")]), ("quoted", 0, []),
                              ("three", 0, [("arabicPeriod", None, None)])]
    assert steps == [1, 2, 1, 2]


# --- notes and languages ----------------------------------------------------------------------------


def test_notes_are_kept(deck: Deck, slides: dict[str, Any]) -> None:
    """The notes say what the deck's notes say, tables as lines, and nothing of them is on the slide."""
    for each in deck.slides:
        page = slides[each.id]
        if each.id != "sl-close":
            assert plain(page.notes_slide.notes_text_frame.text) == text(each.notes)
        assert plain(page.notes_slide.notes_text_frame.text) not in words_on(page)
    assert slides["sl-close"].notes_slide.notes_text_frame.text == "First.\nSecond, kia ora.\na point\nx; y\n1; 2"


def test_every_run_has_its_language(slides: dict[str, Any]) -> None:
    """Each run on slides and in notes says its language: that of the deck, or that of its span or div."""
    found = {words: lang for page in slides.values() for root in (page.element, page.notes_slide.element)
             for words, lang in runs(root)}
    others = {words: lang for words, lang in found.items() if lang != "en-NZ"}
    assert others == {"matua": "mi-NZ", "He moana pukepuke": "mi-NZ", "Kia ora koutou": "mi-NZ", "kia ora": "mi-NZ",
                      "Un mot.": "fr-FR", "Une liste.": "fr-FR"}


def test_no_marker_is_left(content: bytes) -> None:
    """The characters that carry languages past Pandoc are gone."""
    assert [name for name, part in parts(content).items() if name.endswith(".xml")
            if re.search("[\U000f0000-\U000fffff]", part.decode())] == []


# --- pictures ---------------------------------------------------------------------------------------


def test_every_picture_has_its_alternative_text(slides: dict[str, Any]) -> None:
    """A picture's description is the author's words, never a file's name, and is printed nowhere."""
    found = {ident: [shape.element.nvPicPr.cNvPr.get("descr") for shape in pictures(page)]
             for ident, page in slides.items() if pictures(page)}
    assert found == {"sl-figure": [ALT["sl-figure"]], "sl-mixed": [ALT["sl-mixed"]], "sl-decorative": [""]}
    assert ALT["sl-figure"] not in words_on(slides["sl-figure"])


def test_a_picture_without_meaning_says_so(slides: dict[str, Any]) -> None:
    """A decorative picture is marked as one, and only it."""
    marked = [ident for ident, page in slides.items() if list(page.element.iter("{*}decorative"))]
    assert marked == ["sl-decorative"]


def test_a_drawing_has_a_bitmap_for_older_programs(slides: dict[str, Any]) -> None:
    """An SVG is there byte for byte, behind a PNG of twice its size in which its words are painted."""
    picture, = pictures(slides["sl-figure"])
    drawing, = picture.element.iter("{*}svgBlip")
    embedded = drawing.get(f"{R}embed")
    with Image.open(io.BytesIO(picture.image.blob)) as bitmap:
        dark = sum(bitmap.convert("L").histogram()[:128])
        assert (picture.image.content_type, bitmap.size) == ("image/png", (2560, 1120))
    assert picture.part.related_part(embedded).blob == SVG
    assert dark > 1000


def test_a_drawing_on_two_slides_is_stored_once(deck: Deck, styles: Styles) -> None:
    """A figure that is shown twice is one drawing and one bitmap in the file (two of a name would break it)."""
    twice = (*deck.slides, replace(deck.slides[3], id="sl-again"))
    with zipfile.ZipFile(io.BytesIO(pptx.write(replace(deck, slides=twice), styles).files["talk-slides.pptx"])) as file:
        media = [name for name in file.namelist() if name.startswith("ppt/media/")]
    assert sorted(name.rpartition(".")[2] for name in media) == ["png", "png", "png", "svg", "svg"]


def test_a_picture_keeps_its_shape(slides: dict[str, Any]) -> None:
    """Pictures are scaled, not stretched; a figure is as large as title and sources let it be."""
    for ident, ratio in (("sl-figure", 1280 / 560), ("sl-mixed", 400 / 600)):
        picture, = pictures(slides[ident])
        assert picture.width / picture.height == pytest.approx(ratio, rel=0.001)
    assert pictures(slides["sl-figure"])[0].width > 1100 * EMU


# --- places -----------------------------------------------------------------------------------------


def box(shape: Any) -> tuple[int, int, int, int]:
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def overlapping(page: Any) -> Iterator[tuple[str, str]]:
    """Yield the names of shapes that share more than a hair of the slide."""
    for one, other in combinations([s for s in page.shapes if s.element.tag.startswith(P)], 2):
        (a, b, c, d), (e, f, g, h) = box(one), box(other)
        if min(c, g) - max(a, e) > EMU and min(d, h) - max(b, f) > EMU:
            yield one.name, other.name


def test_nothing_overlaps_or_sticks_out(content: bytes, slides: dict[str, Any]) -> None:
    """Shapes stand apart from each other and inside the slide, which is 16:9."""
    file = Presentation(io.BytesIO(content))
    width, height = 1280 * EMU, 720 * EMU
    assert (file.slide_width, file.slide_height) == (width, height)
    for page in slides.values():
        assert list(overlapping(page)) == []
        for shape in page.shapes:
            left, top, right, bottom = box(shape)
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


def test_words_follow_their_title(slides: dict[str, Any]) -> None:
    """On the first and the last slide the text stands close below the title, however many lines that has."""
    gaps = []
    for ident in ("sl-title", "sl-close"):
        title, words, *_ = slides[ident].shapes
        gaps.append((words.top - title.top - title.height) // EMU)
        assert title.height < slides[ident].slide_layout.placeholders[0].height
    assert gaps == [32, 32]


def smallest(page: Any, *, small: bool = False) -> float:
    """Return the size in points of the smallest text on *page*: of its *small* print, or of all else."""
    sizes = []
    for shape in page.placeholders:
        if shape.has_text_frame and (shape.placeholder_format.idx in (SOURCE, NUMBER)) == small:
            fit = shape.element.find(f".//{A}normAutofit")
            scale = 1 if fit is None else int(fit.get("fontScale", "100000")) / 100_000
            layout = next(s for s in page.slide_layout.placeholders
                          if s.placeholder_format.idx == shape.placeholder_format.idx)
            styled = [layout.element.find(f".//{A}defRPr"), *shape.element.iter(f"{A}rPr")]
            sizes += [int(style.get("sz")) / 100 * scale for style in styled if style.get("sz")]
    return min(sizes)


def test_text_can_be_read_from_the_back(deck: Deck, styles: Styles, slides: dict[str, Any]) -> None:
    """No text is smaller than 18 points, no source smaller than 12, not even where there is much of them."""
    much = "\n".join(f"- Point {n} has so many words that it takes two lines at full size, and more." for n in range(7))
    sources = ("A source that is rather long, as sources go", "Another, no shorter than that one") * 5
    crowded = replace(deck, slides=(slide("sl-full", "", much, sources=sources),))
    full = opened(pptx.write(crowded, styles).files["talk-slides.pptx"])
    assert smallest(full[0]) < 25
    assert min(map(smallest, [*slides.values(), *full])) >= 18
    assert 12 <= smallest(full[0], small=True) < 13.5


def test_too_much_text_is_an_error(deck: Deck, styles: Styles) -> None:
    """A slide whose text does not fit is not written; the message names its line."""
    much = slide("sl-full", "", "\n".join(f"- {'word ' * 30}" for _ in range(12)))
    with pytest.raises(CheckError) as raised:
        pptx.write(replace(deck, slides=(*SLIDES[:1], much)), styles)

    assert str(raised.value).startswith("manuscript/talk.md:7: error NZ603: the slide “sl-full”")


def test_a_list_that_powerpoint_cannot_number_is_an_error(deck: Deck, styles: Styles) -> None:
    """PowerPoint counts from 1: it would call a file with another beginning damaged."""
    nought = slide("sl-nought", "", "- a\n\n    0. nought")
    with pytest.raises(CheckError) as raised:
        pptx.write(replace(deck, slides=(*SLIDES[:1], nought)), styles)

    assert str(raised.value).startswith("manuscript/talk.md:7: error NZ605: a list on the slide “sl-nought”")


def test_lists_deeper_than_powerpoints_are_an_error(deck: Deck, styles: Styles) -> None:
    """PowerPoint has nine levels, and what follows in an item stands a level below it."""
    deep = "\n".join(f"{' ' * 4 * level}- level {level}" for level in range(9))
    with pytest.raises(CheckError) as raised:
        pptx.write(replace(deck, slides=(*SLIDES[:1], slide("sl-deep", "", deep))), styles)

    assert str(raised.value).startswith("manuscript/talk.md:7: error NZ606: the lists on the slide “sl-deep”")


def test_slides_that_pandoc_adds_are_an_error(deck: Deck, styles: Styles) -> None:
    """If Pandoc splits what was meant to be one slide, nothing is written."""
    plans = tuple(pptx.plan(each, "en") for each in SLIDES[:1])
    blocks = pandoc.parse("# One\n\ntext\n\n# Two\n\ntext\n\n# Three\n\ntext\n").blocks
    with pytest.raises(CheckError, match="NZ602"):
        pptx_place.assemble(plans, pandoc.render_file(blocks, "pptx", {}, "--slide-level=1"), deck, styles)


# --- the file ---------------------------------------------------------------------------------------


def test_the_same_deck_gives_the_same_bytes(deck: Deck, styles: Styles, content: bytes, monkeypatch: pytest.MonkeyPatch,
                                            ) -> None:
    """Neither the clock nor the time zone is in the file."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    again = pptx.write(deck, styles).files["talk-slides.pptx"]
    monkeypatch.undo()
    time.tzset()

    assert again == content


def test_the_properties_are_the_publications(content: bytes) -> None:
    """Title, authors, language, keywords and dates are those of the metadata."""
    known = Presentation(io.BytesIO(content)).core_properties
    moment = datetime(2026, 11, 23, 1, 2, 4, tzinfo=UTC)
    assert (known.title, known.author, known.language, known.keywords) == (
        "The talk", "A. Writer; B. Writer", "en-NZ", ", ".join(META.keywords))
    assert (known.created.replace(tzinfo=UTC), known.modified.replace(tzinfo=UTC)) == (moment, moment)


def test_nothing_else_leaks(content: bytes) -> None:
    """No path, tool's author, sample text, thumbnail or foreign language is in the file."""
    files = parts(content)
    words = re.compile(r"/tmp|/home|/root|figures/|python-pptx|Rosenthal|Canny|Macintosh|en-US|Click to edit M")  # noqa: S108
    assert [name for name, part in files.items() if name.endswith((".xml", ".rels")) and words.search(
        part.decode()) and "notesMaster" not in name] == []
    assert [name for name in files if "thumbnail" in name or "custom" in name or "printer" in name] == []


def test_the_theme_is_made_of_the_tokens(deck: Deck, styles: Styles) -> None:
    """A colour or a family that is changed in the tokens is changed in the theme."""
    other = replace(styles, tokens={**styles.tokens, "--color-pacific": "#123abc", "--font-head": '"Source Serif 4"'})
    files = parts(pptx.write(deck, other).files["talk-slides.pptx"])
    theme = etree.fromstring(files["ppt/theme/theme1.xml"])
    assert theme.find(f".//{A}accent1/{A}srgbClr").get("val") == "123ABC"  # type: ignore[union-attr]
    assert theme.find(f".//{A}majorFont/{A}latin").get("typeface") == "Source Serif 4"  # type: ignore[union-attr]


def test_pandoc_finds_its_layouts(content: bytes) -> None:
    """The layouts that Pandoc asks for by name are there, so that the file can be its reference document."""
    names = {layout.name for layout in Presentation(io.BytesIO(content)).slide_layouts}
    assert {"Title Slide", "Section Header", "Title and Content", "Two Content", "Comparison", "Content with Caption",
            "Blank"} <= names


@pytest.mark.parametrize("folder", ["manuscript", "tests/book/manuscript"])
def test_whole_publications_fit(folder: str) -> None:
    """The article's deck, and that of the small book, have a slide for each of theirs, and nothing overlaps."""
    book = read.read(ROOT / folder)
    styles = read.read_styles(ROOT / "styles", read.characters(book))
    talk = project.deck(cite(illustrate(book, styles)))
    (content,) = pptx.write(talk, styles).files.values()
    pages = opened(content)
    assert [plain(page.shapes.title.text) for page in pages] == [text(each.title) for each in talk.slides]
    assert [pair for page in pages for pair in overlapping(page)] == []


def test_another_program_shows_every_word(content: bytes, soffice: provide.Command, tmp_path: Path) -> None:
    """LibreOffice shows all words of each slide, inside it, apart from each other and large enough."""
    path = tmp_path / "talk.pptx"
    path.write_bytes(content)
    assert VALIDATORS["libreoffice"].run(path, soffice) == ()


def test_another_program_counts_alike(deck: Deck, styles: Styles, soffice: provide.Command, tmp_path: Path) -> None:
    """LibreOffice shows the manuscript's numbers, though it counts on across paragraphs without any."""
    lists = "4. - in it\n\n5. five\n\n    goes on\n\n6. six\n\n> 4. quoted\n\nBetween.\n\n4. four again"
    path = tmp_path / "talk.pptx"
    path.write_bytes(pptx.write(replace(deck, slides=(slide("sl-n", "", lists),)), styles).files["talk-slides.pptx"])
    answer([*soffice, f"-env:UserInstallation={(tmp_path / 'user').as_uri()}", "--headless", "--convert-to", "pdf",
            "--outdir", str(tmp_path), str(path)])
    with pypdfium2.PdfDocument(tmp_path / "talk.pdf") as pages:
        words = plain(pages[0].get_textpage().get_text_range())
    assert [each.strip() for each in re.findall(r"\d\.[^\d]*", words)] == [
        "4. – in it", "5. five goes on", "6. six", "4. quoted Between.", "4. four again"]
