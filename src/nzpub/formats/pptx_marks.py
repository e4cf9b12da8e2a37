"""What Pandoc's PowerPoint writer forgets, carried past it in private-use characters: languages, and lists.

A mark opens with what it says, in private-use characters between an opening character of its kind and ``_SHUT``.
A language ends with ``_CLOSE``; a form, which stands at the start of its paragraph, with that paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from nzpub.tree import Node, attr, rewrite, with_attr

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PLANE = 0xF0000
_LANG, _SHUT, _CLOSE, _FORM = (chr(_PLANE + offset) for offset in range(0x101, 0x105))
_LANGUAGE = re.compile(f"({_LANG}[^{_SHUT}]*{_SHUT}|{_CLOSE})")
_REGIONS = {"de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "ja": "ja-JP", "ko": "ko-KR", "mi": "mi-NZ",
            "nl": "nl-NL", "sm": "sm-WS", "sv": "sv-SE", "to": "to-TO", "uk": "uk-UA", "zh": "zh-CN"}
_SAYS = ("Str", "Code", "CodeBlock", "Math")


def _mark(opening: str, says: str) -> Node:
    return {"t": "Str", "c": f"{opening}{''.join(chr(_PLANE + ord(letter)) for letter in says)}{_SHUT}"}


def _unmark(mark: str) -> str:
    return "".join(chr(ord(letter) - _PLANE) for letter in mark[1:-1])


def says_something(node: Node) -> bool:
    """Return whether *node* itself has words: letters, code or a formula, not marks and spaces alone."""
    words = node["c"] if node["t"] == "Str" else node["c"][1] if node["t"] in _SAYS else ""
    return any(ord(letter) < _PLANE and letter not in " \t\r\n\f" for letter in words)


# --- languages --------------------------------------------------------------------------------------


def mark_languages(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* with marks around the words of each node that has a ``lang``, and on the code in it."""
    def visit(node: Node) -> Sequence[Node]:
        lang = attr(node).get("lang")
        if lang is None:
            return (node,)
        match node["t"]:
            case "Span":
                return between(lang, node["c"][1])
            case "Link" | "Code":
                return between(lang, [node])
            case "Header":
                return _marked_leaf(node, lang)
            case "Div":
                inside = rewrite(node["c"][1], lambda child: _marked_leaf(child, lang))
                kept = with_attr(node, attr(node).without("lang"))
                return ({**node, "c": [kept["c"][0], list(inside)]},)
        return (node,)
    return rewrite(blocks, visit)


def _marked_leaf(node: Node, lang: str) -> Sequence[Node]:
    content: Any = node.get("c")
    match node["t"]:
        case "Para" | "Plain":
            return ({**node, "c": list(between(lang, content))},)
        case "Header":
            return ({**node, "c": [*content[:2], list(between(lang, content[2]))]},)
        case "LineBlock":
            return ({**node, "c": [list(between(lang, line)) for line in content]},)
        case "DefinitionList":
            return ({**node, "c": [[list(between(lang, term)), bodies] for term, bodies in content]},)
        case "CodeBlock" if attr(node).get("lang") is None:
            return (with_attr(node, attr(node).plus(lang=lang)),)
    return (node,)


def between(lang: str, inlines: Iterable[Node]) -> tuple[Node, ...]:
    """Return *inlines* between the marks of the language *lang*."""
    return (_mark(_LANG, lang), *inlines, {"t": "Str", "c": _CLOSE})


def speak(body: Any, lang: str) -> None:
    """Give every run of *body* its language, *lang* where no mark says another, and take the marks out."""
    spoken = [culture(lang)]
    for run in list(body.iter(f"{_A}r")):
        for part in _LANGUAGE.split(run.findtext(f"{_A}t") or ""):
            if part.startswith(_LANG):
                spoken.append(culture(_unmark(part)))
            elif part == _CLOSE:
                spoken.pop()
            elif part:
                split_off(run, part, spoken[-1])
        run.getparent().remove(run)


def split_off(like: Any, words: str, lang: str) -> None:
    """Put a run of *words* in *lang*, otherwise *like* the run that is given, before it."""
    new = deepcopy(like)
    new.find(f"{_A}t").text = words
    new.find(f"{_A}rPr").set("lang", lang)
    like.addprevious(new)


def culture(lang: str) -> str:
    """Return *lang* as PowerPoint names languages: with a region."""
    return _REGIONS.get(lang, lang)


# --- forms ------------------------------------------------------------------------------------------


class Form(NamedTuple):
    """What a paragraph stands in, and what it bears.

    ``depth`` is how many lists it stands in; ``bullet`` is "" for none, "•", or how an item is numbered
    (ECMA-376-1, ST_TextAutonumberScheme); ``start`` is the number that its list begins with.
    """

    depth: int = 0
    bullet: str = ""
    start: int = 1
    is_inset: bool = False             # in a quotation or definition
    is_code: bool = False
    is_gap: bool = False               # empty, between two lists
    is_display: bool = False           # nothing but a formula that is set by itself

    @property
    def level(self) -> int:
        """The paragraph's level as PowerPoint counts them: what follows in an item is a level below its first."""
        return self.depth - bool(self.bullet)


def mark_form(form: Form, inlines: Iterable[Node]) -> Node:
    """Return a paragraph of *inlines* that says its *form*."""
    says = " ".join((str(form.depth), form.bullet, str(form.start), *(str(int(is_so)) for is_so in form[3:])))
    return {"t": "Para", "c": [_mark(_FORM, says), *inlines]}


def take_form(paragraph: Any) -> Form | None:
    """Return the form that *paragraph* (``a:p``) says, None if it says none, and take its mark out."""
    words = paragraph.find(f"{_A}r/{_A}t")
    if words is None or not (words.text or "").startswith(_FORM):
        return None
    mark, shut, words.text = words.text.partition(_SHUT)
    depth, bullet, start, *are = _unmark(mark + shut).split(" ")
    return Form(int(depth), bullet, int(start), *(each == "1" for each in are))
