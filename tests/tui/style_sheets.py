"""Parsing Textual's style sheets once for all apps, not anew for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


@contextmanager
def parsed_once() -> Iterator[None]:
    """Let an app take the rules that another one has parsed with the same variables.

    Textual itself shares them between the screens of an app: nothing changes a rule.
    """
    parse = Stylesheet._parse_rules

    def taken(sheet: Stylesheet, css: str, *given: Any, **named: Any) -> list[RuleSet]:
        variables = frozenset(sheet._variables.items())
        key = (variables, css, *given, *sorted(named.items()))
        if key not in _parsed:
            _parsed[key] = parse(sheet, css, *given, **named)
        return _parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", taken)
        yield
