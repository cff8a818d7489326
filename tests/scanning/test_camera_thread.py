import threading
import time
from collections.abc import Callable, Iterator

import pytest

from scanner.facts import Fact
from scanner.qr.frame import Frame
from scanner.scanning.camera_thread import WAITING_FRAMES, CameraThread
from scanner.scanning.errors import CameraAway, CameraFault, NoPictures, PictureFault
from scanner.scanning.scan_source import SourceState, SourceStatus
from tests.scanning.feigned import Film, frame

LIMIT = 5.0
RUNNING: list[CameraThread] = []


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    while RUNNING:
        RUNNING.pop().stop()


def started(opener: Callable[[], Film], retry_seconds: float = 0.01) -> CameraThread:
    thread = CameraThread(opener, retry_seconds)
    RUNNING.append(thread)
    thread.start()
    return thread


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.002)


def all_of(thread: CameraThread) -> list[int]:
    numbers = []
    while not thread.exhausted:
        got = thread.next(LIMIT)
        if got:
            numbers.append(got.number)
    return numbers


def test_no_frame_of_a_file_is_dropped() -> None:
    thread = started(lambda: Film(frame(number) for number in range(200)))
    assert all_of(thread) == list(range(200))


def test_a_file_is_read_no_further_ahead_than_a_few_frames() -> None:
    thread = started(lambda: Film(frame(number) for number in range(200)))
    until(lambda: thread.frames_read >= WAITING_FRAMES + 1)
    assert thread.frames_read == WAITING_FRAMES + 1
    assert all_of(thread) == list(range(200))


def test_of_a_live_camera_only_the_newest_frame_is_kept() -> None:
    shown = threading.Event()

    def frames() -> Iterator[Frame]:
        yield from (frame(number) for number in range(50))
        shown.set()
        threading.Event().wait(0.05)

    thread = started(lambda: Film(frames(), live=True))
    assert shown.wait(LIMIT)
    newest = thread.next(LIMIT)
    assert newest is not None
    assert newest.number == 49


def test_a_camera_that_is_unplugged_says_so_and_comes_back() -> None:
    away = threading.Event()
    again = threading.Event()
    films = iter([Film([frame(0), CameraAway(CameraFault.UNPLUGGED, name="Camera 0")], live=True)])

    def opener() -> Film:
        film = next(films, None)
        if film:
            return film
        if not again.is_set():
            away.set()
            raise CameraAway(CameraFault.ABSENT, name="Camera 0")
        return Film([frame(7)], live=True, before=lambda: None)

    thread = started(opener)
    assert away.wait(LIMIT)
    absent = Fact(CameraFault.ABSENT, {"name": "Camera 0"})
    until(lambda: thread.state() == SourceState(running=False, fact=absent))
    again.set()
    until(lambda: thread.frames_read == 2)


def test_the_retry_comes_well_within_two_seconds() -> None:
    tries: list[float] = []

    def opener() -> Film:
        tries.append(time.monotonic())
        raise CameraAway(CameraFault.ABSENT, name="away")

    thread = CameraThread(opener)
    RUNNING.append(thread)
    thread.start()
    until(lambda: len(tries) >= 3)
    assert tries[2] - tries[1] < 1.0


def test_a_file_that_is_missing_is_not_tried_again() -> None:
    tries: list[int] = []

    def opener() -> Film:
        tries.append(1)
        raise NoPictures(PictureFault.ABSENT, file="it")

    thread = started(opener)
    until(lambda: thread.exhausted)
    absent = Fact(PictureFault.ABSENT, {"file": "it"})
    assert thread.state() == SourceState(running=False, fact=absent)
    assert tries == [1]


def test_a_fault_nobody_foresaw_ends_in_a_fact() -> None:
    def opener() -> Film:
        raise RuntimeError("?")

    thread = started(opener)
    until(lambda: thread.exhausted)
    assert thread.state().fact == Fact(SourceStatus.CAMERA_FAILED)


def test_stopping_closes_the_source() -> None:
    film = Film(frame(number % 200) for number in range(10**9))
    thread = started(lambda: film)
    until(lambda: thread.frames_read)
    thread.stop()
    assert film.closed.is_set()
    assert thread.next(0.0) is not None or thread.exhausted


def test_the_end_of_a_file_is_said() -> None:
    thread = started(lambda: Film([frame(0)]))
    assert all_of(thread) == [0]
    assert thread.state().fact == Fact(SourceStatus.ENDED, {"name": "Film"})
