"""The venue's own certificate authority, and the certificates of its nodes.

Ed25519 throughout: a certificate of it is the smallest, and an invitation that carries one still
fits into a QR that a camera reads. A laptop whose clock's battery is empty
is at the beginning of time, so certificates hold from then on; and a node with such a clock counts
their end from when the venue was made.
"""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
"""When certificates begin to hold: where clocks begin."""
AUTHORITY_LASTS = timedelta(days=3652)
NODE_LASTS = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
"""How long before its end a node's certificate is renewed."""

_SERIAL_BITS = 63
"""Of a certificate's number: enough that no two of a venue are alike."""
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its secret key, PEM both."""

    certificate: str
    key: str


def new_authority(name: str, now: datetime) -> Issued:
    """Make a venue's own authority, which lasts for ten years.

    Args:
        name: the venue's, 64 characters at most.
        now: the time, aware.
    """
    key = Ed25519PrivateKey.generate()
    subject = _named(name)
    built = (
        _builder(subject, subject, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _issued(built.sign(key, None), key)


def issue_node(ca: str, ca_key: str, name: str, addresses: Iterable[str], now: datetime) -> Issued:
    """Make a node's certificate: for gates that connect, and for nodes among themselves.

    It is for this computer's own names too: localhost, 127.0.0.1 and ::1.

    Args:
        ca: the authority's certificate, PEM.
        ca_key: its secret key, PEM.
        name: the node's.
        addresses: its host names and IP addresses, without ports.
        now: the time, aware.

    Raises:
        ValueError: certificate or key are none.
    """
    authority = x509.load_pem_x509_certificate(ca.encode())
    signing = _key(ca_key)
    now = max(now, authority.not_valid_after_utc - AUTHORITY_LASTS)
    key = Ed25519PrivateKey.generate()
    names = [_general_name(each) for each in dict.fromkeys([*addresses, *_HERE])]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    known_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    built = (
        _builder(_named(name), authority.subject, key, now, NODE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(known_by, critical=False)
    )
    return _issued(built.sign(signing, None), key)


def is_due(certificate: str, now: datetime, addresses: Iterable[str] = ()) -> bool:
    """Tell whether a node's certificate is to be renewed: it ends soon, or lacks an address.

    Raises:
        ValueError: it is none.
    """
    found = x509.load_pem_x509_certificate(certificate.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lacking = any(_general_name(each) not in names for each in addresses)
    return lacking or found.not_valid_after_utc - now < RENEWED_BEFORE


def to_der(certificate: str) -> bytes:
    """Return a certificate in its shortest form.

    Raises:
        ValueError: it is none.
    """
    return x509.load_pem_x509_certificate(certificate.encode()).public_bytes(Encoding.DER)


def from_der(certificate: bytes) -> str:
    """Return a certificate as PEM.

    Raises:
        ValueError: it is none.
    """
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM).decode()


def raw_key(key: str) -> bytes:
    """Return the 32 bytes of a secret key.

    Raises:
        ValueError: it is none of this kind.
    """
    return _key(key).private_bytes_raw()


def key_of(raw: bytes) -> str:
    """Return the secret key, PEM, of its 32 bytes.

    Raises:
        ValueError: they are not 32.
    """
    return _pem(Ed25519PrivateKey.from_private_bytes(raw))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: Ed25519PrivateKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1 + secrets.randbits(_SERIAL_BITS))
        .not_valid_before(BEGIN)
        .not_valid_after(now.astimezone(UTC) + lasts)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _issued(certificate: x509.Certificate, key: Ed25519PrivateKey) -> Issued:
    return Issued(certificate.public_bytes(Encoding.PEM).decode(), _pem(key))


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _key(pem: str) -> Ed25519PrivateKey:
    found = load_pem_private_key(pem.encode(), None)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - the content is wrong, not the type
    return found
