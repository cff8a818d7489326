"""`scanner doctor`: is this computer fit to be a gate, and what mends it."""

import json
from dataclasses import asdict

import typer

from scanner.cli.settings import Json, load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner doctor --json")(doctor)


def doctor(*, as_json: Json = False) -> None:
    """Look over cameras, decoders, scanners, disk, key store, API and clock, before doors open.

    Each is ok, a warning or broken, with the one command that mends it. Ends with exit code 1
    where anything is broken.
    """
    from scanner.desk.doctor import Health, examine
    from scanner.desk.token_view import visible
    from scanner.keystore import open_keystore
    from scanner.sync.clock import utc_now

    config = load()
    broken = False
    listed = []
    for finding in examine(config, open_keystore(config.home), utc_now):
        broken |= finding.health is Health.BROKEN
        listed.append(asdict(finding))
        if not as_json:
            typer.echo(f"{finding.health.value:<8} {finding.what:<15} {visible(finding.sentence)}")
            if finding.mend:
                typer.echo(f"{'':<8} {'':<15} mend it with: {visible(finding.mend)}")
    if as_json:
        typer.echo(json.dumps(listed))
    if broken:
        raise typer.Exit(1)
