"""What belongs in the system's key store alone, however the data folder looks."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.errors import KeyringLocked

from scanner.keystore import KeyStoreError, KeyStoreFault, SecretsFile, open_keystore
from scanner.pin import Pin, PinCheck
from scanner.sync.clock import utc_now
from tests.test_keystore import NO_STORE, SECRET, MemoryRing


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryRing]:
    monkeypatch.delenv("SCANNER_KEYSTORE", raising=False)
    before, made = keyring.get_keyring(), MemoryRing()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def plant(folder: Path) -> None:
    SecretsFile(folder).change(lambda secrets: secrets.update({"anchor": "planted"}))


def test_what_somebody_wrote_into_the_file_does_not_count(tmp_path: Path) -> None:
    store = open_keystore(tmp_path)
    assert store.is_system
    plant(tmp_path)
    assert store.fetch("anchor") is None
    store.put("anchor", SECRET)
    plant(tmp_path)
    assert store.fetch("anchor") == SECRET


def test_a_locked_store_is_told_from_one_that_has_nothing(ring: MemoryRing, tmp_path: Path) -> None:
    store = open_keystore(tmp_path)
    ring.problem = KeyringLocked(SECRET)
    plant(tmp_path)
    with pytest.raises(KeyStoreError) as fetched:
        store.fetch("anchor")
    with pytest.raises(KeyStoreError) as stored:
        store.put("anchor", SECRET)
    for raised in (fetched, stored):
        assert raised.value.fact.code == KeyStoreFault.SHUT
        assert SECRET not in str(raised.value)


def test_where_there_is_no_store_the_file_holds_it(tmp_path: Path) -> None:
    keyring.set_keyring(NO_STORE())
    store = open_keystore(tmp_path)
    assert not store.is_system
    store.put("anchor", SECRET)
    assert store.fetch("anchor") == SECRET
    assert SecretsFile(tmp_path).read() == {"anchor": SECRET}
    assert SecretsFile(tmp_path).path.stat().st_mode & 0o777 == 0o600


OLD, NEW = "471182", "902655"


def hash_in_file(folder: Path, pin: str) -> None:
    """Put a PIN's hash into the file of secrets, as who can write the data folder might."""
    other = folder.with_name("other")
    keyring_before = keyring.get_keyring()
    keyring.set_keyring(NO_STORE())
    Pin(open_keystore(other), utc_now).set(pin)
    keyring.set_keyring(keyring_before)
    SecretsFile(folder).change(lambda secrets: secrets.update(SecretsFile(other).read()))


def test_a_pin_in_the_file_does_not_count_beside_the_stores(tmp_path: Path) -> None:
    pin = Pin(open_keystore(tmp_path / "home"), utc_now)
    pin.set(OLD)
    hash_in_file(tmp_path / "home", NEW)
    assert pin.check(NEW) is PinCheck.WRONG
    assert pin.check(OLD) is PinCheck.RIGHT
    pin.set(NEW)
    assert SecretsFile(tmp_path / "home").read() == {}


def test_a_pin_that_an_older_version_left_in_the_file_moves_into_the_store(
    ring: MemoryRing, tmp_path: Path
) -> None:
    hash_in_file(tmp_path / "home", OLD)
    assert Pin(open_keystore(tmp_path / "home"), utc_now).check(OLD) is PinCheck.RIGHT
    assert SecretsFile(tmp_path / "home").read() == {}
    hash_in_file(tmp_path / "home", NEW)
    assert Pin(open_keystore(tmp_path / "home"), utc_now).check(NEW) is PinCheck.WRONG
    assert any("supervisor-pin" in name for _, name in ring.kept)


def test_while_the_store_is_locked_no_pin_is_right_and_none_is_missing(
    ring: MemoryRing, tmp_path: Path
) -> None:
    pin = Pin(open_keystore(tmp_path / "home"), utc_now)
    pin.set(OLD)
    hash_in_file(tmp_path / "home", NEW)
    ring.problem = KeyringLocked(SECRET)
    for asked in (lambda: pin.check(NEW), lambda: pin.is_set, lambda: pin.set(NEW)):
        with pytest.raises(KeyStoreError) as raised:
            asked()
        assert raised.value.fact.code == KeyStoreFault.SHUT
