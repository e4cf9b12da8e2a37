"""EPUBCheck, the W3C's own validator of EPUB files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nzpub.checks.outside.program import Validator, answer, member, no_answer
from nzpub.checks.trace import words_at_line
from nzpub.errors import Finding, Place, Severity

# Everything it can say (-u: hints on usage too), in English, so that findings do not vary with the machine.
OPTIONS = ("--locale", "en", "--failonwarnings", "-u", "-q", "--json", "-")
# "Use of Font-face declaration": said of every EPUB that embeds a font, which ours does on purpose.
EXPECTED = frozenset({"CSS-028"})
SEVERITIES: Mapping[str, Severity] = {"FATAL": "error", "ERROR": "error"}


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per message about the EPUB at *path*, placed in the file inside it."""
    done = answer([*command, *OPTIONS, str(path)])
    try:
        report = json.loads(done.stdout)
        findings = tuple(_findings(report, path))
    except ValueError as error:
        raise no_answer("EPUBCheck", done) from error
    if done.returncode and not report["messages"]:  # it says so of a file that it cannot open
        raise no_answer("EPUBCheck", done)
    return findings


def version(command: Sequence[str]) -> str:
    """Return program and version, such as "EPUBCheck v5.3.0"."""
    return answer([*command, "--version"]).stdout.strip()


def _findings(report: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    for message in report["messages"]:
        if message["ID"] in EXPECTED:
            continue
        severity = SEVERITIES.get(message["severity"], "warning")
        place = next((_place(location, path) for location in message["locations"]), None)
        hint = message["suggestion"] or ""
        yield Finding(message["ID"], severity, message["message"] + _more(message), place, hint, _near(place, path))


def _near(place: Place | None, path: Path) -> str:
    """Return the words at *place* in the EPUB at *path*, if it is in a document that can be read."""
    if place is None or place.line is None or not place.file.endswith(".xhtml"):
        return ""
    return words_at_line(member(path, place.file), place.line)


def _place(location: Mapping[str, Any], path: Path) -> Place:
    """Return where inside the EPUB at *path* it is; EPUBCheck writes -1 for no line, *path* for no file."""
    file = path.name if Path(location["path"]) == path else location["path"]
    line, column = (number if number > 0 else None for number in (location["line"], location["column"]))
    return Place(file, line, column)


def _more(message: Mapping[str, Any]) -> str:
    others = len(message["locations"]) - 1 + message["additionalLocations"]
    return f" (and in {others} more places)" if others > 0 else ""


VALIDATOR = Validator("epubcheck", ".epub", run, version)
