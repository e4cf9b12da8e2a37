"""SARIF is what OASIS' schema says it is, whatever was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sarif_kit.validate import validation_errors

from nzpub import account, verify
from nzpub.build import build
from nzpub.diagnose import render
from nzpub.errors import Finding, NzpubError, Place
from publication import copy_book, make

WORDS = st.text(min_size=1, max_size=30)
PLACES = st.builds(Place, WORDS, st.none() | st.integers(1, 9_000), st.none() | st.integers(1, 9_000))
FINDINGS = st.builds(Finding, WORDS, st.sampled_from(["error", "warning"]), WORDS, st.none() | PLACES, st.text(),
                     rule=st.text(max_size=9), outputs=st.tuples(WORDS))
CHECKS = st.builds(account.Check, WORDS, WORDS, st.sampled_from(["passed", "failed", "not checked"]),
                   st.lists(FINDINGS, max_size=3).map(tuple), st.text(), st.text())


def test_the_findings_of_a_build_are_valid(tmp_path: Path) -> None:
    """A build that ends with many findings of all kinds prints a valid document."""
    root = make(tmp_path, "[x]{.abr} [smith-2020] https://example.org <b>x</b> [@nobody; @fig-none]\n\n::: a\n")
    with pytest.raises(NzpubError) as caught:
        build(root)
    assert len({finding.code for finding in caught.value.findings}) > 6
    assert validation_errors(json.loads(render(caught.value.findings, "sarif", {}))) == []


def test_the_report_of_a_check_is_valid(tmp_path: Path) -> None:
    """So is the report of a check, with what was found, what was not asked, and what is left to people."""
    root = copy_book(tmp_path)
    build(root, ["epub"])
    (root / "dist" / "added.txt").write_text("x")
    report = account.render(verify.attempt(root), "sarif", {})
    assert "NZ732" in report
    assert validation_errors(json.loads(report)) == []


@given(st.lists(FINDINGS, max_size=4), st.lists(CHECKS, max_size=3))
def test_any_findings_and_checks_are_valid(findings: list[Finding], checks: list[account.Check]) -> None:
    """Whatever a message, a place or a tool is called."""
    for document in (render(findings, "sarif", {}), account.render(checks, "sarif", {})):
        assert validation_errors(json.loads(document)) == []
