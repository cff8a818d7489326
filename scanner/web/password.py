"""The password that a browser asks for: from a file, compared in constant time."""

import asyncio
import hmac
import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scanner.web.errors import WebError, WebFault

SHORTEST = 10
"""Characters of a password that the file holds as it is."""

LONGEST_LINE = 4096
"""Bytes that are read of a password file."""

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


class Password:
    """One password.

    A try costs a keyed hash: the password itself is known, or was found right before. Only until
    the first right one is it the Argon2 function that decides, where the file holds an Argon2
    hash; those checks run in two threads. One of them is kept for addresses that haven't been
    wrong, so that nobody waits behind an attacker's tries.

    Args:
        line: the password, or its Argon2 hash.
    """

    def __init__(self, line: str) -> None:
        self._key = secrets.token_bytes(32)
        self._hash = line if line.startswith("$argon2") else None
        self._right = self._digest(line) if self._hash is None else None
        self._threads = ThreadPoolExecutor(2, "password")
        self._first_tries, self._others = asyncio.Semaphore(1), asyncio.Semaphore(1)

    async def matches(self, given: str, *, first_try: bool) -> bool:
        """Tell whether a text is the password; `first_try` of an address, or not."""
        digest = self._digest(given)
        if self._right is None and self._hash is not None:
            async with self._first_tries if first_try else self._others:
                loop = asyncio.get_running_loop()
                if not await loop.run_in_executor(self._threads, _verify, self._hash, given):
                    return False
                self._right = digest
        return self._right is not None and hmac.compare_digest(digest, self._right)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")


def read_password(file: Path) -> Password:
    """Return the password of the file's first line, which holds it or its Argon2 hash.

    Raises:
        WebError: the file can't be read, others can read it, or it holds none that will do.
    """
    try:
        with file.open("rb") as opened:
            shared = os.name == "posix" and os.fstat(opened.fileno()).st_mode & _OTHERS_READ
            content = opened.read(LONGEST_LINE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WebError(WebFault.PASSWORD_UNREADABLE, file=file) from error
    if shared:
        raise WebError(WebFault.PASSWORD_SHARED, file=file)
    line = (content.splitlines() or [""])[0].strip()
    if not line:
        raise WebError(WebFault.PASSWORD_EMPTY, file=file)
    if line.startswith("$argon2"):
        _check_hash(line, file)
    elif len(line) < SHORTEST:
        raise WebError(WebFault.PASSWORD_SHORT, file=file, shortest=SHORTEST)
    return Password(line)


def _check_hash(line: str, file: Path) -> None:
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        extract_parameters(line)
    except (InvalidHashError, ValueError) as error:
        raise WebError(WebFault.PASSWORD_NO_HASH, file=file) from error


def _verify(kept: str, given: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept, given)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
