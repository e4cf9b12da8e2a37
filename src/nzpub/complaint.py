"""What WeasyPrint complains of, told where it can be put right: at a style sheet's line, or at the manuscript's.

Its messages name a place in the one sheet that it was handed (``at 431:3``), a picture, a target, a character,
or nothing but the words that it stumbled over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html import unescape

from nzpub.errors import Finding, Place, ToolError
from nzpub.locate import line_naming
from nzpub.model import Deck, Edition
from nzpub.tree import Node

CODE = "NZ905"
_AT = re.compile(r" at (\d+):(\d+)")
_IGNORED = re.compile(r"Ignored `[^:`]+: ?(.+?)` at \d")
_QUOTED = re.compile(r"""`([^`]+)`|"([^"]+)"|'([^']+)'""")
# What a message names that is in the manuscript: a picture, the target of a link, a character, an address.
_NAMED = tuple(map(re.compile, (
    r"Failed to load image at '(.+?)'", r"Failed to render SVG image (.+)", r'Image "(.+)" has no',
    r"No anchor (#\S+) for", r"undefined anchor .*'(#[^']+)'", r'unsupported by fonts: "(.)"',
    r"Malformed URL: (.+)", r"Asked for “(.+)”,", r'Relative URI .*="(.+)"')))
# What stands in the style sheet where the message has another word for it.
_WORDS = {"Subgrids": "subgrid", "Inline grids": "inline-grid", "Baseline alignment": "baseline"}
_HINT = "put the style sheet or the figure right"


def findings(messages: Iterable[str], rules: str, sheets: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return a finding for each of the *messages* about a page set in *rules*, which were put together from *sheets*.

    It is at the line of the sheet that it is about. One that names what the manuscript may have is not yet
    at its line: see :func:`at_source`.
    """
    lines = rules.split("\n")
    found = tuple(Finding(CODE, "error", f"WeasyPrint says: {_AT.sub('', message).rstrip('.')}",
                          _where(message, lines, sheets), _HINT, near=_named(message))
                  for message in dict.fromkeys(messages))
    return tuple(dict.fromkeys(found))


@contextmanager
def at_source(edition: Edition | Deck) -> Iterator[None]:
    """Raise what WeasyPrint complains of while it sets *edition* at the manuscript's line, if it is about that."""
    try:
        yield
    except ToolError as error:
        raise ToolError([_placed(finding, edition) if finding.code == CODE else finding
                         for finding in error.findings]) from error


# --- in the style sheets ----------------------------------------------------------------------------


def _where(message: str, rules: Sequence[str], sheets: Mapping[str, str]) -> Place | None:
    """Return the place in one of the *sheets* that *message* is about, None if there is none."""
    at, ignored = _AT.search(message), _IGNORED.search(message)
    if not at:
        return _saying(message, sheets)
    number = int(at[1]) - 1
    line = rules[number] if number < len(rules) else ""
    if ignored and ignored[1] not in line:              # the value is that of a token
        definition = re.compile(rf"--[\w-]+\s*:\s*{re.escape(ignored[1])}\s*;")
        if found := _last(sheets, lambda line: bool(definition.search(line))):
            return found
    found = _same(rules, number, sheets) if line else None
    return replace(found, column=int(at[2])) if found else None


def _saying(message: str, sheets: Mapping[str, str]) -> Place | None:
    """Return the last line of the *sheets* that has what *message* quotes, or the beginning of it."""
    quoted = [_named(message)] if _named(message) else [
        *(words for found in _QUOTED.findall(message) for words in found if words.strip()),
        *(word for said, word in _WORDS.items() if message.startswith(said))]
    parts = [part for words in quoted for part in ("".join(words.split()), words.split()[0])]
    return next((found for part in parts if (found := _last(sheets, partial(_has, part)))), None)


def _has(part: str, line: str) -> bool:
    return part in "".join(line.split())


def _last(sheets: Mapping[str, str], holds: Callable[[str], bool]) -> Place | None:
    """Return the last line for which *holds*: what overrides stands below what it overrides."""
    places = [Place(path, number) for path, sheet in sheets.items()
              for number, line in enumerate(sheet.split("\n"), 1) if holds(line)]
    return places[-1] if places else None


def _same(rules: Sequence[str], at: int, sheets: Mapping[str, str]) -> Place | None:
    """Return where the line *at* of *rules* stands in the *sheets* that they were put together from.

    Of all lines that read the same it is the one with most of the same lines around it.
    """
    alike = [(_common(rules[at::-1], lines[n::-1]) + _common(rules[at:], lines[n:]), Place(path, n + 1))
             for path, sheet in sheets.items() for lines in [sheet.split("\n")]
             for n, line in enumerate(lines) if line == rules[at]]
    return max(alike, key=lambda pair: pair[0])[1] if alike else None


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


# --- in the manuscript ------------------------------------------------------------------------------


def _named(message: str) -> str:
    return next((found[1] for pattern in _NAMED if (found := pattern.search(message))), "")


def _placed(finding: Finding, edition: Edition | Deck) -> Finding:
    """Return *finding* at the line of what it names, or of the drawing that has the character that it names."""
    for name in (finding.near, *_drawings(finding.near, edition)):
        if name and (line := _line(name, edition)):
            inside = "" if name == finding.near else f" in {name}"
            return replace(finding, message=f"{finding.message}{inside}", where=Place(edition.source, line), near="")
    return replace(finding, where=finding.where or Place(edition.source), near="")


def _drawings(words: str, edition: Edition | Deck) -> Iterator[str]:
    return (path for path, content in edition.files.items()
            if words and path.endswith(".svg") and words in unescape(content.decode(errors="ignore")))


def _line(name: str, edition: Edition | Deck) -> int | None:
    return next((found for nodes, line in _parts(edition) if (found := line_naming(nodes, name, line))), None)


def _parts(edition: Edition | Deck) -> Iterator[tuple[tuple[Node, ...], int | None]]:
    """Yield the nodes of each slide or chapter, and its line."""
    if isinstance(edition, Deck):
        yield from (((*slide.title, *slide.blocks, *slide.notes), slide.line) for slide in edition.slides)
    else:
        yield from (((*chapter.title, *chapter.blocks, *(block for _, note in chapter.notes for block in note)),
                     chapter.line) for chapter in edition.chapters)
