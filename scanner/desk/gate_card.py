"""The gate card: a server's address, a key and a token's code in one line, or in one QR.

A line such as `scanner:gate?token=A0F9GG8D&key=0f1e2d&api=https://tickets.example/v3/`: a URI
(RFC 3986) whose query has a web form's encoding. Each part may be missing; what is unknown is
ignored. Its scheme is no web address: a phone that scans it opens nothing, and sends it nowhere.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from scanner.admission.cleaning import clean

PREFIX = "scanner:gate?"


@dataclass(frozen=True, slots=True)
class GateCard:
    """What opens a gate; `key` is the application's, where the server needs one."""

    api: str | None = None
    key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


def write_card(card: GateCard) -> str:
    """Return the line."""
    parts = {"token": card.token, "key": card.key, "api": card.api}
    return PREFIX + urlencode({name: text for name, text in parts.items() if text}, safe=":/")


def read_card(line: str) -> GateCard | None:
    """Return what is on a card; nothing where the text is none, or an empty one.

    Scanners and mail programs change the case of a scheme, add spaces, and more before it.
    """
    text = "".join(line.split())
    if not text.casefold().startswith(PREFIX):
        text = "".join(clean(line).split())
    if not text.casefold().startswith(PREFIX):
        return None
    found = {name.casefold(): value for name, value in parse_qsl(text[len(PREFIX) :])}
    card = GateCard(*(found.get(name) for name in ("api", "key", "token")))
    return card if card != GateCard() else None
