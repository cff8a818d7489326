import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError
from structlog.testing import capture_logs

from scanner.facts import Fact
from scanner.keystore import KeyStoreError, KeyStoreFault, SecretsFile, open_keystore
from scanner.wording.sentences import sentence

SECRET = "0f" * 16

NO_STORE: Callable[[], KeyringBackend] = fail.Keyring
NULL_STORE: Callable[[], KeyringBackend] = null.Keyring
CHAIN: Callable[[], KeyringBackend] = chainer.ChainerBackend


class MemoryRing(KeyringBackend):
    priority = -1  # never chosen by itself

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.problem: Exception | None = None
        self.forgetful = False

    def _fail_if_asked(self) -> None:
        if self.problem:
            raise self.problem

    def get_password(self, service: str, username: str) -> str | None:
        self._fail_if_asked()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail_if_asked()
        if not self.forgetful:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._fail_if_asked()
        if (service, username) not in self.kept:
            raise PasswordDeleteError("there is no such entry")
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def _system_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SCANNER_KEYSTORE", raising=False)
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring() -> MemoryRing:
    made = MemoryRing()
    keyring.set_keyring(made)
    return made


@pytest.fixture
def no_ring() -> None:
    keyring.set_keyring(NO_STORE())


def in_file(folder: Path) -> dict[str, str | None]:
    return SecretsFile(folder).read()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_system_keeps_a_secret_and_no_file_does(ring: MemoryRing, tmp_path: Path) -> None:
    store = open_keystore(tmp_path)
    store.set("login", SECRET)
    assert open_keystore(tmp_path).get("login") == SECRET
    assert [service for service, _ in ring.kept] == ["scanner"]
    assert list(tmp_path.iterdir()) == []
    store.delete("login")
    assert store.get("login") is None
    assert ring.kept == {}


def test_two_folders_share_no_secret_in_the_system(ring: MemoryRing, tmp_path: Path) -> None:
    one, other = open_keystore(tmp_path / "one"), open_keystore(tmp_path / "other")
    one.set("login", "first")
    assert other.get("login") is None
    other.set("login", "second")
    assert one.get("login") == "first"


def test_a_folder_is_the_same_by_whatever_way_it_is_named(ring: MemoryRing, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "home")
    open_keystore(tmp_path / "home").set("login", SECRET)
    assert open_keystore(tmp_path / "way").get("login") == SECRET
    assert open_keystore(tmp_path / "way" / ".." / "home").get("login") == SECRET


def test_without_a_system_store_a_private_file_keeps_the_secret(
    no_ring: None, tmp_path: Path
) -> None:
    folder = tmp_path / "home"
    old = os.umask(0)
    try:
        open_keystore(folder).set("login", SECRET)
    finally:
        os.umask(old)
    assert open_keystore(folder).get("login") == SECRET
    assert mode(folder / "secrets.json") == 0o600
    assert mode(folder) == 0o700


def test_a_file_that_all_could_read_is_private_after_the_next_change(
    no_ring: None, tmp_path: Path
) -> None:
    store = open_keystore(tmp_path)
    store.set("login", "old")
    (tmp_path / "secrets.json").chmod(0o644)
    store.set("login", SECRET)
    assert mode(tmp_path / "secrets.json") == 0o600


def test_the_file_alone_is_used_when_it_is_asked_for(
    ring: MemoryRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_KEYSTORE", "file")
    store = open_keystore(tmp_path)
    store.set("login", SECRET)
    assert ring.kept == {}
    assert store.get("login") == SECRET
    store.delete("login")
    assert in_file(tmp_path) == {}


def test_the_file_alone_needs_no_key_store_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from scanner.keystore import open_keystore;"
        "store = open_keystore(Path(sys.argv[1])); store.set('login', 'x'); store.get('login');"
        "store.delete('login'); assert 'keyring' not in sys.modules"
    )
    environment = {**os.environ, "SCANNER_KEYSTORE": "file"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)


@pytest.mark.parametrize("nothing", [NO_STORE, NULL_STORE])
def test_a_backend_that_keeps_nothing_counts_as_none(
    nothing: Callable[[], KeyringBackend], tmp_path: Path
) -> None:
    keyring.set_keyring(nothing())
    with capture_logs() as logs:
        open_keystore(tmp_path).set("login", SECRET)
    assert in_file(tmp_path) == {"login": SECRET}
    assert logs == []


def test_a_chain_of_no_backends_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    keyring.set_keyring(CHAIN())
    with capture_logs() as logs:
        open_keystore(tmp_path).set("login", SECRET)
    assert in_file(tmp_path) == {"login": SECRET}
    assert logs == []


def test_a_backend_that_drops_what_it_takes_is_not_trusted(
    ring: MemoryRing, tmp_path: Path
) -> None:
    ring.forgetful = True
    store = open_keystore(tmp_path)
    store.set("login", SECRET)
    assert store.get("login") == SECRET


def test_a_system_store_that_cannot_be_opened_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> KeyringBackend:
        raise RuntimeError("no bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    with capture_logs() as logs:
        open_keystore(tmp_path).set("login", SECRET)
    assert in_file(tmp_path) == {"login": SECRET}
    assert [line["problem"] for line in logs] == ["RuntimeError"]


@pytest.mark.parametrize("problem", [KeyringLocked(SECRET), ConnectionResetError(SECRET)])
def test_a_locked_or_gone_system_store_leaves_the_file_and_a_line_in_the_log(
    problem: Exception, ring: MemoryRing, tmp_path: Path
) -> None:
    store = open_keystore(tmp_path)
    ring.problem = problem
    with capture_logs() as logs:
        store.set("login", SECRET)
        assert store.get("login") == SECRET
        assert store.get("another") is None
    assert {line["problem"] for line in logs} == {type(problem).__name__}
    assert SECRET not in str(logs)


def test_what_the_file_took_in_the_meantime_is_the_newer_secret(
    ring: MemoryRing, tmp_path: Path
) -> None:
    store = open_keystore(tmp_path)
    store.set("login", "old")
    ring.problem = KeyringLocked()
    store.set("login", "newer")
    ring.problem = None
    assert store.get("login") == "newer"
    store.set("login", "newest")
    assert store.get("login") == "newest"
    assert in_file(tmp_path) == {}


def test_a_secret_forgotten_while_the_system_store_is_locked_stays_forgotten(
    ring: MemoryRing, tmp_path: Path
) -> None:
    store = open_keystore(tmp_path)
    store.set("login", SECRET)
    ring.problem = KeyringLocked()
    store.delete("login")
    ring.problem = None
    assert store.get("login") is None
    store.set("login", "new")
    assert store.get("login") == "new"
    store.delete("login")
    assert (ring.kept, in_file(tmp_path)) == ({}, {})


def test_forgetting_what_is_not_there_is_no_error(ring: MemoryRing, tmp_path: Path) -> None:
    open_keystore(tmp_path).delete("login")
    keyring.set_keyring(NO_STORE())
    open_keystore(tmp_path).delete("login")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"login": {"key": "0f0f"}}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_said_in_a_sentence_without_its_content(
    content: bytes, no_ring: None, tmp_path: Path
) -> None:
    (tmp_path / "secrets.json").write_bytes(content)
    store = open_keystore(tmp_path)
    uses: tuple[Callable[[], object], ...] = (
        lambda: store.get("login"),
        lambda: store.set("login", SECRET),
    )
    for use in uses:
        with pytest.raises(KeyStoreError) as caught:
            use()
        assert caught.value.fact == Fact(KeyStoreFault.DAMAGED, {"file": tmp_path / "secrets.json"})
        assert "0f0f" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert (tmp_path / "secrets.json").read_bytes() == content


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(no_ring: None, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(KeyStoreError, match=f"^{KeyStoreFault.UNWRITABLE} .*secrets.json"):
        open_keystore(tmp_path / "home").set("login", SECRET)
    with pytest.raises(KeyStoreError, match=KeyStoreFault.UNREADABLE):
        open_keystore(tmp_path / "home").get("login")


def test_a_write_that_fails_leaves_the_old_secrets_and_no_rest(
    no_ring: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_keystore(tmp_path)
    store.set("login", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyStoreError, match="No space left on device"):
        store.set("login", SECRET)
    assert store.get("login") == "old"
    assert {path.name for path in tmp_path.iterdir()} <= {"secrets.json", "secrets.json.lock"}


def test_writers_at_the_same_time_lose_nothing(no_ring: None, tmp_path: Path) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            open_keystore(tmp_path).set(f"{number}.{turn}", "x")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(in_file(tmp_path)) == 40


def test_no_text_of_a_store_shows_a_secret(no_ring: None, tmp_path: Path) -> None:
    store = open_keystore(tmp_path)
    store.set("login", SECRET)
    assert SECRET not in f"{store!r} {store} {vars(store)!r}"


def test_a_choice_that_there_is_not_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_KEYSTORE", "fiel")
    with pytest.raises(KeyStoreError) as refused:
        open_keystore(tmp_path)
    assert refused.value.fact == Fact(
        KeyStoreFault.NO_SUCH_CHOICE, {"variable": "SCANNER_KEYSTORE", "value": "fiel"}
    )
    assert "'fiel'; set it to 'system' or 'file'" in sentence(refused.value.fact)


@given(secrets=st.dictionaries(st.text(), st.text(), max_size=4))
def test_any_text_comes_back_from_the_file_as_it_was(
    secrets: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    keyring.set_keyring(NO_STORE())
    folder = tmp_path_factory.mktemp("home")
    store = open_keystore(folder)
    for name, secret in secrets.items():
        store.set(name, secret)
    assert {name: store.get(name) for name in secrets} == secrets
    if secrets:
        assert json.loads((folder / "secrets.json").read_text()) == secrets
