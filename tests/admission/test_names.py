import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.names import (
    TAG_CHARACTERS,
    TAG_LENGTH,
    is_same_device,
    is_same_name,
    normalised,
    tag_of,
    tagged,
    without_tag,
)

TAG = "7k3q"
tags = st.text(TAG_CHARACTERS, min_size=TAG_LENGTH, max_size=TAG_LENGTH).filter(
    lambda each: any(map(str.isdigit, each))
)
names = st.text(st.characters(codec="utf-8"), min_size=1).map(normalised).filter(bool)

SERVERS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "trims": str.strip,
    "folds": str.casefold,
    "upper case": str.upper,
    "NFC": lambda name: unicodedata.normalize("NFC", name),
    "NFD": lambda name: unicodedata.normalize("NFD", name),
    "cuts to 20": lambda name: name[:20],
    "cuts to 20 bytes": lambda name: name.encode()[:20].decode(errors="ignore"),
    "cuts, then trims": lambda name: name[:20].strip(),
    "drops what is not Latin-1": lambda name: name.encode("latin-1", "replace").decode("latin-1"),
    "drops what is not ASCII": lambda name: name.encode("ascii", "ignore").decode(),
    "pads": lambda name: f"  {name}\t",
    "no spaces": lambda name: name.replace(" ", "_"),
}


@given(tags, names, st.sampled_from(sorted(SERVERS)))
def test_a_tag_survives_what_servers_do_to_a_name(tag: str, name: str, server: str) -> None:
    sent = tagged(tag, name)
    assert tag_of(sent) == tag
    assert is_same_device(sent, SERVERS[server](sent))


@given(tags, tags, names)
def test_two_tags_are_two_devices_whatever_the_name(one: str, other: str, name: str) -> None:
    assert is_same_device(tagged(one, name), tagged(other, name)) == (one == other)


@given(tags, names)
def test_people_see_the_name_without_its_tag(tag: str, name: str) -> None:
    plain_start = name.lstrip("_+.:- ")
    assert without_tag(tagged(tag, name)) == (plain_start or tagged(tag, name))


@pytest.mark.parametrize(
    "name", ["north-1", "gate 3", "hall", "7k3qx east", "Süd-1", "door", "1234 x", "b c", ""]
)
def test_a_name_that_people_give_has_no_tag(name: str) -> None:
    assert tag_of(name) is None
    assert without_tag(name) == name


@pytest.mark.parametrize(
    "name", [f"{TAG} north-1", "7K3Q NORTH-1", "7k3q", " 7k3q\tnorth", "7k3q-n"]
)
def test_a_tag_is_found_in_any_case(name: str) -> None:
    assert tag_of(name) == TAG


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (" Lee ", "Lee"),
        ("Zoe\u0308", "Zoë"),
        ("north\t  1\n", "north 1"),
        ("a\udcffb", "a?b"),
        ("north-🎟", "north-🎟"),
        (" \u00a0\t", ""),
    ],
)
def test_a_name_is_normalised_once(given_name: str, kept: str) -> None:
    assert normalised(given_name) == kept
    assert normalised(kept) == kept


@pytest.mark.parametrize(
    ("sent", "found", "same"),
    [
        ("north-1 ", "north-1", True),
        ("Zoe\u0308", "ZOË", True),
        ("north-entrance-left-lane-1", "north-entrance-left-", True),
        ("north-entrance-left lane", "north-entrance-left", True),
        ("north-entrance-1", "north-entrance", False),
        ("north-1", "north-2", False),
        ("north-1", None, False),
        ("north-1", "7k3q north-1", False),
    ],
)
def test_a_name_without_a_tag_is_compared_whole_or_as_it_was_cut(
    sent: str, found: str | None, same: bool
) -> None:
    assert is_same_name(sent, found) is same
    assert is_same_device(sent, found) is same
