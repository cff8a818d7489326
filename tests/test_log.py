import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from scanner import log
from scanner.log import open_log

KEY = "0123456789abcdefABCDEF0123456789"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A log in a new folder; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    mask = os.umask(0o022)
    found = tmp_path / "home" / "scanner.log"
    open_log(found)
    yield found
    os.umask(mask)
    for handler in root.handlers[:]:
        handler.close()
        root.removeHandler(handler)
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_line_is_one_json_object_with_time_level_and_name(file: Path) -> None:
    structlog.get_logger("pull").warning("an entry was set aside", field="serial\nñ")
    (line,) = lines(file)
    assert (line["event"], line["level"], line["logger"]) == (
        "an entry was set aside",
        "warning",
        "pull",
    )
    assert line["field"] == "serial\nñ"
    assert line["timestamp"].endswith("Z")


def test_what_libraries_log_is_kept_in_the_same_form(file: Path) -> None:
    logging.getLogger("somebody").error("it %s", "failed")
    (line,) = lines(file)
    assert (line["event"], line["level"], line["logger"]) == ("it failed", "error", "somebody")


def test_the_detail_of_debugging_and_every_request_is_left_out(file: Path) -> None:
    structlog.get_logger("pull").debug("detail")
    logging.getLogger("httpx").info("HTTP Request: GET https://api.example/v3/tokens/A0F9GG8D")
    assert lines(file) == []


@pytest.mark.parametrize(
    "name", ["key", "api_key", "password", "pin", "code", "token", "X-API-Key", "Password"]
)
def test_what_is_named_as_a_secret_is_blanked_at_any_depth(file: Path, name: str) -> None:
    structlog.get_logger("x").info("said", **{name: "hush"}, inside=[{"more": {name: "hush"}}])
    assert "hush" not in file.read_text()
    assert lines(file)[0][name] == "(secret)"


@pytest.mark.parametrize(
    "values",
    [
        {"url": f"https://api.example/{KEY}?x"},
        {"words": ["a", (f"is {KEY}.",)]},
        {"headers": {"authorization": KEY}},
        {"error": ValueError(f"bad {KEY}")},
        {"raw": f"x {KEY}".encode()},
        {"accented": f"é{KEY}"},
        {"by_key": {KEY: 1}},
    ],
    ids=lambda values: next(iter(values)),
)
def test_whatever_has_the_form_of_a_key_is_blanked(file: Path, values: dict[str, Any]) -> None:
    structlog.get_logger("x").info(f"with {KEY}", **values)
    assert KEY not in file.read_text()
    assert lines(file)[0]["event"] == "with (key)"


def test_a_key_in_a_libraries_words_or_in_a_traceback_is_blanked(file: Path) -> None:
    logging.getLogger("somebody").error("key %s", KEY)
    try:
        int(f"the key {KEY}")
    except ValueError:
        structlog.get_logger("x").exception("it failed")
        logging.getLogger("somebody").exception("it failed")
    assert KEY not in file.read_text()
    assert ["the key (key)" in str(line) for line in lines(file)] == [False, True, True]


def test_a_fingerprint_of_twice_the_length_is_no_key(file: Path) -> None:
    structlog.get_logger("x").info("read", digest=KEY * 2)
    assert lines(file)[0]["digest"] == KEY * 2


def test_the_log_is_its_owners_alone(file: Path) -> None:
    structlog.get_logger("x").info("said")
    assert mode(file) == 0o600
    assert mode(file.parent) == 0o700


def test_so_are_the_older_ones_that_are_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST_LOG", 1000)
    open_log(file)
    for _ in range(60):
        structlog.get_logger("x").info("said " + "x" * 100)
    kept = sorted(file.parent.iterdir())
    assert [each.name for each in kept] == [file.name, *(f"{file.name}.{n}" for n in (1, 2, 3))]
    assert {mode(each) for each in kept} == {0o600}
    assert all(each.stat().st_size <= 1000 for each in kept)


def test_a_log_that_others_could_read_is_closed_to_them(file: Path) -> None:
    file.chmod(0o644)
    open_log(file)
    assert mode(file) == 0o600


def test_where_no_log_can_be_written_the_program_runs_without(tmp_path: Path, file: Path) -> None:
    (tmp_path / "in the way").write_text("")
    open_log(tmp_path / "in the way" / "scanner.log")
    structlog.get_logger("x").error("nobody hears")


def test_the_console_stays_clean(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("x").error("said")
    logging.getLogger("somebody").error("said")
    assert capfd.readouterr() == ("", "")


def test_opening_again_does_not_write_everything_twice(file: Path) -> None:
    open_log(file)
    structlog.get_logger("x").info("said")
    assert len(lines(file)) == 1
