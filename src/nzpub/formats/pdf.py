"""The PDF: the laid-out edition written by WeasyPrint, archival and accessible in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
import pydyf
import weasyprint
from weasyprint import Attachment

from nzpub import weasy
from nzpub.formats.pdf_repair import repair
from nzpub.formats.pdf_tags import repaired
from nzpub.model import Artifact, Edition, Meta, Styles
from nzpub.paginate import Layout

VARIANT = "pdf/a-4f"
# WeasyPrint takes one variant at a time (issue 2783), so the second is declared here. ISO 14289-2, clause 5.
_UA = ('<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" '
       'pdfuaid:part="2" pdfuaid:rev="2024"/>')
_DC = '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" rdf:about="">{}</rdf:Description>'
# By name, not by the machine's own table of types, which differs.
_MIME = {".md": "text/markdown", ".csv": "text/csv", ".json": "application/json", ".svg": "image/svg+xml",
         ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


def write(edition: Edition, _styles: Styles, layout: Layout) -> Artifact:
    """Return ``short-name.pdf``: PDF/A-4f and PDF/UA-2, with the manuscript and its data attached."""
    pdf = conforming(layout.document, edition.meta, edition.attachments)
    return Artifact("pdf", {f"{edition.meta.short_name}.pdf": pdf}, f"{len(layout.document.pages)} pages",
                    {"WeasyPrint": weasyprint.__version__})


def conforming(document: Any, meta: Meta, attachments: Mapping[str, bytes]) -> bytes:
    """Return the PDF of a laid-out *document*, archival and accessible, with *attachments* (by path): at least one."""
    def finish(_document: object, pdf: Any) -> None:
        _declare(pdf, meta)
        _attach(pdf)
        _name_parts(pdf)

    with repaired(document, repair):
        return weasy.write_pdf(document, pdf_variant=VARIANT, pdf_tags=True, pdf_identifier=meta.identifier.encode(),
                               attachments=list(_attachments(attachments, meta)), finisher=finish)


def _attachments(attachments: Mapping[str, bytes], meta: Meta) -> Iterator[Attachment]:
    """Yield the files attached, in the order of their names, which the PDF must list sorted."""
    for path, content in sorted(attachments.items(), key=lambda item: PurePosixPath(item[0]).name):
        pure = PurePosixPath(path)
        manuscript = pure.suffix == ".md"
        yield Attachment(string=content, name=pure.name, relationship="Source" if manuscript else "Data",
                         description=f"{'Manuscript' if manuscript else 'Source file'}: {path}",
                         created=meta.modified, modified=meta.modified)


def _declare(pdf: Any, meta: Meta) -> None:
    """Name the second standard in the metadata, and the language and identifier that WeasyPrint leaves out."""
    stream = _object(pdf, pdf.catalog["Metadata"])
    rights = f"<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>{escape(meta.rights)}</rdf:li></rdf:Alt></dc:rights>"
    more = _DC.format(f"<dc:language><rdf:Bag><rdf:li>{escape(meta.lang)}</rdf:li></rdf:Bag></dc:language>"
                      f"<dc:identifier>{escape(meta.identifier)}</dc:identifier>{rights if meta.rights else ''}")
    stream.stream[0] = stream.stream[0].replace(b"</rdf:RDF>", f"{_UA}{more}</rdf:RDF>".encode())


def _attach(pdf: Any) -> None:
    """Give each attached file its type by its name; WeasyPrint lists each twice (issue 2917, mended after 70)."""
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog.get("AF", ())))
    for reference in pdf.catalog["AF"]:
        named = _object(pdf, reference)
        mime = _MIME.get(PurePosixPath(named["UF"].string).suffix, "application/octet-stream")
        _object(pdf, named["EF"]["F"]).extra["Subtype"] = pikepdf.Name(f"/{mime}").unparse().decode()


def _name_parts(pdf: Any) -> None:
    """Map each glyph that is only part of a letter, such as the dots of an Arabic one, to a word joiner.

    WeasyPrint 70 maps a letter of several glyphs to one of them and the others to nothing, which both standards forbid.
    """
    for stream in pdf.objects:
        if isinstance(stream, pydyf.Stream) and b"begincmap" in stream.stream:
            stream.stream = [line.replace(b"<>", b"<2060>") for line in stream.stream]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
