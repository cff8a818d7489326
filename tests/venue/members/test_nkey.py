import pytest

from scanner.venue.members.nkey import (
    Role,
    is_public,
    new_seed,
    public_key,
    raw_seed,
    seed_of,
    sign,
    verifies,
)


@pytest.mark.parametrize(
    ("role", "letter"), [(Role.OPERATOR, "O"), (Role.ACCOUNT, "A"), (Role.USER, "U")]
)
def test_a_key_says_whose_it_is(role: Role, letter: str) -> None:
    seed = new_seed(role)
    assert seed[:2] == f"S{letter}"
    assert public_key(seed)[0] == letter
    assert is_public(public_key(seed), role)
    assert not any(is_public(public_key(seed), other) for other in Role if other != role)


def test_a_seed_is_its_32_bytes_again() -> None:
    seed = new_seed(Role.USER)
    assert seed_of(raw_seed(seed), Role.USER) == seed
    assert new_seed(Role.USER) != seed


def test_only_the_owner_of_a_key_signs_for_it() -> None:
    ours, theirs = new_seed(Role.USER), new_seed(Role.USER)
    signature = sign(ours, b"north-2")
    assert verifies(public_key(ours), b"north-2", signature)
    assert not verifies(public_key(ours), b"north-3", signature)
    assert not verifies(public_key(theirs), b"north-2", signature)


@pytest.mark.parametrize("text", ["", "SU", "north-2", "SUAO" * 14, "ö" * 58])
def test_a_text_that_is_no_seed_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no seed"):
        public_key(text)
    assert not is_public(text, Role.USER)


def test_a_mistyped_public_key_is_none() -> None:
    key = public_key(new_seed(Role.USER))
    mistyped = key[:20] + ("A" if key[20] != "A" else "B") + key[21:]
    assert not is_public(mistyped, Role.USER)
