"""The postcard: manuscript → one tree → an edition per format → writer → checks → ``dist/``."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nzpub import annotate, editorial, formats, project
from nzpub.cite import cite
from nzpub.errors import Finding, admit
from nzpub.formats import Made
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Book, Report, Styles
from nzpub.paginate import lay_out
from nzpub.publish import inputs, publish
from nzpub.read import characters, read, read_styles

Tell = Callable[[str], None]


def build(root: Path, names: Iterable[str] = formats.NAMES, *, strict: bool = False,
          tell: Tell = lambda _: None) -> Report:
    """Build the outputs *names* of the publication in *root*; report files and warnings.

    *tell* hears the name of each step as it begins. Nothing is published unless every artifact passes
    its checks. Raises NzpubError for what a person can put right.
    """
    clock = _Clock(tell)
    wanted = formats.select(names)
    with clock.step("reading"):
        book = read(root / "manuscript")
        styles = read_styles(root / "styles", characters(book))
        asked = [*annotate.check(book), *annotate.covered(book, styles), *editorial.check(book)]
        warnings = admit(asked, strict=strict)
        given = inputs(book)
        book = cite(illustrate(book, styles))
    with _beside([f.name for f in wanted if not f.paginated], book, styles) as decks:
        layout = None
        if any(f.paginated for f in wanted):
            with clock.step("laying out"):
                layout = lay_out(project.prose(book, "pdf"), styles)
        written: dict[str, _Written] = {}
        for format_ in wanted:
            tell(format_.name)
            made = Made(layout, tuple(w.artifact for w in written.values()))
            written[format_.name] = (_write(format_.name, book, styles, made) if format_.paginated
                                     else decks(format_.name))
    warnings += admit([f for w in written.values() for f in w.findings], strict=strict)
    with clock.step("publishing"):
        publish([w.artifact for w in written.values()], root / "dist", given)
    seconds = clock.seconds | {name: w.seconds for name, w in written.items()}
    return Report(tuple(w.artifact for w in written.values()), warnings, seconds)


class _Written(NamedTuple):
    """What came of one format: the artifact, what its check found, and the seconds that both took."""

    artifact: Artifact
    findings: tuple[Finding, ...]
    seconds: float


def _write(name: str, book: Book, styles: Styles, made: Made) -> _Written:
    format_ = next(f for f in formats.FORMATS if f.name == name)
    start = time.perf_counter()
    edition = format_.edition(book)
    artifact = format_.write(edition, styles, made)
    return _Written(artifact, format_.check(artifact, edition), time.perf_counter() - start)


@contextmanager
def _beside(names: Sequence[str], book: Book, styles: Styles) -> Iterator[Callable[[str], _Written]]:
    """Write the formats *names*, which need no pages, in a second process; give the function that awaits one.

    Spawned, not forked: the progress display has a thread, and Pango is no friend of forks.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = {name: pool.submit(_write, name, book, styles, Made(None, ())) for name in names}
        try:
            yield lambda name: tasks[name].result()
        finally:
            for task in tasks.values():
                task.cancel()


class _Clock:
    """Times the steps of a build, in seconds."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._tell(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
