import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scanner.admission.serial import LooksLike
from scanner.facts import Fact
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Pixels
from scanner.scanning.decode_files import files_in, read_file
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.scan_source import SourceStatus
from tests.cli.program import Program
from tests.qr.pictures import SERIAL, beside, code, on_wall, symbol


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "pictures"
    below.mkdir()
    cv2.imwrite(str(below / "a.png"), on_wall(code()))
    cv2.imwrite(str(below / "b.png"), np.full((200, 300), 90, np.uint8))
    return below


def film(file: Path) -> Path:
    """Write a film in which a second ticket follows the first."""
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1280, 720))
    for text in (SERIAL, "OTHERR-GATE00000001"):
        for _ in range(2):
            writer.write(cv2.cvtColor(on_wall(code(text)), cv2.COLOR_GRAY2BGR))
    writer.release()
    return file


def test_a_folder_gives_one_line_a_file(program: Program, folder: Path) -> None:
    first, second = map(json.loads, program.says("decode", str(folder), "--json").splitlines())
    assert first["file"] == str(folder / "a.png")
    assert (first["payloads"], first["by"]) == ([SERIAL], ["zxing"])
    assert first["ms"] > 0
    assert (second["payloads"], second["by"]) == ([], [])
    assert set(first) == {"file", "payloads", "ms", "by", "notes"}


def test_a_video_is_read_frame_by_frame(program: Program, tmp_path: Path) -> None:
    said = json.loads(program.says("decode", str(film(tmp_path / "film.avi")), "--json"))
    assert said["payloads"] == [SERIAL, "OTHERR-GATE00000001"]


def test_without_json_it_is_told_in_words(program: Program, folder: Path) -> None:
    first, second = program.says("decode", str(folder)).splitlines()
    assert f"a.png: {SERIAL} (by zxing)" in first
    assert "b.png: no code was read" in second


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    program: Program, folder: Path
) -> None:
    done = program.run("decode", str(folder / "gone.png"), str(folder / "a.png"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["payloads"] == [SERIAL]
    assert done.stderr.decode().count("\n") == 1
    assert "gone.png is not there" in done.stderr.decode()


def test_a_file_whose_name_is_a_number_is_no_camera(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "0").write_bytes(b"nothing of a video")
    assert "is a text file" in program.complains("decode", "0")


def test_a_folder_without_pictures_is_one_sentence(program: Program, tmp_path: Path) -> None:
    assert "holds no pictures or videos" in program.complains("decode", str(tmp_path))


def test_a_hostile_name_is_told_as_text(program: Program, folder: Path) -> None:
    hostile = folder / os.fsdecode(b"\x1b[2J\xff.png")
    (folder / "a.png").rename(hostile)
    done = program.run("decode", str(folder))
    assert b"\x1b" not in done.stdout
    assert SERIAL in done.stdout.decode()
    said = json.loads(program.says("decode", str(hostile), "--json"))
    assert said["file"].endswith("\x1b[2J\N{REPLACEMENT CHARACTER}.png")


def test_a_pipe_and_a_folder_with_a_pictures_name_are_not_waited_for(
    program: Program, folder: Path
) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()
    done = program.run("decode", str(folder), "--json")
    assert done.returncode == 1
    assert "pipe.png is no file" in done.stderr.decode()
    assert done.stderr.decode().count("\n") == 1
    assert len(done.stdout.splitlines()) == 2


def test_an_empty_folder_and_a_name_too_long_do_not_stop_the_others(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    named = str(tmp_path / "empty"), "x" * 300 + ".png", str(folder / "a.png")
    done = program.run("decode", *named, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["payloads"] == [SERIAL]
    empty, long = done.stderr.decode().splitlines()
    assert "empty holds no pictures or videos" in empty
    assert "xx.png is not there" in long


def test_what_may_not_be_read_is_said_and_the_rest_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut, scandir, access = folder / "shut", os.scandir, os.access

    def refuse(path: str) -> Any:
        if str(path) == str(shut):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    shut.mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: path != shut and access(path, mode))
    assert files_in(folder) == [folder / "a.png", folder / "b.png", shut]
    with pytest.raises(NoPictures, match=f"{PictureFault.DECODE_NOT_PERMITTED} file={shut}"):
        read_file(shut)


def test_a_file_that_may_not_be_read_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(NoPictures, match=PictureFault.DECODE_NOT_PERMITTED):
        read_file(folder / "a.png")


def test_json_is_plain_ascii_whatever_a_payload_holds(program: Program, tmp_path: Path) -> None:
    file = str(tmp_path / "a.png")
    cv2.imwrite(file, on_wall(code("票\u202e\x1b[2J")))
    said = program.says("decode", file, "--json")
    assert said.isascii()
    assert json.loads(said)["payloads"] == ["票\u202e\x1b[2J"]


def test_a_payload_that_the_terminal_can_not_show_has_question_marks(
    program: Program, tmp_path: Path
) -> None:
    file = str(tmp_path / "a.png")
    cv2.imwrite(file, on_wall(code("票-1")))
    words = [sys.executable, "-m", "scanner", "decode", file]
    environment = program.environment(PYTHONIOENCODING="latin-1")
    done = subprocess.run(words, env=environment, capture_output=True, timeout=60, check=True)
    assert b"?-1 (by zxing)" in done.stdout


def drawn(folder: Path, name: str, pixels: Pixels) -> Path:
    file = folder / f"{name}.png"
    cv2.imwrite(str(file), pixels)
    return file


@pytest.mark.parametrize("kind", [Symbology.AZTEC, Symbology.DATA_MATRIX, Symbology.CODE_128])
def test_a_kind_that_is_on_is_read_and_one_that_is_off_is_named(
    kind: Symbology, tmp_path: Path
) -> None:
    file = drawn(tmp_path, kind, on_wall(symbol(kind, module=2)))
    on, off = read_file(file, (Symbology.QR, kind)), read_file(file)
    assert (on.payloads, on.by, on.notes) == ((SERIAL,), (f"zxing {kind}",), ())
    named = Fact(SourceStatus.OTHER_KIND, {"kind": kind.label, "codes": "QR"})
    assert (off.payloads, off.notes) == ((), (named,))


def test_a_ticket_comes_before_the_code_beside_it_and_that_is_named(tmp_path: Path) -> None:
    network = "WIFI:S:house;T:WPA;P:secret;;"
    file = drawn(tmp_path, "both", beside(code(network), code()))
    decoded = read_file(file)
    assert decoded.payloads == (SERIAL, network)
    named = Fact(SourceStatus.BESIDE_TICKET, {"what": Fact(LooksLike.WIFI_CODE)})
    assert decoded.notes == (named,)


def test_two_tickets_in_a_picture_are_both_read_without_a_note(tmp_path: Path) -> None:
    decoded = read_file(drawn(tmp_path, "two", beside(code(), code("OTHERR-GATE00000001"))))
    assert (set(decoded.payloads), decoded.notes) == ({SERIAL, "OTHERR-GATE00000001"}, ())


def test_the_codes_to_read_are_set_by_a_flag_and_notes_are_told_both_ways(
    program: Program, tmp_path: Path
) -> None:
    file = str(drawn(tmp_path, "aztec", on_wall(symbol(Symbology.AZTEC))))
    assert json.loads(program.says("decode", file, "--json", "--codes", "Aztec"))["payloads"] == [
        SERIAL
    ]
    words = "A code of another kind (Aztec): this gate reads QR."
    assert program.says("decode", file).strip().endswith(words)
    (note,) = json.loads(program.says("decode", file, "--json"))["notes"]
    assert (note["reason"], note["code"]) == (words, SourceStatus.OTHER_KIND)
