"""The outside validators catch what is broken, pass what is sound, and never leave a verdict to chance."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf
import pytest
from weasyprint import HTML

from nzpub import provide
from nzpub.checks.outside import VALIDATORS
from nzpub.checks.outside import verapdf as rules
from nzpub.checks.outside.program import Validator, answer
from nzpub.errors import Place, ToolError

CONTAINER = """<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x-test</dc:identifier>
<dc:language>en</dc:language><dc:title>Test</dc:title>
<meta property="dcterms:modified">2025-01-01T00:00:00Z</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>
<spine><itemref idref="nav"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>Test</title></head>
<body><nav epub:type="toc"><ol><li><a href="{target}">Test</a></li></ol></nav></body></html>"""
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    pdfaid:part="4" pdfaid:conformance="F" pdfaid:rev="2020"/>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
    pdfuaid:part="2" pdfuaid:rev="2024"/></rdf:RDF></x:xmpmeta>"""


def write_epub(path: Path, target: str) -> Path:
    """Write an EPUB whose table of contents leads to *target*."""
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "book.opf": PACKAGE,
             "nav.xhtml": NAV.format(target=target)}
    with zipfile.ZipFile(path, "w") as epub:
        for name, text in files.items():
            epub.writestr(name, text)
    return path


def test_each_validator_can_be_provided() -> None:
    """Each validator's command is one that `provide` knows."""
    assert {validator.tool or name for name, validator in VALIDATORS.items()} <= set(provide.NAMES)


@pytest.mark.parametrize(("target", "expected"), [
    ("nav.xhtml", []),
    ("gone.xhtml", [("RSC-007", "error", Place("nav.xhtml", 3, 57))]),
])
def test_epubcheck_judges(target: str, expected: list[object], tmp_path: Path,
                          epubcheck: provide.Command) -> None:
    """A sound EPUB passes; a dead link is found in its file and line."""
    findings = VALIDATORS["epubcheck"].run(write_epub(tmp_path / "a book.epub", target), epubcheck)

    assert [(finding.code, finding.severity, finding.where) for finding in findings] == expected


def test_epubcheck_names_no_folder_of_the_machine(tmp_path: Path, epubcheck: provide.Command) -> None:
    """A file that is no EPUB at all is named without its folder."""
    path = tmp_path / "book.epub"
    path.write_text("no zip", "ascii")

    assert {finding.where for finding in VALIDATORS["epubcheck"].run(path, epubcheck)} == {Place("book.epub")}


def test_verapdf_passes_a_sound_pdf(tmp_path: Path, verapdf: provide.Command) -> None:
    """A PDF that keeps to the standard it declares brings no finding."""
    path = tmp_path / "a sound.pdf"
    HTML(string='<html lang="en"><title>Test</title><p>Test').write_pdf(path, pdf_variant="pdf/ua-1")

    assert VALIDATORS["verapdf"].run(path, verapdf) == ()


def test_verapdf_judges_every_declared_standard(tmp_path: Path, verapdf: provide.Command) -> None:
    """A file that declares PDF/A and PDF/UA is held to both in one run."""
    path = tmp_path / "both.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Metadata = pdf.make_stream(XMP, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        pdf.save(path)

    codes = {finding.code for finding in VALIDATORS["verapdf"].run(path, verapdf)}

    assert {code.split()[1].split(":")[0] for code in codes} == {"19005-4", "14289-2"}


def test_verapdf_catches_what_is_no_pdf(tmp_path: Path, verapdf: provide.Command) -> None:
    """A file that cannot be read is a finding, not silence."""
    path = tmp_path / "book.pdf"
    path.write_text("no PDF", "ascii")

    assert [finding.code for finding in VALIDATORS["verapdf"].run(path, verapdf)] == ["veraPDF PARSE"]


def test_profiles_are_named_with_their_verdict() -> None:
    """What was checked is told apart from what was found."""
    results = [{"profileName": "PDF/UA-2 + Tagged PDF validation profile", "compliant": True}]

    assert rules.profiles({"validationResult": results}) == {"PDF/UA-2 + Tagged PDF": True}


@pytest.mark.parametrize("validator", VALIDATORS.values(), ids=VALIDATORS.keys())
def test_silence_is_no_verdict(validator: Validator, tmp_path: Path) -> None:
    """A validator that says nothing has not passed the file."""
    with pytest.raises(ToolError, match="gave no verdict"):
        validator.run(tmp_path / "book", ["true"])


def test_a_validator_has_a_time_limit() -> None:
    """A validator that hangs is ended."""
    with pytest.raises(ToolError, match=r"sleep did not finish within 0\.1 s"):
        answer(["sleep", "60"], seconds=0.1)
