"""One finding, four forms."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nzpub.diagnose import FORMS, render
from nzpub.errors import Finding, Place, together

SOURCES = {"manuscript/a.md": "first\nsome [x]{.abr} text, 100 % sure\n"}
FINDING = Finding("NZ111", "error", "unknown annotation “.abr”", Place("manuscript/a.md", 2), "did you mean “abbr”?")


def test_text_shows_the_line_and_marks_the_place() -> None:
    """A person sees the finding, the source line below it, and a mark under the words concerned."""
    assert render([FINDING], "text", SOURCES).split("\n") == [
        "manuscript/a.md:2:10: error NZ111: unknown annotation “.abr” — did you mean “abbr”?",
        "     2 | some [x]{.abr} text, 100 % sure",
        "       |          ^",
    ]


@pytest.mark.parametrize(("quoted", "line", "mark"), [
    ("Wellingtn", "In Wellingtns and Wellington, xWellingtn, not Wellingtn.", "Wellingtn."),
    ("many .", "They are. Some are many . So", "many . So"),
    (".", "They are. Some (not all). So . it", ". it"),
    ("NATO", "NATO-led, the NATO’s, of NATO: it", "NATO: it"),
    ("#a", "A [x](#ab) and [y](#a).", "#a)."),
    ("don’t", "They won't; they don't.", "don't."),
    ("Nothing cited here.…", "Nothing cited here. At all.", "Nothing"),
    ("lnag=", "A lnag [x]{lnag=mi}", "lnag=mi"),
])
def test_the_mark_is_under_the_whole_words(quoted: str, line: str, mark: str) -> None:
    """What is marked are the words that the message quotes, not a part of others."""
    finding = Finding("NZ1", "error", f"it says “{quoted}” there", Place("manuscript/a.md", 2))
    shown = render([finding], "text", {"manuscript/a.md": f"x\n{line}\n"}).split("\n")
    assert shown[1][shown[2].index("^"):].startswith(mark)


def test_words_further_down_in_the_paragraph_are_found() -> None:
    """What is known only by its paragraph is told at the line of the words, never beyond the paragraph."""
    source = {"manuscript/a.md": "One.\n\nTwo three\nfour [^nope] five\n\nsix [^no]\n"}
    where = Place("manuscript/a.md", 3)
    found = [Finding("NZ1", "error", f"“{words}” is text", where) for words in ("[^nope]", "[^no]")]
    told = json.loads(render(found, "json", source))
    assert [(each["line"], each["column"]) for each in told] == [(3, None), (4, 6)]


def test_a_long_line_is_cut_around_the_place() -> None:
    """A paragraph on one line is shown in part, with the words concerned in it."""
    source = "x" * 400 + " .abr " + "y" * 400
    shown = render([FINDING], "text", {"manuscript/a.md": f"\n{source}"}).split("\n")
    assert max(map(len, shown[1:])) < 120
    assert shown[1][shown[2].index("^"):].startswith(".abr")


def test_json_is_a_list_of_findings() -> None:
    """A program reads code, severity, message, hint and place."""
    assert json.loads(render([FINDING], "json", SOURCES)) == [{
        "code": "NZ111", "severity": "error", "message": "unknown annotation “.abr”", "hint": "did you mean “abbr”?",
        "file": "manuscript/a.md", "line": 2, "column": 10}]


def test_sarif_has_rule_level_and_region() -> None:
    """A code host reads SARIF 2.1.0: the rule, the level, and where."""
    run = json.loads(render([FINDING, Finding("NZ903", "warning", "slow")], "sarif", SOURCES))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["NZ111", "NZ903"]
    assert run["results"][0]["locations"] == [{"physicalLocation": {
        "artifactLocation": {"uri": "manuscript/a.md"}, "region": {"startLine": 2, "startColumn": 10}}}]
    assert "locations" not in run["results"][1]


def test_github_escapes_what_would_end_the_command() -> None:
    """A workflow command stays one line whatever the message says."""
    finding = Finding("NZ1", "warning", "50 %\nof it", Place("a,b:c.md", 3))
    assert render([finding], "github", {}) == "::warning file=a%2Cb%3Ac.md,line=3,title=NZ1::50 %25%0Aof it"


def test_no_findings_print_nothing_for_a_person() -> None:
    """Where all is well there is nothing to read, and a machine still gets a valid document."""
    assert {form: render([], form, {}) == "" for form in FORMS} == {
        "text": True, "github": True, "json": False, "sarif": False}


def test_what_outputs_share_is_told_once() -> None:
    """Findings that differ in their outputs alone are one, which names them; another place is another finding."""
    found = [replace(FINDING, outputs=(name,)) for name in ("PDF", "EPUB", "PDF")]
    elsewhere = replace(FINDING, outputs=("slides",), where=Place("manuscript/a.md", 1))
    assert [(each.said, each.where) for each in together([*found, elsewhere])] == [
        ("PDF, EPUB: unknown annotation “.abr”", FINDING.where),
        ("slides: unknown annotation “.abr”", elsewhere.where)]
    assert "::PDF, EPUB: unknown annotation “.abr” — did" in render(together(found), "github", {})
