import contextlib
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.admission.evidence import EvidenceError, from_json, override_from_json, to_json
from scanner.admission.rules import Override, decide
from scanner.admission.scope import Scope
from scanner.admission.serial import NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import Knowledge, LocalAdmission
from tests.admission.worlds import (
    BALCONY,
    FLOOR,
    NOW,
    OPEN,
    SERIAL,
    TICKET,
    knowledge,
    readings,
    scopes,
    times,
)


@given(readings(), scopes(), knowledge(), times())
def test_the_same_verdict_comes_of_the_evidence_alone(
    reading: ParsedPayload, scope: Scope, known: Knowledge, at: datetime
) -> None:
    read_back = from_json(to_json(reading, scope, known))
    assert decide(*read_back, at) == decide(reading, scope, known, at)


@given(readings(), scopes(), knowledge())
def test_what_was_known_is_read_back_as_it_was(
    reading: ParsedPayload, scope: Scope, known: Knowledge
) -> None:
    found_reading, found_scope, found = from_json(to_json(reading, scope, known))
    assert (found_reading, found) == (reading, known)
    assert found_scope.closed == scope.closed


def test_of_the_scope_only_the_tickets_own_section_is_kept() -> None:
    scope = Scope(frozenset([FLOOR.uri, BALCONY.uri]))
    assert from_json(to_json(Serial(SERIAL), scope, Knowledge(TICKET)))[1] == OPEN
    text = to_json(NotATicket("a web address"), scope, Knowledge())
    assert text == '{"reading":["nothing","a web address"]}'


@pytest.mark.parametrize("scope", [OPEN, Scope(), Scope(frozenset([BALCONY.uri]))])
def test_whether_the_section_was_permitted_is_kept(scope: Scope) -> None:
    known = Knowledge(TICKET, event_known=True)
    read_back = from_json(to_json(Serial(SERIAL), scope, known))
    assert decide(*read_back, NOW) == decide(Serial(SERIAL), scope, known, NOW)
    assert decide(*read_back, NOW).admits == (scope is OPEN)


GARBAGE = [
    "",
    "nil",
    "[]",
    '"text"',
    "4",
    "null",
    "{}",
    "[" * 100_000,
    '{"reading":[]}',
    '{"reading":["serial"]}',
    '{"reading":["seat","x"]}',
    '{"reading":[["serial"],"x"]}',
    '{"reading":["serial",5]}',
    '{"reading":["nothing","x"],"closed":"NEVER"}',
    '{"reading":["nothing","x"],"ticket":4}',
    '{"reading":["nothing","x"],"ticket":{}}',
    '{"reading":["nothing","x"],"local":["yesterday","Ana","door-1"]}',
    '{"reading":["nothing","x"],"local":["2026-06-12T21:04:07","Ana","door-1"]}',
    '{"reading":["nothing","x"],"other":["2026-06-12T21:04:07",null,null]}',
    '{"reading":["nothing","x"],"other":[]}',
    '{"reading":["nothing","x"],"permitted":false,"ticket":{"serial":"x","section":[[],"y"],'
    '"status":"Issued","redeemed":null,"listed":true,"former":false}}',
]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: text[:40])
def test_what_is_no_evidence_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError, match="the recorded inputs can't be read"):
        from_json(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
GOOD: dict[str, Any] = json.loads(
    to_json(Serial(SERIAL), OPEN, Knowledge(TICKET, LocalAdmission(NOW, "Ana", "door-1")))
)


@given(st.sampled_from(["reading", "ticket", "permitted", "local", "other", "closed"]), JSON)
@example("other", ["2026-06-12", None, None])
@example("ticket", GOOD["ticket"] | {"section": [[], "Floor"]})
@example("ticket", GOOD["ticket"] | {"redeemed": "2026-06-12"})
@example("ticket", GOOD["ticket"] | {"status": []})
def test_evidence_that_was_tampered_with_is_refused_or_judged_but_breaks_nothing(
    name: str, value: Any
) -> None:
    with contextlib.suppress(EvidenceError):
        decide(*from_json(json.dumps(GOOD | {name: value})), NOW)


@given(readings(), scopes(), knowledge(), times(), st.none() | st.text(max_size=30).map(Override))
def test_a_verdict_with_the_supervisors_word_is_decided_again_alike(
    reading: ParsedPayload, scope: Scope, known: Knowledge, at: datetime, override: Override | None
) -> None:
    text = to_json(reading, scope, known, override)
    again = decide(*from_json(text), at, override_from_json(text))
    assert again == decide(reading, scope, known, at, override)


@pytest.mark.parametrize("text", ["", '{"override":4}', '{"override":null}'])
def test_an_override_that_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        override_from_json(text)
