import re

from tests.mock.api import Api, refused, set_up
from tests.mock.server import Ready

IMMUTABLE = (
    409,
    {"error": "The global admission token cannot be modified or invalidated."},
)
UNKNOWN_CODE = (404, {"error": "The provided code does not belong to any event token"})


def test_a_code_opens_a_gate_for_the_sections_of_its_token(api: Api, ready: Ready) -> None:
    for token in ready.tokens:
        opened = api.get(f"/tokens/{token.code}").json()
        assert set(opened) == {"key", "event", "sections"}
        assert re.fullmatch(r"[0-9a-f]{32}", opened["key"])
        assert opened["event"] == ready.event
        assert opened["sections"] == list(token.sections)


def test_each_token_has_a_key_of_its_own(api: Api, ready: Ready) -> None:
    keys = {api.gate(token.code).key for token in ready.tokens}
    assert len(keys) == len(ready.tokens)


def test_an_unknown_code_belongs_to_no_token(api: Api) -> None:
    assert refused(api.get("/tokens/NOTATOKN")) == UNKNOWN_CODE


def test_an_issued_token_is_for_its_sections_alone(api: Api) -> None:
    stage = set_up(api)
    token = api.made(f"{stage.event}/tokens", {"sections": [stage.sections[1]]})
    assert set(token) == {"self", "code", "global", "sections"}
    assert re.fullmatch(r"[0-9A-Z]{8}", token["code"])
    assert token["global"] is False
    assert token["sections"] == [stage.sections[1]]
    assert api.get(token["self"]).json() == token


def test_a_token_needs_sections(api: Api) -> None:
    stage = set_up(api)
    text = "The following arguments are required, but have not been supplied: sections."
    nothing: dict[str, object] = {}
    emptied: dict[str, object] = {"sections": []}
    for body in (nothing, emptied):
        assert refused(api.post(f"{stage.event}/tokens", body)) == (400, {"error": text})
    token = api.made(f"{stage.event}/tokens", {"sections": [stage.sections[0]]})
    assert refused(api.put(token["self"], {"sections": []})) == (400, {"error": text})


def test_a_section_of_another_event_is_refused(api: Api, ready: Ready) -> None:
    stage = set_up(api)
    foreign = ready.tokens[0].sections[0]
    for sections in ([foreign], [stage.sections[0], foreign], ["/sections/1"], "all", [1]):
        assert api.post(f"{stage.event}/tokens", {"sections": sections}).status_code == 400


def test_only_administrators_of_the_host_manage_tokens(api: Api, ready: Ready) -> None:
    stage = set_up(api)
    token = api.made(f"{stage.event}/tokens", {"sections": list(stage.sections)})
    body = {"sections": [stage.sections[0]]}
    person, gate = api.person(), api.gate(ready.tokens[0].code)
    for other in (person, gate):
        assert other.get(f"{stage.event}/tokens").status_code == 403
        assert other.post(f"{stage.event}/tokens", body).status_code == 403
        assert other.get(token["self"]).status_code == 403
        assert other.put(token["self"], body).status_code == 403
        assert other.delete(token["self"]).status_code == 403
    number = person.get("/sessions/active").json()["account"]["number"]
    api.made(f"{stage.host}/administrators", {"account": number})
    assert person.post(f"{stage.event}/tokens", body).status_code == 201


def test_the_global_token_comes_first_and_covers_sections_made_later(api: Api) -> None:
    stage = set_up(api, sections=2)
    api.made(f"{stage.event}/tokens", {"sections": [stage.sections[0]]})
    listed = api.entries(f"{stage.event}/tokens")
    assert [token["global"] for token in listed] == [True, False]
    assert listed[0]["sections"] == list(stage.sections)


def test_the_list_of_tokens_is_filtered_and_paged(api: Api, ready: Ready) -> None:
    path = f"{ready.event}/tokens"
    assert [t["code"] for t in api.entries(path, **{"global": "true"})] == [ready.tokens[0].code]
    others = [token.code for token in ready.tokens[1:]]
    assert [t["code"] for t in api.entries(path, **{"global": "false"})] == others
    second = api.get(path, page=2, records=2).json()
    assert (second["total"], second["page"], second["records"]) == (5, 2, 2)
    assert [t["code"] for t in second["entries"]] == [t.code for t in ready.tokens[2:4]]


def test_a_changed_token_changes_its_gates_at_once(api: Api) -> None:
    stage = set_up(api, tickets=2)
    token = api.made(f"{stage.event}/tokens", {"sections": [stage.sections[0]]})
    gate = api.gate(token["code"])
    changed = api.put(token["self"], {"sections": list(stage.sections)})
    assert changed.json()["sections"] == list(stage.sections)
    assert gate.get(f"{stage.event}/tickets").json()["total"] == 4


def test_an_invalidated_token_is_dead_with_its_key(api: Api) -> None:
    stage = set_up(api, tickets=1)
    token = api.made(f"{stage.event}/tokens", {"sections": [stage.sections[0]]})
    gate = api.gate(token["code"])
    assert api.delete(token["self"]).status_code == 204
    assert refused(api.get(f"/tokens/{token['code']}")) == UNKNOWN_CODE
    assert gate.get(f"{stage.event}/tickets").status_code == 403
    assert api.get(token["self"]).status_code == 404


def test_the_global_token_stays_as_it_is(api: Api) -> None:
    stage = set_up(api)
    uri = api.entries(f"{stage.event}/tokens")[0]["self"]
    assert refused(api.put(uri, {"sections": [stage.sections[0]]})) == IMMUTABLE
    assert refused(api.delete(uri)) == IMMUTABLE
