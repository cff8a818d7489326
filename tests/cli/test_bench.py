import json
from pathlib import Path

import cv2
import pytest

from scanner.bench.contestants import PRODUCT, ZXING
from tests.cli.program import Program
from tests.qr.pictures import SERIAL, code, on_wall

NONE = ("--frames", "0", "--empties", "0")


@pytest.mark.parametrize("words", [["decode"], ["gate-way"], ["stream"]], ids=" ".join)
def test_every_measurement_has_help_with_an_example(program: Program, words: list[str]) -> None:
    assert f"Example: scanner bench {words[0]}" in program.says("bench", *words, "--help")


def test_the_gate_way_is_told_for_programs(program: Program) -> None:
    facts = json.loads(program.says("bench", "gate-way", "--frames", "10", "--json"))
    assert facts["frames"] == 10
    assert 0 < facts["p50_ms"] <= facts["p95_ms"]
    assert set(facts) == {"frames", "verdicts", "p50_ms", "p95_ms", "idle_share"}


def test_a_stream_is_shown_to_this_program_and_to_zxing(program: Program) -> None:
    facts = json.loads(program.says("bench", "stream", "--streams", "1", "--json"))
    assert list(facts) == [PRODUCT, ZXING]
    for lines in facts.values():
        assert list(lines) == ["0.2", "all"]
        assert lines["all"]["missed"] == 0
        assert 0 < lines["all"]["p95_ms"] < 3000


def test_the_table_names_every_decoder(program: Program, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), on_wall(code()))
    (tmp_path / "one.txt").write_text(SERIAL)
    said = program.says("bench", "decode", "--photos", str(tmp_path), *NONE)
    assert "Photographs: 1 codes" in said
    assert "Gate frames" not in said
    for name in (
        "scanner, 33 ms",
        "scanner, all codes",
        "zxing, all tries",
        "zbar",
        "wechat",
        "OpenCV Aruco",
    ):
        assert name in said


def test_wrong_readings_are_counted_in_frames_without_a_code(program: Program) -> None:
    said = program.says("bench", "decode", "--frames-without-code", "2")
    assert "2 frames without a code, with every kind of code on" in said
    assert "wrong readings    0" in said


def test_a_folder_without_photographs_is_one_sentence(program: Program, tmp_path: Path) -> None:
    said = program.complains("bench", "decode", "--photos", str(tmp_path), "--frames", "0")
    assert "holds no picture" in said


def test_a_folder_that_cannot_be_used_is_one_sentence(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = program.complains("bench", "memory", "--folder", str(tmp_path / "file" / "below"))
    assert said.endswith("choose another with --folder.")
