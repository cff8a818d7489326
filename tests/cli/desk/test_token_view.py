from collections.abc import Callable

import pytest

from scanner.cli import desk
from scanner.cli.api import counted
from scanner.platform.errors import FieldFault
from scanner.platform.paged_list import WholeList
from scanner.platform.resources import Fault, Section
from scanner.ticketing.resources import Event, Token

STALLS = "/events/1/sections/10"
BALCONY = "/events/1/sections/20"
GONE = "/events/1/sections/99"


def event(title: str = "Dawn", stalls: str = "Stalls") -> Event:
    sections = (Section(STALLS, stalls), Section(BALCONY, "Balcony"))
    return Event("/events/1", title, None, None, None, sections)


def token(*sections: str, code: str = "A0F9GG8D", is_global: bool = False) -> Token:
    return Token("/events/1/tokens/7", code, is_global, sections)


@pytest.fixture
def shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    def read(print_it: Callable[..., None], *given: object, width: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        print_it(*given)
        return capsys.readouterr().out

    return read


def listed(*entries: Token, faults: int = 0) -> WholeList[Token]:
    return WholeList(entries, (Fault(0, "code", FieldFault.MISSING),) * faults)


def test_programs_get_the_same_keys_for_every_token() -> None:
    assert desk.token_json(token(STALLS, is_global=True)) == {
        "uri": "/events/1/tokens/7",
        "code": "A0F9GG8D",
        "global": True,
        "sections": [STALLS],
    }


def test_people_read_names_and_a_uri_only_where_there_is_no_name() -> None:
    assert desk.section_names(event(), (BALCONY, STALLS)) == "Balcony, Stalls"
    assert desk.section_names(event(), (GONE,)) == GONE
    assert desk.section_names(event(), ()) == "no section"


def test_a_list_marks_the_global_token_and_counts_tokens(
    shown: Callable[..., str],
) -> None:
    found = listed(token(STALLS, BALCONY, is_global=True), token(BALCONY, code="BBBBBBBB"))
    text = shown(desk.print_listing, event(), found)
    rows = [line.split() for line in text.splitlines()]
    assert ["A0F9GG8D", "global", "Stalls,", "Balcony", "7"] in rows
    assert ["BBBBBBBB", "Balcony", "7"] in rows
    assert "2 in all" in text


def test_the_count_is_right_for_none_one_and_unreadable_ones() -> None:
    assert counted(listed()) == "0 in all"
    assert counted(listed(token())) == "1 in all"
    assert counted(listed(token(), faults=2)) == "3 in all; 2 can't be read"


def test_a_code_is_never_cut_however_narrow_the_terminal(shown: Callable[..., str]) -> None:
    names = event(stalls="The Very Long Name of a Section " * 3)
    text = shown(desk.print_listing, names, listed(token(STALLS)), width=50)
    assert "A0F9GG8D" in text


def test_one_token_is_shown_with_names_and_uris(shown: Callable[..., str]) -> None:
    text = shown(desk.print_details, event(), token(STALLS, GONE))
    for word in ("A0F9GG8D", "Dawn", "/events/1/tokens/7", f"Stalls ({STALLS})", GONE):
        assert word in text
    whole = shown(desk.print_details, event(), token(is_global=True))
    assert "yes, for every section" in whole


def test_names_from_the_server_give_the_terminal_no_orders(shown: Callable[..., str]) -> None:
    hostile = event(title="\x1b]0;title\x07", stalls="\x1b[31mRed\n[bold]x[/bold] \u202egab")
    for text in (
        shown(desk.print_listing, hostile, listed(token(STALLS))),
        shown(desk.print_details, hostile, token(STALLS)),
    ):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "[31mRed [bold]x[/bold] gab" in text


def test_a_long_name_ends_in_an_ellipsis() -> None:
    long = event(stalls="x" * 500)
    assert desk.section_names(long, (STALLS,)) == f"{'x' * 119}…"
