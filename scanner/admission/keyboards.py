"""Keyboard layouts of hand scanners and computers, and what one makes of the other's keys.

A scanner that types sends the numbers of keys, those that would write its text in its own layout.
The computer reads them in its own. Pure.
"""
# ruff: noqa: RUF001 - the letters of other scripts are the data

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from scanner.facts import Code


class Keyboard(Code):
    """A layout, by the country or the language it is sold for."""

    US = "scanning.keyboard_us"
    UK = "scanning.keyboard_uk"
    GERMAN = "scanning.keyboard_german"
    SWISS = "scanning.keyboard_swiss"
    FRENCH = "scanning.keyboard_french"
    BELGIAN = "scanning.keyboard_belgian"
    SPANISH = "scanning.keyboard_spanish"
    LATIN_AMERICAN = "scanning.keyboard_latin_american"
    ITALIAN = "scanning.keyboard_italian"
    PORTUGUESE = "scanning.keyboard_portuguese"
    BRAZILIAN = "scanning.keyboard_brazilian"
    CANADIAN = "scanning.keyboard_canadian"
    SWEDISH = "scanning.keyboard_swedish"
    DANISH = "scanning.keyboard_danish"
    NORWEGIAN = "scanning.keyboard_norwegian"
    CZECH = "scanning.keyboard_czech"
    SLOVAK = "scanning.keyboard_slovak"
    HUNGARIAN = "scanning.keyboard_hungarian"
    CROATIAN = "scanning.keyboard_croatian"
    TURKISH = "scanning.keyboard_turkish"
    GREEK = "scanning.keyboard_greek"
    RUSSIAN = "scanning.keyboard_russian"
    UKRAINIAN = "scanning.keyboard_ukrainian"
    HEBREW = "scanning.keyboard_hebrew"
    JAPANESE = "scanning.keyboard_japanese"
    DVORAK = "scanning.keyboard_dvorak"


_ROWS: dict[Keyboard, str] = {
    Keyboard.US: (
        "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
        '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
    ),
    Keyboard.UK: (
        "`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./"
        '¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?'
    ),
    Keyboard.GERMAN: (
        "^1234567890ß\u00b4qwertzuiopü+#asdfghjklöäyxcvbnm,.-"
        "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_"
    ),
    Keyboard.SWISS: (
        "§1234567890'^qwertzuiopü\u00a8$asdfghjklöäyxcvbnm,.-"
        '°+"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_'
    ),
    Keyboard.FRENCH: (
        "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
        "~1234567890°+AZERTYUIOP\u00a8£µQSDFGHJKLM%WXCVBN?./§"
    ),
    Keyboard.BELGIAN: (
        "²&é\"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:="
        "³1234567890°_AZERTYUIOP\u00a8*£QSDFGHJKLM%WXCVBN?./+"
    ),
    Keyboard.SPANISH: (
        "\u00ba1234567890'¡qwertyuiop`+çasdfghjklñ\u00b4zxcvbnm,.-"
        'ª!"·$%&/()=?¿QWERTYUIOP^*ÇASDFGHJKLÑ\u00a8ZXCVBNM;:_'
    ),
    Keyboard.LATIN_AMERICAN: (
        "|1234567890'¿qwertyuiop\u00b4+}asdfghjklñ{zxcvbnm,.-"
        '°!"#$%&/()=?¡QWERTYUIOP\u00a8*]ASDFGHJKLÑ[ZXCVBNM;:_'
    ),
    Keyboard.ITALIAN: (
        "\\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-"
        '|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_'
    ),
    Keyboard.PORTUGUESE: (
        "\\1234567890'«qwertyuiop+\u00b4~asdfghjklç\u00bazxcvbnm,.-"
        '|!"#$%&/()=?»QWERTYUIOP*`^ASDFGHJKLÇªZXCVBNM;:_'
    ),
    Keyboard.BRAZILIAN: (
        "'1234567890-=qwertyuiop\u00b4[]asdfghjklç~zxcvbnm,.;"
        '"!@#$%\u00a8&*()_+QWERTYUIOP`{}ASDFGHJKLÇ^ZXCVBNM<>:'
    ),
    Keyboard.CANADIAN: (
        "#1234567890-=qwertyuiop^\u00b8<asdfghjkl;`zxcvbnm,.é"
        "|!\"/$%?&*()_+QWERTYUIOP^\u00a8>ASDFGHJKL:`ZXCVBNM'.É"
    ),
    Keyboard.SWEDISH: (
        "§1234567890+\u00b4qwertyuiopå\u00a8'asdfghjklöäzxcvbnm,.-"
        '½!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÖÄZXCVBNM;:_'
    ),
    Keyboard.DANISH: (
        "½1234567890+\u00b4qwertyuiopå\u00a8'asdfghjklæøzxcvbnm,.-"
        '§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÆØZXCVBNM;:_'
    ),
    Keyboard.NORWEGIAN: (
        "|1234567890+\\qwertyuiopå\u00a8'asdfghjkløæzxcvbnm,.-"
        '§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLØÆZXCVBNM;:_'
    ),
    Keyboard.CZECH: (
        ";+ěščřžýáíé=\u00b4qwertzuiopú)\u00a8asdfghjklů§yxcvbnm,.-"
        "°1234567890%ˇQWERTZUIOP/('ASDFGHJKL\"!YXCVBNM?:_"
    ),
    Keyboard.SLOVAK: (
        ";+ľščťžýáíé=\u00b4qwertzuiopúäňasdfghjklô§yxcvbnm,.-"
        '°1234567890%ˇQWERTZUIOP/()ASDFGHJKL"!YXCVBNM?:_'
    ),
    Keyboard.HUNGARIAN: (
        "0123456789öüóqwertzuiopőúűasdfghjkléáyxcvbnm,.-"
        "§'\"+!%/=()ÖÜÓQWERTZUIOPŐÚŰASDFGHJKLÉÁYXCVBNM?:_"
    ),
    Keyboard.CROATIAN: (
        "`1234567890'+qwertzuiopšđžasdfghjklčćyxcvbnm,.-"
        '~!"#$%&/()=?*QWERTZUIOPŠĐŽASDFGHJKLČĆYXCVBNM;:_'
    ),
    Keyboard.TURKISH: (
        '"1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç.'
        "é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:"
    ),
    Keyboard.GREEK: (
        "`1234567890-=;ςερτυθιοπ[]\\ασδφγηξκλ\u00b4'ζχψωβνμ,./"
        '~!@#$%^&*()_+:ΣΕΡΤΥΘΙΟΠ{}|ΑΣΔΦΓΗΞΚΛ\u00a8"ΖΧΨΩΒΝΜ<>?'
    ),
    Keyboard.RUSSIAN: (
        "ё1234567890-=йцукенгшщзхъ\\фывапролджэячсмитьбю."
        'Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,'
    ),
    Keyboard.UKRAINIAN: (
        "'1234567890-=йцукенгшщзхїґфівапролджєячсмитьбю."
        'ʼ!"№;%:?*()_+ЙЦУКЕНГШЩЗХЇҐФІВАПРОЛДЖЄЯЧСМИТЬБЮ,'
    ),
    Keyboard.HEBREW: (
        ";1234567890-=/'קראטוןםפ][\\שדגכעיחלךף,זסבהנמצתץ."
        '~!@#$%^&*)(_+QWERTYUIOP}{|ASDFGHJKL:"ZXCVBNM><?'
    ),
    Keyboard.JAPANESE: (
        " 1234567890-^qwertyuiop@[]asdfghjkl;:zxcvbnm,./"
        " !\"#$%&'()~=~QWERTYUIOP`{}ASDFGHJKL+*ZXCVBNM<>?"
    ),
    Keyboard.DVORAK: (
        "`1234567890[]',.pyfgcrl/=\\aoeuidhtns-;qjkxbmwvz"
        '~!@#$%^&*(){}"<>PYFGCRL?+|AOEUIDHTNS_:QJKXBMWVZ'
    ),
}
"""What each of 47 keys writes, plain and then with Shift, row by row from the upper left; a space
where a key writes nothing. A dead key stands as what it writes alone. From the symbols of
xkeyboard-config 2.35; the key beside the left Shift, which a US keyboard lacks, is left out.
"""


class Typing(NamedTuple):
    """A scanner of one layout at a computer of another."""

    scanner: Keyboard
    computer: Keyboard


def typings() -> Iterator[Typing]:
    """Yield what goes wrong at doors: one of both is a US keyboard, as scanners are when sold.

    A scanner is never set to a layout that has no Latin letters.
    """
    for keyboard, keys in _ROWS.items():
        if keyboard is not Keyboard.US:
            yield Typing(Keyboard.US, keyboard)
            if "a" in keys:
                yield Typing(keyboard, Keyboard.US)


def arrives(text: str, typing: Typing) -> str:
    """Return what a computer reads of a scanner's text; what no key writes is left out."""
    scanner = {char: at for at, char in reversed(list(enumerate(_ROWS[typing.scanner])))}
    written = (
        " " if char == " " else _ROWS[typing.computer][at]
        for char in text
        if (at := scanner.get(char, -1)) >= 0 or char == " "
    )
    return "".join(written)


@cache
def meant(typing: Typing) -> dict[str, str]:
    """Return what each character that arrives was meant to be.

    Where two keys write the same, the first: plain before Shift, upper rows before lower.
    """
    pairs = zip(_ROWS[typing.computer], _ROWS[typing.scanner], strict=True)
    return dict(reversed([pair for pair in pairs if pair[0] != " "]))


def explanations(text: str) -> set[str]:
    """Return each other text that one of the known layouts would have made into this one."""
    written = {char for char in text if char > " "}
    found = {text.translate(table) for keys, table in _all_meant() if written <= keys}
    return found - {text}


@cache
def _all_meant() -> tuple[tuple[frozenset[str], dict[int, str]], ...]:
    """Return, of each typing, what can arrive, and a table of what was meant by it."""
    each = [meant(typing) for typing in typings()]
    return tuple((frozenset(keys), str.maketrans(keys)) for keys in each)
