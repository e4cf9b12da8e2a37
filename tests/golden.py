"""Tests as text that a writer can read: cases in ``golden/*.test``.

A case is a line ``=== name``, the input, a line ``.``, and what is expected. ``NZPUB_ACCEPT=1`` writes what
came out in its place; the diff is for a person to read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "golden"


class Case(NamedTuple):
    """One case: its name, the input, and what is expected, both ending with a newline."""

    name: str
    given: str
    expected: str


def cases(name: str) -> list[Case]:
    """Return the cases of ``golden/name.test``, in order."""
    parts = (FOLDER / f"{name}.test").read_text(encoding="utf-8").split("=== ")[1:]
    return [_case(part) for part in parts]


def _case(part: str) -> Case:
    title, rest = part.split("\n", 1)
    given, _, expected = rest.partition("\n.\n")
    return Case(title, given + "\n", expected.strip("\n") + "\n")


def mismatches(name: str, act: Callable[[str], str]) -> list[str]:
    """Return a report for each case of ``golden/name.test`` for which *act* gives something else."""
    done = [(case, act(case.given).strip("\n") + "\n") for case in cases(name)]
    assert done, f"golden/{name}.test has no cases"
    if os.environ.get("NZPUB_ACCEPT"):
        text = "\n".join(f"=== {case.name}\n{case.given}.\n{actual.lstrip()}" for case, actual in done)
        (FOLDER / f"{name}.test").write_text(text, encoding="utf-8")
        return []
    return [f"{case.name}\n--- expected\n{case.expected}--- came out\n{actual}"
            for case, actual in done if actual != case.expected]
