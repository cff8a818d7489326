from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scanner.admission.scope import Closed
from scanner.admission.verdict import Kind
from scanner.store.ledger import State
from scanner.sync.link import LinkState
from scanner.training.answers import LET_IN, SUPERVISOR, Act, Answer
from scanner.training.crowd import Patron
from scanner.training.house import TRAINING_REASON, Hit, House
from scanner.training.incident import Incident, What
from scanner.training.marks import Mark
from scanner.training.role import Role
from scanner.training.shift import Shift
from tests.training.scenarios import scenario

REAL_TICKETS = [
    "HARBOR-FLOR00000001",
    "https://example.org/t/HARBOR-FLOR00000001",
    "0f" * 32,
    "DAWNAT-BALC00000000",
]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path / "training", "Lee", 10, 1) as opened:
        yield opened


def test_a_house_that_is_prepared_and_never_entered_leaves_nothing_behind(tmp_path: Path) -> None:
    house = House(tmp_path / "training", "Lee", 10, 1)
    house.prepare()
    house.close()
    house.close()
    assert list((tmp_path / "training").iterdir()) == []


async def test_a_house_leaves_nothing_behind_and_works_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "real"))
    folder = tmp_path / "training"
    async with House(folder, "Lee", 10, 1) as opened:
        assert [each.name[:5] for each in folder.iterdir()] == ["gate-"]
        assert opened.status().device == "training gate"
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "real").exists()


@pytest.mark.parametrize("payload", REAL_TICKETS)
async def test_a_real_ticket_is_refused_as_trainings(house: House, payload: str) -> None:
    house.expect(["a code of the crowd's"])
    verdict = (await house.judge(payload, "camera", 1.0)).verdict
    assert verdict.reason == TRAINING_REASON
    assert not verdict.admits


async def test_a_code_of_the_crowds_is_judged_for_what_it_is(house: House) -> None:
    ticket = next(each for each in house.tickets if each.section in house.permitted)
    house.expect(["HARBOR-FLOR00000001"])
    known = (await house.judge("HARBOR-FLOR00000001", "camera", 1.0)).verdict
    assert known.kind is Kind.OTHER_EVENT
    assert known.reason != TRAINING_REASON
    assert (await house.judge(ticket.serial, "name", 2.0)).verdict.admits
    again = (await house.judge(ticket.serial, "name", 62.0)).verdict
    assert again.reason == "Already admitted here 1 min ago"


async def test_a_search_finds_by_any_part_of_a_name_and_this_gates_tickets_first(
    house: House,
) -> None:
    ticket = house.tickets[0]
    name = ticket.owner.name if ticket.owner else None
    assert name
    hits = house.search(f" {name[1:].upper()} ")
    assert ticket.serial in {hit.serial for hit in hits}
    assert [hit.permitted for hit in hits] == sorted((h.permitted for h in hits), reverse=True)
    assert house.search(" ") == []


async def test_a_cut_is_seen_and_what_waited_is_delivered_with_its_conflicts(house: House) -> None:
    ours = [each.serial for each in house.tickets if each.section in house.permitted]
    await house.cut_network([ours[0]])
    assert house.status().link.state is LinkState.OFFLINE
    for serial in ours[:2]:
        assert (await house.judge(serial, "camera", 1.0)).verdict.admits
    assert house.status().counts[State.QUEUED] == 2
    await house.restore_network()
    assert house.status().link.state is LinkState.ONLINE
    counts = house.status().counts
    assert (counts[State.CONFIRMED], counts[State.CONFLICT]) == (1, 1)


async def test_a_revoked_token_closes_the_gate_until_the_supervisor_is_called(
    house: House,
) -> None:
    played = scenario(incidents=(Incident(What.TOKEN_REVOKED, 0),), crowd={Role.VALID: 1})
    shift = Shift(played, 1, house)
    await shift.begin()
    await shift.settle(0.0)
    assert house.status().closed is Closed.TOKEN_INVALID
    await shift.decide(Answer(Act.CARRY_ON), 1.0)
    now = shift.line[-1].at
    await shift.settle(now)
    assert shift.case
    assert shift.case.judged
    assert shift.case.judged.verdict.kind is Kind.GATE_CLOSED
    await shift.decide(SUPERVISOR, now)
    assert house.status().closed is None
    await shift.settle(now + 1)
    assert shift.case.judged.verdict.admits
    assert [each.mark.value for each in shift.drill.decisions] == ["wrong_procedure", "right"]


async def test_a_dead_camera_reads_nothing_until_the_hand_scanner_is_taken(house: House) -> None:
    played = scenario(incidents=(Incident(What.CAMERA_DIES, 0),), crowd={Role.VALID: 1})
    shift = Shift(played, 1, house)
    await shift.begin()
    await shift.settle(0.0)
    await shift.decide(Answer(Act.CARRY_ON), 1.0)
    await shift.settle(5.0)
    case = shift.case
    assert case
    assert isinstance(case.subject, Patron)
    assert (case.judged, case.picture) == (None, None)
    await shift.take_hand_scanner(6.0)
    assert case.judged
    assert case.judged.verdict.admits
    assert case.judged.source == "hand scanner"
    shift.close()


async def test_to_let_in_on_anothers_ticket_is_wrong_and_is_explained(house: House) -> None:
    played = scenario(patrons=2, crowd={Role.VALID: 1, Role.DEAD_BATTERY: 1})
    shift = Shift(played, 1, house)
    await shift.begin()
    own = {shift.props[each.number].serial for each in shift.line}
    hits = [
        Hit("", t.serial, "", permitted=True) for t in house.tickets if t.section in house.permitted
    ]
    anothers = next(hit for hit in hits if hit.serial not in own)
    now = 0.0
    while not shift.drill.over:
        now += 5.0
        await shift.settle(now)
        if shift.case and isinstance(shift.case.subject, Patron):
            if shift.case.subject.role is Role.DEAD_BATTERY:
                await shift.pick(anothers, now)
                assert shift.case.judged
                assert shift.case.judged.verdict.admits
            await shift.decide(LET_IN, now)
    shift.close()
    marks = {each.patron.role: each for each in shift.drill.decisions if each.patron}
    assert marks[Role.VALID].mark is Mark.RIGHT
    assert marks[Role.DEAD_BATTERY].mark is Mark.WRONGLY_LET_IN
    assert "another patron's ticket" in marks[Role.DEAD_BATTERY].due.why
    assert marks[Role.DEAD_BATTERY].shown.startswith("Valid ticket, of ")
    assert marks[Role.DEAD_BATTERY].shown.endswith(anothers.serial)


async def test_what_was_admitted_is_delivered_within_seconds_not_patrons(house: House) -> None:
    shift = Shift(scenario(patrons=3, crowd={Role.VALID: 1}), 1, house)
    await shift.begin()
    now = 0.0
    while not shift.drill.over:
        now += 20.0
        await shift.settle(now)
        if shift.case:
            await shift.decide(LET_IN, now)
    shift.close()
    assert house.status().counts[State.CONFIRMED] >= 2
