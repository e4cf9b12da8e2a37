"""Static, subset instances of the families that the tokens name, from pinned font packages.

WeasyPrint subsets variable fonts at every run, which costs seconds, and browsers need WOFF2; both are
made once here and kept in the user's cache, keyed by everything that they depend on.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import multiprocessing
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

import fontpkg
from lxml import etree

from nzpub import cache
from nzpub.errors import Finding, ToolError
from nzpub.model import Face

_RECIPE = 2          # raise it when the way instances are made changes
_FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "onum", "lnum", "pnum", "tnum",
             "sups", "smcp", "c2sc", "case", "frac", "ordn")
# What a subset inside a page or a picture keeps: each further feature keeps the glyphs that it may put in.
_SLIM_FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "onum", "lnum", "pnum", "tnum", "smcp")
# The characters that every subset has, so that an edit seldom changes the key: Latin as Europe and the
# Pacific write it, and the typographer's marks.
_ALWAYS = frozenset(
    [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203B), 0x2044, 0x2060,
     0x20AC, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
     0x2018, 0x02BB, 0x02BC, 0x0304, 0x25E6, 0x2022, 0x21A9, *range(0x1E80, 0x1E86), *range(0x2070, 0x208F)])


class _Cut(NamedTuple):
    """One static face to make: its token, weight, style, and optical size in points (if the font has the axis)."""

    token: str
    weight: int
    style: Literal["normal", "italic"]
    optical_size: int


_FALLBACK = "--font-fallback"     # the family for scripts that the other two lack
CUTS = (
    _Cut("--font-text", 300, "normal", 40),       # for titles: --weight-display
    _Cut("--font-text", 400, "normal", 14),
    _Cut("--font-text", 400, "italic", 14),
    _Cut("--font-text", 600, "normal", 14),
    _Cut("--font-text", 600, "italic", 14),
    _Cut("--font-head", 400, "normal", 11),
    _Cut("--font-head", 400, "italic", 11),
    _Cut("--font-head", 600, "normal", 11),
    _Cut(_FALLBACK, 400, "normal", 11),
)


def faces(tokens: Mapping[str, str], characters: Iterable[str]) -> tuple[Face, ...]:
    """Return the faces that *tokens* ask for, subset to *characters* and a common Latin stock.

    Raises ToolError if a family's package is not installed.
    """
    wanted = _ALWAYS.union(map(ord, characters))
    jobs = [_job(cut, family, wanted) for cut, family in _families(tokens)]
    missing = [job for job in jobs if not job.cached.is_file()]
    if missing:
        _make_all(missing)
    return tuple(_face(job) for job in jobs)


def uncovered(available: Iterable[Face], characters: Iterable[str]) -> frozenset[str]:
    """Return the printing characters that none of the faces *available* has: a system font would step in."""
    covered = frozenset[int]().union(*(face.covers for face in available))
    return frozenset(c for c in characters if c.isprintable() and ord(c) not in covered)


def _families(tokens: Mapping[str, str]) -> Iterator[tuple[_Cut, str]]:
    """Yield each cut with its family; the fall-back only if it is not one of the other families."""
    named = {cut.token: tokens[cut.token].strip("\"'") for cut in CUTS}
    others = {family for token, family in named.items() if token != _FALLBACK}
    return ((cut, named[cut.token]) for cut in CUTS if cut.token != _FALLBACK or named[cut.token] not in others)


class _Job(NamedTuple):
    family: str
    cut: _Cut
    font: Path
    characters: tuple[int, ...]
    cached: Path           # the TTF; the WOFF2 stands beside it


def _job(cut: _Cut, family: str, wanted: frozenset[int]) -> _Job:
    try:
        font = Path(fontpkg.path(family, style=cut.style))
    except fontpkg.FontpkgError as error:
        package = f"fontpkg-{family.lower().replace(' ', '-')}"
        raise ToolError(Finding("NZ904", "error", f"the font “{family}” ({cut.token}) is not installed: {error}",
                                hint=f"add {package} to the dependencies")) from error
    characters = tuple(sorted(wanted & _coverage(font)))
    recipe = (_RECIPE, cut, font.name, font.stat().st_size, fontpkg.__version__, _FEATURES, characters)
    return _Job(family, cut, font, characters, cache.place("fonts", recipe, ".ttf"))


def _make_all(jobs: Iterable[_Job]) -> None:
    """Make every one of *jobs*, in several processes where the system lets us have them."""
    try:
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            list(pool.map(_make, jobs))
    except OSError:                      # no semaphores: /dev/shm is not writable in some containers
        for job in jobs:
            _make(job)


def _face(job: _Job) -> Face:
    return Face(job.family, job.cut.weight, job.cut.style, job.cached.read_bytes(),
                job.cached.with_suffix(".woff2").read_bytes(), frozenset(job.characters))


def _coverage(font: Path) -> frozenset[int]:
    """Return the characters that *font* has, from the cache if they were read before."""
    path = cache.place("fonts", (font.name, font.stat().st_size, fontpkg.__version__), ".characters.json")
    if not path.is_file():
        from fontTools.ttLib import TTFont  # noqa: PLC0415 (see _make)

        with TTFont(font, lazy=True) as opened:
            cache.store(json.dumps(sorted(opened.getBestCmap())).encode(), path)
    return frozenset(json.loads(path.read_bytes()))


def _make(job: _Job) -> None:
    """Write the TTF and the WOFF2 of *job* to the cache; the TTF, last, says that both are there."""
    # fontTools takes 0.2 s to import, and a warm build does not need it.
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.varLib import instancer  # noqa: PLC0415

    font = TTFont(io.BytesIO(job.font.read_bytes()), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=list(_FEATURES), name_IDs=["*"], notdef_outline=True,
                                  hinting=False, glyph_names=False))
    subsetter.populate(unicodes=job.characters)
    subsetter.subset(font)
    wanted = {"wght": job.cut.weight, "opsz": job.cut.optical_size}
    present = {axis.axisTag for axis in font["fvar"].axes} if "fvar" in font else set()
    # Every axis: WeasyPrint pins one that is left, and dates the font by the clock. None stands for an axis's default.
    static = instancer.instantiateVariableFont(
        font, {tag: wanted.get(tag) for tag in sorted(present)}, updateFontNames=False)
    _name(static, job)
    for flavour, path in (("woff2", job.cached.with_suffix(".woff2")), (None, job.cached)):
        static.flavor = flavour
        out = io.BytesIO()
        static.save(out)
        cache.store(out.getvalue(), path)


def _name(font: object, job: _Job) -> None:
    """Give the instance names of its own, so that two weights of a family are two fonts to a reader."""
    table = font["name"]  # type: ignore[index]
    style = {"normal": "", "italic": " Italic"}[job.cut.style]
    plain = f"{job.family} {job.cut.weight}{style}"
    for ident, value in ((1, plain), (2, "Regular"), (3, plain), (4, plain), (6, plain.replace(" ", "-")),
                         (16, job.family), (17, f"{job.cut.weight}{style}")):
        table.setName(value, ident, 3, 1, 0x409)



def with_faces(svg: bytes, available: Iterable[Face]) -> bytes:
    """Return *svg* with the faces of *available* that it names, subset to its characters, as data addresses.

    A picture in an ``img`` cannot use the fonts of the page around it.
    """
    drawn = svg.decode()
    words = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True)).itertext()
    used = tuple(sorted({ord(c) for c in "".join(map(str, words)) if c.isprintable()}))
    rules = "".join(rule(face, used) for face in available if face.family in drawn and face.style == "normal")
    start = drawn.index(">", drawn.index("<svg")) + 1
    return f"{drawn[:start]}<style>{rules}</style>{drawn[start:]}".encode() if rules else svg


def rule(face: Face, characters: tuple[int, ...]) -> str:
    """Return the ``@font-face`` rule of *face*, subset to *characters* (code points), its bytes as a data address."""
    source = base64.b64encode(_slim(face, characters)).decode()
    return (f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
            f'src: url("data:font/woff2;base64,{source}") }}')


def _slim(face: Face, characters: tuple[int, ...]) -> bytes:
    """Return *face* as WOFF2 with nothing but *characters*, from the cache if it has it."""
    recipe = (_RECIPE, hashlib.sha256(face.ttf).digest(), characters, _SLIM_FEATURES)
    path = cache.place("fonts", recipe, ".slim.woff2")
    if not path.is_file():
        from fontTools.subset import Options, Subsetter  # noqa: PLC0415
        from fontTools.ttLib import TTFont  # noqa: PLC0415

        font = TTFont(io.BytesIO(face.ttf), recalcTimestamp=False)
        subsetter = Subsetter(Options(layout_features=list(_SLIM_FEATURES), hinting=False, notdef_outline=True))
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out)
        cache.store(out.getvalue(), path)
    return path.read_bytes()
