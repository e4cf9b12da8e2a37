"""Findings for people and for machines: one shape, four ways to print it.

SARIF is OASIS SARIF 2.1.0; ``github`` are GitHub's workflow commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from nzpub.errors import Finding

_QUOTED = re.compile(r"“([^”]+)”")


def render(findings: Iterable[Finding], form: str, sources: Mapping[str, str]) -> str:
    """Return *findings* in the form "text", "json", "sarif" or "github"; "" if there is nothing to say.

    *sources* are the texts of the files they may name, from which text takes the line and its column.
    Raises KeyError for another form.
    """
    return FORMS[form](tuple(_with_column(finding, sources) for finding in findings), sources)


def _with_column(finding: Finding, sources: Mapping[str, str]) -> Finding:
    """Return *finding* with the column of the words that it quotes, if its line has them."""
    line = _line(finding, sources)
    if line is None or finding.where is None or finding.where.column is not None:
        return finding
    found = next((at for words in _QUOTED.findall(finding.message) if (at := line.find(words.rstrip("=…"))) >= 0), None)
    return finding if found is None else replace(finding, where=replace(finding.where, column=found + 1))


def _line(finding: Finding, sources: Mapping[str, str]) -> str | None:
    place = finding.where
    if place is None or place.line is None or place.file not in sources:
        return None
    lines = sources[place.file].split("\n")
    return lines[place.line - 1] if place.line <= len(lines) else None


def _text(findings: tuple[Finding, ...], sources: Mapping[str, str]) -> str:
    return "\n".join(line for finding in findings for line in _paragraph(finding, sources))


_WIDEST = 100                  # characters of a source line that are shown


def _paragraph(finding: Finding, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield the finding, and below it the line that it is about with the place marked."""
    yield str(finding)
    line = _line(finding, sources)
    if not line or finding.where is None:
        return
    column = finding.where.column or 1
    start = max(0, column - 1 - _WIDEST // 2) if len(line) > _WIDEST else 0
    margin = f"{finding.where.line:>6} | "
    yield f"{margin}{line[start:start + _WIDEST]}"
    if finding.where.column is not None:
        yield f"{' ' * (len(margin) - 2)}| {' ' * (column - 1 - start)}^"


def _json(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    return json.dumps([{"code": f.code, "severity": f.severity, "message": f.message, "hint": f.hint,
                        "file": f.where.file if f.where else None, "line": f.where.line if f.where else None,
                        "column": f.where.column if f.where else None} for f in findings], ensure_ascii=False, indent=2)


def _sarif(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    rules = [{"id": code} for code in sorted({finding.code for finding in findings})]
    run = {"tool": {"driver": {"name": "nzpub", "rules": rules}}, "results": [_result(f) for f in findings]}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(finding: Finding) -> dict[str, object]:
    message = f"{finding.message} — {finding.hint}" if finding.hint else finding.message
    result: dict[str, object] = {"ruleId": finding.code, "level": finding.severity, "message": {"text": message}}
    if finding.where:
        region = {"startLine": finding.where.line, "startColumn": finding.where.column}
        physical = {"artifactLocation": {"uri": finding.where.file},
                    "region": {key: value for key, value in region.items() if value is not None}}
        result["locations"] = [{"physicalLocation": {key: value for key, value in physical.items() if value}}]
    return result


def _github(findings: tuple[Finding, ...], _: Mapping[str, str]) -> str:
    return "\n".join(_command(finding) for finding in findings)


def _command(finding: Finding) -> str:
    where = finding.where
    pairs = {"file": where.file, "line": where.line, "col": where.column} if where else {}
    given = [f"{key}={_escaped(str(value), ':,')}" for key, value in {**pairs, "title": finding.code}.items() if value]
    text = f"{finding.message} — {finding.hint}" if finding.hint else finding.message
    return f"::{finding.severity} {','.join(given)}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    """Return *text* with what would end a workflow command percent-encoded."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + also else c for c in text)


Render = Callable[[tuple[Finding, ...], Mapping[str, str]], str]
FORMS: Mapping[str, Render] = {"text": _text, "json": _json, "sarif": _sarif, "github": _github}
