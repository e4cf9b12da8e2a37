"""What working on the project takes: pinned dependencies, tests with their tools, a clean folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from nzpub import provide
from nzpub.errors import Finding, ToolError, admit
from nzpub.illustrate import charts, illustrate
from nzpub.read import characters, read, read_styles

ROOT = provide.ROOT
REQUIREMENTS = ROOT / "requirements"

CHECKS: Mapping[str, tuple[str, ...]] = {
    "style": ("ruff", "check", "."),
    "types": ("mypy",),
    "tests": ("pytest",),
}
"""Modules to run with this Python, each with its arguments; all of them run, whichever fails."""

TEST_TOOLS: tuple[provide.Name, ...] = ("chromium", "pdftoppm", "epubcheck", "ace", "verapdf")

BUILT = ("dist", "build", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
PROVIDED = (".venv", ".tools")


def prepare(*, office: bool = False) -> tuple[Finding, ...]:
    """Install what the tests need (LibreOffice too, if *office*).

    Returns a finding per outside tool that cannot be had; raises ToolError if pip fails.
    """
    install("test")
    return tuple(_unavailable((*TEST_TOOLS, *(("soffice",) if office else ()))))


def test() -> tuple[str, ...]:
    """Run every check and return the names of those that failed."""
    return tuple(name for name, module in CHECKS.items() if _run(*module))


def draw() -> tuple[Path, ...]:
    """Draw the flagship's charts afresh beside its text; return the files whose bytes changed.

    Raises NzpubError if the manuscript cannot be read, or has what is wrong in its metadata, files or references.
    """
    book = read(ROOT / "manuscript")
    admit(book.problems)
    drawn = illustrate(book, read_styles(ROOT / "styles", characters(book))).files
    stale = tuple(ROOT / "manuscript" / name for name in charts(book) if drawn[name] != book.files.get(name))
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(drawn[str(path.relative_to(ROOT / "manuscript"))])
    return stale


def clean(*, everything: bool = False) -> None:
    """Remove what was built and cached, and what `inv` and `provide` put here if *everything*."""
    caches = (folder for top in ("src", "tests") for folder in (ROOT / top).rglob("__pycache__"))
    named = (ROOT / name for name in BUILT + (PROVIDED if everything else ()))
    for folder in (*caches, *named, ROOT / "__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)


def install(name: str) -> None:
    """Install requirements/*name*.txt into this environment, unless that was the last thing done with it.

    Raises ToolError if pip cannot.
    """
    file = REQUIREMENTS / f"{name}.txt"
    stamp, wanted = Path(sys.prefix) / f"{name}-stamp", sha256(file.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    if _run("pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes", "-r", str(file)):
        raise ToolError(Finding("NZ902", "error", f"pip could not install {file.name}"))
    stamp.write_text(wanted, "ascii")


def lock(*, upgrade: bool = False) -> None:
    """Pin what pyproject.toml asks for, for every system and with hashes.

    build.txt is the tool and what installs it, test.txt all of that and the tests, lock.txt the resolver.
    Pins that still fit stay, unless *upgrade*.
    """
    install("lock")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    backend = pyproject["build-system"]["requires"]
    resolver = pyproject["project"]["optional-dependencies"]["lock"]
    newer = ("--upgrade",) if upgrade else ()
    _pin("build", backend, "pyproject.toml", *newer)
    # Bound to build.txt, so that both can stand in one environment.
    bound = ("--constraint", "requirements/build.txt")
    _pin("test", backend, "pyproject.toml", "--extra", "test", *bound, *newer)
    _pin("lock", resolver, *newer)


def _pin(name: str, more: Iterable[str], *options: str) -> None:
    """Write requirements/*name*.txt from *options* and the requirements in *more*.

    Where packages come from is this machine's affair: no address, no folder goes into the file.
    """
    target = f"requirements/{name}.txt"
    scope = ("--universal", "--python-version", "3.11", "--generate-hashes")
    silence = ("--no-emit-index-url", "--no-emit-find-links", "--quiet")
    naming = ("--custom-compile-command", "./inv lock", "--output-file", target)
    if _run("uv", "pip", "compile", "-", *scope, *silence, *naming, *options, text="\n".join(more)):
        raise ToolError(Finding("NZ902", "error", f"uv could not resolve {target}"))


def _unavailable(names: Iterable[provide.Name]) -> Iterator[Finding]:
    """Yield a finding per tool that is neither there nor to be had."""
    for name in names:
        try:
            provide.ensure(name)
        except ToolError as error:
            yield from error.findings


def _run(*module: str, text: str | None = None) -> int:
    """Run a module with this Python in the project's folder, *text* as its input; return its exit code."""
    command = (sys.executable, "-m", *module)
    return subprocess.run(command, cwd=ROOT, input=text, encoding="utf-8", check=False).returncode
