"""The palette: every command, to be searched, in the guard's language."""

from operator import itemgetter
from typing import ClassVar

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from scanner.wording.catalogue import say


class Commands(Provider):
    """What the app offers on the screen below; a sentence where nothing of it fits."""

    async def discover(self) -> Hits:
        """List all, by their names."""
        offered = self.app.get_system_commands(self.screen)
        for name, words, command, _ in sorted(offered, key=itemgetter(0)):
            yield DiscoveryHit(name, command, help=words or None)

    async def search(self, query: str) -> Hits:
        """List those whose names have the letters of the query."""
        matcher, found = self.matcher(query), False
        for name, words, command, _ in self.app.get_system_commands(self.screen):
            if (score := matcher.match(name)) > 0:
                found = True
                yield Hit(score, matcher.highlight(name), command, help=words or None)
        if not found:
            yield Hit(1, say("No command is called that."), _nothing)


class Palette(CommandPalette):
    """Textual's, on a ground of its own, there before its list is.

    To draw the gate through it, and to wait for the list, took longer than a key's answer may.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Palette { background: $background; }
    Palette > #--container { display: block; }
    Palette SearchIcon { display: none; }  /* a picture that not every terminal has */
    Palette CommandInput { padding-left: 1; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=say("Search for commands…"), id="--command-palette")


def _nothing() -> None:
    """Do what no command does."""
