"""What an author is told: `golden/diagnostics.test` holds a manuscript's text and the messages it earns.

`golden/told.test` holds the same as a build tells it, all rules together.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from golden import cases, mismatches
from nzpub import annotate, diagnose, editorial
from nzpub.build import prepared
from nzpub.errors import NzpubError, Place, order
from nzpub.read import read, read_styles
from publication import BOOK, FRONT_LINES, make


def test_each_mistake_earns_its_message() -> None:
    """Every mistake is told with its place, what is wrong and what to do; lines count from the text's first."""
    assert not mismatches("diagnostics", messages)


def test_a_writer_is_told_each_mistake_once() -> None:
    """As a build tells it: in order, with line and column, what to do, and nothing that only follows from it."""
    assert not mismatches("told", whole)


README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = [example for examples in re.findall(r"^\| NZ\d{3} \| [^|]+ \| ([^|]+) \|$", README, re.MULTILINE)
            for example in re.findall(r"`([^`]+)`", examples)]
# Where an example may stand: in the text, on a figure, on speaker notes.
SETTINGS = ("{}\n", "![c](figures/x.svg){{alt=\"a b\" {}}}\n",
            "::: {{.slide title=\"A\"}}\nx\n\n::: {{.notes {}}}\nSaid.\n:::\n:::\n")


def told(root: Path) -> set[str]:
    """Return the codes of all that is found in *root*, mistakes and doubts together, as a build asks for them."""
    try:
        book = read(root / "manuscript")
    except NzpubError as error:
        return {finding.code for finding in error.findings}
    return {finding.code for finding in (*annotate.check(book), *editorial.check(book))}


@pytest.mark.parametrize("time", ['"30s"', '"1 min"', "“60”", '"²"', '"0"'])
def test_a_wrong_time_is_told_beside_the_doubts(tmp_path: Path, time: str) -> None:
    """Notes whose time is no number of seconds are an error, and nothing is reckoned from it."""
    assert "NZ123" in told(make(tmp_path, "# A\n\n" + SETTINGS[2].format(f"time={time}")))


def test_blank_lines_before_the_metadata_count(tmp_path: Path) -> None:
    """They are nobody's mistake, and every line below them keeps its number."""
    root = make(tmp_path, "# A\n\n[x]{.abr}\n")
    article = root / "manuscript" / "article.md"
    article.write_text(f"\n \n{article.read_text(encoding='utf-8')}", encoding="utf-8")

    assert [finding.where for finding in annotate.check(read(root / "manuscript"))] == [
        Place("manuscript/article.md", FRONT_LINES + 5)]


def test_no_mistake_stops_the_pass(tmp_path: Path) -> None:
    """Whatever is wrong, every rule runs to its end: on each example of the list of messages, on each golden case."""
    texts = [f"# A\n\n{setting.format(example)}" for example in EXAMPLES for setting in SETTINGS]
    texts += [case.given for name in ("diagnostics", "editorial") for case in cases(name)]
    for text in texts:
        told(make(tmp_path, text))


def test_a_fence_that_opens_nothing_holds_back_what_it_was_to_hold(tmp_path: Path) -> None:
    """That a paragraph cites no source is no doubt while it may stand in an aside; above and below it is one."""
    slide = '::: slide title="A"\nOn it.\n\n::: notes\nSaid.\n:::\n\nOn it too.\n:::\n'
    root = make(tmp_path, f"# A\n\nBefore [@jones-2021; @smith-2020].\n\nAbove.\n\n{slide}\nBelow.\n")

    told = [(finding.code, finding.message.partition("…")[0].removeprefix("“"))
            for finding in prepared(read(root / "manuscript"), STYLES, ())[1] if finding.code in ("NZ122", "NZ501")]
    assert told == [("NZ501", "Above."), ("NZ501", "Below.")]


STYLES = read_styles(BOOK.parent / "none", "")


def whole(text: str) -> str:
    """Return what a build of *text* tells before it makes anything, a line a finding, doubts about sources left out."""
    with TemporaryDirectory() as name:
        root = make(Path(name), text.removesuffix("\n"))
        try:
            book = read(root / "manuscript")
            found = prepared(book, STYLES, ("pdf", "web"))[1]
        except NzpubError as error:
            found = error.findings
        sources = {"manuscript/article.md": (root / "manuscript" / "article.md").read_text(encoding="utf-8")}
    shift = 0 if text.startswith("---\n") else FRONT_LINES
    told = [finding for finding in found if finding.code not in ("NZ501", "NZ502", "NZ503")]
    ordered = sorted(diagnose.placed(told, sources), key=order)
    return "".join(f"{_shifted(str(finding), shift)}\n" for finding in ordered)


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
