import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from scanner.venue.members.certificates import (
    Issued,
    from_der,
    is_due,
    issue_node,
    key_of,
    new_authority,
    raw_key,
    to_der,
)

NOW = datetime(2026, 11, 28, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Issued:
    return new_authority("Arena", datetime.now(UTC))


def node(authority: Issued, *addresses: str, now: datetime | None = None) -> Issued:
    at = now or datetime.now(UTC)
    return issue_node(authority.certificate, authority.key, "node-1", addresses, at)


def read(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.encode())


def test_a_certificate_holds_for_a_clock_that_has_just_begun() -> None:
    ca = new_authority("Arena", NOW)
    for issued in (ca, node(ca, now=NOW)):
        assert read(issued).not_valid_before_utc == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_node_whose_clock_has_just_begun_makes_a_certificate_that_others_take() -> None:
    ca = new_authority("Arena", NOW)
    issued = node(ca, now=datetime(1970, 1, 1, tzinfo=UTC) + DAY)
    assert read(issued).not_valid_after_utc == NOW + 90 * DAY


def test_the_authority_lasts_ten_years_and_a_node_ninety_days() -> None:
    ca = new_authority("Arena", NOW)
    assert abs(read(ca).not_valid_after_utc - NOW.replace(year=2036)) <= DAY
    assert read(node(ca, now=NOW)).not_valid_after_utc == NOW + 90 * DAY


def test_a_certificate_is_due_a_month_before_its_end() -> None:
    issued = node(new_authority("Arena", NOW), now=NOW).certificate
    assert not is_due(issued, NOW + 59 * DAY)
    assert is_due(issued, NOW + 61 * DAY)


def test_a_certificate_is_due_where_it_lacks_an_address(authority: Issued) -> None:
    issued = node(authority, "192.168.1.20", "laptop.local", now=NOW).certificate
    assert not is_due(issued, NOW, ["laptop.local", "192.168.1.20", "localhost", "::1"])
    assert is_due(issued, NOW, ["192.168.1.21"])


def test_certificates_and_keys_are_themselves_in_their_shortest_form(authority: Issued) -> None:
    assert from_der(to_der(authority.certificate)) == authority.certificate
    assert key_of(raw_key(authority.key)) == authority.key
    assert len(to_der(authority.certificate)) < 330  # an invitation's QR has it


async def _meet(folder: Path, server: Issued, trusted: Issued, host: str) -> str | None:
    """Return the TLS version of a real connection to a server with that certificate."""
    for name, text in (("cert", server.certificate), ("key", server.key)):
        (folder / name).write_text(text)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / "cert", folder / "key")
    theirs.load_verify_locations(cadata=trusted.certificate)
    ours = ssl.create_default_context(cadata=trusted.certificate)
    ours.verify_flags |= ssl.VERIFY_X509_STRICT  # Python's default from 3.13 on

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=theirs)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=ours, server_hostname=host)
        version: str | None = writer.get_extra_info("ssl_object").version()
        writer.close()
    return version


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.168.1.20", "laptop.local"])
async def test_python_takes_a_nodes_certificate_strictly(
    authority: Issued, tmp_path: Path, host: str
) -> None:
    issued = node(authority, "192.168.1.20", "laptop.local")
    assert await _meet(tmp_path, issued, authority, host) == "TLSv1.3"


async def test_another_venues_node_is_not_trusted(authority: Issued, tmp_path: Path) -> None:
    foreign = new_authority("Arena", datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError):
        await _meet(tmp_path, node(foreign), authority, "localhost")


async def test_a_node_s_certificate_makes_no_other_nodes(authority: Issued, tmp_path: Path) -> None:
    first = node(authority)
    second = issue_node(first.certificate, first.key, "node-2", [], datetime.now(UTC))
    both = Issued(second.certificate + first.certificate, second.key)
    with pytest.raises(ssl.SSLCertVerificationError):
        await _meet(tmp_path, both, authority, "localhost")
