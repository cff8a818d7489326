"""What is wrong with a PIN."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "pin.not_digits": "A PIN has {shortest} to {longest} digits; choose another.",
    "pin.too_easy": "This PIN is too easy to guess; choose another.",
}
