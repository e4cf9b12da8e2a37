"""axe-core, as `invoke check` asks it: a page and each slide of a deck, by day and by night."""

from __future__ import annotations

from pathlib import Path

from nzpub.checks.outside import VALIDATORS

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A</title><style>{}</style></head>
<body><main><h1>A</h1><p>Words.</p>{}</main></body></html>"""


def violations(path: Path, style: str, body: str, chromium: str) -> set[str]:
    path.write_text(PAGE.format(style, body), encoding="utf-8")
    return {finding.code for finding in VALIDATORS["axe"].run(path, (chromium,))}


def test_a_page_without_fault_has_no_finding(tmp_path: Path, chromium: str) -> None:
    """Nothing is found where nothing is wrong."""
    assert violations(tmp_path / "a.html", "", "", chromium) == set()


def test_an_image_without_alternative_is_found(tmp_path: Path, chromium: str) -> None:
    """WCAG 1.1.1: a picture that says nothing to a listener."""
    assert violations(tmp_path / "a.html", "", '<img src="data:,">', chromium) == {"axe image-alt"}


def test_text_that_fades_at_night_is_found(tmp_path: Path, chromium: str) -> None:
    """WCAG 1.4.3, in the colours of the night: what is readable by day alone does not pass."""
    night = "@media (prefers-color-scheme: dark) { body { background: #222; color: #333 } }"
    assert violations(tmp_path / "a.html", night, "", chromium) == {"axe color-contrast"}


def test_the_version_is_named() -> None:
    """The report says which axe-core was asked."""
    assert VALIDATORS["axe"].version(()).startswith("axe-core 4.")
