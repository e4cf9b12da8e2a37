"""The postcard: manuscript → one tree → an edition per format → writer → checks → ``dist/``."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nzpub import annotate, clock, complaint, editorial, formats, formulas, mistyped, project
from nzpub.budget import Budget, budget, keep, kept, of_book
from nzpub.cite import cite
from nzpub.errors import Finding, ManuscriptError, Place, ToolError, admit, at_fault
from nzpub.formats import Made
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Book, Output, Report, Styles
from nzpub.paginate import lay_out
from nzpub.publish import inputs, publish
from nzpub.read import characters, read, read_styles, size

Tell = Callable[[str], None]


def build(root: Path, names: Iterable[str] = formats.NAMES, *, strict: bool = False,
          tell: Tell = lambda _: None) -> Report:
    """Build the outputs *names* of the publication in *root*; report files and warnings.

    *tell* hears the name of each step as it begins. Nothing is published unless every artifact passes
    its checks. Raises NzpubError for what a person can put right.
    """
    clock = _Clock(tell)
    wanted = formats.select(names)
    allowed = budget(size(root / "manuscript"), Place("manuscript/"))
    with clock.step("reading"), at_fault("the manuscript was read"), kept(allowed):
        book = read(root / "manuscript")
        styles = read_styles(root / "styles", characters(book))
        cited, asked = prepared(book, styles, dict.fromkeys(format_.output for format_ in wanted))
        warnings = admit(asked, strict=strict)
    with at_fault("the outputs were made"), kept(allowed := of_book(allowed, book)):
        artifacts, findings = _make(wanted, book, cited, styles, clock, allowed=allowed)
    warnings += admit(findings, strict=strict)
    with clock.step("publishing"), at_fault("the outputs were published"):
        publish(artifacts, root / "dist", inputs(book, styles))
    return Report(artifacts, warnings, clock.seconds)


def prepared(book: Book, styles: Styles, outputs: Iterable[Output]) -> tuple[Book, tuple[Finding, ...]]:
    """Return *book* drawn and cited, as far as it can be, and all that is wrong with it for these *outputs*."""
    findings = [*annotate.check(book), *annotate.covered(book, styles), *editorial.check(book), *mistyped.check(book),
                *formulas.check(book), *(finding for output in outputs for finding in project.check(book, output))]
    sound = not any(finding.severity == "error" for finding in findings)
    steps: tuple[Callable[[Book], Book], ...] = (lambda whole: illustrate(whole, styles), cite)
    for step in steps:
        try:
            book = step(book)
        except ManuscriptError as error:
            # Citeproc says once more that a source is not there.
            findings += [finding for finding in error.findings if finding.code != "NZ312" or sound]
        except ToolError:
            if sound:
                raise
    return book, annotate.causes(findings, book.text)


def _make(wanted: tuple[formats.Format, ...], book: Book, cited: Book, styles: Styles,
          clock: _Clock, *, allowed: Budget) -> tuple[tuple[Artifact, ...], tuple[Finding, ...]]:
    """Return what the formats *wanted* write of the *cited* book, and what is wrong with it.

    *book* is that book as it was read, which says what belongs in which output; each process may use what
    is *allowed*.
    """
    decks = [format_ for format_ in wanted if not format_.paginated]
    with _beside(allowed, alone=not decks) as other:
        written = {format_.name: other.submit(_write, format_.name, cited, styles, Made(None, ())) for format_ in decks}
        layout = None
        if len(decks) < len(wanted):
            with clock.step("laying out"), at_fault("the pages were laid out"):
                layout = lay_out(project.prose(cited, "pdf"), styles)
        artifacts: list[Artifact] = []
        checks: list[Future[tuple[Finding, ...]]] = [
            other.submit(_belongs, book, cited, output)
            for output in dict.fromkeys(format_.output for format_ in wanted)]
        for format_ in wanted:
            clock.tell(format_.name)
            artifact, seconds = (_write(format_.name, cited, styles, Made(layout, tuple(artifacts)))
                                 if format_.paginated else written[format_.name].result())
            clock.seconds[format_.name] = seconds
            artifacts.append(artifact)
            checks.append(other.submit(_check, format_.name, cited, artifact))
        with clock.step("checking"):
            return tuple(artifacts), tuple(finding for check in checks for finding in check.result())


def _write(name: str, book: Book, styles: Styles, made: Made) -> tuple[Artifact, float]:
    """Return what one format writes, and the seconds that it took."""
    format_, start = formats.named(name), time.perf_counter()
    edition = format_.edition(book)
    with at_fault(f"the {name} was made"), complaint.at_source(edition), clock.stopped():
        return format_.write(edition, styles, made), time.perf_counter() - start


def _check(name: str, book: Book, artifact: Artifact) -> tuple[Finding, ...]:
    format_ = formats.named(name)
    with at_fault(f"the {name} was read back"):
        return format_.check(artifact, format_.edition(book))


def _belongs(book: Book, cited: Book, output: Output) -> tuple[Finding, ...]:
    with at_fault(f"the {output} was held against the manuscript"):
        return formats.belongs(book, cited, output)


@contextmanager
def _beside(allowed: Budget, *, alone: bool) -> Iterator[Executor]:
    """Give a second process: the decks need no pages, and what is written can be checked while more is written.

    It may use as much as this one was *allowed*. Raises ToolError if it is ended from outside.

    None is started for a build that is *alone*, without a deck: it would take longer to start than it helps.
    Spawned, not forked: the progress display has a thread, and Pango is no friend of forks.
    """
    if alone:
        yield _Here()
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), keep, (allowed,)) as pool:
        try:
            yield pool
        except (BrokenProcessPool, BrokenPipeError) as error:      # the latter if it was ended as it began
            raise ToolError(Finding("NZ911", "error", "a process of the build was ended from outside",
                                    hint="free some memory, then build again")) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Return a future that is done."""
        future: Future[Any] = Future()
        future.set_result(function(*arguments, **named))
        return future


class _Clock:
    """Times the steps of a build, in seconds."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.tell(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
