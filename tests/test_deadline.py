"""What nobody thought of ends, too: each step of a build has so much of the processor's time."""

from __future__ import annotations

import signal
from itertools import count
from pathlib import Path

import pytest

from nzpub import build, deadline
from nzpub.errors import ManuscriptError, Place
from publication import make


def forever(*_: object) -> None:
    """Compute, and never end."""
    for _number in count():
        pass


def test_a_step_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build whose layout does not end is refused with the manuscript's name, and nothing is left ticking."""
    monkeypatch.setattr(deadline, "_BASE_SECONDS", 0.2)
    monkeypatch.setattr(build, "lay_out", forever)
    with pytest.raises(ManuscriptError) as error:
        build.build(make(tmp_path, "# A\n\nWords.\n"), ["epub"])
    assert [(f.code, f.where) for f in error.value.findings] == [("NZ117", Place("manuscript/article.md"))]
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_the_deadline_grows_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long book has longer."""
    given: list[float] = []
    monkeypatch.setattr(signal, "setitimer", lambda _, seconds, *__: given.append(seconds))
    for text in ("", "words " * 100_000):
        with deadline.deadline(type("Book", (), {"text": text, "source": "x.md"})()):
            pass
    short, off, long, _ = map(round, given)
    assert (short, off, long) == (12, 0, 738)
