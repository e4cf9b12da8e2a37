"""What a text may hold grows with it: too much is refused at its line before it is laid out for hours."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from nzpub import limits
from nzpub.errors import NzpubError, Place
from nzpub.read import read
from nzpub.tree import Node, header, para, string
from publication import FRONT, FRONT_LINES, make

NAMESPACE = "http://www.w3.org/2000/svg"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{}</svg>'
_ROW = "|" + " a |" * 300
HEAPS = {
    "formulas": ("$a" * 4_000, 1, "2,000 formulas in a text of this length"),
    "formulas, a paragraph each": ("\n\n".join(["$a$"] * 1_000), None, "1,000 formulas in a text of this length"),
    "formulas, long": ("\n\n".join(["$" + "a+" * 900 + "a$"] * 10), 17,
                       "18,010 characters of formulas in a text of this length"),
    "characters of a line of code": ("a\n\n```\n" + "y" * 6_000 + "\n```", None, "6,000 characters in one word"),
    "headings": ("\n\n".join(f"## H{n}\n\nword" for n in range(1_000)), None,
                 "1,001 headings in a text of this length"),
    "cells": ("\n".join([_ROW, "|" + "---|" * 300, *[_ROW] * 50]), 1,
              "15,300 cells of tables in a text of this length"),
    "columns": ("\n".join([_ROW, "|" + "---|" * 300]), 1, "300 columns in one table"),
    "elements of a paragraph": ("~a^b" * 3_000, 1, "2,000 elements in one paragraph"),
    "images": ("\n\n".join(['![c](figures/x.svg){alt="a b"}'] * 1_500), None, "1,500 images in a text of this length"),
    "characters of a word": ("a\n\nw" + "\\\\" * 100_000, 3, "100,001 characters in one word"),
    "characters of a formula": ("a\n\n$" + "a+" * 2_000 + "a$", 3, "4,001 characters in one formula"),
    "notes": ("a^[b]\n\n" * 500, None, "500 notes in a text of this length"),
    "citations": ("[@a; @b; @c]\n\n" * 400, None, "1,200 citations in a text of this length"),
    "slides": ("::: {.slide title=T}\n:::\n\n" * 150, None, "150 slides in a text of this length"),
    "lines of code": ("a\n\n```\n" + "b\n" * 2_500 + "```", 3,
                      "2,500 lines of code and of verse in a text of this length"),
    "empty lines of code": ("```\na" + "\n" * 3_000 + "b\n```", 1,
                            "3,001 lines of code and of verse in a text of this length"),
    "lines of verse": ("| a\n" + "|\n" * 3_000, None, "3,001 lines of code and of verse in a text of this length"),
    "items": ("- a\n" * 10_000, None, "10,002 paragraphs, items and other blocks in a text of this length"),
}


def test_an_abstract_has_limits_too(tmp_path: Path) -> None:
    """What stands in the metadata as text is held to the same limits, at its line."""
    front = FRONT.replace("---\n", f'---\nabstract: "{"~a^b" * 900}"\n', 1)
    with pytest.raises(NzpubError) as error:
        read(make(tmp_path, f"{front}# A\n") / "manuscript")
    assert [(f.code, f.where) for f in error.value.findings] == [("NZ116", Place("manuscript/article.md", 2))]


@pytest.mark.parametrize("name", HEAPS)
def test_a_heap_is_refused_at_its_line(tmp_path: Path, name: str) -> None:
    """More of a thing than a text of that length has is an error, at the line where it is too much."""
    text, line, message = HEAPS[name]
    with pytest.raises(NzpubError) as error:
        read(make(tmp_path, f"# A\n\n{text}\n") / "manuscript")
    found = {f.message: f.where for f in error.value.findings if f.code == "NZ116" and f.hint}
    assert message in found
    assert line is None or found[message] == Place("manuscript/article.md", FRONT_LINES + 2 + line)


def book(words: int, **things: int) -> tuple[Node, ...]:
    """Return a text of *words* with so many *things* in it, each in a paragraph of its own but for headings."""
    made = {"headings": lambda: header(2, string("Heading")),
            "formulas": lambda: para([{"t": "Math", "c": [{"t": "InlineMath"}, "a+b"]}]),
            "images": lambda: para([{"t": "Image", "c": [["", [], []], [], ["x.svg", ""]]}]),
            "notes": lambda: para([{"t": "Note", "c": [para(string("A note."))]}]),
            "citations": lambda: para([{"t": "Cite", "c": [[{"citationId": "a"}], []]}])}
    paragraphs = (para(string("words " * 50)) for _ in range(words // 50))
    return (*paragraphs, *(made[name]() for name, count in things.items() for _ in range(count)))


def test_the_limits_grow_with_the_text() -> None:
    """A long book holds what a short text may not, with room to spare."""
    holds = {"headings": 1_000, "formulas": 3_000, "images": 400, "notes": 1_500, "citations": 4_000}
    assert list(limits.check(book(100_000, **holds), "x.md")) == []
    refused = {finding.message.split()[1] for finding in limits.check(book(1_000, **holds), "x.md")}
    assert refused >= holds.keys()


def picture(width: int, height: int) -> bytes:
    """Return a PNG of one colour."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


PICTURES = {
    "pixels": (5, picture(6_000, 6_000), "x{}.png", "180,000,000 pixels in a text of this length", 3),
    "bytes": (6, picture(9, 9) + bytes(9_000_000), "x{}.png",
              "54,000,408 bytes of pictures in a text of this length", 5),
    "numbers": (3, SVG.format(f'<path d="M0 0{"h1v1" * 50_000}"/>').encode(), "x.svg",
                "300,027 numbers in drawings in a text of this length", 3),
    "letters": (3, SVG.format(f'<s:text xmlns:s="{NAMESPACE}">{"word " * 1_000}</s:text>').encode("utf-16"), "x.svg",
                "14,997 letters in drawings in a text of this length", 3),
    "elements": (10, SVG.format("<g/>" * 2_500).encode(), "x.svg",
                 "25,020 elements of drawings in a text of this length", 8),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_heap_of_pictures_is_refused_at_its_line(tmp_path: Path, name: str) -> None:
    """So are pictures that are too much together, at the first that is; a drawing counts wherever it is shown."""
    times, content, path, message, first = PICTURES[name]
    names = [f"figures/{path.format(number)}" for number in range(times)]
    root = make(tmp_path, "# A\n\n" + "\n\n".join(f'![c]({each}){{alt="a b"}}' for each in names) + "\n")
    for each in names:
        (root / "manuscript" / each).write_bytes(content)
    with pytest.raises(NzpubError) as error:
        read(root / "manuscript")
    assert [(f.code, f.message, f.where) for f in error.value.findings] == [
        ("NZ116", message, Place("manuscript/article.md", FRONT_LINES + 1 + 2 * first))]


def test_pictures_for_print_are_welcome(tmp_path: Path) -> None:
    """A picture on every second page, each of as many pixels as the page needs, is not too much; nor one twice."""
    names = [f"figures/x{number % 30}.png" for number in range(60)]
    root = make(tmp_path, "# A\n\n" + "\n\n".join(f'![c]({each}){{alt="a b"}}' for each in names) + "\n")
    for each in names:
        (root / "manuscript" / each).write_bytes(picture(2_000, 1_500))
    assert not [f for f in read(root / "manuscript").problems if f.code == "NZ116"]
