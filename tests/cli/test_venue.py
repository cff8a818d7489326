import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.cli.app import app
from scanner.store.sessions import read_session
from scanner.venue import discovery, extra
from scanner.venue.members import invitation, membership
from scanner.wording.catalogue import choose_language
from tests.store.worlds import SERIALS, filled, row
from tests.venue.nodes import Nodes

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    with Nodes(tmp_path_factory.mktemp("venue")) as running:
        yield running


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Call the program in a folder and with homes of its own; nothing is on its network."""

    async def search(**_: object) -> list[object]:
        return []

    def call(home: str, *words: str, input: str = "") -> Result:  # noqa: A002 - as click has it
        monkeypatch.setenv("SCANNER_HOME", str(tmp_path / home))
        return CliRunner().invoke(app, ["venue", *words], input=input, prog_name="scanner")

    monkeypatch.setattr(discovery, "search", search)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCANNER_LANGUAGE", "en")
    yield call
    choose_language("en")


def write_invitation(nodes: Nodes, *, for_node: bool = False) -> str:
    invited = nodes.invited if for_node else replace(nodes.invited, authority=None)
    file = Path("Testhaus.node" if for_node else "Testhaus.join")
    file.write_bytes(invitation.as_file(invitation.write(invited)))
    return str(file)


def test_a_venue_is_made_with_its_files_and_what_to_do_next(run: Run, tmp_path: Path) -> None:
    made = run("office", "init", "Arena", "--nodes", "3", "--address", "10.0.0.1:99")
    assert made.exit_code == 0
    assert made.stdout.splitlines() == [
        "The venue Arena is made; this computer is its manager and a gate of it.",
        "Next, on each computer that is to run a node: scanner venue join Arena.node, "
        "then scanner venue serve; here, scanner venue serve alone.",
        "On each other gate: scanner venue join Arena.join, or the picture Arena.png.",
    ]
    for name in ("Arena.join", "Arena.png", "Arena.node"):
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    for_gates = invitation.read_file(Path("Arena.join"))
    assert invitation.read_file(Path("Arena.png")) == for_gates
    assert (for_gates.nodes, for_gates.authority) == (("10.0.0.1:99",), None)
    authority = membership.read_authority(tmp_path / "office")
    assert authority is not None
    assert authority.node_count == 3
    assert replace(for_gates, authority=authority) == invitation.read_file(Path("Arena.node"))
    own = membership.read(tmp_path / "office")
    assert own is not None
    assert own.jwt


def test_a_name_of_several_words_is_told_as_a_shell_takes_it(run: Run) -> None:
    made = run("office", "init", "Great Hall", "--nodes", "3")
    assert "scanner venue join 'Great Hall.node', then" in made.stdout
    assert "scanner venue join 'Great Hall.join', or the picture 'Great Hall.png'." in made.stdout


def test_a_house_of_one_node_needs_no_file_for_others(run: Run) -> None:
    made = run("office", "init", "Arena")
    assert "Next, run its node here: scanner venue serve" in made.stdout
    assert sorted(each.name for each in Path().glob("Arena*")) == ["Arena.join", "Arena.png"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["Arena", "--nodes", "2"], 1, "Two nodes are worse than one"),
        (["Arena", "--nodes", "4"], 2, "--nodes takes one of these: 1, 3, 5"),
        (["a/b"], 1, "A venue's name is"),
        (["Arena", "--address", "a b"], 1, "a b is no address of a node"),
    ],
)
def test_a_venue_that_can_t_be_is_refused(
    run: Run, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    refused = run("office", "init", *words)
    assert refused.exit_code == code
    assert said in refused.stderr
    assert not list(tmp_path.glob("*.join"))
    assert membership.read(tmp_path / "office") is None


def test_nothing_that_is_there_is_overwritten(run: Run, tmp_path: Path) -> None:
    Path("Arena.png").write_text("a holiday")
    assert run("office", "init", "Arena").exit_code == 1
    assert membership.read(tmp_path / "office") is None
    assert run("office", "init", "Arena", "--overwrite").exit_code == 0
    again = run("office", "init", "Arena", "--overwrite")
    assert again.stderr == "This computer belongs to the venue Arena already; leave it first.\n"


def test_a_gate_joins_before_any_node_runs(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    joined = run("gate", "join", "Arena.png", "--as", "north-2")
    assert joined.stdout == "This gate is a member of the venue Arena, called north-2.\n"
    assert "registers by itself when it first meets one" in joined.stderr
    own = membership.read(tmp_path / "gate")
    assert own is not None
    assert (own.jwt, own.gate) == (None, "north-2")
    assert membership.read_authority(tmp_path / "gate") is None


def test_an_invitation_comes_by_a_pipe_too(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    text = Path("Arena.join").read_text()
    assert run("gate", "join", "-", input=f"Here it is:\n{text}").exit_code == 0
    assert membership.read(tmp_path / "gate") is not None
    assert run("other", "join", "-", input=text[:-9]).stderr.startswith(
        "This invitation is damaged"
    )


def test_a_second_venue_takes_a_word(run: Run, tmp_path: Path) -> None:
    for name in ("Arena", "Club"):
        run(name, "init", name)
    run("gate", "join", "Arena.join")
    refused = run("gate", "join", "Club.join")
    assert refused.stderr.startswith("This gate belongs to the venue Arena; leave it first")
    assert run("gate", "join", "Club.join", "--replace").exit_code == 0
    own = membership.read(tmp_path / "gate")
    assert own is not None
    assert own.name == "Club"


def test_joining_again_says_what_the_computer_is_already(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena", "--as", "desk")
    run("gate", "join", "Arena.join", "--as", "north")
    again = run("gate", "join", "Arena.png")
    assert again.stderr.startswith("This computer is a member of the venue Arena already, called n")
    assert run("gate", "join", "Arena.join", "--replace").exit_code == 0


def test_who_administers_a_venue_does_not_give_that_up_by_joining(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    kept = membership.read_authority(tmp_path / "office")
    for words in ([], ["--replace"]):
        refused = run("office", "join", "Arena.join", *words)
        assert "can administer it" in refused.stderr
        assert refused.exit_code == 1
    assert kept
    assert membership.read_authority(tmp_path / "office") == kept


def test_a_gate_is_called_as_it_was_opened(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    (tmp_path / "gate").mkdir()
    with closing(filled(tmp_path / "gate" / "gate.sqlite3", [row(SERIALS[0])])) as conn:
        session = read_session(conn)
    assert session
    joined = run("gate", "join", "Arena.join")
    assert joined.stdout.endswith(f"called {session.device}.\n")


def test_a_gate_registers_at_once_where_a_node_runs(run: Run, tmp_path: Path, nodes: Nodes) -> None:
    joined = run("gate", "join", write_invitation(nodes), "--as", "north")
    assert (joined.exit_code, joined.stderr) == (0, "")
    own = membership.read(tmp_path / "gate")
    assert own is not None
    assert own.jwt


def test_a_nodes_file_makes_a_node(run: Run, tmp_path: Path, nodes: Nodes) -> None:
    joined = run("laptop", "join", write_invitation(nodes, for_node=True), "--as", "laptop-2")
    assert "run its node with: scanner venue serve" in joined.stdout
    assert membership.read_authority(tmp_path / "laptop") == nodes.authority


def test_a_gate_leaves_and_is_told_what_to_see_to(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    run("gate", "join", "Arena.join")
    left = run("gate", "leave")
    assert left.stdout == "This gate has left the venue Arena, and decides alone.\n"
    assert "see scanner status" in left.stderr
    assert membership.read(tmp_path / "gate") is None
    assert run("gate", "leave").stderr.startswith("This gate belongs to no venue")


def test_who_administers_a_venue_does_not_leave_it_by_mistake(run: Run, tmp_path: Path) -> None:
    run("office", "init", "Arena")
    assert "--with-authority" in run("office", "leave").stderr
    assert membership.read_authority(tmp_path / "office") is not None
    assert run("office", "leave", "--with-authority").exit_code == 0
    assert not (tmp_path / "office" / "venue").exists()


def test_a_stolen_laptop_is_expelled_and_the_invitation_replaced(
    run: Run, tmp_path: Path, nodes: Nodes
) -> None:
    write_invitation(nodes, for_node=True)
    run("office", "join", "Testhaus.node", "--as", "office")
    run("stolen", "join", write_invitation(nodes), "--as", "stolen")
    before = Path("Testhaus.join").read_bytes()
    assert run("office", "expel", "stolen", input="n\n").exit_code == 1
    assert Path("Testhaus.join").read_bytes() == before
    expelled = run("office", "expel", "stolen", input="y\n")
    assert expelled.stdout.splitlines() == [
        "stolen is expelled from Testhaus for good.",
        "The old invitation is void; the new one is in Testhaus.join and Testhaus.png.",
    ]
    assert "can still make gates" in expelled.stderr
    Path("old.join").write_bytes(before)
    assert "do not let this computer in" in run("stolen", "join", "old.join", "--replace").stderr
    assert run("new", "join", "Testhaus.png").stderr == ""
    assert "no gate called stolen" in run("office", "expel", "stolen", "--yes").stderr


def test_only_who_may_administer_expels(run: Run) -> None:
    assert run("gate", "expel", "x", "--yes").stderr.startswith("This gate belongs to no venue")
    run("office", "init", "Arena")
    run("gate", "join", "Arena.join")
    assert "can't administer the venue Arena" in run("gate", "expel", "x", "--yes").stderr
    assert "No node of the venue answers" in run("office", "expel", "x", "--yes").stderr


@pytest.mark.parametrize("words", [["init", "A"], ["join", "A.join"], ["expel", "x"]])
def test_without_the_libraries_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(extra, "LIBRARIES", ("not_installed_anywhere",))
    refused = run("office", *words)
    assert refused.exit_code == 1
    assert refused.stderr == "A venue needs more libraries; install scanner[venue].\n"
