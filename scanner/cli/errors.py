"""How a command ends on an error: one sentence on stderr, exit code 1.

Exit code 2 where it was called wrongly; then a second line says where its help is.
"""

import os
import sys
from difflib import get_close_matches
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from scanner.cli.output import tell
from scanner.errors import ScannerError
from scanner.facts import Code, Fact, Value
from scanner.wording.catalogue import say


class CliFault(Code):
    """What keeps a command from running."""

    UNEXPECTED = "cli.unexpected"
    ABORTED = "cli.aborted"
    GATE_NEEDS_TERMINAL = "cli.gate_needs_terminal"
    KIOSK_NEEDS_TERMINAL = "cli.kiosk_needs_terminal"
    KIOSK_NEEDS_PIN = "cli.kiosk_needs_pin"
    DEMO_NEEDS_TERMINAL = "cli.demo_needs_terminal"
    TRAINING_NEEDS_TERMINAL = "cli.training_needs_terminal"
    LIVE_VIEW_NEEDS_TERMINAL = "cli.live_view_needs_terminal"
    NO_CAMERA_CHOSEN = "cli.no_camera_chosen"
    DELIVERING_ELSEWHERE = "cli.delivering_elsewhere"
    FOLDER_UNUSABLE = "cli.folder_unusable"
    LIST_SHORT = "cli.list_short"
    LIST_ENDLESS = "cli.list_endless"
    ONLY_AT_TICKETING = "cli.only_at_ticketing"


class Usage(Code):
    """What is wrong with the words that a command was called with."""

    NO_COMMAND = "cli.no_command"
    NO_COMMAND_BUT = "cli.no_command_but"
    NO_OPTION = "cli.no_option"
    NO_OPTION_BUT = "cli.no_option_but"
    ALONE = "cli.alone"
    INCOMPLETE = "cli.incomplete"
    MISSING = "cli.missing"
    TOO_MUCH = "cli.too_much"
    UNFIT = "cli.unfit"
    UNCLEAR = "cli.unclear"
    HELP = "cli.help"
    NEEDS = "cli.needs"
    EXCLUDES = "cli.excludes"
    ONLY_AT_PRETIX = "cli.only_at_pretix"
    NOT_AT_PRETIX = "cli.not_at_pretix"
    ADDRESS_ALONE = "cli.address_alone"
    NO_USER = "cli.no_user"
    NOTHING_CAME = "cli.nothing_came"
    NO_SCENARIO = "cli.no_scenario"


class Expects(Code):
    """What an option or an argument takes."""

    WHOLE_NUMBER = "cli.whole_number"
    FROM = "cli.from"
    FROM_TO = "cli.from_to"
    NUMBER = "cli.number"
    FILE = "cli.file"
    CHOICE = "cli.choice"
    ENDING = "cli.ending"
    DIGITS = "cli.digits"
    TEXT = "cli.text"


_HELP_SHOWN = "NoArgsIsHelpError"
"""How typer ends a group that was called without a command, when its help is printed."""


class UsageError(ScannerError):
    """A command was called wrongly."""


def unfit(name: str, expected: Expects, **params: Value) -> UsageError:
    """Return the error for an option or argument whose value is not what it takes."""
    return UsageError(Usage.UNFIT, name=name, expected=Fact(expected, params))


class CommandGroup(TyperGroup):
    """A group of commands that never shows a traceback; the log has the detail."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Read the group's own options; a mistake in them becomes a sentence."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except Exception as error:
            if parent is None and _is_usage(error):
                raise _refused(_usage_fact(error), info_name) from None
            raise

    def resolve_command(self, ctx: Any, args: Any) -> Any:
        """Find the command that is called.

        Raises:
            UsageError: there is none of that name.
        """
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        if near := get_close_matches(name, self.commands, 1):
            raise UsageError(Usage.NO_COMMAND_BUT, name=name, near=near[0])
        raise UsageError(Usage.NO_COMMAND, name=name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes a sentence, a closed pipe ends it silently."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise _refused(error.fact, _called(ctx)) from None
        except ScannerError as error:
            _log("a command ended with an error")
            _end_with(error.fact)
        except BrokenPipeError:
            # The reader of our output has gone; Python would complain again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except typer.Abort:
            _end_with(Fact(CliFault.ABORTED))
        except (typer.Exit, KeyboardInterrupt):
            raise
        except Exception as error:
            if type(error).__name__ == _HELP_SHOWN:
                raise
            if _is_usage(error):
                raise _refused(_usage_fact(error), _called(ctx)) from None
            _log("a command failed unexpectedly")
            from scanner.paths import data_folder, log_file

            kind, file = type(error).__name__, log_file(data_folder())
            _end_with(Fact(CliFault.UNEXPECTED, {"kind": kind, "file": file}))


def _end_with(fact: Fact) -> NoReturn:
    tell(fact, err=True)
    raise typer.Exit(1) from None


def _refused(fact: Fact, command: str) -> typer.Exit:
    """Say what is wrong and where the help is; return what ends the command."""
    tell(fact, err=True)
    tell(Fact(Usage.HELP, {"command": command}), err=True)
    return typer.Exit(2)


def _called(ctx: Any) -> str:
    """Return the words that call the command: those of its group, and its own."""
    own = ctx.invoked_subcommand
    return f"{ctx.command_path} {own}" if own in ctx.command.commands else str(ctx.command_path)


def _is_usage(error: Exception) -> bool:
    """Tell whether typer found a mistake in usage; a group without a command shows its help."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return "ClickException" in kinds and kinds[0] != _HELP_SHOWN


def _usage_fact(error: Any) -> Fact:
    """Return what typer found wrong; its kinds of errors are known by their names."""
    match type(error).__name__:
        case "NoSuchOption":
            if error.possibilities:
                near = ", ".join(sorted(error.possibilities))
                return Fact(Usage.NO_OPTION_BUT, {"name": error.option_name, "near": near})
            return Fact(Usage.NO_OPTION, {"name": error.option_name})
        case "BadOptionUsage":
            alone = "does not take" in error.message
            return Fact(Usage.ALONE if alone else Usage.INCOMPLETE, {"name": error.option_name})
        case "MissingParameter":
            return Fact(Usage.MISSING, {"name": _name(error.param)})
        case "BadParameter" if error.param is not None:
            return _unfit(error.param)
        case "UsageError" if "(s) (" in error.message:
            return Fact(Usage.TOO_MUCH, {"text": error.message.partition("(s) (")[2][:-1]})
    return Fact(Usage.UNCLEAR, {"why": error.format_message()})


def _name(param: Any) -> str:
    """Return an option's longest name, or the name of an argument as the help shows it."""
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return say(param.metavar or param.name.upper())


def _unfit(param: Any) -> Fact:
    """Return what a parameter takes that got something else."""
    kind = param.type_descriptor
    numbers = {"least": param.min, "most": param.max}
    if kind.is_choice:
        expected = Fact(Expects.CHOICE, {"choices": ", ".join(map(str, kind.choices))})
    elif param.min is not None and param.max is not None:
        expected = Fact(Expects.FROM_TO, numbers)
    elif param.min is not None:
        expected = Fact(Expects.FROM, {"least": param.min})
    elif kind.is_path:
        expected = Fact(Expects.FILE)
    else:
        names = {int: Expects.WHOLE_NUMBER, float: Expects.NUMBER}
        expected = Fact(names.get(kind.annotation, Expects.TEXT))
    return Fact(Usage.UNFIT, {"name": _name(param), "expected": expected})


def _log(what: str) -> None:
    import structlog

    structlog.get_logger("command").error(what, exc_info=True)
