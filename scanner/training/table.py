"""Every run as CSV, for the manager."""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields

from scanner.training.records import Run

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""


def to_csv(runs: Sequence[Run]) -> str:
    """Return a header and a row for each run, oldest first; times in ISO 8601."""
    out = io.StringIO()
    names = [each.name for each in fields(Run)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for run in runs:
        writer.writerow([_cell(run, name) for name in names])
    return out.getvalue()


def _cell(run: Run, name: str) -> object:
    value = run.at.isoformat(timespec="seconds") if name == "at" else getattr(run, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
