import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.paths import assets_folder
from scanner.wording import catalogue
from scanner.wording.catalogue import (
    LANGUAGES,
    choose_language,
    decimal,
    language,
    number,
    say,
    say_count,
)

FOREIGN = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def english_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    choose_language("en")


def test_english_needs_no_catalogue() -> None:
    assert choose_language("en") == "en"
    assert say("list {age} old", age="3 s") == "list 3 s old"
    assert say_count("{count} ticket", "{count} tickets", 1) == "1 ticket"
    assert say_count("{count} ticket", "{count} tickets", 4_321) == "4,321 tickets"


def test_a_language_is_chosen_by_setting_or_by_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_language("de") == language() == "de"
    assert say("Show a ticket") == "Ticket zeigen"
    assert say_count("{count} ticket", "{count} tickets", 2) == "2 Tickets"
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert choose_language("auto") == "fr"
    assert choose_language("en") == "en"
    monkeypatch.setenv("LANG", "xx_XX.UTF-8")
    assert choose_language("auto") == "en"


def test_thousands_stand_apart_as_the_language_writes_them() -> None:
    written = []
    for code in LANGUAGES:
        choose_language(code)
        written.append(number(1_234_567))
    assert written == ["1,234,567", "1.234.567", "1.234.567", "1\u00a0234\u00a0567"]


def test_a_fraction_stands_behind_the_languages_own_mark() -> None:
    written = []
    for code in LANGUAGES:
        choose_language(code)
        written.append((decimal(92.5), decimal(80.0), decimal(2.0, 1)))
    assert written == [("92.5", "80", "2.0"), *[("92,5", "80", "2,0")] * 3]


def test_what_a_catalogue_lacks_or_has_wrong_stays_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Wrong(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return "{nobody} {0}"

    choose_language("de")
    assert say("Nobody has said this.") == "Nobody has said this."
    monkeypatch.setattr(catalogue._Chosen, "catalogue", Wrong())
    assert say("list {age} old", age="3 s") == "list 3 s old"


@pytest.mark.parametrize("code", FOREIGN)
def test_every_sentence_is_translated_with_its_placeholders(code: str) -> None:
    from scanner.cli.collected import collect

    file = assets_folder() / "translations" / code / "LC_MESSAGES" / "scanner.mo"
    with Path(file).open("rb") as opened:
        catalogue = gettext.GNUTranslations(opened)
    for one, many in collect():
        for english, count in ((one, 1), (many, 2)):
            if english is None:
                continue
            key = (one, count - 1) if many else one
            assert key in catalogue._catalog, (code, english)  # type: ignore[attr-defined] # no other way
            translated = catalogue.ngettext(one, many, count) if many else catalogue.gettext(one)
            assert translated.strip()
            assert set(re.findall(r"\{\w*\}", translated)) == set(re.findall(r"\{\w*\}", english))
