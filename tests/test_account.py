"""The report of `check`, as machines read it: what was asked, by whom, what came out, and what was not asked."""

from __future__ import annotations

import json
from typing import Any

from nzpub.account import FOR_PEOPLE, Check, render
from nzpub.errors import Finding, Place

BROKEN = Finding("Ace image-alt", "error", "no “alt”", Place("manuscript/a.md", 2), "describe it",
                 rule="Images have descriptions", about="https://example.org/image-alt")
CHECKS = (Check("manuscript/a.md", "nzpub manuscript", "failed", (Finding("NZ111", "error", "x"),), version="0.1"),
          Check("dist/a b.epub", "nzpub checks", "passed", version="0.1"),
          Check("dist/a b.epub", "Ace", "failed", (BROKEN,), version="1.4"),
          Check("dist/a.pdf", "verapdf", "not checked", why="it is not installed"))
SOURCES = {"manuscript/a.md": "one\n![](x.svg){alt=}\n"}


def runs() -> dict[str, dict[str, Any]]:
    made = json.loads(render(CHECKS, "sarif", SOURCES))
    assert made["version"] == "2.1.0"
    return {run["tool"]["driver"]["name"]: run for run in made["runs"]}


def test_json_has_every_check_with_all_fields_of_its_findings() -> None:
    """Tool, version, outcome and reason of each check; code, file and line of each finding; the people's questions."""
    made = json.loads(render(CHECKS, "json", SOURCES))
    assert made["checks"][2:] == [
        {"file": "dist/a b.epub", "tool": "Ace", "version": "1.4", "outcome": "failed", "why": "", "findings": [
            {"code": "Ace image-alt", "severity": "error", "message": "no “alt”", "hint": "describe it",
             "file": "manuscript/a.md", "line": 2, "column": 12}]},
        {"file": "dist/a.pdf", "tool": "verapdf", "version": "", "outcome": "not checked",
         "why": "it is not installed", "findings": []}]
    assert made["for people"] == list(FOR_PEOPLE)


def test_sarif_has_a_run_for_each_program() -> None:
    """Each run names its program with the version, and the files that it was asked about."""
    assert {name: run["tool"]["driver"].get("version") for name, run in runs().items()} == {
        "nzpub": "0.1", "Ace": "1.4", "verapdf": None}
    assert runs()["Ace"]["artifacts"] == [{"location": {"uri": "dist/a%20b.epub"}, "roles": ["analysisTarget"],
                                           "properties": {"outcome": "failed"}}]


def test_sarif_tells_what_was_not_checked() -> None:
    """A validator that was not asked has a run that did not succeed, with a notification that says why."""
    (invocation,) = runs()["verapdf"]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [(note["descriptor"]["id"], note["level"], note["message"]["text"], note["locations"])
            for note in invocation["toolExecutionNotifications"]] == [
        ("not-checked", "warning", "not checked: it is not installed",
         [{"physicalLocation": {"artifactLocation": {"uri": "dist/a.pdf"}}}])]
    assert runs()["Ace"]["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_has_the_questions_for_people() -> None:
    """Our own run hands on what no machine can tell."""
    notes = runs()["nzpub"]["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes if note["descriptor"]["id"] == "for-people"] == list(FOR_PEOPLE)


def test_sarif_says_what_a_rule_is() -> None:
    """A validator's rule has its own words and address; ours has those of the README's table."""
    assert runs()["Ace"]["tool"]["driver"]["rules"] == [
        {"id": "Ace image-alt", "shortDescription": {"text": "Images have descriptions"},
         "helpUri": "https://example.org/image-alt"}]
    assert runs()["nzpub"]["tool"]["driver"]["rules"] == [
        {"id": "NZ111", "shortDescription": {"text": "an unknown annotation"}}]


def test_each_result_refers_to_its_rule_and_place() -> None:
    """A result has the rule's place in the list, and line and column where they are known."""
    (result,) = runs()["Ace"]["results"]
    assert (result["ruleIndex"], result["locations"]) == (0, [{"physicalLocation": {
        "artifactLocation": {"uri": "manuscript/a.md"}, "region": {"startLine": 2, "startColumn": 12}}}])


def test_text_and_workflow_commands_are_the_findings() -> None:
    """People get the table beside them."""
    assert render(CHECKS, "github", {}).split("\n")[1].startswith("::error file=manuscript/a.md,line=2")
