"""Every fact has its sentence, in every language."""

import ast
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import scanner
from scanner.facts import Code, Fact, Value
from scanner.platform.delivery import SettleReason
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.plain import day_and_time
from scanner.wording.sentences import Params, Plural, Sentence, in_english, sentence

HOUSE = Path(scanner.__file__).parent
NOT_IMPORTED = ("scanner.__main__", "scanner.mock")
"""Programs of their own."""

SPELT_ALIKE = frozenset(
    {"audit.by_supervisor", "cli.server", "scanning.video", "training.answered.with_reason"}
)
"""Codes whose sentence is the same in English and in another language."""


def _modules() -> list[str]:
    found = walk_packages(scanner.__path__, "scanner.")
    return [each.name for each in found if not each.name.startswith(NOT_IMPORTED)]


def _codes() -> list[Code]:
    for name in _modules():
        import_module(name)
    return [member for kind in _below(Code) for member in kind]


def _below(kind: type[Code]) -> Iterator[type[Code]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _sentences() -> dict[str, Sentence]:
    found: dict[str, Sentence] = {}
    for file in sorted((HOUSE / "wording").glob("*.py")):
        module = import_module(f"scanner.wording.{file.stem}")
        table = getattr(module, "SENTENCES", {})
        found |= table if isinstance(table, dict) else {}
    return found


CODES = _codes()
SENTENCES = _sentences()


def needed(code: str) -> set[str]:
    """Return the parameters that a code's sentence names."""
    template = SENTENCES[code]
    texts = [template] if isinstance(template, str) else []
    if isinstance(template, Plural):
        texts = [template.one, template.many]
    return {name for text in texts for name in re.findall(r"{(\w+)}", text)}


class Anything(dict[str, Value]):
    """Has a value for whatever parameter a sentence asks for."""

    def __missing__(self, name: str) -> Value:
        return example(name)


def example(name: str) -> Value:
    """Make a value up that is a word in no language."""
    if name == "count":
        return 2
    return datetime(2026, 5, 1, 20, 3, 11, tzinfo=UTC) if name in ("at", "time") else "zz9"


def test_no_two_facts_share_a_code() -> None:
    assert sorted(CODES) == sorted(set(CODES))


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert set(SENTENCES) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_fact_is_said_in_every_language_and_in_english_only_in_english(code: Code) -> None:
    params: Params = Anything({name: example(name) for name in needed(code)})
    fact = Fact(code, params)
    said = in_english(fact)
    assert said and "{" not in said
    try:
        for language in LANGUAGES:
            choose_language(language)
            if language == "en":
                assert sentence(fact) == said
            elif code not in SPELT_ALIKE:
                assert sentence(fact) != said, language
            assert in_english(fact) == said
    finally:
        choose_language("en")


def test_a_time_of_a_fact_is_said_by_the_clock_of_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = datetime(2026, 5, 1, 20, 3, 11, tzinfo=UTC)
    before = Fact(SettleReason.ADMITTED_BEFORE, {"guard": "Ana", "gate": "north", "at": at})
    fact = Fact.from_json(before.as_json())  # as it is read back from the ledger
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        assert sentence(before) == "admitted before by Ana at north at 22:03:11"
        assert sentence(fact) == sentence(before)
        assert day_and_time(at.isoformat()) == day_and_time(at) == "2026-05-01 22:03:11 CEST"
        assert day_and_time("next week") == "next week"
    time.tzset()


def test_each_fact_is_raised_with_the_parameters_that_its_sentence_names() -> None:
    wrong = [f"{file}:{line} {code} {found}" for file, line, code, found in _raised()]
    assert wrong == []


def _raised() -> Iterator[tuple[str, int, str, list[str]]]:
    """Yield the calls that name a code first and give other parameters than its sentence needs."""
    members = {f"{type(code).__name__}.{code.name}": code for code in CODES}
    for file in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            code = members.get(ast.unparse(node.args[0]))
            if code is None or callable(SENTENCES[code]):
                continue
            given = _given(node)
            if given is not None and given != needed(code):
                yield str(file.relative_to(HOUSE)), node.lineno, code, sorted(given)


def _given(node: ast.Call) -> set[str] | None:
    """Return the names of the parameters, or nothing where they can't be told from the text."""
    if len(node.args) > 1:
        table = node.args[1]
        keys = table.keys if isinstance(table, ast.Dict) else [None]
        names = [key.value for key in keys if isinstance(key, ast.Constant)]
        return set(map(str, names)) if len(names) == len(keys) else None
    names_of_keywords = [each.arg for each in node.keywords]
    return None if None in names_of_keywords else {str(each) for each in names_of_keywords}
