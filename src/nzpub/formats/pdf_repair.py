"""What WeasyPrint's structure tree lacks, put right: one function a fault, so that each can go when it is mended.

Issue numbers are those of WeasyPrint's own tracker. Each fault has a test that fails without its function.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from nzpub.formats import pdf_blocks, pdf_meaning, pdf_notes, pdf_painted
from nzpub.formats.pdf_tree import Element

REPAIRS: tuple[Callable[[Element], Element], ...] = (
    pdf_painted.leaders, pdf_painted.spaces, pdf_painted.directions, pdf_painted.pages, pdf_painted.hyphens,
    pdf_meaning.roles, pdf_painted.ends, pdf_meaning.empties,
    pdf_blocks.navigation, pdf_blocks.lists, pdf_blocks.terms, pdf_blocks.tables, pdf_blocks.figures,
    pdf_blocks.formulas,
    pdf_meaning.languages, pdf_meaning.expansions, pdf_meaning.positions,
    pdf_notes.notes, pdf_notes.links,
    pdf_meaning.spans, pdf_meaning.paragraphs,
)
"""In the order in which they build on one another."""


def repair(tree: Element) -> Element:
    """Return the structure of the document, from the *tree* that WeasyPrint makes of it."""
    return reduce(lambda repaired, step: step(repaired), REPAIRS, tree)
