"""What a picture paints is foretold from its file and read again from the PDF, whichever way it is drawn."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from weasyprint import HTML

from nzpub.checks import readback_pdf
from nzpub.checks.foretold import painting
from nzpub.checks.painted import ANY, changed

DRAWINGS = {
    "shapes": '<rect width="9" height="9" fill="#123456"/><circle cx="5" cy="5" r="2" stroke="red"/>'
              '<ellipse cx="5" cy="5" rx="2" ry="1" fill="rgb(1, 2, 3)"/>',
    "lines": '<line x2="9" y2="9" stroke="#0a5361"/><polyline points="1,1 2,2 3-3" stroke="blue" fill="none"/>'
             '<polygon points="0 0 9 0 9 9" fill="grey"/>',
    "paths": '<path d="M0 0H4V3z"/><path d="M1 1l2 2 3-3.5.5 1zm2 2c0 0 1 1 2 2s3 3 4 4Q1 2 3 4T5 6" fill="#abc"/>',
    "one line": '<path d="M185 70 L240 40" stroke="#14212b" stroke-width="4"/>',
    "groups": '<g fill="none" stroke="#0f0"><rect width="5" height="5"/><g stroke="#00f" transform="scale(2)">'
              '<path d="M0 0 9 9 3 4"/></g></g>',
    "halves": '<g opacity=".5"><rect width="5" height="5" fill="#f00"/><text y="5" fill="#070">in</text></g>',
    "round": '<rect width="9" height="9" rx="2" fill="#123456"/><rect width="4" height="4" rx="9" ry="1"/>'
             '<rect width="4" height="4" rx="0"/><rect width="4" height="4" rx="2" ry="0"/><rect height="4"/><circle/>',
    "words": '<text y="9" fill="#00f">a <tspan fill="#f00">b</tspan></text>'
             '<text y="9" fill="#333" stroke="#fff" stroke-width="2" paint-order="stroke">halo</text><text> </text>',
    "unseen": '<rect width="5" height="5" fill="none"/><path d="M1 1" stroke="red"/><title>x</title>'
              '<line x2="5" stroke="red" stroke-width="0"/><path d="" stroke="red"/>',
}
BEYOND = ('<rect width="5" height="5" style="fill:red"/>', '<path d="M0 0A1 1 0 0 1 2 2z"/>',
          '<linearGradient id="a"/><rect fill="url(#a)" width="5" height="5"/>', '<use href="#x"/>',
          '<rect width="5" height="5" fill="currentColor"/>', '<path d="M0 0L5 5 6"/>',
          '<rect width="5" height="5" fill="hsl(10, 20%, 30%)"/>', '<rect width="5" height="5" fill-opacity="0"/>')

DRESS = "img { border: 2px solid #0f0; background: #eee; padding: 3px; border-radius: 2px }"     # around a picture


def drawn(body: str) -> bytes:
    """Return a drawing of *body*."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99" width="99" height="99">{body}</svg>'.encode()


def read_again(picture: bytes, kind: str) -> str:
    """Return what the figure with *picture* paints in a PDF."""
    address = f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
    page = f'<html lang="en"><title>A</title><style>{DRESS}</style><p>Words<p><img alt="x" src="{address}">'
    pdf = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    (figure,) = (each for each in readback_pdf.read(pdf).walk() if each.role == "Figure")
    return figure.painted


@pytest.mark.parametrize("body", DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_is_read_as_it_was_foretold(body: str) -> None:
    """Shapes in their order with their colours and lines, and the colours of words."""
    assert painting(drawn(body)) != ANY
    assert changed(painting(drawn(body)), read_again(drawn(body), "svg+xml")) == ""


@pytest.mark.parametrize("body", BEYOND)
def test_what_only_a_renderer_knows_is_not_foretold(body: str) -> None:
    """A gate that guesses would stop a sound build."""
    assert painting(drawn(body)) == ANY


@pytest.mark.parametrize(("mode", "kind"), [(mode, "png") for mode in ("RGB", "RGBA", "L", "LA", "P", "1")] + [
    ("RGB", "jpeg"), ("L", "jpeg"), ("P", "gif")])
def test_a_raster_picture_is_read_as_it_was_foretold(mode: str, kind: str) -> None:
    """Size and pixels, however they are stored; another pixel is another picture."""
    made = []
    for colour in ("#a52a2a", "#2a2aa5"):
        picture, out = Image.linear_gradient("L").resize((8, 6)).convert("RGBA"), io.BytesIO()
        picture.paste(colour, (0, 0, 4, 3))
        (picture if "A" in mode else picture.convert("RGB")).convert(mode).save(out, kind)
        made.append(out.getvalue())

    assert painting(made[0]) != ANY
    assert changed(painting(made[0]), read_again(made[0], kind)) == ""
    assert "not there" in changed(painting(made[0]), painting(made[1]))


def test_another_drawing_of_the_same_words_is_told_apart() -> None:
    """Another colour, a shape less, a line less, another order: none has the same painting."""
    others = ("", '<path d="M0 0H9V9z" fill="#f00"/>', '<path d="M0 0H9V9z" fill="#00f"/>',
              '<path d="M0 0H9V9H5z" fill="#00f"/>',
              '<path d="M0 0H9V9z" fill="#f00"/><path d="M0 0H9V9z" fill="#00f"/>',
              '<path d="M0 0H9V9z" fill="#00f"/><path d="M0 0H9V9z" fill="#f00"/>')
    assert len({painting(drawn(body)) for body in others}) == len(others)
