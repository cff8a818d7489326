"""`scanner recover`: a damaged database becomes a whole one again, as far as it can be read."""

import json
from typing import TYPE_CHECKING

import typer

from scanner.cli.plain import plain
from scanner.cli.settings import Json, database, load

if TYPE_CHECKING:
    from scanner.store.recovery.recover import Report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner recover")(recover)


def recover(*, as_json: Json = False) -> None:
    """Save every readable admission from a damaged database; the damaged file is kept beside it."""
    from scanner.store.recovery import recover as recovery
    from scanner.sync.clock import utc_now

    report = recovery.recover(database(load()), utc_now())
    if as_json:
        typer.echo(json.dumps(_facts(report)))
    else:
        _say(report)


def _facts(report: "Report") -> dict[str, object]:
    return {
        "whole": report.damage is None,
        "damage": report.damage,
        "copy": str(report.copy) if report.copy else None,
        "presentations": report.presentations,
        "admissions": {state.value: count for state, count in report.admissions.items()},
        "rebuilt": report.rebuilt,
        "missing": [list(each) for each in report.missing],
        "cache": report.kept.value,
    }


def _say(report: "Report") -> None:
    from scanner.store.recovery.recover import Kept

    states = ", ".join(f"{count} {state.value}" for state, count in report.admissions.items())
    if report.damage is None:
        typer.echo(f"Whole: {report.presentations} presentations; {states}. Nothing was changed.")
        return
    typer.echo(f"Damage      {plain(report.damage)}")
    typer.echo(f"Kept        the damaged file is {report.copy}")
    typer.echo(f"Came back   {report.presentations} presentations; {states}")
    if report.rebuilt:
        typer.echo(f"Rebuilt     {report.rebuilt} admissions, from the journal alone")
    runs = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in report.missing)
    typer.echo(f"Missing     {f'rows {runs} of the journal' if runs else 'no row of the journal'}")
    if report.missing:
        typer.echo("            Who was admitted in those rows alone may be admitted again.")
    next_step = {
        Kept.ALL: "`scanner gate` opens again; `scanner sync` reads the whole ticket list anew",
        Kept.SESSION: "`scanner sync`: the ticket list could not be read",
        Kept.NOTHING: "`scanner open`: the session and the ticket list could not be read",
    }
    typer.echo(f"Next        {next_step[report.kept]}; then `scanner replay`.")
