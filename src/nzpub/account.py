"""What `check` asked and what came out: one report, in the forms that machines read.

Each finding has the fields that it has in a build's list. A question that was not asked is in the report as
such, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nzpub import diagnose, sarif
from nzpub.errors import Finding, NzpubError, together

Outcome = Literal["passed", "failed", "not checked"]

# What no machine can tell; the report says so each time.
FOR_PEOPLE = (
    "whether each text alternative says what its figure means",
    "whether the words of links and headings tell a listener where they lead",
    "how the PDF and the EPUB sound in a screen reader that people use",
    "whether the colours and the layout please, on paper and from the back row",
    "whether what the text says is true and the sources say so",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to one file: by which tool and version, what came out, and the findings."""

    file: str                      # as seen from the publication's folder
    tool: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    why: str = ""                  # of "not checked"
    version: str = ""              # of the tool, "" if it was not asked

    @property
    def program(self) -> str:
        """Return whose question it is: the tool, or this program for what is ours."""
        return sarif.OURS if self.tool.partition(" ")[0] == sarif.OURS else self.tool


def impossible(error: NzpubError, file: str) -> Check:
    """Return the check of *file* that *error* made impossible."""
    why = error.findings[0].message if error.findings else str(error)
    return Check(file, sarif.OURS, "not checked", error.findings, why, sarif.our_version())


def render(checks: Iterable[Check], form: str, sources: Mapping[str, str]) -> str:
    """Return *checks* in *form*: the whole report as "json" or "sarif", else the findings alone, as a build's.

    *sources* are the texts of the files that findings may name. Raises KeyError for another form.
    """
    placed = tuple(replace(check, findings=diagnose.placed(check.findings, sources)) for check in checks)
    if form == "json":
        return json.dumps({"checks": [_entry(check) for check in placed], "for people": list(FOR_PEOPLE)},
                          ensure_ascii=False, indent=2)
    if form == "sarif":
        return sarif.document(_runs(placed))
    return diagnose.render(together(finding for check in placed for finding in check.findings), form, sources)


def _entry(check: Check) -> dict[str, object]:
    return {"file": check.file, "tool": check.tool, "version": check.version, "outcome": check.outcome,
            "why": check.why, "findings": [diagnose.entry(finding) for finding in check.findings]}


def _runs(checks: Sequence[Check]) -> Iterator[sarif.Run]:
    """Yield a run for each program; ours hands on what is left to people."""
    for program in dict.fromkeys([sarif.OURS, *(check.program for check in checks)]):
        made = [check for check in checks if check.program == program]
        unasked = [sarif.Note("not-checked", f"not checked: {check.why}", check.file)
                   for check in made if check.outcome == "not checked"]
        people = [sarif.Note("for-people", question) for question in FOR_PEOPLE] if program == sarif.OURS else []
        version = next((check.version for check in made if check.version), "")
        yield sarif.Run(program, version, tuple(finding for check in made for finding in check.findings),
                        (*unasked, *people), _outcomes(made))


def _outcomes(checks: Sequence[Check]) -> dict[str, str]:
    """Return the worst outcome of each file."""
    ordered = sorted(checks, key=lambda check: ("passed", "not checked", "failed").index(check.outcome))
    worst = {check.file: check.outcome for check in ordered}
    return {check.file: worst[check.file] for check in checks}
