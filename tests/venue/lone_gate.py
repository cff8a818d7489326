"""A gate that is killed between its claim and its commit: a program of its own.

It prints `claimed` once the engine has the claim, and waits for its end there.
"""

import sys
import time
from pathlib import Path

from scanner.admission.ticket import Unclaimed
from scanner.venue.members.membership import read
from tests.venue.whole_gates import VenueGate, venue_gate


def main() -> None:
    home, serial = Path(sys.argv[1]), sys.argv[2]
    membership = read(home)
    assert membership
    with venue_gate(home, membership, Unclaimed.ADMIT) as gate:
        gate.wait_connected()
        _hold_before_the_commit(gate)
        gate.present(serial)


def _hold_before_the_commit(gate: VenueGate) -> None:
    def hold(*_: object) -> None:
        sys.stdout.write("claimed\n")
        sys.stdout.flush()
        time.sleep(600)

    gate.gate._judge = hold  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    main()
