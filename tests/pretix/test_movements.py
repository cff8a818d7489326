from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scanner.platform.resources import Admission
from scanner.pretix.movements import admissions_of
from scanner.pretix.resources import Conflict, Movement
from tests.pretix.evening import DEVICES, EIGHT, FLOOR, NAME, OTHER, OWN, PATH, SECRET, data, moves

MINUTE = timedelta(minutes=1)


def move(
    minute: int,
    device: int | None,
    *,
    leaves: bool = False,
    place: int = PATH.number,
    number: int | None = None,
) -> Movement:
    at = EIGHT + minute * MINUTE
    return Movement(minute if number is None else number, at, place, device, leaves)


def told(
    *movements: Movement, several: bool = False, conflicts: tuple[Conflict, ...] = ()
) -> tuple[Admission, ...]:
    event = data(multiple_entries=several)
    return admissions_of(SECRET, FLOOR, moves(*movements, conflicts=conflicts), event, DEVICES)


def seen(found: tuple[Admission, ...]) -> list[tuple[str | None, int]]:
    return [(each.device, (each.admitted - EIGHT) // MINUTE) for each in found if each.admitted]


def test_nobody_who_moved_means_no_admission() -> None:
    assert told() == ()
    assert told(move(0, OWN, leaves=True)) == ()
    assert told(move(0, OWN, place=9)) == ()


def test_an_admission_has_its_device_time_and_section() -> None:
    (found,) = told(move(0, OWN, number=43))
    uri = "/organizers/house/events/evening/items/1"
    expected = Admission(
        SECRET, None, NAME, EIGHT, "1/43", section=uri, section_name="Floor", own=True
    )
    assert found == expected


def test_others_are_known_by_their_number_and_a_browser_by_nothing() -> None:
    assert seen(told(move(0, OTHER))) == [(f"#{OTHER}", 0)]
    assert seen(told(move(0, None))) == [(None, 0)]


def test_the_newest_entry_counts_whatever_order_they_come_in() -> None:
    out = move(2, OTHER, leaves=True)
    assert seen(told(move(5, OTHER), out, move(0, OTHER))) == [(f"#{OTHER}", 5)]


def test_who_left_last_is_told_with_the_admission() -> None:
    (found,) = told(move(0, OWN), move(4, OTHER, leaves=True))
    assert (found.device, found.left, found.left_by) == (NAME, EIGHT + 4 * MINUTE, f"#{OTHER}")
    (again,) = told(move(0, OTHER), move(4, OTHER, leaves=True), move(6, OTHER))
    assert (again.left, again.left_by) == (None, None)


def test_this_gates_own_entry_stands_and_the_other_of_the_same_stay_contradicts_it() -> None:
    found = told(move(0, OWN), move(3, OTHER))
    assert seen(found) == [(f"#{OTHER}", 3), (NAME, 0)]
    assert not any(each.further for each in found)
    assert seen(told(move(-3, OTHER), move(0, OWN))) == [(f"#{OTHER}", -3), (NAME, 0)]


def test_another_gates_entry_after_the_exit_is_a_further_one() -> None:
    found = told(move(0, OWN), move(3, OWN, leaves=True), move(5, OTHER))
    assert seen(found) == [(f"#{OTHER}", 5), (NAME, 0)]
    assert [each.further for each in found] == [True, False]


def test_an_earlier_stay_does_not_contradict_this_gates() -> None:
    found = told(move(0, OTHER), move(3, OTHER, leaves=True), move(5, OWN))
    assert seen(found) == [(f"#{OTHER}", 0), (NAME, 5)]
    assert [each.further for each in found] == [True, False]


def test_where_a_ticket_enters_several_times_nothing_contradicts() -> None:
    found = told(move(0, OWN), move(3, OTHER), several=True)
    assert seen(found) == [(f"#{OTHER}", 3), (NAME, 0)]
    assert [each.further for each in found] == [True, False]


def test_this_gates_own_further_entries_are_its_ledgers_affair() -> None:
    assert seen(told(move(0, OWN), move(3, OWN, leaves=True), move(5, OWN))) == [(NAME, 0)]


def test_what_another_gate_noted_contradicts_this_gates_entry_alone() -> None:
    theirs = Conflict(OTHER, "4b2c south", EIGHT + 2 * MINUTE)
    ours = Conflict(OWN, NAME, EIGHT + 2 * MINUTE)
    assert seen(told(move(0, OWN), conflicts=(theirs, ours))) == [("4b2c south", 2), (NAME, 0)]
    assert seen(told(move(0, OTHER), conflicts=(theirs, ours))) == [(f"#{OTHER}", 0)]
    here, there = theirs._replace(place=PATH.number), theirs._replace(place=PATH.number + 1)
    assert seen(told(move(0, OWN), conflicts=(here,))) == [("4b2c south", 2), (NAME, 0)]
    assert seen(told(move(0, OWN), conflicts=(there,))) == [(NAME, 0)]


def test_a_time_that_is_not_known_comes_first() -> None:
    unknown = Movement(4, None, PATH.number, OTHER, leaves=False)
    (found,) = told(unknown)
    assert (found.device, found.admitted) == (f"#{OTHER}", None)
    assert seen(told(unknown, move(0, OTHER))) == [(f"#{OTHER}", 0)]


@given(
    st.lists(
        st.builds(
            Movement,
            st.integers(0, 9),
            st.none() | st.datetimes(timezones=st.just(UTC)),
            st.sampled_from([PATH.number, 9]),
            st.sampled_from([OWN, OTHER, None]),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_whatever_happened_each_admission_is_somebodys_entry_and_the_last_one_stands(
    movements: list[Movement], several: bool
) -> None:
    found = told(*movements, several=several)
    entries = [each for each in movements if each.place == PATH.number and not each.leaves]
    assert bool(found) == bool(entries)
    own = any(each.device == OWN for each in entries)
    times = {each.at for each in entries}
    assert all(each.admitted in times for each in found)
    if found:
        assert (found[-1].device == NAME) == own
        assert len(found) == 1 or own
        assert all(each.device != NAME for each in found[:-1])
        assert isinstance(found[-1].left, datetime | None)


def test_entries_under_a_number_that_the_gate_had_before_are_its_own() -> None:
    devices = replace(DEVICES, former=(5,))
    (found,) = admissions_of(SECRET, FLOOR, moves(move(0, 5)), data(), devices)
    assert found.device == NAME
