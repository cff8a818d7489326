import subprocess
import sys

import pytest

from tests.cli.desk.commands import run


@pytest.mark.parametrize(
    "words",
    [
        ("login",),
        ("logout",),
        ("tokens",),
        ("tokens", "issue"),
        ("tokens", "list"),
        ("tokens", "show"),
        ("tokens", "update"),
        ("tokens", "revoke"),
    ],
)
def test_the_help_of_each_command_has_an_example(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert f"Example: scanner {' '.join(words)}" in result.stdout


def test_the_commands_start_without_what_they_need_later() -> None:
    code = (
        "import sys, scanner.cli.desk;"
        "print(sorted({'httpx', 'keyring', 'rich.table', 'structlog'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
