"""The values that travel; no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from nzpub.errors import Finding
from nzpub.tree import Node

Output = Literal["pdf", "epub", "slides", "web"]
OUTPUTS: tuple[Output, ...] = ("pdf", "epub", "slides", "web")


@dataclass(frozen=True, slots=True)
class Meta:
    """The publication's metadata, checked; the fields are those of the manuscript's YAML block."""

    title: str
    authors: tuple[str, ...]
    date: date
    lang: str                                  # BCP 47
    identifier: str                            # a URN
    short_name: str                            # base name of the output files
    modified: datetime                         # UTC: SOURCE_DATE_EPOCH if set, else the date's midnight
    subtitle: str = ""
    publisher: str = ""
    rights: str = ""
    abstract: tuple[Node, ...] = ()
    keywords: tuple[str, ...] = ()
    bibliography: str = ""                     # a CSL JSON file beside the manuscript
    citation_style: str = "chicago-notes-bibliography"
    glossary: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    talk_minutes: int | None = None
    reviewed_by: str = ""
    allow: Mapping[str, str] = field(default_factory=dict)   # "NZ502", or "NZ502 key" for one entry → the reason
    lines: Mapping[str, int] = field(default_factory=dict)   # where each field, or "field.entry" of one, stands
    unknown: frozenset[str] = frozenset()      # fields that say what cannot be read, so that nothing follows from them


@dataclass(frozen=True, slots=True)
class Book:
    """The annotated manuscript: metadata, blocks with their lines, and the files they name."""

    meta: Meta
    blocks: tuple[Node, ...]
    source: str                                # path of the manuscript as messages print it
    files: Mapping[str, bytes]                 # images and tables, by path beside the manuscript
    references: tuple[Mapping[str, object], ...] = ()        # CSL JSON
    bibliography: tuple[Node, ...] = ()        # the cited references, typeset by citeproc
    slide_sources: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)  # short form by key
    text: str = ""                             # the manuscript itself, for messages that show a line
    problems: tuple[Finding, ...] = ()         # what was wrong with it, to be reported with all the rest
    entries: Mapping[str, int] = field(default_factory=dict)  # the line of each reference in the bibliography, by key


Role = Literal["abstract", "section", "glossary", "bibliography"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section of a prose edition: what an EPUB holds in one file.

    ``blocks`` leave out the heading; ``notes`` are the bodies of the section's notes by number, empty
    where a format prints them in place.
    """

    id: str
    role: Role
    title: tuple[Node, ...]
    blocks: tuple[Node, ...]
    number: str = ""                           # as printed before the title; "" if unnumbered
    line: int | None = None
    notes: tuple[tuple[int, tuple[Node, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """The text as one prose format prints it."""

    output: Output
    meta: Meta
    chapters: tuple[Chapter, ...]
    files: Mapping[str, bytes]                 # the images that its blocks name
    source: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)   # the manuscript and the files it was made from


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: what is shown, what is said, and for how long."""

    id: str
    title: tuple[Node, ...]
    layout: str                                # "" or the vocabulary's name without "layout-"
    blocks: tuple[Node, ...]
    sources: tuple[tuple[Node, ...], ...]      # one short citation each
    notes: tuple[Node, ...]
    seconds: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Deck:
    """The talk, as every deck format prints it."""

    meta: Meta
    slides: tuple[Slide, ...]
    files: Mapping[str, bytes]
    source: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)   # as an edition's


@dataclass(frozen=True, slots=True)
class Face:
    """One static font: its family as CSS names it, weight (100–900), style, and bytes."""

    family: str
    weight: int
    style: Literal["normal", "italic"]
    ttf: bytes
    woff2: bytes
    covers: frozenset[int]                     # the characters it has, as code points


@dataclass(frozen=True, slots=True)
class Styles:
    """Style sheets and templates by file name, the tokens by name, and the faces they ask for."""

    files: Mapping[str, str]
    tokens: Mapping[str, str]                  # "--color-ink" → "#17242d"
    faces: tuple[Face, ...]
    sheets: Mapping[str, str] = field(default_factory=dict)  # as they were read, by the path that messages print


@dataclass(frozen=True, slots=True)
class Artifact:
    """What one format wrote: files by name, and its extent as the closing table prints it."""

    format: str
    files: Mapping[str, bytes]
    extent: str = ""                           # "24 pages", "12 chapters", "16 slides"
    tools: Mapping[str, str] = field(default_factory=dict)   # program or library → version


@dataclass(frozen=True, slots=True)
class Report:
    """What a build published, by whom it was made, and what it warns of."""

    artifacts: tuple[Artifact, ...]
    warnings: tuple[Finding, ...]
    seconds: Mapping[str, float]               # by step or format, for the closing table
