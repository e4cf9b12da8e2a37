"""What Pandoc's reader of Markdown warns of, told as findings at the manuscript's lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nzpub.errors import Finding, Place

_SAME_ID = "Duplicate identifier"  # at a line below the heading; annotate tells every such id at its own


class _Doubt(NamedTuple):
    """One kind of warning; ``{}`` in the *message* stands for the group ``words`` of the *pattern*."""

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str


# Those of Text.Pandoc.Logging that this reader gives in Pandoc 3.9, and for a later one whatever it says.
_DOUBTS: tuple[_Doubt, ...] = (
    _Doubt("NZ106", re.compile(r"Div at line (?P<line>\d+) column (?P<column>\d+) unclosed"),
           "this div is never closed", "end it with a line :::"),
    _Doubt("NZ107", re.compile(r"Duplicate note reference '(?P<words>.+)' at line (?P<line>\d+)"),
           "the note “[^{}]” is defined twice", "give one of them another name"),
    _Doubt("NZ107", re.compile(r"Note with key '(?P<words>.+)' defined at line (?P<line>\d+)"),
           "nothing refers to the note “[^{}]”", "put its mark where it belongs, or take it out"),
    _Doubt("NZ107", re.compile(r"Duplicate link reference '(?P<words>.+)' at line (?P<line>\d+)"),
           "“{}” is given two addresses", "give one of them another name"),
    _Doubt("NZ107", re.compile(r"(?P<words>.+?)(?: at line (?P<line>\d+).*)?$"),
           "Pandoc says: {}", "put right what it names"),
)


def findings(warnings: Iterable[str], file: str, lines: Sequence[int] | None = None) -> Iterator[Finding]:
    """Yield a finding for each of the *warnings* about *file*; what Pandoc doubts is never what was meant.

    *lines* are the file's line of each that Pandoc read, if it did not read the file from its first.
    """
    for warning in warnings:
        if not warning.startswith(_SAME_ID):
            yield _finding(warning, file, lines)


def _finding(warning: str, file: str, lines: Sequence[int] | None) -> Finding:
    doubt, found = next((doubt, found) for doubt in _DOUBTS if (found := doubt.pattern.match(warning)))
    parts = found.groupdict()
    line, column = (int(parts[name]) if parts.get(name) else None for name in ("line", "column"))
    if lines is not None and line is not None:
        line, column = lines[line - 1], None
    return Finding(doubt.code, "error", doubt.message.format(parts.get("words")), Place(file, line, column), doubt.hint)
