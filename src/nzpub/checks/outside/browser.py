"""A real browser for the validators that need one: offline, for an owner who asked for less motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from nzpub.errors import Finding, ToolError

SCREEN = (1280, 720)
_HERE = "nzpub.checks.outside"


@contextmanager
def started(command: Sequence[str], name: str) -> Iterator[Any]:
    """Give the browser that *command* starts, and close it in the end.

    Raises ToolError, saying that *name* gave no verdict, if it does not start or a page does not answer.
    """
    # Part of the test requirements, which a machine that only builds does without.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=command[0], args=["--no-sandbox"])
            yield browser
            browser.close()
    except Error as error:
        raise ToolError(Finding("NZ902", "error", f"{name} gave no verdict: {error.message[:200]}")) from error


@contextmanager
def opened(browser: Any, path: Path, size: tuple[int, int] = SCREEN, *, scripts: bool = True,
           scheme: str = "light") -> Iterator[Any]:
    """Give the page at *path*, loaded with its fonts in a window of *size* that likes *scheme*, and close it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme,
                                  java_script_enabled=scripts, reduced_motion="reduce", offline=True)
    try:
        page = context.new_page()
        page.goto(path.resolve().as_uri())
        page.evaluate("document.fonts.ready.then(() => 0)")
        yield page
    finally:
        context.close()


def script(name: str) -> str:
    """Return a script of ours that is to run in a page."""
    return (files(_HERE) / name).read_text(encoding="utf-8")
