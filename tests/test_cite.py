"""Sources that citeproc cannot use are told as the author knows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nzpub import pandoc
from nzpub.cite import cite
from nzpub.errors import ManuscriptError, NzpubError, Place, admit
from nzpub.read import read
from publication import FRONT_LINES, make

SOUND = {"id": "jones-2021", "type": "book", "title": "Sound", "issued": {"date-parts": [[2021]]}}


def test_a_source_that_citeproc_cannot_read_is_named(tmp_path: Path) -> None:
    """A date that is none: the message has the file and the key of the entry, not a path of the machine."""
    root = make(tmp_path, "# A\n\nWords [@smith-2020].\n")
    odd = {"id": "smith-2020", "type": "book", "title": "Odd", "issued": {"date-parts": [["soon"]]}}
    (root / "manuscript" / "references.json").write_text(json.dumps([SOUND, odd]), encoding="utf-8")

    with pytest.raises(ManuscriptError) as caught:
        cite(read(root / "manuscript"))

    (finding,) = caught.value.findings
    assert (finding.code, finding.where and finding.where.file) == ("NZ302", "manuscript/references.json")
    assert "“smith-2020”" in finding.message
    assert "/tmp" not in str(finding)  # noqa: S108 (it is not used)


def test_a_source_that_citeproc_does_not_know_is_told_where_it_is_cited(tmp_path: Path) -> None:
    """The annotations' check comes first, so here it is left out; one that citeproc knows is told at its entry."""
    book = read(make(tmp_path, "# A\n\nWords.\n\nMore words [@nobody-1999].\n") / "manuscript")

    with pytest.raises(ManuscriptError) as caught:
        cite(book)

    (finding,) = caught.value.findings
    assert (finding.code, str(finding.where)) == ("NZ312", f"manuscript/article.md:{FRONT_LINES + 5}")


@pytest.mark.parametrize(("old", "new", "place"), [
    ('"id": "jones-2021"', '"id": "smith-2020"', "manuscript/references.json:4"),
    ('"id": "jones-2021",', '"id": "jones-2021"', "manuscript/references.json:4:23"),
    ('"issued": {"date-parts": [[2021', '"issued": {"date-parts": [["soon"', "manuscript/references.json:4"),
])
def test_a_fault_in_the_bibliography_is_told_at_its_line(old: str, new: str, place: str, tmp_path: Path) -> None:
    """A key that stands twice, JSON that is none, an entry that is no source."""
    root = make(tmp_path, "# A\n\nWords [@smith-2020].\n")
    path = root / "manuscript" / "references.json"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(NzpubError) as caught:
        book = read(root / "manuscript")
        admit(book.problems)
        cite(book)

    assert str(caught.value.findings[0].where) == place


def test_all_that_is_wrong_in_the_bibliography_is_told_together(tmp_path: Path) -> None:
    """No entry hides another, and none that can be read is lost: an id, a type, a field; names, a date."""
    root = make(tmp_path, "# A\n\nWords [@smith-2020].\n")
    entries = ['{"title": "A"}', '{"id": 5, "type": "book"}',
               '{"id": "a", "type": "website", "tilte": "A", "x-y": "z"}',
               '{"id": "b"}', '{"id": "c", "type": "book",\n "author": "A. Name"}', json.dumps(SOUND),
               '{"id": "d", "type": "book", "url": "https://example.org/", "issued": {"date-parts": [2020]}}']
    (root / "manuscript" / "references.json").write_text("[" + ",\n".join(entries) + "\n]")

    book = read(root / "manuscript")
    with pytest.raises(ManuscriptError) as caught:
        cite(book)

    assert [(str(f.where).partition(":")[2], f.severity, f.code, f.message) for f in book.problems] == [
        ("1", "error", "NZ302", "an entry has no id"), ("2", "error", "NZ302", "an entry has no id"),
        ("3", "warning", "NZ302", "“website” is no type of source"),
        ("3", "warning", "NZ302", "“tilte” is no field of a source, and is printed nowhere"),
        ("4", "warning", "NZ302", "the source “b” has no type")]
    assert [(str(f.where).partition(":")[2], f.message.partition(":")[0]) for f in caught.value.findings] == [
        ("5", "the source “c” is not CSL JSON"), ("8", "the source “d” is not CSL JSON")]
    assert SOUND["id"] in book.entries


def test_sources_that_take_too_long_are_told_at_the_likeliest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes citeproc hang are marks that are never closed: the entry with the most of them is named."""
    root = make(tmp_path, "# A\n\nWords [@smith-2020].\n")
    marked = {"id": "smith-2020", "type": "book", "title": "<b> and <i>a</i> " * 80}
    (root / "manuscript" / "references.json").write_text(f"[{json.dumps(SOUND)},\n{json.dumps(marked)}]")
    book = read(root / "manuscript")
    pandoc.api_version()                       # remembered, so that only citeproc has no time
    monkeypatch.setattr(pandoc, "_BASE_SECONDS", 2)

    with pytest.raises(ManuscriptError) as caught:
        cite(book)

    assert [(f.code, f.where) for f in caught.value.findings] == [("NZ105", Place("manuscript/references.json", 2))]
