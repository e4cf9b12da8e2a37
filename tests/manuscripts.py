"""Manuscripts as Hypothesis makes them: trees over the whole vocabulary, of words that writers stumble over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from nzpub.annotate import LAYOUTS
from nzpub.model import Book, Meta
from nzpub.tree import Attr, Node, attr, div, header, link, para, rewrite, span, string, with_attr

GLOSSARY = {"NATO": "North Atlantic Treaty Organization", "PRT": "Provincial Reconstruction Team"}
REFERENCES: tuple[dict[str, object], ...] = (
    {
        "id": "smith-2020",
        "type": "book",
        "author": [{"family": "Smith", "given": "A."}],
        "title": "First <Things> & Last",
        "publisher": "House",
        "issued": {"date-parts": [[2020]]},
    },
    {
        "id": "jones-2021",
        "type": "webpage",
        "author": [{"literal": "Jones Board"}],
        "title": "‘Second’ Things",
        "URL": "https://example.org/second?a=1&b=2",
        "issued": {"date-parts": [[2021, 4, 5]]},
    },
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'
_DRAWINGS = {
    "one": ('viewBox="0 0 4 3" width="4" height="3"', '<path d="M0 0H4V3z"/>'),
    "two": (
        'viewBox="-10 -20 50 30" width="100" preserveAspectRatio="xMinYMax"',
        '<defs><linearGradient id="a"><stop stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient>'
        '<clipPath id="b"><circle r="9"/></clipPath></defs><rect x="-5" width="20%" height="9" fill="url(#a)"/>'
        '<g transform="rotate(20) scale(2 1)" clip-path="url(#b)"><path d="M1 1a5 5 0 1 1 4 2z" stroke="red"/></g>',
    ),
    "three": (
        'width="6cm" height="30mm"',
        '<g id="a" opacity="0.5"><g style="stroke:#123456;stroke-width:2px;stroke-dasharray:4 2">'
        '<circle cx="30" cy="40" r="9"/></g></g>'
        '<use href="#a" x="50" y="10"/><text x="9" y="90" font-size="9">in it</text>'
        '<text x="90" y="9" text-anchor="middle" font-size="9">mid <tspan x="90" dy="9" fill="red">dle</tspan></text>',
    ),
}
FILES = {
    f"figures/{name}.svg": _SVG.format(attributes=attributes, body=body).encode()
    for name, (attributes, body) in _DRAWINGS.items()
}
_OUTPUTS = ("pdf", "epub", "slides", "web", "pdf web", "epub slides")
# Ligatures, macrons, marks to combine, hyphens of three kinds, joiners, no-break spaces, markup, right to left, length.
_WORDS = (
    "a",
    "office",
    "waffle",
    "fjord",
    "Tīeke",
    "whānau",
    "kātua",
    "cafe\u0301",
    "naïve",
    "well-known",
    "non\u2011stop",
    "co\u00adop\u00ader\u00adate",
    "10\u00a0km",
    "NZ$33\u202fmillion",
    "1949–2025",
    "“so”",
    "don’t",
    "it's",
    "R&D",
    "x<y",
    "a>b",
    '"q"',
    "*star*",
    "_low_",
    "`tick`",
    "\\back",
    "50%",
    "#1",
    "semi;colon",
    "AT&amp;T",
    "word\u2060joined",
    "…",
    "—",
    "ماء",
    "سلام",
    "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu",
    "https://example.org/a",
    "O’Brien",
    "1.5",
    "(sic)",
    "state-of-the-art",
    "Ångström",
    "ﬁne",
    "²",
    "½",
    "ʻokina",
)
_FORMULAS = ("x", "E = mc^2", r"\frac{a}{b}", r"\sum_{i=1}^{n} i", r"\sqrt{2}", r"\alpha + \beta")
_NUMBERED = ("Decimal", "LowerAlpha", "UpperRoman")
_TABLES = ("", "", "two heads", "foot", "wide", "set", "right", "named rows", "lists")
_CODE = ("x = 1", "[@key]{.abbr}", "a  b", "::: note", "<!-- c -->", "<p>&amp;</p>")

words = st.sampled_from(_WORDS)
_sentences = st.lists(words, min_size=1, max_size=8).map(lambda parts: string(" ".join(parts)))


def _node(kind: str, content: Any) -> Node:
    return {"t": kind, "c": content}


def _join(parts: Iterable[Sequence[Node]]) -> list[Node]:
    joined: list[Node] = []
    for position, part in enumerate(parts):
        joined += [*([{"t": "Space"}] if position else []), *part]
    return joined


def _wrap(inner: st.SearchStrategy[list[Node]]) -> st.SearchStrategy[list[Node]]:
    """Return a strategy for inlines around *inner*."""
    around = [
        inner.map(lambda nodes, kind=kind: [_node(kind, nodes)])  # type: ignore[misc]
        for kind in ("Emph", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Underline")
    ]
    quoted = st.tuples(st.sampled_from(["SingleQuote", "DoubleQuote"]), inner).map(
        lambda pair: [_node("Quoted", [{"t": pair[0]}, pair[1]])]
    )
    spans = st.tuples(
        st.sampled_from(
            [
                Attr("", (), (("lang", "mi"),)),
                Attr("", ("uncited",), (("reason", "x"),)),
                Attr("", ("mark",)),
                Attr("", ("smallcaps",)),
                Attr("", ("fragment",)),
                Attr("", (), (("lang", "de"), ("dir", "ltr"))),
                Attr("here"),
            ]
        ),
        inner,
    ).map(lambda pair: [span(pair[1], pair[0])])
    hidden = st.tuples(
        st.sampled_from(["content-visible", "content-hidden"]),
        st.sampled_from(["when-format", "unless-format"]),
        st.sampled_from(_OUTPUTS),
        inner,
    ).map(lambda t: [span(t[3], Attr("", (t[0],), ((t[1], t[2]),)))])
    return st.one_of(*around, quoted, spans, hidden)


_code = st.sampled_from(_CODE).map(lambda code: [_node("Code", [["", [], []], code])])
_formula = st.tuples(st.sampled_from(["InlineMath", "InlineMath", "DisplayMath"]), st.sampled_from(_FORMULAS)).map(
    lambda pair: [_node("Math", [{"t": pair[0]}, pair[1]])]
)
_abbreviation = st.sampled_from(sorted(GLOSSARY)).map(lambda short: [span(string(short), Attr("", ("abbr",)))])
_break = st.just([_node("Str", "end"), {"t": "LineBreak"}, _node("Str", "start")])
_words = _sentences.map(list)
_arabic = st.sampled_from(["ماء", "سلام", "ماء سلام"]).map(
    lambda said: [span(string(said), Attr("", (), (("lang", "ar"), ("dir", "rtl"))))]
)
_leaf = st.one_of(_arabic, _words, _words, _words, _code, _formula, _abbreviation, _break)
_phrases = st.recursive(_leaf, _wrap, max_leaves=3)
_linked = st.one_of(st.sampled_from(["https://example.org/x?a=1&b=2", "mailto:a@example.org", "#?0", "#?1"])).flatmap(
    lambda target: _words.map(lambda nodes: [link(nodes, target)])
)
_picture = st.tuples(st.sampled_from(sorted(FILES)), _sentences, st.booleans()).map(
    lambda t: [_node("Image", [["", ["decorative"], []], [], [t[0], ""]] if t[2] else
                     [["", [], []], list(t[1]), [t[0], ""]])]
)
_decoration = st.sampled_from(sorted(FILES)).map(
    lambda path: [_node("Image", [["", ["decorative"], []], [], [path, ""]])]
)


def _cite(*keys: str) -> list[Node]:
    citations = [
        {
            "citationId": key,
            "citationPrefix": [],
            "citationSuffix": [],
            "citationMode": {"t": "NormalCitation"},
            "citationNoteNum": 0,
            "citationHash": 0,
        }
        for key in keys
    ]
    return [_node("Cite", [citations, [_node("Str", f"[{'; '.join('@' + key for key in keys)}]")]])]


_cited = st.sampled_from([("smith-2020",), ("jones-2021",), ("smith-2020", "jones-2021")]).map(
    lambda keys: _cite(*keys)
)
_bare = st.lists(st.one_of(_phrases, _phrases, _linked), min_size=1, max_size=4).map(_join)
_notes = st.lists(_bare.map(para), min_size=1, max_size=2).map(lambda blocks: [_node("Note", blocks)])
_inlines = st.lists(
    st.one_of(_phrases, _phrases, _phrases, _linked, _notes, _cited, _picture, _decoration), min_size=1, max_size=5
).map(_join)


def blocks(inlines: st.SearchStrategy[list[Node]]) -> st.SearchStrategy[Node]:
    """Return a strategy for one block of *inlines*, no heading, no slide."""
    paragraph = inlines.map(para)
    code = st.lists(st.sampled_from(_CODE), min_size=1, max_size=3).map(
        lambda lines: _node("CodeBlock", [["", ["python"], []], "\n".join(lines)])
    )
    lines = st.lists(_words, min_size=1, max_size=3).map(lambda parts: _node("LineBlock", parts))
    figure = st.tuples(st.sampled_from(sorted(FILES)), _sentences, _bare).map(_figure)
    kinds = st.lists(st.sampled_from(_TABLES), min_size=3, max_size=3)
    table = st.tuples(st.integers(1, 3), kinds, st.lists(_inlines, min_size=6, max_size=6), _bare).map(_table)
    rule = st.just({"t": "HorizontalRule"})
    leaves = st.one_of(paragraph, paragraph, paragraph, code, lines, figure, table, rule)
    return st.recursive(leaves, _contain, max_leaves=5)


def _figure(parts: tuple[str, Sequence[Node], list[Node]]) -> Node:
    path, alt, caption = parts
    image = _node("Image", [["", [], [["alt", "Alt: " + " ".join(n.get("c", "") for n in alt)]]], caption, [path, ""]])
    return _node(
        "Figure",
        [
            ["fig-?", [], [["source", "@smith-2020; @jones-2021"]]],
            [None, [_node("Plain", caption)]],
            [_node("Plain", [image])],
        ],
    )


def _table(parts: tuple[int, Sequence[str], list[list[Node]], list[Node]]) -> Node:
    """Return a table of some *parts*: columns, what it has beyond a head and rows, cells, and a caption."""
    columns, kinds, cells, caption = parts
    rows = [
        _row([_cell(cell, kind) for cell, kind in zip(cells[n : n + columns], kinds, strict=False)])
        for n in range(0, 3 * columns, columns)
        if len(cells[n : n + columns]) == columns
    ]
    head, body = (rows[:2], rows[2:]) if "two heads" in kinds and len(rows) > 2 else (rows[:1], rows[1:])
    foot = [body.pop()] if "foot" in kinds and len(body) > 1 else []
    if "wide" in kinds and columns > 1 and body:
        (attributes, align, height, _, blocks), *_ = body[-1][1]
        body[-1] = _row([[attributes, align, height, columns, blocks]])
    width = {"t": "ColWidth", "c": 0.9 / columns} if "set" in kinds else {"t": "ColWidthDefault"}
    return _node(
        "Table",
        [
            ["tbl-?", [], []],
            [None, [_node("Plain", caption)]],
            [[{"t": "AlignRight" if "right" in kinds else "AlignDefault"}, width]] * columns,
            [["", [], []], head],
            [[["", [], []], int("named rows" in kinds and columns > 1), [], body]],
            [["", [], []], foot],
        ],
    )


def _row(cells: list[Any]) -> list[Any]:
    return [["", [], []], cells]


def _cell(inlines: list[Node], kind: str) -> list[Any]:
    plain = _node("Plain", inlines)
    blocks = [_node("BulletList", [[plain], [_node("Plain", string("more"))]])] if kind == "lists" else [plain]
    return [["", [], []], {"t": "AlignDefault"}, 1, 1, blocks]


def _contain(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(st.lists(inner, min_size=1, max_size=2), min_size=1, max_size=3)
    bullets = items.map(lambda parts: _node("BulletList", parts))
    numbers = st.tuples(st.integers(1, 7), items).map(
        lambda pair: _node("OrderedList", [[pair[0], {"t": _NUMBERED[pair[0] % 3]}, {"t": "Period"}], pair[1]])
    )
    quote = st.lists(inner, min_size=1, max_size=2).map(lambda parts: _node("BlockQuote", parts))
    terms = st.lists(st.tuples(_words, st.lists(inner, min_size=1, max_size=2)), min_size=1, max_size=2).map(
        lambda pairs: _node("DefinitionList", [[term, [definition]] for term, definition in pairs])
    )
    divs = st.tuples(
        st.sampled_from(
            [
                Attr("", ("callout-note",)),
                Attr("", ("callout-tip",)),
                Attr("", ("editor-note",)),
                Attr("", ("pullquote",)),
                Attr("", ("epigraph",)),
                Attr("", (), (("lang", "de"),)),
                Attr("", (), (("lang", "ar"), ("dir", "rtl"))),
                Attr("", ("uncited",), (("reason", "x"),)),
                Attr("", ("fragment",)),
                Attr("", ("incremental",)),
                Attr("", ("nonincremental",)),
                Attr("", ("content-visible",), (("when-format", "pdf"),)),
                Attr("", ("content-visible",), (("unless-format", "epub"),)),
                Attr("", ("content-hidden",), (("when-format", "slides web"),)),
            ]
        ),
        st.lists(inner, min_size=1, max_size=2),
    ).map(lambda pair: div(pair[1], pair[0]))
    return st.one_of(bullets, numbers, quote, terms, divs)


_prose = blocks(_inlines)
_said = st.tuples(st.lists(blocks(_bare), min_size=1, max_size=2), st.integers(1, 9)).map(
    lambda pair: div(pair[0], Attr("", ("notes",), (("time", str(10 * pair[1])),)))
)
_shown = st.one_of(
    blocks(_bare),
    st.just(para([_node("Image", [["", ["embed"], []], [], ["#fig-?", ""]])])),
    st.lists(st.lists(blocks(_bare), min_size=1, max_size=2), min_size=2, max_size=2).map(
        lambda columns: div([div(c, Attr("", ("column",))) for c in columns], Attr("", ("columns",)))
    ),
    _cited.map(para),
)
_layouts = st.sampled_from([(), (), (), *((f"layout-{name}",) for name in LAYOUTS)])
_titles = st.lists(words, min_size=1, max_size=5).map(" ".join)
_slides = st.tuples(_titles, _layouts, st.lists(_shown, min_size=1, max_size=3), st.lists(_said, max_size=1)).map(
    lambda t: div([*t[2], *t[3]], Attr("sl-?", ("slide", *t[1]), (("title", t[0]),)))
)
_marked: st.SearchStrategy[list[Node]] = st.one_of(st.just([]), st.just([]), _notes, _cited)
_headings = st.tuples(st.sampled_from([1, 1, 2, 3]), _bare, _marked, st.booleans()).map(
    lambda t: header(t[0], [*t[1], *t[2]], Attr("sec-?", ("unnumbered",) if t[3] else ()))
)
_trees = st.lists(st.one_of(_headings, _prose, _prose, _prose, _slides), min_size=2, max_size=9)


def _named(tree: Sequence[Node]) -> tuple[Node, ...]:
    """Return *tree* with an id of its own on each node that asks for one, and with links that lead to some of them."""
    whole = [
        header(1, string("First heading"), Attr("sec-?")),
        _figure(("figures/one.svg", string("A drawing"), [*string("One")])),
        *tree,
    ]
    count = 0

    def name(node: Node) -> tuple[Node, ...]:
        nonlocal count
        ident = attr(node).id
        if not ident.endswith("?") and ident != "here":
            return (node,)
        count += 1
        return (with_attr(node, Attr(f"{ident.rstrip('?').rstrip('-')}-{count}", attr(node).classes, attr(node).keys)),)

    named = rewrite(whole, name)
    headings = [attr(block).id for block in named if block["t"] == "Header"]
    figure = next(attr(block).id for block in named if block["t"] == "Figure")

    def aim(node: Node) -> tuple[Node, ...]:
        if node["t"] not in ("Link", "Image") or "?" not in node["c"][2][0]:
            return (node,)
        target = node["c"][2][0]
        ident = (
            figure
            if node["t"] == "Image"
            else headings[int(target[2:]) % len(headings)]
            if target[2:].isdigit()
            else ""
        )
        return ({**node, "c": [*node["c"][:2], [f"#{ident}" if ident else target, ""]]},)

    return rewrite(named, aim)


def _numbered(tree: Sequence[Node]) -> tuple[Node, ...]:
    """Return *tree* with a line of its own on each block at the top."""
    return tuple({**block, "line": 10 * number} for number, block in enumerate(tree, 2))


def book(tree: Sequence[Node]) -> Book:
    """Return a publication whose text is *tree*."""
    meta = Meta(
        title="Made & <checked>",
        authors=("A. Tester",),
        date=date(2026, 1, 2),
        lang="en-NZ",
        identifier="urn:uuid:00000000-0000-4000-8000-000000000001",
        short_name="made",
        modified=datetime(2026, 1, 2, tzinfo=UTC),
        subtitle="By chance",
        glossary=GLOSSARY,
        abstract=(para(string("What is in it, in “words”.")),),
        citation_style="chicago-notes-bibliography",
    )
    return Book(meta, _numbered(_named(tree)), "manuscript/made.md", FILES, REFERENCES)


@dataclass(frozen=True)
class Made:
    """A publication, not yet cited, whose tree Hypothesis does not print: it would fill a screen."""

    book: Book

    def __repr__(self) -> str:
        """Return how many blocks it has."""
        return f"Made({len(self.book.blocks)} blocks)"


def books() -> st.SearchStrategy[Made]:
    """Return a strategy for publications."""
    return _trees.map(lambda tree: Made(book(tree)))
