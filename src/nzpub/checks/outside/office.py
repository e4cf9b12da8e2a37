"""The PowerPoint file as LibreOffice shows it: every word, inside the slide, apart from its neighbours, large enough.

Nor may it be faint before what is behind it. The rules are those of the deck in the browser.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from ctypes import byref, c_uint
from itertools import combinations
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import fontpkg
import pypdfium2
from pptx import Presentation
from pypdfium2 import raw

from nzpub.checks.outside.contrast import BOLD, CODE, HINT, LARGE, LARGE_BOLD, faint_on
from nzpub.checks.outside.deck import RULES, SIZES, SMALLEST
from nzpub.checks.outside.program import Validator, answer, no_answer
from nzpub.checks.passage import PICTURE
from nzpub.checks.readback import pptx as readback
from nzpub.errors import Finding, Place

_WIDTH = SIZES[0][0]                 # pixels of the slide in which sizes are told
_HAIR = 1                            # pixel: what rounding moves
_ROUNDING = 0.1                      # pixels: LibreOffice keeps sizes in tenths of a point
_UNSEEN = ("attribute", "comment", "file")
_FACE = re.compile(rb'typeface="([^"+]+)"')
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>{folders}<cachedir>{cache}</cachedir>
</fontconfig>"""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points from the page's lower left corner."""


class Letter(NamedTuple):
    """The ink of a letter, the size in points that it is set in, its red, green, blue and opacity, and its weight."""

    box: Box
    size: float
    colour: tuple[int, ...]
    weight: int


class Line(NamedTuple):
    """A line of text or a picture on a page: its name for messages, its box, and its letters."""

    name: str
    box: Box
    letters: tuple[Letter, ...]


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per rule that a slide of the presentation at *path* breaks in LibreOffice."""
    with TemporaryDirectory(prefix="nzpub-") as folder:
        printed = _print(path, command, Path(folder))
        with pypdfium2.PdfDocument(printed) as pages:
            return tuple(dict.fromkeys(_findings(path, pages)))


def version(command: Sequence[str]) -> str:
    """Return program and version, such as "LibreOffice 7.4.7.2"."""
    return " ".join(answer([*command, "--version"]).stdout.split()[:2])


def _print(path: Path, command: Sequence[str], folder: Path) -> bytes:
    """Return the PDF that LibreOffice makes of *path*, in the faces that the presentation names if we have them."""
    fonts = folder / "fonts.conf"
    folders = "".join(f"<dir>{escape(str(each))}</dir>" for each in _folders(path))
    fonts.write_text(_FONTS.format(folders=folders, cache=escape(str(folder / "cache"))), encoding="utf-8")
    done = answer(["env", f"FONTCONFIG_FILE={fonts}", *command, f"-env:UserInstallation={(folder / 'user').as_uri()}",
                   "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)])
    try:
        return (folder / f"{path.stem}.pdf").read_bytes()
    except OSError as error:
        raise no_answer("LibreOffice", done) from error


def _folders(path: Path) -> Iterator[Path]:
    """Yield the folders of the font packages for the faces that the presentation names."""
    families = {name.decode() for content in _parts(path).values() for name in _FACE.findall(content)}
    for family in sorted(families):
        try:
            yield Path(fontpkg.path(family)).parent
        except fontpkg.FontpkgError:
            continue                 # a face of the system, or none: LibreOffice chooses


def _parts(path: Path) -> Mapping[str, bytes]:
    """Return the parts of the presentation, none if it is no presentation: LibreOffice will say so."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}


# --- what is found ----------------------------------------------------------------------------------


def _findings(path: Path, pages: Any) -> Iterator[Finding]:
    slides = _slides(path.read_bytes())
    if len(slides) != len(pages):
        yield _finding("hidden", f"LibreOffice shows {len(pages)} slides of {len(slides)}", Place(path.name))
    opened = Presentation(str(path))
    for number, (words, page, slide) in enumerate(zip(slides.values(), pages, opened.slides, strict=False), 1):
        where = Place(f"{path.name}#slide={number}")
        for rule, message in (*_missing(words, page), *_wrong(page), *_blurred(slide, opened.slide_width)):
            yield _finding(rule, f"slide “{words[0]}”, in LibreOffice: {message}", where)
        for faint, contrast in _faint(page):
            yield Finding(CODE, "error", f"slide “{words[0]}”, in LibreOffice: {faint} has a contrast of "
                          f"{contrast:.1f}:1", where, HINT)


def _blurred(slide: Any, width: int) -> Iterator[tuple[str, str]]:
    """Yield the pictures of a slide of *width* that have too few pixels; a drawing has its own beside the picture."""
    for shape in slide.shapes:
        if shape.element.tag.endswith("}pic") and not list(shape.element.iter("{*}svgBlip")):
            pixels, wanted = shape.image.size[0], round(shape.width / width * SIZES[-1][0])
            if pixels < wanted - _HAIR:
                yield "blurred", f"picture “{shape.name}” has {pixels} pixels in a row for {wanted}"


def _finding(rule: str, message: str, where: Place) -> Finding:
    return Finding(RULES[rule].code, "error", message, where, RULES[rule].hint)


def _slides(content: bytes) -> Mapping[str, Sequence[str]]:
    """Return the passages that each slide shows, by its name, the title first; formulas are left out."""
    found: dict[str, list[str]] = {}
    for each in readback.read(content):
        if each.part.startswith("slide ") and each.path[:1] != ("notes",) and each.kind not in _UNSEEN:
            text = each.text.replace(PICTURE, " ")
            for mark in each.marks:
                text = text.replace(mark.words, " ") if mark.kind == "math" else text
            found.setdefault(each.part, []).append(text)
    return found


def _missing(passages: Sequence[str], page: Any) -> Iterator[tuple[str, str]]:
    shown = _bare(page.get_textpage().get_text_range())
    for passage in passages:
        if lost := [word for word in passage.split() if _bare(word) not in shown]:
            yield "hidden", f"“{' '.join(lost)}” is not shown"


def _bare(text: str) -> str:
    """Return *text* without spaces and without the marks that a broken or joined word gets in a PDF."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LN")


def _wrong(page: Any) -> Iterator[tuple[str, str]]:
    """Yield what leaves *page*, overlaps on it or is too small."""
    text, pixel = page.get_textpage(), page.get_width() / _WIDTH
    lines, right, top = (*_lines(text), *_pictures(page)), page.get_width(), page.get_height()
    for line in lines:
        left, low, far, high = line.box
        if min(left, low, right - far, top - high) < -_HAIR * pixel:
            yield "hidden", f"{line.name} leaves the slide"
        size = min((letter.size for letter in line.letters), default=inf) / pixel
        if size < SMALLEST - _ROUNDING:
            yield "small", f"{line.name} is set in {size:.1f} px"
    for one, other in combinations(lines, 2):
        inks = ((a.box, b.box) for a in one.letters or (one,) for b in other.letters or (other,))
        if _meet(one.box, other.box, pixel) and any(_meet(a, b, pixel) for a, b in inks):
            yield "overlap", f"{one.name} and {other.name} overlap"


def _lines(text: Any) -> Iterator[Line]:
    letters = tuple(_letters(text))
    for number in range(text.count_rects()):
        box = text.get_rect(number)
        if words := " ".join(text.get_text_bounded(*box).split()):
            yield Line(f"“{words}”", box, tuple(letter for letter in letters if _holds(box, letter.box)))


def _letters(text: Any) -> Iterator[Letter]:
    for number in range(text.count_chars()):
        if text.get_text_range(number, 1).strip():
            matrix = raw.FS_MATRIX()
            raw.FPDFText_GetMatrix(text, number, byref(matrix))
            colour = [c_uint() for _ in range(4)]
            raw.FPDFText_GetFillColor(text, number, *map(byref, colour))
            yield Letter(text.get_charbox(number), raw.FPDFText_GetFontSize(text, number) * abs(matrix.d),
                         tuple(part.value for part in colour), raw.FPDFText_GetFontWeight(text, number))


def _pictures(page: Any) -> Iterator[Line]:
    for number, picture in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]), 1):
        yield Line(f"picture {number}", picture.get_bounds(), ())


def _faint(page: Any) -> Iterator[tuple[str, float]]:
    """Yield the lines of *page* that are faint before what it paints without its words, and their contrast."""
    scale = _WIDTH / page.get_width()
    text = page.get_textpage()
    inks = [ink for line in _lines(text) for ink in _inks(line, page.get_height(), scale)]
    for words in [each for each in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]) if each.level == 0]:
        page.remove_obj(words)
    yield from faint_on(page.render(scale=scale).to_pil().convert("RGB"), inks)


def _inks(line: Line, height: float, scale: float) -> Iterator[Mapping[str, Any]]:
    """Yield the ink of each colour in *line*, on a page of *height* points, *scale* pixels each."""
    for colour in dict.fromkeys(letter.colour for letter in line.letters):
        letters = [letter for letter in line.letters if letter.colour == colour]
        pixels, weight = min(letter.size for letter in letters) * scale, min(letter.weight for letter in letters)
        boxes = [(left * scale, (height - top) * scale, right * scale, (height - low) * scale)
                 for left, low, right, top in (letter.box for letter in letters)]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        around = (min(lefts), min(tops), max(rights), max(bottoms))
        yield {"words": line.name, "colour": colour[:3], "opacity": colour[3] / 255, "lines": [around],
               "isLarge": pixels >= LARGE or (pixels >= LARGE_BOLD and weight >= BOLD)}


def _holds(box: Box, letter: Box) -> bool:
    """Tell whether the middle of *letter* is in *box*."""
    across, up = (letter[0] + letter[2]) / 2, (letter[1] + letter[3]) / 2
    return box[0] <= across <= box[2] and box[1] <= up <= box[3]


def _meet(one: Box, other: Box, pixel: float) -> bool:
    width, height = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return min(width, height) > _HAIR * pixel


VALIDATOR = Validator("libreoffice", ".pptx", run, version, "soffice")
