"""What an audit found, and what the journal notes of itself."""

from datetime import datetime

from scanner.wording.books import who_and_where
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Plural, Sentence, shown


def _opened(params: Params) -> str:
    reason, by = plain(str(params.get("reason", ""))), plain(str(params.get("by") or ""))
    return say(
        "{name} opened the gate, whose records were an old copy: {reason}",
        name=by or say("a supervisor"),
        reason=reason,
    )


def _terminal_closed(params: Params) -> str:
    when = _when(params)
    words = (
        say("The terminal was closed at {when} while the gate was open.", when=when)
        if when
        else say("The terminal was closed while the gate was open.")
    )
    return f"{words} {_waited(params)}"


def _stopped(params: Params) -> str:
    when = _when(params)
    words = (
        say("The system ended this program at {when} while the gate was open.", when=when)
        if when
        else say("The system ended this program while the gate was open.")
    )
    return f"{words} {_waited(params)}"


def _killed(params: Params) -> str:
    words = say("The gate ended without being quit: it was killed, or the power went.")
    return f"{words} {_waited(params)}"


def _when(params: Params) -> str:
    at = params.get("at")
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if isinstance(at, datetime) else ""


def _waited(params: Params) -> str:
    waiting = params.get("waiting")
    if not isinstance(waiting, int) or not waiting:
        return say("Every admission had been sent.")
    return say_count(
        "{count} admission was not sent then; it is sent now.",
        "{count} admissions were not sent then; they are sent now.",
        waiting,
    )


def _claim_released(params: Params) -> str:
    return say(
        "{by} has freed {serial}, which {guard} had let in at {gate}",
        by=shown(params.get("by")) or say("a supervisor"),
        serial=shown(params.get("serial")),
        guard=shown(params.get("guard")),
        gate=shown(params.get("gate")),
    )


def _double_entry(params: Params) -> str:
    return say(
        "{serial}: let in here, and by {guard} at {gate} at {time} as well", **who_and_where(params)
    )


SENTENCES: dict[str, Sentence] = {
    "audit.rows_missing": "{count} row(s) before it are missing",
    "audit.row_changed": "it, or the row before it, was changed",
    "audit.end_missing": "the journal ends at row {last}, but row {noted} was the last written",
    "audit.no_inputs": "the recorded inputs can't be read: {said}",
    "audit.other_payload": "the payload does not read as it was recorded",
    "audit.decided_otherwise": "it says {recorded}, but is {decided}",
    "audit.no_green": "the admission of {serial} has no green light",
    "audit.no_admission": "its admission is missing",
    "audit.no_record": "the outcome of the admission of {serial} is missing",
    "audit.forged": "it was written by somebody who does not have this journal's key",
    "audit.unkeyed": "rows {first} to {last} were written without the journal's key",
    "audit.past_changed": "the rows up to {number} are not those that were there when the key "
    "was made",
    "audit.moves_changed": "the outcome of admissions was altered in changes {first} to {last}",
    "audit.moves_not_noted": "changes {first} to {last} to admissions are not in the journal: "
    "this program did not make them",
    "audit.kept_head_missing": "the key store knows row {number}, which is not in these records: "
    "they were cut, rolled back or replaced",
    "audit.given_head_missing": "these records do not contain the head {head}",
    "audit.key_missing": "this journal has a key, and the key is gone; a supervisor goes on with "
    "`scanner audit --reanchor`",
    "audit.key_locked": "this journal has a key, and the key store is locked; unlock it",
    "audit.whole": Plural(
        "Intact: {count} scan, decided as recorded.",
        "Intact: {count} scans, every one decided as recorded.",
    ),
    "audit.different": Plural(
        "{count} difference in {presentations} scans.",
        "{count} differences in {presentations} scans.",
    ),
    "audit.remark": "Noted       row {row}: {fact}",
    "audit.by_supervisor": "{serial}: {fact}",
    "audit.reanchored": "The chain is anchored anew at row {row}.",
    "journal.moved": "Changes {first} to {last} to admissions have the hash {digest}.",
    "journal.head_missing": "row {row} with the head {head} was written once, and is not in these "
    "records: they were cut, rolled back or replaced",
    "journal.key_lost": "the journal's key was gone, and a new one was made",
    "journal.key_locked": "the key store was locked, so rows were written without the key",
    "journal.reanchored": Plural(
        "a supervisor anchored the chain anew, {count} difference and {moves} changes being known",
        "a supervisor anchored the chain anew, {count} differences and {moves} changes being known",
    ),
    "journal.recovered": "a recovery has made these records, {moves} changes being known",
    "journal.opened": _opened,
    "journal.acknowledged": "{by} has handled {serial}, which was {state}: {note}",
    "journal.terminal_closed": _terminal_closed,
    "journal.stopped": _stopped,
    "journal.killed": _killed,
    "journal.end_told": "the guard was told how the gate had ended",
    "journal.session": "the gate was opened once more, for {event}: {name} at {device}",
    "journal.guard": "{name} stands at the gate, after {before}",
    "journal.reads": "codes are read by the camera {camera} and the hand scanner {scanner}",
    "journal.double_entry": _double_entry,
    "journal.claim_released": _claim_released,
    "journal.queue_exported": Plural(
        "the queue was written to file {number} for other gates: {count} admission",
        "the queue was written to file {number} for other gates: {count} admissions",
    ),
    "journal.exported": Plural(
        "{count} admission was exported", "{count} admissions were exported"
    ),
    "journal.recovered_in_part": Plural(
        "after a recovery there was {count} difference: rows are missing, or not this gate's own",
        "after a recovery there were {count} differences: rows are missing, or not this gate's own",
    ),
}
