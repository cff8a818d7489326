"""An order of several tickets, as a gate finds it."""

from dataclasses import replace

from scanner.admission.verdict import Kind
from scanner.store.search import Found
from tests.tui.ports import SERIAL, VERDICTS

ORDER = [
    Found(serial, name, "Floor", replace(VERDICTS[Kind.ADMITTED], serial=serial))
    for serial, name in (
        (SERIAL, "Ana Luz"),
        ("DAWIER-BACK75580101", "Ben Luz"),
        ("DAWIER-BACK75580102", "Cleo Luz"),
        ("DAWIER-BACK75580103", "Dora Luz"),
    )
]
"""Tickets that were ordered together."""
