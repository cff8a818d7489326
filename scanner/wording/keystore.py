"""What is wrong with the stored secrets."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "keystore.unreadable": "The file of secrets {file} can't be read ({why}); "
    "mend or remove it, then log in again.",
    "keystore.damaged": "The file of secrets {file} is damaged; "
    "mend or remove it, then log in again.",
    "keystore.locked": "Another program holds on to {file}; end it, then try again.",
    "keystore.unwritable": "The secret can't be kept in {file} ({why}); "
    "make the folder writable, then try again.",
    "keystore.shut": "The system's key store is locked or does not answer; unlock it, "
    "then try again.",
    "keystore.no_such_choice": "{variable} is '{value}'; set it to 'system' or 'file'.",
}
