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
from nzpub import develop, show
from nzpub.errors import NzpubError
from nzpub.formats import NAMES


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can put right into a message and exit code 1."""
    try:
        yield
    except NzpubError as error:
        raise Exit(str(error), code=1) from error


def folder(root: str) -> Path:
    """Return the publication's folder: *root* as seen from where the command was typed, else the project."""
    return Path(root) if root else Path(__file__).parent


@task(help={"only": "outputs to publish: pdf,epub,slides,web", "root": "folder of another publication",
            "strict": "treat warnings as errors"})
def build(_: Context, only: str = "", root: str = "", strict: bool = False) -> None:
    """Publish the manuscript into dist/ as PDF, EPUB and slides."""
    start = perf_counter()
    with told(), show.progress() as tell:
        report = publication.build(folder(root), only.split(",") if only else NAMES, strict=strict, tell=tell)
    for warning in report.warnings:
        sys.stderr.write(f"{warning}\n")
    show.say(show.table(report, perf_counter() - start))


@task
def test(_: Context, office: bool = False) -> None:
    """Check style, types and behaviour; --office installs LibreOffice for the tests that want it."""
    with told():
        for finding in develop.prepare(office=office):
            sys.stderr.write(f"{finding}\n")
    if failed := develop.test():
        raise Exit(f"failed: {', '.join(failed)}", code=1)


@task
def check(_: Context) -> None:
    """Validate what stands in dist/ with the outside validators (not yet)."""
    raise Exit("check: not yet", code=1)


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


@task(help={"root": "folder of another publication"})
def bench(_: Context, root: str = "") -> None:
    """Compare the build's time with a bare Pandoc script's, as a ratio from one run."""
    from nzpub import bench as stopwatch  # noqa: PLC0415 (a build need not import it)

    show.say(str(stopwatch.run(folder(root))))
