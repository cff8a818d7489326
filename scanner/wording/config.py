"""What is wrong with the settings, and what each takes."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "config.unreadable": "The configuration file {file} can't be read ({why}); mend or remove it.",
    "config.unknown": "There is no setting '{name}'; remove it from {file}.",
    "config.unusable": "The setting '{name}' can't be used; it takes {expected}. "
    "Mend it in {file}, {variable} or the command's flags.",
    "config.unsaved": "The setting '{name}' can't be saved in {file} ({why}); "
    "mend or remove the file.",
    "config.choice": "one of {choices}",
    "config.switch": "true or false",
    "config.whole_number": "a whole number from {least} to {most}",
    "config.number": "a number above {above} and up to {most}",
    "config.text": "a text",
}
