from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.tui.kiosk.screen import KeyLine

PAUSE_SECONDS = 2.0


def typed(keys: KeyLine, text: str, at: float = 0.0, gap: float = 0.0) -> None:
    for number, character in enumerate(text):
        keys.add(character, at + number * gap)


@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=200))
def test_what_is_typed_comes_out_whole_and_once(text: str) -> None:
    keys = KeyLine(PAUSE_SECONDS)
    typed(keys, text)
    assert keys.end(0.1)[0] == (text.strip() or None)
    assert keys.end(0.2) == (None, False)


def test_a_pause_begins_a_new_line() -> None:
    keys = KeyLine(PAUSE_SECONDS)
    typed(keys, "elbow", 0)
    typed(keys, "471182", PAUSE_SECONDS + 0.1)
    assert keys.end(PAUSE_SECONDS + 0.2)[0] == "471182"


def test_a_line_that_nobody_ended_in_time_is_no_line() -> None:
    keys = KeyLine(PAUSE_SECONDS)
    typed(keys, "elbow", 0)
    assert keys.end(PAUSE_SECONDS + 0.1)[0] is None


def test_what_is_longer_than_any_code_is_dropped_and_takes_no_room() -> None:
    keys = KeyLine(PAUSE_SECONDS)
    typed(keys, "A" * (3 * LONGEST_PAYLOAD))
    assert keys.length <= LONGEST_PAYLOAD + 1
    assert keys.end(0)[0] is None
    typed(keys, "B")
    assert keys.end(0)[0] == "B"


def test_a_character_can_be_taken_back() -> None:
    keys = KeyLine(PAUSE_SECONDS)
    keys.rub_out()
    typed(keys, "ab")
    keys.rub_out()
    assert (keys.length, keys.end(0)) == (1, ("a", False))


def test_a_person_may_type_as_slowly_as_is_allowed_and_a_scanner_is_told_from_one() -> None:
    keys = KeyLine(20.0)
    typed(keys, "471182", gap=3.0)
    assert keys.end(18.0) == ("471182", False)
    typed(keys, "My event", gap=0.004)
    assert keys.end(0.036) == ("My event", True)
