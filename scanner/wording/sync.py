"""What stands between a gate and the API, and what to mind when a session is opened."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
    "sync.no_session": "No session is open on this gate; open one with `scanner open`.",
    "sync.wrong_code": "This code belongs to no admission token; check it, "
    "or ask the supervisor for another.",
    "sync.key_needed": "The ticketing API wants a valid key to open a session with; "
    "log in with `scanner login`, or give one in SCANNER_API_KEY.",
    "sync.token_dead": "The admission token is no longer valid; open a session with a valid token "
    "for this event, and what is queued is delivered.",
    "sync.network_off": "The network is left off; the queue waits for `scanner replay`.",
    "sync.namesake": "Another gate has admitted patrons under the name {name}; "
    "unless this is that gate, open it again with another --device.",
    "sync.waiting_elsewhere": Plural(
        "{count} admission to another event waits in the queue; "
        "open a session with that event's token to deliver it.",
        "{count} admissions to another event wait in the queue; "
        "open a session with that event's token to deliver them.",
    ),
}
