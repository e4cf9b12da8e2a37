"""`inv` brings a bare folder to Invoke, once; and the README's two commands are all the set-up there is.

Most of this is tried on a project with nothing in it but `inv`, which takes seconds to set up.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from nzpub.provide import ROOT

INNER = "NZPUB_INNER"
"""Set for a test run inside a test run: that one must not start a third."""

PYPROJECT = """[build-system]
requires = ["hatchling", "editables"]
build-backend = "hatchling.build"
[project]
name = "tiny"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["src/tiny"]
"""
TASKS = """import os
from invoke.tasks import task

@task
def where(_, root="."):
    print(os.path.realpath(root))
"""
NEEDED = ("editables", "hatchling", "invoke", "packaging", "pathspec", "pluggy", "tomlkit",
          "trove-classifiers")


def run(command: Sequence[str | Path], cwd: Path, **environment: str) -> CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True,
                          encoding="utf-8", check=False)


def tiny(root: Path) -> Path:
    """Make the smallest project in which `inv` works, with our own pins; return its folder."""
    (root / "requirements").mkdir(parents=True)
    (root / "src" / "tiny").mkdir(parents=True)
    (root / "src" / "tiny" / "__init__.py").touch()
    shutil.copy2(ROOT / "inv", root)
    pins = re.split(r"\n(?=[a-z])", (ROOT / "requirements" / "build.txt").read_text("utf-8"))
    chosen = (f"{pin}\n" for pin in pins if pin.partition("==")[0] in NEEDED)
    (root / "requirements" / "build.txt").write_text("".join(chosen), "utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    (root / "tasks.py").write_text(TASKS, "utf-8")
    return root


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tiny project, set up, in a folder with spaces and an umlaut."""
    root = tiny(tmp_path_factory.mktemp("bootstrap") / "a földer with spaces")
    done = run(["./inv", "where"], root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a tiny project that was never set up."""
    return tiny(tmp_path / "bare")


def test_an_unchanged_project_is_not_set_up_again(project: Path) -> None:
    """The second run says nothing, and adds less than 0.1 s to Invoke's own time."""
    def seconds(*command: str | Path) -> float:
        start = time.perf_counter()
        done = run(command, project)
        assert (done.returncode, done.stderr) == (0, "")
        return time.perf_counter() - start

    direct = min(seconds(".venv/bin/python", "-P", "-m", "invoke", "where") for _ in range(5))

    assert min(seconds("./inv", "where") for _ in range(5)) - direct < 0.1


def test_it_works_from_any_folder_and_through_a_link(project: Path, tmp_path: Path) -> None:
    """A relative argument is relative to where the person is, not to the project."""
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (elsewhere / "yaml.py").write_text("raise SystemExit('not yours to import')", "ascii")
    (tmp_path / "first link").symlink_to(project / "inv")
    (elsewhere / "link").symlink_to("../first link")

    done = run(["./link", "where", "--root", "book"], elsewhere)

    assert (done.stdout.strip(), done.stderr) == (str(elsewhere / "book"), "")


def test_a_change_is_noticed(project: Path) -> None:
    """New requirements are installed at the next run, and only then."""
    requirements = project / "requirements" / "build.txt"
    requirements.write_text(requirements.read_text("utf-8") + "# changed\n", "utf-8")

    assert ["setting up" in run(["./inv", "where"], project).stderr for _ in range(2)] == [True, False]


def test_a_set_up_that_was_cut_short_starts_over(project: Path) -> None:
    """A half-made environment is not trusted."""
    (project / ".venv" / "inv-stamp").write_text("unfinished\n", "ascii")
    (left_over := project / ".venv" / "left-over").touch()

    done = run(["./inv", "where"], project)

    assert (done.returncode, left_over.exists()) == (0, False)


def test_two_at_once_set_up_once(bare: Path) -> None:
    """The second of two runs waits for the first; a lock whose owner is dead holds nobody up."""
    (bare / ".tools").mkdir()
    dead = subprocess.Popen(["true"])
    dead.wait()
    (bare / ".tools" / "inv-lock").symlink_to(str(dead.pid))
    start = partial(subprocess.Popen, ["./inv", "where"], cwd=bare, stderr=subprocess.PIPE, text=True)
    both = [start(), start()]

    said = "".join(process.communicate()[1] for process in both)

    assert ([process.returncode for process in both], said.count("setting up")) == ([0, 0], 1)


def test_an_environment_made_by_hand_is_left_alone(bare: Path) -> None:
    """A .venv that `inv` did not make is neither used nor removed."""
    (bare / ".venv").mkdir()
    (bare / ".venv" / "pyvenv.cfg").touch()

    done = run(["./inv", "where"], bare)

    assert (done.returncode, "not of my making" in done.stderr) == (1, True)
    assert [path.name for path in (bare / ".venv").iterdir()] == ["pyvenv.cfg"]


APT = "sudo apt-get install -y --no-install-recommends"
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
TOO_OLD = "echo"
LACKS_PANGO = """case $2 in
    *realpath*) echo "$0" ;;
    *) echo 'OSError: libpango-1.0.so.0: cannot open shared object file' >&2; exit 1 ;;
esac"""


@pytest.mark.parametrize(("manager", "python", "command"), [
    ("apt-get", None, f"{APT} python3 python3-venv {PANGO}"),
    ("apt-get", TOO_OLD, f"{APT} python3.11 python3.11-venv {PANGO}"),
    ("apt-get", LACKS_PANGO, f"{APT} {PANGO}"),
    ("dnf", LACKS_PANGO, "sudo dnf install python3 pango harfbuzz"),
    ("pacman", LACKS_PANGO, "sudo pacman -S --needed python pango"),
    ("apk", LACKS_PANGO, "sudo apk add python3 pango harfbuzz-subset fontconfig"),
    ("brew", LACKS_PANGO, "brew install python pango"),
])
def test_without_the_means_it_says_the_command_and_stops(
    manager: str, python: str | None, command: str, bare: Path, tmp_path: Path
) -> None:
    """Where a password would be needed, the exact command is printed and nothing at all is changed."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("cat", "cksum", "dirname", "readlink", "tail"):
        (path / name).symlink_to(shutil.which(name) or name)
    programs = {manager: "exit 1", "sudo": "exit 1", "id": "echo 1000", "python3": python}
    for name, script in ((name, script) for name, script in programs.items() if script):
        (path / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (path / name).chmod(0o755)
    before = sorted(bare.rglob("*"))

    done = run(["./inv", "where"], bare, PATH=str(path))

    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"inv: run: {command}")
    assert sorted(bare.rglob("*")) == before


@pytest.mark.skipif(INNER in os.environ, reason="this is the inner run")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: which files belong to it?")
def test_the_two_commands_of_the_readme_work_in_a_fresh_clone(tmp_path: Path) -> None:
    """What the README tells a newcomer to type builds and tests the project, from its files alone.

    CI runs the second of the two commands in a fresh clone anyway: this test is part of it.
    """
    clone = tmp_path / "fresh clone"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    for name in filter(lambda name: (ROOT / name).is_file(), files.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name)
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = re.findall(r"^\./inv (?:build|test)$", readme, flags=re.MULTILINE)

    assert commands == ["./inv build", "./inv test"]
    for command in commands[:1] if "CI" in os.environ else commands:
        done = run(command.split(), clone, **{INNER: "1"})
        assert done.returncode == 0, f"{command}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}"
