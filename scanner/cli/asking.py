"""Questions that a command asks the person at the terminal, on stderr."""

import sys

from scanner.cli.output import print_text
from scanner.wording.catalogue import say


def agreed(question: str) -> bool:
    """Ask a question of yes or no; whatever is not a yes is a no."""
    yes = say("yes").casefold()
    said = answer(f"{question} [{yes}/{say('no').upper()}]: ").casefold()
    return said in (yes, yes[0], "y", "yes")


def answer(question: str) -> str:
    """Ask on stderr: what is on stdout may be read by a program."""
    print_text(question, end="", err=True)
    return sys.stdin.readline().strip()
