"""The deck in a real browser: what its slides show, at two sizes, and how it is used without a mouse or eyes.

Contrast is axe-core's to judge (``axe``). Each finding names its slide.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from nzpub.checks.outside.browser import opened, script, started
from nzpub.checks.outside.contrast import ratio
from nzpub.checks.outside.program import Validator, answer
from nzpub.errors import Finding, Place

SIZES = ((1280, 720), (1920, 1080))
SMALLEST = 18                        # CSS pixels of text on a slide that is 1280 wide
_NARROW = (320, 700)                 # a window of 1280 by 2800 at a zoom of 400 % (WCAG 2.2, 1.4.10)
_NO_TITLE = "without a title"
_FOCUS_MARGIN = 8                    # pixels around an element in which its focus may show
_FOCUS_CONTRAST = 3.0                # WCAG 2.2, 1.4.11


ASKED = frozenset({"told", "seen", "focused", "walked", "read"})


class Rule(NamedTuple):
    """A rule that a slide may break: its code, the name of the question that tells, and what to do about it."""

    code: str
    question: str
    hint: str


class Fault(NamedTuple):
    """A broken rule: its name in RULES, what was found, and the id of the slide ("" for the deck)."""

    rule: str
    message: str
    slide: str


RULES: Mapping[str, Rule] = {
    "hidden": Rule("NZ610", "seen", "say less on this slide, or make two of it"),
    "overlap": Rule("NZ611", "seen", "say less on this slide, or give it another layout"),
    "small": Rule("NZ612", "seen", f"no text may be under {SMALLEST} px where a slide is 1280 px wide"),
    "blurred": Rule("NZ614", "seen", "use a drawing, or a picture with more pixels"),
    "keyboard": Rule("NZ615", "walked", "the arrow keys must lead through all slides"),
    "stuck": Rule("NZ622", "focused", "Tab must lead to all that can be operated"),
    "focus": Rule("NZ616", "focused", f"give :focus-visible an outline with a contrast of {_FOCUS_CONTRAST:.0f}:1"),
    "silent": Rule("NZ617", "told", "keep reveal.js's aria-live region"),
    "motion": Rule("NZ618", "walked", "stop it where prefers-reduced-motion is set"),
    "zoom": Rule("NZ619", "told", "let people zoom"),
    "untitled": Rule("NZ620", "told", "begin each slide with a heading"),
    "unread": Rule("NZ621", "read", "keep the reading view: all slides as text, one below another, on any screen"),
}


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per rule that a slide of the deck at *path* breaks; *command* starts the browser."""
    with started(command, "Chromium") as browser:
        return findings(browser, path)


def version(command: Sequence[str]) -> str:
    """Return question, program and version, such as "deck in Chromium 142.0.7444.59"."""
    said = answer([*command, "--version"]).stdout.split()
    named = next((at for at, word in enumerate(said) if word[0].isdecimal()), len(said))    # then where it was built
    return f"deck in {' '.join(said[:named + 1])}"


def findings(browser: Any, path: Path, questions: Container[str] = ASKED) -> tuple[Finding, ...]:
    """Return what `run` returns, from a *browser* that is running; only *questions* are asked."""
    with opened(browser, path) as page:
        _equip(page)
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        titles = {slide["id"]: slide["title"] for slide in page.evaluate("deck.slides()")}
        faults = [fault for name, ask in QUESTIONS.items() if name in questions for fault in ask(page, tuple(titles))]
    if "read" in questions:
        faults += _read(browser, path)
    return tuple(dict.fromkeys(_finding(fault, titles, path.name) for fault in faults))


def _equip(page: Any) -> None:
    page.evaluate(script("painted.js"))
    page.evaluate(script("deck.js"))


def _finding(fault: Fault, titles: Mapping[str, str], name: str) -> Finding:
    rule, title = RULES[fault.rule], titles.get(fault.slide, "")
    slide = f"slide {f'“{title}”' if title else _NO_TITLE}: " if fault.slide else ""
    return Finding(rule.code, "error", f"{slide}{fault.message}",
                   Place(f"{name}#{fault.slide}" if fault.slide else name), rule.hint)


# --- what is seen -----------------------------------------------------------------------------------


def _told(page: Any, slides: Sequence[str]) -> Iterator[Fault]:
    """Yield slides without titles, slides that are not announced, and what keeps people from zooming."""
    yield from (Fault(*found) for found in page.evaluate("deck.untitled()"))
    yield from (Fault(*found) for found in page.evaluate("deck.announced()"))
    yield from (Fault(rule, message, slides[0]) for rule, message in page.evaluate("deck.zoom()"))


def _seen(page: Any, slides: Sequence[str]) -> Iterator[Fault]:
    """Yield what is hidden, overlaps, is too small or blurred, on each slide in each size."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("Reveal.layout()")
        for number, slide in enumerate(slides):
            found = page.evaluate("([n, smallest, scale]) => deck.look(n, smallest, scale)",
                                  [number, SMALLEST, SIZES[-1][0] / width])
            yield from (Fault(rule, message, slide) for rule, message in found)
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.evaluate("Reveal.layout()")


# --- what is done -----------------------------------------------------------------------------------


def _walked(page: Any, slides: Sequence[str]) -> Iterator[Fault]:
    """Yield where the arrow keys stop short of the last slide or the first, what they pass by, and what moves."""
    seen: set[str] = set()
    page.evaluate("deck.go(0, -1)")
    for key, end, goal in (("ArrowRight", "isLast", "last"), ("ArrowLeft", "isFirst", "first")):
        here, before = page.evaluate("deck.state()"), None
        while here["at"] != before:
            yield from (Fault("motion", f"{moving} moves", here["id"]) for moving in here["moving"])
            before = here["at"]
            seen |= {here["id"]} if end == "isLast" else set()
            if not here[end]:
                page.keyboard.press(key)
                here = page.evaluate("deck.state()")
        if not here[end]:
            yield Fault("keyboard", f"the {key} key does not lead on from here to the {goal} slide", here["id"])
            return
    yield from (Fault("keyboard", "the ArrowRight key passes it by", slide) for slide in slides if slide not in seen)


def _focused(page: Any, slides: Sequence[str]) -> Iterator[Fault]:
    """Yield what Tab does not reach on a slide, and what does not show that it has the focus."""
    known: set[str] = set()
    for number, slide in enumerate(slides):
        page.evaluate(f"deck.go({number})")
        elements = page.evaluate("deck.operables()")
        without = _picture(page) if {element["kind"] for element in elements} - known else None
        reached: set[int] = set()
        # One press for each, one for leaving the page, one for where the last slide left off.
        for _ in range(2 * len(elements) + 2):
            page.keyboard.press("Tab")
            place = page.evaluate("deck.focused()")
            if place == -2:      # noqa: PLR2004 (deck.js: something that is not on the slide)
                yield Fault("focus", "Tab leads to what cannot be seen", slide)
            element = elements[place] if place >= 0 else None
            reached.add(place)
            if without and element and element["kind"] not in known:
                known.add(element["kind"])
                if not _shows_focus(page, without, element["box"]):
                    yield Fault("focus", f"{element['name']} does not show that it has the focus", slide)
            if len(reached - {-1, -2}) == len(elements):
                break
        yield from (Fault("stuck", f"Tab does not lead to {element['name']}", slide)
                    for place, element in enumerate(elements) if place not in reached)


def _picture(page: Any) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _shows_focus(page: Any, without: Image.Image, box: Sequence[float]) -> bool:
    """Tell whether as many pixels around *box* as half its outline have changed, with enough contrast."""
    x, y, width, height = box
    around = (max(round(x) - _FOCUS_MARGIN, 0), max(round(y) - _FOCUS_MARGIN, 0),
              min(round(x + width) + _FOCUS_MARGIN, without.width),
              min(round(y + height) + _FOCUS_MARGIN, without.height))
    pairs = zip(_pixels(without.crop(around)), _pixels(_picture(page).crop(around)), strict=True)
    clear = sum(a != b and ratio(a, b) >= _FOCUS_CONTRAST for a, b in pairs)
    return bool(clear >= width + height)


def _pixels(picture: Image.Image) -> Iterator[tuple[int, int, int]]:
    values = iter(picture.tobytes())
    return zip(values, values, values, strict=True)


# --- what is read -----------------------------------------------------------------------------------


def _read(browser: Any, path: Path) -> Iterator[Fault]:
    """Yield where the reading view fails: asked for, in a narrow window, and without scripts."""
    with opened(browser, path) as page:
        page.goto(f"{path.resolve().as_uri()}?view=read")
        yield from _reading(page, "?view=read")
    for scripts in (True, False):
        with opened(browser, path, _NARROW, scripts=scripts) as page:
            yield from _reading(page, f"a window of {_NARROW[0]} px{'' if scripts else ' without scripts'}")


def _reading(page: Any, view: str) -> Iterator[Fault]:
    """Yield the first slide that the reading view does not show as it should, and how many more there are."""
    _equip(page)
    found = [Fault(*fault) for fault in page.evaluate("deck.unread()")]
    if found:
        more = f", nor are {len(found) - 1} more slides as they should be" if len(found) > 1 else ""
        yield found[0]._replace(message=f"{view} is no reading view: {found[0].message}{more}")


QUESTIONS: Mapping[str, Callable[[Any, Sequence[str]], Iterator[Fault]]] = {
    "told": _told, "seen": _seen, "focused": _focused, "walked": _walked}
"""What is asked of the show, given the page and the ids of its slides; "read" has pages of its own."""

VALIDATOR = Validator("chromium deck", "-slides.html", run, version, "playwright")
