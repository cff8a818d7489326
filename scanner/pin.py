"""The supervisors' PINs: their hashes in the key store, and a wait after wrong tries."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from scanner.admission.names import normalised
from scanner.errors import ScannerError
from scanner.facts import Code, Fact

SHORTEST, LONGEST = 6, 12
"""Digits of a PIN that is set; an older one of four digits stays valid until it is changed."""

FREE_TRIES = 3
"""Wrong tries that cost no wait."""

WAIT = timedelta(seconds=5)
"""The wait after each wrong try beyond them: patrons can't lock staff out, and the fewest PINs,
a million, take two months."""

MOST = 10
"""PINs; each more makes a guess at any of them likelier, and the check of one slower."""

_HASH, _TRIES = "supervisor-pin", "supervisor-pin-tries"
"""The first is the hash of the house's PIN alone, or else, as JSON, each supervisor's by name."""

Clock = Callable[[], datetime]


class PinFault(Code):
    """Why a PIN can't be set or removed."""

    NOT_DIGITS = "pin.not_digits"
    TOO_EASY = "pin.too_easy"
    TAKEN = "pin.taken"
    TOO_MANY = "pin.too_many"
    NOBODY = "pin.nobody"


class PinNotice(Code):
    """What is noted in the journal, and said; with the name of whose PIN it is."""

    SET = "pin.set"
    CHANGED = "pin.changed"
    RESET = "pin.reset"
    REMOVED = "pin.removed"


class PinRule(Code):
    """What a PIN must be, to be said before somebody chooses one."""

    RULE = "pin.rule"


RULE = Fact(PinRule.RULE, {"shortest": SHORTEST, "longest": LONGEST})


class PinError(ScannerError):
    """A PIN can't be set."""


class PinCheck(Enum):
    """What came of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    UNSET = "unset"


class Identified(NamedTuple):
    """What came of a try, and whose PIN it was; the house's has no name."""

    answer: PinCheck
    name: str = ""


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
    """One data folder's PINs; wrong tries are counted across restarts, for all of them together.

    Each supervisor may have one by name; the house's, without a name, is whoever's knows it.
    Where the system has a key store, the hashes in it count, and none that somebody who can write
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
        return bool(self._hashes())

    def names(self) -> tuple[str, ...]:
        """Return whose PINs there are, in the order they were first set; the house's is `""`.

        Raises:
            KeyStoreError: the key store is locked, or can't be read.
        """
        return tuple(self._hashes())

    def named(self, name: str) -> str:
        """Return a supervisor's name as it is kept; case makes no other of it."""
        name = normalised(name)
        return next((each for each in self._hashes() if each.casefold() == name.casefold()), name)

    def set(self, pin: str, name: str = "") -> None:
        """Keep a PIN's hash (Argon2id, RFC 9106) in place of an older one of the same name.

        Raises:
            PinError: it isn't 6 to 12 digits, is the first that anybody would try, or another
                supervisor's; or there are as many as there may be.
            KeyStoreError: it can't be kept.
        """
        if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
            raise PinError(PinFault.NOT_DIGITS, shortest=SHORTEST, longest=LONGEST)
        if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
            raise PinError(PinFault.TOO_EASY)
        from argon2 import PasswordHasher

        name, hashes = self.named(name), self._hashes()
        hashes.pop(name, None)
        if len(hashes) >= MOST:
            raise PinError(PinFault.TOO_MANY, most=MOST)
        if any(_is_of(kept, pin) for kept in hashes.values()):
            raise PinError(PinFault.TAKEN)
        self._put({**hashes, name: PasswordHasher().hash(pin)})
        self._keys.delete(_TRIES)

    def remove(self, name: str) -> None:
        """Forget a supervisor's PIN.

        Raises:
            PinError: nobody of that name has one, or it is the only one there is.
            KeyStoreError: the key store can't be written.
        """
        hashes = self._hashes()
        if len(hashes) < 2 or hashes.pop(self.named(name), None) is None:  # noqa: PLR2004 - one stays
            raise PinError(PinFault.NOBODY, name=name)
        self._put(hashes)

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
        """Check a try at any of the PINs; see `identify`."""
        return self.identify(pin).answer

    def may_set(self, pin: str, name: str) -> Identified:
        """Check whether a try is what has to be known before `name` gets a new PIN.

        That is the old one of that name; where there is none, any supervisor's; where nobody has
        one, nothing.
        """
        hashes, name = self._hashes(), self.named(name)
        if not hashes:
            return Identified(PinCheck.RIGHT)
        return self.identify(pin, only=name if name in hashes else None)

    def identify(self, pin: str, only: str | None = None) -> Identified:
        """Check a try, and tell whose PIN it is; slow by design, so not for the event loop.

        Args:
            pin: the try.
            only: the one whose PIN it has to be; without it, anybody's.

        Raises:
            KeyStoreError: the key store can't be read, or a wrong try can't be counted.
        """
        with self._one_at_a_time:
            kept = self._hashes()
            if not kept:
                return Identified(PinCheck.UNSET)
            tries, now = self._tries(), self._clock()
            if tries.wait(now):
                if tries.last and now < tries.last:
                    # Else a clock that was years ahead for a moment would lock it for years.
                    self._keep(Tries(tries.wrong, now))
                return Identified(PinCheck.WAIT)
            # Counted before it is looked at: a power cut in between gives no free try.
            self._keep(Tries(tries.wrong + 1, now))
            for name, hashed in kept.items():
                if only in (None, name) and _is_of(hashed, pin):
                    self._keys.delete(_TRIES)
                    return Identified(PinCheck.RIGHT, name)
            return Identified(PinCheck.WRONG)

    def _hashes(self) -> dict[str, str]:
        """Return the PINs' hashes by name; one that an older version left in the file is moved."""
        kept = self._keys.fetch(_HASH)
        if kept is None and (kept := self._keys.get(_HASH)) is not None:
            self._keys.put(_HASH, kept)
        if kept is None:
            return {}
        try:
            found = json.loads(kept)
            return {str(name): str(hashed) for name, hashed in found.items()}
        except (ValueError, AttributeError):
            return {"": kept}

    def _put(self, hashes: dict[str, str]) -> None:
        """Keep the hashes; the house's alone as earlier versions did."""
        alone = hashes.get("") if len(hashes) == 1 else None
        self._keys.put(_HASH, alone or json.dumps(hashes, ensure_ascii=False))

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


def _is_of(hashed: str, pin: str) -> bool:
    """Tell whether a PIN is the one that a hash was made of."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


def may_be_pin(text: str) -> bool:
    """Tell whether a text may be a PIN, right or wrong: few digits, and nothing else but spaces.

    No ticket's code is one.
    """
    typed = "".join(text.split())
    return typed.isdecimal() and len(typed) <= LONGEST
