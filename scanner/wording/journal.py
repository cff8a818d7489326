"""What the journal notes of itself."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "journal.moved": "The admissions' moves {first} to {last} have the hash {digest}.",
}
