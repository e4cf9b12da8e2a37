"""Pandoc is started with limits, and whatever it does ends in an error that a person can act on."""

from __future__ import annotations

import pypandoc
import pytest

from nzpub import pandoc
from nzpub.errors import ToolError


def test_without_pandoc_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program is named, with the command that brings it; no traceback."""
    def missing() -> str:
        raise OSError("no pandoc was found")
    monkeypatch.setattr(pypandoc, "get_pandoc_path", missing)
    with pytest.raises(ToolError, match=r"NZ901: Pandoc did not start.*pip install"):
        pandoc.parse("x")


def test_a_text_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of time ends the run and is told as such."""
    monkeypatch.setattr(pandoc, "_BASE_SECONDS", 0.01)
    with pytest.raises(pandoc.OverLimitError, match="did not finish"):
        pandoc.parse("word " * 1_000)


def test_raw_html_stays_raw() -> None:
    """Raw HTML stays raw in the tree, where it is refused, and a metadata block is only text."""
    blocks = pandoc.parse("---\ntitle: x\n---\n\n<div>a</div>\n").blocks
    assert [block["t"] for block in blocks if block["t"] == "RawBlock"]
    assert "Div" not in {block["t"] for block in blocks}
