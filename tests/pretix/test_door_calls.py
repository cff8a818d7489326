from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.platform.delivery import Inquiry, Outcome, SettleReason
from scanner.platform.errors import (
    BadRequest,
    Malformed,
    NoSuchToken,
    NotFound,
    NotTheApi,
    Restricted,
    Revoked,
    ServerFault,
    TicketingError,
    TooManyRequests,
    Unreachable,
)
from scanner.platform.paged_list import PageSize
from scanner.platform.server_time import ServerTime
from scanner.pretix.errors import PretixRefusal
from scanner.pretix.platform import PretixPlatform
from scanner.store import ledger
from scanner.store.ledger import State, Waiting
from tests.pretix.evening import (
    BASE,
    EIGHT,
    GRANTED,
    LATER,
    NAME,
    NO_SUCH_LIST,
    NONCE,
    OTHER,
    OWN,
    PATH,
    PRINTLOG,
    REDEEM,
    SECRET,
    UNKNOWN,
    WRITTEN,
    check_in,
    gate,
    order,
    position,
    refused,
    serve,
)
from tests.pretix.stand_in import HTML, Asked, StandIn, Told

WAITING = Waiting(SECRET, PATH.uri, "Lee", NAME, 0, EIGHT, NONCE)
SENT = ledger.Admission(
    SECRET, 5, PATH.uri, "", "Lee", NAME, EIGHT, State.SENDING, 1, EIGHT, False, None, 0, None
)
INQUIRY = Inquiry(Fact("text"), False, PageSize(), ServerTime(lambda: EIGHT))


async def delivered(platform: PretixPlatform, waiting: Waiting = WAITING) -> Outcome:
    reply = await platform.deliver([waiting])
    assert not (reply.declined or reply.unclear or reply.split)
    if reply.granted:
        assert (list(reply.granted), list(reply.settled)) == ([waiting.serial], [])
        return Outcome(State.CONFIRMED)
    ((serial, found),) = reply.settled
    assert serial == waiting.serial
    return found


async def outcome_of(pretix: StandIn, told: Told) -> Outcome:
    serve(pretix)
    pretix.routes[REDEEM] = told
    async with gate(pretix) as platform:
        return await delivered(platform)


async def test_an_entry_is_told_with_its_own_time_and_nonce(pretix: StandIn) -> None:
    assert await outcome_of(pretix, GRANTED) == Outcome(State.CONFIRMED)
    (asked,) = pretix.asked
    assert asked.body == {
        "secret": SECRET,
        "source_type": "barcode",
        "lists": [3],
        "type": "entry",
        "datetime": WRITTEN,
        "nonce": NONCE,
        "force": False,
        "ignore_unpaid": True,
        "questions_supported": False,
    }


async def test_only_a_supervisors_word_forces(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = GRANTED
    async with gate(pretix) as platform:
        await delivered(platform, WAITING._replace(override=True))
    assert pretix.asked[0].body["force"] is True


async def test_a_lost_answer_is_asked_for_with_the_same_nonce(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = replace(GRANTED, cut=True)
    async with gate(pretix) as platform:
        with pytest.raises(Unreachable) as raised:
            await platform.deliver([WAITING])
        assert raised.value.sent
        pretix.routes[REDEEM] = GRANTED
        assert (await platform.look_up(SENT, INQUIRY)).state is State.CONFIRMED
        overridden = replace(SENT, override_note="lost her bag")
        assert (await platform.look_up(overridden, INQUIRY)).state is State.CONFIRMED
    first, second, third = (each.body for each in pretix.asked)
    assert first == second
    assert third == {**first, "force": True}


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("unpaid", PretixRefusal.UNPAID),
        ("canceled", PretixRefusal.CANCELED),
        ("unapproved", PretixRefusal.UNAPPROVED),
        ("blocked", PretixRefusal.BLOCKED),
        ("revoked", PretixRefusal.REVOKED),
        ("product", PretixRefusal.PRODUCT),
        ("ambiguous", PretixRefusal.AMBIGUOUS),
        ("rules", PretixRefusal.RULES),
        ("invalid_time", PretixRefusal.INVALID_TIME),
        ("tomorrow", PretixRefusal.OTHER),
    ],
)
async def test_a_refusal_is_told_in_its_own_words(
    pretix: StandIn, reason: str, code: PretixRefusal
) -> None:
    params = {"reason": "tomorrow"} if code is PretixRefusal.OTHER else {}
    found = await outcome_of(pretix, refused(reason, reason_explanation=None))
    assert found == Outcome(State.REFUSED, Fact(code, params))
    explained = await outcome_of(pretix, refused(reason, reason_explanation="Not today."))
    assert explained.reason == Fact(
        PretixRefusal.EXPLAINED, {"refusal": Fact(code, params), "said": "Not today."}
    )


async def test_questions_that_are_open_refuse(pretix: StandIn) -> None:
    told = Told(400, {"status": "incomplete", "questions": [], "position": {"id": 1}})
    found = await outcome_of(pretix, told)
    assert found == Outcome(State.REFUSED, Fact(PretixRefusal.INCOMPLETE))


@pytest.mark.parametrize("reason", ["canceled", "blocked", "already_redeemed", "rules", "unpaid"])
async def test_an_entry_that_pretix_has_from_this_gate_stands_whatever_it_says_now(
    pretix: StandIn, reason: str
) -> None:
    ours = check_in(4, "2026-05-01T20:00:00.123456Z")
    found = await outcome_of(pretix, refused(reason, check_in(5, LATER, OTHER), ours))
    assert found == Outcome(State.CONFIRMED)


@pytest.mark.parametrize(
    "entry",
    [
        check_in(4, "2026-05-01T20:00:00.123456Z", OTHER),
        check_in(4, "2026-05-01T20:00:00.123456Z", None),
        check_in(4, "2026-05-01T20:00:02Z"),
        check_in(4, "2026-05-01T20:00:00.123456Z", list=9),
        check_in(4, "2026-05-01T20:00:00.123456Z", type="exit"),
    ],
)
async def test_what_is_not_this_entry_proves_nothing(pretix: StandIn, entry: Any) -> None:
    assert (await outcome_of(pretix, refused("canceled", entry))).state is State.REFUSED


async def test_who_was_first_is_told_and_hears_of_this_gate(pretix: StandIn) -> None:
    pretix.routes[f"POST {PRINTLOG}"] = Told(201, {})
    first = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    found = await outcome_of(pretix, refused("already_redeemed", first))
    other = EarlierAdmission(EIGHT.replace(minute=55, hour=19, microsecond=0), None, f"#{OTHER}")
    assert (found.state, found.other) == (State.CONFLICT, other)
    told = {"guard": None, "gate": f"#{OTHER}", "at": other.at}
    assert found.reason == Fact(SettleReason.ADMITTED_BEFORE, told)
    assert pretix.asked[-1].body == {
        "source": "scanner",
        "type": "other",
        "successful": False,
        "datetime": WRITTEN,
        "info": {"admitted": WRITTEN, "device": NAME, "list": 3},
    }


async def test_what_was_noted_is_not_noted_again(pretix: StandIn) -> None:
    log = {"source": "scanner", "type": "other", "successful": False, "device_id": OWN}
    noted = log | {"info": {"admitted": WRITTEN, "device": NAME}}
    entry = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    body = {"id": 1, "checkins": [entry], "print_logs": [noted]}
    told = Told(400, {"status": "error", "reason": "already_redeemed", "position": body})
    assert (await outcome_of(pretix, told)).state is State.CONFLICT
    assert len(pretix.asked) == 1
    pretix.routes[f"POST {PRINTLOG}"] = Told(201, {})
    at_another_list = {"info": {"admitted": WRITTEN, "device": NAME, "list": 9}}
    for other in ({"device_id": OTHER}, at_another_list):
        body["print_logs"] = [noted | other]
        await outcome_of(pretix, told)
        assert pretix.asked[-1].path == PRINTLOG


@pytest.mark.parametrize("device", [OWN, None])
async def test_a_copy_and_a_browser_are_told_nothing(pretix: StandIn, device: int | None) -> None:
    first = check_in(4, "2026-05-01T19:55:00Z", device)
    found = await outcome_of(pretix, refused("already_redeemed", first))
    assert found.state is State.CONFLICT
    assert found.reason
    code = SettleReason.ADMITTED_BY_COPY if device == OWN else SettleReason.ADMITTED_BEFORE
    assert found.reason.code == code
    assert len(pretix.asked) == 1


@pytest.mark.parametrize(
    "told",
    [Told(403, {"detail": "No."}), Told(400, {"info": ["No."]})],
)
async def test_a_note_that_is_not_taken_leaves_the_conflict_settled(
    pretix: StandIn, told: Told
) -> None:
    pretix.routes[f"POST {PRINTLOG}"] = told
    first = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    assert (await outcome_of(pretix, refused("already_redeemed", first))).state is State.CONFLICT


@pytest.mark.parametrize("again", [Told(201, {}), Told(500, b"<h1>Oh</h1>", HTML)])
async def test_a_note_on_which_pretix_fails_is_made_once_more(pretix: StandIn, again: Told) -> None:
    first = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    pretix.routes[REDEEM] = refused("already_redeemed", first)
    async with gate(pretix) as platform:
        for told, error in (
            (Told(429, b"", HTML), TooManyRequests),
            (Told(503, b"<h1>Oh</h1>", HTML), ServerFault),
        ):
            pretix.routes[f"POST {PRINTLOG}"] = told
            with pytest.raises(error):
                await delivered(platform)
        pretix.routes[f"POST {PRINTLOG}"] = again
        assert (await delivered(platform)).state is State.CONFLICT
    assert len(pretix.of(PRINTLOG)) == 3


async def test_a_note_whose_answer_is_lost_keeps_the_admission_in_doubt(pretix: StandIn) -> None:
    pretix.routes[f"POST {PRINTLOG}"] = Told(201, {}, cut=True)
    first = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    with pytest.raises(Unreachable) as raised:
        await outcome_of(pretix, refused("already_redeemed", first))
    assert raised.value.sent


@pytest.mark.parametrize("shape", [[], "?", None, {"id": "x"}, {"checkins": []}])
async def test_a_refusal_without_its_position_is_looked_into(pretix: StandIn, shape: Any) -> None:
    ours = position(checkins=[check_in(4, "2026-05-01T20:00:00.123456Z")])
    other = position(2, f"{SECRET}b")
    serve(pretix)
    pretix.routes[REDEEM] = Told(400, {"status": "error", "reason": "canceled", "position": shape})
    pretix.routes[f"GET {BASE}/orders/"] = [order("AAAAA", other), order("BBBBB", other, ours)]
    async with gate(pretix) as platform:
        assert (await delivered(platform)).state is State.CONFIRMED
    assert pretix.asked[-1].query["search"] == [SECRET]
    assert pretix.asked[-1].query["include_canceled_positions"] == ["true"]


async def test_an_unknown_ticket_is_looked_into_before_it_is_believed(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = UNKNOWN
    async with gate(pretix) as platform:
        found = await delivered(platform)
        assert found == Outcome(State.REFUSED, Fact(PretixRefusal.UNKNOWN))
        ours = position(canceled=True, checkins=[check_in(4, "2026-05-01T20:00:00.123456Z")])
        pretix.routes[f"GET {BASE}/orders/"] = [order("AAAAA", ours)]
        assert (await delivered(platform)).state is State.CONFIRMED
        pretix.routes[f"GET {BASE}/orders/"] = Told(502, b"", HTML)
        with pytest.raises(ServerFault):
            await delivered(platform)


async def test_an_unknown_ticket_may_have_a_new_code_since(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = UNKNOWN
    listed = f"{BASE}/checkinlists/3/positions/"
    exactly, nearly = "2026-05-01T20:00:00.123456Z", "2026-05-01T20:00:00.123457Z"
    newer = [position(n, f"new {n}", checkins=[check_in(n, LATER)]) for n in range(10, 59)]
    for ours, state in (
        (check_in(4, exactly), State.CONFIRMED),
        (check_in(4, exactly, OTHER), State.REFUSED),
        (check_in(4, exactly, type="exit"), State.REFUSED),
        (check_in(4, nearly), State.REFUSED),
    ):
        reissued = position(2, "another", checkins=[ours])
        pretix.routes[f"GET {listed}"] = [*newer, "?", reissued]
        async with gate(pretix) as platform:
            assert (await delivered(platform)).state is state


async def test_an_unknown_ticket_is_not_sought_among_older_check_ins(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = UNKNOWN
    listed = f"{BASE}/checkinlists/3/positions/"
    older = check_in(4, "2026-05-01T19:59:59Z", OTHER)
    pretix.routes[f"GET {listed}"] = [position(n, f"{n}", checkins=[older]) for n in range(120)]
    async with gate(pretix) as platform:
        assert (await delivered(platform)).state is State.REFUSED
    (asked,) = pretix.of(listed)
    assert asked.query["ordering"] == ["-last_checked_in"]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(400, {"lists": ['Invalid pk "9" - object does not exist.']}), BadRequest),
        (Told(400, ["Selecting two check-in lists is unsupported."]), BadRequest),
        (Told(400, {"datetime": ["Datetime has wrong format."]}), BadRequest),
        (Told(400, {"status": "strange", "reason": "unpaid"}), BadRequest),
        (Told(400, "no"), BadRequest),
        (Told(404, {"detail": "Not found."}), NotFound),
        (Told(404, {"status": [], "reason": "invalid"}), NotFound),
        (Told(404, b"<h1>Not Found</h1>", HTML), NotTheApi),
        (Told(401, {"detail": "Device access has been revoked."}), Revoked),
        (
            Told(403, {"detail": "You do not have permission to perform this action."}),
            Restricted,
        ),
        (Told(429, b"", HTML, {"Retry-After": "7"}), TooManyRequests),
        (Told(500, b"<h1>Server Error</h1>", HTML), ServerFault),
        (Told(201, []), Malformed),
        (Told(201, {"position": {}}), Malformed),
        (Told(200, {"status": "maintenance"}), Malformed),
        (Told(400, {"status": "ok"}), BadRequest),
        (Told(200, {"status": "ok"}), Malformed),
        (Told(404, {"status": "error", "message": "no such page"}), NotFound),
        (Told(200, b"<h1>Log in</h1>", HTML), NotTheApi),
        (Told(201, b'{"status": "o'), NotTheApi),
    ],
)
async def test_what_is_no_verdict_settles_nothing(
    pretix: StandIn, told: Told, error: type[TicketingError]
) -> None:
    with pytest.raises(error) as raised:
        await outcome_of(pretix, told)
    assert type(raised.value) is error
    assert SECRET not in str(raised.value)


async def test_a_code_that_pretix_cannot_read_does_not_hold_up_the_others(pretix: StandIn) -> None:
    told = Told(400, {"secret": ["Null characters are not allowed."]})
    found = await outcome_of(pretix, told)
    assert found.state is State.REFUSED
    assert found.reason
    assert found.reason.code == PretixRefusal.NOT_TAKEN


async def test_a_deleted_list_is_told_as_such(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[f"GET {BASE}/checkinlists/3/positions/"] = NO_SUCH_LIST
    async with gate(pretix) as platform:
        with pytest.raises(NoSuchToken):
            await platform.admissions()


async def test_admissions_of_a_batch_are_settled_each(pretix: StandIn) -> None:
    def redeem(asked: Asked) -> Told:
        return GRANTED if asked.body["secret"] == "good" else refused("blocked")

    serve(pretix)
    pretix.routes[REDEEM] = redeem
    later = EIGHT + timedelta(minutes=1)
    batch = [WAITING._replace(serial="good"), WAITING._replace(serial="bad", at=later)]
    async with gate(pretix) as platform:
        reply = await platform.deliver(batch)
    assert list(reply.granted) == ["good"]
    assert [serial for serial, _ in reply.settled] == ["bad"]


@pytest.mark.parametrize(
    ("kept", "own"),
    [
        (WRITTEN, True),
        ("2026-05-01T20:00:00Z", True),
        ("2026-05-01T20:00:00.123Z", True),
        ("2026-05-01T20:00:00.123457Z", False),
        ("2026-05-01T20:00:00.125Z", False),
        ("2026-05-01T20:00:02Z", False),
    ],
)
async def test_an_entry_of_a_copy_in_the_same_second_is_a_conflict(
    pretix: StandIn, kept: str, own: bool
) -> None:
    found = await outcome_of(pretix, refused("already_redeemed", check_in(1, kept)))
    assert found.state is (State.CONFIRMED if own else State.CONFLICT)
