"""The contrast of words with what is painted behind them, pixel by pixel: for where style sheets do not tell."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from PIL import Image

Colour = tuple[float, float, float]

# WCAG 2.2, 1.4.3: text, and large text.
ENOUGH: Mapping[bool, float] = {False: 4.5, True: 3.0}
_LINEAR = 0.04045                    # below it, sRGB is linear (WCAG 2.2, relative luminance)
LARGE, LARGE_BOLD, BOLD = 24.0, 18.66, 700      # pixels and weight: 18 pt, and 14 pt bold
CODE, HINT = "NZ613", "change the colour of the words or of what is behind them"
# The part of a line that may fall short: an edge or a hairline behind a letter does not hide it.
_SHARE = 0.02
_BARE = """* { -webkit-text-fill-color: transparent !important; text-decoration-color: transparent !important;
               text-shadow: none !important; transition: none !important }"""


def faint(page: Any, selectors: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the words directly in the elements that *selectors* name, and their contrast, where it is too low.

    The page has ``painted.js``. What is behind the words is what it paints without them.
    """
    inks = page.evaluate("selectors => painted.inks(selectors)", list(selectors))
    if inks:
        yield from faint_on(_ground(page), inks)


def faint_in_drawings(page: Any) -> Iterator[tuple[str, float]]:
    """Yield the words in the drawings that the page shows as images, and their contrast, where it is too low."""
    inks = page.evaluate("painted.drawnInks()")
    ground = _picture(page) if inks else None
    page.evaluate("painted.clear()")
    if ground:
        yield from faint_on(ground, inks)


def faint_on(ground: Image.Image, inks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield the words of the *inks*, and their contrast with the picture of the *ground*, where it is too low.

    An ink has its ``words``, ``colour``, ``opacity``, whether it ``isLarge``, and its ``lines`` as boxes in pixels.
    """
    for ink in inks:
        found = min((_contrast(ground, line, ink) for line in ink["lines"]), default=21.0)
        if found < ENOUGH[ink["isLarge"]]:
            yield ink["words"], found


def ratio(one: Colour, other: Colour) -> float:
    """Return the contrast of two sRGB colours, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _ground(page: Any) -> Image.Image:
    """Return the picture of the whole page without its words."""
    bare = page.add_style_tag(content=_BARE)
    picture = _picture(page)
    bare.evaluate("element => element.remove()")
    return picture


def _picture(page: Any) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


def _contrast(ground: Image.Image, line: Sequence[float], ink: Mapping[str, Any]) -> float:
    """Return the contrast that all but a hair of the line's ground has with the ink, at least."""
    left, top, right, bottom = (round(side) for side in line)
    part = ground.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    colours = part.getcolors(part.width * part.height) or []
    left_over = _SHARE * part.width * part.height
    contrasts = sorted((_readable(ink, colour), count) for count, colour in colours)
    for contrast, count in contrasts:
        left_over -= count
        if left_over < 0:
            return contrast
    return contrasts[-1][0]


def _readable(ink: Mapping[str, Any], ground: Any) -> float:
    """Return the contrast of *ink*, which lets some of the *ground* through, with that ground."""
    opacity = ink["opacity"]
    red, green, blue = (opacity * a + (1 - opacity) * b for a, b in zip(ink["colour"], ground, strict=True))
    return ratio((red, green, blue), ground)


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= _LINEAR else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
