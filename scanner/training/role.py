"""The roles that patrons play at the gate, and what they say. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.verdict import Kind
from scanner.facts import Code


class Role(StrEnum):
    """A patron's role; the values are those of scenario files."""

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


class Line(Code):
    """What patrons say; some lines have the owner's name and section as parameters."""

    GOOD_EVENING = "training.line.good_evening"
    HERE_YOU_ARE = "training.line.here_you_are"
    RIGHT_WAY_IN = "training.line.right_way_in"
    TWO_OF_US = "training.line.two_of_us"
    HOPE_LOUD = "training.line.hope_loud"
    ONE_MOMENT = "training.line.one_moment"
    BOTH_HAVE_IT = "training.line.both_have_it"
    SHE_SENT_IT = "training.line.she_sent_it"
    FOR_US_BOTH = "training.line.for_us_both"
    PAID_A_MAN = "training.line.paid_a_man"
    HE_SAID_SO = "training.line.he_said_so"
    EVERYBODY_GOT_IN = "training.line.everybody_got_in"
    SAYS_VIP = "training.line.says_vip"
    ANY_DOOR = "training.line.any_door"
    OTHER_QUEUE_LONG = "training.line.other_queue_long"
    CAME_TODAY = "training.line.came_today"
    SAME_BAND = "training.line.same_band"
    COMEDY_NIGHT = "training.line.comedy_night"
    MANY_TICKETS = "training.line.many_tickets"
    PAID_FOR_IT = "training.line.paid_for_it"
    SHOP_SCREENSHOT = "training.line.shop_screenshot"
    THIS_ONE = "training.line.this_one"
    CODE_IS_CODE = "training.line.code_is_code"
    BATTERY_DIED = "training.line.battery_died"
    PHONE_IS_OFF = "training.line.phone_is_off"
    SHE_IS_FOUR = "training.line.she_is_four"
    OWN_TICKET = "training.line.own_ticket"
    CANT_FIND_MUM = "training.line.cant_find_mum"
    DAD_IS_GONE = "training.line.dad_is_gone"
    KNOW_WHO_I_AM = "training.line.know_who_i_am"
    KNOW_THE_OWNER = "training.line.know_the_owner"
    MONEY_BACK = "training.line.money_back"
    HAVE_THE_MAIL = "training.line.have_the_mail"
    PRINTED_IT = "training.line.printed_it"
    FRIEND_MADE_IT = "training.line.friend_made_it"
    BOUGHT_JUST_NOW = "training.line.bought_just_now"
    BOX_OFFICE = "training.line.box_office"
    WENT_OUT = "training.line.went_out"
    FRIEND_HAS_IT = "training.line.friend_has_it"
    QUICKER_QUEUE = "training.line.quicker_queue"
    HAS_BEGUN = "training.line.has_begun"


class Who(Code):
    """Descriptions of patrons, for the debrief."""

    VALID = "training.who.valid"
    PARTNER = "training.who.partner"
    TOUT = "training.who.tout"
    WRONG_SECTION = "training.who.wrong_section"
    YESTERDAY = "training.who.yesterday"
    OTHER_EVENT = "training.who.other_event"
    PAYMENT_CODE = "training.who.payment_code"
    OTHER_CODE = "training.who.other_code"
    DEAD_BATTERY = "training.who.dead_battery"
    CHILD = "training.who.child"
    LOST_CHILD = "training.who.lost_child"
    ANGRY_VIP = "training.who.angry_vip"
    CANCELLED = "training.who.cancelled"
    FORGED = "training.who.forged"
    FRESH_SALE = "training.who.fresh_sale"
    ELSEWHERE = "training.who.elsewhere"
    TWIN = "training.who.twin"


class Question(Code):
    """Questions that some patrons ask."""

    CLOAKROOM = "training.question.cloakroom"
    OUT_AGAIN = "training.question.out_again"
    START = "training.question.start"
    WATER = "training.question.water"
    LIFT = "training.question.lift"


@dataclass(frozen=True, slots=True)
class Part:
    """A role's lines (one is drawn), its verdict at a working gate, and its description."""

    lines: tuple[Line, ...]
    due: Kind
    who: Who


PARTS: dict[Role, Part] = {
    Role.VALID: Part(
        (
            Line.GOOD_EVENING,
            Line.HERE_YOU_ARE,
            Line.RIGHT_WAY_IN,
            Line.TWO_OF_US,
            Line.HOPE_LOUD,
            Line.ONE_MOMENT,
        ),
        Kind.ADMITTED,
        Who.VALID,
    ),
    Role.PARTNER: Part(
        (Line.BOTH_HAVE_IT, Line.SHE_SENT_IT, Line.FOR_US_BOTH), Kind.ALREADY_ADMITTED, Who.PARTNER
    ),
    Role.TOUT: Part(
        (Line.PAID_A_MAN, Line.HE_SAID_SO, Line.EVERYBODY_GOT_IN), Kind.ALREADY_ADMITTED, Who.TOUT
    ),
    Role.WRONG_SECTION: Part(
        (Line.SAYS_VIP, Line.ANY_DOOR, Line.OTHER_QUEUE_LONG), Kind.WRONG_SECTION, Who.WRONG_SECTION
    ),
    Role.YESTERDAY: Part((Line.CAME_TODAY, Line.SAME_BAND), Kind.OTHER_EVENT, Who.YESTERDAY),
    Role.OTHER_EVENT: Part(
        (Line.COMEDY_NIGHT, Line.MANY_TICKETS), Kind.OTHER_EVENT, Who.OTHER_EVENT
    ),
    Role.PAYMENT_CODE: Part(
        (Line.PAID_FOR_IT, Line.SHOP_SCREENSHOT), Kind.NOT_A_TICKET, Who.PAYMENT_CODE
    ),
    Role.OTHER_CODE: Part((Line.THIS_ONE, Line.CODE_IS_CODE), Kind.NOT_A_TICKET, Who.OTHER_CODE),
    Role.DEAD_BATTERY: Part(
        (Line.BATTERY_DIED, Line.PHONE_IS_OFF), Kind.ADMITTED, Who.DEAD_BATTERY
    ),
    Role.CHILD: Part((Line.SHE_IS_FOUR, Line.OWN_TICKET), Kind.ADMITTED, Who.CHILD),
    Role.LOST_CHILD: Part((Line.CANT_FIND_MUM, Line.DAD_IS_GONE), Kind.ADMITTED, Who.LOST_CHILD),
    Role.ANGRY_VIP: Part(
        (Line.KNOW_WHO_I_AM, Line.KNOW_THE_OWNER), Kind.WRONG_SECTION, Who.ANGRY_VIP
    ),
    Role.CANCELLED: Part((Line.MONEY_BACK, Line.HAVE_THE_MAIL), Kind.WITHDRAWN, Who.CANCELLED),
    Role.FORGED: Part((Line.PRINTED_IT, Line.FRIEND_MADE_IT), Kind.UNKNOWN, Who.FORGED),
    Role.FRESH_SALE: Part((Line.BOUGHT_JUST_NOW, Line.BOX_OFFICE), Kind.UNKNOWN, Who.FRESH_SALE),
    Role.ELSEWHERE: Part((Line.WENT_OUT, Line.FRIEND_HAS_IT), Kind.ALREADY_ADMITTED, Who.ELSEWHERE),
    Role.TWIN: Part((Line.QUICKER_QUEUE, Line.HAS_BEGUN), Kind.ADMITTED, Who.TWIN),
}

COPYING_ROLES = frozenset({Role.PARTNER, Role.TOUT})
"""Roles that show a copy of an earlier patron's code."""

OUTAGE_ROLES = frozenset({Role.FRESH_SALE, Role.TWIN})
"""Roles that come only while the network is down."""
