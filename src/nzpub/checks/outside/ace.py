"""Ace by DAISY, the checker of EPUB Accessibility."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nzpub.checks.outside.program import Validator, answer, member, no_answer
from nzpub.checks.trace import words_at_selector
from nzpub.errors import Finding, Place

# -E: exit with an error if the book fails; -s: say nothing; -f: overwrite what is in the folder
OPTIONS = ("-E", "-s", "-f", "-o")


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per violation in the EPUB at *path*, placed in the file inside it."""
    with TemporaryDirectory(prefix="nzpub-") as folder:
        done = answer([*command, *OPTIONS, folder, str(path)])
        try:
            report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise no_answer("Ace", done) from error
    findings = tuple(_findings(report, path))
    if report["earl:result"]["earl:outcome"] != "pass" and not findings:
        raise no_answer("Ace", done)
    return findings


def version(command: Sequence[str]) -> str:
    """Return program and version, such as "Ace 1.4.6"."""
    return f"Ace {answer([*command, '--version']).stdout.strip()}"


def _findings(report: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    for document in report["assertions"]:
        rules: dict[str, list[Mapping[str, Any]]] = {}
        for assertion in document["assertions"]:
            rules.setdefault(assertion["earl:test"]["dct:title"], []).append(assertion)
        for title, broken in rules.items():
            message = " ".join(broken[0]["earl:result"]["dct:description"].split())
            more = f" (and in {len(broken) - 1} more places)" if len(broken) > 1 else ""
            file, test = document["earl:testSubject"]["url"], broken[0]["earl:test"]
            yield Finding(f"Ace {title}", "error", message + more, Place(file), test["help"]["dct:description"],
                          _near(broken[0], file, path), test.get("dct:description", ""), test["help"].get("url", ""))


def _near(assertion: Mapping[str, Any], file: str, path: Path) -> str:
    """Return the words in *file* of the EPUB at *path* that an assertion is about."""
    selectors = assertion["earl:result"].get("earl:pointer", {}).get("css", ())
    content = member(path, file)
    return next((words for selector in selectors if content and (words := words_at_selector(content, selector))), "")


VALIDATOR = Validator("ace", ".epub", run, version)
