import threading
import time
from collections.abc import Iterator

import pytest

from scanner.admission.serial import LooksLike
from scanner.facts import Fact
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame
from scanner.scanning.camera_source import CameraSource
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.scan_source import FrameSource, SourceState, SourceStatus
from scanner.stage.synthetic import SyntheticCamera
from scanner.wording.sentences import sentence
from tests.scanning.feigned import Film, Scripted, frame

LIMIT = 30.0
MADE: list[CameraSource] = []


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().stop()


class Heard:
    """What a pipeline handed on."""

    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.by: list[str] = []
        self.notices: list[Fact] = []
        self.threads: set[str] = set()

    def payload(self, payload: str, by: str) -> None:
        self.payloads.append(payload)
        self.by.append(by)
        self.threads.add(threading.current_thread().name)


def made(pipeline: CameraSource) -> CameraSource:
    MADE.append(pipeline)
    return pipeline


def run(pipeline: CameraSource) -> Heard:
    heard = Heard()
    made(pipeline).start(heard.payload, heard.notices.append)
    assert pipeline.wait_finished(LIMIT)
    return heard


def test_patrons_before_the_demo_camera_are_each_presented_once() -> None:
    patrons = ["DAWIER-BACK75580348", "DAWIER-BACK75580348", "GALA26-HALL00000001", "x" * 60]
    pipeline = CameraSource(lambda: SyntheticCamera(patrons, seed=3), Decoder())
    heard = run(pipeline)
    assert heard.payloads == patrons
    assert set(heard.by) <= {"zxing", "zxing double", "zxing median"}
    counts = pipeline.counts()
    assert counts.presentations == 4
    assert counts.frames_read == counts.frames_decoded
    assert sum(counts.reads_by.values()) >= 4


def test_start_returns_before_anything_is_read() -> None:
    gate = threading.Event()
    film = Film([frame(0)], before=lambda: gate.wait(LIMIT))
    pipeline = made(CameraSource(lambda: film, Scripted(lambda _: ["A"])))
    heard = Heard()
    pipeline.start(heard.payload, heard.notices.append)
    assert heard.payloads == []
    gate.set()
    assert pipeline.wait_finished(LIMIT)
    assert heard.payloads == ["A"]


def test_payloads_come_from_the_decoding_thread() -> None:
    heard = run(CameraSource(lambda: Film([frame(0)]), Scripted(lambda _: ["A"])))
    assert heard.threads == {"decoding"}


def test_two_codes_in_view_are_said_and_not_judged() -> None:
    film = Film(frame(number) for number in range(20))
    heard = run(CameraSource(lambda: film, Scripted(lambda _: ["A", "B"])))
    assert (heard.payloads, heard.notices) == ([], [Fact(SourceStatus.TWO_CODES)])


def test_a_code_beside_a_ticket_is_named_by_what_it_looks_like() -> None:
    film = Film(frame(number) for number in range(20))
    read = ["WIFI:S:house;P:secret;;", "DAWIER-BACK75580348"]
    heard = run(CameraSource(lambda: film, Scripted(lambda _: read)))
    assert {*heard.payloads} == {"DAWIER-BACK75580348"}  # again and again, while it is in view
    named = Fact(SourceStatus.BESIDE_TICKET, {"what": Fact(LooksLike.WIFI_CODE)})
    assert heard.notices == [named]
    assert sentence(named) == "The other code in view is no ticket: a Wi-Fi code."


def test_a_frame_that_breaks_the_decoder_does_not_blind_the_gate() -> None:
    def script(number: int) -> list[str]:
        if number == 1:
            raise RuntimeError("?")
        return ["A"] if number == 2 else []

    heard = run(CameraSource(lambda: Film(frame(number) for number in range(4)), Scripted(script)))
    assert heard.payloads == ["A"]


def test_a_source_that_can_not_be_opened_is_a_fact_in_the_state() -> None:
    def opener() -> FrameSource:
        raise NoPictures(PictureFault.ABSENT, file="tickets.avi")

    pipeline = CameraSource(opener, Scripted(lambda _: []))
    run(pipeline)
    absent = Fact(PictureFault.ABSENT, {"file": "tickets.avi"})
    assert pipeline.state() == SourceState(running=False, fact=absent)


def test_a_pipeline_that_never_ran_is_off_and_can_be_stopped() -> None:
    pipeline = CameraSource(lambda: Film([]), Scripted(lambda _: []))
    pipeline.stop()
    pipeline.stop()
    assert pipeline.state() == SourceState(running=False, fact=Fact(SourceStatus.OFF))


def test_a_running_pipeline_says_what_is_looking_and_gives_the_camera_back() -> None:
    """Its single frame is dark, but one frame is too few for a hint."""
    over = threading.Event()

    def frames() -> Iterator[Frame]:
        yield frame(0)
        over.wait(LIMIT)

    film = Film(frames(), live=True)
    pipeline = made(CameraSource(lambda: film, Scripted(lambda _: [])))
    pipeline.start(lambda *_: None, lambda _: None)
    end = time.monotonic() + LIMIT
    while not pipeline.counts().frames_decoded:
        assert time.monotonic() < end
        threading.Event().wait(0.002)
    looking = Fact(SourceStatus.LOOKING, {"name": "Film"})
    assert pipeline.state() == SourceState(running=True, fact=looking)
    over.set()
    pipeline.stop()
    assert film.closed.is_set()
    assert pipeline.counts().frames_read >= pipeline.counts().frames_decoded >= 1


def test_a_pipeline_can_be_started_again() -> None:
    pipeline = CameraSource(lambda: Film([frame(0, at=0.0)]), Scripted(lambda _: ["A"]))
    run(pipeline)
    heard = Heard()
    pipeline.start(heard.payload, heard.notices.append)
    assert pipeline.wait_finished(LIMIT)
    assert pipeline.counts().frames_read == 2
