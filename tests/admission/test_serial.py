import hashlib
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.serial import (
    LONGEST_PAYLOAD,
    Fingerprint,
    LooksLike,
    NotATicket,
    Serial,
    fingerprint,
    parse_payload,
)
from tests.admission.worlds import SERIAL, serials

DIGEST = hashlib.sha256(b"DAWIER-BACK75580348;AZ-4918SF92").hexdigest()
MORE_THAN_ONE = NotATicket(LooksLike.SEVERAL_TICKETS)


@pytest.mark.parametrize(
    "payload",
    [
        "DAWIER-BACK75580348",
        "dawier-back75580348",
        "DaWiEr-bAcK75580348",
        "  DAWIER-BACK75580348\r\n",
        "DAWIER - BACK 7558 0348",
        "\ufeffDAWIER-BACK\u200b75580348\x00",
        "]Q1DAWIER-BACK75580348",
        "]C0dawier-back75580348\t",
        " ]d2 DAWIER-BACK75580348",
        "DAWIER%2DBACK75580348",
    ],
)
def test_a_plain_serial_is_read_through_what_devices_do_to_it(payload: str) -> None:
    assert parse_payload(payload) == Serial(SERIAL)


@pytest.mark.parametrize("hyphen", "ßẞ'?)/+*_`´°‐‑‒–—―−⁃﹘﹣－")  # noqa: RUF001 - look-alikes are the case
def test_a_hyphen_of_another_layout_or_typeface_is_a_hyphen(hyphen: str) -> None:
    assert parse_payload(f"DAWIER{hyphen}BACK75580348") == Serial(SERIAL)


@pytest.mark.parametrize(
    "payload",
    [
        "https://tickets.example/v/DAWIER-BACK75580348",
        "https://tickets.example/?t=DAWIER-BACK75580348&s=1",
        "https://tickets.example/?t=%44AWIER%2dBACK75580348#x",
        "https://tickets.example/check/dawier-back75580348",
        "Your ticket: DAWIER-BACK75580348.",
        '{"serial":"DAWIER-BACK75580348","seat":4}',
        "DAWIER-BACK75580348 and again DAWIER-BACK75580348",
        "DAWIER-BACK75580348\ndawier-back75580348",
        "]Q1https://tickets.example/DAWIER-BACK75580348",
    ],
)
def test_the_only_serial_in_other_text_is_read(payload: str) -> None:
    assert parse_payload(payload) == Serial(SERIAL)


@pytest.mark.parametrize(
    "payload",
    [
        "DAWIER-BACK75580348 DAWIER-BACK75580349",
        "dawier-back75580348,dawier-back75580349",
        "https://x.example/?a=DAWIER-BACK75580348&b=QWERTY-BACK75580348",
        "DAWIER-BACK75580348-DAWIER-BACK75580349",
        "DAWIER-BACK75580348 dawier-back75580349",
        "123456-123456789012;dawier-back75580349",
    ],
)
def test_between_two_serials_nothing_is_guessed(payload: str) -> None:
    assert parse_payload(payload) == MORE_THAN_ONE


@pytest.mark.parametrize(
    "payload",
    [
        "DAWIER-BACK7558034",
        "DAWIER-BACK755803489",
        "XDAWIER-BACK75580348",
        "DAWIE-RBACK75580348",
        "DAWIERBACK75580348",
        "DAWIER--BACK75580348",
        "DÄWIER-BACK75580348",
        "DAWIER-BACK7558\u0660348",  # ARABIC-INDIC DIGIT ZERO
        "https://x.example/xDAWIER-BACK75580348",
        "https://x.example/DAWIER-BACK75580348x",
        "DAWIER=BACK75580348",
    ],
)
def test_what_is_nearly_a_serial_is_none(payload: str) -> None:
    assert isinstance(parse_payload(payload), NotATicket)


@pytest.mark.parametrize(
    "payload",
    [
        DIGEST,
        DIGEST.upper(),
        f"{DIGEST}:",
        f"{DIGEST}:Floor; row 7\nseat 12",
        f"]Q1{DIGEST}\r\n",
        f" {DIGEST} : x",
        f"{DIGEST}:{SERIAL}",
        f"{DIGEST}:{DIGEST[::-1]}",
    ],
)
def test_a_fingerprint_is_read_with_or_without_text_after_its_colon(payload: str) -> None:
    assert parse_payload(payload) == Fingerprint(DIGEST)


@pytest.mark.parametrize("payload", [DIGEST[:-1], DIGEST + "0", f"x{DIGEST}", f"{DIGEST};x"])
def test_what_is_nearly_a_fingerprint_is_none(payload: str) -> None:
    assert isinstance(parse_payload(payload), NotATicket)


def test_a_fingerprint_binds_a_serial_to_its_owner() -> None:
    assert fingerprint(SERIAL, "AZ-4918SF92") == DIGEST
    assert fingerprint(SERIAL, "AZ-4918SF93") != DIGEST
    assert fingerprint(SERIAL, "Zoë") == hashlib.sha256(f"{SERIAL};Zoë".encode()).hexdigest()


@pytest.mark.parametrize(
    ("payload", "looks_like"),
    [
        ("", LooksLike.EMPTY),
        (" \r\n\x00", LooksLike.EMPTY),
        ("]Q1", LooksLike.EMPTY),
        ("https://tickets.example/", LooksLike.WEB_ADDRESS),
        ("WWW.EXAMPLE.COM", LooksLike.WEB_ADDRESS),
        ("WIFI:T:WPA;S=Bar;;", LooksLike.WIFI_CODE),
        ("BEGIN:VCARD\nN:Ana", LooksLike.BUSINESS_CARD),
        ("4006381333931", LooksLike.NUMBER),
        ("BCD\n002\n1\nSCT", LooksLike.PAYMENT_CODE),
        ("bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT", LooksLike.PAYMENT_CODE),
        ("hello", LooksLike.OTHER_TEXT),
        ("x" * (LONGEST_PAYLOAD + 1), LooksLike.TOO_LONG),
    ],
)
def test_what_is_no_ticket_is_named(payload: str, looks_like: LooksLike) -> None:
    assert parse_payload(payload) == NotATicket(looks_like)


def test_the_longest_code_is_still_read_and_nothing_longer() -> None:
    padding = "." * (LONGEST_PAYLOAD - len(SERIAL))
    assert parse_payload(SERIAL + padding) == Serial(SERIAL)
    assert isinstance(parse_payload(SERIAL + padding + "."), NotATicket)


def test_the_first_part_of_a_serial_names_the_event() -> None:
    assert Serial(SERIAL).event_part == "DAWIER"


@st.composite
def dirtied(draw: st.DrawFn) -> tuple[str, str]:
    """A serial, and what may come of it on the way from the paper."""
    serial = draw(serials())
    dirt = st.text(" \t\r\n\x00\x1d\x7f\u00a0\u200b\ufeff", max_size=2)
    prefix = draw(st.sampled_from(["", "]Q1", "]Q3", "]C0", "]e0"]))
    hyphen = draw(st.sampled_from("-?_\u2010\u2013\u2212"))
    written = serial.replace("-", hyphen)
    cased = [c.lower() if draw(st.booleans()) else c for c in written]
    return serial, draw(dirt) + prefix + "".join(c + draw(dirt) for c in cased)


@given(dirtied())
def test_any_serial_survives_any_dirt(case: tuple[str, str]) -> None:
    serial, payload = case
    assert parse_payload(payload) == Serial(serial)


@given(serials())
def test_a_serial_in_the_apis_form_is_never_turned_into_another(serial: str) -> None:
    assert parse_payload(serial) == Serial(serial)


@given(serials(), serials())
def test_two_serials_are_told_apart_whatever_is_done_to_their_case(one: str, two: str) -> None:
    reading = parse_payload(f"{one} {two}")
    assert reading == (Serial(one) if one == two else MORE_THAN_ONE)
    assert parse_payload(f"{one.lower()};{two.lower()}") == reading


@given(serials(), st.text(alphabet=" /?=&;:#.\u00e9\n", min_size=1, max_size=5))
def test_a_serial_in_an_address_is_read_however_it_is_quoted(serial: str, around: str) -> None:
    address = f"https://x.example/{around}{serial}{around}"
    assert parse_payload(address) == Serial(serial)
    assert parse_payload(quote(address, safe="")) == Serial(serial)


@given(st.text(st.characters(), max_size=200))
def test_any_text_has_a_reading_and_it_is_in_the_apis_form(text: str) -> None:
    match parse_payload(text):
        case Serial(value):
            assert re.fullmatch(r"[0-9A-Z]{6}-[0-9A-Z]{12}", value, re.ASCII)
        case Fingerprint(digest):
            assert re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII)
        case NotATicket(looks_like):
            assert looks_like in LooksLike


@given(st.text("%-ABab019 ]Q:;ß", max_size=60))
def test_text_made_of_a_serials_letters_has_a_reading_in_form_too(text: str) -> None:
    reading = parse_payload(text)
    if isinstance(reading, Serial):
        assert re.fullmatch(r"[0-9A-Z]{6}-[0-9A-Z]{12}", reading.value, re.ASCII)


@given(st.text("0123456789abcdefABCDEF", min_size=64, max_size=64), st.text(max_size=50))
def test_any_fingerprint_is_read_whatever_follows_its_colon(digest: str, after: str) -> None:
    assert parse_payload(f"{digest}:{after}") == Fingerprint(digest.lower())
