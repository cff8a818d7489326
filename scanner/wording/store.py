"""What is wrong with the database, and what a recovery did."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
    "store.damaged": "The database {file} is damaged: nobody can be admitted; "
    "run `scanner recover` to save its admissions.",
    "store.damaged_and_copied": "The database {file} is damaged (a copy is in {copy}): "
    "nobody can be admitted; run `scanner recover` to save its admissions.",
    "store.full": "The disk of {file} is full: nobody can be admitted; free some space.",
    "store.held": "The database {file} is held by another program; close it, try again.",
    "store.read_only": "The database {file} can't be written; check the folder's owner.",
    "store.failed": "The database {file} failed ({error}); details are in the log.",
    "store.closed": "The database {file} is closed; start the program again.",
    "store.folder_not_made": "The data folder {folder} can't be made ({why}); "
    "choose another with SCANNER_HOME.",
    "store.folder_not_writable": "The data folder {folder} can't be written; "
    "choose another with SCANNER_HOME.",
    "store.not_made": "The database {file} can't be made ({why}); free some space, "
    "or choose another folder with SCANNER_HOME.",
    "store.foreign": "The file {file} is not a scanner's database; move it away.",
    "store.newer": "The database {file} was made by a newer scanner (its version {version}, "
    "this one's {current}); upgrade this scanner.",
    "store.being_made": "The database {file} is being made or migrated by another program; "
    "try again.",
    "store.being_recovered": "The database {file} is being recovered by another program; "
    "wait for its end, then try again.",
    "store.not_migrated": "The database {file} could not be brought up to date; see the log.",
    "store.no_room_for_backup": "The disk has no room for a copy of {file}; free some space.",
    "store.no_database": "There is no database {file}; `scanner open` makes one.",
    "store.in_use": "The database {file} is open in another program; "
    "end the gate, then run `scanner recover` again.",
    "store.recovery_not_written": "The recovery of {file} could not be written ({why}); "
    "free some space and run it again.",
    "store.not_recovered": "No sound database could be made of {file} ({problem}); keep {copy}.",
    "store.nothing_to_acknowledge": "Nothing of {serial} is in conflict, refused or let in "
    "twice; `scanner queue` lists what is.",
    "store.lost_rows": "row {row} of the journal was written, but it ends at row {last}",
    "store.other_row": "row {row} of the journal is not the one that was written",
    "store.lost_transitions": "change {transition} was written, but the last is {last}",
    "store.no_tables": "the tables of the records are missing",
    "store.page_cut": "the file {file} ends within a page",
    "store.structure": "SQLite's check found: {said}",
    "store.unreadable": "it can't be read: {said}",
    "store.version": "its version can't be {version}",
    "store.newer_number": "its version number, {version}, is damaged",
    "store.not_wal": "{file} is no longer in WAL mode",
    "store.schema_unlike": "the {kind} {name} is not as it was made",
    "store.row_missing": "row {row} of the journal is missing",
    "store.row_changed": "row {row} of the journal, or the row before it, was changed",
    "store.end_missing": "the journal ends at row {last}, but row {noted} was the last written",
    "store.admission_unlike": "the admission of {serial} is not what its journal row says",
    "store.section_unlike": "the admission of {serial} is for another section than its journal row",
    "store.admission_missing": "row {row} of the journal admitted, and its admission is missing",
    "store.never_moved": "the admission of {serial} is in a state that it was never moved to",
    "store.stray_transition": "change {transition} is of no admission",
    "store.no_journal_row": "an admission has no row {row} in the journal",
    "store.unknown_state": "an admission is in state {state}",
    "store.passage_unlike": "the exit or re-entry in row {row} is not what the journal says",
    "store.passage_missing": "the exit or re-entry in row {row} of the journal has no record",
    "store.passage_never_moved": "the exit or re-entry in row {row} is in a state "
    "that it was never moved to",
    "store.recovery_sound": Plural(
        "Intact: {count} scan; {states}. Nothing was changed.",
        "Intact: {count} scans; {states}. Nothing was changed.",
    ),
    "store.recovery_damage": "Damage      {damage}",
    "store.recovery_copy": "Kept        the damaged file is {file}",
    "store.recovery_restored": Plural(
        "Came back   {count} scan; {states}",
        "Came back   {count} scans; {states}",
    ),
    "store.recovery_states": "{queued} queued, {sending} sending, {confirmed} confirmed, "
    "{conflict} conflict, {refused} refused, {undone} undone, {local} re-entries",
    "store.recovery_rebuilt": Plural(
        "Rebuilt     {count} admission, from the journal alone",
        "Rebuilt     {count} admissions, from the journal alone",
    ),
    "store.recovery_rows_lost": "Missing     rows {rows} of the journal",
    "store.recovery_no_row_lost": "Missing     no row of the journal",
    "store.recovery_may_return": "            "
    "Who was admitted in those rows alone may be admitted again.",
    "store.recovery_next_sync": "Next        `scanner gate` opens again; `scanner sync` reads the "
    "whole ticket list again; then `scanner replay`.",
    "store.recovery_next_list": "Next        `scanner sync`: the ticket list could not be read; "
    "then `scanner replay`.",
    "store.recovery_next_open": "Next        `scanner open`: the session and the ticket list "
    "could not be read; then `scanner replay`.",
}
