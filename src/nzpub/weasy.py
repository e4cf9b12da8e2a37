"""WeasyPrint, which sees only what it is handed: markup, a style sheet, a publication's own files, and fonts."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import pypdfium2
from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from nzpub import complaint, drawing
from nzpub.errors import ToolError
from nzpub.model import Styles

_SAVING: Mapping[str, Mapping[str, Any]] = {"PNG": {"optimize": True}, "WEBP": {"quality": 85, "method": 6}}
SCHEME = "nzpub:"                  # the only addresses that WeasyPrint may ask for
_PREFIX = "nzpub "
_SHOWN = 200                       # characters of an address that a message shows
_EARLY = 0.4                       # of the measure: ragged lines are longer
_MIME = {"ttf": "font/ttf", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def render(root: ElementTree.Element, sheet: str, files: Mapping[str, bytes], styles: Styles) -> Any:
    """Return WeasyPrint's document of *root*, an HTML tree without namespaces, set in *sheet*.

    WeasyPrint would parse text as HTML 5, where a list inside a note ends the paragraph around it.
    *files* are found under :data:`SCHEME` and their path. Raises ToolError if WeasyPrint complains.
    """
    drawings = {path: _own(drawing.with_stops(content), styles)
                for path, content in files.items() if path.lower().endswith(".svg")}
    rules = font_faces(styles) + _starts(root) + sheet
    fetcher = _Fetcher({**files, **drawings, **{f"font-{n}.ttf": face.ttf for n, face in enumerate(styles.faces)}},
                       rules, styles.sheets)
    fonts = FontConfiguration()
    with _heard(fetcher):
        html = HTML(string="<html/>", base_url=SCHEME, url_fetcher=fetcher)
        html.etree_element = root
        html.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        style = CSS(string=_own(rules.encode(), styles).decode(), font_config=fonts, url_fetcher=fetcher)
        return html.render(stylesheets=[style], font_config=fonts, pdf_tags=True)


def broken_early(document: Any) -> list[ElementTree.Element]:
    """Return the paragraphs of *document* in which a line ends well before the margin and the text goes on below it.

    WeasyPrint 70 breaks a line after its first word if the space before an inline element just does not fit.
    """
    paragraphs = [box for leaf in document.pages for box in leaf._page_box.descendants()
                  if isinstance(box, boxes.BlockBox) and box.element_tag == "p" and box.element is not None]
    return [box.element for box in paragraphs
            if any(line.width < _EARLY * box.width for line in box.children[:-1] if isinstance(line, boxes.LineBox))]


def terms_run_on(document: Any) -> list[ElementTree.Element]:
    """Return the terms of definitions of *document* that hang in the margin and take more than a line's room there.

    They have no height, so that the next term would be set over their second line, and WeasyPrint 70 forgets what
    does not fit in a box of fixed height at the foot of a page.
    """
    terms = [box for leaf in document.pages for box in leaf._page_box.descendants()
             if isinstance(box, boxes.BlockBox) and box.element_tag == "dt" and box.height == 0]
    return [term.element for term in terms for line in term.descendants() if isinstance(line, boxes.LineBox)
            and (line.resume_at or line.width > term.width)]      # there is more, be it on the next page or nowhere


def _own(content: bytes, styles: Styles) -> bytes:
    """Return *content*, a style sheet or an SVG, with the families of *styles* under names that no other font has.

    WeasyPrint may prefer a font of the system to one of the same name that a style sheet brings along.
    """
    for family in sorted({face.family for face in styles.faces}):
        content = content.replace(family.encode(), f"{_PREFIX}{family}".encode())
    return content


def _starts(root: ElementTree.Element) -> str:
    """Return the rules by which each list of *root* begins at its number.

    To WeasyPrint ``start`` is one of HTML's presentational hints, which it heeds all together or not at all.
    """
    starts = sorted({int(numbered.get("start", "1")) for numbered in root.iter("ol")} - {1})
    return "".join(f'ol[start="{start}"] {{ counter-reset: list-item {start - 1} }}\n' for start in starts)


def write_pdf(document: Any, **options: Any) -> bytes:
    """Return the PDF of a *document* that :func:`render` made; raises ToolError if WeasyPrint complains."""
    with _heard(document.url_fetcher):
        pdf: bytes = document.write_pdf(**options)
        return pdf


def picture(document: Any, height: int, form: str = "PNG") -> bytes:
    """Return the first page of *document*, *height* pixels high, as a picture in the *form* "PNG" or "WEBP"."""
    sheet = pypdfium2.PdfDocument(document.copy(document.pages[:1]).write_pdf())[0]
    out = io.BytesIO()
    sheet.render(scale=height / sheet.get_height()).to_pil().save(out, form, **_SAVING[form])
    return out.getvalue()


def font_faces(styles: Styles, address: str = "nzpub:font-{n}.ttf") -> str:
    """Return the ``@font-face`` rules of *styles*; *address* is where the face number *n* is found."""
    return "".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f'src: url("{address.format(n=n)}") }}\n' for n, face in enumerate(styles.faces))


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Hands out the edition's own files and fonts; anything else stops the build.

    It knows the *rules* of the page and the sheets that they are from: some complaints come while the PDF is written.
    """

    def __init__(self, files: Mapping[str, bytes], rules: str, sheets: Mapping[str, str]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._files, self.rules, self.sheets = files, rules, sheets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 (the base class has it)
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self._files:
            raise FatalURLFetchingError(f"Asked for “{url[:_SHOWN]}”, which is no file of the publication")
        mime = _MIME.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return URLFetcherResponse(url, self._files[name], {"Content-Type": mime})


class _Messages(logging.Handler):
    """Collects what WeasyPrint logs: missing files, unknown properties, broken markup."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _heard(by: _Fetcher) -> Iterator[None]:
    """Raise ToolError if WeasyPrint complains of what is done inside, or asks *by* for what it may not have."""
    logger, messages = logging.getLogger("weasyprint"), _Messages()
    logger.addHandler(messages)
    try:
        yield
    except FatalURLFetchingError as error:
        messages.lines.append(str(error))
    finally:
        logger.removeHandler(messages)
    if messages.lines:
        said = (message.replace(SCHEME, "") for message in messages.lines)
        raise ToolError(complaint.findings(said, by.rules, by.sheets))
