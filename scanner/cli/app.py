"""`scanner`: all commands, put together."""

import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from scanner import __version__
from scanner.cli import (
    audit,
    bench,
    camera,
    demo,
    desk,
    devices,
    doctor,
    gate,
    kiosk,
    ledger,
    listings,
    opening,
    pair,
    pin,
    train,
)
from scanner.cli.errors import CommandGroup

GROUPS = {
    "At the gate, when doors open": ("open", "gate", "kiosk"),
    "The evening, and after it": (
        "status", "queue", "sync", "replay", "acknowledge", "audit", "recover",
    ),
    "At the desk": ("login", "logout", "whoami", "events", "tokens", "admissions", "pin"),
    "To practise: nothing is real": ("train", "demo"),
    "This machine, before doors open": (
        "doctor", "devices", "pair", "try", "decode", "mock", "bench",
    ),
}  # fmt: skip
"""Every command, by who needs it and when; `scanner --help` keeps this order."""


class Commands(CommandGroup):
    """The commands in their groups."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        group_of = {name: group for group, names in GROUPS.items() for name in names}
        for name, command in self.commands.items():
            # Where it belongs must be known: a KeyError means that `GROUPS` lacks a command.
            command.rich_help_panel = group_of[name]  # type: ignore[attr-defined] # typer's own
        self.commands = {name: self.commands[name] for name in group_of}


app = typer.Typer(
    name="scanner",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: scanner demo",
)


def main() -> None:
    """Run the command line."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that isn't UTF-8 gets question marks
    app(prog_name="scanner")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scanner {__version__}")
        raise typer.Exit


@app.callback()
def scanner(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Decides at the door of an event who gets in, with or without a network."""


for commands in (
    opening,
    gate,
    kiosk,
    pin,
    demo,
    ledger,
    audit,
    desk,
    devices,
    pair,
    listings,
    train,
    bench,
    camera,
    doctor,
):
    commands.register(app)
