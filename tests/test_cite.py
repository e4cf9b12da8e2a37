"""Sources that citeproc cannot use are told as the author knows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nzpub.cite import cite
from nzpub.errors import ManuscriptError
from nzpub.read import read
from publication import make

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
