"""What nobody thought of ends, too: each process of a build has so much of the processor's time and of memory."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from nzpub import budget, build
from nzpub.budget import Budget
from nzpub.errors import Finding, ManuscriptError, NzpubError, Place, ToolError
from publication import FRONT_LINES, make

FULL = f"# A\n\nWords.\n\n{'*a* ' * 50}\n"
FULLEST = Place("manuscript/article.md", FRONT_LINES + 5)


def forever(*_: object) -> None:
    """Compute, and never end."""
    for _number in count():
        pass


def greedy(*_: object) -> None:
    """Fill the memory, and never end."""
    heap: list[bytes] = []
    for number in count():
        heap += [bytes([number % 256]) * 10_000] if len(heap) < 40_000 else []


def ended(root: Path, *names: str) -> list[Finding]:
    with pytest.raises(NzpubError) as error:
        build.build(root, names)
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    return list(error.value.findings)


@pytest.mark.parametrize(("step", "where"), [("read_styles", Place("manuscript/")), ("lay_out", FULLEST)])
def test_a_step_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str,
                                         where: Place) -> None:
    """A build of which one step does not end is refused, once it was read; nothing ticks on."""
    monkeypatch.setattr(budget, "_BASE_SECONDS", 0.8)
    monkeypatch.setattr(build, step, forever)
    assert [(f.code, f.where) for f in ended(make(tmp_path, FULL), "epub")] == [("NZ117", where)]


def test_steps_share_one_budget() -> None:
    """What was used since the budget began is not there for the next step."""
    began = budget.budget(0, Place("manuscript/"))
    spent = replace(began, seconds=10, before=(began.before[0] - 10, began.before[1]))
    with budget.kept(spent), pytest.raises(ManuscriptError, match="NZ117"):
        forever()


def test_the_second_process_has_a_budget_too() -> None:
    """What never ends beside this process is ended there, and told here."""
    with build._beside(Budget(5, 1_000, FULLEST, (0, 0)), alone=False) as other, \
         pytest.raises(ManuscriptError, match="NZ117"):
        other.submit(forever).result()


def test_a_process_that_is_killed_is_told() -> None:
    """A system out of memory ends a process without a word; the build says so instead of a traceback."""
    with pytest.raises(ToolError, match="NZ911"), \
         build._beside(budget.budget(0, FULLEST), alone=False) as other:
        other.submit(os._exit, 1).result()


def test_a_process_that_is_killed_as_it_begins_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it does if that process is gone before it was told what to do."""
    def gone(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")
    monkeypatch.setattr(ProcessPoolExecutor, "submit", gone)
    with pytest.raises(ToolError, match="NZ911"), \
         build._beside(budget.budget(0, FULLEST), alone=False) as other:
        other.submit(os._exit, 1)


def test_a_step_that_fills_the_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one that takes more memory than a text of that length may, beyond what was in use before."""
    monkeypatch.setattr(budget, "_BASE_MEGABYTES", 100)
    monkeypatch.setattr(build, "lay_out", greedy)
    assert [(f.code, f.where) for f in ended(make(tmp_path, FULL), "epub")] == [("NZ118", FULLEST)]


def test_the_budget_grows_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long book has longer and more; an article has half a minute, and a slow machine's seconds are longer."""
    monkeypatch.setattr(budget, "_slowness", lambda: 1)
    given = [budget.budget(length, FULLEST) for length in (0, 52_000, 600_000)]
    assert [(round(each.seconds), round(each.megabytes)) for each in given] == [(20, 650), (28, 754), (480, 1_850)]
    monkeypatch.setattr(budget, "_slowness", lambda: 3)
    assert budget.budget(0, FULLEST).seconds == 60
