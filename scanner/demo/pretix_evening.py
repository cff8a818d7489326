"""A scripted evening at a real pretix; see `scanner.demo.evening` for what happens in it."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scanner.demo.cable import Cable
from scanner.demo.evening import Evening, Summary
from scanner.demo.pretix_world import PretixAccess, make_world

_FEWEST_TICKETS = 90


def play(
    access: PretixAccess, patrons: int, seed: int, on_progress: Callable[[int, int], None]
) -> Summary:
    """Play an evening at an event that is made for it.

    Raises:
        DemoError: a part did not start or answer, or pretix does not let the event be made.
        TicketingError: pretix doesn't answer as it should.
    """
    begun = time.monotonic()
    port = access.own_port()
    made = make_world(access, max(_FEWEST_TICKETS, 2 * patrons))
    summary = Summary(patrons, seed)
    try:
        with (
            Cable(port) as cable,
            tempfile.TemporaryDirectory(prefix="scanner-demo-") as folder,
        ):
            home = Path(folder)
            elsewhere = made.admit_elsewhere(seed)
            made.open_home(home, cable)
            line = made.crowd(elsewhere, seed).line(patrons)
            Evening(made, cable, home, line, summary).play(on_progress)
    finally:
        made.end()
    summary.seconds = round(time.monotonic() - begun, 1)
    return summary
