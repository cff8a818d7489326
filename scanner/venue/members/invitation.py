"""An invitation to a venue as a text: in a file, in a message, in a QR.

    SCANNER-VENUE-1:<base32>.    for gates
    SCANNER-NODE-1:<base32>.     for nodes, with the venue's authority

The number is the format's version, the dot ends it. The base32 has letters and digits alone, which
a QR holds in its denser form, and a message may break into lines. It stands for the content,
deflated, and the first bytes of its hash: what was cut off or mistyped is seen.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scanner.venue.errors import Unfit, VenueFault
from scanner.venue.members import jwt, nkey
from scanner.venue.members.certificates import from_der, key_of, raw_key, to_der
from scanner.venue.members.membership import CLIENT_PORT, Authority, Invitation
from scanner.venue.sealing import SECRET_BYTES

LONGEST_NAME = 40
"""Characters of a venue's name: it is a file's name too."""

_VERSION = 1
_FOUND = re.compile(r"SCANNER-(VENUE|NODE)-([0-9]{1,4}):([^.]*)")
_BREAKS = re.compile(r"[\s>]")
"""What messages put between the letters."""
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_LINE = 76
_CHECKSUM_BYTES = 8
_LENGTH_BYTES = 2
_LARGEST_FILE = 1 << 16
_LARGEST_CONTENT = 1 << 16
_PARTS = 7
"""Those of every invitation; a node's has the authority's behind them."""

_DICTIONARY = (
    b"-----0*0\x05\x06\x03+ep0\x1e\x17\r0\x03U\x1d\x13\x01\x01\xff\x04\x080\x06\x01\x01\xff\x02"
    b'{"type":"operator","system_account":"A"type":"account","limits":{"subs":-1,"data":-1,'
    b'"payload":-1,"imports":-1,"exports":-1,"conn":-1,"leaf":-1,"mem_storage":-1,'
    b'"disk_storage":-1,"streams":-1,"consumer":-1,"wildcards":true},"signing_keys":["A'
    b'{"iat":17","iss":"A","name":"invitation","sub":"U","nats":{"type":"user","subs":-1,"data":-1,'
    b'"payload":-1,"issuer_account":"A","pub":{"allow":["venue.join"]},"sub":{"allow":["_INBOX_U'
    b'.>"]},"version":2},"jti":"'
)
"""What contents have alike: deflate says it in a byte or two. A format's version has its own."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says.

    Attributes:
        name: the venue's.
        venue: its id, 16 hexadecimal digits.
        secret: what names are hashed and messages sealed with.
        ca: the certificate, PEM, that nodes are known by.
        nodes: where they are, "host:port" each.
        invitation: what to ask for credentials with.
        authority: for nodes alone.
    """

    name: str
    venue: str
    secret: bytes
    ca: str
    nodes: tuple[str, ...]
    invitation: Invitation
    authority: Authority | None = None


def write(invited: Invited) -> str:
    """Return the invitation on one line, as a QR has it."""
    parts = [
        invited.name.encode(),
        bytes.fromhex(invited.venue),
        invited.secret,
        to_der(invited.ca),
        "\n".join(invited.nodes).encode(),
        nkey.raw_seed(invited.invitation.seed),
        jwt.shortened(invited.invitation.jwt),
    ]
    if invited.authority is not None:
        parts += _authority_parts(invited.authority)
    content = b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_DICTIONARY)
    body = deflating.compress(content) + deflating.flush()
    kind = "NODE" if invited.authority is not None else "VENUE"
    head = f"SCANNER-{kind}-{_VERSION}:"
    text = base64.b32encode(body + _checksum(head, body)).rstrip(b"=").decode()
    return f"{head}{text}."


def as_file(text: str) -> bytes:
    """Return an invitation as its file has it: in lines that a message does not break."""
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return ("\n".join(lines) + "\n").encode()


def read(text: str) -> Invited:
    """Read an invitation, with whatever stands before it.

    Raises:
        Unfit: there is none, or it is damaged, or of a later version.
    """
    found = _FOUND.search(text)
    if found is None:
        raise Unfit(VenueFault.NO_INVITATION)
    kind, version, told = found.groups()
    if int(version) > _VERSION:
        raise Unfit(VenueFault.NEWER_INVITATION)
    try:
        parts = list(_parts(_body(f"SCANNER-{kind}-{version}:", told)))
        return _invited(parts, for_node=kind == "NODE")
    except (ValueError, IndexError, OverflowError, zlib.error) as error:
        raise Unfit(VenueFault.DAMAGED_INVITATION) from error


def read_file(file: Path) -> Invited:
    """Read an invitation's file, or a picture that shows one.

    Raises:
        Unfit: it has none, or a damaged one; or it is a picture in which none is read.
        ScannerError: it can't be read at all, as a file or as a picture.
    """
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST_FILE).decode()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unfit(VenueFault.UNREADABLE, file=file, why=why) from error
    except UnicodeDecodeError:
        return _read_picture(file)
    return read(text)


def _read_picture(file: Path) -> Invited:
    from scanner.qr.decoder import Decoder
    from scanner.scanning.picture_pages import pages_of

    decoder = Decoder()
    for page in pages_of(file):
        for text in decoder.decode(page.pixels).texts:
            if _FOUND.search(text):
                return read(text)
    raise Unfit(VenueFault.UNREAD_PICTURE, file=file)


def _body(head: str, told: str) -> bytes:
    """Return what the letters stand for, whose checksum is right."""
    letters = _BREAKS.sub("", told)
    raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    body, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    if checksum != _checksum(head, body):
        raise ValueError("checksum")
    return body


def _checksum(head: str, body: bytes) -> bytes:
    return hashlib.sha256(head.encode() + body).digest()[:_CHECKSUM_BYTES]


def _parts(body: bytes) -> Iterator[bytes]:
    inflating = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_DICTIONARY)
    content = inflating.decompress(body, _LARGEST_CONTENT)
    while content:
        end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "big")
        if len(content) < end:
            raise ValueError("short")
        yield content[_LENGTH_BYTES:end]
        content = content[end:]


def _invited(parts: Sequence[bytes], *, for_node: bool) -> Invited:
    name, venue, secret, ca, nodes, seed, token = parts[:_PARTS]
    if len(secret) != SECRET_BYTES or not is_name(name.decode()):
        raise ValueError("content")
    return Invited(
        name=name.decode(),
        venue=venue.hex(),
        secret=secret,
        ca=from_der(ca),
        nodes=tuple(nodes.decode().split("\n")) if nodes else (),
        invitation=Invitation(nkey.seed_of(seed, nkey.Role.USER), jwt.restored(token)),
        authority=_authority(parts[_PARTS:]) if for_node else None,
    )


def _authority_parts(authority: Authority) -> list[bytes]:
    return [
        nkey.raw_seed(authority.operator_seed),
        nkey.raw_seed(authority.system_seed),
        nkey.raw_seed(authority.account_seed),
        nkey.raw_seed(authority.signing_seed),
        jwt.shortened(authority.operator_jwt),
        jwt.shortened(authority.system_jwt),
        jwt.shortened(authority.account_jwt),
        raw_key(authority.ca_key),
        bytes([authority.node_count]),
    ]


def _authority(parts: Sequence[bytes]) -> Authority:
    operator, system, account, signing, operator_jwt, system_jwt, account_jwt, key, count = parts
    return Authority(
        operator_seed=nkey.seed_of(operator, nkey.Role.OPERATOR),
        system_seed=nkey.seed_of(system, nkey.Role.ACCOUNT),
        account_seed=nkey.seed_of(account, nkey.Role.ACCOUNT),
        signing_seed=nkey.seed_of(signing, nkey.Role.ACCOUNT),
        operator_jwt=jwt.restored(operator_jwt),
        system_jwt=jwt.restored(system_jwt),
        account_jwt=jwt.restored(account_jwt),
        ca_key=key_of(key),
        node_count=count[0],
    )


def is_name(name: str) -> bool:
    """Tell whether a venue can be called so: its invitation's file is called so too."""
    fits = 1 <= len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()
    return fits and not name.startswith((".", "-")) and not set(name) & set('/\\:*?"<>|')


def node_address(text: str) -> str:
    """Return where a node is, as "host:port", of what a person writes: HOST or HOST:PORT.

    Raises:
        Unfit: it is no address.
    """
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or CLIENT_PORT
    except ValueError as error:
        raise Unfit(VenueFault.UNFIT_ADDRESS, address=text) from error
    if not host or not _HOST.fullmatch(host) or parts.path or parts.query or parts.username:
        raise Unfit(VenueFault.UNFIT_ADDRESS, address=text)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
