from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.platform.access import GateCredentials
from scanner.platform.errors import (
    ApiFault,
    Forbidden,
    NoSuchToken,
    NotFound,
    NotTheApi,
    Restricted,
    Revoked,
    ServerFault,
    TicketingError,
    Unauthenticated,
    Unreachable,
)
from scanner.store.sessions import StoredSession
from scanner.sync.credentials import TokenCheck, load, save, succeeding
from tests.sync.house import MemoryKeys

RESTRICTED = Restricted(status=403)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def check(clock: Clock) -> TokenCheck:
    return TokenCheck(clock)


def asked(check: TokenCheck, clock: Clock, *answers: tuple[float, TicketingError]) -> bool:
    """Whether the token is dead after the last of these answers, each some seconds later."""
    dead = False
    for later, error in answers:
        clock.now += later
        dead = check.is_dead_after(error)
    return dead


def test_the_apis_words_for_a_code_of_no_token_are_enough(check: TokenCheck) -> None:
    assert check.is_dead_after(NoSuchToken(status=404))


@pytest.mark.parametrize(
    "error",
    [
        NotFound(status=404, said="Not Found"),
        Unauthenticated(status=401),
        Forbidden(status=403, said="Access denied"),
        ServerFault(status=503),
        NotTheApi(ApiFault.NOT_THE_API, host="api.example"),
        Unreachable(ApiFault.TIMEOUT, host="api.example"),
    ],
)
def test_nothing_else_is_however_long_it_lasts(
    check: TokenCheck, clock: Clock, error: TicketingError
) -> None:
    assert not asked(check, clock, *[(15, error)] * 50)


@pytest.mark.parametrize("error", [RESTRICTED, Revoked(status=401)])
def test_what_ended_the_access_and_stays_for_a_minute_is(
    check: TokenCheck, clock: Clock, error: TicketingError
) -> None:
    assert not asked(check, clock, (0, error), (20, error), (20, error))
    assert asked(check, clock, (20, error))


def test_two_restrictions_are_too_few_however_far_apart(check: TokenCheck, clock: Clock) -> None:
    assert not asked(check, clock, (0, RESTRICTED), (3600, RESTRICTED))


@pytest.mark.parametrize("between", [Unauthenticated(status=401), ServerFault(status=502), None])
def test_any_other_answer_in_between_begins_the_minute_again(
    check: TokenCheck, clock: Clock, between: TicketingError | None
) -> None:
    asked(check, clock, (0, RESTRICTED), (30, RESTRICTED), (29, RESTRICTED))
    if between:
        check.is_dead_after(between)
    else:
        check.passed()
    assert not asked(check, clock, (5, RESTRICTED), (20, RESTRICTED), (20, RESTRICTED))


DEVICE = GateCredentials(
    "https://pretix.example/",
    "/organizers/house/events/evening/checkinlists/3",
    "",
    "key",
    number=3,
    platform="pretix",
)


def test_a_gate_that_is_set_up_anew_knows_the_numbers_that_it_had() -> None:
    keys = MemoryKeys()
    for number in (3, 5, 5, 3, 8):
        save(keys, succeeding(keys, replace(DEVICE, number=number)))
    again = replace(DEVICE, event="/organizers/house/events/other/checkinlists/9", number=8)
    assert succeeding(keys, again).former == (5, 3)
    opened = datetime(2026, 5, 1, tzinfo=UTC)
    session = StoredSession(DEVICE.api, DEVICE.event, "Evening", "Lee", "north", opened)
    assert load(keys, session) == replace(DEVICE, number=8, former=(5, 3))


@pytest.mark.parametrize(
    "new",
    [
        replace(DEVICE, event="/organizers/other/events/evening/checkinlists/3", number=8),
        replace(DEVICE, api="https://other.example/", number=8),
        replace(DEVICE, platform="ticketing", number=None),
    ],
)
def test_another_organisers_numbers_say_nothing(new: GateCredentials) -> None:
    keys = MemoryKeys()
    save(keys, DEVICE)
    assert succeeding(keys, new) == new
    assert succeeding(MemoryKeys(), DEVICE) == DEVICE
