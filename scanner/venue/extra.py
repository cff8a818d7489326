"""Whether the libraries of a venue are installed."""

from importlib.util import find_spec

from scanner.venue.errors import NeedsExtra

LIBRARIES = ("cryptography", "nats", "nkeys", "zeroconf")
"""What the extra `venue` brings to import; the server's binary is looked for where it is run."""


def require() -> None:
    """Go on where a venue's libraries are installed.

    Raises:
        NeedsExtra: one of them is missing.
    """
    if any(find_spec(each) is None for each in LIBRARIES):
        raise NeedsExtra
