"""What an EPUB may say of its accessibility: computed from what its content documents hold.

The names are schema.org's, as EPUB Accessibility 1.1 asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

Element = etree._Element
_X = "{http://www.w3.org/1999/xhtml}"
_MATHML = "{http://www.w3.org/1998/Math/MathML}math"


def accessibility(bodies: Iterable[Element], _lang: str) -> Iterator[tuple[str, str]]:
    """Yield property and value for each claim that *bodies* bear out."""
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
    yield "accessibilityHazard", "none"
    yield "accessibilitySummary", _summary(features)


def _features(bodies: list[Element], *, described: bool) -> Iterator[str]:
    yield "tableOfContents"
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


def _has_class(element: Element, name: str) -> bool:
    return name in (element.get("class") or "").split()


_SENTENCES = {
    "pageNavigation": "The pages of the PDF can be gone to by number.",
    "alternativeText": "Every image has a text alternative.",
    "longDescription": "Figures have long descriptions in the text.",
    "MathML": "Formulas are MathML.",
}


def _summary(features: Iterable[str]) -> str:
    said = [_SENTENCES[feature] for feature in features if feature in _SENTENCES]
    return " ".join(["This publication has a table of contents and headings to move by.", *said])
