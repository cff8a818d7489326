"""What keeps a bench from running."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "bench.no_photos": "{folder} holds no picture with its text in a .txt beside it; "
    "give another folder.",
}
