from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.pretix_server.conftest import built
from tests.pretix_server.filling import Organiser, Sold
from tests.pretix_server.raw_device import RawDevice

RACES = 30
DEVICES = 2


def test_each_of_many_races_at_the_server_has_one_winner(postgresql_organiser: Organiser) -> None:
    house = built(postgresql_organiser)
    made = [postgresql_organiser.device(f"racer {number}") for number in range(DEVICES)]
    devices = [RawDevice.initialised(house.evening, each) for each in made]
    sold = house.evening.sell(house.floor, RACES)
    start = Barrier(DEVICES)

    def race(device: RawDevice) -> list[Sold]:
        won = []
        for ticket in sold:
            start.wait(60)
            answer = device.redeem(ticket.secret, house.everybody, nonce=str(device.number))
            assert answer.status_code in (201, 400), answer.text
            if answer.status_code == 201:
                won.append(ticket)
        return won

    with ThreadPoolExecutor(DEVICES) as threads:
        won = [ticket.position for each in threads.map(race, devices) for ticket in each]
    assert sorted(won) == sorted(each.position for each in sold)
    listed = [each["position"] for each in house.evening.check_ins(successful="true")]
    assert sorted(listed) == sorted(won)
    for device in devices:
        device.api.close()
