"""What a file is by its content, whatever it is called."""

import codecs
import os
import re
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from scanner.facts import Code, Fact

_HEAD_BYTES = 4096
"""Enough for the marks that begin a file, and to tell text from anything else."""

_TAIL_BYTES = 65_536
"""A ZIP file names its members at its end; an office document has a few dozen of them."""

_TRANSPORT_PACKET = 188
"""Bytes between the sync bytes of an MPEG transport stream."""


class Kind(Code):
    """What a file is called."""

    EMPTY = "scanning.kind_empty"
    PICTURE = "scanning.kind_picture"
    AVIF = "scanning.kind_avif"
    SVG = "scanning.kind_svg"
    PDF = "scanning.kind_pdf"
    POSTSCRIPT = "scanning.kind_postscript"
    VIDEO = "scanning.kind_video"
    SOUND = "scanning.kind_sound"
    WORD = "scanning.kind_word"
    EXCEL = "scanning.kind_excel"
    POWERPOINT = "scanning.kind_powerpoint"
    OFFICE = "scanning.kind_office"
    OPEN_DOCUMENT = "scanning.kind_open_document"
    EBOOK = "scanning.kind_ebook"
    WALLET_PASS = "scanning.kind_wallet_pass"  # noqa: S105 - Apple's word for a ticket in a phone
    ARCHIVE = "scanning.kind_archive"
    WEB_PAGE = "scanning.kind_web_page"
    EMAIL = "scanning.kind_email"
    TEXT = "scanning.kind_text"
    DATABASE = "scanning.kind_database"
    PROGRAM = "scanning.kind_program"
    UNKNOWN = "scanning.kind_unknown"


class Reader(Enum):
    """What may read a file."""

    NONE = auto()
    PILLOW = auto()
    HEIF = auto()
    PDF = auto()
    VIDEO = auto()


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is, and what may read it.

    Attributes:
        what: a fact of a `Kind`, to stand in a sentence: "a ZIP archive".
        reader: what may read it.
    """

    what: Fact
    reader: Reader = Reader.NONE


def _picture(name: str, reader: Reader = Reader.PILLOW) -> FileKind:
    return FileKind(Fact(Kind.PICTURE, {"name": name}), reader)


def _archive(name: str) -> FileKind:
    return FileKind(Fact(Kind.ARCHIVE, {"name": name}))


def _kind(kind: Kind, reader: Reader = Reader.NONE) -> FileKind:
    return FileKind(Fact(kind), reader)


_HEIC = _picture("HEIC", Reader.HEIF)
_AVIF = _kind(Kind.AVIF, Reader.PILLOW)
_VIDEO = _kind(Kind.VIDEO, Reader.VIDEO)

# Each format's own mark, by its byte position, from its specification.
_MARKS: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", _picture("PNG")),
    (0, b"\xff\xd8\xff", _picture("JPEG")),
    (0, b"GIF8", _picture("GIF")),
    (8, b"WEBP", _picture("WebP")),
    (0, b"II*\0", _picture("TIFF")),
    (0, b"MM\0*", _picture("TIFF")),
    (0, b"II+\0", _picture("TIFF")),
    (0, b"MM\0+", _picture("TIFF")),
    (4, b"jP  \r\n", _picture("JPEG 2000")),
    (0, b"\xff\x4f\xff\x51", _picture("JPEG 2000")),
    (4, b"JXL \r\n", _picture("JPEG XL", Reader.NONE)),
    (0, b"\xff\x0a", _picture("JPEG XL", Reader.NONE)),
    (0, b"8BPS", _picture("Photoshop", Reader.NONE)),
    (0, b"\0\0\x01\0", _picture("Windows icon", Reader.NONE)),
    (0, b"FUJIFILMCCD-RAW", _picture("camera raw", Reader.NONE)),
    (8, b"AVI ", _VIDEO),
    (4, b"moov", _VIDEO),
    (4, b"mdat", _VIDEO),
    (4, b"wide", _VIDEO),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),
    (0, b"\0\0\x01\xba", _VIDEO),
    (0, b"\0\0\x01\xb3", _VIDEO),
    (0, b"FLV\x01", _VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _VIDEO),
    (8, b"WAVE", _kind(Kind.SOUND)),
    (0, b"ID3", _kind(Kind.SOUND)),
    (0, b"fLaC", _kind(Kind.SOUND)),
    (0, b"\xff\xfb", _kind(Kind.SOUND)),
    (0, b"MThd", _kind(Kind.SOUND)),
    (0, b"%!PS", _kind(Kind.POSTSCRIPT)),
    (0, b"\xc5\xd0\xd3\xc6", _kind(Kind.POSTSCRIPT)),
    (0, b"{\\rtf", _kind(Kind.WORD)),
    (0, b"7z\xbc\xaf\x27\x1c", _archive("7-Zip")),
    (0, b"Rar!\x1a\x07", _archive("RAR")),
    (0, b"\x1f\x8b", _archive("gzip")),
    (0, b"BZh", _archive("bzip2")),
    (0, b"\xfd7zXZ\0", _archive("xz")),
    (0, b"\x28\xb5\x2f\xfd", _archive("Zstandard")),
    (257, b"ustar", _archive("tar")),
    (0, b"SQLite format 3\0", _kind(Kind.DATABASE)),
    (0, b"\x7fELF", _kind(Kind.PROGRAM)),
    (0, b"#!", _kind(Kind.PROGRAM)),
)

_ZIPPED: tuple[tuple[bytes, FileKind], ...] = (
    (b"word/document", _kind(Kind.WORD)),
    (b"xl/workbook", _kind(Kind.EXCEL)),
    (b"ppt/presentation", _kind(Kind.POWERPOINT)),
    (b"mimetypeapplication/vnd.oasis.opendocument", _kind(Kind.OPEN_DOCUMENT)),
    (b"mimetypeapplication/epub+zip", _kind(Kind.EBOOK)),
    (b"pass.json", _kind(Kind.WALLET_PASS)),
)
"""Members by which a document is told from any other ZIP file."""

_OLD_OFFICE: tuple[tuple[str, FileKind], ...] = (
    ("WordDocument", _kind(Kind.WORD)),
    ("Workbook", _kind(Kind.EXCEL)),
    ("PowerPoint Document", _kind(Kind.POWERPOINT)),
    ("__substg1.0_", _kind(Kind.EMAIL)),
)
"""Streams of a compound file, in which Office kept its documents until 2007."""

_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z-]{1,40}: ?\S|From \S")
_HEADERS = (b"\nsubject:", b"\nmime-version:", b"\nfrom:", b"\nreceived:")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MAPS = re.compile(rb"P[1-7][\s#]")
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(file: Path) -> FileKind:
    """Tell what a file is; reads its beginning, and of some files the end.

    Raises:
        OSError: it can't be read.
    """
    with file.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
        opened.seek(max(0, os.fstat(opened.fileno()).st_size - _TAIL_BYTES))
        return _by_mark(head) or _by_content(head, opened.read(_TAIL_BYTES))


def _by_mark(head: bytes) -> FileKind | None:
    if not head:
        return _kind(Kind.EMPTY)
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    for at, mark, kind in _MARKS:
        if head.startswith(mark, at):
            return kind
    if head.startswith(b"BM") and head[6:10] == bytes(4):  # Windows bitmap: reserved, always 0
        return _picture("BMP")
    if head.startswith(b"OggS"):
        return _VIDEO if b"theora" in head else _kind(Kind.SOUND)
    if head.startswith(b"G") and head[_TRANSPORT_PACKET : _TRANSPORT_PACKET + 1] == b"G":
        return _VIDEO
    if b"%PDF-" in head[:1024]:  # readers look that far, says Adobe's note to ISO 32000
        return _kind(Kind.PDF, Reader.PDF)
    return _picture("PNM") if _MAPS.match(head) else None


def _of_brands(head: bytes) -> FileKind:
    """Tell the formats apart that ISO 14496-12 holds: pictures, films, sound."""
    brands = head[8 : int.from_bytes(head[:4], "big")]
    if brands.startswith(b"crx "):
        return _picture("camera raw", Reader.NONE)
    if b"avif" in brands or b"avis" in brands:
        return _AVIF
    if any(brand in brands for brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1")):
        return _HEIC
    return _kind(Kind.SOUND) if brands.startswith((b"M4A", b"M4B")) else _VIDEO


def _by_content(head: bytes, tail: bytes) -> FileKind:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = (kind for name, kind in _ZIPPED if name in head or name in tail)
        return next(found, _archive("ZIP"))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        streams = ((name.encode("utf-16-le"), kind) for name, kind in _OLD_OFFICE)
        found = (kind for name, kind in streams if name in head or name in tail)
        return next(found, _kind(Kind.OFFICE))
    if head.startswith(b"MZ"):
        return _kind(Kind.PROGRAM)
    return _of_text(head) if _is_text(head) else _kind(Kind.UNKNOWN)


def _is_text(head: bytes) -> bool:
    return head.startswith(_BOMS) or not _NO_TEXT.search(head)


def _of_text(head: bytes) -> FileKind:
    begun = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if begun.startswith(b"<") and b"<svg" in begun:
        return _kind(Kind.SVG)
    if begun.startswith((b"<!doctype html", b"<html")):
        return _kind(Kind.WEB_PAGE)
    if _HEADER_LINE.match(begun) and any(line in begun for line in _HEADERS):
        return _kind(Kind.EMAIL)
    return _kind(Kind.TEXT)
