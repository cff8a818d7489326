import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.desk import doctor
from scanner.desk.doctor import Finding, Found, Health, OpenedAt
from scanner.facts import Fact
from scanner.keystore import KeyStore
from scanner.platform.route import RouteWarning
from scanner.qr.readers import Library
from scanner.scanning.devices import Camera, HandScanner, ScannerKind, scanner_at
from scanner.store.left_out import LeftOut
from scanner.sync.clock import utc_now

DESK_CAMERA = Camera(2, "Desk camera", "usb-1", usable=True)
PISTOL = HandScanner(Path("/dev/ttyACM0"), "Pistol", ScannerKind.SERIAL, usable=True)


def test_all_decoders_are_ok() -> None:
    assert {each.health for each in doctor.decoders(tuple(Library))} == {Health.OK}


def test_a_missing_decoder_is_a_warning_while_another_reads() -> None:
    found = {each.what.params["library"]: each for each in doctor.decoders((Library.ZXING,))}
    assert found["zxing"].health is Health.OK
    assert found["zbar"].health is Health.WARNING
    assert found["zbar"].mend


def test_without_any_decoder_the_gate_is_broken() -> None:
    assert {each.health for each in doctor.decoders(())} == {Health.BROKEN}


def test_the_chosen_camera_is_ok_when_it_is_there() -> None:
    assert doctor.cameras([DESK_CAMERA], "2").health is Health.OK
    assert doctor.cameras([DESK_CAMERA], "/dev/video2").health is Health.OK
    assert doctor.cameras([], "none").health is Health.OK


def test_a_camera_is_found_by_its_name_or_its_place_as_a_gate_finds_it() -> None:
    for chosen in ("Desk camera", "desk", "usb-1"):
        assert doctor.cameras([DESK_CAMERA], chosen).health is Health.OK
    assert doctor.cameras([DESK_CAMERA], "Door camera").health is Health.BROKEN


def test_another_camera_is_named_where_the_chosen_one_is_away() -> None:
    found = doctor.cameras([DESK_CAMERA], "0")
    assert (found.health, found.mend) == (Health.WARNING, "scanner gate --camera 2")


def test_no_camera_at_all_is_a_warning() -> None:
    assert doctor.cameras([], "0").health is Health.WARNING


def test_a_camera_that_this_user_may_not_use_is_broken() -> None:
    found = doctor.cameras([Camera(0, "Built in", "usb", usable=False)], "0")
    assert (found.health, found.mend) == (Health.BROKEN, "sudo usermod -aG video $USER")


def test_a_file_as_camera_must_be_there(tmp_path: Path) -> None:
    assert doctor.cameras([], str(tmp_path)).health is Health.OK
    assert doctor.cameras([], str(tmp_path / "gone")).health is Health.BROKEN


@pytest.mark.parametrize(
    ("kind", "group"), [(ScannerKind.SERIAL, "dialout"), (ScannerKind.KEYS, "input")]
)
def test_a_scanner_that_this_user_may_not_use_names_the_group(
    kind: ScannerKind, group: str
) -> None:
    shut = HandScanner(Path(os.devnull), "Pistol", kind, usable=False)
    assert doctor.scanners([PISTOL]).health is Health.OK
    assert doctor.scanners([]).health is Health.OK
    found = doctor.scanners([PISTOL, shut])
    assert (found.health, found.mend) == (Health.WARNING, f"sudo usermod -aG {group} $USER")


def test_a_serial_scanner_without_its_library_is_a_warning() -> None:
    typing = replace(PISTOL, kind=ScannerKind.KEYS)
    assert doctor.scanners([typing], serial=False).health is Health.OK
    assert doctor.scanners([PISTOL], serial=True).health is Health.OK
    found = doctor.scanners([PISTOL], serial=False)
    assert (found.health, found.mend) == (Health.WARNING, "pip install pyserial")


def test_a_scanner_that_was_named_and_is_away_is_a_warning(tmp_path: Path) -> None:
    away = scanner_at(tmp_path / "ttyACM0")
    found = doctor.scanners([away])
    assert (found.health, found.mend) == (Health.WARNING, "scanner devices")
    assert found.fact == Fact(Found.SCANNER_AWAY, {"name": away.name})


def test_a_data_folder_is_made_private(tmp_path: Path) -> None:
    found = doctor.folder(tmp_path / "new" / "home")
    assert found.health is Health.OK
    assert list((tmp_path / "new" / "home").iterdir()) == []


def test_a_data_folder_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert doctor.folder(tmp_path).mend == f"chmod 700 '{tmp_path}'"


def test_a_data_folder_that_cannot_be_written_is_broken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert doctor.folder(tmp_path / "file" / "home").health is Health.BROKEN


@pytest.mark.parametrize(
    ("free", "health"),
    [
        (10**10, Health.OK),
        (10**8, Health.WARNING),
        (10**6, Health.BROKEN),
        (None, Health.WARNING),
    ],
)
def test_a_disk_is_judged_by_what_is_free(free: int | None, health: Health) -> None:
    assert doctor.disk(free).health is health


@pytest.mark.parametrize(
    ("ahead", "health", "fact"),
    [
        (timedelta(seconds=3), Health.OK, Fact(Found.CLOCK_BEHIND, {"seconds": 3})),
        (timedelta(minutes=-5), Health.WARNING, Fact(Found.CLOCK_AHEAD, {"seconds": 300})),
        (timedelta(days=2), Health.BROKEN, Fact(Found.CLOCK_BEHIND, {"seconds": 172_800})),
    ],
)
def test_a_clock_is_judged_by_the_servers(ahead: timedelta, health: Health, fact: Fact) -> None:
    found = doctor.clock(ahead)
    assert (found.health, found.fact) == (health, fact)


def test_a_clock_without_a_server_is_not_blamed() -> None:
    assert doctor.clock(None).health is Health.OK


def test_a_key_store_must_give_back_what_it_was_given(tmp_path: Path) -> None:
    assert doctor.key_store(KeyStore(tmp_path, file_only=True)).health is Health.OK
    (tmp_path / "secrets.json").write_text("damaged")
    assert doctor.key_store(KeyStore(tmp_path, file_only=True)).health is Health.BROKEN


@pytest.mark.parametrize(
    "look",
    [
        lambda: doctor.cameras([], "0"),
        lambda: doctor.disk(0),
        lambda: doctor.clock(timedelta(days=9)),
        lambda: doctor.scanners(
            [HandScanner(Path("/x"), "Pistol", ScannerKind.KEYS, usable=False)]
        ),
    ],
)
def test_whatever_is_not_ok_comes_with_one_command(look: Callable[[], Finding]) -> None:
    found = look()
    assert found.health is not Health.OK
    assert found.mend
    assert "\n" not in found.mend


def test_lists_that_could_not_be_read_are_a_warning_by_field() -> None:
    (read,) = doctor.lists(())
    assert read.health is Health.OK
    found = [LeftOut("tickets", "serial", "ticketing.field_missing", kept=False, count=2)]
    (warned,) = doctor.lists(found)
    assert warned.health is Health.WARNING
    assert warned.fact.params == {"count": 2, "fields": "tickets.serial 2"}


async def test_an_api_in_the_open_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asked(*_: object) -> list[Finding]:
        return []

    monkeypatch.setattr(doctor, "_asked", asked)
    (found,) = await doctor.link(OpenedAt("http://api.house.example/v3/"), utc_now, 1.0)
    assert found.health is Health.WARNING
    assert found.fact == Fact(RouteWarning.UNENCRYPTED, {"host": "api.house.example"})
    assert found.mend == "scanner open CODE --api https://api.house.example/v3/"
    assert not await doctor.link(OpenedAt("https://api.house.example/v3/"), utc_now, 1.0)
