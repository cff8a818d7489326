"""What the server of the gate in browsers says."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
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
}
