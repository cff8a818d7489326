import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scanner.qr.decoder import Decoder
from scanner.qr.frame import Pixels
from scanner.scanning import picture_pages
from scanner.scanning.decode_files import read_file
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.frame_sources import open_source
from scanner.scanning.picture_pages import LONGEST, SECONDS_A_PICTURE, pages_of
from scanner.scanning.presentation import Presentation
from scanner.wording.sentences import in_english
from tests.qr.pictures import code, on_wall
from tests.scanning.files import HEIC, animated, saved

BLANK = np.full_like(code("A"), 200)


def written(folder: Path, data: bytes, name: str = "ticket") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def read(folder: Path, data: bytes, name: str = "ticket") -> tuple[str, ...]:
    return read_file(written(folder, data, name)).payloads


def colour(grey: Pixels) -> Pixels:
    return np.repeat(grey[:, :, None], 3, axis=2)


def sentence_of(file: Path) -> str:
    with pytest.raises(NoPictures) as caught:
        read_file(file)
    return in_english(caught.value.fact)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000"])
def test_a_picture_is_read_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    data = saved(colour(code("A")), kind)
    assert read(tmp_path, data, "ticket.pdf") == ("A",)


def test_a_heic_picture_is_read_and_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, HEIC, "photo.jpg")
    assert read_file(file).payloads == ("H",)
    picture_pages._takes_heic.cache_clear()
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    try:
        assert sentence_of(file) == f"{file} is a HEIC picture; install scanner[heic] to read it."
    finally:
        picture_pages._takes_heic.cache_clear()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [1 / 1000, 1 / 20])
def test_a_picture_that_lacks_its_end_is_read_as_far_as_it_goes(
    tmp_path: Path, kind: str, share: float
) -> None:
    data = saved(colour(on_wall(code("A"), top=100)), kind)
    assert read(tmp_path, data[: -max(1, int(len(data) * share))]) == ("A",)


@pytest.mark.parametrize("settings", [{"lossless": True}, {"exif": b"Exif\0\0" + bytes(99)}])
def test_a_webp_with_further_chunks_or_no_loss_may_lack_its_end_too(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    data = saved(np.dstack([colour(code("A")), code("A")]), "WEBP", **settings)
    for lacking in (1, 2, 5):
        assert read(tmp_path, data[:-lacking]) == ("A",)


def test_a_picture_of_which_hardly_anything_came_is_no_crash(tmp_path: Path) -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000"):
        data = saved(colour(code("A", module=2)), kind)
        for kept in (16, len(data) // 2):
            try:
                assert read(tmp_path, data[:kept]) in ((), ("A",))
            except NoPictures as error:
                assert error.fact.code in (PictureFault.UNREADABLE, PictureFault.NOT_A_PICTURE)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_later_frames_of_an_animation_are_read(tmp_path: Path, kind: str) -> None:
    frames = [colour(BLANK), colour(code("A")), colour(code("B"))]
    data = animated(frames, kind, duration=[200, 300, 300])
    assert read(tmp_path, data, "ticket.png") == ("A", "B")


def test_a_code_that_an_animation_shows_in_many_frames_is_one_presentation(tmp_path: Path) -> None:
    frames = [colour(code("A")) // step for step in (1, 2, 1, 2, 1)]
    file = written(tmp_path, animated(frames, "GIF", duration=80), "ticket.gif")
    source, processor = open_source(str(file), as_fast=True), FrameProcessor(Decoder())
    seen = list(iter(source.read, None))
    assert len(seen) == len(frames)
    assert np.diff([frame.at for frame in seen]) == pytest.approx(0.08)
    events = [event for frame in seen for event in processor.process(frame)]
    assert events == [Presentation("A", "zxing")]


def test_an_animations_frames_that_are_alike_are_looked_at_once(tmp_path: Path) -> None:
    frames = [BLANK, BLANK, code("A"), code("A"), BLANK]
    data = animated([colour(each) for each in frames], "WEBP", duration=100, lossless=True)
    assert [page.seconds for page in pages_of(written(tmp_path, data))] == [
        SECONDS_A_PICTURE,
        pytest.approx(0.2),
        pytest.approx(0.2),
    ]


def over(ink: int, *, banner: int | None = None) -> Pixels:
    """Draw a code in one colour on a transparent ground, beside an opaque banner."""
    modules = code("A", dark=0, light=255)
    cover = 255 - modules if ink < 128 else modules
    drawn = np.dstack([np.full((*modules.shape, 3), ink, np.uint8), cover])
    if banner is None:
        return drawn
    strip = np.full((40, drawn.shape[1], 4), 255, np.uint8)
    strip[:, :, :3] = (banner, 90, 140)
    return np.vstack([strip, drawn])


@pytest.mark.parametrize("ink", [0, 40, 215, 255])
@pytest.mark.parametrize("banner", [None, 0, 255])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_code_on_a_transparent_ground_is_read_in_dark_and_in_light_ink(
    tmp_path: Path, ink: int, banner: int | None, kind: str
) -> None:
    assert read(tmp_path, saved(over(ink, banner=banner), kind)) == ("A",)


def test_both_grounds_of_a_transparent_picture_are_one_presentation(tmp_path: Path) -> None:
    grey = np.dstack([colour(code("A", dark=70, light=190)), np.full_like(code("A"), 200)])
    file = written(tmp_path, saved(grey, "PNG"))
    source, processor = open_source(str(file), as_fast=True), FrameProcessor(Decoder())
    frames = list(iter(source.read, None))
    assert len(frames) == 2
    events = [event for frame in frames for event in processor.process(frame)]
    assert events == [Presentation("A", "zxing")]


@pytest.mark.parametrize("bits", [16, 14, 12, 10])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_of_16_bits_a_channel_is_read_however_much_of_them_it_uses(
    tmp_path: Path, bits: int, suffix: str, channels: int
) -> None:
    levels = (code("A").astype(np.uint16) * 257) >> (16 - bits)
    file = tmp_path / f"ticket{suffix}"
    cv2.imwrite(str(file), np.dstack([levels] * channels))
    assert read_file(file).payloads == ("A",)


def png(width: int, height: int) -> bytes:
    """Give a PNG whose head claims so many pixels, with hardly any in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (20_000, 15_000), (2**31 - 1, 1)])
def test_a_picture_that_claims_to_be_larger_than_any_is_refused_before_it_is_unpacked(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    file = written(tmp_path, png(*size))
    words = f"{file} is a PNG picture, but too large; save it with fewer pixels."
    assert sentence_of(file) == words


def test_an_animation_ends_at_its_limit_and_what_was_read_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_pages, "MOST_PICTURES", 2)
    frames = [colour(each) for each in (BLANK, code("A"), code("B"))]
    decoded = read_file(written(tmp_path, animated(frames, "GIF", duration=100)))
    assert decoded.payloads == ("A",)
    assert decoded.fault
    assert in_english(decoded.fault).endswith("ticket only 2 pictures could be read.")


def test_all_pictures_of_a_file_together_have_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_pages, "MOST_PIXELS_IN_ALL", 2 * BLANK.size)
    frames = [colour(each) for each in (BLANK, code("A"), code("B"))]
    decoded = read_file(written(tmp_path, animated(frames, "GIF", duration=100)))
    assert decoded.fault and decoded.payloads == ("A",)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_larger_than_can_be_looked_at_is_shrunk_and_read(
    tmp_path: Path, kind: str
) -> None:
    large = code("A", module=150)
    (page,) = pages_of(written(tmp_path, saved(large, kind)))
    assert page.pixels.size <= 3 * picture_pages.LARGEST
    assert max(page.pixels.shape) <= LONGEST
    assert Decoder().decode(page.pixels).texts == ("A",)


def test_what_a_phone_adds_to_a_photograph_is_no_further_picture(tmp_path: Path) -> None:
    data = animated([colour(code("A")), colour(code("B"))], "MPO")
    assert read(tmp_path, data, "photo.jpg") == ("A",)
