"""The program's gates at a pretix, set up as staff set them up, and what they have recorded."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.cli.program import Program
from tests.faults.gate_at_work import GateAtWork
from tests.pretix_server.conftest import House
from tests.pretix_server.filling import MadeDevice

SETTLE_SECONDS = 90
"""A gate believes after a minute that its device was revoked."""

_BEGUN_AND_ENDED = 2
"""A pull that was at work already may have passed what is waited for."""

HASTY = {"SCANNER_TIMEOUT_SECONDS": "5", "SCANNER_SYNC_SECONDS": "0.3"}
"""For a gate at work. Its first pull takes what time it wants."""


@dataclass(frozen=True)
class Door:
    """A gate of one house: its program, its process, and the device that it is to pretix."""

    program: Program
    made: MadeDevice
    gate: GateAtWork

    @property
    def number(self) -> int:
        """The number that pretix gave the device."""
        return self.made.number

    @classmethod
    def opened(
        cls, home: Path, house: House, *, url: str | None = None, doors: str = "Everybody"
    ) -> "Door":
        """Open it by what pretix shows for a new device; `url` is of a proxy before pretix."""
        made = house.evening.organiser.device(home.name)
        shown = json.loads(made.handshake)
        shown["url"] = url or shown["url"]
        program = Program(home)
        chosen = ("--event", house.evening.slug, "--list", doors)
        program.says("open", json.dumps(shown), "--name", "Lee", "--device", home.name, *chosen)
        return cls(program, made, GateAtWork(program, "--json-input", "--every-line", **HASTY))

    def sync(self) -> None:
        """Fetch what is new, as the gate does all the time."""
        self.program.says("sync")

    def leave(self, payload: str) -> dict[str, Any]:
        """Show a ticket on the way out."""
        return self.gate.show(json.dumps({"payload": payload, "exit": True}))

    def wait_for_news(self) -> None:
        """Wait until the gate at work has begun and ended another pull of what is new."""
        seen = set()

        def has_pulled_twice() -> bool:
            seen.add(self.status()["last_sync"])
            return len(seen) > _BEGUN_AND_ENDED

        until(has_pulled_twice)

    def states(self) -> dict[str, str]:
        """The state of each admission by the ticket's secret."""
        listed = map(json.loads, self.program.says("queue", "--json").splitlines())
        return {each["serial"]: each["state"] for each in listed}

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.program.says("status", "--json")))

    def deliver(self) -> None:
        """Send until nothing waits."""
        limit = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < limit:
            if self.program.run("replay").returncode == 0:
                found = self.status()
                if found["queued"] + found["sending"] == 0:
                    return
        raise AssertionError(f"the queue was not delivered: {self.states()}")


def verdict(said: dict[str, Any]) -> str:
    """The reason of a verdict, as `valid` or `unpaid`."""
    return str(said["code"]).removeprefix("verdict.")


def moment(text: str) -> datetime:
    """A time that pretix or the gate wrote."""
    return datetime.fromisoformat(text)


def until(found: Callable[[], bool]) -> None:
    """Wait for something that the gate or pretix does by itself."""
    limit = time.monotonic() + SETTLE_SECONDS
    while not found():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.1)
