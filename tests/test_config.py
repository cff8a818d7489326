import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.config import (
    PRODUCTION,
    Config,
    ConfigError,
    ConfigFault,
    Expected,
    expected,
    load_config,
)
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.qr.decoded import Symbology
from scanner.wording.sentences import sentence


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of one's own, and no setting from outside."""
    for name in [name for name in os.environ if name.startswith("SCANNER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / "config.toml").write_text(text, encoding="utf-8")


def refusal(**flags: Any) -> Fact:
    """The fact of a setting that can't be used."""
    with pytest.raises(ConfigError) as refused:
        load_config(**flags)
    assert isinstance(refused.value, ScannerError)
    said = sentence(refused.value.fact)
    assert said.endswith(".")
    assert said.isprintable()
    return refused.value.fact


def test_without_any_setting_the_defaults_hold(home: Path) -> None:
    config = load_config()
    assert (config.home, config.api, config.api_key) == (home, PRODUCTION, None)
    assert (config.name, config.device, config.camera) == (None, None, "0")
    assert config.sync_interval == timedelta(seconds=15)
    assert config.timeout_seconds == 10
    assert config.page_records == 500


def test_a_flag_beats_the_environment_and_the_environment_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, 'name = "file"\ndevice = "file"\ncamera = "file"\n')
    monkeypatch.setenv("SCANNER_NAME", "environment")
    monkeypatch.setenv("SCANNER_DEVICE", "environment")
    config = load_config(name="flag")
    assert (config.name, config.device, config.camera) == ("flag", "environment", "file")


def test_a_flag_that_was_not_given_hides_nothing(home: Path) -> None:
    write(home, 'name = "file"\n')
    assert load_config(name=None).name == "file"


def test_an_empty_variable_is_as_good_as_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, 'name = "file"\n')
    monkeypatch.setenv("SCANNER_NAME", "")
    monkeypatch.setenv("SCANNER_API_KEY", "")
    config = load_config()
    assert (config.name, config.api_key) == ("file", None)


def test_the_home_and_the_file_beside_it_are_found_by_the_same_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SCANNER_HOME", "~/gate")
    (tmp_path / "gate").mkdir()
    write(tmp_path / "gate", 'name = "Ana"\n')
    config = load_config()
    assert (config.home, config.name) == (tmp_path / "gate", "Ana")
    monkeypatch.setenv("SCANNER_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert load_config().home == tmp_path / "data" / "scanner"


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("sync_seconds = 0", "a number above 0 and up to 3600"),
        ("sync_seconds = 'often'", "a number above 0 and up to 3600"),
        ("sync_seconds = nan", "a number above 0 and up to 3600"),
        ("full_sync_seconds = inf", "a number above 0 and up to 86400"),
        ("page_records = 0", "a whole number from 1 to 10000"),
        ("page_records = 1.5", "a whole number from 1 to 10000"),
        ("timeout_seconds = 1000", "a number above 0 and up to 120"),
        ("name = ['a', 'b']", "a text"),
        ("muted = 'perhaps'", "true or false"),
        ("theme = 'pink'", "one of night, day, contrast"),
        ("confirmation = 'never'", "one of local, server-first"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_takes_and_where_to_mend_it(
    home: Path, text: str, takes: str
) -> None:
    write(home, text)
    name = text.split(" ", maxsplit=1)[0]
    found = refusal()
    assert found == Fact(
        ConfigFault.UNUSABLE,
        {
            "name": name,
            "expected": expected(name),
            "file": home / "config.toml",
            "variable": f"SCANNER_{name.upper()}",
        },
    )
    assert sentence(expected(name)) == takes


def test_every_setting_says_what_it_takes() -> None:
    assert {expected(name).code for name in Config.model_fields} == set(Expected)


def test_a_setting_that_there_is_not_is_named_with_its_file(home: Path) -> None:
    write(home, "colour = 'blue'")
    place = home / "config.toml"
    assert refusal() == Fact(ConfigFault.UNKNOWN, {"name": "colour", "file": place})


def test_a_bad_variable_is_named_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_PAGE_RECORDS", "many")
    assert refusal().params["variable"] == "SCANNER_PAGE_RECORDS"


def test_a_bad_flag_is_refused_too() -> None:
    assert refusal(sync_seconds=-1).params["name"] == "sync_seconds"


@pytest.mark.parametrize(
    "raw", [b"name = ", b"name = 'a'\nname = 'b'", b"\xff\xfe", b"= 4", b"[[["]
)
def test_a_file_that_cannot_be_read_is_named(home: Path, raw: bytes) -> None:
    (home / "config.toml").write_bytes(raw)
    found = refusal()
    assert (found.code, found.params["file"]) == (ConfigFault.UNREADABLE, home / "config.toml")


def test_a_secret_is_shown_nowhere(home: Path) -> None:
    key = "0123456789abcdef" * 2
    config = load_config(api_key=key)
    assert config.api_key
    assert config.api_key.get_secret_value() == key
    assert key not in repr(config) + str(config)
    write(home, f"api_key = ['{key}']")
    assert key not in str(refusal())


def test_the_settings_of_a_running_program_do_not_change() -> None:
    config = load_config()
    with pytest.raises(ValueError, match="frozen"):
        config.name = "Bo"


def test_every_setting_has_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_SYNC_SECONDS", "30")
    monkeypatch.setenv("SCANNER_CAMERA", "/dev/video2")
    config = load_config()
    assert config.sync_interval == timedelta(seconds=30)
    assert config.camera == "/dev/video2"
    assert Config.model_config["env_prefix"] == "SCANNER_"


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        ("qr", (Symbology.QR,)),
        ("QR, Aztec,pdf417", (Symbology.QR, Symbology.AZTEC, Symbology.PDF417)),
        ("Code 128,code_39", (Symbology.CODE_128, Symbology.CODE_39)),
        ("datamatrix, DATA MATRIX", (Symbology.DATA_MATRIX,)),
        ("ean", (Symbology.EAN_13, Symbology.EAN_8)),
        ("UPC-A", (Symbology.EAN_13,)),
        ("all", tuple(Symbology)),
    ],
)
def test_codes_are_named_as_a_person_writes_them(
    named: str, codes: tuple[Symbology, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_config(codes=named).codes == codes
    write(home, f"codes = {named.split(',')}")
    assert load_config().codes == codes
    monkeypatch.setenv("SCANNER_CODES", named)
    assert load_config(codes=None).codes == codes


def test_a_gate_reads_qr_alone_unless_it_is_set_otherwise() -> None:
    assert load_config().codes == (Symbology.QR,)


@pytest.mark.parametrize("text", ["codes = 'qr, quick response'", "codes = []", "codes = 7"])
def test_codes_that_nobody_knows_are_refused_with_those_that_are_known(
    text: str, home: Path
) -> None:
    write(home, text)
    fact = refusal()
    assert fact.params["name"] == "codes"
    assert "data-matrix" in sentence(fact)
