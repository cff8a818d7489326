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
    "pretix.profile": "pretix lets this device do only what its security profile {profile} says, "
    "and a gate needs the tickets too; choose the profile pretixSCAN there.",
}
