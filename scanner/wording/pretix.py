"""What happened between a gate and a pretix."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "pretix.newer_handshake": "This code is for a newer kind of device; "
    "install a newer version of scanner.",
    "pretix.token_unknown": "pretix does not know this device's code; "
    "check it, and that it is from the same server.",
    "pretix.token_used": "This device's code was used before, and works only once; "
    "make a new device in pretix.",
    "pretix.token_revoked": "This device was revoked in pretix; make a new one there.",
    "pretix.token_refused": "pretix does not take this device's code; "
    "make a new device there, and update scanner or pretix.",
    "pretix.answer_lost": "pretix's answer to the device's code was lost on the way; "
    "try it once more, and if the code was used by then, make a new device in pretix.",
    "pretix.no_list": "A gate at pretix is opened for a check-in list; choose one.",
    "pretix.key_refused": "pretix does not take this device's key any more; "
    "set this computer up as a new device of pretix.",
    "pretix.unknown": "pretix does not know this ticket, or no longer",
    "pretix.unpaid": "the ticket is not paid",
    "pretix.canceled": "the ticket was cancelled",
    "pretix.unapproved": "the order is not approved yet",
    "pretix.blocked": "the ticket is blocked",
    "pretix.revoked": "the ticket's code was revoked",
    "pretix.product": "the check-in list does not admit this product",
    "pretix.ambiguous": "the check-in list admits several add-ons of this ticket",
    "pretix.rules": "the rules of the check-in list do not admit it",
    "pretix.invalid_time": "the ticket is not valid at this time",
    "pretix.incomplete": "questions of this ticket are not answered",
    "pretix.not_taken": "pretix can't read this code: {said}",
    "pretix.other": "pretix refuses it: {reason}",
    "pretix.explained": "{refusal}; pretix says: {said}",
    "pretix.profile": "pretix lets this device do only what its security profile {profile} says, "
    "and a gate needs the tickets too; choose the profile pretixSCAN there.",
}
