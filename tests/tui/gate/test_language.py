import pytest

from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import seen


@pytest.mark.parametrize(
    ("code", "words"),
    [("de", "Gültiges Ticket"), ("es", "Entrada válida"), ("fr", "Billet valable")],
)
async def test_the_gate_speaks_the_language_that_is_set(
    stand: Stand, code: str, words: str
) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.change("language", code)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert words in seen(app)
        app.change("language", "en")
        await pilot.pause()
        assert "q Quit" in seen(app)
