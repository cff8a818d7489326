import pytest

from tests.cli.program import Program


def test_a_pretix_needs_an_evening_without_a_screen(program: Program) -> None:
    done = program.run("demo", "--pretix", "http://127.0.0.1:8000/house")
    assert done.returncode == 2
    assert b"--pretix works only together with --headless." in done.stderr


@pytest.mark.parametrize(
    "words", [("demo", "--headless"), ("bench", "ingest"), ("bench", "replay")], ids=" ".join
)
def test_a_pretix_is_tried_with_a_teams_token_alone(
    program: Program, words: tuple[str, ...]
) -> None:
    said = program.complains(*words, "--pretix", "http://127.0.0.1:8000/house")
    assert "SCANNER_PRETIX_TOKEN" in said
    said = program.complains(*words, "--pretix", "house")
    assert "http://127.0.0.1:8000/house" in said


def test_a_venue_is_shown_in_a_terminal_and_not_at_a_pretix(program: Program) -> None:
    assert "--headless" in program.complains("demo", "--venue")
    done = program.run("demo", "--venue", "--headless", "--pretix", "http://127.0.0.1:8000/house")
    assert done.returncode == 2
    assert b"--pretix can't be used together with --venue." in done.stderr
