"""The front page: what the publication is, its downloads, and the whole text, in one file that asks for nothing.

It is written last, because it prints the sizes and the checksums of the other files.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from nzpub import page, weasy
from nzpub.fonts import rule
from nzpub.formats.web_about import MIME, Download, linked, metadata
from nzpub.formats.web_text import nights, sections
from nzpub.furniture import size, words
from nzpub.model import Artifact, Chapter, Edition, Face, Meta, Styles
from nzpub.paginate import Layout

_STYLES = "<!-- styles -->"                # filled last: the fonts hold the characters that the page has
_DECK = "revealjs"                         # the format that a browser can present
_COVER_HEIGHT = 900                        # pixels: the cover is shown at less than half of that
# The faces that web.css sets words in: tokens of family and weight, and style. Others would only make the file larger.
_CUTS = (("--font-text", "--weight-text", "normal"), ("--font-text", "--weight-text", "italic"),
         ("--font-text", "--weight-strong", "normal"), ("--font-text", "--weight-display", "normal"),
         ("--font-head", "--weight-text", "normal"), ("--font-head", "--weight-text", "italic"),
         ("--font-head", "--weight-head", "normal"))


def front_page(edition: Edition, styles: Styles, layout: Layout, artifacts: Sequence[Artifact]) -> Artifact:
    """Return ``index.html``: title, cover (the first page of *layout*), downloads (*artifacts*) and the text."""
    files = [Download(artifact, name, content) for artifact in artifacts
             for name, content in sorted(artifact.files.items())]
    body = page.fill(styles.files["web.html"], _holes(edition, styles, layout, files))
    html = body.replace(_STYLES, _sheet(styles, body))
    return Artifact("web", {"index.html": html.encode()}, f"{len(_listed(edition))} sections")


def _holes(edition: Edition, styles: Styles, layout: Layout, files: Sequence[Download]) -> dict[str, str]:
    """Return what fills the template's holes, by name."""
    meta, name = edition.meta, words(edition.meta.lang)
    holes = {hole: escape(value) for hole, value in {
        "lang": meta.lang, "title": meta.title, "authors": ", ".join(meta.authors), "date": meta.date.isoformat(),
        "day": f"{meta.date.day} {meta.date:%B %Y}", "identifier": meta.identifier, "skip": name["skip"],
        "contents-name": name["contents"], "cover-name": name["cover"], "top": name["top"],
        "light": styles.tokens["--color-sand"], "dark": styles.tokens["--night-sand"],
    }.items()}
    holes |= {hole: f'<p class="{hole}">{escape(value)}</p>' if value else "" for hole, value in {
        "publisher": meta.publisher, "subtitle": meta.subtitle, "rights": meta.rights}.items()}
    return holes | _chapters(edition, styles) | {
        "styles": _STYLES, "metadata": "\n".join(metadata(meta)), "linked": linked(edition, files),
        "heading": page.stepped(meta.title), "cover": _cover(layout), "actions": "".join(_actions(files, meta)),
        "downloads": _downloads(files, meta),
    }


def _chapters(edition: Edition, styles: Styles) -> dict[str, str]:
    """Return the abstract, the contents and all other chapters as markup."""
    markup = [page.markup(section) for section in sections(edition, styles)]
    summaries = [chapter.role == "abstract" for chapter in edition.chapters]
    return {
        "abstract": "".join(html for html, summary in zip(markup, summaries, strict=True) if summary),
        "contents": "".join(map(_entry, _listed(edition))),
        "chapters": "\n".join(html for html, summary in zip(markup, summaries, strict=True) if not summary),
    }


def _listed(edition: Edition) -> list[Chapter]:
    return [chapter for chapter in edition.chapters if chapter.title and chapter.role != "abstract"]


def _entry(chapter: Chapter) -> str:
    number = f'<span class="number">{escape(chapter.number)}</span> ' if chapter.number else ""
    return f'<li><a href="#{escape(chapter.id)}">{number}{escape(page.repeated(chapter.title))}</a></li>'


# --- downloads --------------------------------------------------------------------------------------


def _actions(files: Iterable[Download], meta: Meta) -> Iterator[str]:
    """Yield the links that the page begins with: read, and present if there is a deck."""
    name = words(meta.lang)
    yield f'<a class="action" href="#page-text">{escape(name["read"])}</a>'
    for file in files:
        if file.artifact.format == _DECK:
            yield f'<a class="action" href="{escape(file.name)}">{escape(name["present"])}</a>'


def _downloads(files: Sequence[Download], meta: Meta) -> str:
    """Return the section of downloads; "" if there are none."""
    name = words(meta.lang)
    sums = "".join(f"<dt>{escape(file.name)}</dt><dd><code>{file.checksum}</code></dd>" for file in files)
    return (f'<section class="downloads" aria-labelledby="page-downloads">'
            f'<h2 id="page-downloads">{escape(name["downloads"])}</h2>'
            f'<ul>{"".join(_download(file, meta) for file in files)}</ul>'
            f'<details><summary>{escape(name["checksums"])}</summary><dl class="checksums">{sums}</dl></details>'
            f'</section>') if files else ""


def _download(file: Download, meta: Meta) -> str:
    facts = ", ".join(part for part in (file.kind.upper(), file.artifact.extent, size(len(file.content))) if part)
    save = "" if file.kind == "html" else " download"
    return (f'<li><a href="{escape(file.name)}" type="{MIME[file.kind]}"{save}>{escape(file.named(meta.lang))}</a> '
            f'<span class="facts">{escape(facts)}</span></li>')


def _cover(layout: Layout) -> str:
    picture = weasy.picture(layout.document, _COVER_HEIGHT, "WEBP")
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


# --- styles -----------------------------------------------------------------------------------------


def _sheet(styles: Styles, body: str) -> str:
    """Return the fonts, subset to the characters of *body*, and the style sheets by day and by night."""
    characters = tuple(sorted({ord(character) for character in body if character.isprintable()}))
    fonts = "\n".join(rule(face, characters) for face in _faces(styles, set(characters)))
    night = " ".join(f"{name}: {value};" for name, value in nights(styles.tokens).items())
    return (f"{fonts}\n{page.css(styles, 'text.css', 'color.css', 'web.css')}\n"
            f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {night} }} }}")


def _faces(styles: Styles, characters: set[int]) -> Iterator[Face]:
    """Yield the faces that web.css sets words in, and any other that has characters which those lack."""
    cuts = {(styles.tokens[family].strip("\"'"), int(styles.tokens[weight]), style) for family, weight, style in _CUTS}
    used = [face for face in styles.faces if (face.family, face.weight, face.style) in cuts]
    lacking = characters.difference(*(face.covers for face in used))
    yield from used
    yield from (face for face in styles.faces if face not in used and lacking & face.covers)
