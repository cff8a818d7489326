from dataclasses import replace

import pytest

from scanner.admission.door import Notice, Unjudged
from scanner.admission.rules import Exit
from scanner.admission.verdict import Kind
from scanner.store.errors import StoreError, StoreFault
from scanner.tui.gate.party import PartyBox
from scanner.tui.widgets.hand_entry import HandEntry
from tests.tui.orders import ORDER
from tests.tui.ports import NOW, SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled

OTHERS = [each.serial for each in ORDER[1:]]
OFFER = "more of the same order: let in as well?"


@pytest.fixture
def ordered(stand: Stand) -> Stand:
    stand.records.judge = stand.judge
    stand.records.order = ORDER
    stand.judge.verdicts = {each.serial: each.verdict for each in ORDER}
    stand.preferences = replace(stand.preferences, names=True)
    return stand


def serials(stand: Stand) -> list[str]:
    return [payload for payload, _ in stand.judge.presented]


async def test_the_others_of_an_order_are_offered_by_name_and_let_in_with_a_key_each(
    ordered: Stand,
) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert f"3 {OFFER}" in seen(app)
        assert "1 Ben Luz · Floor   2 Cleo Luz · Floor   3 Dora Luz · Floor" in seen(app)
        assert "a All of them 1…9 One" in seen(app)
        assert serials(ordered) == [SERIAL]
        await pilot.press("2")
        await settled(app, pilot)
        assert serials(ordered) == [SERIAL, OTHERS[1]]
        assert f"2 {OFFER}" in seen(app)
        assert "1 Ben Luz · Floor   2 Dora Luz · Floor" in seen(app)
    assert ordered.judge.words == [None, None]
    assert [each.verdict.serial for each in ordered.judge.shown] == [SERIAL, OTHERS[1]]


async def test_names_are_not_shown_where_they_are_not_wanted(ordered: Stand) -> None:
    ordered.preferences = replace(ordered.preferences, names=False)
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert f"1 {OTHERS[0]} · Floor" in seen(app)
        assert "Luz" not in seen(app)


async def test_one_key_lets_in_all_and_each_light_is_seen_before_the_next(ordered: Stand) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        await pilot.press("a")
        while len(ordered.judge.shown) < len(ORDER):
            await settled(app, pilot)
        await settled(app, pilot)
        assert serials(ordered) == [each.verdict.serial for each in ordered.judge.shown]
        assert serials(ordered) == [SERIAL, *OTHERS]
        assert OFFER not in seen(app)
        assert app.focused is None


async def test_all_ends_at_the_first_who_is_not_let_in_whose_verdict_stays(ordered: Stand) -> None:
    ordered.judge.verdicts[OTHERS[1]] = replace(VERDICTS[Kind.ALREADY_ADMITTED], serial=OTHERS[1])
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        await pilot.press("a")
        while len(serials(ordered)) < 3:
            await settled(app, pilot)
        await settled(app, pilot)
        assert serials(ordered) == [SERIAL, *OTHERS[:2]]
        assert app.gate.last
        assert app.gate.last.verdict.kind is Kind.ALREADY_ADMITTED
        assert "Stopped: 1 of the order was not let in yet." in seen(app)
        assert "Dora Luz" in seen(app)
        assert "Cleo Luz" not in seen(app)


async def test_all_waits_at_one_who_has_to_be_looked_at(ordered: Stand) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        ordered.judge.notice = Notice(text="Ask for the card.")
        await pilot.press("a")
        await settled(app, pilot)
        assert serials(ordered) == [SERIAL, OTHERS[0]]
        assert "▲ Ask for the card." in seen(app)
        assert f"2 {OFFER}" in seen(app)
        assert "Stopped: 2 of the order were not let in yet." in seen(app)
        ordered.judge.notice = Notice(unjudged=frozenset(Unjudged))  # all of them have that
        await pilot.press("a")
        while len(ordered.judge.shown) < len(ORDER):
            await settled(app, pilot)
        assert serials(ordered) == [SERIAL, *OTHERS]


async def test_another_patron_ends_the_offer(ordered: Stand) -> None:
    ordered.judge.verdict = VERDICTS[Kind.UNKNOWN]
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert OFFER in seen(app)
        ordered.source.see("QWERTY-BACK75580348")
        await settled(app, pilot)
        assert OFFER not in seen(app)
        await pilot.press("1", "a")
        await settled(app, pilot)
    assert serials(ordered) == [SERIAL, "QWERTY-BACK75580348"]


@pytest.mark.parametrize("key", ["escape", "i", "e"])
async def test_the_offer_goes_when_it_is_declined_or_the_guard_does_something_else(
    ordered: Stand, key: str
) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        await pilot.press(key)
        await settled(app, pilot)
        assert OFFER not in seen(app)
        assert app.screen.query_one(HandEntry).opened is (key == "i")
        assert not app.screen.query_one(PartyBox).can_focus


async def test_nobody_is_offered_to_a_patron_who_is_refused_or_leaves(ordered: Stand) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.judge.verdicts[SERIAL] = VERDICTS[Kind.WITHDRAWN]
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert OFFER not in seen(app)
        ordered.judge.verdicts[SERIAL] = VERDICTS[Kind.EXITED]
        await pilot.press("e")
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert ordered.judge.words[-1] == Exit()
        assert OFFER not in seen(app)


async def test_records_that_fail_offer_nobody_and_the_light_stays(ordered: Stand) -> None:
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        ordered.records.error = StoreError(StoreFault.FULL, file="gate.sqlite3")
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert OFFER not in seen(app)
        assert app.gate.last
        assert app.gate.last.at == NOW


async def test_of_long_names_as_many_are_shown_as_there_is_room_for(ordered: Stand) -> None:
    others = [
        replace(ORDER[1], serial=f"DAWIER-BACK755802{number}", name=f"Wilhelmina Linde {number}")
        for number in range(10, 30)
    ]
    ordered.records.order = [ORDER[0], *others]
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert "8 Wilhelmina Linde 17 · Floor   and 12 more" in seen(app)
        assert "9 Wilhelmina" not in seen(app)


async def test_a_large_order_is_let_in_whole_though_only_nine_have_a_key(ordered: Stand) -> None:
    more = [
        replace(ORDER[1], serial=f"DAWIER-BACK755802{number:02}", name=f"Guest {number}")
        for number in range(12)
    ]
    ordered.records.order = [ORDER[0], *more]
    for each in more:
        ordered.judge.verdicts[each.serial] = replace(each.verdict, serial=each.serial)
    app = ordered.app()
    async with app.run_test(size=(80, 24)) as pilot:
        ordered.source.see(SERIAL)
        await settled(app, pilot)
        assert "9 Guest 8 · Floor   and 3 more" in seen(app)
        await pilot.press("a")
        while len(ordered.judge.shown) < 13:
            await settled(app, pilot)
    assert serials(ordered) == [SERIAL, *(each.serial for each in more)]
