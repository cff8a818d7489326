"""`scanner`: all commands, put together."""

import sys
from io import TextIOWrapper
from typing import Annotated

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

app = typer.Typer(
    name="scanner",
    cls=CommandGroup,
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
