"""What can go wrong, sorted by who can put it right.

NzpubError
├── ManuscriptError   the author
├── ToolError         whoever runs the machine
└── CheckError        a rule is broken: every finding is listed, nothing was published
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from traceback import walk_tb
from typing import Literal, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Severity = Literal["error", "warning"]
DEBUG = "NZPUB_DEBUG"
FAULT = "this is a fault of the program: report it with this passage"        # what to do about what a build did wrong
_SAID = 200                    # characters of an exception's words that a message shows
_LIBRARIES = {"weasyprint": "WeasyPrint", "ebooklib": "EbookLib", "pptx": "python-pptx", "pikepdf": "pikepdf",
              "pypdfium2": "pypdfium2", "fontTools": "fontTools", "PIL": "Pillow", "lxml": "lxml",
              "ziamath": "ziamath"}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSE = 0.75                  # two letters of four exchanged are as much; “style” and “title” have 0.6


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: its path as the author knows it, line and column counted from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable *code*, what it is, where, and what to do about it.

    ``outputs`` are those in which it was found, as messages call them. ``near`` are the words of an output that it
    is about, by which the manuscript's line is found; none is printed. ``rule`` is what the broken rule says and
    ``about`` the address of more, where a validator tells.
    """

    code: str
    severity: Severity
    message: str
    where: Place | None = None
    hint: str = ""
    near: str = ""
    rule: str = ""
    about: str = ""
    outputs: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The message, after the names of the outputs that it is about."""
        return f"{', '.join(self.outputs)}: {self.message}" if self.outputs else self.message

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" — {self.hint}" if self.hint else ""
        return f"{place}{self.severity} {self.code}: {self.said}{hint}"


class NzpubError(Exception):
    """Something a person can put right; :func:`at_fault` makes one of everything else."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))

    def __reduce__(self) -> tuple[type[NzpubError], tuple[tuple[Finding, ...]]]:
        """Let it be raised again on the other side of a process's border."""
        return type(self), (self.findings,)


class ManuscriptError(NzpubError):
    """The manuscript cannot be read as it stands; the author can change that."""


class ToolError(NzpubError):
    """A program or library is missing or failed; whoever runs the machine can change that."""


class CheckError(NzpubError):
    """Rules are broken; all of them are listed, and nothing was published."""


def each(function: Callable[[T], R], items: Iterable[T]) -> tuple[R, ...]:
    """Return what *function* returns for each of *items*.

    Raises ManuscriptError with what is wrong with any of them, each thing once: one mistake hides no other.
    """
    made: list[R] = []
    found: dict[Finding, None] = {}
    for item in items:
        try:
            made.append(function(item))
        except ManuscriptError as error:
            found |= dict.fromkeys(error.findings)
    if found:
        raise ManuscriptError(found)
    return tuple(made)


@contextmanager
def at_fault(doing: str) -> Iterator[None]:
    """Raise ToolError that says that this failed while *doing* what is done inside, for what is no NzpubError.

    A traceback is nothing for a writer; with :data:`DEBUG` in the environment, for whoever reports it, it is kept.
    """
    try:
        yield
    except NzpubError:
        raise
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        if isinstance(error, OSError) and error.errno in _FULL:
            raise ToolError(Finding("NZ907", "error", f"the disk was full while {doing}: {error.strerror}", None,
                                    "make room: for the outputs, for temporary files and in the cache")) from error
        what = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(": ")
        raise ToolError(Finding("NZ910", "error", f"{_culprit(error)} failed while {doing}: {what[:_SAID]}", None,
                                f"take back what was changed last, in styles/ above all; if that does not help, report "
                                f"this with what is printed under {DEBUG}=1")) from error


def _culprit(error: BaseException) -> str:
    """Return the name of the library that raised *error*, or of this program."""
    frames = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return next((name for module in reversed(frames) if (name := _LIBRARIES.get(module.partition(".")[0]))), "nzpub")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of the *known* names was probably meant by *name*, "" if none is close enough to say so."""
    cased = {one.casefold(): one for one in sorted(known)}
    return next((cased[close] for close in get_close_matches(name.casefold(), cased, n=1, cutoff=_CLOSE)), "")


def suggestion(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the hint that names which of the *known* was probably meant by *name*, *otherwise* if none is close."""
    close = nearest(name, known)
    return f"did you mean “{close}”?" if close else otherwise


def order(finding: Finding) -> tuple[Severity, str, int, int, str]:
    """Return what findings are sorted by: errors first, then file, line, column and code."""
    where = finding.where or Place("")
    return finding.severity, where.file, where.line or 0, where.column or 0, finding.code


def together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return *findings* with one in the place of those that differ in their outputs alone; it names them all."""
    alike: dict[Finding, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(replace(finding, outputs=()), []).append(finding)
    return tuple(replace(bare, outputs=tuple(dict.fromkeys(name for each in group for name in each.outputs)))
                 for bare, group in alike.items())


def admit(findings: Iterable[Finding], *, strict: bool = False) -> tuple[Finding, ...]:
    """Return *findings* if all are warnings; if *strict*, each of them is an error.

    What several outputs share is one. Raises CheckError with every finding, errors first, otherwise.
    """
    judged = (replace(finding, severity="error") if strict else finding for finding in together(findings))
    ordered = sorted(judged, key=order)
    if any(finding.severity == "error" for finding in ordered):
        raise CheckError(ordered)
    return tuple(ordered)
