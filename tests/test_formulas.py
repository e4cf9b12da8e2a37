"""TeX mathematics becomes pictures that stand on the line as the formula would."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from nzpub import pandoc
from nzpub.errors import ManuscriptError
from nzpub.formulas import check, draw
from nzpub.read import read
from nzpub.weasy import SCHEME
from publication import FRONT_LINES, make


def drawn(markdown: str) -> tuple[ElementTree.Element, dict[str, bytes]]:
    """Return *markdown* as HTML with its formulas drawn, and the pictures."""
    html = pandoc.render(pandoc.parse(markdown).blocks, "html5", "--mathml")
    root = ElementTree.fromstring(f"<body>{html}</body>")  # noqa: S314 (our own markup)
    return root, draw(root, SCHEME)


def test_a_formula_becomes_a_picture_with_its_tex() -> None:
    """The picture stands where the formula stood, is as high as its drawing, and says its TeX."""
    root, pictures = drawn("So $E = mc^2$ it is.")
    (image,) = root.iter("img")

    assert image.get("alt") == "E = mc^2"
    assert image.get("class") == "math inline"
    assert pictures[(image.get("src") or "").removeprefix(SCHEME)].startswith(b"<svg")
    assert "".join(root.itertext()).split() == ["So", "it", "is."]


def test_a_formula_hangs_below_the_line_by_its_depth() -> None:
    """What reaches below the base line in the drawing does so on the page."""
    root, _ = drawn(r"$x$ $\frac{a}{b}$")
    depths = [float((image.get("style") or "").rpartition("vertical-align: ")[2].removesuffix("em"))
              for image in root.iter("img")]

    assert -0.2 < depths[0] <= 0
    assert depths[1] < -0.3


def test_a_displayed_formula_stands_alone() -> None:
    """It is set as a block of its own."""
    root, _ = drawn("$$a = b$$")
    (image,) = root.iter("img")

    assert "display: block" in (image.get("style") or "")


def test_the_same_formula_gives_the_same_picture() -> None:
    """The drawing names nothing after the time or a count of drawings."""
    assert list(drawn("$x^2$")[1].values()) == list(drawn("$x^2$")[1].values())


def test_a_formula_that_is_none_is_told_at_its_line(tmp_path: Path) -> None:
    """What no output can set is found in the manuscript, each at its line, whatever is built."""
    book = read(make(tmp_path, "# A\n\nOne $x^2$ and\n$\\undefined$.\n\n$$\\frac{$$\n") / "manuscript")

    assert [(f.code, (f.where.line or 0) - FRONT_LINES, f.message) for f in check(book) if f.where] == [
        ("NZ407", 4, "the formula “\\undefined” cannot be drawn: unexpected control sequence \\undefined"),
        ("NZ407", 6, "the formula “\\frac{” cannot be drawn: unexpected eof")]


def test_what_cannot_be_drawn_is_a_finding() -> None:
    """A formula that the library cannot draw stops the build with the formula and a remedy."""
    root = ElementTree.fromstring('<p><math xmlns="http://www.w3.org/1998/Math/MathML"/></p>')  # noqa: S314

    with pytest.raises(ManuscriptError, match="NZ407"):
        draw(root, SCHEME)
