"""The rules of a door that a platform sets."""

from typing import NamedTuple


class DoorRules(NamedTuple):
    """What a door allows beside one entry a ticket.

    Attributes:
        multiple_entries: a ticket admits any number of times.
        entry_after_exit: whoever left may come in again.
        custom_rules: the platform has rules for this door that only it can judge.
    """

    multiple_entries: bool = False
    entry_after_exit: bool = False
    custom_rules: bool = False
