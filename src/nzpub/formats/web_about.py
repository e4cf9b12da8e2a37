"""What the front page says to machines: searchers, libraries and reference managers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

from nzpub.furniture import words
from nzpub.model import Artifact, Edition, Meta
from nzpub.tree import text

MIME = {"pdf": "application/pdf", "epub": "application/epub+zip", "html": "text/html",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation"}
_LICENCE = re.compile(r"https://creativecommons\.org/\S+?(?=[\s.,;)]*(?:\s|$))")


class Download(NamedTuple):
    """One published file."""

    artifact: Artifact
    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """The file's type as its name says: "pdf"."""
        return self.name.rpartition(".")[2].lower()

    @property
    def checksum(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def named(self, lang: str) -> str:
        """Return what the file is, in the language *lang*; its type if it has no name of its own."""
        return words(lang).get(f"file {self.artifact.format}", self.kind.upper())


def metadata(meta: Meta) -> Iterator[str]:
    """Yield what the page says about the publication: for searchers, Dublin Core, Highwire and Open Graph."""
    described = text(meta.abstract)
    yield from _named("name", [
        ("description", described), ("author", ", ".join(meta.authors)), ("keywords", ", ".join(meta.keywords)),
        ("DCTERMS.title", _full_title(meta)), *(("DCTERMS.creator", author) for author in meta.authors),
        ("DCTERMS.issued", meta.date.isoformat()), ("DCTERMS.language", meta.lang),
        ("DCTERMS.identifier", meta.identifier), ("DCTERMS.publisher", meta.publisher),
        ("DCTERMS.rights", meta.rights), ("DCTERMS.abstract", described),
        *(("DCTERMS.subject", keyword) for keyword in meta.keywords),
        ("citation_title", _full_title(meta)), *(("citation_author", author) for author in meta.authors),
        ("citation_publication_date", f"{meta.date:%Y/%m/%d}"), ("citation_language", meta.lang),
        ("citation_publisher", meta.publisher),
    ])
    yield from _named("property", [
        ("og:type", "article"), ("og:title", _full_title(meta)), ("og:description", described),
        ("og:locale", meta.lang.replace("-", "_")), ("og:site_name", meta.publisher),
        ("article:published_time", meta.date.isoformat()), *(("article:tag", keyword) for keyword in meta.keywords),
    ])


def _named(attribute: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f'<meta {attribute}="{name}" content="{escape(value)}">' for name, value in pairs if value)


def _full_title(meta: Meta) -> str:
    return f"{meta.title}: {meta.subtitle}" if meta.subtitle else meta.title


def linked(edition: Edition, files: Iterable[Download]) -> str:
    """Return the publication as JSON-LD in schema.org's words, each download as an ``encoding`` of it."""
    meta = edition.meta
    scholarly = any(chapter.role == "bibliography" for chapter in edition.chapters)
    said: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "ScholarlyArticle" if scholarly else "Article",
        "@id": meta.identifier, "identifier": meta.identifier, "headline": _full_title(meta), "name": meta.title,
        "alternativeHeadline": meta.subtitle, "author": [{"name": author} for author in meta.authors],
        "datePublished": meta.date.isoformat(), "inLanguage": meta.lang, "abstract": text(meta.abstract),
        "keywords": list(meta.keywords), "copyrightNotice": meta.rights, "license": _licence(meta.rights),
        "publisher": {"@type": "Organization", "name": meta.publisher} if meta.publisher else None,
        "encoding": [_encoding(file, meta) for file in files],
    }
    said = {name: value for name, value in said.items() if value}
    return json.dumps(said, ensure_ascii=False, indent=1).replace("<", "\\u003c")     # HTML, 4.12.1.3


def _licence(rights: str) -> str:
    found = _LICENCE.search(rights)
    return found.group() if found else ""


def _encoding(file: Download, meta: Meta) -> Mapping[str, str]:
    return {"@type": "MediaObject", "name": file.named(meta.lang),
            "contentUrl": file.name, "encodingFormat": MIME[file.kind], "contentSize": f"{len(file.content)} B",
            "sha256": file.checksum}
