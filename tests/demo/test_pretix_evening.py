from scanner.demo.pretix_evening import play
from scanner.demo.pretix_world import PretixAccess
from tests.pretix.stand_in import Asked, Told, standing_in
from tests.simulation.pretix.orders import Movement
from tests.simulation.pretix.served import TEAM_TOKEN, ServedPretix

PATRONS = 24


def test_an_evening_at_a_pretix_ends_with_every_admission_there() -> None:
    progress = list[tuple[int, int]]()
    with standing_in(ServedPretix()) as pretix:
        assert isinstance(pretix, ServedPretix)
        access = PretixAccess.read(f"{pretix.url}/house", TEAM_TOKEN)
        summary = play(access, PATRONS, 5, lambda *done: progress.append(done))
        event = pretix.event
    assert summary.ok, summary
    assert sum(summary.verdicts.values()) == PATRONS
    assert summary.killed == 1
    assert summary.queued_when_back > 0
    assert summary.delivered_while_cut == 0
    assert progress[-1] == (PATRONS, PATRONS)
    gate = min(event.devices.values())
    there = [each for p in event.positions() for each in p.check_ins if each.device == gate]
    assert len(there) == summary.admissions["due"] > 0
    assert {each.movement for each in there} == {Movement.ENTRY}
    assert event.forced == set()
    assert event.revoked == set(event.devices.values()), "a device of the demo's is left"


def test_an_entry_that_the_gate_has_not_made_fails_the_evening() -> None:
    class Forgetful(ServedPretix):
        """It loses an entry that it has confirmed."""

        def answer(self, asked: Asked) -> Told:
            told = super().answer(asked)
            for each in self.event.positions():
                if each.check_ins and each.check_ins[-1].device == min(self.event.devices.values()):
                    each.check_ins.clear()
                    break
            return told

    with standing_in(Forgetful()) as pretix:
        access = PretixAccess.read(f"{pretix.url}/house", TEAM_TOKEN)
        summary = play(access, 6, 5, lambda *_: None)
    assert not summary.ok
    assert summary.missing_at_server
