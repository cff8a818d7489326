"""A terminal's answers, among the keys of a person or a scanner."""

import json
import re
import struct
import zlib
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scanner.bench.terminal import Terminal, running
from scanner.tui.drawing.pixels import placeholders
from scanner.tui.terminal.graphics import QUESTIONS, Abilities, Answers, Graphics

SIXEL = "\x1b[?62;4;9;22c"
KITTY = "\x1b_Gi=31;OK\x1b\\\x1b[?62;c"
CELL = "\x1b[6;20;10t"
KEYS = "DAWIER-BACK75580348\r"


def told(*chunks: str) -> tuple[str, Abilities | None, int]:
    """Feed what a terminal sends; return the keys, the abilities, and how often it was told."""
    called = list[int]()
    answers = Answers(lambda: called.append(1))
    keys = "".join([answers.feed(chunk) for chunk in chunks])
    return keys + answers.flush(), answers.abilities, len(called)


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (SIXEL, Graphics.SIXEL),
        ("\x1b[?63;1;2;4c", Graphics.SIXEL),
        (KITTY, Graphics.KITTY),
        ("\x1b_Gi=31;OK\x1b\\" + SIXEL, Graphics.SIXEL),
        ("\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?62c", Graphics.BLOCKS),
        ("\x1b[?6c", Graphics.BLOCKS),
        ("\x1b[?64;44;24c", Graphics.BLOCKS),
        ("\x1b[?4c", Graphics.BLOCKS),
    ],
)
def test_a_terminals_answer_says_what_it_draws(answer: str, graphics: Graphics) -> None:
    keys, abilities, called = told(CELL + answer)
    assert (keys, called) == ("", 1)
    assert abilities == Abilities(graphics, (10, 20))


@pytest.mark.parametrize("answer", [SIXEL, KITTY, CELL + SIXEL, CELL + KITTY])
def test_no_key_is_lost_or_moved_wherever_an_answer_comes(answer: str) -> None:
    for at in range(len(KEYS) + 1):
        keys, abilities, _ = told(KEYS[:at] + answer + KEYS[at:])
        assert keys == KEYS
        assert abilities is not None
    for cut in range(1, len(answer)):
        keys, abilities, _ = told(KEYS[:5] + answer[:cut], answer[cut:] + KEYS[5:])
        assert keys == KEYS
        assert abilities is not None


def test_an_answer_that_comes_late_or_twice_is_no_keys() -> None:
    keys, abilities, called = told(SIXEL, "ab", SIXEL[:9], SIXEL[9:] + KITTY, "c")
    assert (keys, called) == ("abc", 1)
    assert abilities
    assert abilities.graphics is Graphics.SIXEL


def test_keys_that_begin_like_an_answer_are_keys() -> None:
    for keys in ("\x1b", "\x1b[A", "\x1b[6~", "\x1b[15~", "\x1b_", "a\x1b[?", "\x1bOP", "\x1b\x1b"):
        assert told(keys)[0] == keys
        assert told(SIXEL, keys)[0] == keys
        for cut in range(1, len(keys)):
            assert told(keys[:cut], keys[cut:])[0] == keys


def test_an_escape_is_not_held_up_once_the_answer_is_there() -> None:
    answers = Answers(lambda: None)
    assert answers.feed("\x1b") == ""
    assert answers.feed(SIXEL) == "\x1b"
    assert answers.feed("\x1b") == "\x1b"
    assert answers.feed("\x1b[") == "\x1b["


@contextmanager
def shown() -> Iterator[Terminal]:
    """Run an app with a picture and a line of text; wait until it asks its terminal."""
    with running(["tests.tui.terminal.pictured"], {}) as terminal:
        terminal.wait_for(QUESTIONS.encode())
        yield terminal


def typed(terminal: Terminal, answer: str) -> None:
    """Answer in the midst of what somebody types."""
    terminal.press(b"abc" + answer.encode() + b"def")
    terminal.wait_for(b"abcdef")


def test_a_terminal_with_sixel_gets_the_picture_in_its_place_and_the_keys_are_whole() -> None:
    with shown() as terminal:
        typed(terminal, CELL + SIXEL)
        terminal.wait_for(b"\x1bP")
        terminal.wait_for(b"\x1b\\\x1b8")
        raw = bytes(terminal._seen).decode(errors="replace")
        place = re.search(r"\x1b7\x1b\[(\d+);(\d+)H\x1bP[^\"]*\"1;1;(\d+);(\d+)", raw)
        assert place
        row, column, across, down = map(int, place.groups())
        assert (across, down) == (800, 800)  # of 80 columns and 48 rows, 10 x 20 pixels each
        assert (row, column) == (1 + (47 - 40) // 2, 81)  # a row is for words


def test_a_terminal_with_kittys_protocol_gets_the_picture_for_its_placeholders() -> None:
    with shown() as terminal:
        typed(terminal, CELL + KITTY)
        terminal.wait_for(placeholders(1, 80, 40, 80)[-1].text[-3:].encode())
        raw = bytes(terminal._seen).decode(errors="replace")
        messages = re.findall(r"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\", raw.replace(QUESTIONS, ""))
        sent = [each for each in messages if "a=p" not in each[0]]
        pixels = zlib.decompress(b64decode("".join(data for _, data in sent)))
        assert len(pixels) == 3 * 800 * 800
        number = int(re.findall(r"i=(\d+)", sent[0][0])[0])
        rgb = struct.pack(">I", number)[1:]
        assert f"38;2;{rgb[0]};{rgb[1]};{rgb[2]}" in raw
        assert raw.count("\U0010eeee") == 80 * 40


def test_a_terminal_with_neither_has_half_blocks() -> None:
    with shown() as terminal:
        typed(terminal, "\x1b[?6c")
        terminal.wait_for("▀▀▀".encode())
        raw = bytes(terminal._seen)
        assert b"\x1bP" not in raw
        assert raw.count(b"\x1b_G") == 1  # the question


def test_loading_the_libraries_asks_the_terminal_nothing() -> None:
    with running(["tests.tui.terminal.pictured", "load"], {}) as terminal:
        terminal.wait_for(b"loaded")
        said = bytes(terminal._seen).decode()
    assert json.loads(said) == "loaded"
