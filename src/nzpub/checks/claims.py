"""What an EPUB may say of its accessibility: computed from what its content documents hold.

The names are schema.org's, as EPUB Accessibility 1.1 asks for them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from lxml import etree

Element = etree._Element
_X = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_MATHML = "{http://www.w3.org/1998/Math/MathML}math"


def accessibility(bodies: Iterable[Element], _lang: str, *, moving: bool) -> Iterator[tuple[str, str]]:
    """Yield property and value for each claim that *bodies*, in the order of the spine, bear out.

    *moving* says that one of the pictures moves: nobody has measured whether it flashes.
    """
    bodies = list(bodies)
    images = [image for body in bodies for image in body.iter(f"{_X}img")]
    described = all((image.get("alt") or "").strip() or image.get("role") == "presentation" for image in images)
    yield "accessMode", "textual"
    if images:
        yield "accessMode", "visual"
        yield "accessModeSufficient", "textual,visual"
    if described:
        yield "accessModeSufficient", "textual"
    features = list(_features(bodies, described=described and bool(images)))
    for feature in features:
        yield "accessibilityFeature", feature
    yield "accessibilityHazard", "unknown" if moving else "none"
    yield "accessibilitySummary", _summary(features)


def _features(bodies: list[Element], *, described: bool) -> Iterator[str]:
    if listed := _contents(bodies):
        yield "tableOfContents"
        spine = [body.get("id") for body in bodies]
        if [name for name in spine if name in listed] == listed:
            yield "readingOrder"
    chapters = [body for body in bodies if str(body.get("class")).startswith("chapter-")]
    headed = [body for body in chapters if body.find(f".//{_X}h1") is not None]
    if headed and headed == [body for body in chapters if body.get("id") != "opening"]:
        yield "structuralNavigation"
    if described:
        yield "alternativeText"
    if any(span.get("role") == "doc-pagebreak" for body in bodies for span in body.iter(f"{_X}span")):
        yield "pageBreakMarkers"
        yield "pageNavigation"
    if any(_has_class(div, "figure-description") for body in bodies for div in body.iter(f"{_X}div")):
        yield "longDescription"
    if any(body.find(f".//{_MATHML}") is not None for body in bodies):
        yield "MathML"


def _contents(bodies: Iterable[Element]) -> list[str]:
    """Return the ids of the chapters that the table of contents leads to, in its order: a file is named by its id."""
    navs = (nav for body in bodies for nav in body.iter(f"{_X}nav") if nav.get(_TYPE) == "toc")
    entries = (link.get("href", "") for nav in navs for link in nav.iterfind(f"{_X}ol/{_X}li/{_X}a"))
    return [posixpath.splitext(href)[0] for href in entries]


def _has_class(element: Element, name: str) -> bool:
    return name in (element.get("class") or "").split()


_SENTENCES = {
    "tableOfContents": "There is a table of contents.",
    "structuralNavigation": "There are headings to move by.",
    "pageNavigation": "The pages of the PDF can be gone to by number.",
    "alternativeText": "Every image has a text alternative.",
    "longDescription": "Figures have long descriptions in the text.",
    "MathML": "Formulas are MathML.",
}


def _summary(features: Iterable[str]) -> str:
    said = [_SENTENCES[feature] for feature in features if feature in _SENTENCES]
    return " ".join(said) or "Nothing is known of its accessibility."
