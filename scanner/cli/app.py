"""`scanner`: all commands, put together."""

import os
import sys
import tomllib
from inspect import cleandoc
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from scanner import __version__
from scanner.cli import (
    audit,
    bench,
    bench_venue,
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
    status,
    train,
    venue,
    venue_release,
    venue_uplink,
)
from scanner.cli.errors import CommandGroup
from scanner.wording.catalogue import choose_language, say

GROUPS = {
    "At the gate, when doors open": ("open", "gate", "kiosk"),
    "The evening, and after it": (
        "status", "queue", "sync", "replay", "acknowledge", "audit", "recover",
    ),
    "At the desk, with TickeTing alone": (
        "login", "logout", "whoami", "events", "tokens", "admissions",
    ),
    "Many gates, one house": ("venue",),
    "To practise: nothing is real": ("train", "demo"),
    "This machine, before doors open": (
        "doctor", "pin", "devices", "pair", "try", "decode", "mock", "bench",
    ),
}  # fmt: skip
"""Every command, by who needs it and when; `scanner --help` keeps this order."""


_EXAMPLE = "Example: "
"""What every command's epilog begins with; the rest of it is typed as it stands."""


class _Spoken:
    """The help of a command or a group, in the language that is spoken."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how it is called."""
        _translate(self, ctx)
        called = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, called, f"{say('Usage:')} ")

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        """Print the whole help."""
        from typer import rich_utils

        _translate(self, ctx)
        rich_utils.ARGUMENTS_PANEL_TITLE = say("Arguments")
        rich_utils.OPTIONS_PANEL_TITLE = say("Options")
        rich_utils.COMMANDS_PANEL_TITLE = say("Commands")
        rich_utils.DEFAULT_STRING = say("[default: {}]")
        rich_utils.REQUIRED_LONG_STRING = say("[required]")
        super().format_help(ctx, formatter)  # type: ignore[misc] # the command that this is mixed into


class SpokenCommand(_Spoken, TyperCommand):
    """A command whose help is in the language that is spoken."""


class SpokenGroup(_Spoken, CommandGroup):
    """A group whose help is in the language that is spoken."""


def _translate(command: Any, ctx: Any) -> None:
    """Say a command's own words; what is said already is in no catalogue, and stays."""
    command.help = say_paragraphs(command.help)
    command.options_metavar = say("[OPTIONS]")
    if command.epilog:
        command.epilog = command.epilog.replace(_EXAMPLE, f"{say('Example:')} ")
    for param in command.get_params(ctx):
        param.help = say(param.help or "")
        param.rich_help_panel = say(param.rich_help_panel or "") or None
        param.metavar = say(metavar(param))
        if param.param_type_name == "argument":
            param.display_type_rich = lambda **_: None  # "<str>" says nothing to a person
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = say("COMMAND [ARGS]...")
        for each in command.commands.values():
            each.help = say_paragraphs(each.help)
            panel = getattr(each, "rich_help_panel", None)
            each.rich_help_panel = say(panel or "") or None  # type: ignore[attr-defined] # typer's own


def say_paragraphs(text: str | None) -> str:
    """Return a command's docstring in the language that is spoken."""
    return "\n\n".join(map(say, paragraphs(text)))


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a docstring, each on one line."""
    return [" ".join(each.split()) for each in cleandoc(text or "").split("\n\n")]


def metavar(param: Any) -> str:
    """Return the word that stands for a parameter's value; an option without a value has none."""
    kind = param.type_descriptor
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    if param.metavar is not None or param.is_flag:
        return param.metavar or ""
    if kind.is_choice:
        return "|".join(map(str, kind.choices))
    if kind.is_path:
        return "PATH"
    number = kind.annotation in (int, float, list[int], list[float])
    return "NUMBER" if number else "TEXT"


class Commands(SpokenGroup):
    """The commands in their groups, in the language that is chosen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        group_of = {name: group for group, names in GROUPS.items() for name in names}
        for name, command in self.commands.items():
            # Where it belongs must be known: a KeyError means that `GROUPS` lacks a command.
            command.rich_help_panel = group_of[name]  # type: ignore[attr-defined] # typer's own
        self.commands = {name: self.commands[name] for name in group_of}

    def main(self, *args: Any, **given: Any) -> Any:
        """Run the command that is called, and speak the chosen language from now on."""
        choose_language(chosen_language())
        return super().main(*args, **given)


def chosen_language() -> str:
    """Return the setting `language`, alone: reading all of them would slow every `--help`."""
    from scanner.paths import config_file

    if found := os.environ.get("SCANNER_LANGUAGE"):
        return found
    try:
        settings = tomllib.loads(config_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "auto"  # what is wrong with the file is said by a command that needs it
    return str(settings.get("language", "auto"))


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
    status,
    ledger,
    audit,
    desk,
    devices,
    pair,
    listings,
    train,
    bench,
    bench_venue,
    camera,
    doctor,
    venue,
    venue_release,
    venue_uplink,
):
    commands.register(app)

for command in app.registered_commands:
    command.cls = SpokenCommand
for group in app.registered_groups:
    group.cls = SpokenGroup
    for command in group.typer_instance.registered_commands if group.typer_instance else ():
        command.cls = SpokenCommand
