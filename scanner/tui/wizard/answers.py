"""The first start's answers, the rules that check them, and what acts on them. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from scanner.admission.cleaning import clean
from scanner.desk.gate_card import GateCard, read_card
from scanner.errors import ScannerError
from scanner.platform.access import PRETIX
from scanner.platform.errors import NoSuchToken, WrongCode
from scanner.scanning.ticket_codes import holds_ticket
from scanner.store.sessions import TICKETING
from scanner.sync.errors import NameEmpty, NameTaken

if TYPE_CHECKING:
    from scanner.app.sound import Sounds
    from scanner.desk.device_setup import EventsFound
    from scanner.pretix.choices import EventChoice
    from scanner.pretix.setup import NewDevice
    from scanner.qr.frame import Pixels
    from scanner.sync.opening import Opened
    from scanner.tui.ports import ScanSource

SERVERS = {
    "production": "https://api.ticketingevents.com/v3/",
    "QA": "https://qa.ticketingevents.com/v3/",
}
"""The vendor's servers (API reference 3.0.0)."""

"""The platforms, as sessions name them."""

LONGEST_NAME = 60
"""Characters of a person's or a device's name: a screen's line holds both."""

OnFrame = Callable[["Pixels"], None]
"""Called with each picture, from the camera's thread."""

_CODE = re.compile(r"[0-9A-Z]{8}")
_KEY = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_HOST = re.compile(r"^\s*https?://[^/]*", re.IGNORECASE)
_MAY_BE_NEW = re.compile(r"handshake_version|[0-9a-z]{16}")
_CODE_WITHIN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{8}(?![0-9A-Za-z])")


class Place(IntEnum):
    """The steps in their order; the venue's is left out where none is found."""

    SERVER = 1
    CODE = 2
    NAMES = 3
    CAMERA = 4
    SOUND = 5
    SUPERVISOR = 6
    VENUE = 7
    TICKETS = 8


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that opens a gate; `key` is the application's, where the server needs one.

    At pretix, `code` is the check-in list as `event/number`, and `new_device` what pretix shows
    for a new device, in its short form; it is used once.
    """

    api: str = SERVERS["production"]
    key: str | None = field(default=None, repr=False)
    code: str = field(default="", repr=False)
    name: str = ""
    device: str = ""
    camera: str = "0"
    platform: str = TICKETING
    new_device: str = field(default="", repr=False)

    @property
    def at_pretix(self) -> bool:
        """Tell whether the gate will be a device of a pretix."""
        return self.platform == PRETIX

    def at_server(self, api: str, key: str | None) -> "Answers":
        """Return the answers at a server of TickeTing's; pretix's list is no code there."""
        code = "" if self.at_pretix else self.code
        return replace(self, api=api, key=key, code=code, platform=TICKETING, new_device="")


def new_device(text: str) -> "NewDevice | None":
    """Return what pretix shows for a new device, where a text is that.

    Raises:
        SetupError: it is for a newer kind of device.
    """
    if not _MAY_BE_NEW.search(text):
        return None
    from scanner.pretix.setup import read_new_device  # its client takes a tenth of a start

    return read_new_device(text)


def opens_gate(text: str) -> bool:
    """Tell whether a text is a gate card, or what pretix shows for a new device."""
    try:
        return read_card(text) is not None or new_device(text) is not None
    except ScannerError:
        return True  # it is said what is wrong with it


def token_code(text: str) -> str | None:
    """Return the token's code in a typed or scanned text: alone, or the only one within it.

    A code is eight of 0-9 A-Z; what keyboards do to it (case, spaces) and what scanners add is
    undone. A web address's host is none, nor is a part of a ticket's code.
    """
    text = clean(text)
    if holds_ticket(text):
        return None
    alone = re.sub(r"[\s-]", "", text).upper()
    if _CODE.fullmatch(alone):
        return alone
    behind = _HOST.sub("", text)
    found = {each.upper() for each in _CODE_WITHIN.findall(behind) if re.search(r"\d", each)}
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


def filled_in(answers: Answers, text: str, at: Place) -> tuple[Answers, tuple[Place, ...]]:
    """Return the answers with what a scanned or pasted text holds, and the steps that it answers.

    It may be a gate card, what pretix shows for a new device, a token's code, a key, or nothing of
    these, as a ticket is; a web address counts only at the step that asks for one: many codes hold
    one. Another server gets no key of the last one's. Once pretix was chosen, a code alone answers
    nothing.

    Raises:
        SetupError: it is for a newer kind of device.
    """
    card = read_card(text)
    if card is None and (new := new_device(text)):
        return _at_pretix(answers, new), (Place.SERVER,)
    if answers.at_pretix:
        if at is not Place.SERVER and not (card and card.api):
            return answers, ()
        answers = answers.at_server(SERVERS["production"], None)
    text = clean(text)
    if card is None and holds_ticket(text):
        return answers, ()
    if card is None and (code := token_code(text)):
        card = GateCard(token=code)
    if card is None and _KEY.fullmatch(text.strip()):
        card = GateCard(key=text.strip())
    if card is None:
        card = GateCard(api=server_address(text) if at is Place.SERVER else None)
    api, code = server_address(card.api or ""), token_code(card.token or "")
    of_server = (Place.SERVER,) if api or card.key else ()
    of_code = (Place.CODE,) if code else ()
    known = replace(
        answers,
        api=api or answers.api,
        key=card.key or (answers.key if api in (None, answers.api) else None),
        code=code or answers.code,
    )
    return known, of_server + of_code


def _at_pretix(answers: Answers, new: "NewDevice") -> Answers:
    """Return the answers with a new device; the same one again keeps its list."""
    short = " ".join((new.url, new.token))
    code = new.place or (answers.code if short == answers.new_device else "")
    return replace(answers, api=new.url, key=None, code=code, platform=PRETIX, new_device=short)


def place_of(error: ScannerError) -> Place:
    """Return the step whose answer an error of the server's is about."""
    match error:
        case WrongCode() | NoSuchToken():
            return Place.CODE
        case NameEmpty() | NameTaken():
            return Place.NAMES
        case _:
            return Place.SERVER


class Setup(Protocol):
    """Cameras, sound, server and settings of a gate that is not open yet."""

    async def check_server(self, answers: Answers, /) -> None:
        """Ask the server whether it is one, and takes the key; at pretix, set the device up.

        Raises:
            ScannerError: what stood in the way; so do the others.
        """

    async def events(self, answers: Answers, /) -> "EventsFound":
        """Ask pretix for the events that its device may be used at."""
        ...

    async def lists_of(self, answers: Answers, event: "EventChoice", /) -> "EventChoice":
        """Ask pretix for an event's check-in lists."""
        ...

    async def check_token(self, answers: Answers, /) -> None:
        """Ask the server whether it knows the token."""

    async def check_names(self, answers: Answers, /) -> None:
        """Look whether another gate of the event has the device's name."""

    def remember(self, answers: Answers, place: Place, /) -> None:
        """Keep the answers for a start that goes on at this step.

        Raises:
            ScannerError: they can't be kept.
        """

    def cameras(self) -> Sequence[tuple[str, str]]:
        """List the cameras: what `look` takes, and its name for a person."""

    def look(self, spec: str, on_frame: OnFrame, /) -> "ScanSource":
        """Return a source that is not started yet; it shows its pictures to `on_frame`."""

    def play(self, speaker: "Sounds | None", /) -> bool:
        """Play the sound of an admission; tells whether there is any.

        Args:
            speaker: the browser's; nothing for this computer's own.
        """

    def has_pin(self) -> bool:
        """Tell whether a supervisor has a PIN already.

        Raises:
            ScannerError: the key store can't be read.
        """
        ...

    def set_pin(self, pin: str, name: str, /) -> None:
        """Set the first supervisor's PIN; slow by design, so not for the event loop.

        Raises:
            ScannerError: it is no PIN, or can't be kept.
        """

    def venues(self) -> Sequence[str]:
        """Return the names of the venues that are found here; takes two seconds at most.

        None where this computer belongs to one already, or lacks a venue's libraries.
        """
        ...

    def join_venue(self, given: str, gate: str, /) -> str:
        """Join the venue of an invitation's text or file, as a gate of a name; may take seconds.

        Returns the venue's name.

        Raises:
            ScannerError: it is no invitation, or the venue does not let this computer in.
        """
        ...

    async def open(self, answers: Answers, on_progress: Callable[[int, int], None], /) -> "Opened":
        """Open the session and fetch its tickets.

        Raises:
            ScannerError: what stood in the way.
        """
        ...

    def keep(self, answers: Answers, /) -> None:
        """Save what the open gate's settings need, and forget what was remembered.

        Raises:
            ScannerError: they can't be saved.
        """
