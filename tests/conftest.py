"""What tests share: the outside tools, each found or its test skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from nzpub import provide


def tool(name: provide.Name, *, optional: bool = False) -> provide.Command:
    """Return the command of an outside tool, or skip the test and say why.

    In CI a missing tool is a failure, unless *optional*.
    """
    if command := provide.find(name):
        return command
    reason = str(provide.missing(name))
    if os.environ.get("CI") == "true" and not optional:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a browser for Playwright's *executable_path*."""
    return tool("chromium")[0]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a browser that runs as long as the tests of one file: Playwright starts no second one beside it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def epubcheck() -> provide.Command:
    return tool("epubcheck")


@pytest.fixture(scope="session")
def ace() -> provide.Command:
    return tool("ace")


@pytest.fixture(scope="session")
def verapdf() -> provide.Command:
    return tool("verapdf")


@pytest.fixture(scope="session")
def pdftoppm() -> provide.Command:
    return tool("pdftoppm")


@pytest.fixture(scope="session")
def soffice() -> provide.Command:
    """Return LibreOffice's command; `./inv test --office` is what installs it, so CI may do without."""
    return tool("soffice", optional=True)
