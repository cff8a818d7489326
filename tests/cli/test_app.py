import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from scanner import __version__
from scanner.cli.app import GROUPS, app, chosen_language
from scanner.cli.errors import CommandGroup
from scanner.wording.catalogue import choose_language
from tests.cli.program import Program
from tests.tui.pseudo import LANGUAGE, latin, pseudo_language

COMMANDS = [
    ["devices"], ["pair"], ["decode"], ["doctor"], ["try"],
    ["open"], ["gate"], ["kiosk"], ["status"], ["queue"], ["sync"], ["replay"], ["audit"], ["demo"],
    ["login"], ["logout"], ["whoami"], ["events"], ["admissions"], ["mock"], ["tokens"], ["train"],
    ["recover"], ["pin"], ["acknowledge"],
    ["bench"], *(["bench", what] for what in ("gate", "ingest", "memory", "replay", "decode")),
    *(["tokens", verb] for verb in ("issue", "list", "show", "update", "revoke", "card")),
    ["venue"], *(["venue", verb] for verb in ("init", "join", "leave", "expel", "serve", "status")),
]  # fmt: skip


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    choose_language("en")


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
    assert "open First: join an event with what staff were given" in told
    assert "gate Then: start the screen" in told
    assert "sync From the server to this gate:" in told
    assert "replay From this gate to the server:" in told


def test_a_command_that_does_not_exist_is_wrong_usage(program: Program) -> None:
    done = program.run("banquet")
    assert done.returncode == 2
    assert done.stderr == b"There is no command banquet.\nFor help: scanner --help\n"


@pytest.mark.parametrize(
    ("words", "said", "german"),
    [
        ("opne", "There is no command opne; did you mean open?", "Den Befehl opne gibt es nicht;"),
        ("--far", "There is no option --far.", "Die Option --far gibt es nicht."),
        ("gate --prt 3", "There is no option --prt; did you mean --port?", "ist --port gemeint?"),
        ("gate --port", "The option --port needs a value behind it.", "--port braucht einen Wert"),
        ("gate --web=3", "The option --web takes no value.", "Die Option --web nimmt keinen Wert."),
        ("gate --port 0", "--port takes a number from 1 to 65535.", "eine Zahl von 1 bis 65535."),
        ("demo --seed x", "--seed takes a whole number.", "--seed erwartet eine ganze Zahl."),
        ("gate --json", "--json works only together with --stdin.", "geht nur zusammen mit"),
        ("tokens issue 7", "--section is missing.", "--section fehlt."),
        ("tokens show", "EVENT is missing.", "VERANSTALTUNG fehlt."),
        ("tokens lst", "There is no command lst; did you mean list?", "ist list gemeint?"),
        (
            "status now",
            "That is more than the command takes: now",
            "mehr, als der Befehl nimmt: now",
        ),
        ("queue --state lost", "--state takes one of these: queued,", "--state erwartet eines von"),
    ],
)
def test_a_mistake_in_usage_is_a_sentence_in_the_chosen_language(
    words: str, said: str, german: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    for language, expected in (("de", german), ("en", said)):
        monkeypatch.setenv("SCANNER_LANGUAGE", language)
        done = CliRunner().invoke(app, words.split(), prog_name="scanner")
        assert done.exit_code == 2
        told, help_line = done.stderr.splitlines()
        assert expected in told
        assert help_line.partition(": ")[2].startswith("scanner ")


def test_the_help_is_in_the_chosen_language_to_its_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In a language of one letter, only what is typed as it stands is left in Latin.
    monkeypatch.setenv("SCANNER_LANGUAGE", LANGUAGE)
    typed = " ".join(_typed(typer.main.get_command(app)))
    with pseudo_language(monkeypatch):
        for words in ([], ["tokens"], ["tokens", "issue"], ["gate"], ["train"], ["decode"]):
            told = CliRunner().invoke(app, [*words, "--help"], prog_name="scanner").stdout
            without_options = re.sub(r"--[a-z-]+|\d<=x|x[<>]=", "", told.rpartition("╯")[0])
            assert latin(without_options, typed) == [], words


def _typed(command: Any) -> Iterator[str]:
    yield command.name
    for param in command.params:
        yield from (*param.opts, *param.secondary_opts, str(param.default))
    for each in getattr(command, "commands", {}).values():
        yield from _typed(each)


def test_a_question_that_is_left_ends_the_command_with_a_word() -> None:
    asking = typer.Typer(cls=CommandGroup)

    @asking.callback()
    def group() -> None: ...

    @asking.command()
    def ask() -> None:
        raise typer.Abort

    done = CliRunner().invoke(asking, ["ask"])
    assert (done.exit_code, done.stderr) == (1, "Stopped.\n")


@pytest.mark.parametrize("words", [[], ["tokens"]])
def test_a_group_without_a_command_shows_its_help_and_no_fault(words: list[str]) -> None:
    done = CliRunner().invoke(app, words, prog_name="scanner")
    assert "╰" in done.stdout
    assert done.stderr == ""


def test_the_language_of_the_help_is_that_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "SCANNER_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    assert chosen_language() == "auto"
    (tmp_path / "config.toml").write_text('language = "fr"\n')
    assert "Emploi : scanner" in CliRunner().invoke(app, ["--help"], prog_name="scanner").stdout
    monkeypatch.setenv("SCANNER_LANGUAGE", "es")
    assert "Uso: scanner" in CliRunner().invoke(app, ["--help"], prog_name="scanner").stdout
    monkeypatch.delenv("SCANNER_LANGUAGE")
    (tmp_path / "config.toml").write_text("language = ")
    assert chosen_language() == "auto"


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
