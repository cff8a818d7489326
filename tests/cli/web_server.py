"""The gate's web server, as a shell starts it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.program import Program
from tests.web.house import free_port


@contextmanager
def serving(
    program: Program, *words: str, first: bytes = b"open to browsers", killed: bool = False
) -> Iterator[tuple[str, int]]:
    """Serve the gate; yields the page's address and the server's process."""
    port = free_port()
    command = [sys.executable, "-m", "scanner", "gate", "--web", "--port", str(port), *words]
    flags = ["--camera", "none", "--no-network"]
    with subprocess.Popen(
        [*command, *flags], env=program.environment(), stderr=subprocess.PIPE
    ) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        assert first in said, said
        try:
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == (-signal.SIGKILL if killed else 0)
