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
