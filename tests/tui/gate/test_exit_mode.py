import pytest

from scanner.admission.rules import Exit
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.sync.opening import Opened
from scanner.tui.drawing.faces import READY, READY_TO_LET_OUT
from scanner.tui.gate.app import GateApp
from scanner.wording.catalogue import choose_language
from tests.tui.ports import SERIAL, SESSION, VERDICTS, Stand
from tests.tui.seen import resized, seen, settled

SIZES = [(80, 24), (100, 30), (160, 50)]
BANNER = "EXIT: patrons leave here, nobody is let in"


def offered(app: GateApp) -> set[str]:
    return set(app.screen.active_bindings)


def commands(app: GateApp) -> set[str]:
    return {each.title for each in app.get_system_commands(app.screen)}


async def test_a_gate_begins_as_an_entry_and_a_key_turns_it_and_turns_it_back(
    stand: Stand,
) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert stand.judge.words == [None]
        await pilot.press("e")
        stand.source.see("SECOND-BACK75580348")
        await settled(app, pilot)
        assert stand.judge.words == [None, Exit()]
        await pilot.press("e")
        stand.source.see("DAWIER-BACK75580001")
        await settled(app, pilot)
        assert stand.judge.words == [None, Exit(), None]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_nobody_takes_an_exit_for_an_entry_at_any_size(stand: Stand, language: str) -> None:
    app = stand.app()
    async with app.run_test(size=SIZES[0]) as pilot:
        app.change("language", language)
        for size in SIZES:
            await resized(app, pilot, *size)
            assert app.gate.shown.face is READY
            assert "←←←" not in seen(app)
            await pilot.press("e")
            await settled(app, pilot)
            assert app.gate.shown.face is READY_TO_LET_OUT
            assert seen(app).splitlines()[1].count("←←←") == 2
            await pilot.press("e")
            await settled(app, pilot)
    choose_language("en")


@pytest.mark.parametrize("kind", [Kind.EXITED, Kind.UNKNOWN, Kind.NOT_A_TICKET])
async def test_the_row_stays_with_every_verdict_and_beside_every_notice(
    stand: Stand, kind: Kind
) -> None:
    stand.judge.verdict = VERDICTS[kind]
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert BANNER in seen(app)
        assert "e: back to entry" in seen(app)


async def test_what_is_typed_leaves_too(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "i", *"DAWIER", "enter")
        await settled(app, pilot)
    assert stand.judge.words == [Exit()]


async def test_a_code_that_was_just_read_counts_again_after_the_turn(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        await pilot.press("e")
        stand.source.see(SERIAL)
        stand.source.see(SERIAL)
        await settled(app, pilot)
    assert stand.judge.words == [None, Exit()]


@pytest.mark.parametrize(
    ("verdict", "key"),
    [
        (VERDICTS[Kind.UNKNOWN], "o"),
        (Verdict(Reason.LIGHT_NOT_SHOWN, SERIAL, "Floor"), "l"),
    ],
)
async def test_nobody_is_let_in_by_hand_while_it_lets_out(
    stand: Stand, verdict: Verdict, key: str
) -> None:
    stand.judge.verdict = verdict
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert key in offered(app)
        await pilot.press("e")
        await settled(app, pilot)
        assert key not in offered(app)
        stand.source.see("DAWIER-BACK75580001")
        await settled(app, pilot)
        assert "o" not in offered(app)


async def test_a_door_that_is_only_an_exit_has_no_key_back(stand: Stand) -> None:
    stand.only_exit = True
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        assert BANNER in seen(app)
        assert "back to entry" not in seen(app)
        assert "e" not in offered(app)
        await pilot.press("e")
        stand.source.see(SERIAL)
        await settled(app, pilot)
    assert stand.judge.words == [Exit()]


@pytest.mark.parametrize("only_exit", [False, True])
async def test_another_event_begins_as_an_entry_unless_the_door_is_only_an_exit(
    stand: Stand, only_exit: bool
) -> None:
    stand.only_exit = only_exit
    stand.open_with = lambda _code, _other: Opened(SESSION, (), 0)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        assert app.gate.lets_out
        await app._open_another("A0F9GG8D", False)
        assert app.gate.lets_out
        await app._open_another("A0F9GG8D", True)
        assert app.gate.lets_out is only_exit


async def test_a_ticket_that_was_found_is_let_out(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "f", *"7558")
        await settled(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "Let out DAWIER-BACK75580000? l lets them out" in seen(app)
        assert "l Let out" in seen(app)
        await pilot.press("l")
        await settled(app, pilot)
    assert stand.judge.words == [Exit()]


async def test_the_help_and_the_palette_name_the_key(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("question_mark")
        await settled(app, pilot)
        assert "Count who leaves: nobody is let in" in seen(app)
        await pilot.press("escape")
        assert "Exit" in commands(app)
        await pilot.press("e")
        assert "Entry" in commands(app)
        assert "Exit" not in commands(app)
