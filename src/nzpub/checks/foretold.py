"""What a picture has to paint, foretold from its file: the shapes of a drawing and where they run, or its pixels.

SVG 2 is read as far as :mod:`nzpub.drawing` lets it in. What only a renderer knows is left open: how many shapes
markers make, where something runs whose lengths depend on a font, what is in a pattern, a gradient or a mask.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from math import isnan, nan, sqrt
from unicodedata import bidirectional

from fontTools.misc.transform import Identity, Transform
from lxml import etree
from PIL import Image, ImageColor, UnidentifiedImageError

from nzpub.checks.outline import Measures, Outline
from nzpub.checks.painted import ANY, NO_COLOUR, REST, SOME_COLOUR, Shape, clip, pixels, shape, told, words
from nzpub.checks.svg_geometry import NUMBER, UNKNOWN, Box, draw, length, lengths, transformation, viewport

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_SILENT = frozenset(("title", "desc", "metadata", "defs", "clipPath", "mask", "pattern", "linearGradient",
                     "radialGradient", "symbol", "marker"))
_HOLDERS = frozenset(("svg", "g", "a"))
_SHAPES = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
_WORDS = frozenset(("text", "tspan"))
_MARKERS = ("marker", "marker-start", "marker-mid", "marker-end")
# What makes of a clip path something else than its shapes one after the other
_UNCLEAR = frozenset(("clipPathUnits", "clip-path", "transform", "display", "visibility", *_MARKERS))
_RATIO = "preserveAspectRatio"                  # WeasyPrint has what is within inherit it, SVG does not
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SIZE = rf"{NUMBER}\s*[a-z%]*"
_LAID = ("font", "font-size", "text-anchor", "direction", "rotate", "textLength", _SPACE)
_BASELINES = ("dominant-baseline", "alignment-baseline")
_ANCHORS = ("start", "middle", "end")
_LEFTWARD = frozenset(("R", "AL"))              # Unicode's bidirectional classes of letters that run to the left
_DASHES = ("stroke-dasharray", "stroke-dashoffset")
_INHERITED = ("fill", "stroke", "stroke-width", *_DASHES, "visibility", _RATIO, *_MARKERS, *_LAID, *_BASELINES)
_COLOUR = re.compile(r"#[0-9a-fA-F]+|[a-zA-Z]+|rgb\(\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\)")    # no part of it is rounded
_FUNCTION = re.compile(r"[a-z]+\([^()]*\)")                      # a colour, but it is not told which
_UNTOLD = frozenset(("currentColor", "transparent"))
_PAINT = re.compile(r"url\(\s*['\"]?#([^'\")]+)['\"]?\s*\)\s*(.*)")
_ROUNDED = 0.02                    # of its size: what curves for a round shape may leave of it
_DEEPEST = 20                      # that a drawing may repeat what repeats what …
_PLAIN = frozenset(("1", "L", "LA", "P", "RGB", "RGBA"))
_ORIENTATION = 0x0112                           # Exif: which way up it is


class _BeyondError(Exception):
    """The drawing is more than shapes of which it is known which there are."""


def painting(content: bytes | None) -> str:
    """Return what the picture *content* paints, or ANY if that cannot be foretold."""
    return _foretold(content)[0]


def said(content: bytes | None) -> str:
    """Return the words that the picture *content* draws, in the order in which it paints them, without white space."""
    return _foretold(content)[1]


@lru_cache(maxsize=256)
def _foretold(content: bytes | None) -> tuple[str, str]:
    if content is None:
        return ANY, ""
    if b"<svg" not in content[:1000]:
        return _raster(content), ""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return ANY, ""
    try:
        return _drawing(root)
    except (_BeyondError, ValueError):
        return ANY, "".join(map(_squeezed, root.iter(f"{_SVG}text")))


def _squeezed(element: etree._Element) -> str:
    return "".join("".join(map(str, element.itertext())).split())


def _raster(content: bytes) -> str:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.mode not in _PLAIN or opened.getexif().get(_ORIENTATION, 1) != 1:
                return ANY
            whole = Outline()
            width, height = opened.size
            whole.box([(0, 0), (width, 0), (width, height), (0, height)])
            return told(width, height, [Shape(pixels(opened), whole.measures())])
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ANY


@dataclass(frozen=True, slots=True)
class _Around:
    """What holds for an element: the properties that it inherits, where its units are, and of what shares are taken."""

    properties: Mapping[str, str]
    matrix: Transform
    box: Box
    named: Mapping[str, etree._Element]
    depth: int = 0


def _drawing(root: etree._Element) -> tuple[str, str]:
    """Return what the drawing *root* paints, and the words in it."""
    view = lengths(root.get("viewBox", ""))
    sizes = [None if "%" in root.get(side, "%") else length(root.get(side, "")) for side in ("width", "height")]
    ratio = view[2] / view[3] if view else 0
    width = sizes[0] or (sizes[1] * ratio if sizes[1] else view[2] if view else 0)
    height = sizes[1] or (width / ratio if ratio else 0)
    if width <= 0 or height <= 0 or "clip-path" in root.attrib:
        raise _BeyondError                                           # it is as large as its place, or seen in part
    own = {str(key): str(value) for key, value in root.items()}
    matrix = UNKNOWN if "transform" in own else viewport(own, width, height)
    box = (view[2], view[3]) if view else (nan, nan)
    named = {str(each.get("id")): each for each in root.iter(f"{_SVG}*") if each.get("id")}
    start = _Around({"fill": "black", "stroke": "none", "stroke-width": "1"}, matrix, box, named)
    shapes = tuple(_shapes(root, replace(start, properties=_properties(root, start.properties))))
    return told(width, height, shapes), "".join(each.said for each in shapes)


def _shapes(element: etree._Element, around: _Around) -> Iterator[Shape]:
    """Yield what stands directly in *element*, and what is in that."""
    for kid in element:
        if isinstance(kid.tag, str):
            yield from _shape(kid, around)


def _shape(element: etree._Element, around: _Around) -> Iterator[Shape]:
    """Yield the shapes that *element* paints in what is *around* it."""
    name = str(element.tag).removeprefix(_SVG)
    now = _properties(element, around.properties)
    if name in _SILENT or now.get("display") == "none":
        return
    here = replace(around, properties=now, matrix=_moved(around.matrix, now))
    yield from _clipped(here)
    if name in _SHAPES:
        yield from _outlined(name, here)
    elif name == "use":
        yield from _used(here)
    elif name in _WORDS:
        yield from _written(element, here)
    elif name == "svg":
        yield from _shapes(element, _viewed(now, here))
    elif name in _HOLDERS:
        yield from _shapes(element, here)
    else:
        raise _BeyondError


def _properties(element: etree._Element, inherited: Mapping[str, str]) -> Mapping[str, str]:
    """Return what holds for *element*: what it inherits, its attributes, and what its style says, which wins."""
    pairs = (declaration.partition(":") for declaration in element.get("style", "").split(";"))
    style = {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if name.strip()}
    own = {str(key): str(value).strip() for key, value in element.items()} | style
    passed = {key: inherited[key] for key in _INHERITED if key in inherited}
    return passed | {key: value for key, value in own.items() if value != "inherit" or key not in _INHERITED}


def _moved(matrix: Transform, now: Mapping[str, str]) -> Transform:
    transform = now.get("transform", "none")
    moves = Identity if transform == "none" else UNKNOWN if "transform-origin" in now else transformation(transform)
    if moves.xx * moves.yy == moves.xy * moves.yx:
        raise _BeyondError                                            # nothing is seen of it
    return matrix.transform(moves)


def _used(here: _Around) -> Iterator[Shape]:
    """Yield what a ``use`` repeats."""
    now = here.properties
    target = here.named.get(next((now[key][1:] for key in _HREFS if key in now), ""))
    if target is None:
        return
    if here.depth > _DEEPEST:
        raise _BeyondError
    x, y = (length(now.get(key, ""), side) for key, side in zip("xy", here.box, strict=True))
    there = replace(here, matrix=here.matrix.translate(x, y), depth=here.depth + 1)
    if target.tag in (f"{_SVG}symbol", f"{_SVG}svg"):
        inside = replace(there, properties=_properties(target, now))
        sizes = {key: now[key] for key in ("width", "height") if key in now}
        yield from _shapes(target, _viewed({**inside.properties, **sizes}, inside))
    else:
        yield from _shape(target, there)


def _viewed(own: Mapping[str, str], here: _Around) -> _Around:
    """Return what is around the content of an inner drawing or a symbol: its box begins its own units.

    Without a size it is as large as its content, says the renderer, or as its place, says SVG.
    """
    x, y, width, height = (length(own.get(key, ""), here.box[at % 2])
                           for at, key in enumerate(("x", "y", "width", "height")))
    view = lengths(own.get("viewBox", ""))
    if not {"width", "height"} <= own.keys() or (view and _RATIO in own):
        return replace(here, matrix=UNKNOWN if view else here.matrix.translate(x, y), box=(nan, nan))
    return replace(here, matrix=here.matrix.translate(x, y).transform(viewport(own, width, height)),
                   box=(view[2], view[3]) if view else (width, height))


# --- shapes -----------------------------------------------------------------------------------------


def _outlined(name: str, here: _Around) -> Iterator[Shape]:
    """Yield a shape, and whatever markers stand on it."""
    now = here.properties
    if now.get("visibility", "visible") != "visible":
        return
    outline = Outline()
    lines = draw(name, now, here.box, here.matrix, outline)
    bare = _is_nought(now["stroke-width"])
    fill, stroke = _colour(now["fill"], here), NO_COLOUR if bare else _colour(now["stroke"], here)
    if called := shape(fill, stroke, lines, outline.curves, outline.boxes):
        yield _placed(called, outline, now, here.matrix)
    if any(now.get(marker, "none") != "none" for marker in _MARKERS):
        yield Shape(REST)


def _placed(called: str, outline: Outline, now: Mapping[str, str], matrix: Transform) -> Shape:
    """Return the shape *called* so with what is known of its place."""
    measures, leeway = _course(outline, (now,), matrix)
    return Shape(called, measures, nan if isnan(measures[0]) else _stroke(called, now, matrix), leeway,
                 _dashes(called, now, matrix))


def _course(outline: Outline, drawn: Iterable[Mapping[str, str]], matrix: Transform) -> tuple[Measures, float]:
    """Return where *outline* runs, as far as it is known, and how much its edges may differ: of *drawn* it is made."""
    left, top, right, bottom, *means = measures = outline.measures()
    if any(map(isnan, measures)):
        return (nan,) * len(measures), nan
    has_arcs = any("a" in each.get("d", "").lower() for each in drawn)
    is_round = has_arcs or any(not each.keys().isdisjoint(("r", "rx", "ry")) for each in drawn)
    is_turned = bool(matrix.xy or matrix.yx)
    leeway = _ROUNDED * max(right - left, bottom - top) if has_arcs or (is_round and is_turned) else 0
    return (left, top, right, bottom, *((nan,) * 4 if is_round else means)), leeway


def _clipped(here: _Around) -> Iterator[Shape]:
    """Yield the path outside which nothing is seen of an element, if it has one."""
    found = _PAINT.fullmatch(here.properties.get("clip-path", "none"))
    clipper = here.named.get(found[1]) if found else None
    if clipper is None or clipper.tag != f"{_SVG}clipPath":
        return
    kids = [kid for kid in clipper.iterchildren(etree.Element) if kid.tag not in (f"{_SVG}title", f"{_SVG}desc")]
    parts = [_properties(kid, {}) for kid in kids]
    if any(str(kid.tag).removeprefix(_SVG) not in _SHAPES for kid in kids) or not all(
            _UNCLEAR.isdisjoint(each) for each in (_properties(clipper, {}), *parts)):
        yield Shape(REST)
        return
    outline = Outline()
    lines = sum(draw(str(kid.tag).removeprefix(_SVG), own, here.box, here.matrix, outline)
                for kid, own in zip(kids, parts, strict=True))
    measures, leeway = _course(outline, parts, here.matrix)
    yield Shape(clip(lines), measures, 0, leeway)


def _stroke(called: str, now: Mapping[str, str], matrix: Transform) -> float:
    """Return how wide the stroke of a shape *called* so is; of a gradient WeasyPrint gives it any width."""
    stroke = called.split("/")[1]
    if stroke in (NO_COLOUR, SOME_COLOUR):
        return 0 if stroke == NO_COLOUR else nan
    return length(now["stroke-width"]) * _enlarged(matrix)


def _dashes(called: str, now: Mapping[str, str], matrix: Transform) -> tuple[float, ...]:
    """Return the dashes and gaps of a stroke of a shape *called* so, and where it begins in them; () if it has none."""
    listed = [length(value) for value in re.split(r"[\s,]+", now.get("stroke-dasharray", "none")) if value != "none"]
    if called.split("/")[1] == NO_COLOUR or not any(listed) or any(value < 0 for value in listed):
        return ()
    begun = length(now.get("stroke-dashoffset", ""))
    return tuple(value * _enlarged(matrix) for value in (*listed, begun % sum(listed) if begun < 0 else begun))


def _enlarged(matrix: Transform) -> float:
    """Return how many times as long what is put through *matrix* is, over both axes."""
    return sqrt(abs(matrix.xx * matrix.yy - matrix.xy * matrix.yx))


def _is_nought(number: str) -> bool:
    found = re.match(NUMBER, number)
    return found is not None and float(found.group()) == 0


def _colour(value: str, here: _Around) -> str:
    """Return a colour as ``#rrggbb``, or which it may be; raises ValueError for what is none."""
    if value == "none":
        return NO_COLOUR
    if found := _PAINT.fullmatch(value):
        if found[1] not in here.named:
            return _colour(found[2] or "none", here)
        if not len(here.named[found[1]]) and not any(here.named[found[1]].get(key) for key in _HREFS):
            raise _BeyondError                                        # a gradient without colours
        return SOME_COLOUR
    is_told = _COLOUR.fullmatch(value) and value not in _UNTOLD
    if not is_told and (value in _UNTOLD or _FUNCTION.fullmatch(value)):
        return SOME_COLOUR
    if not is_told:
        raise _BeyondError
    red, green, blue, *_ = ImageColor.getrgb(value)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _written(element: etree._Element, here: _Around) -> Iterator[Shape]:
    """Yield the runs of words that *element* is: its own, those of its parts, and those that follow each of these."""
    if element.tag != f"{_SVG}text" and len(element):
        yield Shape(REST, said=_squeezed(element))          # WeasyPrint loses some of what is nested deeper
        return
    now = here.properties
    is_moved = (now.get("text-anchor", "start"), now.get("direction", "ltr")) not in (("start", "ltr"), ("end", "rtl"))
    parts, before = [_run(element.text, here, element)], list[Iterator[Shape]]()
    for kid in element.iterchildren(etree.Element):
        is_apart = is_moved and not {"x", "y"}.isdisjoint(kid.keys())      # and painted before what is anchored
        (before if is_apart else parts).append(_shape(kid, here))
        parts.append(_run(kid.tail, here, None))
    yield from chain(*before, *parts)


def _run(said: str | None, here: _Around, element: etree._Element | None) -> Iterator[Shape]:
    """Yield the words *said*, which begin *element*, or else go on where others end."""
    now = here.properties
    if not (said or "").strip() or now.get("visibility", "visible") != "visible":
        return
    stroke = NO_COLOUR if _is_nought(now["stroke-width"]) else _colour(now["stroke"], here)
    if "font" in now or not re.fullmatch(_SIZE, now.get("font-size", "1em")):
        yield Shape(REST, said="".join((said or "").split()))     # "small" and shorthand WeasyPrint leaves out
    elif (called := words(_colour(now["fill"], here), stroke)) and not _is_nought(now.get("font-size", "1")):
        yield _set(called, said or "", here, element)


def _set(called: str, said: str, here: _Around, element: etree._Element | None) -> Shape:
    """Return the run of words *called* so with what is known of its place: where it is anchored, and its size.

    Only fonts know where a baseline other than their own is: up to the size of the words away.
    """
    now = here.properties
    size = nan if "textLength" in now else length(now.get("font-size", "?")) * _enlarged(here.matrix)
    anchor = now.get("text-anchor", "start")
    is_whole = element is not None and not len(element) and now.keys().isdisjoint(("rotate", "textLength"))
    measures = [nan] * (2 * len(_ANCHORS))
    if element is not None and anchor in _ANCHORS and _is_plain(said, now) and (is_whole or anchor == "start"):
        first = 2 * _ANCHORS.index(anchor)
        x, y = (_begun(element, now, *each) for each in zip("xy", here.box, strict=True))
        measures[first:first + 2] = here.matrix.transformPoint((x, y))
    return Shape(called, tuple(measures), size, 0 if now.keys().isdisjoint(_BASELINES) else size,
                 said="".join(said.split()))


def _is_plain(said: str, now: Mapping[str, str]) -> bool:
    """Tell whether the words *said* run from left to right, and begin and end with a glyph that is seen."""
    shown = said if now.get(_SPACE) == "preserve" else said.strip(" \t\r\n")
    return shown == shown.strip() and "direction" not in now and not any(
        bidirectional(letter) in _LEFTWARD for letter in said)


def _begun(element: etree._Element, now: Mapping[str, str], axis: str, whole: float) -> float:
    """Return where on an *axis* the first glyph of *element* stands, NaN if it follows on others."""
    if axis not in now and element.tag != f"{_SVG}text":
        return nan
    return length(now.get(axis, ""), whole) + length(now.get(f"d{axis}", ""), whole)
