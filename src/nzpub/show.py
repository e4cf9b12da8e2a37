"""What a person sees of a build: its progress while it works, and the table at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

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
