import base64

import pytest

from scanner.venue.members import jwt
from scanner.venue.members.nkey import Role, new_seed, public_key, verifies
from scanner.venue.members.permissions import gate

AT = 1_796_000_000
OPERATOR, ACCOUNT = new_seed(Role.OPERATOR), new_seed(Role.ACCOUNT)
SIGNING, USER = new_seed(Role.ACCOUNT), new_seed(Role.USER)
GATE, OTHER = public_key(USER), public_key(new_seed(Role.USER))
TOKEN = jwt.account(
    OPERATOR, public_key(ACCOUNT), "VENUE", AT, signing=[public_key(SIGNING)], revoked={OTHER: 7}
)


def test_a_token_is_signed_by_who_issues_it() -> None:
    told, _, signature = TOKEN.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    assert jwt.read(TOKEN)["iss"] == public_key(OPERATOR)
    assert verifies(public_key(OPERATOR), told.encode(), raw)


def test_a_user_is_limited_to_what_it_may_do() -> None:
    allowed = gate(GATE)
    token = jwt.user(SIGNING, public_key(ACCOUNT), GATE, "north-2", AT, permissions=allowed)
    claims = jwt.read(token)
    assert (claims["sub"], claims["name"]) == (GATE, "north-2")
    assert claims["nats"]["issuer_account"] == public_key(ACCOUNT)
    assert claims["nats"]["pub"]["allow"] == list(allowed.publish)
    assert claims["nats"]["sub"]["allow"] == [f"_INBOX_{GATE}.>"]
    assert "exp" not in claims


def test_who_may_do_everything_has_no_list() -> None:
    claims = jwt.read(jwt.user(ACCOUNT, public_key(ACCOUNT), GATE, "node", AT))["nats"]
    assert not {"pub", "sub", "issuer_account"} & claims.keys()


def test_who_was_expelled_stays_out_and_the_next_one_is_out_for_good() -> None:
    new = jwt.expelled(OPERATOR, [TOKEN], [GATE], [public_key(SIGNING)], AT)
    assert jwt.revoked(new) == {GATE, OTHER}
    assert jwt.read(new)["nats"]["revocations"][GATE] > 100 * AT


def test_the_next_token_is_later_than_all_before_whatever_the_clock_says() -> None:
    later = jwt.account(OPERATOR, public_key(ACCOUNT), "VENUE", AT + 900, revoked={GATE: 9})
    for clock in (0, AT - 3600):
        new = jwt.expelled(OPERATOR, [TOKEN, later], [], [], clock)
        assert jwt.read(new)["iat"] == AT + 901
        assert jwt.revoked(new) == {GATE, OTHER}
    assert jwt.read(jwt.expelled(OPERATOR, [TOKEN], [], [], AT + 5))["iat"] == AT + 5


def test_two_tokens_have_two_ids() -> None:
    new = jwt.expelled(OPERATOR, [TOKEN], [GATE], [], AT)
    assert jwt.read(new)["jti"] != jwt.read(TOKEN)["jti"]


def test_a_shortened_token_is_itself_again() -> None:
    assert jwt.restored(jwt.shortened(TOKEN)) == TOKEN
    assert len(jwt.shortened(TOKEN)) < len(TOKEN) * 0.75


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c", "..", "x.e30.x", "x.W10.x", "x.bnVsbA.x", "ö.ö.ö"]
)
def test_a_text_that_is_no_token_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        jwt.read(text)


def test_bytes_that_are_no_token_are_told() -> None:
    for rubbish in (b"", b"x" * 64, b"x" * 70):
        with pytest.raises(ValueError, match="no token"):
            jwt.restored(rubbish)
