from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.serial import LooksLike
from scanner.scanning.presentation import (
    BLIND_AFTER_SECONDS,
    GONE_AFTER_SECONDS,
    IN_TURN_SECONDS,
    IN_VIEW_SECONDS,
    RETURNS_SECONDS,
    SAME_SECONDS,
    SETTLE_SECONDS,
    Beside,
    Debouncer,
    Event,
    InView,
    Presentation,
    Presentations,
    TwoInView,
)

FRAME = 1 / 30
CODES = st.sampled_from(["A", "B", "C"])
VIEWS = st.lists(st.lists(CODES, max_size=3), max_size=120)


def watch(views: list[list[str]], every: float = FRAME) -> list[tuple[float, Event]]:
    debouncer = Debouncer()
    events = []
    for number, view in enumerate(views):
        at = number * every
        events += [(at, event) for event in debouncer.update(view, at)]
    return events


def payloads(events: list[tuple[float, Event]]) -> list[str]:
    return [event.payload for _, event in events if isinstance(event, Presentation)]


def test_a_code_that_sits_in_view_is_one_presentation() -> None:
    assert payloads(watch([["A"]] * 300)) == ["A"]


def test_a_code_is_presented_by_the_first_frame_that_shows_it() -> None:
    assert watch([[], ["A"]]) == [(FRAME, Presentation("A"))]


def test_a_code_that_single_frames_miss_has_not_left() -> None:
    assert payloads(watch([["A"], [], ["A"], [], [], ["A"]] * 30)) == ["A"]


def test_a_code_counts_anew_when_it_was_out_of_view_for_a_second() -> None:
    gap = round(GONE_AFTER_SECONDS / FRAME) + 1
    assert payloads(watch([["A"], *[[]] * gap, ["A"]])) == ["A", "A"]


def test_a_code_that_comes_back_within_a_second_does_not_count_anew() -> None:
    gap = round(GONE_AFTER_SECONDS / FRAME) - 3
    assert payloads(watch([["A"], *[[]] * gap, ["A"]])) == ["A"]


def test_one_empty_frame_long_after_the_last_sight_is_enough_to_have_left() -> None:
    debouncer = Debouncer()
    debouncer.update(["A"], 0.0)
    debouncer.update([], 1.2)
    assert debouncer.update(["A"], 1.3) == [Presentation("A")]


def test_a_camera_that_stalls_shorter_than_a_patron_changes_does_not_count_twice() -> None:
    debouncer = Debouncer()
    debouncer.update(["A"], 0.0)
    assert debouncer.update(["A"], BLIND_AFTER_SECONDS - 0.1) == [InView("A")]


def test_a_camera_that_was_blind_for_long_counts_anew() -> None:
    debouncer = Debouncer()
    debouncer.update(["A"], 0.0)
    assert debouncer.update(["A"], BLIND_AFTER_SECONDS) == [Presentation("A")]


def test_another_code_in_between_is_judged_at_once() -> None:
    assert watch([["A"], ["B"]]) == [(0.0, Presentation("A")), (FRAME, Presentation("B"))]


def test_the_first_code_does_not_count_anew_after_another_flashed_by() -> None:
    assert payloads(watch([["A"], ["B"], ["A"]])) == ["A", "B"]


def test_two_codes_in_one_frame_are_nobodys_presentation_and_one_notice() -> None:
    assert watch([["A", "B"]] * 30) == [(0.0, TwoInView())]


def test_the_same_code_twice_in_one_frame_is_one_code() -> None:
    assert watch([["A", "A"]]) == [(0.0, Presentation("A"))]


def test_a_code_that_one_frame_shows_without_its_neighbour_is_not_presented() -> None:
    assert payloads(watch([["A", "B"], ["A"], ["A", "B"], ["B"]] * 10)) == []


def test_a_code_left_alone_is_presented_once_its_neighbour_is_away() -> None:
    events = watch([["A", "B"], *[["B"]] * 30])
    assert payloads(events) == ["B"]
    assert events[1][0] == pytest.approx(SETTLE_SECONDS, abs=FRAME)


def test_a_judged_code_is_not_judged_again_because_another_came_beside_it() -> None:
    views = [["A"], *[["A", "B"]] * 60, *[["A"]] * 60]
    assert payloads(watch(views)) == ["A"]


def test_a_pair_that_is_read_in_few_frames_is_not_said_again() -> None:
    views = [["A", "B"], *[["A"]] * 5, *[[]] * 10] * 5
    assert [event for _, event in watch(views)].count(TwoInView()) == 1


def test_a_second_pair_later_is_said_again() -> None:
    views = [["A", "B"], *[[]] * 40, ["A", "B"]]
    assert [event for _, event in watch(views)] == [TwoInView(), TwoInView()]


def test_a_clock_that_steps_back_presents_nothing_twice() -> None:
    debouncer = Debouncer()
    debouncer.update(["A"], 100.0)
    assert debouncer.update(["A"], 3.0) == []
    assert debouncer.update([], 3.1) == []
    assert debouncer.update(["A"], 3.2) == []


@given(VIEWS)
def test_only_a_code_that_is_alone_in_its_frame_is_presented(views: list[list[str]]) -> None:
    for at, event in watch(views):
        view = set(views[round(at / FRAME)])
        if isinstance(event, Presentation | InView):
            assert view == {event.payload}
        else:
            assert len(view) > 1


@given(VIEWS)
def test_between_two_presentations_of_a_code_lies_the_time_of_leaving(
    views: list[list[str]],
) -> None:
    events = watch(views)
    for code in "ABC":
        times = [at for at, event in events if event == Presentation(code)]
        for earlier, later in pairwise(times):
            seen = [n * FRAME for n, view in enumerate(views) if code in view]
            seen_between = [at for at in seen if earlier <= at <= later]
            gaps = pairwise(seen_between)
            assert max(b - a for a, b in gaps) >= GONE_AFTER_SECONDS


@given(VIEWS)
def test_a_code_alone_in_view_for_long_has_been_presented(views: list[list[str]]) -> None:
    views = [*views, *[["A"]] * (round(SETTLE_SECONDS / FRAME) + 2)]
    assert "A" in payloads(watch(views))


@given(VIEWS)
def test_reading_a_code_twice_in_a_frame_changes_nothing(views: list[list[str]]) -> None:
    assert watch([view * 2 for view in views]) == watch(views)


@given(VIEWS, st.floats(-1e6, 1e6))
def test_only_the_time_between_frames_matters(views: list[list[str]], start: float) -> None:
    here, there = Debouncer(), Debouncer()
    for number, view in enumerate(views):
        at = number / 32
        assert here.update(view, at) == there.update(view, round(start) + at)


TICKET, OTHER_TICKET = "DAWIER-BACK75580348", "DAWIER-VIPX11112222"
BESIDE_A_TICKET = {
    "https://example.com/app": LooksLike.WEB_ADDRESS,
    "WIFI:S:house;T:WPA;P:secret;;": LooksLike.WIFI_CODE,
    "BCD\n002\n1\nSCT\n\nHouse\nDE12500105170648489890\nEUR5": LooksLike.PAYMENT_CODE,
    "4006381333931": LooksLike.NUMBER,
}


@pytest.mark.parametrize("other", BESIDE_A_TICKET)
def test_a_ticket_beside_another_code_is_presented_and_the_other_named_once(other: str) -> None:
    events = watch([[other, TICKET]] * 60)
    named = Beside(other, BESIDE_A_TICKET[other])
    assert events[:2] == [(0.0, Presentation(TICKET)), (0.0, named)]
    assert {event for _, event in events[2:]} == {InView(TICKET)}
    assert other not in str(named.fact)


@pytest.mark.parametrize("other", BESIDE_A_TICKET)
def test_a_code_beside_a_ticket_is_not_judged_when_later_frames_show_it_alone(other: str) -> None:
    views = [[TICKET, other], *[[other]] * 60, [TICKET, other], *[[]] * 5, [other]]
    assert payloads(watch(views)) == [TICKET, TICKET]  # away for two seconds in between


def test_a_code_that_stood_beside_a_ticket_is_judged_when_it_comes_back_alone() -> None:
    views = [[TICKET, "WIFI:S:x;;"], *[[]] * 40, ["WIFI:S:x;;"]]
    assert payloads(watch(views)) == [TICKET, "WIFI:S:x;;"]


@pytest.mark.parametrize("other", [OTHER_TICKET, f"{OTHER_TICKET},DAWIER-VIPX33334444", "0" * 64])
def test_two_tickets_stay_two_whatever_else_is_beside_them(other: str) -> None:
    assert watch([[TICKET, other, "WIFI:S:x;;"]] * 30) == [(0.0, TwoInView())]


def test_a_ticket_beside_another_code_and_one_that_cannot_be_read_is_not_presented() -> None:
    assert Debouncer().update([TICKET, "WIFI:S:x;;"], 0.0, crowded=True) == [TwoInView()]


def test_a_code_in_view_is_told_now_and_then() -> None:
    events = watch([["A"]] * 61)
    assert [event for _, event in events[1:]] == [InView("A")] * 4
    assert events[1][0] >= IN_VIEW_SECONDS


def verdicts(events: list[tuple[float, Event]]) -> list[str]:
    """Return what a gate's door lets through to be judged."""
    door: Presentations[None] = Presentations()
    read = [(at, each) for at, each in events if isinstance(each, Presentation | InView)]
    return [each.payload for at, each in read if door.begins(each.payload, at)]


def in_turn(codes: str, frames: int, gap: int) -> list[list[str]]:
    """Show one code after another, for so many frames each, and so many without one between."""
    return [view for each in codes for view in [[each]] * frames + [[]] * gap]


@pytest.mark.parametrize("seconds", [0.2, 1, 2.5, 9])
@pytest.mark.parametrize("gap", [0, 5])
def test_codes_that_one_screen_shows_in_turn_are_each_judged_once(seconds: float, gap: int) -> None:
    views = in_turn("ABC" * 4, round(seconds / FRAME), gap)
    assert verdicts(watch(views)) == ["A", "B", "C"]


def test_a_code_that_comes_again_after_a_gap_is_judged_again() -> None:
    gap = round(IN_TURN_SECONDS / FRAME) + 1
    assert verdicts(watch(in_turn("ABA", 70, gap))) == ["A", "B", "A"]


def test_a_code_that_comes_again_much_later_is_judged_again() -> None:
    views = in_turn("ABA", round(RETURNS_SECONDS / FRAME) + 1, 0)
    assert verdicts(watch(views)) == ["A", "B", "A"]


SERIAL = "DAWIER-BACK75580348"
SAME = ["", "]Q1", "\x02", "https://t.example/q/"]


def test_the_same_code_within_two_seconds_is_one_presentation_however_it_came() -> None:
    door: Presentations[None] = Presentations()
    begun = [door.begins(f"{SAME[n % 4]}{SERIAL}", n * 0.6) for n in range(100)]
    assert begun == [True] + [False] * 99  # held under a scanner for a minute
    assert not door.begins(SERIAL, 99 * 0.6 + SAME_SECONDS)
    assert door.begins(SERIAL, 99 * 0.6 + 2 * SAME_SECONDS + 0.01)


def test_another_code_meanwhile_does_not_make_it_another_presentation() -> None:
    door: Presentations[None] = Presentations()
    assert [door.begins(code, at) for at, code in enumerate(["A", "B", "A", "C", "B"])] == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_reading_of_which_nothing_was_recorded_is_judged_when_it_comes_again() -> None:
    door: Presentations[str] = Presentations()
    assert door.begins("A", 0.0)
    door.keep("A", "green")
    assert (door.begins("A", 1.0), door.answer("A ")) == (False, "green")
    door.forget("A")
    assert door.begins("A", 1.1)


@given(st.lists(st.tuples(CODES, st.floats(0.0, 4.0)), max_size=60))
def test_a_presentation_begins_where_its_code_was_not_read_for_two_seconds(
    readings: list[tuple[str, float]],
) -> None:
    door: Presentations[None] = Presentations()
    last: dict[str, float] = {}
    at = 0.0
    for code, later in readings:
        at += later
        assert door.begins(code, at) is (code not in last or at - last[code] > SAME_SECONDS)
        last[code] = at
