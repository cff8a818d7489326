from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from tests.pretix_server.conftest import built
from tests.pretix_server.doors import Door
from tests.pretix_server.filling import Organiser

RACES = 30
FINAL = {"confirmed", "conflict", "refused"}


def test_each_of_many_races_between_gates_has_one_winner_in_every_book(
    postgresql_organiser: Organiser, tmp_path: Path
) -> None:
    house = built(postgresql_organiser)
    sold = house.evening.sell(house.floor, RACES)
    doors = [Door.opened(tmp_path / name, house) for name in ("north", "south")]
    start = Barrier(len(doors))

    def race(door: Door) -> None:
        door.gate.start()
        for ticket in sold:
            start.wait(60)
            door.gate.show(ticket.secret)
        door.gate.end()
        door.deliver()

    with ThreadPoolExecutor(len(doors)) as threads:
        list(threads.map(race, doors))
    books = [door.states() for door in doors]
    assert {state for book in books for state in book.values()} <= FINAL
    winners = {
        (ticket.position, door.number)
        for ticket in sold
        for door, book in zip(doors, books, strict=True)
        if book.get(ticket.secret) == "confirmed"
    }
    listed = house.evening.check_ins(successful="true")
    assert sorted(position for position, _ in winners) == sorted(each.position for each in sold)
    assert winners == {(each["position"], each["device_id"]) for each in listed}
    assert len(listed) == RACES
