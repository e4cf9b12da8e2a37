"""Typed, not meant: `golden/mistyped.test` holds slips and what is said of them, and what is no slip."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from manuscripts import Made, books

from golden import cases, mismatches
from nzpub import mistyped
from nzpub.read import read
from publication import BOOK, FRONT_LINES, make

ROOT = Path(__file__).parents[1]


def test_each_slip_is_told() -> None:
    """Every slip is told with its line and column, an error where it cannot be meant; what is right passes."""
    assert not mismatches("mistyped", slips)


def test_every_slip_has_a_case() -> None:
    """Each code is seen at work in the golden file."""
    told = {word.rstrip(":") for case in cases("mistyped") for word in case.expected.split() if word.startswith("NZ5")}
    assert told == {f"NZ5{n}" for n in range(20, 41)}


def test_nothing_is_found_in_what_is_right() -> None:
    """Neither the flagship nor the small publication holds a slip."""
    found = [str(finding) for folder in (ROOT, BOOK) for finding in mistyped.check(read(folder / "manuscript"))]
    assert found == []


@settings(max_examples=20, deadline=None)
@given(books())
def test_nothing_is_found_in_any_manuscript(made: Made) -> None:
    """No text of the vocabulary is taken for a slip, but for the bare address that is one."""
    assert [str(finding) for finding in mistyped.check(made.book) if finding.code != "NZ526"] == []


def slips(text: str) -> str:
    """Return what is found in *text*, a line each, lines counted from the first after the front matter."""
    with TemporaryDirectory() as name:
        found = mistyped.check(read(make(Path(name), text) / "manuscript"))
    return "".join(f"{(f.where.line or 0) - FRONT_LINES}:{f.where.column}: {f.severity} {f.code}: {f.message} — "
                   f"{f.hint}\n" for f in found if f.where)
