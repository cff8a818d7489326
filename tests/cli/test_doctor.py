import json

from tests.cli.program import Program
from tests.mock.server import Ready

NOWHERE = "http://127.0.0.1:1/v3/"


def test_everything_is_looked_over_and_told_for_programs(program: Program, server: Ready) -> None:
    done = program.run(
        "doctor",
        "--json",
        SCANNER_API=server.url,
        SCANNER_API_KEY=server.api_key,
        SCANNER_CAMERA="none",
    )
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert {"camera", "scanners", "data folder", "disk", "key store", "link", "clock"} < set(found)
    assert found["link"]["health"] == "ok"
    assert found["clock"]["health"] == "ok"
    assert found["clock"]["params"]["seconds"] >= 0
    assert f"{found['clock']['params']['seconds']} s " in found["clock"]["sentence"]
    assert found["decoder zxing"]["health"] == "ok"
    assert (found["link"]["code"], found["link"]["params"]) == (
        "doctor.api_answers",
        {"host": "127.0.0.1"},
    )
    assert done.returncode == 0


def test_an_api_that_is_away_is_a_warning_with_the_command_that_tells_more(
    program: Program,
) -> None:
    said = program.says("doctor", SCANNER_API=NOWHERE, SCANNER_CAMERA="none")
    assert "warning  link" in said
    assert f"fix it with: curl -I {NOWHERE}" in said


def test_what_is_broken_ends_it_with_exit_code_1(program: Program) -> None:
    done = program.run("doctor", SCANNER_API=NOWHERE, SCANNER_CAMERA="/no/such/folder")
    assert done.returncode == 1
    assert b"broken   camera" in done.stdout
    assert done.stderr == b""


def test_the_scanner_that_the_settings_name_is_looked_for(program: Program) -> None:
    program.settings = {"SCANNER_API": NOWHERE, "SCANNER_CAMERA": "none"}
    said = program.says("doctor", SCANNER_SCANNER="/dev/ttyACM77")
    assert "warning  scanners        The hand scanner at /dev/ttyACM77 is not there" in said


def test_an_open_gate_asks_the_api_that_it_was_opened_at(program: Program, server: Ready) -> None:
    program.open_at(server)
    done = program.run("doctor", "--json", SCANNER_API=NOWHERE, SCANNER_CAMERA="none")
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert found["link"]["health"] == "ok", found["link"]
    assert "s " in found["clock"]["sentence"]
