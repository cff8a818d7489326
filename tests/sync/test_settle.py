import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.platform import resources
from scanner.platform.delivery import Outcome, SettleReason
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.handed_over import LATEST_ARRIVAL
from scanner.store.ledger import Admission, State
from scanner.sync.outbox import copies_met
from scanner.ticketing.settle import CLOCK_TOLERANCE, outcome
from scanner.wording.sentences import in_english

SENT = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)
SERIAL = "DAWIER-BACK75580348"
MINE = Admission(
    serial=SERIAL,
    journal=1,
    event="/events/1",
    section="/events/1/sections/2",
    redeemer="Ana",
    device="door-1",
    at=SENT - timedelta(minutes=30),
    state=State.SENDING,
    attempts=1,
    sent=SENT,
    answered=False,
    outstanding=None,
    faults=0,
    reason=None,
)
OURS = resources.Admission(SERIAL, "Ana", "door-1", SENT + timedelta(seconds=1))
THEIRS = resources.Admission(SERIAL, "Sam", "door-2", SENT - timedelta(minutes=5))
NOW = SENT + timedelta(minutes=1)
REFUSAL = Fact(SettleReason.WITHDRAWN)


def settle(*found: resources.Admission, answered: bool = False) -> Outcome:
    return outcome(replace(MINE, answered=answered), found, REFUSAL, NOW)


@pytest.mark.parametrize("answered", [False, True])
def test_our_own_admission_is_confirmed(answered: bool) -> None:
    assert settle(OURS, answered=answered) == Outcome(State.CONFIRMED)


@pytest.mark.parametrize("answered", [False, True])
def test_another_gates_admission_is_a_conflict_that_says_who_where_and_when(
    answered: bool,
) -> None:
    assert settle(THEIRS, answered=answered) == Outcome(
        State.CONFLICT,
        Fact(
            SettleReason.ADMITTED_BEFORE,
            {"guard": "Sam", "gate": "door-2", "at": THEIRS.admitted},
        ),
        EarlierAdmission(THEIRS.admitted, "Sam", "door-2"),
    )


def test_what_the_api_leaves_out_of_a_conflict_is_said_vaguely() -> None:
    unknown = resources.Admission(SERIAL, None, None, None)
    reason = settle(unknown).reason
    assert reason
    assert in_english(reason) == "admitted before by somebody at a gate"


def test_a_conflict_reads_the_same_from_a_record() -> None:
    reason = settle(THEIRS).reason
    assert reason
    kept = Fact.from_json(json.loads(json.dumps(reason.as_json())))
    assert in_english(kept) == in_english(reason)
    assert in_english(kept) == "admitted before by Sam at door-2 at 20:59:07"


def test_an_answered_request_that_granted_nothing_is_refused_with_the_tickets_reason() -> None:
    assert settle(answered=True) == Outcome(State.REFUSED, REFUSAL)


def test_a_request_without_an_answer_that_granted_nothing_goes_back_to_the_queue() -> None:
    found = settle(answered=False)
    assert found.state is State.QUEUED
    assert found.reason


@pytest.mark.parametrize(
    "other",
    [
        replace(OURS, device="door-2"),
        replace(OURS, redeemer="Sam"),
        replace(OURS, device=None),
        replace(OURS, device="Door-10"),
    ],
)
def test_redeemer_and_device_must_both_be_ours(other: resources.Admission) -> None:
    assert settle(other).state is State.CONFLICT


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0, State.CONFIRMED),
        (-CLOCK_TOLERANCE.total_seconds(), State.CONFIRMED),
        (-CLOCK_TOLERANCE.total_seconds() - 1, State.CONFLICT),
        (86_400, State.CONFIRMED),
    ],
)
def test_an_admission_from_before_our_first_sending_is_not_ours(
    seconds: float, state: State
) -> None:
    # Names can be used twice; the time of sending, in the server's clock, can't.
    found = replace(OURS, admitted=SENT + timedelta(seconds=seconds))
    assert settle(found).state is state


TAGGED = replace(MINE, device="7k3q door-1", answered=True, last_sent=SENT)
UNDER_OUR_TAG = resources.Admission(SERIAL, "Ana", "7k3q door-1", SENT)


def settle_tagged(
    found: resources.Admission, *, shared: bool = False, **changes: Any
) -> SettleReason | State:
    came_to = outcome(
        replace(TAGGED, **changes),
        [found],
        REFUSAL,
        NOW,
        shared=shared,
    )
    return SettleReason(came_to.reason.code) if came_to.reason else came_to.state


@pytest.mark.parametrize(
    "found",
    [
        replace(UNDER_OUR_TAG, redeemer="ANA"),
        replace(UNDER_OUR_TAG, redeemer=None),
        replace(UNDER_OUR_TAG, device="7K3Q DOOR-1"),
        replace(UNDER_OUR_TAG, device="7k3q d"),
        replace(UNDER_OUR_TAG, admitted=SENT - timedelta(minutes=14)),
        replace(UNDER_OUR_TAG, admitted=SENT + timedelta(minutes=14)),
        replace(UNDER_OUR_TAG, admitted=None),
    ],
)
def test_a_tag_is_known_whatever_else_the_server_changed(found: resources.Admission) -> None:
    assert settle_tagged(found) is State.CONFIRMED


@pytest.mark.parametrize("device", ["8k3q door-1", "door-1", None, "7k3qdoor-1"])
def test_another_tag_is_another_gate_of_whatever_name(device: str | None) -> None:
    found = replace(UNDER_OUR_TAG, device=device)
    assert settle_tagged(found) is SettleReason.ADMITTED_BEFORE


def test_a_complete_first_answer_that_does_not_grant_means_that_a_copy_was_first() -> None:
    assert settle_tagged(UNDER_OUR_TAG, declined=True) is SettleReason.ADMITTED_BY_COPY
    earlier = SENT - timedelta(minutes=1)
    assert settle_tagged(UNDER_OUR_TAG, declined=True, outstanding=earlier) is State.CONFIRMED


def test_where_a_copy_is_known_what_nothing_proves_is_not_ours() -> None:
    assert settle_tagged(UNDER_OUR_TAG, answered=False, shared=True) is (
        SettleReason.ADMITTED_BY_COPY
    )


@pytest.mark.parametrize("minutes", [-16, 18])
def test_what_was_admitted_far_from_our_requests_is_not_ours(minutes: int) -> None:
    found = replace(UNDER_OUR_TAG, admitted=SENT + timedelta(minutes=minutes))
    assert settle_tagged(found, answered=False) is SettleReason.ADMITTED_BY_COPY


def test_a_copys_admission_is_told_without_the_tag_and_noted() -> None:
    found = outcome(replace(TAGGED, declined=True), [UNDER_OUR_TAG], REFUSAL, NOW)
    assert found.reason
    assert in_english(found.reason) == (
        "admitted before by Ana at door-1 at 21:04:07;"
        " that was not this gate, but maybe a copy of its data"
    )
    (met,) = copies_met("/events/1", [(SERIAL, found)])
    assert met == Encounter(EncounterKind.COPY, "/events/1", "7k3q door-1", "Ana", SERIAL)
    assert list(copies_met("/events/1", [(SERIAL, settle(THEIRS))])) == []


def test_an_admission_under_our_names_without_a_time_is_ours() -> None:
    assert settle(replace(OURS, admitted=None)) == Outcome(State.CONFIRMED)


def test_our_own_among_others_is_confirmed() -> None:
    assert settle(THEIRS, OURS) == Outcome(State.CONFIRMED)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            resources.Admission,
            st.just(SERIAL),
            st.sampled_from(["Ana", "Sam", None]),
            st.sampled_from(["door-1", "door-2", None]),
            st.none() | st.timedeltas(-timedelta(hours=1), timedelta(hours=1)).map(SENT.__add__),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_every_look_ends_in_one_known_state_and_only_silence_sends_again(
    found: list[resources.Admission], answered: bool
) -> None:
    came_to = settle(*found, answered=answered)
    assert came_to.state in set(State) - {State.SENDING}
    assert (came_to.state is State.QUEUED) == (not found and not answered)
    assert (came_to.state is State.REFUSED) == (not found and answered)
    assert (came_to.reason is None) == (came_to.state is State.CONFIRMED)


def test_a_refusal_waits_while_an_earlier_request_may_still_arrive() -> None:
    sent = replace(MINE, answered=True, outstanding=NOW - timedelta(seconds=30))
    doubt = Fact(SettleReason.MAY_ARRIVE, {"refusal": REFUSAL})
    assert outcome(sent, (), REFUSAL, NOW) == Outcome(State.SENDING, doubt)
    late = NOW + LATEST_ARRIVAL
    assert outcome(sent, (), REFUSAL, late) == Outcome(State.REFUSED, REFUSAL)
    assert outcome(sent, (THEIRS,), REFUSAL, NOW).state is State.CONFLICT
    assert outcome(sent, (OURS,), REFUSAL, NOW).state is State.CONFIRMED
