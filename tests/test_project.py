"""What each output shows of the same manuscript: `golden/project.test`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from golden import mismatches
from nzpub import project
from nzpub.annotate import check
from nzpub.cite import cite
from nzpub.model import OUTPUTS, Book, Chapter, Output, Slide
from nzpub.read import read
from nzpub.tree import Node, attr, text, walk
from publication import copy_book, make


def test_each_output_shows_what_the_annotations_say() -> None:
    """Text marked for some outputs is in those and in no other; the slides hold what stands in slides."""
    assert not mismatches("project", shown)


def shown(markdown: str) -> str:
    """Return what each output shows of *markdown*, outputs that show the same on one line."""
    with TemporaryDirectory() as name:
        book = read(make(Path(name), markdown) / "manuscript")
        assert not check(book)
        book = cite(book)
    lines: dict[str, list[str]] = {}
    for output in OUTPUTS:
        parts = project.deck(book).slides if output == "slides" else project.prose(book, output).chapters
        lines.setdefault("\n".join(_lines(parts)), []).append(output)
    return "".join(f"[{' '.join(outputs)}]\n{seen}\n" for seen, outputs in lines.items())


def _lines(parts: Iterable[Chapter | Slide]) -> Iterable[str]:
    for part in parts:
        number = f"{part.number} " if isinstance(part, Chapter) and part.number else ""
        yield f"# {number}{text(part.title)}"
        yield from (f"{block['t']}: {text([block])}" for block in part.blocks)
        if isinstance(part, Slide):
            yield from (f"source: {text(source)}" for source in part.sources)
            yield from (f"said: {text([block])}" for block in part.notes)
        else:
            yield from (f"note {number}: {text(body)}" for number, body in part.notes)


_PROSE: tuple[Output, ...] = ("pdf", "epub", "web")


def whole_book(folder: Path) -> Book:
    """Return the small publication, cited."""
    return cite(read(copy_book(folder) / "manuscript"))


def test_no_annotation_reaches_a_writer(tmp_path: Path) -> None:
    """After projection no class, attribute or node is left that only annotates."""
    book = whole_book(tmp_path)
    chapters = [chapter for output in _PROSE for chapter in project.prose(book, output).chapters]
    nodes: list[Node] = [n for chapter in chapters for n in walk(
        [*chapter.title, *chapter.blocks, *(block for _, note in chapter.notes for block in note)])]
    nodes += [n for slide in project.deck(book).slides for n in walk([*slide.blocks, *slide.notes])]
    spent = {"content-visible", "content-hidden", "uncited", "embed", "slide", "notes"}
    keys = {"reason", "allow", "when-format", "unless-format", "chart", "data", "source", "long-desc", "alt", "time"}
    assert [n["t"] for n in nodes if spent & set(attr(n).classes) or keys & {k for k, _ in attr(n).keys}] == []
    assert {n["t"] for n in nodes} & {"RawBlock", "RawInline", "Note"} == set()


def test_notes_have_the_same_numbers_everywhere(tmp_path: Path) -> None:
    """A note hidden from one output does not shift the numbers of the others."""
    make(tmp_path, "# A\n\nOne[^1]. [Two[^2].]{.content-visible when-format=pdf} Three[^3].\n\n"
                   "[^1]: a\n\n[^2]: b\n\n[^3]: c\n")
    book = cite(read(tmp_path / "manuscript"))
    assert {output: [n for c in project.prose(book, output).chapters for n, _ in c.notes]
            for output in ("pdf", "epub")} == {"pdf": [1, 2, 3], "epub": [1, 3]}


def test_files_of_an_edition_are_those_that_it_shows(tmp_path: Path) -> None:
    """An edition carries the images that its blocks name, and no other file."""
    book = whole_book(tmp_path)
    assert set(project.prose(book, "epub").files) == set(project.deck(book).files) == {"figures/plan.svg"}


def test_a_link_to_what_an_output_does_not_show_is_an_error(tmp_path: Path) -> None:
    """A reference to a passage that is hidden in the same output is told with its line."""
    hidden = '::: {.content-visible when-format="pdf"}\n[x]{#b}\n\n![c](figures/x.svg){#fig-c alt="d"}\n:::\n'
    make(tmp_path, f"# A\n\nSee [there](#b)\nand [@fig-c].\n\n{hidden}")
    book = read(tmp_path / "manuscript")
    assert {output: [str(found).partition(" — ")[0] for found in project.check(book, output)]
            for output in _PROSE} == {"pdf": []} | {output: [
                f"manuscript/article.md:16: error NZ133: {output}: this leads to “b”, which is not shown there",
                f"manuscript/article.md:17: error NZ133: {output}: this leads to “fig-c”, which is not shown there"]
                for output in ("epub", "web")}


def test_an_abbreviation_that_is_led_to_keeps_its_id(tmp_path: Path) -> None:
    """What is spelled out still stands where its link leads."""
    book = cite(read(make(tmp_path, "# A\n\n[NATO]{.abbr #first} and [it](#first).\n") / "manuscript"))
    (chapter, *_) = project.prose(book, "epub").chapters
    assert [text([node]) for node in walk(chapter.blocks) if attr(node).id == "first"] == [
        "NATO (North Atlantic Treaty Organization)"]


def test_a_note_keeps_the_language_of_the_words_around_its_mark(tmp_path: Path) -> None:
    """A note inside a passage of another language is of that language, wherever it is printed."""
    make(tmp_path, "# A\n\n::: {lang=de}\nWorte[^1].\n:::\n\n[^1]: Eine Notiz.\n")
    ((_, body),) = project.prose(cite(read(tmp_path / "manuscript")), "epub").chapters[0].notes
    assert [attr(node).get("lang") for block in body for node in block["c"]] == ["de"]


def test_what_citeproc_writes_is_in_the_texts_own_language(tmp_path: Path) -> None:
    """The note of a citation says so inside a passage of another language, and needs not anywhere else."""
    make(tmp_path, "# A\n\n[Worte[@smith-2020] und[^1]]{lang=de}. Words[@jones-2021].\n\n[^1]: Eine Notiz.\n")
    notes = project.prose(cite(read(tmp_path / "manuscript")), "pdf").chapters[0].notes
    assert [[attr(node).get("lang") for node in body[0]["c"]][:1] for _, body in notes] == [["en-NZ"], ["de"], [None]]


@pytest.mark.parametrize("output", ["pdf", "epub", "web"])
def test_a_text_without_a_heading_is_refused(output: Output, tmp_path: Path) -> None:
    """Contents and readers find their way by headings, so one is asked for; a talk needs none."""
    book = cite(read(make(tmp_path, 'Words.\n\n::: {.slide #s title="A"}\nwords\n:::\n') / "manuscript"))

    assert [finding.code for finding in project.check(book, output)] == ["NZ126"]
    assert not list(project.check(book, "slides"))


def test_a_heading_hidden_but_for_its_marks_is_refused(tmp_path: Path) -> None:
    """Contents and bookmarks would lead to nothing that can be read; one without words anywhere is told once."""
    hidden = "[words]{.content-hidden when-format=epub}"
    text_ = f"# A\n\n## {hidden}\n\n# [^n]\n\n[^n]: N.\n\n::: {{.slide #s title=\"S\"}}\n## {hidden}\n:::\n"
    book = read(make(tmp_path, text_) / "manuscript")

    found = {output: [(finding.code, finding.where and finding.where.line) for finding in project.check(book, output)]
             for output in OUTPUTS}
    start = next(n for n, line in enumerate(book.text.split("\n"), 1) if line.startswith("## "))
    assert found == {"pdf": [], "epub": [("NZ127", start)], "slides": [], "web": []}


def test_a_talk_without_slides_is_refused(tmp_path: Path) -> None:
    """There is no empty presentation; slides that only other outputs show are none."""
    slide = '::: {.slide #s title="A"}\nwords\n:::\n'
    for text_ in ("# A\n", f'# A\n\n:::: {{.content-hidden when-format="slides"}}\n{slide}::::\n'):
        book = read(make(tmp_path, text_) / "manuscript")
        assert [finding.code for finding in project.check(book, "slides")] == ["NZ601"]
