"""Imports point one way, and the code knows no publication."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nzpub

SOURCE = Path(nzpub.__file__).parent
ROOT = SOURCE.parents[1]
LINE = (nzpub.__doc__ or "").partition("\n\n    ")[2].partition("(tasks.py)")[0].split()
SHELL = ("show", "provide", "develop", "bench", "diagnose", "sarif", "account", "verify",
         "pictures")     # for tasks.py alone; they may import anything, and nothing imports them


def modules() -> dict[str, set[str]]:
    """Return module → the modules of ours that it imports, both without ``nzpub.``."""
    return {_name(path): set(_imports(path)) for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"}


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "nzpub":
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nzpub."):
            found.append((node.module or "").removeprefix("nzpub."))
    return found


def _place(name: str) -> int:
    return LINE.index(name.partition(".")[0])


def test_every_module_stands_in_the_line() -> None:
    """The package docstring names every module, in the order in which the document walks."""
    assert {name.split(".")[0] for name in modules()} - set(SHELL) == set(LINE)


def test_a_module_imports_only_from_its_left() -> None:
    """No import points against the line; a package's own modules may import one another."""
    wrong = [f"{name} imports {other}" for name, others in modules().items() if name.split(".")[0] not in SHELL
             for other in others if other.split(".")[0] != name.split(".")[0]
             and (other.split(".")[0] in SHELL or _place(other) >= _place(name))]
    assert wrong == []


def test_no_format_imports_another() -> None:
    """formats/x.py never imports formats/y.py, but for the steps beside it, formats/x_….py."""
    wrong = [f"{name} imports {other}" for name, others in modules().items() if name.startswith("formats.")
             for other in others if other.startswith("formats.") and not other.startswith(f"{name.split('_')[0]}_")]
    assert wrong == []


def test_the_code_knows_no_publication() -> None:
    """No word of the flagship's subject stands in the code or the styles."""
    subject = re.compile(r"NATO|Zealand|Wellington|Brussels|Ukraine|nz-nato", re.IGNORECASE)
    files = [*SOURCE.rglob("*.py"), *(ROOT / "styles").iterdir(), ROOT / "tasks.py"]
    assert [f"{path.name}: {match.group()}" for path in files
            for match in subject.finditer(path.read_text(encoding="utf-8"))] == []
