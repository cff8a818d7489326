"""The kernel's key events become the text of a scan."""

import string

from scanner.scanning.code_framing import codes_in
from scanner.scanning.evdev_scanner import EV_KEY, EV_SYN, EVENT, SYN_DROPPED, KeyText
from scanner.scanning.keyboard_layouts import SETUP, learn
from tests.scanning.test_keyboard_layouts import german_keys

SERIAL = "DAWIER-BACK75580348"
US = {"-": 12, "\r": 28, "\t": 15} | {
    char: first + at
    for first, row in ((2, "1234567890"), (16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM"))
    for at, char in enumerate(row)
}


def strokes(text: str) -> list[tuple[int, int, int]]:
    """Give the kernel's events for a text that a US scanner types."""
    events = []
    for char in text:
        shift = char.isalpha()
        events += [(EV_KEY, 42, 1)] * shift
        events += [(EV_KEY, US[char], 1), (EV_SYN, 0, 0), (EV_KEY, US[char], 0)]
        events += [(EV_KEY, 42, 0)] * shift + [(EV_SYN, 0, 0)]
    return events


def packed(text: str) -> bytes:
    return b"".join(EVENT.pack(0, 0, *event) for event in strokes(text))


def typed(events: list[tuple[int, int, int]]) -> list[str]:
    return codes_in(written(events))


def written(events: list[tuple[int, int, int]]) -> str:
    text = KeyText()
    return "".join(text.feed(*event) for event in events)


def with_ctrl(code: int) -> list[tuple[int, int, int]]:
    return [(EV_KEY, 29, 1), (EV_KEY, code, 1), (EV_KEY, code, 0), (EV_KEY, 29, 0)]


def test_key_events_become_what_was_scanned() -> None:
    assert written(strokes(f"{SERIAL}\rABC-1\t")) == f"{SERIAL}\rABC-1\t"


def test_ctrl_writes_control_characters() -> None:
    b, c, d, closing, six, minus, backslash, one = 48, 46, 32, 27, 7, 12, 43, 2
    keys = [b, c, d, closing, six, minus, backslash, one]
    events = [event for code in keys for event in with_ctrl(code)]
    assert written(events) == "\x02\x03\x04\x1d\x1e\x1f\x1c"
    assert written([*with_ctrl(b), *strokes("B")]) == "\x02B"


def test_start_and_end_of_text_are_no_part_of_a_code_and_a_field_mark_is() -> None:
    stx, etx, gs = with_ctrl(48), with_ctrl(46), with_ctrl(27)
    assert typed([*stx, *strokes(SERIAL), *etx, *strokes("\r")]) == [SERIAL]
    assert typed([*strokes(SERIAL), *gs, *strokes("HALL\r")]) == [f"{SERIAL}\x1dHALL"]


def test_caps_lock_and_shift_undo_each_other() -> None:
    caps = [(EV_KEY, 58, 1), (EV_KEY, 58, 0)]
    assert typed([*caps, *strokes("AB1\r")]) == ["ab1"]


def test_a_key_that_is_held_counts_once() -> None:
    assert typed([(EV_KEY, 30, 1), (EV_KEY, 30, 2), (EV_KEY, 30, 2), (EV_KEY, 28, 1)]) == ["a"]


def test_characters_typed_by_number_with_alt_are_read() -> None:
    digits = {"0": 82, "6": 77, "5": 76}
    alt = [(EV_KEY, 56, 1), *((EV_KEY, digits[d], 1) for d in "065"), (EV_KEY, 56, 0)]
    assert typed([*alt, *strokes("1\r")]) == ["A1"]


def test_a_mark_that_a_german_scanner_types_with_altgr_is_learned() -> None:
    altgr_q = [(EV_KEY, 100, 1), (EV_KEY, 16, 1), (EV_KEY, 16, 0), (EV_KEY, 100, 0)]
    (at,) = typed([*altgr_q, (EV_KEY, 28, 1)])
    assert at not in string.printable
    key_map = learn(german_keys(SETUP, at))
    assert key_map.correct(german_keys("Q@q-1", at)) == "Q@q-1"


def test_a_scan_from_which_events_were_dropped_is_thrown_away() -> None:
    half = strokes(SERIAL)[:20]
    assert typed([*half, (EV_SYN, SYN_DROPPED, 0), *strokes("1\r" + SERIAL + "\r")]) == [SERIAL]
