import itertools
import json
import re
import subprocess
import sys

import pytest

from scanner import __version__
from scanner.cli.app import GROUPS
from tests.cli.program import Program

COMMANDS = [
    ["devices"], ["pair"], ["decode"], ["doctor"], ["try"],
    ["open"], ["gate"], ["kiosk"], ["status"], ["queue"], ["sync"], ["replay"], ["audit"], ["demo"],
    ["login"], ["logout"], ["whoami"], ["events"], ["admissions"], ["mock"], ["tokens"], ["train"],
    ["recover"], ["pin"], ["acknowledge"],
    ["bench"], *(["bench", what] for what in ("gate", "ingest", "memory", "replay", "decode")),
    *(["tokens", verb] for verb in ("issue", "list", "show", "update", "revoke", "card")),
]  # fmt: skip
HEAVY = ("cv2", "textual", "httpx", "zxingcpp", "uvicorn", "numpy", "keyring", "sqlite_utils")


def test_the_version_is_the_packages(program: Program) -> None:
    assert program.says("--version") == f"scanner {__version__}\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(program: Program, words: list[str]) -> None:
    said = program.says(*words, "--help")
    assert f"Example: scanner {words[0]}" in said


def test_no_command_is_left_out_of_these_tests(program: Program) -> None:
    listed = re.findall(r"(?m)^│ ([a-z]+)  ", program.says("--help"))
    assert sorted(listed) == sorted({words[0] for words in COMMANDS})


def test_the_help_shows_commands_by_who_needs_them_and_when(program: Program) -> None:
    said = program.says("--help")
    lines = re.findall(r"(?m)^╭─ (.+?) ─+╮$|^│ ([a-z]+)  ", said)
    shown: dict[str, list[str]] = {}
    for head, name in lines:
        if head:
            shown[head] = []
        else:
            shown[[*shown][-1]].append(name)
    assert [*shown.items()][1:] == [(head, [*names]) for head, names in GROUPS.items()]
    told = " ".join(said.replace("│", " ").split())
    assert "open First: join an event with a token's code" in told
    assert "gate Then: start the screen" in told
    assert "sync From the server to this gate:" in told
    assert "replay From this gate to the server:" in told


def test_a_command_that_does_not_exist_is_wrong_usage(program: Program) -> None:
    done = program.run("admit")
    assert done.returncode == 2
    assert b"No such command" in done.stderr


def test_start_up_imports_nothing_heavy() -> None:
    script = "import sys, scanner.cli.app, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, timeout=60
    )
    assert not set(HEAVY) & set(json.loads(done.stdout))


def test_the_log_has_the_detail_of_a_failure_and_no_secret(program: Program) -> None:
    key = "".join(itertools.islice(itertools.cycle("0123456789abcdef"), 32))
    flags = ("--name", "Lee", "--api", "http://127.0.0.1:1")
    program.complains("open", "A0F9GG8D", *flags, SCANNER_API_KEY=key)
    log = (program.home / "scanner.log").read_text()
    assert "ConnectError" in log
    assert key not in log
    assert "A0F9GG8D" not in log


def test_a_setting_that_cannot_be_used_is_one_sentence(program: Program) -> None:
    assert "SCANNER_SYNC_SECONDS" in program.complains("status", SCANNER_SYNC_SECONDS="often")
