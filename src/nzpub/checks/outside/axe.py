"""axe-core in a real browser: WCAG 2.2 A and AA, as far as a machine can tell, by day and by night.

In a deck every slide is asked about, at its start and with all its fragments shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from nzpub.checks.outside.program import Validator
from nzpub.errors import Finding, Place, ToolError

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_SCREEN = {"width": 1280, "height": 720}
_RUN = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then(found => found.violations)"
_NEXT = """() => {
  const before = JSON.stringify(Reveal.getIndices());
  Reveal.next();
  return JSON.stringify(Reveal.getIndices()) !== before;
}"""


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per rule that a state of the page at *path* breaks; *command* starts the browser."""
    # Part of the test requirements, which a machine that only builds does without.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=command[0], args=["--no-sandbox"])
            found = [finding for scheme in ("light", "dark") for finding in _page(browser, path, scheme)]
            browser.close()
    except Error as error:
        raise ToolError(Finding("NZ902", "error", f"axe-core gave no verdict: {error.message[:200]}")) from error
    return tuple(dict.fromkeys(found))


def version(_command: Sequence[str]) -> str:
    """Return program and version, such as "axe-core 4.10"."""
    first = _script().partition("\n")[0]
    return f"axe-core {first.partition('axe v')[2].split()[0] if 'axe v' in first else ''}".strip()


def _script() -> str:
    return next(file for file in files("axe_playwright_python").iterdir() if file.name.startswith("axe")
                and file.name.endswith(".js")).read_text(encoding="utf-8")


def _page(browser: Any, path: Path, scheme: str) -> Iterator[Finding]:
    context = browser.new_context(viewport=_SCREEN, color_scheme=scheme, reduced_motion="reduce", offline=True)
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    page.evaluate(_script())
    yield from _violations(page, path.name, scheme)
    if page.evaluate("typeof Reveal !== 'undefined'"):
        page.wait_for_function("Reveal.isReady()")
        while page.evaluate(_NEXT):
            yield from _violations(page, path.name, scheme)
    context.close()


def _violations(page: Any, name: str, scheme: str) -> Iterator[Finding]:
    slide = page.evaluate("typeof Reveal === 'undefined' ? '' : Reveal.getCurrentSlide().id")
    where = Place(f"{name}#{slide}" if slide else name)
    for rule in page.evaluate(_RUN, list(WCAG)):
        first = json.dumps(rule["nodes"][0]["target"], ensure_ascii=False)
        yield Finding(f"axe {rule['id']}", "error", f"{rule['help']} ({len(rule['nodes'])}×, first {first}, {scheme})",
                      where, rule["description"])


VALIDATOR = Validator("axe", ".html", run, version)
