"""All scenarios: those shipped, and a venue's own."""

from dataclasses import dataclass
from pathlib import Path

from scanner.paths import assets_folder
from scanner.training.scenario import Scenario, ScenarioError, ScenarioFault
from scanner.training.scenario_file import read_scenario


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
