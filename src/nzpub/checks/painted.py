"""What a picture paints, shape by shape: the words in which its file and a PDF's page tell it, and their comparison.

A painting is the size of the picture's box, ``w×h``, and then each shape: ``fill/stroke/lines``, a colour ``#rrggbb``,
``-`` for none or ``?`` for one that is not told, and after ``@`` where it runs in that box (see :class:`Shape`). Words
are shapes too, ``fill/stroke/words`` from the first to the last glyph of a run, and so are clips, ``clip/lines``; a
raster picture is its size and a digest of its pixels. ANY is a picture of which nothing is foretold.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import isnan, sqrt
from typing import NamedTuple

from PIL import Image

from nzpub.checks.outline import Measures

ANY = "any"
NO_COLOUR, SOME_COLOUR = "-", "?"
REST = "*"                                    # shapes of which it is not foretold how many there are
_WORDS = "words"
_POINTS_PER_PIXEL = 72 / 96                   # CSS Values 4: 1in = 96px; PDF: 1in = 72pt
_LOOSE = 1 / 500                              # of the longer side of its box a shape may stand elsewhere
_THICKER, _FINE = 0.1, 0.02                   # of its width, and in points: so much thicker a stroke may be
_DIGITS = 1e-6                                # what a PDF's numbers leave of one


class Shape(NamedTuple):
    """A shape that is painted: its *name*, where it runs, from the left and the top of the picture's box.

    *width* is that of its stroke, 0 without one, or the size of words; *leeway* how much its edges may differ: a circle
    of Bézier curves is none. *dashes* are the lengths of a broken stroke's dashes and gaps, then where it begins in
    them. Words have the ends of their baseline and its middle for measures. Lengths are pixels in the picture's own
    file, points on a page.
    """

    name: str
    measures: Measures = ()
    width: float = 0
    leeway: float = 0
    dashes: tuple[float, ...] = ()
    said: str = ""                                # what words say, which a painting does not tell


def shape(fill: str, stroke: str, lines: int, curves: int, boxes: int = 0) -> str:
    """Return the name of a shape of *lines*, *curves* and rectangles; "" if nothing of it is seen.

    A single line has no inside to fill.
    """
    inside = NO_COLOUR if lines <= 1 and not curves and not boxes else fill
    if not lines + curves + boxes or (inside == stroke == NO_COLOUR):
        return ""
    return f"{inside}/{stroke}/{lines}"


def clip(lines: int) -> str:
    """Return the name of a path of *lines* outside which nothing is seen of the shapes that follow."""
    return f"clip/{lines}"


def words(fill: str, stroke: str) -> str:
    """Return the name of a run of words; "" if nothing of it is seen."""
    return "" if fill == stroke == NO_COLOUR else f"{fill}/{stroke}/{_WORDS}"


def is_words(each: Shape) -> bool:
    """Return whether *each* is a run of words."""
    return each.name.endswith(_WORDS)


def pixels(picture: Image.Image) -> str:
    """Return the size of *picture* and a digest of its pixels."""
    digest = hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()[:16]
    return f"{picture.width}×{picture.height}:{digest}"


def told(width: float, height: float, shapes: Iterable[Shape]) -> str:
    """Return a painting of *shapes* in a box of *width* and *height*."""
    return " ".join((f"{width:.4f}×{height:.4f}", *map(_token, shapes)))


def _token(each: Shape) -> str:
    parts = (each.measures, (each.width, each.leeway), each.dashes)
    return "@".join((each.name, *(",".join(f"{number:.4f}" for number in part) for part in parts)))


def is_seen(painting: str, *, words_too: bool = True) -> bool:
    """Return whether *painting* is known to have a shape or pixels, or words if they count too."""
    shapes = () if painting == ANY else _parts(painting)[1]
    return any(each.name != REST and (words_too or not is_words(each)) for each in shapes)


# --- both sides compared ----------------------------------------------------------------------------


class _Frame(NamedTuple):
    """How a picture is put into its box on the page: enlarged across and down, then moved; *loose* in points."""

    across: float
    down: float
    left: float
    top: float
    loose: float


def changed(meant: str, seen: str) -> str:
    """Return what is painted otherwise than *meant*, "" if nothing is or nothing is foretold."""
    if ANY in (meant, seen):
        return "" if meant == ANY else "it is not read"
    (size, shapes), (room, painted) = _parts(meant), _parts(seen)
    frames = tuple(_frames(size, room))
    if any(_run_alike(shapes, painted, frame) for frame in frames):
        return ""
    if REST not in {each.name for each in shapes} and len(shapes) == len(painted) and all(
            map(_is_called_alike, shapes, painted)):
        astray = min(sum(not _is_alike(*pair, frame) for pair in zip(shapes, painted, strict=True))
                     for frame in frames)
        return f"{astray} of its shapes stand{'s' if astray == 1 else ''} in another place or in another size"
    names = [Counter(each.name for each in side) for side in (shapes, painted)]
    lost, new = (names[0] - names[1]).total(), (names[1] - names[0]).total()
    return f"{lost} of its shapes and colours are not there, {new} are others" if lost or new else "in another order"


def _parts(painting: str) -> tuple[tuple[float, float], list[Shape]]:
    """Return the size of a painting's box and its shapes."""
    size, *tokens = painting.split()
    width, _, height = size.partition("×")
    return (float(width), float(height)), [_shape(token) for token in tokens]


def _shape(token: str) -> Shape:
    name, *parts = token.split("@")
    measures, (width, leeway), dashes = (tuple(map(float, filter(None, part.split(",")))) for part in parts)
    return Shape(name, measures, width, leeway, dashes)


def _frames(size: tuple[float, float], room: tuple[float, float]) -> Iterator[_Frame]:
    """Yield how a picture may be put into its box: CSS's object-fit fills it, contains, covers or leaves the picture.

    Where that leaves room, object-position has it in the middle or at an edge.
    """
    fill = room[0] / size[0], room[1] / size[1]
    loose = _LOOSE * max(room) + _DIGITS * max(size)
    for across, down in (fill, *((both, both) for both in (min(fill), max(fill), _POINTS_PER_PIXEL))):
        slack = room[0] - across * size[0], room[1] - down * size[1]
        for x, y in product((0.5, 0, 1), repeat=2):
            yield _Frame(across, down, x * slack[0], y * slack[1], loose)


def _run_alike(shapes: Sequence[Shape], painted: Sequence[Shape], frame: _Frame) -> bool:
    """Tell whether *painted* are the *shapes*, one after the other, and nothing else but where there is a REST."""
    reached = {0}                                  # how many of *painted* may have been accounted for
    for each in shapes:
        reached = (set(range(min(reached), len(painted) + 1)) if each.name == REST else
                   {at + 1 for at in reached if at < len(painted) and _is_alike(each, painted[at], frame)})
        if not reached:
            return False
    return len(painted) in reached


def _is_alike(meant: Shape, seen: Shape, frame: _Frame) -> bool:
    if not _is_called_alike(meant, seen):
        return False
    both = sqrt(abs(frame.across * frame.down))
    off = [abs((frame.across, frame.down)[at % 2] * number + (frame.left, frame.top)[at % 2] - other)
           for at, (number, other) in enumerate(zip(meant.measures, seen.measures, strict=False))]
    strokes = [(meant.width, seen.width), *zip(meant.dashes, seen.dashes, strict=False)]
    return not (any(each > frame.loose + both * meant.leeway for each in off)       # what is not a number is not known
                or any(abs(both * one - other) > _THICKER * both * one + _FINE for one, other in strokes)
                or (len(meant.dashes) != len(seen.dashes) and not any(map(isnan, meant.dashes))))


def _is_called_alike(meant: Shape, seen: Shape) -> bool:
    pairs = zip(meant.name.split("/"), seen.name.split("/"), strict=False)
    return all(one in (other, SOME_COLOUR) for one, other in pairs)
