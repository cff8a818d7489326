import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from scanner.scanning.decode_files import read_file
from scanner.scanning.errors import NoPictures
from scanner.scanning.file_kinds import Reader, kind_of
from scanner.wording.sentences import in_english


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(200):
            archive.writestr(f"docProps/{number}.xml", "some text " * number)
        for name in names:
            archive.writestr(name, "more text")
    return made.getvalue()


def stored(kind: str) -> bytes:
    """Give a document that says what it is in its first member, which is stored as it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", "<a/>")
    return made.getvalue()


def compound(stream: str) -> bytes:
    """Give a file of old Office's kind, whose directory is far behind its head."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9000) + stream.encode("utf-16-le")


def database() -> bytes:
    with sqlite3.connect(":memory:") as made:
        made.execute("create table a (b)")
        return made.serialize()


FILES = {
    "a ZIP archive": zipped("tickets.csv"),
    "a Word document": zipped("word/document.xml"),
    "an Excel workbook": zipped("xl/workbook.xml"),
    "a PowerPoint presentation": zipped("ppt/presentation.xml"),
    "a wallet pass": zipped("pass.json", "signature"),
    "an OpenDocument file": stored("application/vnd.oasis.opendocument.text"),
    "an e-book": stored("application/epub+zip"),
    "a Word document ": compound("WordDocument"),
    "an Excel workbook ": compound("Workbook"),
    "an Office document": compound("Contents"),
    "a Word document  ": b"{\\rtf1\\ansi a ticket}",
    "a RAR archive": b"Rar!\x1a\x07\x01\0" + bytes(40),
    "a 7-Zip archive": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "a gzip archive": b"\x1f\x8b\x08\0" + bytes(40),
    "a tar archive": b"ticket.png".ljust(257, b"\0") + b"ustar\x0000" + bytes(300),
    "a web page": b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body>ticket",
    "an e-mail": b"Return-Path: <a@b.example>\r\nReceived: from x\r\nSubject: Your ticket\r\n\r\n",
    "an SVG drawing": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a PostScript document": b"%!PS-Adobe-3.0\nshowpage\n",
    "a text file": "DAWIER-BACK75580348 für Zoë\n".encode(),
    "a text file ": "DAWIER-BACK75580348 für Zoë\n".encode("latin-1"),
    "a text file  ": "DAWIER-BACK75580348\n".encode("utf-16"),
    "a text file   ": b"name,serial\r\nZoe,DAWIER-BACK75580348\r\n",
    "a sound file": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "a sound file ": b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(40),
    "an SQLite database": database(),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "a JPEG XL picture": b"\xff\x0a\x7a\x1f" + bytes(40),
    "a Photoshop picture": b"8BPS\0\x01" + bytes(40),
    "a camera raw picture": b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom" + bytes(40),
    "a file of an unknown kind": bytes(range(256)) * 9,
}


@pytest.mark.parametrize(("what", "data"), FILES.items(), ids=[*FILES])
@pytest.mark.parametrize("name", ["ticket.png", "ticket.mp4", "ticket"])
def test_what_cannot_be_read_is_named_for_what_it_is_whatever_it_is_called(
    tmp_path: Path, what: str, data: bytes, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(NoPictures) as caught:
        read_file(file)
    said = in_english(caught.value.fact)
    assert said == f"{file} is {what.strip()}; choose a picture, a PDF or a video."


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    file = tmp_path / "ticket.jpg"
    file.touch()
    with pytest.raises(NoPictures, match="file_empty"):
        read_file(file)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a HEIC picture", b"\0\0\0\x24ftypmif1\0\0\0\0mif1heicmiaf"),
        ("an AVIF picture", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"),
        ("a PNG picture", b"\x89PNG\r\n\x1a\n"),
        ("a WebP picture", b"RIFF\x24\0\0\0WEBPVP8 "),
        ("a TIFF picture", b"MM\0*"),
        ("a BMP picture", b"BM\x36\x10\0\0\0\0\0\0"),
    ],
)
def test_a_damaged_picture_is_named_too(tmp_path: Path, name: str, head: bytes) -> None:
    file = tmp_path / "ticket.txt"
    file.write_bytes(head + b"garbage" * 30)
    with pytest.raises(NoPictures) as caught:
        read_file(file)
    assert in_english(caught.value.fact) == f"{file} is {name}, but can't be read; choose another."


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
        b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        b"G" + bytes(187) + b"G" + bytes(187) + b"G",
        b"OggS\0\x02" + bytes(22) + b"\x80theora",
    ],
)
def test_films_are_known_by_their_content(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "film").write_bytes(head)
    assert kind_of(tmp_path / "film").reader is Reader.VIDEO
