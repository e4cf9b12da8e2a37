"""The commands of the project; `./inv --list` is the manual."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from nzpub import build as publication
from nzpub import develop, show, verify
from nzpub.errors import NzpubError
from nzpub.formats import NAMES

HERE = Path(__file__).parent

@contextmanager
def told(root: Path = HERE, form: str = "text") -> Iterator[None]:
    """Turn what a person can put right into messages and exit code 1; an unknown *form* is the first of it."""
    try:
        show.known(form)
    except NzpubError as error:
        show.findings(error.findings, root, "text")
        raise Exit(code=1) from error
    try:
        yield
    except NzpubError as error:
        show.findings(error.findings, root, form)
        raise Exit(code=1) from error


def folder(root: str) -> Path:
    """Return the publication's folder: *root* as seen from where the command was typed, else the project."""
    return Path(root) if root else HERE


@task(help={"only": f"publish exactly these of {','.join(NAMES)}", "root": "folder of another publication",
            "strict": "treat warnings as errors", "format": "how to print findings: text, json, sarif or github"})
def build(_: Context, only: str = "", root: str = "", strict: bool = False, format: str = "text") -> None:
    """Publish the manuscript into dist/ as PDF, EPUB, slides and web page."""
    start, names = perf_counter(), only.split(",") if only else NAMES
    with told(folder(root), format), show.progress() as tell:
        report = publication.build(folder(root), names, strict=strict, tell=tell)
    show.findings(report.warnings, folder(root), format)
    show.closing(report, perf_counter() - start, format)


@task
def test(_: Context, office: bool = False) -> None:
    """Check style, types and behaviour; --office installs LibreOffice for the tests that want it."""
    with told():
        for finding in develop.prepare(office=office):
            sys.stderr.write(f"{finding}\n")
    if failed := develop.test():
        raise Exit(f"failed: {', '.join(failed)}", code=1)


@task(help={"root": "folder of another publication", "format": "how to print findings: text, json, sarif or github",
            "output": "file to write the report to, in that form"})
def check(_: Context, root: str = "", format: str = "text", output: str = "") -> None:
    """Hold what stands in dist/ against its manuscript and the reference validators."""
    made = verify.attempt(folder(root))
    with told(folder(root), format):
        show.checked(made, folder(root), format, output)
    if any(finding.severity == "error" for one in made for finding in one.findings):
        raise Exit(code=1)


@task
def clean(_: Context, everything: bool = False) -> None:
    """Remove what was built and cached; --everything removes .venv and .tools too."""
    develop.clean(everything=everything)


@task
def lock(_: Context, upgrade: bool = False) -> None:
    """Pin every dependency with its hashes in requirements/; --upgrade moves to the newest versions."""
    with told():
        develop.lock(upgrade=upgrade)


@task
def figures(_: Context) -> None:
    """Draw the charts' committed copies afresh from their tables and the tokens."""
    with told():
        for path in develop.draw():
            show.say(f"drawn: {path}")


@task
def pictures(_: Context) -> None:
    """Make the README's pictures from the real outputs in dist/."""
    from nzpub import pictures as camera  # noqa: PLC0415 (it needs the test requirements)

    with told():
        for path in camera.take(HERE / "dist"):
            show.say(f"made: {path}")


@task(help={"root": "folder of another publication"})
def bench(_: Context, root: str = "") -> None:
    """Compare the build's time with a bare Pandoc script's, as a ratio from one run."""
    from nzpub import bench as stopwatch  # noqa: PLC0415 (a build need not import it)

    with told(folder(root)):
        show.say(str(stopwatch.run(folder(root))))
