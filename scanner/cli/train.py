"""`scanner train`: train staff at a simulated gate."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import Expects, Usage, UsageError, unfit
from scanner.cli.settings import Overwrite, load
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.training.scenario import Scenario

_ROBOTS = ("perfect", "careless")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner train 10 --name Lee")(train)


def train(
    scenario: Annotated[
        str | None,
        typer.Argument(help="A scenario's number, name or file; without it, all are offered."),
    ] = None,
    *,
    name: Annotated[str | None, typer.Option(help="The trainee's name; nothing else is kept.")] = (
        None
    ),
    seed: Annotated[int, typer.Option(help="The same seed brings the same crowd.")] = 1,
    speed: Annotated[
        float, typer.Option(min=0.1, max=20, help="How fast the training's clock runs.")
    ] = 1.0,
    listing: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Say what is wrong with a scenario's file, by line."),
    ] = None,
    auto: Annotated[
        bool, typer.Option("--auto", help="Let a robot play, and print the score.")
    ] = False,
    robot: Annotated[
        str, typer.Option(help="With --auto: perfect or careless.", metavar="ROBOT")
    ] = _ROBOTS[0],
    as_json: Annotated[
        bool, typer.Option("--json", help="With --auto, --list or --check: JSON, for programs.")
    ] = False,
    table: Annotated[
        str | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write every trainee's runs to this CSV file, for the manager; - prints them.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Train at a gate where nothing is real: own crowd, own server, own database.

    Without options, the scenarios are offered on the screen. A venue's own scenarios lie in the
    data folder's training/scenarios.
    """
    config = load()
    folder = config.home / "training"
    if check:
        _check(check, as_json=as_json)
    elif listing:
        _list(folder, as_json=as_json)
    elif table:
        _csv(folder, table, overwrite=overwrite)
    elif auto:
        _auto(_chosen(scenario, folder), seed, robot, folder, as_json=as_json)
    elif as_json:
        raise UsageError(Usage.NEEDS, name="--json", other="--auto, --list, --check")
    else:
        _screen(config, scenario, name or config.name, seed, speed)


def _check(file: Path, *, as_json: bool) -> None:
    from scanner.cli.output import print_json, print_line, tell
    from scanner.facts import Fact
    from scanner.training.scenario import ScenarioNote
    from scanner.training.scenario_file import check
    from scanner.wording.sentences import in_english, sentence, shown

    scenario, problems = check(file)
    if as_json:
        found = [
            {"line": each.line, "sentence": in_english(each.fact), **each.fact.as_json()}
            for each in problems
        ]
        print_json(found)
    else:
        for problem in problems:
            print_line(f"{shown(file)}:{problem.line}: {sentence(problem.fact)}", err=True)
    if scenario is None:
        raise typer.Exit(1)
    if not as_json:
        fact = Fact(ScenarioNote.SOUND, {"title": scenario.title, "count": scenario.patrons})
        tell(fact)


def _list(folder: Path, *, as_json: bool) -> None:
    from scanner.cli.output import print_json, print_line, tell
    from scanner.facts import Fact
    from scanner.training.records import read_library
    from scanner.training.scenario import ScenarioNote
    from scanner.wording.sentences import sentence

    library = read_library(folder)
    scenarios = library.scenarios
    for each in library.broken:
        tell(each.fact, err=True)
    if as_json:
        found = [
            {
                "scenario": s.key,
                "title": s.title,
                "about": s.about,
                "patrons": s.patrons,
                "bar": s.bar,
            }
            for s in scenarios
        ]
        print_json(found)
        return
    wide = max((len(each.key) for each in scenarios), default=0)
    for scenario in scenarios:
        fact = Fact(ScenarioNote.LISTED, {"title": scenario.title, "count": scenario.patrons})
        print_line(f"{scenario.key:<{wide}}  {sentence(fact)}")


def _csv(folder: Path, named: str, *, overwrite: bool) -> None:
    from scanner.cli.output import Done, print_text, tell
    from scanner.facts import Fact
    from scanner.paths import export
    from scanner.training.records import Records, to_csv

    text = to_csv(Records(folder).all())
    if named == "-":
        print_text(text, end="")
        return
    export(Path(named), text.encode(), overwrite=overwrite)
    tell(Fact(Done.EXPORTED, {"file": named}))


def _auto(scenario: "Scenario", seed: int, robot: str, folder: Path, *, as_json: bool) -> None:
    import asyncio

    from scanner.cli.output import bar, print_json, tell
    from scanner.training.auto import play

    if robot not in _ROBOTS:
        raise unfit("--robot", Expects.CHOICE, choices=", ".join(_ROBOTS))
    with bar(say("Patrons")) as show:
        run = asyncio.run(play(scenario, seed, robot, folder, show))
    if as_json:
        print_json(run.as_dict())
        return
    for fact in run.facts:
        tell(fact)


def _chosen(scenario: str | None, folder: Path) -> "Scenario":
    from scanner.training.records import find_scenario

    if scenario is None:
        raise UsageError(Usage.NO_SCENARIO)
    return find_scenario(scenario, folder)


def _screen(
    config: "Config", scenario: str | None, name: str | None, seed: int, speed: float
) -> None:
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError
    from scanner.training.records import find_scenario, read_library

    folder = config.home / "training"
    chosen = find_scenario(scenario, folder) if scenario else None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ScannerError(CliFault.TRAINING_NEEDS_TERMINAL)
    library = read_library(folder)
    from scanner.app.preferences import preferences
    from scanner.app.sound import Loudspeaker, find_player
    from scanner.tui.training.app import TrainingApp

    TrainingApp(
        library.scenarios,
        folder,
        name=name,
        chosen=chosen,
        seed=seed,
        speed=speed,
        sounds=Loudspeaker(find_player()),
        preferences=preferences(config),
        broken=library.broken,
        correct=lambda text: text,
    ).run()
