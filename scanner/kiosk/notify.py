"""Telling whoever started this program that it lives: systemd's sd_notify protocol.

One datagram of `NAME=value` lines to the socket in `$NOTIFY_SOCKET` (sd_notify(3)).
"""

import contextlib
import os
import socket

SOCKET = "NOTIFY_SOCKET"
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(state: str) -> bool:
    """Send a state; tells whether somebody listens. Never raises, never waits."""
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
