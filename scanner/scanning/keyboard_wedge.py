"""A hand scanner that types like a keyboard, told apart from a person who types. Pure.

Both arrive as the same keys. A scanner's come faster than fingers can, many in a row, and end with
Enter or Tab. Until that is known the keys are held, so that no letter of a ticket works as a
command of the screen.
"""

from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

ALONE_SECONDS = 0.03
"""How long a single key is held for a second one: a scanner sends them 2 to 20 ms apart, as often
as a USB keyboard is asked (USB HID 1.11, bInterval), and a person should not feel the wait."""

EARLY_SECONDS = 0.01
"""How long it is held where what it does can be taken back: most scanners' second key is there."""

TOGETHER_SECONDS = 0.08
"""How long several keys are held when nothing follows them. A fast typist's keys are 0.1 s apart
(120 words a minute)."""

BURST_SECONDS = 0.03
"""The middle gap of a burst is at most this: one stall of a busy machine doesn't hide a scanner."""

BURST_KEYS = 6
"""So many keys in a row at that pace are no person's."""

STALL_SECONDS = 0.5
"""How long keys may pause, when the machine is busy, and still be of one burst."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class SortedKeys(Generic[Key]):
    """What is known after a key, or after a while without one; in this order.

    Attributes:
        cut_off: keys of a burst that no Enter or Tab ended; half a code is no code.
        typed: keys that a person pressed, to be treated as such.
        scan: what a scanner delivered.
        take_back: what the key given out early did; it was a scanner's.
    """

    cut_off: tuple[Key, ...] = ()
    typed: tuple[Key, ...] = ()
    scan: str | None = None
    take_back: bool = False


@dataclass(slots=True)
class Bursts(Generic[Key]):
    """Sorts keys into scans and typing; keeps keys as they are given, to give them back.

    Times are in seconds that only rise.
    """

    _keys: list[Key] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _scanned_at: float | None = None
    _early: bool = False
    _given: int = 0
    _unhurried: bool = False

    @property
    def holds_none(self) -> bool:
        """Tell whether the next key is the first of its kind."""
        return not self._keys

    def press(self, key: Key, text: str, at: float, *, early: bool = False) -> SortedKeys[Key]:
        """Take a key that writes `text`; it is held until more is known.

        A first key that may come `early`, because what it does can be taken back, is given out
        sooner, and counts all the same as a scan's first when more follow. Not after a scanner was
        heard whose keys come too slowly for that.
        """
        before = self._split(at)
        if not self._keys:
            self._early = early and not self._unhurried
        self._keys.append(key)
        self._texts.append(text)
        self._times.append(at)
        return before

    def end(self, key: Key, at: float) -> SortedKeys[Key]:
        """Take Enter or Tab: the end of a burst, or a person's."""
        before = self._split(at)
        if self._is_burst():
            scan, given = "".join(self._texts), bool(self._given)
            self._unhurried |= self._middle_gap() > EARLY_SECONDS / 2
            self._clear()
            self._scanned_at = at
            return SortedKeys(before.cut_off, before.typed, scan, given or before.take_back)
        if self._follows_scan(at):  # a scanner that sends carriage return and line feed
            return before
        typed = (*before.typed, *self._keys[self._given :], key)
        self._clear()
        return SortedKeys(before.cut_off, typed, take_back=before.take_back)

    def other(self, key: Key, at: float) -> SortedKeys[Key]:
        """Take a key that writes nothing, such as an arrow: no scanner sends it."""
        before = self._split(at)
        rest = self._give_back()
        cut_off = before.cut_off or rest.cut_off
        take_back = before.take_back or rest.take_back
        return SortedKeys(cut_off, (*before.typed, *rest.typed, key), take_back=take_back)

    def lapse(self, at: float) -> SortedKeys[Key]:
        """Decide on what is held when nothing came for long enough until `at`."""
        wait = self.wait_seconds(at)
        if wait is None or wait > 0:
            return SortedKeys()
        if self._is_early():
            self._given = 1
            return SortedKeys(typed=tuple(self._keys))
        return self._give_back()

    def wait_seconds(self, at: float) -> float | None:
        """Return how long to wait before `lapse` decides; nothing where no key is held."""
        if not self._keys:
            return None
        alone = EARLY_SECONDS if self._is_early() else ALONE_SECONDS
        several = TOGETHER_SECONDS if len(self._keys) > 1 else alone
        patience = STALL_SECONDS if self._is_burst() else several
        # A hair more, so that a wait of exactly this long is long enough in floating point.
        return self._times[-1] + patience + 1e-6 - at

    def _split(self, at: float) -> SortedKeys[Key]:
        """Decide on what is held when the key at `at` comes far too late to belong to it.

        `lapse` would have been asked long before, had the machine not stalled: a scan goes on then.
        """
        late = bool(self._keys) and at - self._times[-1] > STALL_SECONDS
        return self._give_back() if late else SortedKeys()

    def _follows_scan(self, at: float) -> bool:
        last, self._scanned_at = self._scanned_at, None
        return last is not None and not self._keys and at - last <= TOGETHER_SECONDS

    def _is_burst(self) -> bool:
        """Tell whether what is held came from a scanner; a key held down repeats as fast."""
        if len(self._keys) < BURST_KEYS or len(set(self._texts)) == 1:
            return False
        return self._middle_gap() <= BURST_SECONDS

    def _middle_gap(self) -> float:
        gaps = (
            later - earlier for earlier, later in zip(self._times, self._times[1:], strict=False)
        )
        return median(gaps)

    def _is_early(self) -> bool:
        """Tell whether all that is held is a key that may be given out, and was not."""
        return self._early and len(self._keys) == 1 and not self._given

    def _give_back(self) -> SortedKeys[Key]:
        keys, given = tuple(self._keys[self._given :]), bool(self._given)
        burst = self._is_burst()
        self._clear()
        return SortedKeys(cut_off=keys, take_back=given) if burst else SortedKeys(typed=keys)

    def _clear(self) -> None:
        self._given = 0
        self._keys.clear()
        self._texts.clear()
        self._times.clear()
