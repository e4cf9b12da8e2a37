"""The words that the outputs print and the manuscript does not have, by language.

All of them stand here, so that the checks know what may be in an output beside the manuscript's own text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nzpub.tree import Node, string

_KILO = 1000
_ENGLISH: Mapping[str, str] = {
    "abstract": "Abstract",
    "contents": "Contents",
    "bibliography": "Sources",
    "glossary": "Abbreviations",
    "notes": "Notes",
    "sources": "Sources",
    "source": "Source",
    "long description": "Description of this figure",
    "editor-note": "Editor’s note",
    "callout-note": "Note",
    "callout-tip": "Tip",
    "cover": "Cover",
    "title page": "Title page",
    "start": "Start of text",
    "page": "Page",
    "slide": "Slide",
    "handout": "Handout",
    "skip": "Skip to the text",
    "read": "Read online",
    "present": "Present",
    "downloads": "Downloads",
    "checksums": "Checksums (SHA-256)",
    "file pdf": "Paper",
    "file epub": "E-book",
    "file revealjs": "Slides for a browser",
    "file pptx": "Slides to edit",
    "file handout": "Handout: slides with notes",
    "table": "Table",
    "back": "back to the text",
    "top": "Back to the top",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH}


def words(lang: str) -> Mapping[str, str]:
    """Return the furniture of the language *lang* (BCP 47); English where we have none for it."""
    return _WORDS.get(lang.partition("-")[0].lower(), _ENGLISH)


def source_line(citations: Sequence[Sequence[Node]], lang: str) -> Iterator[Node]:
    """Yield the short *citations* as one line of inlines: "Sources: one; another"."""
    yield from string(f"{words(lang)['source' if len(citations) == 1 else 'sources']}: ")
    for position, citation in enumerate(citations):
        yield from string("; ") if position else ()
        yield from citation


def size(count: int) -> str:
    """Return *count* bytes as a person reads them: "412 kB" (1 kB = 1,000 bytes)."""
    if count < _KILO:
        return f"{count} B"
    return f"{count / _KILO:.0f} kB" if count < _KILO**2 else f"{count / _KILO**2:.1f} MB"
