"""An outside validator: its row in the table, and the one way to start it."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from nzpub.errors import Finding, ToolError

SECONDS = 300


@dataclass(frozen=True, slots=True)
class Validator:
    """A program that judges files whose names end with *suffix*; its command is the caller's to find.

    `provide` finds it as *tool*, or by the validator's own name.
    *run* returns one finding per rule that the file breaks; *version* names program and version.
    Both raise ToolError if the program gives no usable answer.
    """

    name: str
    suffix: str
    run: Callable[[Path, Sequence[str]], tuple[Finding, ...]]
    version: Callable[[Sequence[str]], str]
    tool: str = ""


def answer(command: Sequence[str], seconds: float = SECONDS) -> CompletedProcess[str]:
    """Return what *command* wrote and its exit code, whatever that is.

    Raises ToolError if it does not start, or runs for more than *seconds*.
    """
    program = Path(command[0]).name
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False,
                              timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise ToolError(Finding("NZ903", "error", f"{program} did not finish within {seconds} s")) from error
    except OSError as error:
        raise ToolError(Finding("NZ901", "error", f"{program} did not start: {error}")) from error


def member(path: Path, name: str) -> bytes:
    """Return the file of the EPUB at *path* whose name ends in *name*; b"" if it has none or cannot be opened."""
    try:
        with zipfile.ZipFile(path) as epub:
            return next((epub.read(info) for info in epub.infolist() if f"/{info.filename}".endswith(f"/{name}")), b"")
    except (OSError, zipfile.BadZipFile):
        return b""


def no_answer(name: str, done: CompletedProcess[str]) -> ToolError:
    """Return the error that a validator ended without a verdict, with the end of what it said instead."""
    said = " ".join((done.stderr or done.stdout).split())[-300:]
    return ToolError(Finding("NZ902", "error", f"{name} gave no verdict (exit {done.returncode}): {said}"))
