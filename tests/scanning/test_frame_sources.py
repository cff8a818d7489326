import errno
import os
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.facts import Fact
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.devices import Camera
from scanner.scanning.errors import CameraAway, CameraFault, NoPictures, PictureFault
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.frame_sources import open_source
from scanner.scanning.picture_files import SECONDS_SHOWN
from scanner.scanning.picture_pages import LONGEST, SECONDS_A_PICTURE
from scanner.scanning.presentation import Presentation
from scanner.scanning.scan_source import FrameSource, SourceName
from scanner.wording.sentences import in_english
from tests.qr.pictures import code, on_wall

RATE = 25.0


def film(file: Path, pictures: list[Pixels]) -> Path:
    height, width = pictures[0].shape
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (width, height))
    assert writer.isOpened()
    for picture in pictures:
        writer.write(np.repeat(picture[:, :, None], 3, axis=2))
    writer.release()
    return file


def grey(level: int) -> Pixels:
    return np.full((120, 160), level, np.uint8)


def all_of(source: FrameSource) -> list[Frame]:
    frames = []
    while frame := source.read():
        frames.append(frame)
    source.close()
    return frames


def test_a_video_is_read_frame_by_frame_in_its_own_time(tmp_path: Path) -> None:
    levels = [4 * number for number in range(60)]
    source = open_source(str(film(tmp_path / "a.avi", [grey(x) for x in levels])), as_fast=True)
    begun = time.monotonic()
    frames = all_of(source)
    assert time.monotonic() - begun < len(levels) / RATE
    assert [frame.number for frame in frames] == list(range(60))
    assert [round(float(frame.pixels.mean())) for frame in frames] == pytest.approx(levels, abs=3)
    assert np.diff([frame.at for frame in frames]) == pytest.approx(1 / RATE, abs=1e-6)
    assert frames[0].pixels.shape == (120, 160, 3)
    assert not source.live


def test_a_video_at_its_own_speed_takes_its_time(tmp_path: Path) -> None:
    source = open_source(str(film(tmp_path / "a.avi", [grey(9)] * 10)))
    begun = time.monotonic()
    frames = all_of(source)
    assert source.live
    assert len(frames) == 10
    assert time.monotonic() - begun >= 9 / RATE - 0.02
    assert all(frame.at <= time.monotonic() for frame in frames)


def test_a_code_in_a_video_is_read_and_presented_once(tmp_path: Path) -> None:
    empty, shown = np.full((720, 1280), 120, np.uint8), on_wall(code())
    file = film(tmp_path / "gate.avi", [empty, *[shown] * 4, empty])
    processor = FrameProcessor(Decoder())
    events = [
        e
        for frame in all_of(open_source(str(file), as_fast=True))
        for e in processor.process(frame)
    ]
    assert events == [Presentation("DAWIER-BACK75580348", "zxing")]


def test_a_folder_of_pictures_is_shown_in_order_each_a_presentation(tmp_path: Path) -> None:
    for name, payload in (("2.png", "B"), ("1.jpg", "A"), ("3.PNG", "B"), ("4.webp", "C")):
        cv2.imwrite(str(tmp_path / name), on_wall(code(payload)))
    (tmp_path / "5.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture")
    source = open_source(str(tmp_path), as_fast=True)
    processor = FrameProcessor(Decoder())
    events = [event for frame in all_of(source) for event in processor.process(frame)]
    assert [event.payload for event in events if isinstance(event, Presentation)] == list("ABBC")
    assert source.name == Fact(SourceName.FOLDER, {"file": tmp_path.name})


def test_one_picture_is_one_frame(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "t.png"), on_wall(code()))
    (frame,) = all_of(open_source(str(tmp_path / "t.png")))
    assert Decoder().decode(frame.pixels).texts == ("DAWIER-BACK75580348",)


def refused(spec: Path) -> Fact:
    with pytest.raises(NoPictures) as caught:
        open_source(str(spec))
    return caught.value.fact


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "none.avi"
    fact = refused(missing)
    assert fact == Fact(PictureFault.ABSENT, {"file": missing})
    expected = f"{missing} is not there; give a camera's number, a file or a folder."
    assert in_english(fact) == expected


@pytest.mark.parametrize("name", ["bad.avi", "bad.mp4", "no-ending"])
def test_a_damaged_video_is_said_and_nothing_else_is_written(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"RIFF0000AVI garbage" * 50)
    fact = refused(tmp_path / name)
    assert fact.code == PictureFault.UNREADABLE
    assert in_english(fact).endswith("is a video, but can't be read; choose another.")
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_no_picture_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"garbage" * 50)
    bad = tmp_path / "bad.png"
    assert refused(bad).code == PictureFault.UNREADABLE
    assert capfd.readouterr() == ("", "")


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path) == Fact(PictureFault.FOLDER_EMPTY, {"file": tmp_path})


@pytest.mark.parametrize("spec", ["97", "/dev/video97"])
def test_a_camera_that_is_not_there_is_said(spec: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraAway) as caught:
        open_source(spec)
    expected = "Camera 97 is not there; plug it in, or choose another with --camera."
    assert in_english(caught.value.fact) == expected
    assert capfd.readouterr() == ("", "")


def test_a_folder_before_a_gates_screen_gives_each_picture_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(tmp_path / name), grey(90))
    source = open_source(str(tmp_path))
    monkeypatch.setattr(threading.Event, "wait", lambda _, seconds: waited.append(seconds))
    assert len(list(iter(source.read, None))) == 3
    assert waited == [SECONDS_SHOWN, SECONDS_SHOWN]


@pytest.mark.parametrize("name", ["ticket.png", "film.mp4"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(NoPictures, match=PictureFault.NO_FILE):
        open_source(str(tmp_path / name))


def test_a_name_that_is_no_utf8_is_no_trouble_for_a_picture_and_is_said_of_a_video(
    tmp_path: Path,
) -> None:
    named = tmp_path / os.fsdecode(b"\xff.png")
    cv2.imwrite(str(tmp_path / "a.png"), code("A"))
    (tmp_path / "a.png").rename(named)
    (frame,) = all_of(open_source(str(named)))
    assert Decoder().decode(frame.pixels).texts == ("A",)
    film(tmp_path / "a.avi", [grey(9)]).rename(tmp_path / os.fsdecode(b"\xff.avi"))
    with pytest.raises(NoPictures, match=PictureFault.NAME_NOT_UTF8):
        open_source(str(tmp_path / os.fsdecode(b"\xff.avi")))


@pytest.mark.parametrize("paper", [0, 255])
def test_a_code_drawn_by_transparency_alone_is_read(tmp_path: Path, paper: int) -> None:
    modules = code("A", dark=0, light=255)
    colour = np.full_like(modules, paper)
    cover = 255 - modules if paper == 0 else modules
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([colour, colour, colour, cover]))
    (frame,) = all_of(open_source(str(tmp_path / "a.png")))
    assert Decoder().decode(frame.pixels).texts == ("A",)


def test_a_picture_larger_than_can_be_looked_at_is_shrunk(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((100, 20_000), np.uint8))
    (frame,) = all_of(open_source(str(tmp_path / "a.png")))
    assert frame.pixels.shape == (81, LONGEST, 3)


def test_a_file_in_a_folder_that_is_shut_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: bool) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(NoPictures, match=PictureFault.NOT_PERMITTED):
        open_source(str(tmp_path / "film.mp4"))


def test_a_name_longer_than_any_is_not_there() -> None:
    with pytest.raises(NoPictures, match=PictureFault.ABSENT):
        open_source("x" * 300 + ".mp4")


@pytest.mark.parametrize("spec", ["1-8:1.0", "Webcam v2.0"])
def test_a_camera_whose_name_or_place_has_a_dot_is_no_file(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [Camera(7, "Webcam v2.0", "1-8:1.0", usable=True)]
    monkeypatch.setattr("scanner.scanning.frame_sources.list_cameras", lambda: list(there))
    with pytest.raises(CameraAway, match=f"{CameraFault.ABSENT} name=Webcam"):
        open_source(spec)  # this machine has no such device; but it was found in the list
    there.clear()
    with pytest.raises(CameraAway, match=CameraFault.UNKNOWN):
        open_source(spec)


def test_a_folder_in_which_nothing_can_be_read_is_said(tmp_path: Path) -> None:
    for name in ("a.png", "b.jpg"):
        (tmp_path / name).write_bytes(b"no picture")
    source = open_source(str(tmp_path))
    with pytest.raises(NoPictures, match=PictureFault.FOLDER_UNREADABLE):
        source.read()
    source.close()
    assert source.read() is None


def test_each_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    file = str(tmp_path / "tickets.tif")
    pages = [grey(level) for level in (50, 100, 150)]
    assert cv2.imwritemulti(file, pages)
    frames = all_of(open_source(file, as_fast=True))
    assert [round(float(frame.pixels.mean())) for frame in frames] == [50, 100, 150]
    assert np.diff([frame.at for frame in frames]) == pytest.approx(SECONDS_A_PICTURE)
