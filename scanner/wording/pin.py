"""What is wrong with a PIN, and what became of it."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
    "pin.not_digits": "A PIN has {shortest} to {longest} digits; choose another.",
    "pin.too_easy": "This PIN is too easy to guess; choose another.",
    "pin.set": "The PIN is set.",
    "pin.changed": "The PIN is changed.",
    "pin.reset": "The PIN is reset.",
    "pin.wrong": "This is not the PIN; try again.",
    "pin.wait": Plural(
        "Too many wrong tries; try again in {count} second.",
        "Too many wrong tries; try again in {count} seconds.",
    ),
    "pin.not_administrator": "Only this machine's administrator can reset the PIN; "
    "run `sudo scanner pin --reset`, with SCANNER_HOME where the data have a folder of their own.",
}
