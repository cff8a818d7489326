from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.rules import Override, decide
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.drawing.lettering import letterable
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.reasons import in_words, localised
from tests.admission.worlds import NOW, knowledge, readings, scopes


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    choose_language("en")


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("This ticket is for VIP Lounge", "Dieses Ticket ist für VIP Lounge"),
        ("This is a web address", "Das ist eine Internetadresse"),
        ("Already admitted here 12 min ago", "Schon eingelassen hier vor 12 min"),
        (
            "Already admitted at Gate B by Sam on 2026-06-12",
            "Schon eingelassen an Gate B von Sam am 2026-06-12",
        ),
        ("Already admitted by Sam", "Schon eingelassen von Sam"),
        ("Already admitted at another gate", "Schon eingelassen an einem anderen Tor"),
        ("Let in by the supervisor: torn", "Von der Leitung eingelassen: torn"),
        (
            "The ticketing API refused it: the API does not know this ticket",
            "Die Ticket-API hat es abgelehnt: die API kennt dieses Ticket nicht",
        ),
        ("Something that nobody has said", "Something that nobody has said"),
    ],
)
def test_a_verdicts_reason_is_said_in_german(english: str, german: str) -> None:
    choose_language("de")
    assert in_words(english) == german


@given(readings(), scopes(), knowledge(), st.none() | st.just(Override("torn")))
def test_every_sentence_of_the_rules_has_words_in_german(
    reading: object, scope: object, known: object, override: Override | None
) -> None:
    verdict = decide(reading, scope, known, NOW, override)  # type: ignore[arg-type] # drawn so
    choose_language("en")
    assert in_words(verdict.reason) == verdict.reason
    choose_language("de")
    assert in_words(verdict.reason) != verdict.reason
    assert in_words(verdict.advice) != verdict.advice


@pytest.mark.parametrize(
    ("code", "face"), product(LANGUAGES, [*FACES.values(), CANNOT_RECORD, READY, CHECKING])
)
def test_every_face_is_lettered_in_every_language(code: str, face: object) -> None:
    choose_language(code)
    shown = localised(next(each for each in _ALL if each is face))
    assert 1 <= len(shown.words) <= 2
    assert all(letterable(word) for word in shown.words)


_ALL = [*FACES.values(), CANNOT_RECORD, READY, CHECKING]
