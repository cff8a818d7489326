from hypothesis import given
from hypothesis import strategies as st

from scanner.scanning.keyboard_wedge import (
    ALONE_SECONDS,
    BURST_KEYS,
    EARLY_SECONDS,
    STALL_SECONDS,
    TOGETHER_SECONDS,
    BurstDetector,
    SortedKeys,
)

SERIAL = "DAWIER-BACK75580348"
ENTER = "\r"


def play(
    text: str, gap: float, bursts: BurstDetector[str] | None = None, at: float = 0.0
) -> "Heard":
    """Play keys at one pace; Enter is the carriage return."""
    return play_timed([(char, gap) for char in text], bursts, at)


def play_timed(
    keys: list[tuple[str, float]], bursts: BurstDetector[str] | None = None, at: float = 0.0
) -> "Heard":
    bursts = bursts or BurstDetector()
    heard = Heard(bursts, at)
    for char, gap in keys:
        heard.at += gap
        heard.add(
            bursts.end(char, heard.at) if char in "\r\t\n" else bursts.press(char, char, heard.at)
        )
    return heard


class Heard:
    def __init__(self, bursts: BurstDetector[str], at: float) -> None:
        self.bursts = bursts
        self.at = at
        self.scans: list[str] = []
        self.typed = ""
        self.cut_off = ""
        self.taken_back = False

    def add(self, outcome: SortedKeys[str]) -> None:
        self.cut_off += "".join(outcome.cut_off)
        self.typed += "".join(outcome.typed)
        self.taken_back |= outcome.take_back
        if outcome.scan is not None:
            self.scans.append(outcome.scan)

    def wait(self, seconds: float) -> "Heard":
        self.at += seconds
        self.add(self.bursts.timeout(self.at))
        return self


def test_a_burst_ended_by_enter_or_tab_is_a_scan() -> None:
    for ending in "\r\t\n":
        for gap in (0.0, 0.002, 0.02):
            heard = play(SERIAL + ending, gap)
            assert (heard.scans, heard.typed, heard.cut_off) == ([SERIAL], "", "")


def test_a_person_who_types_a_serial_is_no_scanner() -> None:
    heard = play(SERIAL + ENTER, 0.1)
    assert (heard.scans, heard.typed, heard.cut_off) == ([], SERIAL + ENTER, "")


def begin_early(bursts: BurstDetector[str], at: float = 0.0) -> "Heard":
    """Press the serial's first letter, which may come early, and wait until it does."""
    heard = Heard(bursts, at)
    heard.add(bursts.press(SERIAL[0], SERIAL[0], at, early=True))
    assert heard.wait(EARLY_SECONDS / 2).typed == ""
    assert heard.wait(EARLY_SECONDS / 2 + 1e-3).typed == SERIAL[0]
    return heard


def test_a_key_that_can_be_taken_back_comes_early_and_once() -> None:
    heard = begin_early(BurstDetector())
    assert heard.wait(ALONE_SECONDS).typed == SERIAL[0]
    assert not heard.taken_back


def test_a_scan_whose_first_key_came_early_counts_whole_and_takes_it_back() -> None:
    for ending in "\r\t\n":
        bursts = BurstDetector[str]()
        heard = begin_early(bursts)
        rest = play(SERIAL[1:] + ending, 0.015, bursts, heard.at)
        assert (rest.scans, rest.typed, rest.cut_off) == ([SERIAL], "", "")
        assert rest.taken_back


def test_what_a_code_without_an_end_did_early_is_taken_back() -> None:
    bursts = BurstDetector[str]()
    heard = begin_early(bursts)
    rest = play(SERIAL[1:], 0.015, bursts, heard.at).wait(STALL_SECONDS + 1e-3)
    assert (rest.scans, rest.typed, rest.cut_off) == ([], "", SERIAL[1:])
    assert rest.taken_back


def test_two_quick_keys_of_a_person_both_count_once() -> None:
    bursts = BurstDetector[str]()
    heard = begin_early(bursts)
    rest = play("x", 0.01, bursts, heard.at).wait(TOGETHER_SECONDS + 1e-3)
    assert rest.typed == "x"
    assert not rest.taken_back


def test_no_key_comes_early_once_a_slow_scanner_was_heard() -> None:
    bursts = BurstDetector[str]()
    play(SERIAL + ENTER, 0.012, bursts)
    bursts.press("s", "s", 10.0, early=True)
    assert bursts.timeout(10.0 + EARLY_SECONDS + 1e-3) == SortedKeys()
    assert bursts.timeout(10.0 + ALONE_SECONDS + 1e-3).typed == ("s",)


def test_a_quick_scanner_leaves_keys_early() -> None:
    bursts = BurstDetector[str]()
    play(SERIAL + ENTER, 0.002, bursts)
    begin_early(bursts, 10.0)


def test_a_single_key_is_given_back_after_a_wink() -> None:
    heard = play("i", 0.0)
    assert heard.wait(ALONE_SECONDS / 2).typed == ""
    assert heard.wait(ALONE_SECONDS / 2 + 1e-3).typed == "i"
    assert heard.bursts.wait_seconds(heard.at) is None


def test_two_keys_in_a_row_are_held_longer_than_one() -> None:
    heard = play("ip", 0.02)
    assert heard.wait(ALONE_SECONDS + 1e-3).typed == ""
    assert heard.wait(TOGETHER_SECONDS).typed == "ip"


def test_a_key_held_down_is_no_scanner() -> None:
    heard = play("r" * 40, 0.025).wait(0.1)
    assert (heard.typed, heard.cut_off) == ("r" * 40, "")


def test_a_machine_that_stalls_once_does_not_lose_a_scan() -> None:
    for place in range(1, len(SERIAL) + 1):
        keys = [
            (char, STALL_SECONDS * 0.9 if at == place else 0.002)
            for at, char in enumerate(SERIAL + ENTER)
        ]
        assert play_timed(keys).scans == [SERIAL], place


def test_a_burst_that_nothing_ends_is_neither_a_scan_nor_commands() -> None:
    heard = play(SERIAL, 0.002).wait(STALL_SECONDS / 2)
    assert heard.cut_off == ""
    heard.wait(STALL_SECONDS)
    assert (heard.scans, heard.typed, heard.cut_off) == ([], "", SERIAL)


def test_a_line_feed_after_the_carriage_return_is_the_scanners() -> None:
    heard = play(SERIAL + "\r\n" + SERIAL + "\r\n", 0.002)
    assert (heard.scans, heard.typed) == ([SERIAL, SERIAL], "")


def test_an_enter_that_comes_later_is_a_persons() -> None:
    heard = play(SERIAL + ENTER, 0.002)
    heard.add(heard.bursts.end(ENTER, heard.at + 0.2))
    assert heard.typed == ENTER


def test_an_arrow_gives_back_what_was_held_and_itself() -> None:
    heard = play("ab", 0.01)
    heard.add(heard.bursts.other("<", heard.at))
    assert heard.typed == "ab<"


def test_a_scan_after_a_persons_keys_is_whole() -> None:
    heard = play("abc", 0.1).wait(0.09)
    after = play(SERIAL + ENTER, 0.002, heard.bursts, heard.at)
    assert (heard.typed, after.scans, after.typed) == ("abc", [SERIAL], "")


KEYS = st.lists(
    st.tuples(
        st.characters(codec="latin-1", exclude_categories=["Cc"]),
        st.floats(min_value=0.0, max_value=1.0),
    ),
    max_size=60,
)


@given(KEYS)
def test_no_key_is_lost_or_given_back_twice(keys: list[tuple[str, float]]) -> None:
    bursts: BurstDetector[str] = BurstDetector()
    order, at = "", 0.0
    for char, gap in keys:
        at += gap
        outcome = bursts.press(char, char, at)
        order += "".join((*outcome.cut_off, *outcome.typed))
    last = bursts.timeout(at + 2)
    order += "".join((*last.cut_off, *last.typed))
    assert order == "".join(char for char, _ in keys)


@given(st.lists(st.sampled_from("abcdefqrn\r\t"), max_size=60), st.floats(0.081, 0.4))
def test_a_persons_pace_is_never_a_scan(keys: list[str], gap: float) -> None:
    heard = play("".join(keys), gap).wait(1)
    assert (heard.scans, heard.cut_off, heard.typed) == ([], "", "".join(keys))


SCANS = st.lists(
    st.text("ABCDEF-0123", min_size=BURST_KEYS).filter(lambda text: len(set(text)) > 1),
    min_size=1,
    max_size=8,
)


@given(SCANS, st.floats(0.0, 0.0299))
def test_scans_one_right_after_another_all_count(scans: list[str], gap: float) -> None:
    heard = play("".join(f"{scan}\r" for scan in scans), gap)
    assert (heard.scans, heard.typed, heard.cut_off) == (scans, "", "")
