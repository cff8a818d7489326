"""How a command ends on an error: one sentence on stderr, exit code 1."""

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from scanner.cli.output import tell
from scanner.errors import ScannerError
from scanner.facts import Code, Fact


class CliFault(Code):
    """What keeps a command from running."""

    UNEXPECTED = "cli.unexpected"
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


class CommandGroup(TyperGroup):
    """A group of commands that never shows a traceback; the log has the detail."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes a sentence, a closed pipe ends it silently."""
        try:
            return super().invoke(ctx)
        except ScannerError as error:
            _log("a command ended with an error")
            _end_with(error.fact)
        except BrokenPipeError:
            # The reader of our output has gone; Python would complain again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            if _is_usage(error):
                raise
            _log("a command failed unexpectedly")
            from scanner.paths import data_folder, log_file

            kind, file = type(error).__name__, log_file(data_folder())
            _end_with(Fact(CliFault.UNEXPECTED, {"kind": kind, "file": file}))


def _end_with(fact: Fact) -> NoReturn:
    tell(fact, err=True)
    raise typer.Exit(1) from None


def _is_usage(error: Exception) -> bool:
    """Tell whether it is a mistake in usage, which ends with exit code 2."""
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def _log(what: str) -> None:
    import structlog

    structlog.get_logger("command").error(what, exc_info=True)
