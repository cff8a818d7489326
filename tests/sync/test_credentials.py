import pytest

from scanner.platform.errors import (
    ApiFault,
    Forbidden,
    NoSuchToken,
    NotFound,
    NotTheApi,
    Restricted,
    ServerFault,
    TicketingError,
    Unauthenticated,
    Unreachable,
)
from scanner.sync.credentials import TokenCheck

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


def test_a_restriction_that_stays_for_a_minute_is(check: TokenCheck, clock: Clock) -> None:
    assert not asked(check, clock, (0, RESTRICTED), (20, RESTRICTED), (20, RESTRICTED))
    assert asked(check, clock, (20, RESTRICTED))


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
