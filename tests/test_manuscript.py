"""The flagship's manuscript keeps its promises: every claim accounted for, the extent, the talk's length."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nzpub import annotate, project
from nzpub.cite import cite
from nzpub.illustrate import charts, illustrate
from nzpub.model import Book
from nzpub.read import characters, read, read_styles
from nzpub.tree import Node, attr, children, text, walk

FOLDER = Path(__file__).parents[1] / "manuscript"
STATUSES = {"verified", "corrected", "attributed", "opinion", "forecast", "added", "dropped"}
TITLES = ("Introduction: Navigating the Complexities of Global Security",
          "Why New Zealand Isn’t a NATO Member (And What That Means)",
          "The Evolution of the NZ-NATO Relationship",
          "Key Areas of Cooperation Between New Zealand and NATO",
          "New Zealand, NATO, and the Indo-Pacific Region",
          "Balancing Partnership with an Independent Foreign Policy",
          "Looking Ahead: The Future of New Zealand’s Ties with NATO",
          "Conclusion: The Enduring Importance of New Zealand and NATO Working Together")


@cache
def book() -> Book:
    return read(FOLDER)


@cache
def illustrated() -> Book:
    return illustrate(book(), read_styles(FOLDER.parent / "styles", characters(book())))


@cache
def claims() -> tuple[dict[str, str], ...]:
    with (FOLDER / "claims.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def words(nodes: Iterable[Node]) -> int:
    return len([word for word in text(nodes).split() if any(c.isalnum() for c in word)])


def prose() -> list[Node]:
    """Return the paragraphs and lists of the sections: no slide, editor's note, figure, table or heading."""
    parts: list[Node] = []
    for block in book().blocks:
        if attr(block).id == "sec-descriptions":
            break
        parts += _prose_in(block)
    return parts


def _prose_in(block: Node) -> list[Node]:
    if block["t"] in ("Header", "Figure", "Table") or {"slide", "editor-note", "epigraph"} & set(attr(block).classes):
        return []
    if block["t"] == "Div":
        return [part for child in block["c"][1] for part in _prose_in(child)]
    return [block]


def test_the_manuscript_has_nothing_to_report() -> None:
    """Reading and checking the flagship gives no finding, not even a warning."""
    assert [str(finding) for finding in annotate.check(book())] == []


def test_every_claim_is_accounted_for() -> None:
    """All 76 claims stand in order, each with a known status, and with a block or a reason for being dropped."""
    assert [row["claim"] for row in claims()] == [str(n) for n in range(1, 77)]
    assert {row["status"] for row in claims()} <= STATUSES
    assert [row["claim"] for row in claims() if bool(row["block"]) == (row["status"] == "dropped")] == []
    assert [row["claim"] for row in claims() if row["status"] == "dropped" and not row["reason"]] == []


def test_every_claim_stands_where_the_account_says() -> None:
    """The block that carries a claim is in the manuscript, in the section named."""
    homes: dict[str, str] = {}
    section = ""
    for node in walk(book().blocks):
        if node["t"] == "Header" and node["c"][0] == 1:
            section = attr(node).id
        homes[attr(node).id] = section
    assert [(row["claim"], row["block"]) for row in claims()
            if row["block"] and homes.get(row["block"]) != row["section"]] == []


def test_the_note_on_the_text_counts_as_the_account_does() -> None:
    """The numbers of claims that the note on the text gives are those of the account."""
    note = next(text([block]) for block in book().blocks if "p-note-2" in {attr(n).id for n in walk([block])})
    said = {int(number) for number in re.findall(r"\b\d+\b", note)}
    counted = {status: sum(row["status"] == status for row in claims()) for status in STATUSES}
    assert {76, *counted.values()} - said - set(range(1, 13)) == set(), note


def test_the_sections_have_the_titles_of_the_article() -> None:
    """The eight section titles stand as they are."""
    titles = [text(block["c"][2]) for block in book().blocks if block["t"] == "Header" and block["c"][0] == 1]
    assert tuple(titles[:8]) == TITLES


def test_the_text_has_the_length_asked_for() -> None:
    """The prose has 2,600 to 3,200 words, the abstract 120 to 160."""
    assert 2600 <= words(prose()) <= 3200
    assert 120 <= words(book().meta.abstract) <= 160


def test_every_source_is_cited() -> None:
    """The bibliography holds nothing that the text does not cite."""
    cited = {key for block in book().blocks for key in annotate.cited([block])}
    cited |= {key for node in walk(book().blocks) for key in annotate.source_keys(attr(node))}
    assert {str(entry["id"]) for entry in book().references} - cited == set()


def test_every_factual_paragraph_has_a_source() -> None:
    """A paragraph of the sections cites a source, or says why it needs none."""
    bare = []
    for block in book().blocks:
        if attr(block).id == "sec-note":
            break
        bare += [text([part])[:60] for part in _prose_in(block)
                 if "uncited" not in _classes_around(block) and not _supported(part)]
    assert bare == []


def _classes_around(block: Node) -> set[str]:
    return {name for node in walk([block]) if node["t"] == "Div" for name in attr(node).classes}


def _supported(part: Node) -> bool:
    own = [key for key in annotate.cited([part]) if not annotate.is_cross_reference(key)]
    return bool(own) or any("uncited" in attr(n).classes for n in walk([part]) if n["t"] == "Span") or not text(
        children(part))


def test_the_talk_takes_the_time_it_has() -> None:
    """The slides' times add up to the talk's minutes, every slide has notes, and they fit their time when spoken."""
    deck = project.deck(cite(illustrated()))
    assert sum(slide.seconds or 0 for slide in deck.slides) == 60 * (book().meta.talk_minutes or 0)
    assert 14 <= len(deck.slides) - 2 <= 15
    rates = {slide.id: words(slide.notes) / (slide.seconds or 1) * 60 for slide in deck.slides}
    assert {ident: rate for ident, rate in rates.items() if not 110 <= rate <= 150} == {}  # words a minute, spoken


def test_the_committed_drawings_are_current() -> None:
    """The SVG beside the text is what the build draws; `./inv figures` refreshes it."""
    drawn = illustrated().files
    assert [name for name in charts(book()) if (FOLDER / name).read_bytes() != drawn[name]] == []
