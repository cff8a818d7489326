"""`scanner recover`: makes a sound database of a damaged one, as far as it can be read."""

from typing import TYPE_CHECKING

import typer

from scanner.cli.output import print_json, tell
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
        print_json(_facts(report))
        return
    for note in report.notes():
        tell(note)


def _facts(report: "Report") -> dict[str, object]:
    from scanner.wording.sentences import in_english

    return {
        "whole": report.damage is None,
        "damage": in_english(report.damage) if report.damage else None,
        **(report.damage.as_json() if report.damage else {"code": None, "params": {}}),
        "copy": str(report.copy) if report.copy else None,
        "presentations": report.presentations,
        "admissions": {state.value: count for state, count in report.admissions.items()},
        "rebuilt": report.rebuilt,
        "missing": [list(each) for each in report.missing],
        "cache": report.kept.value,
    }
