import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.venue.errors import Sealed
from scanner.venue.sealing import SECRET_BYTES, VenueKey, new_secret

OURS, THEIRS = VenueKey(b"\x01" * SECRET_BYTES), VenueKey(b"\x02" * SECRET_BYTES)
CODES = st.text("ABCDEFXYZ0123456789-", min_size=6, max_size=40)


@given(st.binary(max_size=2000), st.text(max_size=80))
def test_what_is_sealed_opens_under_its_subject(plain: bytes, subject: str) -> None:
    assert OURS.open(OURS.seal(plain, subject), subject) == plain


@given(CODES)
def test_neither_a_name_nor_a_sealed_message_has_the_code_in_it(code: str) -> None:
    name, sealed = OURS.name(code), OURS.seal(code.encode(), "abc")
    for form in (code, code.casefold(), code.encode().hex()):
        assert form not in name
        assert form.encode() not in sealed
    assert len(name) == 64


@given(st.binary(max_size=300), st.integers(0, 10_000), st.integers(1, 255))
def test_a_message_that_was_changed_anywhere_stays_shut(plain: bytes, at: int, by: int) -> None:
    sealed = bytearray(OURS.seal(plain, "claim"))
    sealed[at % len(sealed)] ^= by
    with pytest.raises(Sealed):
        OURS.open(bytes(sealed), "claim")


@given(st.binary(max_size=400))
def test_what_nobody_sealed_stays_shut(rubbish: bytes) -> None:
    for came in (rubbish, b"\x01" + rubbish):
        with pytest.raises(Sealed):
            OURS.open(came, "claim")


def test_another_venues_key_opens_nothing_and_names_otherwise() -> None:
    sealed = OURS.seal(b"A-1", "claim")
    with pytest.raises(Sealed):
        THEIRS.open(sealed, "claim")
    assert OURS.name("A-1") != THEIRS.name("A-1")


def test_a_message_can_t_be_moved_to_another_subject() -> None:
    sealed = OURS.seal(b"held", OURS.name("A-1"))
    with pytest.raises(Sealed):
        OURS.open(sealed, OURS.name("A-2"))


def test_a_name_is_the_same_at_each_gate_and_another_for_another_use() -> None:
    again = VenueKey(b"\x01" * SECRET_BYTES)
    assert again.name("A-1") == OURS.name("A-1") != OURS.name("A-1", "event")
    assert OURS.name("b", "a") != OURS.name("", "ab")


def test_a_cut_message_stays_shut() -> None:
    sealed = OURS.seal(b"held", "claim")
    for length in range(len(sealed)):
        with pytest.raises(Sealed):
            OURS.open(sealed[:length], "claim")


def test_the_length_of_a_claim_says_nothing() -> None:
    lengths = {len(OURS.seal(b"x" * length, "claim")) for length in range(253)}
    assert len(lengths) == 1
    assert len(OURS.seal(b"x" * 253, "claim")) - lengths.pop() == 256


def test_the_same_message_is_never_sealed_alike() -> None:
    assert len({OURS.seal(b"held", "claim") for _ in range(50)}) == 50
    assert len(new_secret()) == SECRET_BYTES
