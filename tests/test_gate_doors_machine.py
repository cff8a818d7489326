"""Any evening at several doors: one device judges at each as its platform would."""

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scanner.admission.rules import Exit, LetIn
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.judging import Judged
from scanner.store import ledger, statistics
from tests.several_doors import CODES, DOORS, Move, house_in
from tests.store.worlds import assert_whole_chain


class Doors(RuleBasedStateMachine):
    """Patrons, a supervisor and another device go through three doors, of which one is ours."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house = house_in(Path(self.folder.name))
        self.admitted: set[str] = set()
        self.in_doubt: set[tuple[str, str]] = set()

    @rule(door=st.sampled_from(list(DOORS)))
    def the_device_goes_to_a_door(self, door: str) -> None:
        self.house.goes_to(door)

    def is_in_doubt(self, code: str) -> bool:
        others = any(not each.own and not each.leaves for each in self.house.here(code))
        doubted = (self.house.door, code) in self.in_doubt
        return doubted and not self.house.has_left(code) and not others

    def note(self, code: str, judged: Judged, *, shown: bool) -> None:
        verdict = judged.verdict
        if verdict.kind is Kind.ADMITTED:
            self.admitted.add(code)
            self.in_doubt.add((self.house.door, code))
        if shown and verdict.admits:
            self.in_doubt.discard((self.house.door, code))

    @rule(code=st.sampled_from(CODES), shown=st.booleans())
    def a_patron_comes(self, code: str, *, shown: bool) -> None:
        takes = self.house.would_take(code) and not self.is_in_doubt(code)
        doubted = self.is_in_doubt(code) and code not in self.house.cancelled
        first, new = not self.house.came(code), code not in self.admitted
        judged = self.house.present(code, shown=shown)
        assert judged.verdict.admits == takes
        assert (judged.verdict.reason is Reason.LIGHT_NOT_SHOWN) == doubted
        if takes and first:
            assert judged.verdict.reason is (Reason.VALID if new else Reason.OTHER_DOOR)
        elif takes:
            again = {Reason.BACK_AFTER_EXIT, Reason.SEVERAL_ENTRIES}
            assert judged.verdict.reason in again
        self.note(code, judged, shown=shown)

    @rule(code=st.sampled_from(CODES))
    def a_patron_leaves(self, code: str) -> None:
        assert self.house.reason(code, Exit()) is Reason.EXITED

    @rule(code=st.sampled_from(CODES), shown=st.booleans())
    def a_guard_lets_in(self, code: str, *, shown: bool) -> None:
        if self.is_in_doubt(code) and code not in self.house.cancelled:
            judged = self.house.present(code, LetIn(), shown=shown)
            assert judged.verdict.reason is Reason.LET_IN
            self.note(code, judged, shown=shown)

    @rule(code=st.sampled_from(CODES), shown=st.booleans())
    def a_supervisor_lets_in(self, code: str, *, shown: bool) -> None:
        refused = self.house.present(code)
        self.note(code, refused, shown=True)
        if refused.remedy and refused.verdict.reason is not Reason.LIGHT_NOT_SHOWN:
            judged = self.house.present(code, refused.remedy.word("a guest"), shown=shown)
            assert judged.verdict.admits
            self.note(code, judged, shown=shown)

    @rule(code=st.sampled_from(CODES), leaves=st.booleans())
    def another_device_is_told_of_a_patron(self, code: str, *, leaves: bool) -> None:
        if leaves or self.house.would_take(code):
            self.house.here(code).append(Move(leaves, False, self.house.now()))
            self.house.pull()

    @rule(code=st.sampled_from(CODES))
    def a_ticket_is_cancelled_or_good_again(self, code: str) -> None:
        self.house.cancelled ^= {code}
        self.house.pull()

    @rule()
    def all_of_this_door_is_sent(self) -> None:
        assert self.house.deliver() == 0
        assert not ledger.has_unsettled(self.house.conn, self.house.door)

    @invariant()
    def who_is_inside_at_this_door_is_counted(self) -> None:
        inside = [code for code in CODES if self.house.came(code) and not self.house.has_left(code)]
        found = statistics.evening(self.house.conn)
        assert found.inside == sum(each.inside for each in found.sections) == len(inside)

    @invariant()
    def each_ticket_has_one_admission(self) -> None:
        standing = ledger.in_state(self.house.conn)
        assert sorted(each.serial for each in standing) == sorted(self.admitted)

    def teardown(self) -> None:
        with closing(self.house.conn) as conn:
            assert_whole_chain(conn)
            assert list(Audit(conn).findings()) == []
        self.folder.cleanup()


TestDoors = Doors.TestCase
TestDoors.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
