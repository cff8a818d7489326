"""`scanner pin`: sets, changes and resets the supervisor's PIN."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from argon2 import PasswordHasher

from scanner.cli.pin import ask
from scanner.keystore import KeyStore
from scanner.pin import FREE_TRIES, Pin, PinCheck
from scanner.store.database import open_reader
from scanner.store.journal import NOTE, rows
from scanner.sync.clock import utc_now
from tests.cli.program import Program

OLD, NEW = "471182", "902655"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may reset a PIN")


def checked(program: Program, pin: str) -> PinCheck:
    return Pin(KeyStore(program.home, file_only=True), utc_now).check(pin)


def test_a_new_pin_is_asked_for_until_both_are_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([OLD, NEW, NEW, NEW])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(typed))
    assert ask("New PIN", twice=True) == NEW
    assert capsys.readouterr().err == "The two new PINs differ; type the PIN again.\n"


@pytest.fixture
def safe(program: Program) -> Program:
    assert "PIN is set" in program.says("pin", given=f"{OLD}\n".encode())
    return program


def test_the_first_one_is_set_and_a_later_one_needs_the_old_one(safe: Program) -> None:
    assert checked(safe, OLD) is PinCheck.RIGHT
    assert "not the PIN" in safe.complains("pin", given=f"111222\n{NEW}\n".encode())
    assert checked(safe, NEW) is PinCheck.WRONG
    assert "is changed" in safe.says("pin", given=f"{OLD}\n{NEW}\n".encode())
    assert checked(safe, NEW) is PinCheck.RIGHT
    assert checked(safe, OLD) is PinCheck.WRONG


def test_guesses_at_the_old_one_have_to_wait(safe: Program) -> None:
    for _ in range(FREE_TRIES):
        safe.complains("pin", given=b"111222\n333444\n")
    assert "try again in" in safe.complains("pin", given=f"{OLD}\n{NEW}\n".encode())


@pytest.mark.parametrize("pin", [b"12\n", b"47111\n", b"111111\n", b"\n", b""])
def test_a_bad_one_is_one_sentence_and_the_old_one_stays(safe: Program, pin: bytes) -> None:
    assert "choose another" in safe.complains("pin", given=f"{OLD}\n".encode() + pin)
    assert checked(safe, OLD) is PinCheck.RIGHT


def test_an_older_one_of_four_digits_is_asked_for_as_the_old_one(program: Program) -> None:
    KeyStore(program.home, file_only=True).set("supervisor-pin", PasswordHasher().hash("4711"))
    assert "is changed" in program.says("pin", given=f"4711\n{NEW}\n".encode())


def test_staff_see_in_the_status_how_often_it_was_wrong(safe: Program) -> None:
    assert "PIN" not in safe.says("status")
    safe.complains("pin", given=b"111222\n")
    assert json.loads(safe.says("status", "--json"))["wrong_pins"] == 1
    assert "1 wrong since" in safe.says("status")


def test_each_supervisor_sets_one_by_name_and_another_takes_it_away(safe: Program) -> None:
    set_it = safe.says("pin", "--name", "Anna", given=f"{OLD}\n{NEW}\n".encode())
    assert "PIN of Anna is set" in set_it
    assert safe.says("pin", "--list").splitlines()[1] == "Anna"
    refused = safe.complains("pin", "--name", "Anna", given=f"{OLD}\n338104\n".encode())
    assert "not the PIN" in refused
    assert "removed" in safe.says("pin", "--name", "anna", "--remove", given=f"{OLD}\n".encode())
    assert noted(safe) == ["pin.set", "pin.set", "pin.removed"]
    assert checked(safe, NEW) is PinCheck.WRONG


def noted(program: Program) -> list[str]:
    with closing(open_reader(program.home / "gate.sqlite3")) as conn:
        return [scan.reason for _, scan, _ in rows(conn) if scan.kind == NOTE]


def test_the_journal_has_every_change_and_none_of_the_digits(safe: Program) -> None:
    safe.complains("pin", given=b"111222\n333444\n")
    safe.complains("pin", given=f"{OLD}\n111111\n".encode())
    safe.says("pin", given=f"{OLD}\n{NEW}\n".encode())
    safe.says("gate", "--stdin", "--no-network", given=b"X\n")  # which begins to key the journal
    safe.says("pin", given=f"{NEW}\n{OLD}\n".encode())
    assert noted(safe) == ["pin.set", "pin.changed", "pin.changed"]
    assert safe.says("audit").startswith("Intact:")
    for file in (each for each in safe.home.iterdir() if each.is_file()):
        for digits in (OLD, NEW, "111222", "333444", "111111"):
            assert digits.encode() not in file.read_bytes()


def test_a_pin_that_can_not_be_kept_is_not_noted_as_kept(safe: Program) -> None:
    lock = safe.home / "secrets.json.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    safe.complains("pin", given=f"{OLD}\n{NEW}\n".encode())
    assert noted(safe) == ["pin.set"]


@as_root
def test_a_forgotten_one_is_reset_by_the_administrator(safe: Program) -> None:
    assert "is reset" in safe.says("pin", "--reset", given=f"{NEW}\n".encode())
    assert noted(safe) == ["pin.set", "pin.reset"]
    assert checked(safe, NEW) is PinCheck.RIGHT


@as_root
@pytest.mark.parametrize("gate_ran", [False, True])
def test_no_reset_is_told_where_the_owners_key_store_would_not_know_of_it(
    safe: Program, gate_ran: bool
) -> None:
    if gate_ran:
        safe.says("gate", "--stdin", "--no-network", given=b"X\n")
    secrets = safe.home / "secrets.json"
    known = json.loads(secrets.read_text())
    secrets.write_text(json.dumps({"supervisor-pin": known["supervisor-pin"]}))
    said = safe.complains("pin", "--reset", given=f"{NEW}\n".encode())
    assert "key store that has the PIN can't be reached" in said
    assert checked(safe, OLD) is PinCheck.RIGHT


@as_root
def test_what_the_administrator_resets_stays_its_owners(program: Program) -> None:
    nobody = 65534
    program.home.mkdir()
    os.chown(program.home, nobody, nobody)
    for folder in program.home.parents:
        if folder == Path("/tmp"):  # noqa: S108 - whose mode is right
            break
        folder.chmod(folder.stat().st_mode | 0o011)
    assert "is reset" in program.says("pin", "--reset", given=f"{NEW}\n".encode())
    assert {each.stat().st_uid for each in program.home.iterdir()} == {nobody}
    assert checked(program, NEW) is PinCheck.RIGHT


@as_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux's setpriv")
def test_nobody_else_resets_it(program: Program) -> None:
    command = ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-m", "scanner"]
    done = subprocess.run(
        [*command, "pin", "--reset"],
        env=program.environment(),
        input=NEW.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"administrator" in done.stderr
