"""The last resort against a text that would be worked at for hours: so much of the processor's time for each step.

What is known to take long is refused before (:mod:`nzpub.limits`); this ends what nobody thought of. It counts the time
that this process computes, not what it waits, so that a busy machine refuses nothing. Where there is no such clock
(Windows, or a thread of its own) there is no deadline, and a call into a library of C ends before it is heard.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nzpub.errors import Finding, ManuscriptError, Place
from nzpub.model import Book

# Measured on two busy cores: an article of 8,000 words takes 6 s to lay out and has 31 s, a book of 90,000 takes 177 s
# and has 675 s. It takes longer for each word of a long text.
_BASE_SECONDS = 12
_CHARACTERS_PER_SECOND = 4_000
_CHARACTERS_SQUARED = 25_000       # for so many a second more, for twice as many four, for ten times as many a hundred
_AGAIN = 1.0                       # seconds until it is raised again, should a library have swallowed it


@contextmanager
def deadline(book: Book) -> Iterator[None]:
    """Raise ManuscriptError in what is done inside if it takes longer than a text of the length of *book* may."""
    length = len(book.text)
    seconds = _BASE_SECONDS + length / _CHARACTERS_PER_SECOND + (length / _CHARACTERS_SQUARED) ** 2
    with _within(seconds, book.source):
        yield


@contextmanager
def _within(seconds: float, source: str) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_: object) -> None:
        raise ManuscriptError(Finding("NZ117", "error", f"the text was not ready after {seconds:.0f} s of computing",
                                      Place(source), "take out what is large or stands in great number, half by half"))

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
