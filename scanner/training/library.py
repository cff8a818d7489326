"""The scenarios that there are: those shipped, and a venue's own."""

from pathlib import Path

from scanner.paths import assets_folder
from scanner.training.errors import ScenarioError
from scanner.training.scenario import Scenario
from scanner.training.scenario_file import read_scenario


def shipped_folder() -> Path:
    """Return where the shipped scenarios are; their names begin with their place in the list."""
    return assets_folder() / "scenarios"


def own_folder(training: Path) -> Path:
    """Return where a venue puts its own."""
    return training / "scenarios"


def all_scenarios(training: Path) -> list[Scenario]:
    """Read the shipped scenarios, then the venue's own, in the order of their names.

    Raises:
        ScenarioError: one of them can't be read.
    """
    folders = (shipped_folder(), own_folder(training))
    return [read_scenario(file) for folder in folders for file in sorted(folder.glob("*.toml"))]


def find_scenario(name: str, training: Path) -> Scenario:
    """Find a scenario by its file, its name with or without the number, its number or its title.

    Raises:
        ScenarioError: there is none.
    """
    if name.endswith(".toml"):
        return read_scenario(Path(name))
    wanted = name.strip().casefold()
    for scenario in all_scenarios(training):
        number, _, bare = scenario.key.partition("-")
        names = {scenario.key, bare, number, number.lstrip("0"), scenario.title.casefold()}
        if wanted in names:
            return scenario
    raise ScenarioError(
        f"There is no scenario called {name!r}; scanner train --list names them all."
    )
