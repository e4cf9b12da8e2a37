"""What stands in ``dist/``, held against its manuscript and the reference validators: one report.

Nothing is taken on trust: the files are read again, their checksums compared with the manifest, their
content with the manuscript, and every validator that the machine has is asked. One that it has not is
reported as "not checked", never as passed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from nzpub import annotate, editorial, provide
from nzpub.checks import parity
from nzpub.checks.outside import VALIDATORS
from nzpub.cite import cite
from nzpub.errors import Finding, Place, ToolError
from nzpub.formats import FORMATS, Format, belongs
from nzpub.illustrate import illustrate
from nzpub.model import OUTPUTS, Artifact, Book
from nzpub.publish import MANIFEST, digest, inputs
from nzpub.read import characters, read, read_styles

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

    file: str
    tool: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    why: str = ""                  # of "not checked"


def verify(root: Path) -> tuple[Check, ...]:
    """Return every check of the outputs in *root*/dist, ours first.

    Raises ToolError if there is nothing to check, ManuscriptError if the manuscript cannot be read.
    """
    dist = root / "dist"
    manifest = _manifest(dist)
    book = read(root / "manuscript")
    styles = read_styles(root / "styles", characters(book))
    findings = (*annotate.check(book), *annotate.covered(book, styles), *editorial.check(book))
    own = [_check(book.source, "nzpub manuscript", findings), _set(dist, manifest, book)]
    sound = not any(finding.severity == "error" for finding in findings)
    finished = cite(illustrate(book, styles)) if sound else None
    if finished:
        own += [_check(book.source, f"nzpub edition: {output}", belongs(book, finished, output)) for output in OUTPUTS
                if any(format_.output == output and _names(format_, manifest) for format_ in FORMATS)]
        own += [_parity(format_, finished, dist, manifest) for format_ in FORMATS if _names(format_, manifest)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        outside = list(pool.map(lambda pair: _ask(*pair), _questions(dist, manifest)))
    return (*own, *(_traced(check, finished, manifest) for check in outside))


def _check(file: str, tool: str, findings: Iterable[Finding]) -> Check:
    listed = tuple(findings)
    return Check(file, tool, "failed" if listed else "passed", listed)


def _manifest(dist: Path) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads((dist / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise ToolError(Finding("NZ731", "error", f"there is no build to check: {error}", Place(f"{dist.name}/"),
                                "run: ./inv build")) from error
    return manifest


def _set(dist: Path, manifest: Mapping[str, Any], book: Book) -> Check:
    """Hold the folder against its manifest: every file there, unchanged, no other, of this manuscript."""
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.iterdir()
             if path.name != MANIFEST}
    findings = [Finding("NZ732", "error", f"{name} is {_difference(name, listed, found)}", Place(f"dist/{name}"),
                        "run: ./inv build") for name in sorted(listed | found) if listed.get(name) != found.get(name)]
    if manifest["manuscript"]["sha256"] != digest(inputs(book)):
        findings.append(Finding("NZ733", "error", "the outputs are of another state of the manuscript",
                                Place(book.source), "run: ./inv build"))
    return _check(f"{dist.name}/", "nzpub manifest", findings)


def _difference(name: str, listed: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "missing"
    return "changed since the build" if name in listed else "not of the build"


def _names(format_: Format, manifest: Mapping[str, Any]) -> list[str]:
    return [file["name"] for file in manifest["files"] if file["format"] == format_.name]


def _parity(format_: Format, book: Book, dist: Path, manifest: Mapping[str, Any]) -> Check:
    """Hold the files of one format against what the manuscript says they hold."""
    names = _names(format_, manifest)
    files = {name: (dist / name).read_bytes() for name in names if (dist / name).is_file()}
    if len(files) < len(names):
        return Check(names[0], "nzpub checks", "not checked", why="the file is missing")
    return _check(names[0], "nzpub checks", format_.check(Artifact(format_.name, files), format_.edition(book)))


def _questions(dist: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for file in manifest["files"]:
        for name, validator in VALIDATORS.items():
            if file["name"].endswith(validator.suffix) and (dist / file["name"]).is_file():
                yield dist / file["name"], name


def _traced(check: Check, book: Book | None, manifest: Mapping[str, Any]) -> Check:
    """Return *check* with each finding at the manuscript's line, where it is about a slide or words of *book*."""
    format_ = next(format_ for format_ in FORMATS if check.file in _names(format_, manifest))
    if book is None or not check.findings:
        return check
    artifact = Artifact(format_.name, {check.file: b""})
    return replace(check, findings=parity.traced(check.findings, artifact, format_.edition(book)))


def _ask(path: Path, name: str) -> Check:
    validator = VALIDATORS[name]
    tool: provide.Name = validator.tool or name  # type: ignore[assignment]
    command = provide.find(tool)
    if command is None:
        return Check(path.name, name, "not checked", why=provide.missing(tool).hint)
    try:
        return _check(path.name, validator.version(command), validator.run(path, command))
    except ToolError as error:
        return Check(path.name, name, "not checked", error.findings, str(error.findings[0].message))


def report(checks: Iterable[Check]) -> str:
    """Return *checks* as JSON: each file with tool, outcome and findings, and what is left to people."""
    listed = [{"file": check.file, "tool": check.tool, "outcome": check.outcome, "why": check.why,
               "findings": [str(finding) for finding in check.findings]} for check in checks]
    return json.dumps({"checks": listed, "for people": list(FOR_PEOPLE)}, ensure_ascii=False, indent=2)
