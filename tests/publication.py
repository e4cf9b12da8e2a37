"""Small publications for tests, made in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

BOOK = Path(__file__).parent / "book"
FRONT = """\
---
title: A test
author: [Test Author]
date: 2026-01-01
lang: en-NZ
identifier: urn:uuid:00000000-0000-4000-8000-000000000000
short-name: test
bibliography: references.json
glossary:
  NATO: North Atlantic Treaty Organization
  UN: United Nations
---

"""
FRONT_LINES = FRONT.count("\n")
_REFERENCES = """[
  {"id": "smith-2020", "type": "book", "author": [{"family": "Smith", "given": "A."}], "title": "First Things",
   "publisher": "House", "issued": {"date-parts": [[2020]]}},
  {"id": "jones-2021", "type": "webpage", "author": [{"literal": "Jones Board"}], "title": "Second Things",
   "URL": "https://example.org/second", "issued": {"date-parts": [[2021, 4, 5]]}}
]
"""
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" width="4" height="3"><path d="M0 0H4V3z"/></svg>'
_TEXT = '<text x="5" y="20" font-family="Source Sans 3" font-size="16">In it</text>'
# Words with an outline, a shadow and in a group: each letter is painted twice, and PDFium takes some for one. Others
# are painted in another order than they are written, and again. A square is cut to a triangle.
_HALO = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90" width="90" height="90" font-size="14">'
         '<text id="a" x="45" y="60" text-anchor="middle">First <tspan x="45" dy="9">then</tspan></text>'
         '<use href="#a" y="15"/><clipPath id="b"><path d="M70 70H90V90z"/></clipPath>'
         '<rect clip-path="url(#b)" x="70" y="70" width="20" height="20" fill="#eee"/>'
         '<text x="5" y="14" stroke="#fff" stroke-width="3">An outline</text><text x="5" y="14">An outline</text>'
         '<text x="5.5" y="30.5" fill="#ccc">Shade</text><text x="5" y="30">Shade</text>'
         '<g opacity=".5"><text x="5" y="45" fill="#ccc">Group</text><text x="5" y="45">Group</text></g></svg>')
_WORDS = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30" width="90" height="30">{_TEXT}</svg>'


def make(folder: Path, text: str) -> Path:
    """Make a publication in *folder* whose manuscript is *text*, after front matter if it has none; return *folder*."""
    manuscript = folder / "manuscript"
    (manuscript / "figures").mkdir(parents=True, exist_ok=True)
    whole = text if text.startswith("---\n") else FRONT + text
    (manuscript / "article.md").write_text(whole, encoding="utf-8")
    (manuscript / "references.json").write_text(_REFERENCES, encoding="utf-8")
    (manuscript / "figures" / "x.svg").write_text(_SVG, encoding="utf-8")
    (manuscript / "figures" / "words.svg").write_text(_WORDS, encoding="utf-8")
    grouped = _WORDS.replace(_TEXT, f'<g opacity=".5">{_TEXT.replace("In it", "Faint")}</g>')
    (manuscript / "figures" / "faint.svg").write_text(grouped, encoding="utf-8")
    (manuscript / "figures" / "halo.svg").write_text(_HALO, encoding="utf-8")
    return folder


def copy_book(folder: Path) -> Path:
    """Copy the small valid publication that uses every annotation to *folder*; return its root."""
    return Path(shutil.copytree(BOOK, folder / "book", ignore=shutil.ignore_patterns("dist")))
