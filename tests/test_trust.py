"""A manuscript is untrusted input: what would read, fetch or run something is refused, and nothing hangs."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nzpub import annotate, sheets, weasy
from nzpub.charts import read_rows
from nzpub.errors import Finding, ManuscriptError, NzpubError, Place, ToolError
from nzpub.formats.pptx_picture import draw
from nzpub.model import Styles
from nzpub.read import OUR_STYLES, characters, read, read_styles
from nzpub.trust import picture
from publication import FRONT, make

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1">{}</svg>'

HOSTILE = {
    "an image by file address": "![c](file:///etc/passwd){alt=\"a b\"}",
    "an image by absolute path": "![c](/etc/passwd){alt=\"a b\"}",
    "an image above the folder": "![c](../../etc/passwd){alt=\"a b\"}",
    "an image above the folder, encoded": "![c](%2e%2e/secret.svg){alt=\"a b\"}",
    "an image by web address": "![c](https://example.org/x.png){alt=\"a b\"}",
    "an image as data": "![c](data:image/png;base64,AAAA){alt=\"a b\"}",
    "raw HTML": "<iframe src=\"x\"></iframe>",
    "a raw HTML block": "<div onclick=\"x\">\n\ntext\n\n</div>",
    "a script": "a <script>alert(1)</script>",
    "a raw attribute": "`<b>`{=html}",
    "raw TeX": "\\input{/etc/passwd}",
    "an event handler on a span": "[x]{onclick=\"alert(1)\"}",
    "an event handler on a div": "::: {.callout-note onmouseover=\"x\"}\nx\n:::",
    "a style attribute": "[x]{style=\"background:url(https://example.org)\"}",
    "a javascript link": "[x](javascript:alert(1))",
    "a javascript link in capitals": "[x](JaVaScRiPt:alert(1))",
    "a data link": "[x](data:text/html,x)",
    "a link to a file": "[x](file:///etc/passwd)",
    "a relative link": "[x](../secret.txt)",
    "a source attribute": "![c](figures/x.svg){alt=\"a b\" srcset=\"https://example.org\"}",
    "an event handler on code": '`x`{onclick="alert(1)"}',
    "an event handler on a block of code": '```{.python onmouseover="alert(1)"}\nx\n```',
    "a style attribute on code": '`x`{style="background:url(https://example.org)"}',
    "a frame on code": '`x`{data-background-iframe="https://example.org" srcdoc="<script>"}',
    "an annotation on code": "`x`{.content-hidden}",
    "a style in a picture's width": '![c](figures/x.svg){alt="a b" width="9px;background:url(https://example.org)"}',
    "a style in a picture's height": '![c](figures/x.svg){alt="a b" height="expression(alert(1))"}',
    "a style in a column's width": '::: {.column width="9px;background:url(https://example.org)"}\nx\n:::',
    "a script between comments": "```{=html}\n<!-- --><script>alert(1)</script><!-- -->\n```",
    "raw XML between comments": "`<!-- --><a:t>x</a:t><!-- -->`{=openxml}",
    "a javascript link by a character's name": "[x](javascript&colon;alert(1))",
    "a javascript link with a tab": "[x](java&Tab;script:alert(1))",
    "a javascript link, in an address's place": "<javascript:alert(1)>",
    "a link to wherever the page is": "[x](//example.org)",
    "a link of a scheme without a host": "[x](https:x.html)",
    "a message with a file": "[x](mailto:a@example.org?attach=/etc/passwd)",
    "a message with a header smuggled in": "[x](mailto:a@example.org?subject=x%0D%0ABcc:b@example.org)",
    "an id that a note has": "[x]{#fn1}",
    "an id that the front page has": "[x]{#page-text}",
    "an id that a document of the EPUB has": "[x]{#nav}",
    "an image with a space in its name": "![c](<figures/a b.svg>){alt=\"a b\"}",
    "an image with letters that not every system has": "![c](figures/ā.svg){alt=\"a b\"}",
    "an image above the folder, in wide letters": "![c](．．/x.svg){alt=\"a b\"}",
    "an image with a query": "![c](figures/x.svg?x){alt=\"a b\"}",
    "an image with a name that no system has": f"![c]({'x' * 4_000}.svg){{alt=\"a b\"}}",
    "a folder as an image": "![c](figures){alt=\"a b\"}",
    "a folder as a table": "![c](figures/x.svg){alt=\"a b\" chart=\"map\" data=\".\"}",
    "words turned round": "x \u202egnp.\u202c",
    "words that nobody sees": "x\U000e0068\U000e0069",
    "a line that only some programs break": "x\u2028y",
    "a chart's table outside": "![c](figures/x.svg){alt=\"a b\" chart=\"steps\" data=\"../../x.csv\"}",
}
FIELDS = ("csl: /etc/passwd", "bibliography: /etc/passwd", "bibliography: ../x.json", "cover-image: /etc/passwd",
          "header-includes: <script>", "include-before: x", "css: https://example.org/x.css", "template: x",
          "citation-style: ../../x", "short-name: ../x", "title: !!python/object:os.system x", "title: &a x",
          "epub-fonts: x", "attachments: [x]", "resource-path: /",
          "talk-minutes: 1" + ":59" * 5_000, "keywords: [0x" + "f" * 9_000 + "]", "subtitle: 1" + ":59" * 500 + ".5",
          "date: 0001-01-01", "date: 9999-12-31", "date: 0001-01-01T00:00:00+23:59", "? [a, b]\n: c")


def findings(root: Path) -> list[Finding]:
    try:
        return list(annotate.check(read(root / "manuscript")))
    except NzpubError as error:
        return list(error.findings)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    """What could read, fetch or run something is an error on the line where it stands."""
    text = "# A\n\nOne x here,\nand c, an [a]{lang=mi dir=ltr}.\n\n" + HOSTILE[name] + "\n\nA text after, x and c.\n"
    found = findings(make(tmp_path, text))
    line = FRONT.count("\n") + 6
    assert any(f.severity == "error" and f.where and f.where.line == line and f.hint for f in found), found


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if "\n" not in text])
def test_hostile_words_are_refused_with_their_line(tmp_path: Path, name: str) -> None:
    """So they are on the third line of a paragraph in the middle of a text."""
    text = "# A\n\nOne x here.\n\nOf a x\nand [c]{lang=mi dir=ltr}\nis " + HOSTILE[name] + " c\nso.\n\nAfter x.\n"
    found = findings(make(tmp_path, text))
    line = FRONT.count("\n") + 7
    assert any(f.severity == "error" and f.where and f.where.line == line and f.hint for f in found), found


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_metadata_are_refused(tmp_path: Path, field: str) -> None:
    """A field that Pandoc would obey, or a value that leads outside, is an error with its line."""
    name = field.partition(":")[0]
    front = "\n".join(line for line in FRONT.split("\n") if not line.startswith(f"{name}:"))
    found = findings(make(tmp_path, front.replace("---\n", f"---\n{field}\n", 1) + "# A\n"))
    assert any(f.severity == "error" and f.where and f.where.line == 2 for f in found), found


@pytest.mark.parametrize(("field", "code"), [
    (f"title: {'w' * 1_001}", "NZ207"), (f"keywords: [{'w, ' * 2_001}]", "NZ207"),
    (f"rights: {'w ' * 50_000}", "NZ207"), (f"keywords: {'[' * 900}{']' * 900}", "NZ202"),
])
def test_overlong_metadata_are_refused(tmp_path: Path, field: str, code: str) -> None:
    """A text, a list or a nesting that no output has room for is an error with its line."""
    front = FRONT.replace("title: A test\n", "" if field.startswith("title") else "title: A test\n")
    found = findings(make(tmp_path, front.replace("---\n", f"---\n{field}\n", 1) + "# A\n"))
    assert (code, Place("manuscript/article.md", 2)) in [(f.code, f.where) for f in found]


@pytest.mark.parametrize("depth", [20, 450, 100_000])
def test_a_nested_bibliography_is_refused(tmp_path: Path, depth: int) -> None:
    """An entry nested deeper than any is none, however deep."""
    root = make(tmp_path, "# A\n\nWords [@a].\n")
    (root / "manuscript" / "references.json").write_text(f'[{{"id": "a", "author": {"[" * depth}{"]" * depth}}}]')
    assert [(f.code, f.where) for f in findings(root)][:1] == [("NZ302", Place("manuscript/references.json", 1))]


def test_an_overlong_source_is_refused(tmp_path: Path) -> None:
    """A field of a source that no output has room for is an error at its entry."""
    root = make(tmp_path, "# A\n\nWords [@b].\n")
    entries = f'[{{"id": "a", "title": "A"}},\n\n{{"id": "b", "author": [{{"family": "{"w" * 10_001}"}}]}}]'
    (root / "manuscript" / "references.json").write_text(entries)
    assert [(f.code, f.where) for f in findings(root)][:1] == [("NZ116", Place("manuscript/references.json", 3))]


@pytest.mark.parametrize(("file", "size", "line"), [("references.json", 5_000_001, 8), ("x.csv", 500_001, 16)])
def test_a_huge_file_is_not_read(tmp_path: Path, file: str, size: int, line: int) -> None:
    """A bibliography or a table too large for any text is an error at the line that names it."""
    root = make(tmp_path, '# A\n\n![c](figures/x.svg){alt="a b" chart=steps data=x.csv}\n')
    (root / "manuscript" / "x.csv").write_text("date\n")
    (root / "manuscript" / file).write_bytes(b" " * size)
    assert [f.where for f in findings(root) if f"has more than {size - 1:,} bytes" in f.message] == [
        Place("manuscript/article.md", line)]


def test_a_symbolic_link_out_is_refused(tmp_path: Path) -> None:
    """A figure that is a link, or stands in a linked folder, is not read."""
    secret = tmp_path / "secret.svg"
    secret.write_text(SVG)
    root = make(tmp_path / "book", "# A\n\n![c](figures/y.svg){alt=\"a b\"}\n\n![c](more/z.svg){alt=\"a b\"}\n")
    (root / "manuscript" / "figures" / "y.svg").symlink_to(secret)
    (root / "manuscript" / "more").symlink_to(tmp_path)
    assert sorted(f.message.partition(" is ")[2] for f in findings(root)) == ["a symbolic link", "a symbolic link"]


def test_a_linked_drawing_of_a_chart_is_refused(tmp_path: Path) -> None:
    """That the build draws it is no reason to follow a link."""
    root = make(tmp_path, '# A\n\n![c](figures/y.svg){alt="a b" chart="steps" data="data/x.csv"}\n')
    (root / "manuscript" / "figures" / "y.svg").symlink_to(root / "manuscript" / "figures" / "x.svg")
    assert [f.message for f in findings(root)][:1] == ["the file “figures/y.svg” is a symbolic link"]


@pytest.mark.parametrize(("name", "told"), [
    ("manuscript", "manuscript/"), ("manuscript/article.md", "manuscript/article.md"),
    ("styles", "styles/"), ("styles/tokens.css", "styles/tokens.css"),
])
def test_no_link_is_followed(tmp_path: Path, name: str, told: str) -> None:
    """A folder that is read, or a file in one, is refused by its name if it is a symbolic link."""
    root = make(tmp_path / "book", "# A\n\nWords.\n")
    (root / "styles").mkdir()
    (root / "styles" / "tokens.css").write_text(":root { --color-accent: #123456; }")
    (root / name).rename(tmp_path / "elsewhere")
    (root / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ManuscriptError) as error:
        read_styles(root / "styles", characters(read(root / "manuscript")))
    assert [(f.code, f.where) for f in error.value.findings] == [("NZ100", Place(told))]


@pytest.mark.parametrize("inside", [
    "<script>alert(1)</script>",
    '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
    '<image href="https://example.org/x.png"/>',
    '<use xlink:href="https://example.org/x.svg#a"/>',
    '<rect onload="alert(1)" width="1" height="1"/>',
    '<rect style="fill:url(https://example.org/x)" width="1" height="1"/>',
    "<style>@import url(https://example.org/x.css)</style>",
    '<a href="javascript:alert(1)"><rect/></a>',
    '<animate attributeName="x"/>',
    '<defs><g id="a"/><g id="b"><use href="#a"/></g></defs><use href="#b"/>',
    '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    '<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>',
    '<g><e:x xmlns:e="http://example.org/e"/></g>',
    '<rect style="fill:u\\72l(http://example.org/x)" width="1" height="1"/>',
    '<rect style="fill:image-set(\'http://example.org/x\' 1x)" width="1" height="1"/>',
    '<rect style="behavior:none" width="1" height="1"/>',
    '<rect fill="u\\72l(http://example.org/x)" width="1" height="1"/>',
    '<rect src="http://example.org/x" width="1" height="1"/>',
    '<g xml:base="http://example.org/"><use href="#a"/></g>',
    '<use href="#x&#10;javascript:"/>',
    '<g id="a0"><rect/></g>' + "".join(f'<g id="a{n}">{f"""<use href="#a{n - 1}"/>""" * 10}</g>' for n in range(1, 12)),
    '<g id="a"><use href="#a"/></g>',
    '<path d="M1e308 1e308L-1e308 0"/>',
    '<path d="M0 0L123456789 0" stroke-dasharray="0.001"/>',
    '<text font-size="1e12">x</text>',
    '<g id="a">' + "<rect/>" * 900 + "</g>" + '<use href="#a"/>' * 90,
    "".join(f'<pattern id="p{n}">{f"""<rect fill="url(#p{n - 1})"/>""" * 10}</pattern>' for n in range(12)),
    "".join(f'<pattern id="p{n}"><g style="fill:url(#p{n - 1})">{"<rect/>" * 10}</g></pattern>' for n in range(12)),
    '<marker id="m">' + "<rect/>" * 100 + '</marker><path marker-mid="url(#m)" d="M0 0' + "h1 1" * 999 + '"/>',
])
def test_a_drawing_with_more_than_shapes_is_refused(inside: str) -> None:
    """An SVG that scripts, reaches out, embeds or multiplies is an error with its line."""
    found = list(picture(SVG.format(inside).encode(), "manuscript/figures/x.svg"))
    assert found
    assert all(f.severity == "error" and f.where and f.hint for f in found)


def test_entities_are_refused_before_they_multiply() -> None:
    """A document type in a drawing is refused unread."""
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
    assert [f.code for f in picture(bomb, "x.svg")] == ["NZ812"]


LEFT_OUT = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="http://example.org/x.css"?>
<!-- drawn by hand: http://example.org/ -->
<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1" inkscape:version="1.3" xml:space="preserve">
<sodipodi:namedview pagecolor="#ffffff"><inkscape:page x="0"/></sodipodi:namedview>
<s:metadata><s:script>alert(1)</s:script><h:img onerror="alert(1)" src="x"/></s:metadata>
<s:path id="p" d="M0 0" style="fill:#fff;-inkscape-font-specification:'x:y'"
 sodipodi:nodetypes="cc"/><s:text>a<!-- x -->b<?x y?>c</s:text><s:use xlink:href="#p"/>
</s:svg>"""


def test_what_drawing_programs_leave_is_left_out(tmp_path: Path) -> None:
    """A file of Inkscape's is welcome, and what is no drawing in it is not there for any output."""
    root = make(tmp_path, "# A\n\n![c](figures/x.svg){alt=\"a b\"}\n")
    (root / "manuscript" / "figures" / "x.svg").write_text(LEFT_OUT, encoding="utf-8")
    assert findings(root) == []
    drawn = " ".join(read(root / "manuscript").files["figures/x.svg"].decode().split())
    assert drawn == ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                     'viewBox="0 0 1 1" xml:space="preserve"> <path id="p" d="M0 0" style="fill:#fff"/>'
                     '<text>abc</text><use xlink:href="#p"/> </svg>')


UNSEEN = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Draft 3</title><desc>A remark</desc>
<g style="display:none"><text>Ask B. about this</text></g><rect display=" none" width="1" height="1"/>
<g display="none"><g id="a"><circle r="1"/></g></g><use href="#a"/>
<text data-author="B.">a<title>b</title>c</text></svg>"""


def test_what_nobody_sees_of_a_drawing_is_left_out(tmp_path: Path) -> None:
    """Titles, hidden layers and data for scripts are in no output, but for what is hidden to be used elsewhere."""
    root = make(tmp_path, "# A\n\n![c](figures/x.svg){alt=\"a b\"}\n")
    (root / "manuscript" / "figures" / "x.svg").write_text(UNSEEN, encoding="utf-8")
    assert findings(root) == []
    drawn = " ".join(read(root / "manuscript").files["figures/x.svg"].decode().split())
    assert drawn == ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"> <g display="none"><g id="a">'
                     '<circle r="1"/></g></g><use href="#a"/> <text>ac</text></svg>')


def test_a_document_type_is_seen_in_every_encoding() -> None:
    """An encoding of two bytes a character hides no document type."""
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"/>'
    assert [f.code for f in picture(hidden.encode("utf-16"), "x.svg")] == ["NZ812"]


def test_a_plain_drawing_is_welcome() -> None:
    """Shapes, text, gradients, patterns and references inside the drawing pass."""
    inside = ('<defs><linearGradient id="g"><stop offset="0"/></linearGradient><g id="s"><path d="M0 0"/></g></defs>'
              '<rect fill="url(#g)" width="1" height="1"/><use href="#s"/><text>a<tspan>b</tspan></text>'
              '<g transform="translate(1, 2) rotate(-3)" style="fill:rgb(1,2,3);stroke:url(#g)" aria-label="a: b"/>')
    assert list(picture(SVG.format(inside).encode(), "x.svg")) == []


@pytest.mark.parametrize(("name", "content"), [("x.png", b"GIF89a"), ("x.pdf", b"%PDF-1.7"), ("x.svg", b"not xml")])
def test_a_picture_is_what_its_name_says(name: str, content: bytes) -> None:
    """A file whose bytes are of another kind, or of a kind that is not shown, is refused."""
    assert [f.severity for f in picture(content, name)] == ["error"]


FORBIDDEN = {
    "NUL": ("a \0", 3),
    "a control character": ("a \x01", 3),
    "ESC": ("a\n\nb \x1b[0m", 3),
    "U+FFFE": ("a \ufffe", 3),
    "U+FFFF": ("a \uffff", 3),
    "a character by its number": ("a &#1;", None),
    "one in an attribute": ('[a]{lang="&#1;"}', None),
    "one in a target": ("[a](https://example.org/&#2;)", None),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_no_output_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    """A character that XML 1.0 forbids is an error on its line, and in its column where it stands as it is."""
    words, column = FORBIDDEN[name]
    (found,) = findings(make(tmp_path, f"# A\n\n{words}\n"))
    line = FRONT.count("\n") + 3 + words.count("\n")
    assert (found.code, found.where) == ("NZ109", Place("manuscript/article.md", line, column))


def test_metadata_escape_nothing_forbidden(tmp_path: Path) -> None:
    """YAML's escapes bring in no character that XML forbids."""
    (found,) = findings(make(tmp_path, FRONT.replace("---\n", '---\npublisher: "a\\0b"\n', 1) + "# A\n"))
    assert (found.code, found.where) == ("NZ109", Place("manuscript/article.md", 2, 12))


@pytest.mark.parametrize(("title", "column"), [("a\ufffe", 26), ("a\\u0000", None), ("a\\ud800", None)])
def test_a_bibliography_holds_nothing_forbidden(tmp_path: Path, title: str, column: int | None) -> None:
    """A character that XML forbids is refused in the bibliography, as it is or escaped."""
    root = make(tmp_path, "# A\n\nWords [@a].\n")
    (root / "manuscript" / "references.json").write_text(f'[\n  {{"id": "a", "title": "{title}"}}]', encoding="utf-8")
    (found,) = findings(root)
    assert (found.code, found.where) == ("NZ109", Place("manuscript/references.json", 2, column))


def test_a_table_holds_nothing_forbidden() -> None:
    """A character that XML forbids is refused in a table of data."""
    with pytest.raises(ManuscriptError) as error:
        read_rows(b"a,b\n1,x\0\n", "manuscript/data/x.csv", {})
    assert [(f.code, f.where) for f in error.value.findings] == [("NZ109", Place("manuscript/data/x.csv", 2, 4))]


FRAMES = Image.new("RGB", (2, 2)), Image.new("RGB", (2, 2), "red")


def pixels(*frames: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    frames[0].save(out, form, save_all=len(frames) > 1, append_images=frames[1:])
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG that says it is of that size, in few bytes."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("name", "content", "code"), [
    ("x.png", huge_png(60_000, 60_000), "NZ819"),
    ("x.png", huge_png(12_000, 8_000), "NZ819"),
    ("x.gif", pixels(*FRAMES, form="GIF"), "NZ820"),
    ("x.png", pixels(*FRAMES, form="PNG"), "NZ820"),
], ids=("a bomb", "large", "an animated GIF", "an animated PNG"))
def test_a_picture_too_large_or_moving_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """Too many pixels, or more than one frame, are an error at the line that shows the picture."""
    root = make(tmp_path, f"# A\n\n![c](figures/{name}){{alt=\"a b\"}}\n")
    (root / "manuscript" / "figures" / name).write_bytes(content)
    (found,) = findings(root)
    assert (found.code, found.where) == (code, Place("manuscript/article.md", FRONT.count("\n") + 3))
    assert f"“figures/{name}”" in found.message


def test_a_still_picture_is_welcome() -> None:
    """A picture of one frame passes."""
    still = Image.new("P", (2, 2))
    assert [list(picture(pixels(still, form=form), f"x.{form.lower()}")) for form in ("GIF", "PNG")] == [[], []]


CANARY = b"CANARY"


def camera(form: str) -> bytes:
    """Return a picture with what cameras, programs and hands may leave in it, and something behind its end."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, CANARY.decode()           # how it was held, and what it shows
    words = PngInfo()
    for key in ("Comment", "XML:com.adobe.xmp"):
        words.add_itxt(key, CANARY.decode())
    more: dict[str, object] = {"PNG": {"pnginfo": words, "exif": exif},
                               "JPEG": {"exif": exif, "comment": CANARY, "progressive": True},
                               "GIF": {"comment": CANARY, "transparency": 3}}[form]
    out = io.BytesIO()
    Image.effect_noise((90, 60), 80).convert("P" if form == "GIF" else "RGB").save(out, form, **more)
    return out.getvalue() + b"<html>" + CANARY


@pytest.mark.parametrize(("form", "kept"), [("PNG", 1), ("JPEG", 6), ("GIF", 1)])
def test_a_picture_keeps_its_secrets_out_of_the_outputs(tmp_path: Path, form: str, kept: int) -> None:
    """Places, names, remarks and what stands behind the end are left out; the pixels and their turning are not."""
    name, content = f"figures/x.{form.lower()}", camera(form)
    root = make(tmp_path, f'# A\n\n![c]({name}){{alt="a b"}}\n')
    (root / "manuscript" / name).write_bytes(content)
    assert findings(root) == []
    read_ = read(root / "manuscript").files[name]
    before, after = (Image.open(io.BytesIO(each)) for each in (content, read_))
    assert CANARY in content
    assert CANARY not in read_
    assert before.tobytes() == after.tobytes()
    assert after.getexif().get(0x0112, 1) == kept


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_a_picture_of_any_bytes_is_told_or_shown(form: str) -> None:
    """However a file is damaged, it is a picture or an error, and nothing breaks."""
    whole, dice = camera(form), random.Random(1)  # noqa: S311 (the same each time)
    for _ in range(500):
        damaged = bytearray(whole[:dice.randrange(9, len(whole))])
        for _ in range(dice.randrange(4)):
            damaged[dice.randrange(9, len(damaged))] = dice.randrange(256)
        assert all(finding.hint for finding in picture(bytes(damaged), f"x.{form.lower()}"))


def scans(times: int) -> bytes:
    """Return a JPEG whose last scan stands there so many *times*: a decoder goes through all pixels in each."""
    out = io.BytesIO()
    Image.new("L", (64, 64)).save(out, "JPEG", progressive=True)
    head, _, last = out.getvalue()[:-2].rpartition(b"\xff\xda")
    return head + (b"\xff\xda" + last) * times + b"\xff\xd9"


def test_a_picture_of_many_scans_is_refused() -> None:
    """A small file that a decoder would be at for minutes is none that is shown; one as programs write it is."""
    assert [[f.code for f in picture(scans(times), "x.jpg")] for times in (1, 100)] == [[], ["NZ811"]]


BOXES = {"1" * 4_000 + "x": "NZ813", "0 0 0 0": "NZ813", "0 0 -5 5": "NZ813", "0 0 1e400 1": "NZ813",
         "0 0 . .": "NZ813", "0 0 1": "NZ813", "0 0 21000 29700": "", "-1e1,-.5 90.,9": ""}


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box[:15])
def test_a_view_box_has_a_size(box: str) -> None:
    """A drawing that says its size says one that it can have, and the answer does not wait."""
    start = time.monotonic()
    drawn = SVG.replace("0 0 1 1", box).format('<rect width="1" height="1"/>').encode()
    assert "".join(f.code for f in picture(drawn, "x.svg")) == BOXES[box]
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("size", ['viewBox="0 0 21000 29700"', 'viewBox="0 0 90000 1"', 'width="1e9" height="1e9"',
                                  'width="nan" height="inf"'])
def test_a_huge_drawing_is_painted_no_larger_than_a_slide(size: str) -> None:
    """Some programs count in hundredths of a millimetre: the PNG beside a drawing has the pixels of a slide."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="1" height="1"/></svg>'.encode()
    drawn = draw({"x.svg": svg}, Styles({}, {}, ()))["x.svg"]
    width, height = Image.open(io.BytesIO(drawn.bitmap)).size
    assert 1 <= min(width, height) <= max(width, height) <= 2_560


SOURCES = {
    "a number without end": '"issued": {"date-parts": [[1e999]]}',
    "no number": '"issued": {"date-parts": [[NaN]]}',
    "a number of 5,000 digits": f'"volume": {"9" * 5_000}',
    "a script as an address": '"URL": "javascript:alert(1)"',
    "a file as an address": '"URL": "file:///etc/passwd"',
    "data as an address": '"URL": "data:text/html,x"',
    "a title of quotation marks": f'"title": "{chr(39) * 9_000}"',
    "a key of markup": '"id": "\\"><script>"',
    "a key of two lines": '"id": "a\\nb"',
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_hostile_source_is_refused(tmp_path: Path, name: str) -> None:
    """What no reference has is an error in the bibliography, at the line of its entry where there is one."""
    root = make(tmp_path, "# A\n\nWords.\n")
    (root / "manuscript" / "references.json").write_text(f'[{{"id": "k", {SOURCES[name]}}}]', encoding="utf-8")
    found = findings(root)
    assert [f for f in found if f.severity == "error" and f.hint and f.where
            and (f.where.file, f.where.line) == ("manuscript/references.json", 1)], found


def test_a_bibliography_of_half_characters_is_refused(tmp_path: Path) -> None:
    """So is one in another encoding, of which a character has only its first half."""
    root = make(tmp_path, "# A\n\nWords.\n")
    words = '[{"id": "k", "title": "x'.encode("utf-16") + b"\x00\xd8" + '"}]'.encode("utf-16-le")
    (root / "manuscript" / "references.json").write_bytes(words)
    assert "NZ109" in {f.code for f in findings(root)}


@pytest.mark.parametrize("name", ["manuscript/article.md", "styles/pdf.css"])
def test_a_huge_text_is_not_read(tmp_path: Path, name: str) -> None:
    """A text or a sheet of any size is refused by its size, before a byte of it is in memory."""
    root = make(tmp_path, "# A\n\nWords.\n")
    (root / "styles").mkdir()
    with (root / name).open("ab") as file:
        file.truncate(10 ** 12)                        # takes no room on the disk
    with pytest.raises(ManuscriptError) as error:
        read_styles(root / "styles", characters(read(root / "manuscript")))
    assert [(f.code, f.where) for f in error.value.findings] == [("NZ103", Place(name))]


def test_only_sheets_that_replace_ours_are_read(tmp_path: Path) -> None:
    """What else lies in styles/ is left alone, however much it is, and whatever it is."""
    root = make(tmp_path, "# A\n\nWords.\n")
    (root / "styles").mkdir()
    (root / "styles" / "more.css").symlink_to("/dev/zero")
    os.mkfifo(root / "styles" / "pdf.css")
    styles = read_styles(root / "styles", characters(read(root / "manuscript")))
    assert "more.css" not in styles.files


@pytest.mark.parametrize("kind", ["picture", "table", "bibliography"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    """A pipe that nobody writes into, in a file's place, is an error at the line that names it."""
    root = make(tmp_path, '# A\n\n![c](figures/x.svg){alt="a b" chart=steps data=x.csv}\n')
    name = {"picture": "figures/x.svg", "table": "x.csv", "bibliography": "references.json"}[kind]
    (root / "manuscript" / "x.csv").write_text("date\n")
    (root / "manuscript" / name).unlink()
    os.mkfifo(root / "manuscript" / name)
    if kind == "picture":              # the build draws a chart's
        (root / "manuscript" / "article.md").write_text(FRONT + '# A\n\n![c](figures/x.svg){alt="a b"}\n')
    assert any(f.code in ("NZ301", "NZ401") and f.where and f.where.line for f in findings(root))


@pytest.mark.parametrize("name", [b"\xff.md", b"a\nb.md"])
def test_a_name_that_cannot_be_printed_is_refused(tmp_path: Path, name: bytes) -> None:
    """Outputs and messages name the manuscript."""
    root = make(tmp_path, "# A\n\nWords.\n")
    try:
        (root / "manuscript" / "article.md").rename(os.fsdecode(os.fsencode(root / "manuscript") + b"/" + name))
    except OSError:
        pytest.skip("no file has such a name here")
    assert [f.code for f in findings(root)] == ["NZ101"]


@pytest.mark.parametrize("path", ["./figures/x.svg", "figures//x.svg", "figures/./x.svg"])
def test_a_path_is_read_as_it_is_meant(tmp_path: Path, path: str) -> None:
    """A path has one form in the tree, however it is written."""
    root = make(tmp_path, f'# A\n\n![c]({path}){{alt="a b"}}\n')
    assert findings(root) == []
    assert set(read(root / "manuscript").files) == {"figures/x.svg"}


SHEETS = {
    "an import": '@import "https://example.org/x.css";',
    "an import, escaped": '@\\69mport "x.css";',
    "an address": "p { background: url(https://example.org/x.png) }",
    "an address in quotation marks": 'p { background: url( "//example.org/x.png" ) }',
    "an address, escaped": "p { background: \\75rl(https://example.org/x.png) }",
    "an address of one of several": '@media screen { p { background: image-set("x.png" 1x, "y.png" 2x) } }',
    "a font": '@font-face { font-family: "X"; src: url(../../etc/passwd) format("woff2") }',
    "the end of the sheet": "/* </STYLE><script>alert(1)</script> */",
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_that_reaches_out_is_refused(tmp_path: Path, name: str) -> None:
    """What a reader's program would fetch or run because of a sheet is an error at the sheet's line."""
    root = make(tmp_path, "# A\n\nWords.\n")
    (root / "styles").mkdir()
    (root / "styles" / "slides.css").write_text(f"p {{ margin: 0 }}\n{SHEETS[name]}\n")
    with pytest.raises(ManuscriptError) as error:
        read_styles(root / "styles", "")
    assert {(f.code, f.where) for f in error.value.findings} == {("NZ802", Place("styles/slides.css", 2))}


def test_our_sheets_ask_for_nothing() -> None:
    """Our own sheets keep to that, and what a sheet carries as data passes."""
    carried = 'p { background: url("data:image/svg+xml,<svg></svg>"), url(#a) }\n@font-face { src: local("X") }'
    ours = {path.name: path.read_text(encoding="utf-8") for path in OUR_STYLES.glob("*.css")}
    assert [f for name, sheet in {**ours, "x.css": carried}.items() for f in sheets.check(sheet, name)] == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://example.org/x.png", "/etc/passwd", "../secret"])
def test_a_sheet_that_asks_for_more_is_told_at_its_line(address: str) -> None:
    """WeasyPrint is handed what belongs to the publication; a sheet that asks for another thing is an error there."""
    sheet = f'p {{ margin: 0 }}\nhtml {{ background: url("{address}") }}\n'
    with pytest.raises(ToolError) as error:
        weasy.render(ElementTree.fromstring("<html><body><p>x</p></body></html>"), sheet, {},  # noqa: S314 (our own)
                     Styles({}, {}, (), {"styles/pdf.css": sheet}))
    assert [(f.code, str(f.where)[:16]) for f in error.value.findings] == [("NZ905", "styles/pdf.css:2")]


BOMBS = {
    "nested brackets": "[" * 14 + "x" + "]" * 14,
    "unclosed brackets": "[x " * 24,
    "block quotes": ">" * 100_000 + " x",
    "ampersands": "&" * 200_000,
    "raw divs": "<div>" * 20_000,
    "nested lists": "\n".join("  " * n + "- x" for n in range(1_000)),
    "fenced divs": ":::: {.callout-note}\n" * 400 + "x\n" + "::::\n" * 400,
    "emphasis": "*a **b " * 8_000,
    "a table's span": "| a |\n|---|\n" + "| b " * 5_000 + "|\n",
    "a long word": "x" * 1_000_000,
    "formulas": "$a" * 20_000,
    "headings": "\n\n".join(f"## H{n}\n\nword" for n in range(3_000)),
    "a table's columns": "\n".join(["+---" * 300 + "+", *["| a " * 300 + "|", "+---" * 300 + "+"] * 50]),
    "sub- and superscripts": "~a^b" * 20_000,
    "pictures": "\n\n".join(['![c](figures/x.svg){alt="a b"}'] * 1_500),
    "backslashes": "\\" * 200_000,
    "lists of one word an item": "- a\n" * 3_000,
}
SECONDS, MEGABYTES = 30, 1_000
_TRY = """
import resource, sys
from pathlib import Path
from nzpub.build import build
from nzpub.errors import NzpubError
try:
    build(Path(sys.argv[1]), ["epub"])
except NzpubError as error:
    print(str(error)[:200])
status = Path("/proc/self/status")
if status.exists():      # on Linux the process's own peak begins with the memory of the one that started it
    own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
else:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
usage = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print("MB", usage // (1024 if sys.platform == "linux" else 1024 * 1024))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_text_that_would_hang_ends_in_time(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Within 30 s and 1 GB there is an outcome: an output, or an error that a person can act on."""
    root = make(tmp_path, f"# A\n\n{BOMBS[name]}\n")
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", _TRY, str(root)], capture_output=True, text=True, check=False,
                          timeout=4 * SECONDS, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stderr[-600:]
    megabytes = int(done.stdout.rpartition("MB ")[2])
    with capsys.disabled():
        print(f"\n{name}: {time.monotonic() - start:.0f} s, {megabytes} MB, {done.stdout[:120].strip()}")  # noqa: T201
    assert megabytes < MEGABYTES


@pytest.mark.parametrize(("name", "content", "code"), [
    ("x.png", b"\x89PNG\r\n\x1a\ndamaged", "NZ811"),
    ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 a b"/>', "NZ813"),
])
def test_a_damaged_picture_is_refused(name: str, content: bytes, code: str) -> None:
    """What begins as it should may still be none that can be shown."""
    assert [finding.code for finding in picture(content, name)] == [code]
