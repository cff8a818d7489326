import pytest

from scanner.demo.pretix_world import Making, PretixAccess, PretixWorld, make_world
from scanner.demo.world import DemoError, DemoFault
from scanner.facts import Code, Fact
from scanner.pretix.organiser import SoldTicket
from scanner.pretix.resources import Device, ListPath
from scanner.wording.sentences import sentence
from tests.pretix.conftest import pretix
from tests.pretix.stand_in import StandIn, Told

__all__ = ["pretix"]

HERE = PretixAccess("http://127.0.0.1:8000", "house", "TOKEN")


def test_an_address_names_a_server_and_an_organiser() -> None:
    found = PretixAccess.read(" https://tickets.example/shop/house/ ", "TOKEN\n")
    assert found == PretixAccess("https://tickets.example/shop", "house", "TOKEN")
    assert "TOKEN" not in repr(found)


@pytest.mark.parametrize("address", ["house", "http://127.0.0.1:8000", "ftp://a/b", "http:///a b"])
def test_what_names_none_is_told(address: str) -> None:
    with pytest.raises(DemoError) as raised:
        PretixAccess.read(address, "TOKEN")
    assert raised.value.fact.code is DemoFault.PRETIX_ADDRESS


@pytest.mark.parametrize("token", [None, ""])
def test_a_missing_token_is_told_with_where_it_belongs(token: str | None) -> None:
    with pytest.raises(DemoError) as raised:
        PretixAccess.read("http://127.0.0.1:8000/house", token)
    assert "SCANNER_PRETIX_TOKEN" in sentence(raised.value.fact)


@pytest.mark.parametrize("url", ["https://127.0.0.1:8000", "http://tickets.example"])
def test_a_network_that_can_be_cut_is_this_computers(url: str) -> None:
    assert HERE.own_port() == 8000
    with pytest.raises(DemoError) as raised:
        PretixAccess(url, "house", "TOKEN").own_port()
    assert raised.value.fact.code is DemoFault.PRETIX_ELSEWHERE


BASE = "organizers/house"
EVENTS, DEVICES = f"{BASE}/events/", f"{BASE}/devices/"
REFUSED = Told(403, {"detail": "You do not have permission to perform this action."})


@pytest.mark.parametrize(
    ("routes", "code", "what"),
    [
        (
            {f"GET {BASE}/": Told(401, {"detail": "Invalid token."})},
            DemoFault.PRETIX_TOKEN_REFUSED,
            None,
        ),
        ({f"GET {BASE}/": REFUSED}, DemoFault.PRETIX_NO_ORGANISER, None),
        ({}, DemoFault.PRETIX_NO_ORGANISER, None),
        (
            {f"GET {BASE}/": {}, f"POST {EVENTS}": REFUSED},
            DemoFault.PRETIX_NOT_ALLOWED,
            Making.EVENT,
        ),
    ],
)
def test_what_pretix_does_not_let_a_team_do_is_said(
    pretix: StandIn, routes: dict[str, Told], code: Code, what: Code | None
) -> None:
    pretix.routes |= {f"GET {BASE}/": NOT_FOUND} | routes
    with pytest.raises(DemoError) as raised:
        make_world(PretixAccess(pretix.url, "house", "TOKEN"), 3)
    assert raised.value.fact.code is code
    assert raised.value.fact.params.get("what") == (Fact(what) if what else None)
    assert "TOKEN" not in sentence(raised.value.fact)


NOT_FOUND = Told(404, {"detail": "Not found."})


def test_the_crowd_shows_secrets_and_the_list_lacks_one_product() -> None:
    device = Device(HERE.url, "house", 1, "KEY")
    sold = tuple(SoldTicket(number % 3, f"secret{number:02}") for number in range(60))
    path = ListPath("house", "demo", 1)
    made = PretixWorld(HERE, path, sold, frozenset({0, 1}), device, device)
    assert len(made.on_the_list) == 40
    line = made.crowd(made.on_the_list[:2], 1).line(30)
    shown = {each.payload for each in line}
    assert shown & {each.secret for each in sold if each.product == 2}
    assert shown & set(made.on_the_list)
