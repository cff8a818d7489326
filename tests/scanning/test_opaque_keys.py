"""A hand scanner that types opaque codes, told from a person who types by rhythm alone."""

import string
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.code_form import CodeForm
from scanner.admission.serial import Secret, parse_secret
from scanner.scanning.code_framing import PAUSE_SECONDS, SETTLE_SECONDS
from scanner.scanning.keyboard_wedge import BurstDetector
from scanner.scanning.ticket_codes import FEWEST_OPAQUE, TicketCodes
from tests.scanning.keystrokes import Outcome, Stroke, by_hand, paused, play, scan

LOW = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
CODES = [
    LOW,
    LOW.upper(),
    "QxK7m3" * 4,
    "abcdefghijklmnop",
    "40063813339310000012",
    "Yk3/u+9Qd.T-w_" * 8 + "a7==",
]
SHORT = ["10000012", "A1B2C3D4E5"]
ENDS = ["\r", "\n", "\r\n", "\t", "\x03"]
PACES = st.floats(0.002, 0.06)


def opaque() -> BurstDetector[Stroke]:
    codes = TicketCodes(lambda: CodeForm.SECRET)
    return BurstDetector(codes.is_whole, lambda: codes.opaque)


def told(strokes: list[Stroke], *, in_line: bool = False) -> Outcome:
    return play(strokes, opaque(), in_line=in_line)


def assert_one_scan(strokes: list[Stroke], code: str, *, in_line: bool = False) -> None:
    outcome = told(strokes, in_line=in_line)
    (read,) = outcome.scans
    assert parse_secret(read) == Secret(code)
    assert (outcome.text, outcome.cut_off) == ("", [])


@given(st.sampled_from(CODES), st.sampled_from(["", "\x02", "]Q1"]), st.sampled_from(ENDS), PACES)
def test_a_scan_is_one_at_every_pace_and_with_every_end(
    code: str, before: str, end: str, gap: float
) -> None:
    assert_one_scan(scan(f"{before}{code}{end}", gap), code)


@given(st.sampled_from(SHORT), st.sampled_from(ENDS), PACES)
def test_a_short_code_with_an_end_is_one_too(code: str, end: str, gap: float) -> None:
    assert_one_scan(scan(code + end, gap), code)


@pytest.mark.parametrize("code", [*CODES, *SHORT])
@pytest.mark.parametrize("gap", [0.002, 0.015, 0.03])
def test_a_scan_with_an_end_is_known_with_its_last_key(code: str, gap: float) -> None:
    bursts, scans = opaque(), list[str]()
    for stroke in scan(f"{code}\r", gap):
        scans += bursts.press(stroke, stroke.char, stroke.at).scans
    assert scans == [code]


@given(st.sampled_from(CODES), PACES)
def test_a_long_code_without_an_end_is_a_scan_after_a_pause(code: str, gap: float) -> None:
    assert_one_scan(scan(code, gap), code)


@pytest.mark.parametrize("gap", [0.002, 0.05])
def test_a_few_keys_without_an_end_are_neither_a_scan_nor_commands(gap: float) -> None:
    outcome = told(scan(LOW[: FEWEST_OPAQUE - 4], gap))
    assert (outcome.scans, outcome.text) == ([], "")
    assert len(outcome.cut_off) == FEWEST_OPAQUE - 4


@given(st.sampled_from(CODES), st.sampled_from(ENDS), PACES, st.integers(3, 15), st.floats(0, 1))
def test_a_scanner_may_pause_from_the_third_key_on(
    code: str, end: str, gap: float, before: int, seconds: float
) -> None:
    assert_one_scan(paused(scan(code + end, gap), before, seconds), code)


@given(st.sampled_from(CODES), PACES, st.sampled_from(ENDS), st.integers(0, 2**32))
def test_in_a_line_of_text_the_rhythm_tells_a_scan(
    code: str, gap: float, end: str, seed: int
) -> None:
    strokes = scan(code + end, gap, jitter=min(0.003, gap / 3), random=Random(seed))
    assert_one_scan(strokes, code, in_line=True)


@given(st.sampled_from([*CODES, *SHORT]), st.integers(0, 2**32), st.floats(0.08, 0.238))
def test_a_code_typed_by_hand_into_a_line_is_no_scan(code: str, seed: int, mean: float) -> None:
    outcome = told(by_hand(f"{code}\r", Random(seed), mean=mean), in_line=True)
    assert (outcome.scans, outcome.text, outcome.cut_off) == ([], f"{code}\r", [])


@given(st.lists(st.sampled_from("abcdefqrn\r\t"), max_size=60), st.floats(0.0751, 0.4))
def test_a_persons_pace_is_never_a_scan(keys: list[str], gap: float) -> None:
    outcome = told([stroke._replace(person=True) for stroke in scan("".join(keys), gap)])
    assert (outcome.scans, outcome.cut_off, outcome.text) == ([], [], "".join(keys))


@pytest.mark.parametrize(("first", "then"), [(0.003, 0.013), (0.004, 0.02)])
@pytest.mark.parametrize("place", [3, 8, 16])
def test_a_scanner_may_change_its_pace_within_a_code(first: float, then: float, place: int) -> None:
    begun = scan(LOW[:place], first)
    rest = scan(f"{LOW[place:]}\r", then, at=begun[-1].at + 2.5 * then)
    assert_one_scan([*begun, *rest], LOW)


@pytest.mark.parametrize("typed", ["fo", "fow", "qirn"])
def test_a_persons_quick_keys_just_before_a_scan_are_commands(typed: str) -> None:
    keys = [Stroke(number * 0.05, char, person=True) for number, char in enumerate(typed)]
    outcome = told([*keys, *scan(f"{LOW}\r", 0.004, at=keys[-1].at + 0.05)])
    assert (outcome.scans, outcome.text) == ([LOW], typed)


def test_what_comes_behind_the_first_line_at_once_is_no_code() -> None:
    card = "BEGIN:VCARD\r\nN:Doe;Jo\r\nTEL:555\r\nEND:VCARD\r\n"
    outcome = told(scan(card, 0.004))
    assert (outcome.scans, outcome.text, outcome.cut_off) == (["BEGIN:VCARD"], "", [])


@given(st.lists(st.integers(0, 99999999), min_size=1, max_size=8, unique=True), PACES)
def test_long_codes_one_right_after_another_all_count(numbers: list[int], gap: float) -> None:
    codes = [f"{LOW[:24]}{number:08}" for number in numbers]
    outcome = told(scan("".join(f"{code}\r\n" for code in codes), gap))
    assert (outcome.scans, outcome.text, outcome.cut_off) == (codes, "", [])


def test_the_form_may_change_while_keys_come() -> None:
    form = CodeForm.SERIAL
    codes = TicketCodes(lambda: form)
    bursts: BurstDetector[Stroke] = BurstDetector(codes.is_whole, lambda: codes.opaque)
    assert play(scan(f"{LOW}\r", 0.004), bursts).scans == [LOW]  # after a pause
    form = CodeForm.SECRET
    assert play(scan(f"{LOW}\r", 0.004, at=9.0), bursts).scans == [LOW]


COMMANDS = "fowtsnpm+-qilr?/"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_scan_is_lost_and_no_command_mistaken_among_a_thousand_scans(seed: int) -> None:
    random = Random(seed)
    strokes: list[Stroke] = []
    codes, commands, at = [], "", 0.0
    for _ in range(1000):
        typed = "".join(random.choices(COMMANDS, k=random.choice([0, 0, 1, 1, 2, 3, 8])))
        keys = by_hand(typed, random, at, mean=random.choice([0.12, 0.238656]))
        commands += typed
        at = (keys[-1].at if keys else at) + random.uniform(PAUSE_SECONDS, 2.0)
        letters = random.choice([string.ascii_lowercase, string.ascii_letters])
        codes.append("".join(random.choices(letters + string.digits, k=random.randint(16, 64))))
        pace = random.uniform(0.002, 0.06)
        end = random.choice([*ENDS, ""])
        code = scan(codes[-1] + end, pace, at, jitter=pace / 10, random=random)
        if random.random() < 0.3:
            code = paused(code, random.randrange(3, len(code)), random.uniform(0.1, 1.0))
        strokes += [*keys, *code]
        at = code[-1].at + random.uniform(PAUSE_SECONDS + SETTLE_SECONDS, 3.0)
    outcome = told(strokes)
    assert outcome.scans == codes
    assert (outcome.text, outcome.cut_off) == (commands, [])
