"""The postcard: manuscript → one tree → an edition per format → writer → checks → ``dist/``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nzpub import annotate, editorial, formats, project
from nzpub.cite import cite
from nzpub.errors import Finding, admit
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Report
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
        warnings = admit([*annotate.check(book), *annotate.covered(book, styles), *editorial.check(book)], strict=strict)
        given = inputs(book)
        book = cite(illustrate(book, styles))
    with clock.step("laying out"):
        layout = lay_out(project.prose(book, "pdf"), styles) if any(f.paginated for f in wanted) else None
    artifacts: list[Artifact] = []
    findings: list[Finding] = []
    for format_ in wanted:
        with clock.step(format_.name):
            edition = format_.edition(book)
            artifacts.append(artifact := format_.write(edition, styles, layout))
            findings += format_.check(artifact, edition)
    warnings += admit(findings, strict=strict)
    with clock.step("publishing"):
        publish(artifacts, root / "dist", given)
    return Report(tuple(artifacts), warnings, clock.seconds)


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


