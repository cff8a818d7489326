from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.claim import (
    UNKNOWN,
    Claim,
    ClaimState,
    Done,
    Entrant,
    Lost,
    Step,
    Wish,
    Won,
    Write,
    new_nonce,
    step,
    wish_of,
)
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Reason, Verdict

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)
SERIAL = "DAWIER-BACK1234"
NORTH, SOUTH, EAST = "7k3q north", "m4rx south", "9zzx east"


def at_gate(device: str, seconds: int = 0) -> Entrant:
    return Entrant(device, "Ana", NOW + timedelta(seconds=seconds), new_nonce())


def written(found: Claim | None, wish: Wish, us: Entrant, *known: EarlierAdmission) -> Claim:
    """Return the claim after a step that writes."""
    taken = step(SERIAL, found, wish, us, known)
    assert isinstance(taken, Write), taken
    return taken.claim


def test_the_first_to_enter_holds_it_and_all_others_lose() -> None:
    first = at_gate(NORTH)
    claim = written(None, Wish.ENTER, first)
    assert (claim.state, claim.entered) == (ClaimState.HELD, first)
    assert step(SERIAL, claim, Wish.ENTER, first) == Won()
    assert step(SERIAL, claim, Wish.ENTER, at_gate(SOUTH)) == Lost(claim)


def test_a_claim_of_ones_own_without_a_record_is_taken_over() -> None:
    claim = written(None, Wish.ENTER, at_gate(NORTH))
    again = at_gate(NORTH, 5)
    assert written(claim, Wish.ENTER, again).entered == again


def test_what_was_given_back_is_free() -> None:
    first, second = at_gate(NORTH), at_gate(SOUTH)
    claim = written(written(None, Wish.ENTER, first), Wish.RELEASE, first)
    assert claim.state is ClaimState.RELEASED
    assert written(claim, Wish.ENTER, second).entered == second
    assert step(SERIAL, claim, Wish.RELEASE, first) == Done()


def test_a_gate_gives_back_its_own_try_alone() -> None:
    claim = written(None, Wish.ENTER, at_gate(NORTH))
    assert step(SERIAL, claim, Wish.RELEASE, at_gate(NORTH)) == Done()
    assert step(SERIAL, claim, Wish.RELEASE, at_gate(SOUTH)) == Done()


def test_a_patron_who_left_comes_back_once() -> None:
    first = at_gate(NORTH)
    left = written(
        written(None, Wish.ENTER, first), Wish.LEAVE, at_gate(EAST, 1), first.as_admission
    )
    assert left.state is ClaimState.LEFT
    assert step(SERIAL, left, Wish.ENTER, at_gate(SOUTH)) == Lost(left)
    back = at_gate(SOUTH, 2)
    claim = written(left, Wish.BACK, back)
    assert (claim.entered, claim.former) == (back, (first,))
    assert step(SERIAL, claim, Wish.BACK, back) == Won()
    assert step(SERIAL, claim, Wish.BACK, at_gate(EAST, 3)) == Lost(claim)


def test_a_return_without_a_light_leaves_the_patron_outside() -> None:
    first, back = at_gate(NORTH), at_gate(SOUTH, 2)
    left = written(
        written(None, Wish.ENTER, first), Wish.LEAVE, at_gate(EAST, 1), first.as_admission
    )
    assert written(written(left, Wish.BACK, back), Wish.RELEASE, back) == left


def test_an_entry_that_left_and_came_back_elsewhere_is_settled_already() -> None:
    first = at_gate(NORTH)
    left = written(
        written(None, Wish.ENTER, first), Wish.LEAVE, at_gate(EAST, 1), first.as_admission
    )
    claim = written(left, Wish.BACK, at_gate(SOUTH, 2))
    again = first._replace(nonce=new_nonce())
    assert step(SERIAL, claim, Wish.SETTLE, again) == Won()


def test_an_entry_that_was_not_claimed_is_a_double_where_another_gate_has_it() -> None:
    first, second = at_gate(NORTH), at_gate(SOUTH)
    claim = written(written(None, Wish.ENTER, first), Wish.SETTLE, second)
    assert claim.entrants == (first, second)
    assert step(SERIAL, claim, Wish.SETTLE, second) == Won()
    stays = written(claim, Wish.RELEASE, first)
    assert (stays.state, stays.entered, stays.twice) == (ClaimState.HELD, second, ())


def test_an_entry_with_a_record_takes_the_place_of_ones_own_without() -> None:
    claim = written(None, Wish.ENTER, at_gate(NORTH))
    settled = at_gate(NORTH, 9)
    assert written(claim, Wish.SETTLE, settled).entrants == (settled,)


def test_an_exit_told_late_says_nothing_of_a_later_entry() -> None:
    first, later = at_gate(NORTH), at_gate(SOUTH, 60)
    claim = Claim(SERIAL, ClaimState.HELD, later, former=(first,))
    assert step(SERIAL, claim, Wish.LEAVE, at_gate(EAST, 1), (first.as_admission,)) == Done()


def test_an_exit_is_told_once() -> None:
    first, left = at_gate(NORTH), at_gate(EAST, 1)
    claim = written(None, Wish.LEAVE, left)
    assert (claim.state, claim.entered) == (ClaimState.LEFT, None)
    assert step(SERIAL, claim, Wish.LEAVE, left) == Done()
    settled = written(claim, Wish.SETTLE, first)
    assert (settled.state, settled.entered) == (ClaimState.LEFT, first)


def test_two_returns_of_one_exit_are_a_double() -> None:
    first, back, other = at_gate(NORTH), at_gate(SOUTH, 2), at_gate(EAST, 3)
    claim = Claim(SERIAL, ClaimState.HELD, back, former=(first,))
    assert written(claim, Wish.RETURN, other, first.as_admission).twice == (other,)


def test_nobody_comes_back_by_an_exit_before_an_entry_that_was_not_claimed() -> None:
    first, second = at_gate(NORTH), at_gate(SOUTH, 5)
    left = written(
        written(None, Wish.ENTER, first), Wish.LEAVE, at_gate(NORTH, 1), first.as_admission
    )
    claim = written(left, Wish.SETTLE, second)
    assert (claim.state, claim.twice) == (ClaimState.HELD, (second,))
    back = at_gate(NORTH, 6)
    assert step(SERIAL, claim, Wish.BACK, back) == Lost(claim)
    came = written(claim, Wish.RETURN, back, first.as_admission)
    assert (came.entrants, came.former) == ((back, second), (first,))


def test_a_return_after_an_exit_that_nobody_told_is_none() -> None:
    first, back = at_gate(NORTH), at_gate(SOUTH, 2)
    claim = written(None, Wish.ENTER, first)
    came = written(claim, Wish.RETURN, back, first.as_admission)
    assert (came.entered, came.twice, came.former) == (back, (), (first,))


def test_a_supervisors_word_brings_back_who_left_and_changes_nothing_else() -> None:
    first, back = at_gate(NORTH), at_gate(SOUTH, 2)
    held = written(None, Wish.ENTER, first)
    assert step(SERIAL, held, Wish.REENTRY, back) == Done()
    left = written(held, Wish.LEAVE, at_gate(EAST, 1), first.as_admission)
    assert written(left, Wish.REENTRY, back).state is ClaimState.HELD


def test_nobody_known_holds_what_cannot_be_read() -> None:
    assert UNKNOWN.as_admission == EarlierAdmission()
    assert not UNKNOWN.is_of(NORTH)


def test_the_venue_is_asked_before_a_first_entry_and_a_return_alone() -> None:
    asked = {each: wish_of(Verdict(each)) for each in Reason}
    assert {each for each, wish in asked.items() if wish is Wish.ENTER} == {
        Reason.VALID,
        Reason.OVERRIDDEN,
        Reason.OTHER_DOOR,
    }
    assert [each for each, wish in asked.items() if wish is Wish.BACK] == [Reason.BACK_AFTER_EXIT]


@dataclass
class Try:
    """One gate's try, which goes on from what it has found until it is at its end."""

    wish: Wish
    us: Entrant
    known: tuple[EarlierAdmission, ...] = ()
    found: tuple[int, Claim | None] | None = None
    outcome: Step | None = None

    @property
    def is_over(self) -> bool:
        return self.outcome is not None


@dataclass
class Engine:
    """One key, written only over the revision that was found."""

    revision: int = 0
    claim: Claim | None = None
    won: list[tuple[int, Entrant]] = field(default_factory=list)

    def advance(self, each: Try) -> None:
        """Read, or do the step that follows from what was read."""
        if each.found is None:
            each.found = self.revision, self.claim
            return
        revision, claim = each.found
        taken = step(SERIAL, claim, each.wish, each.us, each.known)
        if isinstance(taken, Write):
            if revision != self.revision:
                each.found = None  # another was faster
                return
            self.revision, self.claim = revision + 1, taken.claim
        each.outcome = taken


TRIES = st.tuples(
    st.sampled_from([Wish.ENTER, Wish.BACK, Wish.SETTLE, Wish.LEAVE]),
    st.sampled_from([NORTH, SOUTH, EAST]),
)


@given(st.lists(TRIES, min_size=2, max_size=6), st.lists(st.integers(0, 5), max_size=40))
def test_at_most_one_gate_is_in_by_a_claim_whatever_the_order(
    tries: Sequence[tuple[Wish, str]], order: Sequence[int]
) -> None:
    """Of those that ask before their light, one wins until its patron leaves."""
    engine = Engine()
    going = [Try(wish, at_gate(device, number)) for number, (wish, device) in enumerate(tries)]
    inside: Entrant | None = None
    for number in [*order, *(each for each in range(len(going)) for _ in range(20))]:
        each = going[number % len(going)]
        if each.is_over:
            continue
        if each.wish is Wish.LEAVE and inside:
            each.known = (inside.as_admission,)
        engine.advance(each)
        if not isinstance(each.outcome, Write | Won):
            continue
        if each.wish in (Wish.ENTER, Wish.BACK):
            # Of one's own gate the ledger knows: it would not have asked.
            assert inside is None or inside.is_of(each.us.device), (inside, each)
            inside = each.us
        elif each.wish is Wish.LEAVE:
            inside = None
    assert all(each.is_over for each in going)
    settled = {each.us for each in going if each.wish is Wish.SETTLE}
    found = engine.claim.everyone if engine.claim else ()
    assert all(any(one.is_of(each.device) for one in found) for each in settled)


@given(st.lists(st.sampled_from([NORTH, SOUTH, EAST]), min_size=1, max_size=5))
def test_whatever_is_given_back_leaves_the_claim_to_the_others(devices: list[str]) -> None:
    """Entries that were not claimed come one after the other; then each is undone."""
    claim: Claim | None = None
    entrants: list[Entrant] = []
    for number, device in enumerate(dict.fromkeys(devices)):
        us = at_gate(device, number)
        claim = written(claim, Wish.SETTLE, us)
        entrants.append(us)
    assert claim
    for each in list(entrants):
        claim = written(claim, Wish.RELEASE, each)
        entrants.remove(each)
        assert list(claim.entrants) == entrants
    assert claim == Claim(SERIAL, ClaimState.RELEASED)
