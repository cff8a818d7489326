"""What patrons say in training, what is right and why, and what keeps training from beginning."""

from scanner.wording.catalogue import say
from scanner.wording.sentences import Params, Plural, Sentence, shown


def _too_late(params: Params) -> str:
    late = say(
        "Patience ran out. Be quick with the clear cases, and let the supervisor take others."
    )
    return f"{late} {shown(params['why'])}"


def _spoken(params: Params) -> str:
    words = (shown(params["line"]), shown(params["question"]))
    return say("“{words}”", words=" ".join(filter(None, words)))


SENTENCES: dict[str, Sentence] = {
    "training.line.good_evening": "Good evening!",
    "training.line.here_you_are": "Here you are.",
    "training.line.right_way_in": "Is this the right way in?",
    "training.line.two_of_us": "Two of us tonight.",
    "training.line.hope_loud": "I hope it's loud in there.",
    "training.line.one_moment": "One moment ... there.",
    "training.line.both_have_it": "We're together, we both have it.",
    "training.line.she_sent_it": "It's the same ticket as hers, she sent it to me.",
    "training.line.for_us_both": "My husband just went in with it, it's for us both.",
    "training.line.paid_a_man": "I paid a man outside for this.",
    "training.line.he_said_so": "It's real, he said so.",
    "training.line.everybody_got_in": "Come on, everybody got in.",
    "training.line.says_vip": "It says VIP, is that here?",
    "training.line.any_door": "They told me: any door.",
    "training.line.other_queue_long": "The other queue is so long.",
    "training.line.came_today": "I couldn't come yesterday, so I came today.",
    "training.line.same_band": "It's the same band, isn't it?",
    "training.line.comedy_night": "Isn't this the comedy night?",
    "training.line.many_tickets": "I have so many tickets in this app ...",
    "training.line.paid_for_it": "Here's the code, I paid for it!",
    "training.line.shop_screenshot": "That's the screenshot from the shop.",
    "training.line.this_one": "Is it this one?",
    "training.line.code_is_code": "A code is a code, no?",
    "training.line.battery_died": "My battery died. I'm {name}, section {section}.",
    "training.line.phone_is_off": "It's off ... {name} is the name, {section}.",
    "training.line.she_is_four": "And this one is hers, she's four.",
    "training.line.own_ticket": "He has a ticket of his own, look.",
    "training.line.cant_find_mum": "I can't find my mum.",
    "training.line.dad_is_gone": "I'm seven. Dad said wait, but he's gone.",
    "training.line.know_who_i_am": "Do you know who I am? Open this door.",
    "training.line.know_the_owner": "I'm on first names with the owner!",
    "training.line.money_back": "They gave me the money back, but I came anyway.",
    "training.line.have_the_mail": "It's my ticket, I have the mail.",
    "training.line.printed_it": "I printed it myself.",
    "training.line.friend_made_it": "A friend made me this.",
    "training.line.bought_just_now": "I bought it five minutes ago, over there.",
    "training.line.box_office": "The box office just sold me this.",
    "training.line.went_out": "I only went out for a smoke.",
    "training.line.friend_has_it": "My friend is at the other gate with it.",
    "training.line.quicker_queue": "Finally, this queue is quicker.",
    "training.line.has_begun": "Quick, it has begun!",
    "training.who.valid": "a patron with a good ticket",
    "training.who.partner": "a partner with the same screenshot",
    "training.who.tout": "a buyer of a copied ticket",
    "training.who.wrong_section": "a patron of another section",
    "training.who.yesterday": "a patron with yesterday's ticket",
    "training.who.other_event": "a patron of another event",
    "training.who.payment_code": "a patron with a payment's code",
    "training.who.other_code": "a patron with some other code",
    "training.who.dead_battery": "a patron whose phone is dead",
    "training.who.child": "a parent with a child's ticket",
    "training.who.lost_child": "a child alone",
    "training.who.angry_vip": "an angry VIP at the wrong gate",
    "training.who.cancelled": "a patron whose ticket was cancelled",
    "training.who.forged": "a patron with a made-up ticket",
    "training.who.fresh_sale": "a patron who bought a moment ago",
    "training.who.elsewhere": "a patron whose ticket came in at another gate",
    "training.who.twin": "a patron whose ticket another gate lets in meanwhile",
    "training.question.cloakroom": "Where is the cloakroom?",
    "training.question.out_again": "Can I go out again later?",
    "training.question.start": "When does it start?",
    "training.question.water": "Is there water inside?",
    "training.question.lift": "Which side is the lift?",
    "training.act.let_in": "let in",
    "training.act.turn_away": "turn away",
    "training.act.send": "send to another gate",
    "training.act.supervisor": "call the supervisor",
    "training.act.carry_on": "carry on",
    "training.act.hand_scanner": "take the hand scanner",
    "training.refusal.already_admitted": "already admitted",
    "training.refusal.other_event": "for another event",
    "training.refusal.not_a_ticket": "not a ticket",
    "training.refusal.withdrawn": "withdrawn",
    "training.refusal.unknown": "not on the list",
    "training.refusal.wrong_section": "wrong section",
    "training.why.green": "A green light is a recorded admission, with or without a network.",
    "training.why.one_person": (
        "One ticket lets one person in, and somebody has come in with this one."
    ),
    "training.why.own_section": (
        "The ticket is good, but at the gate of its own section, not at this one."
    ),
    "training.why.other_event": "The ticket belongs to another event; it opens no door here.",
    "training.why.not_on_list": (
        "The ticket is not on the list; the supervisor can look further, the gate can't."
    ),
    "training.why.withdrawn": (
        "The ticket was cancelled or has another owner now; this code is dead."
    ),
    "training.why.not_a_ticket": "The code is no ticket's; ask for the one on the ticket.",
    "training.why.gate_closed": (
        "A closed gate admits nobody; only the supervisor can open it again."
    ),
    "training.why.unusual": "A verdict that is none of the usual ones is the supervisor's.",
    "training.why.unread": (
        "Nothing was read: search by name or take the hand scanner, then trust the light."
    ),
    "training.why.dead_phone": (
        "A dead phone is no reason to refuse: search by name, choose the ticket, let in."
    ),
    "training.why.child_alone": (
        "The ticket is good, but a child alone is the supervisor's, not the crowd's."
    ),
    "training.why.same_screenshot": (
        "Honest or not: both show the same screenshot, and it has let one person in. Ask for "
        "the second ticket."
    ),
    "training.why.copy": (
        "A copy of a ticket that has been used; only the first to show it comes in."
    ),
    "training.why.however_loud": (
        "However loud: this gate does not admit to that section. Show the way, or let the "
        "supervisor."
    ),
    "training.why.bought_offline": (
        "Bought while the gate is offline, a ticket can't be on its list yet; the supervisor "
        "can find out."
    ),
    "training.why.two_gates": (
        "The gate could not know of the other gate's admission; the green light counts, and the"
        " conflict is the supervisor's."
    ),
    "training.why.goes_on_offline": (
        "Admitting goes on without a network: each admission is kept here and sent later."
    ),
    "training.why.hand_scanner": "The gate is not closed: the hand scanner reads the same codes.",
    "training.why.no_token": (
        "Without a valid token nobody may enter; the supervisor brings another."
    ),
    "training.why.conflict": (
        "A conflict means that two gates let in one ticket; the supervisor must know, and "
        "nobody at the gate can settle it."
    ),
    "training.why.anothers_ticket": (
        "The green light was another patron's ticket, who will be refused now. Choose the "
        "ticket of the very name and section, and of nobody who has a code to show."
    ),
    "training.why.too_late": _too_late,
    "training.spoken": _spoken,
    "training.answered.nothing": "nothing in time",
    "training.answered.with_reason": "{what}: {which}",
    "training.card.network_down": "The gate is offline, and people keep coming. What do you do?",
    "training.card.camera_dies": "The camera gives no picture any more. What do you do?",
    "training.card.token_revoked": (
        "The gate says that its token is no longer valid. What do you do?"
    ),
    "training.card.conflict": "The network is back, and the gate shows a CONFLICT. What do you do?",
    "training.shown.nothing_read": "Nothing was read",
    "training.shown.anothers": "{reason}, of {whose}",
    "training.shown.left_unseen": "The patron left the queue before anybody looked.",
    "training.shown.left_unanswered": "The patron left before an answer came.",
    "training.heading.right": "Right",
    "training.heading.wrongly_let_in": "Wrongly let in",
    "training.heading.wrongly_turned_away": "Wrongly turned away",
    "training.heading.wrong_procedure": "The wrong procedure",
    "training.heading.wrong_reason": "Refused, but not for the right reason",
    "training.heading.needless_call": "The supervisor was called needlessly",
    "training.heading.left": "Lost patience and left",
    "training.heading.sent_wrong": "Sent to a gate that is not theirs either",
    "training.heading.another_gate": "Turned away, though another gate is theirs",
    "training.heading.supervisor_can_help": "Turned away, though the supervisor can help",
    "training.fault.not_cancelled": "The training server did not cancel a ticket; try again.",
    "training.fault.too_few_tickets": (
        "The training server has too few tickets; play fewer patrons."
    ),
    "training.fault.below_pass_mark": (
        "There is no certificate for {percent} %, which is below the pass mark; train again."
    ),
    "training.fault.certificate_not_written": (
        "The certificate could not be written to {file} ({why}); free some space or choose "
        "another folder with SCANNER_HOME."
    ),
    "training.fault.run_not_kept": (
        "The run could not be kept in {file} ({why}); free some space or choose another folder "
        "with SCANNER_HOME."
    ),
    "training.fault.runs_not_read": "The runs in {file} can't be read ({why}); correct its rights.",
    "training.result.passed": "{title}: {percent} %, passed.",
    "training.result.below_pass_mark": "{title}: {percent} %, below the pass mark of {bar} %.",
    "training.result.counts": (
        "{patrons} patrons, {let_in} let in; wrongly let in {wrongly_in}, wrongly turned away "
        "{wrongly_away}, left {left}; {seconds} s each, longest queue {longest}."
    ),
    "scenario.listed": Plural("{title} ({count} patron)", "{title} ({count} patrons)"),
    "scenario.sound": Plural(
        "{title}: {count} patron, nothing wrong.", "{title}: {count} patrons, nothing wrong."
    ),
    "scenario.unknown": (
        "There is no scenario called '{name}'; scanner train --list names them all."
    ),
    "scenario.invalid": (
        "The scenario {file} can't be played: line {line}: {problem}; see all with scanner "
        "train --check {file}."
    ),
    "scenario.not_read": "The scenario {file} can't be read ({why}); name another.",
    "scenario.too_large": "the file is larger than {most} bytes: no scenario is",
    "scenario.not_utf8": "this is not UTF-8 text; save the file as UTF-8",
    "scenario.not_toml": "this is not TOML: {why}",
    "scenario.too_deep": "this is nested too deeply",
    "scenario.too_many_digits": "this number has too many digits",
    "scenario.nobody_valid": "a crowd needs some who are valid: valid = 10",
    "scenario.not_a_list_of_incidents": "write each incident as [[incident]]",
    "scenario.unknown_incident": "what must be one of {known}",
    "scenario.needs_before": "{what} needs a {first} before it",
    "scenario.once_only": "{what} can happen once only",
    "scenario.conflict_needs_twin": "a conflict needs a patron whom another gate lets in: twin = 1",
    "scenario.too_many_roles": "more kinds of patrons than patrons; let more come",
    "scenario.needs_outage": "{roles} come only in an outage: add what = 'network_down'",
    "scenario.outage_too_short": "the outage is too short for {patrons} patrons of its own",
    "scenario.misspelt_role": "no patron is called '{name}'; did you mean {near}?",
    "scenario.misspelt_setting": "no setting is called '{name}'; did you mean {near}?",
    "scenario.unknown_role": "no patron is called '{name}'; it can be {known}",
    "scenario.unknown_setting": "no setting is called '{name}'; it can be {known}",
    "scenario.no_table": "a [{name}] table is missing",
    "scenario.not_a_text": '{name} must be a text: {name} = "…"',
    "scenario.not_printable": "{name} holds characters that can't be shown",
    "scenario.too_long": "{name} has {length} characters; {most} are the most",
    "scenario.not_a_number": "{name} must be a number from {low} to {high}",
    "scenario.not_a_whole_number": "{name} must be a whole number from {low} to {high}",
    "scenario.not_shares": (
        "{name} must be a list of up to {most} numbers from 0 to {high}, not all 0"
    ),
    "scenario.not_a_range": (
        "{name} must be two numbers of seconds from {low} to {high}, the lower first"
    ),
    "demo.server_not_started": "The demo's server did not start; try again.",
    "demo.gate_ended": "The demo's gate ended by itself; run the demo again.",
    "demo.gate_not_running": "The demo's gate is not running.",
    "demo.gate_answer": "The demo's gate gave an answer that nobody asked for: {said}",
    "demo.venue_silent": "The demo's gates did not reach their nodes; try again.",
    "demo.pretix_address": (
        "Name the pretix and the organizer's short form, as in http://127.0.0.1:8000/house."
    ),
    "demo.pretix_token_missing": (
        "Put an API token of one of the organizer's teams into the environment as {variable}."
    ),
    "demo.pretix_token_refused": "pretix does not take the token; make a new one for the team.",
    "demo.pretix_elsewhere": (
        "The demo cuts the network between gate and pretix, so pretix must run on this computer,"
        " without TLS."
    ),
    "demo.pretix_no_organiser": (
        "pretix has no organizer {name}, or the token is of another organizer's team."
    ),
    "demo.pretix_not_allowed": (
        "pretix does not let the token make {what}; give its team the permission for that."
    ),
    "demo.making_event": "events",
    "demo.making_products": "products and check-in lists",
    "demo.making_devices": "devices",
    "demo.making_orders": "orders",
}
