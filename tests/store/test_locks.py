"""Who has a database open keeps a recovery out, and a recovery keeps everybody out."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scanner.store import locks
from scanner.store.database import open_cache, open_database, open_ledger, open_reader
from scanner.store.errors import DatabaseBusy, StoreError, StoreFault
from scanner.store.locks import only_user, open_lock_file
from scanner.store.writer import Writer

LIMIT = 10.0

HOLD = """
import sys
from pathlib import Path
from scanner.store.database import open_ledger, open_reader
from scanner.store.locks import only_user
from scanner.store.writer import Writer
file = Path(sys.argv[2])
held = {"writer": Writer, "reader": open_reader, "recovery": only_user}[sys.argv[1]](file)
if sys.argv[1] == "recovery":
    held.__enter__()
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def process(what: str, file: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run another program that holds the database until it is killed or the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, what, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == b"held\n"
        try:
            yield running
        finally:
            assert running.stdin
            running.stdin.close()
            running.wait(LIMIT)


@pytest.fixture
def made(file: Path) -> Path:
    open_database(file).close()
    return file


def is_alone(file: Path) -> bool:
    try:
        with only_user(file):
            return True
    except DatabaseBusy as error:
        assert error.fact.code == StoreFault.IN_USE
        return False


@pytest.mark.parametrize("what", ["writer", "reader"])
def test_a_process_that_has_it_open_keeps_a_recovery_out_until_its_end(
    made: Path, what: str
) -> None:
    with process(what, made):
        assert not is_alone(made)
    assert is_alone(made)


def test_several_processes_share_it_and_the_last_one_counts(made: Path) -> None:
    with process("writer", made):
        with process("writer", made), process("reader", made), closing(open_ledger(made)):
            assert not is_alone(made)
        assert not is_alone(made)
    assert is_alone(made)


def test_a_killed_process_holds_nothing(made: Path) -> None:
    with process("writer", made) as running:
        running.send_signal(signal.SIGKILL)
        running.wait(LIMIT)
        assert is_alone(made)


@pytest.mark.parametrize("opened", [Writer, open_database, open_ledger, open_cache, open_reader])
def test_nobody_opens_a_database_that_is_being_recovered(
    made: Path, opened: type[Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "BUSY_MS", 50)
    with process("recovery", made):
        with pytest.raises(StoreError) as refused:
            opened(made)
        assert refused.value.fact.code == StoreFault.BEING_RECOVERED
    opened(made).close()
    assert is_alone(made)


def test_who_opens_waits_for_a_recovery_that_ends(made: Path) -> None:
    with process("recovery", made) as running:
        assert running.stdin
        running.stdin.write(b"end\n")
        running.stdin.flush()
        open_database(made).close()


def test_two_connections_of_one_process_each_hold_a_share(made: Path) -> None:
    first, second = open_reader(made), open_database(made)
    first.close()
    first.close()
    assert not is_alone(made)
    second.close()
    assert is_alone(made)


def test_a_failed_opening_holds_nothing(file: Path) -> None:
    file.write_bytes(b"This is a shopping list.\n" * 100)
    with pytest.raises(StoreError):
        open_database(file)
    assert is_alone(file)


def test_a_reader_makes_no_lock(made: Path) -> None:
    open_lock_file(made).unlink()
    open_reader(made).close()
    assert not open_lock_file(made).exists()


def test_the_lock_is_its_owners_alone(made: Path) -> None:
    assert open_lock_file(made).stat().st_mode & 0o777 == 0o600
