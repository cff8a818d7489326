"""What a guard may set on the screen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.config import Config

Value = str | int | bool

_MOST_REASONS = 9

Keep = Callable[[str, Value], None]
"""Saves one setting by its name; raises a `ScannerError` where it can't."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings of the screen, by the names that the configuration file has for them.

    `reasons` has semicolons between them; without any, the program's own are offered.
    """

    language: str = "auto"
    theme: str = "night"
    characters: str = "auto"
    volume: int = 80
    muted: bool = False
    bell: str = "auto"
    names: bool = False
    picture: str = "auto"
    reasons: str = ""
    unclaimed: str = "admit"

    @property
    def reasons_to_choose(self) -> tuple[str, ...]:
        """The venue's own reasons for a supervisor's word, nine at most: each has a digit."""
        told = (each.strip() for each in self.reasons.split(";"))
        return tuple(each for each in told if each)[:_MOST_REASONS]

    def with_value(self, name: str, value: Value) -> "Preferences":
        """Return them with one changed."""
        changed: dict[str, Any] = {name: value}
        return replace(self, **changed)


def preferences(config: "Config") -> Preferences:
    """Take from the settings those that are the screen's."""
    return Preferences(
        language=config.language,
        theme=config.theme,
        characters=config.characters,
        volume=config.volume,
        muted=config.muted,
        bell=config.bell,
        names=config.names,
        picture=config.picture,
        reasons=config.reasons,
        unclaimed=config.unclaimed.value,
    )
