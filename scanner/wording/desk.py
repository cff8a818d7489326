"""What the supervisor's commands say."""

from scanner.admission.ticket import Unclaimed
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Sentence, shown
from scanner.wording.ticket_notice import policy_word

_LONGEST_LIST = 2000
"""Characters of a list of sections: the URI that is looked for may be its last."""


def _ambiguous(params: Params) -> str:
    return say(
        "More than one section is called '{section}'; give the URI: {sections}.",
        section=plain(str(params["section"])),
        sections=plain(str(params["sections"]), _LONGEST_LIST),
    )


def _no_section(params: Params) -> str:
    return say(
        "'{event}' has no section '{section}'; its sections are {sections}.",
        event=plain(str(params["event"])),
        section=plain(str(params["section"])),
        sections=plain(str(params["sections"]), _LONGEST_LIST),
    )


def _venue_answers(params: Params) -> str:
    return say(
        "{name}: something listens at {node}. While no other gate can be asked: {policy}.",
        **_venue(params),
        node=shown(params["node"]),
    )


def _venue_away(params: Params) -> str:
    return say(
        "{name}: none of its known nodes answers. While that is so: {policy}.", **_venue(params)
    )


def _venue_unnamed(params: Params) -> str:
    return say(
        "{name}: none of its nodes was met yet. While none answers: {policy}.",
        **_venue(params),
    )


def _venue(params: Params) -> dict[str, str]:
    words = {each.value: policy_word(each) for each in Unclaimed}
    policy = str(params["policy"])
    return {"name": shown(params["name"]), "policy": words.get(policy, plain(policy))}


SENTENCES: dict[str, Sentence] = {
    "desk.not_logged_in": "Nobody is logged in; use `scanner login` first, or give --api-key.",
    "desk.nothing_to_end": "Nobody is logged in, so there is nothing to end.",
    "desk.other_api": "The login is for {kept}, not for {asked}; "
    "use `scanner login --api {asked}` first, or give --api-key.",
    "desk.no_key_given": "No key was given; set SCANNER_API_KEY or use --api-key.",
    "desk.impossible_key": "The given key holds characters that no key has; copy it once more.",
    "desk.key_refused": "{host} does not take this key ({status}); check the key and --api.",
    "desk.key_wanted": "{host} wants a key before it starts a session; "
    "set your application's as SCANNER_API_KEY, or give it with --api-key.",
    "desk.key_starts_no_session": "{host} does not start sessions for the given key; "
    "check SCANNER_API_KEY or --api-key.",
    "desk.wrong_password": "{host} does not take this password for '{account}'; "
    "check it and try again.",
    "desk.no_account": "There is no account '{account}' at {host}; "
    "check the user name or e-mail address, and --api.",
    "desk.session_started": "Logged in at {host} as {name}.",
    "desk.key_kept": "The key is kept, and used to ask {host} from now on.",
    "desk.session_ended": "Logged out; the session at {host} has ended.",
    "desk.session_already_ended": "Logged out; the session at {host} had ended already.",
    "desk.session_not_ended": "Logged out here, but the session could not be ended at {host}; "
    "its key is forgotten.",
    "desk.key_forgotten": "The key for {host} is forgotten here; it stays valid at the API.",
    "desk.no_event": "'{named}' names no event; give its number or its URI, like /events/1.",
    "desk.token_of_another_event": "This is a token of {event}, not of {asked}; name its event.",
    "desk.no_token": "No token of {event} has this code, number or URI; "
    "`scanner tokens list {number}` shows them.",
    "desk.no_section": _no_section,
    "desk.no_sections": "'{event}' has no sections.",
    "desk.section_ambiguous": _ambiguous,
    "desk.no_device": "This computer is no device of a pretix yet: give `scanner open` what pretix "
    "shows for a new device, its QR's text or its address and code.",
    "desk.no_events": "This device may see no events in pretix; give it one there.",
    "desk.no_such_event": "'{event}' names none of this device's events: {known}.",
    "desk.several_events": "This device may be used at several events; name one with --event: "
    "{known}.",
    "desk.no_lists": "'{event}' has no check-in list; make one in pretix.",
    "desk.no_such_list": "'{list}' names none of the check-in lists: {known}.",
    "desk.several_lists": "There are several check-in lists; name one with --list: {known}.",
    "desk.list_rules": "This list has rules that only pretix can judge; "
    "without a network, patrons are let in without them.",
    "desk.list_questions": "This list has questions to be answered at the door; "
    "this gate asks none, and without a network lets patrons in.",
    "desk.list_addons": "At this list pretix finds a patron's add-on by the code of the main "
    "ticket, which this gate does not; let patrons show the add-on's own code.",
    "desk.token_updated": "Token {token} now admits to: {sections}.",
    "desk.token_revoked": "Token {token} is revoked; no gate can use it any more.",
    "desk.token_kept": "Nothing is revoked.",
    "desk.export_unwritable": "The file {file} can't be written ({why}); choose another place.",
    "desk.card_secret": "Who has this card can open a gate: give it to nobody else, "
    "and revoke the token when it is lost.",
    "desk.card_without_key": "No application's key is on this card; where the server wants one, "
    "give it with SCANNER_API_KEY. Who has this card can open a gate.",
    "desk.export_exists": "The file {file} is there already; choose another name, "
    "or replace it with --overwrite.",
    "doctor.decoder": "decoder {library}",
    "doctor.camera": "camera",
    "doctor.scanners": "scanners",
    "doctor.folder": "data folder",
    "doctor.disk": "disk",
    "doctor.key_store": "key store",
    "doctor.name": "name",
    "doctor.lists": "lists",
    "doctor.name_unique": "No other gate is known to use it.",
    "doctor.lists_read": "Every entry of the API's lists could be read.",
    "doctor.link": "link",
    "doctor.clock": "clock",
    "doctor.venue": "venue",
    "doctor.venue_none": "None was joined: this gate decides alone.",
    "doctor.venue_answers": _venue_answers,
    "doctor.venue_away": _venue_away,
    "doctor.venue_unnamed": _venue_unnamed,
    "doctor.decoder_reads": "It reads codes.",
    "doctor.decoder_missing": "It is missing; the others read without it.",
    "doctor.no_decoder": "It is missing, and nothing else reads codes.",
    "doctor.no_camera_wanted": "None is wanted: serials are typed or scanned by hand.",
    "doctor.no_camera": "None is plugged in; hand scanners and typed serials work without.",
    "doctor.camera_there": "Camera {number} is {name}.",
    "doctor.other_camera": "Camera {number} is not there, but {name} is.",
    "doctor.there": "{name} is there.",
    "doctor.away": "{name} is not there.",
    "doctor.not_permitted": "{name} may not be used by you.",
    "doctor.scanners_there": "Plugged in: {names}.",
    "doctor.no_scanner": "None is recognised; one that types like a keyboard works all the same.",
    "doctor.scanner_away": "{name} is not there; those that type work all the same.",
    "doctor.no_serial_library": "{name} needs the library for serial ports.",
    "doctor.folder_writable": "{folder} can be written.",
    "doctor.folder_unwritable": "{folder} can't be written ({why}).",
    "doctor.folder_public": "{folder} can be read by others.",
    "doctor.free": "{gigabytes} GB are free.",
    "doctor.free_unknown": "How much is free can't be told.",
    "doctor.key_store_keeps": "It keeps a secret and forgets it.",
    "doctor.key_store_is_file": "There is none: a file of this user's stands in for it, and who "
    "can read that file can forge the journal.",
    "doctor.key_store_forgets": "It forgets what it was given.",
    "doctor.api_answers": "{host} answers.",
    "doctor.clock_behind": "It is {seconds} s behind the server's.",
    "doctor.clock_ahead": "It is {seconds} s ahead of the server's.",
    "doctor.clock_uncompared": "Nothing to compare it with.",
}
