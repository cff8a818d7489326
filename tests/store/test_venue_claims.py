import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.store import venue_claims
from scanner.store.venue_claims import CLAIMS, TOLD, Mirrored, claim_from_text, claim_to_text
from tests.admission.worlds import times
from tests.store.worlds import SERIALS, seconds

A, B = SERIALS[:2]
OURS = Entrant("7k3q door-1", "Ana", seconds(0), "a" * 32)
THEIRS = Entrant("m4rx south", "Bo", seconds(5), "b" * 32)
TAGS = {"7k3q", "2222"}


def entrants() -> st.SearchStrategy[Entrant]:
    words = st.text(max_size=12)
    return st.builds(Entrant, words, words, times(), words)


@given(
    st.builds(
        Claim,
        st.text(max_size=12),
        st.sampled_from(ClaimState),
        st.none() | entrants(),
        st.none() | entrants(),
        st.lists(entrants(), max_size=2).map(tuple),
        st.lists(entrants(), max_size=2).map(tuple),
        st.text(max_size=12),
    )
)
def test_a_claim_is_read_back_as_it_was(claim: Claim) -> None:
    assert claim_from_text(claim_to_text(claim)) == claim


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "{}",
        '{"serial": "A", "state": "lost"}',
        '{"serial": "A", "state": "held", "entered": ["x"]}',
        '{"serial": "A", "state": "held", "entered": ["x", "y", "yesterday", "z"]}',
        '{"serial": "A", "state": "held", "entered": ["x", "y", "2026-06-12T21:04:07", "z"]}',
        '{"serial": "A", "state": "held", "twice": 3}',
        '{"serial": "\\ud800", "state": "held"}',
        '{"serial": "A", "state": "held", "entered": ["x", "y", "0001-01-01T00:00+23:59", "z"]}',
        '{"serial": "A", "state": "held", "entered": ["x", "\\ud800", "2026-06-12T21:04Z", "z"]}',
        '{"serial": "A", "state": "held", "entered": ["x", 1, "2026-06-12T21:04Z", "z"]}',
        "[" * 100_000,
        "[" * 10_000,
    ],
)
def test_what_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        claim_from_text(text)


def test_a_claim_that_all_are_said_to_have_entered_by_is_refused() -> None:
    """Each of them would be a double entry to note, at each gate, and to send back."""
    crowd = Claim(A, ClaimState.HELD, OURS, None, (THEIRS,) * 10_000)
    with pytest.raises(ValueError, match="large"):
        claim_from_text(claim_to_text(crowd))


def test_an_older_revision_never_takes_the_place_of_a_newer_one(conn: sqlite3.Connection) -> None:
    newer = Mirrored("key", Claim(A, ClaimState.LEFT, THEIRS), 7)
    venue_claims.write(conn, [newer], TAGS, 7)
    venue_claims.write(conn, [Mirrored("key", Claim(A, ClaimState.HELD, THEIRS), 6)], TAGS)
    assert venue_claims.read(conn, "key") == newer
    assert venue_claims.read(conn, "another") is None
    assert venue_claims.position(conn, CLAIMS) == 7


@pytest.mark.parametrize(
    ("claim", "own"),
    [
        (Claim(A, ClaimState.HELD, OURS), True),
        (Claim(A, ClaimState.HELD, THEIRS), False),
        (Claim(A, ClaimState.HELD, THEIRS, twice=(OURS,)), True),
        (Claim(A, ClaimState.HELD, THEIRS, former=(OURS,)), True),
        (Claim(A, ClaimState.HELD, OURS._replace(device="2222 door-1")), True),
        (Claim(A, ClaimState.LEFT, THEIRS, OURS), False),
    ],
)
def test_a_claim_is_ones_own_if_one_let_in_on_it_under_any_of_ones_tags(
    conn: sqlite3.Connection, claim: Claim, own: bool
) -> None:
    venue_claims.write(conn, [Mirrored("key", claim, 1)], TAGS)
    assert conn.execute("SELECT own FROM venue_claim").fetchone() == (own,)


def test_an_exit_of_ones_own_is_in_the_journal_and_not_in_the_mirror(
    conn: sqlite3.Connection,
) -> None:
    claims = [Claim(A, ClaimState.LEFT, THEIRS, OURS), Claim(B, ClaimState.LEFT, OURS, THEIRS)]
    venue_claims.write(conn, [Mirrored(each.serial, each, 1) for each in claims], TAGS)
    rows = conn.execute("SELECT left_device FROM venue_claim ORDER BY serial").fetchall()
    assert rows == [(None,), (THEIRS.device,)]


def test_claims_that_are_read_again_stay_known_until_then(conn: sqlite3.Connection) -> None:
    venue_claims.write(conn, [Mirrored("key", Claim(A, ClaimState.HELD, THEIRS), 9)], TAGS, 9)
    venue_claims.note_position(conn, TOLD, 4)
    venue_claims.read_again(conn, lost=False)
    assert venue_claims.position(conn, CLAIMS) == 0
    assert venue_claims.position(conn, TOLD) == 4
    found = venue_claims.read(conn, "key")
    assert found == Mirrored("key", Claim(A, ClaimState.HELD, THEIRS), 0)
    venue_claims.write(conn, [Mirrored("key", Claim(A, ClaimState.RELEASED), 2)], TAGS, 2)
    again = venue_claims.read(conn, "key")
    assert again
    assert again.claim.state is ClaimState.RELEASED
    venue_claims.read_again(conn, lost=True)
    assert venue_claims.position(conn, TOLD) == 0
