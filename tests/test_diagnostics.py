"""What an author is told: `golden/diagnostics.test` holds a manuscript's text and the messages it earns."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from golden import mismatches
from nzpub import annotate
from nzpub.errors import NzpubError
from nzpub.read import read
from publication import FRONT_LINES, make


def test_each_mistake_earns_its_message() -> None:
    """Every mistake is told with its place, what is wrong and what to do; lines count from the text's first."""
    assert not mismatches("diagnostics", messages)


def messages(text: str) -> str:
    """Return what reading and checking *text* finds, a line a finding."""
    with TemporaryDirectory() as name:
        root = make(Path(name), text.removesuffix("\n"))
        try:
            book = read(root / "manuscript")
            findings = annotate.check(book)
        except NzpubError as error:
            findings = error.findings
    shift = 0 if text.startswith("---\n") else FRONT_LINES
    return "".join(f"{_shifted(str(finding), shift)}\n" for finding in findings)


def _shifted(message: str, shift: int) -> str:
    """Return *message* with its line counted from the first line after the front matter."""
    _, _, rest = message.partition(":")
    line, _, rest = rest.partition(":")
    return f"{int(line) - shift}:{rest}" if line.isdigit() else message
