"""What the journal notes of itself."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
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
    "journal.exported": Plural(
        "{count} admission was exported", "{count} admissions were exported"
    ),
    "journal.recovered_in_part": Plural(
        "after a recovery there was {count} difference: rows are missing, or not this gate's own",
        "after a recovery there were {count} differences: rows are missing, or not this gate's own",
    ),
}
