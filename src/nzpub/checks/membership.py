"""What an output may say is what the manuscript and its annotations say: each edition held against the book.

The parity gate holds an output against its edition; this holds the edition against the manuscript as it was read,
before figures, numbers and citations were put in, so that a fault in `project` or `cite` cannot hide. Nothing here
is shared with them: the annotations are read anew, as the manual has them.

Only letters and digits count. What the manuscript does not have, and every edition does, is left out by its class
(:data:`_FURNITURE`), an abbreviation's expansion may follow it, and a citation may have become any words where the
style writes it into the text.

NZ721 missing      NZ725 intruding: not the manuscript's
NZ724 moved        NZ727 a leak: the manuscript's, but not for this output
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from nzpub.errors import FAULT, Finding, Place
from nzpub.model import OUTPUTS, Book, Deck, Edition
from nzpub.tree import Attr, Node, attr, children

_FURNITURE = frozenset(("noteref", "number", "label", "cross-reference", "aside-name", "figure-source",
                        "figure-description"))
_BREAKS = frozenset(("Space", "SoftBreak", "LineBreak", "Para", "Plain", "Header", "Div"))
_LEAST = 8                     # letters and digits by which hidden words are known
_SHOWN = 60                    # characters of the words that a message shows
_NAMES = {"pdf": "PDF", "epub": "EPUB", "slides": "slides", "web": "front page"}


@dataclass(frozen=True, slots=True)
class _Own:
    """Words of the author's, without a gap in which others may stand."""

    words: str
    line: int | None


@dataclass(frozen=True, slots=True)
class _Maybe:
    """Words that may follow."""

    words: str


class _Any:
    """A place where any words may stand."""


_Token = _Own | _Maybe | _Any


def check(book: Book, edition: Edition | Deck) -> tuple[Finding, ...]:
    """Return a finding for each passage of *book*, as it was read, that *edition* lacks, moves or should not have."""
    if isinstance(edition, Deck):
        return tuple(_deck(book, edition))
    return tuple(_prose(book, edition))


def _prose(book: Book, edition: Edition) -> Iterator[Finding]:
    walker = _Walker(book, edition.output, in_text=_in_text(edition))
    text = [token for block in walker.top if "slide" not in attr(block).classes for token in walker.tokens([block])]
    sections = [chapter for chapter in edition.chapters if chapter.role == "section"]
    printed = [node for chapter in sections for node in (*chapter.title, *chapter.blocks)]
    noted = [node for chapter in edition.chapters for _, body in chapter.notes for node in body]
    comparison = _Comparison(_NAMES[edition.output], book.source, walker.hidden)
    yield from comparison.findings(text, printed)
    yield from comparison.findings([*walker.notes, _Any()], noted)


def _deck(book: Book, deck: Deck) -> Iterator[Finding]:
    walker = _Walker(book, "slides", in_text=False)
    comparison = _Comparison(_NAMES["slides"], book.source, walker.hidden)
    section: list[Node] = []
    slides = iter(deck.slides)
    for block in walker.top:
        if "slide" in attr(block).classes:
            slide = next(slides, None)
            said = [node for child in block["c"][1] if _is_notes(child) for node in child["c"][1]] or section
            shown = [child for child in block["c"][1] if not _is_notes(child)]
            title = _Own(attr(block).get("title") or "", block.get("line"))
            yield from comparison.findings([title, *walker.tokens(shown)],
                                           [*slide.title, *slide.blocks] if slide else [])
            yield from comparison.findings(walker.tokens(said), slide.notes if slide else [])
        else:
            section = [] if block["t"] == "Header" else [*section, block]
    for slide in slides:
        yield from comparison.findings([], [*slide.title, *slide.blocks, *slide.notes])


def _is_notes(node: Node) -> bool:
    return "notes" in attr(node).classes


def _in_text(edition: Edition) -> bool:
    """Return whether citations are words of the text; in a note style they are marks, which are furniture."""
    cites = (node for chapter in edition.chapters for node in _walk(chapter.blocks) if node["t"] == "Cite")
    return any(_count(_plain(node["c"][1])) for node in cites)


# --- the manuscript's side --------------------------------------------------------------------------


class _Walker:
    """Reads the annotations of *book* for one *output*; ``notes`` are the tokens of the notes seen so far."""

    def __init__(self, book: Book, output: str, *, in_text: bool) -> None:
        self._book, self._output, self._in_text = book, output, in_text
        self.notes: list[_Token] = []
        self.top = tuple(self._opened(book.blocks))
        self._alts = {attr(node).id: _alt(image) for node in _walk(book.blocks) if node["t"] == "Figure"
                      for image in _walk([node]) if image["t"] == "Image"}

    def _opened(self, blocks: Iterable[Node]) -> Iterator[Node]:
        """Yield the blocks at the top, those that say for which output they are taken out of what says so."""
        for block in blocks:
            if _is_conditional(attr(block)):
                yield from self._opened(block["c"][1]) if _is_for(attr(block), self._output) else ()
            else:
                yield block

    def tokens(self, nodes: Iterable[Node], line: int | None = None) -> list[_Token]:
        """Return what *nodes* say in this output, words that stand together as one token."""
        joined: list[_Token] = []
        for token in self._raw(nodes, line):
            last = joined[-1] if joined else None
            if isinstance(token, _Own) and isinstance(last, _Own) and last.line == token.line:
                joined[-1] = _Own(last.words + token.words, token.line)
            else:
                joined.append(token)
        return joined

    def _raw(self, nodes: Iterable[Node], line: int | None) -> Iterator[_Token]:
        for node in nodes:
            yield from self._node(node, node.get("line", line))

    def _node(self, node: Node, line: int | None) -> Iterator[_Token]:
        attributes = attr(node)
        if _FURNITURE & set(attributes.classes) or (_is_conditional(attributes)
                                                    and not _is_for(attributes, self._output)):
            return
        match node["t"]:
            case "Note":
                self.notes += [_Any(), *self._inside_note(node, line)]
            case "Cite":
                yield from self._cite(node)
            case "Image":
                target = node["c"][2][0].removeprefix("#")
                yield _Own(self._alts.get(target, "") if "embed" in attributes.classes else _alt(node), line)
            case "Span" if "abbr" in attributes.classes:
                short = _plain(node["c"][1])
                yield from (_Own(short, line), _Maybe(self._book.meta.glossary.get(short.strip(), "")))
            case _:
                yield from (_Own(leaf, line) for leaf in _leaf(node))
                yield from self._raw(children(node), line)

    def _inside_note(self, node: Node, line: int | None) -> list[_Token]:
        inner = copy(self)
        inner._in_text = True                                        # a note's citation is words in any style
        return inner.tokens(children(node), line)

    def _cite(self, node: Node) -> Iterator[_Token]:
        citations = node["c"][0]
        named = any(citation["citationMode"]["t"] == "AuthorInText" for citation in citations)
        pointing = any(citation["citationId"].startswith(("fig-", "sec-", "tbl-")) for citation in citations)
        if self._in_text or pointing or (named and self._output != "slides"):
            yield _Any()

    def hidden(self) -> tuple[str, ...]:
        """Return the words that some output shows, but not this one's, as runs of letters and digits."""
        slides = self._output == "slides"
        mine = _count(_plain(block for block in self.top if slides == ("slide" in attr(block).classes)))
        others = (_Walker(self._book, output, in_text=False) for output in OUTPUTS if output != self._output)
        runs = {_count(token.words) for other in others for token in other.tokens(other.top)
                if isinstance(token, _Own)}
        return tuple(sorted(run for run in runs if len(run) >= _LEAST and run not in mine))


def _is_conditional(attributes: Attr) -> bool:
    return bool({"content-visible", "content-hidden"} & set(attributes.classes))


def _is_for(attributes: Attr, output: str) -> bool:
    """Return whether what has these *attributes* is for *output* (the manual's table of annotations)."""
    only, but = attributes.get("when-format"), attributes.get("unless-format")
    chosen = output in only.split() if only is not None else output not in (but or "").split()
    return chosen == ("content-visible" in attributes.classes)


def _alt(image: Node) -> str:
    if "decorative" in attr(image).classes:
        return ""
    given = attr(image).get("alt")
    return _plain(image["c"][1]) if given is None else given


# --- words ------------------------------------------------------------------------------------------


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(children(node))


def _leaf(node: Node) -> Iterator[str]:
    """Yield the words that *node* has of its own, or the space that it stands for."""
    content: Any = node.get("c")
    if node["t"] == "Str":
        yield content
    elif node["t"] in ("Code", "CodeBlock", "Math"):
        yield content[1]
    elif node["t"] in _BREAKS:
        yield " "


def _plain(nodes: Iterable[Node]) -> str:
    """Return the words of *nodes* in the tree's order, less furniture and notes."""
    words = ""
    for node in nodes:
        if node["t"] != "Note" and not _FURNITURE & set(attr(node).classes):
            words += "".join(_leaf(node)) + _plain(children(node))
    return words


def _count(words: str) -> str:
    return "".join(c for c in words if c.isalnum())


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rsplit(' ', 1)[0]}…"


# --- comparing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Holds the words of an edition against the manuscript's tokens; *hidden* are words for other outputs."""

    output: str
    source: str
    hidden: Callable[[], tuple[str, ...]]

    def findings(self, tokens: Iterable[_Token], printed: Iterable[Node]) -> Iterator[Finding]:
        """Yield what *printed* lacks of *tokens*, and what it has beside them."""
        words = _plain(printed)
        places = [at for at, c in enumerate(words) if c.isalnum()]
        stream = "".join(words[at] for at in places)
        ends, free, line = {0}, False, None            # where the tokens so far may end in the stream
        for token in tokens:
            if isinstance(token, _Any):
                free = True
                continue
            counted = _count(token.words)
            if isinstance(token, _Maybe):
                ends |= {end + len(counted) for end in ends if stream.startswith(counted, end)}
                continue
            line = token.line or line
            if next_ := _after(stream, counted, ends, free=free):
                ends, free = next_, free and not counted
                continue
            at, found = max(ends), stream.find(counted, max(ends))
            if found < 0:
                yield self._lost(token, moved=counted in stream)
            else:
                yield self._intruding(words[places[at]:places[found]], line)
                ends, free = {found + len(counted)}, False
        if not free and len(stream) not in ends:
            yield self._intruding(words[places[max(ends)]:], line)

    def _lost(self, token: _Own, *, moved: bool) -> Finding:
        code, what = ("NZ724", "stands in another place") if moved else ("NZ721", "is missing")
        return self._finding(code, f"“{_short(token.words)}” {what}", token.line)

    def _intruding(self, words: str, line: int | None) -> Finding:
        leaked = any(run in _count(words) for run in self.hidden())
        code, what = ("NZ727", "is not for this output") if leaked else ("NZ725", "is not what the manuscript says")
        return self._finding(code, f"“{_short(words)}” {what}", line)

    def _finding(self, code: str, message: str, line: int | None) -> Finding:
        return Finding(code, "error", message, Place(self.source, line), FAULT, outputs=(self.output,))


def _after(stream: str, words: str, ends: set[int], *, free: bool) -> set[int]:
    """Return where *words* may end in *stream*, if they begin at one of *ends*, or, if *free*, at any place after."""
    if not free or not words:
        return {end + len(words) for end in ends if stream.startswith(words, end)}
    found, at = set(), stream.find(words, min(ends))
    while at >= 0:
        found.add(at + len(words))
        at = stream.find(words, at + 1)
    return found
