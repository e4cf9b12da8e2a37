"""Findings for people and for machines: one shape, four ways to print it.

``sarif`` is :mod:`nzpub.sarif`'s; ``github`` are GitHub's workflow commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from nzpub import sarif
from nzpub.errors import Finding, Place, order

_QUOTED = re.compile(r"“([^”]+)”")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")       # Pandoc's tree has curly quotes where a writer typed straight ones
_WHOLE = re.compile(r"[\s>]*(?=:{3,}|#{1,6}(?:\s|$)|!\[|[\w-]+:(?:\s|$))")    # before a div, heading, figure, field
_CUT = 40                      # characters at which some messages cut what they quote


def render(findings: Iterable[Finding], form: str, sources: Mapping[str, str]) -> str:
    """Return *findings* in the form "text", "json", "sarif" or "github"; "" if there is nothing to say.

    *sources* are the texts of the files they may name, from which text takes the line and its column.
    Raises KeyError for another form.
    """
    return FORMS[form](tuple(sorted(placed(findings, sources), key=order)), sources)


def placed(findings: Iterable[Finding], sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return *findings*, each with the column of the words that it quotes, if its line in *sources* has them."""
    return tuple(_pinned(finding, sources) for finding in findings)


def entry(finding: Finding) -> dict[str, object]:
    """Return the fields of *finding* as JSON has them."""
    place = finding.where
    return {"code": finding.code, "severity": finding.severity, "message": finding.said, "hint": finding.hint,
            "file": place.file if place else None, "line": place.line if place else None,
            "column": place.column if place else None}


def _pinned(finding: Finding, sources: Mapping[str, str]) -> Finding:
    """Return *finding* with the column of the words that it quotes.

    They may stand further down in the paragraph whose first line it names; the line is then theirs. One that quotes
    none is about the whole div, heading, figure or field that its line begins.
    """
    where = finding.where
    if where is None or where.line is None or where.column is not None or where.file not in sources:
        return finding
    if "“" not in finding.message:
        begins = _WHOLE.match(sources[where.file].split("\n")[where.line - 1])
        return replace(finding, where=Place(where.file, where.line, begins.end() + 1)) if begins else finding
    paragraph = takewhile(str.strip, sources[where.file].split("\n")[where.line - 1:])
    found = next(((below, column) for below, line in enumerate(paragraph)
                  if (column := _column(finding.message, line)) is not None), None)
    if found is None:
        return finding
    return replace(finding, where=Place(where.file, where.line + found[0], found[1]))


def _column(message: str, line: str) -> int | None:
    """Return the column, from 1, of the first words quoted in *message* that *line* has; None if it has none."""
    line = line.translate(_STRAIGHT)
    patterns = (pattern for quoted in _QUOTED.findall(message) for pattern in _patterns(quoted))
    found = next((match for pattern in patterns if (match := re.search(pattern, line))), None)
    return found.start() + 1 if found else None


def _patterns(quoted: str) -> Iterator[str]:
    """Yield what finds the words *quoted* whole: between spaces, or between signs, or with no letter at their ends."""
    words = quoted.rstrip("…").translate(_STRAIGHT)
    if not words:
        return
    cut = quoted.endswith("…") or len(words) >= _CUT
    for before, after in ((r"(?<!\S)", r"(?!\S)"), (r"(?<![\w'-])", r"(?![\w'-])")):
        yield before + re.escape(words) + ("" if cut else after)
    if any(map(str.isalnum, words)):
        start, end = (r"\b" if words[n].isalnum() else "" for n in (0, -1))
        yield start + re.escape(words) + ("" if cut else end)


def _line(finding: Finding, sources: Mapping[str, str]) -> str | None:
    place = finding.where
    if place is None or place.line is None or place.file not in sources:
        return None
    lines = sources[place.file].split("\n")
    return lines[place.line - 1] if place.line <= len(lines) else None


def _text(findings: tuple[Finding, ...], sources: Mapping[str, str]) -> str:
    return "\n".join(line for finding in findings for line in _paragraph(finding, sources))


_WIDEST = 100                  # characters of a source line that are shown


def _paragraph(finding: Finding, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield the finding, and below it the line that it is about with the place marked."""
    yield str(finding)
    line = _line(finding, sources)
    if not line or finding.where is None:
        return
    column = finding.where.column or 1
    start = max(0, column - 1 - _WIDEST // 2) if len(line) > _WIDEST else 0
    margin = f"{finding.where.line:>6} | "
    yield f"{margin}{line[start:start + _WIDEST]}"
    if finding.where.column is not None:
        yield f"{' ' * (len(margin) - 2)}| {' ' * (column - 1 - start)}^"


def _json(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    return json.dumps([entry(finding) for finding in findings], ensure_ascii=False, indent=2)


def _sarif(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    return sarif.document([sarif.Run(sarif.OURS, sarif.our_version(), findings)])


def _github(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    return "\n".join(_command(finding) for finding in findings)


def _command(finding: Finding) -> str:
    where = finding.where
    pairs = {"file": where.file, "line": where.line, "col": where.column} if where else {}
    given = [f"{key}={_escaped(str(value), ':,')}" for key, value in {**pairs, "title": finding.code}.items() if value]
    text = f"{finding.said} — {finding.hint}" if finding.hint else finding.said
    return f"::{finding.severity} {','.join(given)}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    """Return *text* with what would end a workflow command percent-encoded."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + also else c for c in text)


Render = Callable[[tuple[Finding, ...], Mapping[str, str]], str]
FORMS: Mapping[str, Render] = {"text": _text, "json": _json, "sarif": _sarif, "github": _github}
