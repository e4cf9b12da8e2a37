"""What a person sees of a run: its progress while it works, its findings, and the table at its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nzpub import diagnose
from nzpub.errors import Finding, ToolError
from nzpub.model import Report

_KILO = 1000
_TERMINAL = Console(stderr=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows the name of the step under way; it is silent where there is no terminal."""
    if not _TERMINAL.is_terminal:
        yield lambda _: None
        return
    with _TERMINAL.status("starting") as status:
        yield status.update


def findings(found: Iterable[Finding], root: Path, form: str) -> None:
    """Print *found*: text for a person to standard error, a machine's form to standard output.

    *root* is the folder that their paths start from. Raises ToolError for an unknown form.
    """
    if form not in diagnose.FORMS:
        raise ToolError(Finding("NZ908", "error", f"no form is called “{form}”", hint=", ".join(diagnose.FORMS)))
    listed = tuple(found)
    if listed or form in ("json", "sarif"):
        files = {finding.where.file for finding in listed if finding.where}
        sources = {file: (root / file).read_text(encoding="utf-8", errors="replace") for file in sorted(files)
                   if (root / file).is_file()}
        stream = sys.stderr if form == "text" else sys.stdout
        stream.write(f"{diagnose.render(listed, form, sources)}\n")


def closing(report: Report, total: float, form: str) -> None:
    """Print the closing table, unless standard output belongs to a machine's *form*."""
    if form in ("text", "github"):
        say(table(report, total))


def table(report: Report, total: float) -> Table:
    """Return the closing table: file, size, extent, and seconds, *total* being those of the whole build."""
    rows = Table(box=None, pad_edge=False)
    rows.add_column("file")
    for name in ("size", "extent", "seconds"):
        rows.add_column(name, justify="right")
    for artifact in report.artifacts:
        for name, content in artifact.files.items():
            rows.add_row(f"dist/{name}", size(len(content)), artifact.extent,
                         f"{report.seconds.get(artifact.format, 0):.1f}")
    rows.add_row("", "", "in all", f"{total:.1f}")
    return rows


def size(count: int) -> str:
    """Return *count* bytes as a person reads them: "412 kB" (1 kB = 1,000 bytes)."""
    if count < _KILO:
        return f"{count} B"
    return f"{count / _KILO:.0f} kB" if count < _KILO**2 else f"{count / _KILO**2:.1f} MB"


def say(*things: object) -> None:
    """Print *things* for a person: the table goes to standard output."""
    Console().print(*things, highlight=False)
