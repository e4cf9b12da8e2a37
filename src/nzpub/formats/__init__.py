"""The table of formats: a new one is one file and one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nzpub import project
from nzpub.errors import Finding, ManuscriptError
from nzpub.formats import epub, pdf, revealjs
from nzpub.model import Artifact, Book, Output, Styles


@dataclass(frozen=True, slots=True)
class Format:
    """One file that is written: its name, the output of ``--only`` it belongs to, and how it is made.

    ``edition`` projects the book; what it returns, an Edition or a Deck, is what ``write`` and ``check`` take.
    ``paginated`` formats need the PDF's pages, the others are written without.
    """

    name: str
    output: Output
    edition: Callable[[Book], Any]
    write: Callable[[Any, Styles, Any], Artifact]
    check: Callable[[Artifact, Any], tuple[Finding, ...]]
    paginated: bool


def _unchecked(_artifact: Artifact, _edition: object) -> tuple[Finding, ...]:
    return ()


FORMATS: tuple[Format, ...] = (
    Format("pdf", "pdf", lambda book: project.prose(book, "pdf"), pdf.write, _unchecked, paginated=True),
    Format("epub", "epub", lambda book: project.prose(book, "epub"), epub.write, _unchecked, paginated=True),
    Format("revealjs", "slides", project.deck, lambda deck, styles, _: revealjs.write(deck, styles), _unchecked,
           paginated=False),
)
NAMES: tuple[str, ...] = tuple(dict.fromkeys(format_.output for format_ in FORMATS))


def select(names: Iterable[str]) -> tuple[Format, ...]:
    """Return the formats of the outputs *names*; raises ManuscriptError for a name that is none."""
    wanted = set(names)
    if unknown := wanted.difference(NAMES):
        raise ManuscriptError(Finding("NZ108", "error", f"no output is called {', '.join(sorted(unknown))}",
                                      hint=f"they are {', '.join(NAMES)}"))
    return tuple(format_ for format_ in FORMATS if format_.output in wanted)
