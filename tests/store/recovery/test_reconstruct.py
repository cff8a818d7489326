"""Records of which one column is spoilt: what comes back is as it was written, or left out."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from scanner.store.contradictions import find_contradictions
from scanner.store.database import open_database, open_reader
from scanner.store.ledger import State
from scanner.store.recovery.page_reader import Row, Value, read_files
from scanner.store.recovery.reconstruct import Reconstruction, reconstruct
from scanner.store.recovery.record_forms import is_wanted
from scanner.store.recovery.recover import recover
from tests.store import wrecks
from tests.store.worlds import NOW

TIME = "2026-11-29T20:03:11.500Z"
REFUSED = '{"code":"text","params":{"text":"already redeemed"}}'
KINDS: dict[str, Callable[[Row], bool]] = {
    "a green light": lambda row: len(row.values) == 14 and row.values[8] == "admitted",
    "a red light": lambda row: len(row.values) == 14 and row.values[8] == "not_a_ticket",
    "a note": lambda row: len(row.values) == 14 and row.values[8] == "note",
    "an admission": lambda row: len(row.values) == 16 and row.values[7] == State.CONFLICT,
    "one in doubt": lambda row: len(row.values) == 16 and row.values[7] == State.SENDING,
    "a transition": lambda row: len(row.values) == 7 and row.values[3] == State.CONFLICT,
    "a shown light": lambda row: len(row.values) == 2 and str(row.values[1]).endswith("Z"),
    "a refusal": lambda row: len(row.values) == 2 and "redeemed" in str(row.values[1]),
}


@pytest.fixture(scope="module")
def rows(evening: Path) -> list[Row]:
    return read_files(evening, is_wanted)


@pytest.fixture(scope="module")
def columns(evening: Path) -> list[str]:
    with closing(open_reader(evening)) as conn:
        return [name for _, name, *_ in conn.execute("PRAGMA main.table_info(admission)")]


def spoilt(value: Value) -> Iterator[Value]:
    """Yield what one damaged byte of a record makes of a value, or of its type."""
    yield from (None, b"", -128)
    if isinstance(value, str) and value:
        yield from (
            value[:4] + chr(ord(value[4]) ^ 1) + value[5:] if value[4:] else "?",
            f"r{value[1:]}",
        )
    if isinstance(value, bytes) and value:
        yield bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, int):
        yield value ^ 1


def with_one_spoilt(rows: list[Row], at: int) -> Iterator[list[Row]]:
    row = rows[at]
    for column, value in enumerate(row.values):
        for other in spoilt(value):
            values = (*row.values[:column], other, *row.values[column + 1 :])
            changed = Row(values, row.rowid, row.frame)
            yield [each for each in (*rows[:at], changed, *rows[at + 1 :]) if is_wanted(each)]


def is_valid(found: Reconstruction, whole: Reconstruction) -> bool:
    """Tell whether nothing is made up; the MAC of a row, its last column, is the audit's."""
    names = ("journal", "serial", "event", "section", "redeemer", "device", "at")
    states = {tuple(each[name] for name in names): each["state"] for each in whole.admissions}
    return (
        all(each[:-1] == whole.journal[row][:-1] for row, each in found.journal.items())
        and all(
            each["state"] in (State.SENDING, states[tuple(each[name] for name in names)])
            for each in found.admissions
        )
        and found.withheld.items() <= whole.withheld.items()
        and found.shown.keys() <= whole.shown.keys()
        and all(datetime.fromisoformat(str(at)).tzinfo for at in found.shown.values())
        and all(datetime.fromisoformat(str(each[5])).tzinfo for each in found.transitions)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_column_is_spoilt_the_ledger_that_comes_back_is_valid(
    kind: str, rows: list[Row], columns: list[str]
) -> None:
    whole = reconstruct(rows, columns)
    at = next(number for number, row in enumerate(rows) if KINDS[kind](row))
    for some in with_one_spoilt(rows, at):
        assert is_valid(reconstruct(some, columns), whole)


def test_counts_and_times_of_the_wrong_type_stop_no_recovery(
    rows: list[Row], columns: list[str]
) -> None:
    at = next(number for number, row in enumerate(rows) if KINDS["an admission"](row))
    for some in with_one_spoilt(rows, at):
        for each in reconstruct(some, columns).admissions:
            counts = [each.get(name, 0) for name in ("attempts", "answered", "faults")]
            assert all(isinstance(one, int) and one >= 0 for one in counts)
            assert all(isinstance(each.get(name), str | None) for name in ("sent", "reason"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (REFUSED, True),
        ("It was cancelled.", True),
        (TIME, False),
        (TIME.replace("-", ",", 1), False),
        (f"r{TIME[1:]}", False),
        (REFUSED[:-1], False),
    ],
)
def test_a_spoilt_time_of_a_light_is_no_refusal(text: str, kept: bool) -> None:
    assert is_wanted(Row((None, text), 7, 0)) is (kept or text == TIME)
    assert is_wanted(Row(("DAWIER-BACK00000001", text), None, 0)) is kept


def test_a_flipped_bit_in_the_time_of_a_light_refuses_nobody(evening: Path, tmp_path: Path) -> None:
    file = wrecks.copied(evening, tmp_path / "copy")
    with closing(open_database(file)) as conn:
        (at,) = conn.execute("SELECT at FROM shown LIMIT 1").fetchone()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        refused = conn.execute("SELECT * FROM withheld").fetchall()
    before = file.read_bytes()
    wrecks.flip(file, before.index(at.encode()) + len("2026"), 1)
    wrecks.flip(file, before.index(b"admittedverdict.valid"), 1)  # so that there is damage to find
    recover(file, NOW)
    with closing(open_reader(file)) as conn:
        assert conn.execute("SELECT * FROM withheld").fetchall() == refused
        assert not list(find_contradictions(conn))
