"""Whether an EPUB says of itself what can be seen in it: accessibility (EPUB Accessibility 1.1), conformance, pages.

NZ734 a claim that the content does not bear out, or one that it bears out and that is not made
NZ735 conformance or a certifier, which only a named reviewer can give
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree

from nzpub import trust
from nzpub.checks.claims import accessibility
from nzpub.errors import Finding, Place
from nzpub.model import Artifact, Edition

_OPF, _XHTML = "{http://www.idpf.org/2007/opf}", "{http://www.w3.org/1999/xhtml}"
_SCHEMA = "schema:"
_ON_A_PERSONS_WORD = ("dcterms:conformsTo", "a11y:certifiedBy")
_PAGES = "pageBreakSource"
_PICTURES = (".png", ".gif", ".jpg", ".jpeg")


def check(artifact: Artifact, edition: Edition) -> tuple[Finding, ...]:
    """Return what the package of *artifact*'s EPUB says and its documents do not show, and the reverse.

    A file that cannot be read gives nothing here: the parity gate says so.
    """
    name, content = next(iter(artifact.files.items()))
    try:
        package, bodies, moving = _read(content)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, StopIteration):
        return ()
    said = [(str(meta.get("property")), (meta.text or "").strip()) for meta in package.iter(f"{_OPF}meta")]
    shown = {(f"{_SCHEMA}{name}", value) for name, value in accessibility(bodies, edition.meta.lang, moving=moving)}
    hint = "build again; if it stays so, report it"
    return tuple(Finding(code, "error", f"{name}: {message}", Place(edition.source), hint)
                 for code, message in _differences(said, shown, edition))


def _differences(said: Iterable[tuple[str, str]], shown: set[tuple[str, str]],
                 edition: Edition) -> Iterator[tuple[str, str]]:
    said = list(said)
    claimed = {(name, value) for name, value in said if name.startswith(_SCHEMA)}
    for name, value in sorted(claimed - shown):
        yield "NZ734", f"it claims {name} “{value}”, which its content does not bear out"
    for name, value in sorted(shown - claimed):
        yield "NZ734", f"it does not say {name} “{value}”, which its content bears out"
    for name, value in said:
        if name in _ON_A_PERSONS_WORD and not edition.meta.reviewed_by:
            yield "NZ735", f"it says {name} “{value}”, and no person is named who reviewed it"
        if name == "a11y:certifiedBy" and edition.meta.reviewed_by not in ("", value):
            yield "NZ735", f"it says {name} “{value}”, and the reviewer is {edition.meta.reviewed_by}"
        if name == _PAGES and value != edition.meta.identifier:
            yield "NZ734", f"it says {name} “{value}”, which is not the PDF’s identifier"
    paged = (f"{_SCHEMA}accessibilityFeature", "pageBreakMarkers") in shown
    if paged and _PAGES not in dict(said):
        yield "NZ734", f"it has page numbers and does not say {_PAGES}"


def _read(content: bytes) -> tuple[etree._Element, list[etree._Element], bool]:
    """Return an EPUB's package document, what stands in the body of each document of its spine, and whether it moves.

    That is, whether a picture of it does.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        container = _parse(archive.read("META-INF/container.xml"))
        path = next(root.get("full-path", "") for root in container.iter("{*}rootfile"))
        package = _parse(archive.read(path))
        hrefs = {item.get("id"): item.get("href", "") for item in package.iter(f"{_OPF}item")}
        spine = [posixpath.join(posixpath.dirname(path), hrefs[ref.get("idref")])
                 for ref in package.iter(f"{_OPF}itemref")]
        documents = [_parse(archive.read(name)) for name in spine]
        moving = any(trust.moves(archive.read(name)) for name in archive.namelist() if name.endswith(_PICTURES))
    bodies = [child for document in documents for body in document.iter(f"{_XHTML}body") for child in body]
    return package, bodies, moving


def _parse(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
