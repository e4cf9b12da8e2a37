"""The last resort against a text that would be worked at for hours, or fill the memory: a budget for the whole build.

What is known to take long is refused before (:mod:`nzpub.limits`); this ends what nobody thought of. Each of a build's
two processes, and that of `check` while it asks its own questions, looks four times a second at the processor's time
that it has used and at the memory that it has had at most. It counts the time that it computes, not what it waits, in
seconds of the machine on which this was measured, so that neither a busy nor a slow machine refuses anything. Pandoc
has limits of its own (:mod:`nzpub.pandoc`). There is no budget where there is no such clock (Windows, or a thread of
its own), and a call into a library of C ends before it is heard. The system's own limit of memory is not used: GLib,
which Pango stands on, ends the process at it without a word.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nzpub.errors import Finding, ManuscriptError, Place
from nzpub.model import Book
from nzpub.tree import walk

if sys.platform != "win32":
    import resource

# Measured: each process takes 12 s and 210 MB of an article of 8,000 words, 21 s if nothing is remembered and others
# work beside it, and has 28 s and 750 MB; one of them takes 184 s and 970 MB of a book of 100,000 words, and has 480 s
# and 1,860 MB. An article's pictures may need 620 MB.
_BASE_SECONDS = 20
_CHARACTERS_PER_SECOND = 10_000
_CHARACTERS_SQUARED = 30_000       # for so many a second more, for twice as many four, for ten times as many a hundred
_BASE_MEGABYTES, _CHARACTERS_PER_MEGABYTE = 650, 500
_TICK = 0.25                       # seconds of computing between two looks
_AGAIN = 0.1                       # until it is raised again: WeasyPrint swallows it, once for each drawing
_STEPS, _STEPS_SECONDS = 1_000_000, 0.053     # of a loop, and what they took where all else was measured


@dataclass(frozen=True, slots=True)
class Budget:
    """What one process of a build may use, beyond what it had used before, and the place that a message names."""

    seconds: float
    megabytes: float
    where: Place
    before: tuple[float, float]        # seconds of the processor, and megabytes at most


def budget(length: int, where: Place) -> Budget:
    """Return what this process may use, from now on, for a text of *length* characters at *where*."""
    seconds = _BASE_SECONDS + length / _CHARACTERS_PER_SECOND + (length / _CHARACTERS_SQUARED) ** 2
    return Budget(seconds * _slowness(), _BASE_MEGABYTES + length / _CHARACTERS_PER_MEGABYTE, where, _used())


def of_book(whole: Budget, book: Book) -> Budget:
    """Return the *whole* budget of *book*, with the line of the block that holds the most."""
    fullest = max(book.blocks, key=lambda block: sum(1 for _ in walk([block])), default={})
    return replace(whole, where=Place(book.source, fullest.get("line")))


@contextmanager
def kept(whole: Budget) -> Iterator[None]:
    """Raise ManuscriptError in what is done inside if this process has used more than the *whole* budget."""
    if not _has_clock():
        yield
        return
    other = signal.getsignal(signal.SIGPROF)
    _tick(whole)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, other)


def keep(whole: Budget) -> None:
    """Give this process, which is another one than that of the *whole* budget, as much until it ends."""
    if _has_clock():
        _tick(replace(whole, before=_used()))


def _has_clock() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


def _tick(whole: Budget) -> None:
    signal.signal(signal.SIGPROF, lambda *_: _look(whole))
    signal.siginterrupt(signal.SIGPROF, False)     # libraries of C need not know of it
    signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)


def _look(whole: Budget) -> None:
    seconds, megabytes = (now - before for now, before in zip(_used(), whole.before, strict=True))
    if seconds <= whole.seconds and megabytes <= whole.megabytes:
        return
    signal.setitimer(signal.ITIMER_PROF, _AGAIN, _AGAIN)
    hint = "take out what is large or stands in great number, half by half"
    if whole.where.line is not None:
        hint += "; the block at this line holds the most"
    raise ManuscriptError(
        Finding("NZ117", "error", f"the text was not ready after {whole.seconds:.0f} s of computing", whole.where, hint)
        if seconds > whole.seconds else
        Finding("NZ118", "error", f"the text needed more than {whole.megabytes:.0f} MB of memory", whole.where, hint))


def _used() -> tuple[float, float]:
    """Return the seconds of the processor that this process has used, and the megabytes that it had at most."""
    if sys.platform == "win32":
        return time.process_time(), 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss      # in bytes on macOS, in kibibytes elsewhere
    return time.process_time(), peak / 1024 ** (2 if sys.platform == "darwin" else 1)


def _slowness() -> float:
    """Return how many times as long as there this machine computes what was measured; 1 if it is faster."""
    start = time.process_time()
    sum(step * step for step in range(_STEPS))
    return max(1, (time.process_time() - start) / _STEPS_SECONDS)
