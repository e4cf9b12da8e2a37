"""The unit in which an output is compared with its edition: a passage, the text between two breaks.

Both sides are brought to the same form: Unicode NFC, and one space for any run of the white space that
HTML collapses (a no-break space is a character of its own). A picture is U+FFFC in the text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from lxml import etree

PICTURE = "\ufffc"                           # OBJECT REPLACEMENT CHARACTER
COVER = b"the cover"                         # stands for the bytes of a cover, which is furniture: drawn for each book
_SPACE = re.compile(r"[ \t\n\r\f]+")         # HTML's white space; U+00A0 and its like are none
_ONLY_DRESS = re.compile(r"\s*(@font-face\s*\{[^}]*\}\s*)+"
                         r"|@media \(prefers-color-scheme:dark\)\{(\[(fill|stroke)=\"[^\"]*\"\]\{\3:[^{}]*\})+\}")
_SVG = "{http://www.w3.org/2000/svg}"

Kind = Literal["lang", "dir", "link", "title", "picture", "painting", "math", "code", "em", "strong", "sup",
               "sub", "del", "u", "smallcaps", "mark"]
Marks = Mapping[Kind, str]


class Mark(NamedTuple):
    """What is said of some words of a passage: their language, where they lead, which picture they describe."""

    kind: Kind
    value: str                               # a language, an address, a picture's fingerprint and alt; "" for emphasis
    words: str


class Piece(NamedTuple):
    """A stretch of text with the same marks all over."""

    text: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Passage:
    """The text between two breaks, and all that is said of it.

    ``path`` names what it stands in, outermost first: "quote", "bullet 2", "cell 3.1". ``part`` is where the
    output has it (a file, a slide), ``line`` where the manuscript has it.
    """

    kind: str                                # "paragraph", "heading 2", "code", "label", or the name of a metadatum
    text: str
    path: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    ids: tuple[str, ...] = ()                # sorted
    prose: str = ""                          # the text less code, formulas and addresses
    part: str = ""
    line: int | None = None


def passage(kind: str, pieces: Iterable[Piece], path: Iterable[str] = (), ids: Iterable[str] = (), *,
            part: str = "", line: int | None = None) -> Passage:
    """Return the passage that *pieces* make, in the form in which passages are compared."""
    pieces = tuple(pieces)
    whole = "".join(piece.text for piece in pieces)
    prose = "".join(piece.text if _is_prose(piece) else " " for piece in pieces)
    return Passage(kind, _code(whole) if kind == "code" else flat(whole), tuple(path), tuple(_marks(pieces)),
                   tuple(sorted(set(ids))), "" if kind == "code" else flat(prose), part, line)


def flat(text: str) -> str:
    """Return *text* in NFC with one space for each run of white space, and none at its ends."""
    return unicodedata.normalize("NFC", _SPACE.sub(" ", text).strip(" "))


def _code(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip("\n"))


def _is_prose(piece: Piece) -> bool:
    return not {"code", "math"} & piece.marks.keys() and piece.marks.get("link") != piece.text


def _marks(pieces: Iterable[Piece]) -> Iterator[Mark]:
    """Yield one mark for each run of pieces that share it, by kind and then in order; each picture has its own."""
    pieces = tuple(pieces)
    kinds = sorted({kind for piece in pieces for kind in piece.marks})
    for kind in kinds:
        runs = groupby(pieces, lambda piece, kind=kind: piece.marks.get(kind))  # type: ignore[misc]
        for value, run in runs if kind != "painting" else ((piece.marks.get(kind), (piece,)) for piece in pieces):
            words = flat("".join(piece.text for piece in run))
            if value is not None and words:
                yield Mark(kind, value, words)


def picture(which: str, alt: str, marks: Marks) -> Piece:
    """Return a picture as a piece of text whose mark says *which* it is, and what describes it."""
    return Piece(PICTURE, {**marks, "picture": f"{which} {flat(alt)}"})


@lru_cache(maxsize=256)
def fingerprint(content: bytes | None) -> str:
    """Return what tells a picture from another: a digest of its bytes, of an SVG without fonts put into it."""
    if content is None:
        return "no picture"
    root = _svg(content)
    return hashlib.sha256(content if root is None else _drawing(root)).hexdigest()[:16]


def _svg(content: bytes) -> etree._Element | None:
    """Return the drawing in *content*, or None if it is no SVG or broken: then its bytes tell it from others."""
    if b"<svg" not in content[:1000]:
        return None
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None


def _drawing(root: etree._Element) -> bytes:
    """Return a drawing in canonical form, less styles that only embed fonts or have other colours at night."""
    for style in list(root.iter(f"{_SVG}style")):
        if _ONLY_DRESS.fullmatch(style.text or ""):
            _remove(style)
    canonical: bytes = etree.tostring(root, method="c14n", with_comments=False)
    return canonical


def _remove(element: etree._Element) -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)
