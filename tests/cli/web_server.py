"""The gate's web server, as a shell starts it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.program import Program
from tests.warm import piped
from tests.web.house import free_port


@contextmanager
def serving(
    program: Program,
    *words: str,
    first: bytes = b"open to browsers",
    killed: bool = False,
    camera: str = "none",
) -> Iterator[tuple[str, int]]:
    """Serve the gate; yields the page's address and the server's process.

    `camera` is the gates'; nothing where it isn't named.
    """
    port = free_port()
    own = ["--camera", camera] if camera else []
    words = ("gate", "--web", "--port", str(port), *words, *own, "--no-network")
    with piped("scanner", *words, environment=program.environment()) as server:
        said = server.stderr.readline()
        assert first in said, said
        try:
            yield f"http://127.0.0.1:{port}", server.process.pid
        finally:
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(20) == (-signal.SIGKILL if killed else 0)
