"""What a scanner sent, made into the text of its code: one table of what is taken off, and why.

Camera, terminal, kernel, serial port and standard input all come through here: bytes become text in
`ScanDecoder`, and `clean` undoes what scanners, printers and programs do to a text on its way. What
a scanner is set to add beyond that is learned by `scanner pair`, and never guessed.
"""

import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import unquote

CLEANING = 2
"""The table's version. The journal keeps it with what was read, so that an audit reads a row as it
was read then; 1 is the time before there was a table. Raise it whenever a row is changed, and keep
what the former version did."""

INVISIBLE = "\x00\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
"""Characters of no width, as in a regular expression's set: NUL, soft hyphen, zero-width space and
joiners, directions, byte order mark."""

CONTROLS = "\x00-\x20\x7f-\xa0\u2028\u2029\u202f"
"""Control characters and spaces, likewise: framing around a code, separators of fields inside."""


class Dirt(NamedTuple):
    """One thing that is taken off.

    Attributes:
        name: what it is called.
        pattern: what it looks like.
        becomes: what is left of each match.
        why: who puts it there, and why it can be none of a ticket's own.
        times: how often in a row it may have been done.
        spares_secrets: whether an opaque code keeps it: it may be a part of that.
    """

    name: str
    pattern: re.Pattern[str]
    becomes: Callable[[re.Match[str]], str]
    why: str
    times: int = 1
    spares_secrets: bool = False


def _nothing(_: re.Match[str]) -> str:
    return ""


TABLE: tuple[Dirt, ...] = (
    Dirt(
        "full-width forms",
        re.compile("[\u3000\ufe50-\ufe6b\uff01-\uff5e]"),
        lambda match: unicodedata.normalize("NFKC", match[0]),
        "An East Asian input method writes letters and digits as wide as its own characters "
        "(Unicode, Halfwidth and Fullwidth Forms, Small Form Variants); they mean the plain ones.",
        spares_secrets=True,
    ),
    Dirt(
        "pictures of control characters",
        re.compile("[\u2400-\u2421]"),
        lambda match: chr(ord(match[0]) - 0x2400) if match[0] < "\u2420" else " ",
        "Some programs show a control character as its picture (Unicode, Control Pictures).",
    ),
    Dirt(
        "character-set escapes",
        re.compile(r"\x1b[!-/]+[0-~]"),
        _nothing,
        "A scanner that announces its character set (ISO/IEC 2022: ESC, intermediate bytes, a "
        "final byte). A space is no intermediate byte here: ESC and a space may precede a code.",
    ),
    Dirt(
        "escapes of addresses",
        re.compile(r"(?:%[0-9A-Fa-f]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,32});"),
        lambda match: unquote(match[0]) if match[0][0] == "%" else html.unescape(match[0]),
        "Percent-encoding (RFC 3986) and HTML's character references; mailers and shops that build "
        "an address out of another do it twice, or three times.",
        times=4,
        spares_secrets=True,
    ),
    Dirt(
        "ECI marks",
        re.compile(r"\\000[0-9]{3}"),
        _nothing,
        "The character set of what follows, a backslash and six digits (AIM's Extended Channel "
        "Interpretations, of which all character sets are below 900): wallet codes name UTF-8, 26.",
    ),
    Dirt(
        "invisible characters",
        re.compile(f"[{INVISIBLE}]+"),
        _nothing,
        "A byte order mark before, NULs between letters of UTF-16 without one, and what word "
        "processors put where a line may break.",
    ),
    Dirt(
        "framing",
        re.compile(f"^[{CONTROLS}]+|[{CONTROLS}]+$"),
        _nothing,
        "STX before, ETX, EOT or a line's end after: how a scanner frames a code. Inside, GS, RS "
        "and the like separate fields.",
    ),
    Dirt(
        "AIM symbology identifiers",
        re.compile(rf"^(?:\][A-Za-z][0-9A-Za-z][{CONTROLS}]*)+"),
        _nothing,
        "The kind of code that was read: `]`, a letter, a modifier (ISO/IEC 15424), such as `]Q1`, "
        "`]C0`, `]d2`. No serial begins with `]`.",
    ),
)


def clean(text: str) -> str:
    """Take off what the table says, row by row; the same text always gives the same."""
    return _without(TABLE, text)


def clean_secret(text: str) -> str:
    """Take off what can be no part of an opaque code either."""
    return _without([dirt for dirt in TABLE if not dirt.spares_secrets], text)


def _without(table: Iterable[Dirt], text: str) -> str:
    for dirt in table:
        for _ in range(dirt.times):
            before, text = text, dirt.pattern.sub(dirt.becomes, text)
            if text == before:
                break
    return text


_UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_HALF_MARKS = frozenset({b""} | {mark[:1] for mark in _UTF_16_MARKS})


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Decode what is no UTF-8 as Latin-1, which scanners without UTF-8 send."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("scanner.latin-1", _as_latin_1)


class ScanDecoder:
    """Turns a scanner's bytes, or a pipe's, into text as they come.

    UTF-8, or UTF-16 where it begins with its byte order mark, in either order; Latin-1 where it is
    neither. A mark later on is no mark: noise would turn all that follows into another script.
    """

    def __init__(self) -> None:
        self._begun = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> str:
        """Take bytes; return the text that is certain by now."""
        if self._decoder is None:
            self._begun += data
            if self._begun in _HALF_MARKS:
                return ""
            self._decoder, data = _decoder(self._begun)
        return self._decoder.decode(data)

    def flush(self) -> str:
        """End the text: return what was held; what comes next begins as the first did."""
        decoder, data = (self._decoder, b"") if self._decoder else _decoder(self._begun)
        self._begun, self._decoder = b"", None
        return decoder.decode(data, final=True)


def _decoder(data: bytes) -> tuple[codecs.IncrementalDecoder, bytes]:
    """Choose a decoder by the first bytes; return it, and the bytes after a mark."""
    for mark, name in _UTF_16_MARKS.items():
        if data.startswith(mark):
            return codecs.getincrementaldecoder(name)("replace"), data[len(mark) :]
    return codecs.getincrementaldecoder("utf-8")("scanner.latin-1"), data
