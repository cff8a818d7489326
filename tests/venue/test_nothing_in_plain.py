"""Who watches the wire, has a node's disk, or reads the engine learns no ticket and no name."""

import base64
import hashlib
from collections.abc import Iterator

import pytest
from nats.aio.client import Client

from scanner.admission.verdict import Kind
from scanner.venue.subjects import event_name
from tests.store.worlds import EVENT, SERIALS, SESSION
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import venue_gate

SECRETS = (*SERIALS[:2], EVENT, SESSION.device, SESSION.title, "Jo Doe", "AZ-4918SF92", "tor-nord")


def forms(secret: str) -> Iterator[bytes]:
    """Yield what somebody would look for: the text as it is, encoded, or hashed without a key."""
    raw = secret.encode()
    yield from (raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1])
    for digest in (hashlib.sha256(raw), hashlib.sha1(raw), hashlib.md5(raw)):  # noqa: S324
        yield from (digest.digest(), digest.hexdigest().encode())


def found_in(content: bytes) -> list[str]:
    low = content.lower()
    return [
        secret
        for secret in SECRETS
        if any(form in content or form.lower() in low for form in forms(secret))
    ]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nodes, bytes]]:
    """A venue in which two gates had the same two tickets, and what went over its wires."""
    folder = tmp_path_factory.mktemp("evening")
    with Nodes(folder / "nodes", cuttable=True) as nodes:
        heard = nodes.record()
        north, south = nodes.membership("tor-nord"), nodes.membership("tor-süd")
        with venue_gate(folder / "n", north) as first, venue_gate(folder / "s", south) as second:
            for gate in (first, second):
                gate.wait_connected()
            kinds = [
                gate.present(each).verdict.kind for each in SERIALS[:2] for gate in (first, second)
            ]
        assert kinds == [Kind.ADMITTED, Kind.ALREADY_ADMITTED] * 2
        yield nodes, bytes(heard)


def test_the_wire_tells_nothing(evening: tuple[Nodes, bytes]) -> None:
    _, heard = evening
    assert b"nonce" in heard  # a node's greeting, before TLS
    assert b"CONNECT {" not in heard
    assert found_in(heard) == []


def test_a_nodes_disk_tells_nothing(evening: tuple[Nodes, bytes]) -> None:
    nodes, _ = evening
    whole = b"".join(each.read_bytes() for each in nodes.stored())
    assert event_name(nodes.key, EVENT).encode() in whole
    assert found_in(whole) == []


def test_the_engine_tells_nothing_to_who_has_not_the_venues_key(
    evening: tuple[Nodes, bytes],
) -> None:
    nodes, _ = evening
    keys, messages = nodes.asked(_everything)
    assert sum(key.startswith("$KV.") for key in keys) == 2
    assert found_in("\n".join(keys).encode() + b"\n".join(messages)) == []


async def _everything(nc: Client) -> tuple[list[str], list[bytes]]:
    js = nc.jetstream()
    keys, messages = [], []
    for stream in await js.streams_info():
        name = str(stream.config.name)
        subjects = (await js.stream_info(name, subjects_filter=">")).state.subjects or {}
        keys += [name, *subjects]
        messages += [(await js.get_last_msg(name, each)).data or b"" for each in subjects]
    return keys, messages


def test_what_is_looked_for_would_be_found() -> None:
    assert found_in(b"x" + SERIALS[0].lower().encode()) == [SERIALS[0]]
    assert found_in(hashlib.sha256(SERIALS[1].encode()).digest()) == [SERIALS[1]]
