"""Scans and typing on a clock of their own, told apart."""

from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.admission.serial import Serial, parse_payload
from scanner.scanning.code_framing import PAUSE_SECONDS
from scanner.scanning.keyboard_wedge import HOLD_SECONDS, MOST_PAUSES, BurstDetector
from tests.scanning.keystrokes import Stroke, by_hand, paused, play, scan

SERIAL = "DAWIER-BACK75580348"
BODIES = [
    SERIAL,
    f"https://t.example/q/{SERIAL}",
    f"{SERIAL}\x1dHALL A",
    f"{SERIAL}\tBalcony\tRow 5",
    f"My event\r\n{SERIAL}\r\nRow 5",
    f"Row 5\t\t{SERIAL}",
    f"\x02]Q1{SERIAL}",
    f"\x02{SERIAL}\x1e\x04",
]
ENDS = ["\r", "\n", "\r\n", "\t", "\x03", "\x03\r", ""]
PACES = st.floats(0.002, 0.06)


def assert_one_scan(strokes: list[Stroke], *, in_line: bool = False) -> None:
    outcome = play(strokes, in_line=in_line)
    (code,) = outcome.scans
    assert parse_payload(code) == Serial(SERIAL)
    assert (outcome.text, outcome.cut_off) == ("", [])


@given(st.sampled_from(BODIES), st.sampled_from(ENDS), PACES)
def test_a_scan_is_one_at_every_pace_and_with_every_end(body: str, end: str, gap: float) -> None:
    assert_one_scan(scan(body + end, gap))


@given(
    st.sampled_from(BODIES),
    st.sampled_from(ENDS),
    PACES,
    st.lists(st.tuples(st.integers(3, 18), st.floats(0.0, 1.0)), max_size=MOST_PAUSES),
)
@example(SERIAL, "\r", 0.002, [(3, 1.0), (4, 1.0), (5, 1.0)])  # more pauses than keys without one
@example(SERIAL, "\r", 0.06, [(3, 0.1), (4, 0.1), (5, 0.1)])  # a hurried person's, by themselves
def test_a_scanner_may_pause_from_the_third_key_on(
    body: str, end: str, gap: float, pauses: list[tuple[int, float]]
) -> None:
    strokes = scan(body + end, gap)
    for before, seconds in dict(pauses).items():
        strokes = paused(strokes, before, seconds)
    assert_one_scan(strokes)


@given(PACES, st.sampled_from(ENDS[:-1]), st.integers(0, 2**32))
def test_in_a_line_of_text_the_rhythm_alone_tells_a_scan(gap: float, end: str, seed: int) -> None:
    assert_one_scan(scan(SERIAL + end, gap, jitter=0.003, random=Random(seed)), in_line=True)


@given(st.integers(0, 2**32), st.floats(0.08, 0.238))
def test_a_serial_typed_by_hand_into_a_line_is_no_scan(seed: int, mean: float) -> None:
    outcome = play(by_hand(f"{SERIAL}\r", Random(seed), mean=mean), in_line=True)
    assert (outcome.scans, outcome.text, outcome.cut_off) == ([], f"{SERIAL}\r", [])


def test_a_key_alone_comes_within_a_tenth_of_a_second() -> None:
    ((stroke, at),) = play([Stroke(0.0, "i", person=True)]).typed
    assert at - stroke.at < 0.1


def test_a_key_that_is_kept_down_repeats_at_once() -> None:
    strokes = [Stroke(0.0, "+", person=True)]
    strokes += [Stroke(0.5 + n / 30, "+", person=True) for n in range(30)]
    outcome = play(strokes)
    assert outcome.text == "+" * 31
    assert max(at - stroke.at for stroke, at in outcome.typed) < 0.1


def test_what_is_no_ticket_is_a_scan_too_once_nothing_follows() -> None:
    assert play(scan("WIFI:S:me;;\r", 0.05)).scans == ["WIFI:S:me;;"]
    assert play(scan("q\r", 0.004)).scans == ["q"]


@pytest.mark.parametrize("gap", [0.002, 0.05])
def test_half_a_code_is_neither_a_scan_nor_commands(gap: float) -> None:
    outcome = play(scan(SERIAL[:12], gap))
    assert (outcome.scans, outcome.text) == ([], "")
    assert len(outcome.cut_off) == 12


def test_a_mark_that_nobody_can_tell_does_not_part_a_scan() -> None:
    bursts: BurstDetector[Stroke] = BurstDetector()
    for stroke in scan(f"me{SERIAL}", 0.004)[:2]:
        bursts.press(stroke, stroke.char, stroke.at)
    bursts.press(Stroke(0.008, "@", person=False), "", 0.008)
    outcome = play(scan(f"/{SERIAL}\r", 0.004, at=0.012), bursts)
    assert (outcome.scans, outcome.text) == ([f"me/{SERIAL}"], "")


def test_an_arrow_during_a_scan_works_at_once_and_parts_nothing() -> None:
    strokes = scan(f"{SERIAL}\r", 0.004)
    strokes.insert(9, Stroke(strokes[8].at, "<", person=True))
    outcome = play(strokes)
    assert (outcome.scans, outcome.text) == ([SERIAL], "<")


def test_an_arrow_after_a_persons_keys_comes_after_them() -> None:
    assert play([*by_hand("ab", Random(1)), Stroke(0.5, "<", person=True)]).text == "ab<"


@pytest.mark.parametrize("gap", [0.002, 0.01, 0.02])
def test_a_persons_key_just_before_a_scan_is_a_command_and_the_scan_whole(gap: float) -> None:
    before = Stroke(0.0, "m", person=True)
    outcome = play([before, *scan(f"{SERIAL}\r", gap, at=0.06)])
    assert (outcome.scans, outcome.text) == ([SERIAL], "m")


def test_a_persons_key_after_a_scan_is_a_command_soon() -> None:
    strokes = scan(f"{SERIAL}\r\n", 0.004)
    outcome = play([*strokes, Stroke(strokes[-1].at + 0.3, "l", person=True)])
    ((stroke, at),) = outcome.typed
    assert (stroke.char, at - stroke.at < 0.1) == ("l", True)


def test_a_machine_that_stalls_does_not_lose_a_scan() -> None:
    for place in range(1, len(SERIAL) + 1):
        bursts: BurstDetector[Stroke] = BurstDetector()
        scans: list[str] = []
        for stroke in paused(scan(f"{SERIAL}\r", 0.002), place, 0.45):
            scans += bursts.press(stroke, stroke.char, stroke.at).scans  # no wait ends meanwhile
        assert scans == [SERIAL], place


@given(st.lists(st.integers(0, 99999999), min_size=1, max_size=8, unique=True), PACES)
def test_scans_one_right_after_another_all_count(numbers: list[int], gap: float) -> None:
    serials = [f"DAWIER-BACK{number:08}" for number in numbers]
    outcome = play(scan("".join(f"{serial}\r\n" for serial in serials), gap))
    assert (outcome.scans, outcome.text, outcome.cut_off) == (serials, "", [])


KEYS = st.lists(
    st.tuples(st.sampled_from("abcdefqrn-\r\t"), st.floats(0.001, 1.5)),
    max_size=60,
)


@given(KEYS)
def test_no_key_is_given_back_twice_or_out_of_its_order(keys: list[tuple[str, float]]) -> None:
    at, strokes = 0.0, []
    for char, gap in keys:
        at += gap
        strokes.append(Stroke(at, char, person=True))
    outcome = play(strokes)
    back = [stroke for stroke, _ in outcome.typed]
    assert back == sorted(back)
    assert len({*back, *outcome.cut_off}) == len(back) + len(outcome.cut_off)
    if not (outcome.scans or outcome.cut_off):
        assert back == strokes


@given(st.lists(st.sampled_from("abcdefqrn\r\t"), max_size=60), st.floats(0.0751, 0.4))
def test_a_persons_pace_is_never_a_scan(keys: list[str], gap: float) -> None:
    outcome = play([stroke._replace(person=True) for stroke in scan("".join(keys), gap)])
    assert (outcome.scans, outcome.cut_off, outcome.text) == ([], [], "".join(keys))
    assert all(at - stroke.at < 0.1 for stroke, at in outcome.typed)


@pytest.mark.parametrize(("second", "held"), [(0.07, 5), (0.05, 6)])
def test_three_quick_keys_hold_a_persons_next_ones_up_only_shortly(
    second: float, held: int
) -> None:
    times = accumulate([0.05, second, *[0.3] * 9], initial=0.0)
    strokes = [Stroke(at, char, person=True) for at, char in zip(times, COMMANDS, strict=False)]
    outcome = play(strokes)
    assert [stroke for stroke, _ in outcome.typed] == strokes
    assert sum(at - stroke.at > 0.1 for stroke, at in outcome.typed) == held


def away(keys: list[Stroke]) -> float:
    """Return the shortest time from a person's keys to a scan.

    Three keys at a scanner's pace and a pause may be a slow scanner's: nobody can tell them apart,
    so hands that flew so over the keyboard take a pause's time to get to the scanner.
    """
    quick = sum(b.at - a.at <= HOLD_SECONDS for a, b in pairwise(keys))
    return PAUSE_SECONDS if quick > 1 else HOLD_SECONDS


COMMANDS = "fowtsnpm+-qilr?/"
SCANS = 1000


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_scan_is_lost_and_no_command_mistaken_among_a_thousand_scans(seed: int) -> None:
    random = Random(seed)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    strokes: list[Stroke] = []
    serials, commands, at = [], "", 0.0
    for number in range(SCANS):
        typed = "".join(random.choices(COMMANDS, k=random.choice([0, 0, 1, 1, 2, 3, 8])))
        keys = by_hand(typed, random, at, mean=random.choice([0.12, 0.238656]))
        commands += typed
        at = (keys[-1].at if keys else at) + random.uniform(away(keys), 2.0)
        serials.append(f"DAWIER-BACK{number:08}")
        body = random.choice(BODIES).replace(SERIAL, serials[-1])
        pace = random.uniform(0.002, 0.06)
        code = scan(body + random.choice(ENDS), pace, at, jitter=pace / 10, random=random)
        if random.random() < 0.3:
            code = paused(code, random.randrange(3, len(code)), random.uniform(0.1, 1.0))
        strokes += [*keys, *code]
        at = code[-1].at + random.uniform(PAUSE_SECONDS, 3.0)
    outcome = play(strokes)
    assert [parse_payload(code) for code in outcome.scans] == [Serial(each) for each in serials]
    assert outcome.text == commands
    assert outcome.cut_off == []
    assert all(stroke.person for stroke, _ in outcome.typed)


@pytest.mark.parametrize("seed", range(5))
def test_a_person_alone_gives_every_command_in_time(seed: int) -> None:
    random = Random(seed)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    strokes = by_hand("".join(random.choices(COMMANDS, k=2000)), random)
    outcome = play(strokes)
    assert [stroke for stroke, _ in outcome.typed] == strokes
    late = [stroke for stroke, at in outcome.typed if at - stroke.at > 0.1]
    quick = sum(b.at - a.at <= HOLD_SECONDS for a, b in pairwise(strokes))
    assert len(late) <= 2 * quick  # only keys that came as fast as a scanner's wait
