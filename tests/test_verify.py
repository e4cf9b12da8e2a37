"""`invoke check` finds what was done to the outputs after the build, and claims nothing that was not checked."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from nzpub import budget, provide
from nzpub import verify as verify_module
from nzpub.account import render
from nzpub.build import build
from nzpub.errors import ToolError
from nzpub.verify import attempt, verify
from publication import copy_book

STYLES = Path(__file__).parent.parent / "styles"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small publication, its EPUB built, on a machine without any validator."""
    monkeypatch.setattr(provide, "find", lambda _name: None)
    root = copy_book(tmp_path)
    build(root, ["epub"])
    return root


def outcomes(root: Path) -> dict[tuple[str, str], str]:
    return {(check.file, check.tool): check.outcome for check in verify(root)}


def codes(root: Path) -> set[str]:
    return {finding.code for check in verify(root) for finding in check.findings}


def test_a_validator_that_is_missing_did_not_pass(root: Path) -> None:
    """What was not asked is "not checked", with the reason; ours passes on a clean build."""
    found = outcomes(root)
    assert found["dist/kettle.epub", "epubcheck"] == found["dist/kettle.epub", "ace"] == "not checked"
    assert {outcome for (_, tool), outcome in found.items() if tool.startswith("nzpub")} == {"passed"}
    assert all(check.why for check in verify(root) if check.outcome == "not checked")


def test_a_file_changed_after_the_build_is_caught(root: Path) -> None:
    """Another byte, a file gone and a file added are each an error."""
    (root / "dist" / "extra.txt").write_text("x")
    with (root / "dist" / "kettle.epub").open("ab") as file:
        file.write(b" ")
    findings = [f for check in verify(root) if check.tool == "nzpub manifest" for f in check.findings]
    assert sorted(f.message for f in findings) == [
        "extra.txt is not of the build", "kettle.epub is changed since the build"]


def test_outputs_of_another_manuscript_are_caught(root: Path) -> None:
    """When the manuscript has changed since the build, the report says so."""
    path = root / "manuscript" / "kettle.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Mind the steam", "Mind the heat"), encoding="utf-8")
    assert "NZ733" in codes(root)
    assert {finding.hint for check in verify(root) for finding in check.findings} == {"run: ./inv build"}


def test_outputs_of_other_styles_are_caught(root: Path) -> None:
    """A token that was changed since the build makes the outputs old, be it one that no check would see."""
    (root / "styles" / "tokens.css").write_text(":root { --color-pacific: #aa0000 }\n", encoding="utf-8")
    old = [finding for check in verify(root) for finding in check.findings if finding.code == "NZ733"]
    assert [(finding.message, str(finding.where)) for finding in old] == [
        ("the outputs are of another state of the styles", "styles/")]


def test_without_a_build_there_is_nothing_to_check(tmp_path: Path) -> None:
    """No manifest: the message says so, and names no folder of the machine."""
    with pytest.raises(ToolError, match="no build to check") as told:
        verify(copy_book(tmp_path))
    assert str(tmp_path) not in str(told.value)


def test_what_is_found_on_a_slide_stands_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                     chromium: str) -> None:
    """A fault of the deck names the slide and the manuscript's line; the front page is asked about no slides."""
    monkeypatch.setattr(provide, "find", lambda name: (chromium,) if name == "playwright" else None)
    root = copy_book(tmp_path)
    (root / "styles" / "slides.css").write_text(
        (STYLES / "slides.css").read_text(encoding="utf-8") + "#sl-end p { font-size: 10px !important }", "utf-8")
    build(root, ["slides", "web"])

    checks = [check for check in verify(root) if "deck" in check.tool]

    line = (root / "manuscript" / "kettle.md").read_text(encoding="utf-8").split("\n").index(
        '::: {.slide #sl-end .layout-close title="That is all"}') + 1
    assert [check.file for check in checks] == ["dist/kettle-slides.html"]
    assert [str(finding).partition(" — ")[0] for check in checks for finding in check.findings] == [
        f"manuscript/kettle.md:{line}: error NZ612: kettle-slides.html#sl-end: slide “That is all”: "
        "“Thank you.” is set in 10 px"]


@pytest.mark.parametrize("step", ["prepared", "_parity"])
def test_a_check_that_never_ends_is_ended(root: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """What a build would not work at for ever, `check` does not either."""
    monkeypatch.setattr(budget, "_BASE_SECONDS", 0.8)
    monkeypatch.setattr(verify_module, step, lambda *_: any(number < 0 for number in count()))
    assert [check.findings[0].code for check in attempt(root)] == ["NZ117"]


def test_what_cannot_be_checked_is_a_report_too(tmp_path: Path) -> None:
    """Where nothing was built, machines get a report of the same shape, with the error in it."""
    made = json.loads(render(attempt(copy_book(tmp_path)), "json", {}))
    assert [(check["outcome"], [each["code"] for each in check["findings"]]) for check in made["checks"]] == [
        ("not checked", ["NZ731"])]


def test_an_unsound_manuscript_leaves_its_outputs_unchecked(root: Path) -> None:
    """What cannot be held against the manuscript is "not checked"; it does not vanish from the report."""
    path = root / "manuscript" / "kettle.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n[x]{.abr}\n", encoding="utf-8")
    assert outcomes(root)["dist/kettle.epub", "nzpub checks"] == "not checked"


def test_a_fault_of_an_output_stands_at_its_file(root: Path, monkeypatch: pytest.MonkeyPatch,
                                                 epubcheck: provide.Command) -> None:
    """What no line of the manuscript made has the path of the output, as a code host needs it."""
    monkeypatch.setattr(provide, "find", lambda name: epubcheck if name == "epubcheck" else None)
    path = root / "dist" / "kettle.epub"
    path.write_bytes(path.read_bytes()[:-100])
    (made,) = (check for check in verify(root) if check.tool == "EPUBCheck")
    assert made.version
    assert {str(finding.where) for finding in made.findings} == {"dist/kettle.epub"}
