"""axe-core in a real browser: WCAG 2.2 A and AA, as far as a machine can tell, by day and by night.

In a deck every slide is asked about, at its start and with all its fragments shown. Where axe-core cannot tell
the contrast of words, as over most backgrounds of a deck, it is measured; so is that of the words in drawings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from nzpub.checks.outside.browser import opened, script, started
from nzpub.checks.outside.contrast import CODE, HINT, faint, faint_in_drawings
from nzpub.checks.outside.program import Validator
from nzpub.errors import Finding, Place

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
_NEXT = """() => {
  const before = JSON.stringify(Reveal.getIndices());
  Reveal.next();
  return JSON.stringify(Reveal.getIndices()) !== before;
}"""


_WORDS = """selector => {
  let element = document.querySelector(selector);
  while (element && !element.textContent.trim()) element = element.parentElement;
  return element ? element.textContent : "";
}"""


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per rule that a state of the page at *path* breaks; *command* starts the browser."""
    with started(command, "axe-core") as browser:
        return findings(browser, path)


def findings(browser: Any, path: Path) -> tuple[Finding, ...]:
    """Return what `run` returns, from a *browser* that is running."""
    found = (finding for scheme in ("light", "dark") for finding in _page(browser, path, scheme))
    return tuple(dict.fromkeys(found))


def version(_command: Sequence[str]) -> str:
    """Return program and version, such as "axe-core 4.10"."""
    first = _script().partition("\n")[0]
    return f"axe-core {first.partition('axe v')[2].split()[0] if 'axe v' in first else ''}".strip()


def _script() -> str:
    return next(file for file in files("axe_playwright_python").iterdir() if file.name.startswith("axe")
                and file.name.endswith(".js")).read_text(encoding="utf-8")


def _page(browser: Any, path: Path, scheme: str) -> Iterator[Finding]:
    with opened(browser, path, scheme=scheme) as page:
        page.evaluate(_script())
        page.evaluate(script("painted.js"))
        if not page.evaluate("typeof Reveal !== 'undefined'"):
            yield from _state(page, path.name, scheme)
            return
        page.wait_for_function("Reveal.isReady()")
        yield from _state(page, path.name, scheme)
        while page.evaluate(_NEXT):
            yield from _state(page, path.name, scheme)


def _state(page: Any, name: str, scheme: str) -> Iterator[Finding]:
    """Yield what is wrong with the page as it is now, and the contrasts that axe-core could not tell."""
    slide = page.evaluate("typeof Reveal === 'undefined' ? '' : Reveal.getCurrentSlide().id")
    where = Place(f"{name}#{slide}" if slide else name)
    told = page.evaluate(_RUN, list(WCAG))
    for rule in told["violations"]:
        target = rule["nodes"][0]["target"]
        first = json.dumps(target, ensure_ascii=False)
        yield Finding(f"axe {rule['id']}", "error", f"{rule['help']} ({len(rule['nodes'])}×, first {first}, {scheme})",
                      where, rule["description"], near=page.evaluate(_WORDS, target[-1]))
    for words, contrast in faint(page, tuple(_untold(told["incomplete"]))):
        yield Finding(CODE, "error", f"“{words}” has a contrast of {contrast:.1f}:1 ({scheme})", where, HINT,
                      near=words)
    for words, contrast in faint_in_drawings(page):
        yield Finding(CODE, "error", f"“{words}” in a figure has a contrast of {contrast:.1f}:1 ({scheme})", where,
                      HINT)


def _untold(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the selectors of the elements whose contrast axe-core leaves open."""
    for rule in rules:
        if rule["id"] == "color-contrast":
            yield from (node["target"][-1] for node in rule["nodes"])


VALIDATOR = Validator("axe", ".html", run, version)
