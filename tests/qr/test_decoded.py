from scanner.qr.decoded import Corners, Reading, without_conflicts


def square(left: float, top: float, side: float) -> Corners:
    right, bottom = left + side, top + side
    return (left, top), (right, top), (right, bottom), (left, bottom)


def test_conflicting_readings_of_two_passes_at_one_place_are_dropped() -> None:
    a, b = (Reading(text, square(10, 10, 50), by) for text, by in (("A", "one"), ("B", "two")))
    beside = Reading("C", square(400, 10, 50), "two")
    assert without_conflicts([a, b, beside]) == (beside,)


def test_a_small_code_within_a_large_one_is_no_conflict() -> None:
    outer, inner = Reading("A", square(0, 0, 90), "one"), Reading("B", square(30, 30, 30), "one")
    assert without_conflicts([outer, inner]) == (outer, inner)
