"""A pretix to try things at: starts one, sells tickets, prints a JSON line, serves until its end.

    .venv/bin/python -m tests.pretix_server --tickets 1000

prints `url`, `organizer`, `event`, `lists` by name, `team_token`, `devices` (what is shown to staff
as a QR, one-time) and `tickets` (secrets, section after section). Ctrl+C or SIGTERM ends it.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.pretix_server.filling import Organiser
from tests.pretix_server.installing import installed
from tests.pretix_server.serving import (
    Server,
    postgresql_programs,
    postgresql_server,
    sqlite_server,
)

SECTIONS = ("Floor", "Balcony", "Lounge")


def main() -> int:
    """Serve one; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.pretix_server")
    parser.add_argument("--tickets", type=int, default=300, help="how many are sold")
    parser.add_argument("--devices", type=int, default=4, help="how many may be set up")
    parser.add_argument("--postgresql", action="store_true", help="take many calls at once")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="pretix-"))
    try:
        with _served(folder / "served", postgresql=asked.postgresql) as server:
            sys.stdout.write(json.dumps(_filled(server, asked.tickets, asked.devices)) + "\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(folder)
    return 0


@contextmanager
def _served(folder: Path, *, postgresql: bool) -> Iterator[Server]:
    if not postgresql:
        with sqlite_server(installed(), folder) as server:
            yield server
        return
    programs = postgresql_programs()
    if programs is None or os.getuid() == 0:
        raise SystemExit("PostgreSQL must be installed, and be started by an ordinary user")
    with postgresql_server(installed(), programs, folder) as server:
        yield server


def _filled(server: Server, tickets: int, devices: int) -> dict[str, Any]:
    organiser = Organiser.found(server.url, "house")
    evening = organiser.evening("evening")
    items = [evening.item(name) for name in SECTIONS]
    evening.quota(items)
    lists = {
        "Everybody": evening.check_in_list("Everybody"),
        "Floor and balcony": evening.check_in_list("Floor and balcony", items[:2]),
    }
    shares = [tickets // len(items) + (n < tickets % len(items)) for n in range(len(items))]
    sold = [each for item, n in zip(items, shares, strict=True) for each in evening.sell(item, n)]
    shown = [organiser.device(f"gate {number + 1}").handshake for number in range(devices)]
    found = {
        "url": server.url,
        "organizer": organiser.slug,
        "event": evening.slug,
        "lists": lists,
        "team_token": organiser.api.headers["Authorization"].partition(" ")[2],
        "devices": shown,
        "tickets": [each.secret for each in sold],
    }
    organiser.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
