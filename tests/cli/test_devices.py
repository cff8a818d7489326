import json

from tests.cli.program import Program


def test_devices_are_listed_for_programs(program: Program) -> None:
    listed = json.loads(program.says("devices", "--json"))
    assert set(listed) == {"cameras", "scanners"}


def test_a_camera_that_is_not_there_can_not_be_chosen(program: Program) -> None:
    said = program.complains("devices", "--camera", "No such camera")
    assert said == "No camera is called No such camera; plug it in, or see scanner devices."
    assert not (program.home / "config.toml").exists()
