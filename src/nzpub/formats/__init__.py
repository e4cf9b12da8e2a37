"""The table of formats: a new one is one file and one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nzpub import project
from nzpub.checks import membership, metadata_epub, parity, structure
from nzpub.errors import Finding, ManuscriptError, suggestion
from nzpub.formats import epub, handout, pdf, pptx, revealjs, web
from nzpub.model import Artifact, Book, Output, Styles


@dataclass(frozen=True, slots=True)
class Made:
    """What there is when a format is written: the PDF's layout (None if none is paginated), and the files before it."""

    layout: Any
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One file that is written: its name, the output of ``--only`` it belongs to, and how it is made.

    ``edition`` projects the book; what it returns, an Edition or a Deck, is what ``write`` and ``check`` take.
    ``write`` has the edition, the styles, and what was made before it; ``paginated`` formats need the PDF's pages.
    """

    name: str
    output: Output
    edition: Callable[[Book], Any]
    write: Callable[[Any, Styles, Made], Artifact]
    check: Callable[[Artifact, Any], tuple[Finding, ...]]
    paginated: bool


def _printed(artifact: Artifact, edition: Any) -> tuple[Finding, ...]:
    return (*parity.traced(structure.check(artifact, edition), artifact, edition), *parity.check(artifact, edition))


def _packaged(artifact: Artifact, edition: Any) -> tuple[Finding, ...]:
    return (*metadata_epub.check(artifact, edition), *parity.check(artifact, edition))


FORMATS: tuple[Format, ...] = (
    Format("pdf", "pdf", lambda book: project.prose(book, "pdf"),
           lambda edition, styles, made: pdf.write(edition, styles, made.layout), _printed, paginated=True),
    Format("epub", "epub", lambda book: project.prose(book, "epub"),
           lambda edition, styles, made: epub.write(edition, styles, made.layout), _packaged, paginated=True),
    Format("revealjs", "slides", project.deck, lambda deck, styles, _: revealjs.write(deck, styles), parity.check,
           paginated=False),
    Format("pptx", "slides", project.deck, lambda deck, styles, _: pptx.write(deck, styles), parity.check,
           paginated=False),
    Format("handout", "slides", project.deck, lambda deck, styles, _: handout.write(deck, styles, pdf.conforming),
           _printed, paginated=False),
    # The last: it prints the sizes and checksums of the others.
    Format("web", "web", lambda book: project.prose(book, "web"),
           lambda edition, styles, made: web.front_page(edition, styles, made.layout, made.artifacts), parity.check,
           paginated=True),
)
NAMES: tuple[str, ...] = tuple(dict.fromkeys(format_.output for format_ in FORMATS))


def belongs(book: Book, cited: Book, output: Output) -> tuple[Finding, ...]:
    """Return where the edition of *output*, made from the *cited* book, is not what *book*, as it was read, says."""
    edition = next(format_ for format_ in FORMATS if format_.output == output).edition
    return membership.check(book, edition(cited))


def named(name: str) -> Format:
    """Return the format called *name*, which is one of the table's."""
    return next(format_ for format_ in FORMATS if format_.name == name)


def select(names: Iterable[str]) -> tuple[Format, ...]:
    """Return the formats of the outputs *names*; raises ManuscriptError with each name that is none."""
    wanted = {name.strip() for name in names}
    if unknown := sorted(wanted.difference(NAMES)):
        raise ManuscriptError(Finding("NZ108", "error", f"no output is called “{name}”",
                                      hint=suggestion(name, NAMES, f"they are {', '.join(NAMES)}")) for name in unknown)
    return tuple(format_ for format_ in FORMATS if format_.output in wanted)
