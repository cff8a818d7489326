import re
import zlib
from base64 import b64decode

import numpy as np

from scanner.qr.frame import Pixels
from scanner.tui.drawing.half_blocks import middle
from scanner.tui.drawing.pixels import blanks, kitty_picture, placeholders, sixels


def face(wide: int, high: int) -> Pixels:
    """Draw a light oval with dark eyes on a coloured ground."""
    y, x = np.mgrid[0:high, 0:wide]
    oval = ((x / wide - 0.5) / 0.3) ** 2 + ((y / high - 0.5) / 0.4) ** 2 < 1
    eyes = (abs(abs(x / wide - 0.5) - 0.1) < 0.03) & (abs(y / high - 0.4) < 0.03)
    picture = np.dstack([x * 200 // wide, y * 200 // high, np.full_like(x, 60)]).astype(np.uint8)
    picture[oval] = (230, 190, 160)
    picture[eyes] = (40, 30, 20)
    return picture


def drawn(encoded: str) -> Pixels:
    """Draw a Sixel sequence as DEC's manual of the VT340 says: a definition selects no colour."""
    head = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', encoded)
    assert head
    assert encoded.endswith("\x1b\\")
    wide, high = map(int, head.groups())
    picture = np.zeros((high + 6, wide, 3), np.uint8)
    colours: dict[int, tuple[int, ...]] = {}
    x = y = 0
    colour = -1
    for found in re.finditer(r"#(\d+)(;2;[\d;]+)?|!(\d+)(.)|([$\-?-~])", encoded[head.end() : -2]):
        number, levels, times, repeated, one = found.groups()
        if levels:
            colours[int(number)] = tuple(int(v) * 255 // 100 for v in levels.split(";")[2:])
        elif number:
            colour = int(number)
        elif one == "$":
            x = 0
        elif one == "-":
            x, y = 0, y + 6
        else:
            bits, count = ord(repeated or one) - 63, int(times or 1)
            for bit in range(6):
                if bits >> bit & 1:
                    picture[y + bit, x : x + count] = colours[colour]
            x += count
    assert y < high  # it ends in its last band: one further would scroll the screen
    return picture[:high]


def test_a_sixel_picture_is_what_it_was_but_for_few_colours() -> None:
    for size in ((240, 132), (97, 61)):
        picture = face(*size)
        error = np.abs(drawn(sixels(picture)).astype(int) - picture)
        assert error.mean() < 8
        assert np.percentile(error, 99) < 40


def test_a_picture_for_pixels_keeps_its_fine_steps() -> None:
    grey = np.arange(256, dtype=np.uint8)[None].repeat(8, 0)
    assert len(np.unique(middle(grey, 256, 8))) == 256


def test_a_kitty_picture_is_sent_whole_in_messages_of_the_length_that_is_allowed() -> None:
    picture = face(300, 200)
    sent = kitty_picture(picture, 0x123456, 30, 10)
    messages = re.findall(r"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{a}{';' * bool(b)}{b}\x1b\\" for a, b in messages) == sent
    *data, placed = messages
    assert all(len(payload) <= 4096 for _, payload in data)
    assert [("m=1" in head) for head, _ in data] == [True] * (len(data) - 1) + [False]
    pixels = zlib.decompress(b64decode("".join(payload for _, payload in data)))
    assert np.array_equal(np.frombuffer(pixels, np.uint8).reshape(200, 300, 3), picture)
    assert set(placed[0].split(",")) == {"a=p", "U=1", "i=1193046", "c=30", "r=10", "q=2"}
    assert all("q=2" in head for head, _ in messages)  # an answer would come as keys


def test_placeholders_say_row_and_column_and_are_as_wide_as_they_seem() -> None:
    rows = placeholders(0x123456, 4, 2, 9)
    assert [row.cell_length for row in rows] == [9, 9]
    (segment,) = (each for each in rows[1] if "\U0010eeee" in each.text)
    assert segment.cell_length == 4
    assert segment.text == "".join(f"\U0010eeee\u030d{mark}" for mark in "\u0305\u030d\u030e\u0310")
    assert segment.style
    assert segment.style.color
    assert segment.style.color.name == "#123456"


def test_what_a_sixel_picture_lies_over_is_blank() -> None:
    assert [row.text for row in blanks(2, 5)] == [" " * 5] * 2
