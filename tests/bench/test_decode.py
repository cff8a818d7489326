import json
import os
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import pytest
from rich.console import Console

from scanner.bench import decode, decode_report
from scanner.bench.contestants import PRODUCT, PRODUCT_UNLIMITED, ZXING, Contestant, contestants
from scanner.bench.decode import (
    FalseReads,
    Photo,
    PictureResult,
    Score,
    measure,
    one_core,
    read_photos,
    same_text,
    score,
)
from scanner.bench.decode_report import Line, Report, run
from scanner.bench.gate_frames import LEVELS, codeless_frames
from scanner.bench.gate_way import measure as measure_way
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Pixels
from scanner.scanning.errors import NoPictures
from tests.qr.pictures import SERIAL, code, on_wall, symbol


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "hard"
    below.mkdir()
    for name, picture, text in (
        ("clear", on_wall(code()), f"{SERIAL}\n"),
        ("dark", on_wall(code(dark=2, light=12)), SERIAL),
        ("wall", np.full((300, 300), 90, np.uint8), ""),
    ):
        cv2.imwrite(str(below / f"{name}.png"), picture)
        (below / f"{name}.txt").write_text(text, encoding="utf-8")
    (below / "SOURCES.txt").write_text("where they are from", encoding="utf-8")
    return tmp_path


def saying(*texts: str) -> Contestant:
    return Contestant("someone", lambda: lambda grey: list(texts))


def test_photographs_come_with_their_texts_from_folders_below(folder: Path) -> None:
    photos = read_photos(folder)
    assert [each.name for each in photos] == ["hard/clear.png", "hard/dark.png", "hard/wall.png"]
    assert [each.text for each in photos] == [f"{SERIAL}\n", SERIAL, None]


def test_a_folder_without_photographs_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoPictures, match="no_photos"):
        read_photos(tmp_path)


def test_texts_are_the_same_however_their_lines_end() -> None:
    assert same_text("a\r\nb", "a\nb\n")
    assert not same_text("a", "b")
    assert not same_text("", None)


def test_another_text_is_wrong_and_so_is_any_where_there_is_none() -> None:
    picture = np.zeros((9, 9), np.uint8)
    photos = [Photo("a", picture, "A"), Photo("b", picture, "B"), Photo("none", picture, None)]
    found = measure([saying("A")], photos)["someone"]
    assert (found.codes, found.right, found.wrong) == (2, 1, 2)
    nobody = measure([saying()], photos)["someone"]
    assert (nobody.right, nobody.wrong, nobody.rate) == (0, 0, 0.0)


def test_a_score_tells_the_rate_at_each_level_and_the_times() -> None:
    outcomes = [
        PictureResult(n < 3, False, float(n), True, 0.2 if n < 4 else 0.5) for n in range(5)
    ]
    found = score("someone", outcomes)
    assert found.levels == {0.2: 0.75, 0.5: 0.0}
    assert (found.rate, found.p50_ms) == (0.6, 2.0)


def test_a_slow_decoder_looks_at_the_first_pictures_only_and_its_line_says_at_how_many() -> None:
    photos = [Photo(str(number), np.zeros((9, 9), np.uint8), "A") for number in range(20)]

    def dawdle(_: Pixels) -> list[str]:
        ended = perf_counter() + 0.002
        while perf_counter() < ended:
            pass
        return ["A"]

    slow = Contestant("slow", lambda: dawdle)
    found = measure([slow, saying("A")], photos, seconds=0.001)
    assert (found["slow"].looked_at, found["slow"].codes, found["slow"].rate) == (1, 1, 1.0)
    assert found["someone"].looked_at == 20


def test_any_decoder_may_follow_any_other_at_a_picture() -> None:
    asked: list[str] = []

    def noting(name: str) -> Contestant:
        def read(_: Pixels) -> list[str]:
            asked.append(name)
            return []

        return Contestant(name, lambda: read)

    pictures = [Photo(str(number), np.zeros((9, 9), np.uint8), None) for number in range(60)]
    measure([noting(name) for name in "abc"], pictures)
    orders = {"".join(asked[first : first + 3]) for first in range(0, len(asked), 3)}
    assert orders == {"abc", "acb", "bac", "bca", "cab", "cba"}


def test_the_easy_time_is_that_of_pictures_which_zxing_reads_at_once() -> None:
    zxings = [PictureResult(ms < 50, False, 1.0, True) for ms in (1, 2, 4, 90, 91)]
    outcomes = [PictureResult(True, False, float(ms), True) for ms in (1, 2, 4, 90, 91)]
    found = score("someone", outcomes, zxings)
    assert (found.easy_ms, found.easy_ratio) == (2.0, 2.0)
    nothing = score("someone", outcomes)
    assert (nothing.easy_ms, nothing.easy_ratio) == (0.0, 0.0)


def test_only_what_zxing_reads_at_once_is_looked_at_several_times() -> None:
    seen: list[int] = []

    def read(grey: Pixels) -> list[str]:
        seen.append(int(grey[0, 0]))
        return ["A"] if grey[0, 0] else []

    photos = [Photo(str(n), np.full((9, 9), n, np.uint8), "A") for n in (0, 1)]
    measure([Contestant(ZXING, lambda: read)], photos)
    assert (seen.count(0), seen.count(1)) == (1, decode.EASY_REPETITIONS)


def test_an_empty_second_of_video_is_timed_for_each_decoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decode, "VIEWS", 1)
    monkeypatch.setattr(decode, "VIDEO_FRAMES", 4)
    monkeypatch.setattr(decode, "VIEW_SECONDS", 0.0)
    shown: dict[str, int] = {"all": 0, "one": 0}

    def counting(name: str) -> Contestant:
        def read(_: Pixels) -> list[str]:
            shown[name] += 1
            return []

        return Contestant(name, lambda: read, remembers=name == "all")

    spent = decode.empty_ms([counting("all"), counting("one")], 0)
    assert shown == {"all": 4, "one": 1}
    assert set(spent) == {"all", "one"}


def test_what_is_measured_keeps_to_one_core_and_lets_go_of_it() -> None:
    before, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
        assert cv2.getNumThreads() == 1
    assert os.sched_getaffinity(0) == before
    assert cv2.getNumThreads() == threads


def test_the_product_comes_first_with_every_library_beside_it() -> None:
    names = [each.name for each in contestants()]
    assert names[0] == PRODUCT
    assert {ZXING, "zxing, bare", "zbar", "wechat", "OpenCV", "OpenCV Aruco"} < set(names)


@pytest.mark.parametrize("number", range(8))
def test_every_contestant_reads_a_good_code_and_nothing_on_a_wall(number: int) -> None:
    contestant = contestants()[number]
    assert contestant.begin()(code()) == [SERIAL]
    assert contestant.begin()(np.full((300, 300), 90, np.uint8)) == []


def test_one_run_measures_all_on_the_same_pictures(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "VIEWS", 1)
    monkeypatch.setattr(decode, "VIDEO_FRAMES", 2)
    chosen = [each for each in contestants() if each.name in (PRODUCT_UNLIMITED, ZXING)]
    monkeypatch.setattr(decode_report, "contestants", lambda: chosen)
    report = run(folder, 1, 1, 0)
    facts = json.loads(json.dumps(report.facts()))
    assert facts[PRODUCT_UNLIMITED]["photos"]["right"] == 2
    assert facts[ZXING]["photos"]["right"] == 1
    assert facts[PRODUCT_UNLIMITED]["photos"]["wrong"] == 0
    assert facts[PRODUCT_UNLIMITED]["frames"]["codes"] == 1
    assert facts[PRODUCT_UNLIMITED]["empty_ms"] > 0
    assert [table.row_count for table in report.tables()] == [2, 2, 2]


def test_the_tables_fit_a_terminal_of_80_columns() -> None:
    levels = dict.fromkeys(LEVELS, 1.0)
    widest = Score(PRODUCT_UNLIMITED, 888, 888, 888, 88, 88.8, 8888.0, 88.8, 888.8, levels)
    fewer = replace(widest, codes=877, right=877)
    lines = {
        PRODUCT_UNLIMITED: Line(fewer, fewer, fewer, 8888.8),
        ZXING: Line(widest, widest, widest, 0.1),
    }
    console = Console(width=80, record=True)
    for table in Report(lines).tables():
        console.print(table)
    said = console.export_text()
    assert "Gate frames: 888 codes; at each level of difficulty" in said
    assert "scanner, no limit (877)" in said
    assert "…" not in said
    assert "88888.00" in said, "times zxing's"


def test_frames_go_all_the_way_to_a_published_verdict() -> None:
    way = measure_way(14, 1)
    assert way.frames == 14
    assert way.verdicts >= 1
    assert 0 < way.p50_ms <= way.p95_ms
    assert 0 < way.idle_share < 1


def test_every_kind_of_code_is_looked_for_in_frames_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert decode.false_reads(8, seed=1) == FalseReads(8, {}, ())
    tickets = [on_wall(symbol(Symbology.CODE_128, module=2))] * 2
    products = [on_wall(symbol(Symbology.EAN_13, "4006381333931"))] * 2
    monkeypatch.setattr(decode, "codeless_frames", lambda *_: [*tickets, *products])
    found = decode.false_reads(4, seed=1)
    assert found.read == {Symbology.CODE_128: 2, Symbology.EAN_13: 2}
    assert found.believed == (f"zxing code-128: {SERIAL}",)


def test_frames_without_a_code_come_twice_with_other_noise_and_the_seed_decides() -> None:
    one, again = list(codeless_frames(4, seed=1)), list(codeless_frames(4, seed=1))
    assert all(np.array_equal(first, second) for first, second in zip(one, again, strict=True))
    same_view, other_view = (np.abs(one[0].astype(int) - one[n]).mean() for n in (1, 2))
    assert 0 < same_view < other_view
