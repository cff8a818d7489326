"""What stands between a gate and the API, and what became of an admission there."""

from scanner.wording.catalogue import say
from scanner.wording.plain import recorded_time
from scanner.wording.sentences import Params, Plural, Sentence, shown


def _admitted_before(params: Params) -> str:
    guard = shown(params.get("guard")) or say("somebody")
    gate = shown(params.get("gate")) or say("a gate")
    time = recorded_time(params.get("at"))
    if not time:
        return say("admitted before by {guard} at {gate}", guard=guard, gate=gate)
    return say("admitted before by {guard} at {gate} at {time}", guard=guard, gate=gate, time=time)


def _admitted_by_copy(params: Params) -> str:
    return say(
        "{admitted}; that was not this gate, but maybe a copy of its data",
        admitted=_admitted_before(params),
    )


SENTENCES: dict[str, Sentence] = {
    "sync.no_session": "No session is open on this gate; open one with `scanner open`.",
    "sync.wrong_code": "This code belongs to no admission token; check it, "
    "or ask the supervisor for another.",
    "sync.other_event": "This is for another event or check-in list: {event}.",
    "sync.other_platform": "This is another ticketing system's than the one this gate is open at; "
    "quit the gate, and open it with `scanner open`.",
    "sync.key_needed": "The ticketing API wants a valid key to open a session with; "
    "log in with `scanner login`, or give one in SCANNER_API_KEY.",
    "sync.token_dead": "This gate's token or device is no longer valid; open the gate for this "
    "event with a new one, and what is queued is sent.",
    "sync.network_off": "The network is left off; the queue waits for `scanner replay`.",
    "sync.namesake": "Another gate has admitted patrons under the name {name}; "
    "unless this is that gate, open it again with another --device.",
    "sync.copy": "The API has admissions of this gate that it has no record of, such as {serial}: "
    "a copy of its data is in use, or its data is an old copy. Tell the supervisor.",
    "sync.name_taken": "Another gate of this event is called {device} already, and {redeemer} let "
    "patrons in there; give this one another name.",
    "sync.name_empty": "A gate needs two names: the guard's (--name) and its own (--device).",
    "sync.waiting_elsewhere": Plural(
        "{count} admission to another event waits in the queue; "
        "open the gate for that event again to send it.",
        "{count} admissions to another event wait in the queue; "
        "open the gate for that event again to send them.",
    ),
    "sync.entries_left_out": Plural(
        "{count} entry of the API's lists can't be read, and is not known here ({fields}).",
        "{count} entries of the API's lists can't be read, and are not known here ({fields}).",
    ),
    "sync.fields_left_out": Plural(
        "{count} field of the API's lists can't be read; verdicts go on without it ({fields}).",
        "{count} fields of the API's lists can't be read; verdicts go on without them ({fields}).",
    ),
    "sync.list_shrunk": "{missing} of {known} tickets are missing from the API's list; they stay "
    "valid until a second reading says the same, or until `scanner sync --accept-shrink`.",
    "sync.list_short": "The API reports {known} tickets, but {missing} did not come; "
    "a second reading that says the same is taken, or `scanner sync --accept-shrink`.",
    "sync.admitted_before": _admitted_before,
    "sync.admitted_by_copy": _admitted_by_copy,
    "sync.unknown_ticket": "the API does not know this ticket",
    "sync.withdrawn": "the ticket was withdrawn",
    "sync.not_permitted": "the token no longer permits {section}",
    "sync.not_granted": "the API granted no admission; the ticket's status is {status}",
    "sync.may_arrive": "{refusal}; an earlier request may still arrive",
    "sync.no_answer": "no answer came; the API does not list it",
    "sync.never_sent": "it did not leave this gate",
    "sync.batch_refused": "the API did not take the batch: {said}",
    "sync.batch_too_large": "the API takes smaller batches",
    "sync.no_requests": "the API took no requests ({status})",
    "sync.no_reason": "it gave no reason",
    "sync.handed_over": "the other gates have it too, for whichever reaches the API first",
    "sync.undone": "the admission was undone at the server",
}
