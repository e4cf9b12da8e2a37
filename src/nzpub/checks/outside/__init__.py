"""Validators that others wrote: one file each, a table, and nothing of ours that decides what is valid."""

from __future__ import annotations

from collections.abc import Mapping

from nzpub.checks.outside import ace, axe, deck, epubcheck, office, verapdf
from nzpub.checks.outside.program import Validator

VALIDATORS: Mapping[str, Validator] = {
    module.VALIDATOR.name: module.VALIDATOR for module in (epubcheck, ace, axe, deck, office, verapdf)
}
"""By name."""
