"""What an edition says is what the manuscript says is for it; whatever `project` does wrong is seen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from manuscripts import Made, books

from nzpub import project
from nzpub.checks import membership
from nzpub.cite import cite
from nzpub.illustrate import illustrate
from nzpub.model import OUTPUTS, Book, Deck, Edition, Output
from nzpub.read import characters, read, read_styles
from nzpub.tree import BLOCKS, Node, attr, is_node, text
from publication import BOOK, make

ROOT = Path(__file__).parents[1]
STYLES = ("chicago-notes-bibliography", "apa")       # one that writes notes, one that writes into the text
MUTANTS = 150                                        # of each publication
chance = settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))


@cache
def publication(root: Path) -> tuple[Book, Book]:
    """Return the publication in *root* as it was read, and cited."""
    book = read(root / "manuscript")
    return book, cite(illustrate(book, read_styles(ROOT / "styles", characters(book))))


def edition(book: Book, output: Output) -> Edition | Deck:
    return project.deck(book) if output == "slides" else project.prose(book, output)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("root", [ROOT, BOOK], ids=["flagship", "book"])
def test_nothing_is_found_in_a_sound_edition(root: Path, output: Output) -> None:
    """What `project` makes of the two publications is what they say."""
    book, cited = publication(root)
    assert membership.check(book, edition(cited, output)) == ()


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_found_in_the_edition_of_any_manuscript(style: str) -> None:
    """So it is with whatever the vocabulary allows, in a style of either kind."""
    @chance
    @given(books())
    def holds(made: Made) -> None:
        book = replace(made.book, meta=replace(made.book.meta, citation_style=style))
        cited = cite(book)
        assert [str(f) for output in OUTPUTS for f in membership.check(book, edition(cited, output))] == []

    holds()


MANUSCRIPT = """
# One

Everyone reads this. [Only on paper is this.]{.content-visible when-format="pdf"}

::: {.content-hidden when-format="epub web"}
Neither a screen nor an e-reader has this.
:::

A last paragraph.[^1]

[^1]: A note below it.

::: {.slide #s title="A claim"}
What is shown.

::: {.notes time="10"}
What is said.
:::
:::
"""
FAULTS: tuple[tuple[str, Callable[..., Any], dict[Output, set[str]]], ...] = (
    ("_is_for", lambda *_: True, {"epub": {"NZ727"}, "web": {"NZ727"}}),
    ("_is_for", lambda *_: False, {"pdf": {"NZ721"}}),
    ("_is_slide", lambda _: False, {"pdf": {"NZ727"}, "epub": {"NZ727"}, "web": {"NZ727"}, "slides": {"NZ721"}}),
    ("_sections", lambda *_: iter(()), {"pdf": {"NZ721"}, "epub": {"NZ721"}, "web": {"NZ721"}}),
)


@pytest.mark.parametrize(("name", "fault", "expected"), FAULTS, ids=["leak", "loss", "slide in print", "no text"])
def test_a_fault_of_the_projection_is_seen(name: str, fault: Callable[..., Any], expected: dict[Output, set[str]],
                                           tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one output should have is missing, or what another has shows up: each is named for what it is."""
    book = read(make(tmp_path, MANUSCRIPT) / "manuscript")
    cited = cite(book)
    monkeypatch.setattr(project, name, fault)

    found = {o: {f.code for f in membership.check(book, edition(cited, o))} for o in expected}

    assert {output: expected[output] <= codes for output, codes in found.items()} == dict.fromkeys(expected, True)


def test_what_is_missing_is_named_at_its_line(tmp_path: Path) -> None:
    """The message has the words and the place where the author wrote them."""
    book = read(make(tmp_path, MANUSCRIPT) / "manuscript")
    whole = project.prose(cite(book), "pdf")
    chapter = whole.chapters[0]
    cut = replace(whole, chapters=(replace(chapter, blocks=chapter.blocks[:-1]),))

    (finding,) = membership.check(book, cut)

    assert (finding.code, "A last paragraph" in finding.message) == ("NZ721", True)
    assert book.text.split("\n")[(finding.where.line if finding.where and finding.where.line else 0) - 1] == (
        "A last paragraph.[^1]")


# --- mutants ----------------------------------------------------------------------------------------


def _changes(nodes: list[Any], chance_: random.Random) -> Iterator[tuple[str, list[Any]]]:
    """Yield ways to spoil a list of blocks that has at least one with words of its own."""
    at = chance_.choice([n for n, node in enumerate(nodes) if _says(node)])
    yield "deleted", [*nodes[:at], *nodes[at + 1:]]
    yield "doubled", [*nodes[:at + 1], *nodes[at:]]
    yield "leaked", [*nodes[:at], {"t": "Para", "c": [{"t": "Str", "c": "Intruder"}]}, *nodes[at:]]
    later = next((n for n in range(at + 1, len(nodes)) if _says(nodes[n]) and text([nodes[n]]) != text([nodes[at]])), 0)
    if later:
        swapped = [*nodes]
        swapped[at], swapped[later] = swapped[later], swapped[at]
        yield "swapped", swapped


def _says(node: Any) -> bool:
    return is_node(node) and node["t"] in BLOCKS and any(c.isalnum() for c in membership._plain([node]))


def _lists(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each list of blocks in *value* that has words."""
    if isinstance(value, list | tuple):
        if any(_says(part) for part in value):
            yield at
        for n, part in enumerate(value):
            yield from _lists(part, (*at, n))
    elif is_node(value) and "c" in value and not membership._FURNITURE & set(attr(value).classes):
        yield from _lists(value["c"], (*at, "c"))


def _at(value: Any, way: tuple[Any, ...]) -> Any:
    return value if not way else _at(value[way[0]], way[1:])


def _with(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    inner = _with(value[way[0]], way[1:], new)
    if isinstance(value, dict):
        return {**value, way[0]: inner}
    return [inner if n == way[0] else part for n, part in enumerate(value)]


def _mutants(whole: Edition | Deck, chance_: random.Random) -> Iterator[tuple[str, Edition | Deck]]:
    holders: tuple[Any, ...] = whole.slides if isinstance(whole, Deck) else tuple(
        chapter for chapter in whole.chapters if chapter.role == "section")
    while True:
        holder = chance_.choice(holders)
        ways = list(_lists(list(holder.blocks)))
        if not ways:
            continue
        way = chance_.choice(ways)
        for what, nodes in _changes(_at(list(holder.blocks), way), chance_):
            blocks: tuple[Node, ...] = tuple(_with(list(holder.blocks), way, nodes))
            spoilt = replace(holder, blocks=blocks)
            field = "slides" if isinstance(whole, Deck) else "chapters"
            now = tuple(spoilt if each is holder else each for each in getattr(whole, field))
            yield what, replace(whole, **{field: now})  # type: ignore[arg-type]


def test_every_mutant_of_an_edition_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever block is deleted, doubled, swapped or put in is seen, in every output of both publications."""
    missed, total = [], 0
    for root in (ROOT, BOOK):
        book, cited = publication(root)
        for output in OUTPUTS:
            made = _mutants(edition(cited, output), random.Random(20261127))  # noqa: S311 (no secret)
            for _, (what, mutant) in zip(range(MUTANTS // len(OUTPUTS)), made, strict=False):
                total += 1
                if not membership.check(book, mutant):
                    missed.append(f"{root.name} {output}: {what}")
    with capsys.disabled():
        print(f"\neditions: mutants caught: {total - len(missed)} of {total}")  # noqa: T201 (the figure is asked for)
    assert missed == []
