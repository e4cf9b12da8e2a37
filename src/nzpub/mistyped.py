"""Typed, not meant: what Markdown takes for words although the writer meant something else by it.

Pandoc publishes such a slip as it stands and says nothing. It is an error where it is certainly a slip and a
warning where it may be meant; ``{allow="NZ526" reason="…"}`` around it, or writing it as code, says that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from nzpub import misread, trust
from nzpub.annotate import CLASSES, CROSS_REFERENCES, KEYS, Visit, abstract_visits, is_cross_reference, visits
from nzpub.errors import Finding, Place, Severity
from nzpub.model import Book
from nzpub.tree import Node, attr, children, text, walk

_THING = "\ufffc"                  # stands in the text for code, a formula, a picture, a link's or a citation's end
_FIXED = dict.fromkeys(("Code", "Math", "Image", "RawInline"), _THING) | {
    "Space": " ", "SoftBreak": "\n", "LineBreak": "\r", "Note": ""}
_REACH = 200                       # lines below a block's first in which its words are looked for
_TELLING = 3                       # characters that a word must have to be found by
_TYPED = {"–": "--", "—": "---", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "}
_FENCE = re.compile(r"[>\s]*(`{3,}|~{3,})")
_BARE = re.compile(r"(?:https?://|www\.)")
_CELL = re.compile(r"\{(\w+)[^{}]*\}(?=\s|$)")
_KEY = re.compile(r"@([\w:./-]*\w)")


class _Slip(NamedTuple):
    """One way of mistyping: the *pattern* in a block's text, and what to say of it.

    ``{}`` in the message stands for the words; a group ``key`` must be a key or an id that the book has.
    """

    code: str
    severity: Severity
    pattern: re.Pattern[str]
    message: str
    hint: str


def check(book: Book) -> tuple[Finding, ...]:
    """Return what in *book*'s text is more likely a slip than meant, less what it allows itself with a reason."""
    seen = (*abstract_visits(book), *visits(book))
    known = {str(entry["id"]) for entry in book.references} | {
        visit.attr.id for visit in seen if is_cross_reference(visit.attr.id)}
    lines = book.text.split("\n")
    found = (finding for visit in seen for inlines in _texts(visit.node)
             for finding in _slips(visit, inlines, known, lines))
    merged = trust.conflicts(_outside_code(lines), book.source)
    return (*(mark for mark in merged if mark not in book.problems), *_opened(found), *_foreign(seen),
            *_citations(seen, known), *misread.check((*book.meta.abstract, *book.blocks), seen, lines))


def _opened(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what was *found* less each fence that would have closed one that was told."""
    opened = 0
    for finding in found:
        closes = finding.code == "NZ532" and not re.search(r"[^:“”]", finding.message.split("“")[1].split("”")[0])
        if closes and opened:
            opened -= 1
            continue
        opened += finding.code == "NZ532" and not closes
        yield finding


def _foreign(seen: Iterable[Visit]) -> Iterator[Finding]:
    """Yield each piece of code that another program would run: a block that begins with ```` ```{python} ````."""
    for visit in seen:
        cell = _CELL.match(visit.node["c"][1]) if visit.node["t"] == "Code" else None
        if cell and "NZ536" not in visit.allow:
            yield Finding("NZ536", "error", f"“{cell[0]}” is an instruction to another program", visit.where,
                          f"nothing here runs it: to show it as code, write ```{cell[1]}")


def _citations(seen: Iterable[Visit], known: set[str]) -> Iterator[Finding]:
    """Yield each source in the citation of another behind a comma, and each @ too many: they would be printed."""
    for visit in seen:
        for citation in visit.node["c"][0] if visit.node["t"] == "Cite" and "NZ537" not in visit.allow else ():
            for key in _KEY.findall(text(citation["citationSuffix"])):
                if key in known:
                    yield Finding("NZ537", "error", f"“@{key}” is part of another source's citation", visit.where,
                                  f"put a semicolon between the two: [@{citation['citationId']}; @{key}]")
            if text(citation["citationPrefix"]).endswith("@"):
                yield Finding("NZ537", "error", f"“@@{citation['citationId']}” has an @ too many", visit.where,
                              f"write one: [@{citation['citationId']}]")


def _texts(node: Node) -> Iterator[list[Node]]:
    """Yield the inlines of *node* that are read as one text, those of blocks inside it left out."""
    match node["t"]:
        case "Para" | "Plain":
            yield node["c"]
        case "Header":
            yield node["c"][2]
        case "LineBlock":
            yield from node["c"]
        case "DefinitionList":
            yield from (term for term, _ in node["c"])


def _slips(visit: Visit, inlines: list[Node], known: set[str], lines: list[str]) -> Iterator[Finding]:
    """Yield the slips in *inlines*, a text in the block of *visit*; of two that overlap the one listed first."""
    whole, allows = _words(inlines, ""), any(attr(node).get("allow") for node in walk(inlines))
    taken: set[int] = set()
    fenced = False
    for slip in _SLIPS:
        if slip.code in visit.allow or (slip.code == "NZ528" and fenced):
            continue                                      # what stands below a fence that is none is no list either
        where = visit.where
        for found in slip.pattern.finditer(_words(inlines, slip.code) if allows else whole):
            if found.start() in taken or ("key" in found.groupdict() and found["key"] not in known):
                continue
            taken.update(range(*found.span()))
            fenced = fenced or slip.code == "NZ532"
            words = found.group().strip("\n").split("\n")[0]
            place = _place(words, where, lines)
            if slip.code == "NZ535" and (not place or _is_escaped(words, visit.where, lines)):
                continue                                  # the tree does not tell what was escaped
            where = place or visit.where
            yield Finding(slip.code, slip.severity, slip.message.format(_short(words)), where, slip.hint)
            if slip.code == "NZ535":
                break                                     # what is not closed makes other marks in the text look so


def _words(nodes: Iterable[Node], code: str) -> str:
    """Return *nodes* as the text in which slips are looked for; what allows itself *code* is left out."""
    return "".join(_word(node, code) for node in nodes)


def _word(node: Node, code: str) -> str:
    if (fixed := _FIXED.get(node["t"])) is not None:
        return fixed
    if code and code in (attr(node).get("allow") or "").split():
        return _THING
    match node["t"]:
        case "Str":
            return str(node["c"])
        case "Cite":                                   # one in brackets is whole
            written = text(node["c"][1])
            return _THING if written.startswith("[") else f"{_THING}{written}"
        case "Link":
            words = _words(children(node), code)
            return _THING if _BARE.match(words) or "://" in words else f"{words}{_THING}"
    inner = _words(children(node), code)
    return f"“{inner}”" if node["t"] == "Quoted" else inner


def _short(words: str) -> str:
    words = words.replace(_THING, "")
    return words if len(words) <= 40 else f"{words[:40]}…"  # noqa: PLR2004 (as many as show what it is)


def _place(words: str, after: Place, lines: list[str]) -> Place | None:
    """Return where *words* of a block stand below *after*, the place of the block or of the slip before.

    If they are not as typed, a long word of them will do; None if not even one is there.
    """
    whole = words.replace(_THING, "").strip()
    tries = [whole, *(word for word in whole.split() if len(word) >= _TELLING)]
    typed = ("".join(_TYPED.get(c, c) for c in words) for words in tries)
    first = after.line or 1
    for wanted in filter(None, chain(tries, typed)):
        for number, line in enumerate(lines[first - 1:first + _REACH], first):
            at = line.find(wanted, (after.column or 0) if number == first else 0)
            if at >= 0:
                return Place(after.file, number, at + 1)
    return None


def _is_escaped(words: str, after: Place, lines: list[str]) -> bool:
    """Return whether below *after* the signs in *words* are meant: a backslash stands before each."""
    typed, first = re.sub(r"([*$`_~])", r"\\\1", words), after.line or 1
    return any(typed in line for line in lines[first - 1:first + _REACH])


def _outside_code(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield number and text of each of *lines* outside fenced and indented code."""
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        else:
            yield number, line


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


_BLANK = "put a blank line before it"
_ANNOTATION = "write it right behind what it is about: [words]{.class}, # Heading {#id}, : Caption {#id}"
_DIV = ('a div begins with a line ::: {.name title="…"} after a blank line, its values in straight quotation marks, '
        "and ends with a line :::")
# No pattern may look far from where it begins: a text of one long word would take minutes.
_SLIPS: tuple[_Slip, ...] = (
    _Slip("NZ532", "error", _pattern(r":{3,}[^\n\r]*", r"(?:^|\n)::? ?\{[^\n\r]*"),
          "the fence “{}” opens and closes nothing", _DIV),
    _Slip("NZ529", "error", _pattern(r"(?:^|\n)#{2,6}[^ \t\n#][^\n]*", r"^#\u00a0[^\n]*"),
          "“{}” is not a heading", "put a plain space behind the last #"),
    _Slip("NZ529", "error", _pattern(r"\n#{1,6} \S[^\n]*"), "“{}” is not a heading", _BLANK),
    _Slip("NZ529", "warning", _pattern(r"^#[^\W\d_]\S* [^\n]*[^\W_]$"),
          "“{}” is not a heading", "put a space behind the #"),
    _Slip("NZ521", "error", _pattern(rf"(?:\[[^\[\]]*\]|{_THING})\{{(?:{'|'.join((*CLASSES, *CROSS_REFERENCES))})"
                                     r"[^{}=\s]*(?=[\s}])"),
          "the braces in “{}” are no annotation", "write a dot before a name, and # before an id: {.name #id}"),
    _Slip("NZ521", "error", _pattern(rf"(?:\[[^\[\]]*\]|{_THING})\{{[#.A-Za-z][^{{}}\s]*"),
          "the braces in “{}” are no annotation",
          'close them; a value with spaces stands in straight quotation marks, with none inside: name="…"'),
    _Slip("NZ522", "error", _pattern(r"\{ ?[#.] ?[A-Za-z][^{}]{0,400}\}", r"\{# [A-Za-z][\w-]*",
                                     rf"\{{[^{{}}]{{0,400}}\b(?:{'|'.join(KEYS)})=[^{{}}]{{0,400}}\}}"),
          "the annotation “{}” belongs to nothing", _ANNOTATION),
    _Slip("NZ524", "error", _pattern(rf"[{{<]{_THING}-?@[\w:.-]*\w[^{{}}<>\n]{{0,40}}[}}>]"),
          "“{}” is not a citation", "write square brackets: [@key]"),
    _Slip("NZ524", "error", _pattern(r"(?<![\w#/])#(?P<key>(?:fig|sec|tbl)-[\w-]*\w)"),
          "“{}” is not a cross-reference", "write it as a citation: [@fig-a]"),
    _Slip("NZ523", "error", _pattern(rf"\[{_THING}-?@[\w:.-]*\w\](?={_THING})"),
          "“{}” is taken for the words of a link", "put both sources into one pair of brackets: [@one; @two]"),
    _Slip("NZ523", "error", _pattern(rf"\[(?:[^\[\]();@]{{0,40}}? )?{_THING}-?@[\w:.-]*\w"),
          "the citation “{}” is never closed", "close it: [@key, p. 3]"),
    _Slip("NZ523", "error", _pattern(rf"(?<!\[){_THING}-?@[\w:.-]*\w(?:, [^\[\]\n{_THING}]{{0,40}})?\]"),
          "the citation “{}” is never opened", "write [ before it: [@key, p. 3]"),
    _Slip("NZ524", "error", _pattern(r"\[-?(?:@ )?(?P<key>\w[\w:./-]*\w)(?:[,;] [^\[\]]*)?\]"),
          "“{}” is not a citation", "write @ right before the key: [@key]"),
    _Slip("NZ525", "error", _pattern(r"\[[^\[\]]+\]\s\((?:https?://|mailto:|#)[^()\s]*\)"),
          "“{}” is not a link", "take out the space before the address: [words](https://…)"),
    _Slip("NZ525", "error", _pattern(r"\([^()\n]{1,200}\)\[(?:https?://|mailto:|#)[^\[\]\s]*\]"),
          "“{}” is not a link", "turn its brackets round: [words](https://…)"),
    _Slip("NZ525", "error", _pattern(r"\[[^\[\]]{1,200}\]\((?:https?://|mailto:)[^()\s]*(?=\s|$)",
                                     r"\[[^\[\]()\n]{1,200}\((?:https?://|mailto:)[^()\s]*\)"),
          "“{}” is not a link", "close both its brackets: [words](https://…)"),
    _Slip("NZ536", "error", _pattern(r"\{\{[<%][^{}\n]{0,200}[>%]\}\}"),
          "“{}” is an instruction to another program", "nothing here obeys it: write out what it stands for"),
    _Slip("NZ536", "error", _pattern(r"^\[![A-Za-z]{3,12}\]"),
          "“{}” is an instruction to another program",
          "nothing here obeys it: write ::: {.callout-note} above the words, and ::: below"),
    _Slip("NZ526", "warning", _pattern(rf"\bhttps?://[^\s<>{_THING}]*[\w/]"),
          "the address “{}” is not a link", "write it between < and >"),
    _Slip("NZ526", "warning", _pattern(rf"(?<![\w/@.-])www\.[\w-]+\.[^\s<>{_THING}]*[\w/]"),
          "the address “{}” is not a link", "write it between < and >, and https:// before it"),
    _Slip("NZ527", "warning", _pattern(r"\b(?:TODO|FIXME|XXX)\b", r"\[\?+\]"),
          "“{}” is left over", "do what it reminds of, and take it out"),
    _Slip("NZ531", "error", _pattern(rf"\[\^[^\[\]\s{_THING}]+\]"),
          "the note “{}” is not defined", "write it in a paragraph of its own: [^name]: Words."),
    _Slip("NZ531", "error", _pattern(rf"\[\^[^\[\]\n{_THING}]{{1,200}}\]"),
          "“{}” is not a note", "write its words as ^[words], or a name without spaces"),
    _Slip("NZ531", "error", _pattern(r"\^\[\S*"), "the note “{}” is never closed", "close it: ^[Words.]"),
    _Slip("NZ533", "warning", _pattern(r"\S{0,30}\u200b\S{0,30}"),
          "a zero-width space (U+200B) stands in “{}”", "take it out"),
    _Slip("NZ533", "warning", _pattern(r"\S{0,30}\ufeff\S{0,30}"),
          "a byte order mark (U+FEFF) stands in “{}”", "take it out"),
    _Slip("NZ533", "warning", _pattern(r"(?<!\S)\u00ad\S{0,30}", r"\S{0,30}\u00ad(?!\S)"),
          "a soft hyphen (U+00AD) stands at the edge of “{}”", "take it out, or join the two parts of the word"),
    _Slip("NZ534", "error", _pattern(r"<!(?:--|–|—)-?"), "the comment is never closed", "end it with -->"),
    _Slip("NZ534", "error", _pattern(r"<!-[^\n]{0,200}"), "“{}” is not a comment",
          "begin it with <!-- and end it with -->"),
    _Slip("NZ528", "error", _pattern(r"(?:^|\n)[•·▪◦‣] ?\S(?s:.*)"),
          "“{}” does not begin a list", "write - in the place of its mark, and a blank line before the list"),
    _Slip("NZ528", "error", _pattern(r"\n\|[^\n]*\|[ ]*\n\|[-–—:| ]+\|(?s:.*)"), "“{}” does not begin a table", _BLANK),
    _Slip("NZ535", "warning", _pattern(r"(?<![\w*])\*{1,3}(?=\w)[^*\n]{0,200}\*{1,3}(?![\w*])",
                                       r"(?<![\w*])\*{1,3}(?=\w)[^\s*]{0,40}",
                                       r"[^\s*]{0,40}(?<=[\w.,;:!?])\*{1,3}(?![\w*])"),
          "the emphasis at “{}” is never closed", "put as many * before the words as behind them, or \\*"),
    _Slip("NZ535", "warning", _pattern(r"(?<!\w)\$[^\s$]{0,40}[\\^_{][^\s$]{0,40}"),
          "the formula “{}” is never closed", "end it with a $ right behind its last sign, or write \\$"),
    _Slip("NZ535", "warning", _pattern(r"\$\$[^$\n]{0,40}"),
          "the formula “{}” is never closed", "end it with $$, without a blank line before that, or write \\$\\$"),
    _Slip("NZ535", "warning", _pattern(r"(?<!\w)_{1,3}(?=[^\W_])[^\s_]{0,40}"),
          "the emphasis at “{}” is never closed", "put as many _ before the words as behind them, or \\_"),
    _Slip("NZ535", "warning", _pattern(r"(?<![\w~])~~(?=[^\s~])[^\s~]{0,40}"),
          "what is struck out at “{}” is never closed", "put ~~ before the words and behind them, or write \\~"),
    _Slip("NZ535", "warning", _pattern(r"`{1,2}(?=[^\s`])[^\s`]{0,40}"),
          "the code at “{}” is never closed", "put as many ` behind it as before it, or \\`"),
    # What a paragraph holds below its first line: two marks, or one below a colon, are a list; one may be a dash.
    _Slip("NZ528", "error", _pattern(r"\n[-+*] [^\n]*(?:\n[^\n]*){0,2}\n[-+*] (?s:.*)",
                                     r"\n1[.)] [^\n]*(?:\n[^\n]*){0,2}\n2[.)] (?s:.*)",
                                     r"(?s:(?<=:)\n(?:[-+*]|1[.)]) .*)"),
          "“{}” does not begin a list", _BLANK),
    _Slip("NZ528", "error", _pattern(r"(?:^|\n)[-+•][^\W\d_][^\n]*\n[-+•][^\W\d_](?s:.*)",
                                     r"(?:^|\n)1[.)][^\W\d_][^\n]*\n2[.)][^\W\d_](?s:.*)"),
          "“{}” does not begin a list", "put a space behind its mark"),
    _Slip("NZ528", "warning", _pattern(r"\n[-+*] \S[^\n]*"), "“{}” does not begin a list", _BLANK),
)
