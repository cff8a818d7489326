import json
from pathlib import Path

import pytest

from scanner.store.errors import Damage
from tests.cli.program import Program
from tests.store import wrecks


@pytest.fixture
def damaged(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    program.home.mkdir(exist_ok=True)
    file = program.home / "gate.sqlite3"
    with wrecks.evening(file):
        pass
    wrecks.blank(file, wrecks.first_page_with(file, "admittedverdict.valid"))
    return program


def test_a_recovery_says_what_was_wrong_what_came_back_and_what_is_next(damaged: Program) -> None:
    said = damaged.says("recover").splitlines()
    words = ["Damage", "Kept", "Came", "Missing", "Who", "Next"]
    assert [line.split()[0] for line in said] == words
    assert damaged.says("recover").startswith("Intact: ")


def test_for_programs_the_damage_is_a_code_with_parameters(damaged: Program) -> None:
    facts = json.loads(damaged.says("recover", "--json"))
    assert (facts["whole"], facts["code"]) == (False, Damage.STRUCTURE)
    assert facts["params"]["said"] in facts["damage"]
    assert facts["missing"] and facts["cache"] == "all"
    again = json.loads(damaged.says("recover", "--json"))
    assert (again["whole"], again["damage"], again["code"]) == (True, None, None)
