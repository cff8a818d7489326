from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.tui.kiosk.screen import PAUSE_SECONDS, KeyLines


def typed(keys: KeyLines, text: str, at: float = 0.0) -> None:
    for character in text:
        keys.add(character, at)


@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=200))
def test_what_is_typed_comes_out_whole_and_once(text: str) -> None:
    keys = KeyLines()
    typed(keys, text)
    assert keys.end(0.1) == (text.strip() or None)
    assert keys.end(0.2) is None


def test_a_pause_begins_a_new_line() -> None:
    keys = KeyLines()
    typed(keys, "elbow", 0)
    typed(keys, "TICKET", PAUSE_SECONDS + 0.1)
    assert keys.end(PAUSE_SECONDS + 0.2) == "TICKET"


def test_a_line_that_nobody_ended_in_time_is_no_line() -> None:
    keys = KeyLines()
    typed(keys, "elbow", 0)
    assert keys.end(PAUSE_SECONDS + 0.1) is None


def test_what_is_longer_than_any_code_is_dropped_and_takes_no_room() -> None:
    keys = KeyLines()
    typed(keys, "A" * (3 * LONGEST_PAYLOAD))
    assert keys.length <= LONGEST_PAYLOAD + 1
    assert keys.end(0) is None
    typed(keys, "B")
    assert keys.end(0) == "B"


def test_a_character_can_be_taken_back() -> None:
    keys = KeyLines()
    keys.rub_out()
    typed(keys, "ab")
    keys.rub_out()
    assert (keys.length, keys.end(0)) == (1, "a")


def test_a_person_may_type_as_slowly_as_is_allowed() -> None:
    keys = KeyLines(20.0)
    for number, digit in enumerate("471182"):
        keys.add(digit, number * 3.0)
    assert keys.end(18.0) == "471182"
