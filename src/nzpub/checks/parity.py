"""What the outputs say is what the manuscript says: each output read back and held against its edition.

NZ720 the output cannot be read          NZ725 intruding: neither manuscript nor furniture
NZ721 missing                            NZ726 another picture, or another description of it
NZ722 doubled                            NZ727 a leak: annotation syntax, an internal id, a comment
NZ723 cut, or otherwise other words      NZ728 the words are right, but not what is said of them:
NZ724 moved                                    language, link, emphasis, place in a list or table, id
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from nzpub.checks import expect, expect_handout, expect_pptx, expect_web, trace
from nzpub.checks.painted import ANY, changed
from nzpub.checks.passage import PICTURE, Mark, Passage
from nzpub.checks.readback import epub, pdf, pptx, revealjs, web
from nzpub.errors import FAULT, Finding, Place
from nzpub.model import Artifact, Deck, Edition

_LEAKS = re.compile(
    r"\[-?@[\w:.-]+|(?<![\w@])@(?:fig|sec|tbl)-[\w-]+"                       # a citation, a cross-reference
    r"|\[\^[^\]\s]+\]|\^\[|:::"                                              # a note's mark, a div's fence
    r"|\{[.#][A-Za-z][\w-]*[^{}]*\}|\{[^{}]*\b(?:when-format|unless-format|lang|dir|reason|allow|alt|title|time|source"
    r"|long-desc|chart|data|width|height)=[^{}]*\}"                          # attributes
    r"|<!--|-->|\?\?\?|\bnzpub-\w+")
# They repeat headings, and have a formula in its source form and code as words.
_REPEATS = (("doc-toc",), ("landmarks",), ("nav",), ("contents",))
_HEAD = re.compile(r"heading \d+\.\d+")     # a step of the path: a head cell of a table
_WORDS = 60                     # characters of a passage that a message shows
_BORNE = ("comment", "attribute")
_ALIKE = 0.5                    # two passages in each other's place are one that was changed
_MOST = 60                      # findings an output may give: more say nothing new


Passages = tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How an output is read back and what it is expected to say."""

    name: str                                             # as messages call it
    read: Callable[[bytes], tuple[Passage, ...]]
    expect: Callable[[Any], tuple[Passage, ...]]
    settle: Callable[[Passages, Passages], tuple[Passages, Passages]] = (
        lambda expected, found: (expected, found))        # what brings both sides to the same form


READINGS: Mapping[str, Reading] = {
    "pdf": Reading("PDF", pdf.read, expect.pdf, pdf.settle),
    "epub": Reading("EPUB", epub.read, expect.epub),
    "revealjs": Reading("slides", revealjs.read, expect.revealjs),
    "pptx": Reading("PowerPoint", pptx.read, expect_pptx.expect, expect_pptx.settle),
    "handout": Reading("handout", pdf.read, expect_handout.expect, expect_handout.settle),
    "web": Reading("front page", web.read, expect_web.expect, expect_web.settle),
}


def check(artifact: Artifact, edition: Edition | Deck) -> tuple[Finding, ...]:
    """Return a finding for each difference between what *artifact* says and what *edition* does."""
    reading = READINGS[artifact.format]
    name, content = next(iter(artifact.files.items()))
    try:
        found = reading.read(content)
    except ValueError as error:
        return (Finding("NZ720", "error", f"{name} cannot be read back: {error}", Place(edition.source),
                        "this is a fault of the program: report it", outputs=(reading.name,)),)
    expected = reading.expect(edition)
    found, pages = _pages(found, reading.name, edition.source)
    labels = set(_column_names(expected))
    rest = tuple(each for each in found if each.kind != "label" or _letters(each.text) not in labels)
    expected, found = reading.settle(expected, rest)
    return (*pages, *compare(expected, found, reading.name, edition.source),
            *_leaks(expected, found, reading.name, edition.source))


def _column_names(expected: Iterable[Passage]) -> Iterator[str]:
    """Yield the letters of each head of a column, which its cells may be labelled with."""
    for head, passages in groupby(expected, lambda each: next(filter(_HEAD.match, each.path), "")):
        if head:
            yield _letters("".join(each.text for each in passages))


def traced(findings: Iterable[Finding], artifact: Artifact, edition: Edition | Deck) -> tuple[Finding, ...]:
    """Return *findings* about the file of *artifact*, each at the line of the slide or words it is about, if known."""
    findings = tuple(findings)
    if not findings:
        return ()
    slides = trace.slide_lines(edition) if isinstance(edition, Deck) else {}
    passages, file = READINGS[artifact.format].expect(edition), next(iter(artifact.files))
    return tuple(trace.traced(finding, passages, slides, edition.source, file) for finding in findings)


def compare(expected: Sequence[Passage], found: Sequence[Passage], output: str, source: str) -> tuple[Finding, ...]:
    """Return what happened to the *expected* passages in *output*, in the manuscript's order; () if nothing did."""
    judge = _Judge(expected, found, output, source)
    findings = tuple(judge.findings())
    if len(findings) <= _MOST:
        return findings
    rest = Finding("NZ720", "error", f"{len(findings) - _MOST} more differences", Place(source),
                   "put right the ones above first", outputs=(output,))
    return (*findings[:_MOST], rest)


class _Judge:
    """Aligns both sides and names each difference."""

    def __init__(self, expected: Sequence[Passage], found: Sequence[Passage], output: str, source: str) -> None:
        self._expected, self._found, self._output, self._source = expected, found, output, source
        self._pairs: list[tuple[Passage, Passage]] = []
        self._missing: list[Passage] = []
        self._strange: list[tuple[Passage, int | None]] = []      # with the line that it is told at
        self._moved: Counter[tuple[str, str]] = Counter()

    def findings(self) -> Iterator[Finding]:
        """Yield what is missing, moved, doubled or strange; then, passage by passage, what differs."""
        self._align()
        places = [*self._misplaced(), *self._surplus()]
        shifted = {passage.part for passage in (*self._missing, *(passage for passage, _ in self._strange))}
        yield from places
        for expected, found in self._pairs:
            yield from self._differences(expected, found, shifted=expected.part in shifted)

    def _misplaced(self) -> Iterator[Finding]:
        """Yield a finding for each passage that is not in its place: it is missing, or it is in another."""
        surplus = Counter(_key(passage) for passage, _ in self._strange)
        for passage in self._missing:
            if surplus[_key(passage)]:
                surplus[_key(passage)] -= 1
                self._moved[_key(passage)] += 1
                yield self._finding("NZ724", passage, passage.line, "stands in another place", "")
            else:
                code = "NZ726" if passage.text == PICTURE else "NZ721"
                yield self._finding(code, passage, passage.line, "is missing", "")

    def _surplus(self) -> Iterator[Finding]:
        """Yield a finding for each passage too many that was not moved there."""
        known = {_key(passage): passage for passage in reversed(self._expected)}
        moved = Counter(self._moved)
        for passage, line in self._strange:
            if moved[_key(passage)]:
                moved[_key(passage)] -= 1
            elif (twin := known.get(_key(passage))) is not None:
                yield self._finding("NZ722", passage, twin.line, "stands there twice", "")
            else:
                code = "NZ727" if passage.kind in _BORNE else "NZ725"
                yield self._finding(code, passage, line, "does not belong there", "")

    def _align(self) -> None:
        expected, found = self._expected, self._found
        keys = [_key(passage) for passage in expected], [_key(passage) for passage in found]
        if keys[0] == keys[1]:
            self._pairs = list(zip(expected, found, strict=True))
            return
        for tag, i, j, k, m in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            if tag == "equal":
                self._pairs += zip(expected[i:j], found[k:m], strict=True)
            else:
                lines = [each.line for each in (*expected[max(i - 1, 0):i], *expected[i:i + 1])] or [None]
                self._part(expected[i:j], found[k:m], lines)

    def _part(self, expected: Sequence[Passage], found: Sequence[Passage], around: Sequence[int | None]) -> None:
        """Pair the passages that are alike; what is left is missing, or strange.

        What is strange is told at the first of the lines *around* it; an attribute or a comment, which is read
        before the block that bears it, at the last.
        """
        rest = list(found)
        for passage in expected:
            twin = next((other for other in rest if _alike(passage, other)), None)
            if twin is None:
                self._missing.append(passage)
            else:
                rest.remove(twin)
                self._pairs.append((passage, twin))
        self._strange += [(passage, around[-1 if passage.kind in _BORNE else 0]) for passage in rest]

    def _differences(self, expected: Passage, found: Passage, *, shifted: bool) -> Iterator[Finding]:
        """Yield what differs between two passages; where others are *shifted*, counts in lists say nothing."""
        if expected.text != found.text:
            what = "is cut" if len(found.text) < len(expected.text) else "has other words"
            yield self._finding("NZ723", expected, expected.line, what, _first_difference(expected.text, found.text))
            return
        for code, what, detail in _said_of(expected, found, shifted=shifted):
            yield self._finding(code, expected, expected.line, what, detail)

    def _finding(self, code: str, passage: Passage, line: int | None, what: str, detail: str) -> Finding:
        message = f"{_named(passage)} {what}{f': {detail}' if detail else ''}"
        part = f"{self._output}, {passage.part}" if passage.part else self._output
        return Finding(code, "error", message, Place(self._source, line), _HINTS[code], outputs=(part,))


_HINTS = dict.fromkeys(("NZ721", "NZ722", "NZ723", "NZ724", "NZ725", "NZ728"), FAULT) | {
    "NZ726": "build again; if it stays so, report it", "NZ727": "if it is meant as text, write it as code: `…`"}


def _key(passage: Passage) -> tuple[str, str]:
    return passage.kind, passage.text


def _alike(expected: Passage, found: Passage) -> bool:
    if expected.text == found.text:
        return True
    if not expected.text or not found.text or PICTURE in (expected.text, found.text):
        return False
    if expected.text.startswith(found.text) or expected.text.endswith(found.text):
        return True
    matcher = SequenceMatcher(None, expected.text, found.text)
    return matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE


def _first_difference(expected: str, found: str) -> str:
    """Return the words around the first place where *found* differs."""
    shorter = min(len(expected), len(found))
    at = next((n for n in range(shorter) if expected[n] != found[n]), shorter)
    start = max(0, expected.rfind(" ", 0, max(0, at - 10)) + 1)
    end = at + _WORDS // 2
    return f"“{_short(found[start:end]) or '…'}” in the place of “{_short(expected[start:end]) or '…'}”"


def _said_of(expected: Passage, found: Passage, *, shifted: bool) -> Iterator[tuple[str, str, str]]:
    """Yield code, sentence and detail of what differs beside the words."""
    pictures = _of(expected, "picture"), _of(found, "picture")
    if pictures[0] != pictures[1]:
        yield "NZ726", "has another picture or description", _lists(*pictures)
    elif lost := _repainted(_of(expected, "painting"), _of(found, "painting")):
        yield "NZ726", "shows another drawing", lost
    others = tuple([mark for mark in each.marks if mark.kind not in ("picture", "painting")]
                   for each in (expected, found))
    if others[0] != others[1]:
        yield "NZ728", "has another language, link or emphasis", _lists(*others)
    if expected.kind != found.kind or (expected.path != found.path and not shifted):
        where = (expected.kind, *expected.path), (found.kind, *found.path)
        yield "NZ728", "stands in something else", f"{' in '.join(where[1][::-1])}, not {' in '.join(where[0][::-1])}"
    if expected.ids != found.ids:
        yield "NZ728", "has another id", f"{' '.join(found.ids) or 'none'}, not {' '.join(expected.ids) or 'none'}"


def _of(passage: Passage, kind: str) -> list[Mark]:
    return [mark for mark in passage.marks if mark.kind == kind]


def _repainted(expected: Sequence[Mark], found: Sequence[Mark]) -> str:
    """Return what is painted otherwise in the pictures of a passage, "" if nothing is or it could not be foretold."""
    if len(expected) == len(found):
        return next(filter(None, (changed(meant.value, seen.value)
                                  for meant, seen in zip(expected, found, strict=True))), "")
    return "" if ANY in (mark.value for mark in expected) else f"{len(found)} pictures, not {len(expected)}"


def _lists(expected: Sequence[Mark], found: Sequence[Mark]) -> str:
    """Return what only one of two lists of marks has, or that their order differs."""
    lost, new = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    parts = [*(f"lost {_mark(mark)}" for mark in lost), *(f"new {_mark(mark)}" for mark in new)]
    return "; ".join(parts[:4]) or "in another order"


def _mark(mark: Mark) -> str:
    words = "" if mark.words == PICTURE else f" on “{_short(mark.words)}”"
    return f"{mark.kind}{f' “{mark.value}”' if mark.value else ''}{words}"


def _named(passage: Passage) -> str:
    """Return a passage as messages name it: what it is and how it begins."""
    place = f" in {passage.path[-1]}" if passage.path else ""
    return f"the {passage.kind}{place} “{_short(passage.text)}”"


def _short(text: str) -> str:
    text = text.replace(PICTURE, "[picture]")
    return text if len(text) <= _WORDS else f"{text[:_WORDS].rsplit(' ', 1)[0]}…"


# --- pages ------------------------------------------------------------------------------------------


def _pages(found: Sequence[Passage], output: str, source: str) -> tuple[tuple[Passage, ...], tuple[Finding, ...]]:
    """Return *found* without page numbers and the list of them, and a finding if the two do not agree."""
    marks = [passage for passage in found if passage.kind == "page"]
    listed = [passage for passage in found if passage.path[:1] == ("doc-pagelist",)]
    rest = tuple(passage for passage in found if passage not in marks and passage not in listed)
    numbers = [passage.text for passage in marks]
    dead = [mark.value for passage in listed for mark in passage.marks if mark.value.startswith("nowhere")]
    whole = numbers == [passage.text for passage in listed] and all(number.isdecimal() for number in numbers)
    if whole and not dead and sorted(numbers, key=int) == numbers:
        return rest, ()
    return rest, (Finding("NZ728", "error", "the list of pages is not that of the pages in the text",
                          Place(source), FAULT, outputs=(output,)),)


def _letters(text: str) -> str:
    """Return what a label, seen where a table is set narrow, has in common with its column's heading."""
    return "".join(c for c in text if c.isalpha())


# --- leaks ------------------------------------------------------------------------------------------


def _leaks(expected: Iterable[Passage], found: Iterable[Passage], output: str, source: str) -> Iterator[Finding]:
    """Yield a finding for each piece of annotation syntax and each internal id that *found* prints as text."""
    lines = {_key(passage): passage.line for passage in expected}
    idents = {ident for passage in found for ident in passage.ids if ident.startswith(("fig-", "sec-", "tbl-"))}
    for passage in found:
        if not passage.kind.startswith(("paragraph", "heading")) or passage.path[:1] in _REPEATS:
            continue
        match = _LEAKS.search(passage.prose)
        words = match.group() if match else next((i for i in idents if i in passage.prose.split()), "")
        if words:
            line = lines.get(_key(passage))             # the line says where, in all outputs the same
            inside = "" if line else f" in {_named(passage)}"
            yield Finding("NZ727", "error", f"“{_short(words)}” is printed as text{inside}", Place(source, line),
                          _HINTS["NZ727"], outputs=(output,))
