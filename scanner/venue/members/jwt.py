"""The tokens that NATS knows people by: JSON Web Tokens of its version 2, signed by nkeys.

An operator signs accounts, an account signs its users. A server that has the operator and the
accounts needs no list of users; who is expelled is named in the account.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.venue.members.nkey import Role, is_public, public_key, sign, verifies
from scanner.venue.members.permissions import EVERYTHING, Permissions

_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
_SIGNATURE_BYTES = 64
_UNLIMITED = -1
_ACCOUNT = "issuer_account"
"""The claim that names the account whose signing key made a user's token."""
_FOR_GOOD = 253_402_300_799
"""The end of the year 9999: a token issued before is revoked, by however wrong a clock it was."""


def operator(operator_seed: str, name: str, system_account: str, at: int) -> str:
    """Return an operator's own token.

    Args:
        operator_seed: its secret key.
        name: as servers show it.
        system_account: the public key of the account that commands the servers.
        at: when it is issued, in seconds of Unix time.
    """
    claims = {"type": "operator", "system_account": system_account}
    return _signed(operator_seed, public_key(operator_seed), name, at, claims)


def account(
    operator_seed: str,
    public: str,
    name: str,
    at: int,
    *,
    signing: Sequence[str] = (),
    revoked: Mapping[str, int] | None = None,
    stores: bool = True,
) -> str:
    """Return an account's token, without limits.

    Args:
        operator_seed: the operator's secret key.
        public: the account's public key.
        name: as servers show it.
        at: when it is issued; servers take a token only where it is not older than theirs.
        signing: the public keys that sign its users, beside its own.
        revoked: users' public keys, with the time until which a token of theirs is no good.
        stores: whether it may use JetStream.
    """
    limits = dict.fromkeys(
        ("subs", "data", "payload", "imports", "exports", "conn", "leaf"), _UNLIMITED
    )
    if stores:
        jetstream = ("mem_storage", "disk_storage", "streams", "consumer")
        limits |= dict.fromkeys(jetstream, _UNLIMITED)
    claims: dict[str, Any] = {"type": "account", "limits": {**limits, "wildcards": True}}
    if signing:
        claims["signing_keys"] = list(signing)
    if revoked:
        claims["revocations"] = dict(revoked)
    return _signed(operator_seed, public, name, at, claims)


def user(
    signing_seed: str,
    account_public: str,
    public: str,
    name: str,
    at: int,
    *,
    permissions: Permissions = EVERYTHING,
) -> str:
    """Return a user's token.

    Args:
        signing_seed: the account's secret key, or one of its signing keys.
        account_public: the account's public key.
        public: the user's public key.
        name: as servers show it.
        at: when it is issued; no clock ends it.
        permissions: what it may do.
    """
    claims: dict[str, Any] = {
        "type": "user",
        "subs": _UNLIMITED,
        "data": _UNLIMITED,
        "payload": _UNLIMITED,
    }
    if public_key(signing_seed) != account_public:
        claims[_ACCOUNT] = account_public
    if permissions != EVERYTHING:
        denied = {"deny": list(permissions.not_publish)} if permissions.not_publish else {}
        claims["pub"] = {"allow": list(permissions.publish), **denied}
        claims["sub"] = {"allow": list(permissions.subscribe)}
    return _signed(signing_seed, public, name, at, claims)


def expelled(
    operator_seed: str, known: Sequence[str], users: Sequence[str], signing: Sequence[str], at: int
) -> str:
    """Return an account's next token, in which users are revoked for good.

    It is issued later than those that it follows, by whatever clock: servers keep the latest.

    Args:
        operator_seed: the operator's secret key.
        known: the account's tokens so far, as nodes or files have them; one at least.
        users: public keys of those who are shut out.
        signing: the public keys that sign its users from now on; what others signed is void.
        at: the time, in seconds of Unix time.

    Raises:
        ValueError: a text is no token.
    """
    tokens = [read(each) for each in known]
    latest = max(tokens, key=lambda token: int(token["iat"]))
    at = max(at, int(latest["iat"]) + 1)
    out: dict[str, int] = {}
    for token in tokens:
        out |= token["nats"].get("revocations", {})
    out |= dict.fromkeys(users, _FOR_GOOD)
    return account(operator_seed, latest["sub"], latest["name"], at, signing=signing, revoked=out)


def revoked(token: str) -> frozenset[str]:
    """Return the public keys of the users that an account's token shuts out."""
    return frozenset(read(token)["nats"].get("revocations", {}))


def read(token: str) -> dict[str, Any]:
    """Return what a token claims; its signature is for the servers to check.

    Raises:
        ValueError: it is none.
    """
    try:
        _, payload, _ = token.split(".")
        found = json.loads(_unbase64(payload))
    except (ValueError, binascii.Error) as error:
        raise ValueError("no token") from error
    if not isinstance(found, dict) or not isinstance(found.get("nats"), dict):
        raise ValueError("no token")  # noqa: TRY004 - a text that is no token, whatever it holds
    return found


def member(token: str, like: str) -> str:
    """Return whose token it is, where it was signed as one of our own was.

    Args:
        token: of somebody who says to be a gate of the venue.
        like: this gate's own.

    Raises:
        ValueError: it is no token, or not the venue's.
    """
    found, own = read(token), read(like)
    told, _, signature = token.rpartition(".")
    same = all(found["nats"].get(each) == own["nats"].get(each) for each in ("type", _ACCOUNT))
    if not same or found.get("iss") != own["iss"] or not is_public(str(found["sub"]), Role.USER):
        raise ValueError("not the venue's")
    if not verifies(own["iss"], told.encode(), _unbase64(signature)):
        raise ValueError("not signed")
    return str(found["sub"])


def shortened(token: str) -> bytes:
    """Return a token in fewer bytes: signature and claims, without what all have alike.

    Raises:
        ValueError: it is none.
    """
    read(token)
    _, payload, signature = token.split(".")
    return _unbase64(signature) + _unbase64(payload)


def restored(short: bytes) -> str:
    """Return the token that was shortened.

    Raises:
        ValueError: it was none.
    """
    signature, payload = short[:_SIGNATURE_BYTES], short[_SIGNATURE_BYTES:]
    token = f"{_base64(_json(_HEADER))}.{_base64(payload)}.{_base64(signature)}"
    read(token)
    return token


def _signed(seed: str, subject: str, name: str, at: int, claims: Mapping[str, Any]) -> str:
    body = {
        "iat": at,
        "iss": public_key(seed),
        "name": name,
        "sub": subject,
        "nats": {**claims, "version": 2},
    }
    body["jti"] = _identity(_json(body))
    told = f"{_base64(_json(_HEADER))}.{_base64(_json(body))}"
    return f"{told}.{_base64(sign(seed, told.encode()))}"


def _identity(body: bytes) -> str:
    """Return a token's id; a server takes two accounts' tokens of one id for the same."""
    digest = hashlib.sha256(body).digest()  # NATS takes SHA-512/256 here, which not all builds have
    return base64.b32encode(digest).rstrip(b"=").decode()


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
