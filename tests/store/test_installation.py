import platform
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.names import TAG_CHARACTERS, TAG_LENGTH, tag_of
from scanner.store import installation
from scanner.store.database import open_database, open_ledger, transaction
from scanner.store.installation import current_tag, draw_tag, ensure_tag, place, tags
from scanner.store.sessions import read_standing
from scanner.store.writer import Writer
from tests.store.worlds import filled


def tag_at(file: Path) -> str | None:
    """Open a ledger as a gate does, and return its tag."""
    with Writer(file) as writer:
        return writer.submit(current_tag).result(10)


def test_a_new_ledger_has_a_tag_and_keeps_it(tmp_path: Path) -> None:
    tag = tag_at(tmp_path / "gate.sqlite3")
    assert tag
    assert len(tag) == TAG_LENGTH
    assert set(tag) <= set(TAG_CHARACTERS)
    assert tag_of(tag) == tag
    assert tag_at(tmp_path / "gate.sqlite3") == tag


def test_the_gates_device_is_sent_with_it(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    filled(file).close()
    with Writer(file) as writer:
        standing = writer.submit(read_standing).result(10)
        tag = writer.submit(current_tag).result(10)
    assert standing.device == f"{tag} door-1"


def copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target)


def moved(source: Path, target: Path) -> None:
    shutil.move(source, target)


def put_in_its_place(source: Path, target: Path) -> None:
    """Copy, and give the copy the original's path."""
    shutil.copytree(source, target)
    source.rename(source.with_name("original"))
    target.rename(source)
    target.symlink_to(source)


@pytest.mark.parametrize("relocate", [copied, moved, put_in_its_place])
def test_a_ledger_in_another_folder_gets_a_tag_of_its_own(tmp_path: Path, relocate: object) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    before = tag_at(home / "gate.sqlite3")
    assert callable(relocate)
    relocate(home, other)
    after = tag_at(other / "gate.sqlite3")
    assert after not in (None, before)
    with closing(open_database(other / "gate.sqlite3")) as conn:
        assert tags(conn) == {before, after}


@pytest.mark.parametrize("computer", [("other machine", "start"), ("machine", "other start")])
def test_a_ledger_on_another_computer_gets_a_tag_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, computer: tuple[str, str]
) -> None:
    monkeypatch.setattr(installation, "_computer", lambda: ("machine", "start"))
    before = tag_at(tmp_path / "gate.sqlite3")
    assert tag_at(tmp_path / "gate.sqlite3") == before
    monkeypatch.setattr(installation, "_computer", lambda: computer)
    assert tag_at(tmp_path / "gate.sqlite3") not in (None, before)


def test_what_is_kept_of_the_place_gives_nothing_away(tmp_path: Path) -> None:
    found = place(tmp_path)
    assert len(found) == 64
    machine, start = installation._computer()
    assert not any(part and part in found for part in (machine, start, str(tmp_path)))


def test_a_computer_that_names_itself_nowhere_is_known_by_its_host_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "_MACHINE_FILES", (Path("/nowhere"),))
    monkeypatch.setattr(platform, "node", lambda: "laptop-3")
    assert installation._computer.__wrapped__()[0] == "laptop-3"


def test_a_tag_is_not_drawn_twice_and_never_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_ledger(tmp_path / "gate.sqlite3")) as conn:
        ensure_tag(conn, tmp_path)
        first = current_tag(conn)
        drawn = iter([first, "bcdf", "7k3q"])
        monkeypatch.setattr(installation, "_random_tag", lambda: next(drawn))
        with transaction(conn):
            assert draw_tag(conn) == "7k3q"
        for change in ("UPDATE installation SET tag = 'b2b2'", "DELETE FROM installation"):
            with pytest.raises(sqlite3.IntegrityError):
                conn.execute(change)
