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
from dataclasses import replace
from pathlib import Path
from typing import Any

from nzpub import provide, sarif
from nzpub.account import Check, impossible
from nzpub.budget import budget, kept, of_book
from nzpub.build import prepared
from nzpub.checks import parity
from nzpub.checks.outside import VALIDATORS
from nzpub.errors import FAULT, Finding, NzpubError, Place, ToolError, at_fault, together
from nzpub.formats import FORMATS, Format, belongs
from nzpub.model import OUTPUTS, Artifact, Book, Styles
from nzpub.publish import MANIFEST, digest, inputs
from nzpub.read import characters, read, read_styles, size

DIST = "dist"
_BUILD = "run: ./inv build"


def attempt(root: Path) -> tuple[Check, ...]:
    """Return what `verify` returns, or the one check that says why there is nothing to check."""
    try:
        with at_fault("the outputs were checked"):
            return verify(root)
    except NzpubError as error:
        return (impossible(error, f"{DIST}/"),)


def verify(root: Path) -> tuple[Check, ...]:
    """Return every check of the outputs in *root*/dist, ours first.

    Raises ToolError if there is nothing to check, ManuscriptError if the manuscript cannot be read.
    """
    dist = root / DIST
    manifest = _manifest(dist)
    allowed = budget(size(root / "manuscript"), Place("manuscript/"))
    with kept(allowed):
        book = read(root / "manuscript")
        styles = read_styles(root / "styles", characters(book))
        built = [format_ for format_ in FORMATS if _names(format_, manifest)]
        cited, findings = prepared(book, styles, dict.fromkeys(format_.output for format_ in built))
    whole = _set(dist, manifest, book, styles)
    own = [_check(book.source, "nzpub manuscript", together(findings)), whole]
    sound = not any(finding.severity == "error" for finding in findings)
    finished = cited if sound else None
    with kept(of_book(allowed, book)):
        if finished:
            own += [_check(book.source, f"nzpub edition: {output}", belongs(book, finished, output))
                    for output in OUTPUTS if any(format_.output == output for format_ in built)]
        own += [_fair(_parity(format_, finished, dist, manifest), whole.findings) for format_ in built]
    with ThreadPoolExecutor(max_workers=2) as pool:
        outside = list(pool.map(lambda pair: _ask(*pair), _questions(dist, manifest)))
    return (*own, *(_traced(check, finished, manifest, book.source) for check in outside))


def _check(file: str, tool: str, findings: Iterable[Finding], version: str = "") -> Check:
    listed = tuple(findings)
    return Check(file, tool, "failed" if listed else "passed", listed, version=version or sarif.our_version())


def _path(name: str) -> str:
    """Return where the output *name* is, as seen from the publication's folder."""
    return f"{DIST}/{name}"


def _manifest(dist: Path) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads((dist / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error        # without the machine's folders
        raise ToolError(Finding("NZ731", "error", f"there is no build to check: {why}", Place(f"{dist.name}/"),
                                _BUILD)) from error
    return manifest


def _set(dist: Path, manifest: Mapping[str, Any], book: Book, styles: Styles) -> Check:
    """Hold the folder against its manifest: every file there, unchanged, no other, of this manuscript and styles."""
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.iterdir()
             if path.name != MANIFEST}
    findings = [Finding("NZ732", "error", f"{name} is {_difference(name, listed, found)}", Place(_path(name)),
                        _BUILD) for name in sorted(listed | found) if listed.get(name) != found.get(name)]
    places = {"manuscript": book.source, "styles": "styles/"}
    findings += [Finding("NZ733", "error", f"the outputs are of another state of the {name}", Place(places[name]),
                         _BUILD) for name, files in inputs(book, styles).items()
                 if manifest.get(name, {}).get("sha256") != digest(files)]
    return _check(f"{dist.name}/", "nzpub manifest", findings)


def _difference(name: str, listed: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "missing"
    return "changed since the build" if name in listed else "not of the build"


def _names(format_: Format, manifest: Mapping[str, Any]) -> list[str]:
    return [file["name"] for file in manifest["files"] if file["format"] == format_.name]


def _parity(format_: Format, book: Book | None, dist: Path, manifest: Mapping[str, Any]) -> Check:
    """Hold the files of one format against what the manuscript says they hold."""
    names = _names(format_, manifest)
    files = {name: (dist / name).read_bytes() for name in names if (dist / name).is_file()}
    path, tool = _path(names[0]), "nzpub checks"
    if len(files) < len(names) or book is None:
        why = "the manuscript has errors" if book is None else "the file is missing"
        return Check(path, tool, "not checked", why=why, version=sarif.our_version())
    found = format_.check(Artifact(format_.name, files), format_.edition(book))
    return _check(path, tool, (_placed(finding, names[0]) if _is_of(finding, names[0]) else finding
                               for finding in found))


def _fair(check: Check, changed: Iterable[Finding]) -> Check:
    """Return *check* of a file without blaming the program for what was *changed* since the build."""
    if not any(finding.code == "NZ733" or (finding.where and finding.where.file == check.file) for finding in changed):
        return check
    return replace(check, findings=tuple(replace(finding, hint=_BUILD) if finding.hint == FAULT else finding
                                         for finding in check.findings))


def _questions(dist: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for file in manifest["files"]:
        for name, validator in VALIDATORS.items():
            if file["name"].endswith(validator.suffix) and (dist / file["name"]).is_file():
                yield dist / file["name"], name


def _traced(check: Check, book: Book | None, manifest: Mapping[str, Any], source: str) -> Check:
    """Return *check* of a file by its name, with each finding at its line in *source*, or else at the output.

    It has a line where it is about a slide or words of *book*.
    """
    format_ = next(format_ for format_ in FORMATS if check.file in _names(format_, manifest))
    findings = check.findings
    if book is not None and findings:
        findings = parity.traced(findings, Artifact(format_.name, {check.file: b""}), format_.edition(book))
    placed = tuple(finding if finding.where and finding.where.file == source else _placed(finding, check.file)
                   for finding in findings)
    return replace(check, file=_path(check.file), findings=placed)


def _is_of(finding: Finding, name: str) -> bool:
    return finding.where is not None and finding.where.file.partition("#")[0] == name


def _placed(finding: Finding, name: str) -> Finding:
    """Return *finding* at the path of the output *name*; a place inside that file goes into the message."""
    inner = str(finding.where).removeprefix(name) if finding.where else ""
    message = f"{inner}: {finding.message}" if inner else finding.message
    return replace(finding, message=message, where=Place(_path(name)))


def _ask(path: Path, name: str) -> Check:
    validator = VALIDATORS[name]
    tool: provide.Name = validator.tool or name  # type: ignore[assignment]
    command = provide.find(tool)
    if command is None:
        return Check(path.name, name, "not checked", why=provide.missing(tool).hint)
    try:
        program, _, version = validator.version(command).rpartition(" ")
        return _check(path.name, program, validator.run(path, command), version)
    except ToolError as error:
        return Check(path.name, name, "not checked", error.findings, str(error.findings[0].message))
