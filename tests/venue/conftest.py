from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.venue.nodes import Nodes

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Forgive nats-py a connection that it leaves open where a server dies while it says hello."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:loop is closed:ResourceWarning"))


@pytest.fixture(scope="module")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A venue of one node, for all tests of a module: each uses names of its own."""
    with Nodes(tmp_path_factory.mktemp("venue")) as nodes:
        yield nodes


@pytest.fixture
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A venue of three nodes, each of which can be cut off."""
    with Nodes(tmp_path_factory.mktemp("venue"), 3, cuttable=True) as nodes:
        yield nodes
