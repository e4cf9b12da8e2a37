"""What the handout has to say: the title, then slide by slide what is shown, its facts, and what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from nzpub.checks.expect import Walker, day, outline, print_metadata, source_line
from nzpub.checks.foretold import painting, said
from nzpub.checks.passage import Passage, Piece, passage
from nzpub.checks.readback import pdf
from nzpub.furniture import words
from nzpub.model import Deck, Slide
from nzpub.tree import header, para

_MINUTE = 60


def expect(deck: Deck) -> tuple[Passage, ...]:
    """Return what the handout of *deck* has to say: metadata, attached files, outline, the pages' text."""
    meta, name = deck.meta, words(deck.meta.lang)["handout"]
    own = replace(meta, title=f"{meta.title}: {name}", identifier=f"{meta.identifier}#handout")
    printed = [_said("title", meta.title), _said("paragraph", f"{name}, {', '.join(meta.authors)}, {day(meta)}"),
               *(each for number, slide in enumerate(deck.slides, 1) for each in _slide(slide, number, deck))]
    headings = [each for each in printed if each.kind.startswith("heading")]
    return (*print_metadata(replace(deck, meta=own)), *outline(headings), *printed)


def _said(kind: str, value: str) -> Passage:
    return passage(kind, [Piece(value, {})])


def _slide(slide: Slide, number: int, deck: Deck) -> Iterator[Passage]:
    lang = deck.meta.lang
    walker = Walker("", lang, deck.files, slide.line, drawing=said, painting=painting)
    yield from walker.blocks([header(1, slide.title), *slide.blocks])
    yield _said("paragraph", f"{words(lang)['slide']} {number}")
    if slide.seconds:
        yield _said("paragraph", _duration(slide.seconds))
    if slide.sources:
        yield from walker.blocks([para(source_line(slide, deck.meta))])
    yield from walker.blocks(slide.notes)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, _MINUTE)
    return " ".join([*([f"{minutes} min"] if minutes else ()), *([f"{rest} s"] if rest else ())])


def settle(expected: tuple[Passage, ...],
           found: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Return both sides as print has them; the pages' foot has the handout's title and what it is."""
    foot = Counter(pdf.letters(next(each.text for each in expected if each.kind == "title").replace(": ", "")))
    return pdf.settle(expected, tuple(_without(foot, each) for each in found))


def _without(foot: Counter[str], each: Passage) -> Passage:
    """Return *each*, if it is words in a margin, without the letters of the *foot*."""
    letters = Counter(each.prose)
    return replace(each, prose="".join(sorted((letters - foot).elements()))) \
        if each.kind == "margin" and foot <= letters else each
