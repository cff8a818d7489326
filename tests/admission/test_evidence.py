import contextlib
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.admission.cleaning import CLEANING
from scanner.admission.code_form import CodeForm
from scanner.admission.evidence import (
    Evidence,
    EvidenceError,
    cleaning_of,
    form_of,
    from_json,
    to_json,
)
from scanner.admission.rules import decide
from scanner.admission.serial import LooksLike, NotATicket, Serial
from scanner.admission.ticket import CachedTicket, EarlierAdmission, Knowledge
from scanner.admission.verdict import Reason
from tests.admission.worlds import (
    BARRED,
    NOW,
    SERIAL,
    TICKET,
    closings,
    knowledge,
    payloads,
    said,
    times,
    words,
)


@given(
    st.builds(
        Evidence,
        payloads(),
        closings(),
        knowledge(),
        words(),
    ),
    times(),
    st.sampled_from(CodeForm),
)
def test_evidence_is_read_back_as_it_was(evidence: Evidence, at: datetime, form: CodeForm) -> None:
    text = to_json(evidence, CLEANING, form)
    again = from_json(text)
    assert again == evidence
    assert (cleaning_of(text), form_of(text)) == (CLEANING, form)
    assert decide(*again, at=at) == decide(*evidence, at=at)


def test_what_a_serials_row_had_before_there_were_other_forms_is_all_that_it_has() -> None:
    known = Knowledge(TICKET, EarlierAdmission(NOW, "Ana", "door-1"), event_known=True)
    assert json.loads(to_json(Evidence(Serial(SERIAL), None, known), CLEANING)) == {
        "reading": ["serial", SERIAL],
        "cleaning": CLEANING,
        "event_known": True,
        "ticket": {
            "serial": SERIAL,
            "section": ["/events/1/sections/2", "Floor"],
            "status": "Issued",
            "redeemed": None,
            "listed": True,
            "former": False,
        },
        "permitted": True,
        "local": [NOW.isoformat(), "Ana", "door-1"],
    }


@pytest.mark.parametrize("form", ["seat", "", "SECRET", 4, None, ["secret"], {}])
def test_a_form_that_this_program_does_not_know_is_refused(form: object) -> None:
    text = json.dumps(GOOD | {"form": form})
    with pytest.raises(EvidenceError, match="is no form of a code"):
        form_of(text)


def test_a_row_without_a_form_is_a_serials() -> None:
    assert form_of(json.dumps(GOOD)) is CodeForm.SERIAL


def test_what_is_not_known_is_left_out() -> None:
    text = to_json(Evidence(NotATicket(LooksLike.WEB_ADDRESS), None, Knowledge()))
    assert text == '{"reading":["nothing","verdict.web_address"]}'


@pytest.mark.parametrize("ticket", [TICKET, BARRED])
def test_whether_the_section_was_permitted_is_kept(ticket: CachedTicket) -> None:
    again = from_json(to_json(Evidence(Serial(SERIAL), None, Knowledge(ticket))))
    assert decide(*again, at=NOW).admits == ticket.permitted


READ = '"reading":["serial","DAWIER-BACK75580348"]'
LISTED = (
    f'{READ},"event_known":true,"ticket":{{"serial":"DAWIER-BACK75580348",'
    '"section":["/events/1/sections/2","Floor"],"status":"Issued","redeemed":null,'
    '"listed":true,"former":false}'
)
FORMER_OWNERS = (
    f'"reading":["fingerprint","{"0" * 64}"],"ticket":{{"serial":"DAWIER-BACK75580348",'
    '"section":["/events/1/sections/2","Floor"],"status":"Issued","redeemed":null,'
    '"listed":true,"former":true},"permitted":true'
)
REFUSED = f'{LISTED},"permitted":true,"refusal":"the ticket was withdrawn"'
FORMER_FORMS = [
    ('"reading":["nothing","a web address"]', Reason.NOT_A_TICKET),
    (f'{READ},"closed":"TOKEN_INVALID"', Reason.TOKEN_INVALID),
    (READ, Reason.OTHER_EVENT),
    (f'{READ},"event_known":true', Reason.NOT_ON_LIST),
    (f'{LISTED},"permitted":true', Reason.VALID),
    (f'{LISTED},"permitted":false', Reason.OTHER_SECTION),
    (
        f'{LISTED},"permitted":true,"local":["2026-06-12T20:52:07+00:00","Ana","door-1"]',
        Reason.ADMITTED_HERE,
    ),
    (f'{LISTED},"permitted":true,"other":[null,null,null]', Reason.ADMITTED_ELSEWHERE),
    (REFUSED, Reason.REFUSED_BY_API),
    (f'{LISTED},"permitted":false,"override":"torn"', Reason.OVERRIDDEN),
    (f'{LISTED},"permitted":false,"override":"torn","by":"Anna"', Reason.OVERRIDDEN),
    (FORMER_OWNERS, Reason.FORMER_CODE),
]
"""As versions 1 to 3 of the ledger have them, by what is decided from them today."""


@pytest.mark.parametrize(("text", "reason"), FORMER_FORMS)
def test_the_forms_of_earlier_versions_are_read(text: str, reason: Reason) -> None:
    assert decide(*from_json(f"{{{text}}}"), at=NOW).reason is reason


@pytest.mark.parametrize(
    ("words", "looks_like"),
    [
        ("a payment code", LooksLike.PAYMENT_CODE),
        ("a web address", LooksLike.WEB_ADDRESS),
        ("a Wi-Fi code", LooksLike.WIFI_CODE),
        ("a business card", LooksLike.BUSINESS_CARD),
        ("a number, such as a product's bar code", LooksLike.NUMBER),
        ("some other text", LooksLike.OTHER_TEXT),
        ("an empty code", LooksLike.EMPTY),
        ("a text too long for a ticket", LooksLike.TOO_LONG),
        ("more than one ticket in one code", LooksLike.SEVERAL_TICKETS),
    ],
)
def test_what_earlier_versions_wrote_in_words_is_known(words: str, looks_like: LooksLike) -> None:
    evidence = from_json(json.dumps({"reading": ["nothing", words]}))
    assert evidence.parsed == NotATicket(looks_like)


def test_a_refusal_in_the_apis_words_is_kept_as_they_are() -> None:
    evidence = from_json(f"{{{REFUSED}}}")
    assert evidence.known.refusal == said("the ticket was withdrawn")


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
    '{"reading":["nothing","x"]}',
    '{"reading":["nothing","an empty code"],"refusal":4}',
    '{"reading":["nothing","an empty code"],"refusal":{"code":"text"}}',
    '{"reading":["nothing","an empty code"],"override":4}',
    '{"reading":["nothing","an empty code"],"override":null}',
    '{"reading":["nothing","an empty code"],"closed":"NEVER"}',
    '{"reading":["nothing","an empty code"],"ticket":4}',
    '{"reading":["nothing","an empty code"],"ticket":{}}',
    '{"reading":["nothing","an empty code"],"local":["yesterday","Ana","door-1"]}',
    '{"reading":["nothing","an empty code"],"local":["2026-06-12T21:04:07","Ana","door-1"]}',
    '{"reading":["nothing","an empty code"],"other":["2026-06-12T21:04:07",null,null]}',
    '{"reading":["nothing","an empty code"],"other":[]}',
    '{"reading":["nothing","an empty code"],"permitted":false,'
    '"ticket":{"serial":"x","section":[[],"y"],'
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
    to_json(
        Evidence(Serial(SERIAL), None, Knowledge(TICKET, EarlierAdmission(NOW, "Ana", "door-1")))
    )
)


@given(
    st.sampled_from(
        [
            "reading",
            "ticket",
            "permitted",
            "local",
            "other",
            "closed",
            "refusal",
            "door",
            "left",
            "other_door",
        ]
    ),
    JSON,
)
@example("door", ["custom_rules", "no rule"])
@example("ticket", GOOD["ticket"] | {"from": "2026-06-12T21:04:07"})
@example("ticket", GOOD["ticket"] | {"unjudged": ["nothing"]})
@example("ticket", GOOD["ticket"] | {"unjudged": 4})
@example("other", ["2026-06-12", None, None])
@example("other_door", ["2026-06-12", None, None])
@example("ticket", GOOD["ticket"] | {"section": [[], "Floor"]})
@example("ticket", GOOD["ticket"] | {"redeemed": "2026-06-12"})
@example("ticket", GOOD["ticket"] | {"status": []})
def test_evidence_that_was_tampered_with_is_refused_or_judged_but_breaks_nothing(
    name: str, value: Any
) -> None:
    with contextlib.suppress(EvidenceError):
        decide(*from_json(json.dumps(GOOD | {name: value})), at=NOW)


def test_the_version_that_a_payload_was_parsed_by_is_kept_with_it() -> None:
    evidence = Evidence(Serial(SERIAL), None, Knowledge())
    assert cleaning_of(to_json(evidence)) == 1
    assert cleaning_of(to_json(evidence, CLEANING)) == CLEANING
    assert from_json(to_json(evidence, CLEANING)) == evidence


@pytest.mark.parametrize("version", [0, CLEANING + 1, "2", True, None, [2]])
def test_a_version_that_this_program_does_not_know_is_refused(version: object) -> None:
    with pytest.raises(EvidenceError, match="is no version of the cleaning"):
        cleaning_of(json.dumps(GOOD | {"cleaning": version}))
