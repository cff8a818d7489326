"""What became of this gate's admissions, and what to do about each."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from scanner.errors import ScannerError
from scanner.store.acknowledged import DOUBLE, TO_BE_SEEN_TO, Acknowledged, SeenTo
from scanner.store.differences import Difference
from scanner.store.double_entries import DoubleEntry
from scanner.store.ledger import Admission, State
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import FollowedModal
from scanner.tui.ports import Records
from scanner.wording import books
from scanner.wording.books import SYMBOLS, next_step, state_word
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence

MOST = 500
"""Rows; the newest. The export has all."""

LONGEST_NOTE = 120
"""Characters of what was done about an admission."""

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


Row = Admission | Difference | DoubleEntry
"""What a row of the table is about."""


class QueueScreen(FollowedModal):
    """A table of admissions, newest first, below what differs and what was let in twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter(1)", "Filter"),
        Binding("r", "try_now", "Try now"),
        Binding("a", "acknowledge", "Handled", tooltip="Note what was done: no alarm any more"),
        Binding("c", "copy", "Copy serial"),
        Binding("e", "export('csv')", "Export CSV"),
        Binding("j", "export('json')", "JSON"),
        Binding("g", "jump('first')", "First", show=False),
        Binding("G", "jump('last')", "Last", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    QueueScreen {
        & DataTable { height: 1fr; background: $surface; overflow-x: hidden; }
        & #todo { height: 3; padding: 0 1; background: $panel; }
        & #note { display: none; border: tall $accent; background: $surface; }
        & #note.-open { display: block; }
    }
    """

    def __init__(
        self, records: Records, try_now: Callable[[], None], shown: Callable[[], Poster]
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._try_now = try_now
        self._filter = 0
        self._listed: list[Row] = []
        self._seen_to: SeenTo = {}
        self._noted: Row | None = None
        self._room = 0

    def body(self) -> list[Widget]:
        """Return the table, what to do about the marked row, and a line for what was done."""
        return [
            DataTable(cursor_type="row"),
            Static("", id="todo", markup=False),
            Input(id="note", max_length=LONGEST_NOTE),
        ]

    def on_mount(self) -> None:
        """Name the columns."""
        table = self.query_one(DataTable)
        for title in (say("Time"), say("State"), say("Serial"), say("Reason")):
            table.add_column(title)

    def on_resize(self) -> None:
        """Cut the reasons to the new width."""
        if self._listed:
            self._fill(self._listed)

    def populate(self) -> None:
        """Show all, the newest selected."""
        super().populate()
        self._filter = 0
        self._close_note()
        table = self.query_one(DataTable)
        table.move_cursor(row=0)
        self.set_focus(table)  # at once: the next key may be here already
        self.entitle(say("Queue"))  # before what takes time: it answers the key
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to acknowledge only what somebody has to see to, and nobody has."""
        if action == "acknowledge" and self.is_mounted:
            return self._awaits_somebody(self._marked())
        return super().check_action(action, parameters)

    def action_acknowledge(self) -> None:
        """Ask what was done about the marked row."""
        marked = self._marked()
        if marked and self._awaits_somebody(marked):
            line = self.query_one("#note", Input)
            self._noted = marked
            line.placeholder = say("What was done? It is kept in the journal.")
            line.border_title = plain(marked.serial, 40)
            line.add_class("-open")
            self.set_focus(line)  # at once: the next key may be here already

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was done."""
        note = plain(event.value, LONGEST_NOTE)
        if not note:
            self.say(say("Write what was done; it is kept in the journal."))
        elif self._noted:
            self.run_worker(self._acknowledge(self._noted.serial, note), exit_on_error=False)
            self._close_note()

    def action_back(self) -> None:
        """Put the line away, or return to the gate."""
        if self._noted:
            self._close_note()
        else:
            super().action_back()

    def _close_note(self) -> None:
        line, self._noted = self.query_one("#note", Input), None
        line.value = ""
        line.remove_class("-open")
        self.set_focus(self.query_one(DataTable))

    async def _acknowledge(self, serial: str, note: str) -> None:
        try:
            await asyncio.to_thread(self._records.acknowledge, serial, note)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self.say(say("Noted: {serial} is no alarm any more.", serial=serial))
        self.look()

    def _awaits_somebody(self, each: Row | None) -> bool:
        match each:
            case Admission():
                return each.state in TO_BE_SEEN_TO and self._done(each) is None
            case DoubleEntry():
                return self._done(each) is None
            case _:
                return False

    def action_export(self, form: Literal["csv", "json"]) -> None:
        """Write those of the shown state to a file."""
        self.run_worker(self._export(form), exit_on_error=False)

    def on_data_table_row_highlighted(self) -> None:
        """Say what to do about the marked row."""
        self._show_todo()

    async def read(self) -> None:
        """Read the admissions of the filter, what differs and what came twice, and list them."""
        state = _FILTERS[self._filter]
        try:
            found = await asyncio.to_thread(self._records.admissions, state, MOST)
            seen_to = await asyncio.to_thread(self._records.acknowledged)
            differing = [] if state else await asyncio.to_thread(self._records.differences)
            doubles = () if state else await asyncio.to_thread(self._records.doubles)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        count = say_count("{count} admission", "{count} admissions", len(found))
        which = f"{state_word(state)} · {count}"
        self.entitle(say("{what}: {which}", what=say("Queue"), which=which))
        rows: list[Row] = [*doubles, *differing, *found]
        now, shown = (rows, seen_to), (self._listed, self._seen_to)
        if now == shown and self.query_one(DataTable).row_count:
            return
        self._seen_to = seen_to
        self._fill(rows)

    def _fill(self, found: list[Row]) -> None:
        table = self.query_one(DataTable)
        at = table.cursor_row
        table.clear()
        self._listed = found
        rows = [[Text(cell) for cell in self._cells(each)] for each in found]
        # The table would widen its columns later, and go on showing what it drew before that.
        for column, cells in zip(table.ordered_columns, zip(*rows, strict=True), strict=False):
            widest = max(cell.cell_len for cell in cells)
            column.content_width = max(column.content_width, widest)
        self._cut_reasons(table, rows)
        for row in rows:
            table.add_row(*row)
        table.move_cursor(row=min(at, len(found) - 1))
        self._show_todo()

    def _cut_reasons(self, table: DataTable[Text], rows: Sequence[Sequence[Text]]) -> None:
        """Let the last column end where the screen does; a marked row's reason is said below."""
        *others, reasons = table.ordered_columns
        taken = sum(each.get_render_width(table) for each in others) + 2 * table.cell_padding
        self._room = max(1, self.size.width - taken - table.styles.scrollbar_size_vertical)
        reasons.content_width = min(reasons.content_width, self._room)
        for *_, reason in rows:
            reason.truncate(self._room, overflow="ellipsis")

    def _marked(self) -> Row | None:
        row = self.query_one(DataTable).cursor_row
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def _show_todo(self) -> None:
        marked = self._marked()
        words = [say("Nothing is here.")]
        if marked:
            words = [say("{what}: {which}", what=say("To do"), which=self._advice(marked))]
        if marked and cell_len(why := self._cells(marked)[-1]) > self._room:
            words.insert(0, why)
        self.query_one("#todo", Static).update(Content("\n".join(words)))
        self.refresh_bindings()

    def _cells(self, each: Row) -> tuple[str, str, str, str]:
        """Return the time, the state, the serial and the reason of a row."""
        serial = plain(each.serial, 40)
        if isinstance(each, DoubleEntry):
            at = clock_time(each.at) if each.at else ""
            why = books.double_account(each, self._done(each))
            return at, f"▲ {say('double entry')}", serial, why
        if isinstance(each, Difference):
            at = clock_time(each.at) if each.at else ""
            return at, f"≠ {say('differs')}", serial, sentence(each.fact)
        state = f"{SYMBOLS.get(each.state, '?')} {state_word(each.state)}"
        return clock_time(each.at), state, serial, books.account(each, self._done(each))

    def _advice(self, each: Row) -> str:
        if isinstance(each, Difference):
            return books.todo(each)
        if isinstance(each, DoubleEntry):
            return books.double_step(self._done(each))
        return next_step(each, self._done(each))

    def _done(self, each: Admission | DoubleEntry) -> Acknowledged | None:
        if isinstance(each, DoubleEntry):
            return self._seen_to.get((each.noted, DOUBLE))
        return self._seen_to.get((each.journal, each.state))

    async def _export(self, form: Literal["csv", "json"]) -> None:
        try:
            file = await asyncio.to_thread(self._records.export, _FILTERS[self._filter], form)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self.say(say("Written: {file}", file=file))
