"""Gates of one name, copies of one gate, and a gate whose program was updated in mid-evening."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.admission.names import tag_of
from scanner.admission.verdict import Kind
from scanner.demo.cable import Cable
from scanner.desk.audit import Audit
from scanner.platform.delivery import SettleReason
from scanner.store import installation, ledger
from scanner.store.database import open_database
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.errors import NameEmpty
from scanner.sync.status import Encountered, read_encounters
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server
from tests.store import former_ledgers
from tests.sync.house import House, house_at


@contextmanager
def copy_of(house: House, folder: Path) -> Iterator[House]:
    """Copy a gate's data while it is closed, and open the copy beside it."""
    source = house.writer.file
    house.writer.close()
    shutil.copytree(source.parent, folder)
    house.writer = Writer(source)
    with Cable(house.server.port) as cable, Writer(folder / source.name) as writer:
        yield House(house.server, writer, cable, replace(house.keys))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "home"
    folder.mkdir()
    with mock_server(tickets=60) as server, house_at(server, folder) as built:
        yield built


@pytest.fixture
def betrayed_by_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every place the same, as a disk image of a running computer is."""
    monkeypatch.setattr(installation, "place", lambda _: "the same")


def sync(house: House) -> None:
    """Deliver and pull once."""

    async def work() -> None:
        engine = house.engine()
        try:
            await engine.replay()
            await engine.pull()
        finally:
            await engine.close()

    asyncio.run(work())


def tag(house: House) -> str | None:
    return house.writer.submit(installation.current_tag).result(10)


def met(house: House) -> set[str]:
    return {fact.code for fact in house.writer.submit(read_encounters).result(10)}


def reasons(house: House) -> dict[str, str]:
    found = house.writer.submit(ledger.in_state).result(10)
    return {each.serial: each.reason.code for each in found if each.reason}


def test_the_tag_goes_with_every_admission_and_no_guard_sees_it(home: House) -> None:
    home.open(device=" north\t1 ")
    serial = home.tickets()[0]
    home.present(serial)
    sync(home)
    (listed,) = home.admin.entries(f"{home.server.event}/admissions")
    assert listed["device"] == f"{tag(home)} north 1"
    again = home.present(serial).verdict
    assert again.first
    assert again.first.device == "north 1"


@pytest.mark.parametrize("device", ["", "   ", "\u00a0\t"])
def test_no_name_is_refused_but_an_empty_one(home: House, device: str) -> None:
    with pytest.raises(NameEmpty):
        home.open(device=device)
    for unusual in ("7k3q", "x" * 300, "a\udcffb", "🎟", "' OR 1=1 --"):
        home.open(device=unusual)


def test_two_gates_of_one_name_notice_each_other(home: House, tmp_path: Path) -> None:
    with house_at(home.server, tmp_path) as other:
        home.open(device="north")
        other.open(device="NORTH ")
        first, second = home.tickets()[:2]
        home.present(first)
        other.present(second)
        for each in (home, other, home):
            sync(each)
        assert met(home) == met(other) == {Encountered.NAMESAKE}
        assert home.states() == {first: State.CONFIRMED}
        assert other.states() == {second: State.CONFIRMED}
        other.open(device="south")
        assert met(other) == set()


def test_a_copied_folder_has_a_tag_of_its_own_before_it_admits(home: House, tmp_path: Path) -> None:
    home.open()
    (serial,) = home.tickets()[:1]
    with copy_of(home, tmp_path / "copy") as copy:
        assert tag(copy) != tag(home)
        for each in (home, copy):
            each.present(serial)
        for each in (home, copy, home):
            sync(each)
        assert (home.states(), copy.states()) == (
            {serial: State.CONFIRMED},
            {serial: State.CONFLICT},
        )
        assert reasons(copy) == {serial: SettleReason.ADMITTED_BEFORE}
        assert tag(copy) != tag(home)


@pytest.mark.usefixtures("betrayed_by_nothing")
def test_a_copy_that_nothing_betrays_is_found_at_first_contact(home: House, tmp_path: Path) -> None:
    home.open()
    both, first, second, later = home.tickets()[:4]
    with copy_of(home, tmp_path / "copy") as copy:
        before = tag(home)
        assert tag(copy) == before
        for each, alone in ((home, first), (copy, second)):
            each.present(both)
            each.present(alone)
        for each in (home, copy, home):
            sync(each)
        assert home.states() == {both: State.CONFIRMED, first: State.CONFIRMED}
        assert copy.states() == {both: State.CONFLICT, second: State.CONFIRMED}
        assert reasons(copy) == {both: SettleReason.ADMITTED_BY_COPY}
        assert Encountered.COPY in met(home)
        assert Encountered.COPY in met(copy)
        assert len({before, tag(home), tag(copy)}) == 3
        copy.present(later)
        sync(copy)
        sync(home)
        assert home.present(later).verdict.kind is Kind.ALREADY_ADMITTED


@pytest.mark.usefixtures("betrayed_by_nothing")
def test_a_queue_that_was_copied_ends_confirmed_once(home: House, tmp_path: Path) -> None:
    home.open()
    serials = home.tickets()[:3]
    for serial in serials:
        home.present(serial)
    with copy_of(home, tmp_path / "copy") as copy:
        sync(copy)
        sync(home)
        assert set(copy.states().values()) == {State.CONFIRMED}
        assert set(home.states().values()) == {State.CONFLICT}
        assert met(home) == {Encountered.COPY}


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_an_update_in_mid_evening_settles_what_was_queued_and_sent_under_the_old_name(
    server: Ready, tmp_path: Path, version: int
) -> None:
    file = tmp_path / "gate.sqlite3"
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    listed = anybody.entries(f"{server.event}/tickets", records=1000)
    serials = [
        each["serial"]
        for each in listed
        if each["status"] == "Issued"
        and server.tokens[0].sections[0].endswith(each["section"]["self"])
    ]
    arrived, lost, queued, taken, new = serials[:5]
    former_ledgers.at_work(
        file,
        version,
        event=server.event,
        serials=serials[:4],
        sending=(arrived, lost),
        at=utc_now(),
    )
    for device, serial in (("door-1", arrived), ("door-7", taken)):
        batch = {"redeemer": "Ana", "device": device, "serials": [serial]}
        anybody.made(f"{server.event}/admissions", batch)
    with Cable(server.port) as cable, Writer.verified(file) as writer:
        house = House(server, writer, cable)
        house.open(device="door-1")
        house.present(new)
        sync(house)
        assert house.states() == {
            arrived: State.CONFIRMED,
            lost: State.CONFIRMED,
            queued: State.CONFIRMED,
            taken: State.CONFLICT,
            new: State.CONFIRMED,
        }
        listed = house.admin.entries(f"{server.event}/admissions", records=1000)
        sent = {each["ticket"]: each["device"] for each in listed}
    assert {sent[each] for each in (arrived, lost, queued)} == {"door-1"}
    assert tag_of(sent[new]) is not None
    with closing(open_database(file)) as conn:
        assert conn.execute("SELECT * FROM encounter").fetchall() == []
        assert [str(each) for each in Audit(conn).findings()] == []


@pytest.fixture
def server() -> Iterator[Ready]:
    with mock_server(tickets=60) as found:
        yield found
