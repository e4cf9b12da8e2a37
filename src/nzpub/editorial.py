"""The editorial pass: what a good copy editor would ask, each rule with its code.

All of it are warnings. ``{allow="NZ501" reason="…"}`` on a div, span, slide, heading or figure silences a rule on it
and inside it; what is about the metadata is silenced by their field ``allow``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from nzpub.annotate import (
    ASIDES,
    EDITORIAL,
    LAYOUTS,
    Visit,
    Visits,
    allowed,
    cited,
    is_cross_reference,
    seconds,
    source_keys,
    visits,
)
from nzpub.errors import Finding, Place
from nzpub.model import Book
from nzpub.tree import Node, attr, rewrite, text, walk

SPOKEN_WORDS_PER_MINUTE = 150      # a lively lecturer; the usual range is 110 to 150
# What a layout holds and the back row still reads, in words without title and sources
_SLIDE_WORDS = {"": 50, "title": 30, "statement": 35, "figure": 25, "columns": 70, "timeline": 60, "quotation": 45,
                "close": 45}
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_PASTED = re.compile(r"[\"']|^[.,;!?](?![\d.])")
_SMALL = frozenset(("a", "an", "and", "as", "at", "by", "for", "in", "is", "of", "on", "the", "to", "with"))
_MIN_NAME = 6                      # letters; shorter names differ by one letter too often


def check(book: Book) -> tuple[Finding, ...]:
    """Return the warnings that *book* earns, less those that it allows itself with a reason."""
    seen = visits(book)
    doubts = tuple(doubt for rule in _RULES for doubt in rule(book, seen))
    return (*(doubt.finding for doubt in doubts if not _is_allowed(doubt, book)), *_idle(book, seen, doubts))


class Doubt(NamedTuple):
    """A warning, and what it is about: a node, or else the metadata or their entry *name*."""

    finding: Finding
    visit: Visit | None = None
    name: str = ""


Rule = Callable[[Book, Visits], Iterator[Doubt]]


def _doubt(code: str, message: str, hint: str, visit: Visit) -> Doubt:
    return Doubt(Finding(code, "warning", message, visit.where, hint), visit)


def _about(where: Place, code: str, message: str, hint: str, name: str = "") -> Doubt:
    """Return a doubt about the metadata or what they name."""
    return Doubt(Finding(code, "warning", message, where, hint), None, name)


def _field(book: Book, field: str) -> Place:
    return Place(book.source, book.meta.lines.get(field))


def _is_allowed(doubt: Doubt, book: Book) -> bool:
    code = doubt.finding.code
    return code in doubt.visit.allow if doubt.visit else not book.meta.allow.keys().isdisjoint(_entries(doubt))


def _entries(doubt: Doubt) -> set[str]:
    """Return what the metadata's ``allow`` may call a doubt about them: its rule, or its rule and name."""
    return {doubt.finding.code, f"{doubt.finding.code} {doubt.name}"}


def _idle(book: Book, seen: Visits, doubts: Iterable[Doubt]) -> Iterator[Finding]:
    """NZ513: a rule silenced where it has nothing to say."""
    doubts = tuple(doubts)
    about = {(doubt.finding.code, id(doubt.visit.node)) for doubt in doubts if doubt.visit}
    named = {name for doubt in doubts if not doubt.visit for name in _entries(doubt)}
    idle = [(code, visit.where) for visit in seen for code in allowed(visit.attr)
            if code in EDITORIAL and not any((code, id(node)) in about for node in walk([visit.node]))]
    idle += [(entry, _field(book, f"allow.{entry}")) for entry in book.meta.allow if entry not in named]
    for code, where in idle:
        if code != "NZ501" or book.references:          # without sources that rule is not asked
            yield Finding("NZ513", "warning", f"nothing here needs “{code}” silenced", where, "take it out of allow")


def _is_prose(visit: Visit) -> bool:
    return "slide" not in visit.inside and "slide" not in visit.attr.classes


def _uncited(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ501: a factual paragraph cites no source."""
    if not book.references:
        return
    for visit in seen:
        if visit.node["t"] != "Para" or not _is_prose(visit) or visit.inside & {"uncited", *ASIDES} or visit.depth:
            continue
        sources = [key for key in cited([visit.node]) if not is_cross_reference(key)]
        marked = any("uncited" in attr(node).classes for node in walk([visit.node]))
        if not sources and not marked and text([visit.node]):
            yield _doubt("NZ501", f"“{_first_words(visit.node)}…” cites no source",
                         'cite one, or mark it {.uncited reason="…"}', _excused(visit))


def _excused(paragraph: Visit) -> Visit:
    """Return the visit of words of *paragraph* that are allowed to cite nothing, as its own if there are none."""
    span = next((node for node in walk([paragraph.node]) if "NZ501" in allowed(attr(node))), paragraph.node)
    return paragraph._replace(node=span, allow=paragraph.allow.union(allowed(attr(span))))


def _first_words(node: Node) -> str:
    return " ".join(text([node]).split()[:6])


def _never_cited(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ502: a source that nothing cites."""
    used = {key for visit in seen for key in (*source_keys(visit.attr), *_own_citations(visit.node))}
    used |= set(cited(book.meta.abstract))
    file = f"{book.source.rpartition('/')[0]}/{book.meta.bibliography}"
    for key in (str(entry["id"]) for entry in book.references):
        if key not in used:
            yield _about(Place(file, book.entries.get(key)), "NZ502", f"the source “{key}” is never cited",
                         "cite it, or take it out", key)


def _own_citations(node: Node) -> Iterable[str]:
    return [citation["citationId"] for citation in node["c"][0]] if node["t"] == "Cite" else []


def _abbreviations(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ503: an abbreviation that is used before it is marked, or never marked."""
    marked = {text([node]) for node in walk(book.meta.abstract) if "abbr" in attr(node).classes}
    asked: set[str] = set()
    for visit in seen:
        if "abbr" in visit.attr.classes:
            marked.add(text([visit.node]))
        elif visit.node["t"] == "Str" and _is_prose(visit) and "abbr" not in visit.inside:
            for short in _WORD.findall(visit.node["c"]):
                if short in book.meta.glossary and short not in marked | asked and not visit.heading:
                    asked.add(short)
                    yield _doubt("NZ503", f"“{short}” is used before it is spelled out",
                                 f"write [{short}]{{.abbr}} here", visit)
    for short in book.meta.glossary:
        if short not in marked | asked:
            yield _about(_field(book, f"glossary.{short}"), "NZ503", f"“{short}” in the glossary is never used",
                         "mark its first use, or take it out", short)


def _unmentioned(_book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ504: a figure that the text never mentions."""
    mentioned = {key for visit in seen if visit.node["t"] == "Cite" for key in _own_citations(visit.node)}
    for visit in seen:
        if visit.node["t"] == "Figure" and visit.attr.id and visit.attr.id not in mentioned:
            name = visit.attr.id if is_cross_reference(visit.attr.id) else "fig-…"
            hint = f"write [@{name}]" if name == visit.attr.id else f"call it {name}, and write [@{name}]"
            yield _doubt("NZ504", f"the figure “{visit.attr.id}” is never mentioned", hint, visit)


def _levels(_book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ505: a heading more than one level below the one before it."""
    last: int | None = None
    for visit in seen:
        if visit.node["t"] == "Header" and _is_prose(visit):
            level = visit.node["c"][0]
            if last is not None and level > last + 1:
                yield _doubt("NZ505", f"this heading skips from level {last} to level {level}",
                             f"write {'#' * (last + 1)}", visit)
            last = level


def _pasted(_book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ506: straight quotes, a space before a full stop, or a small word twice, left over from pasting."""
    word, before = "", ""
    for visit in seen:
        kind, words = visit.node["t"], str(visit.node.get("c"))
        if kind == "Str":
            mark = found.group() if (found := _PASTED.search(words)) else ""
            if mark and mark in "\"'":
                yield _doubt("NZ506", f"“{words}” has a straight quotation mark", _TYPE, visit)
            elif mark and before in ("Space", "SoftBreak"):
                shown = f"{word} {words}" if before == "Space" else words
                yield _doubt("NZ506", f"“{shown}” has a space before its mark", _TYPE, visit)
            elif words in _SMALL and words == word and before in ("Space", "SoftBreak"):
                yield _doubt("NZ506", f"“{words}” stands here twice", "take one out", visit)
            word = words
        before = kind


_TYPE = "type it as the text around it has it"


def _spellings(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ507: a word that ``spellings`` wants written otherwise, its macrons, hyphens and case aside."""
    wanted = {_bare(word): word for word in book.meta.spellings}
    for visit in seen:
        if visit.node["t"] == "Str":
            for word in _WORD.findall(visit.node["c"]):
                right = wanted.get(_bare(word))
                if right is not None and word.casefold() != right.casefold():
                    yield _doubt("NZ507", f"“{word}” is to be written “{right}”", "correct it", visit)


def _bare(word: str) -> str:
    """Return *word* in small letters without accents, hyphens and apostrophes."""
    letters = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in letters if letter.isalpha())


def _names(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ509: two names that differ by one letter, an accent or the case of their letters."""
    first: dict[str, Visit] = {}
    count: Counter[str] = Counter()
    before: Node = {"t": "Start"}
    for visit in seen:
        if visit.node["t"] == "Str":
            for word in _WORD.findall(visit.node["c"]):
                if word[0].isupper() and before["t"] == "Space" and not visit.heading:
                    first.setdefault(word, visit)
                    count[word] += 1
        before = visit.node
    told = {_bare(word) for word in book.meta.spellings}                 # by NZ507
    for one, other in combinations(sorted(first), 2):
        if _same_name(one, other) and _bare(one) not in told:
            rare, usual = sorted((one, other), key=lambda word: (count[word], word))
            yield _doubt("NZ509", f"“{rare}” looks like another spelling of “{usual}”", "keep one of them", first[rare])


def _same_name(one: str, other: str) -> bool:
    """Return whether two words differ in accents or case alone, or in one letter that is neither first nor last."""
    if _bare(one) == _bare(other):
        return True
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return len(shorter) >= _MIN_NAME and len(longer) == len(shorter) + 1 and any(
        longer[:n] + longer[n + 1:] == shorter for n in range(1, len(longer) - 1))


def _slides(_book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ510: a slide with more words than its layout holds."""
    for visit in seen:
        if "slide" not in visit.attr.classes:
            continue
        shown = [child for child in visit.node["c"][1] if "notes" not in attr(child).classes]
        layouts = (name.removeprefix("layout-") for name in visit.attr.classes)
        layout = next((name for name in layouts if name in LAYOUTS), "")
        if (count := _count(shown)) > _SLIDE_WORDS[layout]:
            yield _doubt("NZ510", f"this slide has {count} words; its layout holds {_SLIDE_WORDS[layout]}",
                         "say the rest in its notes", visit)


def _speech(_book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ511: notes that take longer than their slide's time."""
    for visit in seen:
        if "notes" not in visit.attr.classes or not (given := seconds(visit.attr)):
            continue
        count = _count(visit.node["c"][1])
        needed = round(count / SPOKEN_WORDS_PER_MINUTE * 60)
        if needed > given:
            yield _doubt("NZ511", f"the notes have {count} words, {needed} s when spoken; the slide has {given} s",
                         "cut them, or give them more time", visit)


def _count(nodes: Iterable[Node]) -> int:
    """Return the number of words of *nodes* as an audience meets them: no marks, no alternative text."""
    shown = rewrite(nodes, lambda node: () if node["t"] in ("Cite", "Note", "Image") else (node,))
    return sum(any(c.isalnum() for c in word) for word in text(shown).split())


def _duration(book: Book, seen: Visits) -> Iterator[Doubt]:
    """NZ512: the slides' times do not add up to the talk's."""
    given = [time for visit in seen if (time := seconds(visit.attr))]
    if book.meta.talk_minutes and given and sum(given) != 60 * book.meta.talk_minutes:
        yield _about(_field(book, "talk-minutes"), "NZ512", f"the notes' times add up to {sum(given)} s; the talk has "
                     f"{60 * book.meta.talk_minutes} s", "change the times, or talk-minutes")


_RULES: tuple[Rule, ...] = (_uncited, _never_cited, _abbreviations, _unmentioned, _levels, _pasted, _spellings, _names,
                            _slides, _speech, _duration)
