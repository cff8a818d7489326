import json
from dataclasses import replace

import pytest

from scanner.platform.access import GateCredentials
from scanner.sync.earlier import Earlier, keep, kept, knowing_all
from tests.sync.house import MemoryKeys

FRIDAY = GateCredentials("https://api.example/", "/events/1", "A0F9GG8D", "key", "app", 7, "other")


def of(number: int) -> GateCredentials:
    return replace(FRIDAY, event=f"/events/{number}")


def test_the_last_opened_session_comes_first_and_one_of_an_event_takes_its_own_place() -> None:
    keys = MemoryKeys()
    assert kept(keys) == []
    keep(keys, of(1), "Friday")
    keep(keys, of(2), "Saturday")
    keep(keys, replace(of(1), key="newer"), "Friday again")
    assert [each.session for each in kept(keys)] == [
        Earlier("https://api.example/", "/events/1", "Friday again", "other"),
        Earlier("https://api.example/", "/events/2", "Saturday", "other"),
    ]
    assert kept(keys)[0].credentials == replace(of(1), key="newer")


def test_a_gate_that_goes_back_knows_the_numbers_that_it_had_there_as_a_device() -> None:
    keys = MemoryKeys()
    keep(keys, replace(FRIDAY, event="/organizers/a/events/1", number=4, former=(2,)), "Friday")
    keep(keys, replace(FRIDAY, event="/organizers/b/events/1", number=9), "Elsewhere")
    new = replace(FRIDAY, event="/organizers/a/events/2", number=5, former=(3,))
    assert knowing_all(keys, new).former == (3, 2, 4)
    assert knowing_all(keys, replace(new, number=4)).former == (3, 2)
    assert knowing_all(keys, replace(new, number=None)).former == (3,)


def test_what_can_be_shown_of_a_session_has_no_secret_in_it() -> None:
    keys = MemoryKeys()
    keep(keys, FRIDAY, "Friday")
    (found,) = kept(keys)
    for secret in (FRIDAY.code, FRIDAY.key):
        assert secret not in repr(found.session)
        assert secret not in repr(found)


def test_of_very_many_the_oldest_are_forgotten() -> None:
    keys = MemoryKeys()
    for number in range(20):
        keep(keys, of(number), str(number))
    assert [each.title for each in kept(keys)] == [str(number) for number in range(19, 7, -1)]


@pytest.mark.parametrize(
    "text", ["", "{", "7", "null", '{"title": 1}', '[1, null, {}, {"title": "x"}, {"api": "y"}]']
)
def test_what_can_not_be_read_is_no_session_and_the_next_one_is_kept(text: str) -> None:
    keys = MemoryKeys()
    keys.set("gates", text)
    assert kept(keys) == []
    keep(keys, FRIDAY, "Friday")
    assert [each.title for each in kept(keys)] == ["Friday"]


def test_one_that_a_newer_version_kept_with_more_does_not_hide_the_others() -> None:
    keys = MemoryKeys()
    keep(keys, FRIDAY, "Friday")
    told = json.loads(keys.get("gates") or "")
    keys.set("gates", json.dumps([{**told[0], "colour": "red"}, *told, {**told[0], "key": 4}]))
    assert [each.title for each in kept(keys)] == ["Friday"]
