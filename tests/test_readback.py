"""The readers: what stands in the bytes, no more and no less."""

from __future__ import annotations

import base64

import pytest

from nzpub.checks.foretold import said
from nzpub.checks.passage import Mark, Passage, Piece, fingerprint, passage
from nzpub.checks.readback import epub, html, pdf
from nzpub.checks.readback.pdf import LINE_END, unfold

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><text>Two <tspan>words</tspan></text></svg>'


def read(body: str) -> list[Passage]:
    """Return the passages of a page's *body*."""
    return [found for found in html.read(f'<html lang="en"><body>{body}</body></html>'.encode()) if found.part != "" and
            found.kind != "language"]


def told(body: str) -> list[tuple[str, str]]:
    """Return path and text of the passages of *body*."""
    return [("/".join(found.path), found.text) for found in read(body)]


def test_lists_tables_and_quotations_name_the_place_of_their_text() -> None:
    """A passage knows the item, the cell and the quotation it stands in."""
    assert told("<ul><li>a<ol start=3><li>b</ol><li>c</ul><blockquote><p>d</p></blockquote>"
                "<table><tr><th>e<td>f<tr><td>g</table>") == [
        ("bullet 1", "a"), ("bullet 1/number 3", "b"), ("bullet 2", "c"), ("quote", "d"), ("heading 1.1", "e"),
        ("cell 1.2", "f"), ("cell 2.1", "g")]


def test_a_slash_does_not_close_an_element() -> None:
    """The reader of HTML is no kinder than a browser: what follows ``<em/>`` is emphasised."""
    assert read("<p><em/>all this</p>")[0].marks == (Mark("em", "", "all this"),)


def test_language_and_link_are_read_word_by_word() -> None:
    """Marks name the words they are for, and a link that leads nowhere says so."""
    assert read('<p>a <span lang="mi">b c</span> <a href="#x">d</a></p>')[0].marks == (
        Mark("lang", "mi", "b c"), Mark("link", "nowhere: #x", "d"))


def test_comments_and_unknown_attributes_are_seen() -> None:
    """What no reader of a page sees is read too."""
    assert [(found.kind, found.text) for found in read('<p data-reason="opinion">a<!-- b --></p>')] == [
        ("attribute", "data-reason=opinion"), ("paragraph", "a"), ("comment", "b")]


def test_a_formula_is_its_source() -> None:
    """A formula reads as its TeX, if there is something to see beside it."""
    formula = '<math>{}<annotation encoding="application/x-tex">x^2</annotation></math>'
    assert (told(f"<p>a {formula.format('<mi>x</mi>')}</p>"), told(f"<p>a {formula.format('')}</p>")) == (
        [("", "a x^2")], [("", "a")])


def test_fonts_do_not_make_another_picture() -> None:
    """A drawing with fonts put into it is the same drawing; with another line it is not."""
    with_font = SVG.replace(b"<text", b"<style>@font-face { src: url('data:x') }</style><text")
    assert fingerprint(SVG) == fingerprint(with_font) != fingerprint(SVG.replace(b"Two", b"Too"))


def test_the_words_of_a_drawing_are_read_in_order() -> None:
    """A drawing's words are those of its text elements, without white space."""
    assert said(SVG) == "Twowords"


def test_pictures_are_read_from_the_page() -> None:
    """A picture's mark has the fingerprint of its bytes and its description."""
    address = f"data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}"
    assert read(f'<p><img src="{address}" alt="Two"></p>')[0].marks == (
        Mark("picture", f"{fingerprint(SVG)} Two", "\ufffc"),)


def test_text_is_brought_to_one_form() -> None:
    """Accents are composed and white space is one space, but a no-break space stays one."""
    made = passage("paragraph", [Piece(" cafe\u0301\n 10\u00a0km ", {})])
    assert made.text == "café 10\u00a0km"


@pytest.mark.parametrize(("lines", "whole"), [
    ("a long|line", "a long line"), ("hyphen-|ated", "hyphenated"), ("well-|known", "well-known"),
    ("https://example.org/|path", "https://example.org/path"), ("end |start", "end start"),
    ("two-|three-|four", "two-threefour"),
])
def test_lines_are_joined_as_the_source_has_them(lines: str, whole: str) -> None:
    """A line's end was a space, a hyphen or nothing, whichever the source says."""
    assert unfold(lines.replace("|", LINE_END), ["something else", whole]) == whole


def test_lines_that_say_something_else_are_left_apart() -> None:
    """A text that no candidate reads as is not bent to fit."""
    assert unfold(f"cut{LINE_END}short", ["cut shorter"]) == "cut short"


@pytest.mark.parametrize("reader", [epub.read, pdf.read])
def test_what_is_broken_is_refused(reader: object) -> None:
    """Bytes that are no such file raise ValueError, which the gate turns into a finding."""
    assert callable(reader)
    with pytest.raises(ValueError, match=r"BadZipFile|PdfError"):
        reader(b"nothing of the kind")
