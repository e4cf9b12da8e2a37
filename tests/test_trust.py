"""A manuscript is untrusted input: what would read, fetch or run something is refused, and nothing hangs."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from nzpub import annotate
from nzpub.charts import read_rows
from nzpub.errors import Finding, ManuscriptError, NzpubError, Place
from nzpub.read import characters, read, read_styles
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
    "a chart's table outside": "![c](figures/x.svg){alt=\"a b\" chart=\"steps\" data=\"../../x.csv\"}",
}
FIELDS = ("csl: /etc/passwd", "bibliography: /etc/passwd", "bibliography: ../x.json", "cover-image: /etc/passwd",
          "header-includes: <script>", "include-before: x", "css: https://example.org/x.css", "template: x",
          "citation-style: ../../x", "short-name: ../x", "title: !!python/object:os.system x", "title: &a x",
          "epub-fonts: x", "attachments: [x]", "resource-path: /")


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
