"""Codes that are no ticket: what patrons show by mistake stays theirs."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.desk.audit import Audit, read_proof
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.store import journal
from scanner.store.anchor import keyed
from scanner.store.database import open_reader
from scanner.store.writer import Writer
from tests.store.worlds import NOW, SERIALS, filled, row

KEPT = "DAWIER-NONE00000000"
FOREIGN = [
    "WIFI:T:WPA;S=Bar;P=correct horse battery;;",
    "BCD\n002\n1\nSCT\nBFSWDE33\nZed Quux\nDE71110220330123456789\nEUR9",
    "otpauth://totp/Shop:jo?secret=JBSWY3DPEHPK3PXP",
    "HC1:6BF+70790T9WJWG.FKY*4GO0",
    "M1QUUX/ZED EABC123 FRALHRLH 0903 123Y012A0001",
    "BEGIN:VCARD\nFN:Zed Quux\nTEL:+4915112345678\nEND:VCARD",
    "4006381333931",
    "e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262",
    "e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262:and more",
    f"https://shop.example/t/{KEPT}?session=5f4dcc3b5aa765d6",
    f"{SERIALS[0]} and {SERIALS[1]} of Jo's",
    "\ud83d a lone surrogate",
    "x" * 9000,
]
SECRETS = (
    "correct horse", "DE7111", "JBSWY3", "6BF+70", "QUUX/ZED", "5151123", "Zed Quux", "400638",
    "e9873d79", "5f4dcc3b", "of Jo's", "surrogate", "xxxxxxxx",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    filled(home / "gate.sqlite3", [*map(row, SERIALS)]).close()
    with (
        Writer(home / "gate.sqlite3") as writer,
        keyed(writer, KeyStore(home, file_only=True), lambda: NOW),
    ):
        gate = Gate(writer)
        for payload in (SERIALS[0], *FOREIGN, FOREIGN[0], SERIALS[1].lower()):
            gate.present_and_wait(payload, NOW, "camera")
        yield home  # what is in the log of the database still counts, too


@pytest.mark.parametrize("secret", SECRETS)
def test_no_byte_of_them_is_on_the_disk(home: Path, secret: str) -> None:
    for file in home.iterdir():
        assert secret.encode() not in file.read_bytes(), file.name


def test_the_journal_has_kind_length_and_a_keyed_hash_and_can_be_audited(home: Path) -> None:
    proof = read_proof(KeyStore(home, file_only=True))
    with contextlib.closing(open_reader(home / "gate.sqlite3")) as conn:
        recorded = [scan.payload for _, scan, _ in journal.rows(conn)]
        assert list(Audit(conn, proof).findings()) == []
    assert recorded[0] == SERIALS[0]
    assert recorded[-1] == SERIALS[1].lower()
    assert recorded[1].startswith("wifi_code 42 ")
    assert recorded[1] == recorded[-2], "the same code is known again"
    hashes = {each.rsplit(" ", 1)[1] for each in recorded[1:-2]}
    assert len(hashes) == len(FOREIGN)
    assert {len(each) for each in hashes} == {64}


def test_another_installation_has_other_hashes(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    filled(other / "gate.sqlite3").close()
    with (
        Writer(other / "gate.sqlite3") as writer,
        keyed(writer, KeyStore(other, file_only=True), lambda: NOW),
    ):
        Gate(writer).present_and_wait(FOREIGN[0], NOW, "camera")
    recorded = []
    for folder in (home, other):
        with contextlib.closing(open_reader(folder / "gate.sqlite3")) as conn:
            recorded += [s.payload for _, s, _ in journal.rows(conn) if s.payload[:5] == "wifi_"]
    assert len(set(recorded)) == 2
