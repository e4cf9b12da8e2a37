"""axe-core in a real browser: WCAG 2.2 A and AA, as far as a machine can tell, by day and by night.

In a deck every slide is asked about, at its start and with all its fragments shown; what is wrong with the frame
around the slides is told once. Where axe-core cannot tell the contrast of words, as over most backgrounds of a deck,
it is measured; so is that of the words in drawings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
_ON_SLIDE = "selector => Boolean(document.querySelector(selector)?.closest('.reveal .slides > *'))"
_SCHEMES = ("light", "dark")


def run(path: Path, command: Sequence[str]) -> tuple[Finding, ...]:
    """Return one finding per rule that a state of the page at *path* breaks; *command* starts the browser."""
    with started(command, "axe-core") as browser:
        return findings(browser, path)


def findings(browser: Any, path: Path) -> tuple[Finding, ...]:
    """Return what `run` returns, from a *browser* that is running."""
    schemes: dict[Finding, list[str]] = {}
    for scheme in _SCHEMES:
        for finding in dict.fromkeys(_page(browser, path, scheme)):
            schemes.setdefault(finding, []).append(scheme)
    return tuple(replace(finding, message=f"{finding.message} ({' and '.join(found)})")
                 for finding, found in schemes.items())


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
            yield from _state(page, path.name, "")
            return
        page.wait_for_function("Reveal.isReady()")
        yield from _slide(page, path.name)
        while page.evaluate(_NEXT):
            yield from _slide(page, path.name)


def _slide(page: Any, name: str) -> Iterator[Finding]:
    yield from _state(page, name, page.evaluate("Reveal.getCurrentSlide().id"))


def _state(page: Any, name: str, slide: str) -> Iterator[Finding]:
    """Yield what is wrong with the page as it is now, and the contrasts that axe-core could not tell."""
    told = page.evaluate(_RUN, list(WCAG))
    for rule in told["violations"]:
        targets = [node["target"] for node in rule["nodes"]]
        framing = [target for target in targets if slide and not page.evaluate(_ON_SLIDE, target[-1])]
        if shown := [target for target in targets if target not in framing]:
            yield _broken(rule, f"{len(shown)}×, first ", shown[0], _place(name, slide),
                          page.evaluate(_WORDS, shown[0][-1]))
        for target in framing:
            yield _broken(rule, "", target, Place(name), "")
    unsure = tuple(_untold(told["incomplete"]))
    framing = [selector for selector in unsure if slide and not page.evaluate(_ON_SLIDE, selector)]
    yield from _faint(page, framing, _place(name, slide), near=False)       # what is behind them is the slide's
    yield from _faint(page, [selector for selector in unsure if selector not in framing], _place(name, slide))
    for words, contrast in faint_in_drawings(page):
        yield Finding(CODE, "error", f"“{words}” in a figure has a contrast of {contrast:.1f}:1", _place(name, slide),
                      HINT)


def _place(name: str, slide: str) -> Place:
    return Place(f"{name}#{slide}" if slide else name)


def _broken(rule: Mapping[str, Any], times: str, target: Sequence[str], where: Place, near: str) -> Finding:
    first = json.dumps(target, ensure_ascii=False)
    return Finding(f"axe {rule['id']}", "error", f"{rule['help']} ({times}{first})", where, rule["description"],
                   near=near, rule=rule["description"], about=rule["helpUrl"])


def _faint(page: Any, selectors: Sequence[str], where: Place, *, near: bool = True) -> Iterator[Finding]:
    for words, contrast in faint(page, selectors):
        yield Finding(CODE, "error", f"“{words}” has a contrast of {contrast:.1f}:1", where, HINT,
                      near=words if near else "")


def _untold(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the selectors of the elements whose contrast axe-core leaves open."""
    for rule in rules:
        if rule["id"] == "color-contrast":
            yield from (node["target"][-1] for node in rule["nodes"])


VALIDATOR = Validator("axe", ".html", run, version)
