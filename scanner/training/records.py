"""What training plays and keeps: scenarios, shipped and a venue's own, and the trainees' runs.

A run is one line of JSON; of a person, the name alone is kept.
"""

import csv
import io
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner.paths import assets_folder
from scanner.training.scenario import (
    Scenario,
    ScenarioError,
    ScenarioFault,
    TrainingError,
    TrainingFault,
)
from scanner.training.scenario_file import read_scenario
from scanner.training.score import Score
from scanner.wording.catalogue import say
from scanner.wording.plain import plain, plain_cell

LONGEST_NAME = 60

SOMEBODY = "Trainee"
"""The trainee of a run without a name."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run that is over; `at` is when it ended, aware."""

    trainee: str
    scenario: str
    title: str
    seed: int
    at: datetime
    percent: float
    passed: bool
    patrons: int
    wrongly_let_in: int
    wrongly_turned_away: int
    left: int
    seconds_per_patron: float
    longest_queue: int
    procedure_right: int
    procedure_of: int


def run_of(trainee: str, scenario: Scenario, seed: int, score: Score, at: datetime) -> Run:
    """Return the record of a run."""
    return Run(
        trainee=clean_name(trainee),
        scenario=scenario.key,
        title=scenario.title,
        seed=seed,
        at=at,
        percent=score.percent,
        passed=score.passed,
        patrons=score.patrons,
        wrongly_let_in=score.wrongly_let_in,
        wrongly_turned_away=score.wrongly_turned_away,
        left=score.left,
        seconds_per_patron=score.seconds_per_patron,
        longest_queue=score.longest_queue,
        procedure_right=score.procedure_right,
        procedure_of=score.procedure_of,
    )


def clean_name(name: str) -> str:
    """Return a name on one line, of printable characters, cut to `LONGEST_NAME`."""
    return plain(name, LONGEST_NAME)


class Records:
    """The runs of a training folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "runs.jsonl"

    def add(self, run: Run) -> None:
        """Append a run.

        Raises:
            TrainingError: the file can't be written.
        """
        line = json.dumps({**asdict(run), "at": run.at.isoformat()}, ensure_ascii=False)
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            fault = TrainingFault.RUN_NOT_KEPT
            raise TrainingError(fault, file=self.file, why=error.strerror) from error

    def all(self) -> list[Run]:
        """Read every run, oldest first; a line that can't be read is left out.

        Raises:
            TrainingError: the file can't be read.
        """
        try:
            lines = self.file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            fault = TrainingFault.RUNS_NOT_READ
            raise TrainingError(fault, file=self.file, why=error.strerror) from error
        return [run for line in lines if (run := _read(line))]


def own_runs(runs: Sequence[Run], trainee: str, scenario: str) -> list[Run]:
    """Return a trainee's runs of one scenario, oldest first; names are the same in any case."""
    wanted = clean_name(trainee).casefold()
    return [run for run in runs if run.scenario == scenario and run.trainee.casefold() == wanted]


def median_of_best(runs: Sequence[Run], scenario: str) -> float | None:
    """Return the median of each trainee's best run of a scenario, in percent."""
    best: dict[str, float] = {}
    for run in runs:
        if run.scenario == scenario:
            name = run.trainee.casefold()
            best[name] = max(best.get(name, 0.0), run.percent)
    return round(statistics.median(best.values()), 1) if best else None


def to_csv(runs: Sequence[Run]) -> str:
    """Return a header and a row for each run, oldest first.

    Columns for people come first, in their language and local time; then the raw ones, with times
    in ISO 8601.
    """
    out = io.StringIO()
    names = [each.name for each in fields(Run)]
    writer = csv.writer(out, lineterminator="\n")
    told = {
        say("Trainee"): "trainee",
        say("Scenario"): "title",
        say("Ended at (local time)"): "at",
        say("Score in percent"): "percent",
        say("Passed"): "passed",
        say("Wrongly let in"): "wrongly_let_in",
        say("Wrongly turned away"): "wrongly_turned_away",
        say("Seconds per patron"): "seconds_per_patron",
    }
    writer.writerow([*told, *names])
    for run in runs:
        people = {name: _cell(run, name) for name in told.values()}
        people["at"] = f"{run.at.astimezone():%Y-%m-%d %H:%M:%S}"
        people["passed"] = say("yes") if run.passed else say("no")
        writer.writerow([*people.values(), *(_cell(run, name) for name in names)])
    return out.getvalue()


def _cell(run: Run, name: str) -> object:
    value = run.at.isoformat(timespec="seconds") if name == "at" else getattr(run, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain_cell(value)


def _read(line: str) -> Run | None:
    try:
        found: Any = json.loads(line)
        return Run(**{**found, "at": datetime.fromisoformat(found["at"])})
    except (ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class Library:
    """The scenarios that can be played, in order, and an error for each other file."""

    scenarios: list[Scenario]
    broken: list[ScenarioError]


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios; a file's name begins with its number."""
    return assets_folder() / "scenarios"


def own_folder(training: Path) -> Path:
    """Return the folder of a venue's own scenarios."""
    return training / "scenarios"


def read_library(training: Path) -> Library:
    """Read the shipped scenarios, then the venue's own, in the order of their names.

    A file that can't be read is in `broken`; the others can be played.
    """
    library = Library([], [])
    for folder in (shipped_folder(), own_folder(training)):
        for file in sorted(folder.glob("*.toml")):
            try:
                library.scenarios.append(read_scenario(file))
            except ScenarioError as error:
                library.broken.append(error)
    return library


def find_scenario(name: str, training: Path) -> Scenario:
    """Find a scenario by file, by name with or without the number, by number or by title.

    Raises:
        ScenarioError: there is none, or the venue's own of that name can't be read.
    """
    if name.endswith(".toml"):
        return read_scenario(Path(name))
    wanted = name.strip().casefold()
    for scenario in read_library(training).scenarios:
        number, _, bare = scenario.key.casefold().partition("-")
        names = {scenario.key.casefold(), bare, number, number.lstrip("0")}
        if wanted in names or wanted == scenario.title.casefold():
            return scenario
    for file in own_folder(training).glob("*.toml"):
        if file.stem.casefold() == wanted:
            return read_scenario(file)
    raise ScenarioError(ScenarioFault.UNKNOWN, name=name)
