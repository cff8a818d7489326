"""The scenarios that there are: those shipped, and a venue's own."""

from dataclasses import dataclass
from pathlib import Path

from scanner.paths import assets_folder
from scanner.training.errors import ScenarioError
from scanner.training.scenario import Scenario
from scanner.training.scenario_file import read_scenario


@dataclass(frozen=True, slots=True)
class Library:
    """The scenarios that can be played, in order, and what is wrong with the others' files."""

    scenarios: list[Scenario]
    broken: list[ScenarioError]


def shipped_folder() -> Path:
    """Return where the shipped scenarios are; their names begin with their place in the list."""
    return assets_folder() / "scenarios"


def own_folder(training: Path) -> Path:
    """Return where a venue puts its own."""
    return training / "scenarios"


def read_library(training: Path) -> Library:
    """Read the shipped scenarios, then the venue's own, in the order of their names.

    One file that can't be read keeps nobody from playing the others.
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
    """Find a scenario by its file, its name with or without the number, its number or its title.

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
    raise ScenarioError(
        f"There is no scenario called {name!r}; scanner train --list names them all."
    )
