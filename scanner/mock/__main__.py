"""The mock server's command line: `python -m scanner.mock`."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from scanner.mock.server import run

_CHUNK = 4096


def main() -> None:
    """Read the options and run the server."""
    parser = argparse.ArgumentParser(
        prog="python -m scanner.mock",
        description="Run a mock of the TickeTing API on this machine.",
    )
    parser.add_argument("--tickets", type=int, default=1000, help="tickets in a new database")
    parser.add_argument("--sections", type=int, default=3, help="sections in a new database")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same data")
    parser.add_argument("--state", type=Path, help="a file that keeps the data over a restart")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--api-key", help="an administrator's key; without it, one is generated")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input is closed"
    )
    chosen = parser.parse_args()
    if chosen.until_eof:
        threading.Thread(target=_end_with_input, daemon=True).start()
    run(
        tickets=chosen.tickets,
        sections=chosen.sections,
        seed=chosen.seed,
        state=chosen.state,
        port=chosen.port,
        api_key=chosen.api_key,
    )


def _end_with_input() -> None:
    """End the server when standard input is closed, even by a killed parent."""
    while os.read(sys.stdin.fileno(), _CHUNK):  # reading `sys.stdin` would hold its lock at exit
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
