"""Tells the parent, systemd or the guardian, that this program runs: systemd's sd_notify protocol.

One datagram of `NAME=value` lines to the socket in `$NOTIFY_SOCKET` (sd_notify(3)).
"""

import contextlib
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.store.writer import Writer

SOCKET = "NOTIFY_SOCKET"
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(state: str) -> bool:
    """Send a state; tells whether a parent listens. Never raises, never waits."""
    address = os.environ.get(SOCKET, "")
    if address[:1] not in ("/", "@"):
        return False
    target = f"\0{address[1:]}" if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.connect(target)
        out.send(state.encode())
        return True
    return False


async def notify_alive(writer: "Writer") -> None:
    """Tell the parent that the kiosk is alive, once its ledger has answered.

    Called from the event loop, so that the loop and the ledger's thread are both alive.

    Raises:
        StoreError: the ledger can't go on.
    """
    from scanner.store.database import ping

    await writer.run(ping)
    notify(ALIVE)
