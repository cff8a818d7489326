import pytest

from scanner.admission.code_form import CodeForm
from scanner.app.platforms import provider_of
from scanner.platform.access import GateCredentials, Request
from scanner.platform.errors import NoSuchToken, NotTheApi, Restricted, ServerFault
from scanner.pretix.errors import KeyRefused, SetupError, SetupFault
from scanner.pretix.provider import PretixProvider
from scanner.wording.catalogue import choose_language
from tests.pretix.evening import BASE, KEY, NAME, NO_SUCH_LIST, OWN, PATH, item, serve
from tests.pretix.stand_in import HTML, StandIn, Told


def request(pretix: StandIn, key: str | None = KEY, event: str | None = PATH.uri) -> Request:
    return Request(pretix.url, "", "Lee", NAME, key, event=event)


async def test_a_devices_key_opens_a_gate_at_a_check_in_list(pretix: StandIn) -> None:
    serve(pretix)
    held, scope = await PretixProvider().authenticate(request(pretix))
    assert held == GateCredentials(
        f"{pretix.url}/", PATH.at(pretix.url), "", KEY, number=OWN, platform="pretix"
    )
    assert (scope.event, scope.key) == (PATH.at(pretix.url), KEY)
    assert len(scope.sections) == 2


@pytest.mark.parametrize("event", [None, "", "/events/7", f"{PATH.uri}/", f"x{PATH.uri}"])
async def test_a_gate_is_opened_for_a_check_in_list_only(
    pretix: StandIn, event: str | None
) -> None:
    serve(pretix)
    with pytest.raises(SetupError) as raised:
        await PretixProvider().authenticate(request(pretix, event=event))
    assert raised.value.fact.code is SetupFault.NO_LIST
    assert pretix.asked == []


@pytest.mark.parametrize("key", [None, "", "wrong"])
async def test_a_key_that_is_not_taken_is_told(pretix: StandIn, key: str | None) -> None:
    serve(pretix)
    for ask in (PretixProvider().authenticate, PretixProvider().check_server):
        with pytest.raises(KeyRefused) as raised:
            await ask(request(pretix, key=key))
        assert raised.value.fact.code is SetupFault.KEY_REFUSED


async def test_a_list_of_nobody_and_anothers_event_open_no_gate(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[f"GET {BASE}/checkinlists/4/positions/"] = NO_SUCH_LIST
    with pytest.raises(NoSuchToken):
        await PretixProvider().authenticate(
            request(pretix, event=f"{PATH.event_uri}/checkinlists/4")
        )
    denied = Told(403, {"detail": "You do not have permission to perform this action."})
    pretix.routes[f"GET {BASE}/checkinlists/"] = denied
    with pytest.raises(Restricted):
        await PretixProvider().authenticate(request(pretix))


async def test_whether_an_address_is_a_pretix_is_told(pretix: StandIn) -> None:
    serve(pretix)
    await PretixProvider().check_server(request(pretix))
    pretix.routes["GET device/info"] = Told(200, b"<h1>Welcome</h1>", HTML)
    with pytest.raises(NotTheApi):
        await PretixProvider().check_server(request(pretix))
    pretix.routes["GET device/info"] = Told(503, b"", HTML)
    with pytest.raises(ServerFault):
        await PretixProvider().check_server(request(pretix))


async def test_its_sections_speak_the_language_that_is_chosen(pretix: StandIn) -> None:
    serve(pretix)
    names = {"en": "Floor", "de": "Parkett"}
    pretix.routes[f"GET {BASE}/items/"] = [item(1, "") | {"name": names}]
    try:
        choose_language("de")
        _, scope = await provider_of("pretix").authenticate(request(pretix))
    finally:
        choose_language("en")
    assert [each.name for each in scope.sections] == ["Parkett"]
    assert pretix.asked[0].headers["Accept-Language"] == "en"  # its own words are known in that


async def test_no_other_list_is_needed_for_other_sections(pretix: StandIn) -> None:
    serve(pretix)
    provider = provider_of("pretix")
    held, scope = await provider.authenticate(request(pretix))
    assert await provider.directory(request(pretix), held, scope) is None


def test_its_codes_are_opaque_and_it_takes_passages() -> None:
    provider = provider_of("pretix")
    assert (provider.name, provider.form, provider.passages) == ("pretix", CodeForm.SECRET, True)


def test_a_name_of_no_platform_is_none() -> None:
    with pytest.raises(ValueError, match="no platform"):
        provider_of("elsewhere")
