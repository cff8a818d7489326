"""The others of an order: offered after one of them was let in, a key for each, or one for all.

Each is let in by a presentation of its own. Those of one key follow one another, each when the
light before it was seen, and end at the first that is not let in, or that has to be looked at.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

import structlog
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.store.search import Found
from scanner.tui.widgets.strip import flowed
from scanner.wording.catalogue import say_count
from scanner.wording.plain import plain

OFFERED_FOR = timedelta(seconds=45)
"""How long the others stay offered where no other patron follows."""

_KEYS = 9
_FRAME_CELLS = 4
"""The box's border and padding, on both sides."""

Find = Callable[[str], Sequence[Found]]
"""Returns the others of a serial's order that would be let in now; it blocks."""


class PartyBox(Widget):
    """A box at the bottom of the verdict; it has the keys while it is open.

    Args:
        find: finds the others.
        names: whether owners' names may be shown.
        present: presents a serial by hand.
        say_: shows a sentence.
        changed: called after the box came, went, or has another size.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", "All of them", tooltip="Let in all the others of the order"),
        Binding("1", "one(1)", "One", key_display="1…9", tooltip="Let in that one of the order"),
        *(Binding(str(key), f"one({key})", "One", show=False) for key in range(2, _KEYS + 1)),
        Binding("escape", "leave", "Back", key_display="Esc", tooltip="Let in none of them"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    PartyBox {
        display: none;
        height: auto;
        padding: 0 1;
        background: $surface;
        color: $foreground;
        border: round $accent;
        border-title-style: bold;
        border-subtitle-style: bold;
    }
    PartyBox.-open { display: block; }
    """

    def __init__(
        self,
        find: Find | None,
        names: Callable[[], bool],
        present: Callable[[str], None],
        say_: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._find = find
        self._names = names
        self._present = present
        self._say = say_
        self._changed = changed
        self._offered: list[Found] = []
        self._next: list[str] = []
        self._timeout: Timer | None = None

    @property
    def opened(self) -> bool:
        """Tell whether others are offered."""
        return bool(self._offered)

    def on_verdict(self, judged: Judged) -> None:
        """Take a verdict: another patron's ends the offer, and so does a refusal the rest of all.

        One of the order that is not let in is offered no more.
        """
        serial = judged.verdict.serial
        if serial not in {each.serial for each in self._offered}:
            self.close()
        elif not judged.verdict.admits:
            stopped = self._stop()
            self._offer([each for each in self._offered if each.serial != serial], stopped)

    def on_light(self, judged: Judged) -> None:
        """Go on with the next of all once a light was seen; after the last, offer who is left."""
        verdict = judged.verdict
        if self._find is None or not verdict.admits or verdict.serial is None:
            return
        told = judged.notice
        if self._next and not (told and (told.attention or told.text)):
            self._present(self._next.pop(0))
            return
        self.run_worker(
            self._look(self._find, verdict.serial, self._stop()),
            group="party",
            exclusive=True,
            exit_on_error=False,
        )

    def close(self) -> None:
        """Offer nobody any more."""
        self.workers.cancel_group(self, "party")
        if stopped := self._stop():
            self._say(stopped)
        self._offer([])

    def action_one(self, key: int) -> None:
        """Let in the one of that key."""
        if key <= len(self._offered) and not self._next:
            self._present(self._offered[key - 1].serial)

    def action_all(self) -> None:
        """Let in all, one after the other."""
        if self._offered and not self._next:
            first, *self._next = [each.serial for each in self._offered]
            self._present(first)

    def action_leave(self) -> None:
        """Let in none."""
        self.close()

    def get_content_height(self, *_: object) -> int:
        """Take as many rows as those offered need (Textual's form)."""
        return len(self._rows())

    def render(self) -> Content:
        """List them, each behind its key."""
        return Content("\n").join(self._rows())

    async def _look(self, find: Find, serial: str, told: str) -> None:
        try:
            found = await asyncio.to_thread(find, serial)
        except ScannerError as error:  # the patron is in; only the offer is missing
            structlog.get_logger("tui").warning("no others of the order", reason=str(error))
            found = []
        self._offer(found, told)

    def _offer(self, found: Sequence[Found], told: str = "") -> None:
        was_open = self.opened
        self._offered = list(found)
        if self._timeout:
            self._timeout.stop()
        self._timeout = self.set_timer(OFFERED_FOR.total_seconds(), self.close) if found else None
        self.set_class(self.opened, "-open")
        if self.opened:
            self.border_title = say_count(
                "{count} more of the same order: let in as well?",
                "{count} more of the same order: let in as well?",
                len(found),
            )
            self.border_subtitle = told
            self.can_focus = True
            self.screen.set_focus(self)
        elif was_open:
            if self.screen.focused is self:
                self.screen.set_focus(None)
            self.can_focus = False
        if was_open or self.opened:
            self.refresh(layout=True)
            self._changed()

    def _stop(self) -> str:
        """Leave out the rest of all; return a sentence that tells how many those are, if any."""
        rest, self._next = len(self._next), []
        return (
            say_count(
                "Stopped: {count} of the order was not let in yet.",
                "Stopped: {count} of the order were not let in yet.",
                rest,
            )
            if rest
            else ""
        )

    def _rows(self) -> list[Content]:
        """Set as many of them as there is room for, and tell how many more there are."""
        room = max(1, self.screen.size.width - _FRAME_CELLS)
        rows: list[Content] = []
        for keys in range(min(_KEYS, len(self._offered)), 0, -1):
            rows = flowed(self._parts(keys), room)
            if all(row.cell_length <= room for row in rows):
                break
        return rows

    def _parts(self, keys: int) -> list[Content]:
        parts = [
            Content.assemble((f"{key}", "bold $accent"), f" {self._who(each)}")
            for key, each in enumerate(self._offered[:keys], 1)
        ]
        if more := len(self._offered) - len(parts):
            parts.append(Content(say_count("and {count} more", "and {count} more", more)))
        return parts

    def _who(self, each: Found) -> str:
        who = plain(each.name, 30) if self._names() else ""
        return " · ".join(part for part in (who or plain(each.serial, 40), plain(each.section, 30)))
