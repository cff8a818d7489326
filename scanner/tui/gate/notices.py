"""The lines of what is not as it should be at a gate, gravest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.facts import Fact
from scanner.wording.catalogue import say
from scanner.wording.notices import Notice
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence


@dataclass(slots=True)
class OwnTrouble:
    """What is wrong with the gate's own screen, beside what its status tells.

    Attributes:
        failure: why nothing could be recorded, as a sentence.
        last_end: how the gate ended the last time, where nobody had quit it.
        syncs: whether the background work runs.
    """

    failure: str | None = None
    last_end: Fact | None = None
    syncs: bool = True

    def with_others(self, others: Sequence[Notice], window: str) -> list[Notice]:
        """Put it with the status's notices; `window` says which window is needed, if another is."""
        found = list(others)
        if not self.syncs:
            found.insert(
                0, Notice(f"■ {say('SYNC STOPPED: admissions are kept; r starts it again.')}")
            )
        if self.last_end:
            found.insert(0, Notice(f"◌ {sentence(self.last_end)}"))
        if window:
            found.append(Notice(f"▲ {window}"))
        if self.failure:
            words = say("{what}: {which}", what=say("CANNOT RECORD"), which=plain(self.failure))
            found.insert(0, Notice(f"⊗ {words}", grave=True))
        return found
