import pytest

from scanner.platform.errors import ApiError
from scanner.wording.sentences import in_english


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "log in again, or give a valid key"),
        (403, "ask an administrator for the right to do this"),
        (412, "install a newer version of scanner"),
        (418, "check what was asked for"),
        (429, "wait a little; a gate tries again by itself"),
        (500, "wait a little; a gate tries again by itself"),
        (511, "wait a little; a gate tries again by itself"),
    ],
)
def test_an_answer_is_told_with_what_to_do_about_its_status(status: int, advice: str) -> None:
    said = in_english(ApiError(status=status).fact)
    assert said.startswith(f"The ticketing API answered {status}; {advice}")


def test_the_apis_own_words_become_part_of_the_sentence() -> None:
    error = ApiError(status=418, said="You may not. Ask Ana!  She knows.")
    assert in_english(error.fact) == (
        "The ticketing API answered 418: You may not; Ask Ana; She knows; check what was asked for."
    )
