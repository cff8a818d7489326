"""What keeps a command from running, how one ended, and what the server for browsers says."""

from scanner.facts import Value
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import day_and_time, plain
from scanner.wording.sentences import Params, Plural, Sentence


def _count(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _tickets(params: Params) -> str:
    return say_count("{count} ticket", "{count} tickets", _count(params["tickets"]))


def _sections(params: Params) -> str:
    return plain(str(params["sections"])) or say("no section")


def _synced(params: Params) -> str:
    return say(
        "Synced: {tickets} for {sections}.", tickets=_tickets(params), sections=_sections(params)
    )


def _delivered(params: Params) -> str:
    settled = [
        say_count("{count} confirmed", "{count} confirmed", _count(params["confirmed"])),
        say_count("{count} conflict", "{count} conflicts", _count(params["conflict"])),
        say_count("{count} refused", "{count} refused", _count(params["refused"])),
    ]
    counts = (params["confirmed"], params["conflict"], params["refused"])
    told = [each for each, count in zip(settled, counts, strict=True) if count]
    return say_count(
        "Sent: {settled}; {count} still waits.",
        "Sent: {settled}; {count} still wait.",
        _count(params["waiting"]),
        settled=", ".join(told) or say("nothing was waiting"),
    )


def _opened(params: Params) -> str:
    return say(
        "Open: {event} · {sections} · {tickets} · {name} at {device}",
        event=plain(str(params["event"])),
        sections=_sections(params),
        tickets=_tickets(params),
        name=plain(str(params["name"])),
        device=plain(str(params["device"])),
    )


def _whoami(params: Params) -> str:
    return say(
        "{name}, since {started}.",
        name=plain(str(params["name"] or "")) or say("Somebody"),
        started=plain(day_and_time(params["started"] or "")) or say("some time"),
    )


SENTENCES: dict[str, Sentence] = {
    "cli.unexpected": "Something went wrong that should not have ({kind}); "
    "nothing recorded is lost, and the detail is in {file}.",
    "cli.aborted": "Stopped.",
    "cli.gate_needs_terminal": "The gate's screen needs a terminal; start it from one.",
    "cli.kiosk_needs_terminal": "The kiosk's screen needs a terminal; start it from one.",
    "cli.kiosk_needs_pin": "Nobody could leave a kiosk without a PIN; set one with `scanner pin`.",
    "cli.demo_needs_terminal": "The demo's screen needs a terminal; without one, use --headless.",
    "cli.training_needs_terminal": "The training's screen needs a terminal; "
    "without one, use --auto or --list.",
    "cli.live_view_needs_terminal": "The live view needs a terminal; "
    "run `scanner decode` for files.",
    "cli.no_camera_chosen": "No camera is chosen; name one with --camera.",
    "cli.delivering_elsewhere": "Another process sends the queue now; see `scanner status`.",
    "cli.only_at_ticketing": "This gate is open at pretix, which this command can't ask; "
    "name a server of TickeTing's with --api.",
    "cli.no_command": "There is no command {name}.",
    "cli.no_command_but": "There is no command {name}; did you mean {near}?",
    "cli.no_option": "There is no option {name}.",
    "cli.no_option_but": "There is no option {name}; did you mean {near}?",
    "cli.alone": "The option {name} takes no value.",
    "cli.incomplete": "The option {name} needs a value behind it.",
    "cli.missing": "{name} is missing.",
    "cli.too_much": "That is more than the command takes: {text}",
    "cli.unfit": "{name} takes {expected}.",
    "cli.unclear": "The command can't be understood: {why}",
    "cli.help": "For help: {command} --help",
    "cli.needs": "{name} works only together with {other}.",
    "cli.only_at_pretix": "{name} is for a gate at pretix; a token's code says what it opens.",
    "cli.not_at_pretix": "{name} is not for a gate at pretix, whose device has its server and key.",
    "cli.address_alone": "This is an address without a code; pretix shows both for a new device: "
    'scanner open "ADDRESS CODE".',
    "cli.excludes": "{name} can't be used together with {other}.",
    "cli.no_user": "Name the user, or give a key with SCANNER_API_KEY or --api-key.",
    "cli.nothing_came": "{what}: nothing came from standard input; pipe the secret in.",
    "cli.no_scenario": "Name a scenario; --list shows all of them.",
    "cli.whole_number": "a whole number",
    "cli.from": "a number of at least {least}",
    "cli.from_to": "a number from {least} to {most}",
    "cli.number": "a number",
    "cli.file": "the path of a file or a folder",
    "cli.choice": "one of these: {choices}",
    "cli.ending": "a file whose name ends in one of these: {choices}",
    "cli.digits": "{least} to {most} hexadecimal digits",
    "cli.text": "a text",
    "cli.exported": "Written: {file}",
    "cli.acknowledged": "Noted: {serial} is no alarm any more.",
    "cli.claim_released": "{serial} is free: {guard} at {gate} had it. "
    "The next gate that is asked lets it in.",
    "cli.server": "Server: {api}",
    "cli.list_short": "The API reports {total} entries, but only {came} came: "
    "this list may lack some; ask again later.",
    "cli.list_endless": "The API's list does not come to an end: {came} entries came of the "
    "{total} that it reports; tell who runs the server.",
    "cli.synced": _synced,
    "cli.delivered": _delivered,
    "cli.opened": _opened,
    "cli.whoami": _whoami,
    "cli.folder_unusable": "The folder {folder} can't be used ({why}); "
    "choose another with --folder.",
    "bench.no_photos": "{folder} holds no picture with its text in a .txt beside it; "
    "give another folder.",
    "web.no_password": "Everybody who reaches {host} could admit people; give a --password-file.",
    "web.no_library": "The library for browsers is missing; "
    "install it with `pip install textual-serve`.",
    "web.port_unusable": "Port {port} of {host} can't be listened at ({why}); "
    "choose another --port.",
    "web.password_unreadable": "The password file {file} can't be read; "
    "give one with the password in it.",
    "web.password_empty": "The password file {file} is empty; write the password into it.",
    "web.password_short": "The password in {file} has fewer than {shortest} characters; "
    "choose a longer one.",
    "web.password_shared": "Others can read the password file {file}; run `chmod 600` on it.",
    "web.password_no_hash": "The Argon2 hash in the password file {file} is incomplete; "
    "write the whole hash, or the password, into it.",
    "web.certificate_unusable": "The certificate {file} can't be used with its key ({why}); "
    "give both as PEM, the key without a password, by --certificate and --key.",
    "web.open": "The gate is open to browsers; Ctrl+C ends it.",
    "web.unencrypted": "The password and the screen cross the network unencrypted; "
    "give --certificate and --key.",
    "web.too_many_tries": Plural(
        "Too many wrong passwords; try again in {count} second.",
        "Too many wrong passwords; try again in {count} seconds.",
    ),
    "web.not_started": "The gate did not start; the terminal of `scanner gate --web` says why.",
    "web.too_many_windows": "All {most} windows are in use; close one of them, "
    "and reload this one.",
    # the page in the browser
    "web.page_opening": "The gate is opening.",
    "web.page_ended": "The gate has ended. Everything that it recorded is kept.",
    "web.page_again": "Open it again",
    "web.page_camera": "Camera",
    "web.page_type": "Type",
    "web.page_find": "Find",
    "web.page_override": "Override",
    "web.page_let_in": "Let in",
    "web.page_statistics": "Statistics",
    "web.page_help": "Help",
    "web.page_back": "Back",
    "web.page_enter": "Enter",
    "web.page_keyboard": "Keyboard",
    "web.camera_insecure": "Browsers give a camera to encrypted pages only; "
    "start the gate with --certificate and --key.",
    "web.camera_none": "This browser has no camera; type serials, or use a hand scanner.",
    "web.camera_refused": "This browser may not use the camera; "
    "allow it in the browser's settings, then press Camera.",
    "web.camera_busy": "Another program uses the camera; close it, then press Camera.",
    "web.camera_failed": "The camera gives no picture; press Camera to try again.",
}
