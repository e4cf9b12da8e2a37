"""From the annotated book to the edition that one output prints.

After this step no annotation is left: what stays in the tree is what every writer may print.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from nzpub.annotate import ASIDES, alt_text, cited, has_words, is_cross_reference, source_keys
from nzpub.cite import section_numbers
from nzpub.errors import Finding, Place
from nzpub.furniture import words
from nzpub.illustrate import SUFFIXES, shaped
from nzpub.model import Book, Chapter, Deck, Edition, Output, Slide
from nzpub.tree import Attr, Node, attr, div, is_node, link, para, rewrite, span, string, text, walk, with_attr

_ROLES = {"pullquote": "doc-pullquote", "epigraph": "doc-epigraph", "callout-note": "doc-notice",
          "callout-tip": "doc-tip", "editor-note": "doc-notice"}
_ANNOTATIONS = ("reason", "allow", "when-format", "unless-format", "chart", "data", "source", "long-desc", "alt")
_SPACES = ("Space", "SoftBreak")
_SPENT = ("uncited", "content-visible", "content-hidden", "embed")


def check(book: Book, output: Output) -> Iterator[Finding]:
    """Yield why *output* cannot be made of *book*, as it was read.

    A talk needs slides; a text a heading, by which contents and readers find their way, and what its links lead to;
    a heading words.
    """
    shown = _visible(book.blocks, output)
    yield from _emptied([block for block in shown if _is_slide(block) == (output == "slides")], output, book)
    if output == "slides":
        if not any(map(_is_slide, shown)):
            yield Finding("NZ601", "error", "there are no slides", Place(book.source),
                          'write at least one ::: {.slide title="…"}, or build --only pdf,epub,web')
        return
    blocks = [block for block in shown if not _is_slide(block)]
    if not any(block["t"] == "Header" for block in blocks):
        yield Finding("NZ126", "error", "the text has no heading", Place(book.source), "begin it with one: # Title",
                      outputs=(output,))
    yield from _astray([*book.meta.abstract, *blocks], output, book)


def _emptied(blocks: Sequence[Node], output: Output, book: Book) -> Iterator[Finding]:
    """Yield a finding for each heading of *blocks* whose words are all for other outputs."""
    bare = {node.get("line") for node in walk(book.blocks) if node["t"] == "Header" and not has_words(node)}
    for node in walk(blocks):
        if node["t"] == "Header" and not has_words(node) and node.get("line") not in bare:
            yield Finding("NZ127", "error", "no word of this heading is shown there",
                          Place(book.source, node.get("line")), "hide all of it, or show some of its words",
                          outputs=(output,))


def _astray(blocks: Sequence[Node], output: Output, book: Book) -> Iterator[Finding]:
    """Yield a finding for each of the *blocks* that leads to what the book has, but *output* does not show."""
    elsewhere = {attr(node).id for node in walk(book.blocks)} - {attr(node).id for node in walk(blocks)} - {""}
    line: int | None = book.meta.lines.get("abstract")
    for node in walk(blocks):
        line = node.get("line", line)
        for ident in _targets(node):
            if ident in elsewhere:
                yield Finding("NZ133", "error", f"this leads to “{ident}”, which is not shown there",
                              Place(book.source, line), "show both in the same outputs", outputs=(output,))


def _targets(node: Node) -> Iterator[str]:
    """Yield the ids that *node* leads to."""
    if node["t"] == "Link" and node["c"][2][0].startswith("#"):
        yield node["c"][2][0][1:]
    elif node["t"] == "Cite":
        yield from (citation["citationId"] for citation in node["c"][0] if is_cross_reference(citation["citationId"]))
    elif node["t"] == "Figure" and (target := attr(node).get("long-desc")):
        yield target.removeprefix("#")


def prose(book: Book, output: Output) -> Edition:
    """Return the text as *output* ("pdf", "epub" or "web") prints it: slides left out, notes gathered."""
    blocks = [block for block in _visible(book.blocks, output) if not _is_slide(block)]
    numbers = section_numbers(book.blocks)
    chapters = [*_abstract(book), *_sections(blocks, numbers)]
    spelled, used = _spell_out(chapters, book.meta.glossary)
    finished = [_finish(chapter, book, numbers) for chapter in spelled]
    chapters = [*finished, *_glossary(book, used), *_bibliography(book)]
    return Edition(output, book.meta, tuple(chapters), _files(book, chapters), book.source, _attachments(book))


def deck(book: Book) -> Deck:
    """Return the talk: one slide for every ``.slide``, in order; a slide without notes has its section's prose."""
    visible = _visible(book.blocks, "slides")
    figures = {attr(node).id: node for node in walk(book.blocks) if node["t"] == "Figure"}
    used: set[str] = set()
    section: list[Node] = []
    slides = []
    for block in visible:
        if _is_slide(block):
            slides.append(_slide(block, book, figures, section, used))
        elif block["t"] == "Header":
            section = []
        else:
            section.append(block)
    idents = _idents(slides)
    reached = tuple(_within(slide, idents) for slide in slides)
    return Deck(book.meta, reached, _files(book, reached), book.source, _attachments(book))


def _is_slide(block: Node) -> bool:
    return "slide" in attr(block).classes


def _idents(slides: Iterable[Slide]) -> frozenset[str]:
    nodes = (node for slide in slides for node in walk([*slide.title, *slide.blocks, *slide.notes]))
    return frozenset((*(slide.id for slide in slides), *(attr(node).id for node in nodes)))


def _within(slide: Slide, idents: frozenset[str]) -> Slide:
    """Return *slide* with the words alone of each link that leads to what the deck does not have."""
    def visit(node: Node) -> Sequence[Node]:
        dead = node["t"] == "Link" and node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in idents
        return node["c"][1] if dead else (node,)
    return replace(slide, blocks=rewrite(slide.blocks, visit), notes=rewrite(slide.notes, visit))


def _visible(blocks: Iterable[Node], output: Output) -> tuple[Node, ...]:
    """Return *blocks* less what is not for *output*, and paragraphs of nothing else; what said so is opened."""
    def visit(node: Node) -> Sequence[Node]:
        if node["t"] in ("Para", "Plain") and all(inline["t"] in _SPACES for inline in node["c"]):
            return ()
        classes = attr(node).classes
        if "content-visible" not in classes and "content-hidden" not in classes:
            return (node,)
        return node["c"][1] if _is_for(attr(node), output) else ()
    return rewrite(blocks, visit)


def _is_for(attributes: Attr, output: Output) -> bool:
    named = output in (attributes.get("when-format") or attributes.get("unless-format") or "").split()
    asked = named if attributes.get("when-format") is not None else not named
    return asked if "content-visible" in attributes.classes else not asked


# --- chapters ---------------------------------------------------------------------------------------


def _abstract(book: Book) -> Iterator[Chapter]:
    if book.meta.abstract:
        yield Chapter("abstract", "abstract", string(words(book.meta.lang)["abstract"]), book.meta.abstract,
                      line=book.meta.lines.get("abstract"))


def _sections(blocks: Sequence[Node], numbers: Mapping[str, str]) -> Iterator[Chapter]:
    """Yield the chapters of *blocks*: one for each heading of the highest level, one for what precedes them."""
    top = min((block["c"][0] for block in blocks if block["t"] == "Header"), default=1)
    starts = [n for n, block in enumerate(blocks) if block["t"] == "Header" and block["c"][0] == top]
    if opening := blocks[:starts[0] if starts else None]:
        yield Chapter("opening", "section", (), tuple(opening), line=opening[0].get("line"))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        heading, *inside = blocks[start:end]
        ident = attr(heading).id
        levelled = [_level(block, top) for block in inside]
        yield Chapter(ident, "section", tuple(heading["c"][2]), tuple(levelled), numbers.get(ident, ""),
                      heading.get("line"))


def _level(block: Node, top: int) -> Node:
    """Return a heading with its level counted from the chapter's, which is 1."""
    if block["t"] != "Header":
        return block
    level, *rest = block["c"]
    return {**block, "c": [level - top + 1, *rest]}


def _glossary(book: Book, used: Iterable[str]) -> Iterator[Chapter]:
    entries = sorted(used, key=str.casefold)
    if entries:
        # Linked both ways: from its first use to the entry, and from the entry back to its first use.
        items = [[[span([link(string(short), f"#{_first_use(short)}")], Attr(_glossary_id(short)))],
                  [[{"t": "Plain", "c": [*string(book.meta.glossary[short])]}]]] for short in entries]
        yield Chapter("glossary", "glossary", string(words(book.meta.lang)["glossary"]),
                      ({"t": "DefinitionList", "c": items},), line=book.meta.lines.get("glossary"))


def _bibliography(book: Book) -> Iterator[Chapter]:
    if book.bibliography:
        entries = tuple(with_attr(entry, Attr(attr(entry).id, ("csl-entry",))) for entry in book.bibliography)
        # Pandoc writes class and id of this div as a list, each entry in it as an item.
        yield Chapter("bibliography", "bibliography", string(words(book.meta.lang)["bibliography"]),
                      (div(entries, Attr("refs", ("references",))),), line=book.meta.lines.get("bibliography"))


def _first_use(short: str) -> str:
    return f"{_glossary_id(short)}-used"


def _glossary_id(short: str) -> str:
    return f"gl-{''.join(c if c.isalnum() else '-' for c in short)}"


# --- abbreviations ----------------------------------------------------------------------------------


def _spell_out(chapters: Iterable[Chapter], glossary: Mapping[str, str]) -> tuple[list[Chapter], tuple[str, ...]]:
    """Return the chapters with each abbreviation spelled out at its first use, and those that are used."""
    used: dict[str, None] = {}

    def visit(node: Node) -> tuple[Node, ...]:
        if not _is_abbreviation(node):
            return (node,)
        short = text(node["c"][1])
        if short in used:
            return (_titled(node, glossary[short]),)
        used[short] = None
        mark = link(string(short), f"#{_glossary_id(short)}",
                    Attr(_first_use(short), ("glossref",), (("role", "doc-glossref"),)))
        spelled_out = (mark, *_expansion(glossary[short]))
        return (span(spelled_out, Attr(attr(node).id)),) if attr(node).id else spelled_out

    spelled = []
    for chapter in chapters:
        title = rewrite(chapter.title, lambda node: (_titled(node, glossary[text([node])]),)
                        if _is_abbreviation(node) else (node,))
        spelled.append(replace(chapter, title=title, blocks=_skipping_headings(chapter.blocks, visit)))
    return spelled, tuple(used)


def _skipping_headings(blocks: Iterable[Node], visit: Any) -> tuple[Node, ...]:
    """Rewrite *blocks* but for their headings, where a contents list would repeat what is spelled out."""
    return tuple(new for block in blocks for new in ((block,) if block["t"] == "Header" else rewrite([block], visit)))


def _is_abbreviation(node: Node) -> bool:
    return node["t"] == "Span" and "abbr" in attr(node).classes


def _titled(node: Node, expansion: str) -> Node:
    return with_attr(node, attr(node).plus(title=expansion))


def _expansion(words_: str) -> tuple[Node, ...]:
    return ({"t": "Space"}, *string(f"({words_})"))


# --- clean up ---------------------------------------------------------------------------------------


def _finish(chapter: Chapter, book: Book, numbers: Mapping[str, str]) -> Chapter:
    """Return *chapter* with asides named, figures completed, notes gathered and annotations gone."""
    notes: list[tuple[int, tuple[Node, ...]]] = []

    def visit(node: Node) -> Sequence[Node]:
        if node["t"] == "Note":
            lang = node.get("lang")
            notes.append((node["number"], tuple(_said_in(block, lang) if lang else block for block in node["c"])))
            return (_note_mark(node["number"]),)
        return _clean(node, book, numbers)

    blocks = rewrite(chapter.blocks, visit)
    return replace(chapter, blocks=blocks, title=rewrite(chapter.title, visit), notes=tuple(sorted(notes)))


def _said_in(block: Node, lang: str) -> Node:
    """Return *block* with its *lang*; a paragraph stays one, so that a note's number can stand before its words."""
    said = Attr(keys=(("lang", lang),))
    return {**block, "c": [span(block["c"], said)]} if block["t"] in ("Para", "Plain") else div([block], said)


def _note_mark(number: int) -> Node:
    return link(string(str(number)), f"#fn{number}", Attr(f"fnref{number}", ("noteref",), (("role", "doc-noteref"),)))


def _clean(node: Node, book: Book, numbers: Mapping[str, str]) -> Sequence[Node]:
    """Return what stands in the place of one annotated node."""
    match node["t"]:
        case "Figure":
            return (_figure(node, book),)
        case "Image":
            return (_image(node),)
        case "Header":
            return (_numbered(node, numbers),)
        case "Span" | "Div":
            return _container(node, book)
    return (node,)


def _numbered(heading: Node, numbers: Mapping[str, str]) -> Node:
    """Return *heading* with its number before its words, if it has one."""
    level, _, inlines = heading["c"]
    number = numbers.get(attr(heading).id)
    mark = [span(string(number), Attr("", ("number",))), {"t": "Space"}] if number else []
    return with_attr({**heading, "c": [level, None, [*mark, *inlines]]}, _kept(heading))


def _container(node: Node, book: Book) -> Sequence[Node]:
    """Return a span or div less its annotations, opened if nothing of it is left."""
    kept = _kept(node)
    if attr(node) != kept == Attr():
        return tuple(node["c"][1])
    kind = next((name for name in kept.classes if name in ASIDES), None)
    return (_aside(node, kind, kept, book) if kind else with_attr(node, kept),)


def _kept(node: Node) -> Attr:
    return attr(node).without(*_ANNOTATIONS, classes=_SPENT)


def _aside(node: Node, kind: str, kept: Attr, book: Book) -> Node:
    """Return an aside with its role, and with its name before its first words if it needs one."""
    name = words(book.meta.lang).get(kind)
    blocks = list(node["c"][1])
    if name:
        blocks.insert(0, para([span(string(name), Attr("", ("aside-name",)))]))
    return with_attr({**node, "c": [node["c"][0], blocks]}, kept.plus(role=_ROLES[kind]))


def _figure(node: Node, book: Book) -> Node:
    """Return a figure whose caption ends with its sources and a link to its long description."""
    attributes = attr(node)
    _, (short, caption), body = node["c"]
    extra = [*_source_line(attributes, book), *_long_description(attributes, book)]
    finished = {**node, "c": [node["c"][0], [short, [*_paragraphs(caption), *extra]], body]}
    return with_attr(finished, Attr(attributes.id))


def _paragraphs(caption: Iterable[Node]) -> list[Node]:
    return [{**block, "t": "Para"} if block["t"] == "Plain" else block for block in caption]


def _source_line(attributes: Attr, book: Book) -> Iterator[Node]:
    keys = source_keys(attributes)
    if keys:
        name = words(book.meta.lang)["source" if len(keys) == 1 else "sources"]
        listed: list[Node] = [*string(f"{name}: ")]
        for position, key in enumerate(keys):
            listed += [*(string("; ") if position else ()), *_without_stop(book.slide_sources[key])]
        yield div([para([*listed, {"t": "Str", "c": "."}])], Attr("", ("figure-source",)))


def _without_stop(inlines: Sequence[Node]) -> tuple[Node, ...]:
    """Return a short citation without its closing full stop, so that several can share a line."""
    if inlines and inlines[-1]["t"] == "Str" and inlines[-1]["c"].endswith("."):
        last = inlines[-1]["c"].rstrip(".")
        return (*inlines[:-1], *(({"t": "Str", "c": last},) if last else ()))
    return tuple(inlines)


def _long_description(attributes: Attr, book: Book) -> Iterator[Node]:
    if target := attributes.get("long-desc"):
        name = words(book.meta.lang)["long description"]
        yield div([para([link(string(name), target)])], Attr("", ("figure-description",)))


def _image(node: Node) -> Node:
    """Return *node* with its alternative text where Pandoc's writers look for it, and nothing else but its size."""
    attributes = attr(node)
    alt = "" if "decorative" in attributes.classes else alt_text(node)
    size = tuple((k, v) for k, v in attributes.keys if k in ("width", "height"))
    target = node["c"][2][0]
    kept = Attr(attributes.id, tuple(c for c in attributes.classes if c == "decorative"), size)
    return with_attr({**node, "c": [node["c"][0], [*string(alt)], [target, ""]]}, kept)


def _files(book: Book, holders: Iterable[Chapter | Slide]) -> dict[str, bytes]:
    """Return the files that the images of *holders* show."""
    shown = {node["c"][2][0] for holder in holders for node in walk([*holder.blocks, *_noted(holder)])
             if node["t"] == "Image"}
    phones = {shaped(path, "phone", book.files) for path in shown}
    return {path: book.files[path] for path in sorted(shown | phones)}


def _noted(holder: Chapter | Slide) -> Iterable[Node]:
    """Return the blocks of the notes of *holder*."""
    return holder.notes if isinstance(holder, Slide) else [block for _, body in holder.notes for block in body]


def _attachments(book: Book) -> dict[str, bytes]:
    """Return what the publication was made from: manuscript, references, tables and pictures, but not the drawings."""
    charts = [image["c"][2][0] for node in walk(book.blocks) if attr(node).get("chart")
              for image in walk([node]) if image["t"] == "Image"]
    drawn = {shaped(path, shape, book.files) for path in charts for shape in SUFFIXES}
    references = json.dumps(book.references, ensure_ascii=False, indent=2).encode() + b"\n"
    return {PurePosixPath(book.source).name: book.text.encode(),
            **({book.meta.bibliography: references} if book.meta.bibliography else {}),
            **{path: content for path, content in sorted(book.files.items()) if path not in drawn}}


# --- slides -----------------------------------------------------------------------------------------


def _slide(block: Node, book: Book, figures: Mapping[str, Node], section: Sequence[Node], used: set[str]) -> Slide:
    attributes = attr(block)
    notes = [child for child in block["c"][1] if "notes" in attr(child).classes]
    shown = [child for child in block["c"][1] if "notes" not in attr(child).classes]
    said = [node for div_ in notes for node in div_["c"][1]] or _repeated(section)
    keys = dict.fromkeys([*cited(shown), *_embedded_sources(shown, figures)])
    seconds = sum(int(attr(div_).get("time") or 0) for div_ in notes)
    return Slide(
        id=attributes.id, title=string(attributes.get("title") or ""),
        layout=next((c.removeprefix("layout-") for c in attributes.classes if c.startswith("layout-")), ""),
        blocks=_show(shown, book, figures, used), notes=_show(said, book, figures, used=set(book.meta.glossary)),
        sources=tuple(_without_stop(book.slide_sources[key]) for key in keys if key in book.slide_sources),
        seconds=seconds or None, line=block.get("line"),
    )


def _repeated(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return *blocks* without their ids: every slide of a section that has no notes repeats its prose."""
    def visit(node: Node) -> Sequence[Node]:
        return (with_attr(node, attr(node)._replace(id="")) if attr(node).id else node,)
    return rewrite(blocks, visit)


def _embedded_sources(blocks: Iterable[Node], figures: Mapping[str, Node]) -> Iterator[str]:
    for node in walk(blocks):
        if node["t"] == "Image" and "embed" in attr(node).classes:
            yield from source_keys(attr(figures[node["c"][2][0].removeprefix("#")]))


def _show(blocks: Iterable[Node], book: Book, figures: Mapping[str, Node], used: set[str]) -> tuple[Node, ...]:
    """Return *blocks* as a slide shows them: no marks for sources, figures in place, abbreviations once in full."""
    def visit(node: Node) -> Sequence[Node]:
        if node["t"] == "Note":
            return ()
        if node["t"] == "Image" and "embed" in attr(node).classes:
            return (_embed(node, figures, book),)
        if _is_abbreviation(node):
            short = text(node["c"][1])
            first = short not in used
            used.add(short)
            return (_titled(node, book.meta.glossary[short]), *(_expansion(book.meta.glossary[short]) if first else ()))
        return _clean(node, book, {})
    return rewrite(_without_marks(tuple(blocks)), visit)


def _embed(node: Node, figures: Mapping[str, Node], book: Book) -> Node:
    figure = figures[node["c"][2][0].removeprefix("#")]
    image = _image(next(child for child in walk([figure]) if child["t"] == "Image"))
    path = shaped(image["c"][2][0], "wide", book.files)
    return {**image, "c": [image["c"][0], image["c"][1], [path, ""]]}


def _without_marks(value: Any) -> Any:
    """Return *value* without citations and the space before each."""
    if isinstance(value, Mapping):
        return {**value, "c": _without_marks(value["c"])} if is_node(value) and "c" in value else value
    if not isinstance(value, list | tuple):
        return value
    parts: list[Any] = []
    for part in value:
        if is_node(part) and part["t"] == "Cite":
            if parts and is_node(parts[-1]) and parts[-1]["t"] in ("Space", "SoftBreak"):
                parts.pop()
        else:
            parts.append(_without_marks(part))
    return parts


