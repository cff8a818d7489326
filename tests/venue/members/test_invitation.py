from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cli.output import save_qr
from scanner.errors import ScannerError
from scanner.scanning.errors import PictureFault
from scanner.venue.errors import Unfit, VenueFault
from scanner.venue.members import invitation
from scanner.venue.members.authority import make_venue
from scanner.venue.members.membership import CLIENT_PORT
from scanner.wording.sentences import in_english

NODES = ("192.168.100.20:4222", "192.168.100.21:4222", "192.168.100.22:4222")
FOR_NODES = make_venue("Große Halle, Wien", 3, NODES, datetime.now(UTC))
FOR_GATES = replace(FOR_NODES, authority=None)
TEXT = invitation.write(FOR_GATES)


def fault(text: str) -> str:
    with pytest.raises(Unfit) as told:
        invitation.read(text)
    assert in_english(told.value.fact)
    return told.value.fact.code


def test_an_invitation_says_what_a_gate_needs_and_gives_no_authority() -> None:
    read = invitation.read(TEXT)
    assert read == FOR_GATES
    assert read.authority is None


def test_a_nodes_file_has_the_authority() -> None:
    assert invitation.read(invitation.write(FOR_NODES)) == FOR_NODES


def test_a_venue_without_known_addresses_is_one_too() -> None:
    alone = replace(FOR_GATES, nodes=())
    assert invitation.read(invitation.write(alone)) == alone


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "Hi Sam,\nhere is the code:\n\n{}\n\nSEE YOU TONIGHT, 7 PM. Ana",
        "> {}",
        "\ufeff{}\r\n",
    ],
)
def test_an_invitation_is_read_out_of_a_message(around: str) -> None:
    lines = invitation.as_file(TEXT).decode()
    for text in (TEXT, lines, lines.replace("\n", "\r\n> ")):
        assert invitation.read(around.format(text)) == FOR_GATES


def test_it_fits_into_a_qr_that_a_camera_reads_and_no_secret_is_in_plain_sight() -> None:
    assert len(TEXT) < 1250  # a QR of version 20, letters and digits, least correction
    assert FOR_GATES.secret.hex() not in TEXT.casefold()


@pytest.mark.parametrize("kind", ["png", "jpg", "photo"])
def test_the_picture_is_read_back_by_the_gates_own_decoder(tmp_path: Path, kind: str) -> None:
    from PIL import Image

    picture = tmp_path / "Halle.png"
    save_qr(picture, TEXT, overwrite=False)
    if kind != "png":
        opened = Image.open(picture).convert("L")
        if kind == "photo":
            opened = opened.resize((opened.width * 3 // 4,) * 2).rotate(4, fillcolor=200)
        picture = tmp_path / "Halle.jpg"
        opened.save(picture)
    assert invitation.read_file(picture) == FOR_GATES


def test_a_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    file = tmp_path / "from-sam.txt"
    file.write_bytes(invitation.as_file(TEXT))
    assert invitation.read_file(file) == FOR_GATES


def _reads_alike(text: str) -> bool:
    try:
        return invitation.read(text) == FOR_GATES
    except Unfit:
        return False


@given(st.integers(0, len(TEXT) - 2), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_mistyped_letter_is_seen(at: int, letter: str) -> None:
    changed = TEXT[:at] + letter + TEXT[at + 1 :]
    last = len(TEXT) - 2  # some of its bits say nothing
    if changed == TEXT or (at == last and _reads_alike(changed)):
        return
    assert fault(changed) in (VenueFault.DAMAGED_INVITATION, VenueFault.NO_INVITATION)


@given(st.integers(len("SCANNER-VENUE-1:"), len(TEXT) - 2))
def test_an_invitation_cut_short_is_seen(length: int) -> None:
    assert fault(TEXT[:length]) == VenueFault.DAMAGED_INVITATION


@given(st.binary(max_size=300))
def test_what_nobody_wrote_is_seen(rubbish: bytes) -> None:
    import base64

    told = base64.b32encode(rubbish).decode().rstrip("=")
    assert fault(f"SCANNER-VENUE-1:{told}.") == VenueFault.DAMAGED_INVITATION


def test_a_whole_content_that_is_no_invitation_is_seen() -> None:
    import base64
    import zlib

    for content in (b"", b"\x00", b"\x00\x01", b"\x00\x01a" * 7, b"\x00" * 60_000):
        head = "SCANNER-VENUE-1:"
        deflating = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=invitation._DICTIONARY)
        body = deflating.compress(content) + deflating.flush()
        told = base64.b32encode(body + invitation._checksum(head, body)).decode().rstrip("=")
        assert fault(f"{head}{told}.") == VenueFault.DAMAGED_INVITATION


def test_a_gates_invitation_does_not_pass_for_a_nodes() -> None:
    renamed = TEXT.replace("SCANNER-VENUE", "SCANNER-NODE")
    assert fault(renamed) == VenueFault.DAMAGED_INVITATION


def test_a_later_version_asks_for_a_newer_program() -> None:
    assert fault(TEXT.replace("-1:", "-2:")) == VenueFault.NEWER_INVITATION


@pytest.mark.parametrize("text", ["", "hello", "SCANNER-VENUE", "https://x.example/SCANNER"])
def test_another_text_is_no_invitation(text: str) -> None:
    assert fault(text) == VenueFault.NO_INVITATION


def test_a_picture_of_something_else_is_told(tmp_path: Path) -> None:
    picture = tmp_path / "ticket.png"
    save_qr(picture, "TICKET-1", overwrite=False)
    with pytest.raises(Unfit) as told:
        invitation.read_file(picture)
    assert told.value.fact.code == VenueFault.UNREAD_PICTURE


def test_a_file_that_is_neither_text_nor_picture_or_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.join"
    with pytest.raises(Unfit, match="unreadable"):
        invitation.read_file(file)
    file.write_bytes(b"\xff\x00\xfe" * 50)
    with pytest.raises(ScannerError) as told:
        invitation.read_file(file)
    assert told.value.fact.code == PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("laptop.local", f"laptop.local:{CLIENT_PORT}"),
        ("10.0.0.1:99", "10.0.0.1:99"),
        ("[fe80::1]:99", "[fe80::1]:99"),
        ("[::1]", f"[::1]:{CLIENT_PORT}"),
    ],
)
def test_an_address_may_lack_its_port(text: str, address: str) -> None:
    assert invitation.node_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "a b", "a:x", "a:99999", "a/b", "u@a", ":4222", "a?b", "[::1"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(Unfit):
        invitation.node_address(text)


@pytest.mark.parametrize("name", ["", " x", "a/b", "..", "-x", "a\nb", "x" * 41, 'a"b', "a:b"])
def test_a_name_that_is_no_files_name_is_refused(name: str) -> None:
    assert not invitation.is_name(name)
    assert invitation.is_name("Große Halle, Wien")
