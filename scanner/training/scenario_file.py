"""Reading a scenario from TOML, and saying by line what is wrong with it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.training.errors import ScenarioError
from scanner.training.incident import Incident, What
from scanner.training.role import COPIES, OF_THE_OUTAGE, Role
from scanner.training.scenario import Arrivals, Scenario

MOST_PATRONS = 2000
MOST_MINUTES = 240.0
LARGEST_GROUP = 8

_TOP = frozenset({"title", "about", "patrons", "bar", "arrivals", "crowd", "incident"})
_ARRIVALS = frozenset({"minutes", "curve", "groups", "bags", "questions", "patience"})
_INCIDENT = frozenset({"what", "after"})
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"\s*([\w\-]+)\s*=")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the line it is on, counted from 1."""

    line: int
    sentence: str


def read_scenario(file: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: naming the file, the first line that is wrong, and what to do.
    """
    scenario, problems = parse(read_text(file), file.stem)
    if scenario is None:
        first = problems[0]
        raise ScenarioError(
            f"The scenario {file} can't be played: line {first.line}: {first.sentence}; "
            f"see all with scanner train --check {file}."
        )
    return scenario


def read_text(file: Path) -> str:
    """Return a file's text.

    Raises:
        ScenarioError: where there is none.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ScenarioError(f"The scenario {file} can't be read ({why}); name another.") from error


def parse(text: str, key: str) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario, or nothing and all that is wrong, by line."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(str(error), text)]
    reader = _Reader(found, _lines(text))
    scenario = reader.scenario(key)
    problems = sorted(reader.problems, key=lambda each: each.line)
    return (None, problems) if problems else (scenario, [])


def _syntax(error: str, text: str) -> Problem:
    match = _AT_LINE.search(error)
    line = int(match[1]) if match and match[1] else max(1, len(text.splitlines()))
    said = _AT_LINE.sub("", error)
    return Problem(line, f"this is not TOML: {said[:1].lower()}{said[1:]}")


def _lines(text: str) -> dict[str, int]:
    """Return on which line each key and each table begins: "crowd.valid", "incident.1.what"."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                places.setdefault(table, number)
                table = f"{table}.{counts[table]}"
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault(f"{table}.{key[1]}".lstrip("."), number)
    return places


@dataclass
class _Reader:
    """Reads one file's values and collects what is wrong with them."""

    found: Mapping[str, Any]
    places: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    def scenario(self, key: str) -> Scenario:
        self._no_others(self.found, _TOP, "")
        patrons = int(self._number(self.found, "patrons", "", 1, MOST_PATRONS, whole=True))
        scenario = Scenario(
            key=key,
            title=self._text("title"),
            about=self._text("about"),
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
        self._no_others(table, frozenset(Role), "crowd", "no patron")
        crowd = {
            role: self._number(table, role.value, "crowd", 0, 1000)
            for role in Role
            if role.value in table
        }
        if not crowd.get(Role.VALID):
            self._wrong("crowd", "a crowd needs some who are valid: valid = 10")
        return crowd

    def _incidents(self, patrons: int) -> tuple[Incident, ...]:
        tables = self.found.get("incident", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            self._wrong("incident", "write each incident as [[incident]]")
            return ()
        incidents = []
        for index, table in enumerate(tables):
            where = f"incident.{index}"
            self._no_others(table, _INCIDENT, where)
            after = int(self._number(table, "after", where, 0, max(0, patrons - 1), whole=True))
            if (what := table.get("what")) in set(What):
                incidents.append(Incident(What(what), after))
            else:
                known = ", ".join(What)
                self._wrong(f"{where}.what", f"what must be one of {known}", where)
        return tuple(incidents)

    def _fits(self, scenario: Scenario) -> None:
        """Say where the parts don't fit together."""
        order = sorted(scenario.incidents, key=lambda each: each.after)
        kinds = [each.what for each in order]
        for again, first in (
            (What.NETWORK_UP, What.NETWORK_DOWN),
            (What.CAMERA_BACK, What.CAMERA_DIES),
            (What.CONFLICT, What.NETWORK_UP),
        ):
            index = next((i for i, each in enumerate(kinds) if each is again), None)
            if index is not None and first not in kinds[:index]:
                self._wrong(self._place_of(again), f"{again} needs a {first} before it")
        for what in What:
            if kinds.count(what) > 1:
                self._wrong(self._place_of(what), f"{what} can happen once only")
        if What.CONFLICT in kinds and not scenario.crowd.get(Role.TWIN):
            self._wrong("crowd", "a conflict needs a patron whom another gate lets in: twin = 1")
        if scenario.patrons and not self.problems:
            self._outage_holds(scenario)

    def _outage_holds(self, scenario: Scenario) -> None:
        from scanner.training.crowd import apportion

        counts = apportion(scenario.crowd, scenario.patrons)
        if Role.VALID not in counts:
            self._wrong("patrons", "more kinds of patrons than patrons; let more come")
        bound = sum(counts.get(role, 0) for role in OF_THE_OUTAGE)
        if not bound:
            return
        outage = scenario.outage()
        if outage is None:
            names = " and ".join(sorted(OF_THE_OUTAGE))
            self._wrong("crowd", f"{names} come only in an outage: add what = 'network_down'")
        elif outage[1] - outage[0] <= bound + (outage[0] == 0 and bool(set(counts) & COPIES)):
            self._wrong("crowd", f"the outage is too short for {bound} patrons of its own")

    def _place_of(self, what: What) -> str:
        tables = self.found.get("incident", [])
        index = max(i for i, table in enumerate(tables) if table.get("what") == what)
        return f"incident.{index}.what"

    def _no_others(
        self, table: Mapping[str, Any], known: frozenset[str], where: str, noun: str = "no setting"
    ) -> None:
        for name in table:
            if name not in known:
                near = _nearest(name, known)
                self._wrong(
                    f"{where}.{name}".lstrip("."), f"{noun} is called {name!r}{near}", where
                )

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self.found.get(name)
        if isinstance(table, dict):
            return table
        self._wrong(name, f"a [{name}] table is missing")
        return {}

    def _text(self, name: str) -> str:
        text = self.found.get(name)
        if isinstance(text, str) and text.strip():
            return " ".join(text.split())
        self._wrong(name, f'{name} must be a text: {name} = "…"')
        return ""

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
        kind = "a whole number" if whole else "a number"
        place = f"{where}.{name}".lstrip(".")
        self._wrong(place, f"{name} must be {kind} from {low:g} to {high:g}", where)
        return low

    def _shares(self, table: Mapping[str, Any], name: str, most: int) -> tuple[float, ...]:
        shares = table.get(name, [1.0])
        sound = isinstance(shares, list) and 0 < len(shares) <= most
        if sound and all(_is_number(each) and each >= 0 for each in shares) and sum(shares) > 0:
            return tuple(float(each) for each in shares)
        self._wrong(
            f"arrivals.{name}",
            f"{name} must be a list of up to {most} numbers, none below 0 and not all 0",
            "arrivals",
        )
        return (1.0,)

    def _pair(
        self, table: Mapping[str, Any], name: str, default: tuple[float, float]
    ) -> tuple[float, float]:
        pair = table.get(name, list(default))
        if isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)):  # noqa: PLR2004 - a pair
            low, high = map(float, pair)
            if 0 < low <= high:
                return low, high
        self._wrong(
            f"arrivals.{name}",
            f"{name} must be two numbers of seconds, the lower first",
            "arrivals",
        )
        return default

    def _wrong(self, place: str, sentence: str, otherwise: str = "") -> None:
        line = self.places.get(place) or self.places.get(otherwise) or 1
        self.problems.append(Problem(line, sentence))


def _is_number(value: object) -> bool:
    import math

    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _nearest(name: str, known: frozenset[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!s}?" if near else f"; it can be {', '.join(sorted(known))}"
