"""Findings as SARIF 2.1.0 (OASIS): a run for each program, its rules, and what it could not be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from urllib.parse import quote

from nzpub.errors import Finding, Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
OURS = "nzpub"
NOTES: Mapping[str, str] = {
    "not-checked": "A file that this program was not asked about, and why.",
    "for-people": "What no machine can tell: a person is to judge it.",
}
"""What a run may say beside its results, by id."""
_ROW = re.compile(r"^\| (NZ\d{3}) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Note:
    """What is no finding: its id in NOTES, the words, and the file that it is about ("" for none)."""

    kind: str
    words: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one program said: its findings, its notes, and the files that it was asked about with each outcome."""

    tool: str
    version: str
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)


def document(runs: Iterable[Run]) -> str:
    """Return *runs* as one SARIF document."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(run) for run in runs]},
                      ensure_ascii=False, indent=2)


@cache
def our_version() -> str:
    """Return the version of this program, "" where it is not installed."""
    try:
        return metadata.version(OURS)
    except metadata.PackageNotFoundError:
        return ""


@cache
def _meanings() -> Mapping[str, str]:
    """Return what each of our codes says: the README's table, which an installed package carries with it."""
    try:
        readme = metadata.metadata(OURS).json.get("description", "")
    except metadata.PackageNotFoundError:
        readme = ""
    return dict(_ROW.findall(str(readme)))


def _run(run: Run) -> dict[str, object]:
    rules = {finding.code: finding for finding in reversed(run.findings)}
    order = sorted(rules)
    kinds = sorted({note.kind for note in run.notes})
    driver = {"name": run.tool, "version": run.version, "rules": [dict(_rule(rules[code])) for code in order],
              "notifications": [{"id": kind, "shortDescription": {"text": NOTES[kind]}} for kind in kinds]}
    made: dict[str, object] = {
        "tool": {"driver": {key: value for key, value in driver.items() if value or key == "rules"}},
        "invocations": [{"executionSuccessful": "not-checked" not in kinds,
                         "toolExecutionNotifications": [_note(note) for note in run.notes]}],
        "results": [_result(finding, order) for finding in run.findings]}
    if run.outcomes:
        made["artifacts"] = [{"location": {"uri": quote(file)}, "roles": ["analysisTarget"],
                              "properties": {"outcome": outcome}} for file, outcome in run.outcomes.items()]
    return made


def _rule(finding: Finding) -> Iterator[tuple[str, object]]:
    yield "id", finding.code
    if says := finding.rule or _meanings().get(finding.code, ""):
        yield "shortDescription", {"text": says}
    if finding.about:
        yield "helpUri", finding.about


def _note(note: Note) -> dict[str, object]:
    level = "warning" if note.kind == "not-checked" else "note"
    made: dict[str, object] = {"descriptor": {"id": note.kind}, "level": level, "message": {"text": note.words}}
    return {**made, "locations": [_location(Place(note.file))]} if note.file else made


def _result(finding: Finding, order: list[str]) -> dict[str, object]:
    message = f"{finding.said} — {finding.hint}" if finding.hint else finding.said
    result: dict[str, object] = {"ruleId": finding.code, "ruleIndex": order.index(finding.code),
                                 "level": finding.severity, "message": {"text": message}}
    return {**result, "locations": [_location(finding.where)]} if finding.where else result


def _location(where: Place) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": quote(where.file)}}
    region = {"startLine": where.line, "startColumn": where.column}
    if where.line:
        physical["region"] = {key: value for key, value in region.items() if value}
    return {"physicalLocation": physical}
