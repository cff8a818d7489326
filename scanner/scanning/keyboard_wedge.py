"""Tells a keyboard wedge (a hand scanner that types) from a person who types. Pure.

Both send the same keys. No single limit parts them: scanners send a key every 2 to 60 ms, and quick
fingers reach 40. So keys are held until their rhythm as a whole, or a ticket's form, tells whose
they are; meanwhile no key is a command. A key alone is held for less than a person notices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from statistics import median, median_low
from typing import Generic, TypeVar

from scanner.scanning.code_framing import (
    ENDS,
    PAUSE_SECONDS,
    SETTLE_SECONDS,
    ends_in,
    unframed,
)
from scanner.scanning.ticket_codes import holds_ticket

HOLD_SECONDS = 0.075
"""How long one or two keys are held for the next one: a scanner's slowest pace, 60 ms, and some
jitter. A command of a person's comes within 100 ms."""

FAST_SECONDS = 0.035
"""Keys that come this fast, by their median, are no person's."""

STEADY_SECONDS = 0.007
"""A scanner's gaps differ from their median by no more, for USB polls a keyboard every 8 ms; a
person's gaps scatter by a third of it (Dhakal et al., "Observations on Typing from 136 Million
Keystrokes", CHI 2018)."""

STEADY_SHARE = 0.7
"""So many of the gaps at least: the machine may have been busy in the others."""

SLACK_SECONDS = 0.025
"""The least that a gap must exceed to be out of a scanner's rhythm."""

PAUSED_FROM, FEWEST, FEWEST_STEADY, FEWEST_IN_LINE = 3, 3, 8, 12
"""Keys: from which on a pause may be inside a code; a fast scan's, which a hurried person reaches
in a line of text, where it takes twice as many; a steady scan's; and a steady one's in a line."""

MOST_PAUSES = 3
"""A slow link holds a code up so often, at worst; these gaps tell nothing, however few the others
are, where those are a scanner's."""

RHYTHM_KEYS = 64
"""The rhythm is that of so many keys; a code can have thousands."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class SortedKeys(Generic[Key]):
    """What follows from a key, or from a time without one; in this order.

    Attributes:
        typed: keys that a person pressed.
        scans: codes that a scanner sent.
        cut_off: a scanner's keys without an end and without a ticket's form; half a code is none.
    """

    typed: tuple[Key, ...] = ()
    scans: tuple[str, ...] = ()
    cut_off: tuple[Key, ...] = ()

    def __add__(self, later: "SortedKeys[Key]") -> "SortedKeys[Key]":
        return SortedKeys(
            self.typed + later.typed, self.scans + later.scans, self.cut_off + later.cut_off
        )


@dataclass(slots=True)
class BurstDetector(Generic[Key]):
    """Sorts keys into scans and typing; holds keys until that is clear.

    Times are monotonic seconds.

    Args:
        is_ticket: tells whether a text is, or holds, a ticket's code.
        is_opaque: tells whether tickets' codes may be any text; then their rhythm tells a scanner's
            keys, and the first end is theirs.
    """

    is_ticket: Callable[[str], bool] = holds_ticket
    is_opaque: Callable[[], bool] = lambda: False
    _keys: list[Key] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _in_line: bool = False
    _scanned_at: float = float("-inf")
    _scan_slack: float = 0.0
    _typed: tuple[str, float] = ("", float("-inf"))

    def press(self, key: Key, text: str, at: float, *, in_line: bool = False) -> SortedKeys[Key]:
        """Take a key that writes `text`, and hold it; empty for a mark that nobody can tell.

        Args:
            key: handed back where it is a person's.
            text: what it writes; control characters and ends too.
            at: when it was pressed.
            in_line: whether it would go into a line of text.
        """
        before: SortedKeys[Key] = SortedKeys()
        if self._silence(at) > PAUSE_SECONDS:
            before = self._finish()
        if not self._keys:
            self._in_line = in_line
        self._keys.append(key)
        self._texts.append(text)
        self._times.append(at)
        if text in ENDS and (self._ticket_start() is not None or self._ends_opaque()):
            return before + self._scan()
        if not self._is_typed():
            return before
        if at - self._times[-2] <= HOLD_SECONDS:
            return before + self._release()
        del self._keys[-1], self._texts[-1], self._times[-1]  # it may begin a scan
        return before + self._release() + self.press(key, text, at, in_line=in_line)

    def other(self, key: Key, at: float) -> SortedKeys[Key]:
        """Take a key that no scanner sends, such as an arrow; it does not part a scan."""
        if self._may_pause() and not self._in_line and self._silence(at) <= PAUSE_SECONDS:
            return SortedKeys((key,))
        return self._finish() + SortedKeys((key,))

    def timeout(self, at: float) -> SortedKeys[Key]:
        """Decide on the held keys when none came until `at`, for long enough."""
        over = bool(self._keys) and self._silence(at) >= self._patience()
        return self._finish() if over else SortedKeys()

    def wait_seconds(self, at: float) -> float | None:
        """Return how long to wait before `timeout` decides; None where no key is held."""
        if not self._keys:
            return None
        # A microsecond more: else a wait of exactly this long may be too short in floating point.
        return self._patience() + 1e-6 - self._silence(at)

    def _patience(self) -> float:
        ended = self._texts[-1] in ENDS
        if not self._may_pause() or (ended and self._goes_on()):
            return HOLD_SECONDS
        if self.is_opaque():  # however much has come, more may
            return PAUSE_SECONDS
        start = self._ticket_start()
        ends_in_ticket = start is not None and ends_in(self._code(start), self.is_ticket)
        return SETTLE_SECONDS if ends_in_ticket else PAUSE_SECONDS

    def _silence(self, at: float) -> float:
        return at - self._times[-1] if self._times else 0.0

    def _may_pause(self) -> bool:
        """Tell whether the held keys may be a code's beginning, in which a scanner pauses."""
        if len(self._keys) < PAUSED_FROM or len(set(self._texts)) == 1:
            return False
        gaps = self._gaps()
        return _is_steady(gaps) if self._in_line else _may_be_scanners(gaps)

    def _is_typed(self) -> bool:
        """Tell whether the held keys can't be a scanner's any more."""
        if len(self._keys) == 1 or self._goes_on():
            return False
        if len(set(self._texts)) == 1:  # the same key, once more: one that is kept down repeats
            text, at = self._typed
            return text == self._texts[0] and self._times[-1] - at <= PAUSE_SECONDS
        return len(self._keys) >= PAUSED_FROM and not _may_be_scanners(self._gaps())

    def _is_scan(self) -> bool:
        """Tell whether a scanner sent the held keys, by rhythm and, out of a line, by the end."""
        if self._in_line:
            return is_scanners(self._times) and len(set(self._texts)) > 1
        count, ended = len(self._keys), self._texts[-1] in ENDS
        if count == 1 or len(set(self._texts)) == 1:
            return False
        gaps = self._gaps()
        pace = median_low(gaps)
        if pace <= FAST_SECONDS:
            return count >= FEWEST - ended
        return count >= FEWEST_STEADY and pace <= HOLD_SECONDS and (ended or _is_steady(gaps))

    def _ends_opaque(self) -> bool:
        """Tell whether a scanner sent an opaque code of its own, and not the rest of a longer."""
        return self.is_opaque() and self._is_scan() and not (self._goes_on() or self._follows())

    def _ticket_start(self) -> int | None:
        """Return at which key a ticket's code begins, where the held keys are, or end in, one.

        A person may have pressed keys just before: the gap after them is none of the scanner's.
        """
        if not self._is_scan() and (self._in_line or not self._may_pause()):
            return None
        return next((at for at in self._starts() if self.is_ticket(self._code(at))), None)

    def _starts(self) -> list[int]:
        """Return where a scan may begin, most likely first."""
        gaps = self._gaps()
        pauses = [at for at in range(1, len(gaps)) if gaps[at - 1] > HOLD_SECONDS]
        others = [at for at in range(1, len(gaps)) if at not in pauses]
        places = [*pauses, *sorted(others, key=lambda at: -gaps[at - 1])]
        apart = [at for at in places if gaps[at - 1] > 2 * median(gaps[at:])]
        foreign = [at for at in apart if at > 1 and self._are_apart(gaps[: at - 1], gaps[at:])]
        if self.is_opaque():  # no form tells which it is: the last key that is a person's
            foreign.sort(reverse=True)
        return [*foreign, 0, *(at for at in apart if at not in foreign)]

    def _are_apart(self, gaps: list[float], others: list[float]) -> bool:
        """Tell whether keys before a scan are a person's; fingers are slow where no form tells."""
        slow = not self.is_opaque() or median_low(gaps) > FAST_SECONDS
        return slow and _differ(gaps, others)

    def _goes_on(self) -> bool:
        """Tell whether the held keys follow a scan in its own rhythm, and so are a part of it."""
        return self._times[0] - self._scanned_at <= self._scan_slack

    def _follows(self) -> bool:
        """Tell whether the held keys are the rest of a scan that paused before them."""
        if self._times[0] - self._scanned_at > PAUSE_SECONDS:
            return False
        gaps = self._gaps()
        only_ends = ENDS.issuperset(self._texts) and not self._in_line
        return only_ends or (bool(gaps) and median_low(gaps) <= self._scan_slack)

    def _finish(self) -> SortedKeys[Key]:
        """Decide on the held keys: nothing follows them."""
        if not self._keys:
            return SortedKeys()
        if self._ticket_start() is not None:
            return self._scan()
        scanned, ended = self._is_scan(), self._texts[-1] in ENDS
        if self._goes_on() or self._follows():
            self._scanned_at = self._times[-1]
            self._clear()
            return SortedKeys()
        if scanned and ended:
            return self._scan()
        return SortedKeys(cut_off=self._clear()) if scanned else self._release()

    def _scan(self) -> SortedKeys[Key]:
        start = self._ticket_start() or 0
        self._scan_slack = _slack(self._gaps()[start:])
        self._scanned_at = self._times[-1]
        code = self._code(start)
        return SortedKeys(typed=self._clear()[:start], scans=(code,))

    def _code(self, start: int) -> str:
        return unframed("".join(self._texts[start:]))

    def _release(self) -> SortedKeys[Key]:
        self._typed = (self._texts[-1], self._times[-1])
        return SortedKeys(typed=self._clear())

    def _gaps(self) -> list[float]:
        return _gaps(self._times)

    def _clear(self) -> tuple[Key, ...]:
        keys = tuple(self._keys)
        self._keys.clear()
        self._texts.clear()
        self._times.clear()
        return keys


def is_scanners(times: Sequence[float]) -> bool:
    """Tell by their rhythm alone whether a scanner sent the keys of these times, in seconds."""
    if len(times) < 2 * FEWEST:
        return False
    gaps = _gaps(times)
    fast = median_low(gaps) <= FAST_SECONDS
    return fast or (len(times) >= FEWEST_IN_LINE and _is_steady(gaps))


def _gaps(times: Sequence[float]) -> list[float]:
    return [later - at for at, later in pairwise(islice(times, RHYTHM_KEYS))]


def _may_be_scanners(gaps: list[float]) -> bool:
    """Tell whether keys have a scanner's pace, or would have it without a few pauses."""
    paced = [gap for gap in gaps if gap <= HOLD_SECONDS]
    few = len(gaps) - len(paced) <= MOST_PAUSES and len(paced) >= PAUSED_FROM - 1
    return median_low(gaps) <= HOLD_SECONDS or (few and _is_steady(paced))


def _is_steady(gaps: list[float]) -> bool:
    """Tell whether keys come fast, or at a scanner's pace with most gaps about as long as that."""
    pace = median(gaps)
    alike = sum(abs(gap - pace) <= STEADY_SECONDS for gap in gaps)
    return pace <= FAST_SECONDS or (pace <= HOLD_SECONDS and alike >= STEADY_SHARE * len(gaps))


def _differ(gaps: list[float], others: list[float]) -> bool:
    """Tell whether the gaps of two rows of keys are of two rhythms."""
    return abs(median_low(gaps) - median(others)) > STEADY_SECONDS


def _slack(gaps: list[float]) -> float:
    """Return the longest gap that is still in a scanner's rhythm."""
    return min(max(4 * median(gaps or [0.0]), SLACK_SECONDS), HOLD_SECONDS)
