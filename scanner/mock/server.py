"""Runs the server: database, socket, the line that says it is ready, and shutdown."""

import json
import signal
import socket
import sqlite3
import sys
import threading
from pathlib import Path

from scanner.mock.errors import StartFailure
from scanner.mock.resources import tokens
from scanner.mock.seed import Wanted, add_integration_key, administrator_id, fill
from scanner.mock.state import is_new, open_world, setting

HOST = "127.0.0.1"
LARGEST_WORLD = 5_000_000
LARGEST_SECTION_COUNT = 500
LARGEST_PORT = 65535
STOP_SECONDS = 2


def run(  # noqa: PLR0917 - one for each option of the command
    tickets: int,
    sections: int,
    seed: int,
    state: Path | None,
    port: int,
    api_key: str | None,
) -> None:
    """Serve until SIGTERM or SIGINT; print one JSON line on stdout when ready.

    If the file `state` has data already, `tickets`, `sections` and `seed` are ignored, and a new
    `api_key` is added. Exits with 1 and a sentence on stderr where it can't start.
    """
    try:
        _refuse_senseless(tickets, sections, port, api_key)
        with _listening(port) as listener:
            world = _world(state, Wanted(tickets, sections, seed), api_key)
            try:
                _serve(world, listener)
            finally:
                world.close()
    except StartFailure as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(1) from None


def ready_line(world: sqlite3.Connection, port: int) -> str:
    """Return the JSON that a client needs: URL, event, API key and tokens."""
    event = int(setting(world, "event"))
    query = "SELECT * FROM token WHERE event = ? ORDER BY global DESC, id"
    shown = [tokens.shown(world, row) for row in world.execute(query, (event,)).fetchall()]
    return json.dumps(
        {
            "url": f"http://{HOST}:{port}/",
            "event": f"/events/{event}",
            "api_key": setting(world, "api_key"),
            "tokens": [
                {name: token[name] for name in ("code", "global", "sections")} for token in shown
            ],
        }
    )


def _refuse_senseless(tickets: int, sections: int, port: int, api_key: str | None) -> None:
    if not 0 <= tickets <= LARGEST_WORLD:
        raise StartFailure(f"The number of tickets must be between 0 and {LARGEST_WORLD}.")
    if not 1 <= sections <= LARGEST_SECTION_COUNT:
        raise StartFailure(f"The number of sections must be between 1 and {LARGEST_SECTION_COUNT}.")
    if not 0 <= port <= LARGEST_PORT:
        raise StartFailure(
            f"The port must be between 0 and {LARGEST_PORT}: "
            "choose another with --port, or 0 for a free one."
        )
    if api_key is not None and not (api_key.strip() and api_key.isascii()):
        raise StartFailure("The API key must be plain text and not empty.")


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(256)
    except OSError as failure:
        listener.close()
        raise StartFailure(
            f"Port {port} on {HOST} cannot be used ({failure.strerror}): "
            "choose another with --port, or 0 for a free one."
        ) from failure
    return listener


def _world(state: Path | None, wanted: Wanted, api_key: str | None) -> sqlite3.Connection:
    world = open_world(state)
    if is_new(world):
        fill(world, wanted, api_key)
    elif api_key is not None:
        add_integration_key(world, administrator_id(world), api_key)
    return world


def _serve(world: sqlite3.Connection, listener: socket.socket) -> None:
    # Imported late: a start that is refused should be quick.
    import uvicorn

    from scanner.mock.app import Server

    port = int(listener.getsockname()[1])
    config = uvicorn.Config(
        Server(world, f"http://{HOST}:{port}").app(),
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )

    class Announcing(uvicorn.Server):
        """Prints the line once requests are answered."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.write(ready_line(world, port) + "\n")
            sys.stdout.flush()

    _end_quietly()
    Announcing(config).run(sockets=[listener])


def _end_quietly() -> None:
    """Ignore the signal that uvicorn raises again after a graceful shutdown: exit with 0."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
