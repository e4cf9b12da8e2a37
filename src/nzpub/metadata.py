"""The YAML block at the manuscript's head, parsed by us and never shown to Pandoc.

Pandoc would obey it (``bibliography`` and ``csl`` may name any file or address), so it is taken off
the text, read as plain YAML 1.1 without aliases or tags, and held against one table of fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from nzpub import trust
from nzpub.errors import Finding, ManuscriptError, Place, nearest

_BCP47 = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:\S+")        # RFC 8141
_BASE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STYLE_NAME = re.compile(r"[a-z0-9-]+")
_SILENCED = re.compile(r"NZ(?:502|503)(?: \S+)?|NZ512")       # the rules about the metadata
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTES = re.compile(r"[1-9][0-9]{0,3}")
_SHOWN = 60                        # characters of a value that a message shows
_DEEPEST = 4                       # a mapping of fields, of which some are lists or mappings, and one more
_LONGEST_APART, _MOST_APART = 100_000, 100          # characters and fields of a block that is read field by field
_YEARS = range(1000, 2100)         # of four digits, as every output writes them, and none that a zip file cannot bear
_MOST_ENTRIES, _MOST_CHARACTERS = 2_000, 1_000      # of a list, and of a text on one line; an abstract may be longer


class _Broken(NamedTuple):
    """What YAML's parser says of a mistake, what we do, and whether it is to be put right where the value begins."""

    says: str
    what: str
    hint: str
    opened: bool = False


# The mistakes that are made most.
_BROKEN = (
    _Broken("mapping values are not allowed", "a second colon stands in this field",
            'put its value in quotation marks: "…"'),
    _Broken("'\\t'", "a tab stands before this field", "indent with spaces: YAML knows no tabs"),
    _Broken("but found '<scalar>'", "words stand behind the quotation mark that ends this value",
            "write the value in quotation marks of the other kind"),
    _Broken("expected <block end>", "this does not stand in one column with the fields above", "indent it as they are"),
    _Broken("unexpected end of stream", "a quotation mark is never closed", "close it, or take it out", opened=True),
    _Broken("expected ',' or", "a bracket is never closed, or a comma is missing behind it",
            "write a list as [one, two], its words in quotation marks if they have any of these signs", opened=True),
    _Broken("found '<stream end>'", "a bracket is never closed", "close it: [one, two]"),
    _Broken("could not find expected ':'", "this is no field", "write name: value", opened=True),
    _Broken("sequence entries are not allowed", "a list begins in the line of its field",
            "write it as [one, two], or in the lines below"),
    _Broken("expected chomping or indentation", "words stand behind the sign that begins a longer text",
            "begin them in the next line, indented"),
    _Broken("unknown escape character", "a \\ in double quotation marks begins a sign of its own", "write two of them"),
    _Broken("cannot start any token", "no value begins with this sign", 'put the value in quotation marks: "…"'),
    _Broken("expected alphabetic or numeric", "no value begins with this sign", 'put the value in quotation marks: "…"',
            opened=True),
)
_NAME = re.compile(r"\w[\w-]*\s*:")      # what begins a field
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
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[start].strip() != "---":
        if merged := list(trust.conflicts(enumerate(lines, 1), file)):
            raise ManuscriptError(merged)
        raise ManuscriptError(Finding("NZ201", "error", "the manuscript does not begin with a metadata block",
                                      Place(file, 1), "start with a line --- and the fields title, author, …"))
    end = next((n for n, line in enumerate(lines) if n > start and line.rstrip() in ("---", "...")), None)
    if end is None:
        raise ManuscriptError(Finding("NZ201", "error", "the metadata block is never closed", Place(file, start + 1),
                                      "end it with a line ---"))
    block = "\n".join([*[""] * (start + 1), *lines[start + 1:end]])
    body = "\n".join([*[""] * (end + 1), *lines[end + 1:]])
    return block, body


def parse(block: str, file: str) -> tuple[RawMeta, tuple[Finding, ...]]:
    """Return the fields of the YAML *block*, each of the type that :data:`FIELDS` asks for, and what is wrong.

    That is what a merge left, broken YAML, an alias, an unknown, missing, doubled or mistyped field; stand-ins take the
    place of required ones. A field that is no YAML hides no other.
    """
    values = {name: field.stand_in for name, field in FIELDS.items() if field.required}
    pairs, broken, found = _read(block, file)
    findings = [*found, *_doubled(pairs, file)]
    given: dict[str, tuple[Any, int]] = {}
    for key, node in pairs:
        given.setdefault(key.value, (_plain(node), _line(key)))
    lines = {name: line for name, (_, line) in given.items()} | _entries(pairs)
    for name, (value, line) in given.items():
        where = Place(file, line)
        if name not in FIELDS:
            findings.append(_unknown(name, where))
            continue
        if long := _overlong(name, value):
            findings.append(Finding("NZ207", "error", f"the field “{name}” has {long[0]}", where,
                                    f"shorten it: {long[1]:,} are the most"))
        try:
            values[name] = FIELDS[name].parse(value)
        except _EntriesError as error:
            what = "an entry" if isinstance(value, list) else "“{}”"
            findings += [_mistyped(name, f"{what.format(entry)} of the field “{name}”", value[entry],
                                   Place(file, lines[f"{name}.{entry}"])) for entry in error.args]
        except ValueError:
            findings.append(_mistyped(name, f"the field “{name}”", value, where))
    known = {*given, *broken}
    meant = {_meant(name) for name in known - set(FIELDS)}
    findings += [Finding("NZ203", "error", f"the field “{name}” is missing", Place(file, 1),
                         f"add “{name}: …”: {field.wants}")
                 for name, field in FIELDS.items() if field.required and name not in meant | known]
    return RawMeta(values, lines, frozenset((meant | known) - set(values))), tuple(findings)


_Pairs = list[tuple[yaml.ScalarNode, yaml.Node]]


def _read(block: str, file: str) -> tuple[_Pairs, set[str], tuple[Finding, ...]]:
    """Return the fields of the YAML *block*, the names of those that are no YAML, and what is wrong with them.

    If the whole cannot be read, what each field is alone; no name is known if something keeps all from being read.
    """
    if merged := tuple(trust.conflicts(enumerate(block.split("\n"), 1), file)):
        return [], set(FIELDS), merged
    try:
        return _composed(block, file), set(), ()
    except ManuscriptError as error:
        whole = error.findings
    pairs: _Pairs = []
    broken: list[tuple[str, Finding]] = []
    for name, field in _apart(block) if len(block) <= _LONGEST_APART else ():
        try:
            pairs += _composed(field, file)
        except ManuscriptError as error:
            broken += [(name, finding) for finding in error.findings]
    if not broken:
        return [], set(FIELDS), whole
    return pairs, {name for name, _ in broken}, tuple(finding for _, finding in broken)


def _apart(block: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each field of *block*, and its lines below as many empty ones as stand before it."""
    lines = block.split("\n")
    starts = [n for n, line in enumerate(lines) if _NAME.match(line)][:_MOST_APART]
    for start, stop in pairwise((*starts, len(lines))):
        yield lines[start].partition(":")[0].strip(), "\n".join([*[""] * start, *lines[start:stop]])


def _composed(block: str, file: str) -> _Pairs:
    """Return the fields of a YAML mapping. Raises ManuscriptError for the first thing in *block* that is none."""
    depth = 0
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
        raise ManuscriptError(_broken(error, block, file)) from error
    if not isinstance(root, yaml.MappingNode) or not all(isinstance(key, yaml.ScalarNode) for key, _ in root.value):
        words = f"“{root.value[:_SHOWN]}”" if isinstance(root, yaml.ScalarNode) else "this"
        raise ManuscriptError(Finding("NZ202", "error", f"{words} is no field", Place(file, _line(root) if root else 1),
                                      "write one field a line, with a space behind the colon: title: …"))
    return list(root.value)


def _broken(error: yaml.YAMLError, block: str, file: str) -> Finding:
    """Return what YAML's parser says in *error*, in our words if they are known, where the mistake begins."""
    problem = getattr(error, "problem", None) or str(error)
    known = next((broken for broken in _BROKEN if broken.says in problem), _Broken(
        "", f"the metadata are not valid YAML: {problem}", "check the indentation and the quotation marks"))
    mark = (getattr(error, "context_mark", None) if known.opened else None) or getattr(error, "problem_mark", None)
    end = block.rstrip().count("\n") + 1
    where = Place(file, mark.line + 1, mark.column + 1) if mark and mark.line < end else Place(file, end)
    return Finding("NZ202", "error", known.what, where, known.hint)


def _start(event: yaml.Event | yaml.Node, file: str) -> Place:
    return Place(file, _line(event), event.start_mark.column + 1 if event.start_mark else None)


def _line(event: yaml.Event | yaml.Node) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _doubled(pairs: _Pairs, file: str) -> Iterator[Finding]:
    """Yield each name that stands twice among *pairs*, or in a field that is a mapping itself."""
    seen: set[str] = set()
    for key, value in pairs:
        if key.value in seen:
            yield Finding("NZ202", "error", f"“{key.value}” stands twice", _start(key, file), "keep one of them")
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            yield from _doubled(value.value, file)


def _entries(pairs: _Pairs) -> dict[str, int]:
    """Return the line of each entry of the fields that are mappings or lists, by ``field.entry``, counted from 0."""
    entries = {name.value: [(key.value, key) for key, _ in value.value] if isinstance(value, yaml.MappingNode)
               else [*enumerate(value.value)] if isinstance(value, yaml.SequenceNode) else [] for name, value in pairs}
    return {f"{name}.{entry}": _line(node) for name, found in entries.items() for entry, node in found}


def _plain(node: yaml.Node) -> Any:
    """Return *node* as a mapping, a list or the text that was typed, None if it is empty.

    YAML would make False of ``NO: Norway`` and 1.1 of 1.10.
    """
    if isinstance(node, yaml.MappingNode):
        return {_plain(key): _plain(value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _mistyped(name: str, what: str, value: Any, where: Place) -> Finding:
    return Finding("NZ204", "error", f"{what} is {_shown(value)}", where, f"write {FIELDS[name].wants}")


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
    if value in (None, "", [], {}):
        return "empty"
    match value:
        case dict():
            return "a list of fields"
        case list():
            return "a list"
    return f"“{value[:_SHOWN]}”"


class _EntriesError(ValueError):
    """Its arguments are the keys of those entries of a field that are not what they should be."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _markdown(value: Any) -> str:
    _text(value)
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 (one kind of error for every bad value)
    return tuple(_expansions(dict(enumerate(value))).values())


def _day(value: Any) -> date:
    day = date.fromisoformat(_matching(_DAY)(value))
    if day.year not in _YEARS:
        raise ValueError
    return day


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError
        return value
    return parse


def _expansions(value: Any) -> dict[Any, str]:
    if not isinstance(value, dict) or not value:
        raise ValueError
    if wrong := [key for key, text in value.items() if not isinstance(text, str) or not text.strip()]:
        raise _EntriesError(*wrong)
    return {key: text.strip() for key, text in value.items()}


def _reasons(value: Any) -> dict[str, str]:
    reasons = _expansions(value)
    if wrong := [key for key in reasons if not _SILENCED.fullmatch(key)]:
        raise _EntriesError(*wrong)
    return reasons


def _minutes(value: Any) -> int:
    return int(_matching(_MINUTES)(value))


FIELDS: Mapping[str, _Field] = {
    "title": _Field(True, "the title, as text", _text, "Untitled"),
    "author": _Field(True, "a list of names: [A Name, Another Name]", _texts, ("Anonymous",)),
    "date": _Field(True, "a day as 2026-11-23", _day, date(1970, 1, 1)),
    "lang": _Field(True, "a language tag, such as en-NZ", _matching(_BCP47), "en"),
    "identifier": _Field(True, "a URN, such as urn:uuid:…", _matching(_URN), "urn:x-none:none"),
    "short-name": _Field(True, "a base name of small letters, digits and hyphens, such as a-title",
                         _matching(_BASE_NAME), "untitled"),
    "subtitle": _Field(False, "text", _text),
    "publisher": _Field(False, "text", _text),
    "rights": _Field(False, "text", _text),
    "abstract": _Field(False, "text (Markdown)", _markdown),
    "keywords": _Field(False, "a list of words: [one, two]", _texts),
    "bibliography": _Field(False, "the name of a CSL JSON file beside the manuscript", _matching(_FILE_NAME)),
    "citation-style": _Field(False, "the name of a CSL style, such as chicago-notes-bibliography",
                             _matching(_STYLE_NAME)),
    "glossary": _Field(False, "abbreviations and what they stand for, one a line: EU: European Union",
                       _expansions),
    "spellings": _Field(False, "a list of words: [Māori, Tīeke]", _texts),
    "talk-minutes": _Field(False, "a whole number of minutes, such as 15", _minutes),
    "allow": _Field(False, "NZ502, NZ503 or NZ512, with the key or abbreviation if one is meant, and the reason",
                    _reasons),
    "reviewed-by": _Field(False, "the name of the person who reviewed the outputs", _text),
}
