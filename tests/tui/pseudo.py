"""A language in which every letter is a `ж`: what is still in Latin is in no catalogue."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from scanner.cli.collected import collect
from scanner.wording import catalogue
from scanner.wording.catalogue import choose_language

LANGUAGE = "de"
"""Whose place it takes: of some language an app must be told."""


class Pseudo(gettext.NullTranslations):
    """Says the sentences of the catalogues, and no others."""

    def __init__(self) -> None:
        super().__init__()
        self._info = {"language": LANGUAGE}

    def gettext(self, message: str) -> str:
        """Say a sentence."""
        return _said(message) if message in _known() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Say a sentence about a number."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak it wherever `LANGUAGE` would be spoken."""
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "_read", lambda _file: Pseudo())
        choose_language(LANGUAGE)
        yield
    choose_language("en")


def latin(screen: str, data: str = "") -> list[str]:
    """Return the words of two letters and more that are in Latin, and not among the data's."""
    found = re.findall(r"[A-Za-z][A-Za-z']+", screen)
    known = set(re.findall(r"[A-Za-z][A-Za-z']+", data))
    return [each for each in found if each not in known]


@cache
def _known() -> frozenset[str]:
    return frozenset(text for pair in collect() for text in pair if text)


def _said(message: str) -> str:
    parts = re.split(r"(\{\w*\})", message)
    return "".join(each if each[:1] == "{" else re.sub("[A-Za-z]", "ж", each) for each in parts)
