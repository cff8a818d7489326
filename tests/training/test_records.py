import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.training.auto import Rates
from scanner.training.records import (
    Records,
    Run,
    clean_name,
    median_of_best,
    own_runs,
    run_of,
    to_csv,
)
from scanner.training.scenario import TrainingError, TrainingFault
from tests.training.scenarios import play_dry, scenario

AT = datetime(2026, 5, 2, 18, 30, tzinfo=UTC)
PLAYED = scenario()
RUN = run_of("Lee", PLAYED, 3, play_dry(PLAYED, 3, Rates()).score, AT)


def test_a_run_is_kept_and_read_back_with_a_name_and_nothing_else_of_the_trainee(
    tmp_path: Path,
) -> None:
    records = Records(tmp_path / "training")
    assert records.all() == []
    other = replace(RUN, trainee="Ümit [b]", percent=40.0, passed=False)
    records.add(RUN)
    records.add(other)
    assert records.all() == [RUN, other]


def test_a_broken_line_is_left_out_and_the_rest_stands(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.add(RUN)
    with records.file.open("a") as file:
        file.write('{"half": \n[]\n7\n{"trainee": "x"}\n')
    records.add(RUN)
    assert records.all() == [RUN, RUN]


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match=TrainingFault.RUN_NOT_KEPT):
        Records(tmp_path / "file").add(RUN)


def test_runs_are_ones_own_by_name_in_any_case_and_by_scenario() -> None:
    runs = [RUN, replace(RUN, trainee="LEE"), replace(RUN, scenario="other")]
    assert own_runs(runs, " lee ", PLAYED.key) == runs[:2]


def test_the_median_is_of_each_trainees_best() -> None:
    def run(name: str, percent: float) -> Run:
        return replace(RUN, trainee=name, percent=percent)

    runs = [run("a", 10), run("A", 90), run("b", 60), run("c", 70), run("c", 20)]
    assert median_of_best(runs, PLAYED.key) == 70
    assert median_of_best(runs, "other") is None


def test_a_name_is_one_clean_line() -> None:
    assert clean_name(" A\x1b[2J\nb ") == "A [2J b"
    assert len(clean_name("x" * 500)) == 60


def test_the_table_has_a_row_for_each_run_and_no_formula() -> None:
    text = to_csv([RUN, replace(RUN, trainee='=HYPERLINK("x")', passed=False)])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["trainee"] for row in rows] == ["Lee", '\'=HYPERLINK("x")']
    assert [row["passed"] for row in rows] == ["yes", "no"]
    assert rows[0]["percent"] == rows[0]["Score in percent"] == "100.0"
    assert (rows[1]["Passed"], rows[1]["Trainee"]) == ("no", rows[1]["trainee"])
    assert rows[0]["Ended at (local time)"] == f"{AT.astimezone():%Y-%m-%d %H:%M:%S}"
    assert rows[0]["at"] == "2026-05-02T18:30:00+00:00"
