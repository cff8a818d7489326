import sys
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from scanner.qr import decoder as decoder_module
from scanner.qr.deblur import disc
from scanner.qr.decoded import Corners
from scanner.qr.decoder import FRAME_BUDGET_MS, PATIENCE_MS, Decoder, available
from scanner.qr.frame import Pixels
from scanner.qr.passes import HARDER, STEP_MS, Pass, Prepared
from scanner.qr.readers import Found, Library, Reader, readers
from scanner.scanning.errors import NoDecoder
from tests.qr.pictures import (
    OTHER,
    SERIAL,
    beside,
    blurred,
    checkered,
    code,
    noisy,
    on_wall,
    page_of_text,
    shaded,
    speckled,
    tilted,
    turned,
)

MISSING = {"zxing": ["zxingcpp"], "zbar": ["pyzbar", "pyzbar.pyzbar"], "wechat": []}


class Clock:
    """Seconds that go by only when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def take_away(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    for module in MISSING[library]:
        monkeypatch.setitem(sys.modules, module, None)
    if library == "wechat":
        monkeypatch.delattr(cv2, "wechat_qrcode")


def working(clock: Clock, ms: float, answer: Callable[[Pixels], list[Found]]) -> Reader:
    def read(grey: Pixels) -> list[Found]:
        clock.now += ms / 1e3
        return answer(grey)

    return read


def nothing(grey: Pixels) -> list[Found]:
    return []


def somewhere(side: float = 1000.0) -> Corners:
    return (0.0, 0.0), (side, 0.0), (side, side), (0.0, side)


def unread(grey: Pixels) -> list[Found]:
    return [Found(None, somewhere())]


def saying(text: str) -> Callable[[Pixels], list[Found]]:
    return lambda grey: [Found(text, somewhere())]


READABLE = {
    "upright": on_wall(code()),
    "light on dark": on_wall(code(dark=235, light=20)),
    "one pixel a module": on_wall(code(module=1)),
    "small and out of focus": blurred(on_wall(code(module=2)), 0.8),
    "out of focus": blurred(on_wall(code()), 3.0),
    "badly out of focus": blurred(on_wall(code()), 4.0),
    "noisy": noisy(on_wall(code()), 60),
    "speckled": speckled(on_wall(code()), 0.3),
    "turned a little": turned(on_wall(code()), 10),
    "on a corner": turned(on_wall(code()), 45),
    "leaning back": on_wall(tilted(code(module=9), 0.4)),
    "in uneven light": shaded(on_wall(code())),
    "dim": noisy(on_wall(code(dark=100, light=115)), 1),
    "almost black": on_wall(code(dark=2, light=12)),
}


@pytest.mark.parametrize("kind", READABLE)
def test_a_code_is_read_when_it_is(kind: str) -> None:
    decoded = Decoder(budget_ms=None).decode(READABLE[kind])
    assert decoded.texts == (SERIAL,)
    assert decoded.code_like


@pytest.mark.parametrize(
    "picture",
    [
        np.full((720, 1280), 120, np.uint8),
        checkered(),
        page_of_text(),
        noisy(np.full((720, 1280), 120, np.uint8), 15),
    ],
    ids=["wall", "shirt", "text", "noise"],
)
def test_nothing_is_read_where_no_code_is(picture: Pixels) -> None:
    decoded = Decoder(budget_ms=300).decode(picture)
    assert decoded.readings == ()
    assert not decoded.code_like


def test_a_code_that_is_damaged_beyond_its_correction_is_seen_and_not_read() -> None:
    picture = code(module=8)
    picture[88:200, 88:200] = np.flipud(picture[88:200, 88:200])
    decoded = Decoder(budget_ms=None).decode(on_wall(picture))
    assert decoded.readings == ()
    assert decoded.code_like


def test_colour_and_grey_are_read_alike() -> None:
    grey = on_wall(code())
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    assert Decoder().decode(colour).texts == Decoder().decode(grey).texts == (SERIAL,)


def test_an_empty_picture_holds_nothing() -> None:
    assert Decoder().decode(np.zeros((0, 0, 3), np.uint8)).readings == ()


def test_a_picture_that_is_a_view_of_another_is_read() -> None:
    wide = np.repeat(on_wall(code()), 2, axis=1)
    assert Decoder().decode(wide[:, ::2]).texts == (SERIAL,)


def test_two_codes_in_view_are_both_read() -> None:
    picture = on_wall(code("LEFT01-GATE00000001"), left=100)
    second = code("RIGHT1-GATE00000002")
    picture[200 : 200 + len(second), 700 : 700 + len(second)] = second
    assert set(Decoder().decode(picture).texts) == {"LEFT01-GATE00000001", "RIGHT1-GATE00000002"}


def unfocused(picture: Pixels) -> Pixels:
    return np.asarray(cv2.filter2D(picture, -1, disc(5.2)), np.uint8)


def test_of_two_blurred_codes_neither_passes_for_the_only_one() -> None:
    both = unfocused(beside(code(), code(OTHER)))
    assert all(each.text is None for each in readers()["zxing"](both))
    assert set(Decoder(None).decode(both).texts) == {SERIAL, OTHER}


def test_a_code_that_is_only_recognised_beside_one_that_is_read_is_looked_at() -> None:
    both = beside(code(), unfocused(code(OTHER)))
    assert {each.text for each in readers()["zxing"](both)} == {SERIAL, None}
    decoded = Decoder(None).decode(both)
    assert decoded.texts == (SERIAL, OTHER)
    first, second = (reading.corners[0][0] for reading in decoded.readings)
    assert first < 640 < second


def test_bytes_that_are_no_text_become_a_text_without_a_crash() -> None:
    texts = Decoder().decode(on_wall(code(b"\xff\xfe\xe9abc\x80"))).texts
    assert len(texts) == 1
    assert "abc" in texts[0]


def test_a_text_beyond_ascii_is_read_as_it_was_written() -> None:
    assert Decoder().decode(on_wall(code("Straße 5, Größe"))).texts == ("Straße 5, Größe",)


def test_the_first_pass_signs_what_it_read_and_says_where() -> None:
    (reading,) = Decoder().decode(on_wall(code(), left=500, top=200)).readings
    assert reading.by == "zxing"
    expected = [(524, 224), (650, 224), (650, 350), (524, 350)]
    assert np.allclose(reading.corners, expected, atol=2)


@pytest.mark.parametrize("kind", ["speckled", "almost black", "badly out of focus"])
def test_a_harder_pass_says_where_the_code_is_in_the_original(kind: str) -> None:
    (reading,) = Decoder(budget_ms=None).decode(READABLE[kind]).readings
    assert reading.by != "zxing"
    expected = [(524, 224), (650, 224), (650, 350), (524, 350)]
    assert np.allclose(reading.corners, expected, atol=6)


def test_every_pass_leads_back_to_the_original() -> None:
    from scanner.qr.passes import FIRST
    from scanner.qr.readers import readers

    picture = on_wall(code(module=9), left=300, top=150)
    middle = (300 + 130, 150 + 130)
    idle = (
        "steady",
        "redrawn",
        "again",
    )  # undo what is not there, or want a code that fills the picture
    for one in (*FIRST, *(each for each in HARDER if not each.name.endswith(idle))):
        prepared = next(one.prepared(picture))
        assert prepared is not None
        (found,) = readers()[one.reader](prepared.pixels)
        corners = np.array(prepared.at_home(found.corners))
        assert np.allclose(corners.mean(axis=0), middle, atol=9), one.by


def test_preparing_a_picture_leaves_the_original_as_it_was() -> None:
    picture = on_wall(code())
    before = picture.copy()
    for one in HARDER:
        assert list(one.prepared(picture))
    assert np.array_equal(picture, before)


def test_all_three_libraries_are_here() -> None:
    assert available() == (Library.ZXING, Library.ZBAR, Library.WECHAT)


@pytest.mark.parametrize("library", ["zxing", "zbar", "wechat"])
def test_a_missing_library_is_left_out(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(monkeypatch, library)
    assert Library(library) not in available()
    assert Decoder().decode(on_wall(code())).texts == (SERIAL,)


@pytest.mark.parametrize("library", ["zxing", "zbar", "wechat"])
def test_each_library_alone_reads_a_good_code(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in set(MISSING) - {library}:
        take_away(monkeypatch, other)
    assert Decoder().libraries == (Library(library),)
    (reading,) = Decoder().decode(on_wall(code())).readings
    assert (reading.text, reading.by) == (SERIAL, library)


def test_without_any_library_the_decoder_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for library in MISSING:
        take_away(monkeypatch, library)
    with pytest.raises(NoDecoder, match="install zxing-cpp"):
        Decoder()


def test_zbars_guess_at_a_character_set_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(monkeypatch, "zxing")
    take_away(monkeypatch, "wechat")
    assert Decoder().decode(on_wall(code("Größe".encode()))).readings == ()


def test_the_pass_that_worked_last_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(name: str, answer: Callable[[Pixels], list[Found]]) -> Reader:
        def read(grey: Pixels) -> list[Found]:
            asked.append(name)
            return answer(grey)

        return read

    monkeypatch.setattr(
        decoder_module,
        "readers",
        lambda: {"zxing": noting("zxing", unread), "wechat": noting("wechat", saying("T"))},
    )
    decoder = Decoder(budget_ms=None)
    picture = np.zeros((100, 100), np.uint8)
    decoder.decode(picture)
    assert len(asked) > 2
    asked.clear()
    decoder.decode(picture)
    assert asked[:2] == ["zxing", "wechat"]


def test_a_frame_takes_no_longer_than_its_budget_and_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    names = ("zxing", "zxing global", "zbar", "wechat")
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {name: working(clock, 8, unread) for name in names}
    )
    decoder = Decoder(budget_ms=33, clock=clock)
    for _ in range(20):
        spent = decoder.decode(np.zeros((100, 100), np.uint8)).spent_ms
        assert 33 - 8 <= spent <= 33 + 8


def test_a_pass_of_many_steps_is_left_off_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()

    def steps(grey: Pixels) -> Iterator[Prepared | None]:
        for _ in range(1000):
            clock.now += 0.002
            yield None
        yield Prepared(grey)

    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": working(clock, 1, unread)})
    long = (Pass("zxing", "steps", steps, 1.0),)
    monkeypatch.setattr(decoder_module, "CLOSE", long)
    monkeypatch.setattr(decoder_module, "HARDER", (*HARDER, *long))
    spent = Decoder(budget_ms=33, clock=clock).decode(np.zeros((100, 100), np.uint8)).spent_ms
    assert 33 - 2 * STEP_MS <= spent < 33.5


def test_a_pass_that_was_far_too_slow_is_left_out_of_the_next_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    reads = {"zxing": working(clock, 0.5, unread), "wechat": working(clock, 900, unread)}
    monkeypatch.setattr(decoder_module, "readers", lambda: reads)
    decoder = Decoder(budget_ms=33, clock=clock)
    spent = [decoder.decode(np.zeros((100, 100), np.uint8)).spent_ms for _ in range(30)]
    assert sum(ms > 33 for ms in spent) == 4  # it has four passes: each was tried once
    assert max(spent[4:]) < 33


def test_an_empty_view_costs_little_more_than_the_first_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    names = ("zxing", "zxing global", "zbar", "wechat")
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {name: working(clock, 4, nothing) for name in names}
    )
    decoder = Decoder(budget_ms=33, clock=clock)
    decoder.decode(np.zeros((100, 100), np.uint8))
    begun = clock.now
    for _ in range(300):
        decoder.decode(np.zeros((100, 100), np.uint8))
    assert (clock.now - begun) * 1e3 / 300 <= 1.3 * 4


def slow_reader_of_bright_pictures(clock: Clock) -> dict[str, Reader]:
    def answer(grey: Pixels) -> list[Found]:
        return saying("T")(grey) if grey.mean() > 128 else []

    return {"zxing": working(clock, 0.5, nothing), "wechat": working(clock, 2, answer)}


def plain_view(level: int) -> Pixels:
    return np.full((100, 100), level, np.uint8)


def test_a_view_in_which_nothing_is_recognised_is_looked_at_harder_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: slow_reader_of_bright_pictures(clock))
    decoder = Decoder(budget_ms=33, clock=clock)
    decoder.decode(plain_view(120))
    read = [bool(decoder.decode(plain_view(130)).texts) for _ in range(600)]
    assert not read[0]
    assert any(read)


def test_a_new_view_is_looked_at_harder_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: slow_reader_of_bright_pictures(clock))
    decoder = Decoder(budget_ms=33, clock=clock)
    for _ in range(5):
        decoder.decode(plain_view(60))
        assert decoder.decode(plain_view(200)).texts == ("T",)


def test_where_a_code_was_recognised_is_looked_at_first() -> None:
    picture = READABLE["small and out of focus"]
    decoded = Decoder().decode(picture)
    (reading,) = decoded.readings
    assert reading.by != "zxing"
    assert np.allclose(reading.corners, [(508, 208), (550, 208), (550, 250), (508, 250)], atol=3)


def test_what_two_passes_read_differently_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([nothing, saying("A"), saying("B")])

    def read(grey: Pixels) -> list[Found]:
        return next(answers, nothing)(grey)

    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": read})
    assert Decoder(budget_ms=None).decode(np.zeros((100, 100), np.uint8)).readings == ()


@pytest.mark.parametrize("like", [True, False])
def test_what_looks_like_a_code_is_given_a_whole_frames_time_whenever_it_moved(
    like: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": working(clock, 3, nothing)})
    monkeypatch.setattr(decoder_module, "likely_code", lambda grey, dense: like)
    decoder = Decoder(budget_ms=24, clock=clock)
    moving = [decoder.decode(plain_view(90 + 4 * number)) for number in range(6)][1:]
    assert all(each.code_like == like for each in moving)
    assert all((each.spent_ms > 18) == like for each in moving)
    still = [decoder.decode(plain_view(110)) for _ in range(6)]
    assert all(each.code_like == like for each in still)
    assert all(each.spent_ms < 6 for each in still)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (20, 1), (21, 21), (22, 600)])
@pytest.mark.parametrize("budget_ms", [FRAME_BUDGET_MS, None])
def test_a_strip_of_any_size_is_looked_at_in_vain(
    size: tuple[int, int], budget_ms: float | None
) -> None:
    strip = ((np.indices(size) // 3).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert Decoder(budget_ms).decode(strip).texts == ()


def test_a_picture_is_worth_seconds_and_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {"zxing": working(clock, PATIENCE_MS / 3, unread)}
    )
    Decoder(None, clock).decode(np.zeros((100, 100), np.uint8))
    assert clock.now * 1e3 <= 5 * PATIENCE_MS / 3
