"""Validators that others wrote: one file each, a table, and nothing of ours that decides what is valid."""

from __future__ import annotations

from collections.abc import Mapping

from nzpub.checks.outside import ace, epubcheck, verapdf
from nzpub.checks.outside.program import Validator

VALIDATORS: Mapping[str, Validator] = {v.name: v for v in (epubcheck.VALIDATOR, ace.VALIDATOR, verapdf.VALIDATOR)}
"""By name, which is also the name under which `provide` finds its command."""
