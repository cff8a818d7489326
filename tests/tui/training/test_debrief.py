"""The debrief as pictures; `pytest tests/tui --snapshot-update` after a look at each change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.training.answers import SEND, SUPERVISOR, Act, Answer, Refusal, due_to_patron
from scanner.training.marks import Decision, Heading, Shown, mark
from scanner.training.role import Role
from scanner.tui.training.debrief import DebriefScreen
from scanner.tui.training.progress import ProgressScreen
from scanner.wording.catalogue import choose_language
from tests.training.test_drill import patron
from tests.tui.training.one_screen import OneScreen, plain_pictures
from tests.tui.training.stands import SCENARIO, finished

Compare = Callable[..., bool]


def refused(reason: Refusal) -> Answer:
    return Answer(Act.TURN_AWAY, reason)


SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


__all__ = ["plain_pictures"]


def debrief(folder: Path, *, wrong: bool) -> OneScreen:
    shift, run = finished(folder, wrong=wrong)
    runs = [replace(run, percent=60.0), replace(run, trainee="Mo", percent=90.0), run]
    return OneScreen(DebriefScreen(shift, run, runs, folder))


@SIZES
def test_mistake(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(debrief(tmp_path, wrong=True), terminal_size=size)


@SIZES
def test_procedure(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    press = ["right", "right"]
    assert snap_compare(debrief(tmp_path, wrong=True), terminal_size=size, press=press)


@SIZES
def test_no_mistake(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(debrief(tmp_path, wrong=False), terminal_size=size)


@SIZES
def test_progress(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    shift, run = finished(tmp_path, wrong=False)
    shift.close()
    runs = [replace(run, percent=each, passed=each >= 60) for each in (20.0, 45.0, 57.1, 71.4)]
    runs.append(replace(run, trainee="Mo", percent=90.0))
    screen = ProgressScreen(SCENARIO, "Lee", runs)
    assert snap_compare(OneScreen(screen), terminal_size=size)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_mistake_in_a_language_of_longer_words(
    snap_compare: Compare, tmp_path: Path, language: str
) -> None:
    choose_language(language)
    assert snap_compare(debrief(tmp_path, wrong=True), terminal_size=(80, 24))


@pytest.mark.parametrize(
    ("role", "verdict", "answer", "heading"),
    [
        (Role.OTHER_CODE, Kind.NOT_A_TICKET, SEND, Heading.SENT_WRONG),
        (Role.ANGRY_VIP, Kind.WRONG_SECTION, refused(Refusal.WRONG_SECTION),
         Heading.ANOTHER_GATE),
        (Role.FRESH_SALE, Kind.UNKNOWN, refused(Refusal.UNKNOWN),
         Heading.SUPERVISOR_CAN_HELP),
        (Role.OTHER_CODE, Kind.NOT_A_TICKET, refused(Refusal.UNKNOWN),
         Heading.WRONG_REASON),
        (Role.OTHER_CODE, Kind.NOT_A_TICKET, SUPERVISOR, Heading.NEEDLESS_CALL),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_what_was_done(
    role: Role, verdict: Kind, answer: Answer, heading: Heading
) -> None:
    somebody = patron(0, 0.0, role=role)
    due = due_to_patron(role, verdict)
    marked = mark(somebody, verdict, answer, due)
    shown = Fact(Shown.NOTHING_READ)
    decision = Decision(somebody, verdict, shown, answer, due, marked, 0.0, 0.0)
    assert decision.heading is heading
