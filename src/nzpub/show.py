"""What a person sees of a run: its progress while it works, its findings, and the table at its end."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nzpub import account, diagnose
from nzpub.account import FOR_PEOPLE, Check
from nzpub.errors import Finding, ToolError
from nzpub.furniture import size
from nzpub.model import Report

_TERMINAL = Console(stderr=True)
_PAPER = 200                                       # columns of a table in a file


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows the name of the step under way; it is silent where there is no terminal."""
    if not _TERMINAL.is_terminal:
        yield lambda _: None
        return
    with _TERMINAL.status("starting") as status:
        yield status.update


def known(form: str) -> None:
    """Raise ToolError if findings cannot be printed in *form*."""
    if form not in diagnose.FORMS:
        raise ToolError(Finding("NZ908", "error", f"no form is called “{form}”", hint=", ".join(diagnose.FORMS)))


def findings(found: Iterable[Finding], root: Path, form: str) -> None:
    """Print *found*: text for a person to standard error, a machine's form to standard output.

    *root* is the folder that their paths start from, *form* one that is :func:`known`.
    """
    if text := _rendered(tuple(found), root, form):
        (sys.stderr if form == "text" else sys.stdout).write(f"{text}\n")


def _rendered(found: tuple[Finding, ...], root: Path, form: str) -> str:
    return diagnose.render(found, form, _sources(found, root))


def _sources(found: Iterable[Finding], root: Path) -> dict[str, str]:
    files = {finding.where.file for finding in found if finding.where}
    return {file: (root / file).read_text(encoding="utf-8", errors="replace") for file in sorted(files)
            if (root / file).is_file() and (root / file).suffix in (".md", ".csv", ".json", ".css")}


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


def checked(made: Sequence[Check], root: Path, form: str, output: str) -> None:
    """Print the report of the checks *made* in *form*, or write it to the file *output*; people get its table too.

    Raises ToolError if *output* is in dist/, which holds what was built and nothing else.
    """
    found = tuple(finding for check in made for finding in check.findings)
    text = account.render(made, form, _sources(found, root))
    if output and Path(output).resolve().is_relative_to((root / "dist").resolve()):
        raise ToolError(Finding("NZ909", "error", f"{output} is in dist/", hint="write the report somewhere else"))
    if output:
        Path(output).write_text(f"{text}\n{_plain(made) if form == 'text' else ''}", "utf-8")
    elif text:
        (sys.stderr if form == "text" else sys.stdout).write(f"{text}\n")
    if form in ("text", "github") or output:
        checks(made, Console())


def _plain(made: Sequence[Check]) -> str:
    """Return the table of the checks *made* as text of any width."""
    paper = Console(file=io.StringIO(), width=_PAPER)
    checks(made, paper)
    return str(paper.file.getvalue())  # type: ignore[attr-defined]  # it is the StringIO above


def checks(made: Sequence[Check], console: Console) -> None:
    """Print to *console* what was checked by which tool, what came out, and what is left to people."""
    rows = Table(box=None, pad_edge=False)
    for name in ("file", "held against", "outcome"):
        rows.add_column(name)
    for check in made:
        count = f": {len(check.findings)} found" if check.findings else ""
        why = f": {check.why}" if check.why else ""
        rows.add_row(check.file, f"{check.tool} {check.version}".strip(), f"{check.outcome}{count}{why}")
    console.print(rows, "\nOnly a person can judge:", *(f"\n- {question}" for question in FOR_PEOPLE), highlight=False)


def say(*things: object) -> None:
    """Print *things* for a person: the table goes to standard output."""
    Console().print(*things, highlight=False)
