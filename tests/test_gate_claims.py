"""A gate that asks its venue's other gates: what it shows, and what it gives back."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.claim import Answer, Asked, Claim, ClaimState, Entrant, Standing, Wish
from scanner.admission.door import DoorRules
from scanner.admission.rules import Override, Reentry
from scanner.admission.ticket import EarlierAdmission, Unclaimed
from scanner.admission.verdict import Reason
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate, PlatformsWord
from scanner.judging import Judged
from scanner.store import details
from scanner.store.database import open_reader, transaction
from scanner.store.errors import StoreError
from scanner.store.writer import Writer
from tests.store.worlds import SERIALS, filled, row, seconds

LIMIT = 10
A, B = SERIALS[:2]
OTHER = Entrant("m4rx south", "Bo", seconds(-60), "0" * 32)
HELD = Answer(Standing.LOST, Claim(A, ClaimState.HELD, OTHER))
LEFT = Answer(
    Standing.LOST,
    Claim(A, ClaimState.LEFT, OTHER, OTHER._replace(at=seconds(-30), nonce="1" * 32)),
)
WON, NOBODY = Answer(Standing.WON), Answer(Standing.UNANSWERED)


class Venue:
    """Answers as it is told, in order; the last answer stands from then on."""

    def __init__(self, *answers: Answer, fallback: Unclaimed = Unclaimed.ADMIT) -> None:
        self.fallback = fallback
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.ended: list[tuple[Wish, bool]] = []

    def ask(self, asked: Asked) -> "Future[Answer]":
        self.asked.append(asked)
        found: Future[Answer] = Future()
        found.set_result(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        return found

    def end(self, asked: Asked, *, green: bool) -> None:
        assert asked in self.asked
        self.ended.append((asked.wish, green))


class Refuses:
    """A platform that says no before every green light."""

    def ask(self, _: Judged, /) -> PlatformsWord:
        return PlatformsWord(Fact("text", {"text": "already redeemed"}))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file, [row(A), row(B)]).close()
    with Writer(file) as opened:
        yield opened
        with closing(open_reader(file)) as reader:
            assert list(Audit(reader).findings()) == []


def lets_in_again(writer: Writer) -> None:
    """Let the door take patrons back after an exit."""

    def write(conn: sqlite3.Connection) -> None:
        with transaction(conn):
            details.write_door(conn, DoorRules(entry_after_exit=True))

    writer.submit_to_cache(write).result(LIMIT)


def test_a_won_claim_is_a_green_light_and_stays(writer: Writer) -> None:
    venue = Venue(WON)
    judged = Gate(writer, claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.VALID
    assert judged.notice is None
    (asked,) = venue.asked
    assert (asked.serial, asked.right, asked.wish) == (A, A, Wish.ENTER)
    assert (asked.us.redeemer, asked.us.at) == ("Ana", seconds(0))
    assert asked.us.device.endswith(" door-1")
    assert venue.ended == [(Wish.ENTER, True)]


def test_the_journal_has_the_moment_that_the_claim_has(writer: Writer) -> None:
    """By it a gate finds its entry in a claim again."""
    venue = Venue(WON)
    judged = Gate(writer, claims=venue).present(A, seconds(0.25), "camera").result(LIMIT)
    at, device = writer.submit(
        lambda conn: conn.execute(
            "SELECT at, device FROM journal WHERE id = ?", (judged.scan,)
        ).fetchone()
    ).result(LIMIT)
    (asked,) = venue.asked
    assert (asked.us.at.isoformat(), asked.us.device) == (at, device)


def test_a_lost_claim_says_who_was_first(writer: Writer) -> None:
    venue = Venue(HELD)
    judged = Gate(writer, claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.ADMITTED_ELSEWHERE
    assert judged.verdict.first == EarlierAdmission(OTHER.at, "Bo", "south")
    assert venue.ended == [(Wish.ENTER, False)]


def test_nobody_is_asked_about_what_is_no_first_entry(writer: Writer) -> None:
    venue = Venue(WON)
    gate = Gate(writer, claims=venue)
    for payload in (A, A, "https://example.org", "XXXXXX-1234"):
        judged = gate.present(payload, seconds(0), "camera").result(LIMIT)
        gate.note_shown(judged)
    assert len(venue.asked) == 1


def test_without_an_answer_the_house_lets_in_and_marks_it(writer: Writer) -> None:
    venue = Venue(NOBODY)
    judged = Gate(writer, claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.VALID
    assert judged.notice
    assert judged.notice.unclaimed
    assert venue.ended == [(Wish.ENTER, True)]


def test_without_an_answer_a_house_may_refuse_and_gives_back_what_it_may_have(
    writer: Writer,
) -> None:
    venue = Venue(NOBODY, WON, fallback=Unclaimed.REFUSE)
    gate = Gate(writer, claims=venue)
    judged = gate.present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.NOT_CLAIMED
    assert judged.notice is None
    assert venue.ended == [(Wish.ENTER, False)]
    assert gate.present(A, seconds(1), "camera").result(LIMIT).verdict.reason is Reason.VALID


def test_a_supervisor_lets_in_whom_nobody_could_be_asked_about(writer: Writer) -> None:
    venue = Venue(NOBODY, fallback=Unclaimed.REFUSE)
    gate = Gate(writer, claims=venue)
    gate.present(A, seconds(0), "camera").result(LIMIT)
    word = Override("they have shown their passport")
    judged = gate.present(A, seconds(1), "override", word).result(LIMIT)
    assert judged.verdict.reason is Reason.OVERRIDDEN
    assert venue.ended[-1] == (Wish.ENTER, True)


def test_a_supervisors_word_about_another_verdict_lets_in_nobody_who_is_in_already(
    writer: Writer,
) -> None:
    """They saw a ticket of no list; meanwhile another gate has let in on it."""
    venue = Venue(HELD)
    gate = Gate(writer, claims=venue)
    unlisted = "DAWIER-BACK99999999"
    judged = gate.present(unlisted, seconds(0), "override", Override("known")).result(LIMIT)
    assert judged.verdict.reason is Reason.ADMITTED_ELSEWHERE
    assert not judged.verdict.admits
    assert [wish for wish, _ in venue.ended] == [Wish.ENTER]


def test_a_supervisor_brings_back_whom_another_gate_let_in(writer: Writer) -> None:
    venue = Venue(HELD)
    gate = Gate(writer, claims=venue)
    judged = gate.present(A, seconds(1), "reentry", Reentry("a smoke")).result(LIMIT)
    assert judged.verdict.reason is Reason.REENTRY
    assert [wish for wish, _ in venue.ended] == [Wish.ENTER]


def test_who_left_by_another_gate_comes_back_by_a_claim_of_its_own(writer: Writer) -> None:
    lets_in_again(writer)
    venue = Venue(LEFT, WON)
    judged = Gate(writer, claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.BACK_AFTER_EXIT
    assert venue.ended == [(Wish.ENTER, True), (Wish.BACK, True)]


def test_who_is_back_already_is_not_let_in_again(writer: Writer) -> None:
    lets_in_again(writer)
    venue = Venue(LEFT, HELD)
    judged = Gate(writer, claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.ADMITTED_ELSEWHERE
    assert venue.ended == [(Wish.ENTER, False), (Wish.BACK, False)]


def test_the_platforms_no_gives_the_claim_back(writer: Writer) -> None:
    venue = Venue(WON)
    judged = Gate(writer, Refuses(), claims=venue).present(A, seconds(0), "camera").result(LIMIT)
    assert judged.verdict.reason is Reason.REFUSED_BY_API
    assert venue.ended == [(Wish.ENTER, False)]


def test_a_full_disk_gives_the_claim_back(writer: Writer) -> None:
    def refuse(conn: sqlite3.Connection) -> None:
        conn.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )

    writer.submit(refuse).result(LIMIT)
    venue = Venue(WON)
    gate = Gate(writer, claims=venue)
    published: list[Judged] = []
    gate.subscribe(published.append)
    with pytest.raises(StoreError, match="the disk is full"):
        gate.present(A, seconds(0), "camera").result(LIMIT)
    assert venue.ended == [(Wish.ENTER, False)]
    assert not published
    writer.submit(lambda conn: conn.execute("DROP TRIGGER broken")).result(LIMIT)
