"""The bibliography: from the bytes of a file in CSL JSON to its entries, their lines, and what is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from nzpub import trust
from nzpub.errors import Finding, ManuscriptError, Place, nearest, suggestion

_DEEPEST = 12                     # the parts of a date are 5 deep
_LONGEST_NUMBER = 40
_MOST_CHARACTERS = 2_000          # in a field of a source
_MOST_OF_ABSTRACT = 10_000        # in those that hold what others say of it, though hardly an output has them
_LONG_FIELDS = ("abstract", "annote", "note")
_KEY = re.compile(r"""[^\s"'<>\\{}\[\];]{1,200}""")
_BETWEEN = re.compile(r"[\s,]*")
_ID = re.compile(r'"id"\s*:')
_EXPORT = "export it again as CSL JSON"
# CSL 1.0.2, https://github.com/citation-style-language/schema: what citeproc knows. All else it passes over.
_TYPES = frozenset("""
    article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset
    document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation
    manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical
    personal_communication post post-weblog regulation report review review-book software song speech standard thesis
    treaty webpage""".split())  # noqa: SIM905 (words, not punctuation)
_FIELDS = frozenset("""
    DOI ISBN ISSN PMCID PMID URL abstract accessed annote archive archive-place archive_collection archive_location
    author authority available-date call-number categories chair chapter-number citation-key citation-label
    citation-number collection-editor collection-number collection-title compiler composer container-author
    container-title container-title-short contributor curator custom dimensions director division edition editor
    editor-translator editorial-director event event-date event-place event-title executive-producer
    first-reference-note-number genre guest host id illustrator interviewer issue issued journalAbbreviation
    jurisdiction keyword language license locator medium narrator note number number-of-pages number-of-volumes
    organizer original-author original-date original-publisher original-publisher-place original-title page page-first
    part-number part-title performer printing-number producer publisher publisher-place recipient references
    reviewed-author reviewed-genre reviewed-title scale script-writer section series-creator shortTitle source status
    submitted supplement-number title title-short translator type version volume volume-title volume-title-short
    year-suffix""".split())  # noqa: SIM905 (words, not punctuation)
_FOLDED = frozenset(map(str.casefold, _FIELDS))      # citeproc takes url for URL

Entry = Mapping[str, object]


class References(NamedTuple):
    """The entries of a bibliography, their lines by key (the last of one that stands twice), and what is wrong."""

    entries: tuple[Entry, ...] = ()
    lines: Mapping[str, int] = {}
    findings: tuple[Finding, ...] = ()


class _Read(NamedTuple):
    """An entry, what was typed of it, and the line in which that begins."""

    entry: Any
    typed: str
    line: int

    def line_of(self, pattern: re.Pattern[str]) -> int:
        """Return the line in which *pattern* stands in the entry, its first line if it does not."""
        found = pattern.search(self.typed)
        return self.line + (self.typed.count("\n", 0, found.start()) if found else 0)


def parse(content: bytes, file: str) -> References:
    """Return what stands in *content*, the bytes of *file*.

    Raises ManuscriptError, with all that is wrong, if it is not a list in JSON, or holds what no output could bear.
    """
    entries = _shallow(content, file)
    words = content.decode(json.detect_encoding(content), "surrogatepass")      # as json.loads does
    if forbidden := list(trust.characters(words, file)):
        raise ManuscriptError(forbidden)
    if not isinstance(entries, list):
        raise ManuscriptError(Finding("NZ302", "error", "not a list of entries with an id", Place(file, 1), _EXPORT))
    read = [*_apart(words)]
    named = [each for each in read if isinstance(each.entry, dict) and isinstance(each.entry.get("id"), str)]
    unbearable = [finding for each in named for check in (_escaped, _overlong, _misnamed)
                  for finding in check(each, file)]
    if unbearable:
        raise ManuscriptError(unbearable)
    nameless = [Finding("NZ302", "error", "an entry has no id", Place(file, each.line),
                        'give it one, as text, by which it is cited: "id": "smith-2020"')
                for each in read if each not in named]
    lines = {each.entry["id"]: each.line_of(_ID) for each in named}
    counted = Counter(each.entry["id"] for each in named)
    doubled = [Finding("NZ303", "error", f"the key “{key}” stands twice", Place(file, lines[key]),
                       "keep one entry each") for key in sorted(counted) if counted[key] > 1]
    unknown = [finding for each in named for finding in _unknown(each, file)]
    return References(tuple(each.entry for each in named), lines, (*nameless, *doubled, *unknown))


def _shallow(content: bytes, file: str) -> Any:
    """Return the value of the JSON *content*. Raises ManuscriptError for no JSON, or what is deeper than any entry."""
    try:
        value = json.loads(content, parse_int=_number, parse_float=_number, parse_constant=_number)
        if not _is_deep(value):
            return value
        where, what, hint = Place(file, 1), "not CSL JSON: it is nested too deeply", _EXPORT
    except RecursionError:
        where, what, hint = Place(file, 1), "not CSL JSON: it is nested too deeply", _EXPORT
    except _NumberError as error:
        where, what = Place(file, 1), f"not CSL JSON: {error} is no number"
        hint = "put it in quotation marks, or take it out"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        where, what, hint = Place(file, line), "not valid JSON: it is not UTF-8", _EXPORT
    except json.JSONDecodeError as error:
        where, what, hint = (Place(file, error.lineno, error.colno), f"not valid JSON: {error.msg}",
                             "look here and just before for a comma, a bracket or a quotation mark too many or too "
                             f"few, or {_EXPORT}")
    raise ManuscriptError(Finding("NZ302", "error", what, where, hint))


class _NumberError(Exception):
    """Which number of a JSON file is none that can be written into another."""


def _number(written: str) -> int | float:
    """Return the number *written* in JSON; raises _NumberError for NaN, and for one that is too large or too long."""
    if len(written) > _LONGEST_NUMBER or not isfinite(float(written)):
        raise _NumberError(written[:_LONGEST_NUMBER])
    return int(written) if written.lstrip("-").isdigit() else float(written)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [part for each in level if isinstance(each, dict | list)
                 for part in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in level)


def _apart(words: str) -> Iterator[_Read]:
    """Yield each entry of the list in JSON that *words* are."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    at = words.index("[") + 1
    while (at := _BETWEEN.match(words, at).end()) < len(words) and words[at] != "]":  # type: ignore[union-attr]
        entry, end = decoder.raw_decode(words, at)
        line, counted = line + words.count("\n", counted, at), at
        yield _Read(entry, words[at:end], line)
        at = end


def _escaped(read: _Read, file: str) -> Iterator[Finding]:
    """Yield a finding if an entry has what may not stand in a text, written as an escape."""
    if found := trust.forbidden("".join(_words_in(read.entry))):
        yield trust.character(found, Place(file, read.line_of(_ID)))


def _overlong(read: _Read, file: str) -> Iterator[Finding]:
    """Yield a finding for each field of an entry with a text that citeproc would work at for long."""
    for field, value in read.entry.items():
        most = _MOST_OF_ABSTRACT if field in _LONG_FIELDS else _MOST_CHARACTERS
        if (longest := max(map(len, _words_in(value)), default=0)) > most:
            what = f"{longest:,} characters in the field “{field[:_LONGEST_NUMBER]}” of a source"
            yield Finding("NZ116", "error", what, Place(file, read.line_of(_ID)),
                          f"shorten it: {most:,} is the most")


def _misnamed(read: _Read, file: str) -> Iterator[Finding]:
    """Yield a finding if the key of an entry cannot be cited, or cannot be an id in the outputs."""
    if not _KEY.fullmatch(key := read.entry["id"]):
        yield Finding("NZ302", "error", f"“{key[:_LONGEST_NUMBER]}” is not a key", Place(file, read.line_of(_ID)),
                      "write one of letters, digits, - and _")


def _unknown(read: _Read, file: str) -> Iterator[Finding]:
    """Yield a warning if citeproc does not know the type of an entry, and for each field that is likely mistyped."""
    kind, key = read.entry.get("type"), read.entry["id"]
    if kind not in _TYPES:
        said = f"“{kind}” is no type of source" if isinstance(kind, str) else f"the source “{key}” has no type"
        yield Finding("NZ302", "warning", said, Place(file, read.line_of(_field("type") if kind else _ID)),
                      suggestion(str(kind), _TYPES, 'write one that CSL knows, such as "type": "book"'))
    for name in read.entry:
        if name.casefold() not in _FOLDED and (near := nearest(name, _FIELDS)):
            yield Finding("NZ302", "warning", f"“{name}” is no field of a source, and is printed nowhere",
                          Place(file, read.line_of(_field(name))), f"did you mean “{near}”?")


def _field(name: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(json.dumps(name, ensure_ascii=False))}\s*:")


def _words_in(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        yield from (words for part in inner for words in _words_in(part))
