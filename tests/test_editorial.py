"""What a copy editor would ask: `golden/editorial.test` holds a text and the warnings it earns."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from golden import cases, mismatches
from nzpub import editorial
from nzpub.annotate import check
from nzpub.read import read
from publication import FRONT_LINES, make


def test_each_doubt_is_told() -> None:
    """Every editorial rule finds what it is for, and lets pass what it is not for."""
    assert not mismatches("editorial", doubts)


def test_every_rule_has_a_case() -> None:
    """Each code of the pass is seen at work in the golden file."""
    told = {word.rstrip(":") for case in cases("editorial") for word in case.expected.split() if word.startswith("NZ5")}
    assert told == {f"NZ5{n:02}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13)}


def doubts(text: str) -> str:
    """Return the warnings of *text*, a line each, lines counted from the first after the front matter."""
    with TemporaryDirectory() as name:
        book = read(make(Path(name), text) / "manuscript")
        assert not check(book)
        found = editorial.check(book)
    shift = FRONT_LINES if not text.startswith("---\n") else 0
    return "".join(f"{_line(f.where.line if f.where else None, shift)}: {f.code}: {f.message}\n" for f in found
                   if shift == 0 or f.code != "NZ502")


def _line(line: int | None, shift: int) -> str:
    return "meta" if line is None or line <= shift else str(line - shift)
