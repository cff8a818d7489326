"""The names of the keys, in the language that is spoken."""

from dataclasses import replace
from typing import TypeVar

from textual.binding import ActiveBinding
from textual.screen import Screen

from scanner.wording.catalogue import say

Result = TypeVar("Result")


class TranslatedScreen(Screen[Result]):
    """A screen whose bindings are described in the language that is spoken.

    `BINDINGS` are English: the catalogue's keys. Key line, footer, help and command palette all
    read `active_bindings`.
    """

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Return the bindings that work now, by key."""
        return {key: _translated(found) for key, found in super().active_bindings.items()}


def _translated(found: ActiveBinding) -> ActiveBinding:
    binding, tooltip = found.binding, say(found.tooltip)
    translated = replace(
        binding,
        description=say(binding.description),
        tooltip=tooltip,
        key_display=say(binding.key_display or "") or None,
    )
    return found._replace(binding=translated, tooltip=tooltip)
