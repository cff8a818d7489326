"""`scanner gate --web`: the gate's screen in a browser; each window runs a gate of its own."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.cli.output import tell
from scanner.facts import Fact
from scanner.web.errors import WebError, WebFault, WebNotice


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Where browsers are answered, and how.

    Attributes:
        host: the address to listen at.
        port: 1 to 65535.
        password_file: its first line is the password, or its Argon2 hash.
        certificate: for TLS, in PEM; with its key, where `key` isn't given.
        key: the certificate's key, in PEM.
    """

    host: str
    port: int
    password_file: Path | None
    certificate: Path | None
    key: Path | None


def serve_browsers(options: WebOptions, flags: Sequence[str]) -> None:
    """Serve until interrupted.

    Args:
        options: where and how.
        flags: given to each gate that a browser opens.

    Raises:
        WebError: a library, the password or the certificate is missing or unusable, or the
            address can't be listened at.
    """
    try:
        from scanner.web.password import read_password
        from scanner.web.server import is_loopback, serve, tls_context
    except ImportError as error:
        raise WebError(WebFault.NO_LIBRARY) from error
    here = is_loopback(options.host)
    if not here and options.password_file is None:
        raise WebError(WebFault.NO_PASSWORD, host=options.host)
    tls = tls_context(options.certificate, options.key) if options.certificate else None
    password = read_password(options.password_file) if options.password_file else None

    def say_open() -> None:
        if not (here or tls):
            tell(Fact(WebNotice.UNENCRYPTED), err=True)
        tell(Fact(WebNotice.OPEN), err=True)

    serve(
        [sys.executable, "-m", "scanner", "gate", *flags],
        options.host,
        options.port,
        password=password,
        tls=tls,
        on_open=say_open,
    )
