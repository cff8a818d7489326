"""What is wrong with a training scenario's file."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
    "scenario.listed": Plural("{title} ({count} patron)", "{title} ({count} patrons)"),
    "scenario.sound": Plural(
        "{title}: {count} patron, nothing wrong.", "{title}: {count} patrons, nothing wrong."
    ),
    "scenario.unknown": (
        "There is no scenario called '{name}'; scanner train --list names them all."
    ),
    "scenario.invalid": (
        "The scenario {file} can't be played: line {line}: {problem}; see all with scanner "
        "train --check {file}."
    ),
    "scenario.not_read": "The scenario {file} can't be read ({why}); name another.",
    "scenario.too_large": "the file is larger than {most} bytes: no scenario is",
    "scenario.not_utf8": "this is not UTF-8 text; save the file as UTF-8",
    "scenario.not_toml": "this is not TOML: {why}",
    "scenario.too_deep": "this is nested too deeply",
    "scenario.too_many_digits": "this number has too many digits",
    "scenario.nobody_valid": "a crowd needs some who are valid: valid = 10",
    "scenario.not_a_list_of_incidents": "write each incident as [[incident]]",
    "scenario.unknown_incident": "what must be one of {known}",
    "scenario.needs_before": "{what} needs a {first} before it",
    "scenario.once_only": "{what} can happen once only",
    "scenario.conflict_needs_twin": "a conflict needs a patron whom another gate lets in: twin = 1",
    "scenario.too_many_roles": "more kinds of patrons than patrons; let more come",
    "scenario.needs_outage": "{roles} come only in an outage: add what = 'network_down'",
    "scenario.outage_too_short": "the outage is too short for {patrons} patrons of its own",
    "scenario.misspelt_role": "no patron is called '{name}'; did you mean {near}?",
    "scenario.misspelt_setting": "no setting is called '{name}'; did you mean {near}?",
    "scenario.unknown_role": "no patron is called '{name}'; it can be {known}",
    "scenario.unknown_setting": "no setting is called '{name}'; it can be {known}",
    "scenario.no_table": "a [{name}] table is missing",
    "scenario.not_a_text": '{name} must be a text: {name} = "…"',
    "scenario.not_printable": "{name} holds characters that can't be shown",
    "scenario.too_long": "{name} has {length} characters; {most} are the most",
    "scenario.not_a_number": "{name} must be a number from {low} to {high}",
    "scenario.not_a_whole_number": "{name} must be a whole number from {low} to {high}",
    "scenario.not_shares": (
        "{name} must be a list of up to {most} numbers from 0 to {high}, not all 0"
    ),
    "scenario.not_a_range": (
        "{name} must be two numbers of seconds from {low} to {high}, the lower first"
    ),
}
