"""Who comes to the gate: the parts that patrons play, and what they say. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.verdict import Kind


class Role(StrEnum):
    """A patron's part; the values are those of scenario files."""

    VALID = "valid"
    PARTNER = "partner"
    TOUT = "tout"
    WRONG_SECTION = "wrong_section"
    YESTERDAY = "yesterday"
    OTHER_EVENT = "other_event"
    PAYMENT_CODE = "payment_code"
    OTHER_CODE = "other_code"
    DEAD_BATTERY = "dead_battery"
    CHILD = "child"
    LOST_CHILD = "lost_child"
    ANGRY_VIP = "angry_vip"
    CANCELLED = "cancelled"
    FORGED = "forged"
    FRESH_SALE = "fresh_sale"
    ELSEWHERE = "elsewhere"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Part:
    """What a role says (one line is drawn), the verdict that it should get, and who it is."""

    lines: tuple[str, ...]
    due: Kind
    who: str


PARTS: dict[Role, Part] = {
    Role.VALID: Part(
        ("Good evening!", "Here you are.", "Is this the right way in?", "Two of us tonight.",
         "I hope it's loud in there.", "One moment ... there."),
        Kind.ADMITTED, "a patron with a good ticket",
    ),
    Role.PARTNER: Part(
        ("We're together, we both have it.", "It's the same ticket as hers, she sent it to me.",
         "My husband just went in with it, it's for us both."),
        Kind.ALREADY_ADMITTED, "a partner with the same screenshot",
    ),
    Role.TOUT: Part(
        ("I paid a man outside for this.", "It's real, he said so.", "Come on, everybody got in."),
        Kind.ALREADY_ADMITTED, "the buyer of a tout's copy",
    ),
    Role.WRONG_SECTION: Part(
        ("It says VIP, is that here?", "They told me: any door.", "The other queue is so long."),
        Kind.WRONG_SECTION, "a patron of another section",
    ),
    Role.YESTERDAY: Part(
        ("I couldn't come yesterday, so I came today.", "It's the same band, isn't it?"),
        Kind.OTHER_EVENT, "a patron with yesterday's ticket",
    ),
    Role.OTHER_EVENT: Part(
        ("Isn't this the comedy night?", "I have so many tickets in this app ..."),
        Kind.OTHER_EVENT, "a patron of another event",
    ),
    Role.PAYMENT_CODE: Part(
        ("Here's the code, I paid for it!", "That's the screenshot from the shop."),
        Kind.NOT_A_TICKET, "a patron with a payment's code",
    ),
    Role.OTHER_CODE: Part(
        ("Is it this one?", "A code is a code, no?"),
        Kind.NOT_A_TICKET, "a patron with some other code",
    ),
    Role.DEAD_BATTERY: Part(
        ("My battery died. I'm {name}, section {section}.",
         "It's off ... {name} is the name, {section}."),
        Kind.ADMITTED, "a patron whose phone is dead",
    ),
    Role.CHILD: Part(
        ("And this one is hers, she's four.", "He has a ticket of his own, look."),
        Kind.ADMITTED, "a parent with a child's ticket",
    ),
    Role.LOST_CHILD: Part(
        ("I can't find my mum.", "I'm seven. Dad said wait, but he's gone."),
        Kind.ADMITTED, "a child alone",
    ),
    Role.ANGRY_VIP: Part(
        ("Do you know who I am? Open this door.", "I'm on first names with the owner!"),
        Kind.WRONG_SECTION, "an angry VIP at the wrong gate",
    ),
    Role.CANCELLED: Part(
        ("They gave me the money back, but I came anyway.", "It's my ticket, I have the mail."),
        Kind.WITHDRAWN, "a patron whose ticket was cancelled",
    ),
    Role.FORGED: Part(
        ("I printed it myself.", "A friend made me this."),
        Kind.UNKNOWN, "a patron with a made-up ticket",
    ),
    Role.FRESH_SALE: Part(
        ("I bought it five minutes ago, over there.", "The box office just sold me this."),
        Kind.UNKNOWN, "a patron who bought a moment ago",
    ),
    Role.ELSEWHERE: Part(
        ("I only went out for a smoke.", "My friend is at the other gate with it."),
        Kind.ALREADY_ADMITTED, "a patron whose ticket came in at another gate",
    ),
    Role.TWIN: Part(
        ("Finally, this queue is quicker.", "Quick, it has begun!"),
        Kind.ADMITTED, "a patron whose ticket another gate lets in meanwhile",
    ),
}  # fmt: skip

COPIES = frozenset({Role.PARTNER, Role.TOUT})
"""Who shows the code of somebody who came before."""

OF_THE_OUTAGE = frozenset({Role.FRESH_SALE, Role.TWIN})
"""Who comes only while the network is down."""

QUESTIONS = (
    "Where is the cloakroom?",
    "Can I go out again later?",
    "When does it start?",
    "Is there water inside?",
    "Which side is the lift?",
)
