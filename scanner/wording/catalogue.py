"""The guard's language: English sentences in, the chosen language's out.

English is the source and needs no catalogue. The others are gettext catalogues under
`assets/translations`; what a catalogue lacks, or has with a wrong placeholder, stays English.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from scanner.paths import assets_folder

DOMAIN = "scanner"
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
"""The languages that there are words in, by their ISO 639-1 code, each in its own name."""

_THOUSANDS = {"de": ".", "es": ".", "fr": "\u00a0"}
"""Between a number's thousands (Unicode CLDR; French with a space that every console has)."""

_COMMA = frozenset({"de", "es", "fr"})
"""Where a comma parts the whole from its fraction (Unicode CLDR)."""


_ENGLISH = gettext.NullTranslations()
_in_english = ContextVar("in_english", default=False)


class _Chosen:
    catalogue: gettext.NullTranslations = _ENGLISH
    language: str = "en"


def choose_language(setting: str = "auto") -> str:
    """Speak a language from now on, in the whole process; returns its code.

    Args:
        setting: a code of `LANGUAGES`, or `auto` for the locale's (LANGUAGE, LC_ALL,
            LC_MESSAGES, LANG); English where there is no catalogue.
    """
    wanted = None if setting == "auto" else [setting]
    folder = assets_folder() / "translations"
    found = None if setting == "en" else gettext.find(DOMAIN, folder, wanted)
    _Chosen.catalogue = _read(found) if found else _ENGLISH
    _Chosen.language = _Chosen.catalogue.info().get("language", "en") or "en"
    return _Chosen.language


def language() -> str:
    """Return the code of the language that is spoken."""
    return "en" if _in_english.get() else _Chosen.language


@contextmanager
def english() -> Iterator[None]:
    """Speak English inside, in this thread or task alone, whatever the language is."""
    token = _in_english.set(True)
    try:
        yield
    finally:
        _in_english.reset(token)


def _catalogue() -> gettext.NullTranslations:
    return _ENGLISH if _in_english.get() else _Chosen.catalogue


def say(english: str, **values: object) -> str:
    """Return a sentence in the chosen language, its `{placeholders}` filled with `values`.

    `english` is the catalogue's key and a literal at every call, so that it can be collected.
    """
    if not english:
        return ""
    translated = _catalogue().gettext(english)
    try:
        return translated.format(**values) if values else translated
    except (KeyError, IndexError, ValueError):
        return english.format(**values)


def number(count: int) -> str:
    """Write a whole number with its thousands apart, as the chosen language does."""
    return f"{count:,}".replace(",", _THOUSANDS.get(language(), ","))


def decimal(value: float, places: int | None = None) -> str:
    """Write a number with a fraction of so many places, or of as many as it has, as `number`."""
    written = f"{value:g}" if places is None else f"{value:.{places}f}"
    return written.replace(".", ",") if language() in _COMMA else written


def say_count(one: str, many: str, count: int, **values: object) -> str:
    """Return a sentence about a number of things, `{count}` filled in with thousands apart."""
    translated = _catalogue().ngettext(one, many, count)
    found = {"count": number(count), **values}
    try:
        return translated.format(**found)
    except (KeyError, IndexError, ValueError):
        return (one if count == 1 else many).format(**found)


@cache
def _read(file: str) -> gettext.NullTranslations:
    with open(file, "rb") as opened:  # noqa: PTH123 - gettext finds and reads by name
        return gettext.GNUTranslations(opened)
