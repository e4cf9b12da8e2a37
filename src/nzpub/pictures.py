"""The README's pictures, made from the real outputs: the PDF's pages, the EPUB on a phone, a slide."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from nzpub import provide

FOLDER = provide.ROOT / ".github" / "pictures"
_HEIGHT = 540                      # pixels of each picture in the README
_GAP = 12
_PHONE = {"width": 390, "height": 780}
_SCREEN = {"width": 1280, "height": 720}


def take(dist: Path) -> tuple[Path, ...]:
    """Make the pictures of the outputs in *dist*; return the files written.

    Raises ToolError if there is no browser.
    """
    browser = provide.ensure("chromium")[0]
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = {"pdf.png": _pages(next(dist.glob("*[!t].pdf")), (0, 7))}
    with TemporaryDirectory(prefix="nzpub-") as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        made["epub.png"] = _phone(chromium, next(dist.glob("*.epub")), Path(folder))
        made["slides.png"] = _slides(chromium, next(dist.glob("*-slides.html")))
        chromium.close()
    for name, picture in made.items():
        picture.quantize(128, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
    return tuple(FOLDER / name for name in made)


def _pages(path: Path, numbers: tuple[int, ...]) -> Image.Image:
    """Return pages of the PDF side by side."""
    pdf = pypdfium2.PdfDocument(path)
    return _beside([pdf[n].render(scale=2).to_pil().convert("RGB") for n in numbers])


def _phone(chromium: Any, path: Path, folder: Path) -> Image.Image:
    """Return the first screens of two chapters of the EPUB: the one that begins the text, and the next."""
    with zipfile.ZipFile(path) as book:
        book.extractall(folder)        # our own build: its names are ours
        marks = re.findall(r'bodymatter" href="([^"]+)"', book.read("EPUB/nav.xhtml").decode())
        chapters = re.findall(r'<li><a href="([^"#]+)">', book.read("EPUB/nav.xhtml").decode())
    first = chapters.index(marks[0])
    screens = []
    for name in chapters[first:first + 2]:
        page = chromium.new_page(viewport=_PHONE, device_scale_factor=2)
        page.goto((folder / "EPUB" / name).as_uri())
        screens.append(_shot(page))
    return _beside(screens)


def _slides(chromium: Any, path: Path) -> Image.Image:
    """Return the title slide above a slide with a figure."""
    shots = []
    for number in (0, 2):
        page = chromium.new_page(viewport=_SCREEN)
        page.goto(f"{path.resolve().as_uri()}#/{number}")
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        shots.append(_shot(page))
    width, height = shots[0].size
    whole = Image.new("RGB", (width, 2 * height + _GAP), "white")
    for row, shot in enumerate(shots):
        whole.paste(shot, (0, row * (height + _GAP)))
    return _fit(whole)


def _shot(page: Page) -> Image.Image:
    page.wait_for_timeout(400)         # fonts from data addresses
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _beside(pictures: list[Image.Image]) -> Image.Image:
    fitted = [_fit(picture) for picture in pictures]
    width = sum(picture.width for picture in fitted) + _GAP * (len(fitted) - 1)
    whole = Image.new("RGB", (width, _HEIGHT), "white")
    left = 0
    for picture in fitted:
        whole.paste(picture, (left, 0))
        left += picture.width + _GAP
    return whole


def _fit(picture: Image.Image) -> Image.Image:
    return picture.resize((round(picture.width * _HEIGHT / picture.height), _HEIGHT), Image.Resampling.LANCZOS)
