from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scanner.admission.verdict import Closed, Kind, Reason
from scanner.store.ledger import State
from scanner.sync.link import LinkState
from scanner.training.answers import LET_IN, NOT_THEIRS, SUPERVISOR, Act, Answer
from scanner.training.crowd import Patron
from scanner.training.gate import Hit, TrainingGate
from scanner.training.marks import Mark, Shown
from scanner.training.role import Role
from scanner.training.scenario import Incident, IncidentKind
from scanner.training.shift import Shift
from tests.training.scenarios import scenario

REAL_TICKETS = [
    "HARBOR-FLOR00000001",
    "https://example.org/t/HARBOR-FLOR00000001",
    "0f" * 32,
    "DAWNAT-BALC00000000",
]


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[TrainingGate]:
    async with TrainingGate(tmp_path / "training", "Lee", 10, 1) as opened:
        yield opened


def test_a_gate_that_is_prepared_and_never_entered_leaves_nothing_behind(tmp_path: Path) -> None:
    gate = TrainingGate(tmp_path / "training", "Lee", 10, 1)
    gate.prepare()
    gate.close()
    gate.close()
    assert list((tmp_path / "training").iterdir()) == []


async def test_a_gate_leaves_nothing_behind_and_works_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "real"))
    folder = tmp_path / "training"
    async with TrainingGate(folder, "Lee", 10, 1) as opened:
        assert [each.name[:5] for each in folder.iterdir()] == ["gate-"]
        assert opened.status().device == "training gate"
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "real").exists()


@pytest.mark.parametrize("payload", REAL_TICKETS)
async def test_a_real_ticket_is_refused_as_trainings(gate: TrainingGate, payload: str) -> None:
    gate.expect(["a code of the crowd's"])
    verdict = (await gate.judge(payload, "camera", 1.0)).verdict
    assert verdict.reason is Reason.TRAINING
    assert not verdict.admits


async def test_a_code_of_the_crowds_is_judged_for_what_it_is(gate: TrainingGate) -> None:
    ticket = next(each for each in gate.tickets if each.section in gate.permitted)
    gate.expect(["HARBOR-FLOR00000001"])
    known = (await gate.judge("HARBOR-FLOR00000001", "camera", 1.0)).verdict
    assert known.kind is Kind.OTHER_EVENT
    assert known.reason is Reason.OTHER_EVENT
    assert (await gate.judge(ticket.serial, "name", 2.0)).verdict.admits
    again = (await gate.judge(ticket.serial, "name", 62.0)).verdict
    assert again.reason is Reason.ADMITTED_HERE


async def test_a_search_finds_by_any_part_of_a_name_and_this_gates_tickets_first(
    gate: TrainingGate,
) -> None:
    ticket = gate.tickets[0]
    name = ticket.owner.name if ticket.owner else None
    assert name
    hits = gate.search(f" {name[1:].upper()} ")
    assert ticket.serial in {hit.serial for hit in hits}
    assert [hit.permitted for hit in hits] == sorted((h.permitted for h in hits), reverse=True)
    assert gate.search(" ") == []


async def test_a_cut_is_seen_and_what_waited_is_delivered_with_its_conflicts(
    gate: TrainingGate,
) -> None:
    ours = [each.serial for each in gate.tickets if each.section in gate.permitted]
    await gate.cut_network([ours[0]])
    assert gate.status().link.state is LinkState.OFFLINE
    for serial in ours[:2]:
        assert (await gate.judge(serial, "camera", 1.0)).verdict.admits
    assert gate.status().counts[State.QUEUED] == 2
    await gate.restore_network()
    assert gate.status().link.state is LinkState.ONLINE
    counts = gate.status().counts
    assert (counts[State.CONFIRMED], counts[State.CONFLICT]) == (1, 1)


async def test_a_revoked_token_closes_the_gate_until_the_supervisor_is_called(
    gate: TrainingGate,
) -> None:
    played = scenario(incidents=(Incident(IncidentKind.TOKEN_REVOKED, 0),), crowd={Role.VALID: 1})
    shift = Shift(played, 1, gate)
    await shift.begin()
    await shift.settle(0.0)
    assert gate.status().closed is Closed.TOKEN_INVALID
    await shift.decide(Answer(Act.CARRY_ON), 1.0)
    now = shift.line[-1].at
    await shift.settle(now)
    assert shift.case
    assert shift.case.judged
    assert shift.case.judged.verdict.kind is Kind.GATE_CLOSED
    await shift.decide(SUPERVISOR, now)
    assert gate.status().closed is None
    await shift.settle(now + 1)
    assert shift.case.judged.verdict.admits
    assert [each.mark.value for each in shift.drill.decisions] == ["wrong_procedure", "right"]


async def test_a_dead_camera_reads_nothing_until_the_hand_scanner_is_taken(
    gate: TrainingGate,
) -> None:
    played = scenario(incidents=(Incident(IncidentKind.CAMERA_DIES, 0),), crowd={Role.VALID: 1})
    shift = Shift(played, 1, gate)
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


async def test_to_let_in_on_anothers_ticket_is_wrong_and_is_explained(gate: TrainingGate) -> None:
    played = scenario(patrons=2, crowd={Role.VALID: 1, Role.DEAD_BATTERY: 1})
    shift = Shift(played, 1, gate)
    await shift.begin()
    own = {shift.held_codes[each.number].serial for each in shift.line}
    hits = [
        Hit("", t.serial, "", permitted=True) for t in gate.tickets if t.section in gate.permitted
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
    assert marks[Role.DEAD_BATTERY].due is NOT_THEIRS
    shown = marks[Role.DEAD_BATTERY].shown
    assert shown.code is Shown.ANOTHERS
    assert str(shown.params["whose"]).endswith(anothers.serial)


async def test_what_was_admitted_is_delivered_within_seconds_not_patrons(
    gate: TrainingGate,
) -> None:
    shift = Shift(scenario(patrons=3, crowd={Role.VALID: 1}), 1, gate)
    await shift.begin()
    now = 0.0
    while not shift.drill.over:
        now += 20.0
        await shift.settle(now)
        if shift.case:
            await shift.decide(LET_IN, now)
    shift.close()
    assert gate.status().counts[State.CONFIRMED] >= 2
