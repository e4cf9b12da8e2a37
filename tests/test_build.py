"""The way through, whole: one command, one set, the same bytes, or the last good set untouched."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nzpub import formats
from nzpub.build import build
from nzpub.errors import NzpubError, ToolError, at_fault
from nzpub.model import Report
from publication import FRONT, copy_book, make

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """Return the small publication's folder after a build, and the report."""
    root = copy_book(tmp_path_factory.mktemp("built"))
    return root, build(root)


def digests(root: Path) -> dict[str, str]:
    manifest = json.loads((root / "dist" / "manifest.json").read_bytes())
    return {file["name"]: file["sha256"] for file in manifest["files"]}


def invoke(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in *cwd*."""
    command = [sys.executable, "-m", "invoke", "--search-root", str(ROOT), *arguments]
    return subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True,
                          check=False, timeout=300)


def test_another_publication_builds_with_the_same_code(built: tuple[Path, Report]) -> None:
    """A publication of its own subject, language and styles gives every output and no warning."""
    root, report = built
    names = {"kettle.pdf", "kettle.epub", "kettle-slides.html", "kettle-slides.pptx"}
    assert names <= {path.name for path in (root / "dist").iterdir()}
    assert report.warnings == ()


def test_the_same_input_gives_the_same_bytes(built: tuple[Path, Report], tmp_path: Path) -> None:
    """Another folder, time zone, locale, hash seed and day change no byte."""
    root = copy_book(tmp_path / "a folder with spaces")
    done = invoke("build", "--root", str(root), cwd=tmp_path, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    assert digests(root) == digests(built[0])


_CLOCK = """
import time
real, local, ahead = time.time, time.localtime, {seconds}
time.time = lambda: real() + ahead
time.localtime = lambda at=None: local(time.time() if at is None else at)
"""


@pytest.mark.parametrize("years", [-56, 200])
def test_a_wrong_clock_changes_no_byte(built: tuple[Path, Report], tmp_path: Path, years: int) -> None:
    """Nor does a clock that is set to a year that no zip file can bear, in either process of the build."""
    (tmp_path / "sitecustomize.py").write_text(_CLOCK.format(seconds=years * 365 * 86_400), encoding="utf-8")
    root = copy_book(tmp_path)
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = invoke("build", "--root", str(root), cwd=ROOT, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    assert digests(root) == digests(built[0])


def test_a_full_disk_is_told_wherever_it_is_met() -> None:
    """Temporary files and the cache need room too."""
    with pytest.raises(ToolError, match="NZ907"), at_fault("the pages were laid out"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_dates_come_from_the_environment_if_it_has_one(tmp_path: Path) -> None:
    """SOURCE_DATE_EPOCH sets the outputs' date; otherwise it is the metadata's."""
    root = copy_book(tmp_path)
    invoke("build", "--only", "epub", "--root", str(root), cwd=tmp_path, SOURCE_DATE_EPOCH="1700000000")
    with zipfile.ZipFile(root / "dist" / "kettle.epub") as book:
        assert b"2023-11-14T22:13:20Z" in book.read("EPUB/content.opf")
        assert {entry.date_time for entry in book.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_only_publishes_exactly_what_was_asked_for(tmp_path: Path) -> None:
    """What stands in dist/ is of one build: with --only the other outputs of an earlier one are gone."""
    root = copy_book(tmp_path)
    build(root, ["epub", "slides"])
    build(root, ["epub"])
    assert sorted(path.name for path in (root / "dist").iterdir()) == ["kettle.epub", "manifest.json"]


@pytest.mark.parametrize(("text", "where", "what"), [
    ("# A\n\n[x]{.abr}\n", ":16:", "did you mean “abbr”?"),
    ("# A\n\nSee [@nobody].\n", ":16:", "@nobody"),
    ("# A\n\n![c](figures/none.svg){alt=\"x y\"}\n", ":16:", "figures/none.svg"),
    ("---\ntitle: [\n---\n", "article.md:2:", "a bracket is never closed"),
    ("# A\n\n::: editor-note\n", ":16:", "never closed"),
])
def test_bad_input_ends_with_one_message_and_the_old_set(tmp_path: Path, text: str, where: str, what: str) -> None:
    """A mistake is told with file and line, without a traceback; the exit status is not 0, dist/ is untouched."""
    root = make(tmp_path, text)
    (root / "dist").mkdir()
    (root / "dist" / "kept").write_text("as it was")
    done = invoke("build", "--root", str(root), cwd=tmp_path)
    assert done.returncode == 1
    assert where in done.stderr
    assert what in done.stderr
    assert "Traceback" not in done.stderr
    assert [(path.name, path.read_text()) for path in (root / "dist").iterdir()] == [("kept", "as it was")]


def test_all_that_is_wrong_is_told_in_one_run(tmp_path: Path) -> None:
    """Annotations, slips, tables, references and formulas: whoever mends one need not wait for the next."""
    root = make(tmp_path, "# A\n\n[x]{.abr} [smith-2020]\n\n"
                "![c](figures/x.svg){#fig-x alt=\"x y\" chart=timeline data=data.csv}\n\nSee [@smith-2020].\n")
    (tmp_path / "manuscript" / "data.csv").write_text("date,end,group,label,source\nsoon,,A,One,smith-2020; @nobody\n")
    (tmp_path / "manuscript" / "references.json").write_text(
        '[{"id": "smith-2020", "type": "book", "title": "T", "author": "Smith"}]')
    with pytest.raises(NzpubError) as caught:
        build(root)
    assert {finding.code for finding in caught.value.findings if finding.severity == "error"} == {
        "NZ111", "NZ524", "NZ424", "NZ302", "NZ310", "NZ601"}
    assert {str(finding.where) for finding in caught.value.findings if finding.code == "NZ310"} == {
        "manuscript/data.csv:2"}


def test_what_an_output_cannot_be_made_of_is_told_with_the_rest(tmp_path: Path) -> None:
    """No heading, no slide and a link to what is hidden wait for no other mistake, and are each told once."""
    root = make(tmp_path, "[x]{.abr} See [it](#b).\n\n::: {.content-visible when-format=pdf}\n[x]{#b}\n:::\n")
    with pytest.raises(NzpubError) as caught:
        build(root)
    told = [str(finding).partition(" — ")[0] for finding in caught.value.findings if finding.severity == "error"]
    assert told == [
        "manuscript/article.md: error NZ126: pdf, epub, web: the text has no heading",
        "manuscript/article.md: error NZ601: there are no slides",
        "manuscript/article.md:14: error NZ111: unknown annotation “.abr”",
        "manuscript/article.md:14: error NZ133: epub, web: this leads to “b”, which is not shown there"]
    with pytest.raises(NzpubError) as caught:
        build(root, ["epub"])
    assert "NZ601" not in {finding.code for finding in caught.value.findings}


def test_a_library_that_fails_is_one_message(tmp_path: Path) -> None:
    """What no one foresaw says who failed at what and what to do; its traceback is for who asks for it."""
    root = make(tmp_path, "# A\n\nWords.\n")
    (root / "styles").mkdir()
    sheet = (ROOT / "styles" / "pdf.css").read_text(encoding="utf-8")
    (root / "styles" / "pdf.css").write_text(f"{sheet}\np {{ display: inline-grid }}\n", encoding="utf-8")
    done = invoke("build", "--only", "pdf", "--root", str(root), cwd=tmp_path)
    (message,) = [line for line in done.stderr.splitlines() if "error" in line]
    assert message.startswith("error NZ910: WeasyPrint failed while the pages were laid out: ValueError")
    assert "Traceback" not in done.stderr
    assert (done.returncode, (root / "dist").exists()) == (1, False)
    asked = invoke("build", "--only", "pdf", "--root", str(root), cwd=tmp_path, NZPUB_DEBUG="1")
    assert asked.stderr.rstrip().rpartition("\n")[2].startswith("ValueError")


def test_bench_tells_what_is_wrong(tmp_path: Path) -> None:
    """A publication that cannot be built is not measured, and the reasons are those of a build."""
    done = invoke("bench", "--root", str(make(tmp_path, "# A\n\n[x]{.abr} [@nobody]\n")), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split()[2] for line in done.stderr.splitlines() if ": error" in line] == ["NZ601:", "NZ111:", "NZ310:"]


def test_a_merge_of_the_whole_file_is_named(tmp_path: Path) -> None:
    """A file that begins with a mark of a merge is told so, not that its metadata are missing."""
    root = make(tmp_path, FRONT)
    (root / "manuscript" / "article.md").write_text(f"<<<<<<< HEAD\n{FRONT}=======\n{FRONT}>>>>>>> theirs\n")
    with pytest.raises(NzpubError) as caught:
        build(root)
    assert [finding.code for finding in caught.value.findings] == ["NZ520"] * 3


@pytest.mark.parametrize("prepare", ["no folder", "no manuscript", "two manuscripts", "not UTF-8"])
def test_a_manuscript_that_cannot_be_read_is_named(tmp_path: Path, prepare: str) -> None:
    """No manuscript, two, or one in another encoding: the message says which and what to do."""
    folder = tmp_path / "manuscript"
    if prepare != "no folder":
        folder.mkdir()
    if prepare == "two manuscripts":
        for name in "ab":
            (folder / f"{name}.md").write_text(FRONT)
    if prepare == "not UTF-8":
        (folder / "article.md").write_bytes(FRONT.encode() + "\nMāori".encode("utf-16"))
    with pytest.raises(NzpubError) as caught:
        build(tmp_path)
    assert str(caught.value.findings[0].where).startswith("manuscript/")
    assert caught.value.findings[0].hint


def test_the_current_folder_decides_what_root_means(tmp_path: Path) -> None:
    """--root is taken as the person at the prompt means it: from the folder they stand in."""
    copy_book(tmp_path)
    done = invoke("build", "--only", "epub", "--root", "book", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "book" / "dist" / "kettle.epub").is_file()
    assert "kettle.epub" in done.stdout


@pytest.mark.parametrize("task", ["build", "check"])
def test_an_unknown_form_is_refused_before_anything_is_done(tmp_path: Path, task: str) -> None:
    """A form that is none is one message, without a build whose findings could not be printed."""
    root = copy_book(tmp_path)
    done = invoke(task, "--format", "xml", "--root", str(root), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error NZ908: no form is called “xml” — text, json, sarif, github\n"
    assert not (root / "dist").exists()


@pytest.mark.parametrize(("form", "said"), [("text", "error NZ501"), ("github", "::error "),
                                            ("sarif", '"level": "error"'), ("json", '"severity": "error"')])
def test_strict_makes_errors_of_warnings(tmp_path: Path, form: str, said: str) -> None:
    """What ends a strict build is called an error, in every form."""
    done = invoke("build", "--strict", "--format", form, "--root", str(make(tmp_path, "# A\n\nNo source.\n")),
                  cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr


def test_the_list_of_tasks_is_the_manual(tmp_path: Path) -> None:
    """`invoke --list` names every task with one line that says what it does."""
    listed = invoke("--list", cwd=tmp_path).stdout
    for name in ("bench", "build", "check", "clean", "figures", "lock", "test"):
        assert any(line.split()[:1] == [name] and len(line.split()) > 3 for line in listed.splitlines()), name


def test_names_of_outputs_are_told_with_the_nearest() -> None:
    """Each name that is none is told, with the one that was probably meant; spaces around a name are no mistake."""
    with pytest.raises(NzpubError) as caught:
        formats.select(["PDF", "epud", " web", "x"])
    assert [str(finding) for finding in caught.value.findings] == [
        "error NZ108: no output is called “PDF” — did you mean “pdf”?",
        "error NZ108: no output is called “epud” — did you mean “epub”?",
        "error NZ108: no output is called “x” — they are pdf, epub, slides, web"]
    assert {format_.output for format_ in formats.select(["web ", "epub"])} == {"web", "epub"}
