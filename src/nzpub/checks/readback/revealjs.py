"""The deck for a browser read back: its head, its slides and what is said at each."""

from __future__ import annotations

from nzpub.checks.readback.html import read

__all__ = ["read"]
