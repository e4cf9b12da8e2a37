"""What a picture paints, as far as a PDF can tell it again: shape by shape in which colours, of how many lines.

A shape is ``fill/stroke/lines``, a colour ``#rrggbb`` or ``-`` for none; then come the colours of the drawing's words.
A raster picture is its size and a digest of its pixels. Of a drawing that uses more than shapes in plain colours
nothing is foretold: it is ANY.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from lxml import etree
from PIL import Image, ImageColor, UnidentifiedImageError

ANY = "any"
NO_COLOUR = "-"
_SVG = "{http://www.w3.org/2000/svg}"
_SILENT = frozenset(("title", "desc", "metadata"))
_HOLDERS = frozenset(("svg", "g", "a"))
_SHAPES = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
_WORDS = frozenset(("text", "tspan"))
# What changes the paint in ways that only a renderer knows.
_BEYOND = frozenset(("style", "class", "clip-path", "mask", "filter", "marker", "marker-start", "marker-mid",
                     "marker-end", "display", "visibility", "href", "{http://www.w3.org/1999/xlink}href"))
_OPACITIES = ("opacity", "fill-opacity", "stroke-opacity")
_INHERITED = ("fill", "stroke", "stroke-width", *_OPACITIES)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_COLOUR = re.compile(r"#[0-9a-fA-F]+|[a-zA-Z]+|rgb\(\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\)")    # no part of it is rounded
_COMMAND = re.compile(r"([MLHVCSQTAZmlhvcsqtaz])([^MLHVCSQTAZmlhvcsqtaz]*)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2}      # numbers a command has
_ROUND = 4                                      # straight lines of a rectangle with round corners
_PLAIN = frozenset(("1", "L", "LA", "P", "RGB", "RGBA"))
_ORIENTATION = 0x0112                           # Exif: which way up it is


class _BeyondError(Exception):
    """The drawing is more than shapes in plain colours."""


@lru_cache(maxsize=256)
def painting(content: bytes | None) -> str:
    """Return what the picture *content* paints, or ANY if that cannot be foretold."""
    if content is None:
        return ANY
    if b"<svg" not in content[:1000]:
        return _raster(content)
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        tokens = tuple(_tokens(root, {"fill": "black", "stroke": "none", "stroke-width": "1"}))
    except (etree.XMLSyntaxError, _BeyondError, ValueError):
        return ANY
    return told(tokens)


def told(tokens: Iterable[str]) -> str:
    """Return shapes in their order, then the colours of words, each once: how often a colour is set says nothing."""
    listed = tuple(tokens)
    words = sorted({token for token in listed if token.startswith("words:")})
    return " ".join((*(token for token in listed if not token.startswith("words:")), *words))


def shape(fill: str, stroke: str, lines: int, curves: int, boxes: int = 0) -> str:
    """Return the token of a shape of *lines*, *curves* and rectangles; "" if nothing of it is seen.

    A single line has no inside to fill.
    """
    inside = NO_COLOUR if lines <= 1 and not curves and not boxes else fill
    if not lines + curves + boxes or (inside == stroke == NO_COLOUR):
        return ""
    return f"{inside}/{stroke}/{lines}"


def words(colour: str) -> str:
    """Return the token of words in *colour*."""
    return f"words:{colour}"


def pixels(picture: Image.Image) -> str:
    """Return the size of *picture* and a digest of its pixels."""
    digest = hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()[:16]
    return f"{picture.width}×{picture.height}:{digest}"


def _raster(content: bytes) -> str:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            plain = opened.mode in _PLAIN and opened.getexif().get(_ORIENTATION, 1) == 1
            return pixels(opened) if plain else ANY
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ANY


def _tokens(element: etree._Element, around: Mapping[str, str]) -> Iterator[str]:
    """Yield the tokens of *element*, which inherits the properties *around* it."""
    if not isinstance(element.tag, str):
        return
    name = element.tag.removeprefix(_SVG)
    if name in _SILENT:
        return
    own = {str(key): str(value) for key, value in element.items()}
    if name not in _HOLDERS | _SHAPES | _WORDS or (name == "svg" and element.getparent() is not None) \
            or _BEYOND & own.keys():
        raise _BeyondError
    now = {**around, **{key: own[key] for key in _INHERITED if key in own}}
    if any(float(now.get(key, 1)) == 0 for key in _OPACITIES):
        raise _BeyondError                                            # there may be nothing to see of it
    fill, stroke = _colour(now["fill"]), NO_COLOUR if _is_nought(now["stroke-width"]) else _colour(now["stroke"])
    if name in _SHAPES:
        if seen := shape(fill, stroke, *_segments(name, own)):
            yield seen
        return
    yield from _written(element, name, (fill, stroke))
    for kid in element:
        yield from _tokens(kid, now)


def _written(element: etree._Element, name: str, colours: Iterable[str]) -> Iterator[str]:
    """Yield the colours of the words directly in *element*."""
    said = "".join((element.text or "", *(kid.tail or "" for kid in element)))
    if name in _WORDS and said.strip():
        yield from (words(colour) for colour in colours if colour != NO_COLOUR)


def _colour(value: str) -> str:
    """Return a colour as ``#rrggbb``; raises ValueError for what is none, such as a gradient."""
    if value.strip() == "none":
        return NO_COLOUR
    if not _COLOUR.fullmatch(value.strip()):
        raise _BeyondError
    red, green, blue, *_ = ImageColor.getrgb(value.strip())
    return f"#{red:02x}{green:02x}{blue:02x}"


def _is_nought(length: str) -> bool:
    number = re.match(_NUMBER, length.strip())
    return number is not None and float(number.group()) == 0


def _segments(name: str, own: Mapping[str, str]) -> tuple[int, int, int]:
    """Return how many straight lines, curves and rectangles a shape is made of."""
    match name:
        case "line":
            return 1, 0, 0
        case "polyline" | "polygon":
            return max(0, len(re.findall(_NUMBER, own.get("points", ""))) // 2 - 1), 0, 0
        case "rect":
            return _rectangle(own)
        case "circle" | "ellipse":
            radii = ("r",) if name == "circle" else ("rx", "ry")
            return 0, 0 if any(_is_nought(own.get(key, "0")) for key in radii) else 4, 0
    return (*_path(own.get("d", "")), 0)


def _rectangle(own: Mapping[str, str]) -> tuple[int, int, int]:
    if any(_is_nought(own.get(key, "0")) for key in ("width", "height")):
        return 0, 0, 0
    across = own.get("rx", own.get("ry", "0"))
    rounded = not _is_nought(across) and not _is_nought(own.get("ry", across))
    return (_ROUND, _ROUND, 0) if rounded else (0, 0, 1)


def _path(path: str) -> tuple[int, int]:
    """Return how many straight lines and curves the data of a *path* have."""
    lines = curves = 0
    for command, rest in _COMMAND.findall(path):
        letter = command.lower()
        if letter == "a":
            raise _BeyondError                                        # an arc is as many curves as the renderer likes
        if letter == "z":
            continue
        count, left_over = divmod(len(re.findall(_NUMBER, rest)), _TAKES[letter])
        if left_over:
            raise _BeyondError                                   # drawn up to the error, or not at all
        if letter in "mlhv":
            lines += count - (letter == "m")
        else:
            curves += count
    return lines, curves
