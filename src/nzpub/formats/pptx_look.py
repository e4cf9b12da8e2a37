"""How the slides look: their types and layouts as slides.css has them, read from the tokens.

Lengths are CSS pixels of the slide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from nzpub.formats.pptx_fit import Setting, natural
from nzpub.model import Styles

SOURCE, NUMBER = 20, 21        # ``idx`` of the placeholders for the source line and the slide number
STATIONS = range(2, 7)         # so many events can stand side by side on a timeline
SLOTS = 6                      # so many texts can stand on a slide of mixed content

_LENGTH = re.compile(r"(-?[\d.]+)(px|em|rem|pt)")
_PIXELS_PER_POINT = 96 / 72
_ROOT = 16.0                   # pixels in a rem, as browsers have it
_PLAY = 4.0                    # more than a line needs, so that rounding does not count as overflow
_EVEN = 0.96                   # all but equal: other programs' lines run a little wider
_COVER_TOP = 0.3               # of the height: where the accent line of the first and the last slide is


class Box(NamedTuple):
    """A rectangle on the slide."""

    x: float
    y: float
    width: float
    height: float


class Emphasis(NamedTuple):
    """How a paragraph is set that is nothing but strong words, or, on a timeline, the strong words at its start."""

    size: float
    colour: str
    leading: float
    starts_line: bool = False  # what follows it in its paragraph


@dataclass(frozen=True, slots=True)
class Type:
    """How the words of a placeholder are set; ``smallest`` is how far they may be shrunk to fit."""

    size: float
    smallest: float
    colour: str = "--color-ink"
    face: Literal["--font-head", "--font-text"] = "--font-head"
    bold: bool = False
    italic: bool = False
    anchor: Literal["t", "ctr", "b"] = "t"
    leading: float = 1.0
    bullets: bool = False
    gap: float = 0             # before each paragraph but the first
    emphasis: Emphasis | None = None
    balance: float = 0.75      # how far to narrow the lines towards equal length: 1 is all the way
    rest: float = 0            # size of what follows the first colon, on a line of its own; 0 if that is not done


class Slot(NamedTuple):
    """One placeholder of a layout."""

    idx: int
    kind: str                  # as ``p:ph`` calls it; "" is content of any kind
    name: str
    box: Box
    type: Type


class Mark(NamedTuple):
    """A plain shape of a layout: the accent line, a timeline's dots."""

    shape: Literal["rect", "ellipse"]
    box: Box
    colour: str


class Circle(NamedTuple):
    """The part of a circle that is on the slide: filled, or a line of *line* pixels."""

    x: float
    y: float
    radius: float
    line: float                # 0 if it is filled
    colour: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A slide layout: its name, its title, what it holds, and the ground it stands on."""

    name: str
    title: Slot | None
    slots: tuple[Slot, ...]
    area: Box                  # where content goes that does not fit the slots one by one
    source: Slot
    number: Slot | None
    marks: tuple[Mark | Circle, ...] = ()
    ground: str = "--color-paper"
    kind: str = "cust"
    dark: bool = False
    follows: bool = False      # whether the text stands close below the title, however long that is


@dataclass(frozen=True, slots=True)
class Look:
    """What the tokens say of a slide."""

    tokens: Mapping[str, str]
    types: Mapping[str, Type] = field(default_factory=dict)

    def px(self, name: str) -> float:
        """Return the length *name* in CSS pixels; an ``em`` is the base size of slides."""
        return pixels(self.tokens, name)


def look(tokens: Mapping[str, str]) -> Look:
    """Return the measures and types of the slides that *tokens* describe, which are those of slides.css."""
    base = pixels(tokens, "--base-slide")
    least, small = 18 * _PIXELS_PER_POINT, 12 * _PIXELS_PER_POINT        # nothing is smaller; sources and numbers
    slide, head, title = (float(tokens[f"--leading-{name}"]) for name in ("slide", "head", "title"))
    body, column, caption = (pixels(tokens, f"--size-slide-{name}") for name in ("body", "column", "caption"))

    def inside(name: str, size: float) -> float:
        return pixels(tokens, f"--size-slide-{name}") * size / base

    serif: Literal["--font-text"] = "--font-text"
    text = Type(body, least, anchor="ctr", leading=slide, bullets=True, gap=0.55 * body)
    cover = Type(pixels(tokens, "--size-slide-title"), least, "--color-on-dark", serif, leading=title, balance=_EVEN)
    source = Type(pixels(tokens, "--size-slide-source"), small, "--color-muted", anchor="b",
                  leading=float(tokens["--leading-source"]), balance=0)
    heads = [Emphasis(inside("column-head", column), colour_, head) for colour_ in ("--color-pacific", "--color-ochre")]
    types = {
        "title": Type(pixels(tokens, "--size-slide-head"), least, "--color-atlantic", bold=True, leading=head,
                      balance=_EVEN),
        "text": text,
        "stacked": replace(text, anchor="t"),
        "column": replace(text, size=column, anchor="t", emphasis=heads[0]),
        "next column": replace(text, size=column, anchor="t", emphasis=heads[1]),
        "statement": Type(pixels(tokens, "--size-slide-statement"), least, face=serif, anchor="ctr", leading=head,
                          gap=body, balance=_EVEN),
        # Leading and gap with room for a face that steps in where ours is not installed.
        "number": Type(caption, least, anchor="ctr", leading=head, gap=28,
                       emphasis=Emphasis(inside("number", caption), "--color-ochre", head)),
        "quotation": Type(inside("quote", body), least, "--color-on-dark", serif, italic=True, anchor="b",
                          leading=head, balance=_EVEN),
        "attribution": Type(inside("caption", body), least, "--color-on-dark", leading=slide),
        "station": Type(body, least, leading=head, balance=0,
                        emphasis=Emphasis(inside("station", body), "--color-atlantic", head, starts_line=True)),
        "below": Type(body, least, leading=slide, gap=0.55 * body),
        "cover": cover,
        "first cover": replace(cover, rest=cover.size * pixels(tokens, "--size-slide-rest") / base),
        "cover text": Type(body, least, "--color-on-dark", leading=slide, gap=0.55 * body),
        "table": Type(least, least, leading=head, bullets=True),
        "source": source,
        "chrome": replace(source, size=pixels(tokens, "--size-slide-chrome")),
    }
    return Look(tokens, types)


def pixels(tokens: Mapping[str, str], name: str) -> float:
    """Return the length of the token *name* in CSS pixels of the slide; an ``em`` is the base size of slides."""
    match = _LENGTH.fullmatch(tokens[name])
    if match is None:
        raise ValueError(f"{name}: {tokens[name]} is not a length in px, em, rem or pt")
    size = {"px": 1.0, "pt": _PIXELS_PER_POINT, "rem": _ROOT}.get(match[2]) or pixels(tokens, "--base-slide")
    return float(match[1]) * size


def setting(kind: Type, styles: Styles) -> Setting:
    """Return how text of *kind* is to be measured."""
    family = styles.tokens[kind.face].strip("\"'")
    faces = tuple(face for face in styles.faces if face.family == family)
    return Setting(faces, kind.size, kind.leading, kind.gap, indent(1) if kind.bullets else 0, kind.bold, kind.italic)


def line_spacing(kind: Type, styles: Styles) -> int:
    """Return the leading of *kind* in thousandths of a per cent of the face's own line height."""
    return round(100_000 * kind.leading / natural(setting(kind, styles).faces[0]))


def indent(level: int) -> float:
    """Return how far the text of a list of *level*, counted from 1, stands from the edge."""
    return 36.0 * level


# --- the layouts ------------------------------------------------------------------------------------


class _Frame(NamedTuple):
    """What most layouts share: title, accent line, the area for content, source line and slide number."""

    title: Slot
    bar: Mark
    area: Box
    source: Slot
    number: Slot

    def on(self, text: str, source: str, bar: str) -> _Frame:
        """Return the frame for another ground, with the colours *text*, *source* and *bar*."""
        return self._replace(title=_coloured(self.title, text), bar=self.bar._replace(colour=bar),
                             source=_coloured(self.source, source), number=_coloured(self.number, source))


def _coloured(slot: Slot, colour_: str) -> Slot:
    return slot._replace(type=replace(slot.type, colour=colour_))


def layouts(on: Look) -> Mapping[str, Layout]:
    """Return the layouts by name, in the order in which PowerPoint shows them."""
    frame = _frame(on)
    rows = (_cover(on, frame, "Title Slide", "title"), *_for_pandoc(on, frame), *_statements(on, frame),
            _figure(on, frame), _quotation(on, frame), *(_timeline(on, frame, events) for events in STATIONS),
            _mixed(on, frame), _cover(on, frame, "Close", "cust"))
    return {row.name: row for row in rows}


def _frame(on: Look) -> _Frame:
    margin, wide = on.px("--slide-margin"), on.px("--slide-width") - 2 * on.px("--slide-margin")
    title, chrome, source = on.types["title"], on.types["chrome"], on.types["source"]
    bar = Mark("rect", Box(margin, on.px("--slide-top"), on.px("--slide-mark"), on.px("--slide-bar")), "--color-ochre")
    top = bar.box.y + bar.box.height + on.px("--space-3")
    head = Box(margin, top, wide, 2 * title.size * title.leading + _PLAY)
    foot = on.px("--slide-height") - on.px("--slide-bottom")
    lines = 3 * source.size * source.leading + _PLAY
    below = head.y + head.height + on.px("--space-2")
    area = Box(margin, below, wide, foot - lines - on.px("--space-3") - below)
    return _Frame(
        Slot(0, "title", "Title", head, title), bar, area,
        Slot(SOURCE, "body", "Source", Box(margin, foot - lines, wide - on.px("--slide-corner"), lines), source),
        Slot(NUMBER, "sldNum", "Slide Number", Box(margin + wide - 96, foot - 28, 96, 28), chrome))


def _for_pandoc(on: Look, frame: _Frame) -> Iterator[Layout]:
    """Yield the layouts that Pandoc asks for by name, but for the title slide."""
    title, bar, area, source, number = frame
    types = on.types
    columns = _split(area, 2, on.px("--space-5"))
    rules = tuple(Mark("rect", box._replace(height=on.px("--slide-bar")), colour_)
                  for box, colour_ in zip(columns, ("--color-pacific", "--color-ochre"), strict=True))
    left, right = (_lowered(box, on.px("--slide-bar") + on.px("--space-3")) for box in columns)
    yield Layout("Title and Content", title, (Slot(1, "", "Content", area, types["text"]),), area, source, number,
                 (bar,), kind="obj")
    yield Layout("Section Header", title, (Slot(1, "body", "Text", area, types["statement"]),), area, source, number,
                 (bar,), "--color-sand", "secHead")
    yield Layout("Two Content", title, (Slot(1, "", "Left", left, types["column"]),
                                        Slot(2, "", "Right", right, types["next column"])), area, source, number,
                 (bar, *rules), kind="twoObj")
    pairs = [(1, 2, "Left", left, types["column"]), (3, 4, "Right", right, types["next column"])]
    yield Layout("Comparison", title, tuple(
        slot for first, second, name, box, kind in pairs for slot in (
            Slot(first, "body", f"{name} Text", box._replace(height=box.height / 3), kind),
            Slot(second, "", f"{name} Content", _lowered(box, box.height / 3 + 16), kind))),
                 area, source, number, (bar, *rules), kind="twoTxTwoObj")
    yield Layout("Content with Caption", title, (Slot(2, "body", "Text", columns[0], types["stacked"]),
                                                 Slot(1, "", "Content", columns[1], types["stacked"])),
                 area, source, number, (bar,), kind="objTx")
    yield Layout("Title Only", title, (), area, source, number, (bar,), kind="titleOnly")
    yield Layout("Blank", None, (), area, source, number, kind="blank")


def _cover(on: Look, frame: _Frame, name: str, kind: str) -> Layout:
    """Return the layout of the first or the last slide: dark, with a disc like a horizon and two rings."""
    first = kind == "title"
    frame = frame.on("--color-on-dark", "--color-on-dark-muted", "--color-ochre-on-dark")
    width, height, margin = on.px("--slide-width"), on.px("--slide-height"), on.px("--slide-margin")
    type_ = on.types["first cover" if first else "cover"]
    bar = frame.bar._replace(box=frame.bar.box._replace(y=height * _COVER_TOP))
    title = Slot(0, "ctrTitle" if first else "title", "Title",
                 Box(margin, bar.box.y + bar.box.height + on.px("--space-4"), width - margin - on.px("--slide-sky"),
                     2 * type_.size * type_.leading + _PLAY), type_)
    top = title.box.y + title.box.height + on.px("--space-4")
    text = Box(margin, top, on.px("--slide-lead"), frame.source.box.y - top)
    below = Slot(1, "subTitle" if first else "body", "Text", text, on.types["cover text"])
    circles = tuple(Circle(width, height * 1.18, on.px(f"--slide-{name}"), line, "--color-pacific")
                    for name, line in (("disc", 0), ("ring", 3), ("halo", 3)))
    return Layout(name, title, (below,), below.box, frame.source, None if first else frame.number, (*circles, bar),
                  "--color-atlantic", kind, dark=True, follows=True)


def _statements(on: Look, frame: _Frame) -> Iterator[Layout]:
    frame = frame.on("--color-atlantic", "--color-ink", "--color-ochre")
    title, bar, area, source, number = frame
    for name, kind in (("Statement", "statement"), ("Number", "number")):
        slot = Slot(1, "body", "Text", area, on.types[kind])
        yield Layout(name, title, (slot,), area, source, number, (bar,), "--color-sand")


def _figure(on: Look, frame: _Frame) -> Layout:
    title, area = _one_line(on, frame)
    picture = Slot(1, "pic", "Figure", area, on.types["text"])
    return Layout("Figure", title, (picture,), area, frame.source, frame.number, (frame.bar,))


def _one_line(on: Look, frame: _Frame) -> tuple[Slot, Box]:
    """Return the title with room for one line, and the area below it."""
    kind, bottom = frame.title.type, frame.area.y + frame.area.height
    title = frame.title._replace(box=frame.title.box._replace(height=kind.size * kind.leading + _PLAY))
    top = title.box.y + title.box.height + on.px("--space-3")
    return title, frame.area._replace(y=top, height=bottom - top)


def _quotation(on: Look, frame: _Frame) -> Layout:
    title, bar, area, source, number = frame.on("--color-on-dark", "--color-on-dark", "--color-ochre-on-dark")
    upper = area._replace(height=area.height * 0.58)
    quote = Slot(1, "body", "Quotation", upper, on.types["quotation"])
    below = Slot(2, "body", "Attribution", _lowered(area, upper.height + on.px("--space-4")), on.types["attribution"])
    return Layout("Quotation", title, (quote, below), area, source, number, (bar,), "--color-pacific", dark=True)


def _timeline(on: Look, frame: _Frame, events: int) -> Layout:
    title, bar, area, source, number = frame
    line, dot, thick = area.y + area.height * 0.22, on.px("--slide-dot"), on.px("--slide-bar")
    columns = _split(area, events, on.px("--space-4"))
    top, bottom = line - dot / 2 + on.px("--slide-station"), area.y + area.height
    height = (bottom - top) * 0.66
    slots = tuple(Slot(n, "body", f"Event {n}", Box(box.x, top, box.width, height), on.types["station"])
                  for n, box in enumerate(columns, 1))
    closing = _lowered(area, top + height + on.px("--space-2") - area.y)
    below = Slot(events + 1, "body", "Text", closing, on.types["below"])
    rule = Mark("rect", Box(area.x, line - thick / 2, on.px("--slide-width") - area.x, thick), "--color-hairline")
    dots = (Mark("ellipse", Box(box.x, line - dot / 2, dot, dot), "--color-ochre") for box in columns)
    return Layout(timeline_name(events), title, (*slots, below), area, source, number, (bar, rule, *dots))


def timeline_name(events: int) -> str:
    """Return the name of the layout with so many *events*."""
    return f"Timeline {events}"


def _mixed(on: Look, frame: _Frame) -> Layout:
    title, area = _one_line(on, frame)
    boxes = (Box(area.x, area.y + area.height / SLOTS * n, area.width, area.height / SLOTS) for n in range(SLOTS))
    slots = tuple(Slot(n, "", f"Content {n}", box, on.types["stacked"]) for n, box in enumerate(boxes, 1))
    return Layout("Mixed Content", title, slots, area, frame.source, frame.number, (frame.bar,))


def _split(area: Box, columns: int, gap: float) -> tuple[Box, ...]:
    """Return *area* as so many *columns* side by side."""
    width = (area.width - gap * (columns - 1)) / columns
    return tuple(Box(area.x + n * (width + gap), area.y, width, area.height) for n in range(columns))


def _lowered(box: Box, by: float) -> Box:
    """Return *box* without *by* pixels at its top."""
    return box._replace(y=box.y + by, height=box.height - by)
