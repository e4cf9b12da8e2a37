"""Finished outputs with one fault each, as a careless writer or a careless hand would leave them."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

import pikepdf
from lxml import etree

Element = etree._Element
_X = "{http://www.w3.org/1999/xhtml}"
_BLOCKS = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "th",
    "dt",
    "dd",
    "figcaption",
    "caption",
    "figure",
    "table",
    "aside",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "dl",
}
_LEAVES = {"p", "h1", "h2", "h3", "h4", "td", "th", "dt", "caption", "pre"}
_LEAKS = (
    "Text for another output.",
    "[@smith-2020]",
    "See [the map]{.uncited reason=opinion}.",
    "::: notes",
    "fig-map",
    "Say this slowly.",
    "[^note]",
    "TODO: check this",
    "4",
)


class Mutant(NamedTuple):
    """What was done, and the whole file after it."""

    what: str
    content: bytes


Fault = Callable[[Element, random.Random], "str | None"]
PdfFault = Callable[[pikepdf.Pdf, random.Random], "str | None"]


def _name(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _seen(root: Element) -> list[Element]:
    """Return the elements of *root* outside page breaks, formulas and the page list, which is only numbers."""
    hidden = {
        e
        for top in root.iter()
        if _name(top) == "math" or top.get("role") in ("doc-pagebreak", "doc-pagelist")
        for e in top.iter()
    }
    return [element for element in root.iter() if isinstance(element.tag, str) and element not in hidden]


def _some(root: Element, chance: random.Random, names: set[str]) -> Element | None:
    found = [e for e in _seen(root) if _name(e) in names and (_words(e) or e.find(f".//{_X}img") is not None)]
    return chance.choice(found) if found else None


def _take(element: Element) -> None:
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def delete(root: Element, chance: random.Random) -> str | None:
    """Leave a block out."""
    block = _some(root, chance, _BLOCKS)
    if block is None:
        return None
    _take(block)
    return f"deleted {_name(block)} “{_words(block)[:40]}”"


def double(root: Element, chance: random.Random) -> str | None:
    """Print a block twice."""
    block = _some(root, chance, _BLOCKS)
    if block is None:
        return None
    block.addnext(deepcopy(block))
    return f"doubled {_name(block)} “{_words(block)[:40]}”"


def swap(root: Element, chance: random.Random) -> str | None:
    """Exchange two blocks' places."""
    one = _some(root, chance, _BLOCKS)
    others = (
        []
        if one is None
        else [
            e
            for e in _seen(root)
            if _name(e) == _name(one)
            and _words(e) != _words(one)
            and e not in set(one.iter())
            and one not in set(e.iter())
        ]
    )
    if one is None or not others:
        return None
    other = chance.choice(others)
    first, second = deepcopy(one), deepcopy(other)
    first.tail, second.tail = other.tail, one.tail
    one.getparent().replace(one, second)  # type: ignore[union-attr]
    other.getparent().replace(other, first)  # type: ignore[union-attr]
    return f"swapped “{_words(one)[:30]}” and “{_words(other)[:30]}”"


def truncate(root: Element, chance: random.Random) -> str | None:
    """Lose the last word of a text."""
    block = _some(root, chance, _LEAVES)
    if block is None or not (block.text or "").strip() or len(block):
        return None
    assert block.text is not None
    block.text = " ".join(block.text.split()[:-1])
    return f"cut {_name(block)} to “{block.text[-30:]}”"


def change(root: Element, chance: random.Random) -> str | None:
    """Change one letter."""
    block = _some(root, chance, _LEAVES)
    places = [] if block is None else [n for n, c in enumerate(block.text or "") if c.isalnum()]
    if block is None or not places or block.text is None:
        return None
    at = chance.choice(places)
    block.text = block.text[:at] + ("q" if block.text[at] != "q" else "x") + block.text[at + 1 :]
    return f"changed a letter in “{block.text[:40]}”"


def leak(root: Element, chance: random.Random) -> str | None:
    """Print a paragraph that does not belong there."""
    block = _some(root, chance, _BLOCKS - {"td", "th", "li", "dt", "dd", "caption", "figcaption"})
    if block is None:
        return None
    words = chance.choice(_LEAKS)
    paragraph = etree.Element(f"{_X}p")
    paragraph.text = words
    block.addnext(paragraph)
    return f"leaked “{words}”"


def add(root: Element, chance: random.Random) -> str | None:
    """Print words that do not belong there inside a block."""
    block = _some(root, chance, _LEAVES)
    if block is None:
        return None
    words = chance.choice(_LEAKS)
    block.text = f"{block.text or ''} {words} "
    return f"leaked “{words}” into {_name(block)}"


def comment(root: Element, chance: random.Random) -> str | None:
    """Leave an editor's comment."""
    block = _some(root, chance, _BLOCKS)
    if block is None:
        return None
    block.append(etree.Comment(" is this true? "))
    return "left a comment"


def drop_note(root: Element, chance: random.Random) -> str | None:
    """Lose the body of a note, or what is said at a slide."""
    notes = [
        e for e in _seen(root) if _name(e) == "aside" and (e.get("role") == "doc-footnote" or e.get("class") == "notes")
    ]
    if not notes:
        return None
    note = chance.choice(notes)
    _take(note)
    return f"dropped note “{_words(note)[:40]}”"


def exchange_notes(root: Element, chance: random.Random) -> str | None:
    """Give two notes each other's numbers."""
    notes = [e for e in _seen(root) if e.get("role") == "doc-footnote"]
    if len(notes) < 2:
        return None
    one, other = chance.sample(notes, 2)
    a, b = one.get("id", ""), other.get("id", "")
    one.set("id", b)
    other.set("id", a)
    return f"exchanged {a} and {b}"


def _with(root: Element, chance: random.Random, key: str, names: set[str] | None = None) -> Element | None:
    found = [
        e
        for e in _seen(root)
        if e.get(key)
        and (names is None or _name(e) in names)
        and _name(e) != "html"
        and (_words(e) or _name(e) == "img")
    ]
    return chance.choice(found) if found else None


def drop_lang(root: Element, chance: random.Random) -> str | None:
    """Forget in which language some words are."""
    words = _with(root, chance, "lang")
    if words is None:
        return None
    for key in [k for k in map(str, words.attrib) if k.endswith("lang")]:
        del words.attrib[key]
    return f"dropped the language of “{_words(words)[:40]}”"


def other_lang(root: Element, chance: random.Random) -> str | None:
    """Give some words another language."""
    words = _with(root, chance, "lang")
    if words is None:
        return None
    for key in [k for k in map(str, words.attrib) if k.endswith("lang")]:
        words.set(key, "fr")
    return f"made “{_words(words)[:40]}” French"


def lose_alt(root: Element, chance: random.Random) -> str | None:
    """Change or lose a picture's description."""
    image = _with(root, chance, "alt", {"img"})
    if image is None:
        return None
    image.set("alt", chance.choice(["", "picture", image.get("alt", "") + " figures/one.svg"]))
    return "changed alt"


def redirect(root: Element, chance: random.Random) -> str | None:
    """Lead a link elsewhere, or nowhere."""
    one = _with(root, chance, "href", {"a"})
    if one is None:
        return None
    others = sorted({e.get("href", "") for e in _seen(root) if _name(e) == "a"} - {one.get("href", "")})
    if chance.random() < 0.3 or not others:
        del one.attrib["href"]
        return f"unlinked “{_words(one)}”"
    one.set("href", chance.choice([*others, "#no-such-place"]))
    return f"redirected “{_words(one)}”"


def plain(root: Element, chance: random.Random) -> str | None:
    """Lose an emphasis, a raised or a lowered character."""
    one = _some(root, chance, {"em", "strong", "sub", "sup", "code"})
    parent = None if one is None else one.getparent()
    if one is None or parent is None or _name(parent) == "pre":
        return None
    one.tag = f"{_X}span"
    one.attrib.clear()
    return f"made “{_words(one)}” plain"


def retitle(root: Element, chance: random.Random) -> str | None:
    """Give a heading another level, or make it a paragraph."""
    one = _some(root, chance, {"h1", "h2", "h3"})
    if one is None:
        return None
    one.tag = f"{_X}{chance.choice(sorted({'h1', 'h2', 'h3', 'h4', 'p'} - {_name(one)}))}"
    return f"“{_words(one)[:40]}” became {_name(one)}"


def join(root: Element, chance: random.Random) -> str | None:
    """Run two paragraphs into one."""
    pairs = [
        (e, after)
        for e in _seen(root)
        if _name(e) == "p"
        and _words(e)
        and (after := e.getnext()) is not None
        and _name(after) == "p"
        and _words(after)
    ]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    span = etree.SubElement(one, f"{_X}span")
    span.text = f" {_words(other)}"
    _take(other)
    return f"joined “{_words(one)[:40]}”"


def rename(root: Element, chance: random.Random) -> str | None:
    """Lose an id that something may lead to."""
    one = _with(root, chance, "id", _BLOCKS | {"section", "div", "span", "a"})
    if one is None or (_name(one) in ("nav", "section") and not _words(one)):
        return None
    ident = str(one.attrib.pop("id"))
    return f"lost the id {ident}"


FAULTS: tuple[Fault, ...] = (
    delete,
    double,
    swap,
    truncate,
    change,
    leak,
    add,
    comment,
    drop_note,
    exchange_notes,
    drop_lang,
    other_lang,
    lose_alt,
    redirect,
    plain,
    retitle,
    join,
    rename,
)


# --- files ------------------------------------------------------------------------------------------


def epub(content: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Yield mutants of an EPUB without end, each kind of fault in turn."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    documents = sorted(name for name in files if name.endswith(".xhtml") and not name.endswith("cover.xhtml"))
    pictures = sorted(name for name in files if "figures/" in name)
    while True:
        for fault in FAULTS:
            for name in chance.sample(documents, len(documents)):
                root = etree.fromstring(files[name])
                if (body := root.find(f"{_X}body")) is not None and (what := fault(body, chance)) is not None:
                    yield Mutant(f"{name}: {what}", _zipped({**files, name: etree.tostring(root, encoding="utf-8")}))
                    break
        yield _without_document(files, chance.choice(documents))
        if pictures:
            name = chance.choice(pictures)
            other = chance.choice([*(files[p] for p in pictures if files[p] != files[name]), _redrawn(files[name])])
            yield Mutant(f"another picture at {name}", _zipped({**files, name: other}))
        yield _other_metadata(files, chance)


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _redrawn(picture: bytes) -> bytes:
    if b"<svg" not in picture:
        return picture + b"\0"
    return re.sub(rb"</svg>\s*$", b'<rect width="1" height="1"/></svg>', picture)


def _without_document(files: dict[str, bytes], name: str) -> Mutant:
    """Return the book with one document less in its spine, where the file itself may stay."""
    opf = next(path for path in files if path.endswith(".opf"))
    package = files[opf].decode()
    match = re.search(rf'<item [^>]*href="{re.escape(name.rpartition("/")[2])}"[^>]*>', package)
    assert match
    ident = re.search(r'\bid="([^"]+)"', match.group())
    assert ident
    cut = re.sub(rf'<itemref [^>]*idref="{re.escape(ident.group(1))}"[^>]*/>', "", package)
    return Mutant(f"spine without {name}", _zipped({**files, opf: cut.encode()}))


def _other_metadata(files: dict[str, bytes], chance: random.Random) -> Mutant:
    opf = next(path for path in files if path.endswith(".opf"))
    root = etree.fromstring(files[opf])
    fields = [e for e in root.iter() if isinstance(e.tag, str) and e.tag.startswith("{http://purl.org/dc/")]
    field = chance.choice(fields)
    if chance.random() < 0.5:
        field.text = (field.text or "")[:-1]
    else:
        field.getparent().remove(field)  # type: ignore[union-attr]
    return Mutant(
        f"metadata: {field.tag} “{field.text}”", _zipped({**files, opf: etree.tostring(root, encoding="utf-8")})
    )


def deck(content: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Yield mutants of a deck for browsers without end, each kind of fault in turn."""
    html = content.decode()
    start = html.index('<div class="slides">')
    end = html.rindex("</main>")
    end = html.rindex("</section>", 0, end) + len("</section>")
    slides = html[start + len('<div class="slides">') : end]
    while True:
        for fault in FAULTS:
            root = etree.fromstring(f'<body xmlns="{_X[1:-1]}">{slides}</body>')
            if (what := fault(root, chance)) is not None:
                yield Mutant(what, _filled(html, start, end, root))
        for fault in (_other_picture, _swap_slides):
            root = etree.fromstring(f'<body xmlns="{_X[1:-1]}">{slides}</body>')
            if (what := fault(root, chance)) is not None:
                yield Mutant(what, _filled(html, start, end, root))
        yield Mutant("another title", re.sub(r"<title>.*?</title>", "<title>Untitled</title>", html).encode())
        yield Mutant("no language", re.sub(r'<html lang="[^"]*"', "<html", html).encode())


def _filled(html: str, start: int, end: int, root: Element, opening: str = '<div class="slides">') -> bytes:
    for empty in root.iter(f"{_X}*"):
        if not len(empty) and empty.text is None and _name(empty) not in ("img", "br", "col", "input", "hr"):
            empty.text = ""
    inner = etree.tostring(root, encoding="unicode").partition(">")[2].rpartition("</body>")[0]
    return f"{html[:start]}{opening}{inner}{html[end:]}".encode()


def _other_picture(root: Element, chance: random.Random) -> str | None:
    images = list(root.iter(f"{_X}img"))
    if not images:
        return None
    image = chance.choice(images)
    others = [e.get("src", "") for e in images if e.get("src") != image.get("src")]
    image.set("src", chance.choice([*others, "data:image/svg+xml;base64,PHN2Zy8+", "figures/one.svg"]))
    return "another picture"


def _swap_slides(root: Element, chance: random.Random) -> str | None:
    slides = [e for e in root if _name(e) == "section"]
    if len(slides) < 2:
        return None
    one, other = chance.sample(slides, 2)
    first, second = deepcopy(one), deepcopy(other)
    root.replace(one, second)
    root.replace(other, first)
    return "two slides exchanged"


# --- PDF --------------------------------------------------------------------------------------------


def pdf(content: bytes, chance: random.Random, faults: Sequence[PdfFault] = ()) -> Iterator[Mutant]:
    """Yield mutants of a PDF without end, each kind of fault in turn, of all or of some *faults*."""
    while True:
        for fault in faults or _PDF_FAULTS:
            with pikepdf.open(io.BytesIO(content)) as opened:
                try:
                    what = fault(opened, chance)
                except IndexError:  # nothing to choose from: a handout has no notes at the foot
                    continue
                if what is None:
                    continue
                yield Mutant(what, _saved(opened))


def _saved(pdf_: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf_.save(out)
    return out.getvalue()


_TAGS = {"P", "H1", "H2", "LI", "TD", "TH", "Caption", "Figure", "FENote", "Table", "L", "BlockQuote", "TOCI"}


def _tags(pdf_: pikepdf.Pdf, names: set[str] = _TAGS) -> list[tuple[Any, Any]]:
    """Return parent and element of each structure element called one of *names*."""
    found: list[tuple[Any, Any]] = []

    def visit(parent: Any) -> None:
        kids = parent.get("/K")
        for kid in [] if kids is None else kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                if str(kid.S)[1:] in names and "/K" in kid:
                    found.append((parent, kid))
                visit(kid)

    visit(pdf_.Root.StructTreeRoot)
    return found


def _kids(parent: Any) -> list[Any]:
    return list(parent.K) if isinstance(parent.K, pikepdf.Array) else [parent.K]


def _place(kids: list[Any], kid: Any) -> int:
    return next(
        n for n, other in enumerate(kids) if isinstance(other, pikepdf.Dictionary) and other.objgen == kid.objgen
    )


def _pdf_delete(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    parent, kid = chance.choice(_tags(pdf_))
    kids = _kids(parent)
    del kids[_place(kids, kid)]
    parent.K = pikepdf.Array(kids)
    return f"deleted {kid.S}"


def _pdf_double(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    parent, kid = chance.choice(_tags(pdf_))
    kids = _kids(parent)
    kids.insert(_place(kids, kid), kid)
    parent.K = pikepdf.Array(kids)
    return f"doubled {kid.S}"


def _pdf_swap(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    parents = [parent for parent, _ in _tags(pdf_, {"P", "LI", "TD", "Sect"}) if len(_kids(parent)) > 1]
    parent = chance.choice(parents)
    kids = _kids(parent)
    places = [
        n
        for n, kid in enumerate(kids)
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid and str(kid.S) != "/FENote"
    ]
    if len(places) < 2:
        return None
    a, b = chance.sample(places, 2)
    kids[a], kids[b] = kids[b], kids[a]
    parent.K = pikepdf.Array(kids)
    return f"swapped {kids[a].S} and {kids[b].S}"


def _pdf_note(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    parent, kid = chance.choice(_tags(pdf_, {"FENote"}))
    kids = _kids(parent)
    del kids[_place(kids, kid)]
    parent.K = pikepdf.Array(kids)
    return "dropped a note"


def _pdf_alt(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    figures = [kid for _, kid in _tags(pdf_, {"Figure", "Formula"})]
    if not figures:
        return None
    chance.choice(figures).Alt = pikepdf.String("picture")
    return "changed alt"


def _pdf_lang(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    spans = [kid for _, kid in _tags(pdf_, {"Span", "P", "Em", "Sect", "Document"}) if "/Lang" in kid]
    if not spans:
        return None
    span = chance.choice(spans)
    if chance.random() < 0.5:
        del span.Lang
    else:
        span.Lang = pikepdf.String("fr")
    return "another language"


def _pdf_role(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    _, kid = chance.choice(_tags(pdf_, {"H1", "H2"}))
    kid.S = pikepdf.Name("/P" if chance.random() < 0.5 else "/H3")
    return "heading of another level"


def _pdf_link(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    areas = [area for page in pdf_.pages for area in page.get("/Annots", []) if "/A" in area]
    area = chance.choice([a for a in areas if "/StructParent" in a])
    area.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/elsewhere"))
    return "redirected a link"


def _text_of(pdf_: pikepdf.Pdf, chance: random.Random, least: int) -> tuple[Any, list[Any], int]:
    """Return a page, its instructions, and the place of one that shows more than *least* glyphs."""
    page = chance.choice(list(pdf_.pages)[1:])
    instructions: list[Any] = list(pikepdf.parse_content_stream(page))
    inside = [False]
    places = []
    for n, (operands, operator) in enumerate(instructions):
        if str(operator) in ("BDC", "BMC"):
            inside.append(str(operands[0]) != "/Artifact")
        elif str(operator) == "EMC":
            inside.pop()
        elif str(operator) in ("Tj", "TJ") and inside[-1] and _glyphs(operands[0]) > least:
            places.append(n)
    return page, instructions, chance.choice(places)


def _strings(shown: Any) -> list[Any]:
    return [s for s in (shown if isinstance(shown, pikepdf.Array) else [shown]) if isinstance(s, pikepdf.String)]


def _glyphs(shown: Any) -> int:
    return sum(len(bytes(s)) for s in _strings(shown)) // 2


def _written(pdf_: pikepdf.Pdf, page: Any, instructions: list[Any]) -> None:
    page.Contents = pdf_.make_stream(pikepdf.unparse_content_stream(instructions))


def _pdf_cut(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    page, instructions, at = _text_of(pdf_, chance, 3)
    del instructions[at]
    _written(pdf_, page, instructions)
    return "cut some words"


def _pdf_twice(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    page, instructions, at = _text_of(pdf_, chance, 3)
    instructions.insert(at, instructions[at])
    _written(pdf_, page, instructions)
    return "painted some words twice"


def _pdf_change(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Exchange two glyphs of one run."""
    page, instructions, at = _text_of(pdf_, chance, 6)
    codes = [bytes(s) for s in _strings(instructions[at][0][0])]
    glyphs = [c[n : n + 2] for c in codes for n in range(0, len(c), 2)]
    middle = len(glyphs) // 2
    if glyphs[middle] == glyphs[middle + 1]:
        return None
    glyphs[middle], glyphs[middle + 1] = glyphs[middle + 1], glyphs[middle]
    instructions[at] = ([pikepdf.Array([pikepdf.String(b"".join(glyphs))])], pikepdf.Operator("TJ"))
    _written(pdf_, page, instructions)
    return "exchanged two letters"


def _pdf_leak(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Paint words once more outside the structure, as an artifact."""
    page, instructions, at = _text_of(pdf_, chance, 12)
    start = max(n for n in range(at) if str(instructions[n][1]) == "BT")
    fonts = [i for i in instructions[:at] if str(i[1]) == "Tf"]
    leaked = [
        ([pikepdf.Name.Artifact], pikepdf.Operator("BMC")),
        instructions[start],
        fonts[-1],
        ([1, 0, 0, 1, 50, 20], pikepdf.Operator("Tm")),
        instructions[at],
        ([], pikepdf.Operator("ET")),
        ([], pikepdf.Operator("EMC")),
    ]
    _written(pdf_, page, [*instructions, *leaked])
    return "painted words as an artifact"


def pdf_decorated(content: bytes, tag: str) -> bytes:
    """Return a PDF whose last page paints the last words marked with *tag* again in their place, as a decoration."""
    with pikepdf.open(io.BytesIO(content)) as pdf_:
        page = pdf_.pages[-1]
        instructions: list[Any] = list(pikepdf.parse_content_stream(page))
        begins = [n for n, i in enumerate(instructions) if str(i.operator) == "BDC" and str(i.operands[0]) == tag
                  and i.operands[1].get("/Type") != "/Pagination"]
        _written(pdf_, page, _again(instructions, begins[-1], Type=pikepdf.Name.Layout))
        return _saved(pdf_)


def _again(instructions: list[Any], start: int, **properties: Any) -> list[Any]:
    """Return *instructions* with what is marked from *start* painted again, as an artifact with *properties*."""
    end = next(n for n in range(start, len(instructions)) if str(instructions[n][1]) == "EMC")
    mark = [pikepdf.Name.Artifact, pikepdf.Dictionary(**properties)], pikepdf.Operator("BDC")
    return [*instructions[:end + 1], mark, *instructions[start + 1:end + 1], *instructions[end + 1:]]


def _pdf_bold(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Paint words once more in the same place, outside the structure: they look bolder."""
    page, instructions, at = _text_of(pdf_, chance, 3)
    start = max(n for n in range(at) if str(instructions[n][1]) == "BDC")
    properties: dict[str, Any] = chance.choice(
        [{}, {"MCID": 9999}, *({"Type": pikepdf.Name(name)} for name in ("/Layout", "/Pagination"))])
    _written(pdf_, page, _again(instructions, start, **properties))
    return f"painted words bolder, {properties}"


def _pdf_decoration(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Leave a decorative picture out, or paint it once more."""
    found = []
    for page in pdf_.pages:
        instructions: list[Any] = list(pikepdf.parse_content_stream(page))
        for start, (operands, operator) in enumerate(instructions):
            if str(operator) == "BDC" and operands[1].get("/Type") == "/Layout":
                end = next(n for n in range(start, len(instructions)) if str(instructions[n][1]) == "EMC")
                if any(str(each[1]) in (*_PAINTS, "Do") for each in instructions[start:end]):
                    found.append((page, instructions, start, end))
    if not found:
        return None
    page, instructions, start, end = chance.choice(found)
    is_lost = chance.random() < 0.5
    rest = [*instructions[:start + 1], *instructions[end:]]
    _written(pdf_, page, rest if is_lost else _again(instructions, start, Type=pikepdf.Name.Layout))
    return f"{'lost' if is_lost else 'doubled'} a decoration"


def _pdf_clip(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Let all be seen of what a drawing cuts, or cut it otherwise."""
    page, instructions, at = _drawn(pdf_, chance, {"W"})
    if chance.random() < 0.5:
        del instructions[at]
    else:
        begun = max(n for n in range(at) if str(instructions[n][1]) == "m")
        _redrawn_path(instructions, _Path(begun, at - 1, ()), lambda p: (p[0] + 5, p[1]))
    _written(pdf_, page, instructions)
    return "cut a drawing otherwise"


def _pdf_about(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    with pdf_.open_metadata(set_pikepdf_as_editor=False) as metadata:
        key = chance.choice(["dc:title", "dc:description", "pdf:Keywords", "dc:rights"])
        metadata[key] = "Something else"
    return f"another {key}"


def _pdf_attached(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    names = sorted(pdf_.attachments)
    if not names:
        return None
    name = chance.choice(names)
    if chance.random() < 0.5:
        del pdf_.attachments[name]
    else:
        pdf_.attachments[name] = pikepdf.AttachedFileSpec(pdf_, b"something else", filename=name)
    return f"another attachment {name}"


def _pdf_outline(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    with pdf_.open_outline() as outline:
        if chance.random() < 0.5:
            outline.root.pop()
        else:
            chance.choice(outline.root).title = "Untitled"
    return "another outline"


def _pdf_untagged(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Make words of the text an artifact, which a screen reader passes over."""
    page, instructions, at = _text_of(pdf_, chance, 6)
    start = max(n for n in range(at) if str(instructions[n][1]) == "BDC")
    instructions[start] = ([pikepdf.Name.Artifact], pikepdf.Operator("BMC"))
    _written(pdf_, page, instructions)
    return "untagged some words"


_PAINTS = {"f": "rg", "f*": "rg", "S": "RG", "B": "RG", "B*": "RG"}  # with the operator of a colour that it shows


def _drawn(pdf_: pikepdf.Pdf, chance: random.Random, wanted: set[str]) -> tuple[Any, list[Any], int]:
    """Return a page, its instructions, and the place in a figure or formula on it of one that is *wanted*."""
    marks = _tags(pdf_, {"Figure", "Formula"})
    figures = {(f.Pg.objgen, int(kid)) for _, f in marks for kid in _kids(f) if isinstance(kid, int)}
    found = []
    for page in pdf_.pages:
        instructions: list[Any] = list(pikepdf.parse_content_stream(page))
        inside = [False]
        for n, (operands, operator) in enumerate(instructions):
            if str(operator) in ("BDC", "BMC"):
                known: Any = operands[-1] if isinstance(operands[-1], pikepdf.Dictionary) else {}
                inside.append((page.obj.objgen, int(known.get("/MCID", -1))) in figures)
            elif str(operator) == "EMC":
                inside.pop()
            elif str(operator) in wanted and inside[-1]:
                found.append((page, instructions, n))
    return chance.choice(found)


def _pdf_colour(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Draw a shape in another colour."""
    page, instructions, at = _drawn(pdf_, chance, set(_PAINTS))
    operator = _PAINTS[str(instructions[at][1])]
    colour = max(n for n in range(at) if str(instructions[n][1]) == operator)
    instructions[colour] = ([1, 0, 1], pikepdf.Operator(operator))
    _written(pdf_, page, instructions)
    return "drew a shape in another colour"


def _pdf_shape(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Leave a shape of a drawing out."""
    page, instructions, at = _drawn(pdf_, chance, set(_PAINTS))
    instructions[at] = ([], pikepdf.Operator("n"))
    _written(pdf_, page, instructions)
    return "left a shape of a drawing out"


def _pdf_line(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Leave a line of a shape out."""
    page, instructions, at = _drawn(pdf_, chance, {"l"})
    del instructions[at]
    _written(pdf_, page, instructions)
    return "left a line of a drawing out"


_COURSE = {"m": 2, "l": 2, "c": 6, "re": 4}  # operators that make a path, with how many numbers they take
Point = tuple[float, float]


class _Path(NamedTuple):
    """A path that is painted in a figure: the instructions that make it, and the points that they name."""

    start: int
    end: int
    points: tuple[Point, ...]

    def box(self) -> tuple[float, float, float, float]:
        """Return its left, upper, right and lower edges."""
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return min(across), min(down), max(across), max(down)

    def middle(self) -> Point:
        """Return the middle of its box."""
        left, top, right, bottom = self.box()
        return (left + right) / 2, (top + bottom) / 2


def _numbers(instruction: Any) -> list[Point]:
    """Return the points of an instruction, of a rectangle two corners."""
    values = [float(each) for each in instruction[0]]
    if str(instruction[1]) == "re":
        values[2:] = values[0] + values[2], values[1] + values[3]
    return list(zip(values[::2], values[1::2], strict=True))


def _corners(instruction: Any) -> list[Point]:
    """Return the points of an instruction, of a rectangle all four corners."""
    points = _numbers(instruction)
    if str(instruction[1]) == "re":
        (left, top), (right, bottom) = points
        points += [(right, top), (left, bottom)]
    return points


def _paths(instructions: list[Any], at: int) -> list[_Path]:
    """Return the paths painted in the mark around *at*; WeasyPrint begins each at nought, which draws nothing."""
    start = max(n for n in range(at) if str(instructions[n][1]) in ("BDC", "BMC"))
    end = next(n for n in range(at, len(instructions)) if str(instructions[n][1]) == "EMC")
    found: list[_Path] = []
    course: list[int] = []
    for n in range(start, end):
        operator = str(instructions[n][1])
        if operator in _COURSE and not (operator == "m" and str(instructions[n + 1][1]) in ("m", "f", "S")):
            course.append(n)
        elif operator in _PAINTS and course:
            found.append(_Path(course[0], n, tuple(p for each in course for p in _corners(instructions[each]))))
            course = []
        elif operator == "n":
            course = []
    return found


def _redrawn_path(instructions: list[Any], path: _Path, change: Callable[[Point], Point]) -> None:
    """Put each point of *path* where *change* has it."""
    for n in range(path.start, path.end):
        operator = str(instructions[n][1])
        if operator in _COURSE:
            points = [change(point) for point in _numbers(instructions[n])]
            values = [value for point in points for value in point]
            if operator == "re":
                values[2:] = values[2] - values[0], values[3] - values[1]
            instructions[n] = (values, pikepdf.Operator(operator))


def _span(paths: list[_Path]) -> float:
    """Return how wide or high a drawing is, whichever is more."""
    left, top, right, bottom = _Path(0, 0, tuple(point for path in paths for point in path.points)).box()
    return max(right - left, bottom - top)


def _is_lopsided(path: _Path, span: float) -> bool:
    """Tell whether *path* is another one in a mirror."""
    middle, _ = path.middle()
    step = span / 100
    turned = {(round((2 * middle - x) / step), round(y / step)) for x, y in path.points}
    near = {(x + dx, y + dy) for x, y in turned for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    return not {(round(x / step), round(y / step)) for x, y in path.points} <= near


def _outlines(pdf_: pikepdf.Pdf, chance: random.Random) -> tuple[Any, list[Any], list[_Path], float]:
    """Return a page, its instructions, the paths in a figure or formula on it, and how large that is."""
    page, instructions, at = _drawn(pdf_, chance, set(_PAINTS))
    paths = _paths(instructions, at)
    return page, instructions, paths, _span(paths)


def _pdf_moved(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Move a shape by a hundredth of its drawing."""
    page, instructions, paths, span = _outlines(pdf_, chance)
    right, down = chance.choice([(1, 0), (0, 1), (-1, 1)])
    _redrawn_path(instructions, chance.choice(paths), lambda p: (p[0] + right * span / 100, p[1] + down * span / 100))
    _written(pdf_, page, instructions)
    return "moved a shape of a drawing"


def _pdf_scaled(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Make a shape larger or smaller where it stands."""
    page, instructions, paths, span = _outlines(pdf_, chance)
    paths = [path for path in paths if _span([path]) > span / 50]
    if not paths:
        return None
    path, by = chance.choice(paths), chance.choice([0.7, 1.4])
    x, y = path.middle()
    _redrawn_path(instructions, path, lambda p: (x + by * (p[0] - x), y + by * (p[1] - y)))
    _written(pdf_, page, instructions)
    return "scaled a shape of a drawing"


def _pdf_mirrored(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Mirror a shape where it stands."""
    page, instructions, paths, span = _outlines(pdf_, chance)
    paths = [path for path in paths if _is_lopsided(path, span)]
    if not paths:
        return None
    path = chance.choice(paths)
    _redrawn_path(instructions, path, lambda p: (2 * path.middle()[0] - p[0], p[1]))
    _written(pdf_, page, instructions)
    return "mirrored a shape of a drawing"


def _pdf_exchanged(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Put two shapes in each other's place."""
    page, instructions, paths, span = _outlines(pdf_, chance)
    pairs = [
        (one, other)
        for one in paths
        for other in paths
        if max(abs(a - b) for a, b in zip(one.middle(), other.middle(), strict=True)) > span / 100
    ]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    (x1, y1), (x2, y2) = one.middle(), other.middle()
    _redrawn_path(instructions, one, lambda p: (p[0] + x2 - x1, p[1] + y2 - y1))
    _redrawn_path(instructions, other, lambda p: (p[0] + x1 - x2, p[1] + y1 - y2))
    _written(pdf_, page, instructions)
    return "exchanged two shapes of a drawing"


def _labels(pdf_: pikepdf.Pdf) -> list[tuple[Any, list[Any], list[range]]]:
    """Return the pages with figures and the forms, which draw groups and anchored words, that have words in drawings.

    Each comes with its instructions and with the places of those between BT and ET, word by word.
    """
    figures = {(f.Pg.objgen, int(kid)) for _, f in _tags(pdf_, {"Figure"}) for kid in _kids(f) if isinstance(kid, int)}
    forms = [each for each in pdf_.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form"]
    found = []
    for stream in (*pdf_.pages, *forms):
        instructions: list[Any] = list(pikepdf.parse_content_stream(stream))
        inside, begun, places = [stream in forms], 0, []
        for n, (operands, operator) in enumerate(instructions):
            match str(operator):
                case "BDC" | "BMC":
                    known: Any = operands[-1] if isinstance(operands[-1], pikepdf.Dictionary) else {}
                    inside.append((stream.objgen, int(known.get("/MCID", -1))) in figures)
                case "EMC":
                    inside.pop()
                case "BT":
                    begun = n
                case "ET" if inside[-1] and any(str(each[1]) == "TJ" for each in instructions[begun:n]):
                    places.append(range(begun, n))
        if places:
            found.append((stream, instructions, places))
    return found


def _relabelled(pdf_: pikepdf.Pdf, stream: Any, instructions: list[Any]) -> None:
    if isinstance(stream, pikepdf.Page):
        _written(pdf_, stream, instructions)
    else:
        stream.write(pikepdf.unparse_content_stream(instructions))


def _shifted(instructions: list[Any], place: range, right: float, down: float) -> None:
    for n in place:
        if str(instructions[n][1]) == "Tm":
            *matrix, x, y = (float(value) for value in instructions[n][0])
            instructions[n] = ([*matrix, x + right, y + down], pikepdf.Operator("Tm"))


def _begins(instructions: list[Any], place: range) -> Point:
    x, y = next(each[0][4:] for each in instructions[place.start:place.stop] if str(each[1]) == "Tm")
    return float(x), float(y)


def _pdf_label_moved(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Move words in a drawing by half the size of their font."""
    stream, instructions, places = chance.choice(_labels(pdf_))
    place = chance.choice(places)
    size = next(float(each[0][1]) for each in reversed(instructions[:place.stop]) if str(each[1]) == "Tf")
    right, down = chance.choice([(1, 0), (0, 1), (-1, 1)])
    _shifted(instructions, place, right * size / 2, down * size / 2)
    _relabelled(pdf_, stream, instructions)
    return "moved words of a drawing"


def _pdf_label_scaled(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Set words in a drawing smaller or larger, where they stand."""
    stream, instructions, places = chance.choice(_labels(pdf_))
    sizes = [n for place in places for n in place if str(instructions[n][1]) == "Tf"]
    if not sizes:
        return None
    at = chance.choice(sizes)
    font, size = instructions[at][0]
    instructions[at] = ([font, float(size) * chance.choice([0.75, 1.3])], pikepdf.Operator("Tf"))
    _relabelled(pdf_, stream, instructions)
    return "scaled words of a drawing"


def _pdf_label_exchanged(pdf_: pikepdf.Pdf, chance: random.Random) -> str | None:
    """Put words in a drawing in each other's place."""
    pairs = [(stream, instructions, one, other) for stream, instructions, places in _labels(pdf_)
             for one in places for other in places
             if max(abs(a - b) for a, b in zip(_begins(instructions, one), _begins(instructions, other),
                                               strict=True)) > 9]  # fmt: skip
    if not pairs:
        return None
    stream, instructions, one, other = chance.choice(pairs)
    (x1, y1), (x2, y2) = _begins(instructions, one), _begins(instructions, other)
    _shifted(instructions, one, x2 - x1, y2 - y1)
    _shifted(instructions, other, x1 - x2, y1 - y2)
    _relabelled(pdf_, stream, instructions)
    return "exchanged words of a drawing"


def _pdf_thick(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Draw a line much thicker."""
    page, instructions, at = _drawn(pdf_, chance, {"S"})
    width = max(n for n in range(at) if str(instructions[n][1]) == "w")
    instructions[width] = ([5 * float(instructions[width][0][0])], pikepdf.Operator("w"))
    _written(pdf_, page, instructions)
    return "drew a line of a drawing thicker"


def _pdf_dashes(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Break a line into dashes, or into others, or make a broken one whole."""
    page, instructions, at = _drawn(pdf_, chance, {"S", "B"})
    dashes = max(n for n in range(at) if str(instructions[n][1]) == "d")
    other = [] if len(instructions[dashes][0][0]) and chance.random() < 0.5 else [9, 5]
    instructions[dashes] = ([pikepdf.Array(other), 0], pikepdf.Operator("d"))
    _written(pdf_, page, instructions)
    return "drew a line of a drawing with other dashes"


def _pdf_askew(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Draw a whole figure or formula mirrored, turned, larger or elsewhere."""
    page, instructions, at = _drawn(pdf_, chance, set(_PAINTS))
    start = max(n for n in range(at) if str(instructions[n][1]) == "BDC")
    matrices = [n for n in range(start, at) if str(instructions[n][1]) == "cm"]
    a, b, c, d, e, f = (float(value) for value in instructions[matrices[0]][0])
    other = chance.choice([(-a, b, c, d, e, f), (a * 1.2, b, c, d * 1.2, e, f), (a, b, c, d, e + 9, f)])
    instructions[matrices[0]] = (list(other), pikepdf.Operator("cm"))
    _written(pdf_, page, instructions)
    return "drew a figure askew"


def _pdf_formula(pdf_: pikepdf.Pdf, chance: random.Random) -> str:
    """Move or lose a sign of a formula."""
    formulas = [kid for _, kid in _tags(pdf_, {"Formula"})]
    formula = chance.choice(formulas)
    page = next(page for page in pdf_.pages if page.obj.objgen == formula.Pg.objgen)
    instructions: list[Any] = list(pikepdf.parse_content_stream(page))
    marks = {int(kid) for kid in _kids(formula) if isinstance(kid, int)}
    start = next(
        n
        for n, (operands, operator) in enumerate(instructions)
        if str(operator) == "BDC" and int(operands[-1].get("/MCID", -1)) in marks
    )
    paths = _paths(instructions, start + 1)
    if chance.random() < 0.5:
        instructions[chance.choice(paths).end] = ([], pikepdf.Operator("n"))
    else:
        _redrawn_path(instructions, chance.choice(paths), lambda p: (p[0] + _span(paths) / 50, p[1]))
    _written(pdf_, page, instructions)
    return "drew a formula otherwise"


_PDF_FAULTS = (
    _pdf_delete,
    _pdf_double,
    _pdf_swap,
    _pdf_note,
    _pdf_alt,
    _pdf_lang,
    _pdf_role,
    _pdf_link,
    _pdf_cut,
    _pdf_twice,
    _pdf_change,
    _pdf_leak,
    _pdf_bold,
    _pdf_about,
    _pdf_attached,
    _pdf_outline,
    _pdf_untagged,
    _pdf_colour,
    _pdf_shape,
    _pdf_line,
    _pdf_moved,
    _pdf_scaled,
    _pdf_mirrored,
    _pdf_exchanged,
    _pdf_thick,
    _pdf_dashes,
    _pdf_label_moved,
    _pdf_label_scaled,
    _pdf_label_exchanged,
    _pdf_askew,
    _pdf_formula,
)
PICTURE_FAULTS: tuple[PdfFault, ...] = (_pdf_decoration, _pdf_clip)           # of pictures that few publications have


# --- front page -------------------------------------------------------------------------------------


def web(content: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Yield mutants of a front page without end, each kind of fault in turn."""
    html = content.decode()
    start, end = html.index("<main>"), html.rindex("</main>")
    main = html[start + len("<main>") : end].replace(" download>", ' download="">')
    while True:
        for fault in (*FAULTS, _other_picture, _other_checksum):
            root = etree.fromstring(f'<body xmlns="{_X[1:-1]}">{main}</body>')
            if (what := fault(root, chance)) is not None:
                yield Mutant(what, _filled(html, start, end, root, "<main>"))
        yield Mutant("another title", re.sub(r"<title>.*?</title>", "<title>Untitled</title>", html).encode())
        yield Mutant("no title block", re.sub(r"<h1>.*?</h1>", "", html).encode())
        yield Mutant("no foot", re.sub(r"<footer>.*?</footer>", "", html, flags=re.DOTALL).encode())


def _other_checksum(root: Element, chance: random.Random) -> str | None:
    sums = [e for e in root.iter(f"{_X}code") if re.fullmatch("[0-9a-f]{64}", e.text or "")]
    if not sums:
        return None
    chance.choice(sums).text = "0" * 64
    return "another checksum"


# --- PowerPoint -------------------------------------------------------------------------------------


_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SAID = re.compile(r"ppt/(slides|notesSlides)/[^/]+\.xml")


def pptx(content: bytes, chance: random.Random) -> Iterator[Mutant]:
    """Yield mutants of a deck for PowerPoint without end, each kind of fault in turn."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    parts = sorted(name for name in files if _SAID.fullmatch(name))
    drawings = sorted(name for name in files if name.startswith("ppt/media/") and name.endswith(".svg"))
    while True:
        for fault in _PPTX_FAULTS:
            for name in chance.sample(parts, len(parts)):
                root = etree.fromstring(files[name])
                if (what := fault(root, chance)) is not None:
                    yield Mutant(f"{name}: {what}", _zipped({**files, name: etree.tostring(root, encoding="utf-8")}))
                    break
        if drawings:
            name = chance.choice(drawings)
            yield Mutant(f"another picture at {name}", _zipped({**files, name: _redrawn(files[name])}))
        yield _pptx_order(files, chance)


def _pptx_order(files: dict[str, bytes], chance: random.Random) -> Mutant:
    """Exchange two slides, or lose one."""
    name = "ppt/presentation.xml"
    root = etree.fromstring(files[name])
    slides = list(root.iter(f"{_P}sldId"))
    one, other = chance.sample(slides, 2)
    if chance.random() < 0.5:
        _take(one)
    else:
        key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
        a, b = one.get(key, ""), other.get(key, "")
        one.set(key, b)
        other.set(key, a)
    return Mutant("slides lost or exchanged", _zipped({**files, name: etree.tostring(root, encoding="utf-8")}))


def _lines(root: Element) -> list[Element]:
    """Return the paragraphs of *root* that have words, but for what only programs without formulas show."""
    hidden = {inner for top in root.iter("{*}Fallback") for inner in top.iter(f"{_A}p")}
    return [e for e in root.iter(f"{_A}p") if e not in hidden and any(map(_line, e.iter(f"{_A}r")))]


def _line(element: Element) -> str:
    return " ".join("".join(e.text or "" for e in element.iter(f"{_A}t")).split())


def _pptx_delete(root: Element, chance: random.Random) -> str | None:
    lines = _lines(root)
    if not lines:
        return None
    one = chance.choice(lines)
    words = _line(one)
    for run in list(one):
        one.remove(run)
    return f"deleted “{words[:40]}”"


def _pptx_double(root: Element, chance: random.Random) -> str | None:
    lines = _lines(root)
    if not lines:
        return None
    one = chance.choice(lines)
    one.addnext(deepcopy(one))
    return f"doubled “{_line(one)[:40]}”"


def _pptx_swap(root: Element, chance: random.Random) -> str | None:
    lines = _lines(root)
    pairs = [(a, b) for a in lines for b in lines if _line(a) != _line(b)]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    first, second = deepcopy(one), deepcopy(other)
    one.getparent().replace(one, second)  # type: ignore[union-attr]
    other.getparent().replace(other, first)  # type: ignore[union-attr]
    return f"swapped “{_line(one)[:30]}” and “{_line(other)[:30]}”"


def _run_of(root: Element, chance: random.Random) -> Element | None:
    runs = [run for line in _lines(root) for run in line.iter(f"{_A}r") if len(_line(run)) > 1]
    return chance.choice(runs) if runs else None


def _pptx_truncate(root: Element, chance: random.Random) -> str | None:
    run = _run_of(root, chance)
    if run is None:
        return None
    words = _line(run)
    run.find(f"{_A}t").text = words.rpartition(" ")[0]  # type: ignore[union-attr]
    return f"cut “{words[-40:]}”"


def _pptx_leak(root: Element, chance: random.Random) -> str | None:
    run = _run_of(root, chance)
    if run is None:
        return None
    words = chance.choice(_LEAKS)
    run.find(f"{_A}t").text = f"{_line(run)} {words} "  # type: ignore[union-attr]
    return f"leaked “{words}”"


def _pptx_lang(root: Element, chance: random.Random) -> str | None:
    run = _run_of(root, chance)
    properties = None if run is None else run.find(f"{_A}rPr")
    if properties is None:
        return None
    if chance.random() < 0.5:
        properties.attrib.pop("lang")
    else:
        properties.set("lang", "fr-FR")
    return "another language"


def _pptx_plain(root: Element, chance: random.Random) -> str | None:
    found = [(e, key) for line in _lines(root) for e in line.iter(f"{_A}rPr") for key in ("i", "b", "baseline")
             if e.get(key) not in (None, "0")]  # fmt: skip
    if not found:
        return None
    properties, key = chance.choice(found)
    del properties.attrib[key]
    return f"lost {key}"


def _pptx_alt(root: Element, chance: random.Random) -> str | None:
    named = [e for e in root.iter(f"{_P}cNvPr") if e.get("descr")]
    if not named:
        return None
    chance.choice(named).set("descr", chance.choice(["", "picture"]))
    return "changed alt"


def _pptx_picture(root: Element, chance: random.Random) -> str | None:
    pictures = list(root.iter(f"{_P}pic"))
    if not pictures:
        return None
    _take(chance.choice(pictures))
    return "lost a picture"


def _pptx_note(root: Element, chance: random.Random) -> str | None:
    if _name(root) != "notes":
        return None
    bodies = [e for e in root.iter(f"{_P}sp") if _lines(e)]
    if not bodies:
        return None
    body = chance.choice(bodies)
    _take(body)
    return f"dropped notes “{_line(body)[:40]}”"


def _pptx_link(root: Element, chance: random.Random) -> str | None:
    links = list(root.iter(f"{_A}hlinkClick"))
    if not links:
        return None
    _take(chance.choice(links))
    return "unlinked words or a picture"


def _pptx_title(root: Element, chance: random.Random) -> str | None:
    places = [e for e in root.iter(f"{_P}ph") if e.get("type") in ("title", "ctrTitle")]
    if not places:
        return None
    chance.choice(places).set("type", "body")
    return "made a title a text"


def _properties_of(root: Element, is_meant: Callable[[Element], bool]) -> list[Element]:
    """Return the properties of the paragraphs of *root* that have words and are as *is_meant* wants them."""
    found = [line.find(f"{_A}pPr") for line in _lines(root)]
    return [each for each in found if each is not None and is_meant(each)]


def _pptx_number(root: Element, chance: random.Random) -> str | None:
    """Let an ordered list begin elsewhere, or count in another way."""
    found = _properties_of(root, lambda each: each.find(f"{_A}buAutoNum") is not None)
    if not found:
        return None
    number = chance.choice(found).find(f"{_A}buAutoNum")
    assert number is not None
    others = (("startAt", "9"), ("startAt", "1"), ("type", "romanUcParenR"), ("type", "alphaLcPeriod"))
    key, value = chance.choice(others)
    if number.get(key, "1") == value:
        value = "2" if key == "startAt" else "arabicParenBoth"
    number.set(key, value)
    return f"numbered a list by {key} {value}"


def _pptx_bullet(root: Element, chance: random.Random) -> str | None:
    """Make an item of a list a paragraph, or a bullet of a number."""
    found = _properties_of(root, lambda each: each.find(f"{_A}buNone") is None)
    if not found:
        return None
    properties = chance.choice(found)
    kinds = [kind for kind in ("buNone", "buAutoNum") if properties.find(f"{_A}{kind}") is None]
    for old in [each for each in properties if _name(each) in ("buAutoNum", "buChar")]:
        properties.remove(old)
    new = etree.SubElement(properties, f"{_A}{chance.choice(kinds)}")
    if _name(new) == "buAutoNum":
        new.set("type", "arabicPeriod")
    return f"listed by {_name(new)}"


def _pptx_quote(root: Element, chance: random.Random) -> str | None:
    """Make what is set in as a quotation a plain paragraph or item."""

    def is_set_in(each: Element) -> bool:
        levels = int(each.get("lvl", "0")) + (each.find(f"{_A}buNone") is None)
        return int(each.get("marL", "0")) > 342900 * levels

    found = _properties_of(root, is_set_in)
    if not found:
        return None
    del chance.choice(found).attrib["marL"]
    return "set out a quotation"


_PPTX_FAULTS: tuple[Fault, ...] = (
    _pptx_delete,
    _pptx_double,
    _pptx_swap,
    _pptx_truncate,
    _pptx_leak,
    _pptx_lang,
    _pptx_plain,
    _pptx_alt,
    _pptx_picture,
    _pptx_note,
    _pptx_link,
    _pptx_title,
    _pptx_number,
    _pptx_bullet,
    _pptx_quote,
    comment,
)
