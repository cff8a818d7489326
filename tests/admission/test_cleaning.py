import codecs
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.admission.cleaning import TABLE, Dirt, ScanDecoder, clean
from scanner.admission.keyboards import Keyboard, Typing, arrives, explanations, meant, typings
from scanner.admission.serial import (
    Fingerprint,
    LooksLike,
    NotATicket,
    ParsedPayload,
    Serial,
    parse_payload,
)
from tests.admission.worlds import SERIAL, serials

GERMAN_LAPTOP = Typing(Keyboard.US, Keyboard.GERMAN)
DIGEST = "0123456789abcdef" * 4

SENT = [
    "]Q1DAWIER-BACK75580348;Balcony;Row 3",
    "]d2DAWIER-BACK75580348\tBalcony",
    "]Q3]Q1DAWIER-BACK75580348",
    "]z0 DAWIER-BACK75580348",
    "\x02]Q1DAWIER-BACK75580348\x03",
    "\\000026DAWIER-BACK75580348",
    "]Q2\\000026DAWIER-BACK75580348",
    "\\000003DAWIER-BACK75580348\\000026;Zürich",
    "\x1b(BDAWIER-BACK75580348",
    "]Q1\x1b%GDAWIER-BACK75580348\x1b%@",
    "\x1b$)CDAWIER-BACK75580348;\x1b(J",
    "\x1bDAWIER-BACK75580348",
    "\x1b DAWIER-BACK75580348",
    "DAWIER-BACK75580348\x1dHALL A",
    "01\x1dDAWIER-BACK75580348\x1e\x04",
    "␂DAWIER-BACK75580348␝HALL A␍",
    "ＤＡＷＩＥＲ－ＢＡＣＫ７５５８０３４８",  # noqa: RUF001 - full-width forms are the case
    "［Ｑ１DAWIER-BACK75580348".replace("［", "］"),  # noqa: RUF001 - likewise
    "ｄａｗｉｅｒ－ｂａｃｋ７５５８０３４８；Ａ",  # noqa: RUF001 - likewise
    "https：／／x．example／？t＝DAWIER﹣BACK75580348",  # noqa: RUF001 - likewise
    "D\x00A\x00W\x00I\x00E\x00R\x00-\x00B\x00A\x00C\x00K\x007\x005\x005\x008\x000\x003\x004\x008\x00",
    "https://x.example/?a=1%2526t%253DDAWIER%252DBACK75580348",
    "https%253A%252F%252Fx.example%252F%252544AWIER-BACK75580348",
    "https://x.example/?a=1&amp;amp;t=DAWIER&#45;BACK75580348",
    "https://x.example/?t=DAWIER&#x2D;BACK75580348&amp;x=2",
    "https://x.example/?t=DAWIER-\u200bBACK75580348",
]


@pytest.mark.parametrize("text", SENT)
def test_what_a_scanner_adds_is_no_part_of_the_code(text: str) -> None:
    assert parse_payload(text) == Serial(SERIAL)


@pytest.mark.parametrize(
    "before", ["]Q1", "\x02", "\\000026", "]Q2\\000026", "\x1b(B", "\ufeff", "\x1d"]
)
def test_nor_is_it_of_an_owners_code(before: str) -> None:
    assert parse_payload(f"{before}{DIGEST}:{SERIAL}\x03") == Fingerprint(DIGEST)


@pytest.mark.parametrize("dirt", TABLE, ids=lambda dirt: dirt.name)
def test_every_row_of_the_table_says_why_and_is_met_by_a_case(dirt: Dirt) -> None:
    assert dirt.name
    assert len(dirt.why) > 40
    assert any(dirt.pattern.search(text) for text in [*SENT, "\x02A"])


@pytest.mark.parametrize(
    "text",
    [
        "Q1DAWIER-BACK75580348",
        "XDAWIER-BACK75580348",
        "DAWIER-BACK75580348Y",
        "\\123456DAWIER-BACK75580348",
        "]DAWIER-BACK75580348X",
    ],
)
def test_fixed_letters_are_never_guessed(text: str) -> None:
    assert isinstance(parse_payload(text), NotATicket)


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once_for_a_code_without_escapes(text: str) -> None:
    once = clean(re.sub(r"[\\%&\]\x1b]", "", text))
    assert clean(once) == once


@given(serials(), st.sampled_from(list(typings())))
@example("000000-0000000005BB", Typing(Keyboard.FRENCH, Keyboard.US))  # %BB seems an escape
def test_another_layout_gives_the_serial_itself_or_is_said(serial: str, typing: Typing) -> None:
    prefix = "]Q1" if typing.scanner is Keyboard.US else ""
    parsed = parse_payload(arrives(prefix + serial, typing))
    assert parsed in (Serial(serial), NotATicket(LooksLike.OTHER_LAYOUT))


@pytest.mark.parametrize(
    "text",
    [
        "+Q1DAWNATßGENE55284981",
        "DAWNAYßGENE55284981",
        "+Q1DAWNATßGENE55284981öBalconyöRow 3",
        arrives("https://x.example/?t=DAWIER-BACK75580348", GERMAN_LAPTOP),
        arrives("DAWIER-BACK75580348", Typing(Keyboard.US, Keyboard.FRENCH)),
        arrives("dawier-back75580348", Typing(Keyboard.US, Keyboard.RUSSIAN)),
        arrives("DAWIER-BACK75580348", Typing(Keyboard.FRENCH, Keyboard.US)),
        arrives(DIGEST, Typing(Keyboard.US, Keyboard.CZECH)),
    ],
)
def test_what_another_layout_would_explain_is_said_and_not_guessed(text: str) -> None:
    assert parse_payload(text) == NotATicket(LooksLike.OTHER_LAYOUT)


@pytest.mark.parametrize(
    "text", ["hello", "4006381333931", "ABCDEF/12345678901", "Row 5/6, seat 12-14", "ß", "öäü"]
)
def test_other_text_is_not_blamed_on_a_keyboard(text: str) -> None:
    assert parse_payload(text) != NotATicket(LooksLike.OTHER_LAYOUT)
    assert not set(explanations("日本")) & {"日本"}


def test_a_layout_is_undone_key_by_key() -> None:
    assert arrives("]Q1DAWNAZ-", GERMAN_LAPTOP) == "+Q1DAWNAYß"
    assert meant(GERMAN_LAPTOP)["ß"] == "-"
    assert meant(Typing(Keyboard.GERMAN, Keyboard.US))["/"] == "-"


TEXT = f"{SERIAL};Zürich\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("latin-1"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_bytes_are_text_however_they_are_cut(data: bytes, size: int) -> None:
    decoder = ScanDecoder()
    pieces = [decoder.feed(data[at : at + size]) for at in range(0, len(data), size)]
    assert "".join([*pieces, decoder.flush()]).removeprefix("\ufeff") == TEXT


def test_after_its_end_a_text_begins_as_the_first_did() -> None:
    decoder = ScanDecoder()
    assert decoder.feed(codecs.BOM_UTF16_LE + "A".encode("utf-16-le")) + decoder.flush() == "A"
    assert decoder.feed(b"B") + decoder.flush() == "B"
    assert decoder.feed(b"\xff") == ""
    assert decoder.flush() == "ÿ"


@given(st.binary(max_size=30))
def test_any_bytes_are_some_text(data: bytes) -> None:
    decoder = ScanDecoder()
    whole = decoder.feed(data) + decoder.flush()
    single = ScanDecoder()
    assert "".join(map(single.feed, (bytes((byte,)) for byte in data))) + single.flush() == whole


@pytest.mark.parametrize(
    ("text", "formerly"),
    [
        ("]Q1DAWIER-BACK75580348;Balcony", NotATicket(LooksLike.OTHER_TEXT)),
        ("DAWIEYßBACK75580348", Serial("DAWIEY-BACK75580348")),
        ("ab\x00DAWIER-BACK75580348;x", Serial(SERIAL)),
        ("https://x.example/?a=1%252DDAWIER%252DBACK75580348", NotATicket(LooksLike.WEB_ADDRESS)),
        (" ]d2 dawier - back75580348", Serial(SERIAL)),
    ],
)
def test_what_was_parsed_before_there_was_a_table_is_parsed_alike_again(
    text: str, formerly: ParsedPayload
) -> None:
    assert parse_payload(text, 1) == formerly
