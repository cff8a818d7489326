"""What happens between the gates of one house and their nodes."""

from scanner.facts import Value
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Sentence


def _count(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _uplink_state(params: Params) -> str:
    name = plain(str(params["name"]))
    told = (
        say("Connected to the venue {name}.", name=name)
        if params["venue"]
        else say("No node of {name} answers yet.", name=name),
        say("The server is reached.")
        if params["server"]
        else say("The server is not reached: nothing is sent."),
    )
    return " ".join(told)


def _queue_sent(params: Params) -> str:
    return say_count(
        "{count} admission of other gates was sent; {waiting} waiting.",
        "{count} admissions of other gates were sent; {waiting} waiting.",
        _count(params["sent"]),
        waiting=_count(params["waiting"]),
    )


def _uplink_ended(params: Params) -> str:
    return say_count(
        "Ended. {count} admission of other gates was sent in all.",
        "Ended. {count} admissions of other gates were sent in all.",
        _count(params["sent"]),
    )


def _queue_exported(params: Params) -> str:
    own = say_count("{count} admission", "{count} admissions", _count(params["admissions"]))
    others = say_count(
        "{count} outcome for other gates",
        "{count} outcomes for other gates",
        _count(params["outcomes"]),
    )
    return say(
        "Exported: {admissions}, {outcomes}, as file {number} of this gate: {file}",
        admissions=own,
        outcomes=others,
        number=_count(params["number"]),
        file=plain(str(params["file"])),
    )


def _queue_imported(params: Params) -> str:
    return say(
        "Imported from {gate}, file {number}: {new} new, {known} known already, "
        "{elsewhere} for sections of other gates; {applied} of this gate's own are settled by it.",
        gate=plain(str(params["gate"])),
        number=_count(params["number"]),
        new=_count(params["new"]),
        known=_count(params["known"]),
        elsewhere=_count(params["elsewhere"]),
        applied=_count(params["applied"]),
    )


SENTENCES: dict[str, Sentence] = {
    "venue.needs_extra": "A venue needs more libraries; install scanner[venue].",
    "venue.no_venue": "This gate belongs to no venue; join one: scanner venue join FILE.",
    "venue.already": "This gate belongs to the venue {name}; "
    "leave it first, or replace it with --replace.",
    "venue.member": "This computer is a member of the venue {name} already, called {gate}; "
    "to join anew, add --replace.",
    "venue.administers": "This computer is a member of the venue {name} already, called {gate}, "
    "and can administer it; to give that up: scanner venue leave --with-authority",
    "venue.exists": "This computer belongs to the venue {name} already; leave it first.",
    "venue.unreadable": "{file} can't be read: {why}.",
    "venue.unknown_file": "{file} is not what this version of scanner writes; "
    "leave the venue, and join it again.",
    "venue.unwritable": "{file} can't be written: {why}.",
    "venue.no_authority": "This computer can't administer the venue {name}; "
    "do it where the venue was made, or at a node.",
    "venue.holds_authority": "This computer can administer the venue {name}; "
    "to give that up too, add --with-authority.",
    "venue.two_nodes": "Two nodes are worse than one, since both must live to agree; "
    "take 1, 3 or 5.",
    "venue.unfit_name": "A venue's name is 1 to 40 characters long, and may be the name of a file.",
    "venue.unfit_address": "{address} is no address of a node; give HOST or HOST:PORT.",
    "venue.no_invitation": "This is no invitation to a venue.",
    "venue.newer_invitation": "This invitation is from a newer version of scanner; install that.",
    "venue.damaged_invitation": "This invitation is damaged or not whole; "
    "copy the file again, or show the whole code.",
    "venue.unread_picture": "{file} shows no invitation to a venue that can be read.",
    "venue.sealed": "A message can't be opened with this venue's key.",
    "venue.unreachable": "No node of the venue answers; check the network, "
    "and that scanner venue serve runs.",
    "venue.refused": "The venue's nodes do not let this computer in; "
    "join again with a new invitation.",
    "venue.not_held": "No gate of the venue holds {serial}.",
    "venue.no_ticket": "This gate's list has no ticket {ticket}.",
    "venue.no_gate": "The venue knows no gate called {gate}.",
    "venue.several_gates": "Several gates are called {gate}; give the key of one: {keys}",
    "venue.itself": "{gate} is this computer itself; expel it from another one.",
    "venue.not_expelled": "The nodes did not take it that {gate} is expelled: {why}",
    "venue.not_registered": "This gate was never seen by a node of {name}, "
    "so that no other gate would know it; connect it to the venue once.",
    "venue.no_queue_file": "{file} is no file of scanner queue export.",
    "venue.newer_queue_file": "{file} is from a newer version of scanner; install that.",
    "venue.other_venues_queue_file": "{file} is another venue's; this gate belongs to {name}.",
    "venue.queue_file_not_whole": "{file} is not whole; nothing was imported. Copy it again.",
    "venue.queue_file_changed": "{file} is damaged, was changed, or is of no gate of this venue; "
    "nothing was imported. Copy it again.",
    "venue.queue_file_too_large": "{file} is larger than any queue; nothing was imported.",
    "venue.queue_file_older": "{file} is older than what was imported from {gate} before; "
    "nothing was imported.",
    "venue.queue_file_own": "{file} is this gate's own; import it at another gate.",
    "venue.queue_busy": "This gate is sending just now; try again in a moment.",
    "venue.uplink_state": _uplink_state,
    "venue.queue_sent": _queue_sent,
    "venue.uplink_ended": _uplink_ended,
    "venue.head_went_back": "the records of {gate} went back from row {row} to row {now}: "
    "some were lost, or an old copy was put back",
    "venue.head_other_row": "the records of {gate} have another row {row} than before: "
    "they were rewritten, or two gates use the same",
    "venue.head_rewritten": "the records of {gate} have other rows up to row {row} than before: "
    "they were rewritten",
    "venue.queue_exported": _queue_exported,
    "venue.queue_imported": _queue_imported,
    "venue.queue_sends": "what is new goes to the server with this gate's own queue; "
    "scanner queue export takes the outcomes back.",
    "venue.made": "The venue {name} is made; this computer is its manager and a gate of it.",
    "venue.next_node": "Next, run its node here: scanner venue serve",
    "venue.next_nodes": "Next, on each computer that is to run a node: "
    "scanner venue join {node}, then scanner venue serve; here, scanner venue serve alone.",
    "venue.next_gates": "On each other gate: scanner venue join {join}, or the picture {picture}.",
    "venue.keep_secret": "who has these files can join; give them to your own people, "
    "and delete them after the event.",
    "venue.joined": "This gate is a member of the venue {name}, called {gate}.",
    "venue.joined_node": "This computer is a member of the venue {name}, called {gate}; "
    "run its node with: scanner venue serve",
    "venue.registers_later": "no node answers yet; "
    "this gate registers by itself when it first meets one.",
    "venue.left": "This gate has left the venue {name}, and decides alone.",
    "venue.see_to": "what it let in without the venue is not settled any more, "
    "and what it carried for other gates is not sent; see scanner status.",
    "venue.expelled": "{gate} is expelled from {name} for good.",
    "venue.new_invitation": "The old invitation is void; the new one is in {join} and {picture}.",
    "venue.if_a_node": "if it was a node, it can still make gates of this venue; make a new venue.",
    "venue.kept": "Nobody was expelled.",
}
