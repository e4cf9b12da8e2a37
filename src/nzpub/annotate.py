"""The vocabulary of annotations, and whether a book keeps to it.

The vocabulary is closed. What is not listed here, and is not Pandoc's own, is an error: a writer never
meets a class or an attribute that nobody has thought about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from nzpub.charts import KINDS
from nzpub.errors import Finding, Place, nearest, suggestion
from nzpub.fonts import uncovered
from nzpub.model import OUTPUTS, Book, Styles
from nzpub.tree import Attr, Node, attr, children, text, walk

LAYOUTS = ("title", "statement", "figure", "columns", "timeline", "quotation", "close")
CROSS_REFERENCES = ("fig-", "sec-", "tbl-")
_PREFIXES = "fig-, sec- or tbl-"
ASIDES = ("pullquote", "epigraph", "callout-note", "callout-tip", "editor-note")

_BOTH = {"Div", "Span"}
# class → the node types that may carry it
CLASSES: Mapping[str, set[str]] = {
    "slide": {"Div"}, **{f"layout-{name}": {"Div"} for name in LAYOUTS}, "notes": {"Div"},
    "content-visible": _BOTH, "content-hidden": _BOTH, "uncited": _BOTH,
    **{name: {"Div"} for name in ASIDES}, "abbr": {"Span"}, "embed": {"Image"}, "decorative": {"Image", "Figure"},
    # Pandoc's own
    "fragment": _BOTH, "incremental": {"Div"}, "nonincremental": {"Div"}, "columns": {"Div"}, "column": {"Div"},
    "unnumbered": {"Header"}, "unlisted": {"Header"}, "smallcaps": {"Span"}, "underline": {"Span"}, "ul": {"Span"},
    "mark": {"Span"}, "uri": {"Link"}, "email": {"Link"},
}
# attribute → the node types, or the class ("." in front), that may carry it
KEYS: Mapping[str, set[str]] = {
    "lang": {"Div", "Span", "Header", "Link", "Code", "CodeBlock"}, "dir": {"Div", "Span", "Header", "Link"},
    "title": {".slide"}, "time": {".notes"},
    "when-format": {".content-visible", ".content-hidden"}, "unless-format": {".content-visible", ".content-hidden"},
    "reason": {"Div", "Span", "Header", "Figure"}, "allow": {"Div", "Span", "Header", "Figure"},
    "alt": {"Image"}, "source": {"Image", "Figure"}, "long-desc": {"Image", "Figure"}, "chart": {"Image", "Figure"},
    "data": {"Image", "Figure"}, "width": {"Image", ".column"}, "height": {"Image"},
}
_SCHEMES = ("https://", "http://", "mailto:")
_CODE = {"Code", "CodeBlock"}               # whose language may be any class that is none of ours
# The rules of the editorial pass that a block can silence, and those that only the metadata can
EDITORIAL = frozenset(f"NZ5{n:02}" for n in (1, 3, 4, 5, 6, 7, 9, 10, 11))
_TYPING = frozenset(f"NZ5{n}" for n in range(20, 41))        # what looks mistyped
_OF_WORDS = frozenset(("NZ501", "NZ503", "NZ506"))           # doubts about words, which what is mistyped is not
_OF_BRACES = frozenset(("NZ521", "NZ522"))                   # of which no id and no attribute is read
_OF_PICTURES = frozenset(("NZ401", "NZ402"))                 # doubts about a picture whose attributes are not read
_OF_DIVS = frozenset(("NZ122", "NZ501"))                     # doubts about what a div was to hold that is none
_OPENS, _CLOSES = re.compile(r"[\s>]*:{2,}\s*[\w{]"), re.compile(r"[\s>]*:{3,}\s*$")
_OF_IDS = frozenset(("NZ131", "NZ311", "NZ404", "NZ406"))    # references to an id that is not read
_IDENT = re.compile(r"(?:\{\s?#?\s?|\s#)([\w:-]+)")
_NAMED = re.compile(r"“@?([^”]+)”")
_OF_METADATA = frozenset(("NZ502", "NZ512"))
# Where a link may lead: of a message's fields, those alone that are seen before it is sent (RFC 6068, section 7)
_FIELD = r"(?:(?:to|cc|subject)=(?:(?!%[01])[^&\s])*|body=[^&\s]*)"
_LINK = re.compile(rf"https?://[^/\s]\S*|mailto:[^?\s]+(?:\?{_FIELD}(?:&{_FIELD})*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# What the values of some keys must be, since writers put them into markup and style sheets; code, message and hint.
_LENGTH = re.compile(r"(?:\d{1,5}|\d{0,5}\.\d{1,4})(?:%|px|cm|mm|in|inch|pt|pc|em)?")       # Pandoc's units
_VALUES: Mapping[str, tuple[re.Pattern[str], str, str, str]] = {
    "lang": (_LANGUAGE, "NZ113", "is not a language tag", "write one such as mi or en-NZ"),
    "dir": (re.compile("ltr|rtl"), "NZ113", "is not a direction", "write ltr or rtl"),
    **{name: (_LENGTH, "NZ119", f"is not a {name}", "write a number and its unit, such as 50%")
       for name in ("width", "height")},
}


class Visit(NamedTuple):
    """A node, its place, and what is around it.

    ``inside`` are the classes of the divs and spans around it, ``allow`` the codes of the rules that they
    silence; ``depth`` counts the lists, quotes, tables and notes; ``heading`` says that it is part of one.
    """

    node: Node
    attr: Attr
    where: Place
    inside: frozenset[str]
    allow: frozenset[str]
    depth: int
    heading: bool


def check(book: Book) -> tuple[Finding, ...]:
    """Return everything in *book* that breaks the vocabulary, in the manuscript's order of files and rules.

    What only follows from another of its problems is left out.
    """
    seen, abstract = visits(book), abstract_visits(book)
    return causes([*book.problems, *(finding for rule in _RULES for finding in rule(book, seen)),
                   *(finding for rule in _ABSTRACT_RULES for finding in rule(book, abstract))], book.text)


def causes(findings: Sequence[Finding], source: str) -> tuple[Finding, ...]:
    """Return *findings* about a book with the text *source*, less those that only follow from another of them."""
    follow = {code for finding in findings for code in _FOLLOWS.get(finding.code, ())}
    lines = {(finding.code in _OF_BRACES, finding.where.line) for finding in findings
             if finding.code in _TYPING and (finding.severity == "error" or finding.code == "NZ540") and finding.where}
    typed, numbers = source.split("\n"), {line for _, line in lines}
    held = {line for finding in findings if finding.code == "NZ532" and finding.where
            for line in _held(typed, finding.where.line or 1)}
    unread = {ident for line in numbers if line for ident in _IDENT.findall(typed[line - 1])}
    return tuple(finding for finding in findings if finding.code not in follow and not (
        finding.where and ((finding.code in _OF_WORDS and finding.where.line in numbers)
                           or (finding.code in _OF_DIVS and finding.where.line in held)
                           or (finding.code in _OF_PICTURES and (True, finding.where.line) in lines)
                           or (finding.code in _OF_IDS and unread.intersection(_NAMED.findall(finding.message))))))


def _held(typed: Sequence[str], number: int) -> range:
    """Return the numbers of the lines that the div was to hold whose fence is line *number* of what was *typed*."""
    depth = 0
    for end, line in enumerate(typed[number - 1:], number):
        depth += bool(_OPENS.match(line)) - bool(_CLOSES.match(line))
        if depth <= 0:
            return range(number, end)
    return range(number, len(typed) + 1)


def visits(book: Book) -> Visits:
    """Return every node of *book*'s text, in order, a parent before its children."""
    return tuple(_visits(_start(book, book.blocks, "title")))


def abstract_visits(book: Book) -> Visits:
    """Return every node of *book*'s abstract, as :func:`visits` does of its text."""
    return tuple(_visits(_start(book, book.meta.abstract, "abstract")))


def _start(book: Book, blocks: Iterable[Node], field: str) -> Visit:
    """Return the visit of all *blocks*, which begin at the line of the metadata's *field* if they have none."""
    return Visit({"t": "Book", "c": list(blocks)}, Attr(), Place(book.source, book.meta.lines.get(field)), frozenset(),
                 frozenset(), 0, heading=False)


def covered(book: Book, styles: Styles) -> tuple[Finding, ...]:
    """Return a finding for each character of *book* that none of the faces of *styles* has."""
    missing = uncovered(styles.faces, book.text)
    return tuple(Finding("NZ150", "error", f"the fonts lack “{character}” (U+{ord(character):04X})",
                         _first(character, book), 'name a family that has it in styles/tokens.css: --font-fallback')
                 for character in sorted(missing))


def _first(character: str, book: Book) -> Place:
    before = book.text[:book.text.index(character)].split("\n")
    return Place(book.source, len(before), len(before[-1]) + 1)


def is_cross_reference(key: str) -> bool:
    """Return whether *key* of a citation means a figure, a section or a table."""
    return key.startswith(CROSS_REFERENCES)


def cited(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the key of every citation and cross-reference in *nodes*, repeats included."""
    for node in nodes:
        if node["t"] == "Cite":
            yield from (citation["citationId"] for citation in node["c"][0])
        yield from cited(children(node))


def source_keys(attributes: Attr) -> tuple[str, ...]:
    """Return the keys of a figure's ``source="@a; @b"``."""
    return tuple(part.strip().lstrip("@") for part in (attributes.get("source") or "").split(";") if part.strip())


def seconds(attributes: Attr) -> int:
    """Return the ``time="60"`` of speaker notes, 0 if there is none or it is no number."""
    time = attributes.get("time") or ""
    return int(time) if time.isdecimal() else 0


def allowed(attributes: Attr) -> tuple[str, ...]:
    """Return the codes of the rules that ``allow="NZ501 NZ506"`` silences."""
    return tuple((attributes.get("allow") or "").split())


def alt_text(image: Node) -> str:
    """Return the alternative text of *image*: its ``alt``, or what stands in its brackets."""
    given = attr(image).get("alt")
    return text(image["c"][1]) if given is None else given.strip()


_NESTING = {"BulletList", "OrderedList", "DefinitionList", "BlockQuote", "Table", "Note", "Figure"}


def _visits(parent: Visit) -> Iterator[Visit]:
    """Yield a visit of each node inside *parent*."""
    inside = parent.inside.union(parent.attr.classes)
    depth = parent.depth + (parent.node["t"] in _NESTING)
    for node in children(parent.node):
        where = Place(parent.where.file, node.get("line", parent.where.line))
        visit = Visit(node, attr(node), where, inside, parent.allow.union(allowed(attr(node))), depth,
                      heading=parent.heading or node["t"] == "Header")
        yield visit
        yield from _visits(visit)


# A div that is never closed holds all that stands below it; one that is not opened, or a heading that is none, is text.
_FOLLOWS: Mapping[str, set[str]] = {
    "NZ106": {"NZ121", "NZ124", "NZ125", "NZ126", "NZ133", "NZ406", "NZ601"},
    "NZ123": {"NZ512"}, "NZ529": {"NZ126"}, "NZ532": {"NZ126", "NZ512", "NZ601"},
}
Visits = tuple[Visit, ...]
Rule = Callable[[Book, Visits], Iterator[Finding]]


_LISTED = "the README lists the annotations"
_NO_ID = "give that id to what is meant, or take the reference out"
NO_SOURCE = "add it there, or correct the key"


def _error(code: str, visit: Visit, message: str, hint: str) -> Finding:
    return Finding(code, "error", message, visit.where, hint)


_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(r"(?:www\.\S|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|info|int|(?!md$)[a-z]{2})(?:[/:?#]|$))")
_TAG = re.compile(r"<(/?)([a-z0-9-]+)", re.IGNORECASE)
_RAW = {"html": "HTML", "tex": "TeX"}
_MOST = 40                     # characters of what is quoted


def _raw(_book: Book, visits: Visits) -> Iterator[Finding]:
    opened: set[str] = set()
    for visit in visits:
        if visit.node["t"] in ("RawBlock", "RawInline"):
            kind, words = visit.node["c"]
            first = words.strip().split("\n")[0]
            if (tag := _TAG.match(first)) and tag[1] and tag[2] in opened:
                continue                              # it closes what was told
            opened |= {tag[2]} if tag else set()
            yield _error("NZ110", visit, f"“{first[:_MOST]}” is raw {_RAW.get(kind, kind)}, which is not allowed",
                         "write it in Markdown, or escape it with \\")


def _one(kind: str) -> str:
    """Return *kind*, of a node or the class of one, with its article."""
    return kind if kind.startswith(".") else f"{'an' if kind[0] in 'AEIO' else 'a'} {kind.lower()}"


def _is_picture(target: str) -> bool:
    return target.lower().endswith(_PICTURES) and not target.lower().startswith(_SCHEMES)


def _classes(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        kind = visit.node["t"]
        for name in visit.attr.classes:
            if name not in CLASSES:
                if kind not in _CODE:
                    yield _error("NZ111", visit, f"unknown annotation “.{name}”", suggestion(name, CLASSES, _LISTED))
            elif kind not in CLASSES[name]:
                yield _error("NZ112", visit, f"“.{name}” does not belong on {_one(kind)}",
                             f"put it on {' or '.join(map(_one, sorted(CLASSES[name])))}")


def _attributes(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        kinds = {visit.node["t"], *(f".{name}" for name in visit.attr.classes)}
        if visit.node["t"] == "Link" and _is_picture(visit.node["c"][2][0]):
            continue                                      # a picture without its ! is told as the link that it is
        for name in sorted({name for name, times in Counter(name for name, _ in visit.attr.keys).items() if times > 1}):
            yield _error("NZ112", visit, f"“{name}=” stands twice here", "keep one of them")
        for name, value in visit.attr.keys:
            if name not in KEYS:
                yield _error("NZ111", visit, f"unknown annotation “{name}=”", suggestion(name, KEYS, _LISTED))
            elif not kinds & KEYS[name]:
                yield _error("NZ112", visit, f"“{name}=” does not belong here",
                             f"it goes on {' or '.join(map(_one, sorted(KEYS[name])))}")
            elif name in _VALUES:
                pattern, code, what, hint = _VALUES[name]
                if not pattern.fullmatch(value):
                    yield _error(code, visit, f"“{value[:_MOST]}” {what}", hint)


def _allowances(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        silenced = visit.attr.get("allow") or (".uncited" if "uncited" in visit.attr.classes else None)
        if silenced is not None and not (visit.attr.get("reason") or "").strip():
            yield _error("NZ115", visit, f"“{silenced}” is without a reason", 'add reason="…"')
        for code in allowed(visit.attr):
            if code in _OF_METADATA:
                yield _error("NZ115", visit, f"“{code}” is not about this but about the metadata",
                             f"write “{code}: the reason” under allow: there")
            elif code not in EDITORIAL | _TYPING:
                yield _error("NZ115", visit, f"“{code}” is not a rule that can be silenced",
                             f"they are {', '.join(sorted(EDITORIAL))}, NZ520 to NZ540")


def _outputs(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        wanted = [key for key in ("when-format", "unless-format") if visit.attr.get(key) is not None]
        conditional = {"content-visible", "content-hidden"}.intersection(visit.attr.classes)
        if conditional and (len(wanted) != 1 or not (visit.attr.get(wanted[0]) or "").split()):
            how = "says twice" if wanted[1:] else "does not say"
            yield _error("NZ114", visit, f"“.{min(conditional)}” {how} for which outputs",
                         "give it one of when-format=\"…\" and unless-format=\"…\"")
        for key in wanted:
            for name in (visit.attr.get(key) or "").split():
                if name not in OUTPUTS:
                    yield _error("NZ114", visit, f"“{name}” is not an output",
                                 suggestion(name, OUTPUTS, f"they are {', '.join(OUTPUTS)}, with spaces between them"))


def _slides(book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        classes = visit.attr.classes
        if "slide" in classes and visit.node["t"] == "Div":
            if not (visit.attr.get("title") or "").strip():
                yield _error("NZ120", visit, "this slide has no title", 'give it title="…"')
            if not any(visit.node is block for block in book.blocks):
                yield _error("NZ121", visit, "this slide stands inside another div", "end that one before it: :::")
        elif any(name.startswith("layout-") for name in classes):
            yield _error("NZ112", visit, "a layout belongs on a slide", "add .slide")
        for second in [name for name in classes if name.startswith("layout-") and name in CLASSES][1:]:
            yield _error("NZ112", visit, f"“.{second}” is one layout more than a slide has", "keep one of them")
        if "column" in classes and "columns" not in visit.inside:
            yield _error("NZ112", visit, "“.column” stands outside “.columns”", "put it into a div ::: columns")
        if "notes" in classes and "slide" not in visit.inside:
            yield _error("NZ122", visit, "speaker notes stand outside a slide", "move them into a .slide")
        if (time := visit.attr.get("time")) is not None and not seconds(visit.attr):
            yield _error("NZ123", visit, f"“{time}” is not a time in seconds", 'write time="60"')


# What the outputs call parts and files of their own: notes and pages, the EPUB's documents, places of the front page
_OURS = re.compile(r"fn(?:ref)?\d+|page-(?:\d+|[ivxlc]+|top|contents|text|downloads)|cover|title|nav")


def _identifiers(book: Book, visits: Visits) -> Iterator[Finding]:
    chapters = {name for name in ("abstract", "glossary") if getattr(book.meta, name)}
    chapters |= {"bibliography", "refs"} if book.references else set()
    first: dict[str, Place] = {}
    for visit in visits:
        if not (ident := visit.attr.id):
            continue
        if ident in chapters or _OURS.fullmatch(ident):
            yield _error("NZ130", visit, f"the id “{ident}” is one that the outputs use themselves",
                         f"give it another, such as {{#the-{ident}}}")
        if ident in first:
            yield _error("NZ130", visit, f"the id “{ident}” is used before, in line {first[ident].line}",
                         "give one of them another id")
        first.setdefault(ident, visit.where)


def _links(book: Book, visits: Visits) -> Iterator[Finding]:
    idents = {attr(node).id for node in walk(book.blocks)}
    for visit in visits:
        if visit.node["t"] != "Link":
            continue
        target = visit.node["c"][2][0]
        if target.startswith("#"):
            if target[1:] not in idents:
                yield _error("NZ131", visit, f"nothing has the id “{target[1:]}”",
                             suggestion(target[1:], idents - {""}, _NO_ID))
        elif not _LINK.fullmatch(target):
            yield _error("NZ801", visit, f"a link may not lead to “{target[:60]}”", _instead(target))
        if not text(visit.node["c"][1]) and not any(map(alt_text, _images(visit.node))):
            yield _error("NZ132", visit, f"the link to “{target[:60]}” has no text", "write words between its brackets")


def _instead(target: str) -> str:
    """Return what was probably meant by a link to *target*, which may not be."""
    match target.lower():
        case name if name.startswith(".") and name[1:] in CLASSES:
            return f"an annotation stands in braces: {{{name}}}"
        case name if name.endswith(_PICTURES):
            return "to show the picture, write ! before the bracket"
        case name if _EMAIL.fullmatch(name):
            return f"write mailto:{target}"
        case name if _HOST.match(name):
            return f"write https://{target}"
    return "link to https://…, http://…, mailto:… or #an-id"


def _addresses(book: Book, _visits: Visits) -> Iterator[Finding]:
    """NZ801 in the bibliography: citeproc makes a link of what a source has as its address."""
    for entry in book.references:
        url = entry.get("URL")
        if isinstance(url, str) and ":" in url.partition("/")[0] and not _LINK.fullmatch(url.strip()):
            place = Place(str(PurePosixPath(book.source).with_name(book.meta.bibliography)),
                          book.entries.get(str(entry["id"])))
            yield Finding("NZ801", "error", f"a source's address may not be “{url[:60]}”", place,
                          "write one that begins with https:// or http://")


def _numbered(_book: Book, visits: Visits) -> Iterator[Finding]:
    framed = {id(image) for visit in visits if visit.node["t"] == "Figure" for image in _images(visit.node)}
    for visit in visits:
        if not visit.attr.id.startswith("fig-"):
            continue
        if visit.node["t"] == "Image" and id(visit.node) not in framed:
            yield _error("NZ408", visit, f"the picture “{visit.attr.id}” is no figure, and has no number",
                         "write a caption between its brackets, and let it stand in a paragraph of its own")
        if visit.node["t"] != "Figure":
            continue
        if any("decorative" in attr(node).classes for node in (visit.node, *_images(visit.node))):
            yield _error("NZ408", visit, f"the figure “{visit.attr.id}” has a number, and is said to be decorative",
                         'give it alt="what it shows and what that means", or take its id and caption away')


def _figures(_book: Book, visits: Visits) -> Iterator[Finding]:
    figures = {visit.attr.id for visit in visits if visit.node["t"] in ("Figure", "Image")}
    captions = {id(image): text(children(_caption(v.node))) for v in visits if v.node["t"] == "Figure"
                for image in _images(v.node)}
    for visit in visits:
        if visit.node["t"] != "Image":
            continue
        target = visit.node["c"][2][0]
        if "embed" in visit.attr.classes:
            yield from _embedded(visit, target, figures)
            continue
        if target.startswith("#"):
            yield _error("NZ405", visit, f"“{target}” is not a file", "add {.embed} to show a figure on a slide")
        elif "decorative" not in visit.attr.classes and alt_text(visit.node) in ("", captions.get(id(visit.node))):
            yield _error("NZ402", visit, f"the picture “{target}” has no alternative text of its own",
                         'add alt="what it shows and what that means", or .decorative')


def _drawings(_book: Book, visits: Visits) -> Iterator[Finding]:
    idents = {visit.attr.id for visit in visits}
    for visit in visits:
        if (kind := visit.attr.get("chart")) is not None and kind not in KINDS:
            yield _error("NZ403", visit, f"“{kind}” is not a kind of chart", f"they are {', '.join(KINDS)}")
        if kind is not None and not visit.attr.get("data"):
            yield _error("NZ403", visit, "this chart has no data", 'add data="data/….csv"')
        for image in _images(visit.node) if kind is not None else ():
            if not (target := image["c"][2][0]).endswith(".svg"):
                yield _error("NZ403", visit, f"“{target}” cannot hold the drawing of a chart",
                             "name an .svg file: the build draws it")
        if (long := visit.attr.get("long-desc")) is not None and long.removeprefix("#") not in idents:
            yield _error("NZ404", visit, f"nothing has the id “{long.removeprefix('#')}”",
                         "write the long description in a div with that id")


def _embedded(visit: Visit, target: str, figures: set[str]) -> Iterator[Finding]:
    if "slide" not in visit.inside:
        yield _error("NZ406", visit, "a figure is embedded outside a slide", "link to it instead: [@fig-…]")
    if target.removeprefix("#") not in figures:
        yield _error("NZ406", visit, f"no figure has the id “{target.removeprefix('#')}”",
                     suggestion(target.removeprefix("#"), figures - {""}, _figures_are(figures)))


def _figures_are(figures: set[str]) -> str:
    return f"the figures are {', '.join(sorted(figures - {''}))}" if figures - {""} else _NO_ID


def _caption(figure: Node) -> Node:
    return {"t": "Div", "c": [["", [], []], figure["c"][1][1]]}


def has_words(heading: Node) -> bool:
    """Return whether *heading* has words, its own or a picture's."""
    return bool(text([heading])) or any(map(alt_text, _images(heading)))


def _images(node: Node) -> Iterator[Node]:
    for child in children(node):
        if child["t"] == "Image":
            yield child
        yield from _images(child)


def _citations(book: Book, visits: Visits) -> Iterator[Finding]:
    entries = {str(entry["id"]) for entry in book.references}
    idents = {visit.attr.id for visit in visits} - {""}
    for visit in visits:
        keys = list(source_keys(visit.attr)) if visit.node["t"] in ("Image", "Figure") else []
        if visit.node["t"] == "Cite":
            keys += [citation["citationId"] for citation in visit.node["c"][0]]
        for key in keys:
            if is_cross_reference(key) and key not in entries:
                if key not in idents:
                    yield _error("NZ311", visit, f"the cross-reference “@{key}” leads nowhere", _lost(key, idents))
            elif key not in entries and "bibliography" not in book.meta.unknown:
                typed = f"@{key}" if visit.node["t"] == "Cite" or f"@{key}" in (visit.attr.get("source") or "") else key
                yield _error("NZ310", visit, f"the source “{typed}” is not in the bibliography",
                             _strange(key, entries, idents))


def _lost(key: str, idents: set[str]) -> str:
    """Return what to do about a cross-reference to *key*, which is none of *idents*."""
    if close := nearest(key, filter(is_cross_reference, idents)):
        return f"did you mean “{close}”?"
    return suggestion(key, idents, _NO_ID).replace("?", f"? only what begins with {_PREFIXES} can be referred to")


def _strange(key: str, entries: set[str], idents: set[str]) -> str:
    """Return what to do about a citation of *key*, which is none of *entries*; one of *idents* may have been meant."""
    referable = set(filter(is_cross_reference, idents))
    meant = [ident for ident in sorted(referable) if ident.partition("-")[2] == key]
    if key in idents:
        return f"it is an id, but only what begins with {_PREFIXES} can be referred to"
    return suggestion(key, entries | referable, f"did you mean “{'” or “'.join(meant)}”?" if meant else NO_SOURCE)


def _abbreviations(book: Book, visits: Visits) -> Iterator[Finding]:
    if "glossary" in book.meta.unknown:
        return
    for visit in visits:
        if "abbr" in visit.attr.classes and visit.node["t"] == "Span":
            words = text(visit.node["c"][1])
            if words not in book.meta.glossary:
                yield _error("NZ140", visit, f"“{words}” is not in the glossary",
                             suggestion(words, book.meta.glossary, "add it to the metadata's glossary"))


def _plain(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        if visit.node["t"] in ("Cite", "Note", "Image", "Header", "Table", "Div"):
            yield _error("NZ160", visit, f"the abstract holds a {visit.node['t'].lower()}",
                         "keep to paragraphs with emphasis, links and abbreviations: it is shown without its notes")


def _headings(_book: Book, visits: Visits) -> Iterator[Finding]:
    for visit in visits:
        if visit.node["t"] != "Header":
            continue
        if not has_words(visit.node):
            yield _error("NZ127", visit, "this heading has no words", "write some: contents and readers show no others")
        if "slide" in visit.inside:
            if visit.node["c"][0] == 1:
                yield _error("NZ124", visit, "a heading of the first level stands in a slide",
                             'its title="…" is that; write ##')
        elif visit.depth or visit.inside - _OPENED:
            yield _error("NZ125", visit, "a heading stands inside a div, a list or a quotation",
                         "end that one before it")


_OPENED = {"content-visible", "content-hidden", "uncited"}     # divs that are gone when an output is made

_ABSTRACT_RULES: tuple[Rule, ...] = (_raw, _classes, _attributes, _abbreviations, _links, _plain)
_RULES: tuple[Rule, ...] = (
    _raw, _classes, _attributes, _allowances, _outputs, _slides, _headings, _identifiers, _links, _addresses, _figures,
    _numbered, _drawings, _citations, _abbreviations,
)
