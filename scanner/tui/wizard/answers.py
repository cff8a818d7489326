"""The first start's answers, the rules that check them, and what acts on them. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from scanner.qr.frame import Pixels
    from scanner.sync.opening import Opened
    from scanner.tui.ports import ScanSource

SERVERS = {
    "production": "https://api.ticketingevents.com/v3/",
    "QA": "https://qa.ticketingevents.com/v3/",
    "mock": "http://127.0.0.1:8080/",
}
"""The vendor's servers (API reference 3.0.0), and where `scanner mock --port 8080` answers."""

LONGEST_NAME = 60
"""Characters of a person's or a device's name: a screen's line holds both."""

OnFrame = Callable[["Pixels"], None]
"""Called with each picture, from the camera's thread."""

_CODE = re.compile(r"[0-9A-Z]{8}")
_CODE_WITHIN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{8}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that opens a gate; `key` is the application's, where the server needs one."""

    api: str = SERVERS["production"]
    key: str | None = field(default=None, repr=False)
    code: str = field(default="", repr=False)
    name: str = ""
    device: str = ""
    camera: str = "0"


def token_code(text: str) -> str | None:
    """Return the token's code in a typed or scanned text: alone, or the only one within it.

    A code is eight of 0-9 A-Z; what keyboards do to it (case, spaces) is undone.
    """
    alone = re.sub(r"[\s-]", "", text).upper()
    if _CODE.fullmatch(alone):
        return alone
    found = {each.upper() for each in _CODE_WITHIN.findall(text) if re.search(r"\d", each)}
    return found.pop() if len(found) == 1 else None


def server_address(text: str) -> str | None:
    """Return an address as the API's resources are put behind it; nothing where it is none."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and parts.port != 0 and not re.search(r"\s", text)
    except ValueError:
        return None
    return f"{text.rstrip('/')}/" if usable else None


def tidy_name(text: str) -> str | None:
    """Return a name without what can't be shown, and nothing where nothing is left."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())[:LONGEST_NAME].strip() or None


class Setup(Protocol):
    """Cameras, sound, server and settings of a gate that is not open yet."""

    def cameras(self) -> Sequence[tuple[str, str]]:
        """List the cameras: what `look` takes, and its name for a person."""

    def look(self, spec: str, on_frame: OnFrame, /) -> "ScanSource":
        """Return a source that is not started yet; it shows its pictures to `on_frame`."""

    def play(self) -> bool:
        """Play the sound of an admission; tells whether this computer has any."""

    async def open(self, answers: Answers, on_progress: Callable[[int, int], None], /) -> "Opened":
        """Open the session and fetch its tickets.

        Raises:
            ScannerError: what stood in the way.
        """
        ...

    def keep(self, answers: Answers, /) -> None:
        """Save the answers for the next start.

        Raises:
            ScannerError: they can't be saved.
        """
