import json

from scanner.admission.door import Notice, Unjudged
from scanner.cli.line_gate import as_line, as_words
from tests.tui.ports import SCANS

TOLD = Notice(True, "Ask for the card.\x1b[2J", frozenset(Unjudged))
ALONE = Notice(unclaimed=True)


def test_a_line_for_programs_has_all_of_a_notice() -> None:
    found = json.loads(as_line(SCANS[0]._replace(notice=TOLD)))
    assert found["notice"] == {
        "attention": True,
        "text": "Ask for the card.\x1b[2J",
        "unjudged": ["questions", "rules"],
        "unclaimed": False,
    }
    assert json.loads(as_line(SCANS[0]))["notice"] is None


def test_a_line_for_people_tells_it_without_commands_for_their_terminal() -> None:
    line = as_words(SCANS[0]._replace(notice=TOLD))
    assert "▲ LOOK CLOSELY: the organiser has marked this ticket. · ▲ Ask for the card." in line
    assert "\x1b" not in line
    assert "▲" not in as_words(SCANS[0])


def test_a_line_tells_that_no_other_gate_could_be_asked() -> None:
    judged = SCANS[0]._replace(notice=ALONE)
    assert json.loads(as_line(judged))["notice"]["unclaimed"] is True
    assert as_words(judged).endswith("▲ NOT CLAIMED: the other gates could not be asked.")
