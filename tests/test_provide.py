"""Outside tools are found without side effects, installed where that is allowed, and missed with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nzpub import provide
from nzpub.errors import ToolError

Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return a function that puts a shell script on a PATH where nothing else is."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("CHROMIUM", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(provide, "_playwright_chromium", lambda: None)
    monkeypatch.setattr(provide, "_verapdf_jars", lambda: tmp_path / "jars")
    monkeypatch.setattr(provide, "_administer", lambda: None)

    def write(name: str, script: str = "exit 0") -> Path:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    return write


def test_every_tool_has_a_row() -> None:
    """Each name has its row in the table."""
    assert set(provide.TOOLS) == set(provide.NAMES)


@pytest.mark.parametrize("name", ["chromium", "java", "maven", "pdftoppm", "soffice", "verapdf"])
def test_a_tool_that_answers_is_found(name: provide.Name, program: Program) -> None:
    """A program on the PATH that answers is the tool."""
    path = program({"maven": "mvn"}.get(name, name))

    assert provide.find(name) == (str(path),)


def test_a_program_that_fails_is_no_tool(program: Program) -> None:
    """A program that only says where to get the real one, as on macOS, does not count."""
    program("java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")

    assert provide.find("java") is None


def test_a_confined_browser_is_passed_over(program: Program) -> None:
    """Ubuntu's wrapper around the snap does not count: it cannot read the files under test."""
    program("chromium", "exec /snap/bin/chromium")
    chrome = program("google-chrome")

    assert provide.find("chromium") == (str(chrome),)


def test_the_environment_chooses_the_browser(program: Program, monkeypatch: pytest.MonkeyPatch,
                                             tmp_path: Path) -> None:
    """CHROMIUM goes before what is on the PATH."""
    program("chromium")
    monkeypatch.setenv("CHROMIUM", str(program("mine")))

    assert provide.find("chromium") == (str(tmp_path / "mine"),)


@pytest.mark.parametrize(("manager", "remedy"), [
    ("apt-get", "run: sudo apt-get install -y poppler-utils"),
    ("brew", "run: brew install poppler"),
    ("other", "install it and put it on the PATH"),
])
def test_a_missing_tool_comes_with_its_remedy(manager: str, remedy: str, program: Program) -> None:
    """Where installing is not ours to do, the error says the exact command for this system."""
    program(manager)

    with pytest.raises(ToolError) as caught:
        provide.ensure("pdftoppm")

    assert [finding.hint for finding in caught.value.findings] == [remedy]


def test_a_tool_misses_what_it_needs(program: Program) -> None:
    """The remedy for a tool without its own needs begins with the need."""
    program("apt-get")

    assert provide.missing("verapdf").hint == "run: sudo apt-get install -y default-jre-headless"


def test_an_allowed_installation_brings_the_tool(program: Program, monkeypatch: pytest.MonkeyPatch,
                                                 tmp_path: Path) -> None:
    """Where no password is needed, the package is installed, after one look for newer lists."""
    monkeypatch.setattr(provide, "_administer", lambda: ("/usr/bin/env", f"PATH={tmp_path}:/usr/bin:/bin"))
    program("apt-get", f"""
case "$*" in
    *update*) touch {tmp_path}/lists ;;
    *install*poppler-utils) test -e {tmp_path}/lists && cp "$0" {tmp_path}/pdftoppm ;;
esac""")

    assert provide.ensure("pdftoppm") == (str(tmp_path / "pdftoppm"),)


def test_only_the_pinned_jars_are_accepted(tmp_path: Path) -> None:
    """A jar with another checksum than the pinned one, or one too many, stops the installation."""
    (tmp_path / "core-1.28.2.jar").write_bytes(b"not the one")

    with pytest.raises(ToolError, match=r"core-1\.28\.2\.jar"):
        provide._require_pinned(tmp_path)
