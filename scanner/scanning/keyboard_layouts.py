"""Learns from one set-up code how a keyboard layout changes a scan, and undoes it.

A scanner that types sends the key codes of one layout, most often the US one; the laptop reads them
in its own. On a German laptop Z arrives as Y and a hyphen as ß. The gate reads evdev's key codes as
those of the US layout, so a scanner with German settings needs the same.
"""

import json
import string
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from scanner.scanning.errors import LayoutFault, LayoutUnknown

FILE = "wedge-keys.json"
"""In the data folder: the layout of scanners that type into the terminal."""

DIRECT_FILE = "direct-keys.json"
"""Likewise: the layout of scanners that are read from evdev, relative to the US one."""

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
    """

    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dead: frozenset[str] = frozenset()

    def correct(self, text: str) -> str:
        """Return what the scanner read, from what arrived."""
        return "".join(self._meant(char) for char in text)

    def _meant(self, char: str) -> str:
        if char in self.keys:
            return self.keys[char]
        apart = unicodedata.normalize("NFD", char)
        if len(apart) == 2:  # noqa: PLR2004 - a letter and the accent that a dead key put on it
            for alone in _SPACING.get(apart[1], ""):
                if alone in self.dead:
                    return self.keys.get(alone, alone) + self.keys.get(apart[0], apart[0])
        return char


def learn(arrived: str) -> KeyMap:
    """Learn a layout from what arrived of the set-up code.

    Raises:
        LayoutUnknown: it isn't the set-up code, Caps Lock is on, or two of a serial's characters
            arrive as one.
    """
    upper, lower = string.ascii_uppercase, string.ascii_lowercase
    if lower in arrived and upper in arrived and arrived.index(lower) < arrived.index(upper):
        raise LayoutUnknown(LayoutFault.CAPS_LOCK)
    keys: dict[str, str] = {}
    dead = set()
    for meant, came, is_dead in _pairs(arrived):
        if came in keys and meant in _NEEDED:
            raise LayoutUnknown(LayoutFault.ARRIVE_AS_ONE, one=keys[came], other=meant, came=came)
        keys.setdefault(came, meant)  # where a mark arrives as a letter, the letter wins
        if is_dead:
            dead.add(came)
    different = {came: meant for came, meant in keys.items() if came != meant}
    return KeyMap(MappingProxyType(different), frozenset(dead))


def _pairs(arrived: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each character of the set-up code, what arrived of it, and whether as a dead key.

    Marks that no key writes are left out.
    """
    plain, rest = arrived[: len(_PLAIN)], arrived[len(_PLAIN) :]
    if len(plain) < len(_PLAIN) or " " in plain or rest[-1:] != plain[0]:
        raise LayoutUnknown(LayoutFault.NOT_WHOLE)
    yield from ((meant, came, False) for meant, came in zip(_PLAIN, plain, strict=True))
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
            yield mark, came, not spaced
    if len(rest) != at + 1:
        raise LayoutUnknown(LayoutFault.NOT_WHOLE)


def save(key_map: KeyMap, folder: Path, name: str = FILE) -> None:
    """Save a layout.

    Raises:
        LayoutUnknown: the file can't be written.
    """
    file = folder / name
    content = {"format": 1, "keys": dict(key_map.keys), "dead": sorted(key_map.dead)}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise LayoutUnknown(LayoutFault.NOT_KEPT, file=file, why=error.strerror) from error


def forget(folder: Path) -> None:
    """Delete what was learned: scans are taken as they arrive."""
    for name in (FILE, DIRECT_FILE):
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
        return KeyMap(MappingProxyType(keys), frozenset(map(str, content["dead"])))
    except FileNotFoundError:
        return KeyMap()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutUnknown(LayoutFault.DAMAGED, file=file) from error
