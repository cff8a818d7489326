"""A disk that is full when a gate starts: it is called full, and nothing is left behind."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store import errors
from scanner.store.database import open_database
from scanner.store.errors import NEEDED, DiskFull, has_room, store_error
from scanner.store.quarantine import copy_to_quarantine
from tests.cli.program import Program
from tests.faults.small_disk import small_disk
from tests.store.worlds import fill, row

FREE_KIB = (0, 8, 28, 100)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def started(program: Program, folder: Path, free: int) -> dict[str, str]:
    """Start a gate twice on a disk with so many KiB, and once more when it has room."""
    disk = small_disk(folder / "disk", program.home, megabytes=2, free=free)
    said = {}
    for start in ("first", "second", "third"):
        if start == "third":
            disk.make_room()
        done = disk.run("gate", "--stdin", "--no-network", given=b"X\n")
        said[start] = (done.stdout + done.stderr).decode()
        said[f"left.{start}"] = disk.names()
    return said


@pytest.mark.parametrize("free", FREE_KIB)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "used"])
def test_a_full_disk_is_called_full_at_every_start(
    program: Program, tmp_path: Path, free: int, is_new: bool
) -> None:
    if not is_new:
        with closing(open_database(program.home / "gate.sqlite3")) as conn:
            fill(conn, [row("DAWIER-BACK00000001")])
    said = started(program, tmp_path, free)
    for start in ("first", "second"):
        assert "is full: nobody can be admitted; free some space." in said[start]
        assert said[start].count("\n") == 1
    assert said["left.second"] == said["left.first"]
    assert "damaged" not in said["left.first"]
    assert said["third"].startswith(("GATE CLOSED", "NOT A TICKET")), said["third"]


LIMITED = """
import resource, sys
from pathlib import Path
from scanner.store.errors import has_room
folder, most = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print(has_room(folder))
"""


@pytest.mark.parametrize(("most", "room"), [(NEEDED, True), (NEEDED - 1, False), (0, False)])
def test_a_limit_of_the_process_leaves_no_room_either(
    tmp_path: Path, most: int, room: bool
) -> None:
    words = [sys.executable, "-c", LIMITED, str(tmp_path), str(most)]
    done = subprocess.run(words, capture_output=True, check=True, cwd=Path.cwd())
    assert done.stdout.decode().strip() == str(room)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_not_called_full(tmp_path: Path) -> None:
    assert has_room(tmp_path / "none")


def test_a_copy_that_found_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gate.sqlite3", "gate.sqlite3-wal", "gate.cache.sqlite3"):
        (tmp_path / name).write_bytes(b"damaged")
    before = sorted(tmp_path.iterdir())
    copied: list[object] = []

    def copy(source: object, target: object) -> None:
        copied.append(source)
        if len(copied) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", copy)
    with pytest.raises(OSError, match="No space"):
        copy_to_quarantine(tmp_path / "gate.sqlite3")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("room", [True, False])
def test_what_sqlite_calls_an_input_error_is_a_full_disk_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    monkeypatch.setattr(errors, "has_room", lambda _: room)
    for code in (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_CANTOPEN):
        met = sqlite3.OperationalError("disk I/O error")
        met.sqlite_errorcode = code
        assert isinstance(store_error(met, tmp_path / "gate.sqlite3"), DiskFull) is not room
