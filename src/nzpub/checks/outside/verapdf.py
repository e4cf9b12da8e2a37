"""veraPDF, the validator of PDF/A and PDF/UA that the standards' own makers use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nzpub.checks.outside.program import Validator, answer, no_answer
from nzpub.checks.trace import words_of_structure
from nzpub.errors import Finding, Place

# Flavour 0: every standard that the file's own metadata declares, and PDF/A-1b if it declares none.
OPTIONS = ("--format", "json", "--flavour", "0", "--maxfailuresdisplayed", "1")


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per broken rule of the standards that the PDF at *path* declares."""
    return tuple(findings(judge(path, command), path))


def version(command: Sequence[str]) -> str:
    """Return program and version, such as "veraPDF 1.28.2"."""
    return answer([*command, "--version"]).stdout.partition("\n")[0].strip()


def judge(path: Path, command: Sequence[str]) -> Mapping[str, Any]:
    """Return what veraPDF reports on the PDF at *path*; `profiles` and `findings` read it."""
    done = answer([*command, *OPTIONS, str(path)])
    try:
        (job,) = json.loads(done.stdout)["report"]["jobs"]
    except ValueError as error:  # not JSON, or not one job
        raise no_answer("veraPDF", done) from error
    return dict(job)


def profiles(job: Mapping[str, Any]) -> Mapping[str, bool]:
    """Return each standard that was checked, such as "PDF/A-4F", and whether the file keeps to it."""
    results = job.get("validationResult", ())
    return {r["profileName"].removesuffix(" validation profile"): r["compliant"] for r in results}


def findings(job: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    """Yield one finding per broken rule, or the one that the PDF at *path* cannot be read."""
    if failure := job.get("taskException"):
        yield Finding(f"veraPDF {failure['type']}", "error", failure["exceptionMessage"], Place(path.name))
    for result in job.get("validationResult", ()):
        for rule in result["details"]["ruleSummaries"]:
            yield _broken(rule, path)


def _broken(rule: Mapping[str, Any], path: Path) -> Finding:
    code = f"{rule['specification']} {rule['clause']}-{rule['testNumber']}"
    first = rule["checks"][0] if rule["checks"] else {}
    times = f" ({rule['failedChecks']}×, first at {first.get('context', 'no place')})"
    near = words_of_structure(path.read_bytes(), first.get("context", ""))
    return Finding(code, "error", rule["description"] + times, Place(path.name), first.get("errorMessage") or "", near,
                   rule["description"])


VALIDATOR = Validator("verapdf", ".pdf", run, version)
