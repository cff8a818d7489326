"""The supervisor's PIN: its hash in the key store, and a wait after wrong tries."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

from scanner.errors import ScannerError
from scanner.facts import Code

SHORTEST, LONGEST = 6, 12
"""Digits of a PIN that is set; an older one of four digits stays valid until it is changed."""

FREE_TRIES = 3
"""Wrong tries that cost no wait."""

WAIT = timedelta(seconds=5)
"""The wait after each wrong try beyond them: patrons can't lock staff out, and the fewest PINs,
a million, take two months."""

_HASH, _TRIES = "supervisor-pin", "supervisor-pin-tries"

Clock = Callable[[], datetime]


class PinFault(Code):
    """Why a PIN can't be set."""

    NOT_DIGITS = "pin.not_digits"
    TOO_EASY = "pin.too_easy"


class PinError(ScannerError):
    """A PIN can't be set."""


class PinCheck(Enum):
    """What came of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    UNSET = "unset"


class Keys(Protocol):
    """Where secrets are kept; `scanner.keystore.KeyStore` is one."""

    def get(self, name: str, /) -> str | None:
        """Return a secret, or nothing."""

    def set(self, name: str, secret: str, /) -> None:
        """Keep a secret."""

    def delete(self, name: str, /) -> None:
        """Forget a secret."""

    def fetch(self, name: str, /) -> str | None:
        """Return a secret from the one place where it belongs; raises `KeyStoreError`."""

    def put(self, name: str, secret: str, /) -> None:
        """Keep a secret there and nowhere else; raises `KeyStoreError`."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row, and when the last of them was (aware)."""

    wrong: int = 0
    last: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """Return how long nobody may try; a clock that was set back lets nobody in sooner."""
        if self.last is None or self.wrong < FREE_TRIES:
            return timedelta(0)
        passed = max(now - self.last, timedelta(0))
        return max(WAIT - passed, timedelta(0))


class Pin:
    """One data folder's PIN; wrong tries are counted across restarts.

    Where the system has a key store, the hash in it counts, and none that somebody who can write
    the data folder has put into the file of secrets.
    """

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    @property
    def is_set(self) -> bool:
        """Tell whether there is one.

        Raises:
            KeyStoreError: the key store is locked, or can't be read.
        """
        return self._hash() is not None

    def set(self, pin: str) -> None:
        """Keep the PIN's hash (Argon2id, RFC 9106) in place of an older one's.

        Raises:
            PinError: it isn't 6 to 12 digits, or is the first that anybody would try.
            KeyStoreError: it can't be kept.
        """
        if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
            raise PinError(PinFault.NOT_DIGITS, shortest=SHORTEST, longest=LONGEST)
        if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
            raise PinError(PinFault.TOO_EASY)
        from argon2 import PasswordHasher

        self._keys.put(_HASH, PasswordHasher().hash(pin))
        self._keys.delete(_TRIES)

    def wrong_tries(self) -> int:
        """Return how often it was wrong since it was right, or set.

        Raises:
            KeyStoreError: the key store can't be read.
        """
        return self._tries().wrong

    def remaining(self) -> timedelta:
        """Return how long nobody may try."""
        return self._tries().wait(self._clock())

    def check(self, pin: str) -> PinCheck:
        """Check a try; slow by design, so not for the event loop.

        Raises:
            KeyStoreError: the key store can't be read, or a wrong try can't be counted.
        """
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._one_at_a_time:
            kept = self._hash()
            if kept is None:
                return PinCheck.UNSET
            tries, now = self._tries(), self._clock()
            if tries.wait(now):
                if tries.last and now < tries.last:
                    # Else a clock that was years ahead for a moment would lock it for years.
                    self._keep(Tries(tries.wrong, now))
                return PinCheck.WAIT
            # Counted before it is looked at: a power cut in between gives no free try.
            self._keep(Tries(tries.wrong + 1, now))
            try:
                PasswordHasher().verify(kept, pin)
            except (VerificationError, InvalidHashError):
                return PinCheck.WRONG
            self._keys.delete(_TRIES)
            return PinCheck.RIGHT

    def _hash(self) -> str | None:
        """Return the PIN's hash; one that an older version left in the file alone is moved."""
        kept = self._keys.fetch(_HASH)
        if kept is None and (kept := self._keys.get(_HASH)) is not None:
            self._keys.put(_HASH, kept)
        return kept

    def _tries(self) -> Tries:
        try:
            found = json.loads(self._keys.get(_TRIES) or "{}")
            last = datetime.fromisoformat(found["last"]).astimezone(UTC)
            return Tries(max(0, int(found["wrong"])), last)
        except (ValueError, KeyError, TypeError):
            return Tries()

    def _keep(self, tries: Tries) -> None:
        last = tries.last.isoformat() if tries.last else None
        self._keys.set(_TRIES, json.dumps({"wrong": tries.wrong, "last": last}))


def may_be_pin(text: str) -> bool:
    """Tell whether a text may be a PIN, right or wrong: few digits, and nothing else but spaces.

    No ticket's code is one.
    """
    typed = "".join(text.split())
    return typed.isdecimal() and len(typed) <= LONGEST
