"""The PDF: the laid-out edition written by WeasyPrint, tagged."""

from __future__ import annotations

import weasyprint

from nzpub.model import Artifact, Edition, Styles
from nzpub.paginate import Layout, write_pdf

VARIANT = "pdf/ua-1"


def write(edition: Edition, _styles: Styles, layout: Layout) -> Artifact:
    """Return ``short-name.pdf``, tagged and in the variant :data:`VARIANT`."""
    pdf = write_pdf(layout, pdf_variant=VARIANT, pdf_identifier=edition.meta.identifier.encode())
    return Artifact("pdf", {f"{edition.meta.short_name}.pdf": pdf}, f"{len(layout.document.pages)} pages",
                    {"WeasyPrint": weasyprint.__version__})
