"""What an audit found, and what the journal notes of itself."""

from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Plural, Sentence


def _opened(params: Params) -> str:
    reason, by = plain(str(params.get("reason", ""))), plain(str(params.get("by") or ""))
    return say(
        "{name} opened the gate, whose ledger was an old copy: {reason}",
        name=by or say("a supervisor"),
        reason=reason,
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
    "audit.no_record": "what became of the admission of {serial} is missing",
    "audit.forged": "it was written by somebody who does not have this journal's key",
    "audit.unkeyed": "rows {first} to {last} were written without the journal's key",
    "audit.past_changed": "the rows up to {number} are not those that were there when the key "
    "was made",
    "audit.moves_changed": "what became of admissions was changed in moves {first} to {last}",
    "audit.moves_not_noted": "moves {first} to {last} of admissions are not in the journal: "
    "this program did not make them",
    "audit.kept_head_missing": "the key store knows row {number}, which is not in this ledger: "
    "it was cut, rolled back or replaced",
    "audit.given_head_missing": "this ledger does not contain the head {head}",
    "audit.key_missing": "this journal has a key, and the key is gone; a supervisor goes on with "
    "`scanner audit --reanchor`",
    "audit.key_locked": "this journal has a key, and the key store is locked; unlock it",
    "audit.whole": Plural(
        "Whole: {count} presentation, decided as recorded.",
        "Whole: {count} presentations, every one decided as recorded.",
    ),
    "audit.different": Plural(
        "{count} difference in {presentations} presentations.",
        "{count} differences in {presentations} presentations.",
    ),
    "audit.remark": "Noted       row {row}: {fact}",
    "audit.reanchored": "The chain is anchored anew at row {row}.",
    "journal.moved": "The admissions' moves {first} to {last} have the hash {digest}.",
    "journal.head_missing": "row {row} with the head {head} was written once, and is not in this "
    "ledger: it was cut, rolled back or replaced",
    "journal.key_lost": "the journal's key was gone, and a new one was made",
    "journal.key_locked": "the key store was locked, so rows were written without the key",
    "journal.reanchored": Plural(
        "a supervisor anchored the chain anew, {count} difference and {moves} moves being known",
        "a supervisor anchored the chain anew, {count} differences and {moves} moves being known",
    ),
    "journal.recovered": "a recovery has made this ledger, {moves} moves being known",
    "journal.opened": _opened,
    "journal.acknowledged": "{by} has seen to {serial}, which was {state}: {note}",
    "journal.exported": Plural(
        "{count} admission was exported", "{count} admissions were exported"
    ),
    "journal.recovered_in_part": Plural(
        "after a recovery there was {count} difference: rows are missing, or not this gate's own",
        "after a recovery there were {count} differences: rows are missing, or not this gate's own",
    ),
}
