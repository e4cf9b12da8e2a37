"""The text of the front page: pictures inside, with a dress for the night, tables that scroll, notes that lead back."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml import etree

from nzpub import page
from nzpub.fonts import with_faces
from nzpub.furniture import words
from nzpub.illustrate import shaped
from nzpub.model import Edition, Styles

Element = etree._Element
_X = f"{{{page.XHTML}}}"
_SVG = "image/svg+xml"
_MIME = {"svg": _SVG, "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
_PAINT = re.compile(r'\b(?:fill|stroke)="([^"]*)"')
_UNPAINTED = {"none"}
_VIEW = re.compile(rb'<svg\b[^>]*?\bviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+(?P<width>[\d.]+)[ ,]+(?P<height>[\d.]+)"')


def sections(edition: Edition, styles: Styles) -> Iterator[Element]:
    """Yield the chapters below the page's one ``h1``: pictures inside, tables that scroll, notes that lead back."""
    addresses = {path: _address(path, content, styles) for path, content in edition.files.items()}
    phone = f"screen and (max-width: {styles.tokens['--phone']})"
    for section in page.sections(edition, shift=1):
        for image in list(section.iter(f"{_X}img")):
            path = image.get("src", "")
            _embed(image, edition.files[path], addresses[path])
            page.adapt(image, addresses[shaped(path, "phone", edition.files)].address, phone)
        for number, table in enumerate(list(section.iter(f"{_X}table")), 1):
            page.label(table)
            _scroll(table, f"{section.get('id')}-table-{number}", edition.meta.lang)
        for note in [e for e in section.iter(f"{_X}aside") if e.get("role") == "doc-footnote"]:
            _number(note, edition.meta.lang)
        yield section


class _Picture(NamedTuple):
    """An image's address, and whether its colours are ours, so that it has a night dress of its own."""

    address: str
    ours: bool


def _address(path: str, content: bytes, styles: Styles) -> _Picture:
    kind = _MIME[path.rpartition(".")[2].lower()]
    if kind != _SVG:
        return _Picture(_inline(kind, content), ours=False)
    night = _night_dress(content.decode(), styles.tokens)
    drawn = with_faces(content, styles.faces).decode()
    start = drawn.index(">", drawn.index("<svg")) + 1
    return _Picture(_inline(kind, f"{drawn[:start]}{night}{drawn[start:]}".encode()), ours=bool(night))


def _inline(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _night_dress(svg: str, tokens: Mapping[str, str]) -> str:
    """Return the style that recolours *svg* at night, or "" if it is painted in other colours than the tokens'."""
    night = {tokens[day]: dark for day, dark in nights(tokens).items()}
    painted = set(_PAINT.findall(svg)) - _UNPAINTED
    if not painted or not painted <= night.keys():
        return ""
    rules = "".join(f'[fill="{day}"]{{fill:{night[day]}}}[stroke="{day}"]{{stroke:{night[day]}}}'
                    for day in sorted(painted))
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _embed(image: Element, content: bytes, picture: _Picture) -> None:
    image.set("src", picture.address)
    image.set("class", "drawn" if picture.ours else "foreign")
    if not {"width", "height", "style"} & set(image.attrib):
        image.attrib.update(_extent(content))    # room for the picture before it is there


def _extent(content: bytes) -> dict[str | bytes, str | bytes]:
    """Return the width and the height of an SVG in whole CSS pixels; of anything else, nothing."""
    found = _VIEW.search(content)
    return {name: str(round(float(found[name]))) for name in ("width", "height")} if found else {}


def _scroll(table: Element, ident: str, lang: str) -> None:
    """Put *table* into a region of its own, which scrolls sideways where the page is narrower."""
    region = etree.Element(f"{_X}div", {"class": "scroll", "role": "region", "tabindex": "0"})
    caption = table.find(f"{_X}caption")
    if caption is None:
        region.set("aria-label", words(lang)["table"])
    else:
        caption.set("id", ident)
        region.set("aria-labelledby", ident)
    parent = table.getparent()
    parent.replace(table, region)  # type: ignore[union-attr]
    region.tail, table.tail = table.tail, None
    region.append(table)


def _number(note: Element, lang: str) -> None:
    """Begin *note* with its number, which leads back to its mark."""
    number = note.get("data-number", "")
    del note.attrib["data-number"]
    back = etree.Element(f"{_X}a", {"href": f"#fnref{number}", "role": "doc-backlink",
                                    "aria-label": f"{number}, {words(lang)['back']}"})
    back.text = number
    first = note[0] if len(note) and note[0].tag == f"{_X}p" else note
    back.tail = f". {first.text or ''}"
    first.text = None
    first.insert(0, back)


def nights(tokens: Mapping[str, str]) -> dict[str, str]:
    """Return token of a colour → its value at night, for those that have one."""
    return {f"--color-{name.removeprefix('--night-')}": value for name, value in tokens.items()
            if name.startswith("--night-") and f"--color-{name.removeprefix('--night-')}" in tokens}
