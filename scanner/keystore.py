"""Secrets at rest: in the system's key store, or in a file of mode 0600 where there is none.

The file holds a secret only while the key store can't, so what it says is the newer truth: it is
asked first, and a secret that reaches the key store leaves the file.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from scanner.errors import ScannerError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "scanner"
"""The service under which the system's key store shows the entries."""

FILE_NAME = "secrets.json"
"""The file in the data folder that stands in for a key store."""

CHOICE = "SCANNER_KEYSTORE"
"""The environment variable that says where secrets go: `system` (the default) or `file`."""

LOCK_SECONDS = 10
"""How long one process waits for another that is writing the file."""

T = TypeVar("T")
log = structlog.get_logger("keystore")


class KeyStoreError(ScannerError):
    """A secret can't be kept, read or removed."""


class SecretsFile:
    """Secrets by name in one JSON file; `None` marks one that is gone, wherever else it lingers."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def read(self) -> dict[str, str | None]:
        """Return all secrets; none where there is no file.

        Raises:
            KeyStoreError: where the file can't be read, or holds something else.
        """
        try:
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(f"can't be read ({error.strerror})") from error
        except ValueError:
            # The text itself stays out of the error: it may hold secrets.
            raise self._unusable("is damaged") from None
        if not isinstance(found, dict) or not all(
            isinstance(secret, str | None) for secret in found.values()
        ):
            raise self._unusable("is damaged")
        return found

    def change(self, change: Callable[[dict[str, str | None]], None]) -> None:
        """Read, change and replace the file in one step, whatever other processes do.

        Raises:
            KeyStoreError: where the folder or the file can't be used.
        """
        from filelock import FileLock, Timeout

        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / f"{FILE_NAME}.lock", timeout=LOCK_SECONDS):
                before = self.read()
                after = dict(before)
                change(after)
                if after != before:
                    self._replace(json.dumps(after).encode())
        except Timeout as error:
            raise KeyStoreError(
                f"Another program holds on to {self.path}; end it, then try again."
            ) from error
        except OSError as error:
            raise KeyStoreError(
                f"The secret can't be kept in {self.path} ({error.strerror}); "
                "make the folder writable, then try again."
            ) from error

    def _replace(self, content: bytes) -> None:
        number, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{FILE_NAME}.")  # mode 0600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _unusable(self, how: str) -> KeyStoreError:
        return KeyStoreError(
            f"The file of secrets {self.path} {how}; mend or remove it, then log in again."
        )


class KeyStore:
    """The secrets of one data folder, by name; made by `open_keystore`."""

    def __init__(self, folder: Path, *, file_only: bool) -> None:
        self._file = SecretsFile(folder)
        self._file_only = file_only
        self._folder_mark = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]

    def get(self, name: str) -> str | None:
        """Return the secret; `None` where there is none.

        Raises:
            KeyStoreError: where the file of secrets can't be read.
        """
        found = self._file.read()
        if name in found:
            return found[name]
        entry = self._entry(name)
        return self._with_ring("read", lambda ring: ring.get_password(SERVICE, entry), None)

    def set(self, name: str, secret: str) -> None:
        """Keep the secret, in place of an older one.

        Raises:
            KeyStoreError: where neither the key store nor the file takes it.
        """

        def keep(ring: "KeyringBackend") -> bool:
            ring.set_password(SERVICE, self._entry(name), secret)
            # Some backends take everything and keep nothing.
            return ring.get_password(SERVICE, self._entry(name)) == secret

        if self._with_ring("kept", keep, default=False):
            if name in self._file.read():
                self._file.change(lambda secrets: _drop(secrets, name))
        else:
            self._file.change(lambda secrets: secrets.update({name: secret}))

    def delete(self, name: str) -> None:
        """Forget the secret; one that isn't there is forgotten already.

        Where the key store doesn't answer, the file remembers that the secret is gone.

        Raises:
            KeyStoreError: where the file of secrets can't be changed.
        """

        def remove(ring: "KeyringBackend") -> bool:
            if ring.get_password(SERVICE, self._entry(name)) is not None:
                ring.delete_password(SERVICE, self._entry(name))
            return True

        if self._file_only or self._ring() is None or self._with_ring("removed", remove, False):
            if name in self._file.read():
                self._file.change(lambda secrets: _drop(secrets, name))
        else:
            self._file.change(lambda secrets: secrets.update({name: None}))

    def _entry(self, name: str) -> str:
        """Return the entry's name in the key store, which all data folders share."""
        return f"{name} ({self._folder_mark})"

    def _with_ring(self, doing: str, use: Callable[["KeyringBackend"], T], default: T) -> T:
        """Use the key store; `default` where there is none or where it fails."""
        ring = self._ring()
        if ring is None:
            return default
        try:
            return use(ring)
        except Exception as error:  # noqa: BLE001 - backends raise whatever their transport does
            # The error's own text stays out of the log: a backend may put anything in it.
            kind = type(error).__name__
            log.warning("the key store failed; the file is used", doing=doing, problem=kind)
            return default

    def _ring(self) -> "KeyringBackend | None":
        if self._file_only:
            return None
        import keyring
        from keyring.backends import chainer, fail, null

        try:
            ring = keyring.get_keyring()
            if isinstance(ring, fail.Keyring | null.Keyring):
                return None
            if isinstance(ring, chainer.ChainerBackend) and not ring.backends:
                return None
        except Exception as error:  # noqa: BLE001 - finding a backend runs any backend's code
            log.warning("no key store can be opened", problem=type(error).__name__)
            return None
        return ring


def open_keystore(folder: Path) -> KeyStore:
    """Open the secrets that belong to a data folder.

    Raises:
        KeyStoreError: where `SCANNER_KEYSTORE` asks for something that there isn't.
    """
    choice = os.environ.get(CHOICE, "").strip().lower()
    if choice not in ("", "system", "file"):
        raise KeyStoreError(f"{CHOICE} is {choice!r}; set it to 'system' or 'file'.")
    return KeyStore(folder, file_only=choice == "file")


def _drop(secrets: dict[str, str | None], name: str) -> None:
    secrets.pop(name, None)
