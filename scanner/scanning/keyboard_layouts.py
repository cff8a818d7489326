"""Learns from one set-up code what a scanner makes of a code, and undoes it.

A scanner that types sends the key codes of one layout, most often the US one; the laptop reads them
in its own. On a German laptop Z arrives as Y and a hyphen as ß. The gate reads evdev's key codes as
those of the US layout, so a scanner with German settings needs the same. Any scanner may be set to
add letters before and after.
"""

import json
import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from scanner.admission.cleaning import CONTROLS
from scanner.admission.keyboards import Keyboard, Typing, meant, typings
from scanner.admission.serial import NotATicket, parse_payload
from scanner.scanning.errors import LayoutFault, LayoutUnknown

FILE = "wedge-keys.json"
"""In the data folder: the layout of scanners that type into the terminal."""

DIRECT_FILE = "direct-keys.json"
"""Likewise: the layout of scanners that are read from evdev, relative to the US one."""

FILES = {"wedge": FILE, "usb": DIRECT_FILE, "serial": "serial-keys.json"}
"""By what reads the scanner, as the journal names it."""

MOST_ADDED = 32
"""Characters that a scanner adds on either side, at most: Datalogic's take 20 (Gryphon's Product
Reference Guide, Global Prefix/Suffix), with the code's identifier and a label beside them."""

_IDENTIFIER = r"\][A-Za-z][0-9A-Za-z]"
"""An AIM symbology identifier; another kind of code has another one."""

_PLAIN = string.digits + string.ascii_uppercase + string.ascii_lowercase
_MARKS = "-:/.?=&%_+#;,@*!$()"
_END = "0"

SETUP = _PLAIN + "".join(f"{mark} " for mark in _MARKS) + _END
"""The set-up code: each character that a ticket's code can have.

A space follows each mark: a mark can arrive as a dead key, which waits for the next key and stands
alone before a space. 101 bytes fit a QR code of 37 modules, low enough for 24 lines of text.
"""

_NEEDED = frozenset(_PLAIN + "-")
"""Without these no serial can be read."""

_SPACING = {
    "\u0300": "`",
    "\u0301": "\u00b4'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '¨"',
}
"""Combining accents, and what the dead key of each may write alone (Unicode; X11's Compose)."""


@dataclass(frozen=True, slots=True)
class KeyMap:
    """What arrives -> what was meant.

    Attributes:
        keys: only where the two differ.
        dead: what dead keys write when they stand alone.
        before: what the scanner adds before a code, as it is meant, an AIM identifier included.
        after: what it adds after one.
        typings: the known layouts that explain `keys`; empty where none does.
    """

    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dead: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""
    typings: tuple[Typing, ...] = field(default=(), compare=False)

    def correct(self, text: str) -> str:
        """Return what the scanner read, from what arrived.

        What it adds is taken off, save where the text is a ticket's as it stands: then another
        scanner sent it.
        """
        text = self.typed(text)
        if not (self.before or self.after) or _is_ticket(text):
            return text
        return re.sub(self._added(), "", text)

    def correct_if_needed(self, text: str) -> str:
        """Correct a text that may have come from this scanner, or from a program."""
        return text if _is_ticket(text) else self.correct(text)

    def typed(self, text: str) -> str:
        """Return a text as it was typed, with what the scanner added."""
        return "".join(self._meant(char) for char in text)

    def _added(self) -> str:
        """Return the pattern of what is added; identifiers may come anywhere before a code."""
        identifier = f"(?:{_IDENTIFIER})?"
        pieces = map(re.escape, re.split(_IDENTIFIER, self.before))
        before = rf"^[{CONTROLS}]*{identifier}{identifier.join(pieces)}"
        return rf"{before}|{re.escape(self.after)}[{CONTROLS}]*$"

    def _meant(self, char: str) -> str:
        if char in self.keys:
            return self.keys[char]
        apart = unicodedata.normalize("NFD", char)
        if len(apart) == 2:  # noqa: PLR2004 - a letter and the accent that a dead key put on it
            for alone in _SPACING.get(apart[1], ""):
                if alone in self.dead:
                    return self.keys.get(alone, alone) + self.keys.get(apart[0], apart[0])
        return char


def _is_ticket(text: str) -> bool:
    return not isinstance(parse_payload(text), NotATicket)


def learn(arrived: str) -> KeyMap:
    """Learn from what arrived of the set-up code, wherever it begins and ends in it.

    Raises:
        LayoutUnknown: it isn't the set-up code, Caps Lock is on, or two of a serial's characters
            arrive as one.
    """
    upper, lower = string.ascii_uppercase, string.ascii_lowercase
    if lower in arrived and upper in arrived and arrived.index(lower) < arrived.index(upper):
        raise LayoutUnknown(LayoutFault.CAPS_LOCK)
    arrived = re.sub(r"[\x00-\x1f\x7f]", "", arrived)
    found, fault = [], LayoutUnknown(LayoutFault.NOT_WHOLE)
    for at in range(min(len(arrived), MOST_ADDED) + 1):
        try:
            found.append(_SetUp.read(arrived, at))
        except LayoutUnknown as error:
            if fault.fact.code == LayoutFault.NOT_WHOLE:
                fault = error
    if not found:
        raise fault
    return max(found, key=_SetUp.likeness).key_map()


@dataclass(frozen=True, slots=True)
class _SetUp:
    """What arrived of the set-up code, had it begun at one place.

    Attributes:
        keys: what arrived -> what was meant, of every character.
        dead: those that came of dead keys.
        before: what arrived before it.
        after: what arrived after it.
    """

    keys: dict[str, str]
    dead: frozenset[str]
    before: str
    after: str

    @classmethod
    def read(cls, arrived: str, at: int) -> "_SetUp":
        """Read the set-up code from a place on.

        Raises:
            LayoutUnknown: it does not begin there, or is not usable.
        """
        keys: dict[str, str] = {}
        dead = set()
        pairs, after = _pairs(arrived[at:])
        for char, came, is_dead in pairs:
            if came in keys and char in _NEEDED:
                raise LayoutUnknown(
                    LayoutFault.ARRIVE_AS_ONE, one=keys[came], other=char, came=came
                )
            keys.setdefault(came, char)  # where a mark arrives as a letter, the letter wins
            if is_dead:
                dead.add(came)
        return cls(keys, frozenset(dead), arrived[:at], after)

    def likeness(self) -> tuple[int, int]:
        """Tell how well a known layout explains it, then how little was added."""
        explained = max(len(self.keys) - self._unlike(each) for each in _TYPINGS)
        return explained, -len(self.before) - len(self.after)

    def key_map(self) -> KeyMap:
        """Return what is learned, with the keys that the set-up code lacks from known layouts."""
        fewest = min(map(self._unlike, _TYPINGS))
        fitting = tuple(each for each in _TYPINGS if self._unlike(each) == fewest <= _MOST_UNLIKE)
        if Typing(Keyboard.US, Keyboard.US) in fitting:
            fitting = ()
        keys = self.keys | self._beyond(fitting)
        identifier = re.search(r"([^]0-9A-Za-z])Q[0-9]", self.before)
        if fewest > _MOST_UNLIKE and identifier and identifier[1] not in keys:
            keys[identifier[1]] = "]"  # the set-up code is a QR code, whose identifier is ]Q
        different = {came: char for came, char in keys.items() if came != char}
        found = KeyMap(MappingProxyType(different), self.dead)
        return replace(
            found,
            before=found.typed(self.before),
            after=found.typed(self.after),
            typings=fitting,
        )

    def _unlike(self, typing: Typing) -> int:
        """Count what arrived otherwise than a layout has it; one of a serial's rules it out."""
        keys = meant(typing)
        if any(keys.get(came) != char for came, char in self.keys.items() if char in _NEEDED):
            return len(SETUP)
        return sum(keys.get(came, char) != char for came, char in self.keys.items())

    def _beyond(self, fitting: tuple[Typing, ...]) -> dict[str, str]:
        """Return the keys that the set-up code lacks, where all layouts that fit agree."""
        found: dict[str, set[str]] = {}
        for typing in fitting:
            for came, char in meant(typing).items():
                found.setdefault(came, set()).add(char)
        return {
            came: next(iter(meanings))
            for came, meanings in found.items()
            if len(meanings) == 1 and came not in self.keys
        }


_TYPINGS = (Typing(Keyboard.US, Keyboard.US), *typings())

_MOST_UNLIKE = 3
"""Marks that may arrive otherwise than in a known layout: those that need AltGr or a dead key."""


def _pairs(arrived: str) -> tuple[list[tuple[str, str, bool]], str]:
    """Return each character of the set-up code, what arrived of it, and whether as a dead key.

    Marks that no key writes are left out. Then what came after the set-up code.
    """
    plain, rest = arrived[: len(_PLAIN)], arrived[len(_PLAIN) :]
    if len(arrived) > len(SETUP) + MOST_ADDED:
        raise LayoutUnknown(LayoutFault.NOT_WHOLE)
    if len(plain) < len(_PLAIN) or " " in plain or plain[0] not in rest:
        raise LayoutUnknown(LayoutFault.NOT_WHOLE)
    pairs = [(char, came, False) for char, came in zip(_PLAIN, plain, strict=True)]
    at = 0
    for mark in _MARKS:
        came = rest[at : at + 1]
        at += 1
        spaced = rest[at : at + 1] == " "
        if came == " ":
            if mark in _NEEDED:
                raise LayoutUnknown(LayoutFault.DOES_NOT_ARRIVE, char=mark)
            continue
        at += spaced
        if came:
            pairs.append((mark, came, not spaced))
    after = rest[at + 1 :]
    if rest[at : at + 1] != plain[0] or len(after) > MOST_ADDED:
        raise LayoutUnknown(LayoutFault.NOT_WHOLE)
    return pairs, after


def save(key_map: KeyMap, folder: Path, name: str = FILE) -> None:
    """Save a layout.

    Raises:
        LayoutUnknown: the file can't be written.
    """
    file = folder / name
    content = {
        "format": 1,
        "keys": dict(key_map.keys),
        "dead": sorted(key_map.dead),
        "before": key_map.before,
        "after": key_map.after,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise LayoutUnknown(LayoutFault.NOT_KEPT, file=file, why=error.strerror) from error


def forget(folder: Path) -> None:
    """Delete what was learned: scans are taken as they arrive."""
    for name in FILES.values():
        (folder / name).unlink(missing_ok=True)


def load(folder: Path, name: str = FILE) -> KeyMap:
    """Return the saved layout; without one, a map that changes nothing.

    Raises:
        LayoutUnknown: the file is damaged.
    """
    file = folder / name
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        keys = {str(came): str(meant) for came, meant in content["keys"].items()}
        dead = frozenset(map(str, content["dead"]))
        before, after = str(content.get("before", "")), str(content.get("after", ""))
        return KeyMap(MappingProxyType(keys), dead, before, after)
    except FileNotFoundError:
        return KeyMap()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutUnknown(LayoutFault.DAMAGED, file=file) from error
