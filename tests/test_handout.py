"""The handout, read back from its bytes: every slide with its notes, two a page, tagged."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from nzpub import project, provide
from nzpub.checks import parity
from nzpub.checks.outside import verapdf as rules
from nzpub.cite import cite
from nzpub.errors import CheckError
from nzpub.formats import handout
from nzpub.formats.handout import duration
from nzpub.formats.pdf import conforming
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Deck, Styles
from nzpub.read import characters, read, read_styles
from nzpub.tree import rewrite, text
from publication import make

ROOT = Path(__file__).parents[1]
POINTS_PER_MM = 72 / 25.4
EDGE = 6 * POINTS_PER_MM             # no text stands nearer to the edge of the paper: printers cannot reach it
_HEADINGS = ("/Title", "/H1", "/H2", "/H3")


@dataclass(frozen=True)
class Handout:
    """A handout, and what it was made from."""

    deck: Deck
    styles: Styles
    pdf: bytes

    @property
    def pages(self) -> list[str]:
        """Return the text painted on each page, one space for any white space."""
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(self.pdf)]


@pytest.fixture(scope="module", params=["manuscript", "tests/book/manuscript"])
def made(request: pytest.FixtureRequest) -> Handout:
    """Return the handout of the article, then that of the small book that uses every annotation."""
    folder = ROOT / request.param
    book = read(folder)
    styles = read_styles(folder.parent / "styles", characters(book))
    deck = project.deck(cite(illustrate(book, styles)))
    return Handout(deck, styles, handout.write(deck, styles, conforming).files[f"{deck.meta.short_name}-handout.pdf"])


def squeezed(words: str) -> str:
    """Return *words* without white space and hyphens, which lines add and take away, and right-to-left letters.

    Those pdfium returns in the order in which they are painted.
    """
    return "".join(c for c in words if not c.isspace() and c not in "-\u00ad\u2010\ufffe\x02"
                   and unicodedata.bidirectional(c) not in ("R", "AL"))


def test_two_slides_stand_on_each_page(made: Handout) -> None:
    """A page shows two slides and their notes; an odd one stands alone on the last."""
    titles = [squeezed(text(slide.title)) for slide in made.deck.slides]
    pages = [squeezed(page) for page in made.pages]
    assert len(pages) == (len(titles) + 1) // 2
    assert [title for n, title in enumerate(titles) if title not in pages[n // 2]] == []


def test_what_follows_the_colon_of_a_title_slide_is_smaller(made: Handout) -> None:
    """The handout sets the first slide's title as the deck does: in two lines of two sizes."""
    first, colon, rest = text(made.deck.slides[0].title).partition(": ")
    sizes = [tallest(made, part.split()[0]) for part in (first, rest or first)]
    assert (sizes[0] > sizes[1]) == bool(colon)


def tallest(made: Handout, word: str) -> float:
    """Return the height of the first letter of *word* where it is largest on the first page, in points."""
    words = pypdfium2.PdfDocument(made.pdf)[0].get_textpage()
    search, heights = words.search(word, match_case=True, match_whole_word=True), []
    while (found := search.get_next()) is not None:
        _, low, _, high = words.get_charbox(found[0])
        heights.append(high - low)
    return float(max(heights))


def test_every_title_and_all_notes_are_there_in_order(made: Handout) -> None:
    """The text has each slide's title and then its notes, whole but for formulas, which are pictures."""
    whole, at, missing = squeezed(" ".join(made.pages)), 0, []
    for slide in made.deck.slides:
        for words in (slide.title, rewrite(slide.notes, lambda node: () if node["t"] == "Math" else (node,))):
            found = whole.find(squeezed(text(words)), at)
            missing += [text(words)[:60]] if found < 0 else []
            at = max(at, found)
    assert missing == []


def test_no_text_is_clipped(made: Handout) -> None:
    """Every character stands inside the page, and what a slide shows inside the slide's frame."""
    assert clipped(made) == []


def clipped(made: Handout) -> list[str]:
    """Return where text stands too near to the edge of its page, or runs over the foot of its slide's frame."""
    scale = float(made.styles.tokens["--handout-scale"]) * 0.75        # CSS pixels to points
    width, height = (float(made.styles.tokens[f"--slide-{side}"].removesuffix("px")) * scale
                     for side in ("width", "height"))
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(made.pdf), 1):
        right, top = page.get_size()
        frames = [f for f in map(bounds, page.get_objects()) if near(f[2] - f[0], width) and near(f[3] - f[1], height)]
        for left, bottom, far, high in letters(page):
            on_paper = EDGE <= left < far <= right - EDGE and EDGE <= bottom < high <= top - EDGE
            crosses = any(left < frame[2] - 1 and frame[1] + 1 < high and bottom < frame[1] - 1 for frame in frames)
            found += [f"page {number}: {left:.0f}, {bottom:.0f}"] if crosses or not on_paper else []
    return found


def near(one: float, other: float) -> bool:
    return abs(one - other) < 2


def bounds(thing: Any) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of an object on a page, in points."""
    left, bottom, right, top = thing.get_bounds()
    return left, bottom, right, top


def letters(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the box of each character that is painted."""
    textpage = page.get_textpage()
    for index in range(textpage.count_chars()):
        left, bottom, right, top = textpage.get_charbox(index)
        if right > left and top > bottom:
            yield left, bottom, right, top


def elements(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield role and element of the structure tree in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S), kid
            yield from elements(kid)


def test_it_is_tagged(made: Handout) -> None:
    """The file is tagged and has a language, a title, a heading for each slide, and alt text for pictures."""
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        roles = list(elements(pdf.Root.StructTreeRoot))
        outline = [str(item.title) for item in pdf.open_outline().root]
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == made.deck.meta.lang
        assert [role for role, _ in roles if role in _HEADINGS] == ["/Title", *["/H1"] * len(made.deck.slides)]
        assert [e for role, e in roles if role == "/Figure" and not str(e.get("/Alt", ""))] == []
        assert [squeezed(title) for title in outline] == [squeezed(text(s.title)) for s in made.deck.slides]


def test_it_keeps_to_both_standards(made: Handout, verapdf: provide.Command, tmp_path: Path) -> None:
    """Nothing is found by veraPDF against PDF/A-4f and PDF/UA-2, which the file declares both."""
    (tmp_path / "handout.pdf").write_bytes(made.pdf)
    job = rules.judge(tmp_path / "handout.pdf", verapdf)
    assert list(rules.findings(job, tmp_path / "handout.pdf")) == []
    assert {name[:8] for name in rules.profiles(job)} == {"PDF/A-4F", "PDF/UA-2"}


def test_its_fonts_are_ours_and_embedded(made: Handout) -> None:
    """Every font is one of the faces that the tokens ask for, and its program is in the file."""
    families = tuple(face.family.replace(" ", "-") for face in made.styles.faces)
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        fonts = {str(thing.FontName): thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)
                 and thing.get("/Type") == "/FontDescriptor"}
        assert fonts
        assert [name for name, font in fonts.items() if not {"/FontFile2", "/FontFile3"} & set(font.keys())] == []
        assert [name for name in fonts if not any(family in name for family in families)] == []


def test_each_slide_has_its_number_time_and_sources(made: Handout) -> None:
    """Beside each slide stand its number, its time and its sources."""
    for number, slide in enumerate(made.deck.slides):
        page = squeezed(made.pages[number // 2])
        told = [f"Slide {number + 1}", *([duration(slide.seconds)] if slide.seconds else []), *map(text, slide.sources)]
        assert [words for words in told if squeezed(words) not in page] == []


@pytest.mark.parametrize(("seconds", "said"), [(45, "45\u00a0s"), (60, "1\u00a0min"), (90, "1\u00a0min 30\u00a0s")])
def test_times_are_written_in_symbols(seconds: int, said: str) -> None:
    """A time reads the same in every language."""
    assert duration(seconds) == said


def written(root: Path) -> Handout:
    """Return the handout of the publication in *root*."""
    book = read(root / "manuscript")
    styles = read_styles(root / "styles", characters(book))
    deck = project.deck(cite(book))
    return Handout(deck, styles, handout.write(deck, styles, conforming).files["test-handout.pdf"])


def slides(shown: str, notes: str) -> str:
    """Return the text of a slide that shows *shown*, with what is said beside it, and of a short one."""
    return (f'# A\n\n::: {{#sl-one .slide title="One"}}\n{shown}\n\n::: {{.notes time="60"}}\n{notes}\n:::\n:::\n\n'
            '::: {#sl-two .slide title="Two"}\nShown.\n:::\n')


WORDS = " ".join(f"word{n}" for n in range(300))
BULLET = f"- {' '.join(['some words'] * 7)}\n"
LONG = "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu"
TABLE = f"| {' | '.join('abcde')} |\n|{'---|' * 5}\n| {' | '.join([LONG] * 5)} |\n"
PICTURE = '![](figures/x.svg){alt="x"}'
FULL = {                                   # what is shown, what is said, the pages that it takes
    "long notes": ("Shown.", WORDS, 1),
    "notes longer than a page": ("Shown.", f"{WORDS}\n\n" * 5, 3),
    "a wide table in the notes": ("Shown.", TABLE, 1),
    "many bullets": (BULLET * 8, "Said.", 1),
    "a long title": ("Shown.\n\n# " + "Heading words " * 25, "Said.", 1),
    "two pictures": (f"{PICTURE}\n\n{PICTURE}", "Said.", 1),
    "a figure with a caption": ("![A caption](figures/x.svg){#fig-x alt=\"x\"}\n\nWords.", "Said.", 1)}


@pytest.mark.parametrize("name", FULL)
def test_what_is_too_much_finds_room(name: str, tmp_path: Path) -> None:
    """A slide that its frame cannot hold is set smaller; notes run on, and take both columns if they are wide."""
    shown, said, pages = FULL[name]
    made = written(make(tmp_path, slides(shown, said)))
    assert clipped(made) == []
    assert "One" in made.pages[0]
    assert next(n for n, page in enumerate(made.pages, 1) if "Slide 2" in page) >= pages
    assert parity.check(Artifact("handout", {"test-handout.pdf": made.pdf}), made.deck) == ()


OVERFULL = {"words": (BULLET * 30, "Said.", "the words and pictures"),
            "pictures": (f"{PICTURE}\n\n" * 4, "Said.", "the words and pictures"),
            "notes": ("Shown.", f"| {' | '.join('a' * 60)} |\n|{'---|' * 60}\n", "the notes")}


@pytest.mark.parametrize("name", OVERFULL)
def test_what_does_not_fit_is_an_error(name: str, tmp_path: Path) -> None:
    """What does not fit at the smallest size either is refused, at the slide's line."""
    shown, said, what = OVERFULL[name]
    root = make(tmp_path, slides(shown, said))
    lines = (root / "manuscript" / "article.md").read_text(encoding="utf-8").splitlines()
    with pytest.raises(CheckError) as raised:
        written(root)
    assert str(raised.value).startswith(
        f"manuscript/article.md:{1 + next(n for n, line in enumerate(lines) if 'sl-one' in line)}: error NZ604: {what} "
        "of the slide “sl-one”")


def test_sources_longer_than_a_page_are_refused(tmp_path: Path) -> None:
    """Beside a slide there is one column on one page: what is cited on it is in that, or the writer is told."""
    root = make(tmp_path, slides(f"Shown [{'; '.join(f'@source-{n}' for n in range(80))}].", "Said."))
    sources = [{"id": f"source-{n}", "type": "book", "title": f"The Long Title of Source {n}, with All That It Says"}
               for n in range(80)]
    (root / "manuscript" / "references.json").write_text(json.dumps(sources), encoding="utf-8")
    with pytest.raises(CheckError, match="NZ604: the sources of the slide “sl-one” hold more than fits"):
        written(root)


def test_the_same_input_gives_the_same_bytes(made: Handout) -> None:
    """Written twice, the file is the same."""
    name = f"{made.deck.meta.short_name}-handout.pdf"
    assert handout.write(made.deck, made.styles, conforming).files[name] == made.pdf
