"""Every verdict is explained, in every language, at every width."""

import pytest

from scanner.admission.verdict import Reason, Verdict
from scanner.tui.drawing.explained import every_verdict, one_verdict
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.verdict import advice, headline, meaning, name_of, to_do


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", [24, 60, 75, 110])
def test_what_each_reason_means_and_what_to_do_is_listed_once(code: str, width: int) -> None:
    choose_language(code)
    listed = every_verdict(width)
    assert all(line.cell_length <= width for line in listed.split("\n"))
    words = set(listed.plain.split())
    for reason in Reason:
        for said in (headline(Verdict(reason)), name_of(reason), meaning(reason), to_do(reason)):
            assert set(said.split()) <= words
        assert headline(Verdict(reason)) in one_verdict(reason, width).plain
    titles = [line for line in listed.plain.split("\n") if line and not line.startswith(" ")]
    assert len(titles) == len(set(titles))


def test_the_help_says_to_do_what_the_verdict_says() -> None:
    for reason in set(Reason) - {Reason.OTHER_SECTION}:
        assert advice(Verdict(reason)) == to_do(reason)
