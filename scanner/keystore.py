"""Stores secrets in the system's key store, or in a file of mode 0600 where there is none.

The file holds a secret only while the key store can't. So the file is newer: it is read first,
and a secret that the key store takes is removed from the file.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from scanner.errors import ScannerError
from scanner.facts import Code
from scanner.paths import replace_file

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


class KeyStoreFault(Code):
    """Why a secret can't be stored, read or removed."""

    UNREADABLE = "keystore.unreadable"
    DAMAGED = "keystore.damaged"
    LOCKED = "keystore.locked"
    UNWRITABLE = "keystore.unwritable"
    NO_SUCH_CHOICE = "keystore.no_such_choice"
    SHUT = "keystore.shut"


class KeyStoreError(ScannerError):
    """A secret can't be stored, read or removed."""


class SecretsFile:
    """Secrets by name in one JSON file; `None` marks one that is deleted in every place."""

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
            why = error.strerror or type(error).__name__
            raise KeyStoreError(KeyStoreFault.UNREADABLE, file=self.path, why=why) from error
        except ValueError:
            # The text itself stays out of the error: it may hold secrets.
            raise KeyStoreError(KeyStoreFault.DAMAGED, file=self.path) from None
        if not isinstance(found, dict) or not all(
            isinstance(secret, str | None) for secret in found.values()
        ):
            raise KeyStoreError(KeyStoreFault.DAMAGED, file=self.path)
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
                    replace_file(self.path, json.dumps(after).encode())
        except Timeout as error:
            raise KeyStoreError(KeyStoreFault.LOCKED, file=self.path) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise KeyStoreError(KeyStoreFault.UNWRITABLE, file=self.path, why=why) from error


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
        return self._with_backend(
            "read", lambda backend: backend.get_password(SERVICE, entry), None
        )

    def set(self, name: str, secret: str) -> None:
        """Store the secret; it replaces an older one.

        Raises:
            KeyStoreError: where neither the key store nor the file takes it.
        """

        def keep(backend: "KeyringBackend") -> bool:
            backend.set_password(SERVICE, self._entry(name), secret)
            # Some backends take everything and keep nothing.
            return backend.get_password(SERVICE, self._entry(name)) == secret

        if self._with_backend("kept", keep, default=False):
            if name in self._file.read():
                self._file.change(lambda secrets: _drop(secrets, name))
        else:
            self._file.change(lambda secrets: secrets.update({name: secret}))

    def delete(self, name: str) -> None:
        """Delete the secret; one that isn't there is no error.

        Where the key store doesn't answer, the file records that the secret is deleted.

        Raises:
            KeyStoreError: where the file of secrets can't be changed.
        """

        def remove(backend: "KeyringBackend") -> bool:
            if backend.get_password(SERVICE, self._entry(name)) is not None:
                backend.delete_password(SERVICE, self._entry(name))
            return True

        if (
            self._file_only
            or self._backend() is None
            or self._with_backend("removed", remove, False)
        ):
            if name in self._file.read():
                self._file.change(lambda secrets: _drop(secrets, name))
        else:
            self._file.change(lambda secrets: secrets.update({name: None}))

    @property
    def is_system(self) -> bool:
        """Tell whether the system has a key store, or the file stands in for it."""
        return self._backend() is not None

    def fetch(self, name: str) -> str | None:
        """Return a secret from the one place where it belongs; `None` where it is not there.

        Where the system has a key store, what the file says does not count: who can write the
        data folder could have put it there.

        Raises:
            KeyStoreError: the key store is locked or fails; or the file can't be read.
        """
        backend = self._backend()
        if backend is None:
            return self._file.read().get(name)
        try:
            return backend.get_password(SERVICE, self._entry(name))
        except Exception as error:
            raise KeyStoreError(KeyStoreFault.SHUT) from error

    def put(self, name: str, secret: str) -> None:
        """Store a secret in the one place from which `fetch` reads it, and nowhere else.

        Raises:
            KeyStoreError: the key store or the file does not take it.
        """
        backend = self._backend()
        if backend is None:
            self._file.change(lambda secrets: secrets.update({name: secret}))
            return
        try:
            backend.set_password(SERVICE, self._entry(name), secret)
            kept = backend.get_password(SERVICE, self._entry(name)) == secret
        except Exception as error:
            raise KeyStoreError(KeyStoreFault.SHUT) from error
        if not kept:
            raise KeyStoreError(KeyStoreFault.SHUT)
        if name in self._file.read():
            self._file.change(lambda secrets: _drop(secrets, name))

    def _entry(self, name: str) -> str:
        """Return the entry's name in the key store, which all data folders share."""
        return f"{name} ({self._folder_mark})"

    def _with_backend(self, doing: str, use: Callable[["KeyringBackend"], T], default: T) -> T:
        """Use the key store; `default` where there is none or where it fails."""
        backend = self._backend()
        if backend is None:
            return default
        try:
            return use(backend)
        except Exception as error:  # noqa: BLE001 - backends raise whatever their transport does
            # The error's own text stays out of the log: a backend may put anything in it.
            kind = type(error).__name__
            log.warning("the key store failed; the file is used", doing=doing, problem=kind)
            return default

    def _backend(self) -> "KeyringBackend | None":
        if self._file_only:
            return None
        import keyring
        from keyring.backends import chainer, fail, null

        try:
            backend = keyring.get_keyring()
            if isinstance(backend, fail.Keyring | null.Keyring):
                return None
            if isinstance(backend, chainer.ChainerBackend) and not backend.backends:
                return None
        except Exception as error:  # noqa: BLE001 - finding a backend runs any backend's code
            log.warning("no key store can be opened", problem=type(error).__name__)
            return None
        return backend


def open_keystore(folder: Path) -> KeyStore:
    """Open the secrets that belong to a data folder.

    Raises:
        KeyStoreError: where `SCANNER_KEYSTORE` asks for something that there isn't.
    """
    choice = os.environ.get(CHOICE, "").strip().lower()
    if choice not in ("", "system", "file"):
        raise KeyStoreError(KeyStoreFault.NO_SUCH_CHOICE, variable=CHOICE, value=choice)
    return KeyStore(folder, file_only=choice == "file")


def _drop(secrets: dict[str, str | None], name: str) -> None:
    secrets.pop(name, None)
