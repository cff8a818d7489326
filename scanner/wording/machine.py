"""What is wrong with this machine's PIN, stored secrets and settings, and what a setting takes."""

from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Plural, Sentence


def _set(params: Params) -> str:
    if name := plain(str(params.get("name") or "")):
        return say("The PIN of {name} is set.", name=name)
    return say("The PIN is set.")


def _changed(params: Params) -> str:
    if name := plain(str(params.get("name") or "")):
        return say("The PIN of {name} is changed.", name=name)
    return say("The PIN is changed.")


def _reset(params: Params) -> str:
    if name := plain(str(params.get("name") or "")):
        return say("The PIN of {name} is reset.", name=name)
    return say("The PIN is reset.")


SENTENCES: dict[str, Sentence] = {
    "pin.not_digits": "A PIN has {shortest} to {longest} digits; choose another.",
    "pin.too_easy": "This PIN is too easy to guess; choose another.",
    "pin.taken": "Another supervisor has this PIN; choose another.",
    "pin.too_many": "There are {most} PINs already; remove one first.",
    "pin.nobody": "There is no PIN of {name} to remove, or it is the only one.",
    "pin.rule": "A PIN has {shortest} to {longest} digits: not all the same, and not a row "
    "such as 123456 or 654321.",
    "pin.house": "the house's, without a name",
    "pin.set": _set,
    "pin.changed": _changed,
    "pin.reset": _reset,
    "pin.removed": "The PIN of {name} is removed.",
    "pin.unset": "No PIN is set; `scanner pin` sets one.",
    "pin.wrong": "This is not the PIN; try again.",
    "pin.set_already": "There is a PIN already; change it with `scanner pin`.",
    "pin.wait": Plural(
        "Too many wrong tries; try again in {count} second.",
        "Too many wrong tries; try again in {count} seconds.",
    ),
    "pin.not_administrator": "Only this machine's administrator can reset the PIN; "
    "run `sudo scanner pin --reset`, with SCANNER_HOME where the data have a folder of their own.",
    "pin.key_store_elsewhere": "The key store that has the PIN can't be reached from here; "
    "have the owner of the data log in on this machine, then try again.",
    "keystore.unreadable": "The file of secrets {file} can't be read ({why}); "
    "fix or remove it, then log in again.",
    "keystore.damaged": "The file of secrets {file} is damaged; "
    "fix or remove it, then log in again.",
    "keystore.locked": "Another program holds on to {file}; end it, then try again.",
    "keystore.unwritable": "The secret can't be kept in {file} ({why}); "
    "make the folder writable, then try again.",
    "keystore.shut": "The system's key store is locked or does not answer; unlock it, "
    "then try again.",
    "keystore.no_such_choice": "{variable} is '{value}'; set it to 'system' or 'file'.",
    "config.unreadable": "The configuration file {file} can't be read ({why}); fix or remove it.",
    "config.unknown": "There is no setting '{name}'; remove it from {file}.",
    "config.unusable": "The setting '{name}' can't be used; it takes {expected}. "
    "Correct it in {file}, {variable} or the command's flags.",
    "config.unsaved": "The setting '{name}' can't be saved in {file} ({why}); "
    "fix or remove the file.",
    "config.choice": "one of {choices}",
    "config.switch": "true or false",
    "config.whole_number": "a whole number from {least} to {most}",
    "config.number": "a number above {above} and up to {most}",
    "config.text": "a text",
    "config.codes": "kinds of codes with commas between them, or all: {choices}",
}
