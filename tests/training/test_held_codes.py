from collections import Counter
from dataclasses import replace

from scanner.ticketing.resources import Ticket
from scanner.training.crowd import draw_line
from scanner.training.held_codes import assign_codes
from scanner.training.role import Role
from tests.training.scenarios import scenario
from tests.tui.training.stands import made_up_tickets

OURS = frozenset({"/events/1/sections/1"})


def test_however_many_phones_are_dead_everybody_has_a_ticket_of_their_own() -> None:
    line = draw_line(scenario(patrons=15, crowd={Role.VALID: 1, Role.DEAD_BATTERY: 20}), 1)
    tickets = [each for each in made_up_tickets() if each.section in OURS]
    namesakes = [_named(each, "Mo Ek") for each in tickets]
    for known in (tickets, namesakes):
        held_codes = assign_codes(line, known, OURS, 1)
        held = Counter(held.serial for held in held_codes.values())
        assert len(held) == 15
        assert set(held.values()) == {1}


def _named(ticket: Ticket, name: str) -> Ticket:
    assert ticket.owner
    return replace(ticket, owner=replace(ticket.owner, name=name))
