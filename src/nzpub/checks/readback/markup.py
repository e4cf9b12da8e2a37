"""From the tags and words of HTML or XHTML to passages; the readers of EPUB, deck and web page feed it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from nzpub.checks.passage import Kind, Passage, Piece, fingerprint, passage, picture

_HEADINGS = {f"h{level}": f"heading {level}" for level in range(1, 7)}
_BREAKS = {"p", "div", "section", "article", "aside", "main", "header", "footer", "nav", "ul", "ol", "li", "dl", "dt",
           "dd", "blockquote", "pre", "figure", "figcaption", "table", "caption", "thead", "tbody", "tfoot", "tr",
           "td", "th", "hr", "body", "details", "summary", *_HEADINGS}
_NAMES = {"blockquote": "quote", "figure": "figure", "figcaption": "caption", "caption": "caption", "dt": "term",
          "dd": "definition"}
_INLINES: Mapping[str, Kind] = {"em": "em", "i": "em", "strong": "strong", "b": "strong", "sup": "sup", "sub": "sub",
                                "del": "del", "s": "del", "u": "u", "mark": "mark", "code": "code"}
_SILENT = {"script", "style", "template"}
# Roles that say no more of a passage than its element does, or that its notes' ids say better.
_MUTE = {"presentation", "none", "list", "doc-noteref", "doc-backlink", "doc-glossref", "doc-cover"}
_ATTRIBUTES = re.compile(
    r"id|class|lang|xml:lang|dir|href|src|data-src|alt|title|role|epub:type|aria-[a-z]+|style|colspan|rowspan|scope"
    r"|start|type|hidden|checked|disabled|data-timing|data-cites|data-number|data-label|data-fragment-index|width|height"
    r"|tabindex|datetime|download|charset|name|content|rel|media|xmlns(:\w+)?|display|data-external")
_WORDED = ("aria-label", "aria-description", "placeholder", "data-label")

Address = Callable[[str], str]


@dataclass(slots=True)
class _Frame:
    """An open element: what it adds to the path and to the marks, and how many children it has counted."""

    tag: str
    path: tuple[str, ...]
    marks: dict[Kind, str]
    kind: str
    count: int = 0


@dataclass(slots=True)
class Markup:
    """Collects passages while tags and words go by.

    ``address`` turns a link as written into the id it leads to ("#id") or leaves an outside address as it is;
    ``content`` gives the bytes of a picture by its address, or None.
    """

    part: str
    lang: str
    address: Address
    content: Callable[[str], bytes | None]
    found: list[Passage] = field(default_factory=list)
    _stack: list[_Frame] = field(default_factory=lambda: [_Frame("", (), {}, "paragraph")])
    _pieces: list[Piece] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _place: _Frame | None = None
    _formula: list[str] | None = None
    _tex: str = ""
    _silent: int = 0
    _choices: list[str] = field(default_factory=list)      # other drawings of the picture that comes next

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open the element *tag*."""
        if self._silent or tag in _SILENT or attributes.get("role") == "doc-pagebreak":
            if attributes.get("role") == "doc-pagebreak":
                self._loose("page", attributes.get("aria-label") or attributes.get("title") or "(none)")
            self._silent += 1
            self._stack.append(_Frame(tag, (), {}, ""))
            return
        if self._formula is not None or tag == "math":
            self._start_formula(tag, attributes)
            return
        if tag in _BREAKS:
            self.flush()
        if ident := attributes.get("id"):
            self._ids.append(ident)
        if tag == "source":
            self._choices.append(fingerprint(self.content(attributes.get("srcset", ""))))
            attributes = {}
        self._stray(attributes)
        self._stack.append(self._frame(tag, attributes))
        if tag == "img":
            self._image(attributes)
        elif tag == "input":
            self.text("☒" if "checked" in attributes else "☐")
            self.text(" ")
        elif tag == "br":
            self.text("\n")

    def _image(self, attributes: Mapping[str, str]) -> None:
        source = attributes.get("src") or attributes.get("data-src") or ""
        which = " ".join([fingerprint(self.content(source)), *self._choices])
        self._choices.clear()
        self._add(picture(which, attributes.get("alt", "(none)"), self._stack[-1].marks))

    def text(self, words: str) -> None:
        """Add *words* to what is open."""
        if self._silent:
            return
        if self._formula is not None:
            if self._stack[-1].tag == "annotation":
                self._tex += words
            else:
                self._formula.append(words)
        elif self._pieces or words.strip(" \t\n\r\f"):
            self._add(Piece(words, self._stack[-1].marks))

    def end(self, tag: str) -> None:
        """Close the innermost element *tag*, and with it what is left open inside; a stray end tag is nothing."""
        if tag not in [frame.tag for frame in self._stack[1:]]:
            return
        while True:
            frame = self._stack.pop()
            self._close(frame)
            if frame.tag == tag:
                return

    def imply(self, tags: Set[str], within: Set[str]) -> None:
        """Close the element of *tags* that is open inside the innermost one of *within*, if there is one."""
        for frame in reversed(self._stack):
            if frame.tag in within:
                return
            if frame.tag in tags:
                self.end(frame.tag)
                return

    def comment(self, words: str) -> None:
        """Add a comment, which no output should have."""
        self.flush()
        self.found.append(passage("comment", [Piece(words, {})], part=self.part))

    def flush(self) -> None:
        """End the passage that is open."""
        if self._pieces and self._place is not None and any(piece.text.strip(" \t\n\r\f") for piece in self._pieces):
            self.found.append(passage(self._place.kind, self._pieces, self._place.path, self._ids, part=self.part))
            self._ids = []
        self._pieces, self._place = [], None

    def _add(self, piece: Piece) -> None:
        if self._place is None:
            self._place = self._stack[-1]
        self._pieces.append(piece)

    def _close(self, frame: _Frame) -> None:
        if self._silent:
            self._silent -= 1
        elif frame.tag == "math":
            shown, self._formula = "".join(self._formula or []).strip(), None
            self._add(Piece(self._tex if shown else "", {**self._stack[-1].marks, "math": frame.kind}))
        elif frame.tag in _BREAKS and self._formula is None:
            self.flush()

    def _start_formula(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._formula is None:
            self._formula, self._tex = [], ""
        self._stack.append(_Frame(tag, (), {}, attributes.get("display", "inline")))

    def _frame(self, tag: str, attributes: Mapping[str, str]) -> _Frame:
        outer = self._stack[-1]
        kind = "code" if tag == "pre" else _HEADINGS.get(tag, outer.kind)
        marks = self._marks(tag, attributes, outer)
        if tag == "code" and outer.kind == "code":
            marks.pop("code", None)              # the code inside a pre is the block itself
        return _Frame(tag, (*outer.path, *self._steps(tag, attributes, outer)), marks, kind,
                      int(attributes.get("start", "1")) - 1 if tag == "ol" else 0)

    def _steps(self, tag: str, attributes: Mapping[str, str], outer: _Frame) -> Iterable[str]:
        """Yield what the element adds to the path of the passages in it."""
        role = attributes.get("role", "")
        if tag == "li":
            outer.count += 1
            yield f"{'number' if outer.tag == 'ol' else 'bullet'} {outer.count}"
        elif tag in ("td", "th"):
            outer.count += 1
            yield f"{'cell' if tag == 'td' else 'heading'} {self._row()}.{outer.count}"
        elif tag == "tr":
            self._table().count += 1
        elif tag in _NAMES:
            yield _NAMES[tag]
        elif tag == "nav":
            yield role or attributes.get("epub:type") or "nav"
            return
        elif tag == "aside" and not role:
            yield attributes.get("class") or "aside"
        if tag in _BREAKS and role and role not in _MUTE:
            yield role

    def _table(self) -> _Frame:
        return next((frame for frame in reversed(self._stack) if frame.tag == "table"), self._stack[0])

    def _row(self) -> int:
        return self._table().count

    def _marks(self, tag: str, attributes: Mapping[str, str], outer: _Frame) -> dict[Kind, str]:
        marks = dict(outer.marks)
        if (kind := _INLINES.get(tag)) is not None:
            marks[kind] = ""
        if "smallcaps" in attributes.get("class", "").split():
            marks["smallcaps"] = ""
        lang = attributes.get("lang") or attributes.get("xml:lang")
        if lang and tag != "html":
            marks["lang"] = lang
            if lang == self.lang:
                del marks["lang"]
        if attributes.get("dir"):
            marks["dir"] = attributes["dir"]
        if attributes.get("title"):
            marks["title"] = attributes["title"]
        if tag == "a" and "href" in attributes:
            marks["link"] = self.address(attributes["href"])
        return marks

    def _stray(self, attributes: Mapping[str, str]) -> None:
        """Make a passage of each attribute that speaks, and of each that no output should have."""
        for name, value in attributes.items():
            if name in _WORDED:
                self._loose("label", value)
            elif not _ATTRIBUTES.fullmatch(name):
                self._loose("attribute", f"{name}={value}")

    def _loose(self, kind: str, words: str) -> None:
        if words.strip():
            self.found.append(passage(kind, [Piece(words, {})], part=self.part))
