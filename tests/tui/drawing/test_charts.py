"""What is drawn of counts: the least is seen, the whole is told from nearly the whole."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scanner.tui.drawing.charts import Column, Row, bar, columns, room, scale, table

NOW = datetime(2026, 6, 12, 21, 0, tzinfo=UTC)


@given(st.integers(0, 150_000), st.integers(0, 150_000), st.integers(1, 100))
def test_a_bar_is_as_long_as_its_whole_and_shows_the_first_patron_and_the_last(
    part: int, whole: int, cells: int
) -> None:
    drawn = bar(part, whole, cells).plain
    assert len(drawn) == cells
    assert ("▄" in drawn or "▖" in drawn) == (part > 0 < whole)
    assert (drawn == "▄" * cells) == (part >= whole > 0)


def test_three_of_1333_are_seen_and_read() -> None:
    rows = [
        Row("Floor", 3, 1333, ("3", "1,333")),
        Row("An endless name of a section", 1, 2, ("1", "2")),
    ]
    drawn = table(["Section", "inside", "sold"], rows, 50).plain.split("\n")
    assert drawn == [
        "Section                              inside   sold",
        "Floor                ▖▁▁▁▁▁▁▁▁▁▁▁▁▁       3  1,333",
        "An endless name of…  ▄▄▄▄▄▄▄▁▁▁▁▁▁▁       1      2",
    ]


PLACE = st.builds(
    lambda name, inside: Row(name, inside, 2000, (f"{inside:,}", "2,000", f"{2000 - inside:,}")),
    st.text("abc DÄ", max_size=30),
    st.integers(0, 2000),
)


@given(st.lists(PLACE, min_size=1, max_size=5), st.integers(25, 120))
def test_no_part_of_a_table_is_cut_on_a_phone_nor_on_a_wall(rows: list[Row], width: int) -> None:
    lines = table(["Section", "inside", "sold", "to come"], rows, width).plain.split("\n")
    assert max(map(len, lines)) <= width
    for row in rows:
        numbers = " ".join(row.columns)
        assert any(" ".join(line.split()).endswith(numbers) for line in lines)


def test_on_a_phone_the_numbers_stand_below_the_name() -> None:
    head, rows = ["Section", "inside", "sold", "to come"], [Row("Floor", 1, 2, ("1", "2", "1"))]
    assert table(head, rows, 39).plain.split("\n")[1:] == [
        "                  inside  sold  to come",
        "Floor         ▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁▁▁▁▁▁",
        "                       1     2        1",
    ]


@given(
    st.lists(st.tuples(*[st.integers(0, 20_000)] * 3), max_size=80),
    st.integers(20, 160),
    st.integers(2, 30),
)
def test_columns_fill_their_room_and_no_more(
    parts: list[tuple[int, int, int]], width: int, height: int
) -> None:
    shown = [Column(NOW + timedelta(minutes=5 * n), each) for n, each in enumerate(parts)]
    lines = columns(shown[: room(width)], width, height).plain.split("\n")
    assert len(lines) == height
    assert max(map(len, lines[:-1])) <= width


def test_one_patron_stands_beside_thousands() -> None:
    shown = [Column(NOW, (1, 0, 0)), Column(NOW + timedelta(minutes=5), (0, 4000, 0))]
    bottom = columns(shown, 30, 6).plain.split("\n")[-2]
    assert bottom.split() == ["0", "▁▁▁▁▁", "▒▒▒▒▒"]


@given(st.integers(1, 200_000))
def test_a_scale_is_a_round_number_that_nobody_comes_over(most: int) -> None:
    top = scale(most)
    assert most <= top <= 1.5 * most
    assert len(str(top).rstrip("0")) <= 2
