import csv
import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import Program

MOST_MEGABYTES = 150
"""Of 10**6 bytes."""

KIB = 1024
START_LIMIT_SECONDS = 20


def test_all_scenarios_are_listed(program: Program) -> None:
    assert "10-network-down    The network goes down at peak (26 patrons)" in program.says(
        "train", "--list"
    )
    found = json.loads(program.says("train", "--list", "--json"))
    assert len(found) >= 12
    assert {"scenario", "title", "about", "patrons", "bar"} == set(found[0])


def test_what_is_wrong_with_a_file_is_said_by_line_with_exit_code_1(
    program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "x"\nabout = "y"\npatrons = 0\n\n[crowd]\nwalid = 1\n')
    done = program.run("train", "--check", str(file))
    assert done.returncode == 1
    lines = done.stderr.decode().splitlines()
    assert f"{file}:3: patrons must be a whole number from 1 to 2000" in lines
    assert f"{file}:6: no patron is called 'walid'; did you mean valid?" in lines
    done = program.run("train", "--check", str(file), "--json")
    assert done.returncode == 1
    assert {
        "line": 3,
        "sentence": "patrons must be a whole number from 1 to 2000",
        "code": "scenario.not_a_whole_number",
        "params": {"name": "patrons", "low": "1", "high": "2000"},
    } in json.loads(done.stdout)


def test_a_sound_file_is_said_to_be_one(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Mine"\nabout = "y"\npatrons = 5\n[arrivals]\nminutes = 1\n[crowd]\nvalid = 1\n'
    )
    assert "nothing wrong" in program.says("train", "--check", str(file))
    score = json.loads(program.says("train", str(file), "--auto", "--json"))
    assert (score["scenario"], score["percent"], score["passed"]) == ("mine", 100.0, True)


def test_a_robots_score_is_json_and_touches_no_real_gate(program: Program) -> None:
    flags = ("--auto", "--robot", "careless", "--seed", "1", "--json")
    score = json.loads(program.says("train", "first-ten", *flags))
    assert score["robot"] == "careless"
    assert score["loss"] > 0
    (mistake, *_) = score["mistakes"]
    assert mistake["facts"]["why"]["code"].startswith("training.why.")
    assert score["wrongly_let_in"] + score["wrongly_turned_away"] == len(score["mistakes"])
    assert sorted(each.name for each in program.home.iterdir()) == ["scanner.log", "training"]
    assert list((program.home / "training").iterdir()) == []


def test_the_managers_table_has_a_header_before_the_first_run(program: Program) -> None:
    rows = list(csv.reader(io.StringIO(program.says("train", "--csv", "-"))))
    assert rows[0][:2] == ["Trainee", "Scenario"]
    assert rows[0][8:11] == ["trainee", "scenario", "title"]
    file = program.home / "runs.csv"
    program.says("train", "--csv", str(file))
    assert file.read_text().startswith("Trainee,Scenario,")
    assert "is there already" in program.complains("train", "--csv", str(file))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train",), "needs a terminal"),
        (("train", "nonsense", "--auto"), "There is no scenario called 'nonsense'"),
        (("train", "--check", "/none.toml"), "can't be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    program: Program, words: tuple[str, ...], said: str
) -> None:
    assert said in program.complains(*words)


@pytest.mark.parametrize(
    "words", [("train", "--auto"), ("train", "1", "--auto", "--robot", "x"), ("train", "--json")]
)
def test_a_wrong_call_ends_with_exit_code_2(program: Program, words: tuple[str, ...]) -> None:
    assert program.run(*words).returncode == 2


def test_a_robots_session_takes_little_memory(program: Program, tmp_path: Path) -> None:
    """The bench plays 200 patrons; what a session holds is all held after a few."""
    scenario = tmp_path / "crowd.toml"
    scenario.write_text(
        'title = "Crowd"\nabout = "y"\npatrons = 24\n[arrivals]\nminutes = 2\n'
        "[crowd]\nvalid = 3\nchild = 1\npayment_code = 1\ndead_battery = 1\n"
    )
    script = (
        "import runpy, sys\n"
        f"sys.argv = ['scanner', 'train', {str(scenario)!r}, '--auto', '--json']\n"
        "try:\n    runpy.run_module('scanner', run_name='__main__')\n"
        "finally:\n"
        "    status = open('/proc/self/status').read()\n"
        "    print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        timeout=180,
        env=program.environment(),
    )
    score = json.loads(done.stdout)
    assert (score["patrons"], score["percent"]) == (24, 100.0)
    assert (score["unread"], score["verdicts_not_due"]) == (0, [])
    assert int(done.stderr.split()[-1]) * KIB / 1e6 < MOST_MEGABYTES


def test_the_screen_opens_the_doors_of_the_largest_scenario(program: Program) -> None:
    parent, child = pty.openpty()
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "scanner", "train", "first-hour", "--name", "Lee"],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**program.environment(), "TERM": "xterm-256color", "LINES": "40", "COLUMNS": "120"},
        start_new_session=True,
    ) as screen:
        os.close(child)
        try:
            seen = _read_until(parent, b"of 200 served", begun + START_LIMIT_SECONDS)
            seen += _read_until(parent, b"tickets", begun + START_LIMIT_SECONDS)
            assert "NOTHING HERE IS REAL" in seen.decode("utf-8", "replace")
        finally:
            os.write(parent, b"\x11")  # Ctrl+Q
            _drain(parent)
            assert screen.wait(20) == 0
            os.close(parent)
    assert not [each for each in (program.home / "training").iterdir() if each.is_dir()]


def _read_until(terminal: int, words: bytes, deadline: float) -> bytes:
    seen = b""
    while words not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"never seen: {words!r}"
        seen += os.read(terminal, 65_536)
    return seen


def _drain(terminal: int) -> None:
    try:
        while select.select([terminal], [], [], 10)[0] and os.read(terminal, 65_536):
            pass
    except OSError:
        return  # the other end is gone
