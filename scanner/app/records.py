"""Reads cache and ledger for the screens, records a supervisor's word, and exports."""

import threading
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from scanner.admission.names import normalised
from scanner.admission.rules import SupervisorsWord
from scanner.admission.verdict import Kind
from scanner.app.exports import as_csv, as_json
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.judging import Judged, recorded
from scanner.paths import export, search_file
from scanner.pin import Clock, Pin, PinCheck, PinNotice
from scanner.store import differences, journal, ledger, statistics
from scanner.store.acknowledged import (
    Acknowledged,
    SeenTo,
    acknowledge,
    read_acknowledged,
    read_doubles,
)
from scanner.store.anchor import open_put_back
from scanner.store.database import SqlConnection, SqlError, open_reader, transaction
from scanner.store.differences import Difference
from scanner.store.double_entries import DoubleEntry
from scanner.store.errors import store_error
from scanner.store.journal import JournalNote
from scanner.store.ledger import Admission, State
from scanner.store.locks import Run, begin_run
from scanner.store.names import keep_names
from scanner.store.passages import listed
from scanner.store.search import (
    Found,
    TicketSearch,
    TicketView,
    Typed,
    read_found,
    read_ticket,
    read_typed,
)
from scanner.store.sessions import change_guard, read_session
from scanner.store.statistics import Evening
from scanner.store.tickets import party, read_sections
from scanner.store.writer import Writer
from scanner.sync.errors import NameEmpty, NoSession

Form = Literal["csv", "json"]
_SECONDS = 10.0


class Records:
    """Reads one database; every method blocks, so none is for the event loop.

    Args:
        writer: of the database; it also keeps or forgets owners' names.
        gate: judges the override.
        pin: the supervisor's.
        clock: the time now, aware, UTC.
    """

    def __init__(self, writer: Writer, gate: Gate, pin: Pin, clock: Clock) -> None:
        self._writer = writer
        self._file = writer.file
        self._gate = gate
        self._pin = pin
        self._clock = clock
        self._search = TicketSearch(search_file(writer.file))
        self._refreshing = threading.Lock()
        self._run: Run | None = None

    def keep_names(self, wanted: bool) -> None:
        """Keep owners' names, or forget them, from now on; returns before it is done.

        It is done in the order of the calls. Kept names come with the next pull.
        """
        self._search.forget_names(unless=wanted)
        self._writer.submit_to_cache(partial(keep_names, wanted=wanted))

    def prepare(self, *, names: bool) -> None:
        """Update the search index; it has the patrons' names only where `names` is set."""
        with self._refreshing, self._reader() as conn:
            self._search.refresh(conn, names=names)

    def search(self, query: str, *, names: bool) -> list[Found]:
        """Find tickets by words in serial or name; names as of the last `prepare`."""
        with self._reader() as conn:
            found = self._search.find(conn, query, names=names)
            return read_found(conn, found)

    def ticket(self, serial: str) -> TicketView | None:
        """Return what is known of a ticket; nothing is recorded, and nobody is let in."""
        with self._reader() as conn:
            return read_ticket(conn, serial)

    def party(self, serial: str) -> list[Found]:
        """Return the others of a ticket's order whom the gate would let in now, for the first time.

        Nothing is recorded.
        """
        with self._reader() as conn:
            others = [each.serial for each in party(conn, serial) if not each.inside]
            found = read_found(conn, others)
        return [each for each in found if each.verdict.kind is Kind.ADMITTED]

    def typed(self, text: str) -> Typed:
        """Look at what a person typed for a serial, and at what they may have meant."""
        with self._reader() as conn:
            return read_typed(conn, text)

    def admissions(self, state: State | None, most: int) -> list[Admission]:
        """Return this gate's admissions and re-entries, the newest first."""
        with self._reader() as conn:
            return listed(conn, state)[::-1][:most]

    def scans(self, kinds: Collection[Kind] | None, most: int) -> list[Judged]:
        """Return the last presentations at this event, the newest first; of these verdicts only.

        What they looked like on the screen is all that is known of them: there is no remedy.
        """
        with self._reader() as conn:
            found = journal.last_scans(conn, most, None if kinds is None else sorted(kinds))
        return [judged for row, scan in found if (judged := recorded(row, scan))]

    def differences(self) -> list[Difference]:
        """Return what the server's admissions and this gate's differ in, as last compared."""
        with self._reader() as conn:
            return differences.read(conn)

    def evening(self) -> Evening:
        """Count the evening."""
        with self._reader() as conn:
            return statistics.evening(conn)

    def acknowledged(self) -> SeenTo:
        """Return what was seen to of what the API denied, by journal row and state."""
        with self._reader() as conn:
            return read_acknowledged(conn)

    def doubles(self) -> tuple[DoubleEntry, ...]:
        """Return what was let in here and at another gate of the venue, the newest first."""
        with self._reader() as conn:
            return read_doubles(conn).entries

    def acknowledge(self, serial: str, note: str) -> None:
        """Note what was done about what is wrong with a ticket; it is no alarm any more.

        Raises:
            ScannerError: nothing is wrong with that serial, or nothing could be recorded.
        """

        def write(conn: SqlConnection) -> None:
            session = read_session(conn)
            with transaction(conn):
                done = Acknowledged(note, session.name if session else "")
                acknowledge(conn, serial, done, self._clock())

        self._writer.submit(write).result(_SECONDS)

    def change_guard(self, name: str) -> None:
        """Set who stands at the gate from now on, noted in the journal.

        Raises:
            ScannerError: nothing is left of the name, no session is open, or nothing could be
                recorded.
        """
        named = normalised(name)

        def write(conn: SqlConnection) -> None:
            session = read_session(conn)
            if session is None:
                raise NoSession
            with transaction(conn):
                changed = {"name": named, "before": session.name}
                journal.note(conn, Fact(JournalNote.GUARD, changed), self._clock())
                change_guard(conn, named)

        if not named:
            raise NameEmpty
        self._writer.submit(write).result(_SECONDS)

    def note_readers(self, camera: str, scanner: str) -> None:
        """Note in the journal what reads codes from now on, by the names of the settings."""
        read_by = Fact(JournalNote.READS, {"camera": camera, "scanner": scanner})
        self._gate.note(read_by, self._clock()).result(_SECONDS)

    def supervisors(self) -> tuple[str, ...]:
        """Return whose PINs there are; the house's is `""`."""
        return self._pin.names()

    def set_pin(self, old: str, new: str, name: str) -> PinCheck:
        """Set or change a PIN, if `old` is what has to be known before; noted in the journal.

        Raises:
            ScannerError: the new one is no PIN, or nothing could be recorded.
        """
        checked = self._pin.may_set(old, name)
        if checked.answer is PinCheck.RIGHT:
            set_pin(self._writer, self._pin, new, name, self._clock())
        return checked.answer

    def note_end(self, why: JournalNote, waiting: int) -> None:
        """Note in the journal that the gate ends though nobody has quit it.

        Args:
            why: the terminal was closed, or the program was ended.
            waiting: admissions that are not sent yet.
        """
        self._gate.note(Fact(why, {"waiting": waiting}), self._clock()).result(_SECONDS)

    def begin_run(self) -> Fact | None:
        """Note that the gate's screen runs; tells how the last one ended without being quit, once.

        One that was killed could note nothing: that is noted now.
        """
        self._run, killed = begin_run(self._file)
        with self._reader() as conn:
            counts = ledger.counts(conn)
        if killed:
            self.note_end(JournalNote.KILLED, counts[State.QUEUED] + counts[State.SENDING])
        with self._reader() as conn:
            end = journal.unasked_end(conn)
        if end:
            self._gate.note(Fact(JournalNote.END_TOLD), self._clock()).result(_SECONDS)
        return end

    def end_run(self) -> None:
        """Note that the gate's screen ends as it should."""
        if self._run:
            self._run.release()

    def let_in(self, pin: str, payload: str, word: SupervisorsWord) -> PinCheck:
        """Admit as a supervisor, or again, if the PIN is right; the gate publishes the verdict.

        Raises:
            ScannerError: nothing could be recorded.
        """
        answer, name = self._pin.identify(pin)
        if answer is PinCheck.RIGHT:
            named = replace(word, by=name)
            self._gate.present(payload, self._clock(), "override", named).result(_SECONDS)
        return answer

    def open_put_back(self, pin: str, reason: str) -> PinCheck:
        """Admit with a ledger that is an old copy, if the PIN is right; noted in the journal.

        Raises:
            ScannerError: nothing could be recorded.
        """
        answer, name = self._pin.identify(pin)
        if answer is PinCheck.RIGHT:
            at = self._clock()
            self._writer.submit(lambda conn: open_put_back(conn, reason, at, name)).result(_SECONDS)
        return answer

    def export(
        self,
        state: State | None,
        form: Form,
        target: Path | None = None,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write this gate's admissions and re-entries, oldest first; returns the file.

        Args:
            state: of which; without it, all.
            form: CSV for people, JSON for programs.
            target: where; without it, beside the database, named by the time.
            overwrite: replace a file that is there.

        Raises:
            ScannerError: the file is there already, or can't be written.
        """
        named_by_time = target is None
        target = target or self._file.with_name(f"admissions-{self._clock():%Y%m%dT%H%M%SZ}.{form}")
        count, text = self._text(state, form)
        export(target, text.encode(), overwrite=overwrite or named_by_time)
        if state is None:  # all of them: nothing is lost with what the token brought
            exported = Fact(JournalNote.EXPORTED, {"count": count})
            self._gate.note(exported, self._clock()).result(_SECONDS)
        return target

    def export_text(self, state: State | None, form: Form) -> str:
        """Return what `export` would write; it counts as no export."""
        return self._text(state, form)[1]

    def _text(self, state: State | None, form: Form) -> tuple[int, str]:
        with self._reader() as conn:
            found, known = listed(conn, state), read_acknowledged(conn)
            doubles = read_doubles(conn)
            sections = {each.uri: each.name for each in read_sections(conn)}
        if form == "csv":
            return len(found), as_csv(found, known, doubles, sections)
        return len(found), as_json(found, known, doubles)

    def _reader(self) -> "closing[SqlConnection]":
        try:
            return closing(open_reader(self._file))
        except SqlError as error:
            raise store_error(error, self._file) from error


def set_pin(
    writer: Writer, pin: Pin, new: str, name: str, at: datetime, *, reset: bool = False
) -> Fact:
    """Set a PIN, and note in the journal that it was set; returns what was noted.

    Raises:
        ScannerError: it is no PIN, or could not be kept or noted.
    """
    name = pin.named(name)
    was_set = name in pin.names()
    code = PinNotice.RESET if reset else PinNotice.CHANGED if was_set else PinNotice.SET
    done = Fact(code, {"name": name} if name else {})

    def change(conn: SqlConnection) -> None:
        with transaction(conn):
            journal.note(conn, done, at, "supervisor")
            pin.set(new, name)

    writer.submit(change).result(_SECONDS)
    return done


def remove_pin(writer: Writer, pin: Pin, name: str, at: datetime) -> Fact:
    """Remove a supervisor's PIN, and note it; returns what was noted.

    Raises:
        ScannerError: nobody of that name has one, or it could not be noted.
    """
    done = Fact(PinNotice.REMOVED, {"name": pin.named(name)})

    def remove(conn: SqlConnection) -> None:
        with transaction(conn):
            journal.note(conn, done, at, "supervisor")
            pin.remove(name)

    writer.submit(remove).result(_SECONDS)
    return done
