"""What belongs in the system's key store alone, however the data folder looks."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.errors import KeyringLocked

from scanner.keystore import KeyStoreError, KeyStoreFault, SecretsFile, open_keystore
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
