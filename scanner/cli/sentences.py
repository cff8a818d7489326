"""How a command ends when something is wrong: one sentence on stderr, exit code 1."""

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from scanner.errors import ScannerError
from scanner.wording.sentences import sentence


class Sentences(TyperGroup):
    """A group of commands that never shows a traceback; the log has the detail."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors become sentences, a closed pipe ends it quietly."""
        try:
            return super().invoke(ctx)
        except ScannerError as error:
            _log("a command ended with an error")
            end_with(sentence(error.fact))
        except BrokenPipeError:
            # Whoever read our output has left; Python would complain again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            if _is_usage(error):
                raise
            _log("a command failed unexpectedly")
            from scanner.paths import data_folder, log_file

            end_with(
                f"Something went wrong that should not have ({type(error).__name__}); "
                f"nothing recorded is lost, and the detail is in {log_file(data_folder())}."
            )


def end_with(sentence: str) -> NoReturn:
    """Say what is wrong on stderr and end with exit code 1."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1) from None


def _is_usage(error: Exception) -> bool:
    """Tell whether it is the command line's own error, which is said with exit code 2."""
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def _log(what: str) -> None:
    import structlog

    structlog.get_logger("command").error(what, exc_info=True)
