from dataclasses import replace
from datetime import timedelta

import pytest

from scanner.admission.ticket import Unclaimed
from scanner.admission.venue_status import VenueStatus
from scanner.admission.verdict import Closed
from scanner.facts import Fact
from scanner.scanning.errors import CameraFault, ScannerFault
from scanner.store.acknowledged import Acknowledged, Doubles
from scanner.store.double_entries import DoubleEntry
from scanner.store.left_out import LeftOut
from scanner.sync.link import Link, LinkState
from scanner.sync.status import ListDoubt
from scanner.tui.ports import SourceState
from scanner.wording.notices import STALE, Notice, abnormal, age
from scanner.wording.sentences import in_english
from tests.tui.ports import NOW, OUTDATED, STATUS, UNREACHABLE
from tests.tui.sources import LOOKING


def test_a_good_evening_has_no_notices() -> None:
    assert abnormal(STATUS, LOOKING, NOW, NOW) == []
    assert abnormal(STATUS, None, NOW, NOW) == []


def test_an_offline_gate_says_since_when_and_that_it_goes_on() -> None:
    status = replace(STATUS, link=Link(LinkState.OFFLINE, UNREACHABLE))
    assert abnormal(status, LOOKING, NOW - timedelta(minutes=3), NOW) == [
        Notice(
            "○ OFFLINE since 21:01, admitting goes on: The ticketing API at api.example can't be "
            "reached; check the address and the network."
        )
    ]


@pytest.mark.parametrize(
    ("policy", "follows", "grave"),
    [
        (Unclaimed.ADMIT, "tickets are let in and marked.", False),
        (Unclaimed.REFUSE, "nobody is let in without them.", True),
    ],
)
def test_a_gate_that_can_ask_no_other_says_what_follows_from_it(
    policy: Unclaimed, follows: str, grave: bool
) -> None:
    alone = replace(STATUS, venue=VenueStatus("Arena", policy))
    text = f"◇ ALONE: the other gates can't be asked; {follows}"
    assert abnormal(alone, LOOKING, NOW, NOW) == [Notice(text, grave)]
    (stopped,) = abnormal(alone, LOOKING, NOW, NOW, admitting=False)
    assert stopped == Notice("◇ ALONE: the other gates can't be asked.")
    for seconds, told in ((1, False), (3, True), (-3600, True)):
        since = replace(alone, venue=VenueStatus("Arena", policy, since=NOW))
        assert bool(abnormal(since, LOOKING, NOW, NOW + timedelta(seconds=seconds))) is told
    offline = replace(alone, link=Link(LinkState.OFFLINE, UNREACHABLE))
    assert ("admitting goes on" in abnormal(offline, LOOKING, NOW, NOW)[0].text) is not grave
    joined = replace(STATUS, venue=VenueStatus("Arena", policy, connected=True, unclaimed=3))
    assert abnormal(joined, LOOKING, NOW, NOW) == []


def test_a_double_entry_is_grave_until_somebody_has_seen_to_it() -> None:
    found = tuple(DoubleEntry(9 - n, f"TICKET-{n}", n, "south", "Kim", NOW) for n in range(2))
    status = replace(STATUS, doubles=Doubles(found))
    (notice,) = abnormal(status, LOOKING, NOW, NOW)
    assert notice.grave
    told = "let in here, and by Kim at south at 21:04:07 as well"
    assert notice.text == f"▲ 2 DOUBLE ENTRIES, see the queue: TICKET-0: {told}"
    done = Acknowledged("both sat down", "Mo")
    one = replace(STATUS, doubles=Doubles(found, {9: done}))
    assert abnormal(one, LOOKING, NOW, NOW)[0].text.startswith("▲ DOUBLE ENTRY, see the queue: ")
    none = replace(STATUS, doubles=Doubles(found, {9: done, 8: done}))
    assert abnormal(none, LOOKING, NOW, NOW) == []


def test_a_doubted_list_says_what_it_lacks() -> None:
    status = replace(STATUS, doubt=Fact(ListDoubt.SHRUNK, {"missing": 49, "known": 50}))
    (notice,) = abnormal(status, LOOKING, NOW, NOW)
    assert notice.text.startswith("◷ LIST IN DOUBT: 49 of 50 tickets are missing")
    assert not notice.grave


def test_a_held_queue_says_why() -> None:
    status = replace(STATUS, link=Link(LinkState.HELD, OUTDATED))
    assert abnormal(status, LOOKING, NOW, NOW) == [
        Notice(
            "■ QUEUE HELD, admitting goes on: The ticketing API answered 412; "
            "install a newer version of scanner."
        )
    ]


@pytest.mark.parametrize("closed", Closed)
def test_a_closed_gate_is_grave_and_comes_first(closed: Closed) -> None:
    status = replace(STATUS, closed=closed, link=Link(LinkState.OFFLINE))
    first, second = abnormal(status, LOOKING, NOW, NOW)
    assert first == Notice(f"■ GATE CLOSED: {in_english(closed.fact)}.", grave=True)
    assert second.text.startswith("○ OFFLINE")


def test_a_lost_camera_shows_its_sentence_and_the_way_round() -> None:
    camera = SourceState(running=False, fact=Fact(CameraFault.UNPLUGGED, {"name": "C920"}))
    assert abnormal(STATUS, camera, NOW, NOW) == [
        Notice("◌ NO CAMERA, type serials with i: C920 was unplugged; trying again.")
    ]


def test_a_lost_hand_scanner_is_not_taken_for_the_camera() -> None:
    state = SourceState(False, Fact(ScannerFault.ABSENT, {"name": "Zebra"}), by_hand=True)
    assert abnormal(STATUS, state, NOW, NOW) == [
        Notice("◌ NO HAND SCANNER: Zebra is not there; plug it in.")
    ]


def test_an_old_list_is_told() -> None:
    status = replace(STATUS, synced=NOW - STALE)
    assert abnormal(status, LOOKING, NOW, NOW) == [
        Notice("◷ OLD LIST: it is 10 min old; later tickets are unknown.")
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-30, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3660, "1 h 01 min")],
)
def test_ages_are_told_in_the_largest_fitting_unit(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("offset", "words"), [(61.0, "1 min behind"), (-61.0, "1 min ahead"), (7200.0, "2 h 00 min")]
)
def test_a_clock_that_is_off_by_more_than_a_minute_is_told(offset: float, words: str) -> None:
    (notice,) = abnormal(replace(STATUS, offset=offset), LOOKING, NOW, NOW)
    assert notice.text.startswith("◴ CLOCK OFF: this gate is ")
    assert words in notice.text


@pytest.mark.parametrize("offset", [None, 0.0, 60.0, -60.0])
def test_a_clock_within_a_minute_is_well(offset: float | None) -> None:
    assert abnormal(replace(STATUS, offset=offset), LOOKING, NOW, NOW) == []


def test_what_can_not_be_read_of_the_lists_is_said_by_field() -> None:
    found = (
        LeftOut("tickets", "status", "ticketing.field_missing", kept=False, count=2),
        LeftOut("tickets", "owner", "ticketing.field_no_object", kept=True, count=1),
    )
    entries, fields = abnormal(replace(STATUS, left_out=found), LOOKING, NOW, NOW)
    assert "2 entries" in entries.text
    assert "tickets.status 2" in entries.text
    assert "tickets.owner 1" in fields.text
    assert not entries.grave
