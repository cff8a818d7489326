"""A person's word at a gate of a venue: the other gates are asked as well."""

from concurrent.futures import Future
from pathlib import Path

import pytest

from scanner.admission.claim import Answer, Asked, Standing, Wish
from scanner.admission.rules import Exit, LetIn, Override, Reentry, Word
from scanner.admission.ticket import Unclaimed
from scanner.admission.verdict import Reason
from scanner.gate import Gate
from scanner.store.writer import Writer
from tests.store.worlds import SERIALS, filled, row, seconds

LIMIT = 10
A = SERIALS[0]


class Venue:
    """Where nobody answers, and the house refuses then."""

    fallback = Unclaimed.REFUSE

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    def ask(self, asked: Asked) -> "Future[Answer]":
        self.wishes.append(asked.wish)
        answer: Future[Answer] = Future()
        answer.set_result(Answer(Standing.UNANSWERED))
        return answer

    def end(self, asked: Asked, *, green: bool) -> None:
        """Nothing was won."""


@pytest.mark.parametrize("word", [None, LetIn(), Reentry("a smoke"), Override("the artist's")])
def test_no_first_entry_is_without_asking_the_other_gates(
    word: Word | None, tmp_path: Path
) -> None:
    filled(tmp_path / "gate.sqlite3", [row(A)]).close()
    venue = Venue()
    with Writer(tmp_path / "gate.sqlite3") as writer:
        gate = Gate(writer, claims=venue)
        verdict = gate.present(A, seconds(0), "camera", word).result(LIMIT).verdict
    assert venue.wishes == [Wish.ENTER]
    overridden = isinstance(word, Override)
    assert verdict.reason is (Reason.OVERRIDDEN if overridden else Reason.NOT_CLAIMED)


def test_nobody_is_asked_whether_a_patron_may_leave(tmp_path: Path) -> None:
    filled(tmp_path / "gate.sqlite3", [row(A)]).close()
    venue = Venue()
    with Writer(tmp_path / "gate.sqlite3") as writer:
        gate = Gate(writer, claims=venue)
        verdict = gate.present(A, seconds(0), "camera", Exit()).result(LIMIT).verdict
    assert verdict.reason is Reason.EXITED
    assert venue.wishes == []
