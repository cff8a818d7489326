from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Fact
from scanner.training.records import find_scenario, own_folder, read_library, shipped_folder
from scanner.training.role import Role
from scanner.training.scenario import Incident, IncidentKind, ScenarioError, ScenarioFault
from scanner.training.scenario_file import Mistake, check, parse, read_scenario
from scanner.wording.sentences import sentence

SOUND = """\
title = "A test"
about = "For tests."
patrons = 20
bar = 75

[arrivals]
minutes = 4
curve = [1, 2]
groups = [2, 1]
bags = 0.5
questions = 0.25
patience = [60, 90]

[crowd]
valid = 8
twin = 1

[[incident]]
what = "network_down"
after = 5

[[incident]]
what = "network_up"
after = 12
"""


def test_a_dozen_scenarios_and_more_are_shipped_and_sound() -> None:
    scenarios = read_library(Path("/nowhere")).scenarios
    assert len(scenarios) >= 12
    assert len({each.title for each in scenarios}) == len(scenarios)
    titles = {each.title for each in scenarios}
    assert {
        "Your first ten tickets", "The network goes down at peak", "Two gates, one ticket",
        "The token is revoked", "The camera dies, use the hand scanner",
        "The queue is in conflict: what now?",
    } <= titles  # fmt: skip
    assert {role for each in scenarios for role in each.crowd} == set(Role)
    assert {i.what for each in scenarios for i in each.incidents} == set(IncidentKind)


def test_a_sound_file_is_read_as_it_is_written() -> None:
    scenario, problems = parse(SOUND, "mine")
    assert problems == []
    assert scenario is not None
    assert scenario.key == "mine"
    assert scenario.title == "A test"
    assert scenario.patrons == 20
    assert scenario.bar == pytest.approx(75)
    assert list(scenario.arrivals.curve) == [1, 2]
    assert list(scenario.arrivals.patience) == [60, 90]
    assert scenario.crowd == {Role.VALID: 8, Role.TWIN: 1}
    assert scenario.incidents == (
        Incident(IncidentKind.NETWORK_DOWN, 5),
        Incident(IncidentKind.NETWORK_UP, 12),
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('title = "A test"', "title = 7", 1, 'title must be a text: title = "…"'),
        ("patrons = 20", "patrons = 0", 3, "patrons must be a whole number from 1 to 2000"),
        ("patrons = 20", "patrons = true", 3, "patrons must be a whole number"),
        ("patrons = 20", "patron = 20", 3, "no setting is called 'patron'; did you mean patrons?"),
        ("bar = 75", "bar = 101", 4, "bar must be a number from 1 to 100"),
        ("minutes = 4", "minutes = nan", 7, "minutes must be a number"),
        ("curve = [1, 2]", "curve = [0, 0]", 8, "curve must be a list"),
        ("groups = [2, 1]", "groups = [1, -1]", 9, "groups must be a list of up to 8 numbers"),
        ("bags = 0.5", "bags = 50", 10, "bags must be a number from 0 to 1"),
        ("patience = [60, 90]", "patience = [90, 60]", 12, "the lower first"),
        ("valid = 8", "walid = 8", 15, "no patron is called 'walid'; did you mean valid?"),
        ("valid = 8", "tout = 8", 14, "a crowd needs some who are valid"),
        ("twin = 1", "twin = 80", 14, "the outage is too short"),
        ('what = "network_up"', 'what = "fire"', 23, "what must be one of network_down"),
        ('what = "network_up"', 'what = "conflict"', 23, "conflict needs a network_up before it"),
        ('what = "network_down"', 'what = "network_up"', 23, "network_up can happen once only"),
        ("after = 12", "after = 20", 24, "after must be a whole number from 0 to 19"),
        ("[crowd]", "[crowd", 14, "this is not TOML"),
        ("[[incident]]", "[[incidents]]", 18, "no setting is called 'incidents'"),
        ('what = "network_up"', "what = []", 23, "what must be one of network_down"),
        ("patrons = 20", f"patrons = {'9' * 400}", 3, "patrons must be a whole number"),
        ("patrons = 20", f"patrons = {'9' * 5000}", 3, "this number has too many digits"),
        ("curve = [1, 2]", f"curve = [0x{'f' * 400}]", 8, "curve must be a list"),
        ("curve = [1, 2]", "curve = [1e308, 1e308]", 8, "numbers from 0 to 1000"),
        ("patience = [60, 90]", "patience = [60, 1e300]", 12, "seconds from 10 to 3600"),
        ("patience = [60, 90]", "patience = [1, 2]", 12, "seconds from 10 to 3600"),
        ("valid = 8", f"valid = {'[' * 3000}", 15, "this is nested too deeply"),
        ("A test", "A\\u001b[2J test", 1, "title holds characters that can't be shown"),
        ("A test", "A" * 61, 1, "title has 61 characters; 60 are the most"),
        ("For tests.", "x" * 301, 2, "about has 301 characters; 300 are the most"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    before: str, after: str, line: int, words: str
) -> None:
    scenario, problems = parse(SOUND.replace(before, after), "mine")
    assert scenario is None
    assert any(each.line == line and words in sentence(each.fact) for each in problems), problems


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('about = """\npatrons = 1\n"""\npatrons = 0\n', 4),
        ("title = 'a'\n'patrons' = 0\n", 2),
        ('# patrons = 1\n\n"patrons" = 0\n', 3),
    ],
)
def test_a_line_is_found_however_its_key_is_written(text: str, line: int) -> None:
    _, problems = parse(text, "mine")
    assert any(each.line == line and each.fact.params.get("name") == "patrons" for each in problems)


def test_a_dotted_key_is_found_too() -> None:
    text = 'title = "x"\nabout = "y"\npatrons = 3\narrivals.minutes = 1\ncrowd.valid = 1\n'
    scenario, problems = parse(f"{text}arrivals . bags = 7\n", "mine")
    assert scenario is None
    assert [each.line for each in problems] == [6]
    assert parse(text, "mine")[1] == []


def test_a_wrong_number_of_patrons_is_one_mistake_and_not_the_incidents_too() -> None:
    _, problems = parse(SOUND.replace("patrons = 20", "patrons = 20.5"), "mine")
    assert [each.line for each in problems] == [3]


def test_a_file_that_is_no_text_is_told_by_the_line_where_it_ends_to_be_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(SOUND.encode() + b"# caf\xe9\n")
    assert [(each.line, each.fact) for each in check(file)[1]] == [(25, Fact(Mistake.NOT_UTF8))]
    file.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert check(file)[1] == []
    file.write_bytes(b"#" * 200_000)
    assert check(file)[1][0].fact.code is Mistake.TOO_LARGE


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_lines() -> None:
    broken = SOUND.replace("bar = 75", "bar = 0").replace("bags = 0.5", "bags = 2")
    _, problems = parse(broken, "mine")
    assert [each.line for each in problems] == [4, 10]


@pytest.mark.parametrize(
    "text", ["", "crowd = 1\narrivals = []", "incident = 3", 'title = "x', "[crowd]\nvalid = {}"]
)
def test_no_file_is_too_strange_to_be_told_what_is_wrong(text: str) -> None:
    scenario, problems = parse(text, "mine")
    assert scenario is None
    assert problems


@given(st.text(max_size=60), st.integers(0, len(SOUND)))
def test_no_text_breaks_the_reader(junk: str, place: int) -> None:
    scenario, problems = parse(SOUND[:place] + junk + SOUND[place:], "mine")
    assert (scenario is None) == bool(problems)


@pytest.mark.parametrize(
    "name", ["10", "network-down", "10-network-down", "THE NETWORK GOES DOWN AT PEAK"]
)
def test_a_scenario_is_found_by_number_name_and_title(name: str) -> None:
    assert find_scenario(name, Path("/nowhere")).key == "10-network-down"


def test_a_venues_own_scenario_is_offered_after_the_shipped_ones(tmp_path: Path) -> None:
    own_folder(tmp_path).mkdir()
    (own_folder(tmp_path) / "harbour.toml").write_text(SOUND)
    assert read_library(tmp_path).scenarios[-1].key == "harbour"
    assert find_scenario("harbour", tmp_path).patrons == 20


def test_a_broken_file_of_the_venues_keeps_nobody_from_the_other_scenarios(tmp_path: Path) -> None:
    own_folder(tmp_path).mkdir()
    (own_folder(tmp_path) / "pier.toml").write_text("patrons = 0")
    library = read_library(tmp_path)
    assert len(library.scenarios) == len(read_library(Path("/nowhere")).scenarios)
    assert ["pier.toml" in str(each) for each in library.broken] == [True]
    assert find_scenario("10", tmp_path).key == "10-network-down"
    with pytest.raises(ScenarioError, match=r"pier\.toml line=1"):
        find_scenario("pier", tmp_path)


def test_an_unknown_scenario_and_a_broken_one_are_each_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=ScenarioFault.UNKNOWN):
        find_scenario("nonsense", tmp_path)
    file = tmp_path / "broken.toml"
    file.write_text("patrons = 1")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file)
    assert caught.value.fact.code is ScenarioFault.INVALID
    assert caught.value.fact.params["line"] == 1
    assert sentence(caught.value.fact).endswith(f"; see all with scanner train --check {file}.")
    with pytest.raises(ScenarioError, match=ScenarioFault.NOT_READ):
        read_scenario(tmp_path / "none.toml")


def test_every_shipped_file_names_itself_with_its_place() -> None:
    names = [file.stem for file in sorted(shipped_folder().glob("*.toml"))]
    assert [name[:2] for name in names] == [f"{place:02}" for place in range(1, len(names) + 1)]
