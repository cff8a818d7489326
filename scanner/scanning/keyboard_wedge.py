"""Tells a keyboard wedge (a hand scanner that types) from a person who types. Pure.

Both send the same keys. A scanner sends a burst: many keys, faster than fingers can, with Enter or
Tab as suffix. Keys are held until that is clear, so that no letter of a ticket works as a command
of the screen.
"""

from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

ALONE_SECONDS = 0.03
"""How long a single key is held for a second one. A scanner sends keys 2 to 20 ms apart, at the
keyboard's polling interval (USB HID 1.11, bInterval); a person should not notice the wait."""

EARLY_SECONDS = 0.01
"""How long it is held where its effect can be undone: most scanners have sent a second key."""

TOGETHER_SECONDS = 0.08
"""How long several keys are held when nothing follows them. A fast typist's keys are 0.1 s apart
(120 words a minute)."""

BURST_SECONDS = 0.03
"""The median gap of a burst is at most this: the median ignores one stall of a busy machine."""

BURST_KEYS = 6
"""The fewest keys of a burst: no person types that many at this pace."""

STALL_SECONDS = 0.5
"""The longest gap within a burst, when the machine is busy."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class SortedKeys(Generic[Key]):
    """What follows from a key, or from a time without one; in this order.

    Attributes:
        cut_off: keys of a burst without Enter or Tab; half a code is no code.
        typed: keys that a person pressed.
        scan: what a scanner sent.
        take_back: undo the key that was released early; it was a scanner's.
    """

    cut_off: tuple[Key, ...] = ()
    typed: tuple[Key, ...] = ()
    scan: str | None = None
    take_back: bool = False


@dataclass(slots=True)
class BurstDetector(Generic[Key]):
    """Sorts keys into scans and typing; holds keys until that is clear.

    Times are monotonic seconds.
    """

    _keys: list[Key] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _scanned_at: float | None = None
    _early: bool = False
    _released: int = 0
    _slow_scanner: bool = False

    @property
    def holds_none(self) -> bool:
        """Tell whether no key is held."""
        return not self._keys

    def press(self, key: Key, text: str, at: float, *, early: bool = False) -> SortedKeys[Key]:
        """Take a key that writes `text`, and hold it.

        A first key that may be released `early`, because its effect can be undone, is held for a
        shorter time, and still counts as a scan's first when more follow. Not after a scan whose
        keys came too slowly for that.
        """
        before = self._split(at)
        if not self._keys:
            self._early = early and not self._slow_scanner
        self._keys.append(key)
        self._texts.append(text)
        self._times.append(at)
        return before

    def end(self, key: Key, at: float) -> SortedKeys[Key]:
        """Take Enter or Tab: a burst's suffix, or a person's."""
        before = self._split(at)
        if self._is_burst():
            scan, released = "".join(self._texts), bool(self._released)
            self._slow_scanner |= self._median_gap() > EARLY_SECONDS / 2
            self._clear()
            self._scanned_at = at
            return SortedKeys(before.cut_off, before.typed, scan, released or before.take_back)
        if self._is_second_suffix(at):  # a scanner that sends carriage return and line feed
            return before
        typed = (*before.typed, *self._keys[self._released :], key)
        self._clear()
        return SortedKeys(before.cut_off, typed, take_back=before.take_back)

    def other(self, key: Key, at: float) -> SortedKeys[Key]:
        """Take a key that writes nothing, such as an arrow: no scanner sends it."""
        before = self._split(at)
        rest = self._release()
        cut_off = before.cut_off or rest.cut_off
        take_back = before.take_back or rest.take_back
        return SortedKeys(cut_off, (*before.typed, *rest.typed, key), take_back=take_back)

    def timeout(self, at: float) -> SortedKeys[Key]:
        """Decide on the held keys when none came until `at`, for long enough."""
        wait = self.wait_seconds(at)
        if wait is None or wait > 0:
            return SortedKeys()
        if self._is_early():
            self._released = 1
            return SortedKeys(typed=tuple(self._keys))
        return self._release()

    def wait_seconds(self, at: float) -> float | None:
        """Return how long to wait before `timeout` decides; None where no key is held."""
        if not self._keys:
            return None
        alone = EARLY_SECONDS if self._is_early() else ALONE_SECONDS
        several = TOGETHER_SECONDS if len(self._keys) > 1 else alone
        patience = STALL_SECONDS if self._is_burst() else several
        # A microsecond more: else a wait of exactly this long may be too short in floating point.
        return self._times[-1] + patience + 1e-6 - at

    def _split(self, at: float) -> SortedKeys[Key]:
        """Decide on the held keys when the key at `at` comes too late to belong to them.

        Shorter gaps don't split: without a stall of the machine `timeout` would have come before.
        """
        late = bool(self._keys) and at - self._times[-1] > STALL_SECONDS
        return self._release() if late else SortedKeys()

    def _is_second_suffix(self, at: float) -> bool:
        last, self._scanned_at = self._scanned_at, None
        return last is not None and not self._keys and at - last <= TOGETHER_SECONDS

    def _is_burst(self) -> bool:
        """Tell whether a scanner sent the held keys; a key that is kept down repeats as fast."""
        if len(self._keys) < BURST_KEYS or len(set(self._texts)) == 1:
            return False
        return self._median_gap() <= BURST_SECONDS

    def _median_gap(self) -> float:
        gaps = (
            later - earlier for earlier, later in zip(self._times, self._times[1:], strict=False)
        )
        return median(gaps)

    def _is_early(self) -> bool:
        """Tell whether one key alone is held that may be released early, and wasn't yet."""
        return self._early and len(self._keys) == 1 and not self._released

    def _release(self) -> SortedKeys[Key]:
        keys, released = tuple(self._keys[self._released :]), bool(self._released)
        burst = self._is_burst()
        self._clear()
        return SortedKeys(cut_off=keys, take_back=released) if burst else SortedKeys(typed=keys)

    def _clear(self) -> None:
        self._released = 0
        self._keys.clear()
        self._texts.clear()
        self._times.clear()
