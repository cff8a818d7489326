"""Reading a scenario from TOML, and saying by line what is wrong with it."""

import math
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
from scanner.training.toml_lines import key_lines

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
    scenario, problems = check(file)
    if scenario is None:
        first = problems[0]
        raise ScenarioError(
            f"The scenario {file} can't be played: line {first.line}: {first.sentence}; "
            f"see all with scanner train --check {file}."
        )
    return scenario


def check(file: Path) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario in a file, or nothing and all that is wrong with it, by line.

    Raises:
        ScenarioError: there is no such file, or none that can be read.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ScenarioError(
            f"The scenario {file} can't be read ({error.strerror}); name another."
        ) from error
    if len(content) > LARGEST_FILE:
        return None, [Problem(1, f"the file is larger than {LARGEST_FILE} bytes: no scenario is")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [Problem(line, "this is not UTF-8 text; save the file as UTF-8")]
    return parse(text, file.stem)


def parse(text: str, key: str) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario, or nothing and all that is wrong, by line."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(str(error), text)]
    except RecursionError:
        return None, [Problem(_line_with(r"[\[{]", text), "this is nested too deeply")]
    except ValueError:  # a number that Python refuses to read
        return None, [Problem(_line_with(r"\d", text), "this number has too many digits")]
    reader = _Reader(found, key_lines(text))
    scenario = reader.scenario(key)
    problems = sorted(reader.problems, key=lambda each: each.line)
    return (None, problems) if problems else (scenario, [])


def _line_with(most: str, text: str) -> int:
    """Return the line that has most of something."""
    lines = text.split("\n")
    return 1 + max(range(len(lines)), key=lambda i: len(re.findall(most, lines[i])))


def _syntax(error: str, text: str) -> Problem:
    match = _AT_LINE.search(error)
    line = int(match[1]) if match and match[1] else max(1, text.rstrip().count("\n") + 1)
    said = _AT_LINE.sub("", error)
    return Problem(line, f"this is not TOML: {said[:1].lower()}{said[1:]}")


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
        self._no_others(table, frozenset(Role), "crowd", "no patron")
        crowd = {
            role: self._number(table, role.value, "crowd", 0, LARGEST_SHARE)
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
        # Where `patrons` itself is wrong, its line says so, and no incident's has to.
        known = _is_number(self.found.get("patrons")) and patrons == self.found["patrons"]
        most = max(0, patrons - 1) if known else MOST_PATRONS
        incidents = []
        for index, table in enumerate(tables):
            where = f"incident.{index}"
            self._no_others(table, _INCIDENT, where)
            after = int(self._number(table, "after", where, 0, most, whole=True))
            what = table.get("what")
            if isinstance(what, str) and what in set(What):
                incidents.append(Incident(What(what), after))
            else:
                self._wrong(f"{where}.what", f"what must be one of {', '.join(What)}", where)
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

    def _text(self, name: str, longest: int) -> str:
        text = self.found.get(name)
        shown = " ".join(text.split()) if isinstance(text, str) else ""
        if not shown:
            self._wrong(name, f'{name} must be a text: {name} = "…"')
        elif not shown.isprintable():
            self._wrong(name, f"{name} holds characters that can't be shown")
        elif len(shown) > longest:
            self._wrong(name, f"{name} has {len(shown)} characters; {longest} are the most")
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
        kind = "a whole number" if whole else "a number"
        place = f"{where}.{name}".lstrip(".")
        self._wrong(place, f"{name} must be {kind} from {low:g} to {high:g}", where)
        return low

    def _shares(self, table: Mapping[str, Any], name: str, most: int) -> tuple[float, ...]:
        shares = table.get(name, [1.0])
        sound = isinstance(shares, list) and 0 < len(shares) <= most
        sound = sound and all(_is_number(each) and 0 <= each <= LARGEST_SHARE for each in shares)
        if sound and sum(shares) > 0:
            return tuple(float(each) for each in shares)
        self._wrong(
            f"arrivals.{name}",
            f"{name} must be a list of up to {most} numbers from 0 to {LARGEST_SHARE:g}, not all 0",
            "arrivals",
        )
        return (1.0,)

    def _pair(
        self, table: Mapping[str, Any], name: str, default: tuple[float, float]
    ) -> tuple[float, float]:
        pair = table.get(name, list(default))
        if isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)):  # noqa: PLR2004 - a pair
            low, high = map(float, pair)
            if LEAST_PATIENCE <= low <= high <= MOST_PATIENCE:
                return low, high
        self._wrong(
            f"arrivals.{name}",
            f"{name} must be two numbers of seconds from {LEAST_PATIENCE:g} to "
            f"{MOST_PATIENCE:g}, the lower first",
            "arrivals",
        )
        return default

    def _wrong(self, place: str, sentence: str, otherwise: str = "") -> None:
        line = self.places.get(place) or self.places.get(otherwise) or 1
        self.problems.append(Problem(line, sentence))


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond any that is of use here
        return False


def _nearest(name: str, known: frozenset[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!s}?" if near else f"; it can be {', '.join(sorted(known))}"
