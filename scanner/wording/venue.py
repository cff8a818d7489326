"""What happens between the gates of one house and their nodes."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "venue.needs_extra": "A venue needs more libraries; install scanner[venue].",
    "venue.no_venue": "This gate belongs to no venue; join one: scanner venue join FILE.",
    "venue.already": "This gate belongs to the venue {name}; "
    "leave it first, or replace it with --replace.",
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
    "venue.no_gate": "The venue knows no gate called {gate}.",
    "venue.several_gates": "Several gates are called {gate}; give the key of one: {keys}",
    "venue.itself": "{gate} is this computer itself; expel it from another one.",
    "venue.not_expelled": "The nodes did not take it that {gate} is expelled: {why}",
}
