"""What became of this gate's admissions, and what to do about each."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from scanner.errors import ScannerError
from scanner.store.differences import Difference
from scanner.store.ledger import Admission, State
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal
from scanner.tui.ports import Records
from scanner.wording import books
from scanner.wording.books import SYMBOLS, next_step, reason, state_word
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence

MOST = 500
"""Rows; the newest. The export has all."""

REFRESH_SECONDS = 2.0

_FILTERS: tuple[State | None, ...] = (
    None,
    State.CONFLICT,
    State.REFUSED,
    State.QUEUED,
    State.SENDING,
    State.CONFIRMED,
    State.UNDONE,
    State.LOCAL,
)


class QueueScreen(Modal):
    """A table of admissions, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter(1)", "Filter"),
        Binding("r", "try_now", "Retry now"),
        Binding("c", "copy", "Copy serial"),
        Binding("e", "export('csv')", "Export CSV"),
        Binding("j", "export('json')", "JSON"),
        Binding("g", "jump('first')", "First", show=False),
        Binding("G", "jump('last')", "Last", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    QueueScreen {
        & DataTable { height: 1fr; background: $surface; }
        & #todo { height: 2; padding: 0 1; background: $panel; }
    }
    """

    def __init__(
        self, records: Records, try_now: Callable[[], None], shown: Callable[[], Poster]
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._try_now = try_now
        self._filter = 0
        self._listed: list[Admission | Difference] = []

    def body(self) -> list[Widget]:
        """Return the table, and a place for what to do about the marked row."""
        return [DataTable(cursor_type="row"), Static("", id="todo", markup=False)]

    def on_mount(self) -> None:
        """Follow the admissions from now on."""
        table = self.query_one(DataTable)
        for title in (say("Time"), say("State"), say("Serial"), say("Reason")):
            table.add_column(title)
        self.set_interval(REFRESH_SECONDS, self.follow)

    def populate(self) -> None:
        """Show all, the newest selected."""
        super().populate()
        self._filter = 0
        table = self.query_one(DataTable)
        table.move_cursor(row=0)
        self.set_focus(table)  # at once: the next key may be here already
        self.entitle(say("Queue"))  # before what takes time: it answers the key
        self.look()

    def look(self) -> None:
        """Read the admissions again."""
        self.run_worker(self._read(), group="read", exclusive=True, exit_on_error=False)

    def follow(self) -> None:
        """Read them again while the screen is open."""
        if self in self.app.screen_stack:
            self.look()

    def action_filter(self, steps: int) -> None:
        """Show another state, or all."""
        self._filter = (self._filter + steps) % len(_FILTERS)
        self.look()

    def action_try_now(self) -> None:
        """Sync and send without waiting."""
        self._try_now()
        self.say(say("Trying now."))

    def action_jump(self, where: Literal["first", "last"]) -> None:
        """Mark the first row or the last."""
        self.query_one(DataTable).move_cursor(row=0 if where == "first" else len(self._listed) - 1)

    def action_copy(self) -> None:
        """Put the marked serial on the clipboard."""
        if marked := self._marked():
            self.app.copy_to_clipboard(marked.serial)
            self.say(say("{serial} is on the clipboard.", serial=marked.serial))

    def action_export(self, form: Literal["csv", "json"]) -> None:
        """Write those of the shown state to a file."""
        self.run_worker(self._export(form), exit_on_error=False)

    def on_data_table_row_highlighted(self) -> None:
        """Say what to do about the marked row."""
        self._show_todo()

    async def _read(self) -> None:
        state = _FILTERS[self._filter]
        try:
            found = await asyncio.to_thread(self._records.admissions, state, MOST)
            differing = [] if state else await asyncio.to_thread(self._records.differences)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        count = say_count("{count} admission", "{count} admissions", len(found))
        self.entitle(f"{say('Queue')}: {state_word(state)} · {count}")
        rows: list[Admission | Difference] = [*differing, *found]
        if rows == self._listed and self.query_one(DataTable).row_count:
            return
        self._fill(rows)

    def _fill(self, found: list[Admission | Difference]) -> None:
        table = self.query_one(DataTable)
        at = table.cursor_row
        table.clear()
        self._listed = found
        rows = [[Text(cell) for cell in _cells(each)] for each in found]
        # The table would widen its columns later, and go on showing what it drew before that.
        for column, cells in zip(table.ordered_columns, zip(*rows, strict=True), strict=False):
            widest = max(cell.cell_len for cell in cells)
            column.content_width = max(column.content_width, widest)
        for row in rows:
            table.add_row(*row)
        table.move_cursor(row=min(at, len(found) - 1))
        self._show_todo()

    def _marked(self) -> Admission | Difference | None:
        row = self.query_one(DataTable).cursor_row
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def _show_todo(self) -> None:
        marked = self._marked()
        words = f"{say('To do')}: {_advice(marked)}" if marked else say("Nothing is here.")
        self.query_one("#todo", Static).update(words)

    async def _export(self, form: Literal["csv", "json"]) -> None:
        try:
            file = await asyncio.to_thread(self._records.export, _FILTERS[self._filter], form)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self.say(say("Written: {file}", file=file))


def _cells(each: Admission | Difference) -> tuple[str, str, str, str]:
    """Return the time, the state, the serial and the reason of a row."""
    serial = plain(each.serial, 40)
    if isinstance(each, Difference):
        at = clock_time(each.at) if each.at else ""
        return at, f"≠ {say('differs')}", serial, sentence(each.fact)
    state = f"{SYMBOLS.get(each.state, '?')} {state_word(each.state)}"
    return clock_time(each.at), state, serial, reason(each)


def _advice(each: Admission | Difference) -> str:
    return books.todo(each) if isinstance(each, Difference) else next_step(each)
