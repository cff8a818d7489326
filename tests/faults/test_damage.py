"""A database that is cut short or has a wrong byte: never a green light, and nothing made up."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scanner.admission.verdict import Kind, Reason
from scanner.gate import Gate
from scanner.store.errors import StoreError
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.recovery.recover import recover
from scanner.store.writer import Writer
from tests.store import wrecks
from tests.store.worlds import NOW, seconds

LIMIT = 10.0
TRIES = settings(
    max_examples=25,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANYWHERE = st.integers(0, 1 << 24)
numbers = itertools.count()


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after a gate's clean end: all of it in one file."""
    file = tmp_path_factory.mktemp("folded") / "gate.sqlite3"
    with wrecks.evening(file):
        pass
    return file


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A database of a gate at work: half of the evening is in the log."""
    file = tmp_path_factory.mktemp("running") / "gate.sqlite3"
    with wrecks.evening(file):
        assert Path(f"{file}-wal").stat().st_size > 20 * wrecks.PAGE
        yield file


def copied(file: Path) -> Path:
    return wrecks.copied(file, file.parent / f"copy-{next(numbers)}")


def opens(file: Path) -> bool:
    """Open a gate as the commands do; when it opens, everything must be as it was."""
    try:
        Writer.verified(file).close()
    except StoreError:
        return False
    return True


def refused_or_as_it_was(file: Path, before: wrecks.Kept) -> bool:
    if opens(file):
        assert wrecks.read(file) == before
        return False
    return True


def recovered(file: Path, before: wrecks.Kept) -> wrecks.Kept:
    """Recover, and check what must hold whatever was lost."""
    report = recover(file, NOW)
    after = wrecks.read(file)
    assert find_damage(file) is None
    assert recover(file, NOW).damage is None
    assert report.presentations == after.presentations()
    again = report.admissions.pop(State.LOCAL)
    assert sum(report.admissions.values()) == len(after.admissions)
    assert again == after.reentries()
    assert set(after.journal) <= {*before.journal, *after.journal[-1:]}  # the last is its note
    made = {each[:7]: each[7] for each in before.admissions}
    for *identity, state, _ in after.admissions:
        assert tuple(identity) in made
        assert state in {made[tuple(identity)], "sending"}
        assert state != "queued"
    assert set(after.withheld) <= set(before.withheld)
    with Writer.verified(file) as writer:
        gate = Gate(writer)
        for serial in sorted(map(str, after.serials() - set(wrecks.WITHHELD))):
            judged = gate.present(serial, seconds(999), "camera").result(LIMIT)
            denied = judged.verdict.reason is Reason.REFUSED_BY_API  # the note of its light is lost
            assert denied or judged.verdict.kind in {Kind.ALREADY_ADMITTED, Kind.GATE_CLOSED}
    return after


@TRIES
@given(at=ANYWHERE, mask=st.integers(1, 255))
@example(at=18, mask=3)
@example(at=16, mask=0x30)
@example(at=56 + 3, mask=3)
@example(at=60, mask=128)
@example(at=60, mask=1)
@example(at=68, mask=1)
@example(at=47, mask=64)
def test_a_flipped_byte_is_harmless_or_costs_no_admission(folded: Path, at: int, mask: int) -> None:
    before, file = wrecks.read(folded), copied(folded)
    wrecks.flip(file, at, mask)
    if refused_or_as_it_was(file, before):
        assert recovered(file, before).serials() == before.serials()


@TRIES
@given(page=st.integers(0, 1000))
def test_a_blank_page_costs_no_admission(folded: Path, page: int) -> None:
    before, file = wrecks.read(folded), copied(folded)
    wrecks.blank(file, page)
    if refused_or_as_it_was(file, before):
        assert recovered(file, before).serials() == before.serials()


@TRIES
@given(length=ANYWHERE)
@example(length=1286145)
@example(length=0)
def test_a_database_cut_short_never_opens_and_gives_back_what_is_left(
    folded: Path, length: int
) -> None:
    before, file = wrecks.read(folded), copied(folded)
    wrecks.cut(file, length)
    assert not opens(file)
    left = file.read_bytes()
    left = left[: len(left) // wrecks.PAGE * wrecks.PAGE]
    readable = {
        serial
        for serial in wrecks.ADMITTED
        if f"{serial}admittedverdict.valid".encode() in left
        or re.search(rb"%s.{0,2}/events/1/" % serial.encode(), left, re.DOTALL)
    }
    assert recovered(file, before).serials() >= readable


@TRIES
@given(at=ANYWHERE, mask=st.integers(1, 255))
@example(at=0, mask=1)
@example(at=16, mask=1)
@example(at=8, mask=0x30)
def test_a_flipped_byte_in_the_log_is_harmless_or_costs_no_admission(
    running: Path, at: int, mask: int
) -> None:
    before, file = wrecks.read(running), copied(running)
    wrecks.flip(Path(f"{file}-wal"), at, mask)
    if refused_or_as_it_was(file, before):
        assert recovered(file, before).serials() == before.serials()


@TRIES
@given(length=ANYWHERE)
def test_a_log_cut_short_never_opens(running: Path, length: int) -> None:
    before, file = wrecks.read(running), copied(running)
    wrecks.cut(Path(f"{file}-wal"), length)
    assert not opens(file)
    recovered(file, before)


@TRIES
@given(page=st.integers(0, 1000), log=st.booleans())
def test_a_blank_page_while_the_gate_works_makes_nothing_up(
    running: Path, page: int, log: bool
) -> None:
    before, file = wrecks.read(running), copied(running)
    wrecks.blank(Path(f"{file}-wal") if log else file, page)
    if refused_or_as_it_was(file, before):
        recovered(file, before)
