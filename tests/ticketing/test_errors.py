"""One case for each row of the contract's errors, from the client's side."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiError,
    ApiFault,
    BadRequest,
    Conflict,
    NoSuchPage,
    NoSuchToken,
    NotFound,
    Restricted,
    ServerFault,
    Unauthenticated,
    UpgradeRequired,
)
from scanner.ticketing import client
from scanner.ticketing.client import TickeTing
from scanner.wording.sentences import in_english
from tests.mock.api import Api, Stage, set_up, unique
from tests.mock.server import Ready
from tests.ticketing.sentences import assert_one_sentence

PASSWORD = "correct horse"


@dataclass
class World:
    """An event of one's own, a server with its own event, and the secrets of both."""

    ready: Ready
    api: Api
    stage: Stage
    secrets: list[str] = field(default_factory=list)

    def keep(self, secret: str) -> str:
        self.secrets.append(secret)
        return secret

    def client(self, key: str | None, *, at: str = "") -> TickeTing:
        return TickeTing(self.ready.url + at, self.keep(key) if key else None)

    def administrator(self) -> TickeTing:
        return self.client(self.ready.api_key)

    def person(self) -> TickeTing:
        return self.client(self.api.person().key)

    def gate(self) -> TickeTing:
        token = self.api.made(f"{self.stage.event}/tokens", {"sections": [self.stage.sections[0]]})
        return self.client(self.api.gate(self.keep(token["code"])).key)

    def account(self) -> str:
        name = unique("patron")
        self.api.made("/accounts", {"username": name, "password": self.keep(PASSWORD)})
        return name

    def global_token(self) -> str:
        (token,) = self.api.entries(f"{self.stage.event}/tokens", **{"global": "true"})
        self.keep(token["code"])
        return str(token["self"].rsplit("/", 1)[-1])


@pytest.fixture
def world(ready: Ready, api: Api) -> World:
    return World(ready, api, set_up(api, tickets=1))


Call = Callable[[World], Awaitable[object]]
CASES: list[tuple[str, type[ApiError], int, str, Call]] = []


def case(kind: type[ApiError], status: int, said: str) -> Callable[[Call], Call]:
    """Add a row: what the call raises, the status, and the API's own words."""

    def add(call: Call) -> Call:
        CASES.append((call.__name__, kind, status, said, call))
        return call

    return add


NOT_AUTHENTICATED = "Your request could not be authenticated."
RESTRICTED = "You are restricted from accessing this resource."
NO_RESOURCE = "There is presently no resource with the given URI."
UNKNOWN_CODE = "The provided code does not belong to any event token"
NO_SECTIONS = "The following arguments are required, but have not been supplied: sections."
IMMUTABLE = "The global admission token cannot be modified or invalidated."
NONE_VALID = "None of the provided ticket serials grants admission to this event"


@case(Unauthenticated, 401, NOT_AUTHENTICATED)
async def no_key(world: World) -> object:
    async with world.client(None) as api:
        return await api.events()


@case(Restricted, 403, RESTRICTED)
async def invalid_key(world: World) -> object:
    async with world.client("0123456789abcdef" * 2) as api:
        return await api.events()


@case(Restricted, 403, RESTRICTED)
async def key_without_the_right(world: World) -> object:
    async with world.gate() as api:
        return await api.tickets(world.ready.event)


@case(UpgradeRequired, 412, "Please upgrade your client to complete this request")
async def old_client(world: World) -> object:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(client, "CLIENT_VERSION", "2.9.9")
        async with world.administrator() as api:
            return await api.events()


@case(NotFound, 404, "The requested endpoint /homepage/v2/events does not exist on this server.")
async def no_such_endpoint(world: World) -> object:
    async with world.client(world.ready.api_key, at="homepage/v2") as api:
        return await api.events()


@case(NotFound, 404, "The requested endpoint /v2/tokens/(code) does not exist on this server.")
async def no_such_endpoint_for_a_code(world: World) -> object:
    async with world.client(world.ready.api_key, at="v2") as api:
        return await api.token_grant(world.keep(world.ready.tokens[0].code))


@case(NotFound, 404, NO_RESOURCE)
async def no_such_resource(world: World) -> object:
    async with world.administrator() as api:
        return await api.event("/events/1")


@case(NotFound, 404, NO_RESOURCE)
async def no_such_token(world: World) -> object:
    async with world.administrator() as api:
        return await api.token(world.stage.event, "1")


@case(
    ServerFault,
    500,
    "There was a server error while excuting this request. Please see system logs for details.",
)
async def fault_in_the_server(world: World) -> object:
    world.api.post("/_mock/faults", {"requests": 1})
    async with world.administrator() as api:
        return await api.events()


@case(BadRequest, 400, NO_SECTIONS)
async def missing_arguments(world: World) -> object:
    async with world.administrator() as api:
        return await api.issue_token(world.stage.event, [])


@case(NoSuchPage, 404, "The specified page does not exist for the given records per page")
async def page_beyond_the_last(world: World) -> object:
    async with world.administrator() as api:
        return await api.tickets(world.stage.event, page=2, records=500)


@case(NoSuchPage, 404, "Please specify a positive integer page number")
async def page_below_one(world: World) -> object:
    async with world.administrator() as api:
        return await api.admissions(world.stage.event, page=0)


@case(Unauthenticated, 401, "A session cannot be started with the given password.")
async def wrong_password(world: World) -> object:
    async with world.administrator() as api:
        return await api.start_session(world.account(), world.keep("battery staple"))


@case(NotFound, 404, "The requested account could not be located")
async def unknown_account(world: World) -> object:
    async with world.administrator() as api:
        return await api.start_session("nobody@example.com", world.keep(PASSWORD))


async def ended(world: World) -> TickeTing:
    person = world.person()
    await person.end_session()
    return person


@case(Unauthenticated, 401, NOT_AUTHENTICATED)
async def session_that_has_ended(world: World) -> object:
    async with await ended(world) as api:
        return await api.active_session()


@case(Unauthenticated, 401, NOT_AUTHENTICATED)
async def session_that_never_was(world: World) -> object:
    async with world.client("f" * 32) as api:
        return await api.active_session()


@case(Unauthenticated, 401, NOT_AUTHENTICATED)
async def ending_a_session_that_never_was(world: World) -> None:
    async with world.client("f" * 32) as api:
        await api.end_session()


@case(Restricted, 403, RESTRICTED)
async def ending_a_session_that_has_ended(world: World) -> None:
    async with await ended(world) as api:
        await api.end_session()


@case(NoSuchToken, 404, UNKNOWN_CODE)
async def unknown_code(world: World) -> object:
    async with world.administrator() as api:
        return await api.token_grant(world.keep("N0SUCH00"))


@case(NoSuchToken, 404, UNKNOWN_CODE)
async def invalidated_code(world: World) -> object:
    async with world.administrator() as api:
        token = await api.issue_token(world.stage.event, world.stage.sections)
        await api.revoke_token(world.stage.event, token.identifier)
        return await api.token_grant(world.keep(token.code))


@case(Restricted, 403, RESTRICTED)
async def key_of_an_invalidated_token(world: World) -> object:
    async with world.administrator() as api:
        token = await api.issue_token(world.stage.event, world.stage.sections)
        grant = await api.token_grant(world.keep(token.code))
        await api.revoke_token(world.stage.event, token.identifier)
    async with world.client(grant.key) as gate:
        return await gate.tickets(world.stage.event)


@case(BadRequest, 400, "The following arguments have invalid values: sections.")
async def token_for_another_events_section(world: World) -> object:
    async with world.administrator() as api:
        return await api.issue_token(world.stage.event, world.ready.tokens[0].sections)


@case(BadRequest, 400, NO_SECTIONS)
async def token_left_without_sections(world: World) -> None:
    async with world.administrator() as api:
        token = await api.issue_token(world.stage.event, world.stage.sections)
        world.keep(token.code)
        await api.update_token(world.stage.event, token.identifier, [])


@case(Restricted, 403, RESTRICTED)
async def token_from_somebody_elses_host(world: World) -> object:
    async with world.person() as api:
        return await api.issue_token(world.stage.event, world.stage.sections)


@case(Conflict, 409, IMMUTABLE)
async def global_token_changed(world: World) -> None:
    async with world.administrator() as api:
        await api.update_token(world.stage.event, world.global_token(), world.stage.sections)


@case(Conflict, 409, IMMUTABLE)
async def global_token_invalidated(world: World) -> None:
    async with world.administrator() as api:
        await api.revoke_token(world.stage.event, world.global_token())


@case(Restricted, 403, RESTRICTED)
async def event_that_is_not_listed(world: World) -> object:
    async with world.person() as api:
        return await api.event(world.stage.event)


@case(BadRequest, 400, NONE_VALID)
async def batch_that_grants_nothing(world: World) -> object:
    async with world.gate() as api:
        return await api.admit(
            world.stage.event, redeemer="Ana", device="door-1", serials=["DAWIER-BACK75580348"]
        )


@case(
    BadRequest,
    400,
    "The following arguments are required, but have not been supplied: redeemer, device, serials.",
)
async def batch_without_anything(world: World) -> object:
    async with world.gate() as api:
        return await api.admit(world.stage.event, redeemer="", device="", serials=[])


@pytest.mark.parametrize(
    ("kind", "status", "said", "call"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
async def test_a_documented_error_is_of_its_kind_and_one_sentence_without_a_secret(
    world: World, kind: type[ApiError], status: int, said: str, call: Call
) -> None:
    with pytest.raises(ApiError) as refused:
        await call(world)
    error = refused.value
    assert type(error) is kind
    assert (error.status, error.said) == (status, said)
    assert error.fact == Fact(ApiFault.ANSWERED, {"status": status, "said": said})
    assert_one_sentence(in_english(error.fact), world.secrets)
    assert not [secret for secret in world.secrets if secret in repr(error) + error.said]
