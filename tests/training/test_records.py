import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.training.certificate import certificate, write_certificate
from scanner.training.errors import TrainingError
from scanner.training.records import Records, Run, clean_name, house_median, own_runs, run_of
from scanner.training.robot import Rates
from scanner.training.table import to_csv
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
    with pytest.raises(TrainingError, match="could not be kept"):
        Records(tmp_path / "file").add(RUN)


def test_runs_are_ones_own_by_name_in_any_case_and_by_scenario() -> None:
    runs = [RUN, replace(RUN, trainee="LEE"), replace(RUN, scenario="other")]
    assert own_runs(runs, " lee ", PLAYED.key) == runs[:2]


def test_the_houses_median_is_of_each_trainees_best() -> None:
    def run(name: str, percent: float) -> Run:
        return replace(RUN, trainee=name, percent=percent)

    runs = [run("a", 10), run("A", 90), run("b", 60), run("c", 70), run("c", 20)]
    assert house_median(runs, PLAYED.key) == 70
    assert house_median(runs, "other") is None


def test_a_name_is_one_clean_line() -> None:
    assert clean_name(" A\x1b[2J\nb ") == "A [2J b"
    assert len(clean_name("x" * 500)) == 60


def test_the_table_has_a_row_for_each_run_and_no_formula() -> None:
    text = to_csv([RUN, replace(RUN, trainee='=HYPERLINK("x")', passed=False)])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["trainee"] for row in rows] == ["Lee", '\'=HYPERLINK("x")']
    assert [row["passed"] for row in rows] == ["yes", "no"]
    assert rows[0]["percent"] == "100.0"
    assert rows[0]["at"] == "2026-05-02T18:30:00+00:00"


def test_a_certificate_says_who_passed_what_and_shows_markup_as_text() -> None:
    page = certificate(replace(RUN, trainee="<b>Lee</b> & Co"))
    assert "&lt;b&gt;Lee&lt;/b&gt; &amp; Co" in page
    for words in ("A test", "100&nbsp;%", "2 May 2026", "@page", "break-inside: avoid"):
        assert words in page
    assert "http" not in page


def test_a_long_name_is_set_smaller_so_that_the_page_stays_one() -> None:
    assert "class='name'" in certificate(RUN)
    assert "class='name long'" in certificate(replace(RUN, trainee="N" * 60))


def test_nobody_below_the_bar_gets_a_certificate(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="below the bar"):
        write_certificate(replace(RUN, passed=False), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_written_where_its_name_holds_no_path(tmp_path: Path) -> None:
    file = write_certificate(replace(RUN, trainee="../../Lee"), tmp_path)
    assert file.parent == tmp_path / "certificates"
    assert file.read_text().startswith("<!doctype html>")
