"""The words that the outputs print and the manuscript does not have, by language.

All of them stand here, so that the checks know what may be in an output beside the manuscript's own text.
"""

from __future__ import annotations

from collections.abc import Mapping

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
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH}


def words(lang: str) -> Mapping[str, str]:
    """Return the furniture of the language *lang* (BCP 47); English where we have none for it."""
    return _WORDS.get(lang.partition("-")[0].lower(), _ENGLISH)
