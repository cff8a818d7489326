"""Reads a scenario from TOML, and finds its mistakes by line."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.facts import Code, Fact, Value
from scanner.training.role import COPYING_ROLES, OUTAGE_ROLES, Role
from scanner.training.scenario import (
    Arrivals,
    Incident,
    IncidentKind,
    Scenario,
    ScenarioError,
    ScenarioFault,
)

MOST_PATRONS = 2000
MOST_MINUTES = 240.0
LARGEST_GROUP = 8
LARGEST_SHARE = 1000.0
LEAST_PATIENCE, MOST_PATIENCE = 10.0, 3600.0
"""Seconds."""

LONGEST_TITLE, LONGEST_ABOUT = 60, 300
"""Characters that the list of scenarios has room for."""

LARGEST_FILE = 100_000
"""Bytes; a scenario has a few hundred."""

_TOP = frozenset({"title", "about", "patrons", "bar", "arrivals", "crowd", "incident"})
_ARRIVALS = frozenset({"minutes", "curve", "groups", "bags", "questions", "patience"})
_INCIDENT = frozenset({"what", "after"})
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class Mistake(Code):
    """What is wrong with a scenario's file."""

    TOO_LARGE = "scenario.too_large"
    NOT_UTF8 = "scenario.not_utf8"
    NOT_TOML = "scenario.not_toml"
    TOO_DEEP = "scenario.too_deep"
    TOO_MANY_DIGITS = "scenario.too_many_digits"
    NOBODY_VALID = "scenario.nobody_valid"
    NOT_A_LIST_OF_INCIDENTS = "scenario.not_a_list_of_incidents"
    UNKNOWN_INCIDENT = "scenario.unknown_incident"
    NEEDS_BEFORE = "scenario.needs_before"
    ONCE_ONLY = "scenario.once_only"
    CONFLICT_NEEDS_TWIN = "scenario.conflict_needs_twin"
    TOO_MANY_ROLES = "scenario.too_many_roles"
    NEEDS_OUTAGE = "scenario.needs_outage"
    OUTAGE_TOO_SHORT = "scenario.outage_too_short"
    MISSPELT_ROLE = "scenario.misspelt_role"
    MISSPELT_SETTING = "scenario.misspelt_setting"
    UNKNOWN_ROLE = "scenario.unknown_role"
    UNKNOWN_SETTING = "scenario.unknown_setting"
    NO_TABLE = "scenario.no_table"
    NOT_A_TEXT = "scenario.not_a_text"
    NOT_PRINTABLE = "scenario.not_printable"
    TOO_LONG = "scenario.too_long"
    NOT_A_NUMBER = "scenario.not_a_number"
    NOT_A_WHOLE_NUMBER = "scenario.not_a_whole_number"
    NOT_SHARES = "scenario.not_shares"
    NOT_A_RANGE = "scenario.not_a_range"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file, and its line, counted from 1."""

    line: int
    fact: Fact


def read_scenario(file: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: with the file and its first mistake.
    """
    scenario, problems = check(file)
    if scenario is None:
        first = problems[0]
        raise ScenarioError(ScenarioFault.INVALID, file=file, line=first.line, problem=first.fact)
    return scenario


def check(file: Path) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario in a file, or nothing and all its mistakes, by line.

    Raises:
        ScenarioError: the file can't be read.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ScenarioError(ScenarioFault.NOT_READ, file=file, why=error.strerror) from error
    if len(content) > LARGEST_FILE:
        return None, [Problem(1, Fact(Mistake.TOO_LARGE, {"most": LARGEST_FILE}))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [Problem(line, Fact(Mistake.NOT_UTF8))]
    return parse(text, file.stem)


def parse(text: str, key: str) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a text, or nothing and all its mistakes, by line."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(str(error), text)]
    except RecursionError:
        return None, [Problem(_line_with(r"[\[{]", text), Fact(Mistake.TOO_DEEP))]
    except ValueError:  # a number that Python refuses to read
        return None, [Problem(_line_with(r"\d", text), Fact(Mistake.TOO_MANY_DIGITS))]
    reader = _Reader(found, key_lines(text))
    scenario = reader.scenario(key)
    problems = sorted(reader.problems, key=lambda each: each.line)
    return (None, problems) if problems else (scenario, [])


def _line_with(most: str, text: str) -> int:
    """Return the line with the most matches of a pattern."""
    lines = text.split("\n")
    return 1 + max(range(len(lines)), key=lambda i: len(re.findall(most, lines[i])))


def _syntax(error: str, text: str) -> Problem:
    match = _AT_LINE.search(error)
    line = int(match[1]) if match and match[1] else max(1, text.rstrip().count("\n") + 1)
    said = _AT_LINE.sub("", error)
    return Problem(line, Fact(Mistake.NOT_TOML, {"why": f"{said[:1].lower()}{said[1:]}"}))


@dataclass
class _Reader:
    """Reads one file's values and collects the mistakes."""

    found: Mapping[str, Any]
    places: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    def scenario(self, key: str) -> Scenario:
        self._no_others(self.found, _TOP, "")
        patrons = int(self._number(self.found, "patrons", "", 1, MOST_PATRONS, whole=True))
        scenario = Scenario(
            key=key,
            title=self._text("title", LONGEST_TITLE),
            about=self._text("about", LONGEST_ABOUT),
            patrons=patrons,
            bar=self._number(self.found, "bar", "", 1, 100, default=80.0),
            arrivals=self._arrivals(),
            crowd=self._crowd(),
            incidents=self._incidents(patrons),
        )
        self._fits(scenario)
        return scenario

    def _arrivals(self) -> Arrivals:
        table = self._table("arrivals")
        self._no_others(table, _ARRIVALS, "arrivals")
        low, high = self._pair(table, "patience", (180.0, 360.0))
        return Arrivals(
            minutes=self._number(table, "minutes", "arrivals", 0.1, MOST_MINUTES),
            curve=self._shares(table, "curve", 96),
            groups=self._shares(table, "groups", LARGEST_GROUP),
            bags=self._number(table, "bags", "arrivals", 0, 1, default=0.0),
            questions=self._number(table, "questions", "arrivals", 0, 1, default=0.0),
            patience=(low, high),
        )

    def _crowd(self) -> dict[Role, float]:
        table = self._table("crowd")
        self._no_others(table, frozenset(Role), "crowd")
        crowd = {
            role: self._number(table, role.value, "crowd", 0, LARGEST_SHARE)
            for role in Role
            if role.value in table
        }
        if not crowd.get(Role.VALID):
            self._wrong("crowd", Fact(Mistake.NOBODY_VALID))
        return crowd

    def _incidents(self, patrons: int) -> tuple[Incident, ...]:
        tables = self.found.get("incident", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            self._wrong("incident", Fact(Mistake.NOT_A_LIST_OF_INCIDENTS))
            return ()
        # Where `patrons` itself is wrong, its line says so, and no incident's has to.
        known = _is_number(self.found.get("patrons")) and patrons == self.found["patrons"]
        most = max(0, patrons - 1) if known else MOST_PATRONS
        incidents = []
        for index, table in enumerate(tables):
            where = f"incident.{index}"
            self._no_others(table, _INCIDENT, where)
            after = int(self._number(table, "after", where, 0, most, whole=True))
            what = table.get("what")
            if isinstance(what, str) and what in set(IncidentKind):
                incidents.append(Incident(IncidentKind(what), after))
            else:
                known_incidents = Fact(Mistake.UNKNOWN_INCIDENT, {"known": ", ".join(IncidentKind)})
                self._wrong(f"{where}.what", known_incidents, where)
        return tuple(incidents)

    def _fits(self, scenario: Scenario) -> None:
        """Find values that contradict each other."""
        order = sorted(scenario.incidents, key=lambda each: each.after)
        kinds = [each.what for each in order]
        for again, first in (
            (IncidentKind.NETWORK_UP, IncidentKind.NETWORK_DOWN),
            (IncidentKind.CAMERA_BACK, IncidentKind.CAMERA_DIES),
            (IncidentKind.CONFLICT, IncidentKind.NETWORK_UP),
        ):
            index = next((i for i, each in enumerate(kinds) if each is again), None)
            if index is not None and first not in kinds[:index]:
                needs = Fact(Mistake.NEEDS_BEFORE, {"what": again, "first": first})
                self._wrong(self._place_of(again), needs)
        for what in IncidentKind:
            if kinds.count(what) > 1:
                self._wrong(self._place_of(what), Fact(Mistake.ONCE_ONLY, {"what": what}))
        if IncidentKind.CONFLICT in kinds and not scenario.crowd.get(Role.TWIN):
            self._wrong("crowd", Fact(Mistake.CONFLICT_NEEDS_TWIN))
        if scenario.patrons and not self.problems:
            self._outage_holds(scenario)

    def _outage_holds(self, scenario: Scenario) -> None:
        from scanner.training.crowd import apportion

        counts = apportion(scenario.crowd, scenario.patrons)
        if Role.VALID not in counts:
            self._wrong("patrons", Fact(Mistake.TOO_MANY_ROLES))
        bound = sum(counts.get(role, 0) for role in OUTAGE_ROLES)
        if not bound:
            return
        outage = scenario.outage()
        if outage is None:
            roles = ", ".join(sorted(OUTAGE_ROLES))
            self._wrong("crowd", Fact(Mistake.NEEDS_OUTAGE, {"roles": roles}))
        elif outage[1] - outage[0] <= bound + (
            outage[0] == 0 and bool(set(counts) & COPYING_ROLES)
        ):
            self._wrong("crowd", Fact(Mistake.OUTAGE_TOO_SHORT, {"patrons": bound}))

    def _place_of(self, what: IncidentKind) -> str:
        tables = self.found.get("incident", [])
        index = max(i for i, table in enumerate(tables) if table.get("what") == what)
        return f"incident.{index}.what"

    def _no_others(self, table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for name in table:
            if name not in known:
                self._wrong(f"{where}.{name}".lstrip("."), _unknown(name, known, where), where)

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self.found.get(name)
        if isinstance(table, dict):
            return table
        self._wrong(name, Fact(Mistake.NO_TABLE, {"name": name}))
        return {}

    def _text(self, name: str, longest: int) -> str:
        text = self.found.get(name)
        shown = " ".join(text.split()) if isinstance(text, str) else ""
        if not shown:
            self._wrong(name, Fact(Mistake.NOT_A_TEXT, {"name": name}))
        elif not shown.isprintable():
            self._wrong(name, Fact(Mistake.NOT_PRINTABLE, {"name": name}))
        elif len(shown) > longest:
            params: dict[str, Value] = {"name": name, "length": len(shown), "most": longest}
            self._wrong(name, Fact(Mistake.TOO_LONG, params))
        return shown

    def _number(
        self,
        table: Mapping[str, Any],
        name: str,
        where: str,
        low: float,
        high: float,
        *,
        default: float | None = None,
        whole: bool = False,
    ) -> float:
        number = table.get(name, default)
        sound = _is_number(number) and low <= float(number) <= high
        if sound and not (whole and not isinstance(number, int)):
            return float(number)
        mistake = Mistake.NOT_A_WHOLE_NUMBER if whole else Mistake.NOT_A_NUMBER
        params: dict[str, Value] = {"name": name, "low": f"{low:g}", "high": f"{high:g}"}
        self._wrong(f"{where}.{name}".lstrip("."), Fact(mistake, params), where)
        return low

    def _shares(self, table: Mapping[str, Any], name: str, most: int) -> tuple[float, ...]:
        shares = table.get(name, [1.0])
        sound = isinstance(shares, list) and 0 < len(shares) <= most
        sound = sound and all(_is_number(each) and 0 <= each <= LARGEST_SHARE for each in shares)
        if sound and sum(shares) > 0:
            return tuple(float(each) for each in shares)
        params: dict[str, Value] = {"name": name, "most": most, "high": f"{LARGEST_SHARE:g}"}
        self._wrong(f"arrivals.{name}", Fact(Mistake.NOT_SHARES, params), "arrivals")
        return (1.0,)

    def _pair(
        self, table: Mapping[str, Any], name: str, default: tuple[float, float]
    ) -> tuple[float, float]:
        pair = table.get(name, list(default))
        if isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)):  # noqa: PLR2004 - a pair
            low, high = map(float, pair)
            if LEAST_PATIENCE <= low <= high <= MOST_PATIENCE:
                return low, high
        params: dict[str, Value] = {
            "name": name,
            "low": f"{LEAST_PATIENCE:g}",
            "high": f"{MOST_PATIENCE:g}",
        }
        self._wrong(f"arrivals.{name}", Fact(Mistake.NOT_A_RANGE, params), "arrivals")
        return default

    def _wrong(self, place: str, fact: Fact, otherwise: str = "") -> None:
        line = self.places.get(place) or self.places.get(otherwise) or 1
        self.problems.append(Problem(line, fact))


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond any that is of use here
        return False


def _unknown(name: str, known: frozenset[str], where: str) -> Fact:
    import difflib

    params: dict[str, Value] = {"name": name}
    role = where == "crowd"
    if near := difflib.get_close_matches(name, known, 1):
        params["near"] = str(near[0])
        return Fact(Mistake.MISSPELT_ROLE if role else Mistake.MISSPELT_SETTING, params)
    params["known"] = ", ".join(sorted(known))
    return Fact(Mistake.UNKNOWN_ROLE if role else Mistake.UNKNOWN_SETTING, params)


_PART = r"""(?:[\w\-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)[ \t]*({_NAME})[ \t]*\]")
_KEY = re.compile(rf"\s*({_NAME})[ \t]*=")
_PARTS = re.compile(_PART)
_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"""+' r"|'''.*?'''+" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*",
    re.DOTALL,
)
"""Strings and comments, which may contain what looks like a key."""


def key_lines(text: str) -> dict[str, int]:
    """Return the lines, counted from 1, by name: "bar", "crowd.valid", "incident.1.what"."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(_TOKENS.sub(_bare, text).split("\n"), 1):
        if header := _HEADER.match(line):
            table = _plain(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                places.setdefault(table, number)
                table = f"{table}.{counts[table]}"
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            name = f"{table}.{_plain(key[1])}".lstrip(".")
            places.setdefault(name.rpartition(".")[0], number)
            places.setdefault(name, number)
    return places


def _bare(token: re.Match[str]) -> str:
    """Keep a one-line string, which may be a key; replace others by their line breaks.

    What stands for a longer one is no key: an equals sign never follows it.
    """
    found = token[0]
    if found.startswith(('"""', "'''", "#")):
        return "\n" * found.count("\n")
    return found


def _plain(name: str) -> str:
    """Remove quotes and spaces from a name."""
    return ".".join(part.strip("\"'") for part in _PARTS.findall(name))
