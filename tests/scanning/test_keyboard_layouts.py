import string
import unicodedata
from pathlib import Path
from types import MappingProxyType

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.keyboards import Keyboard, Typing, arrives, typings
from scanner.admission.serial import NotATicket, Serial, parse_payload
from scanner.scanning.errors import LayoutFault, LayoutUnknown
from scanner.scanning.keyboard_layouts import (
    FILE,
    MOST_ADDED,
    SETUP,
    KeyMap,
    forget,
    learn,
    load,
    save,
)

SERIAL = "DAWIYZ-BACQ75580348"

US = (
    "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
    '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
)
ACUTE = "\u00b4"
GERMAN = (
    f"^1234567890ß{ACUTE}qwertzuiopü+#asdfghjklöäyxcvbnm,.-"
    "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_"
)
FRENCH = (
    "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
    "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§"
)
ACCENTS = {ACUTE: "\u0301", "`": "\u0300", "^": "\u0302", "¨": "\u0308"}


class Laptop:
    """Reads a US scanner's keys in a layout of its own, dead keys and all."""

    def __init__(self, layout: str, dead: str) -> None:
        self.keys = dict(zip(US, layout, strict=True)) | {" ": " "}
        self.dead = dead

    def reads(self, text: str) -> str:
        written, waiting = "", ""
        for char in (self.keys[char] for char in text):
            if waiting:
                composed = unicodedata.normalize("NFC", char + ACCENTS[waiting])
                written += waiting if char == " " else composed
                waiting = ""
            elif char in self.dead:
                waiting = char
            else:
                written += char
        return written


LAPTOPS = {
    "us": Laptop(US, ""),
    "german": Laptop(GERMAN, f"^{ACUTE}`"),
    "german without dead keys": Laptop(GERMAN, ""),
    "french": Laptop(FRENCH, "^¨"),
}


def german_keys(text: str, at: str = "q") -> str:
    """Write what a US laptop makes of a German scanner's keys; `at`, of Q with AltGr."""
    keys = dict(zip(GERMAN, US, strict=True)) | {" ": " ", "@": at}
    return "".join(keys.get(char, "") for char in text)


@pytest.mark.parametrize("at", ["q", ""])
def test_a_german_scanner_is_understood_by_a_us_laptop(at: str) -> None:
    key_map = learn(german_keys(SETUP, at))
    for text in (SERIAL, "https://example.org/t?s=A-1&q=z_y"):
        assert key_map.correct(german_keys(text, at)) == text


@pytest.mark.parametrize("name", LAPTOPS)
def test_what_a_layout_did_is_undone(name: str) -> None:
    laptop = LAPTOPS[name]
    key_map = learn(laptop.reads(SETUP))
    for text in (SERIAL, SERIAL.lower(), "https://example.org/t?s=A-1&q=z_y", "0123456789abcdef:x"):
        assert key_map.correct(laptop.reads(text)) == text


@given(st.sampled_from(sorted(LAPTOPS)), st.text(string.ascii_letters + string.digits + "-/:.?&%_"))
def test_any_tickets_text_is_restored(name: str, text: str) -> None:
    laptop = LAPTOPS[name]
    assert learn(laptop.reads(SETUP)).correct(laptop.reads(text)) == text


def test_a_letter_after_a_dead_key_is_told_from_the_accented_letter() -> None:
    laptop = LAPTOPS["german"]
    arrived = laptop.reads("a=e")  # the acute accent is the key of the equals sign
    assert arrived == "aé"
    assert learn(laptop.reads(SETUP)).correct(arrived) == "a=e"


def test_the_same_layout_needs_no_correction() -> None:
    assert learn(SETUP) == KeyMap()


def test_caps_lock_is_said() -> None:
    with pytest.raises(LayoutUnknown, match=LayoutFault.CAPS_LOCK):
        learn(SETUP.swapcase())


@pytest.mark.parametrize("arrived", ["", "DAWIER-BACK75580348", SETUP[:-1], SETUP[1:], SETUP * 2])
def test_another_code_is_said(arrived: str) -> None:
    with pytest.raises(LayoutUnknown, match=LayoutFault.NOT_WHOLE):
        learn(arrived)


def test_two_letters_that_arrive_as_one_are_said() -> None:
    with pytest.raises(LayoutUnknown, match=f"{LayoutFault.ARRIVE_AS_ONE} one=A other=B came=A"):
        learn(SETUP.replace("B", "A"))


def test_a_hyphen_that_does_not_arrive_is_said() -> None:
    with pytest.raises(LayoutUnknown, match=f"{LayoutFault.DOES_NOT_ARRIVE} char=-"):
        learn(SETUP.replace("-", ""))


def test_a_mark_that_does_not_arrive_harms_nothing_else() -> None:
    assert learn(SETUP.replace("@", "").replace("#", "")) == KeyMap()


def test_what_was_learned_is_kept_until_forgotten(tmp_path: Path) -> None:
    assert load(tmp_path) == KeyMap()
    learned = learn(LAPTOPS["german"].reads(SETUP))
    save(learned, tmp_path / "home")
    assert load(tmp_path / "home") == learned
    forget(tmp_path / "home")
    assert load(tmp_path / "home") == KeyMap()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": [], "dead": []}', "\xff"])
def test_a_damaged_file_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="latin-1")
    with pytest.raises(LayoutUnknown, match=LayoutFault.DAMAGED):
        load(tmp_path)


def test_the_set_up_code_fits_a_terminal_of_24_lines() -> None:
    assert segno.make(SETUP, error="l", micro=False).symbol_size(border=2) == (41, 41)


GREEK = Typing(Keyboard.US, Keyboard.GREEK)
"""Here W and S arrive as one letter, which is said."""


@pytest.mark.parametrize("typing", sorted(set(typings()) - {GREEK}), ids="-".join)
def test_layout_prefix_and_suffix_are_learned_together(typing: Typing) -> None:
    key_map = learn("\x02" + arrives(f"P]Q1X{SETUP}#9", typing) + "\x03")
    typed = arrives(f"P]Q1X{SERIAL}#9", typing)
    assert parse_payload(key_map.correct(typed)) == Serial(SERIAL)
    other_kind = arrives(f"P]z0X{SERIAL}#9", typing)
    if typing.scanner is Keyboard.US and "]" in key_map.before:
        assert parse_payload(key_map.correct(other_kind)) == Serial(SERIAL)


def test_a_known_layout_is_named_and_lends_the_keys_that_the_code_lacks() -> None:
    german = Typing(Keyboard.US, Keyboard.GERMAN)
    key_map = learn(arrives(SETUP, german))
    assert german in key_map.typings
    assert key_map.correct("+Q1DAWNATßGENE55284981") == "]Q1DAWNAT-GENE55284981"
    assert learn("+Q1" + LAPTOPS["german"].reads(SETUP)).before == "]Q1"
    assert learn(SETUP).typings == ()


def test_fixed_letters_are_taken_off_only_where_they_are() -> None:
    key_map = learn(f"A]Q1{SETUP}77")
    assert key_map == KeyMap(before="A]Q1", after="77")
    for scan in (f"A]Q1{SERIAL}77", f"A]C0{SERIAL}77", f"A{SERIAL}77", SERIAL, f"{SERIAL};x"):
        assert parse_payload(key_map.correct(scan)) == Serial(SERIAL)
    assert isinstance(parse_payload(key_map.correct(f"B{SERIAL}77")), NotATicket)


def test_what_a_program_sends_is_corrected_only_where_it_is_no_ticket() -> None:
    key_map = learn(LAPTOPS["german"].reads(SETUP))
    assert key_map.correct_if_needed(SERIAL) == SERIAL
    assert key_map.correct_if_needed(LAPTOPS["german"].reads(SERIAL)) == SERIAL


def test_more_than_a_scanner_adds_is_no_set_up_code() -> None:
    assert learn("a" * MOST_ADDED + SETUP).before == "a" * MOST_ADDED
    with pytest.raises(LayoutUnknown, match=LayoutFault.NOT_WHOLE):
        learn("a" * (MOST_ADDED + 1) + SETUP)


@given(st.text(string.ascii_uppercase + "]#~*", max_size=6), st.text("XYZ9#*", max_size=4))
def test_any_prefix_and_suffix_is_learned(before: str, after: str) -> None:
    key_map = learn(before + SETUP + after)
    assert (key_map.before, key_map.after, dict(key_map.keys)) == (before, after, {})


def test_a_file_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"format": 1, "keys": {"ß": "-"}, "dead": []}', encoding="utf-8")
    assert load(tmp_path) == KeyMap(MappingProxyType({"ß": "-"}))
