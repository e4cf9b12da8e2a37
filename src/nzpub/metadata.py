"""The YAML block at the manuscript's head, parsed by us and never shown to Pandoc.

Pandoc would obey it (``bibliography`` and ``csl`` may name any file or address), so it is taken off
the text, read as plain YAML 1.1 without aliases or tags, and held against one table of fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import yaml

from nzpub import trust
from nzpub.errors import Finding, ManuscriptError, Place, nearest

_BCP47 = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:\S+")        # RFC 8141
_BASE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STYLE_NAME = re.compile(r"[a-z0-9-]+")
_SILENCED = re.compile(r"NZ(?:502|503)(?: \S+)?|NZ512")       # the rules about the metadata
_DEEPEST = 4                       # a mapping of fields, of which some are lists or mappings, and one more
_MOST_ENTRIES, _MOST_CHARACTERS = 2_000, 1_000      # of a list, and of a text on one line; an abstract may be longer
# What YAML's parser says of the mistakes that are made most, and what we do: message and hint.
_BROKEN = (
    ("mapping values are not allowed", "a second colon stands in this field", 'put its value in quotation marks: "…"'),
    ("'\\t'", "a tab stands before this field", "indent with spaces: YAML knows no tabs"),
    ("expected <block end>", "this does not stand in one column with the fields above", "indent it as they are, and "
     "put a value that has quotation marks inside it all in quotation marks"),
    ("unexpected end of stream", "a quotation mark is never closed", "close it, or take it out"),
    ("could not find expected ':'", "this is no field", "write name: value"),
)
# What other tools call these fields.
_ELSEWHERE = {"csl": "citation-style", "language": "lang", "authors": "author", "tags": "keywords",
              "description": "abstract", "license": "rights", "copyright": "rights", "references": "bibliography",
              "doi": "identifier", "isbn": "identifier", "uuid": "identifier", "slug": "short-name"}
_FILE_NAME = re.compile(r"[\w][\w.-]*\.json")


class RawMeta(NamedTuple):
    """The fields as Python values by their YAML names, and the line of each, and of each ``field.entry`` of a list."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    unknown: frozenset[str]                   # fields that say something which cannot be read


class _Field(NamedTuple):
    required: bool
    wants: str                                # what the author should write, for the message
    parse: Callable[[Any], Any]               # raises ValueError for anything else
    stand_in: Any = None                      # of a required field, so that the text can be checked without it


def split(text: str, file: str) -> tuple[str, str]:
    """Return the YAML block and the text of a manuscript, both with the line numbers of the whole.

    Raises ManuscriptError if the block is missing, never closed, or has what a merge left before it.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---":
        if merged := list(trust.conflicts(enumerate(lines, 1), file)):
            raise ManuscriptError(merged)
        raise ManuscriptError(Finding("NZ201", "error", "the manuscript does not begin with a metadata block",
                                      Place(file, 1), "start with a line --- and the fields title, author, …"))
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise ManuscriptError(Finding("NZ201", "error", "the metadata block is never closed", Place(file, 1),
                                      "end it with a line ---"))
    block = "\n".join(["", *lines[1:end]])
    body = "\n".join([*[""] * (end + 1), *lines[end + 1:]])
    return block, body


def parse(block: str, file: str) -> tuple[RawMeta, tuple[Finding, ...]]:
    """Return the fields of the YAML *block*, each of the type that :data:`FIELDS` asks for, and what is wrong.

    That is what a merge left, broken YAML, an alias, an unknown, missing or mistyped field; stand-ins take the place of
    required ones.
    """
    values = {name: field.stand_in for name, field in FIELDS.items() if field.required}
    try:
        pairs = _pairs(block, file)
    except ManuscriptError as error:
        return RawMeta(values, dict.fromkeys(FIELDS, 1), frozenset(FIELDS)), error.findings
    findings: list[Finding] = []
    for name, (value, line) in pairs.items():
        if name not in FIELDS:
            findings.append(_unknown(name, Place(file, line)))
            continue
        if long := _overlong(name, value):
            findings.append(Finding("NZ207", "error", f"the field “{name}” has {long[0]}", Place(file, line),
                                    f"shorten it: {long[1]:,} are the most"))
        try:
            values[name] = FIELDS[name].parse(value)
        except ValueError:
            findings.append(Finding("NZ204", "error", f"the field “{name}” is {_shown(value)}", Place(file, line),
                                    f"write {FIELDS[name].wants}"))
    meant = {_meant(name) for name in pairs if name not in FIELDS}
    findings += [Finding("NZ203", "error", f"the field “{name}” is missing", Place(file, 1),
                         f"add “{name}: …”: {field.wants}")
                 for name, field in FIELDS.items() if field.required and name not in meant.union(pairs)]
    lines = {name: line for name, (_, line) in pairs.items()} | _entries(block)
    return RawMeta(values, lines, frozenset((meant | set(pairs)) - set(values))), tuple(findings)


def _entries(block: str) -> dict[str, int]:
    """Return the line of each entry of the fields that are mappings themselves, by ``field.entry``."""
    root = yaml.compose(block, Loader=yaml.SafeLoader)
    fields = root.value if isinstance(root, yaml.MappingNode) else []
    return {f"{name.value}.{key.value}": key.start_mark.line + 1 for name, value in fields
            if isinstance(value, yaml.MappingNode) for key, _ in value.value}


def _pairs(block: str, file: str) -> dict[str, tuple[Any, int]]:
    """Return field → (plain value, line) of a YAML mapping."""
    depth = 0
    if merged := list(trust.conflicts(enumerate(block.split("\n"), 1), file)):
        raise ManuscriptError(merged)
    try:
        for event in yaml.parse(block, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ManuscriptError(Finding("NZ202", "error", "the metadata are nested too deeply",
                                              Place(file, _line(event)), "write lists of words, and no lists in lists"))
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise ManuscriptError(Finding("NZ205", "error", "the metadata use a YAML anchor, alias or tag",
                                              Place(file, _line(event)), "write the value out"))
            if found := trust.forbidden(getattr(event, "value", None) or ""):      # by an escape, such as "\\0"
                raise ManuscriptError(trust.character(found, _start(event, file)))
        root = yaml.compose(block, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        what, hint = next((said for part, *said in _BROKEN if part in problem), (
            f"the metadata are not valid YAML: {problem}", "check the indentation and the quotation marks"))
        where = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1)
        raise ManuscriptError(Finding("NZ202", "error", what, where, hint)) from error
    if not isinstance(root, yaml.MappingNode):
        raise ManuscriptError(Finding("NZ202", "error", "the metadata are not a list of fields", Place(file, 1),
                                      "write one field a line: title: …"))
    return _mapping(root, file)


def _start(event: yaml.Event, file: str) -> Place:
    return Place(file, _line(event), event.start_mark.column + 1 if event.start_mark else None)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _mapping(root: yaml.MappingNode, file: str) -> dict[str, tuple[Any, int]]:
    loader = yaml.SafeLoader("")
    pairs: dict[str, tuple[Any, int]] = {}
    for key, value in root.value:
        name = str(key.value)
        if name in pairs:
            raise ManuscriptError(Finding("NZ202", "error", f"the field “{name}” stands twice",
                                          Place(file, key.start_mark.line + 1), "keep one of them"))
        try:
            pairs[name] = (loader.construct_object(value, deep=True), key.start_mark.line + 1)
        except (ValueError, yaml.YAMLError):                # a day that no month has, say
            pairs[name] = (str(value.value), key.start_mark.line + 1)
    return pairs


def _unknown(name: str, where: Place) -> Finding:
    near = _meant(name)
    hint = f"did you mean “{near}”?" if near else f"the fields are {', '.join(FIELDS)}"
    return Finding("NZ206", "error", f"“{name}” is not a metadata field", where, hint)


def _overlong(name: str, value: Any) -> tuple[str, int] | None:
    """Return what the field *name* has too much of, and how much is the most."""
    entries = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else [value]
    if isinstance(value, list | dict) and len(value) > _MOST_ENTRIES:
        return f"{len(value):,} entries", _MOST_ENTRIES
    longest = max((len(str(entry)) for entry in entries), default=0)
    long = longest > _MOST_CHARACTERS and name != "abstract"
    return (f"a text of {longest:,} characters", _MOST_CHARACTERS) if long else None


def _meant(name: str) -> str:
    return _ELSEWHERE.get(name, "") or nearest(name, FIELDS)


def _shown(value: Any) -> str:
    return "empty" if value in (None, "", [], {}) else f"“{str(value)[:60]}”"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _markdown(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(_text(item) for item in value)


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("not a day")  # noqa: TRY004 (one kind of error for every bad value)
    return value


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError
        return value
    return parse


def _expansions(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise ValueError
    return {_text(key): _text(expansion) for key, expansion in value.items()}


def _reasons(value: Any) -> dict[str, str]:
    reasons = _expansions(value)
    if not all(map(_SILENCED.fullmatch, reasons)):
        raise ValueError
    return reasons


def _minutes(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError
    return value


FIELDS: Mapping[str, _Field] = {
    "title": _Field(True, "the title, as text", _text, "Untitled"),
    "author": _Field(True, "a list of names", _texts, ("Anonymous",)),
    "date": _Field(True, "a day as 2026-11-23", _day, date(1970, 1, 1)),
    "lang": _Field(True, "a language tag as en-NZ", _matching(_BCP47), "en"),
    "identifier": _Field(True, "a URN, such as urn:uuid:…", _matching(_URN), "urn:x-none:none"),
    "short-name": _Field(True, "a base name of small letters, digits and hyphens", _matching(_BASE_NAME),
                         "untitled"),
    "subtitle": _Field(False, "text", _text),
    "publisher": _Field(False, "text", _text),
    "rights": _Field(False, "text", _text),
    "abstract": _Field(False, "text (Markdown)", _markdown),
    "keywords": _Field(False, "a list of words", _texts),
    "bibliography": _Field(False, "the name of a CSL JSON file beside the manuscript", _matching(_FILE_NAME)),
    "citation-style": _Field(False, "the name of a CSL style, such as chicago-notes-bibliography",
                             _matching(_STYLE_NAME)),
    "glossary": _Field(False, "abbreviations with what they stand for", _expansions),
    "spellings": _Field(False, "a list of words", _texts),
    "talk-minutes": _Field(False, "a whole number of minutes", _minutes),
    "allow": _Field(False, "NZ502, NZ503 or NZ512, with the key or abbreviation if one is meant, and the reason",
                    _reasons),
    "reviewed-by": _Field(False, "the name of the person who reviewed the outputs", _text),
}
